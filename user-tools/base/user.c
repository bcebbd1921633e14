// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

#define PASSWD_MAX (1 << 20)

extern char **environ;

/* The line of uid in a text of passwd(5). */
static bool take(char *text, uid_t uid, struct user *user)
{
	while (text && *text) {
		char *line = strsep(&text, "\n"), *field[6] = { 0 };
		uint32_t number;
		for (size_t i = 0; i < ARRAY_SIZE(field); i++)
			field[i] = strsep(&line, ":");
		if (!field[5] || !*field[0] || parse_uint32(field[2], &number) < 0 || number != uid)
			continue;
		*user = (struct user){ xstrdup(field[0]), xstrdup(field[5]) };
		return true;
	}
	return false;
}

/* What "getent passwd UID" prints, or NULL. */
static char *ask_getent(uid_t uid)
{
	char number[16], *argv[] = { "getent", "passwd", number, NULL }, *text = NULL;
	posix_spawn_file_actions_t actions;
	int out[2];
	pid_t pid;
	snprintf(number, sizeof(number), "%u", (unsigned)uid);
	if (pipe2(out, O_CLOEXEC) < 0)
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	if (!error) {
		file_read_fd(out[0], PASSWD_MAX, &text);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(out[0]);
	return text;
}

bool user_find(uid_t uid, struct user *user)
{
	char *text = NULL;
	*user = (struct user){ 0 };
	bool found =
	    file_read_all(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &text) > 0 && take(text, uid, user);
	free(text);
	if (found)
		return true;
	_cleanup_free_ char *answer = ask_getent(uid);
	return answer && take(answer, uid, user);
}

void user_clear(struct user *user)
{
	free(user->name);
	free(user->home);
	*user = (struct user){ 0 };
}

char *user_name(uid_t uid)
{
	struct user user;
	if (!user_find(uid, &user))
		return xasprintf("%u", (unsigned)uid);
	char *name = util_steal_pointer(&user.name);
	user_clear(&user);
	return name;
}
