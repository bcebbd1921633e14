// SPDX-License-Identifier: LGPL-2.1-or-later
/* The caller's half of lxc-attach: the request, the terminal, the exit status. */
#define LOG_MODULE "attach"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "container/attach-request.h"
#include "container/client.h"
#include "container/credentials.h"
#include "container/lsm.h"
#include "container/terminal.h"

extern char **environ;

static void choose_environment(const struct attach_options *options, struct string_list *list)
{
	if (!options->clear_env) {
		for (char **variable = environ; *variable; variable++)
			string_list_add(list, *variable);
		return;
	}
	string_list_add(list, "PATH=" DEFAULT_PATH);
	for (size_t i = 0; options->keep_var && i < options->keep_var->count; i++) {
		const char *name = options->keep_var->items[i], *value = getenv(name);
		if (!value)
			continue;
		_cleanup_free_ char *assignment = xasprintf("%s=%s", name, value);
		environment_set(list, assignment);
	}
}

static int put_strings(int fd, char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (file_write_fd(fd, items[i], strlen(items[i]) + 1) < 0)
			return -1;
	return 0;
}

static size_t count_words(char *const *argv)
{
	size_t n = 0;
	while (argv && argv[n])
		n++;
	return n;
}

/* The request as a memfd. */
static int pack(const struct attach_options *options, uint32_t terminals, struct error *err)
{
	struct string_list environment = { 0 };
	struct winsize size = { 0 };
	choose_environment(options, &environment);
	for (int fd = 0; fd < 3; fd++)
		if ((terminals >> fd) & 1 && ioctl(fd, TIOCGWINSZ, &size) == 0)
			break;
	struct attach_request head = {
		.namespaces = options->namespaces,
		.elevated = options->elevated,
		.flags = (options->remount_sys_proc ? ATTACH_FLAG_REMOUNT : 0) |
			 (options->has_uid ? ATTACH_FLAG_UID : 0) |
			 (options->has_gid ? ATTACH_FLAG_GID : 0),
		.terminals = terminals,
		.uid = options->uid,
		.gid = options->gid,
		.personality = options->personality,
		.rows = size.ws_row,
		.columns = size.ws_col,
		.argc = (uint32_t)count_words(options->argv),
		.envc = (uint32_t)environment.count,
		.setc = options->set_var ? (uint32_t)options->set_var->count : 0,
	};
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	const char *directory = cwd ? cwd : "/";
	const char *context = options->selinux_context ? options->selinux_context : "";
	_cleanup_close_ int fd = memfd_create("attach", MFD_CLOEXEC);
	int result =
	    fd < 0 || file_write_fd(fd, &head, sizeof(head)) < 0 ||
	    put_strings(fd, (char *const[]){ (char *)directory, (char *)context }, 2) < 0 ||
	    put_strings(fd, options->argv, head.argc) < 0 ||
	    put_strings(fd, environment.items, environment.count) < 0 ||
	    (head.setc && put_strings(fd, options->set_var->items, head.setc) < 0);
	int saved = errno;
	string_list_clear(&environment);
	return result ? error_set(err, E_ATTACH, saved, "the request") : util_steal_fd(&fd);
}

struct session {
	int connection, channel;
	int log;
	sigset_t old;
	int signals;
};

/*
 * Something to read from the channel, or an interruption (-1): whoever is root in the container may
 * stop or freeze the process before it executes anything.
 */
static int await_channel(const struct session *session, int channel, struct error *err)
{
	struct signalfd_siginfo info;
	struct pollfd ready[2] = { { .fd = channel, .events = POLLIN },
				   { .fd = session->signals, .events = POLLIN } };
	while (poll(ready, 2, -1) >= 0 || errno == EINTR) {
		if (ready[0].revents)
			return 0;
		while (ready[1].revents && read(session->signals, &info, sizeof(info)) > 0)
			if (info.ssi_signo != SIGALRM && info.ssi_signo != SIGUSR1 &&
			    info.ssi_signo != SIGUSR2)
				return error_set(err, E_ATTACH, 0,
						 "%s before the command was executed",
						 signal_to_name((int)info.ssi_signo));
	}
	return error_set(err, E_SYSTEM, errno, "poll");
}

/*
 * Until the command is executed: 1 with its pty (or -1), 0 with *status when executing failed, -1.
 */
static int await_start(const struct session *session, int channel, int *pty, int *status,
		       struct error *err)
{
	union {
		struct error error;
		char kind;
	} message;
	*pty = -1;
	for (;;) {
		int fd = -1;
		size_t count = 1;
		if (await_channel(session, channel, err) < 0)
			return -1;
		ssize_t n = socket_receive(channel, &message, sizeof(message), &fd, &count);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return 1;
		if (n == 1 && message.kind == 'p' && count == 1 && *pty < 0) {
			*pty = fd;
			continue;
		}
		if (count == 1 && n >= 0)
			close(fd);
		if (n != (ssize_t)sizeof(struct error))
			return error_set(err, E_SUPERVISOR, n < 0 ? errno : 0,
					 "the attached process");
		message.error.message[sizeof(message.error.message) - 1] = 0;
		message.error.rule[sizeof(message.error.rule) - 1] = 0;
		message.error.fix[sizeof(message.error.fix) - 1] = 0;
		if (err)
			*err = message.error;
		bool executing = strncmp(message.error.message, "executing ", 10) == 0;
		*status = !executing ? 1 : message.error.sys_errno == ENOENT ? 127 : 126;
		return executing ? 0 : -1;
	}
}

static int take_status(const struct message_reply *reply)
{
	int status = reply->value;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Signals that would end us go to the attached process, which then ends us through its status. */
static void forward_signals(const struct session *session)
{
	struct signalfd_siginfo info;
	while (read(session->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		client_send(session->connection, MESSAGE_ATTACH_SIGNAL, (int)info.ssi_signo, NULL,
			    0, NULL);
}

static void catch_signals(struct session *session)
{
	static const int caught[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, &session->old);
	session->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int await_status(struct session *session, int *status, struct error *err)
{
	struct message_reply reply;
	for (;;) {
		struct pollfd ready[2] = { { .fd = session->connection, .events = POLLIN },
					   { .fd = session->signals, .events = POLLIN } };
		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			return error_set(err, E_SYSTEM, errno, "poll");
		if (ready[1].revents)
			forward_signals(session);
		if (!ready[0].revents)
			continue;
		int n = client_receive(session->connection, &reply, NULL, NULL, err);
		if (n < 0)
			return -1;
		if (n == 0) { /* the container ended, and the process with it */
			*status = 128 + SIGKILL;
			return 0;
		}
		if (reply.operation == MESSAGE_ATTACH) {
			*status = take_status(&reply);
			return 0;
		}
	}
}

/* Before the command runs, which a log that cannot be written would be too late to stop. */
static int open_pty_log(const char *path, bool terminal, int *log, struct error *err)
{
	if (!path)
		return 0;
	*log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (*log < 0)
		return error_set(err, E_ATTACH, errno, "pty log %s", path);
	if (!terminal)
		log_notice("pty log %s: without a terminal there is nothing to log", path);
	return 0;
}

static int run_session(struct session *session, int log, int pty, int *status, struct error *err)
{
	if (pty >= 0) {
		struct terminal_session terminal = { .in = isatty(0) ? 0 : -1,
						     .out = isatty(1)	? 1
							    : isatty(2) ? 2
									: 0,
						     .remote = pty,
						     .control = session->connection,
						     .escape = -1,
						     .log = log };
		if (terminal.in >= 0)
			terminal_set_raw(terminal.in, isatty(1) && isatty(2));
		int result = terminal_run(&terminal, err);
		terminal_restore();
		if (result < 0)
			return -1;
		close(pty); /* hangs up whatever is still on it */
	}
	return await_status(session, status, err);
}

int container_attach(struct container *container, const struct attach_options *options, int *status,
		     struct error *err)
{
	int channel[2], pty = -1;
	uint32_t terminals = 0;
	struct session session = { .signals = -1 };
	for (int fd = 0; fd < 3; fd++)
		if (isatty(fd))
			terminals |= 1u << fd;
	if (options->selinux_context && lsm_check_context(options->selinux_context, err) < 0)
		return -1;
	_cleanup_close_ int log = -1;
	_cleanup_close_ int connection = client_connect(container, err);
	_cleanup_close_ int request = connection < 0 ? -1 : pack(options, terminals, err);
	if (request < 0 || open_pty_log(options->pty_log, terminals, &log, err) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return error_set(err, E_ATTACH, errno, "socketpair");
	_cleanup_close_ int own = channel[0];
	int fds[ATTACH_FDS] = { 0, 1, 2, request, channel[1] };
	int result =
	    client_send(connection, MESSAGE_ATTACH, (int)options->elevated, fds, ATTACH_FDS, err);
	close(channel[1]);
	if (result < 0)
		return -1;
	session.connection = connection;
	catch_signals(&session);
	result = await_start(&session, own, &pty, status, err);
	if (result > 0)
		result = run_session(&session, log, pty, status, err);
	sigprocmask(SIG_SETMASK, &session.old, NULL);
	util_close_fd(&session.signals);
	return result;
}
