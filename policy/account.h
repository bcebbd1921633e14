/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who the caller is in the words of policy files: a strict reader of the text of /etc/passwd and
 * /etc/group. NSS is never asked, so names are those of the two files; where accounts live
 * elsewhere (LDAP) policy files name them by number. A line that is not exactly passwd(5) or
 * group(5) counts as absent. Of several lines with one name the first counts, as it does for
 * getpwnam(3).
 */
#ifndef POLICY_ACCOUNT_H
#define POLICY_ACCOUNT_H

#include "policy/text.h"

#define ACCOUNT_MAX_NAMES 4

struct account {
	uint32_t uid;
	uint32_t gid;		/* the real gid of the process */
	const uint32_t *groups; /* its supplementary groups, as the kernel attests them */
	size_t group_count;
	struct text passwd; /* text of /etc/passwd; empty = no such file */
	struct text group;  /* text of /etc/group; empty = no such file, or groups do not matter */
	/* filled by account_resolve: the user's names, one in practice */
	struct text names[ACCOUNT_MAX_NAMES];
	size_t name_count;
};

/* Find the names of uid. The other members have been filled by the caller, who keeps what they
 * point to. */
void account_resolve(struct account *account);

/*
 * Is this word of a policy file the account? One of its names, or its uid in decimal unless
 * some user is literally called that.
 */
bool account_is_user(const struct account *account, struct text word);

/*
 * Is the account in the group that this word (name, or gid in decimal) means? By the kernel's list,
 * by the primary group in passwd, or by the member list of the group's line. *gid is the group's
 * id.
 */
bool account_in_group(const struct account *account, struct text word, uint32_t *gid);

/*
 * Does a range of user ids (or, if gids is set, group ids) hold the id (or primary group) of
 * another user of /etc/passwd? Neither the account's own ids nor the group it shares with others
 * count.
 */
bool account_others_in_range(const struct account *account, bool gids, uint32_t start,
			     uint32_t count);

#endif
