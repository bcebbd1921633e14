// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Build-time program: writes the rtnetlink messages of net-helper as C tables of 32-bit words, so
 * that the helper only has to put its values in. usage: net-messages
 *
 * main is the list of them: each line is a message as the helper sends it, or a part of one.
 */
#include <err.h>
#include <linux/filter.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "setuid-helpers/build/table.h"

/* The words of the table being made, each a C expression: what differs with the byte order of the
 * machine is left to its compiler. */
static char words[4096][64];
static size_t count, message_start, nests[8], depth;

void word(const char *format, ...)
{
	va_list arguments;
	if (count == sizeof(words) / sizeof(words[0]))
		errx(1, "a table is too long");
	va_start(arguments, format);
	vsnprintf(words[count++], sizeof(words[0]), format, arguments);
	va_end(arguments);
}

static void number(uint32_t value)
{
	if ((value & NET_VALUE_MASK) == NET_VALUE)
		errx(1, "0x%x stands for a value", value);
	word("0x%x", value);
}

void values(size_t offset, size_t size)
{
	if (offset % 4 || size % 4 || offset + size > sizeof(struct net_values))
		errx(1, "offset %zu, %zu bytes: no whole words of struct net_values", offset, size);
	for (size_t i = 0; i < size; i += 4)
		word("0x%zx", NET_VALUE | (offset + i) / 4);
}
#define VALUE(member) \
	values(offsetof(struct net_values, member), sizeof(((struct net_values *)0)->member))

/* ---- messages and attributes ---- */

static void begin(unsigned type, unsigned flags)
{
	message_start = count;
	word("0");
	word("HALVES(%u, 0x%xU)", type, flags | NLM_F_REQUEST);
	number(0);
	number(0);
}

static void end(void)
{
	snprintf(words[message_start], sizeof(words[0]), "%zu", (count - message_start) * 4);
}

static void header(unsigned type, size_t size)
{
	word("HALVES(%zu, %uU)", RTA_LENGTH(size), type);
}

static void string(unsigned type, const char *text)
{
	char padded[32] = { 0 };
	size_t size = strlen(text) + 1;
	memcpy(padded, text, size);
	header(type, size);
	for (size_t i = 0; i < size; i += 4)
		word("BYTES(%dU, %dU, %dU, %dU)", padded[i], padded[i + 1], padded[i + 2],
		     padded[i + 3]);
}

/* An attribute of so many bytes with a member's value. */
#define ATTRIBUTE(type, size, member) (header(type, size), VALUE(member))

static void open_nest(unsigned type)
{
	nests[depth++] = count;
	word("%u", type);
}

static void close_nest(void)
{
	size_t at = nests[--depth];
	char type[64];
	memcpy(type, words[at], sizeof(type));
	snprintf(words[at], sizeof(words[0]), "HALVES(%zu, %.20sU)", (count - at) * 4, type);
}

static void finish(const char *name)
{
	if (depth)
		errx(1, "%s: a nest is open", name);
	if (count > NET_MAX_WORDS)
		errx(1, "%s: %zu words", name, count);
	printf("static const uint32_t message_%s[] = {", name);
	for (size_t i = 0; i < count; i++)
		printf("%s%s,", i % 6 ? " " : "\n\t", words[i]);
	puts("\n};");
	count = 0;
}

/* ---- headers behind struct nlmsghdr ---- */

/* struct ifinfomsg of the interface that the name in it, or in an attribute, means */
static void link_by_name(void)
{
	for (int i = 0; i < 4; i++)
		number(0);
}

/* the same of the host's end, by its index */
static void host_end(unsigned family, uint32_t flags)
{
	word("BYTES(%uU, 0U, 0U, 0U)", family);
	VALUE(index);
	number(flags);
	number(flags);
}

static void traffic_control(uint32_t handle, uint32_t parent, const char *info)
{
	number(AF_UNSPEC);
	VALUE(index);
	number(handle);
	number(parent);
	word("%s", info);
}

/* ---- parts ---- */

/* The interface of the container: where it goes and under which name. */
static void inside(void)
{
	ATTRIBUTE(IFLA_IFNAME, IFNAMSIZ, request.name);
	ATTRIBUTE(IFLA_NET_NS_FD, 4, netns);
}

static void inside_mtu(void)
{
	ATTRIBUTE(IFLA_MTU, 4, mtu);
}

static void inside_hwaddr(void)
{
	/* with its padding: the next member */
	header(IFLA_ADDRESS, ETH_ALEN);
	values(offsetof(struct net_values, request.hwaddr), 8);
}

/* An interface on top of the link, made in the container's namespace; more goes into its data. */
static void begin_child(const char *kind)
{
	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	link_by_name();
	inside();
	inside_mtu();
	ATTRIBUTE(IFLA_LINK, 4, link);
	if (strcmp(kind, "macvlan") == 0)
		inside_hwaddr();
	open_nest(IFLA_LINKINFO);
	string(IFLA_INFO_KIND, kind);
	open_nest(IFLA_INFO_DATA);
}

static void end_child(const char *kind)
{
	close_nest();
	close_nest();
	end();
	finish(kind);
}

static void find_host(void)
{
	begin(RTM_GETLINK, 0);
	link_by_name();
	ATTRIBUTE(IFLA_IFNAME, IFNAMSIZ, host);
	end();
}

/* The pair, and what became of the host's end: its index, or whether it is somebody else's. */
static void veth(void)
{
	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	link_by_name();
	ATTRIBUTE(IFLA_IFNAME, IFNAMSIZ, host);
	ATTRIBUTE(IFLA_MASTER, 4, link);
	ATTRIBUTE(IFLA_GROUP, 4, group);
	/* The bridge's own MTU: a smaller one of a port would lower it, for everyone. */
	ATTRIBUTE(IFLA_MTU, 4, link_mtu);
	ATTRIBUTE(IFLA_ADDRESS, ETH_ALEN, host_hwaddr);
	open_nest(IFLA_LINKINFO);
	string(IFLA_INFO_KIND, "veth");
	open_nest(IFLA_INFO_DATA);
	open_nest(VETH_INFO_PEER);
	link_by_name();
	inside();
	inside_mtu();
	inside_hwaddr();
	close_nest();
	close_nest();
	close_nest();
	end();
	find_host();
	finish("veth");
}

/* A port of a bridge that belongs to one VLAN and no other. */
static void only_vlan(void)
{
	const char *const ends[] = { "HALVES(8, 1)",
				     "HALVES(16, 4094)" }; /* RANGE_BEGIN, RANGE_END */
	begin(RTM_DELLINK, 0);
	host_end(AF_BRIDGE, 0);
	open_nest(IFLA_AF_SPEC);
	for (int i = 0; i < 2; i++) {
		header(IFLA_BRIDGE_VLAN_INFO, 4);
		word("%s", ends[i]);
	}
	close_nest();
	end();
	begin(RTM_SETLINK, NLM_F_ACK);
	host_end(AF_BRIDGE, 0);
	open_nest(IFLA_AF_SPEC);
	ATTRIBUTE(IFLA_BRIDGE_VLAN_INFO, 4, vlan);
	close_nest();
	end();
	finish("vlan_port");
}

/* Nobody else on the bridge has the hardware address, and nobody can take it: the kernel says
 * EEXIST, and does not learn it elsewhere. */
static void hwaddr_taken(void)
{
	begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
	word("BYTES(%dU, 0U, 0U, 0U)", AF_BRIDGE);
	VALUE(index);
	word("HALF_BYTES(%d, %dU, 0U)", NUD_NOARP, NTF_MASTER | NTF_STICKY);
	header(NDA_LLADDR, ETH_ALEN);
	values(offsetof(struct net_values, request.hwaddr), 8);
	end();
}

static void begin_filter(const char *priority_and_protocol, unsigned flags)
{
	begin(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL | flags);
	traffic_control(0, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), priority_and_protocol);
	string(TCA_KIND, "bpf");
	open_nest(TCA_OPTIONS);
}

static void filtered(void)
{
	begin(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
	traffic_control(TC_H_MAKE(TC_H_CLSACT, 0), TC_H_CLSACT, "0");
	string(TCA_KIND, "clsact");
	end();
	/* Of every protocol; priority 2 first, so that there is always one that drops. */
	begin_filter("0x20000 | NETWORK(3)", 0);
	header(TCA_BPF_OPS_LEN, 2);
	word("HALVES(1, 0U)");
	header(TCA_BPF_OPS, 8);
	word("HALF_BYTES(%u, 0U, 0U)", BPF_RET | BPF_K);
	number(TC_ACT_SHOT);
	header(TCA_BPF_FLAGS, 4);
	number(TCA_BPF_FLAG_ACT_DIRECT);
	close_nest();
	end();
	begin_filter("0x10000 | NETWORK(3)", NLM_F_ACK);
	size_t length = port_filter_length();
	header(TCA_BPF_OPS_LEN, 2);
	word("HALVES(%zu, 0U)", length);
	header(TCA_BPF_OPS, length * 8);
	port_filter();
	close_nest();
	end();
}

static void port_switch(unsigned type, unsigned value)
{
	header(type, 1);
	word("BYTES(%uU, 0U, 0U, 0U)", value);
}

/*
 * Passes nothing to other isolated ports, gets what is for its own address only, and is never taken
 * for the way to a multicast router. Nothing is learned from it, and nothing is taken but from the
 * address that the table has for it: the port filter does so, too, but root in a container that can
 * make an ifb sends frames that pass any filter (skb->tc_skip_classify, which the kernel keeps when
 * a frame changes namespaces). Switches of later kernels are none to an earlier one.
 */
static void port(void)
{
	begin(RTM_NEWLINK, 0);
	host_end(AF_UNSPEC, 0);
	open_nest(IFLA_LINKINFO);
	open_nest(IFLA_INFO_SLAVE_DATA);
	ATTRIBUTE(IFLA_BRPORT_ISOLATED, 1, isolated);
	port_switch(IFLA_BRPORT_UNICAST_FLOOD, 0);
	port_switch(IFLA_BRPORT_MULTICAST_ROUTER, MDB_RTR_TYPE_DISABLED);
	port_switch(IFLA_BRPORT_LEARNING, 0);
	port_switch(IFLA_BRPORT_GUARD, 1);
	port_switch(IFLA_BRPORT_LOCKED, 1);
	close_nest();
	close_nest();
	end();
}

/* The last step of a veth: its label, and up. */
static void raise_host_end(void)
{
	begin(RTM_NEWLINK, NLM_F_ACK);
	host_end(AF_UNSPEC, IFF_UP);
	ATTRIBUTE(IFLA_IFALIAS, sizeof(((struct net_values *)0)->alias), alias);
	end();
	finish("raise");
}

static void route(size_t size, const char *name)
{
	begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	VALUE(route);
	word("BYTES(%dU, %dU, %dU, %dU)", RT_TABLE_MAIN, RTPROT_STATIC,
	     size == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, RTN_UNICAST);
	number(0);
	header(RTA_DST, size);
	values(offsetof(struct net_values, to), size);
	ATTRIBUTE(RTA_OIF, 4, index);
	end();
	finish(name);
}

int main(void)
{
	puts("/* made by setuid-helpers/build/net-messages.c */\n"
	     "#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__\n"
	     "#define HALVES(a, b) (0U | (a) | (b) << 16)\n"
	     "#define HALF_BYTES(a, b, c) (0U | (a) | (b) << 16 | (c) << 24)\n"
	     "#define BYTES(a, b, c, d) (0U | (a) | (b) << 8 | (c) << 16 | (d) << 24)\n"
	     "#define NETWORK(a) ((a) << 8)\n"
	     "#else\n"
	     "#define HALVES(a, b) (0U | (a) << 16 | (b))\n"
	     "#define HALF_BYTES(a, b, c) (0U | (a) << 16 | (b) << 8 | (c))\n"
	     "#define BYTES(a, b, c, d) (0U | (a) << 24 | (b) << 16 | (c) << 8 | (d))\n"
	     "#define NETWORK(a) (a)\n"
	     "#endif");

	begin(RTM_GETLINK, 0), link_by_name(), ATTRIBUTE(IFLA_IFNAME, IFNAMSIZ, request.link),
	    end();
	finish("find_link");

	begin(RTM_NEWNSID, NLM_F_ACK), number(AF_UNSPEC), ATTRIBUTE(NETNSA_NSID, 4, nsid);
	ATTRIBUTE(NETNSA_FD, 4, netns), end(), finish("nsid");

	veth();
	begin_child("macvlan"), ATTRIBUTE(IFLA_MACVLAN_MODE, 4, macvlan_mode), end_child("macvlan");
	begin_child("ipvlan"), ATTRIBUTE(IFLA_IPVLAN_MODE, 2, ipvlan_mode);
	ATTRIBUTE(IFLA_IPVLAN_FLAGS, 2, ipvlan_private), end_child("ipvlan");
	begin_child("vlan"), ATTRIBUTE(IFLA_VLAN_ID, 2, vlan_id), end_child("vlan");

	/* A physical interface moves. */
	begin(RTM_NEWLINK, NLM_F_ACK), number(AF_UNSPEC), VALUE(link), number(0), number(0),
	    inside();
	end(), finish("phys");

	only_vlan();
	port(), hwaddr_taken();
	/* A host end that is no port is sent what follows. */
	printf("#define GUARD_PORT %zu\n", count);
	filtered(), finish("guard");
	begin(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK), host_end(AF_UNSPEC, 0);
	/* This kind of message is parsed strictly. */
	open_nest(IFLA_PROP_LIST | NLA_F_NESTED),
	    ATTRIBUTE(IFLA_ALT_IFNAME, sizeof(((struct net_values *)0)->pair), pair);
	close_nest(), end(), finish("pair");
	raise_host_end();
	route(4, "route4");
	route(16, "route6");
	return fflush(stdout) || ferror(stdout);
}
