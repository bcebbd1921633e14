// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.idmap.keep, and the map that all lines about ids make together. */
#include <string.h>

#include "config/internal.h"

static int take_id(struct config *config, enum idmap_kind kind, const char *text)
{
	uint32_t id;
	/* Root of the container owns its root file system, whose files are not the caller's. */
	if (parse_uint32(text, &id) < 0 || id == 0 || id == UINT32_MAX)
		return -1;
	config->has_idmap_keep[kind] = true;
	config->idmap_keep[kind] = id;
	return 0;
}

int config_set_idmap_keep(struct config *config, const struct config_key *key,
			  const struct config_item *item, struct error *err)
{
	config->has_idmap_keep[IDMAP_UID] = config->has_idmap_keep[IDMAP_GID] = false;
	config->idmap_keep_origin = item->origin;
	if (!*item->value)
		return 0;
	_cleanup_free_ char *uid = xstrdup(item->value);
	char *gid = strchr(uid, ':');
	if (gid)
		*gid++ = 0;
	if (take_id(config, IDMAP_UID, uid) < 0 || (gid && take_id(config, IDMAP_GID, gid) < 0))
		return config_refuse(key, item, err,
				     "not a number from 1 to 4294967294, or two with a colon");
	return 0;
}

static int apply_keep(const struct config *config, uid_t uid, gid_t gid, struct idmap *map,
		      struct error *err)
{
	const uint32_t own[2] = { uid, gid };
	if (uid == 0) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "%s: lxc.idmap.keep would make a user of the container root of the host",
			  config_place(&config->idmap_keep_origin));
		return error_fix(err, "start the container as the user whose files it works on");
	}
	for (int i = IDMAP_UID; i <= IDMAP_GID; i++)
		if (config->has_idmap_keep[i] &&
		    idmap_keep(map, (enum idmap_kind)i, config->idmap_keep[i], own[i], err) < 0)
			return error_step(err, "%s: lxc.idmap.keep",
					  config_place(&config->idmap_keep_origin));
	return 0;
}

int config_make_idmap(const struct config *config, uid_t uid, gid_t gid, struct idmap *map,
		      struct error *err)
{
	bool lines = config->has_idmap && !config->idmap_auto;
	bool keep = config->has_idmap_keep[IDMAP_UID];
	if (lines)
		*map = config->idmap;
	else if (idmap_auto(uid, map, err) < 0)
		return -1;
	if (keep && apply_keep(config, uid, gid, map, err) < 0)
		return -1;
	/* What comes straight from the caller's own lines of subuid(5) is right by itself. */
	if ((!lines && !keep) || idmap_check(map, uid, gid, true, err) == 0)
		return 0;
	const struct config_origin *origin =
	    lines ? &config->idmap_origin : &config->idmap_keep_origin;
	if (origin->file && origin->line && error_is_set(err))
		error_rule(err, "%s", config_place(origin));
	return -1;
}
