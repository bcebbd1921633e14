/* SPDX-License-Identifier: LGPL-2.1-or-later */
// clang-format off
/*
 * Writing JSON (RFC 8259). Whatever the strings and numbers hold, what comes out is JSON: bytes that
 * are not UTF-8 become U+FFFD, control characters are escaped (those of C1, too, so that nothing
 * reaches a terminal), NaN and infinity become null. docs/JSON.md says what our documents look like.
 *
 *	struct json json;
 *	json_begin(&json, stdout, JSON_DOCUMENT);
 *	json_versioned(&json);                          {
 *	json_string(&json, "name", name);                 "version": 1,
 *	json_array(&json, "groups");                      "name": "web",
 *	json_string(&json, NULL, "db");                   "groups": [
 *	json_end(&json);                                    "db"
 *	if (json_finish(&json) < 0)                       ]
 *		...                                     }
 *
 * A key names the value in an object and is NULL in an array and at the top. A call that would make
 * the output wrong (a value without a key in an object, a second document, deeper than JSON_DEPTH)
 * writes nothing, nor does anything after it; json_finish closes what is open and returns EINVAL.
 *
 * Nothing is read here; reading, which is hostile input, is another library's.
 */
// clang-format on
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"

#define JSON_VERSION 1 /* of our documents: docs/JSON.md */
#define JSON_DEPTH 32  /* objects and arrays within each other */

enum json_layout {
	JSON_DOCUMENT, /* one value over several lines, indented by two blanks a level */
	JSON_LINES,    /* JSON Lines: any number of values, each on one line, written out at once */
};

/* Its fields are json.c's. It owns nothing: a writer that is not finished leaks nothing. */
struct json {
	FILE *out;
	enum json_layout layout;
	unsigned depth, values; /* values: those at the top */
	bool array[JSON_DEPTH], filled[JSON_DEPTH];
	int error; /* errno of the first failure */
};

/* out stays the caller's and open. */
void json_begin(struct json *json, FILE *out, enum json_layout layout);

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_end(struct json *json); /* of the innermost of the two */

/* What every document and every line of a stream is: an object that begins with its version. */
void json_versioned(struct json *json);

void json_string(struct json *json, const char *key, const char *text); /* NULL is null */
void json_bytes(struct json *json, const char *key, const void *data, size_t length);
void json_strings(struct json *json, const char *key, const struct string_list *list);
void json_int(struct json *json, const char *key, int64_t value);
/* null if it is negative: our counters and pids that are not known are -1. */
void json_known(struct json *json, const char *key, int64_t value);
void json_uint(struct json *json, const char *key, uint64_t value);
/* Fewest digits that give the same double again; NaN and infinity are null. */
void json_double(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* errno of what went wrong so far, 0 = nothing: a stream whose reader is gone can end. */
int json_error(const struct json *json);

/* Close what is open, write everything out. 0, or -1: errno is that of the first write that failed,
 * or EINVAL. */
int json_finish(struct json *json);

#endif
