// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where the caller may make groups, and if nowhere, why not and what an admin would do about it. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/user.h"

bool cgroup_euid_is_root(void)
{
	return geteuid() == 0;
}

ssize_t cgroup_read_file(int dirfd, const char *file, char *buffer, size_t size)
{
	_cleanup_close_ int fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, buffer, size - 1);
	if (n < 0)
		return -1;
	if (n && buffer[n - 1] == '\n')
		n--;
	buffer[n] = 0;
	return n;
}

char *hierarchy_path(const struct hierarchy *h, const char *child)
{
	const char *group = h->base ? h->base : h->own;
	return xasprintf("%s%s%s%s", h->mount, group, child ? "/" : "", child ? child : "");
}

/* What delegation means, cgroups(7): the directory, cgroup.procs and the file that makes children
 * useful. */
static bool group_is_writable(const struct hierarchy *h, const char *group)
{
	const char *files[] = { "", "/cgroup.procs",
				h->version == 2 ? "/cgroup.subtree_control" : "/tasks" };
	char path[PATH_MAX];
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		int n = snprintf(path, sizeof(path), "%s%s%s", h->mount, group, files[i]);
		if (n < 0 || (size_t)n >= sizeof(path) ||
		    faccessat(AT_FDCWD, path, i ? W_OK : W_OK | X_OK, AT_EACCESS) < 0)
			return false;
	}
	return true;
}

/*
 * The nearest group at or above the caller's that is writable. Processes are moved between groups
 * below it, and the kernel asks for write access to cgroup.procs of the common ancestor of source
 * and target: that is the group found. Root begins at the top, so that its containers do not live
 * in the group of a login session.
 */
static bool find_base(struct hierarchy *h, bool root, bool relative)
{
	if (root && !relative && group_is_writable(h, "")) {
		h->base = xstrdup("");
		return true;
	}
	_cleanup_free_ char *group = xstrdup(h->own);
	cgroup_strip_own_levels(group);
	do {
		if (group_is_writable(h, group)) {
			h->base = util_steal_pointer(&group);
			return true;
		}
	} while (!relative && cgroup_strip_level(group));
	return false;
}

int hierarchy_open_base(struct hierarchy *h)
{
	_cleanup_free_ char *path = hierarchy_path(h, NULL);
	struct statfs fs;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -1;
	if (fs.f_type != (h->version == 2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC)) {
		errno = ENOTDIR;
		return -1;
	}
	if (h->version == 2) { /* what the base may hand on */
		char words[1024];
		if (cgroup_read_file(fd, "cgroup.controllers", words, sizeof(words)) < 0)
			return -1;
		string_replace(&h->controllers, words);
	}
	h->base_fd = util_steal_fd(&fd);
	return 0;
}

int cgroup_new_empty(const char *container_name, struct cgroup **out, struct error *err)
{
	/* The kernel refuses newlines: /proc/PID/cgroup could not be read back. */
	*out = NULL;
	if (!*container_name || strlen(container_name) + strlen(CGROUP_PAYLOAD_PREFIX) > NAME_MAX ||
	    strpbrk(container_name, "/\n"))
		return error_set(err, E_NAME_INVALID, 0,
				 "\"%.64s\" cannot name a control group: 1 to %zu bytes without "
				 "slash or newline",
				 container_name, (size_t)NAME_MAX - strlen(CGROUP_PAYLOAD_PREFIX));
	struct cgroup *cgroup = xcalloc(1, sizeof(*cgroup));
	cgroup->why = xcalloc(1, sizeof(*cgroup->why));
	cgroup->name = xstrdup(container_name);
	cgroup->payload = xasprintf(CGROUP_PAYLOAD_PREFIX "%s", container_name);
	cgroup->monitor = xasprintf(CGROUP_MONITOR_PREFIX "%s", container_name);
	*out = cgroup;
	return 0;
}

/* Names of the user's own, where there are any. */
static int take_place(struct cgroup *cgroup, const struct cgroup_place *place, struct error *err)
{
	const char *const paths[] = { place->dir, place->container, place->monitor, place->inner,
				      place->pivot };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (paths[i] && !cgroup_path_is_valid(paths[i]))
			return error_set(err, E_CGROUP, 0, "\"%.200s\" names no control group",
					 paths[i]);
	if (place->dir) {
		char *payload = path_join(place->dir, cgroup->payload);
		char *monitor = path_join(place->dir, cgroup->monitor);
		free(cgroup->payload);
		free(cgroup->monitor);
		cgroup->payload = payload;
		cgroup->monitor = monitor;
	}
	if (place->container)
		string_replace(&cgroup->payload, place->container);
	if (place->monitor)
		string_replace(&cgroup->monitor, place->monitor);
	string_replace(&cgroup->inner, place->inner);
	string_replace(&cgroup->pivot, place->pivot);
	cgroup->leaf_wanted = place->leaf;
	cgroup->monitor_wanted = place->dir || place->monitor;
	return 0;
}

int cgroup_new(const char *container_name, const struct cgroup_place *place, struct cgroup **out,
	       struct error *err)
{
	static const struct cgroup_place usual;
	struct cgroup *cgroup;
	*out = NULL;
	if (!place)
		place = &usual;
	if (cgroup_new_empty(container_name, &cgroup, err) < 0)
		return -1;
	if (take_place(cgroup, place, err) < 0) {
		cgroup_free(cgroup);
		return -1;
	}
	if (cgroup_read_layout(&cgroup->list, err) < 0) {
		cgroup_free(cgroup);
		return -1;
	}
	bool root = cgroup_euid_is_root();
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		h->delegated = find_base(h, root, place->relative) && hierarchy_open_base(h) == 0;
	}
	*out = cgroup;
	return 0;
}

void cgroup_free(struct cgroup *cgroup)
{
	if (!cgroup)
		return;
	hierarchies_clear(&cgroup->list);
	free(cgroup->name);
	free(cgroup->payload);
	free(cgroup->monitor);
	free(cgroup->inner);
	free(cgroup->pivot);
	free(*cgroup->why);
	free(cgroup->why);
	free(cgroup);
}

bool cgroup_is_delegated(const struct cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->list.count; i++)
		if (cgroup->list.items[i].delegated)
			return true;
	return false;
}

struct hierarchy *cgroup_find(const struct cgroup *cgroup, int version, const char *controller)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		if (h->version == version &&
		    (!controller || cgroup_list_has(h->controllers, controller)))
			return h;
	}
	return NULL;
}

struct hierarchy *cgroup_v2(const struct cgroup *cgroup)
{
	struct hierarchy *h = cgroup_find(cgroup, 2, NULL);
	return h && h->delegated ? h : NULL;
}

struct hierarchy *cgroup_v1(const struct cgroup *cgroup, const char *controller)
{
	struct hierarchy *h = cgroup_find(cgroup, 1, controller);
	return h && h->delegated ? h : NULL;
}

/* The hierarchy a message is best about: cgroup2 unless v1 has the controllers. */
static const struct hierarchy *main_hierarchy(const struct cgroup *cgroup)
{
	const struct hierarchy *h = cgroup_find(cgroup, 1, "memory");
	if (!h)
		h = cgroup_find(cgroup, 2, NULL);
	return h ? h : cgroup->list.count ? &cgroup->list.items[0] : NULL;
}

static char *advice_without_manager(const struct hierarchy *h, const char *user)
{
	const char *second = h->version == 2 ? "cgroup.subtree_control" : "tasks";
	const char *each =
	    h->version == 2 ? "" : ", the same in every hierarchy below /sys/fs/cgroup";
	/* Not chown -R: the group's own limits (memory.max) must stay root's. */
	return xasprintf("an admin: g=%s/%s; mkdir -p $g/" CGROUP_LEAF
			 "; chown %s $g $g/cgroup.procs "
			 "$g/%s $g/" CGROUP_LEAF " $g/" CGROUP_LEAF
			 "/cgroup.procs%s; and %s's logins and services start in $g/" CGROUP_LEAF
			 " (pam_cgroup, cgrules.conf, or echo PID >cgroup.procs)",
			 h->mount, user, user, second, each, user);
}

static char *describe_refusal(const struct cgroup *cgroup)
{
	const struct hierarchy *h = main_hierarchy(cgroup);
	_cleanup_free_ char *user = user_name(geteuid());
	if (!h)
		return xstrdup("no control group file system shows the group of this process; an "
			       "admin: mount -t "
			       "cgroup2 none /sys/fs/cgroup");
	_cleanup_free_ char *path = hierarchy_path(h, NULL);
	struct stat st;
	if (cgroup_euid_is_root())
		return xasprintf("control groups cannot be made: %s is mounted read-only or "
				 "belongs to an outer user "
				 "namespace",
				 h->mount);
	_cleanup_free_ char *owner =
	    stat(path, &st) == 0 ? user_name(st.st_uid) : xstrdup("unknown");
	_cleanup_free_ char *advice =
	    access("/run/systemd/system", F_OK) == 0
		? xasprintf("an admin: loginctl enable-linger %s; or run it as systemd-run --user "
			    "--scope -p Delegate=yes -- COMMAND, or in a unit with Delegate=yes "
			    "(User=%s)",
			    user, user)
		: advice_without_manager(h, user);
	return xasprintf("no control group is delegated to %s: %s belongs to %s; %s", user, path,
			 owner, advice);
}

const char *cgroup_why_not(const struct cgroup *cgroup)
{
	/* Made when asked for: user names may cost a directory service. */
	if (!*cgroup->why)
		*cgroup->why = cgroup_is_delegated(cgroup) ? xstrdup("") : describe_refusal(cgroup);
	return *cgroup->why;
}
