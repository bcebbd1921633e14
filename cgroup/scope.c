// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whether there is a manager to ask, and the wait until it has done it. user-scope.c asks it. */
#define LOG_MODULE "cgroup"
#include "cgroup/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/user.h"
#include "base/util.h"

#define ANSWER_MS 5000 /* for the manager's answer */
#define MOVE_MS 5000   /* until its job is done */

extern char **environ;

static char *manager_socket(void)
{
	return xasprintf("/run/user/%u/systemd/private", (unsigned)geteuid());
}

static char *asking_program(void)
{
	return path_libexec("lxc-privsep/user-scope");
}

bool cgroup_scope_is_available(bool *lingers)
{
	struct stat st;
	_cleanup_free_ char *path = manager_socket();
	_cleanup_free_ char *program = asking_program();
	_cleanup_free_ char *user = user_name(geteuid());
	_cleanup_free_ char *mark = xasprintf("/var/lib/systemd/linger/%s", user);
	*lingers = access(mark, F_OK) == 0;
	/* Root is not in need of delegation. */
	return geteuid() != 0 && access(program, X_OK) == 0 && lstat(path, &st) == 0 &&
	       S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
}

/* Start the program that asks, with its output to read from *answer. An errno, or 0. */
static int start_asking(const char *name, const char *container_name, pid_t *child, int *answer)
{
	_cleanup_free_ char *program = asking_program(), *path = manager_socket();
	_cleanup_free_ char *pid = xasprintf("%d", (int)getpid());
	char *argv[] = { program, path, (char *)name, pid, (char *)container_name, NULL };
	posix_spawn_file_actions_t actions;
	int out[2];
	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	int error = posix_spawn(child, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	*answer = out[0];
	if (error)
		util_close_fd(answer);
	return error;
}

static int ask_manager(const char *name, const char *container_name, struct error *err)
{
	char why[200] = "";
	int status = 0, fd;
	pid_t pid;
	int error = start_asking(name, container_name, &pid, &fd);
	if (error)
		return error_set(err, E_CGROUP_DELEGATION, error,
				 "asking your systemd manager for a scope");
	_cleanup_close_ int answer = fd;
	struct pollfd ready = { .fd = answer, .events = POLLIN };
	if (poll(&ready, 1, ANSWER_MS) == 0)
		kill(pid, SIGKILL);
	ssize_t n = read(answer, why, sizeof(why) - 1);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	why[n > 0 ? n : 0] = 0;
	return error_set(err, E_CGROUP_DELEGATION, 0, "a scope of your systemd manager: %s",
			 *why ? why : "no answer");
}

/* The manager answers when it has queued the job; the job moves us. */
static bool is_in_scope(const char *name)
{
	_cleanup_free_ char *groups = NULL;
	return file_read_all(AT_FDCWD, "/proc/self/cgroup", 65536, &groups) > 0 &&
	       strstr(groups, name);
}

int cgroup_scope_enter(const char *container_name, struct error *err)
{
	char name[SCOPE_NAME_SIZE];
	cgroup_scope_name(name, container_name, getpid());
	if (ask_manager(name, container_name, err) < 0)
		return -1;
	for (int waited = 0; !is_in_scope(name); waited += 2) {
		if (waited > MOVE_MS)
			return error_set(err, E_CGROUP_DELEGATION, 0,
					 "your systemd manager has not filled %s", name);
		poll(NULL, 0, 2);
	}
	log_info("in %s", name);
	return 0;
}
