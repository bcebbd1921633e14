/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the targets of libFuzzer share. A target gives arbitrary bytes to one parser and checks what
 * the parser promises in its header; it opens no file, starts nothing and prints nothing. Where a
 * promise is broken it aborts, as the sanitizers do for memory and undefined behaviour.
 *
 *   make fuzz                      each target for a minute
 *   make fuzz FUZZ_SECONDS=3600    or longer
 *
 * corpus/TARGET/ holds inputs, good and hostile, to begin with. An input that made a target abort
 * stays there for good, beside a unit test of what was wrong.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the parser, in words. */
#define PROMISE(condition, ...)                                                               \
	do {                                                                                  \
		if (!(condition)) {                                                           \
			fprintf(stderr, __VA_ARGS__);                                         \
			fprintf(stderr, "\n  (%s:%d: %s)\n", __FILE__, __LINE__, #condition); \
			abort();                                                              \
		}                                                                             \
	} while (0)

#endif
