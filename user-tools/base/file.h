/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files: whole reads, atomic writes, directories. Paths are the caller's own; code
 * that touches a container's tree uses rootfs/resolve.h instead, which never
 * follows what the container planted.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Read a whole file of at most max bytes; a NUL is put behind it. Returns the
 * length and *out (caller frees), or -1 (errno; EFBIG when larger).
 */
ssize_t file_read_all(int dirfd, const char *path, size_t max, char **out);
/* The same from an open descriptor. */
ssize_t file_read_fd(int fd, size_t max, char **out);

/* One write(2) of text to an existing kernel file (/proc, cgroup). 0 or -1 (errno). */
int file_write_kernel(int dirfd, const char *path, const char *text);

/* Write all, restarting after signals and short writes. 0 or -1 (errno). */
int file_write_fd(int fd, const void *data, size_t length);

/*
 * Replace path by data in one step: a temporary file next to it, fsync, rename. A
 * reader sees the old or the new content, never a mixture. 0 or -1 (errno).
 */
int file_write_atomic(const char *path, const void *data, size_t length, mode_t mode);

/* mkdir -p with mode for each directory made. 0 or -1 (errno). */
int file_make_dirs(const char *path, mode_t mode);

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/* Join two path parts with exactly one slash; caller frees. */
char *path_join(const char *directory, const char *name);
/* Make absolute against the current directory, without resolving links; caller frees. */
char *path_absolute(const char *path);
/* The one name of a directory: links, "..", and slashes too many are resolved as far as it exists
 * and may be looked at, else it is made absolute only; caller frees. */
char *path_canonical(const char *path);

/* The caller's home directory: $HOME if absolute, else passwd. NULL if neither; caller frees. */
char *path_home(void);

/*
 * An installed program of ours: LIBEXECDIR/NAME, or below $LXC_PRIVSEP_LIBEXECDIR for an
 * installation elsewhere (these programs run as the caller, so the caller may choose them); caller
 * frees.
 */
char *path_libexec(const char *name);

/* Close all descriptors from first on, except keep (sorted or not; count may be 0). */
void fd_close_from(int first, const int *keep, size_t count);
int fd_set_cloexec(int fd, bool on);

#endif
