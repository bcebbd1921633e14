// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

static void first_cause_wins(void **state)
{
	(void)state;
	struct error err = { 0 };
	assert_int_equal(error_set(&err, E_NET_LINK, 0, "bridge %s does not exist", "lxcbr9"), -1);
	error_set(&err, E_SYSTEM, EPERM, "wrapper");
	assert_int_equal(err.code, E_NET_LINK);
	error_step(&err, "net %d", 0);
	assert_string_equal(err.message, "net 0: bridge lxcbr9 does not exist");
}

static void an_errno_becomes_text(void **state)
{
	(void)state;
	struct error err = { 0 };
	error_set(&err, E_MOUNT, ENOENT, "mount /proc");
	assert_string_equal(err.message, "mount /proc: No such file or directory");
}

static void an_error_survives_a_pipe(void **state)
{
	(void)state;
	int pair[2];
	assert_int_equal(pipe(pair), 0);
	struct error err = { 0 }, got = { 0 };
	error_set(&err, E_ROOTFS, 0, "gone");
	error_fix(&err, "create it");
	assert_int_equal(error_send(pair[1], &err), 0);
	close(pair[1]);
	assert_int_equal(error_receive(pair[0], &got), 1);
	assert_int_equal(got.code, E_ROOTFS);
	assert_string_equal(got.fix, "create it");
	struct error none = { 0 };
	assert_int_equal(error_receive(pair[0], &none), 0);
	close(pair[0]);
}

static void a_long_step_does_not_overflow(void **state)
{
	(void)state;
	struct error err = { 0 };
	char text[3000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	error_set(&err, E_SYSTEM, EPERM, "%s", text);
	for (int i = 0; i < 20; i++)
		error_step(&err, "%s", text);
	assert_true(strlen(err.message) < sizeof(err.message));
}

static void no_control_character_reaches_the_terminal(void **state)
{
	(void)state;
	struct error err = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	error_set(&err, E_CONFIG_VALUE, 0, "a\x1b[2Jb\rc\td\x7f");
	error_rule(&err, "\x1b]0;x\a");
	error_fix(&err, "one\ntwo");
	error_print(&err, "p", NULL, out);
	fclose(out);
	assert_string_equal(text, "p: a?[2Jb?c\td?\n    rule: ?]0;x?    fix: one\ntwo\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_cause_wins),
		cmocka_unit_test(an_errno_becomes_text),
		cmocka_unit_test(an_error_survives_a_pipe),
		cmocka_unit_test(a_long_step_does_not_overflow),
		cmocka_unit_test(no_control_character_reaches_the_terminal),
	};
	return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
