// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/user.h"
#include "base/util.h"

ssize_t file_read_fd(int fd, size_t max, char **out)
{
	size_t size = 4096 < max + 1 ? 4096 : max + 1, have = 0;
	char *data = xmalloc(size + 1);
	for (;;) {
		ssize_t n = read(fd, data + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(data);
			return -1;
		}
		if (n == 0)
			break;
		have += (size_t)n;
		if (have > max) {
			free(data);
			errno = EFBIG;
			return -1;
		}
		if (have == size) {
			size = size * 2 < max + 1 ? size * 2 : max + 1;
			data = xrealloc(data, size + 1);
		}
	}
	data[have] = 0;
	*out = data;
	return (ssize_t)have;
}

ssize_t file_read_all(int dirfd, const char *path, size_t max, char **out)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -1 : file_read_fd(fd, max, out);
}

int file_write_kernel(int dirfd, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	size_t length = strlen(text);
	ssize_t n;
	do
		n = write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && (size_t)n != length)
		errno = EIO;
	return n == (ssize_t)length ? 0 : -1;
}

int file_write_fd(int fd, const void *data, size_t length)
{
	const char *at = data;
	while (length) {
		ssize_t n = write(fd, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

int file_write_atomic(const char *path, const void *data, size_t length, mode_t mode)
{
	_cleanup_free_ char *temporary = xasprintf("%s.new-%ld", path, (long)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST && unlink(temporary) == 0) /* of a dead namesake */
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	int result = 0;
	if (file_write_fd(fd, data, length) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0)
		result = -1;
	int saved = errno;
	if (close(fd) < 0 && result == 0) {
		result = -1;
		saved = errno;
	}
	if (result == 0 && rename(temporary, path) < 0) {
		result = -1;
		saved = errno;
	}
	if (result < 0) {
		unlink(temporary);
		errno = saved;
	}
	return result;
}

int file_make_dirs(const char *path, mode_t mode)
{
	_cleanup_free_ char *copy = xstrdup(path);
	for (char *at = copy + 1;; at++) {
		if (*at && *at != '/')
			continue;
		char saved = *at;
		*at = 0;
		if (mkdir(copy, mode) < 0 && errno != EEXIST && !file_is_directory(copy))
			return -1;
		*at = saved;
		if (!saved)
			break;
	}
	if (!file_is_directory(path)) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

bool file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

bool file_is_directory(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *path_join(const char *directory, const char *name)
{
	while (*name == '/')
		name++;
	return xasprintf("%s%s%s", directory, string_ends(directory, "/") ? "" : "/", name);
}

char *path_absolute(const char *path)
{
	if (*path == '/')
		return xstrdup(path);
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	return path_join(cwd ? cwd : "/", path);
}

char *path_canonical(const char *path)
{
	char *canonical = realpath(path, NULL);
	if (canonical)
		return canonical;
	char *absolute = path_absolute(path);
	for (size_t n = strlen(absolute); n > 1 && absolute[n - 1] == '/'; n--)
		absolute[n - 1] = 0;
	return absolute;
}

char *path_home(void)
{
	const char *home = getenv("HOME");
	if (home && *home == '/')
		return xstrdup(home);
	struct user user;
	if (!user_find(geteuid(), &user))
		return NULL;
	char *path = *user.home == '/' ? xstrdup(user.home) : NULL;
	user_clear(&user);
	return path;
}

char *path_libexec(const char *name)
{
	const char *base = getenv("LXC_PRIVSEP_LIBEXECDIR");
	return path_join(base && *base == '/' ? base : LIBEXECDIR, name);
}

static bool kept(int fd, const int *keep, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

void fd_close_from(int first, const int *keep, size_t count)
{
	/* Close the gaps between kept descriptors, lowest first. */
	unsigned from = (unsigned)first;
	for (;;) {
		unsigned next = UINT_MAX;
		for (size_t i = 0; i < count; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		unsigned last = next == UINT_MAX ? UINT_MAX : next - 1;
		if ((next == UINT_MAX || next > from) &&
		    syscall(SYS_close_range, from, last, 0) < 0)
			for (int fd = (int)from; fd < 4096 && (unsigned)fd <= last; fd++)
				if (!kept(fd, keep, count))
					close(fd);
		if (next == UINT_MAX)
			return;
		from = next + 1;
	}
}

int fd_set_cloexec(int fd, bool on)
{
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}
