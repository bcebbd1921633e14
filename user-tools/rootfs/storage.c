// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.rootfs.path = TYPE:...: a root file system that is not simply a directory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "rootfs/internal.h"

static bool is_type(const struct config *config, const char *type)
{
	return strcmp(config->rootfs_type, type) == 0;
}

static bool is_overlay(const struct config *config)
{
	return is_type(config, "overlay") || is_type(config, "overlayfs");
}

/* ---- overlay:/LOWER[:/LOWER...]:/UPPER ---- */

/* Layers, the upper one last; the work directory lies beside it. */
struct layers {
	struct string_list paths;
	char *parent; /* of the upper one */
	const char *upper;
};
#define WORK "olwork"

static void layers_clear(struct layers *layers)
{
	string_list_clear(&layers->paths);
	free(layers->parent);
}

static void layers_split(const struct config *config, struct layers *layers)
{
	*layers = (struct layers){ 0 };
	string_list_add_words(&layers->paths, config->rootfs_path, ":");
	if (!layers->paths.count)
		return;
	layers->upper = layers->paths.items[layers->paths.count - 1];
	layers->parent = xstrdup(layers->upper);
	char *slash = strrchr(layers->parent, '/');
	if (slash)
		*slash = 0;
}

static int check_layers(const struct config *config, const struct layers *layers, struct error *err)
{
	if (layers->paths.count < 2) {
		error_set(err, E_CONFIG_VALUE, 0, "lxc.rootfs.path = %s:%s: there is one layer",
			  config->rootfs_type, config->rootfs_path);
		return error_fix(err, "overlay:/LOWER:/UPPER");
	}
	for (size_t i = 0; i < layers->paths.count; i++) {
		const char *path = layers->paths.items[i];
		if (*path != '/' || strpbrk(path, ",\\"))
			return error_set(err, E_CONFIG_VALUE, 0,
					 "lxc.rootfs.path: layer %s: an absolute path without "
					 "comma and backslash is expected",
					 path);
		if (!file_is_directory(path))
			return error_set(err, E_ROOTFS, errno, "layer %s of the root file system",
					 path);
	}
	return 0;
}

/* As root of the container's map, to which the directory belongs then. */
static int make_work(void *data, struct error *err)
{
	const char *parent = data;
	_cleanup_close_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (mkdirat(fd, WORK, 0755) < 0 && errno != EEXIST))
		return error_set(err, E_ROOTFS, errno, "work directory %s/" WORK, parent);
	return 0;
}

int rootfs_prepare(const struct rootfs_plan *plan, const struct idmap *container, struct error *err)
{
	struct idmap map = *container;
	uint32_t nsuid, nsgid;
	if (!plan->config->rootfs_path || !is_overlay(plan->config))
		return 0;
	struct layers layers;
	layers_split(plan->config, &layers);
	int result = plan->user_namespace
			 ? idmap_add_self(&map, geteuid(), getegid(), &nsuid, &nsgid, err)
			 : 0;
	if (result == 0)
		result = plan->user_namespace
			     ? idmap_run(&map, false, make_work, layers.parent, err)
			     : make_work(layers.parent, err);
	layers_clear(&layers);
	return result == 0 ? 0 : -1;
}

static void append_layer(char **options, const char *before, int fd)
{
	char *longer = xasprintf("%s%s/proc/self/fd/%d", *options ? *options : "", before, fd);
	free(*options);
	*options = longer;
}

/*
 * The layers are opened as the caller, whose home may be closed to everybody else, and mounted as
 * root of the container, whose files they are: an overlay does what it does with the rights of who
 * mounted it. From here on the process has that root's file system ids.
 */
static int mount_layers(const struct layers *layers, bool user_namespace, struct error *err)
{
	size_t count = layers->paths.count, opened = 0;
	int made = -1, *fds = xcalloc(count + 1, sizeof(int));
	_cleanup_free_ char *options = NULL, *work = xasprintf("%s/" WORK, layers->parent);
	for (; opened <= count; opened++) {
		const char *path = opened < count ? layers->paths.items[opened] : work;
		fds[opened] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fds[opened] < 0) {
			error_set(err, E_ROOTFS, errno, "layer %s", path);
			break;
		}
	}
	if (opened > count) {
		/* The last of the lower ones is the topmost for LXC, the first one for the kernel.
		 */
		for (size_t i = count - 1; i-- > 0;)
			append_layer(&options, i == count - 2 ? "lowerdir=" : ":", fds[i]);
		append_layer(&options, ",upperdir=", fds[count - 1]);
		append_layer(&options, ",workdir=", fds[count]);
		if (user_namespace) {
			char *longer = xasprintf("%s,userxattr", options);
			free(options);
			options = longer;
			setfsgid(0);
			setfsuid(0);
		}
		made = mount_new("overlay", "overlay", options, 0);
		if (made < 0)
			error_set(err, E_ROOTFS, errno, "overlay on %s%s%s", layers->paths.items[0],
				  *mount_why() ? ": " : "", mount_why());
	}
	while (opened > 0)
		if (fds[--opened] >= 0)
			close(fds[opened]);
	free(fds);
	return made;
}

/* ---- block devices, for root ---- */

/* Every file system of this kernel that lies on a device is tried, as mount(8) -t auto does. */
static int mount_device(const char *device, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct string_list lines = { 0 };
	int made = -1;
	if (file_read_all(AT_FDCWD, "/proc/filesystems", 1 << 16, &text) < 0)
		return error_set(err, E_ROOTFS, errno, "/proc/filesystems");
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count && made < 0; i++)
		if (*lines.items[i] == '\t')
			made = mount_new(lines.items[i] + 1, device, NULL, 0);
	string_list_clear(&lines);
	if (made < 0) {
		error_set(err, E_ROOTFS, 0, "%s holds no file system that this kernel knows",
			  device);
		error_fix(err, "modprobe the file system's module, or make one: mkfs.ext4 %s",
			  device);
	}
	return made;
}

/* A loop device of its own, which goes when the mount goes. */
static int mount_file(const char *path, struct error *err)
{
	_cleanup_close_ int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	_cleanup_close_ int file = open(path, O_RDWR | O_CLOEXEC);
	if (control < 0 || file < 0)
		return error_set(err, E_ROOTFS, errno, "%s",
				 control < 0 ? "/dev/loop-control" : path);
	/* Somebody else may take the free one first. */
	for (int tries = 0; tries < 64; tries++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);
		_cleanup_free_ char *device = xasprintf("/dev/loop%d", number);
		_cleanup_close_ int loop = number < 0 ? -1 : open(device, O_RDWR | O_CLOEXEC);
		struct loop_config setup = { .fd = (uint32_t)file,
					     .info.lo_flags = LO_FLAGS_AUTOCLEAR };
		if (loop < 0)
			return error_set(err, E_ROOTFS, errno, "a loop device for %s", path);
		if (ioctl(loop, LOOP_CONFIGURE, &setup) == 0)
			return mount_device(device, err);
		if (errno != EBUSY)
			return error_set(err, E_ROOTFS, errno, "loop device %s for %s", device,
					 path);
	}
	return error_set(err, E_ROOTFS, EBUSY, "a loop device for %s", path);
}

/* ---- the table ---- */

static int refuse(const struct config *config, const char *why, const char *fix, struct error *err)
{
	error_set(err, E_PRIVILEGE, 0, "lxc.rootfs.path = %s:%s: %s", config->rootfs_type,
		  config->rootfs_path, why);
	return error_fix(err, "%s", fix);
}

static int check_source(const struct config *config, mode_t kind, const char *what,
			struct error *err)
{
	struct stat st;
	if (stat(config->rootfs_path, &st) < 0)
		return error_set(err, E_ROOTFS, errno, "root file system %s", config->rootfs_path);
	if ((st.st_mode & S_IFMT) != kind)
		return error_set(err, E_ROOTFS, 0, "root file system %s:%s: %s is expected",
				 config->rootfs_type, config->rootfs_path, what);
	return 0;
}

int storage_check(const struct config *config, struct error *err)
{
	static const char mounting[] = "mounting a device takes CAP_SYS_ADMIN over the host";
	if (is_overlay(config)) {
		struct layers layers;
		layers_split(config, &layers);
		int result = check_layers(config, &layers, err);
		layers_clear(&layers);
		return result;
	}
	if (is_type(config, "btrfs"))
		return check_source(config, S_IFDIR, "a directory (subvolume)", err);
	if (is_type(config, "zfs"))
		return refuse(config, "a dataset is mounted by zfs(8)",
			      "zfs mount it, and set lxc.rootfs.path = dir:/ITS/MOUNT/POINT", err);
	if (is_type(config, "rbd") || is_type(config, "nbd"))
		return refuse(config, "the device is attached by its own program",
			      "rbd map or qemu-nbd -c, as root, then lxc.rootfs.path = "
			      "lvm:/dev/DEVICE, or mount it and set dir:/MOUNT/POINT",
			      err);
	if (geteuid() != 0)
		return refuse(
		    config, mounting,
		    "an admin mounts it, then lxc.rootfs.path = dir:/MOUNT/POINT; or root "
		    "starts the container",
		    err);
	return is_type(config, "loop") ? check_source(config, S_IFREG, "a file", err)
				       : check_source(config, S_IFBLK, "a block device", err);
}

bool storage_is_simple(const struct config *config)
{
	return !config->rootfs_type || is_type(config, "dir") || is_type(config, "btrfs");
}

bool storage_is_device(const struct config *config)
{
	return !storage_is_simple(config) && !is_overlay(config);
}

int storage_open(const struct config *config, bool user_namespace, struct error *err)
{
	if (is_overlay(config)) {
		struct layers layers;
		layers_split(config, &layers);
		int made = mount_layers(&layers, user_namespace, err);
		layers_clear(&layers);
		return made;
	}
	return is_type(config, "loop") ? mount_file(config->rootfs_path, err)
				       : mount_device(config->rootfs_path, err);
}
