// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The supervisor's half of lxc-attach. Two processes: the first joins the container's namespaces
 * and makes the second, which is born inside its pid namespace, is the supervisor's child, and
 * becomes the command. Nothing is moved between sessions or delegations, and nothing is opened by a
 * path of the container before the process is confined to it.
 */
#define LOG_MODULE "attach"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "container/attach-request.h"
#include "container/core-scheduling.h"
#include "container/credentials.h"
#include "container/groups.h"
#include "container/limits.h"
#include "container/supervisor.h"
#include "rootfs/rootfs.h"

/* The request, unpacked. */
struct job {
	const struct supervisor *supervisor;
	struct attach_request head;
	const char *directory, *context;
	int proc; /* the host's /proc, for the label, or -1 */
	struct string_list argv, environment, set;
	int stdio[3];
	int channel;
	int pid_pipe; /* to the supervisor */
	int gate[2];
};

/* A stack for the command's process until it is executed. */
#define COMMAND_STACK (256 * 1024)

static const char *take_string(const char **at, const char *end)
{
	const char *text = *at, *stop = text < end ? memchr(text, 0, (size_t)(end - text)) : NULL;
	if (!stop)
		return NULL;
	*at = stop + 1;
	return text;
}

static int take_list(const char **at, const char *end, uint32_t count, struct string_list *list)
{
	for (uint32_t i = 0; i < count; i++) {
		const char *text = take_string(at, end);
		if (!text)
			return -1;
		string_list_add(list, text);
	}
	return 0;
}

static int unpack(struct job *job, int memfd, struct error *err)
{
	char *data;
	if (lseek(memfd, 0, SEEK_SET) < 0)
		return error_set(err, E_ATTACH, errno, "the request");
	ssize_t length = file_read_fd(memfd, ATTACH_REQUEST_MAX, &data);
	if (length < (ssize_t)sizeof(job->head))
		return error_set(err, E_ATTACH, length < 0 ? errno : 0, "the request");
	memcpy(&job->head, data, sizeof(job->head));
	const char *at = data + sizeof(job->head), *end = data + length;
	job->directory = take_string(&at, end);
	job->context = take_string(&at, end);
	if (!job->directory || !job->context ||
	    take_list(&at, end, job->head.argc, &job->argv) < 0 ||
	    take_list(&at, end, job->head.envc, &job->environment) < 0 ||
	    take_list(&at, end, job->head.setc, &job->set) < 0)
		return error_set(err, E_ATTACH, 0, "the request is malformed");
	return 0;
}

static const uint32_t namespace_bits[NS_COUNT] = {
	[NS_USER] = ATTACH_NS_USER,	[NS_MNT] = ATTACH_NS_MOUNT, [NS_PID] = ATTACH_NS_PID,
	[NS_NET] = ATTACH_NS_NET,	[NS_UTS] = ATTACH_NS_UTS,   [NS_IPC] = ATTACH_NS_IPC,
	[NS_CGROUP] = ATTACH_NS_CGROUP, [NS_TIME] = ATTACH_NS_TIME,
};

static bool joins(const struct job *job, enum namespace_kind kind)
{
	return (!job->head.namespaces || (job->head.namespaces & namespace_bits[kind])) &&
	       job->supervisor->payload.namespaces[kind] >= 0;
}

static int join_namespaces(const struct job *job, struct error *err)
{
	static const char *const names[NS_COUNT] = { "USER",	"MOUNT", "PID",	   "NETWORK",
						     "UTSNAME", "IPC",	 "CGROUP", "TIME" };
	/* user first: it gives the capabilities the others ask for, setns(2) */
	for (size_t i = 0; i < NS_COUNT; i++) {
		if (!joins(job, (enum namespace_kind)i))
			continue;
		if (setns(job->supervisor->payload.namespaces[i], 0) == 0)
			continue;
		error_set(err, E_ATTACH, errno, "joining the container's %s namespace", names[i]);
		if (errno == EPERM && !joins(job, NS_USER))
			error_fix(err, "add USER to the list: -s 'USER|%s'", names[i]);
		return -1;
	}
	return 0;
}

/* The container's passwd, which may be anything: a fifo or a terminal would keep us waiting. */
static char *read_passwd(void)
{
	struct stat st;
	char *text = NULL;
	_cleanup_close_ int fd = open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    file_read_fd(fd, 1 << 20, &text) < 0)
		return NULL;
	return text;
}

/* The shell of uid in the container's passwd, read there as a hostile file. */
static char *login_shell(uint32_t uid)
{
	char *text = read_passwd(), *shell = NULL;
	if (!text)
		return xstrdup("/bin/sh");
	struct string_list lines = { 0 };
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count && !shell; i++) {
		char *field[7] = { 0 }, *rest = lines.items[i];
		for (int n = 0; n < 7 && rest; n++)
			field[n] = strsep(&rest, ":");
		uint32_t number;
		if (field[6] && parse_uint32(field[2], &number) == 0 && number == uid &&
		    *field[6] == '/')
			shell = xstrdup(field[6]);
	}
	string_list_clear(&lines);
	free(text);
	return shell ? shell : xstrdup("/bin/sh");
}

/* A pty of the container for those streams that are terminals outside; its master goes to the
 * caller. */
static int connect_streams(struct job *job, struct error *err)
{
	int master = -1, slave = -1;
	unsigned number;
	if (setsid() < 0)
		return error_set(err, E_ATTACH, errno, "setsid");
	if (job->head.terminals) {
		if (rootfs_open_pty(job->supervisor->payload.pts, &master, &slave, &number, err) <
		    0)
			return -1;
		struct winsize size = { .ws_row = job->head.rows, .ws_col = job->head.columns };
		if (size.ws_row)
			ioctl(master, TIOCSWINSZ, &size);
		if (ioctl(slave, TIOCSCTTY, 0) < 0 ||
		    socket_send(job->channel, "p", 1, &master, 1) < 0)
			return error_set(err, E_ATTACH, errno, "the terminal");
		close(master);
	}
	for (int fd = 0; fd < 3; fd++) {
		bool terminal = (job->head.terminals >> fd) & 1;
		struct stat st;
		/* openat(2) would lead from it to everything around it on the host. */
		if (!terminal && fstat(job->stdio[fd], &st) == 0 && S_ISDIR(st.st_mode))
			return error_set(err, E_ATTACH, EISDIR,
					 "descriptor %d would show the container a directory of "
					 "the host",
					 fd);
		if (dup2(terminal ? slave : job->stdio[fd], fd) < 0)
			return error_set(err, E_ATTACH, errno, "standard streams");
	}
	return 0;
}

static int become(struct job *job, struct error *err)
{
	const struct config *config = job->supervisor->plan->config;
	uint32_t elevated = job->head.elevated;
	bool root = joins(job, NS_USER) || !job->supervisor->plan->user_namespace;
	uid_t uid = job->head.flags & ATTACH_FLAG_UID ? job->head.uid : 0;
	gid_t gid = job->head.flags & ATTACH_FLAG_GID ? job->head.gid : 0;
	long personality_wanted =
	    job->head.personality != -1 ? (long)job->head.personality : config->personality;
	if (personality_wanted != -1 && personality((unsigned long)personality_wanted) < 0)
		return error_set(err, E_ATTACH, errno, "personality");
	if (!root)
		return 0; /* outside the user namespace: whoever we are */
	if (!(elevated & ATTACH_ELEVATE_CAP) && credentials_limit(config, err) < 0)
		return -1;
	if (credentials_become_at_last(uid, gid, NULL, 0, err) < 0)
		return -1;
	if (config->no_new_privs && !(elevated & ATTACH_ELEVATE_LSM) &&
	    credentials_no_new_privs(err) < 0)
		return -1;
	return 0;
}

/* In a mount namespace of its own: the container keeps its view. */
static int remount(struct error *err)
{
	if (unshare(CLONE_NEWNS) < 0)
		return error_set(err, E_ATTACH, errno,
				 "a mount namespace for fresh /proc and /sys");
	return rootfs_remount_proc_sys(err);
}

/* -c, else what the container's init has. */
static int set_label(struct job *job, struct error *err)
{
	const struct lsm_plan *lsm = &job->supervisor->plan->lsm;
	if (*job->context)
		return lsm_set_exec(LSM_SELINUX, job->context, &job->proc, err);
	if (job->head.elevated & ATTACH_ELEVATE_LSM)
		return 0;
	return lsm_set_exec(lsm->kind, lsm->label, &job->proc, err);
}

_Noreturn static void run_command(struct job *job)
{
	struct error err = { 0 };
	/* Until exec our memory is the caller's: nobody inside may read it through ptrace or /proc.
	 */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if ((job->head.flags & ATTACH_FLAG_REMOUNT) && remount(&err) < 0)
		goto failed;
	/* Identity before the terminal: a pty belongs to who opens it. */
	bool inside = job->supervisor->plan->user_namespace && joins(job, NS_USER);
	if ((inside && credentials_become(0, 0, &err) < 0) || connect_streams(job, &err) < 0)
		goto failed;
	if (chdir(job->directory) < 0 && chdir("/") < 0) {
		error_set(&err, E_ATTACH, errno, "the root directory");
		goto failed;
	}
	if (!job->argv.count)
		string_list_take(
		    &job->argv, login_shell(job->head.flags & ATTACH_FLAG_UID ? job->head.uid : 0));
	if (become(job, &err) < 0)
		goto failed;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	environment_build(&job->environment, job->supervisor->plan->config, &job->set);
	credentials_reset_signals();
	if (limits_apply(job->supervisor->plan->config, &err) < 0)
		goto failed;
	const struct start_plan *plan = job->supervisor->plan;
	/* Not outside of the user namespace, where it takes no_new_privs. */
	bool filtered =
	    !(job->head.elevated & ATTACH_ELEVATE_LSM) && (inside || !plan->user_namespace);
	if (set_label(job, &err) < 0)
		goto failed;
	/* begin_new_exec(): whoever is root inside may look at the process before what is
	 * close-on-exec is closed. */
	fd_close_from(3, (int[]){ job->channel, filtered ? plan->listener_channel : -1 }, 2);
	if (filtered && seccomp_filter_load(&plan->filter, plan->listener_channel, &err) < 0)
		goto failed;
	int error = execute_command(job->argv.items, &job->environment);
	error_set(&err, E_ATTACH, error, "executing %s in the container", job->argv.items[0]);
	err.sys_errno = error;
failed:
	socket_send(job->channel, &err, sizeof(err), NULL, 0);
	_exit(126);
}

/* What only the caller may do, and only while this process is all the caller's: what it makes
 * inherits that. */
static int prepare_kernel_state(const struct supervisor *supervisor, struct error *err)
{
	const struct config *config = supervisor->plan->config;
	_cleanup_close_ int proc =
	    config->procs.count ? open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (config->procs.count && proc < 0)
		return error_set(err, E_ATTACH, errno, "/proc/self");
	if (limits_write_proc(config, proc, err) < 0 ||
	    core_scheduling_join(config, supervisor->payload.pid, err) < 0)
		return -1;
	return limits_raise(config, 0, err);
}

/* The second process, in the memory of the first until it is executed. */
static int start_command(void *data)
{
	struct job *job = data;
	char none;
	close(job->gate[1]);
	close(job->pid_pipe);
	/* Not before the supervisor can know the pid: end of file when the joiner has told it. From
	 * then on nobody else uses this memory. */
	if (read(job->gate[0], &none, 1) != 0)
		_exit(126);
	run_command(job);
}

/* The first process: join, make the second, say its pid. */
_Noreturn static void run_joiner(struct job *job, int memfd)
{
	static char stack[COMMAND_STACK] __attribute__((aligned(16)));
	struct error err = { 0 };
	const struct supervisor *supervisor = job->supervisor;
	if (prepare_kernel_state(supervisor, &err) < 0)
		goto failed;
	/* Nobody else would end it if it were kept waiting: it is not in the container's pid
	 * namespace. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	umask(022);
	if (unpack(job, memfd, &err) < 0)
		goto failed;
	if ((*job->context || supervisor->plan->lsm.label) && (job->proc = lsm_open_proc(&err)) < 0)
		goto failed;
	if (!(job->head.elevated & ATTACH_ELEVATE_CGROUP) &&
	    groups_enter(supervisor->plan->cgroup, &supervisor->plan->map, &err) < 0)
		goto failed;
	/* From here on root of the container has power over this process; not earlier, because
	 * idmap-helper takes no request about a process that cannot be looked into. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (join_namespaces(job, &err) < 0)
		goto failed;
	/* The supervisor's, and in the foreground also what its caller had open: not all of that is
	 * close-on-exec. */
	int keep[] = { job->stdio[0], job->stdio[1],
		       job->stdio[2], job->channel,
		       job->pid_pipe, supervisor->payload.pts,
		       log_fd(),      supervisor->plan->listener_channel,
		       job->proc,     supervisor->payload.pidfd };
	fd_close_from(3, keep, ARRAY_SIZE(keep));
	if (pipe2(job->gate, O_CLOEXEC) < 0) {
		error_set(&err, E_ATTACH, errno, "pipe");
		goto failed;
	}
	/* Its parent is ours, so that the supervisor reaps it and reports its status. A copy of our
	 * memory would be thrown away by its exec, and take longer than everything above. */
	pid_t pid = clone(start_command, stack + sizeof(stack), CLONE_PARENT | CLONE_VM, job);
	if (pid < 0) {
		int why = errno;
		/* alloc_pid(): ENOMEM from the moment its init begins to end */
		struct pollfd init = { .fd = supervisor->payload.pidfd, .events = POLLIN };
		if (why == ENOMEM && poll(&init, 1, 2000) == 1)
			error_set(&err, E_NOT_RUNNING, 0, "the container has just stopped");
		else
			error_set(&err, E_ATTACH, why, "a process in the container");
		goto failed;
	}
	if (write(job->pid_pipe, &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
		kill(pid, SIGKILL);
	_exit(0);
failed:
	socket_send(job->channel, &err, sizeof(err), NULL, 0);
	_exit(126);
}

static void on_pid(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct client *client =
	    (struct client *)((char *)source - offsetof(struct client, pid_pipe));
	pid_t pid;
	(void)events;
	ssize_t n = read(source->fd, &pid, sizeof(pid));
	if (n < 0 && errno == EAGAIN)
		return;
	supervisor_unwatch(supervisor, source);
	close(source->fd);
	source->fd = -1;
	if (n == (ssize_t)sizeof(pid))
		client->attached = pid;
	else
		client->closed = true; /* it has sent its error over the channel */
}

void attach_collect_pids(struct supervisor *supervisor)
{
	for (struct client *client = supervisor->clients; client; client = client->next)
		if (client->pid_pipe.fd >= 0)
			on_pid(supervisor, &client->pid_pipe, 0);
}

/*
 * Born in the container's group where it has one in cgroup2: moving into it makes the kernel wait
 * for a grace period, which takes longer than the rest of attaching.
 */
static pid_t fork_joiner(const struct supervisor *supervisor, uint32_t elevated)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	int group =
	    elevated & ATTACH_ELEVATE_CGROUP ? -1 : cgroup_attach_fd(supervisor->plan->cgroup);
	if (group >= 0) {
		struct clone_args into = args;
		into.flags = CLONE_INTO_CGROUP;
		into.cgroup = (uint64_t)group;
		pid_t pid = (pid_t)syscall(SYS_clone3, &into, sizeof(into));
		if (pid >= 0)
			return pid;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

void attach_start(struct supervisor *supervisor, struct client *client, uint32_t elevated, int *fds,
		  size_t count)
{
	int pid_pipe[2];
	struct error err = { 0 };
	if (!serve_is_up(supervisor)) {
		error_set(&err, E_NOT_RUNNING, 0, "the container is %s",
			  container_state_name(supervisor->state));
		serve_error(supervisor, client, MESSAGE_ATTACH, &err);
		goto out;
	}
	if (count != ATTACH_FDS || client->attached > 0 || client->pid_pipe.fd >= 0 ||
	    pipe2(pid_pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
		client->closed = true;
		goto out;
	}
	struct job job = { .supervisor = supervisor,
			   .stdio = { fds[0], fds[1], fds[2] },
			   .channel = fds[4],
			   .pid_pipe = pid_pipe[1],
			   .proc = -1 };
	pid_t pid = fork_joiner(supervisor, elevated);
	if (pid == 0) {
		close(pid_pipe[0]);
		run_joiner(&job, fds[3]);
	}
	close(pid_pipe[1]);
	if (pid < 0) {
		error_set(&err, E_ATTACH, errno, "a process for the container");
		close(pid_pipe[0]);
		serve_error(supervisor, client, MESSAGE_ATTACH, &err);
		goto out;
	}
	client->pid_pipe = (struct source){ pid_pipe[0], on_pid };
	if (supervisor_watch(supervisor, &client->pid_pipe, EPOLLIN) < 0)
		client->closed = true;
out:
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}
