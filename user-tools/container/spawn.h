/* SPDX-License-Identifier: LGPL-2.1-or-later */
// clang-format off
/*
 * One start of the payload: the supervisor's half (spawn.c) and the container's half (init.c),
 * which meet over a SOCK_SEQPACKET pair:
 *
 *   supervisor -> init   'm'  the id maps are written, the control groups entered: you may become
 *                             root; then 'i' and a mount for each idmap=
 *   init -> supervisor   a report with a descriptor for each: devpts, cgroup and time namespace,
 *                        masters of console and ttys
 *   supervisor -> init   'n'  the interfaces are there: configure them and go
 *   init -> supervisor   struct error, if anything fails
 *                        end of file: init has been executed (every descriptor is close-on-exec)
 *
 * With start-host hooks init says 'h' when it is ready, and waits for 'x'.
 *
 * End of file towards init means that the supervisor is gone: it exits at once.
 */
// clang-format on
#ifndef CONTAINER_SPAWN_H
#define CONTAINER_SPAWN_H

#include "container/plan.h"

#define SPAWN_MAX_TTYS 512

enum init_report_kind { REPORT_DEVPTS = 1, REPORT_NAMESPACE, REPORT_CONSOLE, REPORT_TTY };

struct init_report {
	uint32_t kind;
	uint32_t number; /* of the tty, from 1; enum namespace_kind */
};

/* What a running payload consists of. */
struct payload {
	pid_t pid;
	int pidfd;
	int namespaces[NS_COUNT];
	int pts;     /* its devpts */
	int console; /* master, or -1 */
	int *ttys;   /* masters of tty1..ttyN; [0] is tty1 */
	unsigned tty_count;
};

void payload_init(struct payload *payload);
void payload_close(struct payload *payload);

/* What the supervisor does meanwhile. */
struct spawn_events {
	int starter;		   /* give up when its other end is closed; -1 = none */
	int epoll;		   /* when it is ready, serve is called; -1 = none */
	bool (*serve)(void *data); /* true: give up */
	int (*network_made)(void *data, struct error *err);
	int (*ready)(void *data, struct error *err); /* init waits, about to be executed */
	void *data;
};

/*
 * Start the payload and wait until its init has been executed. On failure everything made here
 * is gone again; the cgroups are the caller's.
 */
int spawn_payload(struct start_plan *plan, struct payload *payload,
		  const struct spawn_events *events, struct error *err);

/* The container's half: never returns. */
_Noreturn void init_run(struct start_plan *plan, int control);

#endif
