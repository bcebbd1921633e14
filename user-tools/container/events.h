/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way events go from supervisors to whoever monitors containers. It is the other way round than
 * everything else: the monitor listens, on a socket in the directory of monitors (runtime.h), and
 * each supervisor looks there whenever it has something to tell, and connects. So no event of a
 * container is lost, however short its life is and however late the monitor is scheduled, and
 * nothing has to run for it.
 *
 * A monitor that does not read is left behind: when its queue (the socket's) is full the supervisor
 * closes the connection and does not come back. It never waits for one.
 */
#ifndef CONTAINER_EVENTS_H
#define CONTAINER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define EVENT_MAGIC 0x4c585045u /* "LXPE" */
#define EVENT_VERSION 1u

enum event_kind {
	EVENT_STATE = 1, /* value: enum container_state */
	EVENT_EXIT,	 /* value: wait status of init */
};

/* One message, SOCK_SEQPACKET. Names end with a NUL, what is behind it is zero. */
struct event {
	uint32_t magic, version;
	uint32_t kind;
	int32_t value;
	int64_t monotonic_ns; /* CLOCK_MONOTONIC: the order of events of several containers */
	int64_t unix_ms;      /* CLOCK_REALTIME */
	char name[256];
};

struct event_reader; /* a monitor, as a supervisor sees it */

struct events {
	struct event_reader *readers;
	size_t count;
};

/* Look for monitors that have come, from the container's locked runtime directory. */
void events_look(struct events *events, int directory, const char *lxcpath);
/* Tell those that are known. */
void events_tell(struct events *events, const char *name, enum event_kind kind, int value);
void events_close(struct events *events);

#endif
