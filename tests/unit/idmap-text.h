/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Id maps of tests, written as their lines. Include it after cmocka.h. */
#ifndef TESTS_IDMAP_TEXT_H
#define TESTS_IDMAP_TEXT_H

#include <string.h>

#include "base/util.h"
#include "idmap/internal.h"

/* Users of the tests; no number of theirs is a real account. */
#define ALICE 4000001
#define BOB 4000002
#define NOBODY_KNOWN 4000003
#define MALLORY 4000004 /* his name is the number of somebody else */

#define MAP(...) map_of((const char *const[]){ __VA_ARGS__, NULL })

static inline struct idmap map_of(const char *const lines[])
{
	struct idmap map = { 0 };
	struct error err = { 0 };
	for (size_t i = 0; lines[i]; i++)
		assert_int_equal(idmap_parse_line(&map, lines[i], " \t", &err), 0);
	return map;
}

static inline void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" lacks \"%s\"", text, part);
}

#endif
