// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/core-scheduling.h"

#include <errno.h>
#include <sys/prctl.h>

/* linux/prctl.h since 5.14 */
#define CORE 62
#define CORE_GET 0
#define CORE_CREATE 1
#define CORE_SHARE_FROM 3
#define SCOPE_THREAD 0
#define SCOPE_PROCESS 1

int core_scheduling_check(const struct config *config, struct error *err)
{
	unsigned long cookie;
	if (!config->sched_core || prctl(CORE, CORE_GET, 0, SCOPE_THREAD, &cookie) == 0)
		return 0;
	if (errno == ENODEV) {
		error_set(err, E_KERNEL_SETTING, 0,
			  "lxc.sched.core = 1: no core of this CPU has more than one thread");
		return error_fix(err, "remove the line: nobody shares a core here");
	}
	if (errno != EINVAL)
		return error_set(err, E_KERNEL_SETTING, errno, "lxc.sched.core = 1");
	error_set(err, E_KERNEL_SETTING, 0,
		  "lxc.sched.core = 1: this kernel has no core scheduling");
	return error_fix(err, "a kernel since 5.14 with CONFIG_SCHED_CORE, or remove the line");
}

int core_scheduling_create(const struct config *config, struct error *err)
{
	if (config->sched_core && prctl(CORE, CORE_CREATE, 0, SCOPE_PROCESS, 0) < 0)
		return error_set(err, E_KERNEL_SETTING, errno, "lxc.sched.core = 1");
	return 0;
}

int core_scheduling_join(const struct config *config, pid_t init, struct error *err)
{
	if (config->sched_core && prctl(CORE, CORE_SHARE_FROM, init, SCOPE_THREAD, 0) < 0)
		return error_set(err, E_KERNEL_SETTING, errno,
				 "lxc.sched.core: joining the container's core scheduling");
	return 0;
}
