// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 *   parent                                  child: clone with all namespaces
 *     write the maps, move interfaces
 *     GO ->
 *                                             become root of them, mounts, host name, exec
 *     <- end of the report: it runs
 */
#define LOG_MODULE "unshare"
#include "container/unshare.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/privilege.h"
#include "idmap/idmap.h"
#include "network/host.h"

struct task {
	const struct unshare_options *options;
	struct idmap map;
	int gate, report; /* the child's ends */
};

static bool has(const struct unshare_options *options, int flag)
{
	return (options->namespaces & flag) != 0;
}

static void map_one(struct idmap_list *list, uint32_t inside, uint32_t outside)
{
	*list = (struct idmap_list){ .extent = { { inside, outside, 1 } }, .count = 1 };
}

static int make_map(const struct unshare_options *options, struct idmap *map, struct error *err)
{
	struct error why = { 0 };
	*map = (struct idmap){ 0 };
	if (!has(options, CLONE_NEWUSER))
		return 0;
	if (!options->has_id && idmap_auto(geteuid(), map, &why) == 0)
		return idmap_check(map, geteuid(), getegid(), true, err);
	if (!options->has_id && why.code != E_NO_SUBIDS) {
		if (err)
			*err = why;
		return -1;
	}
	if (!options->has_id && geteuid() != 0)
		log_notice("%s: only root exists inside", why.message);
	map_one(&map->list[IDMAP_UID], options->uid, geteuid());
	map_one(&map->list[IDMAP_GID], options->gid, getegid());
	return 0;
}

static int check_interfaces(const struct unshare_options *options, struct error *err)
{
	for (size_t i = 0; i < options->interfaces->count; i++) {
		const char *name = options->interfaces->items[i];
		if (!host_may_make()) {
			error_set(err, E_PRIVILEGE, 0,
				  "-i %s: moving an interface of the host needs CAP_NET_ADMIN",
				  name);
			return error_fix(err,
					 "as root; or a container with lxc.net.0.type = veth, as "
					 "lxc-usernet allows");
		}
		if (!if_nametoindex(name))
			return error_set(err, E_NET_LINK, 0, "-i %s: there is no such interface",
					 name);
	}
	return 0;
}

static int check(const struct unshare_options *options, struct error *err)
{
	if (options->has_id && !has(options, CLONE_NEWUSER)) {
		error_set(err, E_USAGE, 0, "-u needs -s USER");
		return error_fix(err, "without a user namespace ids are those of the host");
	}
	if (options->hostname && !has(options, CLONE_NEWUTS))
		return error_set(err, E_USAGE, 0, "-H %s needs -s UTSNAME", options->hostname);
	if (options->hostname && strlen(options->hostname) > 64)
		return error_set(err, E_USAGE, 0, "-H %s: at most 64 characters are expected",
				 options->hostname);
	if (options->interfaces->count && !has(options, CLONE_NEWNET))
		return error_set(err, E_USAGE, 0, "-i %s needs -s NETWORK",
				 options->interfaces->items[0]);
	if (options->remount && !has(options, CLONE_NEWNS))
		return error_set(err, E_USAGE, 0, "-M needs -s MOUNT");
	if (!has(options, CLONE_NEWUSER) && !privilege_has(CAP_SYS_ADMIN)) {
		error_set(err, E_PRIVILEGE, 0,
			  "an ordinary user gets namespaces together with a user namespace only");
		return error_fix(err, "add USER to -s, as -s 'USER|MOUNT'");
	}
	return check_interfaces(options, err);
}

/* ---- the child ---- */

static int become(const struct unshare_options *options, struct error *err)
{
	if (!has(options, CLONE_NEWUSER))
		return 0;
	/* EPERM where setgroups is denied: the groups show as nobody's then */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return error_set(err, E_SYSTEM, errno, "drop supplementary groups");
	if (setresgid(options->gid, options->gid, options->gid) < 0 ||
	    setresuid(options->uid, options->uid, options->uid) < 0)
		return error_set(err, E_SYSTEM, errno,
				 "become uid %u and gid %u of the user namespace", options->uid,
				 options->gid);
	return 0;
}

static int mount_fresh(const char *type, const char *path, unsigned long flags, const char *options,
		       struct error *err)
{
	/* A host without /dev/mqueue has nothing that would have to be hidden. */
	if (mount(type, path, type, MS_NOSUID | MS_NODEV | flags, options) == 0 || errno == ENOENT)
		return 0;
	return error_set(err, E_MOUNT, errno, "-M: %s on %s", type, path);
}

static int set_up_mounts(const struct unshare_options *options, struct error *err)
{
	if (!has(options, CLONE_NEWNS))
		return 0;
	/* Mounts of the host still arrive; ours do not leave. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_set(err, E_MOUNT, errno, "make mounts private");
	if (!options->remount)
		return 0;
	/* A file system that shows a namespace is another one only where that is. */
	if (has(options, CLONE_NEWPID) && mount_fresh("proc", "/proc", MS_NOEXEC, NULL, err) < 0)
		return -1;
	if (has(options, CLONE_NEWIPC) &&
	    mount_fresh("mqueue", "/dev/mqueue", MS_NOEXEC, NULL, err) < 0)
		return -1;
	return mount_fresh("tmpfs", "/dev/shm", 0, "mode=1777", err);
}

static int set_up(const struct task *task, struct error *err)
{
	char letter;
	if (recv(task->gate, &letter, 1, 0) != 1)
		_exit(1); /* the parent gave up and says why */
	if (become(task->options, err) < 0 || set_up_mounts(task->options, err) < 0)
		return -1;
	if (task->options->hostname &&
	    sethostname(task->options->hostname, strlen(task->options->hostname)) < 0)
		return error_set(err, E_SYSTEM, errno, "host name %s", task->options->hostname);
	if (task->options->daemon) {
		setsid();
		return 0;
	}
	/* Only now: changing ids clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (recv(task->gate, &letter, 1, MSG_DONTWAIT) == 0)
		_exit(1);
	return 0;
}

static _Noreturn void run_child(const struct task *task)
{
	struct error err = { 0 };
	int code = 1;
	if (set_up(task, &err) == 0) {
		execvp(task->options->argv[0], task->options->argv);
		code = errno == ENOENT ? 127 : 126;
		error_set(&err, E_SYSTEM, errno, "run %s", task->options->argv[0]);
	}
	error_send(task->report, &err);
	_exit(code);
}

/* ---- the parent ---- */

static int move_interfaces(const struct unshare_options *options, int proc, struct error *err)
{
	if (!options->interfaces->count)
		return 0;
	_cleanup_close_ int netns = openat(proc, "ns/net", O_RDONLY | O_CLOEXEC);
	struct nl_sock *socket = nl_socket_alloc();
	int error = socket ? nl_connect(socket, NETLINK_ROUTE) : -NLE_NOMEM;
	size_t i = 0;
	for (; !error && i < options->interfaces->count; i++) {
		unsigned index = if_nametoindex(options->interfaces->items[i]);
		error = index ? host_link_move(socket, (int)index, netns, NULL) : -NLE_NODEV;
		if (error)
			break;
	}
	nl_socket_free(socket);
	if (!error)
		return 0;
	return error_set(err, E_NET_SETUP, 0, "-i %s: it cannot be moved: %s",
			 options->interfaces->items[i], nl_geterror(error));
}

static int prepare(const struct task *task, pid_t pid, struct error *err)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	_cleanup_close_ int proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return error_set(err, E_SYSTEM, errno, "open %s", path);
	if (has(task->options, CLONE_NEWUSER) && idmap_write(&task->map, proc, pid, err) < 0)
		return -1;
	return move_interfaces(task->options, proc, err);
}

static int wait_status(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Bring the child to its command. */
static int lead(const struct task *task, pid_t pid, int gate, int report, int *status,
		struct error *err)
{
	if (prepare(task, pid, err) < 0 || send(gate, "g", 1, MSG_NOSIGNAL) != 1) {
		kill(pid, SIGKILL);
		wait_status(pid);
		return error_set(err, E_SYSTEM, 0, "the new process ended early");
	}
	struct error why = { 0 };
	if (error_receive(report, &why) != 0) {
		*status = wait_status(pid);
		if (err)
			*err = why;
		return *status >= 126 ? 0 : -1;
	}
	if (task->options->daemon)
		return 0;
	/* The terminal's are for the command, in the same process group. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	*status = wait_status(pid);
	return 0;
}

int unshare_run(const struct unshare_options *options, int *status, struct error *err)
{
	struct task task = { .options = options };
	int gates[2], reports[2];
	*status = 0;
	if (check(options, err) < 0 || make_map(options, &task.map, err) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gates) < 0)
		return error_set(err, E_SYSTEM, errno, "make a socket pair");
	_cleanup_close_ int gate = gates[0], child_gate = gates[1];
	if (pipe2(reports, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "make a pipe");
	_cleanup_close_ int report = reports[0], child_report = reports[1];
	task.gate = child_gate;
	task.report = child_report;
	fflush(NULL); /* or the child prints it again */
	pid_t pid = (pid_t)syscall(SYS_clone, options->namespaces | SIGCHLD, NULL, NULL, NULL, 0);
	if (pid < 0)
		return has(options, CLONE_NEWUSER)
			   ? idmap_userns_refused(errno, err)
			   : error_set(err, E_SYSTEM, errno, "make the namespaces");
	if (pid == 0) {
		close(gate);
		close(report);
		run_child(&task);
	}
	close(util_steal_fd(&child_gate));
	close(util_steal_fd(&child_report));
	return lead(&task, pid, gate, report, status, err);
}
