// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static char *text;
static size_t size;

static struct json begin(enum json_layout layout)
{
	struct json json;
	json_begin(&json, open_memstream(&text, &size), layout);
	return json;
}

/* Finished as result says, with this output. */
static void ends_as(struct json *json, int result, const char *expected)
{
	assert_int_equal(json_finish(json), result);
	fclose(json->out);
	assert_string_equal(text, expected);
	free(text);
	text = NULL;
}

static void a_document_is_indented_and_begins_with_its_version(void **state)
{
	(void)state;
	struct json json = begin(JSON_DOCUMENT);
	struct string_list groups = { 0 }, none = { 0 };
	string_list_add(&groups, "db");
	string_list_add(&groups, "web");
	json_versioned(&json);
	json_string(&json, "name", "box");
	json_strings(&json, "groups", &groups);
	json_strings(&json, "addresses", &none);
	json_object(&json, "empty");
	json_end(&json);
	json_bool(&json, "running", true);
	json_null(&json, "pid");
	json_end(&json);
	ends_as(&json, 0,
		"{\n  \"version\": 1,\n  \"name\": \"box\",\n"
		"  \"groups\": [\n    \"db\",\n    \"web\"\n  ],\n  \"addresses\": [],\n"
		"  \"empty\": {},\n  \"running\": true,\n  \"pid\": null\n}\n");
	string_list_clear(&groups);
}

static void a_line_of_a_stream_is_complete_and_written_at_once(void **state)
{
	(void)state;
	struct json json = begin(JSON_LINES);
	json_versioned(&json);
	json_array(&json, "a");
	json_int(&json, NULL, 1);
	json_int(&json, NULL, -2);
	json_end(&json);
	json_end(&json);
	assert_string_equal(text, "{\"version\":1,\"a\":[1,-2]}\n");
	json_versioned(&json);
	json_end(&json);
	ends_as(&json, 0, "{\"version\":1,\"a\":[1,-2]}\n{\"version\":1}\n");
}

static void a_string_holds_anything(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t length;
		const char *out;
	} cases[] = {
		{ "", 0, "\"\"" },
		{ "a/b", 3, "\"a/b\"" },
		{ "\"\\", 2, "\"\\\"\\\\\"" },
		{ "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
		{ "\0\x1b\x1f\x7f", 4, "\"\\u0000\\u001b\\u001f\\u007f\"" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7", 9,
		  "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7\"" },
		{ "\xc2\x9b" /* CSI of C1 */, 2, "\"\\u009b\"" },
		{ "\xff\xfe", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "a\xc3", 2, "\"a\xef\xbf\xbd\"" /* cut off */ },
		{ "\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" /* longer than need be */ },
		{ "\xe0\x80\xaf", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" /* surrogate */ },
		{ "\xf4\x90\x80\x80", 4, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xc3\"", 2, "\"\xef\xbf\xbd\\\"\"" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json json = begin(JSON_LINES);
		json_bytes(&json, NULL, cases[i].in, cases[i].length);
		_cleanup_free_ char *line = xasprintf("%s\n", cases[i].out);
		ends_as(&json, 0, line);
	}
	struct json json = begin(JSON_LINES);
	json_object(&json, NULL);
	json_string(&json, "k\"\n", NULL);
	ends_as(&json, 0, "{\"k\\\"\\n\":null}\n");
}

static void numbers_are_exact(void **state)
{
	(void)state;
	struct json json = begin(JSON_LINES);
	json_array(&json, NULL);
	json_int(&json, NULL, INT64_MIN);
	json_uint(&json, NULL, UINT64_MAX);
	json_known(&json, NULL, 0);
	json_known(&json, NULL, -1);
	json_double(&json, NULL, 0.1);
	json_double(&json, NULL, 1.0 / 3);
	json_double(&json, NULL, 1e300);
	json_double(&json, NULL, -2);
	json_double(&json, NULL, NAN);
	json_double(&json, NULL, -INFINITY);
	json_end(&json);
	ends_as(
	    &json, 0,
	    "[-9223372036854775808,18446744073709551615,0,null,0.1,0.3333333333333333,1e+300,-2,"
	    "null,null]\n");
}

static void a_wrong_call_does_not_make_the_output_wrong(void **state)
{
	(void)state;
	struct json json = begin(JSON_LINES);
	json_object(&json, NULL);
	json_int(&json, NULL, 1); /* without a key */
	json_int(&json, "a", 2);
	ends_as(&json, -1, "{}\n");
	assert_int_equal(errno, EINVAL);

	json = begin(JSON_LINES);
	json_array(&json, NULL);
	json_int(&json, "a", 1);
	json_end(&json);
	json_end(&json);
	ends_as(&json, -1, "[]\n");

	json = begin(JSON_DOCUMENT);
	json_int(&json, NULL, 1);
	json_int(&json, NULL, 2); /* a second one */
	ends_as(&json, -1, "1\n");

	json = begin(JSON_DOCUMENT);
	json_end(&json);
	ends_as(&json, -1, "null\n");

	json = begin(JSON_LINES);
	for (int i = 0; i < JSON_DEPTH + 5; i++)
		json_array(&json, NULL);
	assert_int_equal(json_error(&json), EINVAL);
	assert_int_equal(json_finish(&json), -1);
	fclose(json.out);
	assert_int_equal(strlen(text), 2 * JSON_DEPTH + 1);
	free(text);
}

static void what_is_open_is_closed(void **state)
{
	(void)state;
	struct json json = begin(JSON_LINES);
	json_versioned(&json);
	json_array(&json, "list");
	json_object(&json, NULL);
	ends_as(&json, 0, "{\"version\":1,\"list\":[{}]}\n");
}

static void a_full_disk_is_reported(void **state)
{
	(void)state;
	struct json json;
	FILE *full = fopen("/dev/full", "w");
	json_begin(&json, full, JSON_LINES);
	json_versioned(&json);
	json_end(&json);
	assert_int_equal(json_error(&json), ENOSPC);
	assert_int_equal(json_finish(&json), -1);
	assert_int_equal(errno, ENOSPC);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_indented_and_begins_with_its_version),
		cmocka_unit_test(a_line_of_a_stream_is_complete_and_written_at_once),
		cmocka_unit_test(a_string_holds_anything),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(a_wrong_call_does_not_make_the_output_wrong),
		cmocka_unit_test(what_is_open_is_closed),
		cmocka_unit_test(a_full_disk_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
