/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lxc.mount.entry lines: checked before a start, sources opened as the caller, mounted as the
 * container's root. */
#ifndef ROOTFS_ENTRIES_H
#define ROOTFS_ENTRIES_H

#include "rootfs/rootfs.h"

int entries_check(const struct config *config, struct error *err);
int entries_open_sources(struct rootfs *rootfs, struct error *err);

#endif
