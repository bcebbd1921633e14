/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the console printed last, lxc.console.buffer.size: a ring of bytes that forgets the oldest.
 * A reader keeps a position of its own, the number of bytes ever put before it, so that any number
 * of readers can follow at any pace; one that falls behind loses the oldest. The memory is the
 * kernel's until it is written to.
 */
#ifndef CONTAINER_RING_H
#define CONTAINER_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	char *data; /* NULL = there is none */
	uint64_t size, written;
};

/* 0 or -1 (errno). */
int ring_make(struct ring *ring, uint64_t size);
void ring_free(struct ring *ring);
void ring_put(struct ring *ring, const char *data, size_t length);
/* The oldest that is there: where a reader that wants everything begins. */
uint64_t ring_oldest(const struct ring *ring);
/* Bytes at *position in one piece; 0 = nothing new. Moves a position that was lost to the oldest.
 */
size_t ring_peek(const struct ring *ring, uint64_t *position, const char **piece);

#endif
