// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/log.h"
#include "cgroup/user-group.h"
#include "commands/command.h"
#include "commands/everyone.h"
#include "container/autostart.h"

enum { VERBOSE = 256, ALL_USERS, USER };

static const struct option_info options[] = {
	{ 'k', "kill", NULL, VALUE_NONE, "kill instead of starting" },
	{ 'L', "list", NULL, VALUE_NONE, "only print the names, and the pauses behind them" },
	{ 'r', "reboot", NULL, VALUE_NONE, "reboot those that run, instead of starting" },
	{ 's', "shutdown", NULL, VALUE_NONE, "shut down instead of starting" },
	{ 'a', "all", NULL, VALUE_NONE, "whatever groups they are in" },
	{ 'A', "ignore-auto", NULL, VALUE_NONE, "those without lxc.start.auto = 1, too" },
	{ 'g', "groups", "GROUPS", VALUE_TEXT,
	  "those in these groups, with commas, in this order; an empty word: those in none" },
	{ 't', "timeout", "SECONDS", VALUE_NUMBER,
	  "wait so long for a shutdown before the kill (60; -1 for ever)" },
	{ 'n', "name", "NAME", VALUE_CONTAINER, "of those selected, only this one" },
	{ ALL_USERS, "all-users", NULL, VALUE_NONE,
	  "by root: the containers of every user, as that user" },
	{ USER, "user", "USER", VALUE_TEXT, "by root: the containers of this user, as that user" },
	{ VERBOSE, "verbose", NULL, VALUE_NONE, "print what became of each container" },
	JSON_OPTION,
	{ 0 },
};

enum action { START, REBOOT, SHUTDOWN, KILL };

static const struct {
	const char *name, *done;
} actions[] = { [START] = { "start", "started" },
		[REBOOT] = { "reboot", "rebooted" },
		[SHUTDOWN] = { "shutdown", "stopped" },
		[KILL] = { "kill", "killed" } };

struct result {
	const char *user; /* NULL = the caller */
	char *name;
	char *what; /* a pause in seconds with -L, else what became of it */
};

struct outcome {
	struct result *results;
	size_t count, failed, attempted;
};

static void add_result(struct outcome *outcome, const char *user, const char *name,
		       const char *what)
{
	outcome->results =
	    xrealloc(outcome->results, (outcome->count + 1) * sizeof(*outcome->results));
	outcome->results[outcome->count++] =
	    (struct result){ user, xstrdup(name), what ? xstrdup(what) : NULL };
}

static enum action action_of(const struct context *context)
{
	return option_given(context, 'k')   ? KILL
	       : option_given(context, 's') ? SHUTDOWN
	       : option_given(context, 'r') ? REBOOT
					    : START;
}

/* LXC's pause is behind the container that was started, and before the next. */
static bool has_pause(enum action action)
{
	return action == START || action == REBOOT;
}

/* ---- one container ---- */

static int stop_one(const struct container *container, enum action action, int64_t timeout,
		    struct error *err)
{
	struct stop_options stop = { .reboot = action == REBOOT,
				     .kill = action == KILL,
				     .nowait = action != KILL && timeout == 0,
				     .timeout_ms = action == KILL ? 0
						   : timeout < 0  ? -1
								  : (int)timeout * 1000 };
	return container_stop((struct container *)container, &stop, err);
}

/* As "lxc-start -n NAME" in a process of its own: what a start takes and moves is gone with it. */
static int start_one(const struct context *context, const char *name, struct error *err)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct context own = *context;
		_cleanup_container_ struct container *container = NULL;
		const struct start_options start = { 0 };
		struct error why = { 0 };
		int status;
		own.name = name;
		log_set_container(name);
		if (context_load_container(&own, &container, &why) == 0 &&
		    container_start(container, &start, &status, &why) == 0)
			_exit(0);
		if (why.code == E_RUNNING) /* somebody else was faster */
			_exit(0);
		if (!context->quiet)
			error_print(&why, command.name, name, stderr);
		_exit(1);
	}
	int status = 0;
	if (pid < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void pause_for(unsigned seconds)
{
	struct timespec left = { .tv_sec = seconds };
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static void act(const struct context *context, const char *lxcpath, enum action action,
		int64_t timeout, const struct autostart_list *list, struct outcome *outcome)
{
	unsigned pause = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct autostart_entry *entry = &list->items[i];
		_cleanup_container_ struct container *container = NULL;
		struct error err = { 0 };
		pause_for(pause);
		outcome->attempted++;
		int done = container_open(lxcpath, entry->name, &container, &err);
		if (done == 0)
			done = action == START ? start_one(context, entry->name, &err)
					       : stop_one(container, action, timeout, &err);
		/* It ended by itself meanwhile. */
		if (done < 0 && action != START && err.code == E_NOT_RUNNING)
			done = 0;
		if (!context->quiet)
			error_print(&err, command.name, entry->name, stderr);
		outcome->failed += done < 0;
		add_result(outcome, NULL, entry->name, done < 0 ? "failed" : actions[action].done);
		pause = done == 0 && has_pause(action) ? entry->delay_seconds : 0;
	}
}

/* ---- the caller's ---- */

/* What the action is about: to be started are those that do not run, the others are those that do.
 * One that cannot be read is named, and the rest goes on. */
static void collect_one(const struct context *context, const char *lxcpath, const char *name,
			enum action action, struct autostart_list *list, struct outcome *outcome)
{
	_cleanup_container_ struct container *container = NULL;
	enum container_state state = STATE_STOPPED;
	struct error err = { 0 };
	if (container_open(lxcpath, name, &container, &err) < 0 ||
	    container_get_state(container, &state, &err) < 0 ||
	    container_load(container, context->rcfile, &err) < 0) {
		if (!context->quiet)
			error_print(&err, command.name, name, stderr);
		/* It may have been one of them. */
		if ((state == STATE_STOPPED) == (action == START)) {
			outcome->attempted++;
			outcome->failed++;
		}
		return;
	}
	if ((state == STATE_STOPPED) == (action == START))
		autostart_add(list, name, container->config);
}

static int collect(const struct context *context, const char *lxcpath, enum action action,
		   struct autostart_list *list, struct outcome *outcome, struct error *err)
{
	struct string_list names = { 0 }, groups = { 0 };
	if (context->lxcpath && access(lxcpath, F_OK) < 0)
		return error_set(err, E_USAGE, errno, "%s", lxcpath);
	if (container_list_defined(lxcpath, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (!context->name || strcmp(names.items[i], context->name) == 0)
			collect_one(context, lxcpath, names.items[i], action, list, outcome);
	string_list_clear(&names);
	struct autostart_rules rules = { .all = option_given(context, 'a'),
					 .ignore_auto = option_given(context, 'A'),
					 .backwards = action == SHUTDOWN || action == KILL };
	option_values(context, 'g', &groups);
	for (size_t i = 0; i < groups.count; i++)
		autostart_add_groups(&rules.groups, groups.items[i]);
	autostart_select(list, &rules);
	string_list_clear(&groups);
	string_list_clear(&rules.groups);
	return 0;
}

static bool for_others(const struct context *context)
{
	return option_given(context, ALL_USERS) || option_given(context, USER);
}

static int run_own(const struct context *context, enum action action, int64_t timeout,
		   struct outcome *outcome, struct error *err)
{
	struct autostart_list list = { 0 };
	_cleanup_free_ char *lxcpath = context_lxcpath(context);
	if (collect(context, lxcpath, action, &list, outcome, err) < 0)
		return -1;
	if (option_given(context, 'L')) {
		for (size_t i = 0; i < list.count; i++) {
			_cleanup_free_ char *pause = xasprintf("%u", list.items[i].delay_seconds);
			add_result(outcome, NULL, list.items[i].name,
				   has_pause(action) ? pause : NULL);
		}
		outcome->failed = 0;
	} else
		act(context, lxcpath, action, timeout, &list, outcome);
	autostart_clear(&list);
	return 0;
}

/* ---- everybody's ---- */

/* "NAME SECONDS" and "NAME", "NAME: WHAT": what this program printed for one of them. */
static void take_line(const struct context *context, enum action action, const char *user,
		      const char *line, struct outcome *outcome)
{
	bool list = option_given(context, 'L');
	_cleanup_free_ char *name = xstrdup(line);
	char *cut = !list		? strrchr(name, ':')
		    : has_pause(action) ? strrchr(name, ' ')
					: name + strlen(name);
	int64_t pause;
	if (!cut)
		return;
	const char *what = list ? cut + 1 : cut + 2;
	if (list && has_pause(action) && parse_int64(what, 0, UINT32_MAX, &pause) < 0)
		return;
	if (!list && cut[1] != ' ')
		return;
	bool plain = !*cut;
	*cut = 0;
	if (container_check_name(name, NULL) < 0)
		return;
	outcome->attempted++;
	outcome->failed += !list && strcmp(what, "failed") == 0;
	add_result(outcome, user, name, plain ? NULL : what);
}

/* The options of this command line, but the one that brought us here. */
static void own_arguments(const struct context *context, struct string_list *arguments)
{
	for (size_t i = 0; i < context->given_count; i++) {
		const struct given_option *given = &context->given[i];
		for (const struct option_info *o = options; o->code; o++)
			if (o->code == given->code && o->code < 256)
				string_list_take(
				    arguments,
				    xasprintf("-%c%s", o->code, given->value ? given->value : ""));
	}
	if (!option_given(context, 'L'))
		string_list_add(arguments, "--verbose");
}

static const int not_for_all[] = { 'P', 'o', 'l', OPTION_RCFILE };

static int run_everyone(const struct context *context, enum action action,
			struct everyone *everyone, struct outcome *outcome, struct error *err)
{
	struct string_list arguments = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(not_for_all); i++)
		if (option_given(context, not_for_all[i]))
			return error_set(err, E_USAGE, 0,
					 "--all-users, --user: users have paths of their own, "
					 "none from the command line (-P, --rcfile, -o, -l)");
	own_arguments(context, &arguments);
	if (!arguments.items)
		arguments.items = xcalloc(1, sizeof(char *));
	bool starts = (action == START || action == REBOOT) && !option_given(context, 'L');
	int result = everyone_run(arguments.items, option_value(context, USER), starts,
				  context->quiet, everyone, err);
	for (size_t i = 0; i < everyone->count && result == 0; i++) {
		const struct everyone_user *user = &everyone->users[i];
		size_t failed = outcome->failed;
		for (size_t l = 0; l < user->lines.count; l++)
			take_line(context, action, user->account->name, user->lines.items[l],
				  outcome);
		if (action == SHUTDOWN || action == KILL)
			cgroup_remove_user_group(user->account->name);
		/* Something went wrong that no line tells: a message was printed. */
		if (user->status != 0 && outcome->failed == failed) {
			outcome->attempted++;
			outcome->failed++;
		}
	}
	string_list_clear(&arguments);
	return result;
}

/* ---- what is said ---- */

static int print_json(const struct context *context, enum action action,
		      const struct outcome *outcome, struct error *err)
{
	struct json json;
	bool list = option_given(context, 'L');
	json_print_begin(&json);
	json_string(&json, "action", actions[action].name);
	json_array(&json, "containers");
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];
		json_object(&json, NULL);
		if (for_others(context))
			json_string(&json, "user", result->user);
		json_string(&json, "name", result->name);
		if (list && result->what)
			json_uint(&json, "delay_seconds", strtoul(result->what, NULL, 10));
		else if (list)
			json_null(&json, "delay_seconds");
		else
			json_string(&json, "result", result->what);
		json_end(&json);
	}
	json_end(&json);
	return json_print_end(&json, err);
}

static void print_lines(const struct context *context, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];
		printf("%s%s%s%s%s\n", result->user ? result->user : "", result->user ? " " : "",
		       result->name,
		       !result->what		    ? ""
		       : option_given(context, 'L') ? " "
						    : ": ",
		       result->what ? result->what : "");
	}
}

static void clear_outcome(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++) {
		free(outcome->results[i].name);
		free(outcome->results[i].what);
	}
	free(outcome->results);
}

static int check(const struct context *context, struct error *err)
{
	if (option_given(context, 'k') + option_given(context, 's') + option_given(context, 'r') >
	    1)
		return error_set(err, E_USAGE, 0, "only one of -k, -s and -r is possible");
	if (context->name)
		return container_check_name(context->name, err);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	enum action action = action_of(context);
	struct everyone everyone = { 0 };
	struct outcome outcome = { 0 };
	int64_t timeout = 60;
	if (option_number(context, 't', -1, 2147483, &timeout, err) < 0 ||
	    check(context, err) < 0 || context_open_log(context, err) < 0)
		return 1;
	int result = for_others(context) ? run_everyone(context, action, &everyone, &outcome, err)
					 : run_own(context, action, timeout, &outcome, err);
	if (result == 0 && json_wanted(context))
		result = print_json(context, action, &outcome, err);
	else if (result == 0 && (option_given(context, 'L') || option_given(context, VERBOSE)))
		print_lines(context, &outcome);
	clear_outcome(&outcome);
	everyone_clear(&everyone);
	if (result < 0)
		return 1;
	return !outcome.failed ? 0 : outcome.failed == outcome.attempted ? 1 : 2;
}

const struct command command = {
	.name = "lxc-autostart",
	.summary = "start, stop or reboot the containers that are marked for it",
	.synopsis = "",
	.options = options,
	.flags = COMMAND_NO_WORDS,
	.words = VALUE_NONE,
	.exit_codes = "0  nothing failed\n"
		      "1  everything failed that was tried, or another error\n"
		      "2  some failed\n",
	.run = run,
};
