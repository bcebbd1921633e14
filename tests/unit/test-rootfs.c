// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rootfs/mount.h"

static void the_last_of_two_opposite_options_wins(void **state)
{
	(void)state;
	struct mount_options options;
	assert_int_equal(mount_options_parse("ro,rw,nosuid", &options, NULL), 0);
	assert_int_equal(options.set, MOUNT_ATTR_NOSUID);
	assert_int_equal(options.clear, MOUNT_ATTR_RDONLY);
	mount_options_clear(&options);
	assert_int_equal(mount_options_parse("rw,ro", &options, NULL), 0);
	assert_int_equal(options.set, MOUNT_ATTR_RDONLY);
	assert_int_equal(options.clear, 0);
	mount_options_clear(&options);
}

static void words_of_lxc_and_of_the_file_system_are_kept_apart(void **state)
{
	(void)state;
	struct mount_options options;
	assert_int_equal(mount_options_parse("rbind,optional,create=dir,rslave,size=5m,mode=755",
					     &options, NULL),
			 0);
	assert_true(options.bind && options.recursive && options.optional && options.create_dir);
	assert_int_equal(options.propagation, MS_SLAVE);
	assert_true(options.propagation_recursive);
	assert_string_equal(options.data, "size=5m,mode=755");
	mount_options_clear(&options);
}

static void an_unknown_create_is_named(void **state)
{
	(void)state;
	struct mount_options options;
	struct error err = { 0 };
	assert_int_equal(mount_options_parse("bind,create=socket", &options, &err), -1);
	assert_int_equal(err.code, E_CONFIG_VALUE);
	assert_non_null(strstr(err.message, "create=socket"));
	mount_options_clear(&options);
}

static void access_time_modes_are_one_field_and_their_opposites_undo_only_themselves(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t set, clear;
	} cases[] = {
		{ "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
		{ "noatime,atime", 0, MOUNT_ATTR__ATIME },
		{ "atime", 0, MOUNT_ATTR__ATIME },
		{ "noatime,nostrictatime,norelatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
		{ "strictatime,noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
		{ "strictatime,nostrictatime", 0, MOUNT_ATTR__ATIME },
		{ "norelatime", 0, 0 },
		{ "nodiratime,diratime", 0, MOUNT_ATTR_NODIRATIME },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mount_options options;
		assert_int_equal(mount_options_parse(cases[i].text, &options, NULL), 0);
		assert_int_equal(options.set, cases[i].set);
		assert_int_equal(options.clear, cases[i].clear);
		mount_options_clear(&options);
	}
}

static void words_that_ask_for_nothing_leave_nothing(void **state)
{
	(void)state;
	struct mount_options options;
	assert_int_equal(
	    mount_options_parse("defaults,async,nomand,nolazytime,auto,nouser,noowner,nogroup,"
				"silent,loud,_netdev,comment=a,x-systemd.automount,X-b",
				&options, NULL),
	    0);
	assert_int_equal(options.set | options.clear | options.propagation, 0);
	assert_null(options.data);
	assert_false(options.optional || options.bind || options.create_dir);
	mount_options_clear(&options);
	/* but a remount has to say them */
	assert_int_equal(mount_options_parse("async,remount,nolazytime", &options, NULL), 0);
	assert_string_equal(options.data, "async,nolazytime");
	mount_options_clear(&options);
}

static void what_can_mean_nothing_is_refused_by_its_word(void **state)
{
	(void)state;
	static const char *const words[] = { "noauto",
					     "move",
					     "loop",
					     "mand",
					     "idmap=relative",
					     "idmap=",
					     "X-mount.owner=1",
					     "x-mount.subdir=a" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct mount_options options;
		struct error err = { 0 };
		char text[64];
		snprintf(text, sizeof(text), "ro,%s,size=5", words[i]);
		assert_int_equal(mount_options_parse(text, &options, &err), -1);
		assert_int_equal(err.code, E_CONFIG_VALUE);
		assert_non_null(strstr(err.message, words[i]));
		assert_null(options.data);
	}
}

static int make_tree(char *base)
{
	assert_non_null(mkdtemp(base));
	int fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void remove_tree(const char *base)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", base);
	assert_int_equal(system(command), 0);
}

static void a_symlink_to_the_host_stays_inside_the_root(void **state)
{
	(void)state;
	char base[] = "/tmp/lxc-test-XXXXXX";
	int root = make_tree(base);
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	assert_int_equal(symlinkat("/etc", root, "absolute"), 0);
	assert_int_equal(symlinkat("../../../../../../etc", root, "dots"), 0);
	struct stat inside, got;
	assert_int_equal(fstatat(root, "etc", &inside, 0), 0);
	const char *names[] = { "absolute", "dots", "/absolute", "../../etc" };
	for (size_t i = 0; i < 4; i++) {
		int fd = resolve_open(root, names[i], 0);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &got), 0);
		assert_int_equal(got.st_ino, inside.st_ino);
		close(fd);
	}
	close(root);
	remove_tree(base);
}

static void missing_directories_are_made_below_the_root_only(void **state)
{
	(void)state;
	char base[] = "/tmp/lxc-test-XXXXXX", path[64];
	struct stat st;
	int root = make_tree(base);
	assert_int_equal(symlinkat("/", root, "up"), 0);
	int fd = resolve_create(root, "up/a/b/file", true);
	assert_true(fd >= 0);
	close(fd);
	snprintf(path, sizeof(path), "%s/a/b/file", base);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	fd = resolve_create(root, "x/y", false);
	assert_true(fd >= 0);
	close(fd);
	close(root);
	remove_tree(base);
}

static void a_magic_link_is_not_followed(void **state)
{
	(void)state;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(resolve_open(root, "proc/self/root/etc", 0), -1);
	assert_int_equal(resolve_open(root, "proc/self/fd/0", 0), -1);
	close(root);
}

static void a_directory_for_our_own_mounts_is_never_behind_a_link(void **state)
{
	(void)state;
	char base[] = "/tmp/lxc-test-XXXXXX";
	int root = make_tree(base);
	assert_int_equal(mkdirat(root, "real", 0755), 0);
	assert_int_equal(symlinkat("real", root, "proc"), 0);
	assert_int_equal(symlinkat("nowhere", root, "sys"), 0);
	const char *names[] = { "proc", "proc/sys", "sys", "/sys/fs/cgroup" };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(resolve_plain(root, names[i]), -1);
		assert_int_equal(errno, ELOOP);
	}
	int fd = resolve_plain(root, "real/pts");
	assert_true(fd >= 0);
	close(fd);
	close(root);
	remove_tree(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    access_time_modes_are_one_field_and_their_opposites_undo_only_themselves),
		cmocka_unit_test(words_that_ask_for_nothing_leave_nothing),
		cmocka_unit_test(what_can_mean_nothing_is_refused_by_its_word),
		cmocka_unit_test(a_directory_for_our_own_mounts_is_never_behind_a_link),
		cmocka_unit_test(the_last_of_two_opposite_options_wins),
		cmocka_unit_test(words_of_lxc_and_of_the_file_system_are_kept_apart),
		cmocka_unit_test(an_unknown_create_is_named),
		cmocka_unit_test(a_symlink_to_the_host_stays_inside_the_root),
		cmocka_unit_test(missing_directories_are_made_below_the_root_only),
		cmocka_unit_test(a_magic_link_is_not_followed),
	};
	return cmocka_run_group_tests_name("rootfs", tests, NULL, NULL);
}
