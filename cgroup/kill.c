// SPDX-License-Identifier: LGPL-2.1-or-later
/* SIGKILL for a whole group: by the kernel (cgroup.kill), or pid by pid until none is left. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/file.h"

#define KILL_MS 2000
#define PIDS_AT_ONCE 256
/* A group nested deeper than this holds no process of an ordinary container; removal goes to any
 * depth. */
#define DEPTH_MAX 64

static bool has_pid(const pid_t *pids, ssize_t count, pid_t pid)
{
	for (ssize_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/*
 * One pass over one group. A pid may be given to another process between reading and killing: the
 * pidfd is opened first, and used only if the pid is still listed after that. Number seen, or -1
 * (errno).
 */
static ssize_t kill_listed(int dirfd)
{
	pid_t before[PIDS_AT_ONCE], after[PIDS_AT_ONCE];
	int fds[PIDS_AT_ONCE];
	ssize_t count = cgroup_read_pids(dirfd, before, PIDS_AT_ONCE);
	int denied = 0;
	for (ssize_t i = 0; i < count; i++)
		fds[i] = before[i] > 0 ? pidfd_open(before[i], 0) : -1;
	ssize_t still = count > 0 ? cgroup_read_pids(dirfd, after, PIDS_AT_ONCE) : 0;
	for (ssize_t i = 0; i < count; i++) {
		if (fds[i] >= 0 && has_pid(after, still, before[i]) &&
		    pidfd_send_signal(fds[i], SIGKILL, NULL, 0) < 0 && errno == EPERM)
			denied = EPERM;
		util_close_fd(&fds[i]);
	}
	errno = denied;
	return denied ? -1 : count;
}

static ssize_t kill_tree(int dirfd, int depth)
{
	ssize_t total = kill_listed(dirfd);
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir || total < 0 || depth == DEPTH_MAX)
		return total;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		_cleanup_close_ int child =
		    openat(dirfd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		ssize_t n = child < 0 ? 0 : kill_tree(child, depth + 1);
		if (n < 0)
			return -1;
		total += n;
	}
	return total;
}

/* A v1 group that is frozen does not die of SIGKILL before it is thawed. */
static void thaw_v1(const struct cgroup *cgroup)
{
	const struct hierarchy *h = cgroup_v1(cgroup, "freezer");
	_cleanup_close_ int dir = h ? hierarchy_open_payload(cgroup, h) : -1;
	if (dir >= 0)
		file_write_kernel(dir, "freezer.state", "THAWED");
}

static int kill_by_pid(const struct cgroup *cgroup, int dirfd, const char *path, struct error *err)
{
	int64_t deadline = time_monotonic_ms() + KILL_MS;
	for (int pause_ms = 1;; pause_ms = pause_ms < 20 ? pause_ms * 2 : 20) {
		ssize_t seen = kill_tree(dirfd, 0);
		thaw_v1(cgroup);
		if (seen == 0)
			return 0;
		if (seen < 0)
			return error_set(err, E_CGROUP, errno, "killing the processes of %s", path);
		if (time_monotonic_ms() >= deadline)
			return error_set(err, E_TIMEOUT, 0, "%zd processes of %s outlive SIGKILL",
					 seen, path);
		poll(NULL, 0, pause_ms);
	}
}

int cgroup_kill(const struct cgroup *cgroup, struct error *err)
{
	/* cgroup2 first: it kills what forks, at once, and also what is frozen there. */
	for (int version = 2; version >= 1; version--) {
		for (size_t i = 0; i < cgroup->list.count; i++) {
			const struct hierarchy *h = &cgroup->list.items[i];
			_cleanup_close_ int dir =
			    h->version == version ? hierarchy_open_payload(cgroup, h) : -1;
			if (dir < 0)
				continue;
			if (version == 2 && file_write_kernel(dir, "cgroup.kill", "1") == 0) {
				thaw_v1(cgroup);
				return 0;
			}
			_cleanup_free_ char *path = hierarchy_path(h, cgroup->payload);
			return kill_by_pid(cgroup, dir, path, err);
		}
	}
	return error_set(err, E_CGROUP_DELEGATION, 0, "%s has no control group", cgroup->name);
}
