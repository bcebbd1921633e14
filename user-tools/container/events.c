// SPDX-License-Identifier: LGPL-2.1-or-later
/* The supervisor's half. */
#include "container/events.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/socket.h"
#include "base/util.h"
#include "container/runtime.h"

/* Directory entries looked at: an ordinary user has a handful of monitors. */
#define READERS_MAX 64

struct event_reader {
	struct stat socket; /* who it is: a number alone may become another's */
	int fd;		    /* -1 = left behind */
	bool seen;
};

static int64_t now(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct event_reader *find_reader(const struct events *events, const struct stat *st)
{
	for (size_t i = 0; i < events->count; i++) {
		const struct stat *own = &events->readers[i].socket;
		if (own->st_ino == st->st_ino && own->st_dev == st->st_dev &&
		    own->st_ctim.tv_sec == st->st_ctim.tv_sec &&
		    own->st_ctim.tv_nsec == st->st_ctim.tv_nsec)
			return &events->readers[i];
	}
	return NULL;
}

/* Connected, or -1: then errno is ECONNREFUSED for a socket that nobody listens on any more. */
static int connect_to(int directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uid_t uid;
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
			      directory, name);
	if (length < 0 || (size_t)length >= sizeof(address.sun_path))
		return errno = ENAMETOOLONG, -1;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	if (socket_peer(fd, &uid, NULL) < 0 || (uid != geteuid() && uid != 0))
		return errno = EPERM, -1;
	return util_steal_fd(&fd);
}

static void add_reader(struct events *events, int directory, const char *name)
{
	struct stat st;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(st.st_mode))
		return;
	struct event_reader *known = find_reader(events, &st);
	if (known) {
		known->seen = true;
		return;
	}
	int fd = connect_to(directory, name);
	if (fd < 0 && errno == ECONNREFUSED) { /* it was killed */
		unlinkat(directory, name, 0);
		return;
	}
	if (fd < 0)
		return;
	events->readers = xrealloc(events->readers, (events->count + 1) * sizeof(*events->readers));
	events->readers[events->count++] = (struct event_reader){ st, fd, true };
}

/* Those that were left behind, and whose sockets have gone. */
static void forget(struct events *events)
{
	size_t kept = 0;
	for (size_t i = 0; i < events->count; i++)
		if (events->readers[i].fd >= 0 || events->readers[i].seen)
			events->readers[kept++] = events->readers[i];
	events->count = kept;
}

void events_look(struct events *events, int directory, const char *lxcpath)
{
	int fd = runtime_open_monitors(directory, lxcpath);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		util_close_fd(&fd);
	for (size_t i = 0; i < events->count; i++)
		events->readers[i].seen = false;
	for (struct dirent *entry; dir && events->count < READERS_MAX && (entry = readdir(dir));)
		if (*entry->d_name != '.') /* those are not listening yet */
			add_reader(events, dirfd(dir), entry->d_name);
	forget(events);
}

void events_tell(struct events *events, const char *name, enum event_kind kind, int value)
{
	struct event event = { .magic = EVENT_MAGIC,
			       .version = EVENT_VERSION,
			       .kind = kind,
			       .value = value,
			       .monotonic_ns = now(CLOCK_MONOTONIC),
			       .unix_ms = now(CLOCK_REALTIME) / 1000000 };
	snprintf(event.name, sizeof(event.name), "%s", name);
	for (size_t i = 0; i < events->count; i++) {
		struct event_reader *reader = &events->readers[i];
		if (reader->fd >= 0 && socket_send(reader->fd, &event, sizeof(event), NULL, 0) < 0)
			util_close_fd(&reader->fd);
	}
}

void events_close(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		util_close_fd(&events->readers[i].fd);
	free(events->readers);
	*events = (struct events){ 0 };
}
