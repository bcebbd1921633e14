/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to rootfs/: what its parts ask of each other. */
#ifndef ROOTFS_INTERNAL_H
#define ROOTFS_INTERNAL_H

#include "rootfs/rootfs.h"

/* lxc.rootfs.path, or "/": without one a container shares the host's tree. */
const char *rootfs_path(const struct config *config);

/* "FILE:LINE: lxc.mount.entry = SOURCE TARGET TYPE OPTIONS: WHAT". Returns -1. */
int mount_item_error(const struct mount_item *item, enum error_code code, int sys_errno,
		     const char *what, struct error *err);

/* plan.c, idmapped.c: a value of idmap=, before a start; a descriptor of a user namespace or -1. */
int rootfs_check_idmap(const struct rootfs_plan *plan, const char *value, struct error *err);
int rootfs_open_userns(const char *path);

/* entries.c: copies of what the items bind; the items themselves are rootfs_mount_entries(). */
int entries_open_sources(struct rootfs *rootfs, struct error *err);

/* shmounts.c: is the mount that path lies on shared with others, or a slave of such? */
bool rootfs_is_shared(const char *path);
int shmounts_open(struct rootfs *rootfs, struct error *err);
int shmounts_mount(struct rootfs *rootfs, struct error *err);

/*
 * storage.c: a root that is not a directory to be bound (nor a btrfs subvolume, which is one).
 * Overlays are mounted by the container's first process as the caller; devices take CAP_SYS_ADMIN
 * over the host, so for a container with ids of its own the supervisor does it.
 */
bool storage_is_simple(const struct config *config);
bool storage_is_device(const struct config *config);
/* Before a start. E_PRIVILEGE, E_ROOTFS, E_CONFIG_VALUE. */
int storage_check(const struct config *config, struct error *err);
/* A detached mount or -1. */
int storage_open(const struct config *config, bool user_namespace, struct error *err);

/* auto.c: one of our own file systems on a directory of the root, which no link may lead to.
 * Returns the attached mount or -1. */
int rootfs_mount_on(struct rootfs *rootfs, const char *path, const char *fstype,
		    const char *options, uint64_t attributes, struct error *err);
/* The same place for a mount made otherwise. */
int rootfs_open_place(struct rootfs *rootfs, const char *path, struct error *err);
bool rootfs_keeps_capability(const struct config *config, int capability);

/* cgroups.c */
int rootfs_mount_cgroups(struct rootfs *rootfs, struct error *err);

#endif
