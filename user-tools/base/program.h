/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs of the system that do a step for us (nft, dnsmasq). They are found in the system's own
 * directories, whatever PATH is, and get a clean environment.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/util.h"

/* The path of an installed program, or NULL; caller frees. */
char *program_find(const char *name);

/*
 * Run path with the words of argv (argv->items[0] is its name) and input (NULL: none) as standard
 * input, and wait until it ends. What it prints on both streams is in *output, without the line end
 * behind the last line (caller frees; may be NULL). Returns its exit status, 128 and more if a
 * signal ended it, or -1 (errno) if it could not be run.
 */
int program_run(const char *path, const struct string_list *argv, const char *input, char **output);

#endif
