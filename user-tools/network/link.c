// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/link.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/netlink.h>
#include <string.h>

struct nl_sock *link_open_socket(struct error *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int result = socket ? nl_connect(socket, NETLINK_ROUTE) : -NLE_NOMEM;
	if (result == 0)
		return socket;
	nl_socket_free(socket);
	error_set(err, E_NET_SETUP, 0, "netlink socket: %s", nl_geterror(result));
	return NULL;
}

int link_first_address(const char *name, int family, void *address)
{
	struct ifaddrs *list, *at;
	int result = -1;
	if (getifaddrs(&list) < 0)
		return -1;
	for (at = list; at && result < 0; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != family ||
		    strcmp(at->ifa_name, name) != 0)
			continue;
		if (family == AF_INET) {
			memcpy(address, &((struct sockaddr_in *)(void *)at->ifa_addr)->sin_addr, 4);
			result = 0;
			continue;
		}
		const struct in6_addr *v6 =
		    &((struct sockaddr_in6 *)(void *)at->ifa_addr)->sin6_addr;
		if (!IN6_IS_ADDR_LINKLOCAL(v6)) {
			memcpy(address, v6, sizeof(*v6));
			result = 0;
		}
	}
	freeifaddrs(list);
	return result;
}
