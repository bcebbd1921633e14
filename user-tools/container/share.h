/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Namespaces to join instead of making them: lxc.namespace.share.* and --share-net, -ipc, -uts,
 * -pid. They are named by a pid, by a container (its name, or the path of its directory), or by the
 * path of a namespace, and held by descriptor from the plan on.
 *
 * setns(2) wants CAP_SYS_ADMIN over the user namespace that owns the namespace, and over one's own.
 * An ordinary user has both once it has joined the user namespace of one of its containers: so
 * share.user opens the door to the others. Whether the kernel agrees is tried in the plan, by a
 * process that joins them and ends.
 */
#ifndef CONTAINER_SHARE_H
#define CONTAINER_SHARE_H

#include "container/plan.h"

/*
 * Fill plan->shared, plan->joins and, for a shared user namespace, plan->map. The options win over
 * the configuration. E_PRIVILEGE with the reason and a way that is open.
 */
int share_open(struct start_plan *plan, const struct start_options *options, struct error *err);
void share_close(struct start_plan *plan);

/*
 * Join one (nothing if it is not shared), or all but those that init joins itself, later: what is
 * seen of control groups, and the mounts. The calling process has one thread.
 */
int share_join(const struct start_plan *plan, enum namespace_kind kind, struct error *err);
int share_join_early(const struct start_plan *plan, struct error *err);

#endif
