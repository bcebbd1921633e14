// SPDX-License-Identifier: LGPL-2.1-or-later
/* subuid and subgid lines, numbers, and whose id is whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/subid.h"

static struct account alice(void)
{
	struct account account = { .uid = 1001,
				   .gid = 1001,
				   .passwd =
				       text_of("root:x:0:0::/root:/bin/sh\n"
					       "alice:x:1001:1001::/:/bin/sh\n"
					       "broken:x:1001\n"
					       "also:x:01001:5::/:/bin/sh\n"
					       "bob:x:1002:1002::/:/bin/sh\n"
					       "bob:x:1001:1001:a second line of bob:/:/bin/sh\n"
					       "daemon:x:100500:100600::/:/bin/sh\n"
					       "+::::::\n") };
	account_resolve(&account);
	return account;
}

static bool covers(const char *file, uint32_t start, uint32_t count)
{
	struct account account = alice();
	return subid_covers(text_of(file), &account, start, count);
}

static void a_range_is_covered_by_the_lines_of_its_owner(void **state)
{
	(void)state;
	const char *file = "alice:100000:65536\nbob:200000:65536\n1001:300000:10\n";
	assert_true(covers(file, 100000, 65536));
	assert_true(covers(file, 165535, 1));
	assert_false(covers(file, 165536, 1));
	assert_false(covers(file, 99999, 2));
	assert_false(covers(file, 200000, 1));
	assert_true(covers(file, 300000, 10));
	assert_false(covers(file, 300000, 11));
}

static void adjacent_and_overlapping_lines_merge(void **state)
{
	(void)state;
	assert_true(covers("alice:100010:10\nalice:100000:10\n", 100000, 20));
	assert_true(covers("alice:100005:10\n1001:100000:10", 100000, 15));
	assert_false(covers("alice:100011:10\nalice:100000:10\n", 100000, 20));
	assert_false(covers("alice:100000:10\nbob:100010:10\n", 100000, 20));
}

/* Against a set of ids, for files of up to six lines in any order. */
static void what_is_covered_is_the_union_of_the_lines(void **state)
{
	(void)state;
	srandom(3);
	unsigned covered = 0;
	for (int round = 0; round < 20000; round++) {
		char file[256];
		bool mine[64] = { false };
		size_t size = 0;
		for (long lines = random() % 6; lines >= 0; lines--) {
			static const char *const owners[] = { "alice", "1001", "bob", "1002", "0" };
			const char *owner = owners[random() % 5];
			unsigned start = 1 + (unsigned)(random() % 30),
				 count = 1 + (unsigned)(random() % 12);
			size += (size_t)snprintf(file + size, sizeof(file) - size, "%s:%u:%u\n",
						 owner, start, count);
			for (unsigned id = start; id < start + count; id++)
				mine[id] |= owner[0] == 'a' || !strcmp(owner, "1001");
		}
		unsigned start = 1 + (unsigned)(random() % 40),
			 count = 1 + (unsigned)(random() % 20);
		bool expected = true;
		for (unsigned id = start; id < start + count; id++)
			expected &= mine[id];
		if (covers(file, start, count) != expected)
			fail_msg("%u ids from %u of\n%s", count, start, file);
		covered += expected;
	}
	assert_true(covered > 1000);
}

static void numbers_are_plain_decimal_or_the_line_delegates_nothing(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"alice:0303240:65536\n",
		"alice:0x186a0:65536\n",
		"alice: 100000:65536\n",
		"alice:+100000:65536\n",
		"alice:100000:65536:\n",
		"alice:100000:65536 \n",
		"alice:100000\n",
		"alice:100000:\n",
		"alice:100000:0\n",
		"alice::65536\n",
		"alice:100000:-1\n",
		"alice:100000:4294867296\n",
		" alice:100000:65536\n",
		"alice:100000:65536\r\n",
		"alice:100000:99999999999\n",
		"alic:100000:65536\n",
		"alice :100000:65536\n",
		":100000:65536\n",
		"#alice:100000:65536\n",
		"alice:4294967295:1\n",
		"alice:1000000000000100000:65536\n",
		"broken:100000:65536\n",
		"also:100000:65536\n",
		"bob:100000:65536\n",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (covers(bad[i], 100000, 1))
			fail_msg("%s", bad[i]);
}

static void nothing_wraps_at_the_end_of_the_ids(void **state)
{
	(void)state;
	assert_true(covers("alice:4294967294:1\n", 4294967294U, 1));
	assert_false(covers("alice:4294967294:1\n", 4294967294U, 2));
	assert_false(covers("alice:4294967294:2\n", 4294967294U, 1));
	assert_true(covers("alice:1:4294967294\n", 1, 4294967294U));
	assert_false(covers("alice:1:4294967294\n", 1, 4294967295U));
}

static void ids_of_other_accounts_are_found_in_a_range(void **state)
{
	(void)state;
	struct account account = alice();
	assert_true(account_others_in_range(&account, false, 100000, 65536));
	assert_true(account_others_in_range(&account, false, 100500, 1));
	assert_false(account_others_in_range(&account, false, 100501, 1000));
	assert_true(account_others_in_range(&account, true, 100600, 1));
	assert_false(account_others_in_range(&account, true, 100500, 1));
	assert_false(account_others_in_range(&account, false, 1001, 1));
	assert_true(account_others_in_range(&account, false, 0, 2000));
	assert_true(account_others_in_range(&account, false, 1, 4294967294U));
}

static void a_decimal_number_is_complete_and_in_range(void **state)
{
	(void)state;
	static const char *const bad[] = { "",	  "-1",	 "+1",	" 1",	      "1 ",
					   "0x1", "01",	 "1a",	"4294967296", "99999999999",
					   "00",  "1.0", "\xff" };
	uint32_t n = 0;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_number(text_of(bad[i]), 4294967295U, &n))
			fail_msg("%s", bad[i]);
	assert_true(text_number(text_of("0"), 0, &n) && n == 0);
	assert_true(text_number(text_of("4294967295"), 4294967295U, &n) && n == 4294967295U);
	assert_false(text_number(text_of("4294967295"), ID_MAX, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_covered_by_the_lines_of_its_owner),
		cmocka_unit_test(adjacent_and_overlapping_lines_merge),
		cmocka_unit_test(what_is_covered_is_the_union_of_the_lines),
		cmocka_unit_test(numbers_are_plain_decimal_or_the_line_delegates_nothing),
		cmocka_unit_test(nothing_wraps_at_the_end_of_the_ids),
		cmocka_unit_test(ids_of_other_accounts_are_found_in_a_range),
		cmocka_unit_test(a_decimal_number_is_complete_and_in_range),
	};
	return cmocka_run_group_tests_name("policy/subid", tests, NULL, NULL);
}
