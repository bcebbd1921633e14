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
#define MAX_MESSAGE 1024
#define PREFIX 13 /* of a slot's name: everything but the slot */

/* A request being built. Everything put in is bounded: the largest, a create, is below 300 bytes.
 */
struct message {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char space[MAX_MESSAGE];
};
_Static_assert(sizeof(struct nlmsghdr) + sizeof(struct ifinfomsg) ==
		   offsetof(struct message, space),
	       "attributes follow the two headers without a gap");

/* What the kernel answered: messages of at most 32 KiB, its own limit for a dump. */
static _Alignas(8) char answer[32768];

static void message_begin(struct message *m, uint16_t type, uint16_t flags)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = offsetof(struct message, space);
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST | flags;
	m->info.ifi_family = AF_UNSPEC;
}

static void message_put(struct message *m, uint16_t type, const void *data, size_t size)
{
	struct rtattr attribute = { (uint16_t)RTA_LENGTH(size), type };
	char *at = (char *)m + m->head.nlmsg_len;
	if (m->head.nlmsg_len + RTA_SPACE(size) > sizeof(*m))
		__builtin_trap();
	memcpy(at, &attribute, sizeof(attribute));
	if (size)
		memcpy(at + RTA_LENGTH(0), data, size);
	m->head.nlmsg_len += (uint32_t)RTA_SPACE(size);
}

static void message_put_u32(struct message *m, uint16_t type, uint32_t value)
{
	message_put(m, type, &value, sizeof(value));
}

static void message_put_string(struct message *m, uint16_t type, const char *string)
{
	message_put(m, type, string, strlen(string) + 1);
}

/* Open an attribute that holds others; message_close gives it its length. */
static struct rtattr *message_nest(struct message *m, uint16_t type)
{
	struct rtattr *nest = (struct rtattr *)(void *)((char *)m + m->head.nlmsg_len);
	message_put(m, type, NULL, 0);
	return nest;
}

static void message_close(struct message *m, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)m + m->head.nlmsg_len - (char *)nest);
}

int veth_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ? -errno : fd;
}

/* rtnetlink answers before sendto returns, so waiting is never needed. */
static ssize_t receive(int netlink)
{
	struct sockaddr_nl from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(netlink, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &size);
	if (n < 0)
		return -errno;
	return from.nl_pid || (size_t)n > sizeof(answer) ? -EPROTO : n;
}

static int message_send(int netlink, const struct message *m)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n =
	    sendto(netlink, m, m->head.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	return n < 0 ? -errno : 0;
}

/* The error a message carries: 0 for an acknowledgement and for any other message. */
static int message_error(const struct nlmsghdr *head)
{
	const struct nlmsgerr *error = NLMSG_DATA(head);
	if (head->nlmsg_type != NLMSG_ERROR)
		return 0;
	return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EPROTO : error->error;
}

/* Send, and return 0 or the kernel's -errno; the answer stays in `answer`, *size bytes. */
static int transact(int netlink, const struct message *m, uint32_t *size)
{
	const struct nlmsghdr *head = (const void *)answer;
	int error = message_send(netlink, m);
	ssize_t n = error ? error : receive(netlink);
	if (n < 0)
		return (int)n;
	*size = (uint32_t)n;
	return NLMSG_OK(head, *size) ? message_error(head) : -EPROTO;
}

/* The attribute of a type among size bytes of attributes, or NULL; at least `least` bytes long. */
static const void *find_attribute(const char *attributes, size_t size, uint16_t type, size_t least,
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

static const void *link_attribute(const struct nlmsghdr *head, uint16_t type, size_t least,
				  size_t *length)
{
	if (head->nlmsg_len < NLMSG_SPACE(sizeof(struct ifinfomsg)))
		return NULL;
	return find_attribute((const char *)head + NLMSG_SPACE(sizeof(struct ifinfomsg)),
			      head->nlmsg_len - NLMSG_SPACE(sizeof(struct ifinfomsg)), type, least,
			      length);
}

static uint32_t link_number(const struct nlmsghdr *head, uint16_t type)
{
	uint32_t number = 0;
	size_t length;
	const void *data = link_attribute(head, type, sizeof(number), &length);
	if (data)
		memcpy(&number, data, sizeof(number));
	return number;
}

/* Read the link of this name into `answer`. 0 or -errno. */
static int get_link(int netlink, const char *name)
{
	const struct nlmsghdr *head = (const void *)answer;
	struct message m;
	uint32_t size;
	message_begin(&m, RTM_GETLINK, 0);
	message_put_string(&m, IFLA_IFNAME, name);
	message_put_u32(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	int error = transact(netlink, &m, &size);
	return error ? error : head->nlmsg_type == RTM_NEWLINK ? 0 : -EPROTO;
}

int veth_find_link(int netlink, struct veth_order *order)
{
	const struct nlmsghdr *head = (const void *)answer;
	const void *info, *kind = NULL;
	size_t length = 0;
	int error = get_link(netlink, order->link);
	if (error)
		return error;
	info = link_attribute(head, IFLA_LINKINFO, 0, &length);
	if (info)
		kind = find_attribute(info, length, IFLA_INFO_KIND, sizeof("bridge"), &length);
	if (!kind || memcmp(kind, "bridge", sizeof("bridge")) != 0)
		return -EMEDIUMTYPE;
	order->link_index = (uint32_t)((const struct ifinfomsg *)NLMSG_DATA(head))->ifi_index;
	order->link_mtu = link_number(head, IFLA_MTU);
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

/* Value of a base-62 digit, 62 if it is none. */
static uint32_t digit_value(char c)
{
	uint32_t value = 0;
	while (value < 62 && digits[value] != c)
		value++;
	return value;
}

/* If the link described by head has a name of this pool, mark its slot. */
static uint32_t mark_slot(const struct nlmsghdr *head, const char *prefix, uint8_t *taken)
{
	size_t length;
	const char *name = link_attribute(head, IFLA_IFNAME, IFNAMSIZ, &length);
	if (!name || memcmp(name, prefix, PREFIX) != 0)
		return 0;
	uint32_t slot = digit_value(name[PREFIX]) * 62 + digit_value(name[PREFIX + 1]);
	if (slot >= SLOTS || taken[slot])
		return 0;
	taken[slot] = 1;
	return 1;
}

/*
 * Mark the slots of a pool that are ports of the link, and count them in *used. Only a hint (others
 * come and go meanwhile), so that no time is lost on slots that are taken, and that slots above a
 * quota that was lowered count.
 */
static int find_taken(int netlink, const struct veth_order *order, const char *prefix,
		      uint8_t *taken, uint32_t *used)
{
	struct message m;
	message_begin(&m, RTM_GETLINK, NLM_F_DUMP);
	message_put_u32(&m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	message_put_u32(&m, IFLA_MASTER, order->link_index);
	int error = message_send(netlink, &m);
	if (error)
		return error;
	for (*used = 0;;) {
		ssize_t n = receive(netlink);
		if (n < 0)
			return (int)n;
		const struct nlmsghdr *head = (const void *)answer;
		for (uint32_t left = (uint32_t)n; NLMSG_OK(head, left);
		     head = NLMSG_NEXT(head, left)) {
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message_error(head))
				return message_error(head);
			*used += mark_slot(head, prefix, taken);
		}
	}
}

/* The one message that makes the pair. The kernel does all of it or nothing. */
static int create(int netlink, const struct veth_order *order, const char *host_name)
{
	static const uint8_t none[6];
	uint8_t mac[6] = { 0xfe }; /* above every other port's: a bridge takes its lowest port's */
	uint64_t seed = hash(host_name);
	struct ifinfomsg peer_info = { .ifi_family = AF_UNSPEC };
	struct rtattr *info, *data, *peer;
	struct message m;
	uint32_t size;
	memcpy(mac + 1, &seed, 5);
	message_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	message_put_string(&m, IFLA_IFNAME, host_name);
	message_put_u32(&m, IFLA_MASTER, order->link_index);
	message_put_u32(&m, IFLA_GROUP, order->uid);
	/* The host's end keeps the bridge's MTU: a smaller one would lower the bridge's, for
	 * everyone. */
	message_put_u32(&m, IFLA_MTU, order->link_mtu);
	message_put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	info = message_nest(&m, IFLA_LINKINFO);
	message_put(&m, IFLA_INFO_KIND, "veth", 4);
	data = message_nest(&m, IFLA_INFO_DATA);
	peer = message_nest(&m, VETH_INFO_PEER);
	memcpy((char *)&m + m.head.nlmsg_len, &peer_info, sizeof(peer_info));
	m.head.nlmsg_len += (uint32_t)sizeof(peer_info);
	message_put_string(&m, IFLA_IFNAME, order->name);
	message_put_u32(&m, IFLA_NET_NS_FD, (uint32_t)order->netns);
	message_put_u32(&m, IFLA_MTU, order->mtu ? order->mtu : order->link_mtu);
	if (memcmp(order->hwaddr, none, sizeof(none)) != 0)
		message_put(&m, IFLA_ADDRESS, order->hwaddr, 6);
	message_close(&m, peer);
	message_close(&m, data);
	message_close(&m, info);
	return transact(netlink, &m, &size);
}

/*
 * The kernel says -EEXIST for either name. Is it the host's? Then the slot is taken. A slot that
 * was free again before we looked is tried once more, so that only the container's name remains.
 */
static int create_in_slot(int netlink, const struct veth_order *order, const char *host_name)
{
	int error = create(netlink, order, host_name);
	for (int again = 0; error == -EEXIST && again < 2; again++) {
		int found = get_link(netlink, host_name);
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
	const struct nlmsghdr *head = (const void *)answer;
	memset(taken, 0, sizeof(taken));
	veth_slot_name(made->host_name, pool, order->link, 0);
	int error = find_taken(netlink, order, made->host_name, taken, &made->used);
	if (error)
		return error;
	for (uint32_t slot = 0; slot < pool->count && made->used < pool->count; slot++) {
		if (taken[slot])
			continue;
		veth_slot_name(made->host_name, pool, order->link, slot);
		error = create_in_slot(netlink, order, made->host_name);
		made->used++;
		if (error == -EBUSY)
			continue;
		if (!error)
			error = get_link(netlink, made->host_name);
		if (!error) {
			made->host_index =
			    (uint32_t)((struct ifinfomsg *)NLMSG_DATA(head))->ifi_index;
			made->peer_index = link_number(head, IFLA_LINK);
		}
		return error;
	}
	return -EDQUOT;
}

int veth_raise(int netlink, const struct veth_order *order, const struct veth_made *made)
{
	struct message m;
	uint32_t size;
	message_begin(&m, RTM_NEWLINK, NLM_F_ACK);
	m.info.ifi_index = (int)made->host_index;
	m.info.ifi_flags = m.info.ifi_change = IFF_UP;
	message_put(&m, IFLA_IFALIAS, order->alias, strlen(order->alias));
	return transact(netlink, &m, &size);
}
