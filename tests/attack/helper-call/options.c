// SPDX-License-Identifier: LGPL-2.1-or-later
/* The options of the command line: call.h. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

static const char *names[40], *values[40];
static size_t option_count;

int option_take(char **words, int count)
{
	int i = 0;
	for (char *equal; i < count && words[i][0] != '/' && (equal = strchr(words[i], '=')); i++) {
		if (option_count == sizeof(names) / sizeof(names[0]))
			errx(2, "too many options");
		*equal = 0;
		names[option_count] = words[i];
		values[option_count++] = equal + 1;
	}
	return i;
}

const char *option(const char *name)
{
	for (size_t i = 0; i < option_count; i++)
		if (!strcmp(names[i], name))
			return values[i];
	return NULL;
}

bool option_is(const char *name, const char *value)
{
	const char *given = option(name);
	return given && !strcmp(given, value);
}

void option_each(const char *name, void (*use)(const char *value))
{
	for (size_t i = 0; i < option_count; i++)
		if (!strcmp(names[i], name))
			use(values[i]);
}

const char *option_replace(const char *name, const char *value)
{
	const char *was = option(name);
	for (size_t i = 0; i < option_count; i++)
		if (!strcmp(names[i], name))
			values[i] = value;
	return was;
}

uint32_t number(const char *text)
{
	return (uint32_t)strtoull(text, NULL, 0);
}
