// SPDX-License-Identifier: LGPL-2.1-or-later
#include <regex.h>
#include <string.h>
#include <strings.h>

#include "commands/command.h"
#include "commands/table.h"
#include "container/listing.h"

enum { ACTIVE = 256, RUNNING, FROZEN, STOPPED, DEFINED, NESTING, FILTER, ALL_USERS };

static const struct option_info options[] = {
	{ '1', "line", NULL, VALUE_NONE, "one name a line" },
	{ 'f', "fancy", NULL, VALUE_NONE, "a table" },
	{ 'F', "fancy-format", "COLUMNS", VALUE_TEXT,
	  "columns of the table, with commas: NAME STATE PID RAM SWAP AUTOSTART GROUPS INTERFACE "
	  "IPV4 IPV6 UNPRIVILEGED USER" },
	{ ACTIVE, "active", NULL, VALUE_NONE, "only those with a supervisor" },
	{ RUNNING, "running", NULL, VALUE_NONE, "only those that are not stopped" },
	{ FROZEN, "frozen", NULL, VALUE_NONE, "only frozen ones" },
	{ STOPPED, "stopped", NULL, VALUE_NONE, "only stopped ones" },
	{ DEFINED, "defined", NULL, VALUE_NONE, "only those with a configuration" },
	{ NESTING, "nesting", "LEVELS", VALUE_OPTIONAL,
	  "look into running containers, too, so many levels deep (5)" },
	{ ALL_USERS, "all-users", NULL, VALUE_NONE, "those of every user (root)" },
	{ 'g', "groups", "GROUPS", VALUE_TEXT, "only those in all of these groups, with commas" },
	{ FILTER, "filter", "REGEX", VALUE_TEXT, "only names that match" },
	JSON_OPTION,
	{ 0 },
};

static char *join_range(const struct string_list *list, size_t from, size_t to)
{
	struct string_list part = { 0 };
	for (size_t i = from; i < to; i++)
		string_list_add(&part, list->items[i]);
	char *text = part.count ? string_list_join(&part, ", ") : xstrdup("-");
	string_list_clear(&part);
	return text;
}

static char *memory_text(int64_t bytes)
{
	return bytes < 0 ? xstrdup("-") : xasprintf("%.2fMB", (double)bytes / 1048576);
}

/* One that is in another has LXC's mark of it, a blank for each level more. */
static char *name_cell(const struct listed *listed)
{
	size_t depth = listed->inside.count;
	return xasprintf("%*s%s%s", depth ? (int)depth - 1 : 0, "", depth ? "\\" : "",
			 listed->name);
}
static char *state_cell(const struct listed *listed)
{
	return xstrdup(container_state_name(listed->info.state));
}
static char *pid_cell(const struct listed *listed)
{
	pid_t pid = listed->info.init_pid;
	return pid > 0 ? xasprintf("%d", (int)pid) : xstrdup("-");
}
static char *ram_cell(const struct listed *listed)
{
	return memory_text(listed->info.memory_bytes);
}
static char *swap_cell(const struct listed *listed)
{
	return memory_text(listed->info.memory_swap_bytes);
}
static char *autostart_cell(const struct listed *listed)
{
	return xstrdup(listed->autostart ? "1" : "0");
}
static char *groups_cell(const struct listed *listed)
{
	return join_range(&listed->groups, 0, listed->groups.count);
}
static char *interface_cell(const struct listed *listed)
{
	return join_range(&listed->info.interfaces, 0, listed->info.interfaces.count);
}
static char *ipv4_cell(const struct listed *listed)
{
	return join_range(&listed->info.addresses, 0, listed->info.ipv4_count);
}
static char *ipv6_cell(const struct listed *listed)
{
	return join_range(&listed->info.addresses, listed->info.ipv4_count,
			  listed->info.addresses.count);
}
static char *unprivileged_cell(const struct listed *listed)
{
	return xstrdup(listed->unprivileged ? "true" : "false");
}
static char *user_cell(const struct listed *listed)
{
	return xstrdup(listed->user ? listed->user : "-");
}

static const struct column {
	const char *title;
	unsigned what; /* INFO_* */
	char *(*cell)(const struct listed *listed);
	size_t narrowest; /* LXC's has always room for a size */
} columns[] = {
	{ "NAME", 0, name_cell, 0 },
	{ "STATE", 0, state_cell, 0 },
	{ "PID", 0, pid_cell, 0 },
	{ "RAM", INFO_STATS, ram_cell, 6 },
	{ "SWAP", INFO_STATS, swap_cell, 6 },
	{ "AUTOSTART", 0, autostart_cell, 0 },
	{ "GROUPS", 0, groups_cell, 0 },
	{ "INTERFACE", INFO_ADDRESSES, interface_cell, 0 },
	{ "IPV4", INFO_ADDRESSES, ipv4_cell, 0 },
	{ "IPV6", INFO_ADDRESSES, ipv6_cell, 0 },
	{ "UNPRIVILEGED", 0, unprivileged_cell, 0 },
	{ "USER", 0, user_cell, 0 },
};
static const char standard_columns[] = "NAME,STATE,AUTOSTART,GROUPS,IPV4,IPV6,UNPRIVILEGED";

/* The columns that are asked for. */
struct selection {
	const struct column *items[TABLE_COLUMNS];
	size_t count;
};

static const struct column *find_column(const char *title)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strcasecmp(title, columns[i].title) == 0)
			return &columns[i];
	return NULL;
}

static int select_columns(const struct context *context, struct selection *selection)
{
	const char *format = option_value(context, 'F');
	struct string_list words = { 0 };
	int result = 0;
	if (!format && option_given(context, ALL_USERS))
		string_list_add(&words, "USER");
	string_list_add_words(&words, format ? format : standard_columns, ", ");
	for (size_t i = 0; i < words.count && selection->count < TABLE_COLUMNS && result == 0;
	     i++) {
		const struct column *column = find_column(words.items[i]);
		if (column)
			selection->items[selection->count++] = column;
		else
			result = -1;
		if (!column)
			fprintf(stderr, "Invalid key: %s\n", words.items[i]);
	}
	string_list_clear(&words);
	return result;
}

static const char *state_colour(enum container_state state)
{
	switch (state) {
	case STATE_STOPPED:
		return NULL;
	case STATE_RUNNING:
		return COLOUR_GREEN;
	case STATE_FROZEN:
		return COLOUR_CYAN;
	default:
		return COLOUR_YELLOW;
	}
}

static void print_table(const struct listing *listing, const struct selection *selection)
{
	struct table table = { .coloured_column = TABLE_COLUMNS };
	for (size_t c = 0; c < selection->count; c++) {
		table_add_column(&table, selection->items[c]->title,
				 selection->items[c]->narrowest);
		if (selection->items[c]->cell == state_cell)
			table.coloured_column = c;
	}
	for (size_t r = 0; r < listing->count; r++) {
		const struct listed *listed = &listing->items[r];
		char *cells[TABLE_COLUMNS];
		for (size_t c = 0; c < selection->count; c++)
			cells[c] = selection->items[c]->cell(listed);
		table_add_row(&table, cells, state_colour(listed->info.state));
	}
	table_print(&table, stdout);
	table_clear(&table);
}

/* Names in columns on a terminal, else one padded name a line; -1: not padded. */
static void print_names(const struct listing *listing, bool lines)
{
	struct string_list names = { 0 };
	size_t width = 0, terminal = terminal_width(stdout), per_line = 1;
	for (size_t r = 0; r < listing->count; r++)
		string_list_take(&names, listing_path(&listing->items[r]));
	for (size_t i = 0; i < names.count && !lines; i++)
		if (strlen(names.items[i]) > width)
			width = strlen(names.items[i]);
	if (!lines && terminal > width + 1)
		per_line = terminal / (width + 1);
	for (size_t i = 0; i < names.count; i++)
		printf("%-*s%s", (int)width, names.items[i],
		       (i + 1) % per_line == 0 || i + 1 == names.count ? "\n" : " ");
	string_list_clear(&names);
}

static void add_addresses(struct json *json, const char *key, const struct string_list *all,
			  size_t from, size_t to)
{
	json_array(json, key);
	for (size_t i = from; i < to; i++)
		json_string(json, NULL, all->items[i]);
	json_end(json);
}

static int print_json(const struct listing *listing, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_array(&json, "containers");
	for (size_t r = 0; r < listing->count; r++) {
		const struct listed *listed = &listing->items[r];
		const struct container_info *info = &listed->info;
		json_object(&json, NULL);
		json_string(&json, "name", listed->name);
		json_strings(&json, "inside", &listed->inside);
		json_string(&json, "user", listed->user);
		json_string(&json, "state", container_state_name(info->state));
		json_known(&json, "pid", info->init_pid);
		json_bool(&json, "defined", listed->defined);
		json_bool(&json, "autostart", listed->autostart);
		json_bool(&json, "unprivileged", listed->unprivileged);
		json_strings(&json, "groups", &listed->groups);
		json_strings(&json, "interfaces", &info->interfaces);
		add_addresses(&json, "ipv4", &info->addresses, 0, info->ipv4_count);
		add_addresses(&json, "ipv6", &info->addresses, info->ipv4_count,
			      info->addresses.count);
		json_known(&json, "memory_bytes", info->memory_bytes);
		json_known(&json, "swap_bytes", info->memory_swap_bytes);
		json_end(&json);
	}
	return json_print_end(&json, err);
}

/* All of what is asked for, as LXC has it. */
static bool state_wanted(const struct context *context, enum container_state state)
{
	return (!option_given(context, RUNNING) || state != STATE_STOPPED) &&
	       (!option_given(context, FROZEN) || state == STATE_FROZEN) &&
	       (!option_given(context, STOPPED) || state == STATE_STOPPED);
}

/* State and groups (-g: all of them). */
static bool is_wanted(const struct listed *listed, const void *data)
{
	const struct context *context = data;
	const char *text = option_value(context, 'g');
	struct string_list groups = { 0 };
	bool wanted = state_wanted(context, listed->info.state);
	if (text)
		string_list_add_words(&groups, text, ",");
	for (size_t i = 0; i < groups.count && wanted; i++)
		wanted = string_list_has(&listed->groups, groups.items[i]);
	string_list_clear(&groups);
	return wanted;
}

struct filter {
	bool given, quiet;
	regex_t regex;
};

static bool fits(const char *name, void *data)
{
	const struct filter *filter = data;
	return !filter->given || regexec(&filter->regex, name, 0, NULL, 0) == 0;
}

/* It is named and skipped, so that the others are seen. */
static void broken(const char *name, const struct error *err, void *data)
{
	const struct filter *filter = data;
	if (!filter->quiet)
		error_print(err, command.name, name, stderr);
}

static int check(const struct context *context, struct filter *filter, struct error *err)
{
	const char *pattern =
	    context->word_count ? context->words[0] : option_value(context, FILTER);
	if (context->word_count > 1)
		return error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[1]);
	if (option_given(context, ALL_USERS) && context->lxcpath)
		return error_set(
		    err, E_USAGE, 0,
		    "--all-users looks where each user has its containers: -P does not "
		    "go with it");
	if (pattern && regcomp(&filter->regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return error_set(err, E_USAGE, 0, "\"%s\" is not a regular expression", pattern);
	filter->given = pattern != NULL;
	filter->quiet = context->quiet;
	return 0;
}

static int run(struct context *context, struct error *err)
{
	struct filter filter = { 0 };
	struct selection selection = { 0 };
	struct listing listing = { 0 };
	int64_t levels = 5;
	bool fancy = option_given(context, 'f'), json = json_wanted(context);
	if (fancy && !json && select_columns(context, &selection) < 0)
		return 0;
	if (check(context, &filter, err) < 0 || context_open_log(context, err) < 0 ||
	    (option_value(context, NESTING) &&
	     option_number(context, NESTING, 0, 32, &levels, err) < 0))
		return 1;
	struct listing_options list = { .lxcpath = context->lxcpath,
					.active = option_given(context, ACTIVE),
					.defined = option_given(context, DEFINED),
					.what = json ? INFO_STATS | INFO_ADDRESSES : 0,
					.fits = fits,
					.broken = broken,
					.data = &filter };
	if (option_given(context, NESTING))
		list.levels = (unsigned)levels;
	for (size_t c = 0; c < selection.count; c++)
		list.what |= selection.items[c]->what;
	int result = (option_given(context, ALL_USERS) ? listing_collect_all_users
						       : listing_collect)(&list, &listing, err);
	listing_keep(&listing, is_wanted, context);
	if (json && result == 0)
		result = print_json(&listing, err);
	else if (fancy)
		print_table(&listing, &selection);
	else if (!json)
		print_names(&listing, option_given(context, '1'));
	listing_clear(&listing);
	if (filter.given)
		regfree(&filter.regex);
	return result < 0;
}

const struct command command = {
	.name = "lxc-ls",
	.summary = "list the containers",
	.synopsis = "[REGEX]",
	.options = options,
	.words = VALUE_TEXT,
	.exit_codes = "0  listed; also when there are none\n"
		      "1  an error\n",
	.run = run,
};
