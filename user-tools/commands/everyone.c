// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/everyone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/as-user.h"
#include "base/paths.h"
#include "cgroup/user-group.h"
#include "commands/command.h"

#define AT_A_TIME 32
#define LINE_MAX_BYTES 4096
#define READS_AT_END 64 /* more than a pipe holds */

/* Bytes up to the next line end. */
struct stream {
	int fd;
	char line[LINE_MAX_BYTES];
	size_t used;
};

struct worker {
	struct everyone_user user;
	pid_t pid;
	int pidfd;
	struct stream out, err;
};

struct job {
	char *const *arguments;
	bool groups, quiet;
	char **argv;
};

/* ---- in the new process ---- */

static bool is_there(const char *directory, const char *name)
{
	struct stat st;
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);
	/* What root may not see (NFS) the user may. */
	return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Looked at here, where a home that does not answer keeps nobody else waiting. */
static void place(const struct user_account *account, void *data)
{
	const struct job *job = data;
	if (account->uid != 0 && !is_there(account->home, ".local/share/lxc") &&
	    !is_there(account->home, ".config/lxc/lxc.conf"))
		_exit(0);
	if (job->groups && account->uid != 0)
		cgroup_enter_user_group(account->name, account->uid, account->gid);
}

/* ---- here ---- */

/* "lxc-autostart: web: ..." becomes "lxc-autostart: USER: web: ..."; a fix stays indented. */
static void print_message(const char *user, const char *line)
{
	size_t length = strlen(command.name);
	if (string_starts(line, command.name) && string_starts(line + length, ": "))
		line += length + 2;
	if (*line == ' ')
		fprintf(stderr, "%s\n", line);
	else if (*line)
		fprintf(stderr, "%s: %s: %s\n", command.name, user, line);
}

static void take_line(struct worker *worker, bool message, bool quiet)
{
	struct stream *stream = message ? &worker->err : &worker->out;
	stream->line[stream->used] = 0;
	stream->used = 0;
	bool control = false;
	for (char *at = stream->line; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?', control = true;
	if (message && !quiet)
		print_message(worker->user.account->name, stream->line);
	if (!message && !control && worker->user.lines.count < EVERYONE_LINES)
		string_list_add(&worker->user.lines, stream->line);
}

/* What is there to be read now; closes at the end. */
static void read_stream(struct worker *worker, bool message, bool quiet)
{
	struct stream *stream = message ? &worker->err : &worker->out;
	char data[LINE_MAX_BYTES];
	ssize_t n = read(stream->fd, data, sizeof(data));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (ssize_t i = 0; i < n; i++) {
		if (data[i] == '\n')
			take_line(worker, message, quiet);
		else if (stream->used + 1 < sizeof(stream->line))
			stream->line[stream->used++] = data[i];
	}
	if (n > 0)
		return;
	if (stream->used)
		take_line(worker, message, quiet);
	util_close_fd(&stream->fd);
}

static bool start(struct worker *worker, const struct user_account *account, struct job *job)
{
	int out[2] = { -1, -1 }, message[2] = { -1, -1 };
	struct error err = { 0 };
	*worker = (struct worker){ .user = { .account = account, .status = -1 },
				   .pid = -1,
				   .pidfd = -1,
				   .out = { .fd = -1 },
				   .err = { .fd = -1 } };
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(message, O_CLOEXEC | O_NONBLOCK) < 0)
		error_set(&err, E_SYSTEM, errno, "pipe");
	else {
		/* The program's ends block, as it expects. */
		fcntl(out[1], F_SETFL, 0);
		fcntl(message[1], F_SETFL, 0);
		const struct as_user program = { .argv = job->argv,
						 .out = out[1],
						 .err = message[1],
						 .place = place,
						 .data = job };
		worker->pid = as_user_run(account, &program, &err);
	}
	util_close_fd(&out[1]);
	util_close_fd(&message[1]);
	worker->out.fd = out[0];
	worker->err.fd = message[0];
	if (worker->pid > 0)
		worker->pidfd = (int)syscall(SYS_pidfd_open, worker->pid, 0);
	if (worker->pid > 0 && worker->pidfd < 0)
		error_set(&err, E_SYSTEM, errno, "pidfd");
	if (error_is_set(&err) && !job->quiet)
		error_print(&err, command.name, account->name, stderr);
	return worker->pid > 0;
}

/* What is left in its pipes is read; what it left running may hold them open. */
static void finish(struct worker *worker, const struct job *job)
{
	int status;
	while (worker->pid > 0 && waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (worker->pid > 0)
		worker->user.status =
		    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	for (int message = 0; message < 2; message++) {
		struct stream *stream = message ? &worker->err : &worker->out;
		struct pollfd ready = { .fd = stream->fd, .events = POLLIN };
		for (int i = 0; i < READS_AT_END && stream->fd >= 0 && poll(&ready, 1, 0) > 0; i++)
			read_stream(worker, message, job->quiet);
		util_close_fd(&stream->fd);
	}
	util_close_fd(&worker->pidfd);
	if (job->groups && worker->user.account->uid != 0)
		cgroup_remove_user_group(worker->user.account->name);
}

/* One round: read what there is. True when the worker's process has ended. */
static void wait_for_any(struct worker **workers, size_t count, bool *ended, const struct job *job)
{
	struct pollfd ready[AT_A_TIME * 3];
	for (size_t i = 0; i < count; i++) {
		ready[i * 3] = (struct pollfd){ workers[i]->pidfd, POLLIN, 0 };
		ready[i * 3 + 1] = (struct pollfd){ workers[i]->out.fd, POLLIN, 0 };
		ready[i * 3 + 2] = (struct pollfd){ workers[i]->err.fd, POLLIN, 0 };
	}
	poll(ready, count * 3, -1);
	for (size_t i = 0; i < count; i++) {
		if (ready[i * 3 + 1].revents)
			read_stream(workers[i], false, job->quiet);
		if (ready[i * 3 + 2].revents)
			read_stream(workers[i], true, job->quiet);
		ended[i] = workers[i]->pidfd < 0 || ready[i * 3].revents;
	}
}

static void run_all(struct everyone *everyone, struct worker *workers, struct job *job)
{
	struct worker *busy[AT_A_TIME];
	bool ended[AT_A_TIME];
	size_t next = 0, count = 0, total = everyone->accounts.count;
	while (next < total || count) {
		while (next < total && count < AT_A_TIME) {
			struct worker *worker = &workers[next];
			if (start(worker, &everyone->accounts.items[next++], job))
				busy[count++] = worker;
			else
				finish(worker, job);
		}
		if (!count)
			continue;
		wait_for_any(busy, count, ended, job);
		size_t kept = 0;
		for (size_t i = 0; i < count; i++) {
			if (ended[i])
				finish(busy[i], job);
			else
				busy[kept++] = busy[i];
		}
		count = kept;
	}
}

static char *own_path(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
	return n > 0 && (size_t)n < sizeof(path) ? xstrndup(path, (size_t)n)
						 : xasprintf("%s/%s", BINDIR, command.name);
}

static int keep_only(struct user_accounts *list, const char *name, struct error *err)
{
	struct user_accounts rest = *list, one = { xcalloc(1, sizeof(*one.items)), 0 };
	for (size_t i = 0; i < rest.count; i++)
		if (!one.count && strcmp(rest.items[i].name, name) == 0) {
			one.items[one.count++] = rest.items[i];
			rest.items[i] = (struct user_account){ 0 };
		}
	user_accounts_clear(&rest);
	*list = one;
	return one.count ? 0 : error_set(err, E_USAGE, 0, "there is no user %s", name);
}

int everyone_run(char *const *arguments, const char *only, bool groups, bool quiet,
		 struct everyone *everyone, struct error *err)
{
	*everyone = (struct everyone){ 0 };
	if (geteuid() != 0) {
		error_set(err, E_PRIVILEGE, 0, "only root can become other users");
		return error_fix(err, "without it the command is about your own containers");
	}
	user_accounts_read(&everyone->accounts);
	if (only && keep_only(&everyone->accounts, only, err) < 0)
		return -1;
	struct string_list argv = { 0 };
	string_list_take(&argv, own_path());
	for (size_t i = 0; arguments[i]; i++)
		string_list_add(&argv, arguments[i]);
	struct job job = {
		.arguments = arguments, .groups = groups, .quiet = quiet, .argv = argv.items
	};
	struct worker *workers = xcalloc(everyone->accounts.count + 1, sizeof(*workers));
	everyone->users = xcalloc(everyone->accounts.count + 1, sizeof(*everyone->users));
	run_all(everyone, workers, &job);
	for (size_t i = 0; i < everyone->accounts.count; i++)
		if (workers[i].user.lines.count || workers[i].user.status != 0)
			everyone->users[everyone->count++] = workers[i].user;
	string_list_clear(&argv);
	free(workers);
	return 0;
}

void everyone_clear(struct everyone *everyone)
{
	for (size_t i = 0; i < everyone->count; i++)
		string_list_clear(&everyone->users[i].lines);
	free(everyone->users);
	user_accounts_clear(&everyone->accounts);
	*everyone = (struct everyone){ 0 };
}
