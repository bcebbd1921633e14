// SPDX-License-Identifier: LGPL-2.1-or-later
/* The root itself: where it comes from, where it is attached, how it becomes "/". */
#include "rootfs/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"

int rootfs_cut_propagation(struct error *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_set(err, E_MOUNT, errno, "cutting mount propagation");
	return 0;
}

int rootfs_open_sources(struct rootfs *rootfs, struct error *err)
{
	const struct config *config = rootfs->config;
	if (rootfs_cut_propagation(err) < 0)
		return -1;
	/* Else it came from outside, rootfs_take_idmapped(), or is mounted by rootfs_attach(). */
	if (rootfs->root_tree < 0 && storage_is_simple(config)) {
		rootfs->root_tree = mount_copy(AT_FDCWD, rootfs_path(config), true);
		if (rootfs->root_tree < 0)
			return error_set(err, E_ROOTFS, errno, "root file system %s: open_tree",
					 rootfs_path(config));
	}
	return entries_open_sources(rootfs, err) < 0 ? -1 : shmounts_open(rootfs, err);
}

/*
 * The copy is attached where a hook finds it: lxc.rootfs.mount, else the directory made for this at
 * installation, else over the root's own directory. pivot_root(2) only needs it to be attached
 * somewhere.
 */
const char *rootfs_mount_point(const struct config *config)
{
	if (config->rootfs_mount)
		return config->rootfs_mount;
	return file_is_directory(PATH_ROOTFS_MOUNT) ? PATH_ROOTFS_MOUNT
	       : storage_is_simple(config)	    ? rootfs_path(config)
						    : "/mnt";
}

int rootfs_attach(struct rootfs *rootfs, struct error *err)
{
	const char *where = rootfs_mount_point(rootfs->config);
	_cleanup_close_ int target = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target >= 0 && rootfs->root_tree < 0) {
		rootfs->root_tree = storage_open(rootfs->config, rootfs->plan->user_namespace, err);
		if (rootfs->root_tree < 0)
			return -1;
	}
	if (target < 0 || mount_attach(rootfs->root_tree, target) < 0)
		return error_set(err, E_ROOTFS, errno, "attaching the root file system at %s",
				 where);
	return 0;
}

/* lxc.rootfs.options: attributes of the root mount, once everything below it has been made. */
static int apply_options(struct rootfs *rootfs, struct error *err)
{
	const struct mount_options *options = &rootfs->plan->options;
	if (mount_apply(rootfs->root_tree, options->set, options->clear, false) == 0)
		return 0;
	int error = errno;
	error_set(err, E_MOUNT, error, "lxc.rootfs.options = %s", rootfs->config->rootfs_options);
	return error == EPERM
		   ? error_fix(err, "the host has mounted it like that, and only the host can "
				    "change it: take the option for the opposite out")
		   : -1;
}

int rootfs_pivot(struct rootfs *rootfs, struct error *err)
{
	const struct mount_options *options = &rootfs->plan->options;
	if (apply_options(rootfs, err) < 0)
		return -1;
	/* pivot_root(2): with both arguments "." the old root ends up on top of the new one and is
	 * detached there. */
	if (fchdir(rootfs->root_tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return error_set(err, E_ROOTFS, errno, "pivot_root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return error_set(err, E_ROOTFS, errno, "leaving the old root");
	/* Not before: pivot_root(2) lets nothing be attached to a shared mount. Shared among the
	 * container's own namespaces, as on a host: systemd mounts its services' credentials in one
	 * of them for another, and leaves it to us to see to that. */
	unsigned long propagation = options->propagation ? options->propagation : MS_SHARED;
	if (mount_propagate(rootfs->root_tree, propagation, options->propagation_recursive) < 0)
		return error_set(err, E_MOUNT, errno, "propagation of the container's root");
	close(rootfs->root_tree);
	rootfs->root_tree = -1;
	return 0;
}
