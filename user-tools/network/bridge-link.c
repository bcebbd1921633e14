// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <string.h>

#include "base/file.h"
#include "network/bridge-parts.h"
#include "network/host.h"

#define MARK "lxc-net"
#define UNFINISHED "lxcnet-new"

static int failed(struct error *err, int result, const char *what, const char *object)
{
	return error_set(err, E_NET_SETUP, 0, "%s %s: %s", what, object, nl_geterror(result));
}

static unsigned count_ports(struct nl_sock *socket, int index)
{
	struct nl_cache *cache;
	unsigned count = 0;
	if (rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache) < 0)
		return 0;
	for (struct nl_object *at = nl_cache_get_first(cache); at; at = nl_cache_get_next(at))
		count += rtnl_link_get_master((struct rtnl_link *)at) == index;
	nl_cache_free(cache);
	return count;
}

int bridge_link_look(struct nl_sock *socket, const char *name, struct bridge_link *link,
		     struct error *err)
{
	struct rtnl_link *found;
	*link = (struct bridge_link){ 0 };
	int result = rtnl_link_get_kernel(socket, 0, name, &found);
	if (result == -NLE_OBJ_NOTFOUND || result == -NLE_NODEV)
		return 0;
	if (result < 0)
		return failed(err, result, "interface", name);
	const char *kind = rtnl_link_get_type(found), *alias = rtnl_link_get_ifalias(found);
	if (!kind || strcmp(kind, "bridge") != 0)
		error_set(err, E_NET_LINK, 0, "%s is an interface that is no bridge", name);
	link->there = true;
	link->ours = alias && strcmp(alias, MARK) == 0;
	link->up = rtnl_link_get_flags(found) & IFF_UP;
	link->index = rtnl_link_get_ifindex(found);
	rtnl_link_put(found);
	if (err && error_is_set(err))
		return -1;
	link->ports = count_ports(socket, link->index);
	return 0;
}

/* The address as an object for a request; NULL: no memory. */
static struct rtnl_addr *address_object(int index, const char *cidr)
{
	struct rtnl_addr *object = rtnl_addr_alloc();
	struct nl_addr *local = NULL;
	if (!object || nl_addr_parse(cidr, AF_UNSPEC, &local) < 0 ||
	    rtnl_addr_set_local(object, local) < 0) {
		rtnl_addr_put(object);
		object = NULL;
	} else {
		rtnl_addr_set_ifindex(object, index);
		if (nl_addr_get_family(local) == AF_INET6)
			rtnl_addr_set_flags(object, IFA_F_NODAD);
	}
	nl_addr_put(local);
	return object;
}

bool bridge_link_has(struct nl_sock *socket, int index, const char *cidr)
{
	struct nl_addr *wanted;
	struct nl_cache *cache;
	bool found = false;
	if (nl_addr_parse(cidr, AF_UNSPEC, &wanted) < 0)
		return false;
	if (rtnl_addr_alloc_cache(socket, &cache) == 0) {
		for (struct nl_object *at = nl_cache_get_first(cache); at && !found;
		     at = nl_cache_get_next(at)) {
			struct rtnl_addr *address = (struct rtnl_addr *)at;
			found = rtnl_addr_get_ifindex(address) == index &&
				nl_addr_cmp(rtnl_addr_get_local(address), wanted) == 0;
		}
		nl_cache_free(cache);
	}
	nl_addr_put(wanted);
	return found;
}

static int add_address(struct nl_sock *socket, int index, const struct bridge_network *net,
		       struct error *err)
{
	if (!net->given)
		return 0;
	struct rtnl_addr *object = address_object(index, net->cidr);
	struct in_addr raw;
	if (object && inet_pton(AF_INET, net->address, &raw) == 1) {
		raw.s_addr |= htonl(~0u >> net->prefix);
		struct nl_addr *broadcast = nl_addr_build(AF_INET, &raw, sizeof(raw));
		rtnl_addr_set_broadcast(object, broadcast);
		nl_addr_put(broadcast);
	}
	int result = object ? rtnl_addr_add(socket, object, NLM_F_EXCL) : -NLE_NOMEM;
	rtnl_addr_put(object);
	return result == 0 || result == -NLE_EXIST ? 0 : failed(err, result, "address", net->cidr);
}

int bridge_link_drop_address(struct nl_sock *socket, int index, const char *cidr, struct error *err)
{
	struct rtnl_addr *object = address_object(index, cidr);
	int result = object ? rtnl_addr_delete(socket, object, 0) : -NLE_NOMEM;
	rtnl_addr_put(object);
	return result == 0 || result == -NLE_NOADDR || result == -NLE_OBJ_NOTFOUND
		   ? 0
		   : failed(err, result, "address", cidr);
}

/*
 * What a bridge of ours does with IPv6 of its own accord: nothing. A container that sends router
 * advertisements must not become the host's way out, and there is nobody to have the bridge's
 * addresses twice, while waiting for that would keep dnsmasq from binding them.
 */
static void quiet_ipv6(const char *name, bool wanted)
{
	static const char *const keys[] = { "accept_ra", "autoconf", "accept_dad" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cleanup_free_ char *path =
		    xasprintf("/proc/sys/net/ipv6/conf/%s/%s", name, keys[i]);
		file_write_kernel(AT_FDCWD, path, "0");
	}
	_cleanup_free_ char *off = xasprintf("/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	if (wanted)
		file_write_kernel(AT_FDCWD, off, "0");
}

static int add_unfinished(struct nl_sock *socket, const struct bridge_settings *settings,
			  int *index, struct error *err)
{
	struct rtnl_link *link = rtnl_link_bridge_alloc(), *made;
	struct nl_addr *mac = nl_addr_build(AF_LLC, settings->mac, 6);
	if (link && mac) {
		rtnl_link_set_name(link, UNFINISHED);
		rtnl_link_set_addr(link, mac);
	}
	int result =
	    link && mac ? rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL) : -NLE_NOMEM;
	rtnl_link_put(link);
	nl_addr_put(mac);
	if (result == 0 && (result = rtnl_link_get_kernel(socket, 0, UNFINISHED, &made)) == 0) {
		*index = rtnl_link_get_ifindex(made);
		rtnl_link_put(made);
	}
	return result == 0 ? 0 : failed(err, result, "bridge", settings->bridge);
}

/* Name, mark and up, in one request. */
static int finish(struct nl_sock *socket, int index, const char *name, struct error *err)
{
	const struct ifinfomsg info = { .ifi_index = index,
					.ifi_flags = IFF_UP,
					.ifi_change = IFF_UP };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_SETLINK, 0);
	int result = -NLE_NOMEM;
	if (m && nlmsg_append(m, (void *)&info, sizeof(info), NLMSG_ALIGNTO) == 0 &&
	    nla_put_string(m, IFLA_IFNAME, name) == 0 && nla_put_string(m, IFLA_IFALIAS, MARK) == 0)
		result = nl_send_sync(socket, m); /* frees it */
	else
		nlmsg_free(m);
	return result == 0 ? 0 : failed(err, result, "bridge", name);
}

int bridge_link_make(struct nl_sock *socket, const struct bridge_settings *settings,
		     struct error *err)
{
	struct bridge_link link;
	bridge_link_delete_unfinished(socket);
	if (bridge_link_look(socket, settings->bridge, &link, err) < 0)
		return -1;
	if (link.there && !link.ours)
		return 0;
	if (!link.there && add_unfinished(socket, settings, &link.index, err) < 0)
		return -1;
	quiet_ipv6(link.there ? settings->bridge : UNFINISHED, settings->ipv6.given);
	if (add_address(socket, link.index, &settings->ipv4, err) < 0 ||
	    add_address(socket, link.index, &settings->ipv6, err) < 0 ||
	    finish(socket, link.index, settings->bridge, err) < 0) {
		bridge_link_delete_unfinished(socket);
		return -1;
	}
	return 0;
}

int bridge_link_delete(struct nl_sock *socket, int index, struct error *err)
{
	int result = host_link_delete(socket, index);
	return result == 0 || result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND
		   ? 0
		   : failed(err, result, "removing", "the bridge");
}

void bridge_link_delete_unfinished(struct nl_sock *socket)
{
	struct bridge_link link;
	struct error err = { 0 };
	if (bridge_link_look(socket, UNFINISHED, &link, &err) == 0 && link.there)
		host_link_delete(socket, link.index);
}
