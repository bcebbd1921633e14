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

bool subid_covers(struct text file, const struct account *account, uint32_t start, uint32_t count)
{
	const uint64_t end = (uint64_t)start + count;
	uint64_t need = start, before; /* the first id that no line has been found for */
	do {
		struct text rest = file;
		struct subid_range range;
		before = need;
		while (subid_take_range(&rest, account, &range))
			if (range.start <= need && (uint64_t)range.start + range.count > need)
				need = (uint64_t)range.start + range.count;
	} while (need != before && need < end);
	return need >= end;
}
