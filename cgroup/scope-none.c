// SPDX-License-Identifier: LGPL-2.1-or-later
/* Built without systemd: see scope.h. */
#include "cgroup/scope.h"

bool cgroup_scope_is_available(bool *lingers)
{
	*lingers = false;
	return false;
}

int cgroup_scope_enter(const char *container_name, struct error *err)
{
	return error_set(err, E_CGROUP_DELEGATION, 0,
			 "%s: a scope of systemd: this program was built without it",
			 container_name);
}
