// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "setuid-helpers/message.h"
#include "net-messages.h" /* generated */

/* What goes into the messages, and what the kernel answered. */
static struct net_values values;
static _Alignas(8) char answer[8192];

/*
 * The next answer: its size, or the -errno that it carries. rtnetlink answers before send returns:
 * waiting is never needed. Only the kernel or a CAP_NET_ADMIN of its own can send to the socket
 * (netlink_allowed()).
 */
static int receive(int netlink)
{
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	ssize_t n = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return -errno;
	if (n > (ssize_t)sizeof(answer) || !NLMSG_OK(head, n))
		return -EPROTO;
	if (head->nlmsg_type != NLMSG_ERROR)
		return (int)n;
	return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EPROTO : error->error;
}

/* Send a message (or several, of which only the last is answered if all succeed) with the values
 * put in. The first answer. */
static int transact(int netlink, const uint32_t *message, size_t count)
{
	uint32_t words[NET_MAX_WORDS];
	const uint32_t *value = (const void *)&values;
	for (size_t i = 0; i < count; i++)
		words[i] = (message[i] & NET_VALUE_MASK) == NET_VALUE
			       ? value[message[i] & ~NET_VALUE_MASK]
			       : message[i];
	return send(netlink, words, count * sizeof(*words), 0) < 0 ? -errno : receive(netlink);
}
#define TRANSACT(link, message) \
	transact((link)->netlink, message, sizeof(message) / sizeof(*(message)))

/* The attribute of a type among size bytes of attributes, or NULL; at least `least` bytes long. */
static const struct rtattr *find(const void *attributes, int size, uint16_t type, size_t least)
{
	const struct rtattr *a = attributes;
	for (int step; RTA_OK(a, size); size -= step, a = (const void *)((const char *)a + step)) {
		step = (int)RTA_ALIGN(a->rta_len);
		if ((a->rta_type & NLA_TYPE_MASK) == type && RTA_PAYLOAD(a) >= least)
			return a;
	}
	return NULL;
}

/* The same inside an attribute (NULL: in none), and in the link in `answer`. */
static const struct rtattr *find_inside(const struct rtattr *nest, uint16_t type, size_t least)
{
	return nest ? find(RTA_DATA(nest), (int)RTA_PAYLOAD(nest), type, least) : NULL;
}

static const struct rtattr *find_in_link(uint16_t type, size_t least)
{
	const struct nlmsghdr *m = (const void *)answer;
	return find(IFLA_RTA(NLMSG_DATA(m)), (int)IFLA_PAYLOAD(m), type, least);
}

#define FOUND_INDEX ((uint32_t)((const struct ifinfomsg *)NLMSG_DATA(answer))->ifi_index)

/* Is the link in `answer` a bridge, one that filters VLANs if there is one? */
static bool is_bridge(bool vlan)
{
	const struct rtattr *info = find_in_link(IFLA_LINKINFO, 0);
	const struct rtattr *kind = find_inside(info, IFLA_INFO_KIND, sizeof("bridge"));
	const struct rtattr *filters =
	    find_inside(find_inside(info, IFLA_INFO_DATA, 0), IFLA_BR_VLAN_FILTERING, 1);
	return kind && memcmp(RTA_DATA(kind), "bridge", sizeof("bridge")) == 0 &&
	       (!vlan || (filters && *(const char *)RTA_DATA(filters)));
}

static int find_link(struct link *link)
{
	bool veth = link->request->type == TYPE_VETH;
	if (veth && strcmp(link->request->link, "none") == 0)
		return 0;
	values.request = *link->request;
	int error = TRANSACT(link, message_find_link);
	if (error < 0)
		return error;
	const struct rtattr *mtu = find_in_link(IFLA_MTU, sizeof(link->mtu));
	if (!mtu || (veth && !is_bridge(link->rule->vlan)))
		return -EMEDIUMTYPE;
	memcpy(&link->mtu, RTA_DATA(mtu), sizeof(link->mtu));
	link->index = FOUND_INDEX;
	return 0;
}

static void base62(char *out, size_t width, uint64_t value)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	for (; width; value /= 62)
		out[--width] = digits[value % 62];
}

static uint64_t hash(const char *string)
{
	uint64_t value = 0xcbf29ce484222325U; /* FNV-1a */
	for (; *string; string++)
		value = (value ^ (unsigned char)*string) * 0x100000001b3U;
	return value;
}

void link_slot_name(char name[16], struct usernet_pool pool, const char *link, uint32_t slot)
{
	memcpy(name, pool.is_group ? "vetg" : "veth", 4);
	base62(name + 4, 6, pool.id);
	base62(name + 10, 3, hash(link));
	base62(name + 13, 2, slot);
	name[15] = 0;
}

static void fill_values(const struct link *link, const char *slot, uint64_t seed)
{
	const struct net_request *r = link->request;
	const struct usernet_rule *rule = link->rule;
	values = (struct net_values){
		.request = *r,
		.host_hwaddr = { 0xfe }, /* above the other ports': a bridge takes its lowest port's
					  */
		.isolated = { rule->isolated },
		.group = link->uid,
		.link = link->index,
		.link_mtu = link->mtu,
		.mtu = r->mtu ? r->mtu : link->mtu,
		.netns = (uint32_t)link->netns,
		.nsid = 1U << 30 | ((uint32_t)seed >> 2 ^ r->type),
		.macvlan_mode = 1U << r->mode >> 1,
		.ipvlan_mode = { (uint16_t)(r->mode - MODE_L2) },
		.ipvlan_private = { rule->isolated },
		.vlan_id = { (uint16_t)rule->vlan },
		.vlan = { BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED, (uint16_t)rule->vlan },
	};
	memcpy(values.host, slot, sizeof(values.host));
	/* With the line, to tell what was made for it from what was for another: in both halves of
	 * the number, so that its first five bytes have it in either byte order. */
	memcpy(values.host_hwaddr + 1, &(uint64_t){ seed ^ r->line * 0x100000001U }, 5);
}

static uint32_t number_of(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static void fill_filter(const uint8_t *mac, const struct usernet_address *address)
{
	values.hwaddr[0] = number_of(mac);
	values.hwaddr[1] = number_of(mac + 2) & 0xffff;
	values.interface[0] = (number_of(mac) ^ 0x02000000) | 0xff;
	values.interface[1] = 0xfe000000 | (number_of(mac + 2) & 0xffffff);
	for (uint32_t i = 0; i < 4 * USERNET_MAX_ADDRESSES; i++) {
		/* An empty one matches all if it is the first, else "::", nobody's. */
		const struct usernet_address *a = &address[i / 4];
		uint32_t bits = i >= 4 && !a->prefix ? 128 : a->prefix, before = 32 * (i % 4);
		uint32_t mask = bits >= before + 32 ? ~0U
				: bits > before	    ? ~0U << (before + 32 - bits)
						    : 0;
		values.address[i / 4][i % 4][0] = number_of(&a->bytes[before / 8]) & mask;
		values.address[i / 4][i % 4][1] = mask;
	}
}

/*
 * The pair, its host end down and attached; then its VLAN, its hardware address, what may be sent
 * into it. Static filter entry: nobody else on the bridge has the address (-EADDRINUSE).
 */
static int make_veth(const struct link *link)
{
	int error = TRANSACT(link, message_veth);
	/* Either name is meant by EEXIST. If it is the host's, which is asked for in the same
	 * breath, somebody has the slot. */
	if (error < 0)
		return receive(link->netlink) > 0 && error == -EEXIST ? -EDQUOT : error;
	/* Or somebody deleted it inside, and what has its name by now was made for another line. */
	const struct rtattr *hwaddr = find_in_link(IFLA_ADDRESS, 6);
	if (!hwaddr || memcmp(RTA_DATA(hwaddr), values.host_hwaddr, 6))
		return -EEXIST;
	values.index = FOUND_INDEX;
	if (!link->locked)
		return 0;
	fill_filter(link->request->hwaddr, link->rule->address);
	error = link->rule->vlan ? TRANSACT(link, message_vlan_port) : 0;
	/* What is for ports comes first in the message. */
	size_t skip = link->index ? 0 : GUARD_PORT, words = sizeof(message_guard) / 4;
	if (!error)
		error = transact(link->netlink, message_guard + skip, words - skip);
	return error == -EEXIST ? -EADDRINUSE : error;
}

static int add_route(const struct link *link, const struct usernet_address *to)
{
	bool v4 = to->prefix >= 96 && !memcmp(to->bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	values.route[0] = v4 ? AF_INET : AF_INET6;
	values.route[1] = (uint8_t)(to->prefix - (v4 ? 96 : 0));
	memcpy(values.to, to->bytes + (v4 ? 12 : 0), v4 ? 4 : 16);
	return v4 ? TRANSACT(link, message_route4) : TRANSACT(link, message_route6);
}

/* Name and label its host end, bring it up, route to it if it is no port. */
static int raise_veth(const struct link *link)
{
	strncpy(values.alias, link->alias, sizeof(values.alias) - 1);
	strncpy(values.pair, link->pair, sizeof(values.pair) - 1);
	int error = *link->request->pair ? TRANSACT(link, message_pair) : 0;
	if (!error)
		error = TRANSACT(link, message_raise);
	for (uint32_t i = 0; !link->index && !error && i < USERNET_MAX_ADDRESSES; i++)
		if (link->rule->address[i].prefix)
			error = add_route(link, &link->rule->address[i]);
	return error == -EEXIST ? -EALREADY : error;
}

int link_make(struct link *link, struct usernet_pool pool)
{
	const uint8_t type = link->request->type;
	int error = find_link(link);
	if (error)
		return error;
	link_slot_name(link->host_name, pool, link->request->link, link->request->slot);
	fill_values(link, link->host_name, hash(link->host_name));
	if (type == TYPE_VETH)
		return (error = make_veth(link)) ? error : raise_veth(link);
	*link->host_name = 0;
	if (type == TYPE_VLAN || type == TYPE_PHYS)
		return type == TYPE_VLAN ? TRANSACT(link, message_vlan)
					 : TRANSACT(link, message_phys);
	error = TRANSACT(link, message_nsid); /* the slot of one that has no end here */
	return error == -EEXIST	      ? -EDQUOT
	       : error		      ? error
	       : type == TYPE_MACVLAN ? TRANSACT(link, message_macvlan)
				      : TRANSACT(link, message_ipvlan);
}

enum helper_status link_status(int error)
{
	return error == -ENODEV	       ? STATUS_LINK_MISSING
	       : error == -EMEDIUMTYPE ? STATUS_LINK_KIND
	       : error == -EDQUOT      ? STATUS_QUOTA
	       : error == -EEXIST      ? STATUS_NAME_TAKEN
	       : error == -EADDRINUSE  ? STATUS_HWADDR_TAKEN
	       : error == -EALREADY    ? STATUS_PAIR_TAKEN
	       : error == -EXFULL      ? STATUS_LINK_FULL
				       : STATUS_SYSTEM;
}
