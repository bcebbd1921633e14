// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Giving the base group back. Where its processes were moved to a leaf for a limit, the last
 * container to go undoes that: controllers off, processes back, leaf removed; logins can be put
 * there again. A leaf that an admin made is kept.
 */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "base/log.h"

/* Says that the leaf is ours: its base had no controllers enabled then, so that all that are now
 * are ours as well. */
#define MARK "user.lxc-privsep.leaf"
#define PIDS_AT_ONCE 256
#define ROUNDS_MAX 100
#define LOCK_TRIES 100

int cgroup_make_leaf(const struct hierarchy *h)
{
	int leaf = hierarchy_make_group(h, CGROUP_LEAF, false);
	if (leaf < 0 && errno == EEXIST)
		return hierarchy_make_group(h, CGROUP_LEAF, true);
	if (leaf >= 0 && fsetxattr(leaf, MARK, "1", 1, 0) < 0)
		log_debug(CGROUP_LEAF " cannot be marked (%s): it will stay", strerror(errno));
	return leaf;
}

/*
 * Shared while a payload appears, exclusive while the base is given back. Anybody who can read the
 * directory can hold the lock, so nobody waits long for it: makers go on without, givers leave
 * things as they are.
 */
void cgroup_lock_base(const struct hierarchy *h)
{
	for (int i = 0; i < LOCK_TRIES && flock(h->base_fd, LOCK_SH | LOCK_NB) < 0; i++)
		poll(NULL, 0, 1);
}

void cgroup_unlock_base(const struct hierarchy *h)
{
	flock(h->base_fd, LOCK_UN);
}

static bool leaf_is_only_child(const struct hierarchy *h)
{
	int copy = openat(h->base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		util_close_fd(&copy);
		return false;
	}
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, CGROUP_LEAF) != 0)
			return false;
	return true;
}

int cgroup_disable_controllers(const struct hierarchy *h)
{
	char enabled[1024];
	if (cgroup_read_file(h->base_fd, "cgroup.subtree_control", enabled, sizeof(enabled)) < 0)
		return -1;
	struct string_list words = { 0 };
	string_list_add_words(&words, enabled, " ");
	int result = 0;
	for (size_t i = 0; i < words.count && result == 0; i++) {
		_cleanup_free_ char *off = xasprintf("-%s", words.items[i]);
		result = file_write_kernel(h->base_fd, "cgroup.subtree_control", off);
	}
	string_list_clear(&words);
	return result;
}

static void move_back(const struct hierarchy *h, int leaf)
{
	_cleanup_close_ int base = openat(h->base_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	for (int round = 0; base >= 0 && round < ROUNDS_MAX; round++) {
		pid_t pids[PIDS_AT_ONCE];
		ssize_t count = cgroup_read_pids(leaf, pids, PIDS_AT_ONCE);
		for (ssize_t i = 0; i < count; i++)
			if (pids[i] <= 0 || (cgroup_write_pid(base, pids[i]) < 0 && errno != ESRCH))
				return;
		if (count <= 0)
			return;
	}
}

void cgroup_give_base_back(const struct hierarchy *h)
{
	_cleanup_close_ int leaf =
	    openat(h->base_fd, CGROUP_LEAF, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (h->version != 2 || leaf < 0 || fgetxattr(leaf, MARK, NULL, 0) < 0 ||
	    flock(h->base_fd, LOCK_EX | LOCK_NB) < 0)
		return;
	if (leaf_is_only_child(h) && cgroup_disable_controllers(h) == 0) {
		move_back(h, leaf);
		unlinkat(h->base_fd, CGROUP_LEAF, AT_REMOVEDIR);
	}
	cgroup_unlock_base(h);
}
