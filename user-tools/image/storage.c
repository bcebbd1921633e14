// SPDX-License-Identifier: LGPL-2.1-or-later
/* Directory storage: made, given to root of the container's id map, and removed as that root. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/util.h"
#include "image/internal.h"

static int find_map(struct storage *storage, const struct config *config, struct error *err)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (uid == 0 && (!config || !config->has_idmap))
		return 0;
	if (config ? config_make_idmap(config, uid, gid, &storage->map, err) < 0
		   : idmap_auto(uid, &storage->map, err) < 0)
		return -1;
	if (idmap_check(&storage->map, uid, gid, true, err) < 0)
		return -1;
	return idmap_add_self(&storage->map, uid, gid, &storage->nsuid, &storage->nsgid, err);
}

void storage_find(struct storage *storage, const struct config *config)
{
	*storage = (struct storage){ 0 };
	find_map(storage, config, &storage->problem);
}

int storage_from_config(struct storage *storage, const struct config *config, struct error *err)
{
	storage_find(storage, config);
	if (!error_is_set(&storage->problem))
		return 0;
	if (err)
		*err = storage->problem;
	return -1;
}

struct own {
	int directory;
	const char *name;
	uid_t uid;
	gid_t gid;
	mode_t mode;
	int flags; /* O_DIRECTORY or 0 */
};

static int own_inside(void *data, struct error *err)
{
	const struct own *own = data;
	_cleanup_close_ int fd = openat(
	    own->directory, own->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | own->flags);
	if (fd < 0 || fchown(fd, own->uid, own->gid) < 0 || fchmod(fd, own->mode) < 0) {
		error_set(err, E_STORAGE, errno, "giving %s to uid %u of the container", own->name,
			  own->uid);
		return error_fix(err, "use a file system that can store the container's ids (not "
				      "NFS, FAT or a FUSE mount) with -P");
	}
	return 0;
}

static int is_empty(const char *path)
{
	_cleanup_dir_ DIR *dir = opendir(path);
	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return 0;
	return 1;
}

int storage_make_rootfs(const struct storage *storage, const char *path, bool allow_filled,
			bool *made, struct error *err)
{
	*made = mkdir(path, 0755) == 0;
	if (!*made && errno != EEXIST)
		return error_set(err, E_STORAGE, errno, "making the directory %s", path);
	if (!*made) {
		int empty = is_empty(path);
		if (empty < 0)
			return error_set(err, E_STORAGE, errno, "reading the directory %s", path);
		if (!empty && allow_filled)
			return 0;
		if (!empty) {
			error_set(err, E_STORAGE, 0, "%s is not empty", path);
			return error_fix(err, "name a directory that does not exist yet, or use it "
					      "as it is with -t none");
		}
	}
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A setgid parent would give it a group that the map does not have. */
	if (fd < 0 || fchown(fd, (uid_t)-1, getegid()) < 0)
		return error_set(err, E_STORAGE, errno, "the directory %s", path);
	struct own own = { fd, ".", 0, 0, 0755, O_DIRECTORY };
	if (idmap_run(&storage->map, false, own_inside, &own, err) != 0)
		return error_step(err, "%s", path);
	return 0;
}

int storage_own_file(const struct storage *storage, int directory, const char *name,
		     struct error *err)
{
	struct stat st;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(err, E_STORAGE, errno, "%s of the container directory", name);
	if (st.st_uid == geteuid() && st.st_gid == getegid())
		return fchmodat(directory, name, 0640, 0) == 0
			   ? 0
			   : error_set(err, E_STORAGE, errno, "chmod %s", name);
	struct own own = { directory, name, storage->nsuid, storage->nsgid, 0640, 0 };
	return idmap_run(&storage->map, false, own_inside, &own, err) == 0 ? 0 : -1;
}

struct removal {
	int directory;
	const char *name, *path, *keep1, *keep2;
};

static int remove_inside(void *data, struct error *err)
{
	const struct removal *r = data;
	return remove_tree(r->directory, r->name, r->path, r->keep1, r->keep2, err) < 0 ? 1 : 0;
}

int storage_remove(const struct storage *storage, int directory, const char *name, const char *path,
		   const char *keep1, const char *keep2, struct error *err)
{
	struct removal removal = { directory, name, path, keep1, keep2 };
	/* What an ordinary user has the right to remove anyway needs no namespace, and no ids. */
	if (geteuid() != 0) {
		struct error own = { 0 };
		if (remove_tree(directory, name, path, keep1, keep2, &own) == 0)
			return 0;
		if (own.sys_errno != EACCES && own.sys_errno != EPERM) {
			*err = own;
			return -1;
		}
	}
	if (error_is_set(&storage->problem)) {
		*err = storage->problem;
		return error_step(err, "removing %s", path);
	}
	return idmap_run(&storage->map, false, remove_inside, &removal, err) == 0 ? 0 : -1;
}
