/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor: one small unprivileged process per running container. It starts the payload
 * (spawn.c), serves commands (serve.c, attach-inside.c), moves console bytes (relay.c), reaps, and
 * cleans up. One thread, one epoll loop, nothing in it blocks on a client or on the container.
 */
#ifndef CONTAINER_SUPERVISOR_H
#define CONTAINER_SUPERVISOR_H

#include <linux/seccomp.h>

#include "container/container.h"
#include "container/events.h"
#include "container/message.h"
#include "container/plan.h"
#include "container/ring.h"
#include "container/spawn.h"

/* What an epoll event points to: the first member of whatever waits for it. */
struct supervisor;
struct source {
	int fd;
	void (*ready)(struct supervisor *supervisor, struct source *source, unsigned events);
};

/* A connected command. */
struct client {
	struct source source; /* first: the epoll event points here */
	struct client *next;
	bool subscribed;
	bool closed;		/* to be freed at the end of the round */
	int tty;		/* the terminal it holds: -1 none, 0 console, n ttyN */
	pid_t attached;		/* the process it attached, -1 = none */
	struct source pid_pipe; /* brings the pid of the attached process */
};

struct relay {
	struct source console;	/* master of /dev/console */
	struct source terminal; /* lxc-start -F: /dev/tty of the caller; fd -1 = none */
	struct source peer;	/* lxc-console -t 0: our end of a stream; fd -1 = none */
	struct client *peer_client;
	struct ring ring;  /* lxc.console.buffer.size */
	bool peer_is_full; /* it is told when the peer can take more */
	uint64_t peer_at;  /* how far of it the peer has got */
	int hold;	   /* a slave of the console, so that it never hangs up */
};

/* notify.c */
struct listener;
struct notifier {
	/* where loaded filters send their listeners; fd -1 = none notifies */
	struct source channel;
	struct source proxy; /* the connection, or fd -1 */
	struct listener *listeners, *gone;
	struct source *asked; /* whose question the proxy has, or NULL */
	uint64_t id;	      /* of that question */
	struct seccomp_notif_sizes sizes;
	char *message;
	size_t request_size, response_size, size, capacity;
};

struct supervisor {
	struct start_plan *plan;
	int directory; /* runtime directory, locked */
	int starter; /* socket to the starting command: struct error, or one byte = running; -1 once
			told */
	int epoll;
	struct source listen, signals, init;
	enum container_state state;
	struct payload payload;
	struct relay relay;
	struct notifier notifier;
	struct client *clients;
	struct events events;
	const struct client **tty_holders; /* [0] of the console, [n] of ttyN */
	bool stopping;			   /* a clean stop was ordered by signal */
	int64_t kill_at;		   /* monotonic ms of the kill after it, 0 = none */
	bool wrote_pid_file;
	bool init_ended;
	int init_status; /* wait status */
	/* a stop does not wait for the start, or for the hook, that is under way */
	bool interrupted;
	struct {
		bool started;	 /* the pre-start hooks are through: post-stop hooks will run */
		bool scripts_up; /* network scripts ran: those for the end will */
		bool reboots;	 /* LXC_TARGET */
		bool none_left;	 /* killed: what is left of the hooks is not run */
		pid_t init_pid;
		struct string_list namespaces;
	} hooks;
};

/*
 * Run the container from STARTING to STOPPED, through any number of reboots. Returns 0 with *status
 * = init's wait status, or -1 when it never ran. starter: see above.
 */
int supervisor_run(struct start_plan *plan, int directory, int starter, int *status,
		   struct error *err);

/* Between the files of the supervisor. */
int supervisor_watch(struct supervisor *supervisor, struct source *source, unsigned events);
void supervisor_unwatch(struct supervisor *supervisor, struct source *source);
void supervisor_set_state(struct supervisor *supervisor, enum container_state state);
/* One round of the loop: what is ready now, or within timeout_ms. */
void supervisor_dispatch(struct supervisor *supervisor, int timeout_ms);

/* supervisor-hooks.c */
int supervisor_run_hooks(struct supervisor *supervisor, enum hook_type type, struct error *err);
int supervisor_run_scripts(struct supervisor *supervisor, bool up, struct error *err);
void supervisor_run_ending_hooks(struct supervisor *supervisor, enum hook_type type);
bool supervisor_interrupt(struct supervisor *supervisor, int signal);
void supervisor_note_payload(struct supervisor *supervisor);
/* lxc.ephemeral: the container, once it has ended. */
void supervisor_destroy_container(struct supervisor *supervisor);

int serve_listen(struct supervisor *supervisor, struct error *err);
void serve_broadcast(struct supervisor *supervisor);
void serve_child_ended(struct supervisor *supervisor, pid_t pid, int status);
void serve_sweep(struct supervisor *supervisor);
void serve_close_all(struct supervisor *supervisor);
void serve_reply(struct client *client, struct message_reply *reply, const int *fds, size_t count);
void serve_error(struct supervisor *supervisor, struct client *client, uint32_t operation,
		 const struct error *err);
/* Is init in a root of its own, so that others may enter? */
bool serve_is_up(const struct supervisor *supervisor);
void serve_fill_status(const struct supervisor *supervisor, struct message_reply *reply);

/* elevated: ATTACH_ELEVATE_CGROUP is asked of it here, the rest of the request is read by the
 * joiner. */
void attach_start(struct supervisor *supervisor, struct client *client, uint32_t elevated, int *fds,
		  size_t count);

/* Before reaping: learn the pids that joiners have told. */
void attach_collect_pids(struct supervisor *supervisor);

int relay_start(struct supervisor *supervisor, struct error *err);
/* To the size of the terminal in the foreground. */
void relay_resize(struct supervisor *supervisor);
void relay_stop(struct supervisor *supervisor);
int relay_connect_peer(struct supervisor *supervisor, struct client *client, int *peer);
/* What is in the buffer, as a memfd at its beginning; -1 with err. */
int relay_copy_buffer(struct supervisor *supervisor, struct error *err);
void relay_disconnect_peer(struct supervisor *supervisor);

/* The signal for a clean halt: the configured one, else what init listens to. *ignored: it has no
 * handler for it. */
int halt_signal(const struct supervisor *supervisor, bool *ignored);
bool signal_ignored_by_init(const struct supervisor *supervisor, int signal);

#endif
