// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * /dev/console. The supervisor reads it always, so that nothing inside ever blocks on it, and hands
 * the bytes to the log, to lxc.console.path, to the caller's terminal (lxc-start -F) and to a
 * connected lxc-console -t 0.
 */
#define LOG_MODULE "console"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/supervisor.h"
#include "container/terminal.h"

/*
 * A lxc-console that does not read loses output: the container does not wait for it. With a buffer
 * it loses only what falls out of that.
 */
static void feed_peer(struct supervisor *supervisor)
{
	struct relay *relay = &supervisor->relay;
	const char *piece;
	size_t length;
	bool full = false;
	while (!full && (length = ring_peek(&relay->ring, &relay->peer_at, &piece)) > 0) {
		ssize_t n = write(relay->peer.fd, piece, length);
		if (n < 0 && errno != EAGAIN) {
			relay_disconnect_peer(supervisor);
			return;
		}
		full = n < 0;
		relay->peer_at += n < 0 ? 0 : (uint64_t)n;
	}
	if (full == relay->peer_is_full)
		return;
	relay->peer_is_full = full;
	struct epoll_event event = { .events = full ? EPOLLIN | EPOLLOUT : EPOLLIN,
				     .data.ptr = &relay->peer };
	epoll_ctl(supervisor->epoll, EPOLL_CTL_MOD, relay->peer.fd, &event);
}

static void write_to_peer(struct supervisor *supervisor, const char *data, size_t length)
{
	struct relay *relay = &supervisor->relay;
	if (relay->ring.data)
		feed_peer(supervisor);
	else if (write(relay->peer.fd, data, length) < 0 && errno != EAGAIN)
		relay_disconnect_peer(supervisor);
}

static void deliver(struct supervisor *supervisor, const char *data, size_t length)
{
	struct relay *relay = &supervisor->relay;
	console_log_write(&supervisor->plan->console_log, data, length);
	if (supervisor->plan->console_copy >= 0 &&
	    write(supervisor->plan->console_copy, data, length) < 0)
		log_debug("lxc.console.path: %s", strerror(errno));
	if (relay->terminal.fd >= 0 && file_write_fd(relay->terminal.fd, data, length) < 0)
		relay->terminal.fd = -1;
	if (relay->ring.data)
		ring_put(&relay->ring, data, length);
	if (relay->peer.fd >= 0)
		write_to_peer(supervisor, data, length);
}

static void on_console(struct supervisor *supervisor, struct source *source, unsigned events)
{
	char data[4096];
	(void)events;
	ssize_t n = read(source->fd, data, sizeof(data));
	if (n > 0)
		deliver(supervisor, data, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		supervisor_unwatch(supervisor, source);
}

static void forward_to_console(struct supervisor *supervisor, const char *data, size_t length)
{
	/* The master is non-blocking: input that nobody inside reads is dropped when its buffer is
	 * full. */
	if (write(supervisor->relay.console.fd, data, length) < 0 && errno != EAGAIN)
		log_debug("console input: %s", strerror(errno));
}

static void on_terminal(struct supervisor *supervisor, struct source *source, unsigned events)
{
	char data[1024];
	(void)events;
	ssize_t n = read(source->fd, data, sizeof(data));
	if (n > 0)
		forward_to_console(supervisor, data, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		supervisor_unwatch(supervisor, source);
}

static void on_peer(struct supervisor *supervisor, struct source *source, unsigned events)
{
	char data[1024];
	if (events & EPOLLOUT)
		feed_peer(supervisor);
	if (source->fd < 0 || !(events & ~EPOLLOUT))
		return;
	ssize_t n = read(source->fd, data, sizeof(data));
	if (n > 0)
		forward_to_console(supervisor, data, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		relay_disconnect_peer(supervisor);
}

int relay_connect_peer(struct supervisor *supervisor, struct client *client, int *peer)
{
	int pair[2];
	struct relay *relay = &supervisor->relay;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	relay->peer = (struct source){ pair[0], on_peer };
	relay->peer_client = client;
	relay->peer_is_full = false;
	if (supervisor_watch(supervisor, &relay->peer, EPOLLIN) < 0) {
		close(pair[0]);
		close(pair[1]);
		relay->peer.fd = -1;
		return -1;
	}
	*peer = pair[1];
	/* What was printed before comes first. */
	relay->peer_at = ring_oldest(&relay->ring);
	if (relay->ring.data)
		feed_peer(supervisor);
	return 0;
}

void relay_disconnect_peer(struct supervisor *supervisor)
{
	struct relay *relay = &supervisor->relay;
	if (relay->peer.fd < 0)
		return;
	supervisor_unwatch(supervisor, &relay->peer);
	close(relay->peer.fd);
	relay->peer.fd = -1;
	relay->peer_client = NULL;
}

int relay_copy_buffer(struct supervisor *supervisor, struct error *err)
{
	const struct ring *ring = &supervisor->relay.ring;
	uint64_t at = ring_oldest(ring);
	const char *piece;
	size_t length;
	if (!ring->data) {
		error_set(err, E_CONSOLE, 0, "nothing that the console printed is kept");
		return error_fix(err,
				 "lxc.console.buffer.size = auto, before the container starts");
	}
	_cleanup_close_ int fd = memfd_create("console", MFD_CLOEXEC);
	while (fd >= 0 && (length = ring_peek(ring, &at, &piece)) > 0) {
		if (file_write_fd(fd, piece, length) < 0)
			return error_set(err, E_CONSOLE, errno, "the console's buffer");
		at += length;
	}
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_set(err, E_CONSOLE, errno, "the console's buffer");
	return util_steal_fd(&fd);
}

int relay_start(struct supervisor *supervisor, struct error *err)
{
	struct relay *relay = &supervisor->relay;
	int master = supervisor->payload.console;
	if (master < 0)
		return 0;
	uint64_t size = supervisor->plan->config->console_buffer_size;
	if (size && !relay->ring.data && ring_make(&relay->ring, size) < 0)
		return error_set(err, E_CONSOLE, errno, "lxc.console.buffer.size: %llu bytes",
				 (unsigned long long)size);
	fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
	/* Our own slave: without one, reading is an endless EIO whenever nobody inside has the
	 * console open. */
	relay->hold = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	relay->console = (struct source){ master, on_console };
	if (supervisor_watch(supervisor, &relay->console, EPOLLIN) < 0)
		return error_set(err, E_CONSOLE, errno, "watching the console");
	if (supervisor->plan->terminal >= 0) {
		relay->terminal = (struct source){ supervisor->plan->terminal, on_terminal };
		terminal_copy_size(relay->terminal.fd, master);
		terminal_set_raw(relay->terminal.fd, false);
		if (supervisor_watch(supervisor, &relay->terminal, EPOLLIN) < 0 && errno != EEXIST)
			return error_set(err, E_CONSOLE, errno, "watching the terminal");
	}
	return 0;
}

void relay_resize(struct supervisor *supervisor)
{
	if (supervisor->relay.terminal.fd >= 0 && supervisor->relay.console.fd >= 0)
		terminal_copy_size(supervisor->relay.terminal.fd, supervisor->relay.console.fd);
}

void relay_stop(struct supervisor *supervisor)
{
	struct relay *relay = &supervisor->relay;
	if (relay->console.fd >= 0) {
		char data[4096];
		/* What init printed last must not be lost. */
		for (int i = 0; i < 64 && relay->console.fd >= 0; i++) {
			ssize_t n = read(relay->console.fd, data, sizeof(data));
			if (n <= 0)
				break;
			deliver(supervisor, data, (size_t)n);
		}
		supervisor_unwatch(supervisor, &relay->console);
		relay->console.fd = -1; /* closed with the payload */
		util_close_fd(&relay->hold);
		relay->hold = -1;
	}
	if (relay->terminal.fd >= 0) {
		supervisor_unwatch(supervisor, &relay->terminal);
		terminal_restore();
		relay->terminal.fd = -1;
	}
	relay_disconnect_peer(supervisor);
}
