// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Controllers of cgroup2 are enabled in the base group for its children, and the kernel allows that
 * only while the base group itself holds no process. Logins and services are usually put right
 * there ("Device or resource busy"), so its processes are moved to a leaf below it.
 */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

#define PIDS_AT_ONCE 256
/* Each round moves what is there; a group that still has processes after so many is being filled on
 * purpose. */
#define EVACUATION_ROUNDS 100

bool cgroup_is_thread_root(int group)
{
	char type[64];
	return cgroup_read_file(group, "cgroup.type", type, sizeof(type)) > 0 &&
	       strcmp(type, "domain threaded") == 0;
}

int cgroup_write_subtree(int group, const char *words)
{
	if (file_write_kernel(group, "cgroup.subtree_control", words) < 0)
		return -1;
	/* cgroup_vet_subtree_control_enable(): what can count threads (cpu, cpuset, pids) is
	 * enabled in a group with processes, too, where nothing else is: it becomes the root of a
	 * threaded subtree, and no process can enter a group below it (EOPNOTSUPP). */
	if (!cgroup_is_thread_root(group))
		return 0;
	_cleanup_free_ char *undo = xstrdup(words);
	for (char *sign = undo; (sign = strchr(sign, '+'));)
		*sign = '-';
	if (file_write_kernel(group, "cgroup.subtree_control", undo) == 0)
		errno = EBUSY;
	return -1;
}

int hierarchy_make_group(const struct hierarchy *h, const char *name, bool exist_ok)
{
	if (mkdirat(h->base_fd, name, 0755) < 0 && !(exist_ok && errno == EEXIST))
		return -1;
	_cleanup_close_ int fd =
	    openat(h->base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	/* mkdir obeyed the umask; the container's root, another user, has to get through. */
	if ((st.st_mode & 0777) != 0755 && st.st_uid == geteuid() && fchmod(fd, 0755) < 0)
		return -1;
	return util_steal_fd(&fd);
}

ssize_t cgroup_read_pids(int dirfd, pid_t *pids, size_t max)
{
	_cleanup_close_ int fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_file_ FILE *in = fd < 0 ? NULL : fdopen(fd, "re");
	if (!in)
		return -1;
	fd = -1;
	size_t count = 0;
	long pid;
	while (count < max && fscanf(in, "%ld", &pid) == 1)
		pids[count++] = (pid_t)pid;
	return ferror(in) ? -1 : (ssize_t)count;
}

int cgroup_write_pid(int procs_fd, pid_t pid)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", pid);
	ssize_t n;
	do
		n = write(procs_fd, text, (size_t)length);
	while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n < 0 ? -1 : 0;
}

static int open_procs(const struct hierarchy *h, const char *group)
{
	_cleanup_free_ char *path =
	    xasprintf("%s%scgroup.procs", group ? group : "", group ? "/" : "");
	return openat(h->base_fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

int cgroup_move_out(const struct hierarchy *h, pid_t pid)
{
	_cleanup_close_ int base = open_procs(h, NULL);
	if (base < 0)
		return -1;
	if (cgroup_write_pid(base, pid) == 0)
		return 0;
	if (errno != EBUSY) /* anything but the no-internal-processes rule */
		return -1;
	/* Not marked as ours: the controllers may be the admin's. */
	_cleanup_close_ int group = hierarchy_make_group(h, CGROUP_LEAF, true);
	_cleanup_close_ int leaf = group < 0 ? -1 : open_procs(h, CGROUP_LEAF);
	return leaf < 0 ? -1 : cgroup_write_pid(leaf, pid);
}

/* Everything in the base group to the leaf, once. Number of processes seen, or -1 (err filled). */
static ssize_t evacuate_once(const struct hierarchy *h, int leaf, struct error *err)
{
	pid_t pids[PIDS_AT_ONCE];
	ssize_t count = cgroup_read_pids(h->base_fd, pids, PIDS_AT_ONCE);
	if (count < 0) {
		_cleanup_free_ char *path = hierarchy_path(h, "cgroup.procs");
		return error_set(err, E_CGROUP, errno, "%s", path);
	}
	for (ssize_t i = 0; i < count; i++) {
		if (pids[i] > 0 && (cgroup_write_pid(leaf, pids[i]) == 0 || errno == ESRCH))
			continue;
		_cleanup_free_ char *path = hierarchy_path(h, NULL);
		if (pids[i] == 0)
			error_set(err, E_CGROUP, 0,
				  "%s holds a process of another PID namespace, which cannot be "
				  "moved to " CGROUP_LEAF,
				  path);
		else
			error_set(err, E_CGROUP, errno,
				  "process %d cannot be moved from %s to " CGROUP_LEAF, pids[i],
				  path);
		error_fix(err,
			  "the controllers of %s can be enabled when it holds no process itself",
			  path);
		return -1;
	}
	return count;
}

static int enable_with_evacuation(const struct hierarchy *h, const char *sign_words,
				  struct error *err)
{
	_cleanup_free_ char *path = hierarchy_path(h, NULL);
	_cleanup_close_ int group = cgroup_make_leaf(h);
	_cleanup_close_ int leaf = group < 0 ? -1 : open_procs(h, CGROUP_LEAF);
	if (leaf < 0)
		return error_set(err, E_CGROUP, errno, "%s/" CGROUP_LEAF, path);
	log_info("%s has processes of its own: they move to " CGROUP_LEAF " below it", path);
	/* Processes fork while we look: what was missed is there in the next round. */
	for (int round = 0; round < EVACUATION_ROUNDS; round++) {
		if (evacuate_once(h, leaf, err) < 0)
			return -1;
		if (cgroup_write_subtree(h->base_fd, sign_words) == 0)
			return 0;
		if (errno != EBUSY)
			return error_set(err, E_CGROUP, errno, "%s: enabling %s", path, sign_words);
	}
	error_set(err, E_CGROUP, EBUSY, "%s: enabling %s: new processes keep arriving", path,
		  sign_words);
	return error_fix(err, "start logins and services of this user in %s/" CGROUP_LEAF, path);
}

int cgroup_enable_controllers(const struct cgroup *cgroup, struct hierarchy *h, const char *words,
			      bool may_move, struct error *err)
{
	(void)cgroup;
	char enabled[1024];
	if (cgroup_read_file(h->base_fd, "cgroup.subtree_control", enabled, sizeof(enabled)) < 0) {
		_cleanup_free_ char *path = hierarchy_path(h, "cgroup.subtree_control");
		return error_set(err, E_CGROUP, errno, "%s", path);
	}
	struct string_list list = { 0 };
	string_list_add_words(&list, words, " ");
	/* Where somebody made it one nothing can start before its processes are gone. */
	bool unusable = cgroup_is_thread_root(h->base_fd);
	if (unusable && cgroup_disable_controllers(h) == 0) {
		string_list_add_words(&list, enabled, " ");
		*enabled = 0;
	}
	char all[1024] = "";
	for (size_t i = 0; i < list.count; i++)
		if (cgroup_list_has(h->controllers, list.items[i]) &&
		    !cgroup_list_has(enabled, list.items[i]) &&
		    strlen(all) + strlen(list.items[i]) + 3 < sizeof(all))
			sprintf(all + strlen(all), "%s+%s", *all ? " " : "", list.items[i]);
	string_list_clear(&list);
	if (!unusable && (!*all || cgroup_write_subtree(h->base_fd, all) == 0))
		return 0;
	if (unusable || (errno == EBUSY && may_move))
		return enable_with_evacuation(h, all, err);
	_cleanup_free_ char *path = hierarchy_path(h, NULL);
	if (errno == EBUSY) {
		log_info("%s has processes of its own: %s not enabled, no limit needs it", path,
			 all);
		return 0;
	}
	return error_set(err, E_CGROUP, errno, "%s: enabling %s", path, all);
}
