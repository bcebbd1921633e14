/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who the caller is in the words of policy files: a strict reader of the text of /etc/passwd and
 * /etc/group. NSS is never asked, so names are those of the two files; where accounts live
 * elsewhere (LDAP) policy files name them by number. A line that is not exactly passwd(5) or
 * group(5) counts as absent. Of several lines with one name, or one uid, the first counts, as it
 * does for getpwnam(3) and getpwuid(3).
 */
#ifndef POLICY_ACCOUNT_H
#define POLICY_ACCOUNT_H

#include "policy/text.h"

struct account {
	uint32_t uid, gid;	/* the real ones of the process */
	const uint32_t *groups; /* its supplementary groups, as the kernel attests them */
	size_t group_count;
	struct text passwd; /* text of /etc/passwd; empty = no such file */
	struct text group;  /* text of /etc/group; empty = no such file, or groups do not matter */
	struct text name;   /* filled by account_resolve: the user's name; empty = none */
};

/* Find the name of uid. The other members have been filled by the caller, who keeps what they
 * point to. */
void account_resolve(struct account *account);

/*
 * Is this word of a policy file the account? Its name, or its uid in decimal unless some user is
 * literally called that.
 */
bool account_is_user(const struct account *account, struct text word);

/*
 * Does the process belong to the group that this word (name, or gid in decimal) means? Its real and
 * its supplementary groups count, as the kernel has them. *gid is the group's id.
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
