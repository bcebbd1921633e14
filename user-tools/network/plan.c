// SPDX-License-Identifier: LGPL-2.1-or-later
/* Decisions about interfaces, before any side effect. Reads links of the host, changes nothing. */
#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <string.h>
#include <sys/random.h>

#include "network/link.h"
#include "network/network.h"
#include "setuid-helpers/protocol.h"

static const char *const type_names[] = {
	[NET_EMPTY] = "empty",	   [NET_NONE] = "none",	    [NET_VETH] = "veth",
	[NET_MACVLAN] = "macvlan", [NET_IPVLAN] = "ipvlan", [NET_VLAN] = "vlan",
	[NET_PHYS] = "phys",
};

static const char *origin_file(const struct net_config *net)
{
	return net->origin.file ? net->origin.file : "command line";
}

static int refuse_type(const struct net_config *net, struct error *err)
{
	error_set(err, E_UNSUPPORTED, 0, "%s:%u: lxc.net.%u.type = %s: not supported yet",
		  origin_file(net), net->origin.line, net->index, type_names[net->type]);
	return error_fix(err, "use veth with a bridge that holds the interface, empty or none");
}

/* net-helper takes no other characters: told here, by the key, and not as a malformed request. */
static int check_characters(const struct net_config *net, const char *key, const char *name,
			    struct error *err)
{
	if (!name || !name[strspn(name, HELPER_NAME_CHARACTERS)])
		return 0;
	return error_set(err, E_CONFIG_VALUE, 0,
			 "net %u: lxc.net.%u.%s = %s: letters, digits and \"_.-\" are accepted "
			 "(interface of %s:%u)",
			 net->index, net->index, key, name, origin_file(net), net->origin.line);
}

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

static int plan_veth(struct network_plan *plan, const struct net_config *net, struct error *err)
{
	if (!net->link) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "net %u: a veth without lxc.net.%u.link would end nowhere", net->index,
			  net->index);
		return error_fix(err, "set lxc.net.%u.link to a bridge", net->index);
	}
	if (check_characters(net, "link", net->link, err) < 0 ||
	    check_characters(net, "name", net->name, err) < 0)
		return -1;
	plan->nics = xrealloc(plan->nics, (plan->count + 1) * sizeof(*plan->nics));
	struct nic *nic = &plan->nics[plan->count++];
	*nic = (struct nic){ .index = net->index,
			     .type = net->type,
			     .up = net->up,
			     .mtu = net->mtu,
			     .config = net };
	snprintf(nic->link, sizeof(nic->link), "%s", net->link);
	return choose_hwaddr(nic, err);
}

static int plan_types(const struct config *config, struct network_plan *plan, struct error *err)
{
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
		if (net->type != NET_EMPTY && net->type != NET_VETH)
			return refuse_type(net, err);
		if (net->type == NET_VETH && plan_veth(plan, net, err) < 0)
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

static int check_links(struct network_plan *plan, struct error *err)
{
	if (!plan->count)
		return 0;
	struct nl_sock *socket = link_open_socket(err);
	int result = socket ? 0 : -1;
	for (size_t i = 0; i < plan->count && result == 0; i++) {
		result = check_bridge(socket, &plan->nics[i], err);
		if (result == 0)
			result = resolve_gateways(&plan->nics[i], err);
	}
	nl_socket_free(socket);
	return result;
}

int network_plan_make(const struct config *config, struct network_plan *plan, struct error *err)
{
	*plan = (struct network_plan){ 0 };
	if (plan_types(config, plan, err) < 0 || assign_names(plan, err) < 0)
		return -1;
	return check_links(plan, err);
}

void network_plan_free(struct network_plan *plan)
{
	free(plan->nics);
	*plan = (struct network_plan){ 0 };
}
