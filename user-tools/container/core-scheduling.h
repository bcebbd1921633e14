/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc.sched.core: the container's processes share the threads of a CPU core with each other only,
 * core scheduling of the kernel. The cookie that says who belongs together is inherited by
 * children; attached commands take init's.
 */
#ifndef CONTAINER_CORE_SCHEDULING_H
#define CONTAINER_CORE_SCHEDULING_H

#include <sys/types.h>

#include "base/error.h"
#include "config/config.h"

/* Before any side effect: E_KERNEL_SETTING with the reason where the kernel or the CPU has none. */
int core_scheduling_check(const struct config *config, struct error *err);
/* init: a cookie of its own. */
int core_scheduling_create(const struct config *config, struct error *err);
/* An attached process, before it joins the container: the cookie of init. */
int core_scheduling_join(const struct config *config, pid_t init, struct error *err);

#endif
