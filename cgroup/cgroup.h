/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups of one container: finding the subtree that is delegated to the caller, making
 * the payload group (and the supervisor's own), limits, freezing, statistics, removal.
 *
 * Works with the layouts unified (cgroup2 only), hybrid (v1 controllers and a cgroup2 without or
 * with some) and legacy (v1 only), cgroups(7). No privilege: what the caller cannot write is
 * reported, not worked around.
 *
 * Names, as LXC's: lxc.payload.NAME for the container, lxc.monitor.NAME for its supervisor, in the
 * base group of every delegated hierarchy. The base is the nearest group at or above the caller's
 * that it may write (directory, cgroup.procs and cgroup.subtree_control, v1: tasks); a caller found
 * in lxc.leaf or lxc.monitor.* uses the group above; root uses the top. Left-overs of a crashed
 * container (empty groups of that name) are made anew, never avoided with a suffix.
 *
 * A base group that holds processes cannot hand controllers on ("Device or resource busy", the
 * no-internal-processes rule). Its processes are moved to the leaf lxc.leaf below it, but only when
 * a limit needs a controller that is not enabled yet, or when the base is a unit of systemd:
 * whoever places new logins in the base group could not do so meanwhile. The last container to go
 * gives it back: controllers off, processes back, leaf removed (a leaf that an admin made stays).
 */
#ifndef CGROUP_CGROUP_H
#define CGROUP_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/util.h"

enum cgroup_layout { CGROUP_NONE, CGROUP_LEGACY, CGROUP_HYBRID, CGROUP_UNIFIED };

/* One lxc.cgroup2.FILE or lxc.cgroup.FILE line, in file order. */
struct cgroup_limit {
	int version;	  /* 1 or 2 */
	const char *file; /* "memory.max" */
	const char *value;
	const char *origin; /* "/home/u/.local/share/lxc/web/config:12", for messages; NULL: the
			       command line, which has no keys */
};

/*
 * Other places for the groups than the names below, lxc.cgroup.dir*; paths below the base group,
 * NULL = as usual. All strings are the caller's for the call.
 */
struct cgroup_place {
	const char *dir;		 /* both groups are made below this one */
	const char *container, *monitor; /* these are the groups; instead of dir */
	const char *inner;		 /* one name: the processes are there, the limits above */
	const char *pivot;		 /* the supervisor goes there in the end, and it stays */
	bool relative;			 /* the caller's own group is the base, even for root */
	bool leaf; /* cgroup2: a group .lxc below the processes' for those that must not keep the
		      container from handing controllers on in its root: attached commands */
};
/* Relative, without "." and ".." and empty parts. */
bool cgroup_path_is_valid(const char *path);

struct cgroup; /* opaque; one per container; knows its groups in every hierarchy */

/* What this process sees mounted and is in; hierarchies hidden under other mounts do not count. */
enum cgroup_layout cgroup_detect_layout(void);

/*
 * Look where the caller may make groups. Nothing is changed. Never fails for lack of delegation:
 * cgroup_is_delegated() then says false and cgroup_why_not() why (one text for a notice, with the
 * fix; made at the first call). place NULL = the usual names.
 */
int cgroup_new(const char *container_name, const struct cgroup_place *place, struct cgroup **out,
	       struct error *err);
void cgroup_free(struct cgroup *cgroup);
bool cgroup_is_delegated(const struct cgroup *cgroup);
const char *cgroup_why_not(const struct cgroup *cgroup);

/* "a", "c 1:3 rwm", "b *:* r": what devices.allow and devices.deny take. */
bool cgroup_device_rule_is_valid(const char *text);

/*
 * Before any side effect: can every limit be applied? A missing controller, one that is not
 * delegated, a bad file name: E_CGROUP_LIMIT by name of the key, its file:line and the fix.
 * cgroup2.devices.* of an unprivileged caller are not needed (device nodes cannot be made) and
 * accepted; root's are held by the v1 devices controller, or by a BPF program on the payload where
 * that is not mounted. A limit with no delegation at all: E_CGROUP_DELEGATION by name.
 */
int cgroup_check_limits(const struct cgroup *cgroup, const struct cgroup_limit *limits,
			size_t count, struct error *err);

/*
 * Make the payload groups (left-overs of that name anew); enable controllers; v1 cpuset inherits
 * cpus and mems. E_CGROUP if live processes hold the name after a second; with sys_errno EACCES see
 * cgroup_remove_descendants(). Modes do not depend on the umask.
 */
int cgroup_create(struct cgroup *cgroup, struct error *err);
/*
 * Move the supervisor (0 = caller) out of a group that ends with a login or a service, to
 * lxc.monitor.NAME (made here). Nothing moves where it is in the base group or the hierarchy only
 * counts: a move costs milliseconds.
 */
int cgroup_enter_monitor(const struct cgroup *cgroup, pid_t pid, struct error *err);
/*
 * Move a process (0 = caller) to the payload of every hierarchy where it is not there yet. In v1
 * the kernel wants the process to have the caller's uid: before it becomes root inside. In cgroup2
 * it works at any time, also after cgroup_chown_payload(), through files that cgroup_create()
 * opened: for attach and reboot.
 */
int cgroup_enter_payload(const struct cgroup *cgroup, pid_t pid, struct error *err);
/*
 * The same for a container whose root hands controllers on and is therefore closed to processes
 * (cgroup_enter_payload() failed with EBUSY): pid goes to the leaf below, which is made if need be.
 * Runs as cgroup_chown_payload() does, because that group is the container's.
 */
int cgroup_enter_leaf(const struct cgroup *cgroup, pid_t pid, struct error *err);
/*
 * The leaf (place.leaf): descriptor of its cgroup.procs, where the pid of a process (0 = who
 * writes) moves it; works at any time and for whoever has the descriptor. And its directory, as
 * cgroup_payload_fd() or, without a leaf, that. Both owned by the struct; -1 where there is none.
 */
int cgroup_leaf_procs(const struct cgroup *cgroup);
int cgroup_attach_fd(const struct cgroup *cgroup);
/*
 * Descriptor of the payload directory in cgroup2 for clone3(CLONE_INTO_CGROUP); owned by the
 * struct. -1 where there is none, or where the kernel would refuse: after cgroup_chown_payload().
 * Cloning into the group saves the move: chown after clone3, not before. v1 hierarchies still need
 * cgroup_enter_payload().
 */
int cgroup_payload_fd(const struct cgroup *cgroup);

/*
 * Let the container's root manage its own subtree: chown of the payload directories and of
 * cgroup.procs, cgroup.threads, cgroup.subtree_control (cgroup2; v1: cgroup.procs, tasks) to
 * uid/gid, as the systemd delegation document says. Runs where both the caller's and the
 * container's ids are mapped (inside idmap_run()); only syscalls, no allocation needed.
 */
int cgroup_chown_payload(const struct cgroup *cgroup, uid_t uid, gid_t gid, struct error *err);

/* Write the limits and read each back; a value that did not take is E_CGROUP_LIMIT by name. */
int cgroup_apply_limits(const struct cgroup *cgroup, const struct cgroup_limit *limits,
			size_t count, struct error *err);

/*
 * One file of the payload group, by its name: cgroup2's if both versions have it. cgroup_get():
 * caller frees *value. cgroup_set() enables the controller if nobody has needed it before, and
 * reads back what it wrote. What is not delegated, in the other version only, or no file at all is
 * refused by name: E_CGROUP_DELEGATION, E_CGROUP_LIMIT, E_CGROUP. Device rules of an ordinary user:
 * E_PRIVILEGE; in cgroup2, where they are one program: E_UNSUPPORTED.
 */
int cgroup_get(const struct cgroup *cgroup, const char *file, char **value, struct error *err);
int cgroup_set(const struct cgroup *cgroup, const char *file, const char *value, struct error *err);
/* Where it is (caller frees) and in which version; NULL if it is nowhere. */
char *cgroup_file_path(const struct cgroup *cgroup, const char *file, int *version);

/* Freeze and thaw the payload; waits until the kernel says so, at most timeout_ms. */
int cgroup_freeze(const struct cgroup *cgroup, bool frozen, int timeout_ms, struct error *err);

/* SIGKILL for everything in the payload group and below (cgroup.kill, else by pid until empty). */
int cgroup_kill(const struct cgroup *cgroup, struct error *err);

/*
 * Counters of the payload; a field is -1 where no controller says. memory_swap_bytes is swap alone
 * in both versions; processes counts threads as the pids controller does.
 */
struct cgroup_stats {
	int64_t cpu_ns, cpu_user_ns, cpu_system_ns;
	int64_t blkio_bytes, blkio_operations;
	int64_t memory_bytes, memory_swap_bytes, kernel_memory_bytes;
	int64_t processes;
};
int cgroup_read_stats(const struct cgroup *cgroup, struct cgroup_stats *stats, struct error *err);

/*
 * Remove payload (and what the container made below it) and monitor groups. The caller may still be
 * in the monitor group: it is moved out (to lxc.leaf or the delegated group) first. Empty groups
 * only; waits up to a second for dying processes.
 */
int cgroup_remove(struct cgroup *cgroup, struct error *err);
/*
 * Groups below the payload that the container's root made belong to it, and rmdir asks for write
 * access to the group above: after cgroup_chown_payload() the caller cannot remove them. This
 * removes them, run inside idmap_run() (the container's map plus the caller's ids); then
 * cgroup_remove() or cgroup_create() again. To be called when one of those failed with
 * err->sys_errno EACCES. Only syscalls and heap, no locks.
 */
int cgroup_remove_descendants(const struct cgroup *cgroup, struct error *err);

/*
 * The groups as text, one per line, for the runtime directory; and groups from such a text, so that
 * the left-overs of a supervisor that was killed are found wherever its successor runs.
 */
char *cgroup_to_text(const struct cgroup *cgroup);
int cgroup_from_text(const char *container_name, const char *text, struct cgroup **out,
		     struct error *err);

#endif
