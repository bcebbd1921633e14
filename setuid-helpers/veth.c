// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/usernet.h"

#define SLOTS (USERNET_MAX_COUNT + 1)
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

int veth_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ? -errno : fd;
}

/* The size of the next answer. rtnetlink answers before sendto returns: waiting is never needed. */
static ssize_t receive(int netlink)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(netlink, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &size);
	if (n < 0)
		return -errno;
	return from.nl_pid || (size_t)n > sizeof(answer) || (size_t)n < sizeof(struct nlmsghdr)
		   ? -EPROTO
		   : n;
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
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	if (sendto(netlink, m, m->head.nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	ssize_t n = receive(netlink);
	int error = n < 0				 ? (int)n
		    : answer_head->nlmsg_len > (size_t)n ? -EPROTO
							 : message_error(answer_head);
	return error ? error : n;
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

static uint32_t link_number(uint16_t type)
{
	uint32_t number = 0;
	size_t length;
	const void *data = find_in_link(answer_head, type, sizeof(number), &length);
	if (data)
		memcpy(&number, data, sizeof(number));
	return number;
}

/* Read the link of this name into `answer`, and its index. 0 or -errno. */
static int get_link(int netlink, const char *name, uint32_t *index)
{
	struct message m = begin(RTM_GETLINK, 0);
	put_string(&m, IFLA_IFNAME, name);
	put_number(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ssize_t n = transact(netlink, &m);
	if (n < 0)
		return (int)n;
	*index = (uint32_t)((const struct ifinfomsg *)NLMSG_DATA(answer_head))->ifi_index;
	return 0;
}

int veth_find_link(int netlink, struct veth_order *order)
{
	size_t length;
	int error = get_link(netlink, order->link, &order->link_index);
	if (error)
		return error;
	const void *kind = find_in_link(answer_head, IFLA_LINKINFO, 0, &length);
	if (kind)
		kind = find(kind, length, IFLA_INFO_KIND, sizeof("bridge"), &length);
	order->link_mtu = link_number(IFLA_MTU);
	return kind && !memcmp(kind, "bridge", sizeof("bridge")) ? 0 : -EMEDIUMTYPE;
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

/* If the message is about a link with a name of this pool, mark its slot. */
static void mark_slot(const struct nlmsghdr *head, const char *prefix, uint8_t *taken,
		      uint32_t *used)
{
	size_t length;
	const char *name = find_in_link(head, IFLA_IFNAME, IFNAMSIZ, &length);
	if (!name || memcmp(name, prefix, PREFIX) != 0)
		return;
	const char *high = strchr(digits, name[PREFIX]), *low = strchr(digits, name[PREFIX + 1]);
	if (high && *high && low && *low) {
		taken[(high - digits) * 62 + (low - digits)] = 1;
		++*used;
	}
}

/*
 * Mark the slots of a pool that are ports of the link, and count them. Only a hint (others come and
 * go meanwhile), so that no time is lost on slots that are taken, and those above a quota that was
 * lowered count.
 */
static int find_taken(int netlink, const struct veth_order *order, const char *prefix,
		      uint8_t *taken, uint32_t *used)
{
	struct message m = begin(RTM_GETLINK, NLM_F_DUMP);
	put_number(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	put_number(&m, IFLA_MASTER, order->link_index);
	for (ssize_t n = transact(netlink, &m);; n = receive(netlink)) {
		uint32_t left = (uint32_t)n;
		for (const struct nlmsghdr *h = answer_head; n > 0 && NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == NLMSG_DONE || message_error(h))
				return message_error(h);
			mark_slot(h, prefix, taken, used);
		}
		if (n < 0)
			return (int)n;
	}
}

/* The one message that makes the pair. The kernel does all of it or nothing. */
static int create(int netlink, const struct veth_order *order, const char *host_name)
{
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct message m = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	uint8_t mac[6] = { 0xfe }; /* above every other port's: a bridge takes its lowest port's */
	uint64_t seed = hash(host_name);
	memcpy(mac + 1, &seed, 5);
	put_string(&m, IFLA_IFNAME, host_name);
	put_number(&m, IFLA_MASTER, order->link_index);
	put_number(&m, IFLA_GROUP, order->uid);
	/* The bridge's own MTU: a smaller one of a port would lower it, for everyone. */
	put_number(&m, IFLA_MTU, order->link_mtu);
	put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	struct rtattr *info = put(&m, IFLA_LINKINFO, "", 0);
	put(&m, IFLA_INFO_KIND, "veth", 4);
	struct rtattr *data = put(&m, IFLA_INFO_DATA, "", 0);
	struct rtattr *peer = put(&m, VETH_INFO_PEER, &any, sizeof(any));
	put_string(&m, IFLA_IFNAME, order->name);
	put_number(&m, IFLA_NET_NS_FD, (uint32_t)order->netns);
	put_number(&m, IFLA_MTU, order->mtu ? order->mtu : order->link_mtu);
	put(&m, IFLA_ADDRESS, order->hwaddr, 6);
	close_nest(&m, peer);
	close_nest(&m, data);
	close_nest(&m, info);
	ssize_t n = transact(netlink, &m);
	return n < 0 ? (int)n : 0;
}

/*
 * The kernel says -EEXIST for either name. If the host's exists, the slot is taken: -EBUSY. A slot
 * that was free again before we looked is tried once more, so that only the container's name
 * remains.
 */
static int create_in_slot(int netlink, const struct veth_order *order, const char *host_name)
{
	uint32_t index;
	int error = create(netlink, order, host_name);
	for (int again = 0; error == -EEXIST && again < 2; again++) {
		int found = get_link(netlink, host_name, &index);
		if (found != -ENODEV)
			return found ? found : -EBUSY;
		error = create(netlink, order, host_name);
	}
	return error;
}

int veth_take_slot(int netlink, const struct veth_order *order, const struct veth_pool *pool,
		   struct veth_made *made)
{
	static uint8_t taken[SLOTS];
	memset(taken, 0, sizeof(taken));
	made->used = 0;
	veth_slot_name(made->host_name, pool, order->link, 0);
	int error = find_taken(netlink, order, made->host_name, taken, &made->used);
	for (uint32_t slot = 0; !error && slot < pool->count && made->used < pool->count; slot++) {
		if (taken[slot])
			continue;
		veth_slot_name(made->host_name, pool, order->link, slot);
		error = create_in_slot(netlink, order, made->host_name);
		made->used++;
		if (!error)
			error = get_link(netlink, made->host_name, &made->host_index);
		if (!error)
			made->peer_index = link_number(IFLA_LINK);
		if (error != -EBUSY)
			return error;
		error = 0;
	}
	return error ? error : -EDQUOT;
}

int veth_raise(int netlink, const struct veth_order *order, const struct veth_made *made)
{
	struct message m = begin(RTM_NEWLINK, NLM_F_ACK);
	m.info.ifi_index = (int)made->host_index;
	m.info.ifi_flags = m.info.ifi_change = IFF_UP;
	put(&m, IFLA_IFALIAS, order->alias, strlen(order->alias));
	ssize_t n = transact(netlink, &m);
	return n < 0 ? (int)n : 0;
}
