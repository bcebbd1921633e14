/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making an interface of a container over one rtnetlink socket: a veth with its other end here, a
 * macvlan, ipvlan or vlan on a link here, or a physical interface moved. Compiled into net-helper
 * and into the client (for callers that hold CAP_NET_ADMIN themselves).
 *
 * The kernel is the quota database. The name of a veth's host end is its slot: "veth" (of a user)
 * or "vetg" (of a group), the id, a hash of the link and a number, in base 62. A macvlan or ipvlan
 * has no end here: its slot is the id by which this network namespace knows the container's, one
 * for each container, and the kernel forgets it with the container's. A VLAN of a link, and a
 * physical interface, exist once anyway. No heap, no libc but the system calls; usable under
 * net-helper's filter.
 */
#ifndef SETUID_HELPERS_LINK_H
#define SETUID_HELPERS_LINK_H

#include "policy/usernet.h"
#include "setuid-helpers/protocol.h"

struct link {
	int netlink, netns; /* a NETLINK_ROUTE socket; where the interface goes */
	bool locked;	    /* a veth: as the rule says; else open, for a caller that may do all */
	const struct net_request *request;
	const struct usernet_rule *rule; /* of its options what holds for the interface */
	uint32_t uid;			 /* link group of a veth's host end */
	const char *alias;		 /* of a veth's host end: "user/container/eth0" */
	const char *pair;		 /* altname of a veth's host end, if request->pair is one */
	/* filled by link_make, if there is a link: its index (0 = none) and MTU */
	uint32_t index, mtu;
	char host_name[16]; /* of a veth, else empty */
};

/*
 * Make the interface in the namespace under its final name, in slot request->slot of the pool. The
 * host end of a veth is locked before it comes up: to its VLAN, its hardware address and what a
 * container may send (build/port-filter.c). 0; -ENODEV: there is no link; -EMEDIUMTYPE: a veth's is
 * no bridge, or does not filter VLANs where the rule has one; -EDQUOT: the slot is taken (or, of a
 * macvlan or ipvlan, the namespace has one); -EEXIST: the name is taken in the namespace, the VLAN
 * is in use, or a slot was given up at this very moment; -EADDRINUSE: the bridge knows the hardware
 * address elsewhere; -EALREADY: the altname or a route exists; -EXFULL: no free port; or another
 * -errno. After a failure nothing exists, or a veth whose host end is down and goes with the
 * namespace (up, after -EALREADY of a route).
 */
int link_make(struct link *link, struct usernet_pool pool);

/* What the reply says of a failure. */
enum helper_status link_status(int error);

/* The name of a slot: 15 characters and a NUL. */
void link_slot_name(char name[16], struct usernet_pool pool, const char *link, uint32_t slot);

#endif
