// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the console printed: the ring in memory, the file with a limit, and how sizes are written.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/util.h"
#include "container/console-log.h"
#include "container/ring.h"
#include "tests/unit/config-text.h"

/* All that a reader at position gets. */
static char *read_from(const struct ring *ring, uint64_t *position)
{
	char *text = xstrdup("");
	const char *piece;
	size_t length;
	while ((length = ring_peek(ring, position, &piece)) > 0) {
		char *joined = xasprintf("%s%.*s", text, (int)length, piece);
		free(text);
		text = joined;
		*position += length;
	}
	return text;
}

static void assert_reads(const struct ring *ring, uint64_t *position, const char *expected)
{
	_cleanup_free_ char *text = read_from(ring, position);
	assert_string_equal(text, expected);
}

static void a_ring_keeps_the_newest_and_readers_follow_at_their_own_pace(void **state)
{
	struct ring ring = { 0 };
	(void)state;
	assert_int_equal(ring_make(&ring, 8), 0);
	uint64_t quick = ring_oldest(&ring), slow = quick;
	assert_reads(&ring, &quick, "");
	ring_put(&ring, "abcde", 5);
	assert_reads(&ring, &quick, "abcde");
	ring_put(&ring, "fghij", 5);
	assert_reads(&ring, &quick, "fghij");
	assert_reads(&ring, &slow, "cdefghij");
	uint64_t late = ring_oldest(&ring);
	assert_reads(&ring, &late, "cdefghij");
	ring_put(&ring, "0123456789ABCDEFGHIJ", 20);
	assert_reads(&ring, &quick, "CDEFGHIJ");
	assert_reads(&ring, &quick, "");
	ring_free(&ring);
	assert_null(ring.data);
}

static void a_ring_that_does_not_fit_is_refused(void **state)
{
	struct ring ring = { 0 };
	(void)state;
	assert_int_equal(ring_make(&ring, UINT64_MAX), -1);
}

static void sizes_are_rounded_as_lxc_does(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = { { "auto", 131072 },    { "65536", 65536 },  { "65537", 131072 },
		      { "64KB", 65536 },     { "100kb", 131072 }, { "3 MB", 4194304 },
		      { "1gB", 1073741824 }, { "0", 0 },	  { "", 0 } };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *text =
		    xasprintf("lxc.console.buffer.size = 7\nlxc.console.buffer.size = %s\n"
			      "lxc.console.size = %s\n",
			      sizes[i].text, sizes[i].text);
		struct config *c = config_of(text);
		assert_int_equal(c->console_buffer_size, sizes[i].bytes);
		assert_int_equal(c->console_size, sizes[i].bytes);
		config_free(c);
	}
	struct config *page = config_of("lxc.console.size = 1\n");
	assert_int_equal(page->console_size, sysconf(_SC_PAGESIZE));
	config_free(page);
	static const char *const wrong[] = { "KB",	 "1B",	 "1K",	  "1TB",
					     "-1",	 "AUTO", "1.5MB", "99999999999999999999",
					     "9999999GB" };
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct error err = { 0 };
		struct config *c = config_new();
		assert_int_equal(config_set(c, "lxc.console.size", wrong[i], &err), -1);
		_cleanup_free_ char *message =
		    xasprintf("command line: lxc.console.size = %s: not a size; accepted: auto, or "
			      "a number of bytes or "
			      "of KB, MB, GB",
			      wrong[i]);
		assert_string_equal(err.message, message);
		config_free(c);
	}
}

static char *content(const char *path)
{
	char *text = NULL;
	return file_read_all(AT_FDCWD, path, 1 << 20, &text) < 0 ? xstrdup("(none)") : text;
}

static void assert_content(const char *path, const char *expected)
{
	_cleanup_free_ char *text = content(path);
	assert_string_equal(text, expected);
}

static void a_full_log_is_rotated_or_starts_over(void **state)
{
	char directory[] = "/tmp/lxp-console.XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(directory));
	_cleanup_free_ char *path = path_join(directory, "log"),
			    *old = path_join(directory, "log.1");
	for (int rotates = 0; rotates < 2; rotates++) {
		struct config *config = config_new();
		struct console_log log = CONSOLE_LOG_NONE;
		struct stat st;
		config->console_logfile = xstrdup(path);
		config->console_size = 8;
		config->console_rotate = rotates;
		assert_int_equal(console_log_open(&log, config, NULL), 0);
		console_log_write(&log, "12345", 5);
		console_log_write(&log, "678", 3);
		assert_content(path, "12345678");
		assert_content(old, "(none)");
		console_log_write(&log, "abcdefghijk", 11);
		assert_content(path, "ijk");
		assert_content(old, rotates ? "abcdefgh" : "(none)");
		console_log_close(&log);
		/* The next run goes on where this one ended. */
		assert_int_equal(console_log_open(&log, config, NULL), 0);
		console_log_write(&log, "lmnopqrst", 9);
		assert_content(path, "qrst");
		assert_content(old, rotates ? "ijklmnop" : "(none)");
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777 & ~0640, 0);
		console_log_close(&log);
		config_free(config);
		unlink(path);
		unlink(old);
	}
	rmdir(directory);
}

static void a_log_that_cannot_be_opened_is_named(void **state)
{
	struct error err = { 0 };
	struct console_log log = CONSOLE_LOG_NONE;
	struct config *config = config_of("lxc.console.logfile = /no/such/directory/log\n");
	(void)state;
	assert_int_equal(console_log_open(&log, config, &err), -1);
	assert_string_equal(
	    err.message, "lxc.console.logfile = /no/such/directory/log: No such file or directory");
	console_log_close(&log);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_keeps_the_newest_and_readers_follow_at_their_own_pace),
		cmocka_unit_test(a_ring_that_does_not_fit_is_refused),
		cmocka_unit_test(sizes_are_rounded_as_lxc_does),
		cmocka_unit_test(a_full_log_is_rotated_or_starts_over),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
