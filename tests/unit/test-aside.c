// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/aside.h"
#include "base/file.h"

static int write_text(void *data, int to, struct error *err)
{
	(void)err;
	return file_write_fd(to, data, strlen(data));
}

static int report_failure(void *data, int to, struct error *err)
{
	file_write_fd(to, "half", 4);
	return error_set(err, E_SECCOMP, ENOENT, "%s", (const char *)data);
}

static int die(void *data, int to, struct error *err)
{
	(void)data, (void)to, (void)err;
	return raise(SIGKILL);
}

static int hang(void *data, int to, struct error *err)
{
	(void)data, (void)to, (void)err;
	pause();
	return 0;
}

static void what_a_step_writes_is_its_result(void **state)
{
	struct aside aside;
	struct error err = { 0 };
	char *text = NULL, *large = malloc(65537);
	size_t size = 0;
	(void)state;
	memset(large, 'x', 65536);
	large[65536] = 0;
	assert_int_equal(aside_begin(&aside, write_text, large, &err), 0);
	assert_int_equal(aside_end(&aside, &text, &size, &err), 0);
	assert_int_equal(size, 65536);
	assert_memory_equal(text, large, size);
	free(text);
	free(large);
	assert_int_equal(aside_begin(&aside, write_text, "", &err), 0);
	assert_int_equal(aside_end(&aside, NULL, NULL, &err), 0);
}

static void the_error_of_a_step_arrives_whole(void **state)
{
	struct aside aside;
	struct error err = { 0 };
	char *text = NULL;
	size_t size = 0;
	(void)state;
	assert_int_equal(aside_begin(&aside, report_failure, "the filter", &err), 0);
	assert_int_equal(aside_end(&aside, &text, &size, &err), -1);
	assert_int_equal(err.code, E_SECCOMP);
	assert_string_equal(err.message, "the filter: No such file or directory");
	assert_null(text);
}

static void a_step_that_dies_is_a_failure(void **state)
{
	struct aside aside;
	struct error err = { 0 };
	(void)state;
	assert_int_equal(aside_begin(&aside, die, NULL, &err), 0);
	assert_int_equal(aside_end(&aside, NULL, NULL, &err), -1);
	assert_int_equal(err.code, E_SYSTEM);
}

/* As the supervisor's loop, which runs while a hook does and waits for whatever child ends. */
static void a_step_that_somebody_else_waited_for_ends_as_it_did(void **state)
{
	struct aside good, bad;
	struct error err = { 0 };
	char *text = NULL;
	size_t size = 0;
	(void)state;
	assert_int_equal(aside_begin(&good, write_text, "result", &err), 0);
	assert_int_equal(aside_begin(&bad, die, NULL, &err), 0);
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		assert_true(aside_reaped(pid, status));
		assert_false(aside_reaped(pid, status));
	}
	assert_int_equal(aside_end(&bad, NULL, NULL, &err), -1);
	assert_int_equal(aside_end(&good, &text, &size, &err), 0);
	assert_memory_equal(text, "result", size);
	free(text);
	assert_false(aside_reaped(1, 0));
}

static void a_step_that_nobody_waits_for_is_ended(void **state)
{
	struct error err = { 0 };
	(void)state;
	{
		_cleanup_aside_ struct aside aside = { 0 };
		assert_int_equal(aside_begin(&aside, hang, NULL, &err), 0);
	}
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
	_cleanup_aside_ struct aside never = { 0 };
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_step_writes_is_its_result),
		cmocka_unit_test(the_error_of_a_step_arrives_whole),
		cmocka_unit_test(a_step_that_dies_is_a_failure),
		cmocka_unit_test(a_step_that_somebody_else_waited_for_ends_as_it_did),
		cmocka_unit_test(a_step_that_nobody_waits_for_is_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
