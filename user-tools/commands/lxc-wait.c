// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

static const struct option_info options[] = {
	{ 's', "state", "STATE[|STATE...]", VALUE_STATE, "states to wait for, any of them" },
	{ 't', "timeout", "SECONDS", VALUE_NUMBER,
	  "wait at most so long (-1: for ever, the default)" },
	JSON_OPTION,
	{ 0 },
};

static int parse_states(const char *text, unsigned *mask, struct error *err)
{
	struct string_list words = { 0 };
	string_list_add_words(&words, text, "|");
	for (size_t i = 0; i < words.count && !error_is_set(err); i++) {
		int state = container_state_from_name(words.items[i]);
		if (state < 0) {
			error_set(err, E_USAGE, 0, "invalid state '%.60s'", words.items[i]);
			error_fix(
			    err,
			    "STOPPED STARTING RUNNING STOPPING ABORTING FREEZING FROZEN THAWED");
		} else
			*mask |= 1u << state;
	}
	string_list_clear(&words);
	if (!*mask)
		error_set(err, E_USAGE, 0, "no state in \"%s\"", text);
	return error_is_set(err) ? -1 : 0;
}

static int print_json(const char *name, enum container_state state, bool reached, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "name", name);
	json_string(&json, "state", container_state_name(state));
	json_bool(&json, "reached", reached);
	return json_print_end(&json, err);
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	enum container_state state = STATE_STOPPED;
	unsigned mask = 0;
	int64_t timeout = -1;
	if (!option_given(context, 's'))
		return error_set(err, E_USAGE, 0, "the option -s STATE is missing"), 1;
	if (parse_states(option_value(context, 's'), &mask, err) < 0 ||
	    option_number(context, 't', -1, 2147483, &timeout, err) < 0 ||
	    context_open_container(context, &container, err) < 0)
		return 1;
	bool reached = container_wait(container, mask, timeout < 0 ? -1 : (int)timeout * 1000,
				      &state, err) == 0;
	if (err->code == E_TIMEOUT)
		error_clear(err); /* the exit code says it */
	if (error_is_set(err))
		return 1;
	if (json_wanted(context) && print_json(context->name, state, reached, err) < 0)
		return 1;
	return !reached;
}

const struct command command = {
	.name = "lxc-wait",
	.summary = "wait for a state of a container",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  the container is in one of the states (one that does not exist is STOPPED)\n"
	    "1  the time was over, an unknown state, another error\n",
	.run = run,
};
