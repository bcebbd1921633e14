/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller's terminal: raw and back again, sizes, and the loop that joins it to a terminal of the
 * container. */
#ifndef CONTAINER_TERMINAL_H
#define CONTAINER_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Raw mode; terminal_restore() (also at exit and on fatal signals handled here) brings the old one
 * back. With output its output is passed as it is, too: the container's terminal has processed it.
 * Without, others print on it (a log, the rest of a pipeline) who need that done. */
int terminal_set_raw(int fd, bool output);
void terminal_restore(void);
/* Window size from one terminal to another. */
void terminal_copy_size(int from, int to);

struct terminal_session {
	int in, out; /* the caller's side; -1 = none */
	int remote;  /* pty master, or a stream */
	int control; /* the supervisor's connection: readable = an answer or the end; -1 = none */
	int escape;  /* control character that leaves with q; -1 = none */
	int log;     /* copy of the output, or -1 */
	void (*resized)(struct terminal_session *session); /* NULL: TIOCSWINSZ on remote */
};
/*
 * Move bytes until: the escape sequence (returns 1), the remote end closed (0), control readable
 * and no output left (0), or SIGTERM (1). -1 on error.
 */
int terminal_run(struct terminal_session *session, struct error *err);

#endif
