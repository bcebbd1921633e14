// SPDX-License-Identifier: LGPL-2.1-or-later
/* Asking net-helper for what the plan has, and undoing it from inside the container's namespace. */
#define LOG_MODULE "network"
#include "network/ordinary-request.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "network/host.h"
#include "network/link.h"

/* ---- in the words of the client ---- */

static bool is_loose(const struct nic *nic)
{
	return nic->type == NET_VETH && (!nic->link[0] || nic->config->veth_router);
}

static enum usernet_type type_of(const struct nic *nic)
{
	static const enum usernet_type types[] = {
		[NET_VETH] = TYPE_VETH, [NET_MACVLAN] = TYPE_MACVLAN, [NET_IPVLAN] = TYPE_IPVLAN,
		[NET_VLAN] = TYPE_VLAN, [NET_PHYS] = TYPE_PHYS,
	};
	return types[nic->type];
}

static enum usernet_mode mode_of(const struct nic *nic)
{
	static const enum usernet_mode macvlan[] = {
		[MACVLAN_MODE_PRIVATE] = MODE_PRIVATE,
		[MACVLAN_MODE_VEPA] = MODE_VEPA,
		[MACVLAN_MODE_BRIDGE] = MODE_BRIDGE,
		[MACVLAN_MODE_PASSTHRU] = MODE_PASSTHRU,
	};
	static const enum usernet_mode ipvlan[] = {
		[IPVLAN_MODE_L2] = MODE_L2, [IPVLAN_MODE_L3] = MODE_L3, [IPVLAN_MODE_L3S] = MODE_L3S
	};
	return nic->type == NET_MACVLAN	 ? macvlan[nic->config->macvlan_mode]
	       : nic->type == NET_IPVLAN ? ipvlan[nic->config->ipvlan_mode]
					 : MODE_NONE;
}

/* With the bits behind the prefix cleared, as lxc-usernet has it. */
static struct usernet_address address_of(const struct net_address *from, unsigned prefix)
{
	bool v4 = from->family == AF_INET;
	struct usernet_address to = { .prefix = (uint8_t)(prefix + (v4 ? 96 : 0)) };
	memcpy(to.bytes + (v4 ? 12 : 0), v4 ? (const void *)&from->v4 : &from->v6, v4 ? 4 : 16);
	if (v4)
		memset(to.bytes + 10, 0xff, 2);
	for (unsigned bit = to.prefix; bit < 128; bit++)
		to.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return to;
}

void ordinary_fill(const struct nic *nic, const char *container, struct ordinary_request *out)
{
	const struct net_config *net = nic->config;
	const char *link = is_loose(nic) ? "none" : nic->link;
	*out = (struct ordinary_request){
		.nic = { .type = type_of(nic),
			 .has_hwaddr = net->has_hwaddr,
			 .mtu = nic->type == NET_PHYS ? 0 : nic->mtu,
			 .mode = mode_of(nic),
			 .vlan = nic->type == NET_VLAN		      ? net->vlan_id
				 : net->bridge_vlan == BRIDGE_VLAN_ID ? net->bridge_vlan_id
								      : 0,
			 .isolated =
			     nic->type == NET_IPVLAN && net->ipvlan_isolation == IPVLAN_F_PRIVATE,
			 .routed = net->veth_router,
			 .container = container }
	};
	snprintf(out->nic.link, sizeof(out->nic.link), "%s", link);
	/* A physical interface comes under its own name: init renames it. */
	snprintf(out->nic.name, sizeof(out->nic.name), "%s",
		 nic->type == NET_PHYS ? nic->link : nic->name);
	snprintf(out->nic.pair, sizeof(out->nic.pair), "%s", net->veth_pair ? net->veth_pair : "");
	if (nic->type == NET_VETH || nic->type == NET_MACVLAN)
		memcpy(out->nic.hwaddr, nic->hwaddr, sizeof(nic->hwaddr));
	if (nic->type != NET_VETH)
		return;
	size_t count = net->route_count + net->address_count;
	out->list = xcalloc(count ? count : 1, sizeof(*out->list));
	for (size_t i = 0; i < net->route_count; i++)
		out->list[i] = address_of(&net->routes[i], net->routes[i].prefix);
	for (size_t i = 0; i < net->address_count; i++)
		out->list[net->route_count + i] =
		    address_of(&net->addresses[i], net->addresses[i].family == AF_INET ? 32 : 128);
	out->nic.routes = out->list;
	out->nic.route_count = net->route_count;
	out->nic.addresses = out->list + net->route_count;
	out->nic.address_count = net->address_count;
}

void ordinary_clear(struct ordinary_request *request)
{
	free(request->list);
}

/* ---- inside, as the owner of the container's user namespace ---- */

/* Carry something out there, in a process of its own: setns(2) has no way back. */
static int in_container(const struct nic *nic, int netns_fd,
			int (*act)(struct nl_sock *, const struct nic *))
{
	int status = 1;
	pid_t pid = fork();
	if (pid == 0) {
		int userns = ioctl(netns_fd, NS_GET_USERNS);
		struct nl_sock *socket = NULL;
		if (userns >= 0 && setns(userns, CLONE_NEWUSER) == 0 &&
		    setns(netns_fd, CLONE_NEWNET) == 0)
			socket = link_open_socket(NULL);
		_exit(!socket || act(socket, nic) < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : -1;
}

static int remove_inside(struct nl_sock *socket, const struct nic *nic)
{
	int index = (int)if_nametoindex(nic->name);
	return index ? host_link_delete(socket, index) : 0;
}

/* Its owner may have renamed it there: then it still has its index, if nothing else had. */
static int restore_inside(struct nl_sock *socket, const struct nic *nic)
{
	int index = (int)if_nametoindex(nic->name);
	if (!index)
		index = nic->host_index;
	int result = host_link_set(socket, index, NULL, 0); /* down */
	if (result == 0)
		result = host_link_set(socket, index, nic->saved_hwaddr, nic->saved_mtu);
	return result == 0 && strcmp(nic->name, nic->link) != 0
		   ? host_link_rename(socket, index, nic->link)
		   : result;
}

void ordinary_release(struct nic *nic, int netns_fd)
{
	/* A plain veth on a bridge need not hurry: slots that are given up are waited for. */
	bool plain = nic->type == NET_VETH && !is_loose(nic) && !nic->config->veth_pair;
	bool made = nic->made;
	nic->made = false;
	if (!made || plain || netns_fd < 0)
		return;
	if (nic->type != NET_PHYS)
		in_container(nic, netns_fd, remove_inside);
	else if (in_container(nic, netns_fd, restore_inside) < 0)
		log_notice("net %u: %s may come back to the host with another name, address or "
			   "MTU",
			   nic->index, nic->link);
}

/* ---- asking ---- */

static void pause_for(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = milliseconds * 1000000 }, NULL);
}

void ordinary_await_link(const struct nic *nic)
{
	for (long pause = 10; pause <= 640 && nic->type == NET_PHYS && !if_nametoindex(nic->link);
	     pause *= 2)
		pause_for(pause);
}

/* The address of the host's end, for which init makes the gateway's entry. */
static int read_end(const struct nic *nic, struct nic_end *end, struct error *err)
{
	struct nl_sock *socket = link_open_socket(err);
	struct rtnl_link *link = NULL;
	if (!socket)
		return -1;
	int result = rtnl_link_get_kernel(socket, 0, nic->host_name, &link);
	struct nl_addr *address = link ? rtnl_link_get_addr(link) : NULL;
	bool found = address && nl_addr_get_len(address) == sizeof(end->hwaddr);
	if (found)
		memcpy(end->hwaddr, nl_addr_get_binary_addr(address), sizeof(end->hwaddr));
	rtnl_link_put(link);
	nl_socket_free(socket);
	return found ? 0
		     : error_set(err, E_NET_SETUP, 0, "the address of %s: %s", nic->host_name,
				 nl_geterror(result));
}

int ordinary_request(struct nic *nic, int netns_fd, const char *container, struct nic_end *end,
		     struct error *err)
{
	_cleanup_ordinary_ struct ordinary_request wanted;
	struct nic_result result;
	ordinary_fill(nic, container, &wanted);
	if (nic->ordinary)
		ordinary_await_link(nic);
	/* The name, or the route, of a container whose supervisor was killed a moment ago: the veth
	 * that found it taken is there, and goes first. */
	bool again = nic->ordinary && (is_loose(nic) || nic->config->veth_pair);
	for (long pause = 10; helper_request_nic(&wanted.nic, netns_fd, &result, err) < 0;
	     pause *= 2) {
		if (!again || err->code != E_NET_NAME_TAKEN || pause > 320)
			return -1;
		error_clear(err);
		in_container(nic, netns_fd, remove_inside);
		pause_for(pause);
	}
	nic->made = nic->ordinary;
	memcpy(nic->host_name, result.host_name, sizeof(nic->host_name));
	return nic->ordinary && nic->config->veth_router ? read_end(nic, end, err) : 0;
}
