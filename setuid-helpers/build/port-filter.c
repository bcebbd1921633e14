// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a container may send into the port of its veth, as a classic BPF program (bpf(4) in the
 * sense of tcpdump -d) that the kernel runs on every frame: frames of its own hardware address, of
 * ARP, IPv4 and IPv6, from its own addresses if the policy names them. It is no DHCP server, no
 * router that advertises itself and no switch: what only those send does not pass. Read it from
 * top to bottom; each line is one step, jumps go down only.
 *
 * Without addresses in the policy the list holds one with an empty mask, which matches all.
 */
#include <err.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>

#include "setuid-helpers/build/table.h"

/*
 * What the program returns: whether it is the filter for the frame. Who is not taken by it comes to
 * the next one, which drops all. Zero also is what the kernel makes of a step that reads behind the
 * end of the frame: so what is cut short does not pass.
 */
#define PASS "0xffffffffu"
#define DROP "0"

#define FILTER(member) ((unsigned)(NET_VALUE | offsetof(struct net_values, member) / 4))
#define LOAD(size, offset) (BPF_LD | (size) | BPF_ABS), (unsigned)(offset), NULL, NULL
#define IS(number, then, otherwise) (BPF_JMP | BPF_JEQ | BPF_K), (unsigned)(number), then, otherwise
#define BEHIND_X(size, offset) (BPF_LD | (size) | BPF_IND), (unsigned)(offset), NULL, NULL
#define GO(label) (BPF_JMP | BPF_JA), 0, label, NULL
#define KEEP(n) BPF_ST, n, NULL, NULL
#define AGAIN(n) (BPF_LD | BPF_W | BPF_MEM), n, NULL, NULL
#define TO_X (BPF_MISC | BPF_TAX), 0, NULL, NULL
#define IS_X(then, otherwise) (BPF_JMP | BPF_JEQ | BPF_X), 0, then, otherwise
#define CONSTANT(number) (BPF_LD | BPF_IMM), (unsigned)(number), NULL, NULL

struct step {
	const char *label; /* of this step, or NULL */
	unsigned code, k;
	const char *then, *otherwise; /* labels; NULL = the next step */
};

/* Offsets in an Ethernet frame: the IP header begins at 14, what follows IPv6's at 54. */
static const struct step head[] = {
	{ NULL, LOAD(BPF_W, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT) },
	{ NULL, IS(0, NULL, "drop") },

	{ NULL, LOAD(BPF_W, 6) }, /* source address */
	{ NULL, IS(FILTER(hwaddr[0]), NULL, "drop") },
	{ NULL, LOAD(BPF_H, 10) },
	{ NULL, IS(FILTER(hwaddr[1]), NULL, "drop") },
	{ NULL, LOAD(BPF_W, 0) },
	{ NULL, IS(0x0180c200, "drop", NULL) }, /* to bridges: spanning tree, LLDP, 802.1X ... */
	{ NULL, LOAD(BPF_H, 12) },
	{ NULL, IS(0x86dd, "ipv6", NULL) },
	{ NULL, IS(0x0800, "ipv4", NULL) },
	{ NULL, IS(0x0806, NULL, "drop") },

	{ NULL, LOAD(BPF_W, 14) }, /* ARP for IPv4 over Ethernet, whose sender is the container */
	{ NULL, IS(0x00010800, NULL, "drop") },
	{ NULL, LOAD(BPF_H, 18) },
	{ NULL, IS(0x0604, NULL, "drop") },
	{ NULL, LOAD(BPF_W, 22) },
	{ NULL, IS(FILTER(hwaddr[0]), NULL, "drop") },
	{ NULL, LOAD(BPF_H, 26) },
	{ NULL, IS(FILTER(hwaddr[1]), NULL, "drop") },
	{ NULL, LOAD(BPF_W, 28) },
	{ NULL, IS(0, "pass", "keep-ipv4") }, /* asks whether an address is free */

	{ "ipv4", (BPF_LDX | BPF_B | BPF_MSH), 14, NULL, NULL }, /* the header's size, to X */
	{ NULL, LOAD(BPF_B, 23) },				 /* protocol */
	{ NULL, IS(2, "igmp", NULL) },
	{ NULL, IS(103, "drop", NULL) }, /* PIM, of routers */
	{ NULL, IS(17, "first", NULL) },
	{ NULL, IS(1, NULL, "source-ipv4") },
	{ "first", LOAD(BPF_H, 20) }, /* a fragment but the first has no ports, nor a type */
	{ NULL, (BPF_JMP | BPF_JSET | BPF_K), 0x1fff, "source-ipv4", NULL },
	{ NULL, LOAD(BPF_B, 23) },
	{ NULL, IS(17, NULL, "icmp") },
	{ NULL, BEHIND_X(BPF_H, 14) },
	{ NULL, IS(67, "drop", NULL) }, /* from a DHCP server, */
	{ NULL, BEHIND_X(BPF_H, 16) },
	{ NULL, IS(68, "drop", NULL) }, /* which its clients take from any port */
	{ NULL, LOAD(BPF_W, 26) },
	{ NULL, IS(0, NULL, "keep-ipv4") },
	{ NULL, BEHIND_X(BPF_H, 16) },
	{ NULL, IS(67, "pass", "drop") }, /* to one, without an address yet */
	{ "icmp", BEHIND_X(BPF_B, 14) },
	{ NULL, IS(5, "drop", NULL) },		/* redirect */
	{ NULL, IS(9, "drop", "source-ipv4") }, /* router advertisement */
	{ "igmp", BEHIND_X(BPF_B, 14) },
	{ NULL, IS(0x11, "drop", NULL) }, /* queries for listeners */
	{ NULL, IS(0x30, "drop", NULL) }, /* advertisement of a multicast router */
	{ "source-ipv4", LOAD(BPF_W, 26) },
	{ "keep-ipv4", KEEP(3) }, /* as ::ffff:A.B.C.D */
	{ NULL, CONSTANT(0) },
	{ NULL, KEEP(0) },
	{ NULL, KEEP(1) },
	{ NULL, CONSTANT(0xffff) },
	{ NULL, KEEP(2) },
	{ NULL, GO("list") },

	{ "ipv6", LOAD(BPF_B, 20) }, /* next header */
	{ NULL, IS(58, "icmpv6", NULL) },
	{ NULL, IS(17, "udp", NULL) },
	{ NULL, IS(44, "fragment", NULL) },
	{ NULL, IS(0, "hop-by-hop", NULL) },
	{ NULL, IS(43, "drop", NULL) }, /* headers that could hide what the steps below look for */
	{ NULL, IS(51, "drop", NULL) },
	{ NULL, IS(103, "drop", NULL) }, /* PIM */
	{ NULL, IS(60, "drop", NULL) },
	{ NULL, IS(135, "drop", NULL) },
	{ NULL, IS(139, "drop", NULL) },
	{ NULL, IS(140, "drop", "source-ipv6") },

	{ "hop-by-hop", LOAD(BPF_H, 54) }, /* of 8 bytes, then ICMPv6 */
	{ NULL, IS(0x3a00, NULL, "drop") },
	{ NULL, LOAD(BPF_B, 62) },
	{ NULL, IS(131, "source-ipv6", NULL) }, /* listens to multicast, or no longer */
	{ NULL, IS(132, "source-ipv6", NULL) },
	{ NULL, IS(143, "source-ipv6", "drop") },

	{ "fragment", LOAD(BPF_B, 54) },
	{ NULL, IS(6, "source-ipv6", NULL) },
	{ NULL, IS(132, "source-ipv6", NULL) },
	{ NULL, IS(50, "source-ipv6", NULL) },
	{ NULL, IS(58, "part", NULL) },
	{ NULL, IS(17, NULL, "drop") },
	{ "part", LOAD(BPF_H, 56) },
	{ NULL, (BPF_JMP | BPF_JSET | BPF_K), 0xfff8, "source-ipv6", NULL },
	{ NULL, LOAD(BPF_B, 54) },
	{ NULL, IS(17, NULL, "part-icmpv6") },
	{ NULL, LOAD(BPF_H, 62) },
	{ NULL, IS(547, "drop", NULL) },
	{ NULL, LOAD(BPF_H, 64) },
	{ NULL, IS(546, "drop", "source-ipv6") },
	{ "part-icmpv6", LOAD(BPF_B, 62) }, /* of ICMPv6 only what ping sends comes in fragments */
	{ NULL, IS(128, "source-ipv6", NULL) },
	{ NULL, IS(129, "source-ipv6", "drop") },

	{ "udp", LOAD(BPF_H, 54) },
	{ NULL, IS(547, "drop", NULL) }, /* from a DHCPv6 server, */
	{ NULL, LOAD(BPF_H, 56) },
	{ NULL, IS(546, "drop", "source-ipv6") }, /* or to its clients */

	{ "icmpv6", LOAD(BPF_B, 54) },
	{ NULL, IS(136, "advert", NULL) }, /* "this address is mine" */
	{ NULL, IS(130, "drop", NULL) },   /* queries for listeners */
	{ NULL, IS(134, "drop", NULL) },   /* router advertisement */
	{ NULL, IS(137, "drop", NULL) },   /* redirect */
	{ NULL, IS(151, "drop", NULL) },   /* advertisement of a multicast router */
	{ NULL, IS(135, NULL, "source-ipv6") },
	{ NULL, LOAD(BPF_W, 22) }, /* without a source it asks whether the target is free */
	{ NULL, IS(0, NULL, "source-ipv6") },
	{ NULL, LOAD(BPF_W, 34) },
	{ NULL, IS(0, NULL, "source-ipv6") },
	{ NULL, GO("target") },

	{ "advert", LOAD(BPF_W, 22) }, /* from that address, */
	{ NULL, TO_X },
	{ NULL, LOAD(BPF_W, 62) },
	{ NULL, IS_X(NULL, "advert-elsewhere") },
	{ NULL, LOAD(BPF_W, 26) },
	{ NULL, TO_X },
	{ NULL, LOAD(BPF_W, 66) },
	{ NULL, IS_X(NULL, "advert-elsewhere") },
	{ NULL, LOAD(BPF_W, 30) },
	{ NULL, TO_X },
	{ NULL, LOAD(BPF_W, 70) },
	{ NULL, IS_X(NULL, "advert-elsewhere") },
	{ NULL, LOAD(BPF_W, 34) },
	{ NULL, TO_X },
	{ NULL, LOAD(BPF_W, 74) },
	{ NULL, IS_X("target", NULL) },
	{ "advert-elsewhere", LOAD(BPF_W, 22) }, /* from the link-local one, */
	{ NULL, IS(0xfe800000, NULL, "advert-any") },
	{ NULL, LOAD(BPF_W, 30) },
	{ NULL, IS(FILTER(interface[0]), NULL, "advert-any") },
	{ NULL, LOAD(BPF_W, 34) },
	{ NULL, IS(FILTER(interface[1]), "target", NULL) },
	{ "advert-any", CONSTANT(FILTER(address[0][0][1])) }, /* or any if the policy names none */
	{ NULL, IS(0, NULL, "drop") },
	{ "target", LOAD(BPF_W, 62) },
	{ NULL, KEEP(0) },
	{ NULL, LOAD(BPF_W, 66) },
	{ NULL, KEEP(1) },
	{ NULL, LOAD(BPF_W, 70) },
	{ NULL, KEEP(2) },
	{ NULL, LOAD(BPF_W, 74) },
	{ NULL, KEEP(3) },
	{ NULL, GO("link-local") },

	{ "source-ipv6", LOAD(BPF_W, 22) },
	{ NULL, KEEP(0) },
	{ NULL, LOAD(BPF_W, 26) },
	{ NULL, KEEP(1) },
	{ NULL, LOAD(BPF_W, 30) },
	{ NULL, KEEP(2) },
	{ NULL, LOAD(BPF_W, 34) },
	{ NULL, KEEP(3) },
	{ NULL, IS(0, NULL, "link-local") },
	{ NULL, AGAIN(0) },
	{ NULL, IS(0, NULL, "link-local") },
	{ NULL, LOAD(BPF_B, 20) }, /* of those without a source only listeners */
	{ NULL, IS(0, "pass", "drop") },

	{ "link-local", AGAIN(0) },
	{ NULL, IS(0xfe800000, NULL, "list") },
	{ NULL, AGAIN(2) },
	{ NULL, IS(FILTER(interface[0]), NULL, "list") },
	{ NULL, AGAIN(3) },
	{ NULL, IS(FILTER(interface[1]), "pass", "list") },
};

static struct step program[256];
static size_t length;
static char labels[USERNET_MAX_ADDRESSES + 1][8];

static void add(struct step step)
{
	if (length == sizeof(program) / sizeof(program[0]))
		errx(1, "the port filter is too long");
	program[length++] = step;
}

/* The four words kept are those of an address of the list under its mask. */
static void add_list(void)
{
	for (int i = 0; i <= USERNET_MAX_ADDRESSES; i++)
		snprintf(labels[i], sizeof(labels[i]), "list%d", i);
	memcpy(labels[0], "list", sizeof("list"));
	memcpy(labels[USERNET_MAX_ADDRESSES], "drop", sizeof("drop"));
	for (int i = 0; i < USERNET_MAX_ADDRESSES; i++)
		for (int w = 0; w < 4; w++) {
			add((struct step){ w ? NULL : labels[i], AGAIN((unsigned)w) });
			add((struct step){ NULL, (BPF_ALU | BPF_AND | BPF_K),
					   FILTER(address[i][w][1]), NULL, NULL });
			add((struct step){ NULL, IS(FILTER(address[i][w][0]),
						    w == 3 ? "pass" : NULL, labels[i + 1]) });
		}
}

static void build(void)
{
	if (length)
		return;
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		add(head[i]);
	add_list();
	add((struct step){ "drop", BPF_RET | BPF_K, 0, DROP, NULL });
	add((struct step){ "pass", BPF_RET | BPF_K, 0, PASS, NULL });
}

static size_t distance(size_t from, const char *label)
{
	if (!label)
		return 0;
	for (size_t to = from + 1; to < length; to++)
		if (program[to].label && strcmp(program[to].label, label) == 0)
			return to - from - 1;
	errx(1, "the port filter has no \"%s\" behind step %zu", label, from);
}

size_t port_filter_length(void)
{
	build();
	return length;
}

void port_filter(void)
{
	build();
	for (size_t i = 0; i < length; i++) {
		const struct step *s = &program[i];
		if (BPF_CLASS(s->code) == BPF_RET) {
			word("HALF_BYTES(%u, 0U, 0U)", s->code);
			word("%s", s->then);
			continue;
		}
		bool always = BPF_OP(s->code) == BPF_JA && BPF_CLASS(s->code) == BPF_JMP;
		size_t then = distance(i, s->then), otherwise = distance(i, s->otherwise);
		if (!always && (then > 255 || otherwise > 255))
			errx(1, "step %zu of the port filter jumps too far", i);
		word("HALF_BYTES(%u, %zuU, %zuU)", s->code, always ? 0 : then, otherwise);
		word("0x%x", always ? (unsigned)then : s->k);
	}
}
