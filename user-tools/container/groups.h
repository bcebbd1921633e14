/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control groups of a container from start to end: written down in its runtime directory before
 * anything runs in them, and removed with what the container's root made below them, by the
 * supervisor or by whoever comes after one that was killed. map is the container's (with or without
 * the caller's own ids), empty for a container without a user namespace.
 */
#ifndef CONTAINER_GROUPS_H
#define CONTAINER_GROUPS_H

#include "cgroup/cgroup.h"
#include "container/container.h"
#include "idmap/idmap.h"

/* A failure is logged only: nothing but the cleaning after a crash depends on it. */
void groups_record(int directory, const struct cgroup *cgroup);

/* Failures are logged. */
void groups_remove(struct cgroup *cgroup, const struct idmap *map);

/*
 * Move this process into the groups, of a container that runs. Where its root has taken the
 * controllers of its group for groups of its own, the kernel lets no process into that one
 * (cgroups(7), no internal processes): then to a leaf below it.
 */
int groups_enter(const struct cgroup *cgroup, const struct idmap *map, struct error *err);

/*
 * Those of a running container, as its runtime directory has them. NULL with E_NOT_RUNNING, or with
 * E_CGROUP_DELEGATION where it has none and why.
 */
struct cgroup *groups_open(const struct container *container, struct error *err);

/* Kill what is left in the recorded groups, and remove them. Nothing recorded: nothing done. */
void groups_clean_after_crash(int directory, const char *name, const struct idmap *map);

#endif
