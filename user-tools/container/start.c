// SPDX-License-Identifier: LGPL-2.1-or-later
/* From the starting command to the supervisor. */
#define LOG_MODULE "start"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/groups.h"
#include "container/orphan.h"
#include "container/runtime.h"
#include "container/supervisor.h"
#include "container/terminal.h"
#include "container/title.h"

#define TEARDOWN_WAIT_MS 10000
#define LOCK_STEP_MS 100

/*
 * The lock is held by whoever runs, creates or destroys the container. A supervisor that is
 * cleaning up, or another command that is about to be done, is waited for; one that has just begun
 * to run it is not.
 */
static int lock_for_start(const struct container *container, struct error *err)
{
	enum container_state state;
	struct error busy = { 0 };
	int directory = -1;
	for (int waited = 0; waited <= TEARDOWN_WAIT_MS; waited += LOCK_STEP_MS) {
		error_clear(&busy);
		directory = runtime_lock(container->lxcpath, container->name,
					 waited ? LOCK_STEP_MS : 0, &busy);
		if (directory >= 0 || busy.code != E_BUSY)
			break;
		if (container_get_state(container, &state, NULL) == 0 && state != STATE_STOPPED &&
		    state != STATE_STOPPING)
			return error_set(err, E_RUNNING, 0, "the container is already running");
	}
	if (err && directory < 0)
		*err = busy;
	pid_t pid;
	_cleanup_close_ int left = directory < 0 ? -1 : orphan_find(container, &pid);
	if (left >= 0) {
		close(directory);
		return orphan_refuse(container, pid, err);
	}
	return directory;
}

static void leave_session(void)
{
	setsid();
	if (chdir("/") < 0)
		log_warn("chdir /: %s", strerror(errno));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	util_close_fd(&null);
}

static int start_in_background(struct start_plan *plan, int directory, struct error *err)
{
	int pair[2], status;
	union {
		struct error error;
		char running;
	} answer;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_set(err, E_SYSTEM, errno, "socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		leave_session();
		title_set(plan->container->lxcpath, plan->container->name);
		struct error own = { 0 };
		_exit(supervisor_run(plan, directory, pair[1], &status, &own) < 0);
	}
	close(pair[1]);
	_cleanup_close_ int from_supervisor = pair[0];
	if (pid < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	ssize_t n;
	do
		n = recv(from_supervisor, &answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(struct error))
		return error_set(err, E_SUPERVISOR, 0, "the supervisor ended unexpectedly");
	if (err)
		*err = answer.error;
	return -1;
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int container_start(struct container *container, const struct start_options *options, int *status,
		    struct error *err)
{
	struct start_plan plan;
	int wait_status = 0, result;
	*status = 0;
	if (!options->foreground || options->close_all_fds) {
		int keep[] = { log_fd() };
		fd_close_from(3, keep, 1);
	}
	_cleanup_close_ int directory = lock_for_start(container, err);
	if (directory < 0)
		return -1;
	result = plan_make(&plan, container, options, err);
	if (result == 0 && options->foreground) {
		result = supervisor_run(&plan, util_steal_fd(&directory), -1, &wait_status, err);
		terminal_restore();
		*status = exit_code(wait_status);
	} else if (result == 0)
		result = start_in_background(&plan, directory, err);
	else {
		groups_clean_after_crash(directory, container->name, &plan.map);
		runtime_remove(directory, container->lxcpath, container->name);
	}
	plan_clear(&plan);
	return result;
}
