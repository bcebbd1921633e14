/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which namespaces a container has of its own: lxc.namespace.clone and keep, network type none, the
 * id map, the clocks. What is neither its own nor shared is that of whoever starts it; then what
 * would need one of its own is refused here, with the reason, or said to be left out.
 */
#ifndef CONTAINER_NAMESPACES_H
#define CONTAINER_NAMESPACES_H

#include "container/plan.h"

/* Decide: plan->own and plan->user_namespace. After share_open(). E_PRIVILEGE, E_CONFIG_VALUE. */
int namespaces_plan(struct start_plan *plan, struct error *err);
/* When all but the control groups is planned: what does not go together. */
int namespaces_check(struct start_plan *plan, struct error *err);
/* Last: what the caller should know. */
void namespaces_notice(const struct start_plan *plan);

#endif
