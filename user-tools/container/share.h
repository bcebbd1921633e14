/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --share-net, --share-ipc, --share-uts, --share-pid: namespaces of a process (PID) or of another
 * container (NAME) to join instead of making new ones. setns(2) wants CAP_SYS_ADMIN both over the
 * namespace's owner and over the caller's own user namespace, so this takes root; sharing the
 * host's own network namespace is possible for a privileged container only.
 */
#ifndef CONTAINER_SHARE_H
#define CONTAINER_SHARE_H

#include "container/plan.h"

/* Fill plan->shared_fds. E_PRIVILEGE with the reason for a caller that may not. */
int share_open(struct start_plan *plan, const struct start_options *options, struct error *err);

#endif
