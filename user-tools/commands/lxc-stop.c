// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#define OPTION_NOKILL 256
#define OPTION_NOLOCK 257

static const struct option_info options[] = {
	{ 'r', "reboot", NULL, VALUE_NONE, "reboot: wait until it runs again" },
	{ 'W', "nowait", NULL, VALUE_NONE, "send the signal and do not wait" },
	{ 't', "timeout", "SECONDS", VALUE_NUMBER,
	  "wait so long before the kill (60; -1 for ever)" },
	{ 'k', "kill", NULL, VALUE_NONE, "kill at once" },
	{ OPTION_NOKILL, "nokill", NULL, VALUE_NONE, "do not kill after the timeout" },
	{ OPTION_NOLOCK, "nolock", NULL, VALUE_NONE,
	  "with -k: accepted, as no lock is held while stopping" },
	{ 0 },
};

static const struct {
	int one, other;
	const char *what;
} conflicts[] = {
	{ 'k', 'r', "-k can't be used with -r" },
	{ 'k', OPTION_NOKILL, "-k can't be used with --nokill" },
};

static int check(const struct context *context, int64_t timeout, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(conflicts); i++)
		if (option_given(context, conflicts[i].one) &&
		    option_given(context, conflicts[i].other))
			return error_set(err, E_USAGE, 0, "%s", conflicts[i].what);
	if (option_given(context, 'k') && option_given(context, 't') && timeout > 0)
		return error_set(err, E_USAGE, 0, "-k doesn't allow timeouts");
	if (option_given(context, OPTION_NOLOCK) && !option_given(context, 'k'))
		return error_set(err, E_USAGE, 0, "--nolock may only be used with -k");
	return 0;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	int64_t timeout = 60;
	if (option_number(context, 't', -1, 2147483, &timeout, err) < 0 ||
	    check(context, timeout, err) < 0 ||
	    context_open_container(context, &container, err) < 0)
		return 1;
	struct stop_options stop = { .reboot = option_given(context, 'r'),
				     .nowait = option_given(context, 'W') || timeout == 0,
				     .kill = option_given(context, 'k'),
				     .nokill = option_given(context, OPTION_NOKILL),
				     .timeout_ms = timeout < 0 ? -1 : (int)timeout * 1000 };
	if (container_stop(container, &stop, err) == 0)
		return 0;
	return err->code == E_NOT_RUNNING ? 2 : 1;
}

const struct command command = {
	.name = "lxc-stop",
	.summary = "stop a container",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes = "0  stopped or rebooted (-W, -t 0: the signal was sent)\n"
		      "1  an error, or the time was over with --nokill\n"
		      "2  the container is not running\n",
	.run = run,
};
