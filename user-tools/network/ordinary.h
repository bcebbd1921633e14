/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces of a caller without CAP_NET_ADMIN over the host: net-helper makes them, as
 * lxc-usernet(5) allows. What it would refuse is refused here before anything starts; what only a
 * container's owner can undo is undone here, inside the container's namespace.
 */
#ifndef NETWORK_ORDINARY_H
#define NETWORK_ORDINARY_H

#include <netlink/socket.h>

#include "network/network.h"

static inline const char *net_origin_file(const struct net_config *net)
{
	return net->origin.file ? net->origin.file : "command line";
}

/* Keys that only root has, and names that net-helper does not take. */
int ordinary_check_keys(const struct net_config *net, struct error *err);

/* All interfaces of the plan, after host_check: what takes a place of its own fits in, the host
 * forwards for what is routed, and a line of lxc-usernet gives each of them. */
int ordinary_check(const struct network_plan *plan, struct error *err);

/* A physical interface comes back a moment after its container has ended: it is waited for, a
 * second at most. */
void ordinary_await_link(const struct nic *nic);

/* Have net-helper make it. Where init needs the address of the host's end it goes into *end. */
int ordinary_request(struct nic *nic, int netns_fd, const char *container, struct nic_end *end,
		     struct error *err);

/* The container has ended: what others could be waiting for goes before its namespace does, and a
 * physical interface gets its name, address and MTU back, with which the kernel returns it. */
void ordinary_release(struct nic *nic, int netns_fd);

#endif
