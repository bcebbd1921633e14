// SPDX-License-Identifier: LGPL-2.1-or-later
/* Inside the container's network namespace, as its root: addresses, routes, up. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <string.h>

#include "network/host.h"
#include "network/link.h"

static int bring_up(struct nl_sock *socket, int index)
{
	struct rtnl_link *link = rtnl_link_alloc(), *change = rtnl_link_alloc();
	rtnl_link_set_ifindex(link, index);
	rtnl_link_set_flags(change, IFF_UP);
	int result = rtnl_link_change(socket, link, change, 0);
	rtnl_link_put(link);
	rtnl_link_put(change);
	return result;
}

static int add_address(struct nl_sock *socket, int index, const struct net_address *address)
{
	bool v4 = address->family == AF_INET;
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = nl_addr_build(
	    address->family, v4 ? (void *)&address->v4 : (void *)&address->v6, v4 ? 4 : 16);
	nl_addr_set_prefixlen(local, (int)address->prefix);
	rtnl_addr_set_ifindex(addr, index);
	rtnl_addr_set_local(addr, local);
	if (v4) {
		struct nl_addr *broadcast = nl_addr_build(AF_INET, (void *)&address->broadcast, 4);
		if (address->prefix < 31)
			rtnl_addr_set_broadcast(addr, broadcast);
		nl_addr_put(broadcast);
	} else /* usable at once: nobody else can have it, the configuration says whose it is */
		rtnl_addr_set_flags(addr, IFA_F_NODAD);
	int result = rtnl_addr_add(socket, addr, 0);
	nl_addr_put(local);
	rtnl_addr_put(addr);
	return result == -NLE_EXIST ? 0 : result;
}

/* A route to destination/length (NULL: default) by way of gateway (NULL: straight out of the
 * device). */
static int add_route(struct nl_sock *socket, int index, int family, const void *destination,
		     const void *gateway)
{
	int size = family == AF_INET ? 4 : 16;
	static const uint8_t any[16];
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *to = nl_addr_build(family, destination ? destination : any, (size_t)size);
	nl_addr_set_prefixlen(to, destination ? size * 8 : 0);
	rtnl_route_set_family(route, (uint8_t)family);
	rtnl_route_set_dst(route, to);
	rtnl_route_set_scope(route,
			     gateway || family == AF_INET6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
	rtnl_route_set_protocol(route, RTPROT_BOOT);
	rtnl_route_nh_set_ifindex(hop, index);
	if (gateway) {
		struct nl_addr *via = nl_addr_build(family, gateway, (size_t)size);
		rtnl_route_nh_set_gateway(hop, via);
		nl_addr_put(via);
	}
	rtnl_route_add_nexthop(route, hop);
	int result = rtnl_route_add(socket, route, NLM_F_EXCL);
	nl_addr_put(to);
	rtnl_route_put(route);
	return result == -NLE_EXIST ? 0 : result;
}

static int add_gateway(struct nl_sock *socket, int index, int family,
		       const struct net_gateway *gateway)
{
	const void *address = family == AF_INET ? (const void *)&gateway->v4 : &gateway->v6;
	if (gateway->kind == GATEWAY_NONE)
		return 0;
	if (gateway->kind == GATEWAY_DEV)
		return add_route(socket, index, family, NULL, NULL);
	int result = add_route(socket, index, family, NULL, address);
	if (result == 0)
		return 0;
	/* The gateway is outside the interface's own network: say first that it is on this wire. */
	result = add_route(socket, index, family, address, NULL);
	return result < 0 ? result : add_route(socket, index, family, NULL, address);
}

/* The host does not answer for the gateway of an ordinary user's routed veth: it is known here. */
static int know_gateway(struct nl_sock *socket, int index, int family,
			const struct net_gateway *gateway, const struct nic_end *end)
{
	static const struct nic_end none;
	if (gateway->kind != GATEWAY_ADDRESS || memcmp(end, &none, sizeof(none)) == 0)
		return 0;
	return host_link_neighbour(socket, index, family,
				   family == AF_INET ? (const void *)&gateway->v4 : &gateway->v6,
				   end->hwaddr);
}

static int fail(const struct nic *nic, int result, const char *what, struct error *err)
{
	return error_set(err, E_NET_SETUP, 0, "net %u: %s of %s: %s", nic->index, what, nic->name,
			 nl_geterror(result));
}

/* What net-helper leaves to the container's owner. */
static int set_own(struct nl_sock *socket, int index, const struct nic *nic)
{
	bool phys = nic->type == NET_PHYS;
	if (!nic->ordinary || (!phys && nic->type != NET_VLAN))
		return 0;
	uint32_t mtu = phys ? nic->mtu : 0;
	return nic->has_hwaddr || mtu
		   ? host_link_set(socket, index, nic->has_hwaddr ? nic->hwaddr : NULL, mtu)
		   : 0;
}

static int configure(struct nl_sock *socket, const struct nic *nic, const struct nic_end *end,
		     struct error *err)
{
	/* A physical interface came under its own name. */
	bool rename = nic->type == NET_PHYS && strcmp(nic->name, nic->link) != 0;
	int index = (int)if_nametoindex(rename ? nic->link : nic->name), result;
	if (!index)
		return error_set(err, E_NET_SETUP, errno, "net %u: interface %s", nic->index,
				 nic->name);
	if (rename && (result = host_link_rename(socket, index, nic->name)) < 0)
		return fail(nic, result, "the name", err);
	if ((result = set_own(socket, index, nic)) < 0)
		return fail(nic, result, "the address and MTU", err);
	for (size_t i = 0; i < nic->config->address_count; i++)
		if ((result = add_address(socket, index, &nic->config->addresses[i])) < 0)
			return fail(nic, result, "an address", err);
	if (!nic->up)
		return 0;
	if ((result = bring_up(socket, index)) < 0)
		return fail(nic, result, "bringing up", err);
	if ((result = know_gateway(socket, index, AF_INET, &nic->gateway4, end)) < 0 ||
	    (result = know_gateway(socket, index, AF_INET6, &nic->gateway6, end)) < 0)
		return fail(nic, result, "the gateway's address", err);
	if ((result = add_gateway(socket, index, AF_INET, &nic->gateway4)) < 0)
		return fail(nic, result, "the IPv4 gateway", err);
	if ((result = add_gateway(socket, index, AF_INET6, &nic->gateway6)) < 0)
		return fail(nic, result, "the IPv6 gateway", err);
	return 0;
}

int network_configure_inside(const struct network_plan *plan, struct error *err)
{
	if (!plan->loopback_up)
		return 0;
	struct nl_sock *socket = link_open_socket(err);
	if (!socket)
		return -1;
	int result = bring_up(socket, (int)if_nametoindex("lo"));
	if (result < 0)
		result = error_set(err, E_NET_SETUP, 0, "bringing up lo: %s", nl_geterror(result));
	for (size_t i = 0; i < plan->count && result == 0; i++)
		result = configure(socket, &plan->nics[i], &plan->ends[i], err);
	nl_socket_free(socket);
	return result;
}

int network_list_addresses(struct network_address_info **out, size_t *count,
			   struct string_list *interfaces, struct error *err)
{
	struct ifaddrs *list;
	*out = NULL;
	*count = 0;
	if (getifaddrs(&list) < 0)
		return error_set(err, E_NET_SETUP, errno, "addresses");
	for (struct ifaddrs *at = list; at; at = at->ifa_next) {
		if (interfaces && !string_list_has(interfaces, at->ifa_name))
			string_list_add(interfaces, at->ifa_name);
		int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;
		if ((family != AF_INET && family != AF_INET6) || (at->ifa_flags & IFF_LOOPBACK))
			continue;
		const struct in6_addr *v6 =
		    &((struct sockaddr_in6 *)(void *)at->ifa_addr)->sin6_addr;
		const void *address =
		    family == AF_INET
			? (void *)&((struct sockaddr_in *)(void *)at->ifa_addr)->sin_addr
			: (const void *)v6;
		if (family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(v6))
			continue;
		*out = xrealloc(*out, (*count + 1) * sizeof(**out));
		struct network_address_info *info = &(*out)[(*count)++];
		*info = (struct network_address_info){ .family = family };
		snprintf(info->interface, sizeof(info->interface), "%s", at->ifa_name);
		inet_ntop(family, address, info->text, sizeof(info->text));
	}
	freeifaddrs(list);
	return 0;
}
