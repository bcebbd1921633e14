// SPDX-License-Identifier: LGPL-2.1-or-later
/* Having a map written: by ourselves where the kernel lets us, else by a program that may. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>
#include <unistd.h>

#define LOG_MODULE "idmap"
#include "base/file.h"
#include "base/privilege.h"
#include "base/log.h"
#include "base/util.h"
#include "idmap/internal.h"
#include "setuid-helpers/client.h"

bool idmap_may_set_ids(void)
{
	return privilege_has(CAP_SETUID) && privilege_has(CAP_SETGID);
}

bool idmap_is_own(const struct idmap *map, uid_t uid, gid_t gid)
{
	const uint32_t own[2] = { uid, gid };
	for (int i = IDMAP_UID; i <= IDMAP_GID; i++) {
		const struct idmap_list *list = &map->list[i];
		if (list->count > 1 || (list->count && (list->extent[0].count != 1 ||
							list->extent[0].hostid != own[i])))
			return false;
	}
	return true;
}

static int write_list(const struct idmap_list *list, enum idmap_kind kind, int proc_dir, pid_t pid,
		      struct error *err)
{
	static const char *const files[] = { "uid_map", "gid_map" };
	char text[IDMAP_MAX_EXTENTS * 36] = "";
	size_t at = 0;
	if (list->count == 0) /* an empty map is the one that is there already */
		return 0;
	for (size_t i = 0; i < list->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%u %u %u\n",
				       list->extent[i].nsid, list->extent[i].hostid,
				       list->extent[i].count);
	if (file_write_kernel(proc_dir, files[kind], text) == 0)
		return 0;
	int saved = errno;
	error_set(err, E_IDMAP_WRITE, saved, "write %s of process %ld", files[kind], (long)pid);
	struct idmap both = { 0 };
	both.list[kind] = *list;
	/* verify_root_map(): since Linux 5.12 the opener needs CAP_SETFCAP to map uid 0 of the
	 * parent. */
	if (saved == EPERM && idmap_to_container(&both, kind, 0) != UINT32_MAX &&
	    !privilege_has(CAP_SETFCAP))
		error_fix(err, "mapping host %s 0 needs CAP_SETFCAP, which this process lacks",
			  idmap_kind_name[kind]);
	return -1;
}

static int write_directly(const struct idmap *map, bool own_only, int proc_dir, pid_t pid,
			  struct error *err)
{
	/* The kernel takes the gid map of an unprivileged writer only after setgroups(2) is given
	 * up. */
	if (own_only && map->list[IDMAP_GID].count &&
	    file_write_kernel(proc_dir, "setgroups", "deny") < 0 && errno != ENOENT)
		return error_set(err, E_IDMAP_WRITE, errno, "deny setgroups of process %ld",
				 (long)pid);
	if (write_list(&map->list[IDMAP_GID], IDMAP_GID, proc_dir, pid, err) < 0)
		return -1;
	return write_list(&map->list[IDMAP_UID], IDMAP_UID, proc_dir, pid, err);
}

/* idmap-helper reads the local files only; newuidmap(1) asks NSS as well. */
static bool helper_knows_caller(void)
{
	struct subids_source source = { 0 };
	bool knows = subids_source_open(&source, getuid(), NULL) < 0 || source.local;
	subids_source_clear(&source);
	return knows;
}

/* Neither program can work: one error that says why for each, with the fix of the first. */
static int no_program(const struct error *helper, const struct error *shadow, struct error *err)
{
	error_set(err, E_IDMAP_HELPER, 0, "nobody may write the id maps: %s; %s", helper->message,
		  shadow->message);
	if (helper->fix[0] && shadow->fix[0])
		return error_fix(err, "%s; or %s", helper->fix, shadow->fix);
	return error_fix(err, "%s", helper->fix[0] ? helper->fix : shadow->fix);
}

int idmap_write(const struct idmap *map, int proc_dir, pid_t pid, struct error *err)
{
	if (idmap_may_set_ids())
		return write_directly(map, false, proc_dir, pid, err);
	if (idmap_is_own(map, geteuid(), getegid()))
		return write_directly(map, true, proc_dir, pid, err);

	struct error helper = { 0 }, shadow = { 0 };
	bool shadow_first = !helper_knows_caller();
	if (shadow_first) {
		if (shadow_write_maps(map, pid, &shadow) == 0)
			return 0;
		if (shadow.code != E_IDMAP_HELPER)
			return *err = shadow, -1;
	}
	if (helper_request_idmap(map, proc_dir, &helper) == 0)
		return 0;
	if (helper.code != E_IDMAP_HELPER)
		return *err = helper, -1;
	log_debug("%s", helper.message);
	if (!shadow_first) {
		if (shadow_write_maps(map, pid, &shadow) == 0)
			return 0;
		if (shadow.code != E_IDMAP_HELPER)
			return *err = shadow, -1;
	}
	return no_program(&helper, &shadow, err);
}
