// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/text.h"

struct text text_of(const char *string)
{
	size_t size = 0;
	while (string[size])
		size++;
	return (struct text){ string, size };
}

bool text_equal(struct text a, struct text b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (a.data[i] != b.data[i])
			return false;
	return true;
}

/* The first count bytes of *rest; skip more bytes are dropped behind them. */
static struct text cut(struct text *rest, size_t count, size_t skip)
{
	struct text head = { rest->data, count };
	rest->data += count + skip;
	rest->size -= count + skip;
	return head;
}

static size_t find(struct text text, char wanted)
{
	size_t i = 0;
	while (i < text.size && text.data[i] != wanted)
		i++;
	return i;
}

bool text_take_line(struct text *rest, struct text *line)
{
	if (!rest->size)
		return false;
	size_t end = find(*rest, '\n');
	*line = cut(rest, end, end < rest->size);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool text_take_word(struct text *rest, struct text *word)
{
	size_t start = 0, end;
	while (start < rest->size && is_blank(rest->data[start]))
		start++;
	for (end = start; end < rest->size && !is_blank(rest->data[end]);)
		end++;
	cut(rest, start, 0);
	*word = cut(rest, end - start, 0);
	return word->size > 0;
}

bool text_take_field(struct text *rest, char separator, struct text *field)
{
	if (!rest->data)
		return false;
	size_t end = find(*rest, separator);
	if (end == rest->size) {
		*field = *rest;
		*rest = (struct text){ NULL, 0 };
	} else {
		*field = cut(rest, end, 1);
	}
	return true;
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
	if (value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}
