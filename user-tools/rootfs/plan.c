// SPDX-License-Identifier: LGPL-2.1-or-later
/* What can be said about the root and the mounts before anything is started. */
#define LOG_MODULE "rootfs"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "rootfs/internal.h"

const char *rootfs_path(const struct config *config)
{
	return config->rootfs_path ? config->rootfs_path : "/";
}

static int check_root(const struct config *config, struct error *err)
{
	const char *path = rootfs_path(config);
	struct stat st;
	if (config->rootfs_mount && !file_is_directory(config->rootfs_mount))
		return error_set(err, E_ROOTFS, 0,
				 "lxc.rootfs.mount = %s: an existing directory is expected",
				 config->rootfs_mount);
	if (!storage_is_simple(config))
		return storage_check(config, err);
	if (stat(path, &st) < 0) {
		error_set(err, E_ROOTFS, errno, "root file system %s", path);
		return error_fix(err, "create it (lxc-create) or correct lxc.rootfs.path in %s",
				 config->path ? config->path : "the configuration");
	}
	if (!S_ISDIR(st.st_mode))
		return error_set(err, E_ROOTFS, ENOTDIR, "root file system %s", path);
	return 0;
}

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

int mount_item_error(const struct mount_item *item, enum error_code code, int sys_errno,
		     const char *what, struct error *err)
{
	const struct mount_entry *entry = item->entry;
	return error_set(err, code, sys_errno, "%s: %s = %s %s %s %s: %s",
			 config_place(&entry->origin), item->key, entry->source, entry->target,
			 entry->fstype, entry->options, what);
}

/* Does the kernel know it as a file system on a block device? */
static bool needs_block_device(const char *fstype)
{
	_cleanup_free_ char *text = NULL;
	struct string_list lines = { 0 };
	bool found = false;
	if (file_read_all(AT_FDCWD, "/proc/filesystems", 1 << 16, &text) < 0)
		return false;
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count && !found; i++)
		found = *lines.items[i] == '\t' && strcmp(lines.items[i] + 1, fstype) == 0 &&
			strcmp(fstype, "fuseblk") != 0;
	string_list_clear(&lines);
	return found;
}

int rootfs_check_idmap(const struct rootfs_plan *plan, const char *value, struct error *err)
{
	bool container = strcmp(value, "container") == 0;
	if (container && !plan->user_namespace) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "idmap=container: the container has no user namespace of its own");
		return error_fix(err, "set lxc.idmap");
	}
	/* do_idmap_mount(): CAP_SYS_ADMIN in the user namespace the file system was mounted in */
	if (geteuid() != 0) {
		error_set(err, E_PRIVILEGE, 0,
			  "idmap=%s takes CAP_SYS_ADMIN over the file system, which root of the "
			  "host has",
			  value);
		return error_fix(err, "lxc.idmap.keep = UID shows your own files under the right "
				      "owner; or root starts the container");
	}
	if (container)
		return 0;
	_cleanup_close_ int fd = rootfs_open_userns(value);
	return fd >= 0
		   ? 0
		   : error_set(err, E_CONFIG_VALUE, errno, "idmap=%s: not a user namespace", value);
}

static int check_bind(const struct mount_item *item, struct error *err)
{
	if (item->options.data) {
		_cleanup_free_ char *what =
		    xasprintf("\"%s\" is for the file system, which a bind mount does not change",
			      item->options.data);
		return mount_item_error(item, E_CONFIG_VALUE, 0, what, err);
	}
	if (!item->options.relative && *item->entry->source != '/')
		return mount_item_error(item, E_CONFIG_VALUE, 0,
					"the source of a bind mount is an absolute path of the "
					"host, or the option relative is given",
					err);
	return 0;
}

static int check_new(const struct rootfs_plan *plan, const struct mount_item *item,
		     struct error *err)
{
	const char *type = item->entry->fstype;
	if (item->options.relative || item->options.idmap)
		return mount_item_error(item, E_CONFIG_VALUE, 0,
					"relative and idmap= are for bind mounts", err);
	if (strcmp(type, "none") == 0 || strcmp(type, "auto") == 0)
		return mount_item_error(
		    item, E_CONFIG_VALUE, 0,
		    "the type of the file system is missing (none goes with bind, rbind, remount)",
		    err);
	if (plan->user_namespace && needs_block_device(type)) {
		_cleanup_free_ char *what =
		    xasprintf("only root of the host mounts a %s file system", type);
		mount_item_error(item, E_PRIVILEGE, 0, what, err);
		return error_fix(err, "have it mounted on the host and use bind");
	}
	return 0;
}

/* "/", ".", "../..": RESOLVE_IN_ROOT makes the root of all of them. */
static bool is_root(const char *path)
{
	struct string_list parts = { 0 };
	bool root = true;
	string_list_add_words(&parts, path, "/");
	for (size_t i = 0; i < parts.count && root; i++)
		root = strcmp(parts.items[i], ".") == 0 || strcmp(parts.items[i], "..") == 0;
	string_list_clear(&parts);
	return root;
}

static int check_item(const struct rootfs_plan *plan, const struct mount_item *item,
		      struct error *err)
{
	const struct mount_options *options = &item->options;
	if (!item->target)
		return mount_item_error(
		    item, E_CONFIG_VALUE, 0,
		    "the target is outside the container; a path relative to its root is expected",
		    err);
	if (options->remount)
		return options->idmap || options->relative
			   ? mount_item_error(item, E_CONFIG_VALUE, 0,
					      "relative and idmap= are not for a remount", err)
			   : 0;
	if (is_root(item->target))
		return mount_item_error(item, E_CONFIG_VALUE, 0,
					"the target is the root itself, which is lxc.rootfs.path",
					err);
	if (!options->bind)
		return check_new(plan, item, err);
	if (check_bind(item, err) < 0)
		return -1;
	if (!options->idmap)
		return 0;
	if (options->relative)
		return mount_item_error(item, E_CONFIG_VALUE, 0,
					"relative and idmap= exclude each other", err);
	return rootfs_check_idmap(plan, options->idmap, err) == 0
		   ? 0
		   : error_step(err, "%s: %s", config_place(&item->entry->origin), item->key);
}

static int add_items(struct rootfs_plan *plan, const char *key, const struct mount_entry *entries,
		     size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct mount_item item = { .entry = &entries[i], .key = key };
		if (mount_options_parse(entries[i].options, &item.options, err) < 0)
			return error_step(err, "%s: %s", config_place(&entries[i].origin), key);
		item.target = inside_target(plan->config, &entries[i]);
		plan->items = xrealloc(plan->items, (plan->count + 1) * sizeof(item));
		plan->items[plan->count++] = item;
		if (check_item(plan, &item, err) < 0)
			return -1;
	}
	return 0;
}

/* lxc.rootfs.options: what a bind mount of a directory can have. */
static int plan_root_options(struct rootfs_plan *plan, struct error *err)
{
	const char *text = plan->config->rootfs_options;
	struct mount_options *options = &plan->options;
	if (!text)
		return 0;
	if (mount_options_parse(text, options, err) < 0)
		return error_step(err, "lxc.rootfs.options = %s", text);
	if (options->create_dir || options->create_file || options->optional || options->relative ||
	    options->remount)
		return error_set(err, E_CONFIG_VALUE, 0,
				 "lxc.rootfs.options = %s: create=, optional, nofail, relative and "
				 "remount are for lxc.mount.entry",
				 text);
	if (options->data)
		return error_set(err, E_CONFIG_VALUE, 0,
				 "lxc.rootfs.options = %s: \"%s\" is for a file system; the root "
				 "is a directory of one that is mounted already",
				 text, options->data);
	if (options->idmap && rootfs_check_idmap(plan, options->idmap, err) < 0)
		return error_step(err, "lxc.rootfs.options");
	return 0;
}

/* A mount that is made there later on the host arrives in the container only if it is shared. */
static int check_shmounts(const struct config *config, struct error *err)
{
	const char *host = config->mount_auto.shmounts_host;
	if (!host)
		return 0;
	if (!file_is_directory(host))
		return error_set(err, E_CONFIG_VALUE, errno,
				 "%s: lxc.mount.auto = shmounts:%s: not a directory",
				 config_place(&config->mount_auto.origin), host);
	if (rootfs_is_shared(host))
		return 0;
	error_set(err, E_CONFIG_VALUE, 0,
		  "%s: lxc.mount.auto = shmounts:%s: it does not lie on a shared mount, so nothing "
		  "that is mounted there would arrive",
		  config_place(&config->mount_auto.origin), host);
	return error_fix(err, "as root: mount --bind %s %s && mount --make-shared %s", host, host,
			 host);
}

int rootfs_plan_make(struct rootfs_plan *plan, const struct config *config, bool user_namespace,
		     struct error *err)
{
	*plan = (struct rootfs_plan){ .config = config, .user_namespace = user_namespace };
	if (check_root(config, err) < 0 || plan_root_options(plan, err) < 0 ||
	    config_load_fstab(config, &plan->fstab, err) < 0 ||
	    add_items(plan, "lxc.mount.fstab", plan->fstab.entries, plan->fstab.count, err) < 0 ||
	    add_items(plan, "lxc.mount.entry", config->mounts, config->mount_count, err) < 0)
		return -1;
	return check_shmounts(config, err);
}

void rootfs_plan_clear(struct rootfs_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		mount_options_clear(&plan->items[i].options);
	free(plan->items);
	mount_options_clear(&plan->options);
	config_free_fstab(&plan->fstab);
	*plan = (struct rootfs_plan){ 0 };
}
