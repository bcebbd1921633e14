// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/namespaces.h"
#include "tests/unit/config-text.h"

static void values_are_taken(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.namespace.clone = user\tmnt  time\nlxc.namespace.share.net = web\n"
		      "lxc.namespace.share.uts = 12\nlxc.namespace.share.uts =\n"
		      "lxc.init.groups = 5,6\nlxc.init.groups = 7\n"
		      "lxc.monitor.unshare = 3\n");
	assert_int_equal(c->namespace_clone, 1u << NS_USER | 1u << NS_MNT | 1u << NS_TIME);
	assert_int_equal(c->namespace_keep, 0);
	assert_string_equal(c->namespace_shares[NS_NET].target, "web");
	assert_int_equal(c->namespace_shares[NS_NET].origin.line, 2);
	assert_null(c->namespace_shares[NS_UTS].target);
	assert_int_equal(c->init_group_count, 3);
	assert_int_equal(c->init_groups[2], 7);
	assert_true(c->monitor_unshare);
	config_free(c);
	c = config_of(
	    "lxc.namespace.clone = user\nlxc.namespace.clone =\nlxc.namespace.keep = net\n"
	    "lxc.init.groups = 5\nlxc.init.groups =\nlxc.monitor.unshare = 0\n"
	    "lxc.monitor.signal.pdeath = 0\n");
	assert_int_equal(c->namespace_clone, 0);
	assert_int_equal(c->namespace_keep, 1u << NS_NET);
	assert_int_equal(c->init_group_count, 0);
	assert_false(c->monitor_unshare);
	assert_int_equal(c->signal_pdeath, 0);
	config_free(c);
}

static void bad_values_name_what_is_accepted(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{ "lxc.namespace.clone = users",
		  "test:1: lxc.namespace.clone = users: \"users\" is no "
		  "namespace; accepted: words of user mnt" },
		{ "lxc.namespace.keep = net,pid", "\"net,pid\" is no namespace" },
		{ "lxc.namespace.clone = net\nlxc.namespace.keep = pid", "exclude each other" },
		{ "lxc.namespace.share.fs = web", "no such namespace" },
		{ "lxc.namespace.share = web", "there is no key" },
		{ "lxc.init.groups = -1", "\"-1\" is no group number" },
		{ "lxc.init.groups = 4294967295", "is no group number" },
		{ "lxc.monitor.unshare = yes", "not a number" },
		{ "lxc.monitor.signal.pdeath = TERM", "not a signal" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = refusal_of(bad[i][0]);
		if (!strstr(err.message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.message);
	}
}

/* The plan of an ordinary user (or of root with an id map) for these lines, nothing shared. */
static int plan(const char *text, struct start_plan *out, struct error *err)
{
	*out = (struct start_plan){ .config = config_of(text) };
	for (size_t i = 0; i < NS_COUNT; i++)
		out->shared[i].fd = -1;
	int result = namespaces_plan(out, err);
	if (result == 0)
		result = namespaces_check(out, err);
	return result;
}

#define IDMAP "lxc.idmap = auto\n"

static void what_is_its_own_follows_from_the_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *own; /* user mnt pid net uts ipc cgroup time */
	} cases[] = {
		{ IDMAP, "11111110" },
		{ IDMAP "lxc.namespace.keep = net ipc", "11101010" },
		{ IDMAP "lxc.namespace.clone = user pid", "10100000" },
		{ IDMAP "lxc.namespace.clone = user time", "10000001" },
		{ IDMAP "lxc.time.offset.boot = 1s", "11111111" },
		{ IDMAP "lxc.namespace.keep = mnt", "10111110" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct start_plan made;
		struct error err = { 0 };
		if (plan(cases[i].text, &made, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		for (size_t kind = 0; kind < NS_COUNT; kind++)
			assert_int_equal(made.own[kind], cases[i].own[kind] == '1');
		assert_true(made.user_namespace);
		config_free((struct config *)made.config);
	}
}

static void contradictions_have_their_line(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{ IDMAP "lxc.namespace.keep = user", "lxc.namespace.keep = user" },
		{ IDMAP "lxc.namespace.clone = mnt", "lxc.namespace.clone without user" },
		{ IDMAP "lxc.namespace.keep = mnt\nlxc.rootfs.path = /r", "lxc.rootfs.path needs" },
		{ IDMAP "lxc.namespace.keep = mnt\nlxc.tty.max = 1", "lxc.tty.max needs" },
		{ IDMAP "lxc.namespace.keep = mnt\nlxc.hook.mount = x", "lxc.hook.mount needs" },
		{ IDMAP "lxc.namespace.keep = pid\nlxc.mount.auto = proc",
		  "lxc.mount.auto = proc" },
		{ IDMAP "lxc.namespace.keep = cgroup\nlxc.mount.auto = cgroup",
		  "lxc.mount.auto = cgroup" },
		{ IDMAP "lxc.namespace.keep = net\nlxc.net.0.type = empty", "lxc.net.0 needs" },
		{ IDMAP "lxc.namespace.keep = time\nlxc.time.offset.boot = 1s", "lxc.time.offset" },
		{ IDMAP "lxc.namespace.keep = uts\nlxc.init.groups = 3",
		  "group 3 is not in the id" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct start_plan made;
		struct error err = { 0 };
		assert_int_equal(plan(bad[i][0], &made, &err), -1);
		if (!strstr(err.message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.message);
		assert_true(string_starts(err.rule, "test:"));
		config_free((struct config *)made.config);
	}
}

static void equal_maps_may_be_split_differently(void **state)
{
	(void)state;
	struct idmap a = { 0 }, b = { 0 }, c = { 0 };
	idmap_parse_line(&a, "u 0 100000 65536", " ", NULL);
	idmap_parse_line(&b, "u 0 100000 1000", " ", NULL);
	idmap_parse_line(&b, "u 1000 101000 64536", " ", NULL);
	idmap_parse_line(&c, "u 0 100000 65537", " ", NULL);
	assert_true(idmap_equal(&a, &b));
	assert_true(idmap_equal(&b, &a));
	assert_false(idmap_equal(&a, &c));
	assert_false(idmap_equal(&c, &a));
	idmap_parse_line(&b, "g 0 100000 1", " ", NULL);
	assert_false(idmap_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_taken),
		cmocka_unit_test(bad_values_name_what_is_accepted),
		cmocka_unit_test(what_is_its_own_follows_from_the_lines),
		cmocka_unit_test(contradictions_have_their_line),
		cmocka_unit_test(equal_maps_may_be_split_differently),
	};
	return cmocka_run_group_tests_name("namespaces", tests, NULL, NULL);
}
