// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A group for a user whose containers root starts: delegated as an admin would do it by hand
 * (cgroup_why_not()), so that limits work without a login, a manager or a line in any file.
 */
#define LOG_MODULE "cgroup"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "cgroup/internal.h"

/* The sticky bit means nothing else for a group: this one was made here and may go. */
#define MADE_HERE 01755
/* For supervisors whose containers have just been stopped. */
#define ENDING_MS 500
#define CONTROLLERS "cpu cpuset io memory pids"

/* A service is alone in its group; others may be where logins arrive, and are left as they are. */
static bool holds_a_service(const struct hierarchy *h)
{
	const char *name = strrchr(h->base, '/');
	return name && (string_ends(name, ".service") || string_starts(name, "/openrc."));
}

/* A login of root's ends, and its group with it: the top is where root's own containers are. */
static void choose_base(struct hierarchy *h)
{
	_cleanup_free_ char *own = xstrdup(h->own);
	cgroup_strip_own_levels(own);
	h->base = string_ends(own, ".scope") ? xstrdup("") : util_steal_pointer(&own);
	h->delegated = hierarchy_open_base(h) == 0;
}

static int give(const struct hierarchy *h, int group, uid_t uid, gid_t gid)
{
	const char *const files[] = { "cgroup.procs", h->version == 2 ? "cgroup.threads" : "tasks",
				      h->version == 2 ? "cgroup.subtree_control" : NULL };
	if (fchown(group, uid, gid) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i] && fchownat(group, files[i], uid, gid, AT_SYMLINK_NOFOLLOW) < 0 &&
		    errno != ENOENT)
			return -1;
	return 0;
}

/* The user's group below the base; one that is somebody else's is not touched. */
static int open_group(const struct hierarchy *h, const char *user, uid_t uid, gid_t gid)
{
	struct stat st;
	bool made = mkdirat(h->base_fd, user, 0755) == 0;
	if (!made && errno != EEXIST)
		return -1;
	_cleanup_close_ int group =
	    openat(h->base_fd, user, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (group < 0 || fstat(group, &st) < 0)
		return -1;
	if (made && (fchmod(group, MADE_HERE) < 0 || cgroup_inherit_cpuset(h, group) < 0 ||
		     give(h, group, uid, gid) < 0))
		return -1;
	if (!made && st.st_uid != uid)
		return errno = EEXIST, -1;
	return util_steal_fd(&group);
}

/* Processes go to the leaf: the group above it can then hand its controllers on. */
static int enter(const struct hierarchy *h, int group, uid_t uid, gid_t gid)
{
	if (mkdirat(group, CGROUP_LEAF, 0755) < 0 && errno != EEXIST)
		return -1;
	_cleanup_close_ int leaf =
	    openat(group, CGROUP_LEAF, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (leaf < 0 || fchmod(leaf, 0755) < 0 || cgroup_inherit_cpuset(h, leaf) < 0 ||
	    give(h, leaf, uid, gid) < 0)
		return -1;
	_cleanup_close_ int procs = openat(leaf, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return procs < 0 ? -1 : cgroup_write_pid(procs, 0);
}

static struct cgroup *read_groups(void)
{
	struct cgroup *cgroup;
	if (cgroup_new_empty("-", &cgroup, NULL) < 0)
		return NULL;
	if (cgroup_read_layout(&cgroup->list, NULL) < 0) {
		cgroup_free(cgroup);
		return NULL;
	}
	for (size_t i = 0; i < cgroup->list.count; i++)
		choose_base(&cgroup->list.items[i]);
	return cgroup;
}

void cgroup_enter_user_group(const char *user, uid_t uid, gid_t gid)
{
	struct cgroup *cgroup = read_groups();
	for (size_t i = 0; cgroup && i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		struct error why = { 0 };
		if (!h->delegated)
			continue;
		if (h->version == 2 &&
		    cgroup_enable_controllers(cgroup, h, CONTROLLERS, holds_a_service(h), &why) < 0)
			log_info("%s", why.message);
		_cleanup_close_ int group = open_group(h, user, uid, gid);
		if (group < 0 || enter(h, group, uid, gid) < 0)
			log_info("%s%s/%s: %s", h->mount, h->base, user, strerror(errno));
	}
	cgroup_free(cgroup);
}

/* Is nothing below it but the leaf? A supervisor in there is about to end, then. */
static bool is_done_with(const struct hierarchy *h, const char *user)
{
	struct stat st;
	return fstatat(h->base_fd, user, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_mode & 01000) && st.st_nlink <= 3;
}

void cgroup_remove_user_group(const char *user)
{
	struct cgroup *cgroup = read_groups();
	_cleanup_free_ char *leaf = xasprintf("%s/" CGROUP_LEAF, user);
	int64_t until = time_monotonic_ms() + ENDING_MS;
	for (size_t i = 0; cgroup && i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated || !is_done_with(h, user))
			continue;
		while (unlinkat(h->base_fd, leaf, AT_REMOVEDIR) < 0 && errno == EBUSY &&
		       time_monotonic_ms() < until)
			poll(NULL, 0, 5);
		unlinkat(h->base_fd, user, AT_REMOVEDIR);
	}
	cgroup_free(cgroup);
}
