// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Moving processes into groups. A move makes the kernel wait for a grace period (milliseconds), so
 * none is made that changes nothing.
 */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

/*
 * The supervisor may stay in the base group, beside the payload, but not where processes are
 * forbidden (controllers enabled), nor in a group that ends with a login or a service: those are
 * ended through cgroup2 or a named v1 hierarchy.
 */
static bool needs_monitor(const struct cgroup *cgroup, const struct hierarchy *h)
{
	if (cgroup->monitor_wanted)
		return true;
	if (h->version == 1 && !string_starts(h->controllers, "name="))
		return false;
	return strcmp(h->own, h->base) != 0;
}

int cgroup_enter_group(const struct hierarchy *h, const char *path, pid_t pid)
{
	if (cgroup_make_parents(h, path) < 0)
		return -1;
	_cleanup_close_ int group = hierarchy_make_group(h, path, true);
	if (group < 0 || cgroup_inherit_cpuset(h, group) < 0)
		return -1;
	_cleanup_close_ int procs = openat(group, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return procs < 0 ? -1 : cgroup_write_pid(procs, pid);
}

int cgroup_enter_monitor(const struct cgroup *cgroup, pid_t pid, struct error *err)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated || !needs_monitor(cgroup, h))
			continue;
		if (cgroup_enter_group(h, cgroup->monitor, pid) == 0)
			continue;
		int reason = errno;
		unlinkat(h->base_fd, cgroup->monitor, AT_REMOVEDIR);
		cgroup_remove_parents(h, cgroup->monitor);
		_cleanup_free_ char *path = hierarchy_path(h, cgroup->monitor);
		return error_set(err, E_CGROUP, reason, "entering %s", path);
	}
	return 0;
}

int hierarchy_open_payload(const struct cgroup *cgroup, const struct hierarchy *h)
{
	if (!h->delegated) {
		errno = EACCES;
		return -1;
	}
	if (h->payload_fd >= 0)
		return fcntl(h->payload_fd, F_DUPFD_CLOEXEC, 3);
	return openat(h->base_fd, cgroup->payload, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Has clone3(CLONE_INTO_CGROUP) put it there already? */
static bool is_in_payload(const struct cgroup *cgroup, const struct hierarchy *h, pid_t pid)
{
	if (h->version != 2)
		return false;
	char path[32], text[8192];
	snprintf(path, sizeof(path), pid ? "/proc/%d/cgroup" : "/proc/self/cgroup", pid);
	if (cgroup_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	_cleanup_free_ char *group =
	    xasprintf("%s/%s%s%s", h->base, cgroup->payload, cgroup->inner ? "/" : "",
		      cgroup->inner ? cgroup->inner : "");
	_cleanup_free_ char *leaf = xasprintf("%s/" CGROUP_INIT_LEAF, group);
	const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	return line && (string_ends(line, group) || string_ends(line, leaf));
}

int cgroup_enter_payload(const struct cgroup *cgroup, pid_t pid, struct error *err)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated || is_in_payload(cgroup, h, pid))
			continue;
		_cleanup_close_ int dir = h->procs_fd >= 0 ? -1 : hierarchy_open_payload(cgroup, h);
		_cleanup_close_ int own =
		    dir < 0 ? -1 : openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
		int procs = h->procs_fd >= 0 ? h->procs_fd : own;
		if (procs < 0 || cgroup_write_pid(procs, pid) < 0) {
			int reason = errno;
			_cleanup_free_ char *path = hierarchy_path(h, cgroup->payload);
			return error_set(err, E_CGROUP, reason, "entering %s", path);
		}
	}
	return 0;
}

int cgroup_enter_leaf(const struct cgroup *cgroup, pid_t pid, struct error *err)
{
	const struct hierarchy *h = cgroup_v2(cgroup);
	int above = h ? h->init_fd : -1;
	/* As the leaf of cgroup_create(). One that is there may be the container's own: its root
	 * decides about it as about any group below its own. */
	if (above >= 0 && mkdirat(above, CGROUP_INIT_LEAF, 0755) < 0 && errno != EEXIST)
		return error_set(err, E_CGROUP, errno, "making " CGROUP_INIT_LEAF " for a process");
	_cleanup_close_ int procs =
	    openat(above, CGROUP_INIT_LEAF "/cgroup.procs", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (procs < 0 || cgroup_write_pid(procs, pid) < 0)
		return error_set(err, E_CGROUP, errno,
				 "entering " CGROUP_INIT_LEAF " in the control group of %s",
				 cgroup->name);
	return 0;
}
