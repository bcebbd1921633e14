/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol between the commands and a container's supervisor: SOCK_SEQPACKET over a socket in
 * the caller's runtime directory, one fixed-size request, one fixed-size reply, descriptors by
 * SCM_RIGHTS. Both ends check the other's uid (SO_PEERCRED). Only this project speaks it; both ends
 * are installed together (a version guards upgrades).
 *
 * A connection ends when either side closes it. End of file from the supervisor means: the
 * container is gone and everything that was made for it (cgroups, socket, interfaces) has been
 * removed.
 */
#ifndef CONTAINER_MESSAGE_H
#define CONTAINER_MESSAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroup/cgroup.h"
#include "config/config.h"

#define MESSAGE_MAGIC 0x4c585053u /* "LXPS" */
#define MESSAGE_VERSION 2u

enum message_operation {
	MESSAGE_STATUS = 1, /* -> status */
	MESSAGE_STATS,	    /* -> status, stats */
	MESSAGE_SUBSCRIBE,  /* -> status now, and again at every change of state */
	MESSAGE_SIGNAL,	    /* argument: enum message_signal; -> status */
	MESSAGE_FREEZE,	    /* argument: 1 freeze, 0 thaw; -> status */
	MESSAGE_ATTACH,	    /* argument: what of it is elevated; fds: stdin, stdout, stderr,
			       request (memfd), channel; -> at the end, value = wait status */
	MESSAGE_CONSOLE, /* argument: tty, -1 = first free; -> value = tty, fd of its master (0: of
			    a stream) */
	MESSAGE_RESIZE,	 /* argument: rows << 16 | columns of /dev/console; no reply */
	MESSAGE_NAMESPACES,	/* -> fds: enum namespace_kind order, those that exist (bits in
				   value) */
	MESSAGE_CONSOLE_LOG,	/* -> fd of what is in the buffer of the console (memfd) */
	MESSAGE_CONSOLE_ROTATE, /* the console's log becomes FILE.1 -> status */
	MESSAGE_ATTACH_SIGNAL,	/* argument: signal for the attached process; no reply */
};

enum message_signal {
	SIGNAL_HALT,   /* lxc.signal.halt, or what init listens to; value = 1 if init has no handler
			  for it */
	SIGNAL_REBOOT, /* lxc.signal.reboot; value as above */
	SIGNAL_STOP,   /* lxc.signal.stop, default SIGKILL */
	SIGNAL_KILL,   /* SIGKILL to init and to everything in the payload group */
};

struct message_request {
	uint32_t magic, version;
	uint32_t operation;
	int32_t argument;
};

struct message_reply {
	uint32_t magic, version;
	uint32_t operation; /* of the request */
	int32_t result;	    /* 0, or -1 with error filled in */
	int32_t state;	    /* enum container_state */
	int32_t init_pid;   /* -1 = none */
	int32_t unprivileged;
	int32_t value;
	char links[256]; /* host ends, blank separated */
	struct cgroup_stats stats;
	struct error error;
};

#endif
