/* SPDX-License-Identifier: LGPL-2.1-or-later */
// clang-format off
/*
 * The runtime directory: where a container's supervisor is found. Layout (it is the interface):
 *
 *   BASE/<16 hex digits of FNV-1a of LXCPATH>/<NAME>/
 *             locked with flock(2) while somebody creates, runs or destroys it
 *     socket  of the supervisor
 *     cgroups the groups made for it, one a line: what a successor cleans after a crash
 *     init    the container's first process, where it may outlive the supervisor
 *   BASE/<16 hex digits>.monitors/
 *             a socket of each lxc-monitor(1), container/events.h
 *
 * BASE is the first of these that belongs to the caller alone (mode 0700): for root /run/lxc; else
 * ~/.cache/lxc/run, $XDG_RUNTIME_DIR/lxc, /tmp/lxc-UID. The home comes first because
 * $XDG_RUNTIME_DIR differs between a login, su and cron, and is removed at the last logout while
 * containers run on. A look-up tries all of them.
 */
// clang-format on
#ifndef CONTAINER_RUNTIME_H
#define CONTAINER_RUNTIME_H

#include "base/error.h"
#include "base/util.h"

/* The container's directory, made if needed and locked; descriptor. E_BUSY after wait_ms,
 * E_RUNTIME_DIR. */
int runtime_lock(const char *lxcpath, const char *name, int wait_ms, struct error *err);
/* Listen on socket in a locked directory; stale ones are replaced. Descriptor or -1. */
int runtime_listen(int directory, struct error *err);
/* Connect to the supervisor; checks that it runs as the caller. -1 with E_NOT_RUNNING when there is
 * none. */
int runtime_connect(const char *lxcpath, const char *name, struct error *err);
/* The container's directory as it is, for looking; descriptor, -1 = there is none. */
int runtime_open(const char *lxcpath, const char *name);
#define RUNTIME_INIT_RECORD "init" /* a file of it, container/orphan.h */
/* Take everything away again; the lock is released when the descriptor is closed. */
void runtime_remove(int directory, const char *lxcpath, const char *name);

/*
 * The directory of the monitors: made, in every place where a supervisor of containers below
 * lxcpath looks (at most RUNTIME_PLACES descriptors; their number, 0 with E_RUNTIME_DIR); as a
 * supervisor finds it, from its own directory while that is there (-1 = nobody monitors); removed
 * where it is empty.
 */
#define RUNTIME_PLACES 8
size_t runtime_make_monitors(const char *lxcpath, int fds[RUNTIME_PLACES], struct error *err);
int runtime_open_monitors(int directory, const char *lxcpath);
void runtime_remove_monitors(const char *lxcpath);

/* Wait a little for something to change about a container that has no supervisor (at most
 * timeout_ms, -1 = no limit). */
void runtime_pause(int timeout_ms);

/* Names of containers below lxcpath that have a socket somebody listens on, or a record of an init
 * that may be left. */
int runtime_list(const char *lxcpath, struct string_list *names, struct error *err);

/*
 * The directories of all containers below one lxcpath, read once: whoever looks at many containers
 * asks nothing about those that have none.
 */
struct runtime_view {
	struct runtime_entry {
		char *name;
		int parent; /* BASE/KEY */
	} * entries;	    /* sorted by name, each name once */
	size_t count;
	int parents[8];
	size_t parent_count;
};
void runtime_view_open(struct runtime_view *view, const char *lxcpath);
void runtime_view_close(struct runtime_view *view);
bool runtime_view_has(const struct runtime_view *view, const char *name);
/* As runtime_connect. */
int runtime_view_connect(const struct runtime_view *view, const char *name, struct error *err);

#endif
