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
#define HELPER_VERSION 1
#define HELPER_SOCKET 3 /* the descriptor a helper is started with */

enum helper_op { OP_VETH = 1, OP_MAP = 2 };

struct helper_head {
	uint32_t magic;
	uint16_t version;
	uint16_t op;
};

/* Names of interfaces and containers are made of these, and are not "." or "..". */
#define HELPER_NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/* op OP_VETH, with a network namespace descriptor */
struct net_request {
	struct helper_head head;
	char link[16];	    /* bridge on the host */
	char name[16];	    /* of the container's end */
	char container[32]; /* label for people; may be empty */
	uint8_t hwaddr[6];  /* of the container's end: unicast, not zero */
	uint16_t mtu;	    /* of the container's end, 68 or more; 0 = that of the link */
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

/* Why. error holds the errno where one belongs to it, else 0. */
enum helper_status {
	STATUS_OK,
	STATUS_ENVIRONMENT,    /* the helper was started in a way that it does not accept */
	STATUS_NOT_PRIVILEGED, /* it does not hold its capabilities */
	STATUS_SYSTEM,	       /* the kernel refused something that no caller can help */
	STATUS_MALFORMED,      /* not the one encoding of a request */
	STATUS_POLICY_MISSING, /* the policy file does not exist */
	STATUS_POLICY_UNSAFE, /* policy or account file: owner, mode, kind, size, or not readable */
	STATUS_NOT_YOURS,     /* the object is of the wrong kind or does not belong to the caller */
	STATUS_NO_RULE,	      /* nothing in the policy allows it; bad_line may say why */
	STATUS_QUOTA,	      /* used of quota, by the rule in line */
	STATUS_LINK_MISSING,
	STATUS_LINK_KIND, /* the link is not a bridge */
	STATUS_LINK_FULL, /* the bridge has no free port */
	STATUS_NAME_TAKEN,
	STATUS_EXTENT_INVALID,	 /* extent `extent` of map `map`: empty, wraps, or host id 0 */
	STATUS_EXTENT_FORBIDDEN, /* not delegated, nor the caller's own id */
	STATUS_EXTENT_OTHERS,	 /* delegated, but holds the id of another user of /etc/passwd */
};

/* Which file STATUS_POLICY_MISSING and STATUS_POLICY_UNSAFE mean. */
enum helper_file { FILE_NONE, FILE_USERNET, FILE_PASSWD, FILE_GROUP, FILE_SUBUID, FILE_SUBGID };

/* The reply to every request. */
struct helper_reply {
	struct helper_head head; /* op of the helper */
	uint16_t stage;
	uint16_t status;
	uint32_t error;
	uint32_t quota;	   /* interfaces allowed, over all pools that the caller may use */
	uint32_t used;	   /* of them in use */
	uint32_t line;	   /* the deciding line of lxc-usernet, 0 = none */
	uint32_t bad_line; /* the first line of lxc-usernet that is malformed, 0 = none */
	char host_name[16];
	uint16_t map;	 /* enum map_kind */
	uint16_t extent; /* from 0 */
	uint32_t file;	 /* enum helper_file */
};

#endif
