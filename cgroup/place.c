// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Groups with a path of their own (lxc.cgroup.dir*): those that lead to them are made, given all
 * controllers that they have to hand on, and removed when nothing is left in them. Those that were
 * there before stay: what is made here has the sticky bit, which means nothing else for a group.
 */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

#define MADE_HERE 01755

bool cgroup_path_is_valid(const char *path)
{
	_cleanup_free_ char *framed = xasprintf("/%s/", path);
	return *path && strlen(path) < 2048 && !strstr(framed, "//") && !strstr(framed, "/./") &&
	       !strstr(framed, "/../") && !strpbrk(path, "\n");
}

/* v1: a new cpuset group is empty and takes no process until it has cpus and memory nodes. */
int cgroup_inherit_cpuset(const struct hierarchy *h, int group)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	if (h->version != 1 || !cgroup_list_has(h->controllers, "cpuset"))
		return 0;
	_cleanup_close_ int above = openat(group, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char value[4096];
		/* Not empty where the parent has cgroup.clone_children. */
		if (cgroup_read_file(group, files[i], value, sizeof(value)) > 0)
			continue;
		if (above < 0 || cgroup_read_file(above, files[i], value, sizeof(value)) < 0 ||
		    file_write_kernel(group, files[i], value) < 0)
			return -1;
	}
	return 0;
}

void cgroup_hand_on(const struct hierarchy *h, int group)
{
	char words[1024];
	if (h->version != 2 ||
	    cgroup_read_file(group, "cgroup.controllers", words, sizeof(words)) <= 0)
		return;
	struct string_list list = { 0 };
	string_list_add_words(&list, words, " ");
	for (size_t i = 0; i < list.count; i++) {
		_cleanup_free_ char *on = xasprintf("+%s", list.items[i]);
		if (cgroup_write_subtree(group, on) < 0)
			log_info("%s is not handed on: %s", list.items[i], strerror(errno));
	}
	string_list_clear(&list);
}

static int make_one(const struct hierarchy *h, const char *path)
{
	bool made = mkdirat(h->base_fd, path, 0755) == 0;
	if (!made && errno != EEXIST)
		return -1;
	_cleanup_close_ int group =
	    openat(h->base_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (group < 0 || (made && fchmod(group, MADE_HERE) < 0) ||
	    cgroup_inherit_cpuset(h, group) < 0)
		return -1;
	cgroup_hand_on(h, group);
	return 0;
}

int cgroup_make_parents(const struct hierarchy *h, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		int result = make_one(h, copy);
		*slash = '/';
		if (result < 0)
			return -1;
	}
	return 0;
}

void cgroup_remove_parents(const struct hierarchy *h, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	struct stat st;
	for (char *slash; (slash = strrchr(copy, '/'));) {
		*slash = 0;
		if (fstatat(h->base_fd, copy, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !(st.st_mode & S_ISVTX) || unlinkat(h->base_fd, copy, AT_REMOVEDIR) < 0)
			return;
	}
}
