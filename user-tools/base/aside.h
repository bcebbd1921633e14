/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A step done by a child while this process goes on with the next ones. It takes no time here as
 * long as nobody waits for it, and what it needed of memory is gone with it.
 */
#ifndef BASE_ASIDE_H
#define BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct aside {
	pid_t pid; /* 0 = none was begun, or it has ended */
	int output, report;
	bool reaped; /* by somebody else, with this status */
	int status;
	struct aside *next;
};

/*
 * step runs in the child; what it writes to the descriptor to, at most 64 KiB (pipe(7)), is its
 * result. It returns 0 or -1 (err filled).
 */
int aside_begin(struct aside *aside, int (*step)(void *data, int to, struct error *err), void *data,
		struct error *err);

/*
 * Wait for its end. 0, or -1 with the error of the step. The result goes to *output (allocated, the
 * caller frees) and *size; output may be NULL.
 */
int aside_end(struct aside *aside, char **output, size_t *size, struct error *err);

/*
 * For who waits for every child of this process while one is at work: was this one of them? Its
 * status is remembered then. A struct stays where it is between begin and end.
 */
bool aside_reaped(pid_t pid, int status);

/* Kill it if it still runs. */
void aside_cleanup(struct aside *aside);
#define _cleanup_aside_ __attribute__((cleanup(aside_cleanup)))

#endif
