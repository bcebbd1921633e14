/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which lines of lxc-usernet(5) an account can rely on. Looking through the file is the caller's
 * business and takes no privilege: net-helper reads only the line that a request names
 * (policy/usernet.h), and nothing here is part of it.
 */
#ifndef ACCESS_CHOICE_H
#define ACCESS_CHOICE_H

#include "policy/usernet.h"

#define USERNET_MAX_GRANTS 17 /* pools: the user's and those of its groups */
#define USERNET_MAX_LINES 64  /* that are offered for one type and link */

/* The most that a pool gives, whatever the options. */
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

/* What account gets of type on link; of several lines of a pool the largest count. Nothing granted:
 * count == 1 and grant[0].line == 0. */
void usernet_decide(struct text file, const struct account *account, struct text type,
		    struct text link, struct usernet_decision *decision);

struct usernet_offer {
	struct usernet_rule rule; /* its texts are slices of the file */
	struct usernet_pool pool;
	uint32_t line; /* from 1 */
};

struct usernet_choice {
	struct usernet_offer offer[USERNET_MAX_LINES]; /* the best first */
	size_t count;
	uint32_t bad_line; /* first line that was refused, 0 = none */
};

/*
 * The lines for account of this type and link, in the order in which to try them: the user's own
 * before those of groups, groups in the order of the file, of each pool the largest count first, of
 * equal ones the first.
 */
void usernet_choose(struct text file, const struct account *account, enum usernet_type type,
		    struct text link, struct usernet_choice *choice);

/* Names as in the file; "" of TYPE_NONE and MODE_NONE. */
const char *usernet_type_name(uint32_t type);
const char *usernet_mode_name(uint32_t mode);
/* TYPE_NONE, MODE_NONE if there is none of the name. */
enum usernet_type usernet_type_of(struct text name);
enum usernet_mode usernet_mode_of(struct text name);

/* An address of a rule as "10.0.3.0/24"; out holds USERNET_ADDRESS_TEXT bytes. */
#define USERNET_ADDRESS_TEXT 50
void usernet_address_text(const struct usernet_address *address, char out[USERNET_ADDRESS_TEXT]);
/* The same from text, as the file has it. */
bool usernet_address_of(struct text text, struct usernet_address *out);

#endif
