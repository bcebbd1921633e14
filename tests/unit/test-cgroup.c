// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup/internal.h"
#include "cgroup/scope.h"

/* ---- layouts ---- */

struct expected {
	int version;
	const char *controllers, *mount, *own;
};

static void check_layout(const char *mountinfo, const char *membership,
			 const struct expected *expected, size_t count)
{
	struct hierarchies list;
	cgroup_match_layout(mountinfo, membership, &list);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(list.items[i].version, expected[i].version);
		assert_string_equal(list.items[i].controllers, expected[i].controllers);
		assert_string_equal(list.items[i].mount, expected[i].mount);
		assert_string_equal(list.items[i].own, expected[i].own);
	}
	hierarchies_clear(&list);
}
#define CHECK_LAYOUT(mountinfo, membership, ...)                             \
	do {                                                                 \
		const struct expected want[] = { __VA_ARGS__ };              \
		check_layout(mountinfo, membership, want, ARRAY_SIZE(want)); \
	} while (0)

static void a_unified_host_is_one_hierarchy(void **state)
{
	(void)state;
	CHECK_LAYOUT(
	    "22 1 0:20 / / rw - ext4 /dev/sda rw\n"
	    "30 22 0:25 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
	    "0::/user.slice/user-1000.slice/session-3.scope\n",
	    { 2, "", "/sys/fs/cgroup", "/user.slice/user-1000.slice/session-3.scope" });
}

static void a_hybrid_host_has_each_controller_where_it_is_mounted(void **state)
{
	(void)state;
	CHECK_LAYOUT(
	    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
	    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
	    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
	    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
	    "9:name=systemd:/u/s\n4:memory:/u\n1:cpuacct,cpu:/\n7:blkio:/\n0::/u/x\n",
	    { 1, "cpuacct,cpu", "/sys/fs/cgroup/cpu,cpuacct", "" },
	    { 1, "memory", "/sys/fs/cgroup/memory", "/u" },
	    { 1, "name=systemd", "/sys/fs/cgroup/systemd", "/u/s" },
	    { 2, "", "/sys/fs/cgroup/unified", "/u/x" });
}

static void a_legacy_host_has_no_cgroup2(void **state)
{
	(void)state;
	CHECK_LAYOUT("35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		     "4:memory:/\n0::/\n", { 1, "memory", "/sys/fs/cgroup/memory", "" });
}

static void a_mount_of_a_subtree_shows_groups_below_it_only(void **state)
{
	(void)state;
	const char *mounts =
	    "30 22 0:25 /docker/abc /sys/fs/cgroup ro master:3 propagate_from:2 - cgroup2 c rw\n";
	CHECK_LAYOUT(mounts, "0::/docker/abc/init\n", { 2, "", "/sys/fs/cgroup", "/init" });
	CHECK_LAYOUT(mounts, "0::/docker/abc\n", { 2, "", "/sys/fs/cgroup", "" });
	check_layout(mounts, "0::/docker/abcd\n", NULL, 0);
	check_layout(mounts, "0::/\n", NULL, 0);
}

static void groups_outside_the_cgroup_namespace_are_not_shown(void **state)
{
	(void)state;
	check_layout("30 22 0:25 / /c rw - cgroup2 c rw\n", "0::/../other\n", NULL, 0);
	check_layout("30 22 0:25 /.. /c rw - cgroup2 c rw\n", "0::/\n", NULL, 0);
}

static void escaped_mount_points_are_decoded(void **state)
{
	(void)state;
	CHECK_LAYOUT("30 22 0:25 / /my\\040c\\134g rw - cgroup2 c rw\n", "0::/a:b c\n",
		     { 2, "", "/my c\\g", "/a:b c" });
}

static void broken_lines_are_skipped(void **state)
{
	(void)state;
	check_layout("", "", NULL, 0);
	check_layout(" - cgroup\n - cgroup2\n30 - cgroup2 c rw\n30 22 0:25 / /c rw - cgroup2\n",
		     "0::/\n", NULL, 0);
	check_layout("30 22 0:25 / /c rw - cgroup2 c rw\n", "0:\n::\n:\nfoo\n0\n", NULL, 0);
	check_layout("30 22 0:25 / relative rw - cgroup2 c rw\n", "0::/\n", NULL, 0);
	check_layout("30 22 0:25 / /c rw - cgroup2fake c rw\n", "0::/\n", NULL, 0);
	CHECK_LAYOUT("x\n30 22 0:25 / /c\\04 rw - cgroup2 c rw", "0::/", { 2, "", "/c\\04", "" });
}

static void a_caller_in_a_leaf_or_monitor_uses_the_group_above(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "/u/lxc.leaf", "/u" },
		{ "/lxc.leaf", "" },
		{ "/u/lxc.monitor.web", "/u" },
		{ "/u/lxc.payload.web", "/u/lxc.payload.web" },
		{ "/u", "/u" },
		{ "", "" },
		{ "/lxc.leafy", "/lxc.leafy" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char group[64];
		snprintf(group, sizeof(group), "%s", cases[i].from);
		cgroup_strip_own_levels(group);
		assert_string_equal(group, cases[i].to);
	}
}

/* ---- limits ---- */

static void what_the_kernel_says_in_other_words_took(void **state)
{
	(void)state;
	static const struct {
		const char *file, *wanted, *content;
		bool took;
	} cases[] = {
		{ "memory.max", "64M", "67108864\n", true },
		{ "memory.max", "67108865", "67108864\n", true },
		{ "memory.max", "max", "max\n", true },
		{ "memory.max", "64M", "max\n", false },
		{ "memory.max", "64M", "134217728\n", false },
		{ "memory.max", "0", "0\n", true },
		{ "memory.limit_in_bytes", "-1", "9223372036854771712\n", true },
		{ "memory.limit_in_bytes", "1g", "1073741824\n", true },
		{ "pids.max", "10", "10\n", true },
		{ "pids.max", "10", "9\n", false },
		{ "cpu.max", "50000", "50000 100000\n", true },
		{ "cpu.max", "50000 200000", "50000 200000\n", true },
		{ "cpu.max", "100000", "50000 100000\n", false },
		{ "cpu.max", "max", "max 100000\n", true },
		{ "cpuset.cpus", "0,1,2", "0-2\n", true },
		{ "cpuset.cpus", "0-1", "0\n", false },
		{ "cpuset.cpus.partition", "root", "root invalid (x)\n", false },
		{ "io.weight", "200", "default 200\n", true },
		{ "io.weight", "default 200", "default 200\n8:0 100\n", true },
		{ "io.weight", "8:0 100", "default 200\n8:0 100\n", true },
		{ "io.weight", "8:0 100", "default 200\n", false },
		{ "io.max", "8:0 rbps=1M", "8:0 rbps=1048576 wbps=max riops=max wiops=max\n",
		  true },
		{ "io.max", "8:0 wbps=1M", "8:0 rbps=1048576 wbps=max riops=max wiops=max\n",
		  false },
		{ "io.max", "8:0 rbps=max", "", true },
		{ "io.max", "8:0 rbps=5", "", false },
		{ "cpu.uclamp.max", "50", "50.00\n", true },
		{ "memory.oom_control", "1", "oom_kill_disable 1\nunder_oom 0\n", true },
		{ "hugetlb.2MB.max", "3M", "2097152\n", true },
		{ "hugetlb.2MB.max", "8M", "2097152\n", false },
		{ "net_cls.classid", "0x00100001", "1048577\n", true },
		{ "cpu.shares", "1", "2\n", false },
		{ "cpuset.cpus", "", "\n", true },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cgroup_value_took(cases[i].file, cases[i].wanted, cases[i].content) !=
		    cases[i].took)
			fail_msg("%s: \"%s\" read back as \"%s\"", cases[i].file, cases[i].wanted,
				 cases[i].content);
	}
}

static void absurd_values_do_not_match_and_do_not_crash(void **state)
{
	(void)state;
	char many[4096];
	memset(many, '9', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	assert_false(cgroup_value_took("memory.max", many, "max"));
	for (size_t i = 1; i < sizeof(many) - 1; i += 2)
		many[i] = ' ';
	assert_false(cgroup_value_took("memory.max", many, "9"));
	assert_false(cgroup_value_took("cpuset.cpus", "0-99999999999999999999", "0-3"));
	assert_false(cgroup_value_took("cpuset.cpus", "3-0,", "0-3"));
	assert_false(cgroup_value_took("cpuset.cpus", "-", "0-3"));
	assert_false(cgroup_value_took("io.max", "8:0 =", "8:0 rbps=1"));
}

static void only_files_that_limit_are_limits(void **state)
{
	(void)state;
	static const char *const good[] = { "memory.max", "hugetlb.2MB.max", "cgroup.max.depth",
					    "cpu.cfs_quota_us" };
	static const char *const bad[] = {
		"",	   "memory",	   "../memory.max", "a/b.c",	   ".max",
		"memory.", "cgroup.procs", "cgroup.kill",   "mem ory.max", "cgroup.subtree_control"
	};
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(cgroup_limit_file_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(cgroup_limit_file_is_valid(bad[i]));
}

static void device_rules_are_read_completely_or_refused(void **state)
{
	(void)state;
	struct device_rule rule;
	assert_true(cgroup_parse_device_rule("c 1:3 rwm", &rule));
	assert_true(rule.type == 2 && rule.major == 1 && rule.minor == 3 && rule.access == 7);
	assert_true(cgroup_parse_device_rule("b *:* r", &rule));
	assert_true(rule.type == 1 && rule.major == -1 && rule.minor == -1 && rule.access == 2);
	assert_true(cgroup_parse_device_rule("a", &rule));
	assert_true(cgroup_parse_device_rule("a *:* rwm", &rule));
	assert_true(rule.type == 0 && rule.access == 7);
	static const char *const bad[] = { "",
					   "c",
					   "c 1",
					   "c 1:3 x",
					   "c 1:3 ",
					   "c -1:3 r",
					   "d 1:3 r",
					   "c 1:3:4 rwm",
					   "c 1: rwm",
					   "c :3 rwm",
					   "ab",
					   "c 4096:0 r",
					   "c 1:99999999999999999999 r" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (cgroup_parse_device_rule(bad[i], &rule))
			fail_msg("accepted \"%s\"", bad[i]);
}

/* ---- the struct ---- */

static void a_name_the_kernel_would_refuse_is_refused_first(void **state)
{
	(void)state;
	char name[256];
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	const char *const bad[] = { "", "a/b", "a\nb", name };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };
		struct cgroup *cgroup;
		assert_int_equal(cgroup_new(bad[i], NULL, &cgroup, &err), -1);
		assert_int_equal(err.code, E_NAME_INVALID);
		assert_null(cgroup);
	}
	struct cgroup *cgroup;
	name[243] = 0;
	assert_int_equal(cgroup_new(name, NULL, &cgroup, NULL), 0);
	cgroup_free(cgroup);
}

static void text_that_names_no_group_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"x",
		"3 memory /m /u",
		"2 - /m /a/../../etc",
		"2 - /m /..",
		"2 - m /u",
		"1 memory /m u",
		"2 - /m/../x /u",
		"2 - /m /u extra",
		"2 - - /u",
		"2 ",
		"1 memory /m /u\nz",
		"2 - /m /a\\057..\n",
		"2 - /m /u/\n",
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };
		struct cgroup *cgroup;
		if (cgroup_from_text("web", bad[i], &cgroup, &err) == 0)
			fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(err.code, E_CGROUP);
	}
}

static void groups_that_are_gone_are_no_error(void **state)
{
	(void)state;
	struct cgroup *cgroup;
	struct error err = { 0 };
	assert_int_equal(cgroup_from_text("web",
					  "2 cpu\\040memory /nonexistent /u\n1 memory /tmp -\n",
					  &cgroup, &err),
			 0);
	assert_false(cgroup_is_delegated(cgroup)); /* /tmp is not a cgroup file system */
	assert_int_equal(cgroup_remove(cgroup, &err), 0);
	char *text = cgroup_to_text(cgroup);
	assert_string_equal(text, "");
	free(text);
	cgroup_free(cgroup);
}

/* ---- decisions without delegation ---- */

static void a_limit_without_delegation_is_an_error_with_its_line(void **state)
{
	(void)state;
	struct cgroup *cgroup;
	struct error err = { 0 };
	assert_int_equal(cgroup_from_text("web", "", &cgroup, &err), 0);
	const struct cgroup_limit limit = { 2, "memory.max", "64M", "/home/u/config:12" };
	assert_int_equal(cgroup_check_limits(cgroup, &limit, 1, &err), -1);
	assert_int_equal(err.code, E_CGROUP_DELEGATION);
	assert_non_null(strstr(err.message, "lxc.cgroup2.memory.max = 64M"));
	assert_string_equal(err.rule, "/home/u/config:12");
	assert_true(strlen(err.fix) > 0);
	struct error none = { 0 };
	assert_int_equal(cgroup_check_limits(cgroup, NULL, 0, &none), 0);
	assert_int_equal(cgroup_create(cgroup, &none), 0);
	assert_int_equal(cgroup_enter_payload(cgroup, 0, &none), 0);
	assert_int_equal(cgroup_payload_fd(cgroup), -1);
	struct cgroup_stats stats;
	assert_int_equal(cgroup_read_stats(cgroup, &stats, &none), 0);
	assert_int_equal(stats.memory_bytes, -1);
	cgroup_free(cgroup);
}

static void the_name_of_a_scope_is_a_unit_name_whatever_the_container_is_called(void **state)
{
	char name[SCOPE_NAME_SIZE], long_name[300];
	(void)state;
	cgroup_scope_name(name, "web", 42);
	assert_string_equal(name, "lxc-web-42.scope");
	cgroup_scope_name(name, "my b\xc3\xb6x-1/@", 4194304);
	assert_string_equal(name, "lxc-my\\x20b\\xc3\\xb6x\\x2d1\\x2f\\x40-4194304.scope");
	memset(long_name, '%', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = 0;
	cgroup_scope_name(name, long_name, 2147483647);
	assert_in_range(strlen(name), 240, SCOPE_NAME_SIZE - 1);
	assert_string_equal(name + strlen(name) - 20, "x25-2147483647.scope");
}

static void groups_of_ones_own_are_paths_below_the_base(void **state)
{
	static const char *const good[] = { "a", "a/b", "a.b/..c", "lxc.payload.x" };
	static const char *const wrong[] = { "",    "/a",   "a/",   "a//b", ".",
					     "a/.", "../a", "a/..", "a\nb" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(cgroup_path_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(cgroup_path_is_valid(wrong[i]));
	struct cgroup *cgroup = NULL;
	struct cgroup_place place = { .dir = "my/groups", .relative = true };
	assert_int_equal(cgroup_new("web", &place, &cgroup, NULL), 0);
	assert_string_equal(cgroup->payload, "my/groups/lxc.payload.web");
	assert_string_equal(cgroup->monitor, "my/groups/lxc.monitor.web");
	cgroup_free(cgroup);
	place = (struct cgroup_place){ .container = "c", .monitor = "m", .inner = "i" };
	assert_int_equal(cgroup_new("web", &place, &cgroup, NULL), 0);
	assert_string_equal(cgroup->payload, "c");
	assert_string_equal(cgroup->monitor, "m");
	assert_string_equal(cgroup->inner, "i");
	cgroup_free(cgroup);
	place = (struct cgroup_place){ .dir = "../up" };
	assert_int_equal(cgroup_new("web", &place, &cgroup, NULL), -1);
}

static void groups_of_ones_own_are_found_again_after_a_crash(void **state)
{
	struct cgroup *cgroup = NULL;
	(void)state;
	assert_int_equal(
	    cgroup_from_text("web", "0 my\\040groups/c m\n2 - /no/such /base\n", &cgroup, NULL), 0);
	assert_string_equal(cgroup->payload, "my groups/c");
	assert_string_equal(cgroup->monitor, "m");
	assert_int_equal(cgroup->list.count, 1);
	cgroup_free(cgroup);
	static const char *const wrong[] = { "0 ../c m\n", "0 c\n", "0 c /m\n",
					     "2 - /m /b\n0 c m\n" };
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(cgroup_from_text("web", wrong[i], &cgroup, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_of_ones_own_are_paths_below_the_base),
		cmocka_unit_test(groups_of_ones_own_are_found_again_after_a_crash),
		cmocka_unit_test(a_unified_host_is_one_hierarchy),
		cmocka_unit_test(a_hybrid_host_has_each_controller_where_it_is_mounted),
		cmocka_unit_test(a_legacy_host_has_no_cgroup2),
		cmocka_unit_test(a_mount_of_a_subtree_shows_groups_below_it_only),
		cmocka_unit_test(groups_outside_the_cgroup_namespace_are_not_shown),
		cmocka_unit_test(escaped_mount_points_are_decoded),
		cmocka_unit_test(broken_lines_are_skipped),
		cmocka_unit_test(a_caller_in_a_leaf_or_monitor_uses_the_group_above),
		cmocka_unit_test(what_the_kernel_says_in_other_words_took),
		cmocka_unit_test(absurd_values_do_not_match_and_do_not_crash),
		cmocka_unit_test(only_files_that_limit_are_limits),
		cmocka_unit_test(device_rules_are_read_completely_or_refused),
		cmocka_unit_test(a_name_the_kernel_would_refuse_is_refused_first),
		cmocka_unit_test(text_that_names_no_group_is_refused),
		cmocka_unit_test(groups_that_are_gone_are_no_error),
		cmocka_unit_test(a_limit_without_delegation_is_an_error_with_its_line),
		cmocka_unit_test(
		    the_name_of_a_scope_is_a_unit_name_whatever_the_container_is_called),
	};
	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
