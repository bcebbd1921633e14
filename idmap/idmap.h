/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Id maps of user namespaces: what ids a user may use, what map a container gets,
 * having it written, and running something inside such a namespace.
 *
 * Knows user_namespaces(7), subuid(5), subgid(5), newuidmap(1) and idmap-helper. Knows nothing
 * of containers, configuration files or mounts.
 */
#ifndef IDMAP_IDMAP_H
#define IDMAP_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* The kernel takes 340 lines (map_write()), the protocol 32: more is refused by name. */
#define IDMAP_MAX_EXTENTS 32

enum idmap_kind { IDMAP_UID, IDMAP_GID };

/* Ids inside from nsid on are ids outside from hostid on; count >= 1; no wrap past 2^32-2. */
struct idmap_extent {
	uint32_t nsid;
	uint32_t hostid;
	uint32_t count;
};

struct idmap_list {
	struct idmap_extent extent[IDMAP_MAX_EXTENTS];
	size_t count;
};

/* list[IDMAP_UID], list[IDMAP_GID]. A zeroed struct is the empty map. */
struct idmap {
	struct idmap_list list[2];
};

/*
 * Parse the value of an lxc.idmap line, "u NSID HOSTID COUNT" or "g ...", or "b ..." for both (as
 * lxc-usernsexec has it), and add it. separators: " \t" for lxc.idmap, ":" for lxc-usernsexec -m.
 * Errors E_IDMAP_SYNTAX, E_IDMAP_OVERLAP name the value and what is accepted.
 */
int idmap_parse_line(struct idmap *map, const char *value, const char *separators,
		     struct error *err);

/* Text of one extent as in the configuration file, "u 0 100000 65536"; static buffer per thread. */
const char *idmap_extent_text(enum idmap_kind kind, const struct idmap_extent *extent);

/*
 * lxc.idmap = auto: ids 0.. of the container are the delegated ids in file order, first 65536 (all
 * if fewer) of each kind. E_NO_SUBIDS with the fix (usermod --add-subuids ...) if there are none.
 */
int idmap_auto(uid_t uid, struct idmap *map, struct error *err);

/* The same of the first line of each file only, with all its ids: what lxc-usernsexec uses without
 * -m. */
int idmap_first_range(uid_t uid, struct idmap *map, struct error *err);

/*
 * Check a map before anything is started: no overlaps inside or outside, id 0 of both kinds
 * mapped (E_IDMAP_INCOMPLETE otherwise, unless !need_root), and every extent lies in the caller's
 * delegated ranges or is the caller's own single id, and never covers host id 0. Root (or
 * CAP_SETUID+CAP_SETGID in the initial user namespace) may use any id. The message names the
 * extent, the caller's ranges and the file.
 */
int idmap_check(const struct idmap *map, uid_t uid, gid_t gid, bool need_root, struct error *err);

/* Do both give each id the same? */
bool idmap_equal(const struct idmap *a, const struct idmap *b);

/* Host id of a container id, or (uint32_t)-1 if it is not mapped; and the other way. */
uint32_t idmap_to_host(const struct idmap *map, enum idmap_kind kind, uint32_t nsid);
uint32_t idmap_to_container(const struct idmap *map, enum idmap_kind kind, uint32_t hostid);

/*
 * Add the caller's own uid and gid as single ids at the first free container id of each kind (65536
 * after a 65536 map), unless already mapped; *nsuid and *nsgid say where they are. For work on the
 * user's own files (templates, removal); never for a container that runs.
 */
int idmap_add_self(struct idmap *map, uid_t uid, gid_t gid, uint32_t *nsuid, uint32_t *nsgid,
		   struct error *err);

/*
 * Make container id nsid the host id hostid, and nothing else: whatever the map had for either of
 * the two is taken out, every other id stays where it was. With the caller's own id it is what
 * lxc.idmap.keep does. E_IDMAP_SYNTAX if the map gets too many lines.
 */
int idmap_keep(struct idmap *map, enum idmap_kind kind, uint32_t nsid, uint32_t hostid,
	       struct error *err);

/*
 * Have the map written for a process in a new user namespace that is a child of ours and owned by
 * us. proc_dir is an open /proc/PID directory of it. Tried in this order: written directly where
 * the caller may (root; or the caller's own ids only), idmap-helper, newuidmap and newgidmap. After
 * a failure the process must be killed: one of the two maps may be in place.
 */
int idmap_write(const struct idmap *map, int proc_dir, pid_t pid, struct error *err);

/*
 * Run function(data, err) in a child process in a new user namespace with this map, as its root
 * (uid 0, gid 0, no supplementary groups where the kernel allows), in a new mount namespace if
 * mounts is set. Returns the function's return value (0..255; its error travels back through err),
 * or -1 if it could not be run. The child is killed if the caller dies. Descriptors and the working
 * directory of the caller stay usable in the child, also below a directory that its root could not
 * enter by path. An empty map means no user namespace, and is only for root. A function that
 * returns -1 with its error set is reported as 255 with that error.
 */
int idmap_run(const struct idmap *map, bool mounts, int (*function)(void *data, struct error *err),
	      void *data, struct error *err);

/*
 * As idmap_run, but the child is left running: *pid (to be waited for by the caller). What keeps
 * the function from being run is reported here; an error of the function itself is printed by the
 * child.
 */
int idmap_spawn(const struct idmap *map, bool mounts,
		int (*function)(void *data, struct error *err), void *data, pid_t *pid,
		struct error *err);

/*
 * Move the calling process itself into a new user namespace with this map (and a new mount
 * namespace) as uid and gid of it, so that an exec that follows keeps its pid, terminal and parent.
 * After a failure the process may already be inside: it should end.
 */
int idmap_enter(const struct idmap *map, bool mounts, uid_t uid, gid_t gid, struct error *err);

/*
 * Why clone(2) or unshare(2) refused CLONE_NEWUSER with this errno: fills E_NO_USERNS naming the
 * sysctl (or limit) that is to blame and how to change it. Returns -1.
 */
int idmap_userns_refused(int sys_errno, struct error *err);

#endif
