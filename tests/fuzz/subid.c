// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * subuid(5) and subgid(5) with passwd(5): every range is one, and a run of ids is covered exactly
 * where each id of it is in some range.
 */
#include "policy/subid.h"
#include "tests/fuzz/account.h"

static bool in_some_range(struct text file, const struct account *account, uint64_t id)
{
	struct subid_range range;
	while (subid_take_range(&file, account, &range))
		if (id >= range.start && id - range.start < range.count)
			return true;
	return false;
}

static void check_covered(struct text file, const struct account *account, uint32_t start,
			  uint32_t count)
{
	bool each = true;
	for (uint32_t i = 0; i < count && each; i++)
		each = in_some_range(file, account, (uint64_t)start + i);
	PROMISE(subid_covers(file, account, start, count) == each, "%u ids from %u: %scovered",
		count, start, each ? "" : "not ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parts parts;
	struct subid_range range;
	unsigned checked = 0;
	parts_take(&parts, data, size);
	struct account account = parts_account(&parts);
	struct text file = parts_text(&parts, PART_POLICY), rest = file;
	check_covered(file, &account, 0, 1);
	check_covered(file, &account, ID_MAX, 1);
	while (subid_take_range(&rest, &account, &range)) {
		PROMISE(range.count && range.count - 1 <= ID_MAX - range.start, "%u ids from %u",
			range.count, range.start);
		PROMISE(subid_covers(file, &account, range.start, range.count),
			"%u ids from %u are delegated, but not covered", range.count, range.start);
		/* The first ids, one before them, and some over the end. */
		if (checked++ < 8) {
			check_covered(file, &account, range.start - (range.start > 0), 4);
			check_covered(file, &account, range.start + range.count - 1, 4);
		}
		(void)account_others_in_range(&account, checked % 2, range.start, range.count);
	}
	parts_free(&parts);
	return 0;
}
