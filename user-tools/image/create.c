// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * image_create: decide everything first (template, configuration, ids), then make the directory
 * with its marker, the root, the configuration, run the template; the marker goes last.
 */
#define LOG_MODULE "image"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "container/runtime.h"
#include "image/internal.h"

struct create {
	struct container *container;
	const struct create_options *options;
	bool without_root; /* -t none and no --dir */
	char *template;	   /* path, or NULL for none */
	char *rootfs;
	char *text; /* the configuration file */
	struct storage storage;
	/* what has been made */
	int parent, directory, lock;
	bool made_directory, made_rootfs;
};

static const struct {
	const char *name;
	bool works;
} backends[] = { { "dir", true },	 { "best", true }, { "none", true },  { "btrfs", false },
		 { "zfs", false },	 { "lvm", false }, { "loop", false }, { "overlay", false },
		 { "overlayfs", false }, { "nbd", false }, { "rbd", false } };

static int check_backend(const char *name, struct error *err)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(backends); i++) {
		if (strcmp(name, backends[i].name) != 0)
			continue;
		if (backends[i].works)
			return 0;
		error_set(err, E_UNSUPPORTED, 0, "storage of type %s is not supported yet", name);
		return error_fix(err, "-B dir");
	}
	return name ? error_set(err, E_USAGE, 0, "\"%s\" is not a type of storage: use dir or best",
				name)
		    : 0;
}

static int choose_template(struct create *create, struct error *err)
{
	const char *name = create->options->template;
	if (!name)
		return error_set(err, E_USAGE, 0,
				 "no template: name one with -t (none for no root file system)");
	if (strcmp(name, "none") == 0)
		return 0;
	return image_find_template(name, &create->template, err);
}

static int choose_rootfs(struct create *create, struct error *err)
{
	const char *dir = create->options->dir;
	if (dir && *dir != '/')
		return error_set(err, E_USAGE, 0, "--dir %s: an absolute path is needed", dir);
	if (dir && (strchr(dir, '\n') || strlen(dir) > 3900))
		return error_set(err, E_USAGE, 0, "--dir: the path is too long or has a line end");
	create->rootfs = dir ? xstrdup(dir) : path_join(create->container->directory, "rootfs");
	create->without_root = !create->template && !dir;
	return 0;
}

/* The configuration file as text, and what it means. */
static int plan_config(struct create *create, struct error *err)
{
	_cleanup_free_ char *body = NULL;
	if (image_initial_config(create->options->config_file, &body, err) < 0)
		return -1;
	_cleanup_free_ char *header = image_config_header(
	    create->template ? create->template : "none", create->options->template_args);
	create->text = create->without_root ? xasprintf("%s%s", header, body)
					    : xasprintf("%s%slxc.rootfs.path = dir:%s\n", header,
							body, create->rootfs);
	struct config *config = config_new();
	config_free(create->container->config);
	create->container->config = config;
	return config_load_text(config, create->text, strlen(create->text),
				create->container->config_path, err);
}

/* lxc.rootfs.managed = 0: the root is the user's; it is there already, and stays as it is. */
static int check_unmanaged(const struct create *create, struct error *err)
{
	if (create->container->config->rootfs_managed)
		return 0;
	if (create->template) {
		error_set(err, E_STORAGE, 0,
			  "lxc.rootfs.managed = 0: a template would fill the root file system");
		return error_fix(err, "-t none --dir PATH for a root that is there; or set the key "
				      "after the create");
	}
	if (create->without_root || file_is_directory(create->rootfs))
		return 0;
	return error_set(err, E_STORAGE, errno, "lxc.rootfs.managed = 0: the directory %s",
			 create->rootfs);
}

static int plan(struct create *create, struct error *err)
{
	if (check_backend(create->options->bdev, err) < 0 || choose_template(create, err) < 0 ||
	    choose_rootfs(create, err) < 0 || plan_config(create, err) < 0 ||
	    check_unmanaged(create, err) < 0)
		return -1;
	if (create->without_root || !create->container->config->rootfs_managed)
		return 0;
	return storage_from_config(&create->storage, create->container->config, err);
}

/* Text of the marker: the path of a root that was made elsewhere. */
static int write_marker(struct create *create, struct error *err)
{
	create->lock = openat(create->directory, PARTIAL,
			      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (create->lock < 0 || flock(create->lock, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, E_STORAGE, errno, "the marker %s/" PARTIAL,
				 create->container->directory);
	return 0;
}

static int remember_rootfs(struct create *create, struct error *err)
{
	if (create->options->dir &&
	    file_write_fd(create->lock, create->rootfs, strlen(create->rootfs)) < 0)
		return error_set(err, E_STORAGE, errno, "the marker %s/" PARTIAL,
				 create->container->directory);
	return 0;
}

/* A root outside the container directory, which a create was making. */
static int remove_outside(const struct storage *storage, const char *path, struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *slash = strrchr(copy, '/');
	while (slash && !slash[1] && slash > copy) {
		*slash = 0;
		slash = strrchr(copy, '/');
	}
	if (!slash || !slash[1] || strcmp(slash + 1, "..") == 0 || strcmp(slash + 1, ".") == 0)
		return 0;
	*slash = 0;
	_cleanup_close_ int parent = open(*copy ? copy : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return 0;
	return storage_remove(storage, parent, slash + 1, path, NULL, NULL, err);
}

/* The rest of a create that was killed. */
static int remove_rest(struct create *create, int lock, struct error *err)
{
	_cleanup_free_ char *outside = NULL;
	_cleanup_config_ struct config *config = config_new();
	struct storage storage;
	bool readable = config_load(config, create->container->config_path, NULL) == 0;
	log_notice("removing the rest of a create that was interrupted");
	storage_find(&storage, readable ? config : NULL);
	if (file_read_fd(lock, 4096, &outside) > 0 && remove_outside(&storage, outside, err) < 0)
		return -1;
	return storage_remove(&storage, create->parent, create->container->name,
			      create->container->directory, NULL, NULL, err);
}

/* A log opened before the container was made (-l) does not take the name. */
static bool holds_only_log(int directory, const char *name)
{
	_cleanup_free_ char *log = xasprintf("%s.log", name);
	int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = again < 0 ? NULL : fdopendir(again);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, log) != 0)
			return false;
	return dir != NULL;
}

/* Is the name free? An interrupted create is cleaned away. */
static int clear_name(struct create *create, struct error *err)
{
	const struct container *container = create->container;
	struct stat st;
	if (fstatat(create->parent, container->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			   ? 0
			   : error_set(err, E_STORAGE, errno, "%s", container->directory);
	_cleanup_close_ int directory = openat(create->parent, container->name,
					       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int lock =
	    directory < 0 ? -1 : openat(directory, PARTIAL, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (lock >= 0) {
		if (flock(lock, LOCK_EX | LOCK_NB) < 0)
			return error_set(err, E_BUSY, 0, "a create of this name is still running");
		return remove_rest(create, lock, err);
	}
	if (directory >= 0 && holds_only_log(directory, container->name))
		return 0;
	if (container_is_defined(container)) {
		error_set(err, E_EXISTS, 0, "the container exists already");
		return error_fix(err, "another name, or lxc-destroy -n %s first", container->name);
	}
	error_set(err, E_EXISTS, 0, "%s exists already and is not a container",
		  container->directory);
	return error_fix(err, "another name, or move it away");
}

static int make_directory(struct create *create, struct error *err)
{
	const struct container *container = create->container;
	if (file_make_dirs(container->lxcpath, 0700) < 0 ||
	    (create->parent = open(container->lxcpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return error_set(err, E_STORAGE, errno, "the directory %s", container->lxcpath);
	if (clear_name(create, err) < 0)
		return -1;
	if (mkdirat(create->parent, container->name, 0700) < 0 && errno != EEXIST) {
		error_set(err, E_STORAGE, errno, "making the directory %s", container->directory);
		return error_fix(err, "use a path of your own with -P");
	}
	create->made_directory = true;
	create->directory = openat(create->parent, container->name,
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (create->directory < 0 || fchown(create->directory, (uid_t)-1, getegid()) < 0 ||
	    fchmod(create->directory, 0700) < 0)
		return error_set(err, E_STORAGE, errno, "the directory %s", container->directory);
	return write_marker(create, err);
}

static int check_interrupted(struct error *err)
{
	int signal = template_interrupted();
	return signal ? error_set(err, E_TEMPLATE, 0, "interrupted (%s)", signal_to_name(signal))
		      : 0;
}

static int fill(struct create *create, struct error *err)
{
	struct container *container = create->container;
	if (config_save(container->config, container->config_path, 0640, err) < 0)
		return -1;
	if (create->without_root || !container->config->rootfs_managed)
		return 0;
	if (storage_make_rootfs(&create->storage, create->rootfs, !create->template,
				&create->made_rootfs, err) < 0)
		return -1;
	if (!create->template)
		return 0;
	if (create->made_rootfs && remember_rootfs(create, err) < 0)
		return -1;
	if (check_interrupted(err) < 0 ||
	    template_run(container, &create->storage, create->template, create->rootfs,
			 create->options->template_args, create->lock, err) < 0)
		return -1;
	return storage_own_file(&create->storage, create->directory, "config", err);
}

/* Everything made goes; what could not be removed is said, but the first cause stays the error. */
static void undo(struct create *create)
{
	const struct container *container = create->container;
	struct error err = { 0 };
	if (create->made_rootfs && create->options->dir)
		remove_outside(&create->storage, create->rootfs, &err);
	if (create->made_directory)
		storage_remove(&create->storage, create->parent, container->name,
			       container->directory, NULL, NULL, &err);
	if (error_is_set(&err))
		log_notice("what was made could not be removed: %s", err.message);
}

static int carry_out(struct create *create, struct error *err)
{
	if (make_directory(create, err) < 0 || check_interrupted(err) < 0 || fill(create, err) < 0)
		return -1;
	/* Whatever the template wrote must be readable, or the container could neither start nor be
	 * destroyed. */
	if (container_load(create->container, NULL, err) < 0)
		return error_step(err, "the configuration made by the template");
	if (check_interrupted(err) < 0)
		return -1;
	if (unlinkat(create->directory, PARTIAL, 0) < 0)
		return error_set(err, E_STORAGE, errno, "removing the marker %s/" PARTIAL,
				 create->container->directory);
	return 0;
}

int image_create(struct container *container, const struct create_options *options,
		 struct error *err)
{
	struct create create = { .container = container,
				 .options = options,
				 .parent = -1,
				 .directory = -1,
				 .lock = -1 };
	sigset_t set, old;
	struct error local = { 0 };
	int result = plan(&create, &local);
	int lock = result < 0 ? -1 : container_lock(container, &local);
	if (lock >= 0) {
		template_signals(&set);
		sigprocmask(SIG_BLOCK, &set, &old);
		result = carry_out(&create, &local);
		if (result < 0)
			undo(&create);
		runtime_remove(lock, container->lxcpath, container->name);
		util_close_fd(&lock);
		sigprocmask(SIG_SETMASK, &old, NULL);
	} else
		result = -1;
	util_close_fd(&create.lock);
	util_close_fd(&create.directory);
	util_close_fd(&create.parent);
	free(create.template);
	free(create.rootfs);
	free(create.text);
	if (result < 0 && err)
		*err = local;
	return result;
}
