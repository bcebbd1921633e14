// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.mount.auto: proc and sys in their modes, and the order of all its families. */
#define LOG_MODULE "mount"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "rootfs/internal.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

int rootfs_open_place(struct rootfs *rootfs, const char *path, struct error *err)
{
	int target = resolve_plain(rootfs->root_tree, path);
	if (target >= 0)
		return target;
	if (errno == ELOOP) {
		error_set(err, E_MOUNT, 0, "/%s of the container is a link, or lies behind one",
			  path);
		return error_fix(err, "make it a directory in %s", rootfs_path(rootfs->config));
	}
	return error_set(err, E_MOUNT, errno, "directory /%s of the container", path);
}

int rootfs_mount_on(struct rootfs *rootfs, const char *path, const char *fstype,
		    const char *options, uint64_t attributes, struct error *err)
{
	_cleanup_close_ int target = rootfs_open_place(rootfs, path, err);
	if (target < 0)
		return -1;
	_cleanup_close_ int made = mount_new(fstype, fstype, options, attributes);
	if (made < 0)
		return error_set(err, E_MOUNT, errno, "mounting %s", fstype);
	if (mount_attach(made, target) < 0)
		return error_set(err, E_MOUNT, errno, "attaching %s at /%s", fstype, path);
	return util_steal_fd(&made);
}

/* Lay a copy of PATH of a mount over itself, with other attributes: read-only islands and holes in
 * them. */
static int overlay_self(int mount_fd, const char *path, uint64_t set, struct error *err)
{
	_cleanup_close_ int copy = mount_copy(mount_fd, path, false);
	if (copy < 0 && errno == ENOENT)
		return 0; /* a kernel without it has nothing to protect */
	_cleanup_close_ int place = copy < 0 ? -1 : resolve_open(mount_fd, path, 0);
	if (place < 0 || mount_change(copy, set, 0, false) < 0 || mount_attach(copy, place) < 0)
		return error_set(err, E_MOUNT, errno, "protecting %s", path);
	return 0;
}

bool rootfs_keeps_capability(const struct config *config, int capability)
{
	uint64_t bit = 1ull << capability;
	return config->has_cap_keep ? (config->cap_keep & bit) != 0 : !(config->cap_drop & bit);
}

/*
 * Every start is a boot: systemd's journal and others tell boots apart by this id. It lies in our
 * /dev and is shown over the host's. Only where /proc is covered in part anyway: a whole one can be
 * mounted once more by containers inside, mount_too_revealing().
 */
static int show_boot_id(struct rootfs *rootfs, int proc, struct error *err)
{
	uint8_t r[16];
	char text[40];
	if (!rootfs->config->autodev)
		return 0;
	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return error_set(err, E_MOUNT, errno, "random numbers for a boot id");
	snprintf(text, sizeof(text),
		 "%02x%02x%02x%02x-%02x%02x-4%x%02x-%x%x%02x-%02x%02x%02x%02x%02x%02x\n", r[0],
		 r[1], r[2], r[3], r[4], r[5], r[6] & 15, r[7], 8 | (r[8] & 3), r[8] >> 4, r[9],
		 r[10], r[11], r[12], r[13], r[14], r[15]);
	_cleanup_close_ int dev = rootfs_open_place(rootfs, "dev", err);
	if (dev < 0)
		return -1;
	_cleanup_close_ int file =
	    openat(dev, ".lxc-boot-id", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	_cleanup_close_ int place = resolve_open(proc, "sys/kernel/random/boot_id", 0);
	if (place < 0 && errno == ENOENT)
		return 0;
	if (file < 0 || place < 0 || file_write_fd(file, text, strlen(text)) < 0)
		return error_set(err, E_MOUNT, errno, "the boot id of the container");
	_cleanup_close_ int copy = mount_copy(file, "", false);
	if (copy < 0 || mount_attach(copy, place) < 0 ||
	    mount_change(copy, MOUNT_ATTR_RDONLY | SAFE, 0, false) < 0)
		return error_set(err, E_MOUNT, errno, "the boot id of the container");
	return 0;
}

static int mount_proc(struct rootfs *rootfs, struct error *err)
{
	_cleanup_close_ int proc = rootfs_mount_on(rootfs, "proc", "proc", NULL, SAFE, err);
	/* mount_too_revealing(): not where a whole one cannot be seen already. */
	if (proc < 0 && err->sys_errno == EPERM)
		return error_fix(err, "in a container, that one's configuration has to say: "
				      "lxc.include = " PATH_SHARED_CONFIG "/nesting.conf");
	if (proc < 0)
		return -1;
	if (rootfs->config->mount_auto.proc != MOUNT_MIXED)
		return 0;
	/* The order matters: the copy of sys/net is taken while sys is writable, and laid over the
	 * read-only one. */
	_cleanup_close_ int net = mount_copy(proc, "sys/net", false);
	if (overlay_self(proc, "sys", MOUNT_ATTR_RDONLY, err) < 0 ||
	    overlay_self(proc, "sysrq-trigger", MOUNT_ATTR_RDONLY, err) < 0 ||
	    show_boot_id(rootfs, proc, err) < 0)
		return -1;
	if (net < 0 || !rootfs_keeps_capability(rootfs->config, CAP_NET_ADMIN))
		return 0;
	_cleanup_close_ int place = resolve_open(rootfs->root_tree, "proc/sys/net", 0);
	if (place < 0 || mount_attach(net, place) < 0)
		return error_set(err, E_MOUNT, errno, "/proc/sys/net of the container");
	return 0;
}

/* sysfs belongs to a network namespace: with a shared one it cannot be mounted, but shown. */
static int show_sys(struct rootfs *rootfs, struct error *err)
{
	_cleanup_close_ int target = rootfs_open_place(rootfs, "sys", err);
	_cleanup_close_ int sys = target < 0 ? -1 : mount_copy(AT_FDCWD, "/sys", true);
	if (sys < 0 || mount_attach(sys, target) < 0 ||
	    mount_change(sys, MOUNT_ATTR_RDONLY, 0, true) < 0)
		return error_set(err, E_MOUNT, errno, "/sys of the host for the container");
	if (rootfs->config->mount_auto.sys == MOUNT_RW)
		log_notice("/sys is read-only: with the network of the host it is the host's");
	return 0;
}

static int mount_sys(struct rootfs *rootfs, struct error *err)
{
	enum mount_mode mode = rootfs->config->mount_auto.sys;
	_cleanup_close_ int sys = rootfs_mount_on(rootfs, "sys", "sysfs", NULL, SAFE, err);
	if (sys < 0) {
		if (!error_is_set(err) || err->sys_errno != EPERM)
			return -1;
		error_clear(err);
		return show_sys(rootfs, err);
	}
	if (mode == MOUNT_RW)
		return 0;
	_cleanup_close_ int net =
	    mode == MOUNT_MIXED ? mount_copy(sys, "devices/virtual/net", false) : -1;
	_cleanup_close_ int place = net >= 0 ? resolve_open(sys, "devices/virtual/net", 0) : -1;
	if (place >= 0 && mount_attach(net, place) < 0)
		return error_set(err, E_MOUNT, errno, "/sys/devices/virtual/net of the container");
	if (mount_change(sys, MOUNT_ATTR_RDONLY, 0, false) < 0)
		return error_set(err, E_MOUNT, errno, "making /sys of the container read-only");
	return 0;
}

int rootfs_mount_auto(struct rootfs *rootfs, struct error *err)
{
	const struct mount_auto *wanted = &rootfs->config->mount_auto;
	if (wanted->proc != MOUNT_NO && mount_proc(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto proc");
	if (wanted->sys != MOUNT_NO && mount_sys(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto sys");
	if (wanted->cgroup != MOUNT_NO && rootfs_mount_cgroups(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto cgroup");
	return shmounts_mount(rootfs, err);
}

int rootfs_remount_proc_sys(struct error *err)
{
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	static const char *const names[][2] = { { "proc", "proc" }, { "sys", "sysfs" } };
	struct rootfs rootfs = { .root_tree = root };
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_set(err, E_MOUNT, errno, "cutting mount propagation");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_close_ int made =
		    rootfs_mount_on(&rootfs, names[i][0], names[i][1], NULL, SAFE, err);
		if (made < 0 && i == 1 && err->sys_errno == EPERM)
			error_fix(err, "sysfs shows a network namespace: join the container's, too "
				       "(-s with USER and NETWORK)");
		if (made < 0)
			return -1;
	}
	return 0;
}
