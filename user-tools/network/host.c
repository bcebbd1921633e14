// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a caller with CAP_NET_ADMIN over the host makes itself, and undoes. */
#define LOG_MODULE "network"
#include "network/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/privilege.h"
#include "network/link.h"

bool host_may_make(void)
{
	return privilege_has(CAP_NET_ADMIN);
}

const char *host_needed_for(const struct net_config *net)
{
	static __thread char text[64];
	const struct {
		bool set;
		const char *what;
	} keys[] = {
		{ net->l2proxy, "l2proxy = 1" },
		{ net->veth_router, "veth.mode = router" },
		{ net->rx_queues != 0, "veth.n_rxqueues" },
		{ net->tx_queues != 0, "veth.n_txqueues" },
		{ net->route_count && net->routes[0].family == AF_INET, "veth.ipv4.route" },
		{ net->route_count != 0, "veth.ipv6.route" },
		{ net->bridge_vlan != BRIDGE_VLAN_DEFAULT, "veth.vlan.id" },
		{ net->tagged_count != 0, "veth.vlan.tagged.id" },
	};
	if (net->veth_pair) {
		snprintf(text, sizeof(text), "veth.pair = %s", net->veth_pair);
		return text;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].set)
			return keys[i].what;
	return NULL;
}

static const void *bytes_of(const struct net_address *address)
{
	return address->family == AF_INET ? (const void *)&address->v4 : (const void *)&address->v6;
}

/* ---- before anything is made ---- */

static bool switch_is_on(const char *format, const char *link)
{
	_cleanup_free_ char *path = xasprintf(format, link), *text = NULL;
	return file_read_all(AT_FDCWD, path, 64, &text) > 0 && *text == '1';
}

/* Proxying an address is of use only on a link that forwards: told now, not by silence later. */
static int check_proxy(const struct nic *nic, struct error *err)
{
	static const struct {
		int family;
		const char *path, *name;
	} needed[] = {
		{ AF_INET, "/proc/sys/net/ipv4/conf/%s/forwarding", "net.ipv4.conf.%s.forwarding" },
		{ AF_INET6, "/proc/sys/net/ipv6/conf/%s/forwarding",
		  "net.ipv6.conf.%s.forwarding" },
		{ AF_INET6, "/proc/sys/net/ipv6/conf/%s/proxy_ndp", "net.ipv6.conf.%s.proxy_ndp" },
	};
	const struct net_config *net = nic->config;
	for (size_t i = 0; net->l2proxy && i < net->address_count; i++)
		for (size_t n = 0; n < ARRAY_SIZE(needed); n++) {
			if (needed[n].family != net->addresses[i].family ||
			    switch_is_on(needed[n].path, nic->link))
				continue;
			_cleanup_free_ char *name = xasprintf(needed[n].name, nic->link);
			error_set(err, E_NET_LINK, 0, "net %u: lxc.net.%u.l2proxy = 1: %s is off",
				  nic->index, nic->index, name);
			return error_fix(err, "sysctl -w %s=1", name);
		}
	return 0;
}

static int check_vlans(const struct nic *nic, struct error *err)
{
	const struct net_config *net = nic->config;
	if ((net->bridge_vlan == BRIDGE_VLAN_DEFAULT && !net->tagged_count) ||
	    switch_is_on("/sys/class/net/%s/bridge/vlan_filtering", nic->link))
		return 0;
	error_set(err, E_NET_LINK, 0,
		  "net %u: lxc.net.%u.veth.vlan: bridge %s does not filter VLANs", nic->index,
		  nic->index, nic->link);
	return error_fix(err, "ip link set %s type bridge vlan_filtering 1", nic->link);
}

static int check_parent(struct nl_sock *socket, struct nic *nic, struct error *err)
{
	struct rtnl_link *link = NULL;
	int result = rtnl_link_get_kernel(socket, 0, nic->link, &link);
	if (result < 0) {
		error_set(err, E_NET_LINK, 0, "net %u: interface %s does not exist", nic->index,
			  nic->link);
		return error_fix(err, "\"ip link\" shows those that do");
	}
	nic->host_index = rtnl_link_get_ifindex(link);
	nic->saved_mtu = rtnl_link_get_mtu(link);
	nic->saved_up = (rtnl_link_get_flags(link) & IFF_UP) != 0;
	struct nl_addr *address = rtnl_link_get_addr(link);
	if (address && nl_addr_get_len(address) == 6)
		memcpy(nic->saved_hwaddr, nl_addr_get_binary_addr(address), 6);
	const char *kind = rtnl_link_get_type(link);
	bool bridge = kind && strcmp(kind, "bridge") == 0;
	bool loopback = (rtnl_link_get_flags(link) & IFF_LOOPBACK) != 0;
	rtnl_link_put(link);
	if (nic->type == NET_VETH && !bridge && !nic->config->veth_router) {
		error_set(err, E_NET_LINK, 0, "net %u: %s is not a bridge", nic->index, nic->link);
		return error_fix(err, "set lxc.net.%u.link to a bridge", nic->index);
	}
	if (nic->type != NET_VETH && loopback)
		return error_set(err, E_NET_LINK, 0, "net %u: %s is the loopback interface",
				 nic->index, nic->link);
	return 0;
}

int host_check(struct nl_sock *socket, struct nic *nic, struct error *err)
{
	if (nic->link[0] && check_parent(socket, nic, err) < 0)
		return -1;
	return check_proxy(nic, err) < 0 || check_vlans(nic, err) < 0 ? -1 : 0;
}

/* ---- making ---- */

static int fail(const struct nic *nic, int result, const char *what, struct error *err)
{
	return error_set(err, result == -NLE_EXIST ? E_NET_NAME_TAKEN : E_NET_SETUP, 0, "%s %s: %s",
			 what, nic->config->veth_pair ? nic->config->veth_pair : nic->name,
			 nl_geterror(result));
}

/* As LXC's: veth and six letters, until one is free; or the name that was given. */
static int add_pair(struct nl_sock *socket, struct nic *nic, int netns_fd)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const char *given = nic->config->veth_pair;
	int bridge = nic->config->veth_router ? 0 : nic->host_index, result;
	for (int tries = 0;; tries++) {
		uint8_t random[6];
		if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
			return -NLE_FAILURE;
		snprintf(nic->host_name, sizeof(nic->host_name), "veth");
		for (size_t i = 0; i < sizeof(random); i++)
			nic->host_name[4 + i] = letters[random[i] % (sizeof(letters) - 1)];
		nic->host_name[10] = 0;
		if (given)
			snprintf(nic->host_name, sizeof(nic->host_name), "%s", given);
		result = host_link_add_veth(socket, nic, netns_fd, bridge);
		if (result != -NLE_EXIST || given || tries == 100)
			return result;
	}
}

static int set_switch(const char *format, const char *link, struct error *err)
{
	_cleanup_free_ char *path = xasprintf(format, link);
	if (file_write_kernel(AT_FDCWD, path, "1") < 0)
		return error_set(err, E_NET_SETUP, errno, "%s", path);
	return 0;
}

/* The host answers for the gateways on its end, and reaches the container's addresses by it. */
static int route_to_container(struct nl_sock *socket, const struct nic *nic, int end,
			      struct error *err)
{
	const struct net_config *net = nic->config;
	int result = 0;
	if (set_switch("/proc/sys/net/ipv4/conf/%s/forwarding", nic->host_name, err) < 0)
		return -1;
	bool v6 = nic->gateway6.kind == GATEWAY_ADDRESS;
	for (size_t i = 0; i < net->address_count; i++)
		v6 = v6 || net->addresses[i].family == AF_INET6;
	if (v6 && (set_switch("/proc/sys/net/ipv6/conf/%s/forwarding", nic->host_name, err) < 0 ||
		   set_switch("/proc/sys/net/ipv6/conf/%s/proxy_ndp", nic->host_name, err) < 0))
		return -1;
	if (nic->gateway4.kind == GATEWAY_ADDRESS)
		result = host_link_proxy(socket, end, AF_INET, &nic->gateway4.v4, true);
	if (result == 0 && nic->gateway6.kind == GATEWAY_ADDRESS)
		result = host_link_proxy(socket, end, AF_INET6, &nic->gateway6.v6, true);
	for (size_t i = 0; result == 0 && i < net->address_count; i++) {
		const struct net_address *a = &net->addresses[i];
		result = host_link_route(socket, end, a->family, bytes_of(a),
					 a->family == AF_INET ? 32 : 128);
	}
	return result < 0 ? fail(nic, result, "routing to", err) : 0;
}

static int finish_veth(struct nl_sock *socket, const struct nic *nic, int end, const char *label,
		       struct error *err)
{
	const struct net_config *net = nic->config;
	_cleanup_free_ char *alias = xasprintf("%s/%s", label, nic->name);
	int result = 0;
	if (net->bridge_vlan != BRIDGE_VLAN_DEFAULT) {
		_cleanup_free_ char *path =
		    xasprintf("/sys/class/net/%s/bridge/default_pvid", nic->link);
		_cleanup_free_ char *text = NULL;
		uint32_t old = 1;
		if (file_read_all(AT_FDCWD, path, 64, &text) > 0)
			parse_uint32(string_trim(text), &old);
		if (old)
			result = host_link_vlan(socket, end, (uint16_t)old, true, false);
		if (result == 0 && net->bridge_vlan == BRIDGE_VLAN_ID)
			result =
			    host_link_vlan(socket, end, (uint16_t)net->bridge_vlan_id, true, true);
	}
	for (size_t i = 0; result == 0 && i < net->tagged_count; i++)
		result = host_link_vlan(socket, end, net->tagged[i], false, true);
	if (result < 0)
		return fail(nic, result, "VLANs of", err);
	if ((result = host_link_raise(socket, end, alias)) < 0)
		return fail(nic, result, "bringing up the host's end of", err);
	if (net->veth_router && route_to_container(socket, nic, end, err) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < net->route_count; i++) {
		struct net_address to = net->routes[i];
		if (to.family == AF_INET && to.prefix < 32) /* the kernel takes no bits behind it */
			to.v4.s_addr &= htonl(to.prefix ? ~(0xffffffffu >> to.prefix) : 0);
		result = host_link_route(socket, end, to.family, bytes_of(&to), to.prefix);
	}
	return result < 0 ? fail(nic, result, "a route to", err) : 0;
}

static int make_veth(struct nl_sock *socket, struct nic *nic, int netns_fd, const char *label,
		     struct error *err)
{
	int result = add_pair(socket, nic, netns_fd);
	if (result < 0)
		return fail(nic, result, "making", err);
	int end = (int)if_nametoindex(nic->host_name);
	if (finish_veth(socket, nic, end, label, err) == 0)
		return 0;
	host_link_delete(socket, end);
	return -1;
}

static int move_physical(struct nl_sock *socket, const struct nic *nic, int netns_fd,
			 struct error *err)
{
	int result =
	    host_link_set(socket, nic->host_index, nic->has_hwaddr ? nic->hwaddr : NULL, nic->mtu);
	if (result == 0)
		result = host_link_move(socket, nic->host_index, netns_fd, NULL);
	if (result == 0)
		return 0;
	host_link_set(socket, nic->host_index, nic->saved_hwaddr, nic->saved_mtu);
	if (nic->saved_up)
		host_link_raise(socket, nic->host_index, "");
	return fail(nic, result, "moving", err);
}

static int proxy_addresses(struct nl_sock *socket, const struct nic *nic, bool add)
{
	const struct net_config *net = nic->config;
	int result = 0;
	for (size_t i = 0; net->l2proxy && result == 0 && i < net->address_count; i++) {
		const struct net_address *a = &net->addresses[i];
		result = host_link_proxy(socket, nic->host_index, a->family, bytes_of(a), add);
		if (!add)
			result = 0;
	}
	return result;
}

/*
 * A macvlan in mode passthru has its parent for itself. Those of a container that has just ended go
 * with its namespace, which the kernel takes down a moment later: that is waited for.
 */
static int add_child(struct nl_sock *socket, const struct nic *nic, int netns_fd)
{
	for (long pause = 10;; pause *= 2) {
		int result = host_link_add_child(socket, nic, netns_fd);
		if (result != -NLE_INVAL || nic->type != NET_MACVLAN || pause > 640)
			return result;
		nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000 }, NULL);
	}
}

int host_make(struct nl_sock *socket, struct nic *nic, int netns_fd, const char *label,
	      struct error *err)
{
	int result = 0;
	if (nic->type == NET_VETH)
		result = make_veth(socket, nic, netns_fd, label, err);
	else if (nic->type == NET_PHYS)
		result = move_physical(socket, nic, netns_fd, err);
	else if ((result = add_child(socket, nic, netns_fd)) < 0)
		fail(nic, result, "making", err);
	if (result < 0)
		return -1;
	nic->made = true;
	if ((result = proxy_addresses(socket, nic, true)) < 0)
		return fail(nic, result, "proxy entries of", err);
	return 0;
}

/* ---- after the container ---- */

/* In the container's namespace, where the interface may have been renamed: it keeps its index. */
static void bring_back(const struct nic *nic, int home)
{
	struct error err = { 0 };
	struct nl_sock *socket = link_open_socket(&err);
	int result =
	    socket ? host_link_set(socket, nic->host_index, nic->saved_hwaddr, nic->saved_mtu) : -1;
	if (result == 0)
		result = host_link_rename(socket, nic->host_index, nic->link);
	if (result == 0)
		result = host_link_move(socket, nic->host_index, home, nic->link);
	if (result < 0)
		log_notice("net %u: %s does not come back to the host: %s", nic->index, nic->link,
			   nl_geterror(result));
	nl_socket_free(socket);
	_exit(result < 0);
}

void host_release(struct nic *nic, int netns_fd)
{
	if (!nic->made)
		return;
	nic->made = false;
	struct nl_sock *socket = link_open_socket(NULL);
	if (socket)
		proxy_addresses(socket, nic, false);
	if (nic->type == NET_PHYS && netns_fd >= 0) {
		_cleanup_close_ int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		int status = 1;
		pid_t pid = fork();
		if (pid == 0) {
			if (setns(netns_fd, CLONE_NEWNET) == 0)
				bring_back(nic, home);
			_exit(1);
		}
		while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status == 0 && nic->saved_up && socket)
			host_link_raise(socket, (int)if_nametoindex(nic->link), "");
	}
	nl_socket_free(socket);
}
