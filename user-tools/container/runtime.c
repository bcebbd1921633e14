// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket.h"

#define SOCKET_NAME "socket"

static void candidates(struct string_list *list)
{
	uid_t uid = geteuid();
	if (uid == 0) {
		string_list_add(list, "/run/lxc");
		return;
	}
	_cleanup_free_ char *home = path_home();
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	if (home)
		string_list_take(list, path_join(home, ".cache/lxc/run"));
	if (xdg && *xdg == '/')
		string_list_take(list, path_join(xdg, "lxc"));
	string_list_take(list, xasprintf("/run/user/%u/lxc", (unsigned)uid));
	string_list_take(list, xasprintf("/tmp/lxc-%u", (unsigned)uid));
}

/* Is it really a directory of ours that nobody else can write? */
static int open_private(int at, const char *path)
{
	struct stat st;
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return errno = EPERM, -1;
	}
	return fd;
}

static int make_private(int at, const char *path)
{
	if (mkdirat(at, path, 0700) < 0 && errno != EEXIST)
		return -1;
	return open_private(at, path);
}

static void path_key(const char *lxcpath, char key[17])
{
	size_t length = strlen(lxcpath);
	while (length > 1 && lxcpath[length - 1] == '/')
		length--;
	snprintf(key, 17, "%016llx", (unsigned long long)hash_fnv1a(lxcpath, length));
}

/* BASE/KEY below one candidate; -1 if it cannot be. */
static int make_below(const char *base, const char *key)
{
	/* Parents that are not ours to make (XDG_RUNTIME_DIR, /run/user/UID) must exist and be
	 * ours. */
	_cleanup_free_ char *parent = xstrdup(base);
	char *slash = strrchr(parent, '/');
	*slash = 0;
	if (strstr(base, "/.cache/") && file_make_dirs(parent, 0700) < 0)
		return -1;
	_cleanup_close_ int base_fd = make_private(AT_FDCWD, base);
	return base_fd < 0 ? -1 : make_private(base_fd, key);
}

/* BASE/KEY/NAME below one candidate; -1 if it cannot be. */
static int make_directory(const char *base, const char *key, const char *name)
{
	_cleanup_close_ int key_fd = make_below(base, key);
	return key_fd < 0 ? -1 : make_private(key_fd, name);
}

static int open_directory(const char *base, const char *key, const char *name)
{
	_cleanup_close_ int base_fd = open_private(AT_FDCWD, base);
	_cleanup_close_ int key_fd = base_fd < 0 ? -1 : open_private(base_fd, key);
	if (key_fd < 0)
		return -1;
	return name ? open_private(key_fd, name) : util_steal_fd(&key_fd);
}

/* A lock on a directory that was removed meanwhile protects nothing. */
static bool still_there(int fd, const char *base, const char *key, const char *name)
{
	struct stat held, seen;
	_cleanup_close_ int again = open_directory(base, key, name);
	return again >= 0 && fstat(fd, &held) == 0 && fstat(again, &seen) == 0 &&
	       held.st_ino == seen.st_ino && held.st_dev == seen.st_dev;
}

int runtime_lock(const char *lxcpath, const char *name, int wait_ms, struct error *err)
{
	struct string_list bases = { 0 };
	char key[17];
	int fd = -1, last = ENOENT;
	int64_t until = time_monotonic_ms() + wait_ms;
	path_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count && fd < 0;) {
		fd = make_directory(bases.items[i], key, name);
		if (fd < 0) {
			last = errno;
			i++;
			continue;
		}
		int busy = flock(fd, LOCK_EX | LOCK_NB);
		if (busy == 0 && still_there(fd, bases.items[i], key, name))
			break;
		close(fd);
		fd = -1;
		if (busy == 0)
			continue;
		if (time_monotonic_ms() >= until) {
			string_list_clear(&bases);
			return error_set(err, E_BUSY, 0,
					 "another command is working on the container");
		}
		usleep(5000);
	}
	if (fd < 0) {
		_cleanup_free_ char *tried = string_list_join(&bases, ", ");
		error_set(err, E_RUNTIME_DIR, last, "no directory for runtime state (tried %s)",
			  tried);
		error_fix(err, "set HOME to a directory of your own");
	}
	string_list_clear(&bases);
	return fd;
}

int runtime_open(const char *lxcpath, const char *name)
{
	struct string_list bases = { 0 };
	char key[17];
	int fd = -1;
	path_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count && fd < 0; i++)
		fd = open_directory(bases.items[i], key, name);
	string_list_clear(&bases);
	return fd;
}

/* The path of a socket below a directory descriptor fits sun_path whatever the names are. */
static socklen_t socket_address(int directory, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/" SOCKET_NAME,
		 directory);
	return sizeof(*address);
}

int runtime_listen(int directory, struct error *err)
{
	struct sockaddr_un address;
	socklen_t length = socket_address(directory, &address);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (unlinkat(directory, SOCKET_NAME, 0) < 0 && errno != ENOENT)
		return error_set(err, E_RUNTIME_DIR, errno, "removing a stale socket");
	mode_t mask = umask(077);
	int result = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, length);
	umask(mask);
	if (result < 0 || listen(fd, 64) < 0)
		return error_set(err, E_RUNTIME_DIR, errno, "the supervisor's socket");
	return util_steal_fd(&fd);
}

static int connect_in(int directory)
{
	struct sockaddr_un address;
	socklen_t length = socket_address(directory, &address);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, length) < 0)
		return -1;
	uid_t uid;
	if (socket_peer(fd, &uid, NULL) < 0 || (uid != geteuid() && uid != 0))
		return errno = EPERM, -1;
	return util_steal_fd(&fd);
}

static int no_connection(int error, struct error *err)
{
	if (error && error != ENOENT && error != ECONNREFUSED)
		return error_set(err, E_SUPERVISOR, error, "connecting to the supervisor");
	return error_set(err, E_NOT_RUNNING, 0, "the container is not running");
}

int runtime_connect(const char *lxcpath, const char *name, struct error *err)
{
	struct string_list bases = { 0 };
	char key[17];
	int fd = -1, error = 0;
	path_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count && fd < 0; i++) {
		_cleanup_close_ int directory = open_directory(bases.items[i], key, name);
		fd = directory < 0 ? -1 : connect_in(directory);
		if (fd < 0 && directory >= 0 && errno != ENOENT && errno != ECONNREFUSED)
			error = errno;
	}
	string_list_clear(&bases);
	return fd >= 0 ? fd : no_connection(error, err);
}

void runtime_remove(int directory, const char *lxcpath, const char *name)
{
	struct string_list bases = { 0 };
	char key[17];
	path_key(lxcpath, key);
	unlinkat(directory, SOCKET_NAME, 0);
	unlinkat(directory, "cgroups", 0);
	unlinkat(directory, RUNTIME_INIT_RECORD, 0);
	candidates(&bases);
	for (size_t i = 0; i < bases.count; i++) {
		if (!still_there(directory, bases.items[i], key, name))
			continue;
		_cleanup_close_ int parent = open_directory(bases.items[i], key, NULL);
		if (parent >= 0)
			unlinkat(parent, name, AT_REMOVEDIR);
		_cleanup_close_ int base = open_private(AT_FDCWD, bases.items[i]);
		if (base >= 0)
			unlinkat(base, key, AT_REMOVEDIR); /* only when it is empty */
	}
	string_list_clear(&bases);
}

/* Beside the containers' own, where no container's name can be. */
static void monitors_key(const char *lxcpath, char key[32])
{
	path_key(lxcpath, key);
	strcat(key, ".monitors");
}

size_t runtime_make_monitors(const char *lxcpath, int fds[RUNTIME_PLACES], struct error *err)
{
	struct string_list bases = { 0 };
	char key[17], monitors[32];
	size_t count = 0;
	path_key(lxcpath, key);
	monitors_key(lxcpath, monitors);
	candidates(&bases);
	for (size_t i = 0; i < bases.count && count < RUNTIME_PLACES; i++) {
		/* The first that can be is where a start goes; others have what went there before. */
		_cleanup_close_ int used = count ? open_directory(bases.items[i], key, NULL) : -1;
		int fd = count && used < 0 ? -1 : make_below(bases.items[i], monitors);
		if (fd >= 0)
			fds[count++] = fd;
	}
	if (!count)
		error_set(err, E_RUNTIME_DIR, errno, "no directory for runtime state");
	string_list_clear(&bases);
	return count;
}

int runtime_open_monitors(int directory, const char *lxcpath)
{
	char key[32];
	monitors_key(lxcpath, key);
	_cleanup_free_ char *path = xasprintf("../../%s", key);
	return open_private(directory, path);
}

void runtime_remove_monitors(const char *lxcpath)
{
	struct string_list bases = { 0 };
	char key[32];
	monitors_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count; i++) {
		_cleanup_close_ int base = open_private(AT_FDCWD, bases.items[i]);
		if (base >= 0)
			unlinkat(base, key, AT_REMOVEDIR);
	}
	string_list_clear(&bases);
}

/* The directory may not even exist, so there is nothing to wait on: look again soon. */
void runtime_pause(int timeout_ms)
{
	poll(NULL, 0, timeout_ms < 0 || timeout_ms > 20 ? 20 : timeout_ms);
}

int runtime_list(const char *lxcpath, struct string_list *names, struct error *err)
{
	struct string_list bases = { 0 };
	char key[17];
	(void)err;
	path_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count; i++) {
		int fd = open_directory(bases.items[i], key, NULL);
		_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
		for (struct dirent *entry; dir && (entry = readdir(dir));) {
			if (*entry->d_name == '.' || string_list_has(names, entry->d_name))
				continue;
			_cleanup_close_ int own = open_private(dirfd(dir), entry->d_name);
			_cleanup_close_ int live = own < 0 ? -1 : connect_in(own);
			if (live >= 0 ||
			    (own >= 0 && faccessat(own, RUNTIME_INIT_RECORD, F_OK, 0) == 0))
				string_list_add(names, entry->d_name);
		}
	}
	string_list_clear(&bases);
	return 0;
}

static int by_entry_name(const void *a, const void *b)
{
	return strcmp(((const struct runtime_entry *)a)->name,
		      ((const struct runtime_entry *)b)->name);
}

static void view_read(struct runtime_view *view, int parent)
{
	int again = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = again < 0 ? NULL : fdopendir(again);
	size_t known = view->count;
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		const struct runtime_entry own = { entry->d_name, parent };
		if (*entry->d_name == '.' ||
		    (known && bsearch(&own, view->entries, known, sizeof(own), by_entry_name)))
			continue;
		view->entries = xrealloc(view->entries, (view->count + 1) * sizeof(*view->entries));
		view->entries[view->count++] =
		    (struct runtime_entry){ xstrdup(entry->d_name), parent };
	}
	if (view->count)
		qsort(view->entries, view->count, sizeof(*view->entries), by_entry_name);
}

void runtime_view_open(struct runtime_view *view, const char *lxcpath)
{
	struct string_list bases = { 0 };
	char key[17];
	*view = (struct runtime_view){ 0 };
	path_key(lxcpath, key);
	candidates(&bases);
	for (size_t i = 0; i < bases.count && view->parent_count < ARRAY_SIZE(view->parents); i++) {
		int parent = open_directory(bases.items[i], key, NULL);
		if (parent < 0)
			continue;
		view->parents[view->parent_count++] = parent;
		view_read(view, parent);
	}
	string_list_clear(&bases);
}

void runtime_view_close(struct runtime_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		free(view->entries[i].name);
	free(view->entries);
	for (size_t i = 0; i < view->parent_count; i++)
		close(view->parents[i]);
	*view = (struct runtime_view){ 0 };
}

static const struct runtime_entry *view_find(const struct runtime_view *view, const char *name)
{
	const struct runtime_entry own = { (char *)name, -1 };
	return view->count ? bsearch(&own, view->entries, view->count, sizeof(own), by_entry_name)
			   : NULL;
}

bool runtime_view_has(const struct runtime_view *view, const char *name)
{
	return view_find(view, name) != NULL;
}

int runtime_view_connect(const struct runtime_view *view, const char *name, struct error *err)
{
	const struct runtime_entry *entry = view_find(view, name);
	_cleanup_close_ int directory = entry ? open_private(entry->parent, name) : -1;
	int fd = directory < 0 ? -1 : connect_in(directory);
	return fd >= 0 ? fd : no_connection(directory < 0 ? 0 : errno, err);
}
