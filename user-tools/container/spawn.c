// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "spawn"
#include "container/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "container/join.h"
#include "container/limits.h"
#include "container/share.h"

static const struct {
	const char *file;
	uint64_t flag;
} namespaces[NS_COUNT] = {
	[NS_USER] = { "ns/user", CLONE_NEWUSER },
	[NS_MNT] = { "ns/mnt", CLONE_NEWNS },
	[NS_PID] = { "ns/pid", CLONE_NEWPID },
	[NS_NET] = { "ns/net", CLONE_NEWNET },
	[NS_UTS] = { "ns/uts", CLONE_NEWUTS },
	[NS_IPC] = { "ns/ipc", CLONE_NEWIPC },
	[NS_CGROUP] = { "ns/cgroup", 0 }, /* unshared by init once it is in its group */
	[NS_TIME] = { "ns/time", 0 },	  /* unshared by init, which sets its clocks first */
};

void payload_init(struct payload *payload)
{
	*payload = (struct payload){ .pid = -1, .pidfd = -1, .pts = -1, .console = -1 };
	for (size_t i = 0; i < NS_COUNT; i++)
		payload->namespaces[i] = -1;
}

void payload_close(struct payload *payload)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		util_close_fd(&payload->namespaces[i]);
	for (size_t i = 0; i < payload->tty_count; i++)
		util_close_fd(&payload->ttys[i]);
	free(payload->ttys);
	util_close_fd(&payload->pidfd);
	util_close_fd(&payload->pts);
	util_close_fd(&payload->console);
	payload_init(payload);
}

static uint64_t clone_flags(const struct start_plan *plan)
{
	uint64_t flags = CLONE_PIDFD;
	for (size_t i = 0; i < NS_COUNT; i++)
		flags |= plan->own[i] ? namespaces[i].flag : 0;
	return flags;
}

static int clone_init(struct start_plan *plan, struct payload *payload, int control[2],
		      struct error *err)
{
	struct clone_args args = { .flags = clone_flags(plan),
				   .pidfd = (uint64_t)(uintptr_t)&payload->pidfd,
				   .exit_signal = SIGCHLD };
	int group = cgroup_payload_fd(plan->cgroup);
	if (group >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)group;
	}
	long pid = plan->joins ? join_and_clone(plan, &args, err)
			       : syscall(SYS_clone3, &args, sizeof(args));
	int saved = errno;
	if (pid == 0) {
		close(control[0]);
		init_run(plan, control[1]);
	}
	close(control[1]);
	control[1] = -1;
	if (error_is_set(err))
		return -1;
	if (pid < 0) {
		if (saved == EACCES || saved == EBUSY)
			return error_set(err, E_CGROUP, saved,
					 "starting in the container's control group");
		return idmap_userns_refused(saved, err);
	}
	payload->pid = (pid_t)pid;
	return 0;
}

/*
 * Keep the namespaces by descriptor, now: while the child still has the caller's uid, /proc/PID is
 * the caller's. Later nothing about the container is looked up by pid or path.
 */
static int keep_namespaces(const struct start_plan *plan, struct payload *payload, int proc,
			   struct error *err)
{
	for (size_t i = 0; i < NS_COUNT; i++) {
		if (plan->shared[i].fd >= 0) {
			payload->namespaces[i] = fcntl(plan->shared[i].fd, F_DUPFD_CLOEXEC, 3);
			continue;
		}
		/* What is the host's cannot be joined from inside, and need not be: attaching
		 * starts in it. */
		if (!plan->own[i] || i == NS_CGROUP || i == NS_TIME || plan->joins)
			continue;
		payload->namespaces[i] = openat(proc, namespaces[i].file, O_RDONLY | O_CLOEXEC);
		if (payload->namespaces[i] < 0)
			return error_set(err, E_SYSTEM, errno, "namespace %s of the container",
					 namespaces[i].file);
	}
	return 0;
}

static void take_report(struct payload *payload, const struct init_report *report, int fd)
{
	int *slot = NULL;
	if (report->kind == REPORT_DEVPTS)
		slot = &payload->pts;
	else if (report->kind == REPORT_NAMESPACE && report->number < NS_COUNT)
		slot = &payload->namespaces[report->number];
	else if (report->kind == REPORT_CONSOLE)
		slot = &payload->console;
	else if (report->kind == REPORT_TTY && report->number == payload->tty_count + 1 &&
		 report->number <= SPAWN_MAX_TTYS) {
		payload->ttys = xrealloc(payload->ttys, report->number * sizeof(int));
		slot = &payload->ttys[payload->tty_count++];
		*slot = -1;
	}
	if (slot && *slot < 0)
		*slot = fd;
	else
		close(fd);
}

static int tell(int control, char what, struct error *err)
{
	if (socket_send(control, &what, 1, NULL, 0) == 0)
		return 0;
	return errno == EPIPE ? 0 : /* its own error is on the way */
		   error_set(err, E_SYSTEM, errno, "the start of init");
}

/* Until init has been executed (end of file), or an error arrives, or the starter goes away. */
static int follow_init(struct payload *payload, int control, const struct spawn_events *events,
		       struct error *err)
{
	union {
		struct init_report report;
		struct error error;
	} message;
	bool reset = false;
	for (;;) {
		struct pollfd ready[3] = { { .fd = control, .events = POLLIN },
					   { .fd = events->starter, .events = 0 },
					   { .fd = events->epoll, .events = POLLIN } };
		if (poll(ready, 3, -1) < 0 && errno != EINTR)
			return error_set(err, E_SYSTEM, errno, "waiting for init");
		if (ready[2].revents && events->serve(events->data))
			return error_set(err, E_SUPERVISOR, 0, "the start was interrupted");
		if (ready[1].revents & (POLLHUP | POLLERR))
			return error_set(err, E_SUPERVISOR, 0, "the start was interrupted");
		if (!ready[0].revents)
			continue;
		int fd = -1;
		size_t count = 1;
		ssize_t n = socket_receive(control, &message, sizeof(message), &fd, &count);
		/* unix(7): who left with something unread is reset first, and only then come its
		 * last words. */
		if (n < 0 && errno == ECONNRESET) {
			reset = true;
			continue;
		}
		if (n == 0)
			return reset
				   ? error_set(err, E_INIT, 0, "init ended before it was executed")
				   : 0;
		if (n == 1 && count == 0) {
			if (events->ready(events->data, err) < 0 || tell(control, 'x', err) < 0)
				return -1;
		} else if (n == (ssize_t)sizeof(struct init_report) && count == 1)
			take_report(payload, &message.report, fd);
		else if (n == (ssize_t)sizeof(struct error) && count == 0) {
			*err = message.error;
			err->message[sizeof(err->message) - 1] = 0;
			err->rule[sizeof(err->rule) - 1] = 0;
			err->fix[sizeof(err->fix) - 1] = 0;
			return -1;
		} else
			return error_set(err, E_SUPERVISOR, n < 0 ? errno : 0,
					 "init's half of the start");
	}
}

static int chown_payload(void *data, struct error *err)
{
	/* The group stays the caller's; what moves processes in was opened before, cgroup_create().
	 */
	const struct start_plan *plan = data;
	return cgroup_chown_payload(plan->cgroup, 0, (gid_t)-1, err) < 0;
}

/* The container's root manages the groups below its own. */
static int hand_over_group(void *data, int to, struct error *err)
{
	struct start_plan *plan = data;
	struct idmap map = plan->map;
	uint32_t nsuid, nsgid;
	(void)to;
	if (idmap_add_self(&map, geteuid(), getegid(), &nsuid, &nsgid, err) < 0)
		return -1;
	int result = idmap_run(&map, false, chown_payload, plan, err);
	return result == 0
		   ? 0
		   : error_set(err, E_CGROUP, 0, "handing the control group to the container");
}

/* A process that joins others' namespaces is not ours to look into: it shows its own. */
static int await_namespaces(const struct start_plan *plan, struct payload *payload, int control,
			    struct error *err)
{
	static const enum namespace_kind early[] = {
		NS_USER, NS_MNT, NS_PID, NS_NET, NS_UTS, NS_IPC
	};
	for (size_t i = 0; i < ARRAY_SIZE(early); i++) {
		struct init_report report;
		int fd = -1;
		size_t count = 1;
		if (!plan->own[early[i]])
			continue;
		if (socket_receive(control, &report, sizeof(report), &fd, &count) !=
			(ssize_t)sizeof(report) ||
		    count != 1)
			return error_set(err, E_SUPERVISOR, 0,
					 "the first process of the container");
		take_report(payload, &report, fd);
	}
	return 0;
}

static int drive(struct start_plan *plan, struct payload *payload, int control,
		 const struct spawn_events *events, struct error *err)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d", (int)payload->pid);
	_cleanup_close_ int proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_aside_ struct aside hand_over = { 0 };
	if (proc < 0)
		return error_set(err, E_SYSTEM, errno, "%s of the container's first process", path);
	/* It takes a user namespace of its own, and nobody needs the result before init. */
	if (plan->user_namespace && cgroup_is_delegated(plan->cgroup) &&
	    aside_begin(&hand_over, hand_over_group, plan, err) < 0)
		return -1;
	if (keep_namespaces(plan, payload, proc, err) < 0)
		return -1;
	if (plan->joins ? await_namespaces(plan, payload, control, err) < 0
			: limits_write_proc(plan->config, proc, err) < 0 ||
			      limits_raise(plan->config, payload->pid, err) < 0)
		return -1;
	if (cgroup_is_delegated(plan->cgroup) &&
	    cgroup_enter_payload(plan->cgroup, payload->pid, err) < 0)
		return -1;
	if (plan->own[NS_USER] && idmap_write(&plan->map, proc, payload->pid, err) < 0)
		return -1;
	if (tell(control, 'm', err) < 0 ||
	    rootfs_give_idmapped(&plan->rootfs, payload->namespaces[NS_USER], control, err) < 0)
		return -1;
	if (plan->network.count && network_request(&plan->network, payload->namespaces[NS_NET],
						   plan->container->name, err) < 0)
		return -1;
	if (events->network_made(events->data, err) < 0)
		return -1;
	if (cgroup_is_delegated(plan->cgroup) &&
	    cgroup_apply_limits(plan->cgroup, plan->limits, plan->limit_count, err) < 0)
		return -1;
	if (hand_over.pid && aside_end(&hand_over, NULL, NULL, err) < 0)
		return -1;
	if (tell(control, 'n', err) < 0)
		return -1;
	return follow_init(payload, control, events, err);
}

int spawn_payload(struct start_plan *plan, struct payload *payload,
		  const struct spawn_events *events, struct error *err)
{
	int control[2];
	payload_init(payload);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
		return error_set(err, E_SYSTEM, errno, "socketpair");
	int result = clone_init(plan, payload, control, err);
	if (result == 0)
		result = drive(plan, payload, control[0], events, err);
	/* Its error explains ours (a closed socket, say): prefer what is already in the pipe. */
	close(control[0]);
	if (result < 0 && payload->pid > 0) {
		/* By descriptor: the supervisor's loop may have reaped it meanwhile. */
		syscall(SYS_pidfd_send_signal, payload->pidfd, SIGKILL, NULL, 0);
		while (waitid(P_PIDFD, (id_t)payload->pidfd, NULL, WEXITED) < 0 && errno == EINTR)
			;
		network_release(&plan->network, payload->namespaces[NS_NET]);
		payload_close(payload);
	}
	return result;
}
