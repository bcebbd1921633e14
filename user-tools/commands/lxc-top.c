// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/log.h"
#include "commands/command.h"
#include "commands/top.h"

#define DELAY 3
#define DELAY_BATCH 300

enum { ALL_USERS = 256, COUNT };

static const struct option_info options[] = {
	{ 'd', "delay", "SECONDS", VALUE_NUMBER, "between two looks (3; with -b 300)" },
	{ 'b', "batch", NULL, VALUE_NONE, "lines of values with commas; no terminal is needed" },
	{ 's', "sort", "KEY", VALUE_TEXT,
	  "n name, c CPU, b block I/O, m memory, s memory and swap, k kernel memory (n)" },
	{ 'r', "reverse", NULL, VALUE_NONE, "the other way round" },
	{ COUNT, "count", "NUMBER", VALUE_NUMBER, "end after so many looks" },
	{ ALL_USERS, "all-users", NULL, VALUE_NONE, "by root: the containers of every user" },
	{ 'P', "lxcpath", "PATH", VALUE_DIRECTORY,
	  "directory of the containers; several times: all of them" },
	JSON_OPTION,
	{ 0 },
};

struct top {
	struct string_list paths;
	bool all_users, json;
	struct top_order order;
	int64_t delay, count; /* count 0: for ever */
	struct top_sample sample;
	int signals;
};

static int take_sample(struct top *top, struct error *err)
{
	struct top_sample now;
	int result =
	    top_collect(top->all_users ? NULL : &top->paths, &top->order, &top->sample, &now, err);
	top_clear(&top->sample);
	top->sample = now;
	return result;
}

/* ---- batch ---- */

static void print_csv(const struct top_sample *sample)
{
	int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
	for (size_t i = 0; i < sample->count; i++) {
		const struct top_line *line = &sample->lines[i];
		const struct top_counters *c = &line->counters;
		/* LXC's: 0 where nothing is known. */
		int64_t values[] = { c->cpu_ns,
				     c->cpu_system_ns < 0 ? 0 : c->cpu_system_ns / tick,
				     c->cpu_user_ns < 0 ? 0 : c->cpu_user_ns / tick,
				     c->blkio_bytes,
				     c->blkio_operations,
				     c->memory_bytes,
				     c->memory_swap_bytes < 0
					 ? 0
					 : c->memory_bytes + c->memory_swap_bytes,
				     c->kernel_memory_bytes };
		printf("%lld,%s%s%s", (long long)sample->unix_ms, line->user ? line->user : "",
		       line->user ? "/" : "", line->name);
		for (size_t v = 0; v < ARRAY_SIZE(values); v++)
			printf(",%lld", values[v] < 0 ? 0LL : (long long)values[v]);
		putchar('\n');
	}
}

static void print_json(const struct top *top)
{
	struct json json;
	json_begin(&json, stdout, JSON_LINES);
	json_versioned(&json);
	json_int(&json, "time_unix_ms", top->sample.unix_ms);
	json_array(&json, "containers");
	for (size_t i = 0; i < top->sample.count; i++) {
		const struct top_line *line = &top->sample.lines[i];
		const struct top_counters *c = &line->counters;
		json_object(&json, NULL);
		json_string(&json, "user", line->user);
		json_string(&json, "name", line->name);
		json_known(&json, "cpu_ns", c->cpu_ns);
		json_known(&json, "cpu_system_ns", c->cpu_system_ns);
		json_known(&json, "cpu_user_ns", c->cpu_user_ns);
		json_known(&json, "blkio_bytes", c->blkio_bytes);
		json_known(&json, "blkio_operations", c->blkio_operations);
		json_known(&json, "memory_bytes", c->memory_bytes);
		json_known(&json, "swap_bytes", c->memory_swap_bytes);
		json_known(&json, "kernel_memory_bytes", c->kernel_memory_bytes);
		json_end(&json);
	}
	json_finish(&json);
}

static int run_batch(struct top *top, struct error *err)
{
	if (!top->json)
		puts("time_ms,container,cpu_nanos,cpu_sys_userhz,cpu_user_userhz,blkio_bytes,"
		     "blkio_iops,mem_used_bytes,memsw_used_bytes,kernel_mem_used_bytes");
	for (int64_t round = 1;; round++) {
		if (take_sample(top, err) < 0)
			return -1;
		if (top->json)
			print_json(top);
		else
			print_csv(&top->sample);
		if (fflush(stdout) != 0)
			return 0; /* main says why */
		if (round == top->count)
			return 0;
		/* Whoever reads may go in the meantime: that is known at the next line only. */
		poll(NULL, 0, (int)(top->delay * 1000));
	}
}

/* ---- the screen ---- */

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static int open_signals(void)
{
	static const int others[] = { SIGWINCH, SIGTSTP, SIGCONT };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&set, ending[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		sigaddset(&set, others[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* By the signal itself, with the terminal as it was. */
static void pass_on(int number)
{
	sigset_t set, before;
	sigemptyset(&set);
	sigaddset(&set, number);
	signal(number, SIG_DFL);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* False: it is to end. */
static bool take_signal(const struct top *top)
{
	struct signalfd_siginfo info;
	if (read(top->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return true;
	int number = (int)info.ssi_signo;
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (number == ending[i]) {
			top_leave_screen();
			pass_on(number);
			return false;
		}
	if (number == SIGTSTP) {
		top_leave_screen();
		pass_on(number);
		top_enter_screen(); /* continued */
	}
	return true;
}

/* LXC's keys: one that sorts already turns the order round. False: quit. */
static bool take_key(struct top *top)
{
	char key;
	ssize_t n = read(0, &key, 1);
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN) || (n == 1 && key == 'q'))
		return false;
	if (n == 1 && key == 'r')
		top->order.reverse = !top->order.reverse;
	else if (n == 1 && key && strchr(TOP_KEYS, key)) {
		top->order.reverse = top->order.key == key && !top->order.reverse;
		top->order.key = key;
	} else
		return true;
	top_sort(&top->sample, &top->order);
	return true;
}

/* Keys and signals until the time has come. False: quit. */
static bool wait_for(struct top *top, int64_t until)
{
	for (;;) {
		int64_t left = until - time_monotonic_ms();
		struct pollfd ready[] = { { .fd = 0, .events = POLLIN },
					  { .fd = top->signals, .events = POLLIN } };
		int n = poll(ready, ARRAY_SIZE(ready), left > 0 ? (int)left : 0);
		if (n == 0)
			return true;
		if (n < 0)
			continue;
		if ((ready[1].revents && !take_signal(top)) || (ready[0].revents && !take_key(top)))
			return false;
		top_draw(&top->sample, &top->order, NULL);
	}
}

static int run_screen(struct top *top, struct error *err)
{
	if (!isatty(0) || !isatty(1)) {
		error_set(err, E_USAGE, 0, "standard input and output are no terminal");
		return error_fix(err, "-b prints lines");
	}
	_cleanup_close_ int signals = open_signals();
	top->signals = signals;
	if (signals < 0 || take_sample(top, err) < 0)
		return error_set(err, E_SYSTEM, errno, "signalfd");
	log_set_quiet(true); /* messages would be drawn over */
	if (top_enter_screen() < 0)
		return error_set(err, E_SYSTEM, errno, "the terminal");
	int result = 0;
	for (int64_t round = 1; result == 0; round++) {
		top_draw(&top->sample, &top->order, NULL);
		if (round == top->count || !wait_for(top, time_monotonic_ms() + top->delay * 1000))
			break;
		result = take_sample(top, err);
	}
	top_leave_screen();
	return result;
}

static int read_options(struct context *context, struct top *top, struct error *err)
{
	const char *key = option_value(context, 's');
	top->delay = option_given(context, 'b') || json_wanted(context) ? DELAY_BATCH : DELAY;
	top->order = (struct top_order){ 'n', option_given(context, 'r') };
	top->all_users = option_given(context, ALL_USERS);
	top->json = json_wanted(context);
	if (option_number(context, 'd', 1, 2000000, &top->delay, err) < 0 ||
	    option_number(context, COUNT, 1, INT32_MAX, &top->count, err) < 0)
		return -1;
	if (key) {
		if (!*key || key[1] || !strchr(TOP_KEYS, *key))
			return error_set(err, E_USAGE, 0,
					 "--sort=%s: one of n, c, b, m, s and k is expected", key);
		top->order.key = *key;
	}
	if (top->all_users && context->lxcpath)
		return error_set(err, E_USAGE, 0,
				 "--all-users: each user has a path of its own, not that of -P");
	return context_open_log(context, err);
}

static int run(struct context *context, struct error *err)
{
	struct top top = { 0 };
	if (read_options(context, &top, err) < 0)
		return 1;
	option_values(context, 'P', &top.paths);
	if (!top.paths.count)
		string_list_take(&top.paths, context_lxcpath(context));
	bool batch = option_given(context, 'b') || top.json;
	int result = batch ? run_batch(&top, err) : run_screen(&top, err);
	top_clear(&top.sample);
	string_list_clear(&top.paths);
	return result < 0;
}

const struct command command = {
	.name = "lxc-top",
	.summary = "show what the running containers use",
	.synopsis = "",
	.options = options,
	.flags = COMMAND_NO_WORDS | COMMAND_PATHS,
	.words = VALUE_NONE,
	.exit_codes = "0  ended with q, or after --count\n"
		      "1  an error: options, no terminal\n"
		      "128+n  ended by signal n\n",
	.run = run,
};
