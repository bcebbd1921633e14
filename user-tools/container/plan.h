/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything decided and checked before the first side effect of a start. Made once by the starting
 * command, read by the supervisor and by the container's first process, never changed (the
 * interfaces' host names excepted).
 */
#ifndef CONTAINER_PLAN_H
#define CONTAINER_PLAN_H

#include <stdbool.h>

#include "cgroup/cgroup.h"
#include "container/console-log.h"
#include "container/container.h"
#include "container/guest.h"
#include "container/lsm.h"
#include "container/message.h"
#include "container/seccomp.h"
#include "idmap/idmap.h"
#include "network/network.h"
#include "rootfs/rootfs.h"

/* A namespace to join, container/share.h. */
struct shared_namespace {
	int fd;	     /* -1 = it is not shared */
	char *label; /* "lxc.namespace.share.net = web", for messages */
	struct config_origin origin;
};

struct start_plan {
	const struct container *container;
	const struct config *config;
	bool foreground, execute;
	char *pid_file; /* absolute: the supervisor runs in / */

	bool user_namespace;
	struct idmap map;
	struct rootfs_plan rootfs;
	struct network_plan network;
	/* Each namespace is made (own), or joined (shared), or that of whoever starts it. */
	bool own[NS_COUNT];
	struct shared_namespace shared[NS_COUNT];
	bool joins; /* at least one is shared */

	enum guest_services services;	  /* what the container does with its control groups */
	enum cgroup_layout cgroup_layout; /* for lxc.mount.auto = cgroup */
	struct cgroup *cgroup;
	struct cgroup_limit *limits;
	size_t limit_count;

	struct lsm_plan lsm;
	struct seccomp_filter filter;
	int listener_channel; /* where a loaded filter sends its listener, -1 = it has none */

	struct string_list argv; /* init, or what init.lxc runs */
	int init_fd;		 /* execute: init.lxc, opened on the host; else -1 */
	int stdio[3]; /* execute: the caller's, where they are no terminals; -1 = the console */
	bool console; /* a console terminal is made */
	/* lxc.console.path if that is one; foreground: /dev/tty of the caller; or -1 */
	int terminal;
	int console_copy; /* lxc.console.path that is no terminal, or -1 */
	struct console_log console_log;
};

int plan_make(struct start_plan *plan, struct container *container,
	      const struct start_options *options, struct error *err);
void plan_clear(struct start_plan *plan);

#endif
