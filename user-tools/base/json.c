// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_begin(struct json *json, FILE *out, enum json_layout layout)
{
	*json = (struct json){ .out = out, .layout = layout };
}

static void fail(struct json *json, int error)
{
	if (!json->error)
		json->error = error ? error : EIO;
}

static void put(struct json *json, const char *text)
{
	if (fputs(text, json->out) == EOF)
		fail(json, errno);
}

static void write_out(struct json *json)
{
	errno = 0;
	if (fflush(json->out) != 0 || ferror(json->out))
		fail(json, errno);
}

static void break_line(struct json *json)
{
	if (json->layout == JSON_LINES)
		return;
	put(json, "\n");
	for (unsigned i = 0; i < json->depth; i++)
		put(json, "  ");
}

/*
 * Length of the UTF-8 character at text (RFC 3629: no surrogates, none beyond U+10FFFF, none longer
 * than it need be), 0 = there is none.
 */
static size_t character(const unsigned char *text, size_t left, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = text[0] < 0x80		   ? 1
			: (text[0] & 0xe0) == 0xc0 ? 2
			: (text[0] & 0xf0) == 0xe0 ? 3
			: (text[0] & 0xf8) == 0xf0 ? 4
						   : 0;
	if (!length || length > left)
		return 0;
	*code = length == 1 ? text[0] : text[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3fu);
	}
	bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	return *code < least[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

static void put_escaped(struct json *json, uint32_t code)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (size_t i = 0; letters[i]; i += 2)
		if (code == (unsigned char)letters[i]) {
			put(json, (char[]){ '\\', letters[i + 1], 0 });
			return;
		}
	char text[16];
	snprintf(text, sizeof(text), "\\u%04" PRIx32, code);
	put(json, text);
}

static void put_string(struct json *json, const void *data, size_t length)
{
	const unsigned char *text = data;
	put(json, "\"");
	for (size_t i = 0, used; i < length; i += used) {
		uint32_t code = 0;
		used = character(text + i, length - i, &code);
		if (!used) {
			put(json, "\xef\xbf\xbd"); /* U+FFFD */
			used = 1;
		} else if (code < 0x20 || code == '"' || code == '\\' ||
			   (code >= 0x7f && code <= 0x9f))
			put_escaped(json, code);
		else if (fwrite(text + i, used, 1, json->out) != 1)
			fail(json, errno);
	}
	put(json, "\"");
}

/* What goes in front of a value; false: it must not be written. */
static bool lead(struct json *json, const char *key)
{
	bool top = json->depth == 0;
	bool object = !top && !json->array[json->depth - 1];
	if (json->error)
		return false;
	if (object != (key != NULL) || (top && json->values && json->layout == JSON_DOCUMENT)) {
		fail(json, EINVAL);
		return false;
	}
	if (top) {
		json->values++;
		return true;
	}
	if (json->filled[json->depth - 1])
		put(json, ",");
	json->filled[json->depth - 1] = true;
	break_line(json);
	if (key) {
		put_string(json, key, strlen(key));
		put(json, json->layout == JSON_LINES ? ":" : ": ");
	}
	return true;
}

/* A value at the top is complete. */
static void trail(struct json *json)
{
	if (json->depth)
		return;
	put(json, "\n");
	if (json->layout == JSON_LINES)
		write_out(json);
}

static void open_level(struct json *json, const char *key, bool array)
{
	if (!json->error && json->depth == JSON_DEPTH)
		fail(json, EINVAL);
	if (!lead(json, key))
		return;
	put(json, array ? "[" : "{");
	json->array[json->depth] = array;
	json->filled[json->depth++] = false;
}

void json_object(struct json *json, const char *key)
{
	open_level(json, key, false);
}

void json_array(struct json *json, const char *key)
{
	open_level(json, key, true);
}

static void close_level(struct json *json)
{
	json->depth--;
	if (json->filled[json->depth])
		break_line(json);
	put(json, json->array[json->depth] ? "]" : "}");
	trail(json);
}

void json_end(struct json *json)
{
	if (json->error)
		return;
	if (json->depth)
		close_level(json);
	else
		fail(json, EINVAL);
}

void json_versioned(struct json *json)
{
	json_object(json, NULL);
	json_int(json, "version", JSON_VERSION);
}

static void scalar(struct json *json, const char *key, const char *text)
{
	if (!lead(json, key))
		return;
	put(json, text);
	trail(json);
}

void json_bytes(struct json *json, const char *key, const void *data, size_t length)
{
	if (!lead(json, key))
		return;
	put_string(json, data, length);
	trail(json);
}

void json_string(struct json *json, const char *key, const char *text)
{
	if (text)
		json_bytes(json, key, text, strlen(text));
	else
		json_null(json, key);
}

void json_strings(struct json *json, const char *key, const struct string_list *list)
{
	json_array(json, key);
	for (size_t i = 0; i < list->count; i++)
		json_string(json, NULL, list->items[i]);
	json_end(json);
}

void json_int(struct json *json, const char *key, int64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64, value);
	scalar(json, key, text);
}

void json_known(struct json *json, const char *key, int64_t value)
{
	if (value < 0)
		json_null(json, key);
	else
		json_int(json, key, value);
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRIu64, value);
	scalar(json, key, text);
}

void json_double(struct json *json, const char *key, double value)
{
	char text[64];
	if (!isfinite(value)) {
		json_null(json, key);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	/* The user's locale may have a comma there. */
	for (char *at = text; *at; at++)
		if (!strchr("0123456789+-e", *at))
			*at = '.';
	scalar(json, key, text);
}

void json_bool(struct json *json, const char *key, bool value)
{
	scalar(json, key, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	scalar(json, key, "null");
}

int json_error(const struct json *json)
{
	return json->error;
}

int json_finish(struct json *json)
{
	while (json->depth)
		close_level(json);
	if (!json->values && json->layout == JSON_DOCUMENT) {
		put(json, "null\n");
		fail(json, EINVAL);
	}
	write_out(json);
	errno = json->error;
	return json->error ? -1 : 0;
}
