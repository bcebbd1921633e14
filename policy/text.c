// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/text.h"

#include <string.h>

struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

bool text_equal(struct text a, struct text b)
{
	return a.size == b.size && (!a.size || memcmp(a.data, b.data, a.size) == 0);
}

bool text_take_field(struct text *rest, char separator, struct text *field)
{
	const struct text none = { NULL, 0 };
	if (!rest->data)
		return false;
	const char *end = memchr(rest->data, separator, rest->size);
	*field = (struct text){ rest->data, end ? (size_t)(end - rest->data) : rest->size };
	*rest = end ? (struct text){ end + 1, rest->size - field->size - 1 } : none;
	return true;
}

bool text_take_word(struct text *rest, struct text *word)
{
	size_t start = 0, end;
	while (start < rest->size && memchr(" \t", rest->data[start], 2))
		start++;
	for (end = start; end < rest->size && !memchr(" \t", rest->data[end], 2);)
		end++;
	*word = (struct text){ rest->data + start, end - start };
	*rest = (struct text){ rest->data + end, rest->size - end };
	return word->size > 0;
}

bool text_number(struct text digits, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;
	if (!digits.size || digits.size > 10 || (digits.data[0] == '0' && digits.size > 1))
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	}
	*out = (uint32_t)value;
	return value <= max;
}
