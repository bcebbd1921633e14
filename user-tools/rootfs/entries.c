// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "mount"
#include "rootfs/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/paths.h"
#include "rootfs/mount.h"

/*
 * The target inside the root. A relative one is as it stands; an absolute one must lie below
 * lxc.rootfs.path or the place where the root is mounted. NULL if it does not.
 */
static const char *inside_target(const struct config *config, const struct mount_entry *entry)
{
	const char *prefixes[] = { config->rootfs_path, config->rootfs_mount, PATH_ROOTFS_MOUNT };
	if (*entry->target != '/')
		return entry->target;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t length = prefixes[i] ? strlen(prefixes[i]) : 0;
		while (length && prefixes[i][length - 1] == '/')
			length--;
		if (length && strncmp(entry->target, prefixes[i], length) == 0 &&
		    (entry->target[length] == '/' || !entry->target[length]))
			return entry->target + length;
	}
	return config->rootfs_path
		   ? NULL
		   : entry->target; /* the host's tree shared: all of it is inside */
}

static int wrong(const struct mount_entry *entry, struct error *err, const char *what)
{
	return error_set(err, E_CONFIG_VALUE, 0, "%s:%u: lxc.mount.entry = %s %s %s %s: %s",
			 entry->origin.file ? entry->origin.file : "command line",
			 entry->origin.line, entry->source, entry->target, entry->fstype,
			 entry->options, what);
}

int entries_check(const struct config *config, struct error *err)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct mount_entry *entry = &config->mounts[i];
		struct mount_options options;
		int result = mount_options_parse(entry->options, &options, err);
		if (result < 0)
			error_step(err, "%s:%u: lxc.mount.entry",
				   entry->origin.file ? entry->origin.file : "command line",
				   entry->origin.line);
		else if (options.idmap)
			result = error_set(
			    err, E_UNSUPPORTED, 0,
			    "%s:%u: lxc.mount.entry: option idmap=%s is not supported yet",
			    entry->origin.file, entry->origin.line, options.idmap);
		else if (!inside_target(config, entry))
			result = wrong(
			    entry, err,
			    "the target is outside the container; a path relative to its root "
			    "is expected");
		else if (options.bind && !options.relative && *entry->source != '/')
			result =
			    wrong(entry, err,
				  "the source of a bind mount is an absolute path of the host, or "
				  "the option relative is given");
		mount_options_clear(&options);
		if (result < 0)
			return -1;
	}
	return 0;
}

int entries_open_sources(struct rootfs *rootfs, struct error *err)
{
	const struct config *config = rootfs->config;
	rootfs->entry_trees = xcalloc(config->mount_count, sizeof(int));
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct mount_entry *entry = &config->mounts[i];
		struct mount_options options;
		rootfs->entry_trees[i] = -1;
		if (mount_options_parse(entry->options, &options, err) < 0)
			return -1;
		bool host_bind = options.bind && !options.relative, optional = options.optional;
		bool recursive = options.recursive;
		mount_options_clear(&options);
		if (!host_bind)
			continue;
		rootfs->entry_trees[i] = mount_copy(AT_FDCWD, entry->source, recursive);
		if (rootfs->entry_trees[i] >= 0)
			continue;
		int error = errno;
		if (optional) {
			log_info("optional mount of %s left out: %s", entry->source,
				 strerror(error));
			continue;
		}
		error_set(err, E_MOUNT, error, "%s:%u: bind mount of %s", entry->origin.file,
			  entry->origin.line, entry->source);
		if (error == EINVAL && !recursive)
			error_fix(err, "mounts lie below %s: use rbind instead of bind",
				  entry->source);
		return -1;
	}
	return 0;
}

/* A detached mount for the entry, or -1 (errno). */
static int make_mount(struct rootfs *rootfs, size_t i, const struct mount_options *options)
{
	const struct mount_entry *entry = &rootfs->config->mounts[i];
	if (rootfs->entry_trees[i] >= 0)
		return util_steal_fd(&rootfs->entry_trees[i]);
	if (!options->bind)
		return mount_new(entry->fstype, entry->source, options->data, options->set);
	if (!options->relative)
		return errno = ENOENT, -1;
	_cleanup_close_ int source = resolve_open(rootfs->root_tree, entry->source, 0);
	return source < 0 ? -1 : mount_copy(source, "", options->recursive);
}

static int open_target(struct rootfs *rootfs, const struct mount_entry *entry,
		       const struct mount_options *options)
{
	const char *path = inside_target(rootfs->config, entry);
	if (options->create_dir || options->create_file)
		return resolve_create(rootfs->root_tree, path, options->create_file);
	return resolve_open(rootfs->root_tree, path, 0);
}

static int mount_one(struct rootfs *rootfs, size_t i, const struct mount_options *options)
{
	const struct mount_entry *entry = &rootfs->config->mounts[i];
	if (options->remount) {
		_cleanup_close_ int place = open_target(rootfs, entry, options);
		return place < 0 ? -1 : mount_change(place, options->set, options->clear, false);
	}
	_cleanup_close_ int tree = make_mount(rootfs, i, options);
	_cleanup_close_ int target = tree < 0 ? -1 : open_target(rootfs, entry, options);
	if (target < 0 || mount_attach(tree, target) < 0)
		return -1;
	if (options->bind && mount_change(tree, options->set, 0, options->recursive) < 0)
		return -1;
	return options->propagation
		   ? mount_propagate(tree, options->propagation, options->propagation_recursive)
		   : 0;
}

int rootfs_mount_entries(struct rootfs *rootfs, struct error *err)
{
	for (size_t i = 0; i < rootfs->config->mount_count; i++) {
		const struct mount_entry *entry = &rootfs->config->mounts[i];
		struct mount_options options;
		if (mount_options_parse(entry->options, &options, err) < 0)
			return -1;
		int result = mount_one(rootfs, i, &options), error = errno;
		bool optional = options.optional;
		mount_options_clear(&options);
		if (result == 0)
			continue;
		if (optional) {
			log_info("optional mount of %s on %s left out: %s", entry->source,
				 entry->target, strerror(error));
			continue;
		}
		error_set(err, E_MOUNT, error, "%s:%u: mounting %s on %s",
			  entry->origin.file ? entry->origin.file : "command line",
			  entry->origin.line, entry->source, entry->target);
		if (error == ENOENT)
			error_fix(err, "add the option create=dir, create=file or optional");
		return -1;
	}
	return 0;
}
