/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths inside a container, from the outside. A container may have planted any link, and may be
 * exchanging directories for links right now: no path below its root is ever walked by anything
 * else than openat2(2) on a descriptor of the root, with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS.
 * So a link can lead anywhere inside, and nowhere else. What is opened is used by descriptor.
 */
#ifndef ROOTFS_RESOLVE_H
#define ROOTFS_RESOLVE_H

#include <stdbool.h>

/* Open a path inside the root; flags 0 = O_PATH. Always close-on-exec. -1 (errno). */
int resolve_open(int root_fd, const char *path, int flags);

/*
 * The same (O_PATH), making what is missing: directories of mode 0755, the last part an empty file
 * if asked.
 */
int resolve_create(int root_fd, const char *path, bool file);

/*
 * A directory for one of our own mounts (proc, sys, dev): made if it is missing, and reached
 * without any link, ELOOP otherwise, so that /proc of a container is its /proc.
 */
int resolve_plain(int root_fd, const char *path);

#endif
