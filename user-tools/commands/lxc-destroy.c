// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include "image/image.h"

static const struct option_info options[] = {
	{ 'f', "force", NULL, VALUE_NONE, "stop it first if it runs" },
	{ 's', "snapshots", NULL, VALUE_NONE, "remove its snapshots, too" },
	{ 0 },
};

static int stop(struct container *container, struct error *err)
{
	struct error local = { 0 };
	struct stop_options now = { .kill = true, .timeout_ms = -1 };
	if (container_stop(container, &now, &local) == 0 || local.code == E_NOT_RUNNING)
		return 0;
	*err = local;
	return -1;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	if (context_open_container(context, &container, err) < 0 ||
	    container_load(container, context->rcfile, err) < 0)
		return 1;
	if (option_given(context, 'f') && stop(container, err) < 0)
		return 1;
	return image_destroy(container, option_given(context, 's'), err) < 0 ? 1 : 0;
}

const struct command command = {
	.name = "lxc-destroy",
	.summary = "remove a container with its storage",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes = "0  removed\n"
		      "1  an error, for example the container runs or does not exist\n",
	.run = run,
};
