// SPDX-License-Identifier: LGPL-2.1-or-later
/* shadow's newuidmap(1) and newgidmap(1): are they able to work here, and running them. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LOG_MODULE "idmap"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "idmap/internal.h"

/* In the order of enum idmap_kind. */
static const struct {
	const char *name;
	unsigned capability;
	const char *capability_text;
} programs[2] = {
	{ "newuidmap", CAP_SETUID, "cap_setuid" },
	{ "newgidmap", CAP_SETGID, "cap_setgid" },
};

struct job {
	pid_t pid;
	int output;
};

static int start(char *const argv[], int captured, struct job *job)
{
	/* English messages, and nothing of the caller's environment in a privileged program. */
	char *environment[] = { (char[]){ "LC_ALL=C" }, (char[]){ "PATH=/usr/bin:/bin" }, NULL };
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO,
					 STDOUT_FILENO + STDERR_FILENO - captured);
	posix_spawn_file_actions_adddup2(&actions, ends[1], captured);
	int error = posix_spawn(&job->pid, argv[0], &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	job->output = ends[0];
	if (error == 0)
		return 0;
	close(ends[0]);
	return errno = error, -1;
}

/* Exit status, 128+signal, or -1 (errno). */
static int finish(struct job *job, char **output)
{
	int status;
	if (file_read_fd(job->output, 65536, output) < 0)
		*output = xstrdup("");
	close(job->output);
	while (waitpid(job->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int shadow_run(char *const argv[], int fd, char **output)
{
	struct job job;
	*output = NULL;
	return start(argv, fd, &job) < 0 ? -1 : finish(&job, output);
}

static bool has_file_capability(const char *path, unsigned capability)
{
	struct vfs_ns_cap_data data = { 0 };
	ssize_t length = getxattr(path, "security.capability", &data, sizeof(data));
	return length >= (ssize_t)sizeof(struct vfs_cap_data) &&
	       (le32toh(data.data[0].permitted) & (1U << capability));
}

/* Path of the program if it would run with its privilege. Caller frees; NULL with E_IDMAP_HELPER.
 */
static char *find_working(enum idmap_kind kind, struct error *err)
{
	_cleanup_free_ char *path = idmap_find_program(programs[kind].name);
	struct stat st;
	struct statvfs fs;
	if (!path || stat(path, &st) < 0) {
		error_set(err, E_IDMAP_HELPER, 0, "%s is not installed", programs[kind].name);
		error_fix(err, "as root: apt-get install uidmap");
		return NULL;
	}
	bool setuid = (st.st_mode & S_ISUID) && st.st_uid == 0;
	if (!setuid && !has_file_capability(path, programs[kind].capability)) {
		error_set(err, E_IDMAP_HELPER, 0,
			  "%s is neither setuid root nor has the file capability %s", path,
			  programs[kind].capability_text);
		error_fix(err, "as root: chown root %s && chmod u+s %s", path, path);
		return NULL;
	}
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID)) {
		error_set(err, E_IDMAP_HELPER, 0, "%s is on a file system that is mounted nosuid",
			  path);
		error_fix(err, "as root: mount -o remount,suid $(findmnt -no TARGET -T %s)", path);
		return NULL;
	}
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		error_set(err, E_IDMAP_HELPER, 0, "no_new_privs is set, so %s gets no privilege",
			  path);
		error_fix(err, "start it from a session or unit without no_new_privs (systemd: "
			       "NoNewPrivileges=no)");
		return NULL;
	}
	return util_steal_pointer(&path);
}

static int start_for(const char *path, const struct idmap_list *list, pid_t pid, struct job *job)
{
	char *argv[3 + IDMAP_MAX_EXTENTS * 3], numbers[1 + IDMAP_MAX_EXTENTS * 3][24];
	size_t n = 0;
	snprintf(numbers[n++], sizeof(numbers[0]), "%ld", (long)pid);
	for (size_t i = 0; i < list->count; i++) {
		snprintf(numbers[n++], sizeof(numbers[0]), "%u", list->extent[i].nsid);
		snprintf(numbers[n++], sizeof(numbers[0]), "%u", list->extent[i].hostid);
		snprintf(numbers[n++], sizeof(numbers[0]), "%u", list->extent[i].count);
	}
	argv[0] = (char *)path;
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = numbers[i];
	argv[n + 1] = NULL;
	return start(argv, STDERR_FILENO, job);
}

/* What the program said, without its line end. */
static int report(const char *path, int status, char *output, struct error *err)
{
	if (status < 0)
		return error_set(err, E_IDMAP_WRITE, errno, "wait for %s", path);
	char *said = string_trim(output);
	said[strcspn(said, "\n")] = 0;
	return error_set(err, E_IDMAP_WRITE, 0, "%s refused (exit status %d)%s%.400s", path, status,
			 *said ? ": " : "", said);
}

int shadow_write_maps(const struct idmap *map, pid_t pid, struct error *err)
{
	struct job job[2];
	bool started[2] = { false, false };
	_cleanup_free_ char *uid_program = NULL;
	_cleanup_free_ char *gid_program = NULL;
	if (!(uid_program = find_working(IDMAP_UID, err)) ||
	    !(gid_program = find_working(IDMAP_GID, err)))
		return -1;
	const char *paths[2] = { uid_program, gid_program };
	int result = 0;
	/* They do not depend on each other: both at once. */
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++) {
		if (map->list[kind].count == 0)
			continue;
		started[kind] = start_for(paths[kind], &map->list[kind], pid, &job[kind]) == 0;
		if (!started[kind])
			result = error_set(err, E_IDMAP_HELPER, errno, "run %s", paths[kind]);
	}
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++) {
		_cleanup_free_ char *output = NULL;
		if (!started[kind])
			continue;
		int status = finish(&job[kind], &output);
		if (status != 0)
			result = report(paths[kind], status, output, err);
		log_debug("%s for process %ld: exit status %d", paths[kind], (long)pid, status);
	}
	return result;
}
