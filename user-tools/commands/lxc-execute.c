// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"
#include "commands/share.h"

static const struct option_info options[] = {
	{ 'd', "daemon", NULL, VALUE_NONE, "run in the background" },
	{ 'f', "rcfile", "FILE", VALUE_FILE,
	  "configuration file; the container need not be defined" },
	{ 's', "define", "KEY=VALUE", VALUE_TEXT, "set a configuration key for this run" },
	{ 'u', "uid", "UID", VALUE_NUMBER, "run the command as this uid of the container" },
	{ 'g', "gid", "GID", VALUE_NUMBER, "run the command as this gid of the container" },
	SHARE_OPTIONS,
	{ 0 },
};

/* -u and -g are keys by another name. */
static int define(struct container *container, const struct context *context, int code,
		  const char *key, struct error *err)
{
	int64_t id = -1;
	if (option_number(context, code, 0, UINT32_MAX - 1, &id, err) < 0)
		return -1;
	return id < 0 ? 0 : config_set(container->config, key, option_value(context, code), err);
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	int status;
	struct start_options start = { .foreground = !option_given(context, 'd'),
				       .execute = true,
				       .argv = context->word_count ? context->words : NULL };
	if (option_given(context, 'f'))
		context->rcfile = option_value(context, 'f');
	share_options(context, &start);
	if (context_load_container(context, &container, err) < 0 ||
	    define(container, context, 'u', "lxc.init.uid", err) < 0 ||
	    define(container, context, 'g', "lxc.init.gid", err) < 0)
		return 1;
	return container_start(container, &start, &status, err) < 0 ? 1 : status;
}

const struct command command = {
	.name = "lxc-execute",
	.summary = "run one command in a container of its own",
	.synopsis = "[NAME] [-- COMMAND [ARG...]]",
	.options = options,
	.flags = COMMAND_NAME,
	.words = VALUE_CONTAINER,
	.exit_codes = "N      status of the command (with -d: 0, it was started)\n"
		      "128+N  the command was killed by signal N\n"
		      "127    the command was not found\n"
		      "126    the command cannot be executed\n"
		      "255    executing it failed for another reason\n"
		      "1      the container could not be started\n",
	.run = run,
};
