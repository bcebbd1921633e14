/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --all-users: this program once more for each user that may have containers, as that user, and
 * what it prints brought together. What comes from a user is text of the user's making: lines
 * with control characters, and more than EVERYONE_LINES of them, are not taken.
 */
#ifndef COMMANDS_EVERYONE_H
#define COMMANDS_EVERYONE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/user.h"
#include "base/util.h"

#define EVERYONE_LINES 100000

struct everyone_user {
	const struct user_account *account;
	struct string_list lines; /* of standard output; messages have been printed already */
	int status;		  /* exit code; 128+n for signal n; -1 = it could not be run */
};

struct everyone {
	struct user_accounts accounts;
	struct everyone_user *users; /* by uid, those that had something to do or to say */
	size_t count;
};

/*
 * Run "PROGRAM ARGUMENT..." (arguments ends with NULL) for all users that have a directory of
 * containers or a configuration of LXC's. groups: each in a control group of its own
 * (cgroup/user-group.h), for a program that starts containers. Many at a time: no user waits for
 * another's. Messages of theirs go to standard error, behind the user's name, unless quiet.
 * only: a user's name, NULL = all. E_PRIVILEGE when the caller is not root, E_USAGE where there is
 * no such user.
 */
int everyone_run(char *const *arguments, const char *only, bool groups, bool quiet,
		 struct everyone *everyone, struct error *err);
void everyone_clear(struct everyone *everyone);

#endif
