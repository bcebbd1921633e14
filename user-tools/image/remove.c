// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Removing a directory tree that somebody hostile filled. Every step is one name below an open
 * directory: no symlink is followed and no mount point entered. A tree of any depth takes a fixed
 * number of descriptors: what lies deeper is moved up to the top and removed from there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "image/internal.h"

#define MAX_DEPTH 32

struct walk {
	int top;	  /* the directory that is removed */
	const char *path; /* its path, for messages */
	const char *names[MAX_DEPTH + 1];
	unsigned moved; /* directories moved up so far */
	struct error *err;
};

static int refuse(const struct walk *walk, int depth, const char *name, int sys_errno,
		  const char *what)
{
	_cleanup_free_ char *path = xstrdup(walk->path);
	for (int i = 0; i < depth; i++) {
		char *longer = xasprintf("%s/%s", path, walk->names[i]);
		free(path);
		path = longer;
	}
	error_set(walk->err, E_STORAGE, sys_errno, "%s %.600s/%s", what, path, name);
	switch (sys_errno) {
	case EXDEV:
		return error_fix(walk->err,
				 "umount %.300s/%s: it is a mount point, which is never entered",
				 path, name);
	case EPERM:
	case EACCES:
		return error_fix(
		    walk->err,
		    "it belongs to ids outside the container's id map, or is immutable: as root, "
		    "rm -r --one-file-system %.300s",
		    walk->path);
	default:
		return -1;
	}
}

static int open_below(int directory, const char *name)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
				.resolve =
				    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };
	int fd = (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
	if (fd < 0 && errno == EACCES) {
		/* Its owner may have taken away the right to read it. */
		struct stat st;
		if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode) && fchmodat(directory, name, 0700, 0) == 0)
			fd = (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
		else
			errno = EACCES;
	}
	return fd;
}

/* Take a directory that lies too deep up to the top, under a name that is free there. */
static int move_up(struct walk *walk, int depth, int directory, const char *name)
{
	char free_name[48];
	for (int tries = 0; tries < 1000; tries++) {
		snprintf(free_name, sizeof(free_name), ".deep-%u", walk->moved++);
		if (renameat2(directory, name, walk->top, free_name, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return refuse(walk, depth, name, errno, "moving");
}

static int empty_directory(struct walk *walk, int depth, int fd, const char *keep1,
			   const char *keep2);

static int remove_entry(struct walk *walk, int depth, int directory, const char *name)
{
	if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* EPERM for a directory by POSIX, EISDIR by Linux; the removal of a directory says what is
	 * really wrong. */
	int why = errno;
	struct stat st;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return refuse(walk, depth, name, why, "removing");
	if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return refuse(walk, depth, name, errno == EBUSY ? EXDEV : errno, "removing");
	if (depth == MAX_DEPTH)
		return move_up(walk, depth, directory, name);
	_cleanup_close_ int fd = open_below(directory, name);
	if (fd < 0)
		return refuse(walk, depth, name, errno, "opening");
	walk->names[depth] = name;
	if (empty_directory(walk, depth + 1, util_steal_fd(&fd), NULL, NULL) < 0)
		return -1;
	if (unlinkat(directory, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return refuse(walk, depth, name, errno, "removing");
	return 0;
}

static bool is_kept(const char *name, const char *keep1, const char *keep2)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	       (keep1 && strcmp(name, keep1) == 0) || (keep2 && strcmp(name, keep2) == 0);
}

/* Until a whole reading finds nothing: moved directories arrive at the top meanwhile. Takes fd. */
static int empty_directory(struct walk *walk, int depth, int fd, const char *keep1,
			   const char *keep2)
{
	_cleanup_dir_ DIR *dir = fdopendir(fd);
	if (!dir) {
		int why = errno;
		close(fd);
		return refuse(walk, depth, ".", why, "reading");
	}
	for (bool found = true; found; rewinddir(dir)) {
		found = false;
		for (struct dirent *entry; (entry = readdir(dir));) {
			if (is_kept(entry->d_name, keep1, keep2))
				continue;
			found = true;
			if (remove_entry(walk, depth, dirfd(dir), entry->d_name) < 0)
				return -1;
		}
	}
	return 0;
}

int remove_tree(int directory, const char *name, const char *path, const char *keep1,
		const char *keep2, struct error *err)
{
	struct walk walk = { .path = path, .err = err };
	_cleanup_close_ int top =
	    openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (top < 0 && errno == ENOENT)
		return 0;
	if (top < 0) {
		error_set(err, E_STORAGE, errno, "opening %s", path);
		return errno == ENOTDIR || errno == ELOOP
			   ? error_fix(err, "rm %s: it is not a directory", path)
			   : -1;
	}
	walk.top = top;
	if (empty_directory(&walk, 0, dup(top), keep1, keep2) < 0)
		return -1;
	if (keep1 || keep2)
		return 0;
	if (unlinkat(directory, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_set(err, E_STORAGE, errno, "removing %s", path);
	return 0;
}
