// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Asking for an interface: which line of lxc-usernet and which of its slots to rely on. net-helper
 * checks what is chosen here and does it; so the search takes no privilege.
 */
#define LOG_MODULE "helpers"
#include <errno.h>
#include <linux/capability.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "base/file.h"
#include "base/privilege.h"
#include "base/user.h"
#include "base/util.h"
#include "setuid-helpers/client-internal.h"
#include "setuid-helpers/client-policy.h"
#include "setuid-helpers/link.h"

static __thread char reason[160];

void client_mac_text(const uint8_t mac[6], char out[USERNET_MAC + 1])
{
	snprintf(out, USERNET_MAC + 1, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
}

static bool fill_hwaddr(const struct usernet_rule *rule, struct nic_request *request)
{
	unsigned b[6];
	char text[USERNET_MAC + 1] = "", own[USERNET_MAC + 1];
	if (!rule->mac.size)
		return true;
	memcpy(text, rule->mac.data, USERNET_MAC);
	client_mac_text(request->hwaddr, own);
	if (request->has_hwaddr && strcmp(text, own) != 0) {
		snprintf(reason, sizeof(reason), "hwaddr = %s, and it gives %s", own, text);
		return false;
	}
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) !=
	    6) {
		snprintf(reason, sizeof(reason), "mac=%s, which is no hardware address", text);
		return false;
	}
	for (int i = 0; i < 6; i++)
		request->hwaddr[i] = (uint8_t)b[i];
	request->has_hwaddr = true;
	return true;
}

static bool has_address(const struct usernet_rule *rule, const struct usernet_address *address)
{
	for (size_t i = 0; i < USERNET_MAX_ADDRESSES; i++)
		if (rule->address[i].prefix == address->prefix &&
		    memcmp(rule->address[i].bytes, address->bytes, sizeof(address->bytes)) == 0)
			return true;
	return false;
}

/* May it be sent from? Where the line has no ip=, everything may; but then no route leads there. */
static bool covers_address(const struct usernet_rule *rule, const struct usernet_address *address,
			   bool routed)
{
	if (!rule->address[0].prefix)
		return !routed;
	for (size_t i = 0; i < USERNET_MAX_ADDRESSES && rule->address[i].prefix; i++) {
		const struct usernet_address *network = &rule->address[i];
		unsigned bit = 0;
		while (bit < network->prefix &&
		       !((network->bytes[bit / 8] ^ address->bytes[bit / 8]) & 0x80 >> bit % 8))
			bit++;
		if (bit == network->prefix)
			return true;
	}
	return false;
}

static bool check_addresses(const struct usernet_rule *rule, const struct nic_request *request)
{
	for (size_t i = 0; i < request->address_count; i++) {
		char text[USERNET_ADDRESS_TEXT];
		if (covers_address(rule, &request->addresses[i], request->routed))
			continue;
		usernet_address_text(&request->addresses[i], text);
		snprintf(reason, sizeof(reason), "the address %s, and it has no \"ip=\" for it",
			 text);
		return false;
	}
	return true;
}

bool helper_line_fits(const struct usernet_rule *rule, struct nic_request *request,
		      const char **why)
{
	static const uint8_t none[6];
	*why = reason;
	bool has_mac = request->type == TYPE_VETH || request->type == TYPE_MACVLAN;
	if (has_mac && !fill_hwaddr(rule, request))
		return false;
	if (rule->mtu && !request->mtu)
		request->mtu = rule->mtu;
	if (rule->mtu && request->mtu > rule->mtu) {
		snprintf(reason, sizeof(reason), "mtu = %u, and it gives at most %u", request->mtu,
			 rule->mtu);
		return false;
	}
	if ((request->vlan || request->type == TYPE_VLAN) && request->vlan != rule->vlan) {
		snprintf(reason, sizeof(reason),
			 rule->vlan ? "vlan.id = %u, and it gives %u"
				    : "vlan.id = %u, and it gives no VLAN",
			 request->vlan, rule->vlan);
		return false;
	}
	if (request->isolated && !rule->isolated) {
		snprintf(reason, sizeof(reason),
			 "isolation = private, which changes the link for "
			 "others, and it does not say \"isolated\"");
		return false;
	}
	for (size_t i = 0; i < request->route_count; i++)
		if (!has_address(rule, &request->routes[i])) {
			char text[USERNET_ADDRESS_TEXT];
			usernet_address_text(&request->routes[i], text);
			snprintf(reason, sizeof(reason), "the route to %s, and it has no \"ip=%s\"",
				 text, text);
			return false;
		}
	if (!check_addresses(rule, request))
		return false;
	char mac[USERNET_MAC + 1] = "";
	if (has_mac && memcmp(request->hwaddr, none, 6) != 0)
		client_mac_text(request->hwaddr, mac);
	if (usernet_allows(rule, text_of(mac), request->mtu, request->mode))
		return true;
	if (rule->mode ? request->mode != (enum usernet_mode)rule->mode
		       : request->mode > MODE_BRIDGE)
		snprintf(reason, sizeof(reason), "mode = %s, and it %s%s",
			 usernet_mode_name(request->mode),
			 rule->mode ? "gives " : "does not say mode=",
			 usernet_mode_name(rule->mode ? rule->mode : request->mode));
	else
		snprintf(reason, sizeof(reason),
			 "hwaddr = %s, and without mac= it gives addresses that are locally "
			 "administered, or begin with 10:66:6a or 00:16:3e",
			 mac);
	return false;
}

static void fill_wire(const struct nic_request *request, struct net_request *wire)
{
	const char *container = request->container ? request->container : "";
	bool has_mac = request->type == TYPE_VETH || request->type == TYPE_MACVLAN;
	*wire = (struct net_request){ .head = { HELPER_MAGIC, HELPER_VERSION, OP_NET },
				      .mtu = (uint16_t)request->mtu,
				      .type = (uint8_t)request->type,
				      .mode = (uint8_t)request->mode };
	memcpy(wire->link, request->link, strnlen(request->link, sizeof(wire->link) - 1));
	memcpy(wire->name, request->name, strnlen(request->name, sizeof(wire->name) - 1));
	memcpy(wire->pair, request->pair, strnlen(request->pair, sizeof(wire->pair) - 1));
	for (size_t i = 0; i < sizeof(wire->container) - 1 && container[i]; i++)
		wire->container[i] =
		    strchr(HELPER_NAME_CHARACTERS, container[i]) ? container[i] : '_';
	if (!strcmp(wire->container, ".") || !strcmp(wire->container, ".."))
		wire->container[0] = '_';
	if (has_mac)
		memcpy(wire->hwaddr, request->hwaddr, sizeof(wire->hwaddr));
}

/* One that is drawn is locally administered and unicast; urandom cannot fail for six bytes once the
 * machine runs. */
static void draw_hwaddr(struct nic_request *request)
{
	static const uint8_t none[6];
	if (memcmp(request->hwaddr, none, sizeof(none)) != 0)
		return;
	(void)!getrandom(request->hwaddr, sizeof(request->hwaddr), 0);
	request->hwaddr[0] = (uint8_t)((request->hwaddr[0] & 0xfcU) | 2U);
}

/* ---- the slots of a pool ---- */

#define LOWERED 64 /* slots above a count that are looked at: it may have been lowered */

/* Which slots of a veth are taken on this link. Each is asked for by name: the kernel finds a name
 * as fast among many interfaces as among few. */
struct slots {
	bool taken[USERNET_MAX_COUNT + LOWERED];
	uint32_t used; /* also those above the count */
};

static void find_slots(struct usernet_pool pool, const char *link, uint32_t count,
		       struct slots *slots)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*slots = (struct slots){ .used = 0 };
	for (uint32_t slot = 0; slot < count + LOWERED && slot < USERNET_MAX_COUNT; slot++) {
		struct ifreq ask = { .ifr_ifindex = 0 };
		link_slot_name(ask.ifr_name, pool, link, slot);
		slots->taken[slot] = ioctl(fd, SIOCGIFINDEX, &ask) == 0;
		slots->used += slots->taken[slot];
	}
}

/* ---- with the caller's own capability ---- */

/* In a user namespace of its own the capability may not reach the network namespace: then -EPERM.
 */
static int make_here(const struct net_request *wanted, int netns, char host_name[IFNAMSIZ],
		     struct helper_reply *reply)
{
	static const struct usernet_rule rule = { .type = TYPE_VETH };
	_cleanup_close_ int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	_cleanup_free_ char *user = user_name(geteuid());
	_cleanup_free_ char *alias = xasprintf("%s/%s/%s", user, wanted->container, wanted->name);
	struct net_request wire = *wanted;
	struct link link = { .netlink = netlink,
			     .netns = netns,
			     .request = &wire,
			     .rule = &rule,
			     .uid = geteuid(),
			     .alias = alias,
			     .pair = "" };
	const struct usernet_pool pool = { false, geteuid() };
	int error = netlink < 0 ? -errno : -EDQUOT;
	for (; error == -EDQUOT && wire.slot < USERNET_MAX_COUNT; wire.slot++)
		error = link_make(&link, pool);
	memcpy(host_name, link.host_name, IFNAMSIZ);
	reply->status = error ? link_status(error) : STATUS_OK;
	reply->error = (uint32_t)-error;
	return error;
}

/* ---- with the helper ---- */

/*
 * Has the bridge an entry for the hardware address? That of a container that has just ended goes
 * with its interface; net-helper, which finds out when the new one exists, would leave it behind.
 */
static bool is_hwaddr_known(const struct net_request *wire)
{
	struct {
		struct nlmsghdr head;
		struct ndmsg entry;
		struct rtattr lladdr;
		uint8_t hwaddr[8];
		struct rtattr master;
		uint32_t index;
	} ask = { { sizeof(ask), RTM_GETNEIGH, NLM_F_REQUEST, 0, 0 },
		  { .ndm_family = AF_BRIDGE },
		  { RTA_LENGTH(6), NDA_LLADDR },
		  { 0 },
		  { RTA_LENGTH(4), NDA_MASTER },
		  if_nametoindex(wire->link) };
	char answer[4096];
	const struct nlmsghdr *head = (const void *)answer;
	_cleanup_close_ int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	memcpy(ask.hwaddr, wire->hwaddr, sizeof(wire->hwaddr));
	if (netlink < 0 || !ask.index || send(netlink, &ask, sizeof(ask), 0) < 0)
		return false;
	ssize_t n = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT);
	return n >= (ssize_t)sizeof(*head) && head->nlmsg_type == RTM_NEWNEIGH;
}

static int ask_helper(const struct net_request *wire, int netns, struct helper_reply *reply,
		      struct error *err)
{
	return client_exchange("net-helper", wire, sizeof(*wire), netns, reply, E_NET_HELPER, err);
}

/* The slots of one line, until one is free. 0 with the reply, which may be STATUS_QUOTA; -1. */
static int try_line(const struct usernet_offer *offer, struct net_request *wire, int netns,
		    struct client_search *search, struct helper_reply *reply, struct error *err)
{
	bool counted = wire->type == TYPE_VETH;
	static __thread struct slots slots;
	uint32_t count = offer->rule.count, tried = 0;
	wire->line = offer->line;
	if (counted)
		find_slots(offer->pool, wire->link, count, &slots);
	*reply = (struct helper_reply){ .status = STATUS_HWADDR_TAKEN };
	if (wire->type == TYPE_VETH && is_hwaddr_known(wire))
		return 0;
	*reply = (struct helper_reply){ .status = STATUS_QUOTA };
	for (uint32_t slot = 0; slot < count && (!counted || slots.used < count); slot++) {
		if (counted && slots.taken[slot])
			continue;
		wire->slot = (uint16_t)slot;
		if (ask_helper(wire, netns, reply, err) < 0)
			return -1;
		if (reply->status != STATUS_QUOTA)
			return 0;
		tried++;
		if (wire->type == TYPE_VLAN || wire->type == TYPE_PHYS)
			break;
	}
	if (!search->line)
		search->line = offer->line;
	search->quota += count;
	search->used += counted && slots.used > tried ? slots.used : tried;
	return 0;
}

/* Each line that fits, the best first, until one has a free slot. */
static int search_lines(const struct usernet_choice *choice, const struct nic_request *request,
			int netns, struct client_search *search, struct nic_result *result,
			struct helper_reply *reply, struct net_request *wire, struct error *err)
{
	bool asked = false;
	*search = (struct client_search){ .bad_line = choice->bad_line };
	for (size_t i = 0; i < choice->count; i++) {
		struct nic_request filled = *request;
		const struct usernet_offer *offer = &choice->offer[i];
		const char *why;
		if (!helper_line_fits(&offer->rule, &filled, &why)) {
			if (!search->refused_line) {
				search->refused_line = offer->line;
				snprintf(search->why, sizeof(search->why), "%s", why);
			}
			continue;
		}
		if (filled.type == TYPE_VETH || filled.type == TYPE_MACVLAN)
			draw_hwaddr(&filled);
		fill_wire(&filled, wire);
		struct helper_reply this;
		if (try_line(offer, wire, netns, search, &this, err) < 0)
			return -1;
		if (!asked || this.status != STATUS_QUOTA)
			*reply = this;
		asked = true;
		memcpy(result->hwaddr, wire->hwaddr, sizeof(result->hwaddr));
		result->mtu = filled.mtu;
		result->line = offer->line;
		if (filled.type == TYPE_VETH)
			link_slot_name(result->host_name, offer->pool, wire->link, wire->slot);
		if (this.status != STATUS_QUOTA)
			return 0;
	}
	if (asked)
		return 0;
	/* No line to rely on: net-helper says what is wrong with the file, or that there is none.
	 */
	struct nic_request any = *request;
	if (any.type == TYPE_VETH || any.type == TYPE_MACVLAN)
		draw_hwaddr(&any);
	fill_wire(&any, wire);
	return ask_helper(wire, netns, reply, err);
}

/*
 * The interface of a container that has just ended is torn down within milliseconds: wait for its
 * slot. A name that is taken may be that of a slot given up while it was asked for.
 */
static bool is_worth_waiting(const struct helper_reply *reply, const struct client_search *search,
			     enum usernet_type type, long pause)
{
	bool vlan = reply->status == STATUS_NAME_TAKEN && type == TYPE_VLAN;
	return ((reply->status == STATUS_HWADDR_TAKEN || vlan) && pause < 640) ||
	       (reply->status == STATUS_QUOTA && search->quota && pause < 640) ||
	       (reply->status == STATUS_NAME_TAKEN && pause < 40);
}

static int request_from_helper(const struct nic_request *request, int netns,
			       struct nic_result *result, struct error *err)
{
	struct net_request wire;
	struct helper_reply reply = { .status = STATUS_SYSTEM };
	struct client_search search;
	_cleanup_net_policy_ struct net_policy policy;
	struct usernet_choice choice;
	net_policy_open(&policy);
	usernet_choose(policy.file, &policy.account, request->type, text_of(request->link),
		       &choice);
	for (long pause = 10;; pause *= 2) {
		if (search_lines(&choice, request, netns, &search, result, &reply, &wire, err) < 0)
			return -1;
		if (!is_worth_waiting(&reply, &search, request->type, pause))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000 }, NULL);
	}
	return reply.status == STATUS_OK ? 0 : client_explain_net(&reply, &wire, &search, err);
}

int helper_check_nic(const struct nic_request *request, struct error *err)
{
	_cleanup_net_policy_ struct net_policy policy;
	struct usernet_choice choice;
	net_policy_open(&policy);
	usernet_choose(policy.file, &policy.account, request->type, text_of(request->link),
		       &choice);
	struct client_search search = { .bad_line = choice.bad_line };
	for (size_t i = 0; i < choice.count; i++) {
		struct nic_request filled = *request;
		const char *why;
		if (helper_line_fits(&choice.offer[i].rule, &filled, &why))
			return 0;
		if (search.refused_line)
			continue;
		search.refused_line = choice.offer[i].line;
		snprintf(search.why, sizeof(search.why), "%s", why);
	}
	struct helper_reply reply = { .status = policy.error == ENOENT ? STATUS_POLICY_MISSING
								       : STATUS_NO_RULE };
	if (policy.error && policy.error != ENOENT)
		return 0;
	struct net_request wire;
	fill_wire(request, &wire);
	return client_explain_net(&reply, &wire, &search, err);
}

int helper_request_nic(const struct nic_request *request, int netns_fd, struct nic_result *result,
		       struct error *err)
{
	struct helper_reply reply = { .status = STATUS_SYSTEM };
	*result = (struct nic_result){ .mtu = request->mtu };
	if (request->type != TYPE_VETH || !privilege_has(CAP_NET_ADMIN))
		return request_from_helper(request, netns_fd, result, err);
	struct net_request wire;
	struct nic_request filled = *request;
	draw_hwaddr(&filled);
	fill_wire(&filled, &wire);
	if (make_here(&wire, netns_fd, result->host_name, &reply) == -EPERM)
		return request_from_helper(request, netns_fd, result, err);
	if (reply.status != STATUS_OK)
		return client_explain_net(&reply, &wire, &(struct client_search){ .used = 0 }, err);
	memcpy(result->hwaddr, wire.hwaddr, sizeof(result->hwaddr));
	return 0;
}
