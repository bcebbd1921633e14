// SPDX-License-Identifier: LGPL-2.1-or-later
/* Halt, wait, kill: in this order. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/socket.h"
#include "container/client.h"
#include "container/orphan.h"

/* An init without a handler for the halt signal never gets it; it may only just have started, so it
 * gets this long. */
#define DEAF_INIT_MS 3000
#define ASK_AGAIN_MS 100

struct stop {
	struct container *container;
	int socket;    /* subscribed to the supervisor */
	int64_t until; /* -1 = for ever */
	bool deaf;     /* the last signal found no handler */
	int init_pid;
};

/* The next message of the supervisor: 1 (reply filled), 0 gone, -1 error, 2 nothing within
 * timeout_ms. */
static int next(struct stop *stop, int timeout_ms, struct message_reply *reply, struct error *err)
{
	struct pollfd ready = { .fd = stop->socket, .events = POLLIN };
	int n;
	do
		n = poll(&ready, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	return n == 0 ? 2 : client_receive(stop->socket, reply, NULL, NULL, err);
}

/* Send a signal and read on until its answer. 1 = done, 0 = the container is gone, -1. */
static int send_signal(struct stop *stop, enum message_signal signal, struct error *err)
{
	struct message_reply reply;
	if (client_send(stop->socket, MESSAGE_SIGNAL, (int)signal, NULL, 0, err) < 0) {
		if (err && err->code == E_NOT_RUNNING)
			return error_clear(err), 0;
		return -1;
	}
	for (;;) {
		int n = next(stop, -1, &reply, err);
		if (n <= 0)
			return n;
		if (reply.operation != MESSAGE_SIGNAL)
			continue;
		stop->deaf = reply.value != 0;
		return 1;
	}
}

/* Wait for the end; ask again while init is deaf. 1 = gone, 0 = time is over, -1. */
static int wait_for_end(struct stop *stop, struct error *err)
{
	struct message_reply reply;
	int64_t deaf_until = time_monotonic_ms() + DEAF_INIT_MS;
	for (;;) {
		int64_t now = time_monotonic_ms();
		int64_t left = stop->until < 0 ? -1 : stop->until > now ? stop->until - now : 0;
		if (stop->deaf && (left < 0 || left > ASK_AGAIN_MS))
			left = ASK_AGAIN_MS;
		int n = next(stop, (int)left, &reply, err);
		if (n < 0)
			return -1;
		if (n == 0)
			return 1;
		now = time_monotonic_ms();
		if (n == 2 && stop->until >= 0 && now >= stop->until)
			return 0;
		if (n != 2 || !stop->deaf)
			continue;
		if (now >= deaf_until) {
			log_notice("init has no handler for the halt signal (lxc.signal.halt)");
			return 0;
		}
		n = send_signal(stop, SIGNAL_HALT, err);
		if (n <= 0)
			return n < 0 ? -1 : 1;
	}
}

static int wait_for_reboot(struct stop *stop, struct error *err)
{
	struct message_reply reply;
	int64_t deaf_until = time_monotonic_ms() + DEAF_INIT_MS;
	for (;;) {
		int64_t now = time_monotonic_ms();
		int64_t until = stop->deaf ? now + ASK_AGAIN_MS : stop->until;
		if (stop->until >= 0 && until > stop->until)
			until = stop->until;
		int n =
		    next(stop, until < 0 ? -1 : (int)(until > now ? until - now : 0), &reply, err);
		now = time_monotonic_ms();
		if (n == 2 && stop->deaf && now < deaf_until &&
		    (stop->until < 0 || now < stop->until)) {
			n = send_signal(stop, SIGNAL_REBOOT, err);
			if (n == 1)
				continue;
		}
		if (n < 0)
			return -1;
		if (n == 0)
			return error_set(err, E_NOT_RUNNING, 0,
					 "the container stopped instead of rebooting");
		if (n == 2)
			return error_set(err, E_TIMEOUT, 0,
					 "the container did not reboot in the time given%s",
					 stop->deaf ? ": init has no handler for the reboot signal "
						      "(lxc.signal.reboot)"
						    : "");
		if (reply.state == STATE_RUNNING && reply.init_pid != stop->init_pid)
			return 0;
	}
}

/* Kill and wait for the supervisor to have cleaned up. */
static int kill_now(struct stop *stop, enum message_signal signal, struct error *err)
{
	int n = send_signal(stop, signal, err);
	if (n <= 0)
		return n;
	stop->deaf = false;
	stop->until = time_monotonic_ms() + 3000;
	n = wait_for_end(stop, err);
	if (n != 0)
		return n < 0 ? -1 : 0;
	/* lxc.signal.stop was not enough. */
	n = send_signal(stop, SIGNAL_KILL, err);
	if (n <= 0)
		return n;
	stop->until = -1;
	return wait_for_end(stop, err) < 0 ? -1 : 0;
}

/*
 * A supervisor of another version understands no request, but it is ours to signal: SIGTERM is a
 * clean stop to all of them, and without its supervisor the kernel ends the container.
 */
static int stop_other_version(int socket, const struct stop_options *options, struct error *err)
{
	pid_t pid = -1;
	if (socket_peer(socket, NULL, &pid) < 0 || pid <= 0)
		return -1;
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ready = { .fd = pidfd, .events = POLLIN };
	if (pidfd < 0)
		return errno == ESRCH ? (error_clear(err), 0) : -1;
	error_clear(err);
	int timeout = options->kill ? 0 : options->timeout_ms;
	if (!options->kill && syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0)
		return error_set(err, E_SUPERVISOR, errno, "signalling the supervisor");
	if (options->nowait || poll(&ready, 1, timeout) > 0)
		return 0;
	if (options->nokill)
		return error_set(err, E_TIMEOUT, 0, "the container did not stop in the time given");
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0)
		return error_set(err, E_SUPERVISOR, errno, "killing the supervisor");
	poll(&ready, 1, -1);
	return 0;
}

int container_stop(struct container *container, const struct stop_options *options,
		   struct error *err)
{
	struct message_reply reply;
	struct stop stop = { .container = container };
	struct error why = { 0 };
	pid_t pid;
	_cleanup_close_ int socket = client_connect(container, &why);
	int left = socket < 0 && why.code == E_SUPERVISOR ? orphan_find(container, &pid) : -1;
	if (left >= 0) {
		if (!container->config) /* for its signals; the standard ones will do */
			container_load(container, NULL, NULL);
		return orphan_stop(container, left, options, err);
	}
	if (socket < 0) {
		if (err)
			*err = why;
		return -1;
	}
	stop.socket = socket;
	stop.until = options->timeout_ms < 0 ? -1 : time_monotonic_ms() + options->timeout_ms;
	if (client_send(socket, MESSAGE_SUBSCRIBE, 0, NULL, 0, err) < 0)
		return -1;
	int n = next(&stop, -1, &reply, err);
	if (n < 0 && err->code == E_OTHER_VERSION && !options->reboot)
		return stop_other_version(socket, options, err);
	if (n <= 0)
		return n;
	stop.init_pid = reply.init_pid;
	if (options->kill)
		return kill_now(&stop, SIGNAL_STOP, err);
	n = send_signal(&stop, options->reboot ? SIGNAL_REBOOT : SIGNAL_HALT, err);
	if (n <= 0 || options->nowait)
		return n < 0 ? -1 : 0;
	if (options->reboot)
		return wait_for_reboot(&stop, err);
	n = wait_for_end(&stop, err);
	if (n != 0)
		return n < 0 ? -1 : 0;
	if (options->nokill)
		return error_set(err, E_TIMEOUT, 0, "the container did not stop in the time given");
	return kill_now(&stop, SIGNAL_STOP, err);
}
