/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Seccomp notifications: what a filter says "notify" about is a question that a program of the
 * user's, the proxy of lxc.seccomp.notify.proxy, answers. The supervisor is between: filters hand
 * their listeners to it (seccomp_filter_load), it sends each question over the proxy's socket and
 * gives the answer to the kernel. docs/SECCOMP.md has the messages, which are LXC's.
 *
 * One question is at the proxy at a time; the others wait in the kernel. A proxy that is gone, or
 * answers nonsense, is ENOSYS for the one who asked, and the next question connects again.
 */
#ifndef CONTAINER_NOTIFY_H
#define CONTAINER_NOTIFY_H

#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/types.h>

#include "container/supervisor.h"

/* In front of each message, in both directions; the machine's byte order and padding. */
struct notify_header {
	uint64_t reserved; /* 0 */
	pid_t monitor_pid, init_pid;
	struct seccomp_notif_sizes sizes;
	uint64_t cookie_length;
	/* struct seccomp_notif, struct seccomp_notif_resp, cookie: as long as said above */
};

/* Before the payload is cloned. Without notify in the filter: nothing. E_SECCOMP: no proxy there.
 */
int notify_open(struct supervisor *supervisor, struct error *err);
/* The payload has ended: its listeners are of no use, nor is an answer to a question of its. */
void notify_end_payload(struct supervisor *supervisor);
/* After a round of events: free what they may have pointed to. */
void notify_sweep(struct supervisor *supervisor);
void notify_close(struct supervisor *supervisor);

#endif
