// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/file.h"
#include "commands/command.h"
#include "commands/share.h"

static const struct option_info options[] = {
	{ 'd', "daemon", NULL, VALUE_NONE, "run in the background (the default)" },
	{ 'F', "foreground", NULL, VALUE_NONE, "stay, with the console on this terminal" },
	{ 'f', "rcfile", "FILE", VALUE_FILE,
	  "configuration file; the container need not be defined" },
	{ 's', "define", "KEY=VALUE", VALUE_TEXT, "set a configuration key for this run" },
	{ 'c', "console", "FILE", VALUE_FILE, "copy the console to FILE (lxc.console.path)" },
	{ 'L', "console-log", "FILE", VALUE_FILE,
	  "append the console's output to FILE (lxc.console.logfile)" },
	{ 'C', "close-all-fds", NULL, VALUE_NONE, "close inherited descriptors (implied by -d)" },
	{ 'p', "pidfile", "FILE", VALUE_FILE, "write the supervisor's pid to FILE" },
	SHARE_OPTIONS,
	{ 0 },
};

/* -c and -L are keys by another name; a relative path is one of the caller's directory. */
static int define(struct container *container, const struct context *context, int code,
		  const char *key, struct error *err)
{
	const char *value = option_value(context, code);
	if (!value)
		return 0;
	_cleanup_free_ char *path =
	    *value && strcmp(value, "none") != 0 ? path_absolute(value) : xstrdup(value);
	return config_set(container->config, key, path, err);
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	int status;
	struct start_options start = { .foreground = option_given(context, 'F'),
				       .close_all_fds = option_given(context, 'C'),
				       .pid_file = option_value(context, 'p'),
				       .argv = context->word_count ? context->words : NULL };
	if (option_given(context, 'F') && option_given(context, 'd'))
		return error_set(err, E_USAGE, 0, "--daemon and --foreground exclude each other"),
		       1;
	if (option_given(context, 'f'))
		context->rcfile = option_value(context, 'f');
	share_options(context, &start);
	if (context_load_container(context, &container, err) < 0 ||
	    define(container, context, 'c', "lxc.console.path", err) < 0 ||
	    define(container, context, 'L', "lxc.console.logfile", err) < 0)
		return 1;
	if (container_start(container, &start, &status, err) == 0)
		return 0; /* whatever init returned: it ran */
	if (err->code != E_RUNNING)
		return 1;
	/* As LXC: said, but no failure. */
	error_clear(err);
	if (!context->quiet)
		fprintf(stderr, "lxc-start: %s: Container is already running\n", context->name);
	return 0;
}

const struct command command = {
	.name = "lxc-start",
	.summary = "start a container",
	.synopsis = "[NAME] [-- COMMAND [ARG...]]",
	.options = options,
	.flags = COMMAND_NAME,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  the container runs (or, in the foreground, has ended); or it was running already\n"
	    "1  it could not be started\n",
	.run = run,
};
