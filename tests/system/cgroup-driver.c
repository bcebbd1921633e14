// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Drives cgroup/ from a shell: cgroup-driver NAME STEP..., the steps in one process and in order.
 * Ends with 1 at the first step that fails, after its error on stderr ("CODE: message | rule |
 * fix").
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/file.h"
#include "cgroup/cgroup.h"
#include "idmap/idmap.h"

static struct cgroup *cgroup;
static struct cgroup_limit limits[16];
static size_t limit_count;
static pid_t child, parent;
static struct error err;

static int step_why(const char *unused)
{
	(void)unused;
	puts(cgroup_why_not(cgroup));
	return 0;
}

static int step_delegated(const char *unused)
{
	(void)unused;
	puts(cgroup_is_delegated(cgroup) ? "delegated" : "not delegated");
	return 0;
}

static int step_layout(const char *unused)
{
	static const char *const names[] = { "none", "legacy", "hybrid", "unified" };
	(void)unused;
	puts(names[cgroup_detect_layout()]);
	return 0;
}

/* limit:2:memory.max=64M remembers it; check and apply use all remembered. */
static int step_limit(const char *text)
{
	char *copy = xstrdup(text), *equals = strchr(copy, '=');
	if (!equals || strlen(copy) < 3 || limit_count == ARRAY_SIZE(limits))
		return error_set(&err, E_USAGE, 0, "limit:VERSION:FILE=VALUE, not %s", text);
	*equals = 0;
	limits[limit_count++] =
	    (struct cgroup_limit){ copy[0] - '0', copy + 2, equals + 1, "config:7" };
	return 0;
}

static int step_check(const char *unused)
{
	(void)unused;
	return cgroup_check_limits(cgroup, limits, limit_count, &err);
}

static int step_apply(const char *unused)
{
	(void)unused;
	return cgroup_apply_limits(cgroup, limits, limit_count, &err);
}

static int step_create(const char *unused)
{
	(void)unused;
	return cgroup_create(cgroup, &err);
}

static int step_monitor(const char *unused)
{
	(void)unused;
	return cgroup_enter_monitor(cgroup, 0, &err);
}

static _Noreturn void be_payload(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	for (;;)
		pause();
}

/* A process in the payload, as a start makes it: cloned into cgroup2, moved in v1. */
static int step_clone(const char *unused)
{
	(void)unused;
	int fd = cgroup_payload_fd(cgroup);
	struct clone_args args = { .exit_signal = SIGCHLD };
	if (fd >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)fd;
	}
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (child == 0)
		be_payload();
	if (child < 0)
		return error_set(&err, E_SYSTEM, errno, "clone3");
	return cgroup_enter_payload(cgroup, child, &err);
}

static int step_fork(const char *unused)
{
	(void)unused;
	child = fork();
	if (child == 0)
		be_payload();
	return cgroup_enter_payload(cgroup, child, &err);
}

/* This process itself: for what a shell step may do there. */
static int step_enter(const char *unused)
{
	(void)unused;
	return cgroup_enter_payload(cgroup, 0, &err);
}

/* where: the groups of the child; mine: of this process. */
static int print_groups(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/cgroup", pid), *text = NULL;
	if (file_read_all(AT_FDCWD, path, 1 << 16, &text) < 0)
		return error_set(&err, E_SYSTEM, errno, "%s", path);
	fputs(text, stdout);
	return 0;
}

static int step_where(const char *unused)
{
	(void)unused;
	return print_groups(child);
}

static int step_mine(const char *unused)
{
	(void)unused;
	return print_groups(getpid());
}

static int step_chown(const char *id)
{
	uid_t uid = (uid_t)strtoul(id, NULL, 10);
	return cgroup_chown_payload(cgroup, uid, uid, &err);
}

static int step_get(const char *file)
{
	_cleanup_free_ char *value = NULL;
	if (cgroup_get(cgroup, file, &value, &err) < 0)
		return -1;
	fputs(value, stdout);
	return 0;
}

static int step_set(const char *text)
{
	_cleanup_free_ char *file = xstrndup(text, strcspn(text, "="));
	return cgroup_set(cgroup, file, text + strlen(file) + 1, &err);
}

static int step_stats(const char *unused)
{
	(void)unused;
	struct cgroup_stats s;
	if (cgroup_read_stats(cgroup, &s, &err) < 0)
		return -1;
	printf("cpu=%d memory=%d swap=%d kernel=%d blkio=%d processes=%lld\n", s.cpu_ns >= 0,
	       s.memory_bytes >= 0, s.memory_swap_bytes >= 0, s.kernel_memory_bytes >= 0,
	       s.blkio_bytes >= 0, (long long)s.processes);
	return 0;
}

static int step_freeze(const char *unused)
{
	(void)unused;
	return cgroup_freeze(cgroup, true, 2000, &err);
}

static int step_thaw(const char *unused)
{
	(void)unused;
	return cgroup_freeze(cgroup, false, 2000, &err);
}

static int step_kill(const char *unused)
{
	(void)unused;
	return cgroup_kill(cgroup, &err);
}

static int step_reap(const char *unused)
{
	(void)unused;
	int status;
	if (waitpid(child, &status, 0) != child)
		return error_set(&err, E_SYSTEM, errno, "waitpid");
	printf("signal=%d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	return 0;
}

static int step_remove(const char *unused)
{
	(void)unused;
	return cgroup_remove(cgroup, &err);
}

static int step_descendants(const char *unused)
{
	(void)unused;
	return cgroup_remove_descendants(cgroup, &err);
}

/* What a supervisor does: function as root of a user namespace with the container's ids and the
 * caller's. */
static int run_mapped(int (*function)(void *data, struct error *err))
{
	struct idmap map = { 0 };
	uint32_t nsuid, nsgid;
	if (idmap_auto(getuid(), &map, &err) < 0 ||
	    idmap_add_self(&map, getuid(), getgid(), &nsuid, &nsgid, &err) < 0)
		return -1;
	return idmap_run(&map, false, function, NULL, &err) == 0 ? 0 : -1;
}

static int hand_over(void *data, struct error *error)
{
	(void)data;
	return cgroup_chown_payload(cgroup, 0, (gid_t)-1, error) < 0;
}

static int step_handover(const char *unused)
{
	(void)unused;
	return run_mapped(hand_over);
}

/* The container's root, in its own subtree. */
static int nest(void *data, struct error *error)
{
	(void)data;
	int fd = cgroup_payload_fd(cgroup);
	if (fd < 0 || mkdirat(fd, "nested", 0700) < 0 || mkdirat(fd, "nested/deeper", 0700) < 0)
		return error_set(error, E_SYSTEM, errno, "mkdir below the payload") < 0;
	return 0;
}

static int step_nest(const char *unused)
{
	(void)unused;
	return run_mapped(nest);
}

static int clear(void *data, struct error *error)
{
	(void)data;
	return cgroup_remove_descendants(cgroup, error) < 0;
}

/* As cgroup.h says: in the container's name only where the caller was refused. */
static int step_removeall(const char *unused)
{
	(void)unused;
	if (cgroup_remove(cgroup, &err) == 0)
		return 0;
	printf("refused with errno %d\n", err.sys_errno);
	if (err.sys_errno != EACCES)
		return -1;
	error_clear(&err);
	return run_mapped(clear) < 0 ? -1 : cgroup_remove(cgroup, &err);
}

/* Forget everything but the text, as a successor does that reads it from the runtime directory. */
static int step_text(const char *name)
{
	_cleanup_free_ char *text = cgroup_to_text(cgroup);
	cgroup_free(cgroup);
	cgroup = NULL;
	return cgroup_from_text(name, text, &cgroup, &err);
}

static int step_shell(const char *command)
{
	fflush(stdout);
	return system(command) == 0 ? 0 : error_set(&err, E_SYSTEM, 0, "%s", command);
}

static int step_umask(const char *mask)
{
	umask((mode_t)strtoul(mask, NULL, 8));
	return 0;
}

/* Average of COUNT times cgroup_new() and cgroup_free(), in microseconds. */
static int step_time(const char *count)
{
	long n = strtol(count, NULL, 10);
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < n; i++) {
		struct cgroup *one;
		if (cgroup_new("timing", NULL, &one, &err) < 0)
			return -1;
		cgroup_free(one);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.1f us\n", ((double)(to.tv_sec - from.tv_sec) * 1e6 +
			     (double)(to.tv_nsec - from.tv_nsec) / 1e3) /
				(double)n);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const char *argument);
} steps[] = {
	{ "why", step_why },
	{ "delegated", step_delegated },
	{ "layout", step_layout },
	{ "limit", step_limit },
	{ "check", step_check },
	{ "apply", step_apply },
	{ "create", step_create },
	{ "monitor", step_monitor },
	{ "clone", step_clone },
	{ "fork", step_fork },
	{ "where", step_where },
	{ "enter", step_enter },
	{ "mine", step_mine },
	{ "chown", step_chown },
	{ "get", step_get },
	{ "set", step_set },
	{ "stats", step_stats },
	{ "freeze", step_freeze },
	{ "thaw", step_thaw },
	{ "kill", step_kill },
	{ "reap", step_reap },
	{ "remove", step_remove },
	{ "descendants", step_descendants },
	{ "text", step_text },
	{ "handover", step_handover },
	{ "nest", step_nest },
	{ "removeall", step_removeall },
	{ "shell", step_shell },
	{ "umask", step_umask },
	{ "time", step_time },
};

static int run(const char *word)
{
	size_t length = strcspn(word, ":");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (strlen(steps[i].name) == length && strncmp(word, steps[i].name, length) == 0)
			return steps[i].run(word + length + (word[length] == ':'));
	return error_set(&err, E_USAGE, 0, "no step %s", word);
}

int main(int argc, char **argv)
{
	program_name = "cgroup-driver";
	parent = getpid();
	if (argc < 2 || cgroup_new(argv[1], NULL, &cgroup, &err) < 0)
		goto failed;
	for (int i = 2; i < argc; i++)
		if (run(argv[i]) < 0)
			goto failed;
	if (child > 0)
		kill(child, SIGKILL);
	cgroup_free(cgroup);
	return 0;
failed:
	fflush(stdout);
	fprintf(stderr, "%s: %s | %s | %s\n", error_name(err.code), err.message, err.rule, err.fix);
	return 1;
}
