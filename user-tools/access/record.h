/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line of the system log as net-helper and idmap-helper write it (lxc-policy(1),
 * docs/PROTOCOL.md), read strictly: exactly their fields in exactly their order, or it is none. Who
 * else can write to the log could have written it, so nothing in it is trusted to be short,
 * printable or a number.
 */
#ifndef ACCESS_RECORD_H
#define ACCESS_RECORD_H

#include "policy/usernet.h"

struct record {
	bool is_map;  /* of idmap-helper */
	uint32_t uid; /* of the caller */
	bool asked;   /* it got as far as acting: what follows, up to ended, is known */
	enum usernet_type type;
	struct text link, label; /* label: user/container/interface */
	uint32_t rule;		 /* line of lxc-usernet */
	bool deny_setgroups;
	struct text uids, gids; /* "0:100000:65536," and so on */
	struct text host;	/* veth: name of the host's end; empty = not known */
	bool ended;		/* else it says what is going to be done */
	uint32_t stage, status, error;
	size_t intent; /* bytes of the message that say what is going to be done; 0 unless asked */
};

/*
 * identifier is lxc-net or lxc-idmap, message what stands behind it and ": ". False if it is not a
 * record. The texts of *record are slices of message, printable ASCII without blanks.
 */
bool record_parse(struct text identifier, struct text message, struct record *record);

/* What a status says, "no line of lxc-usernet gives it"; "unknown status" for one of a later
 * version. */
const char *record_status(uint32_t status);

#endif
