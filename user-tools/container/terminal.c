// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

static struct termios saved;
static int raw_fd = -1;

void terminal_restore(void)
{
	if (raw_fd < 0)
		return;
	/* From the background this would stop us with SIGTTOU. */
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	sigaction(SIGTTOU, &ignore, &old);
	tcsetattr(raw_fd, TCSADRAIN, &saved);
	sigaction(SIGTTOU, &old, NULL);
	raw_fd = -1;
}

int terminal_set_raw(int fd, bool output)
{
	struct termios raw;
	if (raw_fd >= 0)
		return 0;
	if (tcgetattr(fd, &saved) < 0)
		return -1;
	raw = saved;
	cfmakeraw(&raw);
	if (!output)
		raw.c_oflag = saved.c_oflag;
	if (tcsetattr(fd, TCSADRAIN, &raw) < 0)
		return -1;
	raw_fd = fd;
	atexit(terminal_restore);
	return 0;
}

void terminal_copy_size(int from, int to)
{
	struct winsize size;
	if (ioctl(from, TIOCGWINSZ, &size) == 0)
		ioctl(to, TIOCSWINSZ, &size);
}

/* Take the escape sequence out of the input. Returns the new length, or -1 for "leave". */
static ssize_t filter_escape(struct terminal_session *session, bool *pending, char *data,
			     ssize_t length)
{
	ssize_t kept = 0;
	for (ssize_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)data[i];
		if (*pending && c == 'q')
			return -1;
		if (!*pending && session->escape >= 0 && c == session->escape) {
			*pending = true;
			continue;
		}
		*pending =
		    false; /* escape twice sends it once; escape and another key sends the key */
		data[kept++] = (char)c;
	}
	return kept;
}

static int open_signals(sigset_t *old)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, old);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int write_out(struct terminal_session *session, const char *data, size_t length)
{
	if (session->log >= 0)
		file_write_fd(session->log, data, length);
	return session->out >= 0 ? file_write_fd(session->out, data, length) : 0;
}

/* 1 = leave, 0 = go on */
static int handle_signals(struct terminal_session *session, int fd)
{
	struct signalfd_siginfo info;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGWINCH)
			return 1;
		if (session->resized)
			session->resized(session);
		else if (session->out >= 0)
			terminal_copy_size(session->out, session->remote);
	}
	return 0;
}

/* More than a pty (64 KiB on their way, 4 KiB to be read) or a socket holds. */
#define MAY_BE_UNDERWAY (1024 * 1024)

struct transfer {
	struct terminal_session *session;
	char typed[16384]; /* taken from session->in, not yet taken by session->remote */
	size_t typed_at, typed_length;
	bool in_open, escape_pending;
};

/* Bytes that were put out, 0 if there were none, -1, or -2 when there will be no more. */
static ssize_t show_output(struct transfer *transfer)
{
	char data[16384];
	ssize_t n = read(transfer->session->remote, data, sizeof(data));
	if (n == 0 || (n < 0 && errno == EIO))
		return -2; /* the other end of the pty was closed by everybody */
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return write_out(transfer->session, data, (size_t)n) < 0 ? -1 : n;
}

/*
 * What the other end does not take waits, and nothing more is read meanwhile. To block here would
 * be for ever when that end waits for its output to be taken.
 */
static int send_typed(struct transfer *transfer)
{
	size_t left = transfer->typed_length - transfer->typed_at;
	ssize_t n =
	    left ? write(transfer->session->remote, transfer->typed + transfer->typed_at, left) : 0;
	if (n < 0 && errno == EIO)
		n = (ssize_t)left;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	transfer->typed_at += (size_t)n;
	return 0;
}

/* 1 = leave, 0 = go on, -1 */
static int take_input(struct transfer *transfer)
{
	struct terminal_session *session = transfer->session;
	ssize_t n = read(session->in, transfer->typed, sizeof(transfer->typed));
	if (n <= 0) {
		transfer->in_open = false;
		return session->escape >= 0; /* nobody can type the escape any more */
	}
	n = filter_escape(session, &transfer->escape_pending, transfer->typed, n);
	if (n < 0)
		return 1;
	transfer->typed_at = 0;
	transfer->typed_length = (size_t)n;
	return send_typed(transfer);
}

static int move_bytes(struct terminal_session *session, int signals)
{
	struct transfer transfer = { .session = session, .in_open = session->in >= 0 };
	ssize_t after_end = 0;
	for (;;) {
		bool typed = transfer.typed_at < transfer.typed_length;
		/* In this order: whatever was printed before the end is seen with it. */
		struct pollfd ready[4] = {
			{ .fd = session->control, .events = POLLIN },
			{ .fd = session->remote, .events = typed ? POLLIN | POLLOUT : POLLIN },
			{ .fd = transfer.in_open && !typed ? session->in : -1, .events = POLLIN },
			{ .fd = signals, .events = POLLIN }
		};
		if (poll(ready, 4, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		ssize_t shown = ready[1].revents & ~POLLOUT ? show_output(&transfer) : 0;
		if (shown < 0)
			return shown == -2 ? 0 : -1;
		/* Nothing is lost at the end, and what stays behind and prints for ever does not
		 * keep us. */
		after_end += ready[0].revents ? shown : 0;
		if (ready[0].revents && (shown == 0 || after_end > MAY_BE_UNDERWAY))
			return 0;
		if (ready[3].revents && handle_signals(session, signals))
			return 1;
		if (ready[1].revents & POLLOUT && send_typed(&transfer) < 0)
			return -1;
		int leave = ready[2].revents ? take_input(&transfer) : 0;
		if (leave)
			return leave;
	}
}

int terminal_run(struct terminal_session *session, struct error *err)
{
	sigset_t old;
	_cleanup_close_ int signals = open_signals(&old);
	int flags = fcntl(session->remote, F_GETFL);
	fcntl(session->remote, F_SETFL, flags | O_NONBLOCK);
	int result = move_bytes(session, signals);
	int error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return result < 0 ? error_set(err, E_CONSOLE, error, "the terminal") : result;
}
