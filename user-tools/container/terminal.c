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

int terminal_set_raw(int fd)
{
	struct termios raw;
	if (raw_fd >= 0)
		return 0;
	if (tcgetattr(fd, &saved) < 0)
		return -1;
	raw = saved;
	cfmakeraw(&raw);
	raw.c_oflag = saved.c_oflag; /* the container's tty does its own output processing, but keep
					ours sane */
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

static int move_bytes(struct terminal_session *session, int signals)
{
	char data[16384];
	bool pending = false, in_open = session->in >= 0;
	for (;;) {
		struct pollfd ready[4] = { { .fd = session->remote, .events = POLLIN },
					   { .fd = in_open ? session->in : -1, .events = POLLIN },
					   { .fd = session->control, .events = POLLIN },
					   { .fd = signals, .events = POLLIN } };
		if (poll(ready, 4, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (ready[0].revents) {
			ssize_t n = read(session->remote, data, sizeof(data));
			if (n == 0 || (n < 0 && errno == EIO))
				return 0; /* the other end of the pty was closed by everybody */
			if (n < 0 && errno != EAGAIN && errno != EINTR)
				return -1;
			if (n > 0 && write_out(session, data, (size_t)n) < 0)
				return -1;
			continue; /* output first: nothing is lost when the end arrives */
		}
		if (ready[2].revents)
			return 0;
		if (ready[3].revents && handle_signals(session, signals))
			return 1;
		if (ready[1].revents) {
			ssize_t n = read(session->in, data, sizeof(data));
			if (n <= 0) {
				if (session->escape >= 0)
					return 1; /* nobody can type the escape any more */
				in_open = false;
				continue;
			}
			n = filter_escape(session, &pending, data, n);
			if (n < 0)
				return 1;
			if (n > 0 && file_write_fd(session->remote, data, (size_t)n) < 0 &&
			    errno != EIO)
				return -1;
		}
	}
}

int terminal_run(struct terminal_session *session, struct error *err)
{
	sigset_t old;
	_cleanup_close_ int signals = open_signals(&old);
	int result = move_bytes(session, signals);
	int error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return result < 0 ? error_set(err, E_CONSOLE, error, "the terminal") : result;
}
