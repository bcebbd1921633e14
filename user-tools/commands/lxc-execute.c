// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/log.h"
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

/*
 * The container runs already: the command joins it, as by lxc-attach. LXC refuses; but what was
 * asked for, a command run in this container, can be had. What would shape a new one (-d, -s, -f,
 * --share-*) cannot, and keeps the refusal.
 */
static int run_in_running(struct context *context, struct container *container, struct error *err)
{
	int status = 1;
	int64_t uid = -1, gid = -1;
	for (size_t i = 0; i < context->given_count; i++)
		if (strchr("dsf", context->given[i].code) || context->given[i].code >= SHARE_NET)
			return 1;
	if (!context->word_count)
		return 1;
	error_clear(err);
	if (option_number(context, 'u', 0, UINT32_MAX - 1, &uid, err) < 0 ||
	    option_number(context, 'g', 0, UINT32_MAX - 1, &gid, err) < 0)
		return 1;
	log_notice("the container is already running: the command joins it");
	struct attach_options attach = { .argv = context->words,
					 .has_uid = uid >= 0,
					 .has_gid = gid >= 0,
					 .uid = (uid_t)uid,
					 .gid = (gid_t)gid,
					 .personality = -1 };
	return container_attach(container, &attach, &status, err) < 0 ? 1 : status;
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
	if (container_start(container, &start, &status, err) == 0)
		return status;
	return err->code == E_RUNNING ? run_in_running(context, container, err) : 1;
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
