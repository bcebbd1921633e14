/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making a veth pair between a bridge here and a network namespace, over one rtnetlink socket.
 * Compiled into net-helper and into the client (for callers that hold CAP_NET_ADMIN themselves).
 *
 * The name of the host's end is the quota: "veth" (of a user) or "vetg" (of a group), the id, a
 * hash of the link and a slot number, in base 62. Slots 0 .. count-1 exist; the kernel's uniqueness
 * of names decides who gets one. No heap, no libc but the system calls; usable under
 * net-helper's filter.
 */
#ifndef SETUID_HELPERS_VETH_H
#define SETUID_HELPERS_VETH_H

#include "policy/usernet.h"
#include "setuid-helpers/protocol.h"

struct veth {
	int netlink, netns; /* a NETLINK_ROUTE socket; where the container's end goes */
	const struct net_request *request; /* link, and the container's end: name, hwaddr, mtu */
	uint32_t uid;			   /* link group of the host's end */
	const char *alias;		   /* "user/container/eth0" */
	/* filled by veth_find_link */
	uint32_t link_index, link_mtu;
	/* filled by veth_take_slot */
	char host_name[16];
	uint32_t used; /* slots of the pool in use, also after a failure */
};

/* Look the link up. 0, -ENODEV, -EMEDIUMTYPE if it is not a bridge, or another -errno. */
int veth_find_link(struct veth *veth);

/*
 * Take a slot of the pool: create the pair, down, attached, its peer in the namespace under its
 * final name. 0; -EDQUOT: no free slot; -EEXIST: the name is taken in the namespace, or a slot was
 * given up at this very moment: try again; -EXFULL: no free port; or another -errno. Nothing exists
 * after a failure.
 */
int veth_take_slot(struct veth *veth, const struct usernet_grant *pool);

/* Label the host's end and bring it up, the last step. 0 or -errno; then it is down and passes
 * nothing. */
int veth_raise(const struct veth *veth);

/* What the reply says of a result of these functions. */
enum helper_status veth_status(int error);

/* The name of a slot: 15 characters and a NUL. */
void veth_slot_name(char name[16], const struct usernet_grant *pool, const char *link,
		    uint32_t slot);

#endif
