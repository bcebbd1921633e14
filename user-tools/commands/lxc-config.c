// SPDX-License-Identifier: LGPL-2.1-or-later
/* What lxc.conf(5) says, or would say if it said nothing. */
#include "commands/command.h"

#include <string.h>

static const struct option_info options[] = {
	{ 'l', "list", NULL, VALUE_NONE, "print the names of the items" },
	JSON_OPTION,
	{ 0 },
};

/* The item of that name, or the only one whose name begins so. */
static const char *find_item(const char *word, struct error *err)
{
	const char *found = NULL, *item;
	_cleanup_free_ char *several = NULL;
	for (size_t i = 0; (item = config_system_item(i)); i++) {
		if (strcmp(item, word) == 0)
			return item;
		if (!*word || !string_starts(item, word))
			continue;
		char *longer = found ? xasprintf("%s, %s", several ? several : found, item) : NULL;
		free(several);
		several = longer;
		found = item;
	}
	if (several) {
		error_set(err, E_USAGE, 0, "%s is the beginning of several items: %s", word,
			  several);
		return NULL;
	}
	if (!found) {
		error_set(err, E_USAGE, 0, "Unknown configuration item: %s", word);
		error_fix(err, "lxc-config -l shows those that there are");
	}
	return found;
}

static void put_item(struct json *json, const char *item)
{
	_cleanup_free_ char *value = config_system_get(item);
	json_object(json, NULL);
	json_string(json, "name", item);
	json_string(json, "value", value && *value ? value : NULL);
	json_end(json);
}

/* item NULL: all of them */
static int print_json(const char *item, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_array(&json, "items");
	if (item)
		put_item(&json, item);
	else
		for (size_t i = 0; (item = config_system_item(i)); i++)
			put_item(&json, item);
	json_end(&json);
	return json_print_end(&json, err);
}

static void print_value(const char *item)
{
	_cleanup_free_ char *value = config_system_get(item);
	if (value && *value)
		puts(value);
	else
		printf("%s is not set.\n", item);
}

static void print_names(void)
{
	const char *item;
	for (size_t i = 0; (item = config_system_item(i)); i++)
		puts(item);
}

static int run(struct context *context, struct error *err)
{
	const char *word = context->word_count ? context->words[0] : NULL, *item = NULL;
	bool list = option_given(context, 'l');
	if (context->word_count > 1 || (list && word)) {
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[list ? 0 : 1]);
		error_fix(err, "one item, or -l");
		return 1;
	}
	if (word && !(item = find_item(word, err)))
		return 1;
	if (json_wanted(context))
		return print_json(item, err) < 0;
	if (item)
		print_value(item);
	else if (list)
		print_names();
	else
		printf("Usage: %s -l    the names of the items\n       %s ITEM  the value of one\n",
		       program_name, program_name);
	return 0;
}

const struct command command = {
	.name = "lxc-config",
	.summary = "print an item of the system configuration",
	.synopsis = "[ITEM]",
	.options = options,
	.flags = COMMAND_LOOSE | COMMAND_ANYWHERE,
	.words = VALUE_TEXT,
	.exit_codes = "0  printed, also when it is not set\n"
		      "1  there is no such item\n",
	.run = run,
};
