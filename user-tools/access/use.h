/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a line of lxc-usernet(5) is in use, as far as the kernel tells everybody. */
#ifndef ACCESS_USE_H
#define ACCESS_USE_H

#include "base/util.h"
#include "policy/usernet.h"

struct use {
	bool known;    /* of a veth, macvlan and ipvlan; the rest is in namespaces we do not see */
	uint32_t used; /* places of the pool that are taken, also those above a lowered count */
	struct string_list holders; /* of a veth: "user/container/eth0", in the order of places */
};

/* All lines of one pool, type and link have one answer. use_clear frees. */
void use_find(struct usernet_pool pool, const struct usernet_rule *rule, struct use *use);
void use_clear(struct use *use);

#endif
