// SPDX-License-Identifier: LGPL-2.1-or-later
/* Maps by themselves: lines, translation, holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/idmap-text.h"

/* ---- lines ---- */

static void a_line_is_read_with_blanks_and_with_colons(void **state)
{
	(void)state;
	struct idmap map = { 0 };
	struct error err = { 0 };
	assert_int_equal(idmap_parse_line(&map, "u 0 100000 65536", " \t", &err), 0);
	assert_int_equal(idmap_parse_line(&map, "\tg  0\t200000   10 ", " \t", &err), 0);
	assert_int_equal(idmap_parse_line(&map, "b:70000:300000:5", ":", &err), 0);
	assert_int_equal(map.list[IDMAP_UID].count, 2);
	assert_int_equal(map.list[IDMAP_GID].count, 2);
	assert_string_equal(idmap_extent_text(IDMAP_UID, &map.list[IDMAP_UID].extent[0]),
			    "u 0 100000 65536");
	assert_string_equal(idmap_extent_text(IDMAP_GID, &map.list[IDMAP_GID].extent[1]),
			    "g 70000 300000 5");
}

static void malformed_lines_are_refused_and_change_nothing(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		" ",
		"u",
		"u 0",
		"u 0 100000",
		"u 0 100000 5 6",
		"x 0 100000 5",
		"uid 0 100000 5",
		"u 0 100000 0",
		"u 0 100000 -1",
		"u -0 100000 1",
		"u +0 100000 1",
		"u 0x0 100000 1",
		"u 0 1e5 1",
		"u 0 100000 65536x",
		"u 0 100000 65536\r",
		"u 0 4294967295 1",
		"u 4294967295 0 1",
		"u 4294967294 100000 2",
		"u 0 4294967294 2",
		"u 0 0 4294967296",
		"u 0 99999999999999999999 1",
		"u:0:100000:1",
		"u,0,100000,1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct idmap map = { 0 }, empty = { 0 };
		struct error err = { 0 };
		if (idmap_parse_line(&map, lines[i], " \t", &err) == 0)
			fail_msg("\"%s\" was accepted", lines[i]);
		assert_int_equal(err.code, E_IDMAP_SYNTAX);
		assert_contains(err.fix, "\"u 0 100000 65536\"");
		assert_memory_equal(&map, &empty, sizeof(map));
	}
	struct idmap map = { 0 };
	struct error err = { 0 };
	assert_int_equal(idmap_parse_line(&map, "u::100000:1", ":", &err), -1);
	assert_contains(err.message, "container id \"\"");
	error_clear(&err);
	assert_int_equal(idmap_parse_line(&map, "u:0:100000:1:", ":", &err), -1);
	assert_contains(err.fix, "\"u:0:100000:65536\"");
}

static void the_highest_id_can_be_mapped(void **state)
{
	(void)state;
	struct idmap map = MAP("u 0 0 4294967295", "g 4294967294 4294967294 1");
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 4294967294U), 4294967294U);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 4294967295U), UINT32_MAX);
	assert_int_equal(idmap_to_host(&map, IDMAP_GID, 0), UINT32_MAX);
}

static void lines_that_overlap_are_refused_by_name(void **state)
{
	(void)state;
	struct idmap map = MAP("u 0 100000 1000");
	struct error err = { 0 };
	assert_int_equal(idmap_parse_line(&map, "u 999 300000 5", " \t", &err), -1);
	assert_int_equal(err.code, E_IDMAP_OVERLAP);
	assert_contains(err.message, "\"u 0 100000 1000\" and \"u 999 300000 5\"");
	assert_contains(err.message, "container uid 999");
	error_clear(&err);
	assert_int_equal(idmap_parse_line(&map, "u 5000 99990 11", " \t", &err), -1);
	assert_contains(err.message, "host uid 100000");
	error_clear(&err);
	assert_int_equal(idmap_parse_line(&map, "b 5 200000 1", " \t", &err), -1);
	assert_int_equal(map.list[IDMAP_GID].count, 0);
	error_clear(&err);
	assert_int_equal(idmap_parse_line(&map, "u 1000 99999 1", " \t", &err), 0);
	assert_int_equal(idmap_parse_line(&map, "g 0 100000 1000", " \t", &err), 0);
}

static void the_thirty_third_line_is_refused(void **state)
{
	(void)state;
	struct idmap map = { 0 };
	struct error err = { 0 };
	char line[64];
	for (unsigned i = 0; i < IDMAP_MAX_EXTENTS; i++) {
		snprintf(line, sizeof(line), "u %u %u 1", i, 100000 + i);
		assert_int_equal(idmap_parse_line(&map, line, " ", &err), 0);
	}
	assert_int_equal(idmap_parse_line(&map, "u 500 500 1", " ", &err), -1);
	assert_int_equal(err.code, E_IDMAP_SYNTAX);
	assert_contains(err.message, "at most 32 uid lines");
}

/* ---- translation and add_self ---- */

static void ids_are_translated_both_ways(void **state)
{
	(void)state;
	struct idmap map = MAP("u 0 100000 1000", "u 1000 5000 1", "g 0 200000 10");
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 999), 100999);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 1000), 5000);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 1001), UINT32_MAX);
	assert_int_equal(idmap_to_container(&map, IDMAP_UID, 5000), 1000);
	assert_int_equal(idmap_to_container(&map, IDMAP_UID, 99999), UINT32_MAX);
	assert_int_equal(idmap_to_container(&map, IDMAP_GID, 200009), 9);
}

static void the_caller_is_added_right_above_the_map(void **state)
{
	(void)state;
	struct idmap map = MAP("b 0 100000 65536");
	struct error err = { 0 };
	uint32_t uid, gid;
	assert_int_equal(idmap_add_self(&map, ALICE, BOB, &uid, &gid, &err), 0);
	assert_int_equal(uid, 65536);
	assert_int_equal(gid, 65536);
	assert_int_equal(idmap_to_host(&map, IDMAP_GID, gid), BOB);
	/* once more changes nothing */
	struct idmap before = map;
	assert_int_equal(idmap_add_self(&map, ALICE, BOB, &uid, &gid, &err), 0);
	assert_int_equal(uid, 65536);
	assert_memory_equal(&map, &before, sizeof(map));
}

static void the_caller_fills_the_first_hole_of_a_map(void **state)
{
	(void)state;
	struct idmap map = MAP("u 1001 101001 10", "u 0 100000 1000", "g 0 100000 5");
	struct error err = { 0 };
	uint32_t uid, gid;
	assert_int_equal(idmap_add_self(&map, ALICE, ALICE, &uid, &gid, &err), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(gid, 5);
}

static void root_without_a_map_stays_root(void **state)
{
	(void)state;
	struct idmap map = { 0 }, empty = { 0 };
	uint32_t uid, gid;
	assert_int_equal(idmap_add_self(&map, 0, 0, &uid, &gid, NULL), 0);
	assert_int_equal(uid, 0);
	assert_memory_equal(&map, &empty, sizeof(map));
}

static void the_last_free_id_is_found(void **state)
{
	(void)state;
	/* host id 5 is the one that is not mapped, and a container id for it would be 4294967294 */
	struct idmap map = MAP("u 0 6 4294967289", "u 4294967289 0 5", "g 0 0 4294967295");
	struct error err = { 0 };
	uint32_t uid, gid;
	assert_int_equal(idmap_add_self(&map, 5, 5, &uid, &gid, &err), 0);
	assert_int_equal(uid, 4294967294U);
}

/* ---- keeping an id ---- */

static void keeping_an_id_makes_a_hole_of_one_and_moves_nothing_else(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = { 0 };
	assert_int_equal(idmap_parse_line(&map, "b 0 100000 65536", " ", &err), 0);
	assert_int_equal(idmap_keep(&map, IDMAP_UID, 1000, ALICE, &err), 0);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 999), 100999);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 1000), ALICE);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 1001), 101001);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 65535), 165535);
	assert_int_equal(idmap_to_container(&map, IDMAP_UID, 101000), UINT32_MAX);
	assert_int_equal(map.list[IDMAP_UID].count, 3);
	assert_int_equal(map.list[IDMAP_GID].count, 1);
	/* again changes nothing; at the ends no empty line is made; outside it is one more */
	assert_int_equal(idmap_keep(&map, IDMAP_UID, 1000, ALICE, &err), 0);
	assert_int_equal(map.list[IDMAP_UID].count, 3);
	assert_int_equal(idmap_keep(&map, IDMAP_GID, 65535, BOB, &err), 0);
	assert_int_equal(map.list[IDMAP_GID].count, 2);
	assert_int_equal(idmap_keep(&map, IDMAP_GID, 70000, ALICE, &err), 0);
	assert_int_equal(map.list[IDMAP_GID].count, 3);
}

static void a_kept_id_that_was_mapped_elsewhere_moves(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = { 0 };
	assert_int_equal(idmap_parse_line(&map, "u 0 100000 10", " ", &err), 0);
	assert_int_equal(idmap_parse_line(&map, "u 10 4000001 1", " ", &err), 0);
	assert_int_equal(idmap_keep(&map, IDMAP_UID, 5, ALICE, &err), 0);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 10), UINT32_MAX);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 5), ALICE);
	assert_int_equal(map.list[IDMAP_UID].count, 3);
}

static void keeping_an_id_in_a_full_map_is_an_error(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = { 0 };
	for (uint32_t i = 0; i < IDMAP_MAX_EXTENTS; i++)
		map.list[IDMAP_UID].extent[i] =
		    (struct idmap_extent){ i * 10, 100000 + i * 20, 10 };
	map.list[IDMAP_UID].count = IDMAP_MAX_EXTENTS;
	struct idmap before = map;
	assert_int_equal(idmap_keep(&map, IDMAP_UID, 5, ALICE, &err), -1);
	assert_int_equal(err.code, E_IDMAP_SYNTAX);
	assert_string_equal(err.message, "with container uid 5 as your own the id map has 34 "
					 "lines; at most 32 are possible");
	assert_memory_equal(&map, &before, sizeof(map));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_with_blanks_and_with_colons),
		cmocka_unit_test(malformed_lines_are_refused_and_change_nothing),
		cmocka_unit_test(the_highest_id_can_be_mapped),
		cmocka_unit_test(lines_that_overlap_are_refused_by_name),
		cmocka_unit_test(the_thirty_third_line_is_refused),
		cmocka_unit_test(ids_are_translated_both_ways),
		cmocka_unit_test(the_caller_is_added_right_above_the_map),
		cmocka_unit_test(the_caller_fills_the_first_hole_of_a_map),
		cmocka_unit_test(root_without_a_map_stays_root),
		cmocka_unit_test(the_last_free_id_is_found),
		cmocka_unit_test(keeping_an_id_makes_a_hole_of_one_and_moves_nothing_else),
		cmocka_unit_test(a_kept_id_that_was_mapped_elsewhere_moves),
		cmocka_unit_test(keeping_an_id_in_a_full_map_is_an_error),
	};
	return cmocka_run_group_tests_name("idmap-map", tests, NULL, NULL);
}
