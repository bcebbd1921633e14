// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for lxc.net.N.*. Interfaces are kept sorted by N; setting the type starts one afresh, as
 * in LXC. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <sys/random.h>

#include "config/internal.h"

static void clear_net(struct net_config *net)
{
	free(net->link);
	free(net->name);
	free(net->hwaddr_text);
	free(net->addresses);
	free(net->script_up.command);
	free(net->script_down.command);
	free(net->veth_pair);
	free(net->routes);
	free(net->tagged);
	*net = (struct net_config){ .index = net->index };
}

void config_free_nets(struct config *config)
{
	for (size_t i = 0; i < config->net_count; i++)
		clear_net(&config->nets[i]);
	free(config->nets);
	config->nets = NULL;
	config->net_count = 0;
}

/* The number behind "lxc.net."; *rest is what follows it ("" or "type" ...). */
static int parse_index(const char *name, unsigned *index, const char **rest)
{
	char digits[12] = "";
	const char *at = name + strlen("lxc.net.");
	size_t length = strcspn(at, ".");
	uint32_t number;
	if (length >= sizeof(digits))
		return -1;
	memcpy(digits, at, length);
	if (parse_uint32(digits, &number) < 0 || number > 65535)
		return -1;
	*index = number;
	*rest = at[length] ? at + length + 1 : "";
	return 0;
}

static struct net_config *find_net(struct config *config, unsigned index, bool make)
{
	size_t at = 0;
	while (at < config->net_count && config->nets[at].index < index)
		at++;
	if (at < config->net_count && config->nets[at].index == index)
		return &config->nets[at];
	if (!make)
		return NULL;
	config->nets = xrealloc(config->nets, (config->net_count + 1) * sizeof(*config->nets));
	memmove(config->nets + at + 1, config->nets + at,
		(config->net_count++ - at) * sizeof(*config->nets));
	config->nets[at] = (struct net_config){ .index = index };
	return &config->nets[at];
}

static void remove_net(struct config *config, unsigned index)
{
	struct net_config *net = find_net(config, index, false);
	if (!net)
		return;
	size_t at = (size_t)(net - config->nets);
	clear_net(net);
	memmove(net, net + 1, (--config->net_count - at) * sizeof(*net));
}

int config_set_net_all(struct config *config, const struct config_key *key,
		       const struct config_item *item, struct error *err)
{
	unsigned index;
	const char *rest;
	if (*item->value)
		return config_refuse(key, item, err, "a value");
	if (strcmp(item->key, "lxc.net") == 0) {
		config_free_nets(config);
		return 0;
	}
	if (parse_index(item->key, &index, &rest) < 0)
		return config_refuse(key, item, err, "the index is too large");
	remove_net(config, index);
	return 0;
}

static const struct {
	const char *name;
	enum net_type type;
} types[] = {
	{ "veth", NET_VETH }, { "macvlan", NET_MACVLAN }, { "ipvlan", NET_IPVLAN },
	{ "vlan", NET_VLAN }, { "phys", NET_PHYS },	  { "empty", NET_EMPTY },
	{ "none", NET_NONE },
};

static const char *set_type(struct net_config *net, const struct config_item *item)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(item->value, types[i].name) == 0) {
			clear_net(net);
			net->type = types[i].type;
			net->macvlan_mode = MACVLAN_MODE_PRIVATE;
			net->ipvlan_mode = IPVLAN_MODE_L3;
			net->has_type = true;
			net->origin = item->origin;
			return NULL;
		}
	return "not a kind of interface";
}

static const char *set_flags(struct net_config *net, const struct config_item *item)
{
	if (*item->value && strcmp(item->value, "up") != 0)
		return "the only flag is up";
	net->up = *item->value != 0;
	return NULL;
}

const char *net_set_interface_name(char **slot, const char *value)
{
	if (strlen(value) >= IFNAMSIZ)
		return "longer than 15 bytes";
	if (strpbrk(value, "/ \t:%") || strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return "not an interface name";
	string_replace(slot, *value ? value : NULL);
	return NULL;
}

static const char *set_link(struct net_config *net, const struct config_item *item)
{
	return net_set_interface_name(&net->link, item->value);
}

static const char *set_name(struct net_config *net, const struct config_item *item)
{
	return net_set_interface_name(&net->name, item->value);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* x becomes a random digit; the second digit an even one, so that the address stays unicast. */
static int parse_hwaddr(const char *text, uint8_t out[6])
{
	uint8_t random[12];
	if (strlen(text) != 17 || getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -1;
	for (size_t i = 0; i < 17; i++) {
		if (i % 3 == 2) {
			if (text[i] != ':')
				return -1;
			continue;
		}
		size_t nibble = i - i / 3;
		int value = hex_value(text[i]);
		if (text[i] == 'x' || text[i] == 'X')
			value = random[nibble] & (nibble == 1 ? 0xe : 0xf);
		if (value < 0)
			return -1;
		out[nibble / 2] = (uint8_t)(nibble % 2 ? out[nibble / 2] | value : value << 4);
	}
	return 0;
}

static const char *set_hwaddr(struct net_config *net, const struct config_item *item)
{
	static const uint8_t zero[6];
	net->has_hwaddr = false;
	string_replace(&net->hwaddr_text, *item->value ? item->value : NULL);
	if (!*item->value)
		return NULL;
	if (parse_hwaddr(item->value, net->hwaddr) < 0)
		return "not a hardware address";
	if (net->hwaddr[0] & 1)
		return "a multicast address";
	if (memcmp(net->hwaddr, zero, sizeof(zero)) == 0)
		return "all zero";
	net->has_hwaddr = true;
	return NULL;
}

static const char *set_mtu(struct net_config *net, const struct config_item *item)
{
	uint32_t value = 0;
	if (*item->value && (parse_uint32(item->value, &value) < 0 || value < 68 || value > 65535))
		return "out of range";
	net->mtu = value;
	return NULL;
}

/* Before CIDR: the length that the first bits stand for. */
static unsigned class_prefix(struct in_addr address)
{
	uint32_t value = ntohl(address.s_addr);
	return value < 0x80000000u ? 8 : value < 0xc0000000u ? 16 : 24;
}

const char *net_parse_address(const char *value, int family, struct net_address *out)
{
	struct net_address address = { .family = family };
	_cleanup_free_ char *text = xstrdup(value);
	char *broadcast = family == AF_INET ? strpbrk(text, " \t") : NULL;
	if (broadcast)
		*broadcast++ = 0;
	char *slash = strchr(text, '/');
	if (slash)
		*slash++ = 0;
	if (inet_pton(family, text,
		      family == AF_INET ? (void *)&address.v4 : (void *)&address.v6) != 1)
		return "not an address";
	uint32_t prefix = family == AF_INET ? class_prefix(address.v4) : 64,
		 most = family == AF_INET ? 32 : 128;
	if (slash && (parse_uint32(slash, &prefix) < 0 || prefix > most))
		return family == AF_INET ? "the prefix is not 0 to 32"
					 : "the prefix is not 0 to 128";
	address.prefix = prefix;
	if (broadcast && inet_pton(AF_INET, string_trim(broadcast), &address.broadcast) != 1)
		return "not a broadcast address";
	if (family == AF_INET && !broadcast)
		address.broadcast.s_addr =
		    address.v4.s_addr | htonl(prefix >= 32 ? 0 : 0xffffffffu >> prefix);
	*out = address;
	return NULL;
}

void net_drop_addresses(struct net_address *addresses, size_t *count, int family)
{
	size_t kept = 0;
	for (size_t i = 0; i < *count; i++)
		if (addresses[i].family != family)
			addresses[kept++] = addresses[i];
	*count = kept;
}

static const char *set_address(struct net_config *net, const char *value, int family)
{
	struct net_address address;
	if (!*value) {
		net_drop_addresses(net->addresses, &net->address_count, family);
		return NULL;
	}
	const char *wrong = net_parse_address(value, family, &address);
	if (wrong)
		return wrong;
	net->addresses = xrealloc(net->addresses, (net->address_count + 1) * sizeof(address));
	net->addresses[net->address_count++] = address;
	return NULL;
}

static const char *set_ipv4(struct net_config *net, const struct config_item *item)
{
	return set_address(net, item->value, AF_INET);
}

static const char *set_ipv6(struct net_config *net, const struct config_item *item)
{
	return set_address(net, item->value, AF_INET6);
}

static const char *set_gateway(struct net_gateway *gateway, const char *value, int family)
{
	*gateway = (struct net_gateway){ .kind = GATEWAY_NONE };
	if (strcmp(value, "auto") == 0)
		gateway->kind = GATEWAY_AUTO;
	else if (strcmp(value, "dev") == 0)
		gateway->kind = GATEWAY_DEV;
	else if (*value) {
		if (inet_pton(family, value,
			      family == AF_INET ? (void *)&gateway->v4 : (void *)&gateway->v6) != 1)
			return "not an address";
		gateway->kind = GATEWAY_ADDRESS;
	}
	return NULL;
}

static const char *set_gateway4(struct net_config *net, const struct config_item *item)
{
	return set_gateway(&net->gateway4, item->value, AF_INET);
}

static const char *set_gateway6(struct net_config *net, const struct config_item *item)
{
	return set_gateway(&net->gateway6, item->value, AF_INET6);
}

static const char *set_script_up(struct net_config *net, const struct config_item *item)
{
	config_replace_hook(&net->script_up, item);
	return NULL;
}

static const char *set_script_down(struct net_config *net, const struct config_item *item)
{
	config_replace_hook(&net->script_down, item);
	return NULL;
}

static const struct net_field fields[] = {
	{ "type", set_type, NET_ANY },		 { "flags", set_flags, NET_ANY },
	{ "link", set_link, NET_ANY },		 { "name", set_name, NET_ANY },
	{ "hwaddr", set_hwaddr, NET_ANY },	 { "mtu", set_mtu, NET_ANY },
	{ "ipv4.address", set_ipv4, NET_ANY },	 { "ipv4.gateway", set_gateway4, NET_ANY },
	{ "ipv6.address", set_ipv6, NET_ANY },	 { "ipv6.gateway", set_gateway6, NET_ANY },
	{ "script.up", set_script_up, NET_ANY }, { "script.down", set_script_down, NET_ANY },
};

/* What follows "lxc.net.N.". */
static const struct net_field *find_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strcmp(name, fields[i].name) == 0)
			return &fields[i];
	for (size_t i = 0; i < net_type_fields_count; i++)
		if (strcmp(name, net_type_fields[i].name) == 0)
			return &net_type_fields[i];
	return NULL;
}

int config_set_net(struct config *config, const struct config_key *key,
		   const struct config_item *item, struct error *err)
{
	unsigned index;
	const char *rest;
	if (parse_index(item->key, &index, &rest) < 0)
		return config_refuse(key, item, err, "the index is not 0 to 65535");
	const struct net_field *field = find_field(rest);
	if (!field)
		return config_refuse(key, item, err, "no such key");
	/* Without its type an interface is none. */
	if (!*item->value && field->set == set_type)
		remove_net(config, index);
	struct net_config *net = find_net(config, index, *item->value != 0);
	if (!net)
		return 0; /* nothing to reset */
	if (field->type != NET_ANY && (!net->has_type || (int)net->type != field->type))
		return config_refuse(key, item, err, "lxc.net.%u.type = %.*s has to come first",
				     index, (int)strcspn(rest, "."), rest);
	const char *wrong = field->set(net, item);
	return wrong ? config_refuse(key, item, err, "%s", wrong) : 0;
}
