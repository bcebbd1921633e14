// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "hook"
#include "container/hook-process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/credentials.h"

#define LINE_MAX_BYTES 512
#define KEPT_LINES 3

struct output {
	char line[LINE_MAX_BYTES];
	size_t length;
	char kept[KEPT_LINES][160]; /* the last lines, oldest first */
};

struct process {
	const struct hook_call *call;
	pid_t pid;
	int pidfd;
	int from; /* what it prints; non-blocking */
	struct output output;
	bool killed;
};

/* The one that runs, for whoever reaps in between. */
static struct {
	pid_t pid;
	bool ended;
	int status;
} running;

bool hook_process_reaped(pid_t pid, int status)
{
	if (running.pid <= 0 || pid != running.pid || running.ended)
		return false;
	running.ended = true;
	running.status = status;
	return true;
}

void hook_clean_text(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = *at == '\t' ? ' ' : '?';
		else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) /* U+0080 to U+009F */
			at[0] = at[1] = '?';
	}
}

char *hook_program_path(const struct hook *hook)
{
	size_t length = strcspn(hook->command, " \t;&|<>()$`\\\"'*?[]{}~#");
	char end = hook->command[length];
	if (*hook->command != '/' || (end && end != ' ' && end != '\t'))
		return NULL;
	return xstrndup(hook->command, length);
}

/* ---- in the child ---- */

/* A copy in memory that everybody may execute; descriptor, to be kept open. */
static int copy_program(int program)
{
	char buffer[16384];
	ssize_t n;
	off_t at = 0;
	int copy = memfd_create("hook", 0);
	while (copy >= 0 && (n = pread(program, buffer, sizeof(buffer), at)) > 0) {
		if (file_write_fd(copy, buffer, (size_t)n) < 0)
			return -1;
		at += n;
	}
	/* execve(2) refuses what somebody has open for writing. */
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", copy);
	int again = copy < 0 || fchmod(copy, 0755) < 0 ? -1 : open(path, O_RDONLY);
	util_close_fd(&copy);
	return again;
}

/*
 * The container's root cannot enter the caller's home, and is to run a hook of it: what cannot be
 * reached by path is executed as a copy. Returns the command line.
 */
static char *reach_program(const struct hook_call *call, int *copy)
{
	_cleanup_free_ char *path = call->program >= 0 ? hook_program_path(call->hook) : NULL;
	*copy = -1;
	if (!path || faccessat(AT_FDCWD, path, R_OK | X_OK, AT_EACCESS) == 0 || errno != EACCES)
		return xstrdup(call->hook->command);
	*copy = copy_program(call->program);
	if (*copy < 0)
		return xstrdup(call->hook->command);
	return xasprintf("/proc/self/fd/%d%s", *copy, call->hook->command + strlen(path));
}

_Noreturn static void child_failed(const char *what, const struct error *err)
{
	dprintf(2, "%s%s%s\n", what, err ? "" : ": ", err ? err->message : strerror(errno));
	_exit(errno == ENOENT && !err ? 127 : 126);
}

/* As sh would without an interpreter: the words of the line, quotes taken off. */
static void execute_words(const struct hook_call *call, char *const *environment)
{
	struct string_list words = { 0 };
	if (config_split_command(call->hook->command, &words, NULL) < 0 || !words.count)
		return;
	for (size_t i = 0; i < call->arguments.count; i++)
		string_list_add(&words, call->arguments.items[i]);
	execvpe(words.items[0], words.items, environment);
}

_Noreturn static void run_child(const struct hook_call *call, int in, int out)
{
	static char *nothing[] = { NULL };
	struct error err = { 0 };
	setsid();
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	credentials_reset_signals();
	if (chdir("/") < 0)
		child_failed("chdir /", NULL);
	if (call->enter && call->enter(call->data, &err) < 0)
		child_failed("", &err);
	/* The kernel forgets it at a change of identity. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	int keep[HOOK_KEPT + 1];
	_cleanup_free_ char *command = reach_program(call, &keep[HOOK_KEPT]);
	for (size_t i = 0; i < HOOK_KEPT; i++)
		keep[i] = call->limit ? call->kept[i] : -1;
	fd_close_from(3, keep, ARRAY_SIZE(keep));
	/* The arguments are handed over as words: a container's name may hold anything. */
	_cleanup_free_ char *line =
	    xasprintf("exec %s%s", command, call->arguments.count ? " \"$@\"" : "");
	struct string_list argv = { 0 };
	string_list_add(&argv, "sh");
	string_list_add(&argv, "-c");
	string_list_add(&argv, line);
	string_list_add(&argv, "sh");
	for (size_t i = 0; i < call->arguments.count; i++)
		string_list_add(&argv, call->arguments.items[i]);
	char *const *environment = call->environment.count ? call->environment.items : nothing;
	if (call->limit && call->limit(call->data, &err) < 0)
		child_failed("", &err);
	execve("/bin/sh", argv.items, environment);
	if (call->shell_optional && errno == ENOENT)
		execute_words(call, environment);
	child_failed("/bin/sh", NULL);
}

/* ---- in the parent ---- */

static void end_line(struct process *process)
{
	struct output *output = &process->output;
	output->line[output->length] = 0;
	output->length = 0;
	if (!output->line[0])
		return;
	hook_clean_text(output->line);
	log_debug("%s: %s", process->call->key, output->line);
	memmove(output->kept[0], output->kept[1], sizeof(output->kept) - sizeof(output->kept[0]));
	snprintf(output->kept[KEPT_LINES - 1], sizeof(output->kept[0]), "%.159s", output->line);
}

/* What there is to read now. False at the end of file. */
static bool take_output(struct process *process)
{
	char buffer[4096];
	struct output *output = &process->output;
	/* As much as a pipe holds: one that prints without end must not keep us. */
	for (int round = 0; round < 16; round++) {
		ssize_t n = read(process->from, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0;
		for (ssize_t i = 0; i < n; i++) {
			if (buffer[i] == '\n' || output->length == sizeof(output->line) - 1)
				end_line(process);
			if (buffer[i] != '\n' && buffer[i] != '\r')
				output->line[output->length++] = buffer[i] ? buffer[i] : '?';
		}
		if (n < (ssize_t)sizeof(buffer))
			break;
	}
	return true;
}

static void kill_group(struct process *process)
{
	process->killed = true;
	/* It is its own session's leader, or about to be: then there is only itself. */
	if (!running.ended)
		kill(-process->pid, SIGKILL);
	syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

static bool is_unwanted(const struct hook_watch *watch, int index)
{
	return watch && watch->ready && watch->ready(watch->data, index);
}

static void wait_for_end(struct process *process)
{
	const struct hook_watch *watch = process->call->watch;
	bool open = true;
	for (;;) {
		struct pollfd ready[2 + HOOK_WATCHED] = {
			{ .fd = process->pidfd, .events = POLLIN },
			{ .fd = open ? process->from : -1, .events = POLLIN },
		};
		for (int i = 0; i < HOOK_WATCHED; i++)
			ready[2 + i] =
			    (struct pollfd){ .fd = watch && !process->killed ? watch->fds[i] : -1,
					     .events = POLLIN };
		if (!process->killed && is_unwanted(watch, -1)) {
			kill_group(process);
			continue;
		}
		if (poll(ready, ARRAY_SIZE(ready), -1) < 0 && errno != EINTR)
			return;
		if (ready[1].revents)
			open = take_output(process);
		if (ready[0].revents)
			return;
		for (int i = 0; i < HOOK_WATCHED; i++)
			if (ready[2 + i].revents && !process->killed && is_unwanted(watch, i))
				kill_group(process);
	}
}

static int start(struct process *process, struct error *err)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	close(in[1]); /* nothing to read, and not a device that the container made */
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		return error_set(err, E_SYSTEM, errno, "pipe");
	}
	struct clone_args args = { .flags = CLONE_PIDFD,
				   .pidfd = (uint64_t)(uintptr_t)&process->pidfd,
				   .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	int saved = errno;
	if (pid == 0)
		run_child(process->call, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	process->from = out[0];
	process->pid = (pid_t)pid;
	if (pid > 0 && fcntl(out[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	error_set(err, E_SYSTEM, saved, "a process for %s", process->call->key);
	close(out[0]);
	return -1;
}

/* Its wait status; somebody who reaps everything may have had it first. */
static int reap(const struct process *process)
{
	int status = 0;
	while (!running.ended) {
		pid_t pid = waitpid(process->pid, &status, 0);
		if (pid == process->pid)
			return status;
		if (errno != EINTR)
			return 0;
	}
	return running.status;
}

static int judge(struct process *process, int status, struct error *err)
{
	const struct hook_call *call = process->call;
	char outcome[64], said[sizeof(process->output.kept) + 16] = "";
	if (process->killed)
		snprintf(outcome, sizeof(outcome), "was ended by a stop");
	else if (WIFSIGNALED(status))
		snprintf(outcome, sizeof(outcome), "was killed by %s",
			 signal_to_name(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(outcome, sizeof(outcome), "exit status %d", WEXITSTATUS(status));
	else
		return 0;
	for (size_t i = 0; i < KEPT_LINES; i++)
		if (process->output.kept[i][0]) {
			size_t used = strlen(said);
			snprintf(said + used, sizeof(said) - used, "%s%s", used ? " / " : ": ",
				 process->output.kept[i]);
		}
	error_set(err, E_HOOK, 0, "%s = %.200s: %s%s", call->key, call->hook->command, outcome,
		  said);
	if (call->hook->origin.file && call->hook->origin.line)
		error_rule(err, "%s:%u", call->hook->origin.file, call->hook->origin.line);
	return -1;
}

int hook_process_run(const struct hook_call *call, struct error *err)
{
	struct process process = { .call = call, .pid = -1, .pidfd = -1, .from = -1 };
	log_info("%s = %s", call->key, call->hook->command);
	if (start(&process, err) < 0)
		return -1;
	running.pid = process.pid;
	running.ended = false;
	wait_for_end(&process);
	int status = reap(&process);
	running.pid = 0;
	take_output(&process); /* what it had written is there now */
	end_line(&process);
	close(process.from);
	close(process.pidfd);
	return judge(&process, status, err);
}
