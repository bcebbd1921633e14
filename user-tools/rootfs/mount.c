// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rootfs/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

int mount_new(const char *fstype, const char *source, const char *options, uint64_t attributes)
{
	_cleanup_close_ int fs = fsopen(fstype, FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return -1;
	if (options && set_options(fs, options) < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
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

int mount_change(int fd, uint64_t set, uint64_t clear, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };
	if (!set && !clear)
		return 0;
	if (set_attributes(fd, &attr, recursive) == 0)
		return 0;
	if (errno != ENOSYS)
		return -1;
	/* Before Linux 5.12: the flags that have the same bits in both interfaces, and one mount at
	 * a time. */
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | (unsigned long)(set & 0xf), NULL);
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

int resolve_open(int root_fd, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(unsigned)(flags ? flags : O_PATH) | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	while (*path == '/')
		path++;
	int fd;
	do /* EAGAIN: a rename raced with "..", openat2(2) says try again */
		fd = (int)syscall(SYS_openat2, root_fd, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return fd;
}

/* Open one more component, making it when it is missing. */
static int step_into(int root_fd, const char *so_far, const char *name, int parent, bool file)
{
	int fd = resolve_open(root_fd, so_far, O_PATH);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (file) {
		int made = openat(parent, name,
				  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (made < 0)
			return -1;
		close(made);
	} else if (mkdirat(parent, name, 0755) < 0)
		return -1;
	return openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int resolve_create(int root_fd, const char *path, bool file)
{
	struct string_list parts = { 0 };
	_cleanup_free_ char *so_far = xcalloc(1, strlen(path) + 2);
	string_list_add_words(&parts, path, "/");
	int at = resolve_open(root_fd, ".", O_PATH);
	for (size_t i = 0; i < parts.count && at >= 0; i++) {
		strcat(so_far, i ? "/" : "");
		strcat(so_far, parts.items[i]);
		int next =
		    step_into(root_fd, so_far, parts.items[i], at, file && i + 1 == parts.count);
		int saved = errno;
		close(at);
		errno = saved;
		at = next;
	}
	int saved = errno;
	string_list_clear(&parts);
	errno = saved;
	return at;
}
