/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is wrong with lxc-usernet(5), in words. The helpers only know that a line is malformed
 * (policy/usernet.h); here, without privilege, it is found out why. No file is read.
 */
#ifndef ACCESS_LINT_H
#define ACCESS_LINT_H

#include "policy/usernet.h"

/* What of the file is not printable ASCII is '?' in all of these. */
struct lint_problem {
	bool grants_nothing; /* else it is a warning: the line holds */
	char value[80];	     /* the words in question, cut if need be */
	char what[256];	     /* what is wrong with them */
	char accepted[256];  /* what would be right */
};

/*
 * Why does this line grant nothing? False: it grants something, or it is blank or a comment. True
 * for every line that usernet_parse_line calls bad, and for those that it takes, but which no
 * request can meet: a count of 0, a link that no interface can be called, a hardware address that
 * none can have, a mode of another type.
 */
bool lint_line(struct text line, struct lint_problem *problem);

/* What a link is on this host. */
enum lint_link { LINT_LINK_MISSING, LINT_LINK_BRIDGE, LINT_LINK_VLAN_BRIDGE, LINT_LINK_OTHER };

/* What lines are held against. */
struct lint_world {
	struct text passwd, group;
	enum lint_link (*link)(struct text name);
};

typedef void lint_found(void *closure, uint32_t line, const struct lint_problem *problem);

/* All of the file, in the order of its lines: why lines grant nothing, and what is suspicious of
 * the others, alone and together. */
void lint_file(struct text file, const struct lint_world *world, lint_found *found, void *closure);

#endif
