// SPDX-License-Identifier: LGPL-2.1-or-later
/* image_destroy: the storage, then what else is in the directory, the configuration last. */
#define LOG_MODULE "image"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "container/groups.h"
#include "container/hooks.h"
#include "container/runtime.h"
#include "image/internal.h"

/* The name right below the container directory that a root path starts with; NULL if it lies
 * elsewhere. */
static char *name_below(const char *directory, const char *path)
{
	size_t length = strlen(directory);
	if (!path || strncmp(path, directory, length) != 0 || path[length] != '/')
		return NULL;
	path += length + strspn(path + length, "/");
	if (!*path || strstr(path, "/../") || string_ends(path, "/..") || *path == '.')
		return NULL;
	return xstrndup(path, strcspn(path, "/"));
}

static int check_users(const struct container *container, bool with_snapshots, struct error *err)
{
	_cleanup_free_ char *clones = path_join(container->directory, "lxc_snapshots");
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, clones, 1 << 20, &text) > 0) {
		error_set(err, E_STORAGE, 0, "the container has clones that use its storage");
		return error_fix(err, "destroy the containers named in %s first", clones);
	}
	if (!text && errno != ENOENT)
		return error_set(err, E_STORAGE, errno, "reading %s", clones);
	_cleanup_free_ char *snapshots = path_join(container->directory, "snaps");
	_cleanup_dir_ DIR *dir = opendir(snapshots);
	for (struct dirent *entry; dir && !with_snapshots && (entry = readdir(dir));)
		if (*entry->d_name != '.') {
			error_set(err, E_STORAGE, 0, "the container has snapshots (%s)", snapshots);
			return error_fix(err, "lxc-destroy -s removes them, too");
		}
	return 0;
}

int image_check_removable(struct container *container, bool with_snapshots, struct error *err)
{
	if (!container_is_defined(container)) {
		error_set(err, E_NOT_FOUND, 0,
			  "the container is not defined: there is no complete container in %s",
			  container->directory);
		return error_fix(err, "lxc-ls shows those there are; -P names another path");
	}
	if (!container->config && container_load(container, NULL, err) < 0)
		return -1;
	return check_users(container, with_snapshots, err);
}

static int remove_container(const struct container *container, struct error *err)
{
	const struct config *config = container->config;
	struct storage storage;
	/* Of an overlay the upper layer is the container's, the others are somebody's. */
	bool overlay = string_starts(config->rootfs_type, "overlay") && config->rootfs_path;
	const char *upper = overlay ? strrchr(config->rootfs_path, ':') : NULL;
	const char *path = upper ? upper + 1 : config->rootfs_path;
	_cleanup_free_ char *root = name_below(container->directory, path);
	if (path && !root)
		log_notice("%s is not below the container's directory: left alone (lxc-usernsexec "
			   "-- rm -r removes it)",
			   path);
	const char *keep = config->rootfs_managed ? NULL : root;
	if (keep)
		log_notice("%s/%s is left alone (lxc.rootfs.managed = 0)", container->directory,
			   keep);
	_cleanup_close_ int parent = open(container->lxcpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return error_set(err, E_STORAGE, errno, "the directory %s", container->lxcpath);
	storage_find(&storage, config);
	if (storage_remove(&storage, parent, container->name, container->directory, "config", keep,
			   err) < 0)
		return -1;
	_cleanup_close_ int directory =
	    openat(parent, container->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0 || (unlinkat(directory, "config", 0) < 0 && errno != ENOENT))
		return error_set(err, E_STORAGE, errno, "removing %s/config", container->directory);
	if (!keep && unlinkat(parent, container->name, AT_REMOVEDIR) < 0)
		return error_set(err, E_STORAGE, errno, "removing %s", container->directory);
	return 0;
}

static int check_stopped(const struct container *container, struct error *err)
{
	enum container_state state;
	if (container_get_state(container, &state, err) < 0)
		return -1;
	if (state == STATE_STOPPED)
		return 0;
	error_set(err, E_RUNNING, 0, "the container is %s", container_state_name(state));
	return error_fix(err, "lxc-stop -n %s first, or lxc-destroy -f", container->name);
}

int image_destroy_locked(const struct container *container, const struct hook_watch *watch,
			 struct error *err)
{
	const struct hook_context context = { .container = container,
					      .config = container->config,
					      .watch = watch };
	if (hooks_run(&context, HOOK_DESTROY, err) < 0)
		return error_step(err, "nothing was removed");
	return remove_container(container, err);
}

int image_destroy(struct container *container, bool with_snapshots, struct error *err)
{
	if (image_check_removable(container, with_snapshots, err) < 0 ||
	    check_stopped(container, err) < 0)
		return -1;
	/* Held by the supervisor while the container runs. */
	_cleanup_close_ int lock = container_lock(container, err);
	if (lock < 0)
		return -1;
	struct storage storage;
	storage_find(&storage, container->config);
	groups_clean_after_crash(lock, container->name, &storage.map);
	int result = image_destroy_locked(container, NULL, err);
	runtime_remove(lock, container->lxcpath, container->name);
	return result;
}
