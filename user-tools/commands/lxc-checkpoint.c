// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include "container/checkpoint.h"

#define OPTION_PREDUMP_DIR 256

static const struct option_info options[] = {
	{ 'r', "restore", NULL, VALUE_NONE, "restore instead of saving" },
	{ 'D', "checkpoint-dir", "DIR", VALUE_DIRECTORY, "directory of the images; required" },
	{ 'v', "verbose", NULL, VALUE_NONE, "a detailed log of CRIU" },
	{ 'A', "action-script", "PATH", VALUE_FILE, "program that CRIU calls at its steps" },
	{ 's', "stop", NULL, VALUE_NONE, "stop the container when it is saved" },
	{ 'p', "pre-dump", NULL, VALUE_NONE, "save its memory only, while it runs on" },
	{ OPTION_PREDUMP_DIR, "predump-dir", "DIR", VALUE_DIRECTORY,
	  "earlier images, relative to --checkpoint-dir" },
	{ 'd', "daemon", NULL, VALUE_NONE, "restore in the background (the default)" },
	{ 'F', "foreground", NULL, VALUE_NONE, "restore in the foreground" },
	{ 0 },
};

/* Of a group at most one makes sense, and only on this side. */
static int check_options(const struct context *context, struct error *err)
{
	static const struct {
		int code;
		const char *name;
		bool restore;
	} sided[] = {
		{ 's', "--stop", false },
		{ 'p', "--pre-dump", false },
		{ OPTION_PREDUMP_DIR, "--predump-dir", false },
		{ 'd', "--daemon", true },
		{ 'F', "--foreground", true },
	};
	bool restore = option_given(context, 'r');
	if (!option_given(context, 'D')) {
		error_set(err, E_USAGE, 0, "which directory? There is no -D DIR");
		return error_fix(err, "lxc-checkpoint -n NAME -D DIR");
	}
	for (size_t i = 0; i < ARRAY_SIZE(sided); i++)
		if (option_given(context, sided[i].code) && sided[i].restore != restore)
			return error_set(err, E_USAGE, 0, "%s is %s --restore", sided[i].name,
					 restore ? "not for" : "only for");
	if (option_given(context, 'd') && option_given(context, 'F'))
		return error_set(err, E_USAGE, 0, "--daemon and --foreground: only one of them");
	if (option_given(context, 's') && option_given(context, 'p'))
		return error_set(err, E_USAGE, 0,
				 "--stop and --pre-dump: after a pre-dump it runs on");
	return 0;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	const struct checkpoint_options wanted = {
		.restore = option_given(context, 'r'),
		.directory = option_value(context, 'D'),
		.action_script = option_value(context, 'A'),
		.predump = option_value(context, OPTION_PREDUMP_DIR),
	};
	if (check_options(context, err) < 0 ||
	    context_open_container(context, &container, err) < 0 ||
	    container_checkpoint(container, &wanted, err) < 0)
		return 1;
	return 0;
}

const struct command command = {
	.name = "lxc-checkpoint",
	.summary = "save a running container to disk, or restore it (refused: not supported yet)",
	.synopsis = "-D DIR [NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "1  always, with the reason: what is asked for is wrong, the caller lacks the "
	    "privilege, or it is not supported yet\n",
	.run = run,
};
