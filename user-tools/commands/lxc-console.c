// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <unistd.h>

#include "commands/command.h"

#define OPTION_SHOW 256
#define OPTION_ROTATE 257

static const struct option_info options[] = {
	{ 't', "tty", "NUMBER", VALUE_NUMBER,
	  "terminal: 0 the console, N ttyN (the first free one)" },
	{ 'e', "escape", "CHAR", VALUE_TEXT, "escape prefix, X or ^X for Control-X (^a)" },
	{ OPTION_SHOW, "show", NULL, VALUE_NONE,
	  "print what lxc.console.buffer.size kept of the console, and end" },
	{ OPTION_ROTATE, "rotate", NULL, VALUE_NONE,
	  "move lxc.console.logfile to FILE.1 and begin a new one, and end" },
	{ 0 },
};

/* "a" and "^a" are Control-a. */
static int parse_escape(const char *text, int *escape, struct error *err)
{
	const char *letter = *text == '^' && text[1] ? text + 1 : text;
	char c = *letter >= 'A' && *letter <= 'Z' ? (char)(*letter + 32) : *letter;
	if (c < 'a' || c > 'z' || letter[1])
		return error_set(err, E_USAGE, 0,
				 "--escape=%s: a letter, or ^ and a letter, is expected", text);
	*escape = c - 'a' + 1;
	return 0;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	int64_t tty = -1;
	int escape = 1;
	const char *prefix = option_value(context, 'e');
	if (option_number(context, 't', 0, 512, &tty, err) < 0 ||
	    (prefix && parse_escape(prefix, &escape, err) < 0) ||
	    context_open_container(context, &container, err) < 0)
		return 1;
	bool show = option_given(context, OPTION_SHOW),
	     rotate = option_given(context, OPTION_ROTATE);
	if (show && container_console_show(container, STDOUT_FILENO, err) < 0)
		return 1;
	if (rotate && container_console_rotate(container, err) < 0)
		return 1;
	if (show || rotate)
		return 0;
	return container_console(container, (int)tty, escape, err) < 0;
}

const struct command command = {
	.name = "lxc-console",
	.summary = "connect this terminal to one of a container",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  the session has ended\n"
	    "1  the container is not running, or has no such free terminal, buffer or log\n",
	.run = run,
};
