/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small things every other folder may use: cleanup attributes, strings that own
 * their memory, string lists. Out of memory ends the program with a message:
 * these are programs of the caller, and there is nothing better to do.
 */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* char *s cleanup(free), int fd cleanup(close), DIR, FILE: released when the scope ends. */
static inline void util_free_pointer(void *pointer)
{
	free(*(void **)pointer);
}
void util_close_fd(int *fd); /* closes if >= 0, and is -1 then; keeps errno */
void util_close_dir(DIR **dir);
void util_close_file(FILE **file);
/* unused: some only hold something until the end of their block. */
#define _cleanup_free_ __attribute__((cleanup(util_free_pointer), unused))
#define _cleanup_close_ __attribute__((cleanup(util_close_fd), unused))
#define _cleanup_dir_ __attribute__((cleanup(util_close_dir), unused))
#define _cleanup_file_ __attribute__((cleanup(util_close_file), unused))
/* Return the value and forget it, so that cleanup does not release it. */
int util_steal_fd(int *fd);
void *util_steal_pointer(void *pointer_to_pointer);

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* *slot = copy of text (NULL allowed), the old value is freed. */
void string_replace(char **slot, const char *text);
bool string_starts(const char *text, const char *prefix);
bool string_ends(const char *text, const char *suffix);
/* Cut blanks off both ends, in place; returns the first kept character. */
char *string_trim(char *text);

/* A list of owned strings; items is NULL-terminated when count > 0. */
struct string_list {
	char **items;
	size_t count;
};
void string_list_add(struct string_list *list, const char *text);
void string_list_take(struct string_list *list, char *text); /* takes ownership of text */
bool string_list_has(const struct string_list *list, const char *text);
/* Add each word of text; words are separated by any of the characters of separators. */
void string_list_add_words(struct string_list *list, const char *text, const char *separators);
char *string_list_join(const struct string_list *list, const char *separator);
void string_list_clear(struct string_list *list);

/*
 * Whole-string decimal numbers: no sign (but '-' for the signed one), no blank, no
 * base prefix. 0 or -1 (errno EINVAL or ERANGE).
 */
int parse_uint64(const char *text, uint64_t max, uint64_t *out);
int parse_uint32(const char *text, uint32_t *out);
int parse_int64(const char *text, int64_t min, int64_t max, int64_t *out);

/* "SIGTERM", "TERM"? (only with the SIG prefix), "SIGRTMIN+3", "37". -1 if unknown. */
int signal_from_name(const char *text);
/* "SIGTERM" or "37"; static buffer per thread */
const char *signal_to_name(int signal);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t time_monotonic_ms(void);

/* FNV-1a, 64 bit. */
uint64_t hash_fnv1a(const void *data, size_t length);

/* Lower-case name of the calling program ("lxc-start"), set once by main. */
extern const char *program_name;

#endif
