/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol of the helpers, byte by byte in docs/PROTOCOL.md: one request with one descriptor
 * in, one reply out, over SOCK_SEQPACKET. Every message has exactly one encoding: integers are in
 * host order, strings are NUL-padded to their full width, everything unused is zero.
 */
#ifndef SETUID_HELPERS_PROTOCOL_H
#define SETUID_HELPERS_PROTOCOL_H

#include <stdint.h>

#define HELPER_MAGIC 0x6c787076U /* "lxpv" */
#define HELPER_VERSION 2
#define HELPER_SOCKET 3 /* the descriptor a helper is started with */

enum helper_op { OP_NET = 1, OP_MAP = 2 };

struct helper_head {
	uint32_t magic;
	uint16_t version, op;
};

/* Names of interfaces and containers are made of these, and are not "." or "..". */
#define HELPER_NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/*
 * op OP_NET, with a network namespace descriptor. line and slot are the caller's choice: the line
 * of lxc-usernet that it relies on, and the number of the interface among those of the line's pool.
 * What the line restricts, holds.
 */
struct net_request {
	struct helper_head head;
	char link[16];	    /* on the host; "none": a veth whose host end is no bridge's port */
	char name[16];	    /* of the container's interface */
	char pair[16];	    /* veth: USER.PAIR becomes an altname of the host's end; or empty */
	char container[32]; /* label for people; may be empty */
	uint8_t hwaddr[6];  /* veth, macvlan: of the container's interface, unicast; else zero */
	uint16_t mtu;	    /* of the container's interface, 68 or more; 0 = that of the link */
	uint32_t line;	    /* from 1 */
	uint16_t slot;	    /* from 0; vlan and phys: 0 */
	uint8_t type;	    /* enum usernet_type */
	uint8_t mode;	    /* enum usernet_mode of a macvlan or ipvlan; else 0 */
};

#define MAP_MAX_EXTENTS 32
enum map_kind { MAP_UID, MAP_GID };

struct map_extent {
	uint32_t nsid, hostid, count;
};

/* op OP_MAP, with a /proc/PID directory descriptor */
struct map_request {
	struct helper_head head;
	uint32_t count[2]; /* extents used, [MAP_UID] and [MAP_GID]; the rest is zero */
	struct map_extent extent[2][MAP_MAX_EXTENTS];
};

/* The step a helper ended at, in the order of its main(). */
/* clang-format off */
enum helper_stage {
	STAGE_SANITISE = 1, STAGE_PRIVILEGE, STAGE_POLICY, STAGE_CONFINE, STAGE_RECEIVE,
	STAGE_OBJECT, STAGE_DECIDE, STAGE_UNREACHABLE, STAGE_ACT, STAGE_DONE
};
/* clang-format on */

/* Why; docs/PROTOCOL.md says it in words. error holds the errno where one belongs to it, else 0. */
/* clang-format off */
enum helper_status {
	STATUS_OK, STATUS_ENVIRONMENT, STATUS_NOT_PRIVILEGED, STATUS_SYSTEM, STATUS_MALFORMED,
	STATUS_POLICY_MISSING, STATUS_POLICY_UNSAFE, STATUS_NOT_YOURS, STATUS_NO_RULE, STATUS_QUOTA,
	STATUS_LINK_MISSING, STATUS_LINK_KIND, STATUS_LINK_FULL, STATUS_NAME_TAKEN,
	STATUS_EXTENT_INVALID, STATUS_EXTENT_FORBIDDEN, STATUS_EXTENT_OTHERS,
	STATUS_RESTRICTED, STATUS_HWADDR_TAKEN, STATUS_PAIR_TAKEN
};
/* clang-format on */

/* Which file STATUS_POLICY_MISSING and STATUS_POLICY_UNSAFE mean. */
enum helper_file { FILE_NONE, FILE_USERNET, FILE_PASSWD, FILE_GROUP, FILE_SUBUID, FILE_SUBGID };

/* The reply to every request. What the caller knows itself is not in it. */
struct helper_reply {
	struct helper_head head; /* op of the helper */
	uint16_t stage, status;
	uint32_t error;
	uint16_t map, extent; /* enum map_kind; from 0 */
	uint32_t file;	      /* enum helper_file */
};

#endif
