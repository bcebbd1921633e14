/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that root runs as somebody else: as a login of that user would, with nothing of root's
 * in it but what is handed over here. (What a child of ours does as a user without becoming another
 * program: user_become of base/user.h.)
 */
#ifndef BASE_AS_USER_H
#define BASE_AS_USER_H

#include "base/error.h"
#include "base/user.h"

struct as_user {
	char *const *argv; /* argv[0] is the program's path */
	int out, err;	   /* its standard output and error; its input is /dev/null */
	/* In the new process, still as root: where it is to be (control groups). May be NULL. */
	void (*place)(const struct user_account *account, void *data);
	void *data;
};

/*
 * By root only. The user's ids, all its groups and no others; no capability; a session and a
 * session keyring of its own; no descriptor but the three; HOME, USER, LOGNAME, SHELL, PATH, and
 * XDG_RUNTIME_DIR where that directory is there and the user's; its home as directory, or /.
 * Returns the pid, or -1.
 */
pid_t as_user_run(const struct user_account *account, const struct as_user *program,
		  struct error *err);

#endif
