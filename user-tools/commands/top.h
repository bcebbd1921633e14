/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lxc-top shows: samples of the running containers (top-sample.c), and a screen on a terminal
 * (top-screen.c). Plain ANSI sequences, no library.
 */
#ifndef COMMANDS_TOP_H
#define COMMANDS_TOP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "container/listing.h"

/* Sums and single containers alike; -1 = not known. */
struct top_counters {
	int64_t cpu_ns, cpu_system_ns, cpu_user_ns;
	int64_t blkio_bytes, blkio_operations;
	int64_t memory_bytes, memory_swap_bytes; /* swap alone */
	int64_t kernel_memory_bytes;
};

struct top_line {
	const char *user; /* NULL: the caller's */
	const char *name;
	struct top_counters counters;
	double cpu_percent; /* of one processor, since the sample before; -1 = there was none */
};

struct top_sample {
	struct listing listing; /* owns the names */
	struct top_line *lines; /* in order */
	size_t count;
	int64_t unix_ms, monotonic_ms;
};

struct top_order {
	char key;     /* n c b m s k */
	bool reverse; /* of names ascending, of values descending */
};
#define TOP_KEYS "ncbmsk"

/* The running containers below paths, or, NULL, those of all users, grouped. before may be NULL. */
int top_collect(const struct string_list *paths, const struct top_order *order,
		const struct top_sample *before, struct top_sample *sample, struct error *err);
void top_sort(struct top_sample *sample, const struct top_order *order);
void top_clear(struct top_sample *sample);
void top_add(struct top_counters *sum, const struct top_counters *counters);

/* ---- the screen ---- */

/* From here on keys come one by one, until top_leave_screen, which may be called at any time. -1
 * (errno). */
int top_enter_screen(void);
void top_leave_screen(void);
/* As much of the sample as fits. */
void top_draw(const struct top_sample *sample, const struct top_order *order, const char *message);

#endif
