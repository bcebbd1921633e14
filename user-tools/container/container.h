/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container and its life, as commands (and later a library) use it. A struct container is a
 * handle: name, path and, once loaded, the configuration. The running container is known only to
 * its supervisor process; every question and order goes to that over a socket in the caller's
 * runtime directory (container/message.h).
 */
#ifndef CONTAINER_CONTAINER_H
#define CONTAINER_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/util.h"
#include "config/config.h"

/* Numbers and names as LXC's; THAWED is a message, never a stored state. */
enum container_state {
	STATE_STOPPED,
	STATE_STARTING,
	STATE_RUNNING,
	STATE_STOPPING,
	STATE_ABORTING,
	STATE_FREEZING,
	STATE_FROZEN,
	STATE_THAWED,
	STATE_COUNT
};
const char *container_state_name(enum container_state state);
int container_state_from_name(const char *name); /* -1 = unknown */

struct container {
	char *name;
	char *lxcpath;
	char *directory;       /* LXCPATH/NAME */
	char *config_path;     /* LXCPATH/NAME/config, or what --rcfile said */
	struct config *config; /* NULL until loaded */
};

/* Length 1..255, no slash, no control character, not "." or "..": E_NAME_INVALID otherwise. */
int container_check_name(const char *name, struct error *err);

/*
 * A handle. lxcpath NULL = the system configuration's. Nothing is read or created.
 * container_free(NULL) is fine.
 */
int container_open(const char *lxcpath, const char *name, struct container **out,
		   struct error *err);
/* The same below a path that path_canonical has returned. */
int container_open_below(const char *canonical, const char *name, struct container **out,
			 struct error *err);
void container_free(struct container *container);
void container_cleanup(struct container **container);
#define _cleanup_container_ __attribute__((cleanup(container_cleanup)))

/* Has it a configuration file? */
bool container_is_defined(const struct container *container);
/* Read the configuration (rcfile instead of the container's own where not NULL). E_NOT_FOUND if not
 * defined. */
int container_load(struct container *container, const char *rcfile, struct error *err);

/* Names of defined containers below lxcpath (sorted bytewise; hidden names left out), and of the
 * running ones. */
int container_list_defined(const char *lxcpath, struct string_list *names, struct error *err);
int container_list_active(const char *lxcpath, struct string_list *names, struct error *err);

/* Current state; STOPPED when there is no supervisor, defined or not. Only a hostile or hung
 * supervisor is an error. */
int container_get_state(const struct container *container, enum container_state *state,
			struct error *err);

/*
 * Wait until the state is one of those in mask (bit 1 << state). timeout_ms -1 = for ever. *state
 * says which. E_TIMEOUT. Works before the supervisor exists (the runtime directory is watched) and
 * after it has gone (STOPPED).
 */
int container_wait(const struct container *container, unsigned mask, int timeout_ms,
		   enum container_state *state, struct error *err);

/* ---- start (container/start.c) ---- */
struct start_options {
	bool foreground;
	bool execute; /* lxc-execute: our init as pid 1, argv as its child */
	bool close_all_fds;
	const char *pid_file;
	char *const *argv;    /* NULL = lxc.init.cmd (or lxc.execute.cmd) */
	const char *share[4]; /* --share-net, -ipc, -uts, -pid: NAME or PID; NULL = own */
};
/*
 * Check everything, fork the supervisor, wait until RUNNING (daemon) or until the container ended
 * (foreground; execute: *status is the command's exit code, 128+n for signal n). An already running
 * container is E_RUNNING.
 */
int container_start(struct container *container, const struct start_options *options, int *status,
		    struct error *err);

/* ---- stop (container/stop.c) ---- */
struct stop_options {
	bool reboot;	/* reboot signal, then wait for RUNNING */
	bool nowait;	/* only the signal */
	bool kill;	/* at once */
	bool nokill;	/* do not kill after the timeout */
	int timeout_ms; /* before the kill; -1 = for ever */
};
/* E_NOT_RUNNING; E_TIMEOUT with nokill. */
int container_stop(struct container *container, const struct stop_options *options,
		   struct error *err);

/* ---- freeze (container/control.c) ---- */
int container_freeze(struct container *container, bool frozen, struct error *err);

/* ---- attach (container/attach.c) ---- */
#define ATTACH_NS_MOUNT 1u
#define ATTACH_NS_PID 2u
#define ATTACH_NS_UTS 4u
#define ATTACH_NS_IPC 8u
#define ATTACH_NS_USER 16u
#define ATTACH_NS_NET 32u
#define ATTACH_NS_CGROUP 64u
#define ATTACH_NS_TIME 128u
#define ATTACH_ELEVATE_CGROUP 1u
#define ATTACH_ELEVATE_CAP 2u
#define ATTACH_ELEVATE_LSM 4u
struct attach_options {
	char *const *argv;   /* NULL = the login shell of uid inside, else /bin/sh */
	unsigned namespaces; /* ATTACH_NS_*; 0 = all of the container's */
	unsigned elevated;   /* ATTACH_ELEVATE_* */
	bool remount_sys_proc;
	bool clear_env;
	const struct string_list *keep_var, *set_var;
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;
	long personality;    /* -1 = the container's */
	const char *pty_log; /* NULL = none */
	const char *selinux_context;
};
/* *status: exit code of the command, 128+n for signal n, 126, 127. E_NOT_RUNNING, E_ATTACH. */
int container_attach(struct container *container, const struct attach_options *options, int *status,
		     struct error *err);

/* ---- console (container/console.c) ---- */
/* tty -1 = first free, 0 = /dev/console. escape: control character, e.g. 1 for ^a. Returns when
 * left or ended. */
int container_console(struct container *container, int tty, int escape, struct error *err);
/* What lxc.console.buffer.size kept, to out. */
int container_console_show(struct container *container, int out, struct error *err);
/* lxc.console.logfile becomes FILE.1. */
int container_console_rotate(struct container *container, struct error *err);

/* ---- info (container/info.c) ---- */
struct container_info {
	enum container_state state;
	pid_t init_pid; /* -1 = none */
	pid_t supervisor_pid;
	bool unprivileged;
	struct string_list addresses;  /* IPv4, then IPv6, text */
	size_t ipv4_count;	       /* the first ones are IPv4 */
	struct string_list interfaces; /* names inside */
	struct string_list links;      /* host ends, in order of lxc.net.N */
	/* -1 = not known */
	int64_t cpu_ns, cpu_user_ns, cpu_system_ns, blkio_bytes, blkio_operations;
	int64_t memory_bytes, memory_swap_bytes, kernel_memory_bytes;
};
#define INFO_ADDRESSES 1u
#define INFO_STATS 2u
#define INFO_INTERFACES 4u
/* A stopped container is not an error: state STOPPED, pid -1. what: INFO_*, because each costs
 * something. */
int container_get_info(struct container *container, unsigned what, struct container_info *info,
		       struct error *err);
void container_info_clear(struct container_info *info);

/* ---- create and destroy: image/image.h ---- */

/* Hold the container's lock (create, destroy, start): E_BUSY if another command has it. Returns a
 * descriptor. */
int container_lock(const struct container *container, struct error *err);

#endif
