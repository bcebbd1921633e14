// SPDX-License-Identifier: LGPL-2.1-or-later
/* Freezing the payload: cgroup.freeze, else the v1 freezer. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "base/file.h"

/* The group's word for its state, in the version's own file. */
static bool state_is(int version, int dirfd, bool frozen)
{
	char text[256];
	if (version == 2)
		return cgroup_read_file(dirfd, "cgroup.events", text, sizeof(text)) > 0 &&
		       strstr(text, frozen ? "frozen 1" : "frozen 0");
	return cgroup_read_file(dirfd, "freezer.state", text, sizeof(text)) > 0 &&
	       strcmp(text, frozen ? "FROZEN" : "THAWED") == 0;
}

static int write_state(int version, int dirfd, bool frozen)
{
	return version == 2
		   ? file_write_kernel(dirfd, "cgroup.freeze", frozen ? "1" : "0")
		   : file_write_kernel(dirfd, "freezer.state", frozen ? "FROZEN" : "THAWED");
}

/* cgroup2 signals a change of cgroup.events to poll(2); v1 is asked, and told again: a fork in
 * between escapes it. */
static int wait_for_state(int version, int dirfd, bool frozen, int timeout_ms)
{
	_cleanup_close_ int events =
	    version == 2 ? openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC) : -1;
	int64_t deadline = time_monotonic_ms() + timeout_ms;
	char text[256];
	for (int pause_ms = 1;; pause_ms = pause_ms < 20 ? pause_ms * 2 : 20) {
		/* Reading arms poll for the next change. */
		if (events >= 0 && pread(events, text, sizeof(text), 0) < 0)
			return -1;
		if (state_is(version, dirfd, frozen))
			return 0;
		int64_t left = deadline - time_monotonic_ms();
		if (left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		struct pollfd wait = { .fd = events, .events = POLLPRI };
		poll(&wait, 1, events >= 0 ? (int)left : (int)(pause_ms < left ? pause_ms : left));
		if (version == 1 && write_state(version, dirfd, frozen) < 0)
			return -1;
	}
}

int cgroup_freeze(const struct cgroup *cgroup, bool frozen, int timeout_ms, struct error *err)
{
	const char *verb = frozen ? "freezing" : "thawing";
	const struct hierarchy *h = cgroup_v2(cgroup);
	if (!h)
		h = cgroup_v1(cgroup, "freezer");
	if (!h) {
		error_set(err, E_CGROUP_DELEGATION, 0,
			  "%s %s: it has no control group with a freezer", verb, cgroup->name);
		return error_fix(err, "%s", cgroup_why_not(cgroup));
	}
	_cleanup_free_ char *path = hierarchy_path(h, cgroup->payload);
	_cleanup_close_ int dir = hierarchy_open_payload(cgroup, h);
	if (dir < 0 || write_state(h->version, dir, frozen) < 0)
		return error_set(err, E_CGROUP, errno, "%s %s", verb, path);
	if (wait_for_state(h->version, dir, frozen, timeout_ms) == 0)
		return 0;
	int reason = errno;
	if (frozen)
		write_state(h->version, dir, false); /* all or nothing */
	if (reason == ETIMEDOUT)
		return error_set(err, E_TIMEOUT, 0, "%s %s did not happen within %d ms", verb, path,
				 timeout_ms);
	return error_set(err, E_CGROUP, reason, "%s %s", verb, path);
}
