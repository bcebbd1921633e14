// SPDX-License-Identifier: LGPL-2.1-or-later
/* Values of the keys that limit: resources, sysctls, /proc files, clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/config-text.h"

/* The whole message. */
static void bad(const char *text, const char *message)
{
	struct error err = refusal_of(text);
	assert_int_equal(err.code, E_CONFIG_VALUE);
	assert_string_equal(err.message, message);
}

static void every_resource_has_a_name_and_a_number(void **state)
{
	static const char *const names[] = { "cpu",	 "fsize", "data",   "stack",
					     "core",	 "rss",	  "nproc",  "nofile",
					     "memlock",	 "as",	  "locks",  "sigpending",
					     "msgqueue", "nice",  "rtprio", "rttime" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *text =
		    xasprintf("lxc.prlimit.%s = 7\nlxc.prlimit.%zu = 8 : unlimited\n", names[i], i);
		struct config *c = config_of(text);
		assert_int_equal(c->limit_count, 1); /* the same resource: the later line counts */
		assert_int_equal(c->limits[0].resource, i);
		assert_int_equal(c->limits[0].soft, 8);
		assert_true(c->limits[0].hard == RLIM_INFINITY);
		assert_int_equal(c->limits[0].origin.line, 2);
		config_free(c);
	}
}

static void limits_are_cleared_one_by_one_and_all(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.prlimit.core = 0\nlxc.prlimit.nofile = 5\nlxc.prlimit.core =\n");
	assert_int_equal(c->limit_count, 1);
	assert_int_equal(c->limits[0].resource, RLIMIT_NOFILE);
	config_free(c);
	c = config_of("lxc.prlimit.core = 0\nlxc.sysctl.a.b = 1\nlxc.proc.c = 1\nlxc.prlimit =\n"
		      "lxc.sysctl =\nlxc.proc =\n");
	assert_int_equal(c->limit_count + c->sysctls.count + c->procs.count, 0);
	config_free(c);
}

static void a_setting_has_one_value_under_all_its_names(void **state)
{
	(void)state;
	bool known;
	struct config *c =
	    config_of("lxc.prlimit.7 = 5\nlxc.prlimit.nofile =\n"
		      "lxc.sysctl.net/ipv4/ip_forward = 0\nlxc.sysctl.net.ipv4.ip_forward = 1\n");
	char *limit = config_get(c, "lxc.prlimit.7", &known);
	char *sysctl = config_get(c, "lxc.sysctl.net/ipv4/ip_forward", &known);
	assert_int_equal(c->limit_count, 0);
	assert_string_equal(limit, "");
	assert_int_equal(c->sysctls.count, 1);
	assert_string_equal(sysctl, "");
	free(limit);
	free(sysctl);
	config_free(c);
}

static void bad_limits_are_refused(void **state)
{
	(void)state;
	bad("lxc.prlimit.nofiles = 1",
	    "test:1: lxc.prlimit.nofiles = 1: \"nofiles\" is no resource; the "
	    "names are those of getrlimit(2) in lower case (nofile, nproc, memlock "
	    "...); accepted: SOFT[:HARD], numbers or unlimited");
	static const char *const values[] = { "x",     "-1",   "1:", ":1",
					      "1:2:3", "0x10", "1k", "18446744073709551615" };
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		_cleanup_free_ char *text = xasprintf("lxc.prlimit.core = %s", values[i]);
		_cleanup_free_ char *message = xasprintf(
		    "test:1: lxc.prlimit.core = %s: not a limit; accepted: SOFT[:HARD], numbers or "
		    "unlimited",
		    values[i]);
		bad(text, message);
	}
	bad("lxc.prlimit.core = unlimited:1", "test:1: lxc.prlimit.core = unlimited:1: the soft "
					      "limit is above the hard one; accepted: "
					      "SOFT[:HARD], numbers or unlimited");
}

static void sysctl_names_are_read_as_sysctl_reads_them(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.sysctl.net.ipv4.conf.eth0/100.forwarding = 1\n"
				     "lxc.sysctl.net/ipv4/conf/eth0.100/proxy_arp = 0\n"
				     "lxc.sysctl.kernel.sem = 32000 1024000000 500 32000\n"
				     "lxc.sysctl.kernel/sem = 1\n"
				     "lxc.proc.attr.current = x\nlxc.proc.oom_score_adj = 5\n");
	assert_int_equal(c->sysctls.count, 3);
	assert_string_equal(c->sysctls.items[0].path, "net/ipv4/conf/eth0.100/forwarding");
	assert_string_equal(c->sysctls.items[1].path, "net/ipv4/conf/eth0.100/proxy_arp");
	assert_string_equal(c->sysctls.items[2].path, "kernel/sem");
	assert_string_equal(c->sysctls.items[2].value, "1");
	assert_string_equal(c->sysctls.items[2].key, "lxc.sysctl.kernel/sem");
	assert_string_equal(c->procs.items[0].path, "attr/current");
	assert_string_equal(c->procs.items[1].path, "oom_score_adj");
	config_free(c);
	bad("lxc.sysctl.a..b = 1",
	    "test:1: lxc.sysctl.a..b = 1: \"a..b\" names no file; accepted: a value");
	bad("lxc.sysctl./etc/x = 1",
	    "test:1: lxc.sysctl./etc/x = 1: \"/etc/x\" names no file; accepted: a value");
	bad("lxc.proc.a/../b = 1",
	    "test:1: lxc.proc.a/../b = 1: \"a/../b\" names no file; accepted: a value");
}

static void clock_offsets_have_units(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.time.offset.boot = -3 h\nlxc.time.offset.monotonic = 1500ms\n");
	assert_true(c->time_boot.nanoseconds == -10800000000000);
	assert_true(c->time_monotonic.nanoseconds == 1500000000);
	assert_string_equal(c->time_boot.key, "lxc.time.offset.boot");
	config_free(c);
	c = config_of("lxc.time.offset.boot = 5us\nlxc.time.offset.boot =\n");
	assert_null(c->time_boot.key);
	config_free(c);
	bad("lxc.time.offset.boot = 5",
	    "test:1: lxc.time.offset.boot = 5: a unit is missing: h, m, s, ms, us or "
	    "ns; accepted: a number with h m s ms us ns");
	bad("lxc.time.offset.boot = 5 days",
	    "test:1: lxc.time.offset.boot = 5 days: a unit is missing: h, m, s, "
	    "ms, us or ns; accepted: a number with h m s ms us ns");
	bad("lxc.time.offset.monotonic = 9999999h",
	    "test:1: lxc.time.offset.monotonic = 9999999h: not a number, or one beyond 292 years; "
	    "accepted: a "
	    "number with h m s ms us ns");
	bad("lxc.time.offset.monotonic = s",
	    "test:1: lxc.time.offset.monotonic = s: not a number, or one beyond "
	    "292 years; accepted: a number with h m s ms us ns");
}

static void a_family_is_shown_with_its_keys(void **state)
{
	bool known;
	(void)state;
	struct config *c =
	    config_of("lxc.prlimit.nofile = 5\nlxc.prlimit.core = 0\nlxc.sysctl.a.b = 1\n"
		      "lxc.cgroup2.pids.max = 5\nlxc.prlimit.nofile = 6:7\n");
	_cleanup_free_ char *limits = config_get(c, "lxc.prlimit", &known);
	assert_true(known);
	assert_string_equal(limits, "lxc.prlimit.core = 0\nlxc.prlimit.nofile = 6:7\n");
	_cleanup_free_ char *groups = config_get(c, "lxc.cgroup2", &known);
	assert_string_equal(groups, "lxc.cgroup2.pids.max = 5\n");
	_cleanup_free_ char *none = config_get(c, "lxc.proc", &known);
	assert_true(known);
	assert_string_equal(none, "");
	_cleanup_free_ char *one = config_get(c, "lxc.prlimit.nofile", &known);
	assert_string_equal(one, "6:7");
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_resource_has_a_name_and_a_number),
		cmocka_unit_test(limits_are_cleared_one_by_one_and_all),
		cmocka_unit_test(a_setting_has_one_value_under_all_its_names),
		cmocka_unit_test(bad_limits_are_refused),
		cmocka_unit_test(sysctl_names_are_read_as_sysctl_reads_them),
		cmocka_unit_test(clock_offsets_have_units),
		cmocka_unit_test(a_family_is_shown_with_its_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
