// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/credentials.h"

static void names_that_mean_another_place_are_refused(void **state)
{
	(void)state;
	const char *bad[] = { "", ".", "..", "a/b", "/", "../x", "new\nline", "tab\t", "\x7f" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };
		assert_int_equal(container_check_name(bad[i], &err), -1);
		assert_int_equal(err.code, E_NAME_INVALID);
	}
	char longest[257];
	memset(longest, 'x', 256);
	longest[256] = 0;
	assert_int_equal(container_check_name(longest, NULL), -1);
	longest[255] = 0;
	assert_int_equal(container_check_name(longest, NULL), 0);
}

static void names_with_blanks_dots_and_utf8_are_fine(void **state)
{
	(void)state;
	const char *good[] = { "web", "my web", ".hidden", "-dash", "a.b", "\xc3\xa4\xc3\xb6", "'quoted'", "...", "x:y" };
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(container_check_name(good[i], NULL), 0);
}

static void state_names_and_numbers_are_lxcs(void **state)
{
	(void)state;
	assert_int_equal(container_state_from_name("STOPPED"), 0);
	assert_int_equal(container_state_from_name("RUNNING"), 2);
	assert_int_equal(container_state_from_name("THAWED"), 7);
	assert_int_equal(container_state_from_name("running"), -1);
	assert_int_equal(container_state_from_name(""), -1);
	assert_string_equal(container_state_name(STATE_FROZEN), "FROZEN");
	assert_string_equal(container_state_name((enum container_state)99), "UNKNOWN");
}

static void a_later_variable_replaces_an_earlier_one(void **state)
{
	(void)state;
	struct string_list list = { 0 };
	environment_set(&list, "A=1");
	environment_set(&list, "AB=2");
	environment_set(&list, "A=3");
	assert_int_equal(list.count, 2);
	assert_string_equal(environment_get(&list, "A"), "3");
	assert_string_equal(environment_get(&list, "AB"), "2");
	assert_null(environment_get(&list, "B"));
	string_list_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_mean_another_place_are_refused),
		cmocka_unit_test(names_with_blanks_dots_and_utf8_are_fine),
		cmocka_unit_test(state_names_and_numbers_are_lxcs),
		cmocka_unit_test(a_later_variable_replaces_an_earlier_one),
	};
	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
