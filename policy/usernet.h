/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-usernet(5): who may have how many interfaces of which type on which link. A pure function
 * from the text of the file and an account to numbers; it opens nothing and counts nothing that
 * exists.
 *
 *   USER|@GROUP TYPE LINK COUNT [# comment]
 *
 * separated by blanks and tabs. Users and groups may be numbers (policy/account.h). COUNT is a
 * complete decimal number up to 3843. A line that breaks a rule grants nothing, and the first such
 * line is reported, so that its author can be told: one of more than 255 bytes, with a control
 * character, that begins with a blank, has fewer than four words or another count. Of several lines
 * for the same user (or group), type and link the largest count holds. What follows COUNT other
 * than a comment is refused: it might be a restriction that this version cannot enforce.
 */
#ifndef POLICY_USERNET_H
#define POLICY_USERNET_H

#include "policy/account.h"

/* Two base-62 digits of an interface name hold the slot. */
#define USERNET_MAX_COUNT 3843
#define USERNET_MAX_LINE 255
#define USERNET_MAX_GRANTS 17 /* the user's and those of its groups */
#define USERNET_MAX_FILE 65535

enum usernet_line { USERNET_BLANK, USERNET_RULE, USERNET_BAD };

struct usernet_rule {
	struct text who; /* without the @ */
	bool is_group;
	struct text type, link;
	uint32_t count;
};

/* What one line says. *rule is filled for USERNET_RULE only. */
enum usernet_line usernet_parse_line(struct text line, struct usernet_rule *rule);

/* One pool of interfaces: the user's own, or one that the members of a group share. */
struct usernet_grant {
	bool is_group;
	uint32_t id;	/* uid, or gid of a group */
	uint32_t count; /* interfaces allowed; 0 is possible */
	uint32_t line;	/* the rule's line in the file, from 1; 0 = no rule */
};

struct usernet_decision {
	struct usernet_grant grant[USERNET_MAX_GRANTS]; /* the user's; groups' in file order */
	size_t count;					/* of grants, at least 1 */
	uint32_t bad_line;				/* first line that was refused, 0 = none */
};

/* What account gets of type on link. Nothing granted: count == 1 and grant[0].line == 0. */
void usernet_decide(struct text file, const struct account *account, struct text type,
		    struct text link, struct usernet_decision *decision);

#endif
