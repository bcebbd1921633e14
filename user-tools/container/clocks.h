/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A time namespace with clocks of its own, lxc.time.offset.*. The kernel takes the offsets of a new
 * namespace only until its first task is in it, and clone3(CLONE_NEWTIME) puts one there at once.
 * So init itself makes the namespace for its children, sets the offsets, and joins it.
 */
#ifndef CONTAINER_CLOCKS_H
#define CONTAINER_CLOCKS_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"

/* Does the configuration ask for a time namespace? */
bool clocks_are_set(const struct config *config);
/* Before any side effect: the kernel has time namespaces, and no clock would run before zero. */
int clocks_check(const struct config *config, struct error *err);
/*
 * In the container's user namespace with CAP_SYS_ADMIN and CAP_SYS_TIME, single-threaded, dumpable
 * (or the kernel closes /proc/self/timens_offsets). *out: a descriptor of the namespace.
 */
int clocks_enter(const struct config *config, int *out, struct error *err);

#endif
