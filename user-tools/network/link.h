/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few rtnetlink questions asked through libnl, shared by the plan and the work inside. */
#ifndef NETWORK_LINK_H
#define NETWORK_LINK_H

#include <netlink/socket.h>

#include "base/error.h"

/* A connected NETLINK_ROUTE socket; nl_socket_free() it. NULL on failure. */
struct nl_sock *link_open_socket(struct error *err);
/* The first address of a link that is not link-local, into a struct in_addr or in6_addr. 0 or -1.
 */
int link_first_address(const char *name, int family, void *address);

#endif
