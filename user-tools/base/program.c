// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"

#define OUTPUT_MAX (1 << 22)

static const char *const directories[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					   "/usr/bin",	      "/sbin",		"/bin" };

char *program_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		char *path = path_join(directories[i], name);
		if (access(path, X_OK) == 0 && !file_is_directory(path))
			return path;
		free(path);
	}
	return NULL;
}

/* A file in memory: a daemon that a program leaves behind cannot keep us waiting for its end. */
static int open_stream(const char *text)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);
	if (fd >= 0 && text &&
	    (file_write_fd(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int wait_for_end(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_run(const char *path, const struct string_list *argv, const char *input, char **output)
{
	static char *const environment[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
					     "/usr/bin:/sbin:/bin",
					     "LC_ALL=C", NULL };
	_cleanup_close_ int in = open_stream(input), out = open_stream(NULL);
	posix_spawn_file_actions_t actions;
	pid_t pid;
	if (in < 0 || out < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, out, 2);
	int error = posix_spawn(&pid, path, &actions, NULL, argv->items, environment);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		errno = error;
		return -1;
	}
	int status = wait_for_end(pid);
	if (output) {
		*output = NULL;
		if (lseek(out, 0, SEEK_SET) < 0 || file_read_fd(out, OUTPUT_MAX, output) < 0)
			*output = xstrdup("");
		for (size_t n = strlen(*output); n && (*output)[n - 1] == '\n';)
			(*output)[--n] = 0;
	}
	return status;
}
