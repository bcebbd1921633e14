// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ranges of ids, and the text of /etc/subuid and /etc/subgid. Pure: text in, ranges out. */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "idmap/internal.h"

#define LOWEST_FREE 100000U /* SUB_UID_MIN of login.defs as distributions ship it */

/* The id behind the range; a range ends at ID_MAX at most, so this does not wrap. */
static uint32_t end_of(struct subid_range range)
{
	return range.start + range.count;
}

static bool overlap(struct subid_range a, struct subid_range b)
{
	return a.start < end_of(b) && b.start < end_of(a);
}

void subids_add(struct subids *ids, struct subid_range range)
{
	ids->range = xrealloc(ids->range, (ids->count + 1) * sizeof(*ids->range));
	ids->range[ids->count++] = range;
}

void subids_add_account(struct subids *ids, struct text file, const struct account *account)
{
	struct subid_range range;
	while (subid_take_range(&file, account, &range))
		subids_add(ids, range);
}

static int compare_start(const void *a, const void *b)
{
	uint32_t x = ((const struct subid_range *)a)->start;
	uint32_t y = ((const struct subid_range *)b)->start;
	return (x > y) - (x < y);
}

void subids_merge(struct subids *ids)
{
	if (ids->count < 2)
		return;
	qsort(ids->range, ids->count, sizeof(*ids->range), compare_start);
	size_t last = 0;
	for (size_t i = 1; i < ids->count; i++) {
		struct subid_range *into = &ids->range[last], next = ids->range[i];
		if (next.start > end_of(*into))
			ids->range[++last] = next;
		else if (end_of(next) > end_of(*into))
			into->count = end_of(next) - into->start;
	}
	ids->count = last + 1;
}

void subids_clear(struct subids *ids)
{
	free(ids->range);
	*ids = (struct subids){ 0 };
}

const char *subids_text(const struct subids *ids, char *buffer, size_t size)
{
	size_t at = 0;
	snprintf(buffer, size, "none");
	for (size_t i = 0; i < ids->count && at < size; i++) {
		bool room = size - at > 40; /* what a range and ", ..." can take */
		int n = room ? snprintf(buffer + at, size - at, "%s%u-%u", i ? ", " : "",
					ids->range[i].start, end_of(ids->range[i]) - 1)
			     : snprintf(buffer + at, size - at, ", ...");
		at += (size_t)n;
		if (!room)
			break;
	}
	return buffer;
}

bool subids_find_gap(const struct subids *ids, struct subid_range wanted, struct subid_range *gap)
{
	uint32_t need = wanted.start, end = end_of(wanted);
	for (size_t i = 0; i < ids->count && need < end; i++) {
		struct subid_range range = ids->range[i];
		if (end_of(range) <= need)
			continue;
		if (range.start > need) {
			end = range.start < end ? range.start : end;
			break;
		}
		need = end_of(range);
	}
	*gap = (struct subid_range){ need, need < end ? end - need : 0 };
	return need < end;
}

/* The owner of a line, whatever follows it. */
static struct text owner_of(struct text line)
{
	struct text owner = { line.data, 0 };
	text_take_field(&line, ':', &owner);
	return owner;
}

/* What a line delegates if its owner is not looked at. */
static bool range_of(struct text line, struct subid_range *range)
{
	/* An account whose name is the line's owner. */
	struct account anyone = { .name = owner_of(line) };
	return subid_take_range(&line, &anyone, range);
}

unsigned subids_find_bad_line(struct text file, const struct account *account)
{
	struct text line;
	struct subid_range range;
	for (unsigned number = 1; text_take_line(&file, &line); number++)
		if (account_is_user(account, owner_of(line)) && !range_of(line, &range))
			return number;
	return 0;
}

unsigned subids_find_other_owner(struct text file, const struct account *account,
				 struct subid_range wanted, struct text *owner)
{
	struct text line;
	struct subid_range range;
	for (unsigned number = 1; text_take_line(&file, &line); number++) {
		*owner = owner_of(line);
		if (range_of(line, &range) && overlap(range, wanted) &&
		    !account_is_user(account, *owner))
			return number;
	}
	return 0;
}

uint32_t subids_find_free(const struct text files[2], uint32_t count)
{
	struct subids taken = { 0 };
	struct subid_range range;
	for (size_t i = 0; i < 2; i++) {
		struct text rest = files[i], line;
		while (text_take_line(&rest, &line))
			if (range_of(line, &range))
				subids_add(&taken, range);
	}
	subids_merge(&taken);
	uint64_t start = LOWEST_FREE;
	for (size_t i = 0; i < taken.count; i++)
		if (taken.range[i].start < start + count && start < end_of(taken.range[i]))
			start = end_of(taken.range[i]);
	subids_clear(&taken);
	return start + count - 1 <= ID_MAX ? (uint32_t)start : 0;
}

/* Add the ids of range that the list does not hold yet; the rest of the range first to last. */
static void map_range(struct idmap_list *list, struct subid_range range, uint32_t *next,
		      uint32_t *room)
{
	while (range.count && *room && list->count < IDMAP_MAX_EXTENTS) {
		struct subid_range piece = range;
		bool held = false;
		for (size_t i = 0; i < list->count && !held; i++) {
			struct subid_range old = { list->extent[i].hostid, list->extent[i].count };
			if (piece.start >= old.start && piece.start < end_of(old)) {
				piece.count = end_of(old) < end_of(range)
						  ? end_of(old) - piece.start
						  : range.count;
				held = true;
			} else if (overlap(old, piece)) {
				piece.count = old.start - piece.start;
			}
		}
		range = (struct subid_range){ end_of(piece), range.count - piece.count };
		if (held)
			continue;
		if (piece.count > *room)
			piece.count = *room;
		list->extent[list->count++] =
		    (struct idmap_extent){ *next, piece.start, piece.count };
		*next += piece.count;
		*room -= piece.count;
	}
}

void subids_to_map(const struct subids *ids, uint32_t limit, struct idmap_list *list)
{
	uint32_t next = 0;
	*list = (struct idmap_list){ 0 };
	for (size_t i = 0; i < ids->count; i++) {
		struct subid_range range = ids->range[i];
		if (range.start == 0) /* root's id is never given away, whatever a line says */
			range = (struct subid_range){ 1, range.count - 1 };
		map_range(list, range, &next, &limit);
	}
}
