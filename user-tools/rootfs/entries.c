// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.mount.fstab and lxc.mount.entry: sources opened as the caller, mounted as the container's
 * root. */
#define LOG_MODULE "mount"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "rootfs/internal.h"

static bool left_out(const struct mount_item *item, int error)
{
	if (item->options.optional)
		log_info("%s: optional mount of %s on %s left out: %s",
			 config_place(&item->entry->origin), item->entry->source,
			 item->entry->target, strerror(error));
	return item->options.optional;
}

int entries_open_sources(struct rootfs *rootfs, struct error *err)
{
	for (size_t i = 0; i < rootfs->plan->count; i++) {
		const struct mount_item *item = &rootfs->plan->items[i];
		const struct mount_options *options = &item->options;
		/* An idmapped one has been made outside, or was left out there. */
		if (!options->bind || options->relative || options->remount || options->idmap)
			continue;
		rootfs->item_trees[i] =
		    mount_copy(AT_FDCWD, item->entry->source, options->recursive);
		if (rootfs->item_trees[i] >= 0 || left_out(item, errno))
			continue;
		int error = errno;
		mount_item_error(item, E_MOUNT, error, "opening the source", err);
		if (error == EINVAL && !options->recursive)
			error_fix(err, "mounts lie below %s: use rbind instead of bind",
				  item->entry->source);
		return -1;
	}
	return 0;
}

/* A detached mount for the item, or -1 (errno). */
static int make_mount(struct rootfs *rootfs, size_t i)
{
	const struct mount_item *item = &rootfs->plan->items[i];
	const struct mount_options *options = &item->options;
	if (rootfs->item_trees[i] >= 0)
		return util_steal_fd(&rootfs->item_trees[i]);
	if (!options->bind)
		return mount_new(item->entry->fstype, item->entry->source, options->data,
				 options->set);
	if (!options->relative)
		return errno = ENOENT, -1;
	_cleanup_close_ int source = resolve_open(rootfs->root_tree, item->entry->source, 0);
	return source < 0 ? -1 : mount_copy(source, "", options->recursive);
}

static int open_target(struct rootfs *rootfs, const struct mount_item *item)
{
	if (item->options.create_dir || item->options.create_file)
		return resolve_create(rootfs->root_tree, item->target, item->options.create_file);
	return resolve_open(rootfs->root_tree, item->target, 0);
}

/* move_mount(2) says EINVAL to this, as to much else. */
static int attach(int tree, int target)
{
	struct stat from, to;
	if (fstat(tree, &from) < 0 || fstat(target, &to) < 0)
		return -1;
	if (S_ISDIR(from.st_mode) != S_ISDIR(to.st_mode))
		return errno = ENOTDIR, -1;
	return mount_attach(tree, target);
}

static int change(int mount, const struct mount_options *options)
{
	if (mount_apply(mount, options->set, options->clear, options->recursive) < 0)
		return -1;
	return options->propagation
		   ? mount_propagate(mount, options->propagation, options->propagation_recursive)
		   : 0;
}

static int mount_one(struct rootfs *rootfs, size_t i)
{
	const struct mount_item *item = &rootfs->plan->items[i];
	const struct mount_options *options = &item->options;
	if (options->remount) {
		_cleanup_close_ int place = open_target(rootfs, item);
		if (place < 0 || (options->data && mount_reconfigure(place, options->data) < 0))
			return -1;
		return change(place, options);
	}
	_cleanup_close_ int tree = make_mount(rootfs, i);
	_cleanup_close_ int target = tree < 0 ? -1 : open_target(rootfs, item);
	if (target < 0 || attach(tree, target) < 0)
		return -1;
	return change(tree, options);
}

static void advise(const struct rootfs *rootfs, const struct mount_item *item, int error,
		   struct error *err)
{
	const struct mount_options *options = &item->options;
	if (error == ENOENT)
		error_fix(err, "add the option create=dir, create=file or optional");
	else if (error == ENOTDIR)
		error_fix(err, "source and target are both directories, or neither is");
	else if (error == EPERM && (options->bind || options->remount))
		/* can_change_locked_flags(): what came from the host's mount table stays. */
		error_fix(err, "the host has mounted it ro, nosuid, nodev, noexec or with another "
			       "access time mode, and only the host can change that: take the "
			       "option for the opposite out");
	else if ((error == EPERM || error == EACCES) && rootfs->user_namespace)
		error_fix(err, "have it mounted on the host and use bind");
}

int rootfs_mount_entries(struct rootfs *rootfs, struct error *err)
{
	for (size_t i = 0; i < rootfs->plan->count; i++) {
		const struct mount_item *item = &rootfs->plan->items[i];
		if (mount_one(rootfs, i) == 0 || left_out(item, errno))
			continue;
		int error = errno;
		_cleanup_free_ char *what = *mount_why()
						? xasprintf("mounting it (%s)", mount_why())
						: xstrdup("mounting it");
		mount_item_error(item, E_MOUNT, error, what, err);
		advise(rootfs, item, error, err);
		return -1;
	}
	return 0;
}
