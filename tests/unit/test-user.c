// SPDX-License-Identifier: LGPL-2.1-or-later
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

#include "base/file.h"
#include "base/user.h"
#include "base/util.h"

/* A getent that is found before any other. */
static char directory[] = "/tmp/test-user-XXXXXX";
static char *old_path;

static void answer_of_getent(const char *script)
{
	_cleanup_free_ char *path = path_join(directory, "getent");
	_cleanup_free_ char *text = xasprintf("#!/bin/sh\n%s\n", script);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
}

static int make_directory(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	old_path = xstrdup(getenv("PATH"));
	_cleanup_free_ char *path = xasprintf("%s:%s", directory, old_path);
	return setenv("PATH", path, 1);
}

static int remove_directory(void **state)
{
	(void)state;
	_cleanup_free_ char *path = path_join(directory, "getent");
	unlink(path);
	setenv("PATH", old_path, 1);
	free(old_path);
	return rmdir(directory);
}

static void a_user_of_etc_passwd_needs_nobody_to_be_asked(void **state)
{
	struct user user;
	(void)state;
	answer_of_getent("echo wrong:x:0:0::/wrong:/bin/sh");
	assert_true(user_find(0, &user));
	assert_string_equal(user.name, "root");
	assert_string_equal(user.home, "/root");
	user_clear(&user);
}

static void a_user_that_only_a_directory_service_knows_is_found(void **state)
{
	struct user user;
	(void)state;
	answer_of_getent(
	    "[ \"$1 $2\" = 'passwd 3999999998' ] && echo alice:x:3999999998:5:A,B:/srv/alice:");
	assert_true(user_find(3999999998U, &user));
	assert_string_equal(user.name, "alice");
	assert_string_equal(user.home, "/srv/alice");
	user_clear(&user);
}

static void a_user_that_nobody_knows_is_a_number(void **state)
{
	static const char *const answers[] = { "exit 2", "echo", "echo alice",
					       "echo alice:x:12:5::/srv/alice:",
					       "echo :x:3999999998:5::/srv/alice:" };
	struct user user;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		answer_of_getent(answers[i]);
		assert_false(user_find(3999999998U, &user));
		_cleanup_free_ char *name = user_name(3999999998U);
		assert_string_equal(name, "3999999998");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_of_etc_passwd_needs_nobody_to_be_asked),
		cmocka_unit_test(a_user_that_only_a_directory_service_knows_is_found),
		cmocka_unit_test(a_user_that_nobody_knows_is_a_number),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
