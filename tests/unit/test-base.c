// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/util.h"

static void numbers_are_whole_decimal_and_in_range(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1", "1x", "4294967296",
					   "18446744073709551616", "99999999999999999999999" };
	uint32_t value;
	uint64_t large;
	int64_t with_sign;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_uint32(bad[i], &value), -1);
	assert_int_equal(parse_uint32("4294967295", &value), 0);
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(parse_uint32("010", &value), 0);
	assert_int_equal(value, 10);
	assert_int_equal(parse_uint64("18446744073709551615", UINT64_MAX, &large), 0);
	assert_true(large == UINT64_MAX);
	assert_int_equal(parse_uint64("8", 7, &large), -1);
	assert_int_equal(parse_uint64("9", 3, &large), -1);
	assert_int_equal(parse_int64("-5", -5, 5, &with_sign), 0);
	assert_int_equal(with_sign, -5);
	assert_int_equal(parse_int64("-6", -5, 5, &with_sign), -1);
	assert_int_equal(parse_int64("--5", -5, 5, &with_sign), -1);
	assert_int_equal(parse_int64("-", -5, 5, &with_sign), -1);
}

static void signals_have_the_names_of_the_configuration(void **state)
{
	(void)state;
	assert_int_equal(signal_from_name("SIGTERM"), SIGTERM);
	assert_int_equal(signal_from_name("sigpwr"), SIGPWR);
	assert_int_equal(signal_from_name("SIGRTMIN+3"), SIGRTMIN + 3);
	assert_int_equal(signal_from_name("SIGRTMAX-1"), SIGRTMAX - 1);
	assert_int_equal(signal_from_name("9"), 9);
	static const char *const bad[] = { "TERM", "SIG", "", "SIGRTMIN-3", "SIGRTMIN+99", "SIGRTMAX+1", "-9", "200" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(signal_from_name(bad[i]), -1);
	assert_string_equal(signal_to_name(SIGTERM), "SIGTERM");
	assert_string_equal(signal_to_name(SIGRTMIN + 2), "SIGRTMIN+2");
}

static void lists_end_with_null_and_join(void **state)
{
	(void)state;
	struct string_list list = { 0 };
	string_list_add_words(&list, " a  b,c ", " ,");
	assert_int_equal(list.count, 3);
	assert_null(list.items[3]);
	assert_true(string_list_has(&list, "b"));
	assert_false(string_list_has(&list, "a b"));
	_cleanup_free_ char *joined = string_list_join(&list, ", ");
	assert_string_equal(joined, "a, b, c");
	string_list_clear(&list);
	_cleanup_free_ char *empty = string_list_join(&list, ",");
	assert_string_equal(empty, "");
}

static void an_atomic_write_replaces_or_leaves_alone(void **state)
{
	(void)state;
	char base[] = "/tmp/lxc-test-XXXXXX";
	struct stat st;
	char *text;
	assert_non_null(mkdtemp(base));
	_cleanup_free_ char *path = path_join(base, "/file");
	assert_int_equal(file_write_atomic(path, "one", 3, 0640), 0);
	assert_int_equal(file_write_atomic(path, "two", 3, 0600), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read_all(AT_FDCWD, path, 3, &text), 3);
	assert_string_equal(text, "two");
	free(text);
	assert_int_equal(file_read_all(AT_FDCWD, path, 2, &text), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(file_write_atomic("/proc/no/such", "x", 1, 0600), -1);
	unlink(path);
	assert_int_equal(rmdir(base), 0); /* no temporary file is left */
}

static void more_descriptors_than_wanted_are_an_error_and_closed(void **state)
{
	(void)state;
	int pair[2], fds[3] = { 0, 1, 2 }, got[2];
	size_t count = 2;
	char byte;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	int next = dup(0);
	close(next);
	assert_int_equal(socket_send(pair[0], "x", 1, fds, 3), 0);
	assert_int_equal(socket_receive(pair[1], &byte, 1, got, &count), -1);
	assert_int_equal(errno, EMSGSIZE);
	int after = dup(0);
	assert_int_equal(after, next);
	close(after);
	count = 2;
	assert_int_equal(socket_send(pair[0], "x", 1, fds, 2), 0);
	assert_int_equal(socket_receive(pair[1], &byte, 1, got, &count), 1);
	assert_int_equal(count, 2);
	assert_true(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
	close(got[0]);
	close(got[1]);
	assert_int_equal(socket_send(pair[0], "too long", 8, NULL, 0), 0);
	assert_int_equal(socket_receive(pair[1], &byte, 1, NULL, NULL), -1);
	close(pair[0]);
	assert_int_equal(socket_receive(pair[1], &byte, 1, NULL, NULL), 0);
	close(pair[1]);
}

static void kept_descriptors_survive_a_close_from(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		int keep[] = { 40, -1, 20, 3 };
		for (int fd = 3; fd < 50; fd++)
			dup2(0, fd);
		fd_close_from(3, keep, ARRAY_SIZE(keep));
		for (int fd = 3; fd < 50; fd++)
			if ((fcntl(fd, F_GETFD) >= 0) != (fd == 3 || fd == 20 || fd == 40))
				_exit(1);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void log_levels_are_names_or_numbers(void **state)
{
	(void)state;
	assert_int_equal(log_level_from_name("debug"), LEVEL_DEBUG);
	assert_int_equal(log_level_from_name("8"), LEVEL_FATAL);
	assert_int_equal(log_level_from_name("9"), -1);
	assert_int_equal(log_level_from_name(""), -1);
	assert_string_equal(log_level_name(LEVEL_WARN), "WARN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_whole_decimal_and_in_range),
		cmocka_unit_test(signals_have_the_names_of_the_configuration),
		cmocka_unit_test(lists_end_with_null_and_join),
		cmocka_unit_test(an_atomic_write_replaces_or_leaves_alone),
		cmocka_unit_test(more_descriptors_than_wanted_are_an_error_and_closed),
		cmocka_unit_test(kept_descriptors_survive_a_close_from),
		cmocka_unit_test(log_levels_are_names_or_numbers),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
