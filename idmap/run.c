// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Running something in a new user namespace. Parent and child keep step over a socket, one letter a
 * step; a failure of the child travels as a struct error over a pipe.
 *
 *   child   unshare             READY ->
 *   parent                                 write the maps    <- GO
 *   child   become root         RUNS  ->
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"
#include "idmap/internal.h"

enum step { STEP_READY = 'r', STEP_GO = 'g', STEP_RUNS = 's' };

static bool is_empty(const struct idmap *map)
{
	return map->list[IDMAP_UID].count == 0 && map->list[IDMAP_GID].count == 0;
}

/* What can be known before anything is made. */
static int check_runnable(const struct idmap *map, uid_t uid, gid_t gid, struct error *err)
{
	const uint32_t ids[2] = { uid, gid };
	if (is_empty(map))
		return geteuid() == 0
			   ? 0
			   : error_set(err, E_IDMAP_INCOMPLETE, 0,
				       "there is no id map, and only root can do without");
	for (int i = IDMAP_UID; i <= IDMAP_GID; i++) {
		enum idmap_kind kind = (enum idmap_kind)i;
		if (idmap_to_host(map, kind, ids[i]) != UINT32_MAX)
			continue;
		error_set(err, E_IDMAP_INCOMPLETE, 0, "the id map lacks container %s %u",
			  idmap_kind_name[kind], ids[i]);
		return error_fix(err, "add a line \"%c %u HOSTID 1\"", idmap_kind_letter[kind],
				 ids[i]);
	}
	return 0;
}

static int unshare_namespaces(bool user, bool mounts, struct error *err)
{
	int flags = (user ? CLONE_NEWUSER : 0) | (mounts ? CLONE_NEWNS : 0);
	if (flags && unshare(flags) < 0)
		return user ? idmap_userns_refused(errno, err)
			    : error_set(err, E_SYSTEM, errno, "make a mount namespace");
	/* Mounts of the host still arrive; ours do not leave. */
	if (!mounts || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0)
		return 0;
	/* AppArmor lets the namespace be made and takes its capabilities away. */
	if (user && (errno == EPERM || errno == EACCES))
		return idmap_userns_refused(errno, err);
	return error_set(err, E_SYSTEM, errno, "make mounts private");
}

static int become(uid_t uid, gid_t gid, struct error *err)
{
	/* EPERM where setgroups is denied: the groups then show as nobody's and give nothing inside
	 */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return error_set(err, E_SYSTEM, errno, "drop supplementary groups");
	if (setresgid(gid, gid, gid) < 0)
		return error_set(err, E_SYSTEM, errno, "become gid %u of the user namespace", gid);
	if (setresuid(uid, uid, uid) < 0)
		return error_set(err, E_SYSTEM, errno, "become uid %u of the user namespace", uid);
	return 0;
}

static int send_step(int gate, enum step step)
{
	char letter = (char)step;
	ssize_t n;
	do
		n = send(gate, &letter, 1, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

/* False at the end of file: the other side is gone or gave up. */
static bool receive_step(int gate, enum step step)
{
	char letter;
	ssize_t n;
	do
		n = recv(gate, &letter, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1 && letter == (char)step;
}

static int write_for(const struct idmap *map, pid_t pid, struct error *err)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/%ld", (long)pid);
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_set(err, E_SYSTEM, errno, "open %s", path);
	return idmap_write(map, dir, pid, err);
}

static int wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

/* Between parent and child: a socket for the steps, a pipe for the child's error. */
struct lines {
	int gate, child_gate;
	int report, child_report;
};

#define NO_LINES ((struct lines){ -1, -1, -1, -1 })

static int make_lines(struct lines *lines, struct error *err)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set(err, E_SYSTEM, errno, "make a socket pair");
	lines->gate = ends[0];
	lines->child_gate = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "make a pipe");
	lines->report = ends[0];
	lines->child_report = ends[1];
	return 0;
}

/* In the parent: only so does the end of the child end what is read of it. */
static void close_child_ends(struct lines *lines)
{
	util_close_fd(&lines->child_gate);
	util_close_fd(&lines->child_report);
	lines->child_gate = lines->child_report = -1;
}

static void close_lines(struct lines *lines)
{
	close_child_ends(lines);
	util_close_fd(&lines->gate);
	util_close_fd(&lines->report);
}

#define _cleanup_lines_ __attribute__((cleanup(close_lines)))

struct task {
	const struct idmap *map;
	bool mounts;
	int (*function)(void *data, struct error *err);
	void *data;
	pid_t parent;
	int gate;   /* child's end of the socket */
	int report; /* child's end of the pipe */
	bool report_result;
};

static int set_up_child(const struct task *task, struct error *err)
{
	if (unshare_namespaces(!is_empty(task->map), task->mounts, err) < 0)
		return -1;
	if (send_step(task->gate, STEP_READY) < 0 || !receive_step(task->gate, STEP_GO))
		_exit(1); /* the parent says why */
	if (become(0, 0, err) < 0)
		return -1;
	/* Only now: changing ids clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != task->parent)
		_exit(1);
	return 0;
}

static _Noreturn void run_child(struct task *task)
{
	struct error err = { 0 };
	if (set_up_child(task, &err) < 0) {
		error_send(task->report, &err);
		_exit(1);
	}
	send_step(task->gate, STEP_RUNS);
	close(task->gate);
	int result = task->function(task->data, &err);
	if (error_is_set(&err) && task->report_result)
		error_send(task->report, &err);
	else if (error_is_set(&err))
		error_print(&err, program_name, NULL, stderr);
	fflush(NULL);
	_exit(result & 0xff);
}

/* Bring the child to where it runs. After a failure it is gone. */
static int lead_child(const struct idmap *map, pid_t pid, int gate, int report, struct error *err)
{
	struct error local = { 0 };
	bool ready = receive_step(gate, STEP_READY);
	if (ready && (is_empty(map) || write_for(map, pid, &local) == 0) &&
	    send_step(gate, STEP_GO) == 0 && receive_step(gate, STEP_RUNS))
		return 0;
	int status = 0;
	if (error_is_set(&local))
		kill(pid, SIGKILL);
	wait_for(pid, &status);
	if (!error_is_set(&local) && error_receive(report, &local) != 1)
		error_set(&local, E_SYSTEM, 0,
			  "the process for the user namespace ended early (status 0x%x)",
			  (unsigned)status);
	if (err)
		*err = local;
	return -1;
}

/* Start the task. *report is the pipe to read its error from. */
static int start_task(struct task *task, pid_t *pid, int *report, struct error *err)
{
	_cleanup_lines_ struct lines lines = NO_LINES;
	if (check_runnable(task->map, 0, 0, err) < 0 || make_lines(&lines, err) < 0)
		return -1;

	task->gate = lines.child_gate;
	task->report = lines.child_report;
	task->parent = getpid();
	fflush(NULL); /* or the child prints it again */
	*pid = fork();
	if (*pid < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	if (*pid == 0) {
		close(lines.gate);
		close(lines.report);
		run_child(task);
	}
	close_child_ends(&lines);
	if (lead_child(task->map, *pid, lines.gate, lines.report, err) < 0)
		return -1;
	*report = util_steal_fd(&lines.report);
	return 0;
}

int idmap_spawn(const struct idmap *map, bool mounts,
		int (*function)(void *data, struct error *err), void *data, pid_t *pid,
		struct error *err)
{
	struct task task = { .map = map, .mounts = mounts, .function = function, .data = data };
	int report;
	if (start_task(&task, pid, &report, err) < 0)
		return -1;
	close(report);
	return 0;
}

int idmap_run(const struct idmap *map, bool mounts, int (*function)(void *data, struct error *err),
	      void *data, struct error *err)
{
	struct task task = { .map = map,
			     .mounts = mounts,
			     .function = function,
			     .data = data,
			     .report_result = true };
	pid_t pid;
	int fd, status;
	if (start_task(&task, &pid, &fd, err) < 0)
		return -1;
	_cleanup_close_ int report = fd;
	if (wait_for(pid, &status) < 0)
		return error_set(err, E_SYSTEM, errno,
				 "wait for the process in the user namespace");
	/* An error fits the pipe, so it is there by now; what the child left running may hold the
	 * pipe open. */
	fcntl(report, F_SETFL, O_NONBLOCK);
	error_receive(report, err);
	if (!WIFEXITED(status))
		return error_set(err, E_SYSTEM, 0,
				 "the process in the user namespace was killed by %s",
				 signal_to_name(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

/* The child that stays outside and writes the maps of its parent. */
static _Noreturn void write_for_parent(const struct idmap *map, pid_t parent, int gate, int report)
{
	struct error err = { 0 };
	if (!receive_step(gate, STEP_READY))
		_exit(1);
	if (write_for(map, parent, &err) == 0)
		_exit(0);
	error_send(report, &err);
	_exit(1);
}

int idmap_enter(const struct idmap *map, bool mounts, uid_t uid, gid_t gid, struct error *err)
{
	int status;
	_cleanup_lines_ struct lines lines = NO_LINES;
	if (check_runnable(map, uid, gid, err) < 0)
		return -1;
	if (is_empty(map))
		return unshare_namespaces(false, mounts, err) < 0 ? -1 : become(uid, gid, err);
	if (make_lines(&lines, err) < 0)
		return -1;

	pid_t self = getpid(), writer = fork();
	if (writer < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	if (writer == 0) {
		close(lines.gate);
		write_for_parent(map, self, lines.child_gate, lines.child_report);
	}
	close_child_ends(&lines);
	int result = unshare_namespaces(true, mounts, err);
	if (result == 0)
		send_step(lines.gate, STEP_READY);
	close(util_steal_fd(&lines.gate));
	struct error local = { 0 };
	bool failed = error_receive(lines.report, &local) != 0;
	if (wait_for(writer, &status) < 0 || status != 0)
		failed = true;
	if (result < 0)
		return -1;
	if (failed) {
		error_set(&local, E_IDMAP_WRITE, 0,
			  "the process that writes the id maps ended early");
		if (err)
			*err = local;
		return -1;
	}
	return become(uid, gid, err);
}
