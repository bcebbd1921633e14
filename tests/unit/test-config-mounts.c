// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.mount.*, lxc.idmap.keep: words and lines, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/config-text.h"

static void bad(const char *text, const char *message)
{
	struct error err = refusal_of(text);
	assert_int_equal(err.code, E_CONFIG_VALUE);
	assert_string_equal(err.message, message);
}

static void of_each_family_of_mount_auto_the_last_word_counts(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.mount.auto = proc sys cgroup-full:ro:force\n"
				     "lxc.mount.auto = proc:rw cgroup2:ro:force sys:ro # comment\n"
				     "lxc.mount.auto = shmounts:/a shmounts:/b:/c\n");
	assert_int_equal(c->mount_auto.proc, MOUNT_RW);
	assert_int_equal(c->mount_auto.sys, MOUNT_RO);
	assert_int_equal(c->mount_auto.cgroup, MOUNT_RO);
	assert_true(c->mount_auto.cgroup_unified);
	assert_string_equal(c->mount_auto.shmounts_host, "/b");
	assert_string_equal(c->mount_auto.shmounts_container, "/c");
	config_free(c);
	c = config_of("lxc.mount.auto = cgroup2 cgroup shmounts:/a\n");
	assert_int_equal(c->mount_auto.cgroup, MOUNT_DEFAULT);
	assert_false(c->mount_auto.cgroup_unified);
	assert_string_equal(c->mount_auto.shmounts_container, "/dev/.lxc-mounts");
	config_free(c);
	c = config_of("lxc.mount.auto = proc sys cgroup shmounts:/a\nlxc.mount.auto =\n");
	assert_int_equal(c->mount_auto.proc | c->mount_auto.sys | c->mount_auto.cgroup, MOUNT_NO);
	assert_null(c->mount_auto.shmounts_host);
	config_free(c);
}

static void words_that_mount_auto_does_not_know_are_named(void **state)
{
	(void)state;
	static const char *const words[] = { "proc:ro",	   "proc:mixed:force",
					     "sys:force",  "cgroup:force:ro",
					     "cgroup:rw:", "cgroup-fully",
					     "cgroup2:rw", "cgroup2:",
					     "shmounts",   "shmounts:",
					     "shmounts:a", "shmounts:/a:b",
					     "Proc",	   ":" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char text[64], message[400];
		snprintf(text, sizeof(text), "lxc.mount.auto = %s\n", words[i]);
		snprintf(
		    message, sizeof(message),
		    "test:1: lxc.mount.auto = %s: \"%s\" is not known; accepted: "
		    "proc[:mixed|:rw] sys[:ro|:mixed|:rw] cgroup[-full][:ro|:mixed|:rw][:force] "
		    "cgroup2[:ro][:force] shmounts:/HOST[:/CONTAINER]",
		    words[i], words[i]);
		bad(text, message);
	}
}

static void a_kept_id_is_a_number_or_two(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.idmap.keep = 1000\n");
	assert_true(c->has_idmap_keep[IDMAP_UID] && !c->has_idmap_keep[IDMAP_GID]);
	assert_int_equal(c->idmap_keep[IDMAP_UID], 1000);
	config_free(c);
	c = config_of("lxc.idmap.keep = 5\nlxc.idmap.keep = 1000:4294967294\n");
	assert_int_equal(c->idmap_keep[IDMAP_UID], 1000);
	assert_int_equal(c->idmap_keep[IDMAP_GID], 4294967294u);
	config_free(c);
	c = config_of("lxc.idmap.keep = 1000:5\nlxc.idmap.keep =\n");
	assert_false(c->has_idmap_keep[IDMAP_UID] || c->has_idmap_keep[IDMAP_GID]);
	config_free(c);
	bad("lxc.idmap.keep = 0\n",
	    "test:1: lxc.idmap.keep = 0: not a number from 1 to 4294967294, or two with a colon; "
	    "accepted: UID or UID:GID of the container, from 1");
	bad("lxc.idmap.keep = 1:0x10\n",
	    "test:1: lxc.idmap.keep = 1:0x10: not a number from 1 to 4294967294, or two with a "
	    "colon; accepted: UID or UID:GID of the container, from 1");
}

static void root_may_keep_no_id(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.idmap = b 0 100000 65536\nlxc.idmap.keep = 7\n");
	struct idmap map;
	struct error err = { 0 };
	assert_int_equal(config_make_idmap(c, 0, 0, &map, &err), -1);
	assert_string_equal(err.message, "test:2: lxc.idmap.keep would make a user of the "
					 "container root of the host");
	config_free(c);
}

static char path[] = "/tmp/test-fstab-XXXXXX";

/* A file with this text; the same name each time. */
static struct config *with_fstab(const char *text, size_t length)
{
	char line[64];
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	snprintf(line, sizeof(line), "lxc.mount.fstab = %s\n", path);
	return config_of(line);
}

static void a_file_of_mounts_has_comments_escapes_and_places(void **state)
{
	(void)state;
	static const char text[] = "# none here\n\n \t\nproc proc proc nodev 0 0\n"
				   "\t/a\\040b c\\011d none bind,create=dir\n/x\\000 y none # z";
	struct config *c = with_fstab(text, sizeof(text) - 1);
	struct fstab fstab;
	struct error err = { 0 };
	assert_int_equal(config_load_fstab(c, &fstab, &err), 0);
	assert_int_equal(fstab.count, 3);
	assert_int_equal(fstab.entries[0].origin.line, 4);
	assert_string_equal(fstab.entries[1].source, "/a b");
	assert_string_equal(fstab.entries[1].target, "c\td");
	assert_string_equal(fstab.entries[1].options, "bind,create=dir");
	assert_int_equal(fstab.entries[1].origin.line, 5);
	assert_string_equal(fstab.entries[2].options, "#");
	assert_string_equal(fstab.entries[2].source, "/x\\000"); /* nothing ends in a NUL */
	config_free_fstab(&fstab);
	config_free(c);
	/* no key, no lines */
	c = config_of("");
	assert_int_equal(config_load_fstab(c, &fstab, &err), 0);
	assert_int_equal(fstab.count, 0);
	config_free(c);
}

static void what_is_no_line_of_mounts_is_named_by_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t length;
		const char *after; /* the file's name, in the message */
	} cases[] = {
		{ "a b none\nx y\n", 13,
		  ":2: x y: 2 fields; accepted: SOURCE TARGET TYPE OPTIONS [0 0]" },
		{ "a b c d 0 0 0\n", 14,
		  ":1: a b c d 0 0 0: 7 fields; accepted: SOURCE TARGET TYPE OPTIONS [0 0]" },
		{ "a b\0c none\n", 11, ": a NUL byte in a text file" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *c = with_fstab(cases[i].text, cases[i].length);
		struct fstab fstab;
		struct error err = { 0 };
		assert_int_equal(config_load_fstab(c, &fstab, &err), -1);
		assert_memory_equal(err.message, path, strlen(path));
		assert_string_equal(err.message + strlen(path), cases[i].after);
		assert_int_equal(fstab.count, 0);
		config_free(c);
	}
	bad("lxc.mount.fstab = some/file\n", "test:1: lxc.mount.fstab = some/file: not an absolute "
					     "path; accepted: an absolute path");
	struct config *c = config_of("\nlxc.mount.fstab = /no/such\n");
	struct fstab fstab;
	struct error err = { 0 };
	assert_int_equal(config_load_fstab(c, &fstab, &err), -1);
	assert_int_equal(err.code, E_CONFIG_READ);
	assert_string_equal(err.rule, "test:2");
	config_free(c);
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_each_family_of_mount_auto_the_last_word_counts),
		cmocka_unit_test(words_that_mount_auto_does_not_know_are_named),
		cmocka_unit_test(a_kept_id_is_a_number_or_two),
		cmocka_unit_test(root_may_keep_no_id),
		cmocka_unit_test(a_file_of_mounts_has_comments_escapes_and_places),
		cmocka_unit_test(what_is_no_line_of_mounts_is_named_by_its_place),
	};
	return cmocka_run_group_tests_name("config-mounts", tests, make_file, remove_file);
}
