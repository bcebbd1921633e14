// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "container/credentials.h"
#include "container/hooks.h"
#include "tests/unit/config-text.h"

static struct container box = { .name = "box", .config_path = "/c/box/config" };

static void values_of_a_kind_keep_their_order_and_their_lines(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.hook.mount = a\nlxc.hook.start = s\nlxc.hook.mount = b 'c d'\n");
	assert_int_equal(c->hooks[HOOK_MOUNT].count, 2);
	assert_string_equal(c->hooks[HOOK_MOUNT].items[1].command, "b 'c d'");
	assert_int_equal(c->hooks[HOOK_MOUNT].items[1].origin.line, 3);
	assert_int_equal(c->hooks[HOOK_START].count, 1);
	assert_int_equal(c->hooks[HOOK_STOP].count, 0);
	config_free(c);
	c = config_of("lxc.hook.mount = a\nlxc.hook.stop = b\nlxc.hook.mount =\n");
	assert_int_equal(c->hooks[HOOK_MOUNT].count, 0);
	assert_int_equal(c->hooks[HOOK_STOP].count, 1);
	config_free(c);
	c = config_of("lxc.hook.mount = a\nlxc.hook.stop = b\nlxc.hook.version = 1\nlxc.hook =\n");
	assert_int_equal(c->hooks[HOOK_STOP].count, 0);
	assert_int_equal(c->hook_version, 1);
	config_free(c);
}

static void bad_values_name_what_is_accepted(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{ "lxc.hook = x", "test:1: lxc.hook = x: a value; accepted: nothing" },
		{ "lxc.hook.version = 2",
		  "test:1: lxc.hook.version = 2: not a number from 0 to 1" },
		{ "lxc.hook.version = x", "not a number from 0 to 1; accepted: 0 or 1" },
		{ "lxc.hook.mounts = x", "there is no key lxc.hook.mounts" },
		{ "lxc.hook.mount", "has no =" },
		{ "lxc.environment.hooks = =x", "the name is missing" },
		{ "lxc.environment.hooks = NOT_SET_ANYWHERE", "the variable is not set here" },
		{ "lxc.ephemeral = yes", "not 0 or 1" },
		{ "lxc.net.0.script.sideways = x", "there is no key" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = refusal_of(bad[i][0]);
		if (!strstr(err.message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.message);
	}
}

static void a_type_line_clears_the_scripts_of_an_interface(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.net.0.type = veth\nlxc.net.0.script.up = a b\n"
				     "lxc.net.1.type = empty\nlxc.net.1.script.down = x\n"
				     "lxc.net.1.type = empty\n");
	assert_string_equal(c->nets[0].script_up.command, "a b");
	assert_int_equal(c->nets[0].script_up.origin.line, 2);
	assert_null(c->nets[1].script_down.command);
	config_free(c);
}

static void expect_words(const struct string_list *list, const char *expected)
{
	_cleanup_free_ char *joined = list->count ? string_list_join(list, "|") : xstrdup("");
	assert_string_equal(joined, expected);
}

static void versions_tell_the_same_by_arguments_or_by_environment(void **state)
{
	(void)state;
	struct string_list namespaces = { 0 };
	string_list_add(&namespaces, "user:/proc/7/fd/3");
	string_list_add(&namespaces, "net:/proc/7/fd/4");
	struct hook_context context = { .container = &box, .namespaces = &namespaces };
	struct hook_call call;
	struct config *c = config_of("lxc.environment = A=1\n");
	context.config = c;
	hooks_describe(&context, HOOK_STOP, &call);
	expect_words(&call.arguments, "box|lxc|stop|user:/proc/7/fd/3|net:/proc/7/fd/4");
	assert_string_equal(environment_get(&call.environment, "LXC_NET_NS"), "/proc/7/fd/4");
	assert_null(environment_get(&call.environment, "LXC_HOOK_TYPE"));
	assert_null(environment_get(&call.environment, "LXC_PID"));
	hooks_clear_call(&call);
	hooks_describe(&context, HOOK_POST_STOP, &call);
	expect_words(&call.arguments, "box|lxc|post-stop");
	hooks_clear_call(&call);
	config_free(c);

	context.config = c = config_of("lxc.hook.version = 1\n");
	context.init_pid = 12;
	context.target = "reboot";
	hooks_describe(&context, HOOK_STOP, &call);
	expect_words(&call.arguments, "");
	assert_string_equal(environment_get(&call.environment, "LXC_HOOK_TYPE"), "stop");
	assert_string_equal(environment_get(&call.environment, "LXC_HOOK_SECTION"), "lxc");
	assert_string_equal(environment_get(&call.environment, "LXC_PID"), "12");
	assert_string_equal(environment_get(&call.environment, "LXC_TARGET"), "reboot");
	assert_string_equal(environment_get(&call.environment, "LXC_USER_NS"), "/proc/7/fd/3");
	hooks_clear_call(&call);
	config_free(c);
	string_list_clear(&namespaces);
}

static void the_environment_depends_on_where_a_hook_runs(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.environment = A=1\nlxc.environment.hooks = A=2\n"
				     "lxc.environment.hooks = B=3\n");
	struct hook_context context = { .container = &box, .config = c };
	struct hook_call call;
	setenv("OF_THE_CALLER", "x", 1);
	setenv("LXC_NAME", "forged", 1);
	hooks_describe(&context, HOOK_PRE_START, &call);
	assert_string_equal(environment_get(&call.environment, "OF_THE_CALLER"), "x");
	assert_string_equal(environment_get(&call.environment, "LXC_NAME"), "box");
	assert_null(environment_get(&call.environment, "B"));
	hooks_clear_call(&call);
	context.place = HOOK_IN_NAMESPACES;
	hooks_describe(&context, HOOK_MOUNT, &call);
	assert_string_equal(environment_get(&call.environment, "OF_THE_CALLER"), "x");
	assert_string_equal(environment_get(&call.environment, "A"), "2");
	hooks_clear_call(&call);
	context.place = HOOK_IN_ROOT;
	hooks_describe(&context, HOOK_START, &call);
	assert_null(environment_get(&call.environment, "OF_THE_CALLER"));
	assert_string_equal(environment_get(&call.environment, "B"), "3");
	hooks_clear_call(&call);
	config_free(c);
}

static void network_scripts_have_type_link_and_host_end(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.net.0.type = veth\nlxc.net.0.link = br0\n");
	struct hook_context context = { .container = &box, .config = c };
	struct hook_call call;
	hooks_describe_script(&context, &c->nets[0], true, "vethX", &call);
	expect_words(&call.arguments, "box|net|up|veth|br0|vethX");
	hooks_clear_call(&call);
	c->hook_version = 1;
	hooks_describe_script(&context, &c->nets[0], false, "", &call);
	expect_words(&call.arguments, "veth|br0");
	assert_string_equal(environment_get(&call.environment, "LXC_HOOK_SECTION"), "net");
	assert_string_equal(environment_get(&call.environment, "LXC_HOOK_TYPE"), "down");
	assert_null(environment_get(&call.environment, "LXC_NET_PEER"));
	hooks_clear_call(&call);
	config_free(c);
}

static int run(const char *command, const struct hook_watch *watch, struct error *err)
{
	struct hook hook = { .command = (char *)command, .origin = { "file", 3 } };
	struct hook_call call = {
		.key = "lxc.hook.x", .hook = &hook, .program = -1, .watch = watch
	};
	string_list_add(&call.environment, "PATH=" DEFAULT_PATH);
	string_list_add(&call.arguments, "a 'b");
	int result = hook_process_run(&call, err);
	hooks_clear_call(&call);
	return result;
}

static void an_error_says_how_it_ended_and_what_it_said_last(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "sh -c 'echo 1; echo 2; echo 3; echo 4; exit 9'", "exit status 9: 2 / 3 / 4" },
		{ "sh -c 'kill -SEGV $$'", "was killed by SIGSEGV" },
		{ "sh -c 'printf \"\\033[31mred\\302\\205\"; exit 1'",
		  "exit status 1: ?[31mred??" },
		{ "sh -c 'echo \"$0\"; exit 1'", "exit status 1: a 'b" },
		{ "/no/such", "exit status 127: " },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		assert_int_equal(run(cases[i][0], NULL, &err), -1);
		assert_int_equal(err.code, E_HOOK);
		assert_string_equal(err.rule, "file:3");
		if (!strstr(err.message, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], err.message);
	}
	assert_int_equal(run("sh -c 'cat; exit 0'", NULL, NULL), 0);
}

static bool give_up(void *data, int index)
{
	return index == 0 && ++*(int *)data > 0;
}

static int refuse(void *data, struct error *err)
{
	(void)data;
	return error_set(err, E_SYSTEM, 0, "not like this");
}

static void what_keeps_a_hook_from_being_executed_is_what_it_said(void **state)
{
	(void)state;
	struct hook hook = { .command = (char *)"true" };
	for (int i = 0; i < 2; i++) {
		struct error err = { 0 };
		struct hook_call call = { .key = "lxc.hook.x",
					  .hook = &hook,
					  .program = -1,
					  .enter = i ? refuse : NULL,
					  .limit = i ? NULL : refuse,
					  .kept = { -1, -1, -1 } };
		assert_int_equal(hook_process_run(&call, &err), -1);
		assert_string_equal(err.message,
				    "lxc.hook.x = true: exit status 126: not like this");
	}
}

static void one_that_hangs_or_floods_is_killed_when_the_watch_says_so(void **state)
{
	(void)state;
	static const char *const endless[] = { "sleep 1000", "sh -c 'sleep 1000 & wait'", "yes" };
	for (size_t i = 0; i < ARRAY_SIZE(endless); i++) {
		int pipes[2], asked = 0;
		struct error err = { 0 };
		assert_int_equal(pipe(pipes), 0);
		close(pipes[1]); /* ready at once */
		const struct hook_watch watch = { .fds = { pipes[0], -1 },
						  .ready = give_up,
						  .data = &asked };
		assert_int_equal(run(endless[i], &watch, &err), -1);
		assert_non_null(strstr(err.message, "was ended by a stop"));
		assert_int_equal(asked, 1);
		close(pipes[0]);
	}
}

static void a_program_path_is_only_taken_where_no_shell_would_read_it_otherwise(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "/a/b c", "/a/b" }, { "/a/b", "/a/b" },  { "a/b", NULL },    { "/a$b", NULL },
		{ "/a;b", NULL },     { "/a\"b\"", NULL }, { "\"/a\"", NULL }, { "/a\tb", "/a" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct hook hook = { .command = (char *)cases[i][0] };
		_cleanup_free_ char *path = hook_program_path(&hook);
		if (!cases[i][1])
			assert_null(path);
		else
			assert_string_equal(path, cases[i][1]);
	}
}

static void a_start_hook_must_be_a_program_of_the_root(void **state)
{
	(void)state;
	char root[] = "/tmp/hooks-XXXXXX";
	assert_non_null(mkdtemp(root));
	_cleanup_free_ char *file = path_join(root, "hook"), *link = path_join(root, "link");
	assert_int_equal(file_write_atomic(file, "#!/bin/sh\n", 10, 0755), 0);
	assert_int_equal(symlink("/../../hook", link), 0);
	static const struct {
		const char *lines;
		int result;
	} cases[] = {
		{ "lxc.hook.start = /hook x", 0 },
		{ "lxc.hook.start = /link", 0 }, /* stays inside */
		{ "lxc.hook.start = /bin/sh", -1 },
		{ "lxc.hook.start = /", -1 },
		{ "lxc.hook.start = hook", 0 }, /* PATH is the shell's business */
		{ "lxc.hook.start = /bin/sh\nlxc.mount.entry = /bin bin none bind", 0 },
		{ "lxc.hook.start = /bin/sh\nlxc.mount.entry = /bin bi none bind", -1 },
		{ "lxc.hook.start = /bin/sh\nlxc.hook.mount = x", 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text =
		    xasprintf("lxc.rootfs.path = %s\n%s\n", root, cases[i].lines);
		struct config *c = config_of(text);
		struct error err = { 0 };
		if (hooks_check(c, &err) != cases[i].result)
			fail_msg("%s: %s", cases[i].lines, err.message);
		if (cases[i].result < 0)
			assert_string_equal(err.rule, "test:2");
		config_free(c);
	}
	unlink(file);
	unlink(link);
	rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_a_kind_keep_their_order_and_their_lines),
		cmocka_unit_test(bad_values_name_what_is_accepted),
		cmocka_unit_test(a_type_line_clears_the_scripts_of_an_interface),
		cmocka_unit_test(versions_tell_the_same_by_arguments_or_by_environment),
		cmocka_unit_test(the_environment_depends_on_where_a_hook_runs),
		cmocka_unit_test(network_scripts_have_type_link_and_host_end),
		cmocka_unit_test(an_error_says_how_it_ended_and_what_it_said_last),
		cmocka_unit_test(what_keeps_a_hook_from_being_executed_is_what_it_said),
		cmocka_unit_test(one_that_hangs_or_floods_is_killed_when_the_watch_says_so),
		cmocka_unit_test(
		    a_program_path_is_only_taken_where_no_shell_would_read_it_otherwise),
		cmocka_unit_test(a_start_hook_must_be_a_program_of_the_root),
	};
	return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}
