/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-usernet(5): who may have how many interfaces of which type on which link, and under which
 * restrictions.
 *
 *   USER|@GROUP TYPE LINK COUNT [OPTION...] [# comment]
 *
 * separated by blanks and tabs. Users and groups may be numbers (policy/account.h). COUNT is a
 * complete decimal number up to 3843. Options, in any order, each but ip= once:
 *
 *   ip=ADDRESS/LENGTH  may send from this address or network; up to 8 of them
 *   mac=xx:xx:xx:xx:xx:xx  must have this hardware address, in lower case
 *   isolated           exchanges nothing with other isolated ports of the link
 *   vlan=ID            belongs to this VLAN, 1 to 4094
 *   mtu=BYTES          at most this MTU, 68 to 65535
 *   mode=MODE          must have this mode (macvlan, ipvlan)
 *
 * A line that breaks a rule grants nothing: one of more than 255 bytes, with a control character,
 * that begins with a blank, has fewer than four words, another count, an unknown option or a bad
 * value (a network with bits set behind its length), an unknown type, or an option
 * that could not be enforced: ip= and mac= are for a veth, isolated for a veth and an ipvlan (root
 * in the container can give a macvlan any address and mode), mode= for macvlan and ipvlan, vlan=
 * for a veth and, needed, a vlan, mtu= for all but phys.
 *
 * Every line is a whole by itself: the pool it gives from, and what holds for what it gives. Which
 * of several lines to use is the business of who asks (access/choice.h); slots are counted by
 * pool, so lines of one pool never add up.
 */
#ifndef POLICY_USERNET_H
#define POLICY_USERNET_H

#include "policy/account.h"

/* Two base-62 digits of an interface name hold the slot. */
#define USERNET_MAX_COUNT 3843
#define USERNET_MAX_LINE 255
#define USERNET_MAX_FILE 65535

enum usernet_line { USERNET_BLANK, USERNET_RULE, USERNET_BAD };

/* IPv4 as ::ffff:A.B.C.D with 96 more bits of prefix. */
struct usernet_address {
	uint8_t bytes[16];
	uint8_t prefix; /* 1 to 128; 0 = none */
};

/* Modes are of a macvlan, then of an ipvlan. */
/* clang-format off */
enum usernet_mode {
	MODE_NONE, MODE_PRIVATE, MODE_VEPA, MODE_BRIDGE, MODE_PASSTHRU, MODE_L2, MODE_L3, MODE_L3S
};
enum usernet_type { TYPE_NONE, TYPE_VETH, TYPE_MACVLAN, TYPE_IPVLAN, TYPE_VLAN, TYPE_PHYS };
/* clang-format on */
#define USERNET_TYPES "", "veth", "macvlan", "ipvlan", "vlan", "phys"
#define USERNET_MODES "", "private", "vepa", "bridge", "passthru", "l2", "l3", "l3s"
/* The first and the last mode of each type. */
#define USERNET_TYPE_MODES                                                                   \
	{                                                                                    \
		{ 0 }, { 0 }, { MODE_PRIVATE, MODE_PASSTHRU }, { MODE_L2, MODE_L3S }, { 0 }, \
		{                                                                            \
			0                                                                    \
		}                                                                            \
	}
#define USERNET_MAX_ADDRESSES 8
#define USERNET_MAC 17 /* characters of a hardware address */

struct usernet_rule {
	struct text who; /* without the @ */
	bool is_group;
	uint32_t type; /* enum usernet_type */
	struct text link;
	uint32_t count;
	struct usernet_address address[USERNET_MAX_ADDRESSES]; /* ends at the first empty one */
	struct text mac;				       /* as written; empty = any */
	bool isolated;
	uint32_t vlan, mtu; /* 0 = none */
	uint32_t mode;	    /* enum usernet_mode; MODE_NONE = not said */
};

/* What one line says. *rule is filled for USERNET_RULE only. */
enum usernet_line usernet_parse_line(struct text line, struct usernet_rule *rule);

/* Interfaces that are counted together: the user's own, or those that the members of a group
 * share. */
struct usernet_pool {
	bool is_group;
	uint32_t id; /* uid, or gid of a group */
};

/* Is the line for this account, and which pool does it give from? */
bool usernet_is_for(const struct usernet_rule *rule, const struct account *account,
		    struct usernet_pool *pool);

/*
 * May an interface that the line gives have this hardware address (17 lower-case characters; empty:
 * that of its link), MTU (0: that of its link, which mtu= does not allow) and mode? Where the line
 * does not say: an address that is locally administered or of the prefixes 10:66:6a and 00:16:3e,
 * so that nobody takes that of a machine; no mode that changes the link for others: private, vepa,
 * bridge, l3.
 */
bool usernet_allows(const struct usernet_rule *rule, struct text mac, uint32_t mtu, uint32_t mode);

#endif
