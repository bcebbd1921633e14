// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

static const struct option_info options[] = { { 0 } };

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	if (context_open_container(context, &container, err) < 0)
		return 1;
	if (container_freeze(container, false, err) == 0)
		return 0;
	/* What does not run is not frozen: nothing to do, as in LXC. */
	if (err->code == E_NOT_RUNNING && container_is_defined(container)) {
		error_clear(err);
		return 0;
	}
	return 1;
}

const struct command command = {
	.name = "lxc-unfreeze",
	.summary = "thaw the processes of a container",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes = "0  not frozen (any more)\n"
		      "1  an error; the container is not running\n",
	.run = run,
};
