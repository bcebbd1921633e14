/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One command in new namespaces, without a container around it: lxc-unshare. With a user namespace
 * anybody may have the others; without one the caller needs CAP_SYS_ADMIN.
 */
#ifndef CONTAINER_UNSHARE_H
#define CONTAINER_UNSHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"

struct unshare_options {
	int namespaces; /* CLONE_NEW*, as clone(2) takes them */
	/* The only ids inside, which are the caller's own outside. Without: the caller's
	 * subordinate ids (or, where it has none, its own), and the command is their root. */
	bool has_id;
	uint32_t uid, gid;
	const char *hostname;		      /* NULL = as it is */
	const struct string_list *interfaces; /* of the host, to be moved in */
	bool remount; /* fresh /dev/shm, /proc (with a PID namespace), /dev/mqueue (with an IPC one)
		       */
	bool daemon;  /* return as soon as the command runs */
	char *const *argv;
};

/*
 * Check everything, then run it. *status: exit code of the command, 128+n for signal n, 126 or 127
 * if it cannot be executed (then with the error); 0 with daemon. -1 when it was not run: E_USAGE,
 * E_PRIVILEGE, E_NET_LINK, E_NO_USERNS, E_IDMAP_*. The command ends when the caller is killed,
 * unless it is a daemon.
 */
int unshare_run(const struct unshare_options *options, int *status, struct error *err);

#endif
