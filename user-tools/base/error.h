/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One error, from where it happens to where it is printed.
 *
 * The function that meets a failure fills a struct error once, with a stable
 * code, what was being done to which object and why it failed; it may add the
 * rule that decided (file:line) and the fix. Callers pass it up unchanged or put
 * a step in front of it ("net 0: "). The command prints it once. A struct error
 * holds no pointers, so a child process sends it over a pipe as it is.
 *
 * Every function that can fail takes "struct error *err" last and returns 0 (or
 * something useful) on success and -1 with *err filled in on failure. A NULL err
 * is allowed where the caller does not want to know.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* The codes. Names are stable: scripts and lxc-errors(7) use them. */
enum error_code {
#define ERROR_CODE(id, name, meaning) id,
#include "base/error-codes.h"
#undef ERROR_CODE
};

struct error {
	enum error_code code;
	int sys_errno;	    /* 0 = no errno belongs to this failure */
	char message[1536]; /* "net 0: bridge lxcbr9 does not exist" */
	char rule[512];	    /* "/etc/lxc/lxc-usernet:3", or empty */
	char fix[768];	    /* "ip link add lxcbr9 type bridge", or empty */
};

/*
 * Fill *err and return -1. If sys_errno is not 0 its text is appended
 * (": No such file or directory"). The first cause wins: a struct error that
 * already holds a failure keeps it.
 */
int error_set(struct error *err, enum error_code code, int sys_errno, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Add the deciding rule or the fix to a failure. Both return -1. */
int error_rule(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_fix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put the step in front: "STEP: message". Returns -1. */
int error_step(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void error_clear(struct error *err);
bool error_is_set(const struct error *err);

/* The stable name of a code, "no-subids": what lxc-errors(7) has it under. */
const char *error_name(enum error_code code);

/*
 * Print: "PROGRAM: CONTAINER: message", then a line
 * with rule and fix where they are known. container may be NULL. Control
 * characters other than line end and tab become '?'.
 */
void error_print(const struct error *err, const char *program, const char *container, FILE *out);

/* Send over a pipe or socket (one write, at most PIPE_BUF), and receive. 0 or -1 (errno). */
int error_send(int fd, const struct error *err);
/* 1 = an error was received, 0 = end of file without one, -1 = errno */
int error_receive(int fd, struct error *err);

#endif
