// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests of commands: one function an operation, one table. */
#define LOG_MODULE "serve"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/socket.h"
#include "container/supervisor.h"

#define MAX_CLIENTS 256

void serve_fill_status(const struct supervisor *supervisor, struct message_reply *reply)
{
	const struct network_plan *network = &supervisor->plan->network;
	*reply = (struct message_reply){ .magic = MESSAGE_MAGIC,
					 .version = MESSAGE_VERSION,
					 .state = (int32_t)supervisor->state,
					 .init_pid = (int32_t)supervisor->payload.pid,
					 .unprivileged = supervisor->plan->user_namespace };
	for (size_t i = 0; i < network->count; i++) {
		size_t used = strlen(reply->links);
		if (network->nics[i].host_name[0])
			snprintf(reply->links + used, sizeof(reply->links) - used, "%s%s",
				 used ? " " : "", network->nics[i].host_name);
	}
}

/* A client that does not read is dropped, never waited for (its socket is non-blocking). */
void serve_reply(struct client *client, struct message_reply *reply, const int *fds, size_t count)
{
	if (!client->closed &&
	    socket_send(client->source.fd, reply, sizeof(*reply), fds, count) < 0)
		client->closed = true;
}

void serve_error(struct supervisor *supervisor, struct client *client, uint32_t operation,
		 const struct error *err)
{
	struct message_reply reply;
	serve_fill_status(supervisor, &reply);
	reply.operation = operation;
	reply.result = -1;
	reply.error = *err;
	serve_reply(client, &reply, NULL, 0);
}

void serve_broadcast(struct supervisor *supervisor)
{
	struct message_reply reply;
	serve_fill_status(supervisor, &reply);
	reply.operation = MESSAGE_SUBSCRIBE;
	for (struct client *client = supervisor->clients; client; client = client->next)
		if (client->subscribed)
			serve_reply(client, &reply, NULL, 0);
}

static int do_status(struct supervisor *supervisor, struct client *client, int argument,
		     struct message_reply *reply, struct error *err)
{
	(void)supervisor, (void)client, (void)argument, (void)reply, (void)err;
	return 0;
}

static int do_stats(struct supervisor *supervisor, struct client *client, int argument,
		    struct message_reply *reply, struct error *err)
{
	(void)client, (void)argument;
	reply->stats = (struct cgroup_stats){ -1, -1, -1, -1, -1, -1, -1, -1, -1 };
	if (!cgroup_is_delegated(supervisor->plan->cgroup))
		return 0;
	return cgroup_read_stats(supervisor->plan->cgroup, &reply->stats, err);
}

static int do_subscribe(struct supervisor *supervisor, struct client *client, int argument,
			struct message_reply *reply, struct error *err)
{
	(void)supervisor, (void)argument, (void)reply, (void)err;
	client->subscribed = true;
	return 0;
}

static int signal_payload(struct supervisor *supervisor, int signal, struct error *err)
{
	if (supervisor->payload.pidfd < 0)
		return error_set(err, E_NOT_RUNNING, 0, "the container is not running yet");
	if (syscall(SYS_pidfd_send_signal, supervisor->payload.pidfd, signal, NULL, 0) < 0 &&
	    errno != ESRCH)
		return error_set(err, E_SYSTEM, errno, "signal %s to init", signal_to_name(signal));
	return 0;
}

static int do_signal(struct supervisor *supervisor, struct client *client, int argument,
		     struct message_reply *reply, struct error *err)
{
	const struct config *config = supervisor->plan->config;
	struct cgroup *cgroup = supervisor->plan->cgroup;
	bool ignored = false;
	int signal = SIGKILL;
	(void)client;
	if (argument < SIGNAL_HALT || argument > SIGNAL_KILL)
		return error_set(err, E_SUPERVISOR, 0, "the supervisor does not know signal %d",
				 argument);
	if (argument == SIGNAL_HALT)
		signal = halt_signal(supervisor, &ignored);
	else if (argument == SIGNAL_REBOOT) {
		signal = config->signal_reboot ? config->signal_reboot : SIGINT;
		ignored = signal_ignored_by_init(supervisor, signal);
	} else if (argument == SIGNAL_STOP && config->signal_stop)
		signal = config->signal_stop;
	reply->value = ignored;
	if (supervisor_interrupt(supervisor, argument))
		return 0;
	if (signal_payload(supervisor, signal, err) < 0)
		return -1;
	if (argument == SIGNAL_HALT || argument == SIGNAL_STOP || argument == SIGNAL_KILL)
		supervisor->stopping = true; /* what follows is no reboot */
	if (argument == SIGNAL_KILL && cgroup_is_delegated(cgroup))
		cgroup_kill(cgroup, NULL);
	if (supervisor->state == STATE_FROZEN && argument != SIGNAL_HALT &&
	    cgroup_is_delegated(cgroup) && cgroup_freeze(cgroup, false, 1000, NULL) == 0)
		supervisor_set_state(supervisor, STATE_RUNNING);
	return 0;
}

/* Before, what is entered or frozen is not a container yet: its mounts are still the host's. */
bool serve_is_up(const struct supervisor *supervisor)
{
	return supervisor->payload.pid > 0 &&
	       (supervisor->state != STATE_STARTING || supervisor->hooks.init_pid > 0);
}

static int not_up(const struct supervisor *supervisor, struct error *err)
{
	return error_set(err, E_NOT_RUNNING, 0, "the container is %s",
			 container_state_name(supervisor->state));
}

static int do_freeze(struct supervisor *supervisor, struct client *client, int argument,
		     struct message_reply *reply, struct error *err)
{
	struct cgroup *cgroup = supervisor->plan->cgroup;
	enum container_state done = argument ? STATE_FROZEN : STATE_RUNNING;
	(void)client;
	if (supervisor->state == done)
		return 0;
	if (supervisor->state != STATE_RUNNING && supervisor->state != STATE_FROZEN)
		return not_up(supervisor, err);
	if (!cgroup_is_delegated(cgroup))
		return error_set(err, E_CGROUP_DELEGATION, 0, "freezing needs a control group: %s",
				 cgroup_why_not(cgroup));
	enum container_state before = supervisor->state;
	supervisor_set_state(supervisor, argument ? STATE_FREEZING : STATE_THAWED);
	if (cgroup_freeze(cgroup, argument != 0, 10000, err) < 0) {
		supervisor_set_state(supervisor, before);
		return -1;
	}
	supervisor_set_state(supervisor, done);
	reply->state = (int32_t)done;
	return 0;
}

/* tty 0 = the console, -1 = the first free ttyN. The terminal is the client's until it hangs up. */
static int do_console(struct supervisor *supervisor, struct client *client, int argument,
		      struct message_reply *reply, struct error *err)
{
	struct payload *payload = &supervisor->payload;
	int tty = argument, fd = -1;
	if (tty == -1)
		for (tty = 1; tty <= (int)payload->tty_count && supervisor->tty_holders[tty];)
			tty++;
	if (tty < 0 || tty > (int)payload->tty_count || (tty == 0 && payload->console < 0)) {
		if (argument == -1 && payload->tty_count)
			error_set(err, E_CONSOLE, 0, "all %u terminals are in use",
				  payload->tty_count);
		else
			error_set(err, E_CONSOLE, 0, "the container has no tty %d (it has %u)",
				  argument == -1 ? 1 : argument, payload->tty_count);
		return error_fix(err, "lxc.tty.max, or -t 0 for the console");
	}
	if (supervisor->tty_holders[tty])
		return error_set(err, E_CONSOLE, 0, "tty %d is in use", tty);
	reply->value = tty;
	if (tty == 0) {
		if (relay_connect_peer(supervisor, client, &fd) < 0)
			return error_set(err, E_CONSOLE, errno, "the console");
	} else
		fd = payload->ttys[tty - 1];
	supervisor->tty_holders[tty] = client;
	client->tty = tty;
	reply->operation = MESSAGE_CONSOLE;
	serve_reply(client, reply, &fd, 1);
	if (tty == 0)
		close(fd);
	return 1; /* answered */
}

static int do_console_log(struct supervisor *supervisor, struct client *client, int argument,
			  struct message_reply *reply, struct error *err)
{
	(void)argument;
	_cleanup_close_ int fd = relay_copy_buffer(supervisor, err);
	if (fd < 0)
		return -1;
	reply->operation = MESSAGE_CONSOLE_LOG;
	serve_reply(client, reply, &fd, 1);
	return 1;
}

static int do_console_rotate(struct supervisor *supervisor, struct client *client, int argument,
			     struct message_reply *reply, struct error *err)
{
	(void)client, (void)argument, (void)reply;
	return console_log_rotate(&supervisor->plan->console_log, err);
}

static int do_resize(struct supervisor *supervisor, struct client *client, int argument,
		     struct message_reply *reply, struct error *err)
{
	struct winsize size = { .ws_row = (unsigned short)(argument >> 16),
				.ws_col = (unsigned short)(argument & 0xffff) };
	(void)reply, (void)err;
	if (client->tty == 0 && supervisor->payload.console >= 0)
		ioctl(supervisor->payload.console, TIOCSWINSZ, &size);
	return 1;
}

static int do_namespaces(struct supervisor *supervisor, struct client *client, int argument,
			 struct message_reply *reply, struct error *err)
{
	int fds[NS_COUNT];
	size_t count = 0;
	(void)argument;
	if (!serve_is_up(supervisor))
		return not_up(supervisor, err);
	for (size_t i = 0; i < NS_COUNT; i++)
		if (supervisor->payload.namespaces[i] >= 0) {
			fds[count++] = supervisor->payload.namespaces[i];
			reply->value |= 1 << i;
		}
	reply->operation = MESSAGE_NAMESPACES;
	serve_reply(client, reply, fds, count);
	return 1;
}

static int do_attach_signal(struct supervisor *supervisor, struct client *client, int argument,
			    struct message_reply *reply, struct error *err)
{
	(void)supervisor, (void)reply, (void)err;
	if (client->attached > 0 && argument > 0 && argument <= SIGRTMAX)
		kill(client->attached, argument); /* our child until we reap it: no reuse */
	return 1;
}

/* 0 = reply with the status, 1 = answered (or no answer), -1 = reply with the error. */
static const struct {
	int (*serve)(struct supervisor *supervisor, struct client *client, int argument,
		     struct message_reply *reply, struct error *err);
} operations[] = {
	[MESSAGE_STATUS] = { do_status },
	[MESSAGE_STATS] = { do_stats },
	[MESSAGE_SUBSCRIBE] = { do_subscribe },
	[MESSAGE_SIGNAL] = { do_signal },
	[MESSAGE_FREEZE] = { do_freeze },
	[MESSAGE_CONSOLE] = { do_console },
	[MESSAGE_CONSOLE_LOG] = { do_console_log },
	[MESSAGE_CONSOLE_ROTATE] = { do_console_rotate },
	[MESSAGE_RESIZE] = { do_resize },
	[MESSAGE_NAMESPACES] = { do_namespaces },
	[MESSAGE_ATTACH_SIGNAL] = { do_attach_signal },
};

static void serve_request(struct supervisor *supervisor, struct client *client,
			  const struct message_request *request, int *fds, size_t count)
{
	struct message_reply reply;
	struct error err = { 0 };
	if (request->operation == MESSAGE_ATTACH) {
		attach_start(supervisor, client, (uint32_t)request->argument, fds, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	if (request->operation >= ARRAY_SIZE(operations) || !operations[request->operation].serve) {
		client->closed = true;
		return;
	}
	serve_fill_status(supervisor, &reply);
	reply.operation = request->operation;
	int result = operations[request->operation].serve(supervisor, client, request->argument,
							  &reply, &err);
	if (result == 0)
		serve_reply(client, &reply, NULL, 0);
	else if (result < 0)
		serve_error(supervisor, client, request->operation, &err);
}

static void on_client(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct client *client = (struct client *)source;
	struct message_request request;
	int fds[8];
	size_t count = ARRAY_SIZE(fds);
	(void)events;
	if (client->closed)
		return;
	ssize_t n = socket_receive(source->fd, &request, sizeof(request), fds, &count);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n == (ssize_t)sizeof(request) && request.magic == MESSAGE_MAGIC &&
	    request.version == MESSAGE_VERSION) {
		serve_request(supervisor, client, &request, fds, count);
		return;
	}
	if (n > 0) /* another version: say so, if it can read it */
		serve_error(
		    supervisor, client, 0,
		    &(struct error){ .code = E_SUPERVISOR,
				     .message = "the supervisor does not know this request" });
	for (size_t i = 0; i < count; i++) /* an empty message may bring some, too */
		close(fds[i]);
	client->closed = true;
}

static void on_listen(struct supervisor *supervisor, struct source *source, unsigned events)
{
	uid_t uid;
	size_t count = 0;
	(void)events;
	for (const struct client *client = supervisor->clients; client; client = client->next)
		count++;
	int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (count >= MAX_CLIENTS || socket_peer(fd, &uid, NULL) < 0 ||
	    (uid != geteuid() && uid != 0)) {
		close(fd);
		return;
	}
	struct client *client = xcalloc(1, sizeof(*client));
	client->source = (struct source){ fd, on_client };
	client->pid_pipe.fd = -1;
	client->tty = -1;
	client->attached = -1;
	client->next = supervisor->clients;
	supervisor->clients = client;
	if (supervisor_watch(supervisor, &client->source, EPOLLIN) < 0)
		client->closed = true;
}

int serve_listen(struct supervisor *supervisor, struct error *err)
{
	supervisor->listen.ready = on_listen;
	if (supervisor_watch(supervisor, &supervisor->listen, EPOLLIN) < 0)
		return error_set(err, E_SYSTEM, errno, "watching the supervisor's socket");
	return 0;
}

void serve_child_ended(struct supervisor *supervisor, pid_t pid, int status)
{
	struct message_reply reply;
	for (struct client *client = supervisor->clients; client; client = client->next) {
		if (client->attached != pid)
			continue;
		serve_fill_status(supervisor, &reply);
		reply.operation = MESSAGE_ATTACH;
		reply.value = status;
		client->attached = -1;
		serve_reply(client, &reply, NULL, 0);
	}
}

static void free_client(struct supervisor *supervisor, struct client *client)
{
	if (client->tty == 0 && supervisor->relay.peer_client == client)
		relay_disconnect_peer(supervisor);
	if (client->tty >= 0)
		supervisor->tty_holders[client->tty] = NULL;
	/* Whoever attached it is gone; it may not even have executed its command yet. */
	if (client->attached > 0)
		kill(client->attached, SIGKILL);
	supervisor_unwatch(supervisor, &client->pid_pipe);
	supervisor_unwatch(supervisor, &client->source);
	util_close_fd(&client->pid_pipe.fd);
	util_close_fd(&client->source.fd);
	free(client);
}

void serve_sweep(struct supervisor *supervisor)
{
	for (struct client **at = &supervisor->clients; *at;) {
		struct client *client = *at;
		if (!client->closed) {
			at = &client->next;
			continue;
		}
		*at = client->next;
		free_client(supervisor, client);
	}
}

void serve_close_all(struct supervisor *supervisor)
{
	for (struct client *client = supervisor->clients; client; client = client->next)
		client->closed = true;
	serve_sweep(supervisor);
}
