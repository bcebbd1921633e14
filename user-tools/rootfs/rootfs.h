/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container's file systems: from a root directory on the host to a root of its own with /proc,
 * /sys, /dev and the configured mounts. All of it runs in the container's first process, inside its
 * own user and mount namespaces, in two halves:
 *
 *  - as the caller: what lies on the host is opened while the process still has the caller's uid,
 * so that a home directory of mode 0700 needs no chmod (rootfs_open_sources);
 *  - as the container's root: everything below the new root.
 *
 * Nothing below the root is ever reached by a path of the host: targets are resolved by openat2(2)
 * with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS on a descriptor of the root, and mounts are attached
 * to descriptors (move_mount(2)). So a hostile tree (symlinked /proc, /dev, mount targets) can only
 * make a fool of itself.
 */
#ifndef ROOTFS_ROOTFS_H
#define ROOTFS_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroup/cgroup.h"
#include "config/config.h"
#include "rootfs/mount.h"

/* One mount of the configuration: a line of lxc.mount.fstab or an lxc.mount.entry, taken apart. */
struct mount_item {
	const struct mount_entry *entry;
	const char *key;    /* "lxc.mount.entry" or "lxc.mount.fstab" */
	const char *target; /* below the container's root */
	struct mount_options options;
};

/* Everything about mounts that is known before a start. */
struct rootfs_plan {
	const struct config *config;
	bool user_namespace;
	struct mount_options options; /* lxc.rootfs.options */
	struct fstab fstab;
	struct mount_item *items; /* in the order they are mounted in */
	size_t count;
};

/*
 * Is the root there and usable, and can everything be mounted that is asked for? Before anything is
 * started. E_ROOTFS, E_UNSUPPORTED, E_CONFIG_VALUE and E_PRIVILEGE with the line.
 */
int rootfs_plan_make(struct rootfs_plan *plan, const struct config *config, bool user_namespace,
		     struct error *err);
/* What a start leaves on the disk: the work directory of an overlay, owned by the container's root.
 */
int rootfs_prepare(const struct rootfs_plan *plan, const struct idmap *container,
		   struct error *err);
void rootfs_plan_clear(struct rootfs_plan *plan);

/* Where the root is attached until it becomes "/". */
const char *rootfs_mount_point(const struct config *config);

struct rootfs {
	const struct config *config;
	const struct rootfs_plan *plan;
	enum cgroup_layout cgroup_layout; /* of the host; not to be seen from a cgroup namespace */
	bool user_namespace;		  /* device nodes must be bound, not made */
	int root_tree;	   /* detached copy of lxc.rootfs.path, then the attached root (O_PATH) */
	int *item_trees;   /* one per item of the plan: detached copy of a bind source, or -1 */
	int shmounts_tree; /* of lxc.mount.auto = shmounts, or -1 */
	int pts_fd;	   /* root of the container's devpts, or -1 */
	char container_ttys[256]; /* "pts/1 pts/2", for the environment of init */
};
#define ROOTFS_INIT                                                \
	{                                                          \
		.root_tree = -1, .shmounts_tree = -1, .pts_fd = -1 \
	}

/*
 * Mounts whose owners are shown through a user namespace (idmap=) are made outside, by a process
 * with CAP_SYS_ADMIN over their file systems: give in the supervisor sends them, take in the
 * container's first process receives them, right before rootfs_open_sources().
 */
int rootfs_give_idmapped(const struct rootfs_plan *plan, int user_namespace, int socket,
			 struct error *err);
int rootfs_take_idmapped(struct rootfs *rootfs, int socket, struct error *err);

/* Nothing mounted from here on is seen outside; what the host mounts later still arrives. */
int rootfs_cut_propagation(struct error *err);
/* As the caller: propagation towards the host off, copies of the root and of all bind sources. */
int rootfs_open_sources(struct rootfs *rootfs, struct error *err);
/* The root itself; the last step with the caller's file system ids. */
int rootfs_attach(struct rootfs *rootfs, struct error *err);
/* As the container's root, in this order. */
int rootfs_mount_dev(struct rootfs *rootfs, struct error *err);	 /* tmpfs on /dev, devpts */
int rootfs_mount_auto(struct rootfs *rootfs, struct error *err); /* proc, sys, cgroup, shmounts */
int rootfs_mount_entries(struct rootfs *rootfs, struct error *err);
int rootfs_fill_dev(struct rootfs *rootfs, struct error *err); /* null, zero ... fd, stdin ... */

/*
 * A pseudo terminal of the container's own devpts, shown at /dev/NAME (console, tty1 ...; below
 * lxc.tty.dir if set). *master and *slave are new descriptors, close-on-exec.
 */
int rootfs_add_terminal(struct rootfs *rootfs, const char *name, int *master, int *slave,
			struct error *err);
/* The same without a place in /dev. Used by attach, too, with the pts_fd of the start. */
int rootfs_open_pty(int pts_fd, int *master, int *slave, unsigned *number, struct error *err);

/* Make the new root the root, with nothing of the old one left; the current directory is /. */
int rootfs_pivot(struct rootfs *rootfs, struct error *err);

/* Fresh /proc and /sys over those of the current root (lxc-attach -R). */
int rootfs_remount_proc_sys(struct error *err);

#endif
