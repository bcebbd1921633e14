// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/socket.h"
#include "container/container.h"
#include "container/runtime.h"

#define BACKLOG 4096
#define PLACE_TRIES 100

/* A socket that we listen on, or a supervisor's connection; epoll points to it. */
struct end {
	int fd;
	bool listens;
	size_t path;		  /* index of its lxcpath */
	int directory;		  /* of a socket, and its name there */
	char file[32], name[256]; /* of a connection: the container's, once known */
	bool stopped;		  /* the last event was STOPPED */
	struct end *next;
};

struct monitor {
	struct string_list paths;
	int epoll;
	struct end *ends;
	struct monitor_event *queue;
	size_t count, next, room;
};

static struct end *add_end(struct monitor *monitor, int fd, size_t path, bool listens)
{
	struct end *end = xcalloc(1, sizeof(*end));
	*end = (struct end){
		.fd = fd, .path = path, .listens = listens, .directory = -1, .next = monitor->ends
	};
	monitor->ends = end;
	return end;
}

static int watch(const struct monitor *monitor, struct end *end)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = end };
	return epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, end->fd, &event);
}

/* Under a name that supervisors pass by until somebody listens. */
static int listen_in(struct monitor *monitor, int directory, size_t path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char draft[sizeof(((struct end *)NULL)->file) + 1];
	static unsigned number;
	struct end *end = add_end(monitor, -1, path, true);
	end->directory = directory;
	snprintf(end->file, sizeof(end->file), "%d.%u", (int)getpid(), number++);
	snprintf(draft, sizeof(draft), ".%.30s", end->file);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory,
		 draft);
	end->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlinkat(directory, draft, 0); /* of a process that had our number */
	mode_t mask = umask(077);
	int result = end->fd < 0 ? -1 : bind(end->fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (result == 0)
		result = listen(end->fd, BACKLOG);
	if (result == 0)
		result = renameat(directory, draft, directory, end->file);
	return result < 0 ? -1 : watch(monitor, end);
}

static void close_end(struct end *end)
{
	if (end->directory >= 0)
		unlinkat(end->directory, end->file, 0);
	util_close_fd(&end->directory);
	util_close_fd(&end->fd);
}

static void sweep(struct monitor *monitor)
{
	for (struct end **at = &monitor->ends; *at;) {
		struct end *end = *at;
		if (end->fd >= 0) {
			at = &end->next;
			continue;
		}
		*at = end->next;
		close_end(end);
		free(end);
	}
}

/* Whoever monitored last may just be removing the directory. */
static int listen_for(struct monitor *monitor, size_t path, struct error *err)
{
	for (int i = 0; i < PLACE_TRIES; i++) {
		int fds[RUNTIME_PLACES];
		bool again = false;
		size_t count = runtime_make_monitors(monitor->paths.items[path], fds, err);
		if (!count)
			return -1;
		for (size_t n = 0; n < count; n++)
			if (listen_in(monitor, fds[n], path) < 0) {
				again = errno == ENOENT;
				if (!again)
					error_set(err, E_RUNTIME_DIR, errno,
						  "a socket for supervisors");
			}
		if (!again)
			return error_is_set(err) ? -1 : 0;
		/* From the start, so that nobody connects twice. */
		for (struct end *end = monitor->ends; end; end = end->next)
			if (end->path == path)
				close_end(end);
		sweep(monitor);
	}
	return error_set(err, E_RUNTIME_DIR, ENOENT, "a socket for supervisors");
}

int monitor_open(const struct string_list *lxcpaths, struct monitor **out, struct error *err)
{
	struct monitor *monitor = xcalloc(1, sizeof(*monitor));
	struct rlimit files;
	struct error why = { 0 };
	/* A connection of each running container. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	monitor->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->epoll < 0)
		error_set(&why, E_SYSTEM, errno, "epoll");
	for (size_t i = 0; i < lxcpaths->count && !error_is_set(&why); i++) {
		if (string_list_has(&monitor->paths, lxcpaths->items[i]))
			continue;
		string_list_add(&monitor->paths, lxcpaths->items[i]);
		listen_for(monitor, monitor->paths.count - 1, &why);
	}
	if (error_is_set(&why)) {
		monitor_close(monitor);
		*err = why;
		return -1;
	}
	*out = monitor;
	return 0;
}

int monitor_fd(const struct monitor *monitor)
{
	return monitor->epoll;
}

static struct monitor_event *put(struct monitor *monitor, const struct end *end)
{
	if (monitor->count == monitor->room) {
		monitor->room = monitor->room ? monitor->room * 2 : 64;
		monitor->queue = xrealloc(monitor->queue, monitor->room * sizeof(*monitor->queue));
	}
	struct monitor_event *event = &monitor->queue[monitor->count++];
	*event = (struct monitor_event){ .lxcpath = monitor->paths.items[end->path] };
	return event;
}

static int accept_one(struct monitor *monitor, const struct end *listener, struct error *err)
{
	uid_t uid;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR
			   ? 0
			   : error_set(err, E_SYSTEM, errno, "the connection of a supervisor");
	if (socket_peer(fd, &uid, NULL) < 0 || (uid != geteuid() && uid != 0)) {
		close(fd);
		return 0;
	}
	if (watch(monitor, add_end(monitor, fd, listener->path, false)) < 0)
		return error_set(err, E_SYSTEM, errno, "the connection of a supervisor");
	return 0;
}

static bool is_sound(const struct event *event)
{
	if (event->magic != EVENT_MAGIC || event->version != EVENT_VERSION ||
	    !memchr(event->name, 0, sizeof(event->name)) ||
	    container_check_name(event->name, NULL) < 0)
		return false;
	return event->kind == EVENT_EXIT ||
	       (event->kind == EVENT_STATE && (unsigned)event->value < STATE_COUNT);
}

/* The end of a connection: after STOPPED nothing was to come. */
static void take_end(struct monitor *monitor, struct end *end)
{
	if (*end->name && !end->stopped) {
		struct monitor_event *event = put(monitor, end);
		event->lost = true;
		event->event.monotonic_ns = INT64_MAX;
		memcpy(event->event.name, end->name, sizeof(event->event.name));
	}
	util_close_fd(&end->fd);
}

static void read_one(struct monitor *monitor, struct end *end)
{
	struct event event;
	ssize_t n = socket_receive(end->fd, &event, sizeof(event), NULL, NULL);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n != (ssize_t)sizeof(event) || !is_sound(&event)) {
		take_end(monitor, end);
		return;
	}
	memcpy(end->name, event.name, sizeof(end->name));
	end->stopped = event.kind == EVENT_STATE && event.value == STATE_STOPPED;
	put(monitor, end)->event = event;
}

static int by_time(const void *one, const void *other)
{
	const struct monitor_event *a = one, *b = other;
	int64_t left = a->event.monotonic_ns, right = b->event.monotonic_ns;
	return left < right ? -1 : left > right;
}

/*
 * Everything there is, then in order: a container that was stopped and started again is told by two
 * supervisors. What one of them said before the other spoke has arrived when the other's is read,
 * so the last round, which finds nothing, comes after it.
 */
static int collect(struct monitor *monitor, struct error *err)
{
	struct epoll_event ready[64];
	int n;
	while ((n = epoll_wait(monitor->epoll, ready, ARRAY_SIZE(ready), 0)) > 0) {
		for (int i = 0; i < n; i++) {
			struct end *end = ready[i].data.ptr;
			if (!end->listens)
				read_one(monitor, end);
			else if (accept_one(monitor, end, err) < 0)
				return -1;
		}
		sweep(monitor);
	}
	if (n < 0 && errno != EINTR)
		return error_set(err, E_SYSTEM, errno, "epoll");
	if (monitor->count)
		qsort(monitor->queue, monitor->count, sizeof(*monitor->queue), by_time);
	return 0;
}

int monitor_next(struct monitor *monitor, struct monitor_event *event, struct error *err)
{
	if (monitor->next == monitor->count) {
		monitor->next = monitor->count = 0;
		if (collect(monitor, err) < 0)
			return -1;
	}
	if (monitor->next == monitor->count)
		return 0;
	*event = monitor->queue[monitor->next++];
	return 1;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	for (struct end *end = monitor->ends, *next; end; end = next) {
		next = end->next;
		close_end(end);
		free(end);
	}
	for (size_t i = 0; i < monitor->paths.count; i++)
		runtime_remove_monitors(monitor->paths.items[i]);
	util_close_fd(&monitor->epoll);
	string_list_clear(&monitor->paths);
	free(monitor->queue);
	free(monitor);
}
