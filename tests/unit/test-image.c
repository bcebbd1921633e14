// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/log.h"
#include "image/internal.h"

static char *granted(const char *usernet)
{
	static const gid_t groups[] = { 2000 };
	struct account account = {
		.uid = 1001,
		.gid = 1001,
		.groups = groups,
		.group_count = 1,
		.passwd = text_of("web:x:1001:1001::/home/web:/bin/sh\n"),
		.group = text_of("team:x:2000:\n"),
	};
	account_resolve(&account);
	return image_granted_link(text_of(usernet), &account);
}

static void the_first_bridge_that_lxc_usernet_gives_is_chosen(void **state)
{
	(void)state;
	static const struct {
		const char *usernet, *link;
	} cases[] = {
		{ "web veth br0 1\nweb veth br1 1\n", "br0" },
		{ "other veth br0 1\nweb veth br1 1\n", "br1" },
		{ "@team veth br2 5\n", "br2" },
		{ "1001 veth br3 1\n", "br3" },
		{ "web veth br0 0\nweb veth br1 2\n", "br1" },
		{ "web veth none 3\nweb veth br1 2\n", "br1" },
		{ "web macvlan br0 3\n", NULL },
		{ "web veth br0\n", NULL },
		{ "web veth br0 1 unknown-option\n", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *link = granted(cases[i].usernet);
		if (cases[i].link)
			assert_string_equal(link, cases[i].link);
		else
			assert_null(link);
	}
}

static void the_builtin_configuration_is_one_that_the_reader_takes(void **state)
{
	(void)state;
	static const char *const links[] = { NULL, "lxcbr0" };
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct error err = { 0 };
		_cleanup_config_ struct config *config = config_new();
		_cleanup_free_ char *text = image_builtin_config(links[i]);
		assert_int_equal(config_load_text(config, text, strlen(text), "text", &err), 0);
		assert_true(config->idmap_auto);
		assert_int_equal(config->net_count, 1);
		assert_int_equal(config->nets[0].type, links[i] ? NET_VETH : NET_EMPTY);
	}
}

static void template_parameters_cannot_become_configuration_lines(void **state)
{
	(void)state;
	char *const words[] = { "--fstree", "a\nlxc.init.cmd = /bin/evil\r", NULL };
	_cleanup_free_ char *header = image_config_header("/t\nlxc.arch = x", words);
	for (const char *line = header; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_true(*line == '#' || *line == '\n');
}

static void an_explicit_file_must_exist_and_be_right(void **state)
{
	(void)state;
	struct error err = { 0 };
	char *text = NULL;
	assert_int_equal(image_initial_config("/nonexistent/file", &text, &err), -1);
	assert_int_equal(err.code, E_CONFIG_READ);
	assert_null(text);
}

static void a_template_is_a_name_or_an_absolute_path_of_a_program(void **state)
{
	(void)state;
	static const char *const bad[] = { "",	   "../busybox",   "a/b",   "/etc/passwd",
					   "/etc", "/nonexistent", "nosuch" };
	setenv("LXC_TEMPLATE_PATH", "user-tools/share/templates", 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };
		char *path = NULL;
		assert_int_equal(image_find_template(bad[i], &path, &err), -1);
		assert_int_equal(err.code, E_TEMPLATE);
		assert_null(path);
	}
	struct error err = { 0 };
	_cleanup_free_ char *path = NULL;
	assert_int_equal(image_find_template("busybox", &path, &err), 0);
	assert_string_equal(path, "user-tools/share/templates/lxc-busybox");
	assert_int_equal(image_find_template("nosuch", &(char *){ NULL }, &err), -1);
	assert_string_equal(err.fix, "use one of: busybox, local, none");
	unsetenv("LXC_TEMPLATE_PATH");
}

/* ---- removal ---- */
static int make_place(void **state)
{
	char name[] = "/tmp/test-image.XXXXXX";
	if (!mkdtemp(name))
		return -1;
	*state = xstrdup(name);
	return 0;
}

static int remove_place(void **state)
{
	int result = remove_tree(AT_FDCWD, *state, *state, NULL, NULL, NULL);
	free(*state);
	return result;
}

static int open_place(void **state)
{
	return open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void touch(int directory, const char *name)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void removal_follows_no_link_and_leaves_what_is_beside_the_tree(void **state)
{
	struct error err = { 0 };
	_cleanup_close_ int place = open_place(state);
	assert_int_equal(mkdirat(place, "tree", 0755), 0);
	assert_int_equal(mkdirat(place, "tree/-rf", 0755), 0);
	assert_int_equal(mkdirat(place, "tree/closed", 0755), 0);
	assert_int_equal(mkdirat(place, "beside", 0755), 0);
	touch(place, "beside/file");
	touch(place, "tree/closed/new\nline");
	assert_int_equal(symlinkat("../beside", place, "tree/link"), 0);
	assert_int_equal(symlinkat("..", place, "tree/-rf/up"), 0);
	assert_int_equal(symlinkat("nowhere", place, "tree/dangling"), 0);
	assert_int_equal(mkfifoat(place, "tree/fifo", 0600), 0);
	assert_int_equal(fchmodat(place, "tree/closed", 0, 0), 0);
	assert_int_equal(remove_tree(place, "tree", "tree", NULL, NULL, &err), 0);
	assert_int_equal(faccessat(place, "beside/file", F_OK, 0), 0);
	assert_int_not_equal(faccessat(place, "tree", F_OK, AT_SYMLINK_NOFOLLOW), 0);
}

static void a_link_in_place_of_the_tree_is_refused(void **state)
{
	struct error err = { 0 };
	_cleanup_close_ int place = open_place(state);
	assert_int_equal(mkdirat(place, "beside", 0755), 0);
	touch(place, "beside/file");
	assert_int_equal(symlinkat("beside", place, "tree"), 0);
	assert_int_equal(remove_tree(place, "tree", "tree", NULL, NULL, &err), -1);
	assert_int_equal(err.code, E_STORAGE);
	assert_int_equal(faccessat(place, "beside/file", F_OK, 0), 0);
}

static void what_is_to_be_kept_stays_and_the_rest_goes(void **state)
{
	struct error err = { 0 };
	_cleanup_close_ int place = open_place(state);
	assert_int_equal(mkdirat(place, "tree", 0755), 0);
	assert_int_equal(mkdirat(place, "tree/sub", 0755), 0);
	touch(place, "tree/config");
	touch(place, "tree/sub/config");
	assert_int_equal(remove_tree(place, "tree", "tree", "config", NULL, &err), 0);
	assert_int_equal(faccessat(place, "tree/config", F_OK, 0), 0);
	assert_int_not_equal(faccessat(place, "tree/sub", F_OK, 0), 0);
}

static void a_tree_of_any_depth_needs_few_descriptors(void **state)
{
	struct error err = { 0 };
	struct rlimit limit, few = { 60, 60 };
	_cleanup_close_ int place = open_place(state);
	assert_int_equal(mkdirat(place, "tree", 0755), 0);
	int at = openat(place, "tree", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdirat(at, "deeper", 0755), 0);
		touch(at, "file");
		int next = openat(at, "deeper", O_RDONLY | O_DIRECTORY);
		close(at);
		at = next;
	}
	close(at);
	getrlimit(RLIMIT_NOFILE, &limit);
	few.rlim_max = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	int result = remove_tree(place, "tree", "tree", NULL, NULL, &err);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_string_equal(err.message, "");
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_bridge_that_lxc_usernet_gives_is_chosen),
		cmocka_unit_test(the_builtin_configuration_is_one_that_the_reader_takes),
		cmocka_unit_test(template_parameters_cannot_become_configuration_lines),
		cmocka_unit_test(an_explicit_file_must_exist_and_be_right),
		cmocka_unit_test(a_template_is_a_name_or_an_absolute_path_of_a_program),
		cmocka_unit_test_setup_teardown(
		    removal_follows_no_link_and_leaves_what_is_beside_the_tree, make_place,
		    remove_place),
		cmocka_unit_test_setup_teardown(a_link_in_place_of_the_tree_is_refused, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(what_is_to_be_kept_stays_and_the_rest_goes,
						make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_tree_of_any_depth_needs_few_descriptors,
						make_place, remove_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
