/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of cgroup/ share: one struct a hierarchy, and the pure functions over text that
 * the unit tests hold. Nothing outside cgroup/ and tests/unit includes this.
 */
#ifndef CGROUP_INTERNAL_H
#define CGROUP_INTERNAL_H

#include "cgroup/cgroup.h"

#define CGROUP_LEAF "lxc.leaf"
#define CGROUP_INIT_LEAF ".lxc" /* below the container's root */
#define CGROUP_PAYLOAD_PREFIX "lxc.payload."
#define CGROUP_MONITOR_PREFIX "lxc.monitor."

/* One mounted hierarchy in which the caller's processes are. */
struct hierarchy {
	int version;	   /* 1 or 2 */
	char *controllers; /* v1: "cpu,cpuacct" or "name=systemd"; v2: those of the base group, "cpu
			      memory" */
	char *mount;	   /* "/sys/fs/cgroup/memory" */
	int mount_id;	   /* of mountinfo, 0 = not known */
	char *own;	   /* the caller's own group below mount: "" is the top, else "/a/b" */
	char *base;	   /* the group in which payload and monitor are made, same form */
	bool delegated;	   /* base is writable for the caller */
	int base_fd;	   /* directories open for reading, -1 = not open */
	int payload_fd;	   /* where the limits are */
	int init_fd;	   /* where the processes go: below payload_fd, or the same group */
	int leaf_fd;	   /* CGROUP_INIT_LEAF, -1 = none */
	int leaf_procs_fd; /* its cgroup.procs */
	int procs_fd;	   /* cgroup.procs of that group, opened for writing while it was still the
			      caller's */
};

struct hierarchies {
	struct hierarchy *items;
	size_t count;
};

struct cgroup {
	char *name; /* of the container */
	/* below the base: lxc.payload.NAME, lxc.monitor.NAME, or as asked for */
	char *payload, *monitor;
	char *inner;	     /* below the payload, or NULL */
	char *pivot;	     /* below the base: where the supervisor goes in the end, or NULL */
	bool leaf_wanted;    /* CGROUP_INIT_LEAF is made */
	bool monitor_wanted; /* the supervisor goes there whether it has to or not */
	struct hierarchies list;
	char **why; /* filled at the first cgroup_why_not(); never NULL itself */
};

/* ---- pure: text in, decisions out (layout.c) ---- */

/*
 * Match /proc/self/mountinfo with /proc/self/cgroup: one hierarchy for each mount that shows the
 * group the caller is in, in the order of mountinfo. A hierarchy mounted twice gives two items
 * (same version and controllers).
 */
void cgroup_match_layout(const char *mountinfo, const char *membership, struct hierarchies *out);
void hierarchies_clear(struct hierarchies *list);
struct hierarchy *hierarchies_add(struct hierarchies *list);

/* "/a/lxc.leaf" and "/a/lxc.monitor.web" to "/a"; anything else unchanged. In place. */
void cgroup_strip_own_levels(char *group);
/* "/a/b" to "/a", "/a" to "", false for "". In place. */
bool cgroup_strip_level(char *group);
/* Is word one of the words of list, which are separated by blanks or commas? */
bool cgroup_list_has(const char *list, const char *word);

/* ---- the system ---- */

/* The visible hierarchies of this process, first mount of each that is really there. Sets own; base
 * = NULL. */
int cgroup_read_layout(struct hierarchies *out, struct error *err);
/* A struct with its names and no hierarchy; E_NAME_INVALID where the name cannot be one. */
int cgroup_new_empty(const char *container_name, struct cgroup **out, struct error *err);
/* Directory of a group for messages: "/sys/fs/cgroup/memory/a"; caller frees. */
char *hierarchy_path(const struct hierarchy *h, const char *child);
struct hierarchy *cgroup_v2(const struct cgroup *cgroup); /* delegated cgroup2 or NULL */
struct hierarchy *cgroup_v1(const struct cgroup *cgroup,
			    const char *controller); /* delegated, or NULL */
/* Of any delegation state. */
struct hierarchy *cgroup_find(const struct cgroup *cgroup, int version, const char *controller);
void hierarchy_close_payload(struct hierarchy *h);
int hierarchy_open_base(struct hierarchy *h); /* 0 or -1 (errno) */
int hierarchy_open_payload(const struct cgroup *cgroup,
			   const struct hierarchy *h); /* new descriptor or -1 (errno) */
/* mkdir with mode 0755 whatever the umask, and open: descriptor, or -1 (errno; EEXIST allowed if
 * exist_ok). */
int hierarchy_make_group(const struct hierarchy *h, const char *name, bool exist_ok);
bool cgroup_euid_is_root(void);
/* Remove the empty payload groups that this struct made. */
void cgroup_undo_create(struct cgroup *cgroup);

/* Read a small kernel file into buffer (NUL-terminated, trailing newline cut). Length, or -1
 * (errno). */
ssize_t cgroup_read_file(int dirfd, const char *file, char *buffer, size_t size);

/* ---- cgroup2 controllers and the no-internal-processes rule (controllers.c) ---- */

/*
 * Enable these words ("+cpu +memory") for the children of a group. 0 or -1 (errno; EBUSY where the
 * group holds processes, also where the kernel would do it and make the group a root of threads).
 */
int cgroup_write_subtree(int group, const char *words);
/* A group with processes and controllers for its children, which no process can enter then. */
bool cgroup_is_thread_root(int group);
/*
 * Enable these words ("cpu memory") in the base group as far as it has them. With may_move,
 * processes in the base group are moved to lxc.leaf when the kernel asks for that (EBUSY). 0 or -1
 * (err filled).
 */
int cgroup_enable_controllers(const struct cgroup *cgroup, struct hierarchy *h, const char *words,
			      bool may_move, struct error *err);
/* Move one process: to the base group, or where that may hold none, to lxc.leaf. pid 0 = caller. 0
 * or -1 (errno). */
int cgroup_move_out(const struct hierarchy *h, pid_t pid);

/* ---- paths of the user's own (place.c) ---- */

/* Groups on the way to path, which is not made itself. 0 or -1 (errno). */
int cgroup_make_parents(const struct hierarchy *h, const char *path);
/* Those of them that were made here and are empty. */
void cgroup_remove_parents(const struct hierarchy *h, const char *path);
/* cgroup2: what is below the group has all controllers that the group has, as far as the kernel
 * lets it. */
void cgroup_hand_on(const struct hierarchy *h, int group);
/* v1: the cpus and memory nodes of the group above. 0 or -1 (errno). */
int cgroup_inherit_cpuset(const struct hierarchy *h, int group);

/* ---- the leaf, and giving the base back (leaf.c) ---- */

/* lxc.leaf, made and marked as ours, or as it is: descriptor or -1 (errno). */
int cgroup_make_leaf(const struct hierarchy *h);
/* All that the base has enabled for its children. 0 or -1 (errno). */
int cgroup_disable_controllers(const struct hierarchy *h);
void cgroup_lock_base(const struct hierarchy *h);
void cgroup_unlock_base(const struct hierarchy *h);
/* When the leaf is ours and no other group is left: controllers off, processes back, leaf removed.
 */
void cgroup_give_base_back(const struct hierarchy *h);

/* ---- removing (remove.c) ---- */

/* rmdir everything below dirfd. 0 or -1 (errno). */
int cgroup_remove_below(int dirfd);
/* Are there live processes in the group or below? -1 (errno) */
int cgroup_is_populated(int version, int dirfd);
/* Remove a child of the base group with all below it; waits until deadline_ms for dying processes.
 */
int cgroup_remove_group(const struct hierarchy *h, const char *name, int64_t deadline_ms,
			struct error *err);

/* ---- limits (limits.c, limit-value.c) ---- */

/* Did writing wanted to file give content? Rounding to pages, "max", units, lists in other words
 * are equal. */
bool cgroup_value_took(const char *file, const char *wanted, const char *content);
/* A file name a limit may have: letters, digits, '.', '_', '-', with a '.', and not one that moves
 * or kills. */
bool cgroup_limit_file_is_valid(const char *file);
/* The only version that has a limit of this name; 0 where that is not known or both do. */
int cgroup_limit_version(const char *file);

/* ---- device rules in cgroup2 (devices.c) ---- */

struct device_rule {
	bool allow;
	int type;	      /* BPF_DEVCG_DEV_*, 0 = every device ("a") */
	int64_t major, minor; /* -1 = any */
	int access;	      /* BPF_DEVCG_ACC_* */
};

/* "a", "c 1:3 rwm", "b *:* r"; rule->allow is the caller's to set. */
bool cgroup_parse_device_rule(const char *text, struct device_rule *rule);
/* 0 or -1 (errno; EPERM outside the initial user namespace). */
int cgroup_attach_device_rules(int payload, const struct device_rule *rules, size_t count);

/* ---- processes (kill.c) ---- */

/* Read the pids of one group's cgroup.procs; at most max. Count or -1 (errno). */
ssize_t cgroup_read_pids(int dirfd, pid_t *pids, size_t max);
/* Make a group of that path and move a process there. 0 or -1 (errno). */
int cgroup_enter_group(const struct hierarchy *h, const char *path, pid_t pid);
int cgroup_write_pid(int procs_fd, pid_t pid);

#endif
