/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount(2)'s successors (fsopen, open_tree, move_mount, mount_setattr) in the few forms used here,
 * and fstab options as data. Descriptors in, descriptors out.
 */
#ifndef ROOTFS_MOUNT_H
#define ROOTFS_MOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/util.h"
#include "rootfs/resolve.h"

/* A new mount of a file system; options "size=1,mode=755" or NULL; MOUNT_ATTR_*. Detached fd or -1
 * (errno). */
int mount_new(const char *fstype, const char *source, const char *options, uint64_t attributes);
/* What the kernel said when the last mount_new() or mount_reconfigure() failed, or "". */
const char *mount_why(void);
/* A detached copy of what is at path below dirfd ("" = dirfd itself). -1 (errno). */
int mount_copy(int dirfd, const char *path, bool recursive);
/* Attach a detached mount to a place given by descriptor. 0 or -1 (errno). */
int mount_attach(int mount_fd, int target_fd);
/* Set and clear MOUNT_ATTR_* of an attached or detached mount. 0 or -1 (errno). */
int mount_change(int fd, uint64_t set, uint64_t clear, bool recursive);
/* Propagation MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE. 0 or -1 (errno). */
int mount_propagate(int fd, unsigned long propagation, bool recursive);

/*
 * What fstab options mean for a mount that is there: "set" is added (to everything below it, too,
 * if recursive), "clear" is taken away from the mount itself. EPERM: the host mounted it with an
 * attribute that a container cannot take back, mount_namespaces(7). 0 or -1 (errno).
 */
int mount_apply(int fd, uint64_t set, uint64_t clear, bool recursive);
/* New options for the file system of a mount. 0 or -1 (errno). */
int mount_reconfigure(int fd, const char *options);
/* Show the owners of a detached mount as the user namespace has them. 0 or -1 (errno). */
int mount_idmap(int fd, int user_namespace, bool recursive);

/* fstab options, taken apart. */
struct mount_options {
	bool bind, recursive, remount;
	bool optional, relative;
	bool create_dir, create_file;
	uint64_t set, clear;	   /* MOUNT_ATTR_*, never the same bit in both but for atime */
	unsigned long propagation; /* MS_*, 0 = none */
	bool propagation_recursive;
	char *data;  /* what is left for the file system, or NULL */
	char *idmap; /* "container", a path, or NULL */
};
/* E_CONFIG_VALUE names the word; nothing to clear then. */
int mount_options_parse(const char *text, struct mount_options *options, struct error *err);
void mount_options_clear(struct mount_options *options);

#endif
