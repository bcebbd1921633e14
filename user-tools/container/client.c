// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/client.h"

#include <errno.h>
#include <poll.h>

#include "base/socket.h"
#include "container/orphan.h"
#include "container/runtime.h"

int client_connect(const struct container *container, struct error *err)
{
	pid_t pid;
	struct error why = { 0 };
	int fd = runtime_connect(container->lxcpath, container->name, &why);
	if (fd >= 0)
		return fd;
	_cleanup_close_ int left = why.code == E_NOT_RUNNING ? orphan_find(container, &pid) : -1;
	if (left >= 0)
		return orphan_refuse(container, pid, err);
	if (err && !error_is_set(err))
		*err = why;
	return -1;
}

static int gone(struct error *err)
{
	return error_set(err, E_NOT_RUNNING, 0, "the container has just stopped");
}

int client_send(int socket, enum message_operation operation, int argument, const int *fds,
		size_t count, struct error *err)
{
	struct message_request request = { .magic = MESSAGE_MAGIC,
					   .version = MESSAGE_VERSION,
					   .operation = operation,
					   .argument = argument };
	if (socket_send(socket, &request, sizeof(request), fds, count) == 0)
		return 0;
	if (errno == EPIPE || errno == ECONNRESET)
		return gone(err);
	return error_set(err, E_SUPERVISOR, errno, "asking the supervisor");
}

int client_receive(int socket, struct message_reply *reply, int *fds, size_t *count,
		   struct error *err)
{
	ssize_t n = socket_receive(socket, reply, sizeof(*reply), fds, count);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n < 0)
		return error_set(err, E_SUPERVISOR, errno, "the supervisor's answer");
	if (n != (ssize_t)sizeof(*reply) || reply->magic != MESSAGE_MAGIC ||
	    reply->version != MESSAGE_VERSION) {
		error_set(err, E_OTHER_VERSION, 0,
			  "the container was started by another version of this program");
		return error_fix(err, "lxc-stop it and start it again");
	}
	reply->error.message[sizeof(reply->error.message) - 1] = 0;
	reply->error.rule[sizeof(reply->error.rule) - 1] = 0;
	reply->error.fix[sizeof(reply->error.fix) - 1] = 0;
	reply->links[sizeof(reply->links) - 1] = 0;
	if (reply->result == 0)
		return 1;
	if (err && !error_is_set(err))
		*err = reply->error;
	return error_set(err, E_SUPERVISOR, 0, "the supervisor refused without a reason");
}

int client_ask(const struct container *container, enum message_operation operation, int argument,
	       struct message_reply *reply, struct error *err)
{
	_cleanup_close_ int socket = client_connect(container, err);
	if (socket < 0 || client_send(socket, operation, argument, NULL, 0, err) < 0)
		return -1;
	int result = client_receive(socket, reply, NULL, NULL, err);
	return result == 0 ? gone(err) : result < 0 ? -1 : 0;
}

int client_ask_namespaces(int socket, int fds[NS_COUNT], struct error *err)
{
	struct message_reply reply;
	int got[NS_COUNT];
	size_t count = NS_COUNT, next = 0;
	if (client_send(socket, MESSAGE_NAMESPACES, 0, NULL, 0, err) < 0)
		return -1;
	int result = client_receive(socket, &reply, got, &count, err);
	if (result <= 0)
		return result == 0 ? gone(err) : -1;
	for (size_t i = 0; i < NS_COUNT; i++)
		fds[i] = (reply.value & (1 << i)) && next < count ? got[next++] : -1;
	return 0;
}

int client_get_namespaces(const struct container *container, int fds[NS_COUNT], struct error *err)
{
	_cleanup_close_ int socket = client_connect(container, err);
	return socket < 0 ? -1 : client_ask_namespaces(socket, fds, err);
}

int container_get_state(const struct container *container, enum container_state *state,
			struct error *err)
{
	struct message_reply reply;
	struct error why = { 0 };
	*state = STATE_STOPPED;
	if (client_ask(container, MESSAGE_STATUS, 0, &reply, &why) == 0) {
		*state = (enum container_state)reply.state;
		return 0;
	}
	if (why.code == E_NOT_RUNNING)
		return 0;
	pid_t pid;
	_cleanup_close_ int left = orphan_find(container, &pid);
	/* Another version's supervisor is there, and more cannot be known. */
	if (left >= 0 || why.code == E_OTHER_VERSION) {
		*state = STATE_RUNNING;
		return 0;
	}
	if (err)
		*err = why;
	return -1;
}

int container_freeze(struct container *container, bool frozen, struct error *err)
{
	struct message_reply reply;
	return client_ask(container, MESSAGE_FREEZE, frozen, &reply, err);
}

static bool wanted(unsigned mask, enum container_state state)
{
	return (mask & (1u << state)) != 0;
}

#define ANSWER_MS 1000

/* Follow one supervisor. 1 = a wanted state, 0 = it went away, -1. */
static int follow(int socket, unsigned mask, int64_t until, enum container_state *state,
		  struct error *err)
{
	struct message_reply reply;
	if (client_send(socket, MESSAGE_SUBSCRIBE, 0, NULL, 0, err) < 0)
		return err && err->code == E_NOT_RUNNING ? (error_clear(err), 0) : -1;
	for (bool first = true;;) {
		int64_t left = until < 0 ? -1 : until - time_monotonic_ms();
		/* How it is now is told at once, and counts also when no time is given. */
		if (first && until >= 0 && left < ANSWER_MS)
			left = ANSWER_MS;
		struct pollfd ready = { .fd = socket, .events = POLLIN };
		int n = poll(&ready, 1, left < 0 ? (until < 0 ? -1 : 0) : (int)left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return error_set(err, E_TIMEOUT, 0,
					 "the state did not change in the time given");
		n = client_receive(socket, &reply, NULL, NULL, err);
		if (n <= 0)
			return n;
		first = false;
		*state = (enum container_state)reply.state;
		if ((unsigned)reply.state < STATE_COUNT && wanted(mask, *state))
			return 1;
	}
}

int container_wait(const struct container *container, unsigned mask, int timeout_ms,
		   enum container_state *state, struct error *err)
{
	int64_t until = timeout_ms < 0 ? -1 : time_monotonic_ms() + timeout_ms;
	for (;;) {
		struct error why = { 0 };
		_cleanup_close_ int socket = client_connect(container, &why);
		if (socket < 0 && why.code != E_NOT_RUNNING) {
			if (container_get_state(container, state, err) < 0)
				return -1;
			if (wanted(mask, *state))
				return 0;
		}
		if (socket >= 0) {
			int result = follow(socket, mask, until, state, &why);
			if (result > 0)
				return 0;
			if (result < 0) {
				if (err)
					*err = why;
				return -1;
			}
		}
		if (socket >= 0 || why.code == E_NOT_RUNNING) {
			*state = STATE_STOPPED;
			if (wanted(mask, STATE_STOPPED))
				return 0;
		}
		int64_t left = until < 0 ? -1 : until - time_monotonic_ms();
		if (until >= 0 && left <= 0)
			return error_set(err, E_TIMEOUT, 0,
					 "the state did not change in the time given");
		runtime_pause((int)left);
	}
}
