// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * lxc.mount.auto = cgroup, cgroup-full, cgroup2. A container always has a cgroup namespace, whose
 * root is its own group: nothing above that can be mounted, so cgroup-full shows no more than
 * cgroup, and there is nothing that :force would have to overrule.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/file.h"
#include "cgroup/cgroup.h"
#include "rootfs/internal.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

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
	    rootfs_mount_on(rootfs, path, "cgroup", options, SAFE | attributes, err);
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

static int mount_legacy(struct rootfs *rootfs, enum mount_mode mode, struct error *err)
{
	uint64_t inner = mode == MOUNT_RO ? MOUNT_ATTR_RDONLY : 0;
	_cleanup_close_ int top =
	    rootfs_mount_on(rootfs, "sys/fs/cgroup", "tmpfs", "mode=755,size=64k", SAFE, err);
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
	if (result == 0 && rootfs->cgroup_layout == CGROUP_HYBRID) {
		_cleanup_close_ int unified = rootfs_mount_on(rootfs, "sys/fs/cgroup/unified",
							      "cgroup2", NULL, SAFE | inner, err);
		result = unified < 0 ? -1 : 0;
	}
	if (result == 0 && mode != MOUNT_RW && mount_change(top, MOUNT_ATTR_RDONLY, 0, false) < 0)
		return error_set(err, E_MOUNT, errno, "/sys/fs/cgroup of the container");
	return result;
}

/* cgroup without a mode: as much as init may do. */
static enum mount_mode effective_mode(const struct config *config)
{
	enum mount_mode mode = config->mount_auto.cgroup;
	if (mode != MOUNT_DEFAULT)
		return mode;
	return rootfs_keeps_capability(config, CAP_SYS_ADMIN) ? MOUNT_RW : MOUNT_MIXED;
}

int rootfs_mount_cgroups(struct rootfs *rootfs, struct error *err)
{
	enum cgroup_layout layout = rootfs->cgroup_layout;
	enum mount_mode mode = effective_mode(rootfs->config);
	bool unified = rootfs->config->mount_auto.cgroup_unified;
	if (layout == CGROUP_NONE)
		return 0; /* said at the start, cgroup_why_not() */
	if (layout != CGROUP_UNIFIED && !unified)
		return mount_legacy(rootfs, mode, err);
	_cleanup_close_ int made =
	    rootfs_mount_on(rootfs, "sys/fs/cgroup", "cgroup2", NULL,
			    SAFE | (mode == MOUNT_RO ? MOUNT_ATTR_RDONLY : 0), err);
	return made < 0 ? -1 : 0;
}
