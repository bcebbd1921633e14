// SPDX-License-Identifier: LGPL-2.1-or-later
/* What users may map: what the files and other sources delegate, and maps held to it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/idmap-text.h"

static char directory[] = "/tmp/test-idmap-XXXXXX";

static const char *in_directory(const char *name)
{
	static char paths[8][128];
	static int turn;
	char *path = paths[turn++ % 8];
	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_directory(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	(void)state;
	static char names[8][64];
	static const char *const files[] = { "subuid",	"subgid",  "passwd", "nsswitch.conf",
					     "uid_map", "gid_map", "sys",    "bin" };
	if (!mkdtemp(directory))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		snprintf(names[i], sizeof(names[i]), "%s/%s", directory, files[i]);
	idmap_paths = (struct idmap_paths){ { names[0], names[1] }, names[2], names[3],
					    { names[4], names[5] }, names[6], names[7] };
	put("passwd", "root:x:0:0::/:/bin/sh\n"
		      "alice:x:4000001:4000001::/:/bin/sh\n"
		      "bob:x:4000002:4000002::/:/bin/sh\n"
		      "4000003:x:4000004:4000004::/:/bin/sh\n");
	put("uid_map", "         0          0 4294967295\n");
	put("gid_map", "         0          0 4294967295\n");
	return mkdir(names[6], 0700) || mkdir(names[7], 0700);
}

static int tear_down(void **state)
{
	(void)state;
	static const char *const left[] = { "subuid",
					    "subgid",
					    "passwd",
					    "nsswitch.conf",
					    "uid_map",
					    "gid_map",
					    "bin/getsubids",
					    "sys/user/max_user_namespaces",
					    "sys/kernel/unprivileged_userns_clone",
					    "sys/kernel/apparmor_restrict_unprivileged_userns" };
	static const char *const directories[] = { "sys/user", "sys/kernel", "sys", "bin" };
	for (size_t i = 0; i < ARRAY_SIZE(left); i++)
		unlink(in_directory(left[i]));
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		rmdir(in_directory(directories[i]));
	return rmdir(directory);
}

static void give(const char *subuid, const char *subgid)
{
	put("nsswitch.conf", "passwd: files\n");
	put("subuid", subuid);
	put("subgid", subgid);
}

/* ---- delegated ids ---- */

#define _cleanup_subids_ __attribute__((cleanup(subids_clear)))

/* What a user has of a kind, merged. */
static int delegated(uid_t uid, enum idmap_kind kind, struct subids *ids, struct error *err)
{
	__attribute__((cleanup(subids_source_clear))) struct subids_source source = { 0 };
	subids_clear(ids);
	if (subids_source_open(&source, uid, err) < 0 ||
	    subids_source_ranges(&source, kind, ids, err) < 0)
		return -1;
	subids_merge(ids);
	return 0;
}

static void lines_by_name_and_number_are_merged_and_sorted(void **state)
{
	(void)state;
	_cleanup_subids_ struct subids ids = { 0 };
	struct error err = { 0 };
	give("# "
	     "comment\n\nbob:1:2\nalice:200000:10\n4000001:100010:10\nalice:100000:10\nalice:"
	     "200005:10",
	     "alicex:1:5\nxalice:1:5\nalice:300000:5\r\nalice:300000:5:6\nalice:0x10:5\nalice: "
	     "5:5\nalice:5:0\n"
	     "alice:4294967294:2\nalice:05:5\nalice:400000:1\n");
	assert_int_equal(delegated(ALICE, IDMAP_UID, &ids, &err), 0);
	assert_int_equal(ids.count, 2);
	assert_int_equal(ids.range[0].start, 100000);
	assert_int_equal(ids.range[0].count, 20);
	assert_int_equal(ids.range[1].start, 200000);
	assert_int_equal(ids.range[1].count, 15);
	assert_int_equal(delegated(ALICE, IDMAP_GID, &ids, &err), 0);
	assert_int_equal(ids.count, 1);
	assert_int_equal(ids.range[0].start, 400000);
}

static void absent_files_delegate_nothing(void **state)
{
	(void)state;
	_cleanup_subids_ struct subids ids = { 0 };
	struct error err = { 0 };
	unlink(in_directory("subuid"));
	unlink(in_directory("nsswitch.conf"));
	assert_int_equal(delegated(ALICE, IDMAP_UID, &ids, &err), 0);
	assert_int_equal(ids.count, 0);
}

static void a_user_called_like_a_number_does_not_get_that_numbers_ids(void **state)
{
	(void)state;
	_cleanup_subids_ struct subids ids = { 0 };
	give("4000003:100000:10\n", "");
	assert_int_equal(delegated(NOBODY_KNOWN, IDMAP_UID, &ids, NULL), 0);
	assert_int_equal(ids.count, 0);
	assert_int_equal(delegated(MALLORY, IDMAP_UID, &ids, NULL), 0);
	assert_int_equal(ids.count, 1);
}

static void another_source_is_asked_through_getsubids(void **state)
{
	(void)state;
	_cleanup_subids_ struct subids ids = { 0 };
	struct error err = { 0 };
	give("alice:1000000:5\n", "");
	put("nsswitch.conf", "subid2: no\nsubid:\tsss files # comment\n");
	assert_int_equal(delegated(ALICE, IDMAP_UID, &ids, &err), -1);
	assert_int_equal(err.code, E_NO_SUBIDS);
	assert_contains(err.message, "\"sss\"");
	put("bin/getsubids",
	    "#!/bin/sh\necho 'to stderr' >&2; test $1 = -g && exit 1\n"
	    "echo \"0: $1 100000 65536\"; echo '1: alice 165536 x'; echo '2: alice 165536 4'\n");
	assert_int_equal(chmod(in_directory("bin/getsubids"), 0700), 0);
	error_clear(&err);
	assert_int_equal(delegated(ALICE, IDMAP_UID, &ids, &err), 0);
	assert_int_equal(ids.count, 1);
	assert_int_equal(ids.range[0].count, 65540);
	assert_int_equal(delegated(ALICE, IDMAP_GID, &ids, &err), 0);
	assert_int_equal(ids.count, 0);
	struct idmap map;
	assert_int_equal(idmap_auto(ALICE, &map, &err), -1);
	assert_contains(err.message, "no subordinate gids in getsubids");
	assert_contains(err.fix, "administrator of \"sss\"");
	unlink(in_directory("bin/getsubids"));
}

/* ---- auto ---- */

static void auto_takes_the_ids_in_file_order(void **state)
{
	(void)state;
	struct idmap map;
	struct error err = { 0 };
	give("alice:300000:10\nalice:100000:65536\n", "alice:100000:70000\n");
	assert_int_equal(idmap_auto(ALICE, &map, &err), 0);
	assert_int_equal(map.list[IDMAP_UID].count, 2);
	assert_string_equal(idmap_extent_text(IDMAP_UID, &map.list[IDMAP_UID].extent[0]),
			    "u 0 300000 10");
	assert_string_equal(idmap_extent_text(IDMAP_UID, &map.list[IDMAP_UID].extent[1]),
			    "u 10 100000 65526");
	assert_string_equal(idmap_extent_text(IDMAP_GID, &map.list[IDMAP_GID].extent[0]),
			    "g 0 100000 65536");
	assert_int_equal(idmap_first_range(ALICE, &map, &err), 0);
	assert_int_equal(map.list[IDMAP_UID].count, 1);
	assert_int_equal(map.list[IDMAP_GID].extent[0].count, 70000);
}

static void auto_never_maps_an_id_twice_nor_root(void **state)
{
	(void)state;
	struct idmap map;
	struct error err = { 0 };
	give("alice:100010:10\nalice:100000:30\nalice:100000:5\nalice:0:3\nalice:0:1\n",
	     "alice:1:1\n");
	assert_int_equal(idmap_auto(ALICE, &map, &err), 0);
	const struct idmap_list *list = &map.list[IDMAP_UID];
	assert_int_equal(list->count, 4);
	assert_string_equal(idmap_extent_text(IDMAP_UID, &list->extent[0]), "u 0 100010 10");
	assert_string_equal(idmap_extent_text(IDMAP_UID, &list->extent[1]), "u 10 100000 10");
	assert_string_equal(idmap_extent_text(IDMAP_UID, &list->extent[2]), "u 20 100020 10");
	assert_string_equal(idmap_extent_text(IDMAP_UID, &list->extent[3]), "u 30 1 2");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), 0);
}

static void auto_without_ids_names_the_command_that_gives_some(void **state)
{
	(void)state;
	struct idmap map;
	struct error err = { 0 };
	give("bob:100000:65536\n", "bob:100000:65536\nroot:165536:65536\n");
	assert_int_equal(idmap_auto(ALICE, &map, &err), -1);
	assert_int_equal(err.code, E_NO_SUBIDS);
	assert_contains(err.message, "alice has no subordinate uids and gids");
	assert_string_equal(err.fix, "as root: usermod --add-subuids 231072-296607 --add-subgids "
				     "231072-296607 alice");
	error_clear(&err);
	give("alice:0x186a0:65536\n", "alice:100000:65536\n");
	assert_int_equal(idmap_auto(ALICE, &map, &err), -1);
	assert_contains(err.message, "alice has no subordinate uids in");
	assert_contains(err.rule, "/subuid:1 is not \"alice:FIRST:COUNT\"");
	assert_string_equal(err.fix, "as root: usermod --add-subuids 165536-231071 alice");
	error_clear(&err);
	assert_int_equal(idmap_auto(NOBODY_KNOWN, &map, &err), -1);
	assert_contains(err.fix, "as root: echo 4000003:165536:65536 >>");
}

static void of_more_ranges_than_a_map_has_lines_auto_takes_the_first(void **state)
{
	(void)state;
	struct idmap map;
	struct error err = { 0 };
	char text[4096] = "";
	for (unsigned i = 0; i < 33; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "alice:%u:1\n",
			 100000 + 2 * i);
	give(text, text);
	assert_int_equal(idmap_auto(ALICE, &map, &err), 0);
	assert_int_equal(map.list[IDMAP_UID].count, IDMAP_MAX_EXTENTS);
	assert_int_equal(idmap_to_host(&map, IDMAP_UID, 31), 100062);
}

/* ---- the check ---- */

static void a_map_within_the_callers_ranges_is_accepted(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:100000:10\nalice:100010:10\n", "alice:200000:10\n");
	struct idmap map =
	    MAP("u 0 100000 20", "u 1000 4000001 1", "g 0 200000 10", "g 1000 4000001 1");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), 0);
}

static void a_map_of_the_callers_own_ids_needs_no_delegation(void **state)
{
	(void)state;
	give("", "");
	struct idmap map = MAP("u 0 4000001 1", "g 0 4000001 1");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, NULL), 0);
	assert_true(idmap_is_own(&map, ALICE, ALICE));
	assert_false(idmap_is_own(&map, ALICE, BOB));
}

static void a_map_outside_the_ranges_names_both_and_what_would_do(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("bob:100000:65536\nalice:165536:65536\n", "alice:165536:65536\n");
	struct idmap map = MAP("u 0 100000 65536", "g 0 165536 65536");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_int_equal(err.code, E_IDMAP_RANGE);
	assert_contains(err.message,
			"\"u 0 100000 65536\": alice may not map host uids 100000-165535, only "
			"165536-231071 (");
	assert_contains(err.rule, "/subuid:1 gives them to bob");
	assert_string_equal(err.fix, "map \"u 0 165536 65536\" instead");
}

static void a_gap_between_the_ranges_is_named(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:100000:10\nalice:100020:10\n", "alice:100000:65536\n");
	struct idmap map = MAP("u 0 100000 30", "g 0 100000 30");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_contains(err.message, "host uids 100010-100019, only 100000-100009, 100020-100029");
	assert_string_equal(err.fix, "as root: usermod --add-subuids 100010-100019 alice");
}

static void somebody_elses_ids_are_never_suggested(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:100000:10\nbob:100010:65526\n", "alice:100000:65536\n");
	struct idmap map = MAP("u 0 100000 65536", "g 0 100000 65536");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_contains(err.rule, "gives them to bob");
	assert_string_equal(err.fix, "as root: usermod --add-subuids 165536-231071 alice");
}

static void other_peoples_single_ids_and_root_are_refused(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:0:65536\n", "alice:100000:65536\n");
	struct idmap map = MAP("u 0 0 1", "g 0 100000 1");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_contains(err.message, "host uid 0 is root's");
	error_clear(&err);
	map = MAP("u 0 4000002 1", "g 0 4000001 1");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_int_equal(err.code, E_IDMAP_RANGE);
}

static void delegated_ids_that_are_another_users_own_are_refused(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:4000000:10\n", "alice:100000:10\n");
	struct idmap map = MAP("u 0 4000000 10", "g 0 100000 10");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_int_equal(err.code, E_IDMAP_RANGE);
	assert_contains(err.message, "holds the uid of another user");
	map = MAP("u 0 4000000 2", "g 0 100000 10");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, NULL), 0);
}

static void a_map_without_container_root_is_incomplete(void **state)
{
	(void)state;
	struct error err = { 0 };
	give("alice:100000:65536\n", "alice:100000:65536\n");
	struct idmap map = MAP("u 1 100000 5", "g 0 100000 5");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_int_equal(err.code, E_IDMAP_INCOMPLETE);
	assert_contains(err.message, "container uid 0");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, false, NULL), 0);
	error_clear(&err);
	map = MAP("u 0 100000 5");
	assert_int_equal(idmap_check(&map, ALICE, ALICE, true, &err), -1);
	assert_contains(err.message, "no gid line");
}

static void a_map_made_by_hand_is_checked_line_by_line(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = { 0 };
	map.list[IDMAP_UID] = (struct idmap_list){ { { 0, 4294967295U, 2 } }, 1 };
	assert_int_equal(idmap_check(&map, 0, 0, false, &err), -1);
	assert_int_equal(err.code, E_IDMAP_SYNTAX);
	map.list[IDMAP_UID] = (struct idmap_list){ { { 0, 5, 2 }, { 1, 9, 1 } }, 2 };
	error_clear(&err);
	assert_int_equal(idmap_check(&map, 0, 0, false, &err), -1);
	assert_int_equal(err.code, E_IDMAP_OVERLAP);
}

static void ids_that_do_not_exist_in_our_namespace_are_named_even_for_root(void **state)
{
	(void)state;
	struct error err = { 0 };
	put("uid_map", "         0     100000      65536\n     70000     1   10\n");
	struct idmap map = MAP("b 0 100000 65536");
	assert_int_equal(idmap_check(&map, 0, 0, true, &err), -1);
	assert_int_equal(err.code, E_IDMAP_RANGE);
	assert_contains(err.message, "uids 100000-165535 do not exist");
	assert_contains(err.message, "which has 0-65535, 70000-70009");
	put("uid_map", "         0          0 4294967295\n");
	assert_int_equal(idmap_check(&map, 0, 0, true, NULL), 0);
}

/* ---- programs and the kernel's refusal ---- */

static void missing_and_unprivileged_programs_are_told_apart(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = MAP("b 0 100000 65536");
	assert_int_equal(shadow_write_maps(&map, 1, &err), -1);
	assert_int_equal(err.code, E_IDMAP_HELPER);
	assert_contains(err.message, "newuidmap is not installed");
	put("bin/newuidmap", "#!/bin/sh\n");
	chmod(in_directory("bin/newuidmap"), 0755);
	error_clear(&err);
	assert_int_equal(shadow_write_maps(&map, 1, &err), -1);
	assert_int_equal(err.code, E_IDMAP_HELPER);
	assert_contains(err.message, "neither setuid root nor has the file capability cap_setuid");
	assert_contains(err.fix, "chmod u+s");
	unlink(in_directory("bin/newuidmap"));
}

static void the_sysctl_to_blame_is_named(void **state)
{
	(void)state;
	struct error err = { 0 };
	mkdir(in_directory("sys/user"), 0700);
	mkdir(in_directory("sys/kernel"), 0700);
	put("sys/user/max_user_namespaces", "0\n");
	assert_int_equal(idmap_userns_refused(ENOSPC, &err), -1);
	assert_int_equal(err.code, E_NO_USERNS);
	assert_contains(err.message, "user.max_user_namespaces = 0");
	assert_contains(err.fix, "sysctl -w user.max_user_namespaces=");
	put("sys/user/max_user_namespaces", "9000\n");
	put("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
	error_clear(&err);
	idmap_userns_refused(EPERM, &err);
	if (geteuid() != 0)
		assert_contains(err.message, "apparmor_restrict_unprivileged_userns");
	put("sys/kernel/unprivileged_userns_clone", "0\n");
	error_clear(&err);
	idmap_userns_refused(EPERM, &err);
	if (geteuid() != 0)
		assert_contains(err.fix, "sysctl -w kernel.unprivileged_userns_clone=1");
	assert_int_equal(err.code, E_NO_USERNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_by_name_and_number_are_merged_and_sorted),
		cmocka_unit_test(absent_files_delegate_nothing),
		cmocka_unit_test(a_user_called_like_a_number_does_not_get_that_numbers_ids),
		cmocka_unit_test(another_source_is_asked_through_getsubids),
		cmocka_unit_test(auto_takes_the_ids_in_file_order),
		cmocka_unit_test(auto_never_maps_an_id_twice_nor_root),
		cmocka_unit_test(auto_without_ids_names_the_command_that_gives_some),
		cmocka_unit_test(of_more_ranges_than_a_map_has_lines_auto_takes_the_first),
		cmocka_unit_test(a_map_within_the_callers_ranges_is_accepted),
		cmocka_unit_test(a_map_of_the_callers_own_ids_needs_no_delegation),
		cmocka_unit_test(a_map_outside_the_ranges_names_both_and_what_would_do),
		cmocka_unit_test(a_gap_between_the_ranges_is_named),
		cmocka_unit_test(somebody_elses_ids_are_never_suggested),
		cmocka_unit_test(other_peoples_single_ids_and_root_are_refused),
		cmocka_unit_test(delegated_ids_that_are_another_users_own_are_refused),
		cmocka_unit_test(a_map_without_container_root_is_incomplete),
		cmocka_unit_test(a_map_made_by_hand_is_checked_line_by_line),
		cmocka_unit_test(ids_that_do_not_exist_in_our_namespace_are_named_even_for_root),
		cmocka_unit_test(missing_and_unprivileged_programs_are_told_apart),
		cmocka_unit_test(the_sysctl_to_blame_is_named),
	};
	return cmocka_run_group_tests_name("idmap-subids", tests, set_up, tear_down);
}
