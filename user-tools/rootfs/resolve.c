// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rootfs/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"

/* openat2(2): EAGAIN when a rename anywhere raced with ".."; whoever makes more than this many in a
 * row wants us to hang. */
#define MAX_TRIES 10000

static int open_inside(int root_fd, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve };
	while (*path == '/')
		path++;
	int fd, tries = 0;
	do
		fd = (int)syscall(SYS_openat2, root_fd, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++tries < MAX_TRIES)));
	return fd;
}

int resolve_open(int root_fd, const char *path, int flags)
{
	return open_inside(root_fd, path, flags ? flags : O_PATH, 0);
}

/* Open one more component, making it when it is missing. What was just made is opened by name in
 * the directory it was made in; a link somebody put there meanwhile is not followed. */
static int step_into(int root_fd, const char *so_far, const char *name, int parent, bool file,
		     uint64_t resolve)
{
	int fd = open_inside(root_fd, so_far, O_PATH, resolve);
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
	return openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (file ? 0 : O_DIRECTORY));
}

static int create(int root_fd, const char *path, bool file, uint64_t resolve)
{
	struct string_list parts = { 0 };
	_cleanup_free_ char *so_far = xcalloc(1, strlen(path) + 2);
	string_list_add_words(&parts, path, "/");
	int at = open_inside(root_fd, ".", O_PATH, 0);
	for (size_t i = 0; i < parts.count && at >= 0; i++) {
		strcat(so_far, i ? "/" : "");
		strcat(so_far, parts.items[i]);
		int next = step_into(root_fd, so_far, parts.items[i], at,
				     file && i + 1 == parts.count, resolve);
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

int resolve_create(int root_fd, const char *path, bool file)
{
	return create(root_fd, path, file, 0);
}

int resolve_plain(int root_fd, const char *path)
{
	return create(root_fd, path, false, RESOLVE_NO_SYMLINKS);
}
