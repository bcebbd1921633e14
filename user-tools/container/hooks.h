/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc.hook.* and lxc.net.N.script.*: which command lines run at a point of a container's life, with
 * what arguments and environment (LXC's contract, versions 0 and 1). When they run is decided by
 * the supervisor (supervisor-hooks.c), the container's first process (init.c) and lxc-destroy.
 *
 * Environment: on the host the caller's own; in the container's namespaces before the pivot the
 * same with lxc.environment and lxc.environment.hooks; a start hook, which is a program of the
 * container's root, gets only these. LXC_* are added to all.
 */
#ifndef CONTAINER_HOOKS_H
#define CONTAINER_HOOKS_H

#include "container/container.h"
#include "container/hook-process.h"
#include "container/message.h"

struct hook_programs {
	int *fds[HOOK_TYPES]; /* one a hook, -1 = not opened */
};

enum hook_place { HOOK_ON_HOST, HOOK_IN_NAMESPACES, HOOK_IN_ROOT };

struct hook_context {
	const struct container *container;
	const struct config *config;
	enum hook_place place;
	const char *rootfs_mount; /* where it was attached; NULL = as seen from here */
	pid_t init_pid;		  /* LXC_PID; 0 = there is none yet */
	const char *target;	  /* LXC_TARGET: "stop" or "reboot"; NULL = neither */
	/* "user:/proc/PID/fd/N" ...: LXC_USER_NS ... and, for stop hooks, arguments. May be NULL.
	 */
	const struct string_list *namespaces;
	/* Of the hooks that run in the namespaces: opened as the caller. May be NULL. */
	const struct hook_programs *programs;
	int (*enter)(void *data, struct error *err); /* these are those of struct hook_call */
	int (*limit)(void *data, struct error *err);
	int kept[HOOK_KEPT];
	void *data;
	const struct hook_watch *watch;
};

bool hooks_any(const struct config *config, enum hook_type type);

/*
 * What can be known about the hooks before a start: a start hook has to be an executable file of
 * the root, unless a mount or another hook may still bring it. E_HOOK.
 */
int hooks_check(const struct config *config, struct error *err);

/* As the caller, for what the container's root may not reach: a home is closed to it. */
void hooks_open_programs(const struct config *config, struct hook_programs *programs);

/* All hooks of a kind, in their order; the first failure ends it. */
int hooks_run(const struct hook_context *context, enum hook_type type, struct error *err);

int hooks_run_one(const struct hook_context *context, enum hook_type type, size_t index,
		  struct error *err);

/* lxc.net.N.script.up or down, if there is one. host_name: the host's end, or "". */
int hooks_run_script(const struct hook_context *context, const struct net_config *net, bool up,
		     const char *host_name, struct error *err);

/* The namespaces a stop hook is shown, by the descriptors fds of this process. */
void hooks_list_namespaces(const int fds[NS_COUNT], struct string_list *list);

/* Between hooks.c and its unit test: arguments and environment of one call. */
void hooks_describe(const struct hook_context *context, enum hook_type type,
		    struct hook_call *call);
void hooks_describe_script(const struct hook_context *context, const struct net_config *net,
			   bool up, const char *host_name, struct hook_call *call);
void hooks_clear_call(struct hook_call *call);

#endif
