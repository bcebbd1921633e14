/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first process of a container that joins namespaces of others. Who has entered a user
 * namespace cannot come back, setns(2); so a process between the supervisor and it joins, makes it
 * as the supervisor's own child (CLONE_PARENT), hands over its pidfd, and ends.
 */
#ifndef CONTAINER_JOIN_H
#define CONTAINER_JOIN_H

#include <linux/sched.h>

#include "container/plan.h"

/*
 * clone3(2) with these arguments from inside the shared namespaces: 0 in the new process, its pid
 * in the caller, where args->pidfd is filled, or -1 with the error. It cannot be looked into by
 * what it shares a pid namespace with.
 */
long join_and_clone(const struct start_plan *plan, struct clone_args *args, struct error *err);

#endif
