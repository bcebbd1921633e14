// SPDX-License-Identifier: LGPL-2.1-or-later
/* Removing groups: only empty ones, with what the container made below them, however deep. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

#define REMOVE_MS 1000
/* Steps of one removal; more means that somebody makes groups as fast as they are removed. */
#define STEPS_MAX (1L << 20)

static char *first_child(int dirfd)
{
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		util_close_fd(&copy);
		return NULL;
	}
	errno = 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			return xstrdup(entry->d_name);
	return NULL;
}

int cgroup_remove_below(int dirfd)
{
	/* Down to a group without children, one up, rmdir, again: one descriptor whatever the
	 * depth. */
	_cleanup_close_ int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct string_list names = { 0 };
	int result = fd < 0 ? -1 : 0;
	for (long step = 0; result == 0; step++) {
		char *child = first_child(fd);
		bool down = child != NULL;
		if (!child && !names.count)
			break;
		int next = openat(fd, down ? child : "..",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (next < 0 || step == STEPS_MAX) {
			errno = next < 0 ? errno : EBUSY;
			result = -1;
		} else if (!down) {
			char *name = names.items[--names.count];
			if (unlinkat(next, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
				result = -1;
			free(name);
			names.items[names.count] = NULL;
		}
		if (down)
			string_list_take(&names, child);
		util_close_fd(&fd);
		fd = next;
	}
	int keep = errno;
	string_list_clear(&names);
	errno = keep;
	return result;
}

int cgroup_is_populated(int version, int dirfd)
{
	char text[256];
	pid_t pid;
	if (version == 1)
		return (int)cgroup_read_pids(dirfd, &pid, 1);
	if (cgroup_read_file(dirfd, "cgroup.events", text, sizeof(text)) < 0)
		return -1;
	return strstr(text, "populated 1") != NULL;
}

/* Sleep until something may have changed: cgroup2 tells, v1 is asked again after pause_ms. */
static void wait_for_change(int version, int dirfd, int pause_ms, int64_t deadline_ms)
{
	int64_t left = deadline_ms - time_monotonic_ms();
	if (left <= 0)
		return;
	if (version == 2 && cgroup_is_populated(version, dirfd) == 1) {
		_cleanup_close_ int events = openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
		struct pollfd wait = { .fd = events, .events = POLLPRI };
		char text[256];
		if (events >= 0 && read(events, text, sizeof(text) - 1) > 0 &&
		    memmem(text, sizeof(text) - 1, "populated 1", 11)) {
			poll(&wait, 1, (int)left);
			return;
		}
	}
	poll(NULL, 0, (int)(pause_ms < left ? pause_ms : left));
}

static int refuse_busy(const struct hierarchy *h, const char *name, int dirfd, int reason,
		       struct error *err)
{
	_cleanup_free_ char *path = hierarchy_path(h, name);
	pid_t pid = 0;
	if (reason != EBUSY)
		return error_set(err, E_CGROUP, reason, "%s cannot be removed", path);
	if (cgroup_read_pids(dirfd, &pid, 1) == 1)
		error_set(err, E_CGROUP, EBUSY,
			  "%s holds live processes (%d): another container of that name?", path,
			  pid);
	else
		error_set(err, E_CGROUP, EBUSY, "%s holds live processes in groups below it", path);
	return error_fix(err,
			 h->version == 2
			     ? "stop it, or: echo 1 >%s/cgroup.kill"
			     : "stop it, or kill the processes listed in %s/cgroup.procs",
			 path);
}

int cgroup_remove_group(const struct hierarchy *h, const char *name, int64_t deadline_ms,
			struct error *err)
{
	if (unlinkat(h->base_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	_cleanup_close_ int dir =
	    openat(h->base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	for (int pause_ms = 1;; pause_ms = pause_ms < 50 ? pause_ms * 2 : 50) {
		if (dir < 0)
			return errno == ENOENT ? 0 : refuse_busy(h, name, -1, errno, err);
		int reason = EBUSY;
		if (cgroup_is_populated(h->version, dir) != 1) {
			if (cgroup_remove_below(dir) == 0 &&
			    (unlinkat(h->base_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT))
				return 0;
			reason = errno;
		}
		if (reason != EBUSY || time_monotonic_ms() >= deadline_ms)
			return refuse_busy(h, name, dir, reason, err);
		wait_for_change(h->version, dir, pause_ms, deadline_ms);
	}
}

/* The supervisor removes the group it lives in: it leaves first. */
static int leave_monitor(const struct cgroup *cgroup, const struct hierarchy *h)
{
	_cleanup_close_ int dir =
	    openat(h->base_fd, cgroup->monitor, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	pid_t pids[64];
	ssize_t count = dir < 0 ? 0 : cgroup_read_pids(dir, pids, ARRAY_SIZE(pids));
	for (ssize_t i = 0; i < count; i++)
		if (pids[i] == getpid())
			return cgroup->pivot ? cgroup_enter_group(h, cgroup->pivot, 0)
					     : cgroup_move_out(h, 0);
	return 0;
}

int cgroup_remove(struct cgroup *cgroup, struct error *err)
{
	int64_t deadline = time_monotonic_ms() + REMOVE_MS;
	int result = 0;
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated)
			continue;
		hierarchy_close_payload(h);
		if (cgroup_remove_group(h, cgroup->payload, deadline, err) < 0)
			result =
			    -1; /* the first reason stays; the others are removed all the same */
		if (unlinkat(h->base_fd, cgroup->monitor, AT_REMOVEDIR) < 0 && errno != ENOENT) {
			leave_monitor(cgroup, h);
			if (cgroup_remove_group(h, cgroup->monitor, deadline, err) < 0)
				result = -1;
		}
		cgroup_remove_parents(h, cgroup->payload);
		cgroup_remove_parents(h, cgroup->monitor);
		cgroup_give_base_back(h);
	}
	return result;
}

int cgroup_remove_descendants(const struct cgroup *cgroup, struct error *err)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		_cleanup_close_ int dir = h->delegated ? hierarchy_open_payload(cgroup, h) : -1;
		if (dir >= 0 && cgroup_remove_below(dir) < 0)
			return error_set(err, E_CGROUP, errno, "removing the groups below %s%s/%s",
					 h->mount, h->base, cgroup->payload);
	}
	return 0;
}
