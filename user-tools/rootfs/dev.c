// SPDX-License-Identifier: LGPL-2.1-or-later
/* /dev: a tmpfs, the few devices every program expects, a devpts of the container's own, its
 * terminals. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "rootfs/internal.h"

#define DEVPTS_MAGIC 0x1cd1
/* Pseudo terminals on top of lxc.pty.max and lxc.tty.max: for the console and for lxc-attach. */
#define RESERVED_PTYS 16

static const struct {
	const char *name;
	unsigned major, minor;
} devices[] = {
	{ "full", 1, 7 }, { "null", 1, 3 },    { "random", 1, 8 },
	{ "tty", 5, 0 },  { "urandom", 1, 9 }, { "zero", 1, 5 },
};

static const struct {
	const char *name, *target;
} links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

int rootfs_mount_dev(struct rootfs *rootfs, struct error *err)
{
	if (!rootfs->config->autodev)
		return 0;
	char options[64];
	snprintf(options, sizeof(options), "mode=755,size=%llu",
		 (unsigned long long)rootfs->config->autodev_size);
	_cleanup_close_ int target = rootfs_open_place(rootfs, "dev", err);
	if (target < 0)
		return -1;
	_cleanup_close_ int made = mount_new("tmpfs", "none", options, MOUNT_ATTR_NOSUID);
	if (made < 0 || mount_attach(made, target) < 0)
		return error_set(err, E_DEVICE, errno, "tmpfs on /dev of the container");
	return 0;
}

/*
 * For root without a user namespace. A mount of the configuration may have put something there
 * already, and its owner may be hostile: nothing is changed then, and no link followed.
 */
static int make_device(int dev, size_t i, struct error *err)
{
	const char *name = devices[i].name;
	dev_t number = makedev(devices[i].major, devices[i].minor);
	struct stat st;
	mode_t mask = umask(0);
	int result = mknodat(dev, name, S_IFCHR | 0666, number), error = errno;
	umask(mask);
	if (result == 0)
		return 0;
	if (error == EEXIST && fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISCHR(st.st_mode) && st.st_rdev == number)
		return 0;
	return error_set(err, E_DEVICE, error, "device /dev/%s of the container", name);
}

/* In a user namespace mknod(2) is refused, and a node would not work: the host's is shown instead.
 */
static int add_device(struct rootfs *rootfs, int dev, size_t i, struct error *err)
{
	const char *name = devices[i].name;
	if (!rootfs->user_namespace)
		return make_device(dev, i, err);
	char host[32];
	snprintf(host, sizeof(host), "/dev/%s", name);
	_cleanup_close_ int copy = mount_copy(AT_FDCWD, host, false);
	_cleanup_close_ int place = copy < 0 ? -1 : resolve_create(dev, name, true);
	if (place < 0 || mount_attach(copy, place) < 0)
		return error_set(err, E_DEVICE, errno, "device /dev/%s for the container", name);
	return 0;
}

static int mount_devpts(struct rootfs *rootfs, struct error *err)
{
	const struct config *config = rootfs->config;
	char max[32] = "", options[128];
	if (config->pty_max)
		snprintf(max, sizeof(max), ",max=%u",
			 config->pty_max + config->tty_max + RESERVED_PTYS);
	_cleanup_close_ int target = rootfs_open_place(rootfs, "dev/pts", err);
	if (target < 0)
		return -1;
	snprintf(options, sizeof(options), "newinstance,ptmxmode=0666,mode=0620,gid=5%s", max);
	int made = mount_new("devpts", "devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (made < 0 && errno == EINVAL) { /* gid 5 is not mapped */
		snprintf(options, sizeof(options), "newinstance,ptmxmode=0666,mode=0620%s", max);
		made =
		    mount_new("devpts", "devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	}
	rootfs->pts_fd = made;
	if (made < 0 || mount_attach(made, target) < 0)
		return error_set(err, E_DEVICE, errno, "devpts of the container");
	return 0;
}

int rootfs_fill_dev(struct rootfs *rootfs, struct error *err)
{
	_cleanup_close_ int dev = rootfs_open_place(rootfs, "dev", err);
	if (dev < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(devices) && rootfs->config->autodev; i++)
		if (add_device(rootfs, dev, i, err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_SIZE(links) && rootfs->config->autodev; i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0 && errno != EEXIST)
			return error_set(err, E_DEVICE, errno, "link /dev/%s", links[i].name);
	if (mount_devpts(rootfs, err) < 0)
		return -1;
	if (symlinkat("pts/ptmx", dev, "ptmx") < 0 && errno != EEXIST)
		return error_set(err, E_DEVICE, errno, "link /dev/ptmx");
	return 0;
}

int rootfs_open_pty(int pts_fd, int *master, int *slave, unsigned *number, struct error *err)
{
	struct statfs fs;
	int unlock = 0;
	if (pts_fd < 0)
		return error_set(err, E_CONSOLE, 0, "the container has no devpts");
	if (fstatfs(pts_fd, &fs) < 0 || fs.f_type != DEVPTS_MAGIC)
		return error_set(err, E_CONSOLE, 0, "the container's devpts is none");
	_cleanup_close_ int pty =
	    openat(pts_fd, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (pty < 0) {
		error_set(err, E_CONSOLE, errno, "a pseudo terminal of the container");
		return errno == ENOSPC ? error_fix(err, "raise lxc.pty.max") : -1;
	}
	if (ioctl(pty, TIOCSPTLCK, &unlock) < 0 || ioctl(pty, TIOCGPTN, number) < 0)
		return error_set(err, E_CONSOLE, errno, "unlocking a pseudo terminal");
	*slave = ioctl(pty, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0)
		return error_set(err, E_CONSOLE, errno, "opening a pseudo terminal");
	*master = util_steal_fd(&pty);
	return 0;
}

/* Show the terminal as dev/NAME, or as dev/DIR/NAME with a link to it. */
static int show_terminal(struct rootfs *rootfs, const char *name, unsigned number,
			 struct error *err)
{
	const char *dir = rootfs->config->tty_dir;
	_cleanup_free_ char *path =
	    dir ? xasprintf("dev/%s/%s", dir, name) : xasprintf("dev/%s", name);
	char pts[16];
	snprintf(pts, sizeof(pts), "%u", number);
	_cleanup_close_ int copy = mount_copy(rootfs->pts_fd, pts, false);
	_cleanup_close_ int place = copy < 0 ? -1 : resolve_create(rootfs->root_tree, path, true);
	if (place < 0 || mount_attach(copy, place) < 0)
		return error_set(err, E_DEVICE, errno, "terminal /%s of the container", path);
	if (!dir)
		return 0;
	_cleanup_free_ char *target = xasprintf("%s/%s", dir, name);
	_cleanup_close_ int dev = resolve_open(rootfs->root_tree, "dev", 0);
	if (dev < 0 || (symlinkat(target, dev, name) < 0 && errno != EEXIST))
		return error_set(err, E_DEVICE, errno, "link /dev/%s of the container", name);
	return 0;
}

int rootfs_add_terminal(struct rootfs *rootfs, const char *name, int *master, int *slave,
			struct error *err)
{
	unsigned number;
	_cleanup_close_ int own_master = -1;
	_cleanup_close_ int own_slave = -1;
	if (rootfs_open_pty(rootfs->pts_fd, &own_master, &own_slave, &number, err) < 0 ||
	    show_terminal(rootfs, name, number, err) < 0)
		return -1;
	if (string_starts(name, "tty")) {
		size_t used = strlen(rootfs->container_ttys);
		snprintf(rootfs->container_ttys + used, sizeof(rootfs->container_ttys) - used,
			 "%spts/%u", used ? " " : "", number);
	}
	*master = util_steal_fd(&own_master);
	*slave = util_steal_fd(&own_slave);
	return 0;
}
