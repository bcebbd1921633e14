// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/subid.h"

bool subid_take_range(struct text *rest, const struct account *account, struct subid_range *range)
{
	struct text line, owner, start, count;
	while (text_take_line(rest, &line))
		if (text_take_field(&line, ':', &owner) && text_take_field(&line, ':', &start) &&
		    text_take_field(&line, ':', &count) && !line.data &&
		    text_number(start, ID_MAX, &range->start) &&
		    text_number(count, ID_MAX, &range->count) && range->count &&
		    range->count - 1 <= ID_MAX - range->start && account_is_user(account, owner))
			return true;
	return false;
}

/* The id behind the range that holds id and reaches furthest; id itself if no range holds it. */
static uint64_t furthest(struct text file, const struct account *account, uint64_t id)
{
	struct subid_range range;
	uint64_t end = id;
	while (subid_take_range(&file, account, &range)) {
		uint64_t last = (uint64_t)range.start + range.count;
		if (range.start <= id && last > end)
			end = last;
	}
	return end;
}

bool subid_covers(struct text file, const struct account *account, uint32_t start, uint32_t count)
{
	uint64_t need = start, end = (uint64_t)start + count;
	while (need < end) {
		uint64_t next = furthest(file, account, need);
		if (next == need)
			return false;
		need = next;
	}
	return true;
}
