// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "commands/command.h"
#include "container/monitor.h"

static const struct option_info options[] = {
	{ 'n', "name", "REGEX", VALUE_CONTAINER, "names to watch, all of the name (.*)" },
	{ 'P', "lxcpath", "PATH", VALUE_DIRECTORY,
	  "directory of the containers; several times: all of them" },
	{ 'Q', "quit", NULL, VALUE_NONE, "accepted: no daemon runs that could be told to quit" },
	JSON_OPTION,
	{ 0 },
};

static int compile(const char *pattern, regex_t *regex, struct error *err)
{
	_cleanup_free_ char *whole = xasprintf("^(%s)$", pattern);
	if (regcomp(regex, whole, REG_EXTENDED | REG_NOSUB) == 0)
		return 0;
	return error_set(err, E_USAGE, 0, "\"%s\" is not a regular expression", pattern);
}

/* ---- what is said ---- */

static void print_json(const struct monitor_event *event)
{
	struct json json;
	int value = event->event.value;
	json_begin(&json, stdout, JSON_LINES);
	json_versioned(&json);
	json_string(&json, "name", event->event.name);
	json_string(&json, "lxcpath", event->lxcpath);
	json_int(&json, "time_unix_ms", event->event.unix_ms);
	if (event->event.kind == EVENT_STATE) {
		json_string(&json, "event", "state");
		json_string(&json, "state", container_state_name((enum container_state)value));
	} else {
		json_string(&json, "event", "exit");
		if (WIFSIGNALED(value)) {
			json_null(&json, "exit_code");
			json_string(&json, "signal", signal_to_name(WTERMSIG(value)));
		} else {
			json_int(&json, "exit_code", WEXITSTATUS(value));
			json_null(&json, "signal");
		}
	}
	json_finish(&json);
}

/* LXC's lines. */
static void print_line(const struct monitor_event *event)
{
	int value = event->event.value;
	if (event->event.kind == EVENT_STATE)
		printf("'%s' changed state to [%s]\n", event->event.name,
		       container_state_name((enum container_state)value));
	else
		printf("'%s' exited with status [%d]\n", event->event.name, WEXITSTATUS(value));
}

/*
 * A supervisor that was killed tells nothing, and took its container with it: that is STOPPED. One
 * that is still there has left us behind.
 */
static int take_loss(struct monitor_event *event, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	enum container_state state;
	struct timespec now;
	if (container_open(event->lxcpath, event->event.name, &container, err) < 0)
		return -1;
	if (container_get_state(container, &state, NULL) < 0 || state != STATE_STOPPED)
		return error_set(err, E_SUPERVISOR, 0,
				 "%s: events were lost: they were not read in time",
				 event->event.name);
	clock_gettime(CLOCK_REALTIME, &now);
	event->event.kind = EVENT_STATE;
	event->event.value = STATE_STOPPED;
	event->event.unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return 0;
}

/* ---- the loop ---- */

static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < 4; i++)
		sigaddset(&set, (int[]){ SIGINT, SIGTERM, SIGHUP, SIGPIPE }[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int print_ready(struct monitor *monitor, const regex_t *regex, bool as_json,
		       struct error *err)
{
	struct monitor_event event;
	int n;
	while ((n = monitor_next(monitor, &event, err)) > 0) {
		if (regexec(regex, event.event.name, 0, NULL, 0) != 0)
			continue;
		if (event.lost) {
			fflush(stdout); /* what was before is seen before the message */
			if (take_loss(&event, err) < 0)
				return -1;
		}
		if (as_json)
			print_json(&event);
		else
			print_line(&event);
	}
	if (n == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		int reason = errno;
		clearerr(stdout); /* said here, not once more at the end */
		return error_set(err, E_SYSTEM, reason, "standard output");
	}
	return n;
}

/* Until a signal comes, which is returned; SIGPIPE also where the reader of a pipe has gone; -1. */
static int watch(struct monitor *monitor, const regex_t *regex, bool as_json, struct error *err)
{
	_cleanup_close_ int signals = open_signals();
	struct signalfd_siginfo info;
	if (signals < 0)
		return error_set(err, E_SYSTEM, errno, "signalfd");
	for (;;) {
		struct pollfd ready[] = { { .fd = monitor_fd(monitor), .events = POLLIN },
					  { .fd = signals, .events = POLLIN },
					  { .fd = 1, .events = 0 } };
		if (poll(ready, ARRAY_SIZE(ready), -1) < 0 && errno != EINTR)
			return error_set(err, E_SYSTEM, errno, "poll");
		if (ready[0].revents && print_ready(monitor, regex, as_json, err) < 0)
			return -1;
		if (ready[1].revents && read(signals, &info, sizeof(info)) == sizeof(info))
			return (int)info.ssi_signo;
		if (ready[2].revents & (POLLERR | POLLHUP | POLLNVAL))
			return SIGPIPE;
	}
}

/* As everybody ends by it, so that the shell knows. */
static void end_by(int signal_number)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void list_paths(const struct context *context, struct string_list *paths)
{
	struct string_list given = { 0 };
	option_values(context, 'P', &given);
	for (size_t i = 0; i < given.count; i++)
		string_list_take(paths, path_canonical(given.items[i]));
	string_list_clear(&given);
	_cleanup_free_ char *usual = paths->count ? NULL : context_lxcpath(context);
	if (usual)
		string_list_take(paths, path_canonical(usual));
}

static int run(struct context *context, struct error *err)
{
	struct string_list paths = { 0 };
	struct monitor *monitor = NULL;
	regex_t regex;
	size_t words = context->word_count;
	const char *pattern = context->name ? context->name : words ? context->words[0] : ".*";
	if (words > !context->name)
		return error_set(err, E_USAGE, 0, "unexpected word \"%s\"",
				 context->words[!context->name]),
		       1;
	if (option_given(context, 'Q'))
		return 0;
	if (context_open_log(context, err) < 0 || compile(pattern, &regex, err) < 0)
		return 1;
	list_paths(context, &paths);
	int ended_by = monitor_open(&paths, &monitor, err) < 0
			   ? -1
			   : watch(monitor, &regex, json_wanted(context), err);
	monitor_close(monitor);
	regfree(&regex);
	string_list_clear(&paths);
	if (ended_by > 0)
		end_by(ended_by);
	return 1;
}

const struct command command = {
	.name = "lxc-monitor",
	.summary = "print what containers go through",
	.synopsis = "[REGEX]",
	.options = options,
	.flags = COMMAND_PATHS,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  after -Q\n"
	    "1  an error: options, no place to listen, events were lost\n"
	    "128+n  ended by signal n, that of the keyboard or of the pipe it prints to\n",
	.run = run,
};
