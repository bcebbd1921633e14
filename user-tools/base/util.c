// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/util.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const char *program_name = "lxc";

void util_close_fd(int *fd)
{
	if (*fd < 0)
		return;
	int saved = errno;
	close(*fd);
	*fd = -1;
	errno = saved;
}

void util_close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

void util_close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

int util_steal_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

void *util_steal_pointer(void *pointer_to_pointer)
{
	void **slot = pointer_to_pointer, *value = *slot;
	*slot = NULL;
	return value;
}

static void *check(void *pointer)
{
	if (!pointer) {
		fprintf(stderr, "%s: out of memory\n", program_name);
		_exit(1);
	}
	return pointer;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return check(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t size)
{
	return check(realloc(old, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return check(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
	return check(strndup(text, length));
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list args;
	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	return check(n < 0 ? NULL : text);
}

void string_replace(char **slot, const char *text)
{
	char *copy = text ? xstrdup(text) : NULL;
	free(*slot);
	*slot = copy;
}

bool string_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool string_ends(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);
	return n >= m && strcmp(text + n - m, suffix) == 0;
}

char *string_trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t n = strlen(text);
	while (n && isspace((unsigned char)text[n - 1]))
		text[--n] = 0;
	return text;
}

void string_list_take(struct string_list *list, char *text)
{
	list->items = xrealloc(list->items, (list->count + 2) * sizeof(*list->items));
	list->items[list->count++] = text;
	list->items[list->count] = NULL;
}

void string_list_add(struct string_list *list, const char *text)
{
	string_list_take(list, xstrdup(text));
}

bool string_list_has(const struct string_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

void string_list_add_words(struct string_list *list, const char *text, const char *separators)
{
	while (*(text += strspn(text, separators))) {
		size_t n = strcspn(text, separators);
		string_list_take(list, xstrndup(text, n));
		text += n;
	}
}

char *string_list_join(const struct string_list *list, const char *separator)
{
	size_t length = 1;
	for (size_t i = 0; i < list->count; i++)
		length += strlen(list->items[i]) + strlen(separator);
	char *text = xmalloc(length), *at = text;
	*at = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			at = stpcpy(at, separator);
		at = stpcpy(at, list->items[i]);
	}
	return text;
}

void string_list_clear(struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct string_list){ 0 };
}

int parse_uint64(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	if (!*text)
		return errno = EINVAL, -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return errno = EINVAL, -1;
		uint64_t digit = (uint64_t)(*text - '0');
		if (value > (max - digit) / 10 || digit > max)
			return errno = ERANGE, -1;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

int parse_uint32(const char *text, uint32_t *out)
{
	uint64_t value;
	if (parse_uint64(text, UINT32_MAX, &value) < 0)
		return -1;
	*out = (uint32_t)value;
	return 0;
}

int parse_int64(const char *text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t value;
	if (parse_uint64(text + negative, INT64_MAX, &value) < 0)
		return -1;
	int64_t number = negative ? -(int64_t)value : (int64_t)value;
	if (number < min || number > max)
		return errno = ERANGE, -1;
	*out = number;
	return 0;
}

static int realtime_signal(const char *text, const char *prefix, int base, int sign)
{
	int64_t offset = 0;
	text += strlen(prefix);
	if (*text) {
		if (*text != (sign > 0 ? '+' : '-'))
			return -1;
		if (parse_int64(text + 1, 0, SIGRTMAX - SIGRTMIN, &offset) < 0)
			return -1;
	}
	return base + sign * (int)offset;
}

int signal_from_name(const char *text)
{
	int64_t number;
	if (parse_int64(text, 0, SIGRTMAX, &number) == 0)
		return (int)number;
	if (strncasecmp(text, "SIGRTMIN", 8) == 0)
		return realtime_signal(text, "SIGRTMIN", SIGRTMIN, 1);
	if (strncasecmp(text, "SIGRTMAX", 8) == 0)
		return realtime_signal(text, "SIGRTMAX", SIGRTMAX, -1);
	if (strncasecmp(text, "SIG", 3) != 0)
		return -1;
	for (int i = 1; i < SIGRTMIN; i++) {
		const char *name = sigabbrev_np(i);
		if (name && strcasecmp(text + 3, name) == 0)
			return i;
	}
	return -1;
}

const char *signal_to_name(int signal)
{
	static __thread char text[32];
	const char *name = sigabbrev_np(signal);
	if (name)
		snprintf(text, sizeof(text), "SIG%s", name);
	else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		snprintf(text, sizeof(text), "SIGRTMIN+%d", signal - SIGRTMIN);
	else
		snprintf(text, sizeof(text), "%d", signal);
	return text;
}

int64_t time_monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t hash_fnv1a(const void *data, size_t length)
{
	const unsigned char *byte = data;
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}
