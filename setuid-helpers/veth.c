// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define PREFIX 13 /* of a slot's name: everything but the slot */

/* A request being built. The largest, a create, is below 300 bytes. */
struct message {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char space[992];
};
_Static_assert(offsetof(struct message, space) == NLMSG_SPACE(sizeof(struct ifinfomsg)),
	       "attributes follow the two headers without a gap");

/* What the kernel answered: at most 32 KiB, its own limit for a dump. */
static _Alignas(8) char answer[32768];
static const struct nlmsghdr *const answer_head = (const void *)answer;

static struct rtattr *put(struct message *m, uint16_t type, const void *data, size_t size)
{
	struct rtattr *a = (void *)((char *)m + m->head.nlmsg_len);
	if (m->head.nlmsg_len + RTA_SPACE(size) > sizeof(*m))
		__builtin_trap();
	*a = (struct rtattr){ (uint16_t)RTA_LENGTH(size), type };
	memcpy(RTA_DATA(a), data, size);
	m->head.nlmsg_len += (uint32_t)RTA_SPACE(size);
	return a;
}

static void put_string(struct message *m, uint16_t type, const char *string)
{
	put(m, type, string, strlen(string) + 1);
}

static void put_number(struct message *m, uint16_t type, uint32_t number)
{
	put(m, type, &number, sizeof(number));
}

/* Everything put since belongs into the attribute. */
static void close_nest(struct message *m, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)m + m->head.nlmsg_len - (char *)nest);
}

static struct message begin(uint16_t type, uint16_t flags)
{
	return (struct message){ .head = { .nlmsg_len = offsetof(struct message, space),
					   .nlmsg_type = type,
					   .nlmsg_flags = NLM_F_REQUEST | flags } };
}

/*
 * The size of the next answer. rtnetlink answers before send returns: waiting is never needed. Only
 * the kernel or a CAP_NET_ADMIN of its own can send to the socket (netlink_allowed()).
 */
static ssize_t receive(int netlink)
{
	ssize_t n = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return -errno;
	return (size_t)n > sizeof(answer) || (size_t)n < sizeof(struct nlmsghdr) ? -EPROTO : n;
}

/* The error a message carries: 0 for an acknowledgement and for any other message. */
static int message_error(const struct nlmsghdr *head)
{
	const struct nlmsgerr *error = NLMSG_DATA(head);
	if (head->nlmsg_type != NLMSG_ERROR)
		return 0;
	return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EPROTO : error->error;
}

/* Send, receive the first answer and return its size, or its -errno. */
static ssize_t transact(int netlink, const struct message *m)
{
	if (send(netlink, m, m->head.nlmsg_len, 0) < 0)
		return -errno;
	ssize_t n = receive(netlink);
	int error = n < 0				 ? (int)n
		    : answer_head->nlmsg_len > (size_t)n ? -EPROTO
							 : message_error(answer_head);
	return error ? error : n;
}

/* The same for a message of which only success or -errno matters. */
static int request(int netlink, const struct message *m)
{
	ssize_t n = transact(netlink, m);
	return n < 0 ? (int)n : 0;
}

/* The attribute of a type among size bytes of attributes, or NULL; at least `least` bytes long. */
static const void *find(const char *attributes, size_t size, uint16_t type, size_t least,
			size_t *length)
{
	struct rtattr a;
	for (size_t at = 0; at + sizeof(a) <= size; at += RTA_ALIGN(a.rta_len)) {
		memcpy(&a, attributes + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > size - at)
			return NULL;
		*length = a.rta_len - sizeof(a);
		if ((a.rta_type & NLA_TYPE_MASK) == type && *length >= least)
			return attributes + at + sizeof(a);
	}
	return NULL;
}

/* The same in a message about a link. */
static const void *find_in_link(const struct nlmsghdr *head, uint16_t type, size_t least,
				size_t *length)
{
	const size_t start = offsetof(struct message, space);
	return head->nlmsg_type != RTM_NEWLINK || head->nlmsg_len < start
		   ? NULL
		   : find((const char *)head + start, head->nlmsg_len - start, type, least, length);
}

/* Read the link of this name into `answer`. 0 or -errno. */
static int get_link(int netlink, const char *name)
{
	struct message m = begin(RTM_GETLINK, 0);
	put_string(&m, IFLA_IFNAME, name);
	put_number(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request(netlink, &m);
}

int veth_find_link(struct veth *veth)
{
	size_t length;
	int error = get_link(veth->netlink, veth->link);
	if (error)
		return error;
	const void *mtu = find_in_link(answer_head, IFLA_MTU, sizeof(veth->link_mtu), &length);
	const void *kind = find_in_link(answer_head, IFLA_LINKINFO, 0, &length);
	if (kind)
		kind = find(kind, length, IFLA_INFO_KIND, sizeof("bridge"), &length);
	if (!mtu || !kind || memcmp(kind, "bridge", sizeof("bridge")) != 0)
		return -EMEDIUMTYPE;
	memcpy(&veth->link_mtu, mtu, sizeof(veth->link_mtu));
	veth->link_index = (uint32_t)((const struct ifinfomsg *)NLMSG_DATA(answer_head))->ifi_index;
	return 0;
}

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void base62(char *out, size_t width, uint64_t value)
{
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

void veth_slot_name(char name[16], const struct veth_pool *pool, const char *link, uint32_t slot)
{
	memcpy(name, pool->is_group ? "vetg" : "veth", 4);
	base62(name + 4, 6, pool->id);
	base62(name + 10, 3, hash(link));
	base62(name + PREFIX, 2, slot);
	name[15] = 0;
}

/*
 * Count the ports of the link that have a name of the pool. Only a hint (others come and go
 * meanwhile), but those above a quota that was lowered count.
 */
static int count_used(struct veth *veth, const struct veth_pool *pool)
{
	struct message m = begin(RTM_GETLINK, NLM_F_DUMP);
	size_t length;
	put_number(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	put_number(&m, IFLA_MASTER, veth->link_index);
	veth_slot_name(veth->host_name, pool, veth->link, 0);
	veth->used = 0;
	for (ssize_t n = transact(veth->netlink, &m);; n = receive(veth->netlink)) {
		uint32_t left = (uint32_t)n;
		for (const struct nlmsghdr *h = answer_head; n > 0 && NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == NLMSG_DONE || message_error(h))
				return message_error(h);
			const char *name = find_in_link(h, IFLA_IFNAME, IFNAMSIZ, &length);
			veth->used += name && !memcmp(name, veth->host_name, PREFIX);
		}
		if (n < 0)
			return (int)n;
	}
}

/* The one message that makes the pair. The kernel does all of it or nothing. */
static int create(const struct veth *veth)
{
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct message m = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	uint8_t mac[6] = { 0xfe }; /* above every other port's: a bridge takes its lowest port's */
	uint64_t seed = hash(veth->host_name);
	memcpy(mac + 1, &seed, 5);
	put_string(&m, IFLA_IFNAME, veth->host_name);
	put_number(&m, IFLA_MASTER, veth->link_index);
	put_number(&m, IFLA_GROUP, veth->uid);
	/* The bridge's own MTU: a smaller one of a port would lower it, for everyone. */
	put_number(&m, IFLA_MTU, veth->link_mtu);
	put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	struct rtattr *info = put(&m, IFLA_LINKINFO, "", 0);
	put(&m, IFLA_INFO_KIND, "veth", 4);
	struct rtattr *data = put(&m, IFLA_INFO_DATA, "", 0);
	struct rtattr *peer = put(&m, VETH_INFO_PEER, &any, sizeof(any));
	put_string(&m, IFLA_IFNAME, veth->name);
	put_number(&m, IFLA_NET_NS_FD, (uint32_t)veth->netns);
	put_number(&m, IFLA_MTU, veth->mtu ? veth->mtu : veth->link_mtu);
	put(&m, IFLA_ADDRESS, veth->hwaddr, 6);
	close_nest(&m, peer);
	close_nest(&m, data);
	close_nest(&m, info);
	return request(veth->netlink, &m);
}

int veth_take_slot(struct veth *veth, const struct veth_pool *pool)
{
	int error = count_used(veth, pool);
	/* Slots are mostly taken in their order: begin behind them. */
	for (uint32_t i = 0; !error && veth->used < pool->count && i < pool->count; i++) {
		veth_slot_name(veth->host_name, pool, veth->link, (veth->used + i) % pool->count);
		error = create(veth);
		veth->used += !error;
		if (error != -EEXIST)
			return error;
		/* Either name is meant. If it is the host's, somebody has the slot. */
		error = get_link(veth->netlink, veth->host_name);
		if (error == -ENODEV)
			return -EEXIST;
	}
	return error ? error : -EDQUOT;
}

int veth_raise(const struct veth *veth)
{
	struct message m = begin(RTM_NEWLINK, NLM_F_ACK);
	m.info.ifi_flags = m.info.ifi_change = IFF_UP;
	put_string(&m, IFLA_IFNAME, veth->host_name);
	put(&m, IFLA_IFALIAS, veth->alias, strlen(veth->alias));
	return request(veth->netlink, &m);
}

enum helper_status veth_status(int error)
{
	return error == 0	       ? STATUS_OK
	       : error == -ENODEV      ? STATUS_LINK_MISSING
	       : error == -EMEDIUMTYPE ? STATUS_LINK_KIND
	       : error == -EDQUOT      ? STATUS_QUOTA
	       : error == -EEXIST      ? STATUS_NAME_TAKEN
	       : error == -EXFULL      ? STATUS_LINK_FULL
				       : STATUS_SYSTEM;
}
