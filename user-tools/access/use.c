// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/use.h"

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/route/link.h>
#include <string.h>
#include <sys/socket.h>

#include "setuid-helpers/link.h"

#define PREFIX 13 /* of a slot's name: everything but the slot */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By name: slots are in ASCII order. An interface without an alias is shown by its own name. */
static void find_veths(struct usernet_pool pool, const char *link, struct use *use)
{
	char prefix[16];
	struct string_list found = { 0 };
	struct nl_sock *socket = nl_socket_alloc();
	struct nl_cache *cache = NULL;
	link_slot_name(prefix, pool, link, 0);
	use->known = socket && nl_connect(socket, NETLINK_ROUTE) == 0 &&
		     rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache) == 0;
	for (struct nl_object *o = use->known ? nl_cache_get_first(cache) : NULL; o;
	     o = nl_cache_get_next(o)) {
		const char *name = rtnl_link_get_name((struct rtnl_link *)o);
		const char *alias = rtnl_link_get_ifalias((struct rtnl_link *)o);
		if (name && strlen(name) == PREFIX + 2 && strncmp(name, prefix, PREFIX) == 0)
			string_list_take(&found, xasprintf("%s=%s", name, alias ? alias : name));
	}
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items), compare);
	for (size_t i = 0; i < found.count; i++)
		string_list_add(&use->holders, found.items[i] + PREFIX + 3);
	use->used = (uint32_t)found.count;
	string_list_clear(&found);
	nl_cache_free(cache);
	nl_socket_free(socket);
}

/* The ids by which this network namespace knows others: the caller frees. False if it cannot be
 * asked. */
static bool find_ids(int32_t **ids, size_t *count)
{
	const struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} request = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
				.nlmsg_type = RTM_GETNSID,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || send(fd, &request, request.head.nlmsg_len, 0) < 0)
		return false;
	for (;;) {
		_Alignas(8) char answer[32768];
		ssize_t size = recv(fd, answer, sizeof(answer), 0);
		if (size <= 0)
			return false;
		for (const struct nlmsghdr *m = (const void *)answer; NLMSG_OK(m, size);
		     m = NLMSG_NEXT(m, size)) {
			if (m->nlmsg_type == NLMSG_DONE)
				return true;
			if (m->nlmsg_type != RTM_NEWNSID)
				return false;
			const size_t head = NLMSG_ALIGN(sizeof(struct rtgenmsg));
			const struct rtattr *a = (const void *)((const char *)NLMSG_DATA(m) + head);
			int left = (int)(m->nlmsg_len - NLMSG_HDRLEN - head);
			for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
				if (a->rta_type != NETNSA_NSID || RTA_PAYLOAD(a) < sizeof(**ids))
					continue;
				*ids = xrealloc(*ids, (*count + 1) * sizeof(**ids));
				memcpy(&(*ids)[(*count)++], RTA_DATA(a), sizeof(**ids));
			}
		}
	}
}

/* The slot of one that has no end here is the id of the container's network namespace, made of the
 * slot's name and the type: setuid-helpers/link.c. */
static void find_namespaces(struct usernet_pool pool, const struct usernet_rule *rule,
			    const char *link, struct use *use)
{
	_cleanup_free_ int32_t *ids = NULL;
	size_t count = 0;
	use->known = find_ids(&ids, &count);
	for (uint32_t slot = 0; use->known && slot < USERNET_MAX_COUNT; slot++) {
		char name[16];
		link_slot_name(name, pool, link, slot);
		uint64_t seed = hash_fnv1a(name, strlen(name));
		int32_t id = (int32_t)(1U << 30 | ((uint32_t)seed >> 2 ^ rule->type));
		for (size_t i = 0; i < count; i++)
			use->used += ids[i] == id;
	}
}

void use_find(struct usernet_pool pool, const struct usernet_rule *rule, struct use *use)
{
	_cleanup_free_ char *link = xstrndup(rule->link.data, rule->link.size);
	*use = (struct use){ .known = false };
	if (rule->type == TYPE_VETH)
		find_veths(pool, link, use);
	else if (rule->type == TYPE_MACVLAN || rule->type == TYPE_IPVLAN)
		find_namespaces(pool, rule, link, use);
}

void use_clear(struct use *use)
{
	string_list_clear(&use->holders);
	*use = (struct use){ .known = false };
}
