/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trying things as root of a new user namespace with the caller's own ids, as a container would.
 * For root, where no user namespace can be had, as root.
 */
#ifndef CHECK_TRIAL_H
#define CHECK_TRIAL_H

#include <stddef.h>

#include "base/error.h"

struct trial {
	const char *name;
	/* 0 or an errno. Runs in a process and a mount namespace of its own, which end with it. */
	int (*step)(int argument);
	int argument;
	int result; /* what it returned */
};

/*
 * Run them all. 0, or -1 (E_NO_USERNS ...) where not even the user namespace can be made: then none
 * was run.
 */
int trial_run(struct trial *trials, size_t count, struct error *err);

/* For a step: its second half in a child, for what only children of a process are in (a new PID
 * namespace). The child's result. */
int trial_in_child(int (*step)(int argument), int argument);

/* The steps: 0 or an errno. */
int trial_namespace(int flag); /* unshare(2) */
int trial_pidfd(int unused);
int trial_mount_proc(int unused);
int trial_mount_sysfs(int unused);
int trial_mount_tmpfs(int unused);
int trial_mount_devpts(int unused);
int trial_mount_mqueue(int unused);
int trial_mount_cgroup2(int unused);
int trial_mount_overlay(int unused);
int trial_mount_fuse(int unused);
int trial_mount_idmapped(int unused);

/* What kind of interface: trial_link() */
enum trial_link { LINK_VETH, LINK_BRIDGE, LINK_MACVLAN, LINK_IPVLAN, LINK_VLAN, LINK_IFB };
int trial_link(int kind);

#endif
