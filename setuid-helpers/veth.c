// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#define PREFIX 13 /* of a slot's name: everything but the slot */

/* A request being built: the largest, a create, is below 300 bytes. */
struct message {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char space[992];
};
_Static_assert(offsetof(struct message, space) == NLMSG_SPACE(sizeof(struct ifinfomsg)),
	       "attributes follow the two headers without a gap");

/* What the kernel answered: at most 32 KiB, its own limit for a dump. */
static _Alignas(8) char answer[32768];

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

static struct message begin(uint16_t type, int flags)
{
	return (struct message){ .head = { offsetof(struct message, space), type,
					   (uint16_t)flags | NLM_F_REQUEST } };
}

/*
 * Send a message (NULL: go on with a dump), receive the next answer; its size or the -errno it
 * carries. rtnetlink answers before send returns: waiting is never needed. Only the kernel or a
 * CAP_NET_ADMIN of its own can send to the socket (netlink_allowed()).
 */
static int transact(int netlink, const struct message *m)
{
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	if (m && send(netlink, m, m->head.nlmsg_len, 0) < 0)
		return -errno;
	ssize_t n = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return -errno;
	if (n > (ssize_t)sizeof(answer) || !NLMSG_OK(head, n))
		return -EPROTO;
	if (head->nlmsg_type != NLMSG_ERROR)
		return (int)n;
	return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EPROTO : error->error;
}

/* The attribute of a type among size bytes of attributes, or NULL; at least `least` bytes long. */
static const struct rtattr *find(const void *attributes, size_t size, uint16_t type, size_t least)
{
	const struct rtattr *a;
	for (size_t at = 0; at + sizeof(*a) <= size; at += RTA_ALIGN(a->rta_len)) {
		a = (const void *)((const char *)attributes + at);
		if (a->rta_len < sizeof(*a) || a->rta_len > size - at)
			return NULL;
		if ((a->rta_type & NLA_TYPE_MASK) == type && RTA_PAYLOAD(a) >= least)
			return a;
	}
	return NULL;
}

/* The same in a message about a link. */
static const struct rtattr *find_in_link(const void *link, uint16_t type, size_t least)
{
	const struct message *m = link;
	return m->head.nlmsg_type != RTM_NEWLINK ||
		       m->head.nlmsg_len < offsetof(struct message, space)
		   ? NULL
		   : find(m->space, m->head.nlmsg_len - offsetof(struct message, space), type,
			  least);
}

/* Read the link of this name into `answer`. Its size or -errno. */
static int get_link(int netlink, const char *name)
{
	struct message m = begin(RTM_GETLINK, 0);
	put_string(&m, IFLA_IFNAME, name);
	return transact(netlink, &m);
}

int veth_find_link(struct veth *veth)
{
	int error = get_link(veth->netlink, veth->request->link);
	if (error < 0)
		return error;
	const struct rtattr *mtu = find_in_link(answer, IFLA_MTU, sizeof(veth->link_mtu));
	const struct rtattr *kind = find_in_link(answer, IFLA_LINKINFO, 0);
	if (kind)
		kind = find(RTA_DATA(kind), RTA_PAYLOAD(kind), IFLA_INFO_KIND, sizeof("bridge"));
	if (!mtu || !kind || memcmp(RTA_DATA(kind), "bridge", sizeof("bridge")) != 0)
		return -EMEDIUMTYPE;
	memcpy(&veth->link_mtu, RTA_DATA(mtu), sizeof(veth->link_mtu));
	veth->link_index = (uint32_t)((const struct message *)(const void *)answer)->info.ifi_index;
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

void veth_slot_name(char name[16], const struct usernet_grant *pool, const char *link,
		    uint32_t slot)
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
static int count_used(struct veth *veth, const struct usernet_grant *pool)
{
	struct message m = begin(RTM_GETLINK, NLM_F_DUMP);
	put_number(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	put_number(&m, IFLA_MASTER, veth->link_index);
	veth_slot_name(veth->host_name, pool, veth->request->link, 0);
	veth->used = 0;
	for (int n = transact(veth->netlink, &m);; n = transact(veth->netlink, NULL)) {
		if (n <= 0)
			return n;
		const struct nlmsghdr *h;
		for (int at = 0; at < n; at += (int)NLMSG_ALIGN(h->nlmsg_len)) {
			h = (const void *)(answer + at);
			if (!NLMSG_OK(h, n - at) || h->nlmsg_type == NLMSG_DONE)
				return 0;
			const struct rtattr *name = find_in_link(h, IFLA_IFNAME, IFNAMSIZ);
			veth->used += name && !memcmp(RTA_DATA(name), veth->host_name, PREFIX);
		}
	}
}

/* The one message that makes the pair. The kernel does all of it or nothing. */
static int create(const struct veth *veth)
{
	const struct net_request *request = veth->request;
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
	put_string(&m, IFLA_IFNAME, request->name);
	put_number(&m, IFLA_NET_NS_FD, (uint32_t)veth->netns);
	put_number(&m, IFLA_MTU, request->mtu ? request->mtu : veth->link_mtu);
	put(&m, IFLA_ADDRESS, request->hwaddr, sizeof(request->hwaddr));
	close_nest(&m, peer);
	close_nest(&m, data);
	close_nest(&m, info);
	return transact(veth->netlink, &m);
}

int veth_take_slot(struct veth *veth, const struct usernet_grant *pool)
{
	int error = count_used(veth, pool);
	/* Slots are mostly taken in their order: begin behind them. */
	for (uint32_t i = 0; !error && veth->used < pool->count && i < pool->count; i++) {
		veth_slot_name(veth->host_name, pool, veth->request->link,
			       (veth->used + i) % pool->count);
		error = create(veth);
		veth->used += !error;
		if (error != -EEXIST)
			return error;
		/* Either name is meant. If it is the host's, somebody has the slot. */
		error = get_link(veth->netlink, veth->host_name);
		if (error < 0)
			return error == -ENODEV ? -EEXIST : error;
		error = 0;
	}
	return error ? error : -EDQUOT;
}

int veth_raise(const struct veth *veth)
{
	struct message m = begin(RTM_NEWLINK, NLM_F_ACK);
	m.info.ifi_flags = m.info.ifi_change = IFF_UP;
	put_string(&m, IFLA_IFNAME, veth->host_name);
	put(&m, IFLA_IFALIAS, veth->alias, strlen(veth->alias));
	return transact(veth->netlink, &m);
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
