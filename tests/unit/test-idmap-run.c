// SPDX-License-Identifier: LGPL-2.1-or-later
/* Functions and processes in a user namespace of their own. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/idmap-text.h"

struct seen {
	int pipe;
	int result;
	bool fail;
};

static int look(void *data, struct error *err)
{
	struct seen *seen = data;
	char text[64];
	int n = snprintf(text, sizeof(text), "%u %u", getuid(), getgid());
	if (write(seen->pipe, text, (size_t)n) != n)
		return 99;
	if (seen->fail)
		error_set(err, E_ROOTFS, 0, "from inside");
	return seen->result;
}

/* The caller's own id: what every user may map. */
static struct idmap own_map(void)
{
	struct idmap map = { 0 };
	map.list[IDMAP_UID] = (struct idmap_list){ { { 0, geteuid(), 1 } }, 1 };
	map.list[IDMAP_GID] = (struct idmap_list){ { { 0, getegid(), 1 } }, 1 };
	return map;
}

static void a_function_runs_as_root_of_the_map_and_its_error_comes_back(void **state)
{
	(void)state;
	struct idmap map = own_map();
	struct error err = { 0 };
	int ends[2];
	char text[64] = "";
	assert_int_equal(pipe(ends), 0);
	struct seen seen = { ends[1], 7, true };
	int result = idmap_run(&map, true, look, &seen, &err);
	if (err.code == E_NO_USERNS)
		skip();
	assert_int_equal(result, 7);
	assert_int_equal(err.code, E_ROOTFS);
	assert_string_equal(err.message, "from inside");
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "0 0");
	error_clear(&err);
	seen = (struct seen){ ends[1], 0, false };
	assert_int_equal(idmap_run(&map, false, look, &seen, &err), 0);
	assert_false(error_is_set(&err));
	close(ends[0]);
	close(ends[1]);
}

static int die(void *data, struct error *err)
{
	(void)data;
	(void)err;
	kill(getpid(), SIGKILL);
	return 0;
}

static void a_function_that_is_killed_is_an_error(void **state)
{
	(void)state;
	struct idmap map = own_map();
	struct error err = { 0 };
	assert_int_equal(idmap_run(&map, false, die, NULL, &err), -1);
	if (err.code == E_NO_USERNS)
		skip();
	assert_contains(err.message, "killed by SIGKILL");
}

static int wait_for_ever(void *data, struct error *err)
{
	(void)data;
	(void)err;
	while (pause() < 0)
		;
	return 0;
}

static void a_spawned_child_dies_with_its_parent(void **state)
{
	(void)state;
	struct idmap map = own_map();
	int ends[2], status;
	char byte;
	/* The pipe stays open for as long as the child, which inherits its end, lives. */
	assert_int_equal(pipe(ends), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct error err = { 0 };
		pid_t pid;
		int result = idmap_spawn(&map, false, wait_for_ever, NULL, &pid, &err);
		_exit(result == 0 ? 0 : err.code == E_NO_USERNS ? 77 : 1);
	}
	close(ends[1]);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	alarm(10);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	alarm(0);
	close(ends[0]);
}

static void a_map_without_root_runs_nothing(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = MAP("u 5 100000 1", "g 0 100000 1");
	assert_int_equal(idmap_run(&map, false, die, NULL, &err), -1);
	assert_int_equal(err.code, E_IDMAP_INCOMPLETE);
	assert_contains(err.message, "lacks container uid 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_runs_as_root_of_the_map_and_its_error_comes_back),
		cmocka_unit_test(a_function_that_is_killed_is_an_error),
		cmocka_unit_test(a_spawned_child_dies_with_its_parent),
		cmocka_unit_test(a_map_without_root_runs_nothing),
	};
	return cmocka_run_group_tests_name("idmap-run", tests, NULL, NULL);
}
