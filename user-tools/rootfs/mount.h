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

/* A new mount of a file system; options "size=1,mode=755" or NULL; MOUNT_ATTR_*. Detached fd or -1
 * (errno). */
int mount_new(const char *fstype, const char *source, const char *options, uint64_t attributes);
/* A detached copy of what is at path below dirfd ("" = dirfd itself). -1 (errno). */
int mount_copy(int dirfd, const char *path, bool recursive);
/* Attach a detached mount to a place given by descriptor. 0 or -1 (errno). */
int mount_attach(int mount_fd, int target_fd);
/* Set and clear MOUNT_ATTR_* of an attached or detached mount. 0 or -1 (errno). */
int mount_change(int fd, uint64_t set, uint64_t clear, bool recursive);
/* Propagation MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE. 0 or -1 (errno). */
int mount_propagate(int fd, unsigned long propagation, bool recursive);

/* Open a path inside root_fd, following links inside the root only. flags 0 = O_PATH. -1 (errno).
 */
int resolve_open(int root_fd, const char *path, int flags);
/* The same, making what is missing: directories (mode 0755), the last part a file if asked. */
int resolve_create(int root_fd, const char *path, bool file);

/* fstab options, taken apart. */
struct mount_options {
	bool bind, recursive, remount;
	bool optional, relative;
	bool create_dir, create_file;
	uint64_t set, clear;	   /* MOUNT_ATTR_* */
	unsigned long propagation; /* MS_*, 0 = none */
	bool propagation_recursive;
	char *data;  /* what is left for the file system, or NULL */
	char *idmap; /* value of idmap=, or NULL */
};
int mount_options_parse(const char *text, struct mount_options *options, struct error *err);
void mount_options_clear(struct mount_options *options);

#endif
