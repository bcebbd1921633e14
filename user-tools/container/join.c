// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/join.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/socket.h"
#include "container/limits.h"
#include "container/share.h"

/* What only the caller may do to a process, and what it inherits from this one. */
static int prepare_kernel_state(const struct config *config, struct error *err)
{
	_cleanup_close_ int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return error_set(err, E_SYSTEM, errno, "/proc/self");
	return limits_write_proc(config, proc, err) < 0 || limits_raise(config, 0, err) < 0 ? -1
											    : 0;
}

/* 0 in the new process; does not return in the one between. */
static long run_between(const struct start_plan *plan, struct clone_args *args, int channel)
{
	struct error err = { 0 };
	int pidfd = -1;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (prepare_kernel_state(plan->config, &err) < 0)
		goto failed;
	/* With the caller's uid and, for a moment, among the processes of a container whose root
	 * may trace what is in its user namespace and seen by it, which everything is if it shares
	 * the host's pid namespace: ptrace(2) wants more for what is not dumpable.
	 */
	if (plan->shared[NS_PID].fd >= 0 || plan->shared[NS_USER].fd >= 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (share_join_early(plan, &err) < 0)
		goto failed;
	args->flags |= CLONE_PARENT;
	args->exit_signal = 0; /* that of this process, clone(2) */
	args->pidfd = (uint64_t)(uintptr_t)&pidfd;
	long pid = syscall(SYS_clone3, args, sizeof(*args));
	if (pid == 0) {
		close(channel);
		return 0;
	}
	if (pid < 0)
		error_set(&err, E_PRIVILEGE, errno, "a process in the shared namespaces");
	else if (socket_send(channel, &pid, sizeof(pid), &pidfd, 1) < 0)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	else
		_exit(0);
failed:
	socket_send(channel, &err, sizeof(err), NULL, 0);
	_exit(1);
}

static long take_child(int channel, int *pidfd, struct error *err)
{
	union {
		long pid;
		struct error error;
	} message;
	size_t count = 1;
	ssize_t n = socket_receive(channel, &message, sizeof(message), pidfd, &count);
	if (n == (ssize_t)sizeof(message.pid) && count == 1)
		return message.pid;
	if (n == (ssize_t)sizeof(message.error) && count == 0)
		*err = message.error;
	else
		error_set(err, E_SYSTEM, n < 0 ? errno : 0, "joining the shared namespaces");
	return -1;
}

long join_and_clone(const struct start_plan *plan, struct clone_args *args, struct error *err)
{
	int channel[2], *pidfd = (int *)(uintptr_t)args->pidfd;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return error_set(err, E_SYSTEM, errno, "socketpair");
	pid_t between = fork();
	if (between == 0) {
		close(channel[0]);
		return run_between(plan, args, channel[1]);
	}
	close(channel[1]);
	long pid = between < 0 ? error_set(err, E_SYSTEM, errno, "fork")
			       : take_child(channel[0], pidfd, err);
	close(channel[0]);
	while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	return pid;
}
