/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The events of all containers below some paths (container/events.h), for as long as one listens:
 * of those that run, and of those that start later. The caller's containers only.
 */
#ifndef CONTAINER_MONITOR_H
#define CONTAINER_MONITOR_H

#include "base/error.h"
#include "base/util.h"
#include "container/events.h"

struct monitor;

struct monitor_event {
	struct event event; /* its name is as container_check_name wants it */
	const char *lxcpath;
	/* Nothing more comes of the container that was running: its supervisor was killed, or has
	 * left us behind because we did not read. event.name is set. */
	bool lost;
};

/* From the return on nothing is missed. lxcpaths: canonical. Ends with monitor_close. */
int monitor_open(const struct string_list *lxcpaths, struct monitor **out, struct error *err);
/* To poll(2) for reading. */
int monitor_fd(const struct monitor *monitor);
/* In the order in which they happened: 1 = *event, which is valid until the next call; 0 = none
 * now; -1. Does not wait. */
int monitor_next(struct monitor *monitor, struct monitor_event *event, struct error *err);
void monitor_close(struct monitor *monitor);

#endif
