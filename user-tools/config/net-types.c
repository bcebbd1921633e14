// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for the lxc.net.N.* that belong to one type of interface, and for l2proxy. */
#include <linux/if_link.h>
#include <string.h>

#include "config/internal.h"

static const char *set_number(uint32_t *out, const char *value, uint32_t min, uint32_t max)
{
	uint32_t number = 0;
	if (*value && (parse_uint32(value, &number) < 0 || number < min || number > max))
		return "out of range";
	*out = number;
	return NULL;
}

/* A word of a table; the first entry is the default, which an empty value brings back. */
struct word {
	const char *name;
	unsigned value;
};

static const char *set_word(unsigned *out, const char *value, const struct word *words,
			    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!*value || strcmp(value, words[i].name) == 0) {
			*out = words[i].value;
			return NULL;
		}
	return "unknown";
}

static const char *set_l2proxy(struct net_config *net, const struct config_item *item)
{
	if (*item->value && strcmp(item->value, "0") != 0 && strcmp(item->value, "1") != 0)
		return "not 0 or 1";
	net->l2proxy = *item->value == '1';
	return NULL;
}

static const char *set_macvlan_mode(struct net_config *net, const struct config_item *item)
{
	static const struct word modes[] = { { "private", MACVLAN_MODE_PRIVATE },
					     { "vepa", MACVLAN_MODE_VEPA },
					     { "bridge", MACVLAN_MODE_BRIDGE },
					     { "passthru", MACVLAN_MODE_PASSTHRU } };
	return set_word(&net->macvlan_mode, item->value, modes, ARRAY_SIZE(modes));
}

static const char *set_ipvlan_mode(struct net_config *net, const struct config_item *item)
{
	static const struct word modes[] = { { "l3", IPVLAN_MODE_L3 },
					     { "l3s", IPVLAN_MODE_L3S },
					     { "l2", IPVLAN_MODE_L2 } };
	return set_word(&net->ipvlan_mode, item->value, modes, ARRAY_SIZE(modes));
}

static const char *set_ipvlan_isolation(struct net_config *net, const struct config_item *item)
{
	static const struct word kinds[] = { { "bridge", 0 },
					     { "private", IPVLAN_F_PRIVATE },
					     { "vepa", IPVLAN_F_VEPA } };
	return set_word(&net->ipvlan_isolation, item->value, kinds, ARRAY_SIZE(kinds));
}

static const char *set_vlan_id(struct net_config *net, const struct config_item *item)
{
	net->has_vlan_id = *item->value != 0;
	return set_number(&net->vlan_id, item->value, 0, 4094);
}

static const char *set_veth_mode(struct net_config *net, const struct config_item *item)
{
	static const struct word modes[] = { { "bridge", false }, { "router", true } };
	unsigned router;
	const char *wrong = set_word(&router, item->value, modes, ARRAY_SIZE(modes));
	net->veth_router = !wrong && router;
	return wrong;
}

static const char *set_veth_pair(struct net_config *net, const struct config_item *item)
{
	return net_set_interface_name(&net->veth_pair, item->value);
}

static const char *set_rx_queues(struct net_config *net, const struct config_item *item)
{
	return set_number(&net->rx_queues, item->value, 1, 4096);
}

static const char *set_tx_queues(struct net_config *net, const struct config_item *item)
{
	return set_number(&net->tx_queues, item->value, 1, 4096);
}

static const char *set_route(struct net_config *net, const char *value, int family)
{
	struct net_address route;
	if (!*value) {
		net_drop_addresses(net->routes, &net->route_count, family);
		return NULL;
	}
	const char *wrong =
	    strchr(value, '/') ? net_parse_address(value, family, &route) : "the prefix is missing";
	if (wrong)
		return wrong;
	net->routes = xrealloc(net->routes, (net->route_count + 1) * sizeof(route));
	net->routes[net->route_count++] = route;
	return NULL;
}

static const char *set_route4(struct net_config *net, const struct config_item *item)
{
	return set_route(net, item->value, AF_INET);
}

static const char *set_route6(struct net_config *net, const struct config_item *item)
{
	return set_route(net, item->value, AF_INET6);
}

static const char *set_bridge_vlan(struct net_config *net, const struct config_item *item)
{
	net->bridge_vlan = !*item->value		      ? BRIDGE_VLAN_DEFAULT
			   : strcmp(item->value, "none") == 0 ? BRIDGE_VLAN_NONE
							      : BRIDGE_VLAN_ID;
	return net->bridge_vlan == BRIDGE_VLAN_ID
		   ? set_number(&net->bridge_vlan_id, item->value, 0, 4094)
		   : NULL;
}

static const char *set_bridge_tagged(struct net_config *net, const struct config_item *item)
{
	uint32_t id;
	if (!*item->value) {
		net->tagged_count = 0;
		return NULL;
	}
	const char *wrong = set_number(&id, item->value, 0, 4094);
	if (wrong)
		return wrong;
	net->tagged = xrealloc(net->tagged, (net->tagged_count + 1) * sizeof(*net->tagged));
	net->tagged[net->tagged_count++] = (uint16_t)id;
	return NULL;
}

const struct net_field net_type_fields[] = {
	{ "l2proxy", set_l2proxy, NET_ANY },
	{ "macvlan.mode", set_macvlan_mode, NET_MACVLAN },
	{ "ipvlan.mode", set_ipvlan_mode, NET_IPVLAN },
	{ "ipvlan.isolation", set_ipvlan_isolation, NET_IPVLAN },
	{ "vlan.id", set_vlan_id, NET_VLAN },
	{ "veth.mode", set_veth_mode, NET_VETH },
	{ "veth.pair", set_veth_pair, NET_VETH },
	{ "veth.n_rxqueues", set_rx_queues, NET_VETH },
	{ "veth.n_txqueues", set_tx_queues, NET_VETH },
	{ "veth.ipv4.route", set_route4, NET_VETH },
	{ "veth.ipv6.route", set_route6, NET_VETH },
	{ "veth.vlan.id", set_bridge_vlan, NET_VETH },
	{ "veth.vlan.tagged.id", set_bridge_tagged, NET_VETH },
};
const size_t net_type_fields_count = ARRAY_SIZE(net_type_fields);
