// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a user may map, what it gets by default, and whether a map is acceptable: before anything
 * starts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_MODULE "idmap"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "idmap/internal.h"

#define DEFAULT_COUNT 65536U

#define _cleanup_source_ __attribute__((cleanup(subids_source_clear)))

/* The message for a user who has nothing of the kinds in which count is not 0. */
static int no_subids(const struct subids_source *source, const uint32_t count[2], struct error *err)
{
	bool both = count[IDMAP_UID] && count[IDMAP_GID];
	enum idmap_kind kind = count[IDMAP_UID] ? IDMAP_UID : IDMAP_GID;
	error_set(err, E_NO_SUBIDS, 0, "%s has no subordinate %s in %s%s%s", source->name,
		  both		      ? "uids and gids"
		  : kind == IDMAP_UID ? "uids"
				      : "gids",
		  source->where[kind], both && !source->module ? " and " : "",
		  both && !source->module ? source->where[IDMAP_GID] : "");
	for (int i = IDMAP_GID; i >= IDMAP_UID; i--) {
		unsigned bad =
		    count[i] ? subids_find_bad_line(source->file[i], &source->account) : 0;
		if (bad)
			error_rule(err, "%s:%u is not \"%s:FIRST:COUNT\" in plain decimal numbers",
				   source->where[i], bad, source->name);
	}
	subids_source_fix(source, err, count, 0);
	return -1;
}

/* The delegated ids as a map: all lines, or the first line of each file. */
static int map_delegated(uid_t uid, bool first_only, uint32_t limit, struct idmap *map,
			 struct error *err)
{
	_cleanup_source_ struct subids_source source = { 0 };
	if (subids_source_open(&source, uid, err) < 0)
		return -1;
	uint32_t missing[2] = { 0, 0 };
	struct idmap made = { 0 };
	for (int i = IDMAP_UID; i <= IDMAP_GID; i++) {
		__attribute__((cleanup(subids_clear))) struct subids ids = { 0 };
		if (subids_source_ranges(&source, (enum idmap_kind)i, &ids, err) < 0)
			return -1;
		if (first_only && ids.count > 1)
			ids.count = 1;
		subids_to_map(&ids, limit, &made.list[i]);
		missing[i] = made.list[i].count ? 0 : DEFAULT_COUNT;
	}
	if (missing[IDMAP_UID] || missing[IDMAP_GID])
		return no_subids(&source, missing, err);
	*map = made;
	return 0;
}

int idmap_auto(uid_t uid, struct idmap *map, struct error *err)
{
	return map_delegated(uid, false, DEFAULT_COUNT, map, err);
}

int idmap_first_range(uid_t uid, struct idmap *map, struct error *err)
{
	return map_delegated(uid, true, UINT32_MAX, map, err);
}

/* ---- the check ---- */

/* The map once more, line by line: a map need not have come from idmap_parse_line(). */
static int check_lines(const struct idmap *map, struct error *err)
{
	struct idmap again = { 0 };
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++)
		for (size_t i = 0; i < map->list[kind].count; i++)
			if (idmap_parse_line(&again,
					     idmap_extent_text((enum idmap_kind)kind,
							       &map->list[kind].extent[i]),
					     " ", err) < 0)
				return -1;
	return 0;
}

static int check_root_mapped(const struct idmap *map, struct error *err)
{
	for (int i = IDMAP_UID; i <= IDMAP_GID; i++) {
		enum idmap_kind kind = (enum idmap_kind)i;
		const struct idmap_list *list = &map->list[kind];
		if (idmap_to_host(map, kind, 0) != UINT32_MAX)
			continue;
		if (list->count == 0)
			error_set(err, E_IDMAP_INCOMPLETE, 0, "the id map has no %s line",
				  idmap_kind_name[kind]);
		else
			error_set(err, E_IDMAP_INCOMPLETE, 0,
				  "the id map lacks container %s 0, the %s of root (it begins with "
				  "\"%s\")",
				  idmap_kind_name[kind], idmap_kind_name[kind],
				  idmap_extent_text(kind, &list->extent[0]));
		return error_fix(err, "add a line \"%c 0 HOSTID COUNT\"", idmap_kind_letter[kind]);
	}
	return 0;
}

/* The ids that exist in our own user namespace; all of them in the initial one. */
static void own_ids(enum idmap_kind kind, struct subids *ids)
{
	_cleanup_free_ char *data = NULL;
	struct text rest, line, inside, outside, count;
	ssize_t length = file_read_all(AT_FDCWD, idmap_paths.own_map[kind], 64 * 1024, &data);
	rest = (struct text){ data, length > 0 ? (size_t)length : 0 };
	while (text_take_line(&rest, &line)) {
		struct subid_range range;
		if (text_take_word(&line, &inside) && text_take_word(&line, &outside) &&
		    text_take_word(&line, &count) && text_number(inside, ID_MAX, &range.start) &&
		    text_number(count, UINT32_MAX, &range.count))
			subids_add(ids, range);
	}
	subids_merge(ids);
}

static int check_ids_exist(const struct idmap *map, enum idmap_kind kind, struct error *err)
{
	__attribute__((cleanup(subids_clear))) struct subids here = { 0 };
	const struct idmap_list *list = &map->list[kind];
	own_ids(kind, &here);
	for (size_t i = 0; i < list->count && here.count; i++) {
		struct subid_range gap, wanted = { list->extent[i].hostid, list->extent[i].count };
		char text[200];
		if (!subids_find_gap(&here, wanted, &gap))
			continue;
		error_set(
		    err, E_IDMAP_RANGE, 0,
		    "id map \"%s\": %ss %u-%u do not exist in this user namespace, which has %s",
		    idmap_extent_text(kind, &list->extent[i]), idmap_kind_name[kind], gap.start,
		    gap.start + gap.count - 1, subids_text(&here, text, sizeof(text)));
		return error_rule(err, "%s", idmap_paths.own_map[kind]);
	}
	return 0;
}

/* An extent reaches outside of what the user may map: say by how much, whose it is and what helps.
 */
static int refuse_extent(const struct subids_source *source, enum idmap_kind kind,
			 const struct subids *ids, const struct idmap_extent *extent,
			 struct subid_range gap, struct error *err)
{
	char has[300], use[80] = "";
	struct text owner;
	uint32_t count[2] = { 0, 0 };
	error_set(
	    err, E_IDMAP_RANGE, 0, "id map \"%s\": %s may not map host %ss %u-%u, only %s (%s)",
	    idmap_extent_text(kind, extent), source->name, idmap_kind_name[kind], gap.start,
	    gap.start + gap.count - 1, subids_text(ids, has, sizeof(has)), source->where[kind]);
	unsigned line = subids_find_other_owner(source->file[kind], &source->account, gap, &owner);
	unsigned bad = subids_find_bad_line(source->file[kind], &source->account);
	if (line)
		error_rule(err, "%s:%u gives them to %.*s", source->where[kind], line,
			   owner.size < 64 ? (int)owner.size : 64, owner.data);
	else if (bad)
		error_rule(err, "%s:%u is not \"%s:FIRST:COUNT\" in plain decimal numbers",
			   source->where[kind], bad, source->name);

	/* A range of the user's own that would do comes first: it needs no administrator. */
	for (size_t i = 0; i < ids->count && !*use; i++)
		if (ids->range[i].start && ids->range[i].count >= extent->count)
			snprintf(use, sizeof(use), "\"%c %u %u %u\"", idmap_kind_letter[kind],
				 extent->nsid, ids->range[i].start, extent->count);
	if (*use)
		return error_fix(err, "map %s instead", use);
	count[kind] = line || gap.start < DEFAULT_COUNT ? extent->count : gap.count;
	subids_source_fix(source, err, count, line || gap.start < DEFAULT_COUNT ? 0 : gap.start);
	return -1;
}

/* Somebody else owns the same ids: containers of both can reach each other's files. */
static void warn_shared(const struct subids_source *source, enum idmap_kind kind,
			const struct idmap_extent *extent)
{
	struct text owner;
	struct subid_range range = { extent->hostid, extent->count };
	unsigned line =
	    subids_find_other_owner(source->file[kind], &source->account, range, &owner);
	if (line)
		log_notice("%ss of id map \"%s\" are also given to %.*s (%s:%u): containers of "
			   "both can reach "
			   "each other's files",
			   idmap_kind_name[kind], idmap_extent_text(kind, extent),
			   owner.size < 64 ? (int)owner.size : 64, owner.data, source->where[kind],
			   line);
}

static bool has_ranges(const struct subids_source *source, enum idmap_kind kind)
{
	__attribute__((cleanup(subids_clear))) struct subids ids = { 0 };
	return subids_source_ranges(source, kind, &ids, NULL) == 0 && ids.count > 0;
}

static int check_kind(const struct subids_source *source, const struct idmap *map,
		      enum idmap_kind kind, uint32_t own, struct error *err)
{
	__attribute__((cleanup(subids_clear))) struct subids ids = { 0 };
	const struct idmap_list *list = &map->list[kind];
	bool asked = false;
	for (size_t i = 0; i < list->count; i++) {
		const struct idmap_extent *extent = &list->extent[i];
		struct subid_range gap, wanted = { extent->hostid, extent->count };
		if (extent->count == 1 && extent->hostid == own && own != 0)
			continue;
		if (!asked && subids_source_ranges(source, kind, &ids, err) < 0)
			return -1;
		asked = true;
		subids_merge(&ids);
		if (ids.count == 0) {
			uint32_t count[2] = { 0, 0 };
			count[kind] = DEFAULT_COUNT;
			if (kind == IDMAP_UID && map->list[IDMAP_GID].count &&
			    !has_ranges(source, IDMAP_GID))
				count[IDMAP_GID] = DEFAULT_COUNT;
			return no_subids(source, count, err);
		}
		if (extent->hostid == 0) {
			error_set(err, E_IDMAP_RANGE, 0,
				  "id map \"%s\": host %s 0 is root's and is never mapped for %s",
				  idmap_extent_text(kind, extent), idmap_kind_name[kind],
				  source->name);
			char text[200];
			return error_fix(err, "map ids of %s, of %s",
					 subids_text(&ids, text, sizeof(text)),
					 source->where[kind]);
		}
		if (subids_find_gap(&ids, wanted, &gap))
			return refuse_extent(source, kind, &ids, extent, gap, err);
		/* as idmap-helper refuses it: a wrong line must not give one user's files to
		 * another */
		if (account_others_in_range(&source->account, kind == IDMAP_GID, wanted.start,
					    wanted.count)) {
			error_set(err, E_IDMAP_RANGE, 0,
				  "id map \"%s\" holds the %s of another user of %s",
				  idmap_extent_text(kind, extent), idmap_kind_name[kind],
				  idmap_paths.passwd);
			return error_fix(err, "have ids delegated that nobody has as %s",
					 idmap_kind_name[kind]);
		}
		warn_shared(source, kind, extent);
	}
	return 0;
}

int idmap_check(const struct idmap *map, uid_t uid, gid_t gid, bool need_root, struct error *err)
{
	if (check_lines(map, err) < 0 || (need_root && check_root_mapped(map, err) < 0))
		return -1;
	if (check_ids_exist(map, IDMAP_UID, err) < 0 || check_ids_exist(map, IDMAP_GID, err) < 0)
		return -1;
	if (uid == 0 || (uid == geteuid() && idmap_may_set_ids()) || idmap_is_own(map, uid, gid))
		return 0;
	_cleanup_source_ struct subids_source source = { 0 };
	if (subids_source_open(&source, uid, err) < 0)
		return -1;
	source.account.gid = gid;
	if (check_kind(&source, map, IDMAP_UID, uid, err) < 0)
		return -1;
	return check_kind(&source, map, IDMAP_GID, gid, err);
}
