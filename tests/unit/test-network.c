// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Plans from configuration text, and carrying them out, in a network namespace of this program's
 * own: it needs no root and leaves nothing. What needs that namespace is skipped where the kernel
 * gives none.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/capability.h>

#include <cmocka.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "network/network.h"
#include "tests/unit/config-text.h"

static struct nl_sock *links; /* NULL = no namespace of our own */

/* A bridge br0 with 10.9.0.1/24 and fd00:9::1/64, and br1 without any address. */
static int make_host(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 0;
	links = nl_socket_alloc();
	if (nl_connect(links, NETLINK_ROUTE) < 0 || rtnl_link_bridge_add(links, "br0") < 0 ||
	    rtnl_link_bridge_add(links, "br1") < 0) {
		nl_socket_free(links);
		links = NULL;
		return 0;
	}
	static const char *const texts[] = { "10.9.0.1/24", "fd00:9::1/64" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct rtnl_addr *addr = rtnl_addr_alloc();
		struct nl_addr *local = NULL;
		assert_int_equal(nl_addr_parse(texts[i], AF_UNSPEC, &local), 0);
		rtnl_addr_set_ifindex(addr, (int)if_nametoindex("br0"));
		rtnl_addr_set_local(addr, local);
		assert_int_equal(rtnl_addr_add(links, addr, 0), 0);
		nl_addr_put(local);
		rtnl_addr_put(addr);
	}
	return 0;
}

static int end_host(void **state)
{
	(void)state;
	nl_socket_free(links);
	return 0;
}

#define NEEDS_NAMESPACE()       \
	do {                    \
		if (!links)     \
			skip(); \
	} while (0)

/* The plan of a text that is accepted; *config has to outlive it. */
static struct network_plan good(const char *text, struct config **config)
{
	struct network_plan plan;
	struct error err = { 0 };
	*config = config_of(text);
	if (network_plan_make(*config, &plan, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return plan;
}

static void bad(const char *text, enum error_code code, const char *message)
{
	_cleanup_config_ struct config *config = config_of(text);
	struct network_plan plan;
	struct error err = { 0 };
	assert_int_equal(network_plan_make(config, &plan, &err), -1);
	if (err.code != code || !strstr(err.message, message))
		fail_msg("%s: %s: %s", text, error_name(err.code), err.message);
	network_plan_free(&plan);
}

#define VETH(n) "lxc.net." #n ".type = veth\nlxc.net." #n ".link = br0\n"
#define UP(n) VETH(n) "lxc.net." #n ".flags = up\n"

static void types_without_an_interface_decide_about_lo_and_the_namespace(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool share_host, loopback_up;
	} table[] = {
		{ "", false, false },
		{ "lxc.net.0.type = empty\n", false, true },
		{ "lxc.net.0.type = none\n", true, false },
		{ "lxc.net.0.type = none\nlxc.net.1.type = empty\n", false, true },
		{ "lxc.net.0.type = none\nlxc.net.1.type = none\n", false, false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		_cleanup_config_ struct config *config = NULL;
		struct network_plan plan = good(table[i].text, &config);
		assert_int_equal(plan.share_host, table[i].share_host);
		assert_int_equal(plan.loopback_up, table[i].loopback_up);
		assert_int_equal(plan.count, 0);
		network_plan_free(&plan);
	}
}

/* CAP_NET_ADMIN in effect or not: an ordinary user has it not. */
static int hold_net_admin(cap_flag_value_t value)
{
	const cap_value_t admin = CAP_NET_ADMIN;
	cap_t caps = cap_get_proc();
	int result = cap_set_flag(caps, CAP_EFFECTIVE, 1, &admin, value) || cap_set_proc(caps);
	cap_free(caps);
	return result;
}

static int become_ordinary(void **state)
{
	(void)state;
	return hold_net_admin(CAP_CLEAR);
}

static int become_root(void **state)
{
	(void)state;
	return hold_net_admin(CAP_SET);
}

static void what_no_line_of_lxc_usernet_can_give_is_refused_to_others(void **state)
{
	(void)state;
	static const char *const keys[] = {
		"l2proxy = 1",
		"veth.n_rxqueues = 2",
		"veth.n_txqueues = 2",
		"veth.ipv4.route = 10.0.0.0/8",
		"veth.ipv6.route = fd00::/64",
		"veth.vlan.tagged.id = 5",
		"veth.vlan.id = none",
		"veth.vlan.id = 0",
	};
	bad("lxc.net.3.type = ipvlan\nlxc.net.3.link = br0\nlxc.net.3.ipvlan.isolation = vepa\n",
	    E_PRIVILEGE,
	    "net 3: lxc.net.3.ipvlan.isolation = vepa: takes CAP_NET_ADMIN over the host");
	bad("lxc.net.0.type = phys\nlxc.net.0.link = br+\n", E_PRIVILEGE, "link with a +");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cleanup_free_ char *text = xasprintf(VETH(0) "lxc.net.0.%s\n", keys[i]);
		_cleanup_free_ char *key = xstrndup(keys[i], strcspn(keys[i], " "));
		bad(text, E_PRIVILEGE, key);
	}
}

/* This program's user has no line in any lxc-usernet: what is decided before it is asked. */
static void what_others_cannot_have_together_is_refused(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	bad("lxc.net.0.type = ipvlan\nlxc.net.0.link = br0\n"
	    "lxc.net.4.type = macvlan\nlxc.net.4.link = br0\n",
	    E_PRIVILEGE,
	    "net 4: an ordinary user's container has one macvlan or ipvlan, and net 0");
	bad("lxc.net.0.type = veth\nlxc.net.0.link = none\n", E_CONFIG_VALUE, "link = none");
	bad(VETH(0) "lxc.net.0.veth.pair = a.b\n", E_CONFIG_VALUE, "veth.pair = a.b: a dot");
#define ROUTER "lxc.net.0.type = veth\nlxc.net.0.veth.mode = router\nlxc.net.0.flags = up\n"
	bad(ROUTER "lxc.net.0.ipv4.gateway = dev\n", E_CONFIG_VALUE, "ipv4.gateway = dev");
	bad(ROUTER "lxc.net.0.ipv6.gateway = auto\n", E_CONFIG_VALUE, "which is missing");
	/* A network of this program's own forwards only when told to. */
	bad(ROUTER "lxc.net.0.ipv6.gateway = fe80::1\n", E_NET_LINK,
	    "net.ipv6.conf.all.forwarding is off");
}

static void what_does_not_fit_together_is_refused_to_root_too(void **state)
{
	(void)state;
	bad("lxc.net.0.type = macvlan\n", E_CONFIG_VALUE, "lxc.net.0.link is missing");
	bad("lxc.net.0.type = vlan\nlxc.net.0.link = br0\n", E_CONFIG_VALUE, "vlan.id is missing");
	bad("lxc.net.0.type = ipvlan\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 02:00:00:00:00:01\n",
	    E_CONFIG_VALUE, "an ipvlan has the address of its link");
	bad("lxc.net.0.type = veth\nlxc.net.0.veth.vlan.id = 5\n", E_CONFIG_VALUE,
	    "needs a bridge");
	bad("lxc.net.0.type = veth\nlxc.net.0.l2proxy = 1\n", E_CONFIG_VALUE, "needs a link");
	bad("lxc.net.0.type = phys\nlxc.net.0.link = br0\nlxc.net.0.l2proxy = 1\n", E_CONFIG_VALUE,
	    "is for veth, macvlan and ipvlan");
	bad("lxc.net.0.type = macvlan\nlxc.net.0.link = nosuch0\n", E_NET_LINK,
	    "interface nosuch0 does not exist");
	bad("lxc.net.0.type = phys\nlxc.net.0.link = lo\n", E_NET_LINK, "lo is the loopback");
}

static void an_interface_without_a_type_is_refused(void **state)
{
	(void)state;
	bad("lxc.net.4.link = br0\n", E_CONFIG_VALUE, "lxc.net.4 has no type");
}

static void names_that_net_helper_would_refuse_are_refused_by_their_key(void **state)
{
	(void)state;
	bad(VETH(2) "lxc.net.2.name = eth@0\n", E_CONFIG_VALUE, "lxc.net.2.name = eth@0");
	bad(VETH(0) "lxc.net.0.name = \xc3\xa4\n", E_CONFIG_VALUE, "(interface of test:1)");
	bad(VETH(0) "lxc.net.0.name = a$(b)\n", E_CONFIG_VALUE, "letters, digits");
	bad("lxc.net.0.type = veth\nlxc.net.0.link = br;0\n", E_CONFIG_VALUE,
	    "lxc.net.0.link = br;0");
}

static void a_name_twice_and_lo_are_refused(void **state)
{
	(void)state;
	bad(VETH(0) VETH(5) "lxc.net.0.name = a\nlxc.net.5.name = a\n", E_CONFIG_VALUE,
	    "lxc.net.5.name = a: the name is used twice, by net 0");
	bad(VETH(0) "lxc.net.0.name = lo\n", E_CONFIG_VALUE, "loopback");
}

static void explicit_names_come_first_and_the_rest_get_free_ethn_by_index(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	_cleanup_config_ struct config *config = NULL;
	struct network_plan plan =
	    good(VETH(9) VETH(2) "lxc.net.2.name = eth1\n" VETH(7)
		     VETH(4) "lxc.net.4.name = wan\nlxc.net.5.type = empty\n",
		 &config);
	static const struct {
		unsigned index;
		const char *name;
	} want[] = { { 2, "eth1" }, { 4, "wan" }, { 7, "eth0" }, { 9, "eth2" } };
	assert_int_equal(plan.count, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(plan.nics[i].index, want[i].index);
		assert_string_equal(plan.nics[i].name, want[i].name);
	}
	network_plan_free(&plan);
}

static void a_hardware_address_is_the_given_one_or_drawn_from_ours(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	static const uint8_t given[6] = { 0x02, 0, 0, 0, 0, 0x2a }, ours[3] = { 0x10, 0x66, 0x6a };
	_cleanup_config_ struct config *config = NULL;
	struct network_plan plan =
	    good(VETH(0) "lxc.net.0.hwaddr = 02:00:00:00:00:2a\n" VETH(1) VETH(2), &config);
	for (size_t i = 0; i < 3; i++)
		assert_true(plan.nics[i].has_hwaddr);
	assert_memory_equal(plan.nics[0].hwaddr, given, 6);
	assert_memory_equal(plan.nics[1].hwaddr, ours, 3);
	assert_memory_equal(plan.nics[2].hwaddr, ours, 3);
	assert_memory_not_equal(plan.nics[1].hwaddr, plan.nics[2].hwaddr, 6);
	network_plan_free(&plan);
}

static void the_link_must_exist_and_be_a_bridge(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	bad("lxc.net.0.type = veth\nlxc.net.0.link = nosuch0\n", E_NET_LINK,
	    "net 0: bridge nosuch0 does not exist");
	bad("lxc.net.6.type = veth\nlxc.net.6.link = lo\n", E_NET_LINK,
	    "net 6: lo is not a bridge");
	_cleanup_config_ struct config *config =
	    config_of("lxc.net.0.type = veth\nlxc.net.0.link = nosuch0\n");
	struct network_plan plan;
	struct error err = { 0 };
	assert_int_equal(network_plan_make(config, &plan, &err), -1);
	assert_non_null(strstr(err.fix, "ip link add nosuch0 type bridge"));
	network_plan_free(&plan);
}

static void gateway_auto_is_the_address_of_the_link(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	_cleanup_config_ struct config *config = NULL;
	struct network_plan plan =
	    good(UP(0) "lxc.net.0.ipv4.gateway = auto\nlxc.net.0.ipv6.gateway = auto\n" UP(
		     1) "lxc.net.1.ipv4.gateway = dev\nlxc.net.1.ipv6.gateway = fe80::1\n",
		 &config);
	char text[64];
	assert_int_equal(plan.nics[0].gateway4.kind, GATEWAY_ADDRESS);
	assert_string_equal(inet_ntop(AF_INET, &plan.nics[0].gateway4.v4, text, sizeof(text)),
			    "10.9.0.1");
	assert_int_equal(plan.nics[0].gateway6.kind, GATEWAY_ADDRESS);
	assert_string_equal(inet_ntop(AF_INET6, &plan.nics[0].gateway6.v6, text, sizeof(text)),
			    "fd00:9::1");
	assert_int_equal(plan.nics[1].gateway4.kind, GATEWAY_DEV);
	assert_int_equal(plan.nics[1].gateway6.kind, GATEWAY_ADDRESS);
	network_plan_free(&plan);
}

static void a_gateway_that_cannot_be_is_refused_by_its_key(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	bad(VETH(0) "lxc.net.0.ipv4.gateway = 10.9.0.1\n", E_CONFIG_VALUE,
	    "lxc.net.0.ipv4.gateway needs lxc.net.0.flags = up");
	bad("lxc.net.0.type = veth\nlxc.net.0.link = br1\nlxc.net.0.flags = up\n"
	    "lxc.net.0.ipv6.gateway = auto\n",
	    E_NET_LINK, "lxc.net.0.ipv6.gateway = auto: br1 has no IPv6 address");
}

/* ---- inside: a veth made here stands for the one net-helper makes
 * --------------------------------------------- */

/* In `text`: "ADDRESS/LENGTH brd BROADCAST" (no length where it is full) of every address of an
 * interface that is not link-local, in order. */
static void addresses_of(const char *name, char *text, size_t size)
{
	struct nl_cache *cache;
	char part[64];
	text[0] = 0;
	assert_int_equal(rtnl_addr_alloc_cache(links, &cache), 0);
	for (struct nl_object *o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o)) {
		struct rtnl_addr *addr = (struct rtnl_addr *)o;
		struct nl_addr *local = rtnl_addr_get_local(addr),
			       *broadcast = rtnl_addr_get_broadcast(addr);
		if (rtnl_addr_get_ifindex(addr) != (int)if_nametoindex(name) ||
		    rtnl_addr_get_scope(addr) == RT_SCOPE_LINK)
			continue;
		size_t at = strlen(text);
		snprintf(text + at, size - at, "%s%s", at ? ", " : "",
			 nl_addr2str(local, part, sizeof(part)));
		at = strlen(text);
		if (broadcast)
			snprintf(text + at, size - at, " brd %s",
				 nl_addr2str(broadcast, part, sizeof(part)));
		/* "usable at once": duplicate address detection would make it tentative */
		assert_false(rtnl_addr_get_flags(addr) & IFA_F_TENTATIVE);
	}
	nl_cache_free(cache);
}

/* The default route of a family: its gateway ("dev" without one), or "none". */
static void default_route(int family, char *text, size_t size)
{
	struct nl_cache *cache;
	snprintf(text, size, "none");
	assert_int_equal(rtnl_route_alloc_cache(links, family, 0, &cache), 0);
	for (struct nl_object *o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o)) {
		struct rtnl_route *route = (struct rtnl_route *)o;
		if (nl_addr_get_prefixlen(rtnl_route_get_dst(route)) ||
		    rtnl_route_get_type(route) != RTN_UNICAST ||
		    rtnl_route_get_table(route) != RT_TABLE_MAIN)
			continue;
		struct nl_addr *via = rtnl_route_nh_get_gateway(rtnl_route_nexthop_n(route, 0));
		if (via)
			nl_addr2str(via, text, size);
		else
			snprintf(text, size, "dev");
	}
	nl_cache_free(cache);
}

static unsigned flags_of(const char *name)
{
	struct rtnl_link *link = NULL;
	assert_int_equal(rtnl_link_get_kernel(links, 0, name, &link), 0);
	unsigned flags = rtnl_link_get_flags(link);
	rtnl_link_put(link);
	return flags;
}

/* Carry the text out on a pair that exists; both ends go again. Returns what
 * network_configure_inside said. */
static int inside(const char *text, struct error *err, void (*look)(void))
{
	_cleanup_config_ struct config *config = NULL;
	struct network_plan plan = good(text, &config);
	struct rtnl_link *host = NULL, *up = rtnl_link_alloc();
	/* what a test that failed left behind */
	if (rtnl_link_get_kernel(links, 0, "host0", &host) == 0) {
		rtnl_link_delete(links, host);
		rtnl_link_put(host);
	}
	assert_int_equal(rtnl_link_veth_add(links, "host0", "eth0", getpid()), 0);
	assert_int_equal(rtnl_link_get_kernel(links, 0, "host0", &host), 0);
	rtnl_link_set_flags(up, IFF_UP);
	assert_int_equal(rtnl_link_change(links, host, up, 0), 0);
	int result = network_configure_inside(&plan, err);
	if (look)
		look();
	rtnl_link_delete(links, host);
	rtnl_link_put(host);
	rtnl_link_put(up);
	network_plan_free(&plan);
	return result;
}

static void look_at_addresses(void)
{
	char text[512];
	addresses_of("eth0", text, sizeof(text));
	assert_string_equal(text, "10.8.0.5/24 brd 10.8.0.255, 10.8.1.5/16 brd 10.8.9.9, "
				  "10.7.0.0/31, 10.6.0.1, fd00:8::5/64");
	default_route(AF_INET, text, sizeof(text));
	assert_string_equal(text, "10.8.0.1");
	default_route(AF_INET6, text, sizeof(text));
	assert_string_equal(text, "fd00:8::1");
	assert_true(flags_of("eth0") & IFF_UP);
	assert_true(flags_of("lo") & IFF_UP);
}

static void addresses_broadcasts_and_gateways_are_set_and_usable_at_once(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct error err = { 0 };
	int result = inside(UP(0) "lxc.net.0.ipv4.address = 10.8.0.5/24\n"
				  "lxc.net.0.ipv4.address = 10.8.1.5/16 10.8.9.9\n"
				  "lxc.net.0.ipv4.address = 10.7.0.0/31\n"
				  "lxc.net.0.ipv4.address = 10.6.0.1/32\n"
				  "lxc.net.0.ipv6.address = fd00:8::5\n"
				  "lxc.net.0.ipv4.gateway = 10.8.0.1\n"
				  "lxc.net.0.ipv6.gateway = fd00:8::1\n",
			    &err, look_at_addresses);
	if (result < 0)
		fail_msg("%s", err.message);
}

static void look_at_outside_gateways(void)
{
	char text[64];
	default_route(AF_INET, text, sizeof(text));
	assert_string_equal(text, "192.0.2.1");
	default_route(AF_INET6, text, sizeof(text));
	assert_string_equal(text, "2001:db8::1");
}

static void a_gateway_outside_the_subnet_gets_a_route_to_itself_first(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct error err = { 0 };
	int result = inside(UP(0) "lxc.net.0.ipv4.address = 10.8.0.5/32\n"
				  "lxc.net.0.ipv6.address = fd00:8::5/128\n"
				  "lxc.net.0.ipv4.gateway = 192.0.2.1\n"
				  "lxc.net.0.ipv6.gateway = 2001:db8::1\n",
			    &err, look_at_outside_gateways);
	if (result < 0)
		fail_msg("%s", err.message);
}

static void look_at_device_routes(void)
{
	char text[64];
	default_route(AF_INET, text, sizeof(text));
	assert_string_equal(text, "dev");
	default_route(AF_INET6, text, sizeof(text));
	assert_string_equal(text, "dev");
}

static void gateway_dev_is_a_route_straight_out(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct error err = { 0 };
	int result = inside(UP(0) "lxc.net.0.ipv4.address = 10.8.0.5/32\n"
				  "lxc.net.0.ipv4.gateway = dev\nlxc.net.0.ipv6.gateway = dev\n",
			    &err, look_at_device_routes);
	if (result < 0)
		fail_msg("%s", err.message);
}

static void look_at_down(void)
{
	assert_false(flags_of("eth0") & IFF_UP);
}

static void without_flags_up_the_interface_stays_down(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct error err = { 0 };
	assert_int_equal(
	    inside(VETH(0) "lxc.net.0.ipv4.address = 10.8.0.5/24\n", &err, look_at_down), 0);
}

static void an_interface_that_is_not_there_is_named(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct error err = { 0 };
	assert_int_equal(inside(UP(0) "lxc.net.0.name = missing0\n", &err, NULL), -1);
	assert_int_equal(err.code, E_NET_SETUP);
	assert_non_null(strstr(err.message, "net 0: interface missing0"));
}

static void addresses_are_listed_without_lo_and_link_local_ones(void **state)
{
	(void)state;
	NEEDS_NAMESPACE();
	struct network_address_info *list;
	struct string_list names = { 0 };
	struct error err = { 0 };
	size_t count;
	assert_int_equal(network_list_addresses(&list, &count, &names, &err), 0);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(list[i].interface, "br0");
		assert_string_equal(list[i].text,
				    list[i].family == AF_INET ? "10.9.0.1" : "fd00:9::1");
	}
	assert_true(string_list_has(&names, "lo"));
	assert_true(string_list_has(&names, "br1"));
	string_list_clear(&names);
	free(list);
}

static void counters_of_a_link_that_is_not_there_are_an_error(void **state)
{
	(void)state;
	uint64_t rx, tx;
	assert_int_equal(network_link_counters("nosuch0", &rx, &tx), -1);
	assert_int_equal(network_link_counters("lo", &rx, &tx), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_without_an_interface_decide_about_lo_and_the_namespace),
		cmocka_unit_test_setup_teardown(
		    what_no_line_of_lxc_usernet_can_give_is_refused_to_others, become_ordinary,
		    become_root),
		cmocka_unit_test_setup_teardown(what_others_cannot_have_together_is_refused,
						become_ordinary, become_root),
		cmocka_unit_test(what_does_not_fit_together_is_refused_to_root_too),
		cmocka_unit_test_setup_teardown(an_interface_without_a_type_is_refused,
						become_ordinary, become_root),
		cmocka_unit_test_setup_teardown(
		    names_that_net_helper_would_refuse_are_refused_by_their_key, become_ordinary,
		    become_root),
		cmocka_unit_test(a_name_twice_and_lo_are_refused),
		cmocka_unit_test(explicit_names_come_first_and_the_rest_get_free_ethn_by_index),
		cmocka_unit_test(a_hardware_address_is_the_given_one_or_drawn_from_ours),
		cmocka_unit_test(the_link_must_exist_and_be_a_bridge),
		cmocka_unit_test(gateway_auto_is_the_address_of_the_link),
		cmocka_unit_test(a_gateway_that_cannot_be_is_refused_by_its_key),
		cmocka_unit_test(addresses_broadcasts_and_gateways_are_set_and_usable_at_once),
		cmocka_unit_test(a_gateway_outside_the_subnet_gets_a_route_to_itself_first),
		cmocka_unit_test(gateway_dev_is_a_route_straight_out),
		cmocka_unit_test(without_flags_up_the_interface_stays_down),
		cmocka_unit_test(an_interface_that_is_not_there_is_named),
		cmocka_unit_test(addresses_are_listed_without_lo_and_link_local_ones),
		cmocka_unit_test(counters_of_a_link_that_is_not_there_are_an_error),
	};
	return cmocka_run_group_tests_name("network", tests, make_host, end_host);
}
