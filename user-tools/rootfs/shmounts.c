// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * lxc.mount.auto = shmounts:HOST:CONTAINER: a directory through which the host hands mounts to the
 * running container. The copy is a slave of the host's mount, mount_namespaces(7): what is mounted
 * below HOST later appears below CONTAINER, and nothing goes the other way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "rootfs/internal.h"

/* The line of /proc/self/mountinfo of the mount that path lies on; caller frees. NULL if none. */
static char *mountinfo_of(const char *path)
{
	struct statx st;
	_cleanup_free_ char *text = NULL;
	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &st) < 0 || !(st.stx_mask & STATX_MNT_ID) ||
	    file_read_all(AT_FDCWD, "/proc/self/mountinfo", 16 << 20, &text) < 0)
		return NULL;
	_cleanup_free_ char *id = xasprintf("%llu ", (unsigned long long)st.stx_mnt_id);
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (string_starts(line, id))
			return xstrdup(line);
	return NULL;
}

bool rootfs_is_shared(const char *path)
{
	_cleanup_free_ char *line = mountinfo_of(path);
	char *end = line ? strstr(line, " - ") : NULL;
	if (!end)
		return false;
	*end = 0;
	return strstr(line, " shared:") || strstr(line, " master:");
}

int shmounts_open(struct rootfs *rootfs, struct error *err)
{
	const char *host = rootfs->config->mount_auto.shmounts_host;
	if (!host)
		return 0;
	rootfs->shmounts_tree = mount_copy(AT_FDCWD, host, true);
	if (rootfs->shmounts_tree < 0)
		return error_set(err, E_MOUNT, errno, "lxc.mount.auto = shmounts:%s", host);
	return 0;
}

int shmounts_mount(struct rootfs *rootfs, struct error *err)
{
	if (rootfs->shmounts_tree < 0)
		return 0;
	const char *path = rootfs->config->mount_auto.shmounts_container;
	_cleanup_close_ int tree = util_steal_fd(&rootfs->shmounts_tree);
	_cleanup_close_ int target = resolve_create(rootfs->root_tree, path, false);
	if (target < 0 || mount_attach(tree, target) < 0)
		return error_set(err, E_MOUNT, errno,
				 "lxc.mount.auto = shmounts: %s of the container", path);
	return 0;
}
