/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading lines, words and numbers out of text that somebody else wrote. A struct text is a
 * slice: it owns nothing, ends where its size says and may hold any byte. Nothing here
 * allocates or reads a file, so the setuid helpers compile it in as it is.
 */
#ifndef POLICY_TEXT_H
#define POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The highest user or group id: 2^32-1 means "none" to the kernel. */
#define ID_MAX 4294967294U

struct text {
	const char *data;
	size_t size;
};

/* The slice of a NUL-terminated string. */
struct text text_of(const char *string);
bool text_equal(struct text a, struct text b);

/*
 * Cut off what stands before the next separator, or all; parts may be empty. False at the end:
 * rest->data is NULL then.
 */
bool text_take_field(struct text *rest, char separator, struct text *field);
/* The same for lines. A newline at the end of the text is followed by an empty line. */
static inline bool text_take_line(struct text *rest, struct text *line)
{
	return text_take_field(rest, '\n', line);
}
/* Cut the next run of other characters than blank and tab off *rest. False if there is none. */
bool text_take_word(struct text *rest, struct text *word);

/*
 * A complete decimal number of at most max: digits only, no sign, no blank, no base prefix, and no
 * leading zero, because other readers take "010" for eight.
 */
bool text_number(struct text digits, uint32_t max, uint32_t *out);

#endif
