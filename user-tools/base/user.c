// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

#define PASSWD_MAX (1 << 20)

extern char **environ;

/* One line of passwd(5); the names stay where they are, in the line. */
static bool parse_account(char *line, struct user_account *account)
{
	char *field[6] = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		field[i] = strsep(&line, ":");
	if (!field[5] || !*field[0])
		return false;
	*account = (struct user_account){ .name = field[0], .home = field[5] };
	return parse_uint32(field[2], &account->uid) == 0 &&
	       parse_uint32(field[3], &account->gid) == 0;
}

/* The line of uid in a text of passwd(5). */
static bool take(char *text, uid_t uid, struct user *user)
{
	struct user_account account;
	while (text && *text) {
		if (!parse_account(strsep(&text, "\n"), &account) || account.uid != uid)
			continue;
		*user = (struct user){ xstrdup(account.name), xstrdup(account.home) };
		return true;
	}
	return false;
}

/* What "getent passwd KEY" prints, a name or a uid, or NULL. */
static char *ask_getent(const char *key)
{
	char *argv[] = { "getent", "passwd", (char *)key, NULL }, *text = NULL;
	posix_spawn_file_actions_t actions;
	int out[2];
	pid_t pid;
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
	char number[16];
	snprintf(number, sizeof(number), "%u", (unsigned)uid);
	_cleanup_free_ char *answer = ask_getent(number);
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

static bool has_account(const struct user_accounts *accounts, const char *name, uid_t uid)
{
	for (size_t i = 0; i < accounts->count; i++)
		if (accounts->items[i].uid == uid || strcmp(accounts->items[i].name, name) == 0)
			return true;
	return false;
}

static void add_accounts(struct user_accounts *accounts, char *text)
{
	struct user_account account;
	while (text && *text) {
		if (!parse_account(strsep(&text, "\n"), &account) ||
		    has_account(accounts, account.name, account.uid))
			continue;
		account.name = xstrdup(account.name);
		account.home = xstrdup(account.home);
		accounts->items =
		    xrealloc(accounts->items, (accounts->count + 1) * sizeof(*accounts->items));
		accounts->items[accounts->count++] = account;
	}
}

void user_accounts_read(struct user_accounts *accounts)
{
	_cleanup_free_ char *passwd = NULL, *subuid = NULL;
	*accounts = (struct user_accounts){ 0 };
	if (file_read_all(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &passwd) > 0)
		add_accounts(accounts, passwd);
	if (file_read_all(AT_FDCWD, "/etc/subuid", PASSWD_MAX, &subuid) <= 0)
		return;
	for (char *at = subuid; at && *at;) {
		char *line = strsep(&at, "\n"), *name = strsep(&line, ":");
		uint32_t uid = UINT32_MAX;
		if (!line || !*name || strchr("#-", *name))
			continue;
		parse_uint32(name, &uid);
		if (has_account(accounts, name, uid))
			continue;
		_cleanup_free_ char *answer = ask_getent(name);
		add_accounts(accounts, answer);
	}
}

void user_accounts_clear(struct user_accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++) {
		free(accounts->items[i].name);
		free(accounts->items[i].home);
	}
	free(accounts->items);
	*accounts = (struct user_accounts){ 0 };
}

int user_become(const struct user_account *account)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *kept = path ? xstrdup(path) : NULL;
	if (setgroups(1, &account->gid) < 0 ||
	    setresgid(account->gid, account->gid, account->gid) < 0 ||
	    setresuid(account->uid, account->uid, account->uid) < 0 || chdir("/") < 0)
		return -1;
	clearenv();
	return setenv("HOME", account->home, 1) < 0 || setenv("USER", account->name, 1) < 0 ||
		       setenv("LOGNAME", account->name, 1) < 0 ||
		       (kept && setenv("PATH", kept, 1) < 0)
		   ? -1
		   : 0;
}
