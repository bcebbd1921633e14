// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a child says about containers, on its way here: all of it comes back, and nothing else is
 * believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/listing-child.h"

static struct listed *example(struct listing *listing)
{
	struct listed *listed = listing_add(listing);
	listed->name = xstrdup("inner");
	listed->defined = listed->autostart = true;
	string_list_add(&listed->inside, "outer");
	string_list_add(&listed->groups, "");
	string_list_add(&listed->groups, "a\nb");
	string_list_add(&listed->info.addresses, "10.0.3.2");
	string_list_add(&listed->info.addresses, "fd00::2");
	listed->info.ipv4_count = 1;
	listed->info.state = STATE_FROZEN;
	listed->info.init_pid = 7;
	listed->info.cpu_ns = INT64_MAX;
	return listed;
}

static char *packed(const struct listing *listing, size_t *size)
{
	char *text;
	FILE *out = open_memstream(&text, size);
	assert_int_equal(listing_pack(listing, out), 0);
	fclose(out);
	return text;
}

static void everything_comes_back(void **state)
{
	(void)state;
	struct listing listing = { 0 }, again = { 0 };
	size_t size;
	example(&listing);
	listing_add(&listing)->name = xstrdup("other");
	_cleanup_free_ char *text = packed(&listing, &size);
	assert_int_equal(listing_unpack(text, size, &again), 0);
	assert_int_equal(again.count, 2);
	struct listed *got = &again.items[0];
	assert_string_equal(got->name, "inner");
	assert_string_equal(got->inside.items[0], "outer");
	assert_int_equal(got->groups.count, 2);
	assert_string_equal(got->groups.items[1], "a\nb");
	assert_true(got->defined && got->autostart && !got->unprivileged);
	assert_int_equal(got->info.ipv4_count, 1);
	assert_int_equal(got->info.addresses.count, 2);
	assert_int_equal(got->info.state, STATE_FROZEN);
	assert_int_equal(got->info.init_pid, 7);
	assert_int_equal(got->info.memory_bytes, -1);
	assert_true(got->info.cpu_ns == INT64_MAX);
	assert_string_equal(again.items[1].name, "other");
	listing_clear(&listing);
	listing_clear(&again);
}

static void cut_off_or_with_a_changed_byte_it_is_refused_or_a_listing_of_names(void **state)
{
	(void)state;
	struct listing listing = { 0 };
	size_t size;
	example(&listing);
	_cleanup_free_ char *text = packed(&listing, &size);
	for (size_t length = 1; length < size; length++) {
		struct listing again = { 0 };
		assert_int_equal(listing_unpack(text, length, &again), -1);
		listing_clear(&again);
	}
	for (size_t at = 0; at < size; at++)
		for (int byte = 0; byte < 256; byte += 3) {
			struct listing again = { 0 };
			_cleanup_free_ char *changed = xmalloc(size);
			memcpy(changed, text, size);
			changed[at] = (char)byte;
			if (listing_unpack(changed, size, &again) == 0)
				for (size_t i = 0; i < again.count; i++)
					assert_int_equal(
					    container_check_name(again.items[i].name, NULL), 0);
			listing_clear(&again);
		}
	listing_clear(&listing);
}

static void names_that_are_no_container_s_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = { "", ".", "..", "a/b", "a\nb", "\033[31m" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (int inside = 0; inside < 2; inside++) {
			struct listing listing = { 0 }, again = { 0 };
			size_t size;
			struct listed *listed = example(&listing);
			string_replace(inside ? &listed->inside.items[0] : &listed->name, names[i]);
			_cleanup_free_ char *text = packed(&listing, &size);
			assert_int_equal(listing_unpack(text, size, &again), -1);
			listing_clear(&listing);
			listing_clear(&again);
		}
}

static void more_ipv4_addresses_than_addresses_are_refused(void **state)
{
	(void)state;
	struct listing listing = { 0 }, again = { 0 };
	size_t size;
	example(&listing)->info.ipv4_count = 3;
	_cleanup_free_ char *text = packed(&listing, &size);
	assert_int_equal(listing_unpack(text, size, &again), -1);
	listing_clear(&listing);
	listing_clear(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(
		    cut_off_or_with_a_changed_byte_it_is_refused_or_a_listing_of_names),
		cmocka_unit_test(names_that_are_no_container_s_are_refused),
		cmocka_unit_test(more_ipv4_addresses_than_addresses_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
