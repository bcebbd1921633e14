/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system call filter of a container: read and compiled once, before anything of the container
 * exists; loaded by its first process and by attached ones as the last thing before they execute.
 * A filter cannot be taken off again, and what runs below it can only add to it.
 */
#ifndef CONTAINER_SECCOMP_H
#define CONTAINER_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"
#include "config/seccomp-profile.h"

/* Where common.seccomp is installed: in force where lxc.seccomp.profile is not set. */
#define PATH_SECCOMP_DEFAULT DATADIR "/lxc/config/common.seccomp"

/* length 0 = no filter */
struct seccomp_filter {
	struct sock_filter *code;
	unsigned short length;
	bool notifies; /* loading it gives a listener */
};

/*
 * The filter for config. execute: the first program is started from a descriptor (lxc-execute).
 * Errors E_SECCOMP name file and line of the profile; the rule is the line that named the file.
 */
int seccomp_plan(const struct config *config, bool execute, struct seccomp_filter *filter,
		 struct error *err);
void seccomp_filter_clear(struct seccomp_filter *filter);

/*
 * Load it into the calling process, which has no_new_privs or CAP_SYS_ADMIN among its permitted
 * capabilities. A listener is sent to channel, and both are closed. Without a filter: nothing.
 */
int seccomp_filter_load(const struct seccomp_filter *filter, int channel, struct error *err);

/* ---- with libseccomp: seccomp-compile.c, without: seccomp-none.c ---- */

/* Is there a compiler at all? */
bool seccomp_can_compile(void);
/* name stands in messages. Errors name the line of the rule. */
int seccomp_compile(const struct seccomp_profile *profile, const char *name,
		    struct seccomp_filter *filter, struct error *err);
/* The number of a system call on this machine, -1 = it has none. */
int seccomp_call_number(const char *call);
/* The machine's own architecture. */
enum seccomp_arch seccomp_native_arch(void);

#endif
