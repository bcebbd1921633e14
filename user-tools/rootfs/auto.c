// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.mount.auto: proc, sys and cgroup, each in its modes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"
#include "cgroup/cgroup.h"
#include "rootfs/mount.h"
#include "rootfs/rootfs.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* A new file system on a directory of the root. Returns the (attached) mount or -1. */
static int mount_on(struct rootfs *rootfs, const char *path, const char *fstype,
		    const char *options, uint64_t attributes, struct error *err)
{
	_cleanup_close_ int target = resolve_create(rootfs->root_tree, path, false);
	if (target < 0)
		return error_set(err, E_MOUNT, errno, "directory /%s of the container", path);
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

static bool keeps_capability(const struct config *config, int capability)
{
	uint64_t bit = 1ull << capability;
	return config->has_cap_keep ? (config->cap_keep & bit) != 0 : !(config->cap_drop & bit);
}

static int mount_proc(struct rootfs *rootfs, struct error *err)
{
	_cleanup_close_ int proc = mount_on(rootfs, "proc", "proc", NULL, SAFE, err);
	if (proc < 0)
		return -1;
	if (rootfs->config->mount_auto.proc != MOUNT_MIXED)
		return 0;
	/* The order matters: the copy of sys/net is taken while sys is writable, and laid over the
	 * read-only one. */
	_cleanup_close_ int net = mount_copy(proc, "sys/net", false);
	if (overlay_self(proc, "sys", MOUNT_ATTR_RDONLY, err) < 0 ||
	    overlay_self(proc, "sysrq-trigger", MOUNT_ATTR_RDONLY, err) < 0)
		return -1;
	if (net < 0 || !keeps_capability(rootfs->config, CAP_NET_ADMIN))
		return 0;
	_cleanup_close_ int place = resolve_open(rootfs->root_tree, "proc/sys/net", 0);
	if (place < 0 || mount_attach(net, place) < 0)
		return error_set(err, E_MOUNT, errno, "/proc/sys/net of the container");
	return 0;
}

static int mount_sys(struct rootfs *rootfs, struct error *err)
{
	enum mount_mode mode = rootfs->config->mount_auto.sys;
	_cleanup_close_ int sys = mount_on(rootfs, "sys", "sysfs", NULL, SAFE, err);
	if (sys < 0) {
		/* sysfs belongs to a network namespace: with a shared one it cannot be mounted, but
		 * shown read-only. */
		if (!error_is_set(err) || err->sys_errno != EPERM)
			return -1;
		error_clear(err);
		_cleanup_close_ int target = resolve_create(rootfs->root_tree, "sys", false);
		sys = mount_copy(AT_FDCWD, "/sys", true);
		if (target < 0 || sys < 0 || mount_attach(sys, target) < 0 ||
		    mount_change(sys, MOUNT_ATTR_RDONLY, 0, true) < 0)
			return error_set(err, E_MOUNT, errno, "/sys of the host for the container");
		return 0;
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

/* One v1 hierarchy, "4:cpu,cpuacct:/path" or "9:name=systemd:/path" of /proc/self/cgroup. */
static int mount_v1_hierarchy(struct rootfs *rootfs, char *line, uint64_t attributes,
			      struct error *err)
{
	char *controllers = strchr(line, ':');
	char *end = controllers ? strchr(++controllers, ':') : NULL;
	if (!end || end == controllers)
		return 0; /* the unified one */
	*end = 0;
	bool named = string_starts(controllers, "name=");
	_cleanup_free_ char *path = xasprintf("sys/fs/cgroup/%s", controllers + (named ? 5 : 0));
	_cleanup_free_ char *options = xasprintf("%s%s", named ? "none," : "", controllers);
	_cleanup_close_ int made =
	    mount_on(rootfs, path, "cgroup", options, SAFE | attributes, err);
	if (made < 0)
		return error_step(err, "cgroup hierarchy %s", controllers);
	if (named || !strchr(controllers, ','))
		return 0;
	/* cpu -> cpu,cpuacct: where programs look for them */
	_cleanup_close_ int top = resolve_open(rootfs->root_tree, "sys/fs/cgroup", 0);
	struct string_list names = { 0 };
	string_list_add_words(&names, controllers, ",");
	for (size_t i = 0; i < names.count && top >= 0; i++)
		if (symlinkat(controllers, top, names.items[i]) < 0 && errno != EEXIST)
			error_set(err, E_MOUNT, errno, "link %s of the container's cgroups",
				  names.items[i]);
	string_list_clear(&names);
	return error_is_set(err) ? -1 : 0;
}

static int mount_cgroup_legacy(struct rootfs *rootfs, enum cgroup_layout layout, struct error *err)
{
	enum mount_mode mode = rootfs->config->mount_auto.cgroup;
	uint64_t inner = mode == MOUNT_RO ? MOUNT_ATTR_RDONLY : 0;
	_cleanup_close_ int top =
	    mount_on(rootfs, "sys/fs/cgroup", "tmpfs", "mode=755,size=64k", SAFE, err);
	if (top < 0)
		return -1;
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, "/proc/self/cgroup", 1 << 16, &text) < 0)
		return error_set(err, E_MOUNT, errno, "/proc/self/cgroup");
	struct string_list lines = { 0 };
	string_list_add_words(&lines, text, "\n");
	int result = 0;
	for (size_t i = 0; i < lines.count && result == 0; i++)
		result = mount_v1_hierarchy(rootfs, lines.items[i], inner, err);
	string_list_clear(&lines);
	if (result == 0 && layout == CGROUP_HYBRID) {
		_cleanup_close_ int unified =
		    mount_on(rootfs, "sys/fs/cgroup/unified", "cgroup2", NULL, SAFE | inner, err);
		result = unified < 0 ? -1 : 0;
	}
	if (result == 0 && mode != MOUNT_RW && mount_change(top, MOUNT_ATTR_RDONLY, 0, false) < 0)
		return error_set(err, E_MOUNT, errno, "/sys/fs/cgroup of the container");
	return result;
}

/* The cgroup namespace makes the payload group the root of every mount, so nothing above it is
 * shown. */
static int mount_cgroup(struct rootfs *rootfs, struct error *err)
{
	enum cgroup_layout layout = rootfs->cgroup_layout;
	enum mount_mode mode = rootfs->config->mount_auto.cgroup;
	if (layout == CGROUP_NONE)
		return 0;
	if (layout != CGROUP_UNIFIED)
		return mount_cgroup_legacy(rootfs, layout, err);
	_cleanup_close_ int made = mount_on(rootfs, "sys/fs/cgroup", "cgroup2", NULL,
					    SAFE | (mode == MOUNT_RO ? MOUNT_ATTR_RDONLY : 0), err);
	return made < 0 ? -1 : 0;
}

int rootfs_mount_auto(struct rootfs *rootfs, struct error *err)
{
	const struct mount_auto *wanted = &rootfs->config->mount_auto;
	if (wanted->proc != MOUNT_NO && mount_proc(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto proc");
	if (wanted->sys != MOUNT_NO && mount_sys(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto sys");
	if (wanted->cgroup != MOUNT_NO && mount_cgroup(rootfs, err) < 0)
		return error_step(err, "lxc.mount.auto cgroup");
	return 0;
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
		    mount_on(&rootfs, names[i][0], names[i][1], NULL, SAFE, err);
		if (made < 0 && i == 1 && err->sys_errno == EPERM)
			error_fix(err, "sysfs shows a network namespace: join the container's, too "
				       "(-s with USER and NETWORK)");
		if (made < 0)
			return -1;
	}
	return 0;
}
