/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-usernet(5) as an unprivileged program reads it: the texts of the policy and account files,
 * and who a user is in their words.
 */
#ifndef SETUID_HELPERS_CLIENT_POLICY_H
#define SETUID_HELPERS_CLIENT_POLICY_H

#include <sys/types.h>

#include "base/error.h"
#include "access/choice.h"

struct net_policy {
	struct text file;	/* lxc-usernet; empty if it cannot be read */
	int error;		/* why it cannot (errno), or 0 */
	struct account account; /* of the user; its texts are here */
	char *texts[3];		/* lxc-usernet, /etc/passwd, /etc/group */
	gid_t *groups;
};

/*
 * Read the files. The account is that of the calling process (its real ids and its supplementary
 * groups, as net-helper sees them). Always succeeds; net_policy_close frees.
 */
void net_policy_open(struct net_policy *policy);
/* The same for another user: its groups are those that /etc/group and its primary group say, as at
 * its next login. */
void net_policy_open_for(struct net_policy *policy, uid_t uid);
void net_policy_close(struct net_policy *policy);
#define _cleanup_net_policy_ __attribute__((cleanup(net_policy_close)))

#endif
