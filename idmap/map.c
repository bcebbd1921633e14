// SPDX-License-Identifier: LGPL-2.1-or-later
/* Maps as such: reading a line, translating ids, adding the caller. Touches nothing outside. */
#include "idmap/idmap.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "idmap/internal.h"

#define NO_ID UINT32_MAX /* the kernel's "no such id": never part of a map */

const char *const idmap_kind_name[2] = { "uid", "gid" };
const char idmap_kind_letter[2] = { 'u', 'g' };

const char *idmap_extent_text(enum idmap_kind kind, const struct idmap_extent *extent)
{
	/* Four, because a message about two extents holds two texts. */
	static _Thread_local char texts[4][40];
	static _Thread_local unsigned turn;
	char *text = texts[turn++ % ARRAY_SIZE(texts)];
	snprintf(text, sizeof(texts[0]), "%c %u %u %u", idmap_kind_letter[kind], extent->nsid,
		 extent->hostid, extent->count);
	return text;
}

/* The lowest id both stretches hold, or NO_ID. */
static uint32_t common_id(uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count)
{
	uint32_t low = a > b ? a : b;
	return low - a < a_count && low - b < b_count ? low : NO_ID;
}

static int list_add(struct idmap_list *list, enum idmap_kind kind,
		    const struct idmap_extent *extent, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct idmap_extent *other = &list->extent[i];
		uint32_t inside = common_id(other->nsid, other->count, extent->nsid, extent->count);
		uint32_t outside =
		    common_id(other->hostid, other->count, extent->hostid, extent->count);
		if (inside != NO_ID || outside != NO_ID)
			return error_set(err, E_IDMAP_OVERLAP, 0,
					 "id map \"%s\" and \"%s\" overlap: both hold %s %s %u",
					 idmap_extent_text(kind, other),
					 idmap_extent_text(kind, extent),
					 inside != NO_ID ? "container" : "host",
					 idmap_kind_name[kind], inside != NO_ID ? inside : outside);
	}
	if (list->count == IDMAP_MAX_EXTENTS)
		return error_set(
		    err, E_IDMAP_SYNTAX, 0, "id map \"%s\": a map has at most %d %s lines",
		    idmap_extent_text(kind, extent), IDMAP_MAX_EXTENTS, idmap_kind_name[kind]);
	list->extent[list->count++] = *extent;
	return 0;
}

static int syntax_error(struct error *err, const char *value, const char *separators,
			const char *reason)
{
	char s = separators[0];
	error_set(err, E_IDMAP_SYNTAX, 0, "id map \"%.80s\": %s", value, reason);
	return error_fix(err, "{u|g|b}%cNSID%cHOSTID%cCOUNT, for example \"u%c0%c100000%c65536\"",
			 s, s, s, s, s, s);
}

/* Cut text at the separators; runs of blanks count as one. Returns the number of fields, at most
 * max. */
static size_t split(char *text, const char *separators, char **field, size_t max)
{
	bool blanks = strchr(separators, ' ') != NULL;
	size_t count = 0;
	for (char *word; count < max && (word = strsep(&text, separators));)
		if (*word || !blanks)
			field[count++] = word;
	return count;
}

int idmap_parse_line(struct idmap *map, const char *value, const char *separators,
		     struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(value);
	char *field[5];
	size_t fields = split(copy, separators, field, ARRAY_SIZE(field));
	if (fields != 4)
		return syntax_error(err, value, separators, "it does not have four fields");
	if (strlen(field[0]) != 1 || !strchr("ugb", field[0][0]))
		return syntax_error(err, value, separators,
				    "the first field is neither u (uids), g (gids) nor b (both)");

	static const char *const names[] = { NULL, "container id", "host id", "count" };
	uint32_t number[4] = { 0 };
	for (size_t i = 1; i < 4; i++) {
		if (parse_uint32(field[i], &number[i]) == 0)
			continue;
		char reason[160];
		snprintf(reason, sizeof(reason),
			 "the %s \"%.40s\" is not a decimal number from %d to %u", names[i],
			 field[i], i == 3, NO_ID - 1);
		return syntax_error(err, value, separators, reason);
	}
	struct idmap_extent extent = { number[1], number[2], number[3] };
	if (extent.count == 0)
		return syntax_error(err, value, separators, "the count is 0");
	if (extent.nsid > NO_ID - extent.count || extent.hostid > NO_ID - extent.count)
		return syntax_error(err, value, separators,
				    "it goes past the highest id, 4294967294");

	/* A "b" line is added for both kinds or for none. */
	struct idmap changed = *map;
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++)
		if ((field[0][0] == 'b' || field[0][0] == idmap_kind_letter[kind]) &&
		    list_add(&changed.list[kind], (enum idmap_kind)kind, &extent, err) < 0)
			return -1;
	*map = changed;
	return 0;
}

uint32_t idmap_to_host(const struct idmap *map, enum idmap_kind kind, uint32_t nsid)
{
	const struct idmap_list *list = &map->list[kind];
	for (size_t i = 0; i < list->count; i++)
		if (nsid - list->extent[i].nsid < list->extent[i].count)
			return list->extent[i].hostid + (nsid - list->extent[i].nsid);
	return NO_ID;
}

uint32_t idmap_to_container(const struct idmap *map, enum idmap_kind kind, uint32_t hostid)
{
	const struct idmap_list *list = &map->list[kind];
	for (size_t i = 0; i < list->count; i++)
		if (hostid - list->extent[i].hostid < list->extent[i].count)
			return list->extent[i].nsid + (hostid - list->extent[i].hostid);
	return NO_ID;
}

/* The lowest container id that is not mapped. Each round passes one extent. */
static uint32_t first_free(const struct idmap *map, enum idmap_kind kind)
{
	const struct idmap_list *list = &map->list[kind];
	uint32_t id = 0;
	for (size_t round = 0; round <= list->count; round++)
		for (size_t i = 0; i < list->count; i++)
			if (id - list->extent[i].nsid < list->extent[i].count)
				id = list->extent[i].nsid + list->extent[i].count;
	return id;
}

int idmap_add_self(struct idmap *map, uid_t uid, gid_t gid, uint32_t *nsuid, uint32_t *nsgid,
		   struct error *err)
{
	const uint32_t own[2] = { uid, gid };
	uint32_t inside[2] = { uid, gid };
	struct idmap changed = *map;
	bool none = map->list[IDMAP_UID].count == 0 && map->list[IDMAP_GID].count == 0;

	/* Root without a map stays where it is: every id is its own. */
	for (int i = IDMAP_UID; i <= IDMAP_GID && !(none && uid == 0); i++) {
		enum idmap_kind kind = (enum idmap_kind)i;
		inside[i] = idmap_to_container(map, kind, own[i]);
		if (inside[i] != NO_ID)
			continue;
		inside[i] = first_free(map, kind);
		if (inside[i] == NO_ID)
			return error_set(err, E_IDMAP_RANGE, 0,
					 "the id map leaves no container %s free for %s %u",
					 idmap_kind_name[kind], idmap_kind_name[kind], own[i]);
		struct idmap_extent extent = { inside[i], own[i], 1 };
		if (list_add(&changed.list[kind], kind, &extent, err) < 0)
			return -1;
	}
	*map = changed;
	*nsuid = inside[IDMAP_UID];
	*nsgid = inside[IDMAP_GID];
	return 0;
}

/* Of the same size, and each extent's ends lie where the other map has them. */
static bool agrees(const struct idmap *a, const struct idmap *b, enum idmap_kind kind)
{
	uint64_t total = 0;
	for (size_t i = 0; i < a->list[kind].count; i++) {
		const struct idmap_extent *extent = &a->list[kind].extent[i];
		uint32_t last = extent->count - 1;
		if (idmap_to_host(b, kind, extent->nsid) != extent->hostid ||
		    idmap_to_host(b, kind, extent->nsid + last) != extent->hostid + last)
			return false;
		total += extent->count;
	}
	for (size_t i = 0; i < b->list[kind].count; i++)
		total -= b->list[kind].extent[i].count;
	return total == 0;
}

bool idmap_equal(const struct idmap *a, const struct idmap *b)
{
	return agrees(a, b, IDMAP_UID) && agrees(a, b, IDMAP_GID);
}
