/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel keeps for a process or a namespace and a configuration may set: resource limits
 * (lxc.prlimit.*), sysctls (lxc.sysctl.*) and files of /proc/PID (lxc.proc.*).
 *
 * Resource limits are the last thing before exec: with 64 open files, say, a container could not be
 * built, but its init can run. Lowering one needs no privilege; raising a hard limit takes
 * CAP_SYS_RESOURCE of the host, which the container's root never has, so that is done from outside,
 * early, and only where it is needed. The same limits hold for attached commands.
 *
 * Sysctls are written through the host's /proc by the container's root: the kernel looks at the
 * namespaces of who opens the file, and neither a read-only /proc/sys nor a hostile /proc of the
 * container's own tree gets in between.
 *
 * Every refusal is E_KERNEL_SETTING or E_PRIVILEGE with the key, its value, the reason and the
 * line.
 */
#ifndef CONTAINER_LIMITS_H
#define CONTAINER_LIMITS_H

#include <sys/types.h>

#include "base/error.h"
#include "config/config.h"

/* Before any side effect: hard limits above what the caller may set, sysctls that do not exist. A
 * privileged container whose sysctl is the whole host's starts with a notice. */
int limits_check(const struct config *config, bool user_namespace, struct error *err);

/* Raise the hard limits of a process (0 = the caller) as far as the configuration asks for more. */
int limits_raise(const struct config *config, pid_t pid, struct error *err);
/* Set the limits of this process; right before exec. */
int limits_apply(const struct config *config, struct error *err);

/* proc: /proc/PID of a process that is still the caller's and dumpable. */
int limits_write_proc(const struct config *config, int proc, struct error *err);

/* The host's /proc/sys, for limits_write_sysctls(): -1 without an error where no sysctl is set. */
int limits_open_sysctls(const struct config *config, int *out, struct error *err);
/* As the container's root with its capabilities, in its namespaces, when its interfaces are there.
 */
int limits_write_sysctls(const struct config *config, int sysctls, struct error *err);

#endif
