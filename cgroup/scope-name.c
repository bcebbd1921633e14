// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cgroup/scope.h"

#include <stdio.h>
#include <string.h>

#define ALLOWED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_."

void cgroup_scope_name(char name[SCOPE_NAME_SIZE], const char *container_name, int pid)
{
	char tail[32];
	size_t used = 4;
	size_t tail_length = (size_t)snprintf(tail, sizeof(tail), "-%d.scope", pid);
	memcpy(name, "lxc-", used);
	for (const char *c = container_name; *c && used + 4 + tail_length < SCOPE_NAME_SIZE; c++)
		if (strchr(ALLOWED, *c))
			name[used++] = *c;
		else
			used += (size_t)sprintf(name + used, "\\x%02x", (unsigned char)*c);
	memcpy(name + used, tail, tail_length + 1);
}
