/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * subuid(5) and subgid(5): which ids are delegated to an account, from the text of the file. Lines
 * are OWNER:START:COUNT with OWNER a name or a uid (also in subgid) and plain decimal numbers; any
 * other line delegates nothing. Ranges that touch or overlap count as one.
 */
#ifndef POLICY_SUBID_H
#define POLICY_SUBID_H

#include "policy/account.h"

struct subid_range {
	uint32_t start;
	uint32_t count; /* >= 1; the last id is at most ID_MAX */
};

/* Cut lines off *rest until one delegates something to account. False at the end of the file. */
bool subid_take_range(struct text *rest, const struct account *account, struct subid_range *range);

/* Does every id of start .. start+count-1 belong to the account by lines of this file? */
bool subid_covers(struct text file, const struct account *account, uint32_t start, uint32_t count);

#endif
