// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is wrong with a line of lxc-usernet is found exactly where the helpers refuse it; and the
 * helpers' records are read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access/log.h"
#include "access/choice.h"
#include "access/lint.h"

static void each_bad_line_is_said_to_be_wrong_by_value_reason_and_what_is_right(void **state)
{
	(void)state;
	static const struct {
		const char *line, *value, *what, *accepted;
	} table[] = {
		{ "a tun br0 1", "tun", "there is no such type", "veth, macvlan" },
		{ "a veth abcdefghijklmnop 1", "abcdefghijklmnop", "16 bytes", "bridge, or none" },
		{ "a veth a/b 1", "a/b", "slash", "bridge" },
		{ "a veth b\xc3\xa4 1", "b??", "letters, digits", "bridge" },
		{ "a veth .. 1", "..", "no interface has this name", "bridge" },
		{ "a phys none 1", "none", "only a veth", "interface of the host" },
		{ "a veth br0 0", "0", "gives nothing", "1 to 3843" },
		{ "a veth br0 -3", "-3", "negative", "1 to 3843" },
		{ "a veth br0 +3", "+3", "not a decimal", "1 to 3843" },
		{ "a veth br0 4294967296", "4294967296", "too large", "1 to 3843" },
		{ "a veth br0 4294967297", "4294967297", "too large", "1 to 3843" },
		{ "a veth br0 99999999999999999999", "99999999999999999999", "too large", "1 to" },
		{ "a veth br0 0x2", "0x2", "not a decimal", "1 to 3843" },
		{ "a veth br0 007", "007", "leading zero", "1 to 3843" },
		{ "a veth", "a veth", "no link", "USER|@GROUP" },
		{ "a", "a", "no type", "USER|@GROUP" },
		{ "a veth br0 # 3", "a veth br0 # 3", "no count", "USER|@GROUP" },
		{ "@ veth br0 3", "@", "no group", "behind the @" },
		{ " a veth br0 3", " a veth br0 3", "blank stands in front", "beginning" },
		{ "a veth br0 3\r", "a veth br0 3?", "carriage return", "newline" },
		{ "a veth br0 3 \x1b[2J", "a veth br0 3 ?[2J", "control character 27", "text" },
		{ "a veth br0 3 foo", "foo", "no such option", "ip=, mac=" },
		{ "a veth br0 3 IP=10.0.3.0/24", "IP=10.0.3.0/24", "no such option", "ip=" },
		{ "a veth br0 3 =", "=", "no such option", "ip=" },
		{ "a ipvlan e0 3 mac=02:00:00:00:00:01", "mac=02:00:00:00:00:01", "for a veth",
		  "without" },
		{ "a vlan e0 3 vlan=5 isolated", "isolated", "for a veth or ipvlan",
		  "without" },
		{ "a macvlan e0 3 vlan=5", "vlan=5", "for a veth or vlan", "without" },
		{ "a phys e0 1 mtu=1500", "mtu=1500", "all types but phys", "without" },
		{ "a veth br0 1 mode=l2", "mode=l2", "macvlan or ipvlan", "without" },
		{ "a veth br0 1 vlan=5 vlan=6", "vlan=6", "twice", "once" },
		{ "a veth br0 1 mac=02:00:00:00:00:01 mac=02:00:00:00:00:01",
		  "mac=02:00:00:00:00:01", "twice", "once" },
		{ "a veth br0 1 ip=10.0.3.5/24", "10.0.3.5/24", "bits set behind",
		  "ip=10.0.3.0/24 for the network, ip=10.0.3.5/32 for the address" },
		{ "a veth br0 1 ip=10.0.3.129/25", "10.0.3.129/25", "bits set behind",
		  "ip=10.0.3.128/25 for the network, ip=10.0.3.129/32 for" },
		{ "a veth br0 1 ip=1.2.3.4/0", "1.2.3.4/0", "bits set", "ip=0.0.0.0/0 for" },
		{ "a veth br0 1 ip=fd00::1/127", "fd00::1/127", "bits set",
		  "ip=fd00::/127 for the network, ip=fd00::1/128 for the address" },
		{ "a veth br0 1 ip=::/0", "::/0", "bad length", "1 to 128" },
		{ "a veth br0 1 ip=10.0.3.0/33", "10.0.3.0/33", "bad length", "0 to 32" },
		{ "a veth br0 1 ip=fd00::/129", "fd00::/129", "bad length", "1 to 128" },
		{ "a veth br0 1 ip=10.0.3.0/024", "10.0.3.0/024", "bad length", "0 to 32" },
		{ "a veth br0 1 ip=10.0.3.7", "10.0.3.7", "no length", "ip=10.0.3.7/32" },
		{ "a veth br0 1 ip=fd00::7", "fd00::7", "no length", "ip=fd00::7/128" },
		{ "a veth br0 1 ip=", "", "no IPv4 or IPv6", "ADDRESS/LENGTH" },
		{ "a veth br0 1 ip", "", "ip= is no address", "ADDRESS/LENGTH" },
		{ "a veth br0 1 ip=host/24", "host/24", "no IPv4 or IPv6", "ADDRESS" },
		{ "a veth br0 1 ip=010.0.0.1/32", "010.0.0.1/32", "no IPv4 or IPv6", "ADDRESS" },
		{ "a veth br0 1 mac=01:00:5e:00:00:01", "01:00:5e:00:00:01", "multicast", "even" },
		{ "a veth br0 1 mac=ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff", "multicast", "even" },
		{ "a veth br0 1 mac=00:00:00:00:00:00", "00:00:00:00:00:00", "all zeros", "six" },
		{ "a veth br0 1 mac=02:00:00:00:00:AB", "02:00:00:00:00:AB", "upper-case", "six" },
		{ "a veth br0 1 mac=2:0:0:0:0:1", "2:0:0:0:0:1", "no hardware address", "six" },
		{ "a veth br0 1 mac=xx:xx:xx:xx:xx:xx", "xx:xx:xx:xx:xx:xx", "no hardware", "six" },
		{ "a veth br0 1 mac", "", "no hardware address", "six" },
		{ "a veth br0 1 vlan=0", "0", "too small", "1 to 4094" },
		{ "a veth br0 1 vlan=4095", "4095", "too large", "1 to 4094" },
		{ "a veth br0 1 vlan=", "", "no value", "1 to 4094" },
		{ "a vlan e0 1", "vlan", "needs the option vlan=", "vlan=ID" },
		{ "a veth br0 1 mtu=67", "67", "too small", "68 to 65535" },
		{ "a veth br0 1 mtu=65536", "65536", "too large", "68 to 65535" },
		{ "a macvlan e0 1 mode=l3", "l3", "no mode of a macvlan", "private, vepa" },
		{ "a ipvlan e0 1 mode=bridge", "bridge", "no mode of an ipvlan", "l2, l3" },
		{ "a macvlan e0 1 mode=Bridge", "Bridge", "no such mode", "private" },
		{ "a veth br0 1 isolated=1", "isolated=1", "takes no value", "alone" },
		{ "a veth br0 1 isolated=", "isolated=", "takes no value", "alone" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lint_problem p = { .grants_nothing = false };
		if (!lint_line(text_of(table[i].line), &p) || !p.grants_nothing ||
		    strcmp(p.value, table[i].value) != 0 || !strstr(p.what, table[i].what) ||
		    !strstr(p.accepted, table[i].accepted))
			fail_msg("%s: \"%s\": %s (%s)", table[i].line, p.value, p.what, p.accepted);
	}
}

static void lines_that_grant_something_have_nothing_wrong_with_them(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"# anything \x1b",
		"  # x",
		"a veth br0 1",
		"a veth none 3843 ip=10.0.3.0/24 ip=fd00::/64 ip=0.0.0.0/0 isolated vlan=4094 "
		"mtu=68",
		"@1000 macvlan eth0.5 1 mtu=65535 mode=passthru",
		"a ipvlan eth0 1 mode=l3s isolated",
		"a vlan eth0 1 vlan=1 mtu=1500 # x",
		"a phys eth0 1",
		"a veth br0 1 mac=02:00:00:00:00:ab ip=::ffff:10.0.0.1/128",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct lint_problem p;
		if (lint_line(text_of(lines[i]), &p))
			fail_msg("%s: \"%s\": %s", lines[i], p.value, p.what);
	}
}

/* Where the helpers' reader says bad there is a reason; where there is none the line grants. */
static void lint_and_the_helpers_reader_agree_on_random_lines(void **state)
{
	(void)state;
	static const char *const words[][10] = {
		{ "a", "@g", "7", "", " a", "#", "@", "a", "a", "a" },
		{ "veth", "macvlan", "ipvlan", "vlan", "phys", "veth", "veth", "x", "", "veth" },
		{ "br0", "none", "a/b", "e0", "br0", "br0", "br0", "", "abcdefghijklmnop", "e0" },
		{ "1", "3843", "0", "3844", "02", "-1", "7", "8", "9", "" },
		{ "", "ip=10.0.3.0/24", "ip=10.0.3.5/24", "ip=fd00::/64", "mac=02:00:00:00:00:01",
		  "isolated", "vlan=5", "mtu=1500", "mode=l2", "mode=private" },
		{ "", "# x", "mac=", "mac=03:00:00:00:00:01", "vlan=0", "mtu=67", "x=1", "isolated",
		  "mode=l3", "ip=::/0" },
	};
	unsigned bad = 0, good = 0;
	srandom(4);
	for (int round = 0; round < 200000; round++) {
		char line[200] = "";
		for (size_t i = 0; i < 6; i++) {
			const char *word = words[i][random() % 10];
			snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s",
				 i ? " " : "", word);
		}
		if (random() % 8 == 0)
			line[(size_t)random() % strlen(line)] = (char)(random() % 255 + 1);
		struct usernet_rule rule;
		struct lint_problem p = { .what = "" };
		enum usernet_line kind = usernet_parse_line(text_of(line), &rule);
		bool found = lint_line(text_of(line), &p);
		if ((kind == USERNET_BAD && !found) || (kind == USERNET_BLANK && found) ||
		    (found && (!p.grants_nothing || !*p.what || !*p.accepted)) ||
		    strcmp(p.what, "it is malformed") == 0)
			fail_msg("\"%s\": %d, %s", line, kind, p.what);
		bad += found;
		good += kind == USERNET_RULE && !found;
	}
	assert_true(bad > 10000 && good > 2000);
}

/* ---- the whole file ---- */

static enum lint_link some_link(struct text name)
{
	return text_equal(name, text_of("br0"))	  ? LINT_LINK_BRIDGE
	       : text_equal(name, text_of("brv")) ? LINT_LINK_VLAN_BRIDGE
	       : text_equal(name, text_of("e0"))  ? LINT_LINK_OTHER
						  : LINT_LINK_MISSING;
}

static void note_problem(void *closure, uint32_t line, const struct lint_problem *problem)
{
	char *all = closure;
	size_t used = strlen(all);
	snprintf(all + used, 4096 - used, "%u%c%s: %s\n", line, problem->grants_nothing ? '!' : '?',
		 problem->value, problem->what);
}

static const char *linted(const char *file)
{
	static char all[4096];
	const struct lint_world world = { text_of("a:x:1:1::/:\nb:x:2:2::/:\n"),
					  text_of("g:x:3:a,b\n"), some_link };
	*all = 0;
	lint_file(text_of(file), &world, note_problem, all);
	return all;
}

static void each_warning_is_given_once_and_where_it_belongs(void **state)
{
	(void)state;
	assert_string_equal(linted("a veth br0 1\n# c\n"), "");
	assert_string_equal(linted("a veth br0 1\nb veth brv 1 vlan=5\na vlan e0 1 vlan=5\n"), "");
	assert_string_equal(linted("a veth br0 x"), "1!x: the count is not a decimal number\n");
	assert_string_equal(linted("c veth br0 1\n@h veth none 1\n"),
			    "1?c: there is no such user in /etc/passwd\n"
			    "2?h: there is no such group in /etc/group\n");
	assert_string_equal(linted("7 veth br0 1\n@8 veth none 1\n"), "");
	assert_string_equal(
	    linted("a veth e0 1\na phys e1 1\n"),
	    "1?e0: this link is not a bridge\n2?e1: this link does not exist now\n");
	assert_string_equal(
	    linted("a veth br0 1 vlan=5"),
	    "1?br0: vlan=5 needs a bridge that filters VLANs, and this one does not\n");
	/* By name and by number it is one pool; two of them share the bridge. */
	assert_string_equal(
	    linted("a veth br0 1\n1 veth br0 2\n"),
	    "2?1: it counts from the same places as line 1, the counts do not add up\n");
	assert_non_null(strstr(linted("a veth br0 1 ip=10.0.0.1/32\nb veth br0 2\n"),
			       "2?br0: several users share the bridge"));
	assert_null(strstr(linted("a veth br0 1 ip=10.0.0.1/32\nb veth br0 2\n"), "1?br0"));
	assert_non_null(strstr(linted("@g veth br0 1\n"), "1?br0: several users share"));
	assert_string_equal(linted("a veth br0 600 ip=10.0.0.0/8\nb veth br0 423 ip=11.0.0.0/8\n"),
			    "");
	assert_string_equal(
	    linted("a veth br0 600 ip=10.0.0.0/8\nb veth br0 424 ip=11.0.0.0/8\n"),
	    "2?br0: the counts for this bridge add up to 1024, and it has 1023 ports: "
	    "some can leave none to the others\n");
	/* A line that grants nothing counts for nothing. */
	assert_string_equal(linted("a veth br0 600\nb veth br0 600 x=1\n"),
			    "2!x=1: there is no such option\n");
}

static void the_largest_file_is_linted_in_no_time(void **state)
{
	(void)state;
	static char file[USERNET_MAX_FILE + 1];
	size_t used = 0;
	for (unsigned i = 1; used + 40 < sizeof(file); i++)
		used += (size_t)snprintf(file + used, sizeof(file) - used, "%u veth br0 1\n", i);
	linted(file);
}

/* ---- records ---- */

static void a_record_is_read_as_the_helpers_write_it(void **state)
{
	(void)state;
	struct record r;
	const struct text net = text_of("lxc-net"), map = text_of("lxc-idmap");
	assert_true(record_parse(net, text_of("op=net uid=7 stage=7 status=8 error=0"), &r));
	assert_true(r.uid == 7 && !r.asked && r.ended && r.stage == 7 && r.status == 8);
	assert_true(record_parse(net,
				 text_of("op=net uid=7 type=macvlan link=e0 label=a/b/c rule=3 "
					 "host= stage=10 status=0 error=0"),
				 &r));
	assert_true(r.asked && r.ended && r.type == TYPE_MACVLAN && r.rule == 3 && !r.host.size);
	assert_true(text_equal(r.label, text_of("a/b/c")));
	assert_true(
	    record_parse(net, text_of("op=net uid=7 type=veth link=e0 label=a/b/c rule=3"), &r));
	assert_true(r.asked && !r.ended && r.intent == 49);
	assert_true(record_parse(
	    map, text_of("op=map uid=7 setgroups=deny uids=0:7:1, gids= stage=9 status=3 error=1"),
	    &r));
	assert_true(r.is_map && r.deny_setgroups && r.error == 1 && !r.gids.size);
	static const char *const bad[] = {
		"",
		"op=net",
		"op=net uid=7",
		"op=map uid=7 stage=7 status=8 error=0",
		"op=net uid=7 stage=7 status=8 error=0 ",
		"op=net  uid=7 stage=7 status=8 error=0",
		" op=net uid=7 stage=7 status=8 error=0",
		"op=net uid=7 stage=7 status=8 error=0\n",
		"op=net uid=7 stage=7 status=8",
		"op=net uid=7 stage=0 status=8 error=0",
		"op=net uid=7 stage=10 status=8 error=0",
		"op=net uid=7 stage=7 status=0 error=0",
		"op=net uid=7 type=veth link=e0 label=a rule=3 host=\x1b stage=10 status=0 error=0",
		"op=net uid=7 type=veth link=e0 label=a rule=3 more=1 stage=10 status=0 error=0",
		"op=net uid=7 type=veth label=a link=e0 rule=3 stage=10 status=0 error=0",
		"op=net uid=4294967296 stage=7 status=8 error=0",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (record_parse(net, text_of(bad[i]), &r))
			fail_msg("\"%s\" is taken for a record", bad[i]);
	assert_false(record_parse(text_of("lxc-netx"),
				  text_of("op=net uid=7 stage=7 status=8 error=0"), &r));
}

static void times_of_log_lines_are_found_in_both_forms(void **state)
{
	(void)state;
	const time_t now = 1767700000; /* 2026-01-06 11:46:40 UTC */
	time_t when;
	struct text identifier, message;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_true(access_log_line(text_of("2026-01-05T14:30:59.5+01:00 h lxc-net: m n"), now,
				    &when, &identifier, &message));
	assert_int_equal(when, 1767619859);
	assert_true(text_equal(identifier, text_of("lxc-net")) &&
		    text_equal(message, text_of("m n")));
	assert_true(access_log_line(text_of("Jan  5 13:30:59 h lxc-idmap: m"), now, &when,
				    &identifier, &message));
	assert_int_equal(when, 1767619859);
	/* A day that is yet to come was last year. */
	assert_true(access_log_line(text_of("Dec 31 00:00:00 h lxc-net: m"), now, &when,
				    &identifier, &message));
	assert_int_equal(when, 1767139200);
	static const char *const bad[] = {
		"",
		"Jan  5 13:30:59 h lxc-net:",
		"Jan  5 13:30:59 lxc-net: m",
		"Xan  5 13:30:59 h lxc-net: m",
		"Jan  0 13:30:59 h lxc-net: m",
		"Jan  5 24:30:59 h lxc-net: m",
		"Jan  5 13:30:59 h x lxc-net: m",
		"Jan  5 13:30:59 h lxc-net[1]: m",
		"2026-01-05 14:30:59 h lxc-net: m",
		"2026-01-05T14:30:59 h lxc-net: m",
		"2026-01-05T14:30:59Zx h lxc-net: m",
		"2026-13-05T14:30:59Z h lxc-net: m",
		"lxc-net: m",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (access_log_line(text_of(bad[i]), now, &when, &identifier, &message))
			fail_msg("%s", bad[i]);
	assert_true(access_log_time("2h", now, &when) && when == now - 7200);
	assert_true(access_log_time("2026-01-05 13:30", now, &when) && when == 1767619800);
	assert_true(access_log_time("2026-01-05", now, &when) && when == 1767571200);
	assert_false(access_log_time("2h2", now, &when) || access_log_time("h", now, &when) ||
		     access_log_time("2026-01-05 13", now, &when) ||
		     access_log_time("2026-01-05T13:30", now, &when));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_bad_line_is_said_to_be_wrong_by_value_reason_and_what_is_right),
		cmocka_unit_test(lines_that_grant_something_have_nothing_wrong_with_them),
		cmocka_unit_test(lint_and_the_helpers_reader_agree_on_random_lines),
		cmocka_unit_test(each_warning_is_given_once_and_where_it_belongs),
		cmocka_unit_test(the_largest_file_is_linted_in_no_time),
		cmocka_unit_test(a_record_is_read_as_the_helpers_write_it),
		cmocka_unit_test(times_of_log_lines_are_found_in_both_forms),
	};
	return cmocka_run_group_tests_name("access/lint, access", tests, NULL, NULL);
}
