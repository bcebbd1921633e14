// SPDX-License-Identifier: LGPL-2.1-or-later
/* The root itself: where it comes from, where it is attached, how it becomes "/". */
#include "rootfs/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "rootfs/entries.h"
#include "rootfs/mount.h"

/* Without lxc.rootfs.path a container shares the host's tree (in mount namespace of its own). */
static const char *root_path(const struct config *config)
{
	return config->rootfs_path ? config->rootfs_path : "/";
}

int rootfs_check(const struct config *config, struct error *err)
{
	const char *path = root_path(config);
	struct stat st;
	if (config->rootfs_type && strcmp(config->rootfs_type, "dir") != 0) {
		error_set(err, E_UNSUPPORTED, 0, "lxc.rootfs.path = %s:%s: not supported yet",
			  config->rootfs_type, path);
		return error_fix(err, "use dir:/PATH");
	}
	if (*path != '/')
		return error_set(err, E_ROOTFS, 0,
				 "lxc.rootfs.path = %s: an absolute path is expected", path);
	if (stat(path, &st) < 0) {
		error_set(err, E_ROOTFS, errno, "root file system %s", path);
		return error_fix(err, "create it (lxc-create) or correct lxc.rootfs.path in %s",
				 config->path ? config->path : "the configuration");
	}
	if (!S_ISDIR(st.st_mode))
		return error_set(err, E_ROOTFS, ENOTDIR, "root file system %s", path);
	if (config->rootfs_mount && !file_is_directory(config->rootfs_mount))
		return error_set(err, E_ROOTFS, 0,
				 "lxc.rootfs.mount = %s: an existing directory is expected",
				 config->rootfs_mount);
	return entries_check(config, err);
}

int rootfs_open_sources(struct rootfs *rootfs, struct error *err)
{
	const struct config *config = rootfs->config;
	/* Nothing mounted here is seen outside; what the host mounts later still arrives, until the
	 * pivot. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_set(err, E_MOUNT, errno, "cutting mount propagation");
	rootfs->root_tree = mount_copy(AT_FDCWD, root_path(config), true);
	if (rootfs->root_tree < 0)
		return error_set(err, E_ROOTFS, errno, "root file system %s: open_tree",
				 root_path(config));
	return entries_open_sources(rootfs, err);
}

/*
 * The copy is attached where a hook finds it: lxc.rootfs.mount, else the directory made for this at
 * installation, else over the root's own directory. pivot_root(2) only needs it to be attached
 * somewhere.
 */
int rootfs_attach(struct rootfs *rootfs, struct error *err)
{
	const char *where = rootfs->config->rootfs_mount;
	if (!where)
		where = file_is_directory(PATH_ROOTFS_MOUNT) ? PATH_ROOTFS_MOUNT
							     : root_path(rootfs->config);
	_cleanup_close_ int target = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0 || mount_attach(rootfs->root_tree, target) < 0)
		return error_set(err, E_ROOTFS, errno, "attaching the root file system at %s",
				 where);
	return 0;
}

/* lxc.rootfs.options: attributes of the root mount, once everything below it has been made. */
static int apply_options(struct rootfs *rootfs, struct error *err)
{
	struct mount_options options;
	if (!rootfs->config->rootfs_options)
		return 0;
	int result = mount_options_parse(rootfs->config->rootfs_options, &options, err);
	if (result == 0 && mount_change(rootfs->root_tree, options.set, 0, false) < 0)
		result = error_set(err, E_MOUNT, errno, "lxc.rootfs.options = %s",
				   rootfs->config->rootfs_options);
	mount_options_clear(&options);
	return result;
}

int rootfs_pivot(struct rootfs *rootfs, struct error *err)
{
	if (apply_options(rootfs, err) < 0)
		return -1;
	/* pivot_root(2): with both arguments "." the old root ends up on top of the new one and is
	 * detached there. */
	if (fchdir(rootfs->root_tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return error_set(err, E_ROOTFS, errno, "pivot_root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return error_set(err, E_ROOTFS, errno, "leaving the old root");
	close(rootfs->root_tree);
	rootfs->root_tree = -1;
	return 0;
}
