// SPDX-License-Identifier: LGPL-2.1-or-later
#include <regex.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/command.h"

enum { ACTIVE = 256, RUNNING, FROZEN, STOPPED, DEFINED, NESTING, FILTER };

static const struct option_info options[] = {
	{ '1', "line", NULL, VALUE_NONE, "one name a line" },
	{ 'f', "fancy", NULL, VALUE_NONE, "a table" },
	{ 'F', "fancy-format", "COLUMNS", VALUE_TEXT,
	  "columns of the table, with commas: NAME STATE PID RAM SWAP AUTOSTART GROUPS INTERFACE "
	  "IPV4 IPV6 UNPRIVILEGED" },
	{ ACTIVE, "active", NULL, VALUE_NONE, "only those with a supervisor" },
	{ RUNNING, "running", NULL, VALUE_NONE, "only those that are not stopped" },
	{ FROZEN, "frozen", NULL, VALUE_NONE, "only frozen ones" },
	{ STOPPED, "stopped", NULL, VALUE_NONE, "only stopped ones" },
	{ DEFINED, "defined", NULL, VALUE_NONE, "only those with a configuration" },
	{ NESTING, "nesting", "LEVELS", VALUE_OPTIONAL,
	  "look into containers, too (not supported yet)" },
	{ 'g', "groups", "GROUPS", VALUE_TEXT, "only those in all of these groups, with commas" },
	{ FILTER, "filter", "REGEX", VALUE_TEXT, "only names that match" },
	{ 0 },
};

enum column {
	NAME,
	STATE,
	PID,
	RAM,
	SWAP,
	AUTOSTART,
	GROUPS,
	INTERFACE,
	IPV4,
	IPV6,
	UNPRIVILEGED,
	COLUMNS
};
static const char *const titles[COLUMNS] = { "NAME", "STATE",	  "PID",	 "RAM",
					     "SWAP", "AUTOSTART", "GROUPS",	 "INTERFACE",
					     "IPV4", "IPV6",	  "UNPRIVILEGED" };
static const char standard_columns[] = "NAME,STATE,AUTOSTART,GROUPS,IPV4,IPV6,UNPRIVILEGED";

struct row {
	char *cell[COLUMNS];
};

struct table {
	enum column columns[COLUMNS * 2];
	size_t column_count;
	struct row *rows;
	size_t row_count;
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

static void fill_row(struct row *row, const struct container *container,
		     const struct container_info *info)
{
	const struct config *config = container->config;
	bool stopped = info->state == STATE_STOPPED;
	bool unprivileged =
	    stopped ? config && (config->has_idmap || geteuid() != 0) : info->unprivileged;
	row->cell[NAME] = xstrdup(container->name);
	row->cell[STATE] = xstrdup(container_state_name(info->state));
	row->cell[PID] = info->init_pid > 0 ? xasprintf("%d", (int)info->init_pid) : xstrdup("-");
	row->cell[RAM] = memory_text(info->memory_bytes);
	row->cell[SWAP] = memory_text(info->memory_swap_bytes);
	row->cell[AUTOSTART] = xstrdup(config && config->start_auto ? "1" : "0");
	row->cell[GROUPS] =
	    config ? join_range(&config->groups, 0, config->groups.count) : xstrdup("-");
	row->cell[INTERFACE] = join_range(&info->interfaces, 0, info->interfaces.count);
	row->cell[IPV4] = join_range(&info->addresses, 0, info->ipv4_count);
	row->cell[IPV6] = join_range(&info->addresses, info->ipv4_count, info->addresses.count);
	row->cell[UNPRIVILEGED] = xstrdup(unprivileged ? "true" : "false");
}

static unsigned info_for(const struct table *table)
{
	unsigned what = 0;
	for (size_t i = 0; i < table->column_count; i++)
		switch (table->columns[i]) {
		case RAM:
		case SWAP:
			what |= INFO_STATS;
			break;
		case INTERFACE:
		case IPV4:
		case IPV6:
			what |= INFO_ADDRESSES;
			break;
		default:
			break;
		}
	return what;
}

static int parse_columns(const char *text, struct table *table)
{
	struct string_list words = { 0 };
	int result = 0;
	string_list_add_words(&words, text, ", ");
	for (size_t i = 0; i < words.count && table->column_count < ARRAY_SIZE(table->columns);
	     i++) {
		int column = 0;
		while (column < COLUMNS && strcasecmp(words.items[i], titles[column]) != 0)
			column++;
		if (column == COLUMNS) {
			fprintf(stderr, "Invalid key: %s\n", words.items[i]);
			result = -1;
			break;
		}
		table->columns[table->column_count++] = (enum column)column;
	}
	string_list_clear(&words);
	return result;
}

static void print_table(const struct table *table)
{
	size_t width[COLUMNS];
	for (size_t c = 0; c < COLUMNS; c++) {
		width[c] = strlen(titles[c]);
		for (size_t r = 0; r < table->row_count; r++)
			if (strlen(table->rows[r].cell[c]) > width[c])
				width[c] = strlen(table->rows[r].cell[c]);
	}
	for (size_t r = 0; r <= table->row_count && table->row_count; r++) {
		for (size_t i = 0; i < table->column_count; i++) {
			enum column c = table->columns[i];
			printf("%-*s ", (int)width[c], r ? table->rows[r - 1].cell[c] : titles[c]);
		}
		putchar('\n');
	}
}

/* Names in columns on a terminal, else one padded name a line. */
static void print_names(const struct table *table)
{
	struct winsize size = { 0 };
	size_t width = 0, per_line = 1;
	for (size_t r = 0; r < table->row_count; r++)
		if (strlen(table->rows[r].cell[NAME]) > width)
			width = strlen(table->rows[r].cell[NAME]);
	if (isatty(1) && ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > width + 1)
		per_line = size.ws_col / (width + 1);
	for (size_t r = 0; r < table->row_count; r++)
		printf("%-*s%s", (int)width, table->rows[r].cell[NAME],
		       (r + 1) % per_line == 0 || r + 1 == table->row_count ? "\n" : " ");
}

static bool state_wanted(const struct context *context, enum container_state state)
{
	bool any = option_given(context, RUNNING) || option_given(context, FROZEN) ||
		   option_given(context, STOPPED);
	return !any || (option_given(context, RUNNING) && state != STATE_STOPPED) ||
	       (option_given(context, FROZEN) && state == STATE_FROZEN) ||
	       (option_given(context, STOPPED) && state == STATE_STOPPED);
}

static bool groups_wanted(const struct context *context, const struct config *config)
{
	struct string_list wanted = { 0 };
	const char *text = option_value(context, 'g');
	bool all_there = true;
	if (!text)
		return true;
	string_list_add_words(&wanted, text, ",");
	for (size_t i = 0; i < wanted.count; i++)
		all_there =
		    all_there && config && string_list_has(&config->groups, wanted.items[i]);
	string_list_clear(&wanted);
	return all_there;
}

static int collect_names(const struct context *context, const char *lxcpath,
			 struct string_list *names, struct error *err)
{
	struct string_list active = { 0 };
	bool only_active = option_given(context, ACTIVE),
	     only_defined = option_given(context, DEFINED);
	if (only_active && !only_defined)
		return container_list_active(lxcpath, names, err);
	if (container_list_defined(lxcpath, names, err) < 0)
		return -1;
	if (only_defined)
		return 0;
	/* Running without a configuration of their own (lxc-start -f). */
	if (container_list_active(lxcpath, &active, err) < 0)
		return -1;
	for (size_t i = 0; i < active.count; i++)
		if (!string_list_has(names, active.items[i]))
			string_list_add(names, active.items[i]);
	string_list_clear(&active);
	return 0;
}

/* One container: 0 = shown or left out. A broken one is named and skipped, so that the others are
 * seen. */
static void add_container(const struct context *context, const char *lxcpath, const char *name,
			  struct table *table)
{
	_cleanup_container_ struct container *container = NULL;
	struct container_info info = { 0 };
	struct error err = { 0 };
	unsigned what = option_given(context, 'f') ? info_for(table) : 0;
	if (container_open(lxcpath, name, &container, &err) < 0 ||
	    (container_is_defined(container) && container_load(container, NULL, &err) < 0) ||
	    container_get_info(container, what, &info, &err) < 0) {
		if (!context->quiet)
			error_print(&err, command.name, name, stderr);
		return;
	}
	if (state_wanted(context, info.state) && groups_wanted(context, container->config)) {
		table->rows = xrealloc(table->rows, (table->row_count + 1) * sizeof(*table->rows));
		fill_row(&table->rows[table->row_count++], container, &info);
	}
	container_info_clear(&info);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->cell[NAME], ((const struct row *)b)->cell[NAME]);
}

static void print_all(const struct context *context, struct table *table)
{
	if (table->row_count)
		qsort(table->rows, table->row_count, sizeof(*table->rows), by_name);
	if (option_given(context, 'f'))
		print_table(table);
	else if (option_given(context, '1'))
		for (size_t r = 0; r < table->row_count; r++)
			puts(table->rows[r].cell[NAME]);
	else
		print_names(table);
	for (size_t r = 0; r < table->row_count; r++)
		for (size_t c = 0; c < COLUMNS; c++)
			free(table->rows[r].cell[c]);
	free(table->rows);
}

static int run(struct context *context, struct error *err)
{
	struct table table = { 0 };
	struct string_list names = { 0 };
	regex_t filter;
	const char *format = option_value(context, 'F');
	const char *pattern =
	    context->word_count ? context->words[0] : option_value(context, FILTER);
	if (option_given(context, NESTING))
		return error_set(err, E_UNSUPPORTED, 0, "--nesting is not supported yet"), 1;
	if (context->word_count > 1)
		return error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[1]), 1;
	if (parse_columns(format && option_given(context, 'f') ? format : standard_columns,
			  &table) < 0)
		return 0;
	if (pattern && regcomp(&filter, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return error_set(err, E_USAGE, 0, "\"%s\" is not a regular expression", pattern), 1;
	_cleanup_free_ char *lxcpath = context_lxcpath(context);
	int result = collect_names(context, lxcpath, &names, err);
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (!pattern || regexec(&filter, names.items[i], 0, NULL, 0) == 0)
			add_container(context, lxcpath, names.items[i], &table);
	if (pattern)
		regfree(&filter);
	string_list_clear(&names);
	print_all(context, &table);
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
