// SPDX-License-Identifier: LGPL-2.1-or-later
/* A hole of one id in a map: some container id is the caller. Pure: a map in, a map out. */
#include "idmap/idmap.h"

#include "base/util.h"
#include "idmap/internal.h"

static void add(struct idmap_extent *list, size_t *count, uint32_t nsid, uint32_t hostid,
		uint32_t length)
{
	if (length)
		list[(*count)++] = (struct idmap_extent){ nsid, hostid, length };
}

/* What is left of the extents without one id, which is a container id (inside) or a host id. */
static size_t cut(const struct idmap_extent *from, size_t count, bool inside, uint32_t id,
		  struct idmap_extent *to)
{
	size_t made = 0;
	for (size_t i = 0; i < count; i++) {
		struct idmap_extent e = from[i];
		uint32_t offset = id - (inside ? e.nsid : e.hostid);
		if (offset >= e.count) {
			to[made++] = e;
			continue;
		}
		add(to, &made, e.nsid, e.hostid, offset);
		add(to, &made, e.nsid + offset + 1, e.hostid + offset + 1, e.count - offset - 1);
	}
	return made;
}

int idmap_keep(struct idmap *map, enum idmap_kind kind, uint32_t nsid, uint32_t hostid,
	       struct error *err)
{
	struct idmap_list *list = &map->list[kind];
	/* Each cut falls into one extent at most, because those of a map do not overlap. */
	struct idmap_extent once[IDMAP_MAX_EXTENTS + 1], twice[IDMAP_MAX_EXTENTS + 3];
	if (idmap_to_host(map, kind, nsid) == hostid)
		return 0;
	size_t count = cut(list->extent, list->count, true, nsid, once);
	count = cut(once, count, false, hostid, twice);
	add(twice, &count, nsid, hostid, 1);
	if (count > IDMAP_MAX_EXTENTS)
		return error_set(err, E_IDMAP_SYNTAX, 0,
				 "with container %s %u as your own the id map has %zu lines; at "
				 "most %d are possible",
				 idmap_kind_name[kind], nsid, count, IDMAP_MAX_EXTENTS);
	list->count = count;
	for (size_t i = 0; i < count; i++)
		list->extent[i] = twice[i];
	return 0;
}
