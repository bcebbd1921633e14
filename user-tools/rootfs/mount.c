// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rootfs/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int set_options(int fs, const char *options)
{
	struct string_list words = { 0 };
	string_list_add_words(&words, options, ",");
	int result = 0;
	for (size_t i = 0; i < words.count && result == 0; i++) {
		char *value = strchr(words.items[i], '=');
		if (value)
			*value++ = 0;
		result = fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
				  words.items[i], value, 0);
	}
	int saved = errno;
	string_list_clear(&words);
	errno = saved;
	return result;
}

/* What the kernel said to a file system context, "e tmpfs: Unknown parameter 'x'"; the last one. */
static _Thread_local char why[256];

static void keep_why(int fs)
{
	int saved = errno;
	ssize_t n;
	while ((n = read(fs, why, sizeof(why) - 1)) < 0 && errno == EINTR)
		;
	why[n > 0 ? n : 0] = 0;
	why[strcspn(why, "\n")] = 0;
	errno = saved;
}

const char *mount_why(void)
{
	return string_starts(why, "e ") ? why + 2 : "";
}

int mount_new(const char *fstype, const char *source, const char *options, uint64_t attributes)
{
	*why = 0;
	_cleanup_close_ int fs = fsopen(fstype, FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	/* A device that cannot be written to is only opened with "ro". */
	bool device_ro = source && *source == '/' && (attributes & MOUNT_ATTR_RDONLY);
	int made = -1;
	if ((!source || fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) == 0) &&
	    (!options || set_options(fs, options) == 0) &&
	    (!device_ro || fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) == 0) &&
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		made = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
	if (made < 0)
		keep_why(fs);
	return made;
}

int mount_copy(int dirfd, const char *path, bool recursive)
{
	return open_tree(dirfd, path,
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0u) |
			     (*path ? 0u : AT_EMPTY_PATH));
}

int mount_attach(int mount_fd, int target_fd)
{
	return move_mount(mount_fd, "", target_fd, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int set_attributes(int fd, struct mount_attr *attr, bool recursive)
{
	return mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0u), attr,
			     sizeof(*attr));
}

/*
 * Before Linux 5.12: mount(2) on one attached mount. Its flags have the values of statvfs(3)'s, and
 * all of them are given anew.
 */
static int change_old(int fd, uint64_t set, uint64_t clear)
{
	static const struct {
		uint64_t attribute;
		unsigned long flag;
	} flags[] = {
		{ MOUNT_ATTR_RDONLY, MS_RDONLY },
		{ MOUNT_ATTR_NOSUID, MS_NOSUID },
		{ MOUNT_ATTR_NODEV, MS_NODEV },
		{ MOUNT_ATTR_NOEXEC, MS_NOEXEC },
		{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME },
		{ MOUNT_ATTR_NOATIME, MS_NOATIME },
		{ MOUNT_ATTR_STRICTATIME, MS_STRICTATIME },
	};
	struct statvfs now;
	char path[32];
	if (set > (MOUNT_ATTR_NODIRATIME | (MOUNT_ATTR_NODIRATIME - 1)))
		return errno = EINVAL, -1; /* newer than these kernels */
	if (fstatvfs(fd, &now) < 0)
		return -1;
	unsigned long wanted = now.f_flag & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
					     MS_NODIRATIME | MS_NOATIME | MS_RELATIME);
	if (clear & MOUNT_ATTR__ATIME)
		wanted &= ~(unsigned long)(MS_NOATIME | MS_RELATIME);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		wanted &= ~(clear & flags[i].attribute ? flags[i].flag : 0);
		wanted |= set & flags[i].attribute ? flags[i].flag : 0;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | wanted, NULL);
}

int mount_change(int fd, uint64_t set, uint64_t clear, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };
	if (!set && !clear)
		return 0;
	if (set_attributes(fd, &attr, recursive) == 0)
		return 0;
	return errno == ENOSYS ? change_old(fd, set, clear) : -1;
}

int mount_apply(int fd, uint64_t set, uint64_t clear, bool recursive)
{
	/* mount_setattr(2): the access time modes are one field, which is cleared to be set. */
	uint64_t atime = clear & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
	if (mount_change(fd, set, atime, recursive) < 0)
		return -1;
	return mount_change(fd, 0, clear & ~atime & ~set, false);
}

int mount_reconfigure(int fd, const char *options)
{
	*why = 0;
	_cleanup_close_ int fs = fspick(fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
	if (fs < 0)
		return -1;
	if (set_options(fs, options) == 0 &&
	    fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == 0)
		return 0;
	keep_why(fs);
	return -1;
}

int mount_idmap(int fd, int user_namespace, bool recursive)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP,
				   .userns_fd = (uint64_t)(unsigned)user_namespace };
	return set_attributes(fd, &attr, recursive);
}

int mount_propagate(int fd, unsigned long propagation, bool recursive)
{
	struct mount_attr attr = { .propagation = propagation };
	if (set_attributes(fd, &attr, recursive) == 0)
		return 0;
	if (errno != ENOSYS)
		return -1;
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return mount(NULL, path, NULL, propagation | (recursive ? MS_REC : 0), NULL);
}
