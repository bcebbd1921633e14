// SPDX-License-Identifier: LGPL-2.1-or-later
/* Decisions about interfaces, before any side effect. Reads links of the host, changes nothing. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "network/host.h"
#include "network/link.h"
#include "network/ordinary.h"

/* The interface other than plan->nics[except] that has the name, or NULL. */
static const struct nic *find_name(const struct network_plan *plan, size_t except, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (i != except && strcmp(plan->nics[i].name, name) == 0)
			return &plan->nics[i];
	return NULL;
}

static int check_name(const struct network_plan *plan, size_t at, struct error *err)
{
	const struct nic *nic = &plan->nics[at], *other = find_name(plan, at, nic->name);
	if (strcmp(nic->name, "lo") == 0)
		return error_set(err, E_CONFIG_VALUE, 0,
				 "net %u: lxc.net.%u.name = lo: that is the loopback interface",
				 nic->index, nic->index);
	if (!other)
		return 0;
	return error_set(err, E_CONFIG_VALUE, 0,
			 "net %u: lxc.net.%u.name = %s: the name is used twice, by net %u too",
			 nic->index, nic->index, nic->name, other->index);
}

/* Explicit names first, then the next free ethN in the order of the indexes. */
static int assign_names(struct network_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct nic *nic = &plan->nics[i];
		if (nic->config->name)
			snprintf(nic->name, sizeof(nic->name), "%s", nic->config->name);
		if (nic->config->name && check_name(plan, i, err) < 0)
			return -1;
	}
	unsigned next = 0;
	for (size_t i = 0; i < plan->count; i++)
		while (!plan->nics[i].name[0] || find_name(plan, i, plan->nics[i].name))
			snprintf(plan->nics[i].name, sizeof(plan->nics[i].name), "eth%u",
				 next++ % 100000);
	return 0;
}

/* Drawn here and not by the kernel, so that a reboot of the container keeps it. */
static int choose_hwaddr(struct nic *nic, struct error *err)
{
	static const uint8_t prefix[3] = { 0x10, 0x66, 0x6a };
	/* The others have that of their link. */
	bool drawn = nic->type == NET_VETH || (nic->type == NET_MACVLAN &&
					       nic->config->macvlan_mode != MACVLAN_MODE_PASSTHRU);
	if (!drawn && !nic->config->has_hwaddr)
		return 0;
	if (nic->config->has_hwaddr)
		memcpy(nic->hwaddr, nic->config->hwaddr, sizeof(nic->hwaddr));
	else {
		memcpy(nic->hwaddr, prefix, sizeof(prefix));
		if (getrandom(nic->hwaddr + 3, 3, 0) != 3)
			return error_set(err, E_SYSTEM, errno, "a hardware address");
	}
	nic->has_hwaddr = true;
	return 0;
}

static int check_bridge(struct nl_sock *socket, const struct nic *nic, struct error *err)
{
	struct rtnl_link *link = NULL;
	int result = rtnl_link_get_kernel(socket, 0, nic->link, &link);
	if (result < 0 && result != -NLE_OBJ_NOTFOUND && result != -NLE_NODEV)
		return error_set(err, E_NET_LINK, 0, "net %u: looking up bridge %s: %s", nic->index,
				 nic->link, nl_geterror(result));
	if (result < 0) {
		error_set(err, E_NET_LINK, 0, "net %u: bridge %s does not exist", nic->index,
			  nic->link);
		return error_fix(
		    err, "an admin makes it: ip link add %s type bridge && ip link set %s up",
		    nic->link, nic->link);
	}
	const char *type = rtnl_link_get_type(link);
	bool bridge = type && strcmp(type, "bridge") == 0;
	rtnl_link_put(link);
	if (bridge)
		return 0;
	error_set(err, E_NET_LINK, 0, "net %u: %s is not a bridge", nic->index, nic->link);
	return error_fix(err, "set lxc.net.%u.link to a bridge", nic->index);
}

/* What does not fit together, whoever asks for it. */
static int check_combination(const struct net_config *net, struct error *err)
{
	const char *wrong = NULL, *fix = "";
	bool vlans = net->bridge_vlan != BRIDGE_VLAN_DEFAULT || net->tagged_count;
	if (net->type != NET_VETH && !net->link)
		wrong = "link is missing", fix = "name the interface of the host";
	else if (net->type == NET_VLAN && !net->has_vlan_id)
		wrong = "vlan.id is missing", fix = "0 to 4094";
	else if (net->type == NET_IPVLAN && net->has_hwaddr)
		wrong = "hwaddr: an ipvlan has the address of its link",
		fix = "remove it, or use macvlan";
	else if (vlans && (!net->link || net->veth_router))
		wrong = "veth.vlan needs a bridge", fix = "set link to one that filters VLANs";
	else if (net->l2proxy && !net->link)
		wrong = "l2proxy needs a link",
		fix = "name the interface that answers for the container";
	else if (net->l2proxy && (net->type == NET_PHYS || net->type == NET_VLAN))
		wrong = "l2proxy is for veth, macvlan and ipvlan", fix = "remove it";
	if (!wrong)
		return 0;
	error_set(err, E_CONFIG_VALUE, 0, "net %u: lxc.net.%u.%s (interface of %s:%u)", net->index,
		  net->index, wrong, net_origin_file(net), net->origin.line);
	return error_fix(err, "%s", fix);
}

static int add_nic(struct network_plan *plan, const struct net_config *net, const char *link,
		   bool may, struct error *err)
{
	plan->nics = xrealloc(plan->nics, (plan->count + 1) * sizeof(*plan->nics));
	struct nic *nic = &plan->nics[plan->count++];
	*nic = (struct nic){ .index = net->index,
			     .type = net->type,
			     .up = net->up,
			     .mtu = net->mtu,
			     .ordinary = !may,
			     .by_caller =
				 may && (net->type != NET_VETH || !link || host_needed_for(net)),
			     .config = net };
	snprintf(nic->link, sizeof(nic->link), "%s", link ? link : "");
	return choose_hwaddr(nic, err);
}

/* phys with link = PREFIX+: every interface of the host whose name begins so, under its own name.
 */
static int add_all(struct network_plan *plan, const struct net_config *net, struct error *err)
{
	struct if_nameindex *list = if_nameindex();
	size_t length = strlen(net->link) - 1, before = plan->count;
	int result = 0;
	for (struct if_nameindex *at = list; at && at->if_index && result == 0; at++)
		if (strncmp(at->if_name, net->link, length) == 0 &&
		    strcmp(at->if_name, "lo") != 0) {
			result = add_nic(plan, net, at->if_name, true, err);
			struct nic *nic = &plan->nics[plan->count - 1];
			memcpy(nic->name, nic->link, sizeof(nic->name));
		}
	if_freenameindex(list);
	if (result == 0 && plan->count == before)
		return error_set(err, E_NET_LINK, 0,
				 "net %u: lxc.net.%u.link = %s: there is no such interface",
				 net->index, net->index, net->link);
	return result;
}

static int plan_nic(struct network_plan *plan, const struct net_config *net, bool may,
		    struct error *err)
{
	if (check_combination(net, err) < 0 || (!may && ordinary_check_keys(net, err) < 0))
		return -1;
	return net->type == NET_PHYS && string_ends(net->link, "+")
		   ? add_all(plan, net, err)
		   : add_nic(plan, net, net->link, may, err);
}

static int plan_types(const struct config *config, struct network_plan *plan, struct error *err)
{
	bool may = host_may_make();
	for (size_t i = 0; i < config->net_count; i++) {
		const struct net_config *net = &config->nets[i];
		if (!net->has_type) {
			error_set(err, E_CONFIG_VALUE, 0, "lxc.net.%u has no type", net->index);
			return error_fix(err, "lxc.net.%u.type = veth comes before its other keys",
					 net->index);
		}
		if (net->type == NET_NONE) {
			/* LXC shares the host's network only if nothing else is asked for. */
			plan->share_host = config->net_count == 1;
			continue;
		}
		plan->loopback_up = true;
		if (net->type != NET_EMPTY && plan_nic(plan, net, may, err) < 0)
			return -1;
	}
	return 0;
}

/* The link's own address is the gateway: looked up now, while the host is in sight. */
static int resolve_gateways(struct nic *nic, struct error *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		bool v4 = families[i] == AF_INET;
		const struct net_gateway *wanted =
		    v4 ? &nic->config->gateway4 : &nic->config->gateway6;
		struct net_gateway *gateway = v4 ? &nic->gateway4 : &nic->gateway6;
		*gateway = *wanted;
		if (wanted->kind != GATEWAY_NONE && !nic->up)
			return error_set(
			    err, E_CONFIG_VALUE, 0,
			    "net %u: lxc.net.%u.%s.gateway needs lxc.net.%u.flags = up", nic->index,
			    nic->index, v4 ? "ipv4" : "ipv6", nic->index);
		if (wanted->kind != GATEWAY_AUTO)
			continue;
		if (!nic->link[0])
			return error_set(err, E_CONFIG_VALUE, 0,
					 "net %u: lxc.net.%u.%s.gateway = auto is the address of "
					 "lxc.net.%u.link, which is missing",
					 nic->index, nic->index, v4 ? "ipv4" : "ipv6", nic->index);
		gateway->kind = GATEWAY_ADDRESS;
		if (link_first_address(nic->link, families[i],
				       v4 ? (void *)&gateway->v4 : &gateway->v6) < 0) {
			error_set(err, E_NET_LINK, 0,
				  "net %u: lxc.net.%u.%s.gateway = auto: %s has no %s address",
				  nic->index, nic->index, v4 ? "ipv4" : "ipv6", nic->link,
				  v4 ? "IPv4" : "IPv6");
			return error_fix(err, "give the bridge an address, or name the gateway");
		}
	}
	return 0;
}

static int check_link(struct nl_sock *socket, struct nic *nic, struct error *err)
{
	bool port = nic->type == NET_VETH && nic->link[0] && !nic->config->veth_router;
	if (nic->ordinary)
		ordinary_await_link(nic);
	if (!nic->by_caller && port && check_bridge(socket, nic, err) < 0)
		return -1;
	return nic->by_caller || nic->ordinary ? host_check(socket, nic, err) : 0;
}

static int check_links(struct network_plan *plan, struct error *err)
{
	if (!plan->count)
		return 0;
	struct nl_sock *socket = link_open_socket(err);
	int result = socket ? 0 : -1;
	for (size_t i = 0; i < plan->count && result == 0; i++) {
		result = check_link(socket, &plan->nics[i], err);
		if (result == 0)
			result = resolve_gateways(&plan->nics[i], err);
	}
	nl_socket_free(socket);
	return result;
}

/* init is a process of its own by the time that they are known. */
static int share_ends(struct network_plan *plan, struct error *err)
{
	if (!plan->count)
		return 0;
	plan->ends = mmap(NULL, plan->count * sizeof(*plan->ends), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (plan->ends != MAP_FAILED)
		return 0;
	plan->ends = NULL;
	return error_set(err, E_SYSTEM, errno, "shared memory");
}

int network_plan_make(const struct config *config, struct network_plan *plan, struct error *err)
{
	*plan = (struct network_plan){ 0 };
	if (plan_types(config, plan, err) < 0 || assign_names(plan, err) < 0)
		return -1;
	if (check_links(plan, err) < 0 || ordinary_check(plan, err) < 0)
		return -1;
	return share_ends(plan, err);
}

void network_plan_free(struct network_plan *plan)
{
	free(plan->nics);
	if (plan->ends)
		munmap(plan->ends, plan->count * sizeof(*plan->ends));
	*plan = (struct network_plan){ 0 };
}
