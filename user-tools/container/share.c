// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/share.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "container/client.h"

static const int flags[NS_COUNT] = {
	[NS_USER] = CLONE_NEWUSER, [NS_MNT] = CLONE_NEWNS,	  [NS_PID] = CLONE_NEWPID,
	[NS_NET] = CLONE_NEWNET,   [NS_UTS] = CLONE_NEWUTS,	  [NS_IPC] = CLONE_NEWIPC,
	[NS_TIME] = CLONE_NEWTIME, [NS_CGROUP] = CLONE_NEWCGROUP,
};

/* In the order of start_options.share. */
static const enum namespace_kind options_order[] = { NS_NET, NS_IPC, NS_UTS, NS_PID };

static int with_rule(const struct shared_namespace *shared, struct error *err)
{
	if (shared->origin.file && shared->origin.line)
		error_rule(err, "%s:%u", shared->origin.file, shared->origin.line);
	return -1;
}

/* ---- who is meant ---- */

static int open_of_process(uint32_t pid, const struct shared_namespace *shared,
			   enum namespace_kind kind, struct error *err)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%u/ns/%s", pid, namespace_name(kind));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return error_set(err, E_PRIVILEGE, 0, "%s: there is no process %u", shared->label,
				 pid);
	error_set(err, E_PRIVILEGE, errno,
		  "%s: what is another user's takes CAP_SYS_PTRACE and CAP_SYS_ADMIN: %s",
		  shared->label, path);
	return error_fix(err, "name a process of your own, or a container");
}

static int open_of_container(const char *lxcpath, const char *name,
			     const struct shared_namespace *shared, enum namespace_kind kind,
			     struct error *err)
{
	int fds[NS_COUNT];
	_cleanup_container_ struct container *other = NULL;
	if (container_open(lxcpath, name, &other, err) < 0 ||
	    client_get_namespaces(other, fds, err) < 0)
		return error_step(err, "%s: container %s", shared->label, name);
	for (size_t n = 0; n < NS_COUNT; n++)
		if (n != (size_t)kind)
			util_close_fd(&fds[n]);
	if (fds[kind] >= 0)
		return fds[kind];
	return error_set(err, E_CONFIG_VALUE, 0,
			 "%s: container %s has no %s namespace of its own, it is in that of its "
			 "host",
			 shared->label, name, namespace_name(kind));
}

static int open_file(const char *path, const struct shared_namespace *shared,
		     enum namespace_kind kind, struct error *err)
{
	struct statfs fs;
	/* Not a fifo or a device that would keep us. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, E_PRIVILEGE, errno, "%s", shared->label);
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC ||
	    ioctl(fd, NS_GET_NSTYPE) != flags[kind])
		return error_set(err, E_CONFIG_VALUE, 0,
				 "%s: it is neither a %s namespace nor a container's directory",
				 shared->label, namespace_name(kind));
	return util_steal_fd(&fd);
}

/* LXCPATH/NAME */
static int open_of_directory(const char *path, const struct shared_namespace *shared,
			     enum namespace_kind kind, struct error *err)
{
	_cleanup_free_ char *lxcpath = xstrdup(path);
	size_t length = strlen(lxcpath);
	while (length > 1 && lxcpath[length - 1] == '/')
		lxcpath[--length] = 0;
	char *slash = strrchr(lxcpath, '/');
	*slash = 0;
	return open_of_container(*lxcpath ? lxcpath : "/", slash + 1, shared, kind, err);
}

static int open_target(const char *lxcpath, const char *target,
		       const struct shared_namespace *shared, enum namespace_kind kind,
		       struct error *err)
{
	uint32_t pid;
	if (parse_uint32(target, &pid) == 0)
		return open_of_process(pid, shared, kind, err);
	if (*target != '/')
		return open_of_container(lxcpath, target, shared, kind, err);
	return file_is_directory(target) ? open_of_directory(target, shared, kind, err)
					 : open_file(target, shared, kind, err);
}

/* ---- joining ---- */

static int refuse(const struct start_plan *plan, enum namespace_kind kind, int error,
		  struct error *err)
{
	const struct shared_namespace *shared = &plan->shared[kind];
	if (kind == NS_USER && error == EINVAL) {
		error_set(err, E_CONFIG_VALUE, 0, "%s: that is the caller's own user namespace",
			  shared->label);
		return with_rule(shared, err);
	}
	error_set(err, E_PRIVILEGE, error,
		  "%s: the kernel lets join a %s namespace who has CAP_SYS_ADMIN over the user "
		  "namespace that owns it, and over its own",
		  shared->label, namespace_name(kind));
	if (plan->shared[NS_USER].fd < 0 && geteuid() != 0)
		error_fix(err, "for a container of your own: lxc.namespace.share.user, too, with "
			       "the same container; else connect them by a bridge");
	else
		error_fix(err, "share what belongs to one container of your own, or start both as "
			       "privileged containers of root");
	return with_rule(shared, err);
}

int share_join(const struct start_plan *plan, enum namespace_kind kind, struct error *err)
{
	if (plan->shared[kind].fd < 0 || setns(plan->shared[kind].fd, flags[kind]) == 0)
		return 0;
	return refuse(plan, kind, errno, err);
}

int share_join_early(const struct start_plan *plan, struct error *err)
{
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (kind != NS_CGROUP && kind != NS_MNT &&
		    share_join(plan, (enum namespace_kind)kind, err) < 0)
			return -1;
	return 0;
}

/* ---- trying ---- */

struct trial {
	struct error error;
	bool done;
	char maps[2][16384];
};

static int read_maps(struct trial *trial, struct error *err)
{
	static const char *const files[] = { "/proc/self/uid_map", "/proc/self/gid_map" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *text = NULL;
		if (file_read_all(AT_FDCWD, files[i], sizeof(trial->maps[i]) - 1, &text) < 0)
			return error_set(err, E_SYSTEM, errno, "%s", files[i]);
		snprintf(trial->maps[i], sizeof(trial->maps[i]), "%s", text);
	}
	return 0;
}

_Noreturn static void run_trial(const struct start_plan *plan, struct trial *trial)
{
	struct error *err = &trial->error;
	/* A container's root that sees this process must not get hold of it. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* The kernel shows a map from the parent's side to whoever is in the namespace. */
	if (share_join(plan, NS_USER, err) < 0 ||
	    (plan->shared[NS_USER].fd >= 0 && read_maps(trial, err) < 0))
		_exit(1);
	for (int kind = NS_PID; kind < NS_COUNT; kind++)
		if (share_join(plan, (enum namespace_kind)kind, err) < 0)
			_exit(1);
	if (share_join(plan, NS_MNT, err) < 0)
		_exit(1);
	trial->done = true;
	_exit(0);
}

/* "0 100000 65536" a line, as /proc has it. */
static int take_map(struct idmap *map, char kind, const char *text, struct error *err)
{
	struct string_list lines = { 0 };
	int result = 0;
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count && result == 0; i++) {
		unsigned nsid, hostid, count;
		if (sscanf(lines.items[i], "%u %u %u", &nsid, &hostid, &count) != 3)
			continue;
		_cleanup_free_ char *line = xasprintf("%c %u %u %u", kind, nsid, hostid, count);
		result = idmap_parse_line(map, line, " ", err);
	}
	string_list_clear(&lines);
	return result;
}

static int take_maps(struct start_plan *plan, const struct trial *trial, struct error *err)
{
	const struct shared_namespace *shared = &plan->shared[NS_USER];
	if (shared->fd < 0)
		return 0;
	plan->map = (struct idmap){ 0 };
	if (take_map(&plan->map, 'u', trial->maps[0], err) < 0 ||
	    take_map(&plan->map, 'g', trial->maps[1], err) < 0)
		return error_step(err, "%s", shared->label);
	if (idmap_to_host(&plan->map, IDMAP_UID, 0) != UINT32_MAX &&
	    idmap_to_host(&plan->map, IDMAP_GID, 0) != UINT32_MAX)
		return 0;
	error_set(err, E_IDMAP_INCOMPLETE, 0, "%s: it has no root (id 0)", shared->label);
	return with_rule(shared, err);
}

static int try_to_join(struct start_plan *plan, struct error *err)
{
	struct trial *trial =
	    mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (trial == MAP_FAILED)
		return error_set(err, E_SYSTEM, errno, "mmap");
	pid_t pid = fork();
	if (pid == 0)
		run_trial(plan, trial);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	int result = -1;
	if (error_is_set(&trial->error))
		*err = trial->error;
	else if (!trial->done)
		error_set(err, E_SYSTEM, 0, "trying to join the shared namespaces");
	else
		result = take_maps(plan, trial, err);
	munmap(trial, sizeof(*trial));
	return result;
}

int share_open(struct start_plan *plan, const struct start_options *options, struct error *err)
{
	const struct namespace_share *configured = plan->config->namespace_shares;
	const char *targets[NS_COUNT];
	for (size_t kind = 0; kind < NS_COUNT; kind++) {
		targets[kind] = configured[kind].target;
		if (!targets[kind])
			continue;
		plan->shared[kind].origin = configured[kind].origin;
		plan->shared[kind].label =
		    xasprintf("lxc.namespace.share.%s = %s",
			      namespace_name((enum namespace_kind)kind), targets[kind]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(options_order); i++) {
		enum namespace_kind kind = options_order[i];
		if (!options->share[i])
			continue;
		targets[kind] = options->share[i];
		free(plan->shared[kind].label);
		plan->shared[kind].origin = (struct config_origin){ 0 };
		plan->shared[kind].label =
		    xasprintf("--share-%s %s", namespace_name(kind), targets[kind]);
	}
	for (size_t kind = 0; kind < NS_COUNT; kind++) {
		struct shared_namespace *shared = &plan->shared[kind];
		if (!targets[kind])
			continue;
		plan->joins = true;
		shared->fd = open_target(plan->container->lxcpath, targets[kind], shared,
					 (enum namespace_kind)kind, err);
		if (shared->fd < 0)
			return with_rule(shared, err);
	}
	return plan->joins ? try_to_join(plan, err) : 0;
}

void share_close(struct start_plan *plan)
{
	for (size_t kind = 0; kind < NS_COUNT; kind++) {
		util_close_fd(&plan->shared[kind].fd);
		free(plan->shared[kind].label);
	}
}
