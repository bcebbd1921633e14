/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A delegated control group from systemd: a transient scope of the caller's own manager
 * (user@UID.service). For a caller in a login session, whose group is root's.
 *
 * The manager is found by uid, below /run/user/UID, never by the environment. A program of its own
 * asks it (user-scope.c), so that libsystemd is needed by nothing else; where that program is not
 * installed (WITH_SYSTEMD=0) there is never a manager.
 */
#ifndef CGROUP_SCOPE_H
#define CGROUP_SCOPE_H

#include <stdbool.h>

#include "base/error.h"

/* Room for every unit name and its NUL, systemd.unit(5). */
#define SCOPE_NAME_SIZE 256

/*
 * Does the caller have a manager that runs? *lingers: will it go on when the caller's last session
 * ends, and with it what is in its scopes? (loginctl enable-linger)
 */
bool cgroup_scope_is_available(bool *lingers);

/*
 * Move the calling process into a new scope "lxc-NAME-PID.scope", delegated to it; returns when it
 * is there, after at most ten seconds. E_CGROUP_DELEGATION with what the manager said; nothing has
 * changed then. The scope goes with its last process.
 */
int cgroup_scope_enter(const char *container_name, struct error *err);

/* "lxc-NAME-PID.scope"; what a unit name cannot hold is written as in systemd.unit(5), a long name
 * is cut. */
void cgroup_scope_name(char name[SCOPE_NAME_SIZE], const char *container_name, int pid);

#endif
