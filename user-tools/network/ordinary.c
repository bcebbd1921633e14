// SPDX-License-Identifier: LGPL-2.1-or-later
/* What ordinary users can have, decided before any side effect. */
#define LOG_MODULE "network"
#include "network/ordinary.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "network/ordinary-request.h"
#include "setuid-helpers/protocol.h"

/* net-helper takes no other characters: told here, by the key, and not as a malformed request. */
static int check_characters(const struct net_config *net, const char *key, const char *name,
			    struct error *err)
{
	if (!name || !name[strspn(name, HELPER_NAME_CHARACTERS)])
		return 0;
	return error_set(err, E_CONFIG_VALUE, 0,
			 "net %u: lxc.net.%u.%s = %s: letters, digits and \"_.-\" are accepted "
			 "(interface of %s:%u)",
			 net->index, net->index, key, name, net_origin_file(net), net->origin.line);
}

static int check_names(const struct net_config *net, struct error *err)
{
	if (check_characters(net, "link", net->link, err) < 0 ||
	    check_characters(net, "name", net->name, err) < 0 ||
	    check_characters(net, "veth.pair", net->veth_pair, err) < 0)
		return -1;
	if (net->veth_pair && strchr(net->veth_pair, '.'))
		return error_set(err, E_CONFIG_VALUE, 0,
				 "net %u: lxc.net.%u.veth.pair = %s: a dot ends the user's name "
				 "before it, and cannot be part of it (interface of %s:%u)",
				 net->index, net->index, net->veth_pair, net_origin_file(net),
				 net->origin.line);
	if (net->type == NET_VETH && net->link && strcmp(net->link, "none") == 0) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "net %u: lxc.net.%u.link = none: lxc-usernet calls a veth without a "
			  "bridge so, and no bridge (interface of %s:%u)",
			  net->index, net->index, net_origin_file(net), net->origin.line);
		return error_fix(err, "remove the link");
	}
	return 0;
}

int ordinary_check_keys(const struct net_config *net, struct error *err)
{
	bool on_bridge = net->type == NET_VETH && net->link && !net->veth_router;
	bool vlan0 = net->bridge_vlan == BRIDGE_VLAN_ID && !net->bridge_vlan_id;
	bool v4 = net->route_count && net->routes[0].family == AF_INET;
	const struct {
		bool set;
		const char *what, *instead;
	} keys[] = {
		{ net->l2proxy, "l2proxy = 1",
		  "use a veth with veth.mode = router, whose addresses the host has routes to" },
		{ net->rx_queues != 0, "veth.n_rxqueues", "remove it" },
		{ net->tx_queues != 0, "veth.n_txqueues", "remove it" },
		{ net->tagged_count != 0, "veth.vlan.tagged.id",
		  "use an interface for each VLAN, with veth.vlan.id" },
		{ net->bridge_vlan == BRIDGE_VLAN_NONE, "veth.vlan.id = none",
		  "use the VLAN that lxc-usernet gives, or remove it" },
		{ vlan0, "veth.vlan.id = 0", "use the VLAN that lxc-usernet gives, or remove it" },
		{ on_bridge && v4, "veth.ipv4.route, with a bridge", "use veth.mode = router" },
		{ on_bridge && net->route_count, "veth.ipv6.route, with a bridge",
		  "use veth.mode = router" },
		{ net->type == NET_IPVLAN && net->ipvlan_isolation == IPVLAN_F_VEPA,
		  "ipvlan.isolation = vepa",
		  "use bridge, or private where lxc-usernet says isolated" },
		{ net->type == NET_PHYS && string_ends(net->link, "+"), "link with a +",
		  "name each interface, with a lxc.net of its own" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!keys[i].set)
			continue;
		error_set(err, E_PRIVILEGE, 0,
			  "net %u: lxc.net.%u.%s: takes CAP_NET_ADMIN over the host, and no line "
			  "of lxc-usernet gives it",
			  net->index, net->index, keys[i].what);
		error_rule(err, "%s:%u", net_origin_file(net), net->origin.line);
		return error_fix(err, "%s; or root starts the container", keys[i].instead);
	}
	return check_names(net, err);
}

/* Their slot is the id of the container's network namespace, which has one. */
static int check_single(const struct network_plan *plan, struct error *err)
{
	const struct nic *first = NULL;
	for (size_t i = 0; i < plan->count; i++) {
		const struct nic *nic = &plan->nics[i];
		if (!ordinary_is_child(nic))
			continue;
		if (!first) {
			first = nic;
			continue;
		}
		error_set(err, E_PRIVILEGE, 0,
			  "net %u: an ordinary user's container has one macvlan or ipvlan, and net "
			  "%u is one",
			  nic->index, first->index);
		error_rule(err, "%s:%u", net_origin_file(nic->config), nic->config->origin.line);
		return error_fix(err, "use a veth for one of them; or root starts the container");
	}
	return 0;
}

static bool is_on(const char *path)
{
	_cleanup_free_ char *text = NULL;
	return file_read_all(AT_FDCWD, path, 64, &text) > 0 && *text != '0';
}

/* The host has to pass on what comes for the gateway: told now, not by silence later. */
static int check_gateway(const struct nic *nic, bool v4, struct error *err)
{
	const struct net_gateway *gateway = v4 ? &nic->config->gateway4 : &nic->config->gateway6;
	const char *family = v4 ? "ipv4" : "ipv6";
	const char *path =
	    v4 ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding";
	const char *name = v4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
	if (!nic->config->veth_router || gateway->kind == GATEWAY_NONE)
		return 0;
	if (gateway->kind == GATEWAY_DEV) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "net %u: lxc.net.%u.%s.gateway = dev: the host answers for no address "
			  "on the end of an ordinary user's routed veth",
			  nic->index, nic->index, family);
		error_rule(err, "%s:%u", net_origin_file(nic->config), nic->config->origin.line);
		return error_fix(err, "set it to %s", v4 ? "169.254.1.1" : "fe80::1");
	}
	if (is_on(path))
		return 0;
	error_set(err, E_NET_LINK, 0,
		  "net %u: lxc.net.%u.veth.mode = router with an %s gateway: the host does not "
		  "forward (%s is off)",
		  nic->index, nic->index, v4 ? "IPv4" : "IPv6", name);
	return error_fix(err, "an admin runs \"sysctl -w %s=1\"", name);
}

/* "net N: " in front, and the interface's own line where no line of lxc-usernet decides. */
static int check_policy(const struct nic *nic, struct error *err)
{
	_cleanup_ordinary_ struct ordinary_request wanted;
	ordinary_fill(nic, NULL, &wanted);
	if (helper_check_nic(&wanted.nic, err) == 0)
		return 0;
	if (!err->rule[0])
		error_rule(err, "%s:%u", net_origin_file(nic->config), nic->config->origin.line);
	return error_step(err, "net %u", nic->index);
}

/* Not a refusal: an admin gave it. */
static void note_virtual(const struct nic *nic)
{
	_cleanup_free_ char *device = xasprintf("/sys/class/net/%s/device", nic->link);
	if (nic->type == NET_PHYS && access(device, F_OK) < 0)
		log_notice("net %u: %s is a virtual interface: the kernel removes it when the "
			   "container ends, and gives back real ones only",
			   nic->index, nic->link);
}

int ordinary_check(const struct network_plan *plan, struct error *err)
{
	if (check_single(plan, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->count; i++) {
		const struct nic *nic = &plan->nics[i];
		if (nic->ordinary &&
		    (check_gateway(nic, true, err) < 0 || check_gateway(nic, false, err) < 0 ||
		     check_policy(nic, err) < 0))
			return -1;
		if (nic->ordinary)
			note_virtual(nic);
	}
	return 0;
}
