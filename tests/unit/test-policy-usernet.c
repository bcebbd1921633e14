// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc-usernet: every line form, what it grants and what it does not. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access/choice.h"

static const char passwd[] = "root:x:0:0::/root:/bin/sh\n"
			     "alice:x:1001:1001:Alice:/home/alice:/bin/sh\n"
			     "bob:x:1002:100::/home/bob:/bin/sh\n"
			     "1003:x:1001:1001:a user called by a number:/:/bin/sh\n";
static const char group[] =
    "team:x:3000:bob,alice\nother:x:3001:bob\nkernel:x:3002:\nusers:x:100:\n";
static const uint32_t kernel_groups[] = { 3000, 3002 };

static struct account account_of(uint32_t uid)
{
	struct account account = { .uid = uid,
				   .gid = uid,
				   .groups = kernel_groups,
				   .group_count = uid == 1001 ? 2 : 0,
				   .passwd = text_of(passwd),
				   .group = text_of(group) };
	account_resolve(&account);
	return account;
}

static struct usernet_decision decide_for(uint32_t uid, struct text file, const char *type)
{
	struct account account = account_of(uid);
	struct usernet_decision decision;
	usernet_decide(file, &account, text_of(type), text_of("br0"), &decision);
	return decision;
}

static uint32_t granted(const char *file)
{
	return decide_for(1001, text_of(file), "veth").grant[0].count;
}

static void each_line_form_grants_what_the_table_says(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		uint32_t granted;
		bool bad;
	} table[] = {
		{ "alice veth br0 3\n", 3, false },
		{ "alice\tveth\t br0 \t 3", 3, false },
		{ "alice veth br0 3 # a comment", 3, false },
		{ "alice veth br0 3 #comment\n", 3, false },
		{ "alice veth br0 3   \n", 3, false },
		{ "\n\n  \t\nalice veth br0 3\n\n", 3, false },
		{ "# alice veth br0 3\n", 0, false },
		{ "#alice veth br0 3\n", 0, false },
		{ "  # indented comment\n", 0, false },
		{ " alice veth br0 3\n", 0, true },
		{ "alice veth br0 2x\n", 0, true },
		{ "alice veth br0 2\r\n", 0, true },
		{ "alice veth br0 0x2\n", 0, true },
		{ "alice veth br0 02\n", 0, true },
		{ "alice veth br0 +2\n", 0, true },
		{ "alice veth br0 -1\n", 0, true },
		{ "alice veth br0 2\nalice veth br0 -1\n", 2, true },
		{ "alice veth br0 4294967298\n", 0, true },
		{ "alice veth br0 99999999999999999999\n", 0, true },
		{ "alice veth br0 3843\n", 3843, false },
		{ "alice veth br0 3844\n", 0, true },
		{ "alice veth br0 0\n", 0, false },
		{ "alice veth br0 1\nalice veth br0 1\n", 1, false },
		{ "alice veth br0 1\nalice veth br0 3\n", 3, false },
		{ "alice veth br0 3\nalice veth br0 1\n", 3, false },
		{ "1001 veth br0 3\n", 3, false },
		{ "1002 veth br0 3\n", 0, false },
		{ "alice veth br0\n3\n", 0, true },
		{ "alice veth\n", 0, true },
		{ "alice\n", 0, true },
		{ "alice foo br0 3\n", 0, true },
		{ "alice veth br1 3\n", 0, false },
		{ "alice veth br 3\n", 0, false },
		{ "alice veth br00 3\n", 0, false },
		{ "alic veth br0 3\n", 0, false },
		{ "Alice veth br0 3\n", 0, false },
		{ "alice veth br0 3 isolated\n", 3, false },
		{ "alice veth br0 3 ip=10.0.3.0/24\n", 3, false },
		{ "@ veth br0 3\n", 0, true },
		{ "bob veth br0 3\nalice veth br0 2\n", 2, false },
		{ "alice veth br0 4294967296\n", 0, true },
		{ "alice veth br0 18446744073709551617\n", 0, true },
		{ "alice veth br0 003\n", 0, true },
		{ "alice veth br0 3.0\n", 0, true },
		{ "alice veth br0 3,\n", 0, true },
		{ "alice veth br0 3#\n", 0, true },
		{ "alice veth br0 #3\n", 0, true },
		{ "alice veth #br0 3\n", 0, false },
		{ "alice # veth br0 3\n", 0, true },
		{ "alice veth br0 3 # isolated\r\n", 0, true },
		{ "\r\nalice veth br0 3\n", 3, true },
		{ "alice veth br0 3\n\r\n", 3, true },
		{ "# comment\r\nalice veth br0 3\n", 3, false },
		{ "\xef\xbb\xbf"
		  "alice veth br0 3\n",
		  0, false },
		{ "alice\vveth br0 3\n", 0, true },
		{ "alice veth br0 3\f\n", 0, true },
		{ "alice veth br0 3 \x1b[0m\n", 0, true },
		{ "alice veth br0 3 # \xc3\xa4\n", 3, false },
		{ "alice veth br0 2\nalice veth br0 3\nalice veth br0 2", 3, false },
		{ "alice veth br0 3\n1001 veth br0 5\n", 5, false },
		{ "01001 veth br0 3\n", 0, false },
		{ "+1001 veth br0 3\n", 0, false },
		{ "0x3e9 veth br0 3\n", 0, false },
		{ "4294968297 veth br0 3\n", 0, false },
		{ "alice2 veth br0 3\n", 0, false },
		{ "alic\n", 0, true },
		{ "* veth br0 3\n", 0, false },
		{ "alice veth * 3\n", 0, false },
		{ "alice Veth br0 3\n", 0, true },
		{ "alice vethx br0 3\n", 0, true },
		{ "@alice veth br0 3\n", 0, false },
		{ "alice@ veth br0 3\n", 0, false },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct usernet_decision d = decide_for(1001, text_of(table[i].line), "veth");
		if (d.grant[0].count != table[i].granted || (d.bad_line != 0) != table[i].bad)
			fail_msg("%s: %u, bad line %u", table[i].line, d.grant[0].count,
				 d.bad_line);
	}
}

static void only_the_type_that_a_line_names_is_granted(void **state)
{
	(void)state;
	struct usernet_decision d = decide_for(1001, text_of("alice foo br0 3\n"), "veth");
	assert_int_equal(d.grant[0].line, 0);
	d = decide_for(1001, text_of("alice macvlan br0 3\n"), "macvlan");
	assert_int_equal(d.grant[0].count, 3);
}

static void the_deciding_line_and_the_first_bad_line_are_numbered(void **state)
{
	(void)state;
	struct usernet_decision d = decide_for(
	    1001,
	    text_of(
		"# c\n\nalice veth br0 x\nalice veth br0 1\nalice veth br0 4\nalice veth br0 4\n"),
	    "veth");
	assert_int_equal(d.grant[0].line, 5);
	assert_int_equal(d.bad_line, 3);
	d = decide_for(1001, text_of("alice veth br0 0\n"), "veth");
	assert_int_equal(d.grant[0].line, 1);
	assert_int_equal(d.grant[0].count, 0);
}

static void a_line_of_more_than_255_bytes_is_refused(void **state)
{
	(void)state;
	char line[400];
	memset(line, ' ', sizeof(line));
	memcpy(line, "alice veth br0 3", 16);
	line[255] = '\n';
	line[256] = 0;
	assert_int_equal(granted(line), 3);
	line[255] = ' ';
	line[256] = '\n';
	line[257] = 0;
	assert_int_equal(granted(line), 0);
	/* A name is never split in two. */
	memset(line, 'x', 101);
	memcpy(line + 101, "alice veth br0 3\n", 18);
	assert_int_equal(granted(line), 0);
}

static void nul_and_control_bytes_refuse_the_line(void **state)
{
	(void)state;
	static const char file[] =
	    "alice\0 veth br0 3\nalice veth br0 3\0\nal\x7fice veth br0 2\nalice veth br0 1\v\n";
	struct usernet_decision d =
	    decide_for(1001, (struct text){ file, sizeof(file) - 1 }, "veth");
	assert_int_equal(d.grant[0].line, 0);
	assert_int_equal(d.bad_line, 1);
}

static void groups_are_pools_beside_the_users_own(void **state)
{
	(void)state;
	struct usernet_decision d =
	    decide_for(1001,
		       text_of("@team veth br0 4\nalice veth br0 2\n@other veth br0 9\n"
			       "@3000 veth br0 5\n@kernel veth br0 1\n@nosuch veth br0 7\n"),
		       "veth");
	assert_int_equal(d.grant[0].count, 2);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.grant[1].id, 3000);
	assert_int_equal(d.grant[1].count, 5);
	assert_int_equal(d.grant[1].line, 4);
	assert_int_equal(d.grant[2].id, 3002);
}

static void the_groups_of_the_process_count_and_no_list_of_members(void **state)
{
	(void)state;
	/* bob is listed as a member of team and of other, but his process is in none of them. */
	struct usernet_decision d =
	    decide_for(1002, text_of("@other veth br0 4\n@team veth br0 2\n"), "veth");
	assert_int_equal(d.count, 1);
	/* The real gid of the process is 100. */
	d = decide_for(100, text_of("@users veth br0 4\n@100 veth br0 2\n"), "veth");
	assert_int_equal(d.count, 2);
	assert_int_equal(d.grant[1].count, 4);
}

static void more_groups_than_fit_grant_nothing_more(void **state)
{
	(void)state;
	char file[2000] = "", line[64];
	uint32_t many[40];
	for (uint32_t i = 0; i < 40; i++) {
		many[i] = 5000 + i;
		snprintf(line, sizeof(line), "@%u veth br0 1\n", many[i]);
		strcat(file, line);
	}
	struct account account = { .uid = 7, .gid = 7, .groups = many, .group_count = 40 };
	struct usernet_decision d;
	account_resolve(&account);
	usernet_decide(text_of(file), &account, text_of("veth"), text_of("br0"), &d);
	assert_int_equal(d.count, USERNET_MAX_GRANTS);
}

static void a_number_is_a_uid_only_if_no_user_is_called_so(void **state)
{
	(void)state;
	/* "1003" is a second name of uid 1001: the line is neither for uid 1003 nor, as with
	 * getpwuid(3), for alice. */
	assert_int_equal(granted("1003 veth br0 3\n"), 0);
	assert_int_equal(decide_for(1003, text_of("1003 veth br0 3\n"), "veth").grant[0].line, 0);
	assert_int_equal(
	    decide_for(4000000000U, text_of("4000000000 veth br0 3\n"), "veth").grant[0].count, 3);
	assert_int_equal(
	    decide_for(4294967295U, text_of("4294967295 veth br0 3\n"), "veth").grant[0].line, 0);
	assert_int_equal(decide_for(0, text_of("00 veth br0 3\n"), "veth").grant[0].line, 0);
	assert_int_equal(decide_for(8, text_of("010 veth br0 3\n"), "veth").grant[0].line, 0);
	assert_int_equal(decide_for(16, text_of("0x10 veth br0 3\n"), "veth").grant[0].line, 0);
}

static void an_empty_file_grants_nothing(void **state)
{
	(void)state;
	assert_int_equal(granted(""), 0);
	struct usernet_decision d = decide_for(1001, (struct text){ NULL, 0 }, "veth");
	assert_int_equal(d.grant[0].line + d.bad_line + (d.count - 1), 0);
}

/* A file as large as net-helper reads it, and what its last byte decides. */
static void the_last_line_of_the_largest_file_counts(void **state)
{
	(void)state;
	static char file[USERNET_MAX_FILE];
	static const char last[] = "alice veth br0 30";
	memset(file, '\n', sizeof(file));
	memcpy(file + sizeof(file) - strlen(last), last, strlen(last));
	struct usernet_decision d = decide_for(1001, (struct text){ file, sizeof(file) }, "veth");
	assert_int_equal(d.grant[0].count, 30);
	assert_int_equal(d.grant[0].line, sizeof(file) - strlen(last) + 1);
	/* One byte less of it is read: never a byte behind the text. */
	d = decide_for(1001, (struct text){ file, sizeof(file) - 1 }, "veth");
	assert_int_equal(d.grant[0].count, 3);
	/* Without a single newline it is one line that is too long. */
	memset(file, '#', sizeof(file));
	d = decide_for(1001, (struct text){ file, sizeof(file) }, "veth");
	assert_int_equal(d.bad_line, 1);
}

static void group_lines_follow_the_same_rules(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		uint32_t count; /* of the pool of gid 3000; 0 = no pool */
	} table[] = {
		{ "@team veth br0 3\n", 3 },	   { "@3000 veth br0 3\n", 3 },
		{ "@team\tveth\tbr0\t3", 3 },	   { "@team veth br0 1\n@3000 veth br0 4\n", 4 },
		{ "@ team veth br0 3\n", 0 },	   { " @team veth br0 3\n", 0 },
		{ "@@team veth br0 3\n", 0 },	   { "@03000 veth br0 3\n", 0 },
		{ "@team veth br0 3\r\n", 0 },	   { "@team veth br0 3x\n", 0 },
		{ "@Team veth br0 3\n", 0 },	   { "@tea veth br0 3\n", 0 },
		{ "@teams veth br0 3\n", 0 },	   { "team veth br0 3\n", 0 },
		{ "@team macvlan br0 3\n", 0 },	   { "@team veth br1 3\n", 0 },
		{ "@4294970296 veth br0 3\n", 0 }, { "@other veth br0 3\n", 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct usernet_decision d = decide_for(1001, text_of(table[i].line), "veth");
		uint32_t count = d.count > 1 && d.grant[1].id == 3000 ? d.grant[1].count : 0;
		if (count != table[i].count || d.grant[0].line)
			fail_msg("%s: %u", table[i].line, count);
	}
}

/* Lines of passwd that are none, and names on several lines. */
static void an_account_is_what_exact_lines_of_passwd_say(void **state)
{
	(void)state;
	static const struct {
		const char *passwd;
		bool is_alice;
	} table[] = {
		{ "alice:x:1001:1001::/:/bin/sh", true },
		{ "alice:x:1001:1001::/:\n", true },
		{ "alice:x:1001:1001::/\n", false },
		{ "alice:x:1001:1001::/:/bin/sh:more\n", false },
		{ "alice:x:01001:1001::/:/bin/sh\n", false },
		{ "alice:x:1001 :1001::/:/bin/sh\n", false },
		{ "alice:x:4294968297:1001::/:/bin/sh\n", false },
		{ "alice:x::1001::/:/bin/sh\n", false },
		{ ":x:1001:1001::/:/bin/sh\n", false },
		{ " alice:x:1001:1001::/:/bin/sh\n", false },
		{ "alice:x:1002:1002::/:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n", false },
		{ "alice:x:1001:1001::/:/bin/sh\nalice:x:1002:1002::/:/bin/sh\n", true },
		{ "other:x:1001:1001::/:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n", false },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct account account = { .uid = 1001,
					   .gid = 1001,
					   .passwd = text_of(table[i].passwd) };
		account_resolve(&account);
		if (account_is_user(&account, text_of("alice")) != table[i].is_alice)
			fail_msg("%s", table[i].passwd);
		assert_false(account_is_user(&account, text_of("")));
	}
}

static enum usernet_line parse(const char *line, struct usernet_rule *rule)
{
	return usernet_parse_line(text_of(line), rule);
}

/* "alice TYPE br0 1 OPTIONS": which types take it. */
static void each_option_is_good_or_bad_as_the_table_says_for_every_type(void **state)
{
	(void)state;
	enum { V = 1 << TYPE_VETH, M = 1 << TYPE_MACVLAN, I = 1 << TYPE_IPVLAN };
	enum { L = 1 << TYPE_VLAN, P = 1 << TYPE_PHYS };
	static const struct {
		const char *options;
		int types;
	} table[] = {
		/* a vlan needs vlan= */
		{ "", V | M | I | P },
		{ "vlan=1", V | L },
		{ "vlan=4094", V | L },
		{ "vlan=0", 0 },
		{ "vlan=4095", 0 },
		{ "vlan=05", 0 },
		{ "vlan=-1", 0 },
		{ "vlan=4294967297", 0 },
		{ "vlan=", 0 },
		{ "vlan", 0 },
		{ "vlan=1 vlan=1", 0 },
		{ "mtu=68", V | M | I },
		{ "mtu=65535", V | M | I },
		{ "mtu=1500 vlan=7", V | L },
		{ "mtu=67", 0 },
		{ "mtu=65536", 0 },
		{ "mtu=0", 0 },
		{ "mtu=1e3", 0 },
		{ "mtu=1500 mtu=1500", 0 },
		{ "isolated", V | I },
		{ "isolated=1", 0 },
		{ "isolated=", 0 },
		{ "Isolated", 0 },
		{ "mode=private", M | I },
		{ "mode=passthru", M | I },
		{ "mode=l3s", M | I },
		{ "mode=L3", 0 },
		{ "mode=", 0 },
		{ "mode=l2 mode=l2", 0 },
		{ "mac=02:00:00:00:00:01", V },
		{ "mac=02:00:00:00:00:0", 0 },
		{ "mac=02:00:00:00:00:011", 0 },
		{ "mac=", 0 },
		{ "mac", 0 },
		{ "mac=02:00:00:00:00:01 mac=02:00:00:00:00:01", 0 },
		{ "ip=10.0.3.7/32", V },
		{ "ip=10.0.3.0/24 ip=fd00::/64", V },
		{ "ip=0.0.0.0/0", V },
		{ "ip=::1/128", V },
		{ "ip=8000::/1", V },
		{ "ip=::ffff:10.0.0.1/128", V },
		{ "ip=::/0", 0 },
		{ "ip=10.0.3.5/24", 0 },
		{ "ip=10.0.3.1/31", 0 },
		{ "ip=10.0.3.0/31", V },
		{ "ip=128.0.0.0/1", V },
		{ "ip=128.0.0.0/0", 0 },
		{ "ip=fd00::1/64", 0 },
		{ "ip=fd00::1/127", 0 },
		{ "ip=c000::/1", 0 },
		{ "ip=10.0.3.0/33", 0 },
		{ "ip=10.0.3.0/-1", 0 },
		{ "ip=10.0.3.0/024", 0 },
		{ "ip=10.0.3.0/", 0 },
		{ "ip=10.0.3.0", 0 },
		{ "ip=10.0.3/24", 0 },
		{ "ip=010.0.3.0/24", 0 },
		{ "ip=10.0.3.0/24/24", 0 },
		{ "ip=10.0.3.0/255.255.255.0", 0 },
		{ "ip=fd00::/129", 0 },
		{ "ip=fd00::%eth0/64", 0 },
		{ "ip=1111:2222:3333:4444:5555:6666:7777:8888:9999/128", 0 },
		{ "ip=", 0 },
		{ "ip", 0 },
		{ "ip=/24", 0 },
		{ "speed=1", 0 },
		{ "=", 0 },
		{ "iso", 0 },
		{ "#isolated", V | M | I | P },
		{ "# isolated=1", V | M | I | P },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (uint32_t type = TYPE_VETH; type <= TYPE_PHYS; type++) {
			char line[200];
			struct usernet_rule rule;
			snprintf(line, sizeof(line), "alice %s br0 1 %s", usernet_type_name(type),
				 table[i].options);
			if ((parse(line, &rule) == USERNET_RULE) != !!(table[i].types & 1 << type))
				fail_msg("%s", line);
		}
}

static void what_options_say_is_in_the_rule(void **state)
{
	(void)state;
	struct usernet_rule rule;
	char text[USERNET_ADDRESS_TEXT];
	assert_int_equal(parse("@7 veth br0 2 mtu=1400 ip=10.0.3.0/24 isolated vlan=9 ip=fd00::/64 "
			       "mac=02:00:00:00:00:0a # x",
			       &rule),
			 USERNET_RULE);
	assert_true(rule.is_group && rule.isolated && rule.mtu == 1400 && rule.vlan == 9);
	assert_true(text_equal(rule.mac, text_of("02:00:00:00:00:0a")));
	assert_int_equal(rule.address[0].prefix, 96 + 24);
	assert_int_equal(rule.address[1].prefix, 64);
	assert_int_equal(rule.address[2].prefix, 0);
	usernet_address_text(&rule.address[0], text);
	assert_string_equal(text, "10.0.3.0/24");
	usernet_address_text(&rule.address[1], text);
	assert_string_equal(text, "fd00::/64");
	/* Eight addresses, and not nine. */
	char line[300] = "a veth br0 1";
	for (int i = 0; i < 8; i++)
		snprintf(line + strlen(line), 40, " ip=10.0.%d.0/24", i);
	assert_int_equal(parse(line, &rule), USERNET_RULE);
	assert_int_equal(rule.address[7].bytes[14], 7);
	strcat(line, " ip=10.1.0.0/24");
	assert_int_equal(parse(line, &rule), USERNET_BAD);
}

static void what_a_line_allows_is_what_the_table_says(void **state)
{
	(void)state;
	static const struct {
		const char *line, *mac;
		uint32_t mtu, mode;
		bool allowed;
	} table[] = {
		{ "a veth b 1", "02:00:00:00:00:01", 0, 0, true },
		{ "a veth b 1", "fe:00:00:00:00:01", 9000, 0, true },
		{ "a veth b 1", "10:66:6a:00:00:01", 0, 0, true },
		{ "a veth b 1", "00:16:3e:00:00:01", 0, 0, true },
		{ "a veth b 1", "00:16:3f:00:00:01", 0, 0, false },
		{ "a veth b 1", "10:66:6b:00:00:01", 0, 0, false },
		{ "a veth b 1", "52:54:00:00:00:01", 0, 0, true },
		{ "a veth b 1", "58:54:00:00:00:01", 0, 0, false },
		{ "a veth b 1 mac=00:11:22:33:44:55", "00:11:22:33:44:55", 0, 0, true },
		{ "a veth b 1 mac=00:11:22:33:44:55", "02:00:00:00:00:01", 0, 0, false },
		{ "a veth b 1 mac=00:11:22:33:44:55", "", 0, 0, false },
		{ "a veth b 1 mtu=1400", "02:00:00:00:00:01", 1400, 0, true },
		{ "a veth b 1 mtu=1400", "02:00:00:00:00:01", 68, 0, true },
		{ "a veth b 1 mtu=1400", "02:00:00:00:00:01", 1401, 0, false },
		{ "a veth b 1 mtu=1400", "02:00:00:00:00:01", 0, 0, false },
		{ "a macvlan b 1", "02:00:00:00:00:01", 0, MODE_PRIVATE, true },
		{ "a macvlan b 1", "02:00:00:00:00:01", 0, MODE_VEPA, true },
		{ "a macvlan b 1", "02:00:00:00:00:01", 0, MODE_BRIDGE, true },
		{ "a macvlan b 1", "02:00:00:00:00:01", 0, MODE_PASSTHRU, false },
		{ "a macvlan b 1 mode=passthru", "02:00:00:00:00:01", 0, MODE_PASSTHRU, true },
		{ "a macvlan b 1 mode=passthru", "02:00:00:00:00:01", 0, MODE_BRIDGE, false },
		{ "a ipvlan b 1", "", 0, MODE_L3, true },
		{ "a ipvlan b 1", "", 0, MODE_L2, false },
		{ "a ipvlan b 1", "", 0, MODE_L3S, false },
		{ "a ipvlan b 1 mode=l2", "", 0, MODE_L2, true },
		{ "a ipvlan b 1 mode=l2", "", 0, MODE_L3, false },
		{ "a phys b 1", "", 0, 0, true },
		{ "a vlan b 1 vlan=5 mtu=1400", "", 1400, 0, true },
		{ "a vlan b 1 vlan=5 mtu=1400", "", 1500, 0, false },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct usernet_rule rule;
		assert_int_equal(parse(table[i].line, &rule), USERNET_RULE);
		if (usernet_allows(&rule, text_of(table[i].mac), table[i].mtu, table[i].mode) !=
		    table[i].allowed)
			fail_msg("%s: %s mtu %u mode %u", table[i].line, table[i].mac, table[i].mtu,
				 table[i].mode);
	}
}

static void lines_are_offered_the_users_first_then_groups_each_by_count(void **state)
{
	(void)state;
	struct account account = account_of(1001);
	static struct usernet_choice choice;
	usernet_choose(text_of("@kernel veth br0 9\nalice veth br0 1\n@team veth br0 2\n"
			       "alice veth br0 5 isolated\n@3000 veth br0 4\n1001 veth br0 5\n"
			       "bob veth br0 7\nalice veth br1 7\nalice macvlan br0 7\n"
			       "alice veth br0 x\n@kernel veth br0 9 isolated\n"),
		       &account, TYPE_VETH, text_of("br0"), &choice);
	static const uint32_t order[] = { 4, 6, 2, 1, 11, 5, 3 };
	assert_int_equal(choice.count, sizeof(order) / sizeof(order[0]));
	for (size_t i = 0; i < choice.count; i++)
		assert_int_equal(choice.offer[i].line, order[i]);
	assert_true(choice.offer[0].rule.isolated && !choice.offer[0].pool.is_group);
	assert_int_equal(choice.offer[3].pool.id, 3002);
	assert_int_equal(choice.bad_line, 10);
	/* More than fit are not offered; the first ones are. */
	static char file[4000];
	for (int i = 0; i < 100; i++)
		strcat(file, "alice veth br0 1\n");
	usernet_choose(text_of(file), &account, TYPE_VETH, text_of("br0"), &choice);
	assert_int_equal(choice.count, USERNET_MAX_LINES);
	assert_int_equal(choice.offer[USERNET_MAX_LINES - 1].line, USERNET_MAX_LINES);
}

/*
 * A second reader of lxc-usernet(5), written from the manual page and in another manner: with the C
 * library, on a copy of each line. -1: the line is malformed.
 */
static int second_opinion(const char *line, size_t size, bool *mine)
{
	char copy[256], *word[6], *at = copy;
	size_t words = 0, i = 0;
	*mine = false;
	if (size > 255)
		return -1;
	memcpy(copy, line, size);
	copy[size] = 0;
	while (i < size && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (i == size || line[i] == '#')
		return 0;
	for (size_t j = 0; j < size; j++)
		if (iscntrl((unsigned char)line[j]) && line[j] != '\t')
			return -1;
	if (i)
		return -1;
	while (words < 6 && (word[words] = strtok(at, " \t"))) {
		at = NULL;
		words++;
	}
	char type[260];
	snprintf(type, sizeof(type), " %s ", words > 1 ? word[1] : "");
	if (words < 4 || !strstr(" veth macvlan ipvlan phys ", type) ||
	    (words > 4 && word[4][0] != '#') || !strcmp(word[0], "@"))
		return -1;
	if (strspn(word[3], "0123456789") != strlen(word[3]) || strlen(word[3]) > 4 ||
	    (word[3][0] == '0' && word[3][1]) || strtol(word[3], NULL, 10) > 3843)
		return -1;
	*mine = (!strcmp(word[0], "alice") || !strcmp(word[0], "1001")) &&
		!strcmp(word[1], "veth") && !strcmp(word[2], "br0");
	return (int)strtol(word[3], NULL, 10);
}

/* Words of lines that are mostly right; a byte of some is replaced. */
static size_t random_file(char *file)
{
	static const char *const pieces[][8] = {
		{ "alice", "alice", "1001", "bob", "@team", "#alice", " alice", "" },
		{ " ", " ", "\t", "  ", " \t ", " ", " ", "" },
		{ "veth", "veth", "veth", "veth", "veth", "macvlan", "", "veth" },
		{ " ", " ", "\t", "  ", " \t ", " ", " ", "\n" },
		{ "br0", "br0", "br0", "br0", "br0", "br1", "", "br0" },
		{ " ", " ", "\t", "  ", " \t ", " ", " ", "\n" },
		{ "1", "2", "30", "3843", "3844", "0", "02", "99999999999" },
		{ "\n", "\n", "\n", " # c\n", " x\n", "\r\n", "#\n", " \n" },
	};
	static const char bytes[] = " \t\n\r#@x0\x7f";
	size_t size = 0;
	for (long line = random() % 4; line >= 0; line--)
		for (size_t i = 0; i < 8; i++) {
			const char *piece = pieces[i][random() % 8];
			memcpy(file + size, piece, strlen(piece));
			size += strlen(piece);
		}
	if (random() % 3 == 0)
		file[(size_t)random() % size] = bytes[(size_t)random() % sizeof(bytes)];
	if (random() % 20 == 0) { /* around the limit of a line */
		size_t more = (size_t)random() % 300;
		memset(file + size - 1, random() % 2 ? ' ' : 'y', more);
		size += more ? more - 1 : 0;
	}
	return size - (random() % 4 == 0);
}

static void a_second_reader_agrees_on_a_hundred_thousand_random_files(void **state)
{
	(void)state;
	srandom(2);
	unsigned grants = 0, bad = 0;
	for (int round = 0; round < 100000; round++) {
		char file[600];
		size_t size = random_file(file);
		struct usernet_decision d = decide_for(1001, (struct text){ file, size }, "veth");
		uint32_t count = 0, line = 0, bad_line = 0, number = 1;
		for (const char *at = file, *end = file + size; at; number++) {
			const char *newline = memchr(at, '\n', (size_t)(end - at));
			bool mine;
			int n = second_opinion(at, (size_t)((newline ? newline : end) - at), &mine);
			if (n < 0 && !bad_line)
				bad_line = number;
			if (n >= 0 && mine && (!line || (uint32_t)n > count)) {
				count = (uint32_t)n;
				line = number;
			}
			at = newline ? newline + 1 : NULL;
		}
		if (d.grant[0].count != count || d.grant[0].line != line || d.bad_line != bad_line)
			fail_msg("%.*s: %u by line %u, bad %u; not %u by line %u, bad %u",
				 (int)size, file, d.grant[0].count, d.grant[0].line, d.bad_line,
				 count, line, bad_line);
		grants += line != 0;
		bad += bad_line != 0;
	}
	assert_true(grants > 10000 && bad > 10000);
}

static void random_text_never_reads_outside_or_grants_too_much(void **state)
{
	(void)state;
	static const char alphabet[] = "alice veth br0 39\n\n@team\t#\r:0x-";
	srandom(1);
	for (int round = 0; round < 20000; round++) {
		size_t size = (size_t)random() % 80;
		char *file = malloc(size ? size : 1);
		for (size_t i = 0; i < size; i++)
			file[i] = alphabet[(size_t)random() % sizeof(alphabet)];
		struct usernet_decision d = decide_for(1001, (struct text){ file, size }, "veth");
		assert_true(d.grant[0].count <= USERNET_MAX_COUNT);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_form_grants_what_the_table_says),
		cmocka_unit_test(only_the_type_that_a_line_names_is_granted),
		cmocka_unit_test(the_deciding_line_and_the_first_bad_line_are_numbered),
		cmocka_unit_test(a_line_of_more_than_255_bytes_is_refused),
		cmocka_unit_test(nul_and_control_bytes_refuse_the_line),
		cmocka_unit_test(groups_are_pools_beside_the_users_own),
		cmocka_unit_test(the_groups_of_the_process_count_and_no_list_of_members),
		cmocka_unit_test(more_groups_than_fit_grant_nothing_more),
		cmocka_unit_test(a_number_is_a_uid_only_if_no_user_is_called_so),
		cmocka_unit_test(an_empty_file_grants_nothing),
		cmocka_unit_test(the_last_line_of_the_largest_file_counts),
		cmocka_unit_test(group_lines_follow_the_same_rules),
		cmocka_unit_test(an_account_is_what_exact_lines_of_passwd_say),
		cmocka_unit_test(each_option_is_good_or_bad_as_the_table_says_for_every_type),
		cmocka_unit_test(what_options_say_is_in_the_rule),
		cmocka_unit_test(what_a_line_allows_is_what_the_table_says),
		cmocka_unit_test(lines_are_offered_the_users_first_then_groups_each_by_count),
		cmocka_unit_test(a_second_reader_agrees_on_a_hundred_thousand_random_files),
		cmocka_unit_test(random_text_never_reads_outside_or_grants_too_much),
	};
	return cmocka_run_group_tests_name("policy/usernet", tests, NULL, NULL);
}
