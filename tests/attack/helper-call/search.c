// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which line of lxc-usernet and which of its slots to ask for, as a client finds out: unless line=
 * and slot= say it. What there is in all goes into the words that are printed.
 */
#include <net/if.h>
#include <string.h>

#include "setuid-helpers/client-policy.h"
#include "setuid-helpers/link.h"

#include "call.h"

static struct net_policy policy;
static struct usernet_choice choice;
static size_t at;
static uint32_t slot;

/* The slots of a pool that have an interface. */
static uint32_t count_used(const struct usernet_offer *offer, const char *link)
{
	uint32_t used = 0;
	char name[16];
	link_slot_name(name, offer->pool, link, 0);
	struct if_nameindex *list = if_nameindex();
	for (struct if_nameindex *i = list; i && i->if_index; i++)
		used += strncmp(i->if_name, name, 13) == 0;
	if (list)
		if_freenameindex(list);
	return used;
}

static bool is_first_of_pool(size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (choice.offer[i].pool.is_group == choice.offer[n].pool.is_group &&
		    choice.offer[i].pool.id == choice.offer[n].pool.id)
			return false;
	return true;
}

void search_start(struct net_request *request)
{
	char link[17] = "";
	memcpy(link, request->link, sizeof(request->link));
	if (option("uid"))
		net_policy_open_for(&policy, number(option("uid")));
	else
		net_policy_open(&policy);
	usernet_choose(policy.file, &policy.account, (enum usernet_type)request->type,
		       text_of(link), &choice);
	request->line = 1;
	search_next(request);
	if (option("line"))
		request->line = number(option("line"));
	if (option("slot"))
		request->slot = (uint16_t)number(option("slot"));
}

bool search_next(struct net_request *request)
{
	char link[17] = "", name[16];
	memcpy(link, request->link, sizeof(request->link));
	for (; at < choice.count; at++, slot = 0) {
		const struct usernet_offer *offer = &choice.offer[at];
		uint32_t count = offer->rule.count;
		request->line = offer->line;
		request->slot = (uint16_t)count; /* refused, if there is no other */
		if (request->type == TYPE_VETH && count_used(offer, link) >= count)
			continue;
		while (slot < count) {
			link_slot_name(name, offer->pool, link, slot);
			request->slot = (uint16_t)slot++;
			if (request->type != TYPE_VETH || !if_nametoindex(name))
				return true;
		}
	}
	return false;
}

void search_sum(const struct net_request *request, uint32_t *quota, uint32_t *used,
		uint32_t *bad_line)
{
	char link[17] = "";
	memcpy(link, request->link, sizeof(request->link));
	*quota = *used = 0;
	*bad_line = choice.bad_line;
	for (size_t i = 0; i < choice.count; i++)
		if (is_first_of_pool(i)) {
			*quota += choice.offer[i].rule.count;
			*used += count_used(&choice.offer[i], link);
		}
}

/* The name of the host's end that the request asks for. */
void search_host(const struct net_request *request, char host[16])
{
	for (size_t i = 0; i < choice.count && request->type == TYPE_VETH; i++)
		if (choice.offer[i].line == request->line)
			link_slot_name(host, choice.offer[i].pool, request->link, request->slot);
}
