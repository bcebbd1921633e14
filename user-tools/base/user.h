/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names and homes of users: those of /etc/passwd, and of the users that are not in it what
 * getent(1) says. NSS itself is never loaded: its modules need the libc they were built for, which
 * a static program lacks.
 */
#ifndef BASE_USER_H
#define BASE_USER_H

#include <stdbool.h>
#include <sys/types.h>

struct user {
	char *name, *home;
};

/* False when nobody knows the id; then nothing is filled in. */
bool user_find(uid_t uid, struct user *user);
void user_clear(struct user *user);

/* Login name of a uid, or the number in decimal if it has none. Caller frees. */
char *user_name(uid_t uid);

/* Everybody of /etc/passwd, and whoever has subordinate ids without being in it; each uid once. */
struct user_account {
	char *name, *home;
	uid_t uid;
	gid_t gid;
};
struct user_accounts {
	struct user_account *items;
	size_t count;
};
void user_accounts_read(struct user_accounts *accounts);
void user_accounts_clear(struct user_accounts *accounts);

/*
 * This process, root's, is that user's from here on: ids, one group, home, an environment with
 * nothing else of the caller's than PATH. 0 or -1 (errno).
 */
int user_become(const struct user_account *account);

#endif
