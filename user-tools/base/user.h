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

#endif
