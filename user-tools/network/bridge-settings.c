// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/bridge-settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/util.h"

#define SETTINGS_MAX 65536
#define DHCP_LEASES_MAX 1000000

enum key {
	USE,
	USE_NFT,
	BRIDGE,
	MAC,
	ADDR,
	NETMASK,
	NETWORK,
	DHCP_RANGE,
	DHCP_MAX,
	DHCP_CONFILE,
	DHCP_PING,
	DOMAIN,
	IPV6_ADDR,
	IPV6_MASK,
	IPV6_NETWORK,
	IPV6_NAT,
	KEY_COUNT
};

static const char *const names[KEY_COUNT] = {
	[USE] = "USE_LXC_BRIDGE",
	[USE_NFT] = "LXC_USE_NFT",
	[BRIDGE] = "LXC_BRIDGE",
	[MAC] = "LXC_BRIDGE_MAC",
	[ADDR] = "LXC_ADDR",
	[NETMASK] = "LXC_NETMASK",
	[NETWORK] = "LXC_NETWORK",
	[DHCP_RANGE] = "LXC_DHCP_RANGE",
	[DHCP_MAX] = "LXC_DHCP_MAX",
	[DHCP_CONFILE] = "LXC_DHCP_CONFILE",
	[DHCP_PING] = "LXC_DHCP_PING",
	[DOMAIN] = "LXC_DOMAIN",
	[IPV6_ADDR] = "LXC_IPV6_ADDR",
	[IPV6_MASK] = "LXC_IPV6_MASK",
	[IPV6_NETWORK] = "LXC_IPV6_NETWORK",
	[IPV6_NAT] = "LXC_IPV6_NAT",
};

/* The value of a key as it stands in a file; text is NULL where no line gives it. */
struct line {
	char *text;
	char rule[128];
};

/* ---- lines ---- */

static int refuse_line(const char *rule, const char *line, struct error *err)
{
	error_set(err, E_CONFIG_SYNTAX, 0, "\"%.100s\" is not KEY=\"VALUE\"", line);
	error_rule(err, "%s", rule);
	return error_fix(err, "the file is read, not run as a shell script: write values out, "
			      "without $, ` and \\");
}

/* The value at text, cut out in place; NULL if it is none. What follows may be a comment only. */
static char *cut_value(char *text)
{
	char *value = text, *end;
	if (*text == '"' || *text == '\'') {
		char quote[2] = { *text, 0 };
		value = text + 1;
		end = value + strcspn(value, quote);
		if (!*end)
			return NULL;
		*end++ = 0;
	} else {
		end = value + strcspn(value, " \t");
		if (*end)
			*end++ = 0;
	}
	if (*text != '\'' && strpbrk(value, "$`\\"))
		return NULL;
	if (text == value && strpbrk(value, "\"'#;&|<>(){}*?"))
		return *value == '#' ? memset(value, 0, 1) : NULL;
	end += strspn(end, " \t");
	return *end && *end != '#' ? NULL : value;
}

static int take_line(char *text, const char *rule, struct line *lines, struct error *err)
{
	_cleanup_free_ char *whole = xstrdup(text);
	text = string_trim(text);
	if (!*text || *text == '#')
		return 0;
	if (string_starts(text, "export "))
		text = string_trim(text + 7);
	char *equal = strchr(text, '=');
	if (!equal || equal == text)
		return refuse_line(rule, whole, err);
	*equal = 0;
	char *value = cut_value(equal + 1);
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
		strlen(text) ||
	    !value)
		return refuse_line(rule, whole, err);
	for (size_t k = 0; k < KEY_COUNT; k++) {
		if (strcmp(text, names[k]) != 0)
			continue;
		string_replace(&lines[k].text, value);
		snprintf(lines[k].rule, sizeof(lines[k].rule), "%s", rule);
		return 0;
	}
	error_set(err, E_CONFIG_KEY, 0, "%.60s is not a key of lxc-net", text);
	error_rule(err, "%s", rule);
	return error_fix(err, "lxc-net(8) lists the keys");
}

static int check_file(int fd, const char *path, struct error *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return error_set(err, E_CONFIG_READ, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, E_CONFIG_READ, 0, "%s is not a file", path);
	if ((st.st_uid == 0 || st.st_uid == geteuid()) && !(st.st_mode & 022))
		return 0;
	error_set(err, E_CONFIG_READ, 0, "%s may be written by others than root", path);
	return error_fix(err, "chown root %s; chmod go-w %s", path, path);
}

static int read_file(const char *path, struct line *lines, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return error_set(err, E_CONFIG_READ, errno, "%s", path);
	if (check_file(fd, path, err) < 0)
		return -1;
	ssize_t length = file_read_fd(fd, SETTINGS_MAX, &text);
	if (length < 0)
		return error_set(err, E_CONFIG_READ, errno, "%s", path);
	if (strlen(text) != (size_t)length)
		return error_set(err, E_CONFIG_READ, 0, "%s is not a text file", path);
	unsigned number = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char rule[128];
		snprintf(rule, sizeof(rule), "%s:%u", path, ++number);
		if (take_line(line, rule, lines, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- values ---- */

static int bad(const struct line *lines, enum key key, struct error *err, const char *accepted)
{
	error_set(err, E_CONFIG_VALUE, 0, "%s=\"%.100s\": %s", names[key],
		  lines[key].text ? lines[key].text : "", accepted);
	return error_rule(err, "%s", lines[key].rule);
}

/* Is there a line with a value for it? */
static bool given(const struct line *lines, enum key key)
{
	return lines[key].text && *lines[key].text;
}

static int read_bool(const struct line *lines, enum key key, bool *out, struct error *err)
{
	if (!given(lines, key))
		return 0;
	*out = strcmp(lines[key].text, "true") == 0;
	if (*out || strcmp(lines[key].text, "false") == 0)
		return 0;
	return bad(lines, key, err, "true or false is expected");
}

static int read_bridge(const struct line *lines, struct bridge_settings *s, struct error *err)
{
	const char *name = given(lines, BRIDGE) ? lines[BRIDGE].text : "lxcbr0";
	if (strlen(name) >= IFNAMSIZ || strcmp(name, "lo") == 0 || *name == '.' || *name == '-' ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") !=
		strlen(name) ||
	    strcmp(name, "all") == 0 || strcmp(name, "default") == 0)
		return bad(lines, BRIDGE, err,
			   "a name of at most 15 letters, digits and \"_.-\" is expected");
	snprintf(s->bridge, sizeof(s->bridge), "%s", name);
	snprintf(s->bridge_rule, sizeof(s->bridge_rule), "%s", lines[BRIDGE].rule);
	const char *mac = given(lines, MAC) ? lines[MAC].text : "10:66:6a:00:00:00";
	unsigned v[6] = { 0 };
	int used = 0;
	bool right = strlen(mac) == 17 &&
		     sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4],
			    &v[5], &used) == 6 &&
		     used == 17 && strspn(mac, "0123456789abcdefABCDEF:") == 17;
	if (!right || v[0] & 1 || !(v[0] | v[1] | v[2] | v[3] | v[4] | v[5]))
		return bad(lines, MAC, err,
			   "an address of one interface, like 10:66:6a:00:00:00, is expected");
	for (size_t i = 0; i < 6; i++)
		s->mac[i] = (uint8_t)v[i];
	return 0;
}

static uint32_t mask_of(unsigned prefix)
{
	return prefix ? ~0u << (32 - prefix) : 0;
}

static const char *text4(uint32_t address, char *out)
{
	struct in_addr raw = { htonl(address) };
	return inet_ntop(AF_INET, &raw, out, INET_ADDRSTRLEN);
}

static int parse4(const char *text, uint32_t *out)
{
	struct in_addr raw;
	if (inet_pton(AF_INET, text, &raw) != 1)
		return -1;
	*out = ntohl(raw.s_addr);
	return 0;
}

/* "255.255.255.0" or "24". */
static int parse_mask(const char *text, unsigned *prefix)
{
	uint32_t mask, number;
	if (parse_uint32(text, &number) == 0 && number <= 32) {
		*prefix = number;
		return 0;
	}
	if (parse4(text, &mask) < 0)
		return -1;
	for (*prefix = 0; *prefix <= 32; ++*prefix)
		if (mask == mask_of(*prefix))
			return 0;
	return -1;
}

/* "ADDRESS/LENGTH" of either family; raw has 16 bytes. */
static int parse_network(int family, const char *text, void *raw, unsigned *prefix)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	uint32_t number;
	if (!slash || (size_t)(slash - text) >= sizeof(address) ||
	    parse_uint32(slash + 1, &number) < 0 || number > (family == AF_INET ? 32 : 128))
		return -1;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	*prefix = number;
	return inet_pton(family, address, raw) == 1 ? 0 : -1;
}

static int read_ipv4(const struct line *lines, struct bridge_settings *s, uint32_t *address,
		     struct error *err)
{
	struct bridge_network *net = &s->ipv4;
	const char *mask = given(lines, NETMASK) ? lines[NETMASK].text : "255.255.255.0";
	if (parse_mask(mask, &net->prefix) < 0 || net->prefix < 8 || net->prefix > 30)
		return bad(lines, NETMASK, err,
			   "a netmask from 255.0.0.0 to 255.255.255.252 is expected");
	if (parse4(given(lines, ADDR) ? lines[ADDR].text : "10.0.3.1", address) < 0)
		return bad(lines, ADDR, err, "an IPv4 address without a prefix length is expected");
	uint32_t m = mask_of(net->prefix), a = *address;
	if (a >> 24 == 127 || a >> 24 == 0 || a >> 28 >= 14 || (a & ~m) == 0 || (a & ~m) == ~m)
		return bad(lines, ADDR, err,
			   "an address that one host of the network can have is expected");
	char first[INET_ADDRSTRLEN];
	net->given = net->nat = true;
	text4(a, net->address);
	snprintf(net->cidr, sizeof(net->cidr), "%s/%u", net->address, net->prefix);
	snprintf(net->network, sizeof(net->network), "%s/%u", text4(a & m, first), net->prefix);
	snprintf(s->address_rule, sizeof(s->address_rule), "%s", lines[ADDR].rule);
	if (!given(lines, NETWORK))
		return 0;
	struct in_addr raw;
	unsigned prefix;
	if (parse_network(AF_INET, lines[NETWORK].text, &raw, &prefix) < 0 ||
	    ntohl(raw.s_addr) & ~mask_of(prefix))
		return bad(lines, NETWORK, err, "a network like 10.0.3.0/24 is expected");
	if (prefix > net->prefix || (a & mask_of(prefix)) != ntohl(raw.s_addr)) {
		bad(lines, NETWORK, err, "the bridge's own network is not in it");
		return error_fix(err, "LXC_NETWORK=\"%s\", or no such line", net->network);
	}
	snprintf(net->network, sizeof(net->network), "%s/%u", text4(ntohl(raw.s_addr), first),
		 prefix);
	return 0;
}

/* A lease time of dnsmasq: 45m, 12h, 3600, infinite. */
static bool lease_time(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return strcmp(text, "infinite") == 0 ||
	       (digits && digits < 8 &&
		(!text[digits] || (strchr("smhdw", text[digits]) && !text[digits + 1])));
}

static int read_dhcp_range(const struct line *lines, struct bridge_settings *s, uint32_t address,
			   struct error *err)
{
	uint32_t m = mask_of(s->ipv4.prefix), low = (address & m) + 1, high = (address | ~m) - 1;
	uint32_t first = address + 1, last = high;
	if (address - low > high - address)
		first = low, last = address - 1;
	if (given(lines, DHCP_RANGE)) {
		struct string_list part = { 0 };
		string_list_add_words(&part, lines[DHCP_RANGE].text, ",");
		bool right = (part.count == 2 || part.count == 3) &&
			     parse4(part.items[0], &first) == 0 &&
			     parse4(part.items[1], &last) == 0 &&
			     (part.count == 2 || lease_time(part.items[2]));
		if (right && part.count == 3)
			snprintf(s->dhcp_time, sizeof(s->dhcp_time), "%s", part.items[2]);
		string_list_clear(&part);
		if (!right)
			return bad(lines, DHCP_RANGE, err,
				   "FIRST,LAST or FIRST,LAST,LEASETIME is expected");
		if (first < low || last > high || first > last) {
			char l[INET_ADDRSTRLEN], h[INET_ADDRSTRLEN], text[128];
			snprintf(text, sizeof(text),
				 "addresses from %s to %s, the lower first, are expected",
				 text4(low, l), text4(high, h));
			return bad(lines, DHCP_RANGE, err, text);
		}
	}
	text4(first, s->dhcp_first);
	text4(last, s->dhcp_last);
	/* The range is the limit; leases of an earlier one may still be stored. */
	s->dhcp_max = DHCP_LEASES_MAX;
	if (given(lines, DHCP_MAX) && (parse_uint32(lines[DHCP_MAX].text, &s->dhcp_max) < 0 ||
				       !s->dhcp_max || s->dhcp_max > DHCP_LEASES_MAX))
		return bad(lines, DHCP_MAX, err,
			   "a number of leases from 1 to 1000000 is expected");
	return 0;
}

static bool domain_name(const char *text)
{
	size_t label = 0, length = 0;
	for (; *text; text++, length++) {
		if (*text == '.' && !label)
			return false;
		label = *text == '.' ? 0 : label + 1;
		if (label > 63 || (label == 1 && *text == '-') ||
		    !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.",
			    *text))
			return false;
	}
	return label && length < 254;
}

static int read_dnsmasq(const struct line *lines, struct bridge_settings *s, struct error *err)
{
	s->dhcp_ping = true;
	if (read_bool(lines, DHCP_PING, &s->dhcp_ping, err) < 0)
		return -1;
	if (given(lines, DHCP_CONFILE)) {
		const char *path = lines[DHCP_CONFILE].text;
		if (*path != '/')
			return bad(lines, DHCP_CONFILE, err,
				   "the whole path of a file is expected");
		if (access(path, R_OK) < 0)
			return bad(lines, DHCP_CONFILE, err, strerror(errno));
		string_replace(&s->dhcp_config, path);
	}
	if (given(lines, DOMAIN)) {
		if (!domain_name(lines[DOMAIN].text))
			return bad(lines, DOMAIN, err, "a domain name is expected");
		string_replace(&s->domain, lines[DOMAIN].text);
	}
	return 0;
}

static void clear_bits(uint8_t *raw, unsigned prefix)
{
	for (unsigned bit = prefix; bit < 128; bit++)
		raw[bit / 8] &= (uint8_t) ~(128u >> bit % 8);
}

static int read_ipv6_network(const struct line *lines, struct bridge_network *net,
			     const struct in6_addr *own, struct error *err)
{
	struct in6_addr raw, cleared, low = *own;
	unsigned prefix;
	char text[INET6_ADDRSTRLEN];
	clear_bits(low.s6_addr, net->prefix);
	inet_ntop(AF_INET6, &low, text, sizeof(text));
	snprintf(net->network, sizeof(net->network), "%s/%u", text, net->prefix);
	if (!given(lines, IPV6_NETWORK))
		return 0;
	if (parse_network(AF_INET6, lines[IPV6_NETWORK].text, &raw, &prefix) < 0)
		return bad(lines, IPV6_NETWORK, err, "a network like fd00:3::/64 is expected");
	cleared = raw;
	clear_bits(cleared.s6_addr, prefix);
	if (memcmp(&cleared, &raw, sizeof(raw)) != 0)
		return bad(lines, IPV6_NETWORK, err, "a network like fd00:3::/64 is expected");
	low = *own;
	clear_bits(low.s6_addr, prefix);
	if (prefix > net->prefix || memcmp(&low, &raw, sizeof(raw)) != 0) {
		bad(lines, IPV6_NETWORK, err, "the bridge's own network is not in it");
		return error_fix(err, "LXC_IPV6_NETWORK=\"%s\", or no such line", net->network);
	}
	inet_ntop(AF_INET6, &raw, text, sizeof(text));
	snprintf(net->network, sizeof(net->network), "%s/%u", text, prefix);
	return 0;
}

static int read_ipv6(const struct line *lines, struct bridge_settings *s, struct error *err)
{
	struct bridge_network *net = &s->ipv6;
	struct in6_addr raw;
	if (read_bool(lines, IPV6_NAT, &net->nat, err) < 0)
		return -1;
	for (enum key key = IPV6_MASK; key <= IPV6_NETWORK && !given(lines, IPV6_ADDR); key++)
		if (given(lines, key))
			return bad(lines, key, err, "there is no LXC_IPV6_ADDR with it");
	if (!given(lines, IPV6_ADDR)) {
		if (net->nat)
			return bad(lines, IPV6_NAT, err, "there is no LXC_IPV6_ADDR with it");
		return 0;
	}
	if (inet_pton(AF_INET6, lines[IPV6_ADDR].text, &raw) != 1)
		return bad(lines, IPV6_ADDR, err,
			   "an IPv6 address without a prefix length is expected");
	if (IN6_IS_ADDR_MULTICAST(&raw) || IN6_IS_ADDR_UNSPECIFIED(&raw) ||
	    IN6_IS_ADDR_LOOPBACK(&raw) || IN6_IS_ADDR_LINKLOCAL(&raw) || IN6_IS_ADDR_V4MAPPED(&raw))
		return bad(lines, IPV6_ADDR, err, "a global or unique local address is expected");
	uint32_t prefix = 64;
	if (given(lines, IPV6_MASK) &&
	    (parse_uint32(lines[IPV6_MASK].text, &prefix) < 0 || prefix < 16 || prefix > 126))
		return bad(lines, IPV6_MASK, err, "a prefix length from 16 to 126 is expected");
	net->given = true;
	net->prefix = prefix;
	inet_ntop(AF_INET6, &raw, net->address, sizeof(net->address));
	snprintf(net->cidr, sizeof(net->cidr), "%s/%u", net->address, net->prefix);
	return read_ipv6_network(lines, net, &raw, err);
}

static int read_values(const struct line *lines, struct bridge_settings *s, struct error *err)
{
	uint32_t address = 0;
	bool nft = true;
	s->use = true;
	if (read_bool(lines, USE, &s->use, err) < 0 || read_bool(lines, USE_NFT, &nft, err) < 0)
		return -1;
	if (!nft) {
		bad(lines, USE_NFT, err, "the rules are made with nftables only");
		return error_fix(err,
				 "true, or no such line: a table of nftables leaves the rules of "
				 "iptables as they are");
	}
	if (read_bridge(lines, s, err) < 0 || read_ipv4(lines, s, &address, err) < 0 ||
	    read_dhcp_range(lines, s, address, err) < 0 || read_dnsmasq(lines, s, err) < 0)
		return -1;
	return read_ipv6(lines, s, err);
}

int bridge_settings_read(const char *const *files, struct bridge_settings *settings,
			 struct error *err)
{
	struct line lines[KEY_COUNT] = { 0 };
	int result = 0;
	*settings = (struct bridge_settings){ 0 };
	for (; *files && result == 0; files++)
		result = read_file(*files, lines, err);
	if (result == 0)
		result = read_values(lines, settings, err);
	for (size_t k = 0; k < KEY_COUNT; k++)
		free(lines[k].text);
	if (result < 0)
		bridge_settings_free(settings);
	return result;
}

void bridge_settings_free(struct bridge_settings *settings)
{
	free(settings->dhcp_config);
	free(settings->domain);
	settings->dhcp_config = settings->domain = NULL;
}
