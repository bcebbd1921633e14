// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Templates are programs that fill a root file system. They run as root of the container's id map
 * with the caller's own ids mapped as well, so that they reach the caller's files (also below a
 * home of mode 0700) and nobody else's.
 */
#define LOG_MODULE "image"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/util.h"
#include "image/internal.h"

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "busybox, local, none" */
static char *installed_templates(const char *directory)
{
	struct string_list names = { 0 };
	_cleanup_dir_ DIR *dir = opendir(directory);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (string_starts(entry->d_name, "lxc-"))
			string_list_add(&names, entry->d_name + 4);
	if (names.count)
		qsort(names.items, names.count, sizeof(char *), by_bytes);
	string_list_add(&names, "none");
	char *text = string_list_join(&names, ", ");
	string_list_clear(&names);
	return text;
}

int image_find_template(const char *name, char **path, struct error *err)
{
	/* For an installation elsewhere; the template runs as the caller, who may choose. */
	const char *chosen = getenv("LXC_TEMPLATE_PATH");
	const char *directory = chosen && *chosen ? chosen : PATH_TEMPLATES;
	_cleanup_free_ char *file = NULL;
	if (*name == '/')
		file = xstrdup(name);
	else if (!*name || strchr(name, '/'))
		return error_set(err, E_TEMPLATE, 0,
				 "\"%s\" is not a template: a name or an absolute path is", name);
	else
		file = xasprintf("%s/lxc-%s", directory, name);
	struct stat st;
	if (stat(file, &st) < 0) {
		error_set(err, E_TEMPLATE, errno, "template %s: %s", name, file);
		_cleanup_free_ char *installed = installed_templates(directory);
		return error_fix(err, "use one of: %s", installed);
	}
	if (!S_ISREG(st.st_mode) || access(file, X_OK) < 0) {
		error_set(err, E_TEMPLATE, 0, "template %s is not an executable file", file);
		return error_fix(err, "chmod +x %s", file);
	}
	*path = util_steal_pointer(&file);
	return 0;
}

void template_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int template_interrupted(void)
{
	sigset_t set;
	template_signals(&set);
	int signal = sigtimedwait(&set, NULL, &(struct timespec){ 0 });
	return signal > 0 ? signal : 0;
}

struct task {
	const struct storage *storage;
	const char *directory;
	char **argv;
	int lock;
};

/* Say which directory keeps root of the map out, instead of letting the template fail somehow. */
static int check_reach(const char *directory, struct error *err)
{
	_cleanup_free_ char *path = xstrdup(directory);
	for (char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		char saved = slash[1];
		slash[1] = 0;
		int result = access(path, X_OK), why = errno;
		slash[1] = saved;
		if (result == 0)
			continue;
		*strchrnul(slash + 1, '/') = 0;
		error_set(err, E_TEMPLATE, why, "root of the container's id map cannot enter %.*s",
			  (int)(slash + 1 - path), path);
		return error_fix(err, "chgrp it to your own primary group, chmod o+x it, or use "
				      "another path with -P");
	}
	return 0;
}

static int exec_inside(void *data, struct error *err)
{
	const struct task *task = data;
	sigset_t none;
	if (check_reach(task->directory, err) < 0)
		return -1;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(0022);
	fd_set_cloexec(task->lock, false);
	execv(task->argv[0], task->argv);
	error_set(err, E_TEMPLATE, errno, "running %s", task->argv[0]);
	return error_fix(err, "its first line must name an interpreter that exists");
}

/* First child of this process, or 0. Orphans of the template are among them: we are their reaper.
 */
static pid_t first_child(void)
{
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, "/proc/thread-self/children", 1 << 20, &text) <= 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

static void kill_everything(pid_t template)
{
	/* The owner of a user namespace may kill what runs in it. */
	for (pid_t pid = template; pid > 0; pid = first_child()) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

/* 0 and *status, or the signal that interrupted. */
static int wait_for(pid_t pid, int *status)
{
	sigset_t set;
	template_signals(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		int signal = template_interrupted();
		if (signal == 0 && waitpid(pid, status, WNOHANG) == pid)
			return 0;
		if (signal == 0 && (signal = sigwaitinfo(&set, NULL)) == SIGCHLD)
			continue;
		if (signal > 0) {
			kill_everything(pid);
			return signal;
		}
	}
}

static char **arguments_of(const struct container *container, const struct storage *storage,
			   const char *template, const char *rootfs, char *const *words)
{
	struct string_list argv = { 0 };
	string_list_add(&argv, template);
	string_list_take(&argv, xasprintf("--path=%s", container->directory));
	string_list_take(&argv, xasprintf("--name=%s", container->name));
	string_list_take(&argv, xasprintf("--rootfs=%s", rootfs));
	for (size_t i = 0; words && words[i]; i++)
		string_list_add(&argv, words[i]);
	if (storage->map.list[IDMAP_UID].count > 0) {
		string_list_add(&argv, "--mapped-uid");
		string_list_take(&argv, xasprintf("%u", storage->nsuid));
		string_list_add(&argv, "--mapped-gid");
		string_list_take(&argv, xasprintf("%u", storage->nsgid));
	}
	return argv.items;
}

static int report(const char *template, int status, struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return error_set(err, E_TEMPLATE, 0, "the template %s failed with exit status %d",
				 template, WEXITSTATUS(status));
	return error_set(err, E_TEMPLATE, 0, "the template %s was killed by %s", template,
			 signal_to_name(WTERMSIG(status)));
}

int template_run(const struct container *container, const struct storage *storage,
		 const char *template, const char *rootfs, char *const *arguments, int lock,
		 struct error *err)
{
	struct task task = { .storage = storage, .directory = container->directory, .lock = lock };
	sigset_t child, old;
	pid_t pid;
	int status, reaper = 0;
	task.argv = arguments_of(container, storage, template, rootfs, arguments);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &old);
	prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	int result = idmap_spawn(&storage->map, false, exec_inside, &task, &pid, err);
	if (result == 0) {
		int signal = wait_for(pid, &status);
		if (signal)
			result = error_set(err, E_TEMPLATE, 0, "interrupted (%s)",
					   signal_to_name(signal));
		else
			result = report(template, status, err);
		if (result < 0)
			kill_everything(first_child());
	}
	prctl(PR_SET_CHILD_SUBREAPER, reaper);
	sigprocmask(SIG_SETMASK, &old, NULL);
	struct string_list argv = { .items = task.argv };
	while (argv.items[argv.count])
		argv.count++;
	string_list_clear(&argv);
	return result;
}
