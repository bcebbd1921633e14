// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * idmap= of lxc.mount.entry and lxc.rootfs.options, mount_setattr(2): a mount that shows its owners
 * as another user namespace has them. The kernel wants CAP_SYS_ADMIN in the user namespace the file
 * system belongs to, so the supervisor of a container of root makes it and sends it in: one message
 * each, the root first, in the order of the plan; without a descriptor where an optional one could
 * not be made.
 */
#define LOG_MODULE "mount"
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "base/log.h"
#include "base/socket.h"
#include "rootfs/internal.h"

int rootfs_open_userns(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWUSER)
		return errno = EINVAL, -1;
	return util_steal_fd(&fd);
}

/* A detached copy of path, or -1 (errno). */
static int make(const char *path, const struct mount_options *options, bool submounts,
		int user_namespace)
{
	_cleanup_close_ int other = -1;
	if (strcmp(options->idmap, "container") != 0) {
		other = rootfs_open_userns(options->idmap);
		if (other < 0)
			return -1;
		user_namespace = other;
	}
	/* Made outside, where mounts are shared as systemd shares them: pivot_root(2) takes no such
	 * root, and what the container mounts must not come back. */
	_cleanup_close_ int tree = mount_copy(AT_FDCWD, path, submounts);
	if (tree >= 0 && mount_propagate(tree, MS_SLAVE, true) < 0)
		return -1;
	/* Below the root other file systems may lie, and each of them would have to be able to. */
	if (tree < 0 || mount_idmap(tree, user_namespace, options->recursive) < 0)
		return -1;
	return util_steal_fd(&tree);
}

static int refuse(const char *path, const char *value, int error, struct error *err)
{
	error_set(err, E_MOUNT, error, "idmap=%s: mounting %s with other owners", value, path);
	if (error == EINVAL)
		error_fix(err, "the kernel cannot do it for this file system: have the owners "
			       "changed (chown), without idmap=");
	return -1;
}

/* A device is mounted by whoever has the host's privileges. */
static bool root_is_outside(const struct rootfs_plan *plan)
{
	return plan->options.idmap || (plan->user_namespace && storage_is_device(plan->config));
}

static int make_root(const struct rootfs_plan *plan, const char *path, int user_namespace,
		     struct error *err)
{
	const char *idmap = plan->options.idmap;
	if (storage_is_simple(plan->config)) {
		int tree = make(path, &plan->options, true, user_namespace);
		return tree < 0 ? refuse(path, idmap, errno, err) : tree;
	}
	_cleanup_close_ int other =
	    idmap && strcmp(idmap, "container") != 0 ? rootfs_open_userns(idmap) : -1;
	_cleanup_close_ int tree = storage_open(plan->config, false, err);
	if (tree < 0)
		return -1;
	if (idmap && mount_idmap(tree, other < 0 ? user_namespace : other, false) < 0)
		return refuse(path, idmap, errno, err);
	return util_steal_fd(&tree);
}

static int send_in(int socket, int tree, struct error *err)
{
	if (socket_send(socket, "i", 1, &tree, tree >= 0) == 0 || errno == EPIPE)
		return 0; /* EPIPE: it has ended, and its own error is on the way */
	return error_set(err, E_SYSTEM, errno, "sending a mount");
}

int rootfs_give_idmapped(const struct rootfs_plan *plan, int user_namespace, int socket,
			 struct error *err)
{
	const char *path = rootfs_path(plan->config);
	if (root_is_outside(plan)) {
		_cleanup_close_ int tree = make_root(plan, path, user_namespace, err);
		if (tree < 0)
			return -1;
		if (send_in(socket, tree, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct mount_options *options = &plan->items[i].options;
		path = plan->items[i].entry->source;
		if (!options->idmap)
			continue;
		_cleanup_close_ int tree = make(path, options, options->recursive, user_namespace);
		if (tree < 0 && !options->optional)
			return refuse(path, options->idmap, errno, err);
		if (tree < 0)
			log_info("optional mount of %s left out: %s", path, strerror(errno));
		if (send_in(socket, tree, err) < 0)
			return -1;
	}
	return 0;
}

static int take(int socket, int *tree, struct error *err)
{
	char letter = 0;
	size_t count = 1;
	ssize_t n = socket_receive(socket, &letter, 1, tree, &count);
	if (n == 0)
		_exit(1); /* the supervisor gave up and has said why */
	if (n != 1 || letter != 'i')
		return error_set(err, E_SUPERVISOR, n < 0 ? errno : 0, "receiving a mount");
	*tree = count ? *tree : -1;
	return 0;
}

int rootfs_take_idmapped(struct rootfs *rootfs, int socket, struct error *err)
{
	const struct rootfs_plan *plan = rootfs->plan;
	rootfs->item_trees = xcalloc(plan->count + 1, sizeof(int));
	for (size_t i = 0; i < plan->count; i++)
		rootfs->item_trees[i] = -1;
	if (root_is_outside(plan) && take(socket, &rootfs->root_tree, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->items[i].options.idmap && take(socket, &rootfs->item_trees[i], err) < 0)
			return -1;
	return 0;
}
