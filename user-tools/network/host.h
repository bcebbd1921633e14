/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces made by a caller that holds CAP_NET_ADMIN over the host's network itself: every type
 * but a veth, and the veth with more to it than a bridge (host.c decides and
 * undoes, host-link.c speaks rtnetlink). lxc-usernet does not limit it.
 */
#ifndef NETWORK_HOST_H
#define NETWORK_HOST_H

#include <netlink/socket.h>

#include "network/network.h"

/* Does the caller hold the capability? Over which network the kernel says. */
bool host_may_make(void);

/* What of this veth the client of net-helper does not do for such a caller, as a key with its value ("veth.mode = router");
 * NULL: nothing. Static text of the calling thread. */
const char *host_needed_for(const struct net_config *net);

/* Before any side effect: parent there, sysctls of a proxy set, VLANs filtered, queues possible. */
int host_check(struct nl_sock *socket, struct nic *nic, struct error *err);

/* Make it, or move it, into the namespace, under its name (a physical one under its own: it is
 * renamed inside). On failure nothing of it is left. */
int host_make(struct nl_sock *socket, struct nic *nic, int netns_fd, const char *label,
	      struct error *err);

/* When the container has ended, with its namespace still held: a physical interface comes back as
 * it was, proxy entries go. Nothing is done twice. */
void host_release(struct nic *nic, int netns_fd);

/* ---- host-link.c: one change each; 0 or a negative NLE_* of libnl ---- */

/* Kind "macvlan", "ipvlan" or "vlan" on the parent, inside the namespace. */
int host_link_add_child(struct nl_sock *socket, const struct nic *nic, int netns_fd);
/* A veth pair, host end down under host_name, attached to bridge (0 = none). */
int host_link_add_veth(struct nl_sock *socket, const struct nic *nic, int netns_fd, int bridge);
int host_link_delete(struct nl_sock *socket, int index);
/* Bring up and label. */
int host_link_raise(struct nl_sock *socket, int index, const char *alias);
/* Address and MTU where given (NULL, 0: as they are), with the link down. */
int host_link_set(struct nl_sock *socket, int index, const uint8_t *hwaddr, uint32_t mtu);
/* Move to a namespace, down, as name (NULL = its own). */
int host_link_move(struct nl_sock *socket, int index, int netns_fd, const char *name);
int host_link_rename(struct nl_sock *socket, int index, const char *name);
/* VLAN membership of a bridge's port, added or taken away. */
int host_link_vlan(struct nl_sock *socket, int index, uint16_t id, bool untagged, bool add);
/* A proxy entry of the neighbour table, added or taken away. */
int host_link_proxy(struct nl_sock *socket, int index, int family, const void *address, bool add);
/* A permanent entry of the neighbour table. */
int host_link_neighbour(struct nl_sock *socket, int index, int family, const void *address,
			const uint8_t *hwaddr);
/* A route of the host to address/prefix, out of the link. */
int host_link_route(struct nl_sock *socket, int index, int family, const void *address,
		    unsigned prefix);

#endif
