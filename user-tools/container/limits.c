// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "limits"
#include "container/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/log.h"

static int with_rule(const struct config_origin *origin, struct error *err)
{
	return origin->file && origin->line ? error_rule(err, "%s:%u", origin->file, origin->line)
					    : -1;
}

/* ---- resource limits ---- */

static char *limit_text(rlim_t value)
{
	return value == RLIM_INFINITY ? xstrdup("unlimited")
				      : xasprintf("%llu", (unsigned long long)value);
}

static int refuse_raise(const struct limit_setting *limit, rlim_t hard, struct error *err)
{
	_cleanup_free_ char *now = limit_text(hard);
	error_set(err, E_PRIVILEGE, 0,
		  "%s = %s: the caller's hard limit is %s, and raising it takes CAP_SYS_RESOURCE "
		  "on the host",
		  limit->key, limit->value, now);
	with_rule(&limit->origin, err);
	return error_fix(
	    err,
	    "at most %s, or an admin raises the caller's limit (limits.conf(5), Limit*= "
	    "of a unit)",
	    now);
}

static int refuse_limit(const struct limit_setting *limit, int error, struct error *err)
{
	error_set(err, E_KERNEL_SETTING, error, "%s = %s", limit->key, limit->value);
	return with_rule(&limit->origin, err);
}

static int raise_one(const struct limit_setting *limit, pid_t pid, struct error *err)
{
	struct rlimit now;
	if (prlimit(pid, limit->resource, NULL, &now) < 0)
		return refuse_limit(limit, errno, err);
	if (limit->hard <= now.rlim_max)
		return 0;
	struct rlimit more = { now.rlim_cur, limit->hard };
	if (prlimit(pid, limit->resource, &more, NULL) == 0)
		return 0;
	return errno == EPERM ? refuse_raise(limit, now.rlim_max, err)
			      : refuse_limit(limit, errno, err);
}

int limits_raise(const struct config *config, pid_t pid, struct error *err)
{
	for (size_t i = 0; i < config->limit_count; i++)
		if (raise_one(&config->limits[i], pid, err) < 0)
			return -1;
	return 0;
}

int limits_apply(const struct config *config, struct error *err)
{
	for (size_t i = 0; i < config->limit_count; i++) {
		const struct limit_setting *limit = &config->limits[i];
		struct rlimit value = { limit->soft, limit->hard };
		if (setrlimit((__rlimit_resource_t)limit->resource, &value) < 0)
			return refuse_limit(limit, errno, err);
	}
	return 0;
}

/* Only the kernel knows who may: the caller's own limit is raised and put back. */
static int check_limit(const struct limit_setting *limit, struct error *err)
{
	struct rlimit now;
	if (prlimit(0, limit->resource, NULL, &now) < 0)
		return refuse_limit(limit, errno, err);
	if (raise_one(limit, 0, err) < 0)
		return -1;
	if (limit->hard > now.rlim_max && prlimit(0, limit->resource, &now, NULL) < 0)
		return refuse_limit(limit, errno, err);
	return 0;
}

/* ---- files of the kernel ---- */

static int refuse(const struct kernel_setting *setting, enum error_code code, struct error *err,
		  const char *why)
{
	error_set(err, code, 0, "%s = %.200s: %s", setting->key, setting->value, why);
	return with_rule(&setting->origin, err);
}

static int refuse_errno(const struct kernel_setting *setting, int error, struct error *err)
{
	error_set(err, E_KERNEL_SETTING, error, "%s = %.200s", setting->key, setting->value);
	return with_rule(&setting->origin, err);
}

/* Below directory, through no link: "root/etc/passwd" is no file of /proc/PID. */
static int write_below(int directory, const char *path, const char *value)
{
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
				.resolve =
				    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	_cleanup_close_ int fd = (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
	if (fd < 0)
		return -1;
	return write(fd, value, strlen(value)) < 0 ? -1 : 0;
}

/* What it would take, where the kernel says no to an ordinary user. */
static const struct {
	const char *path, *why;
} privileges[] = {
	{ "oom_score_adj", "a value below what the caller has takes CAP_SYS_RESOURCE on the host" },
	{ "oom_adj", "a value below what the caller has takes CAP_SYS_RESOURCE on the host" },
	{ "loginuid", "changing it takes CAP_AUDIT_CONTROL on the host" },
	{ "timerslack_ns", "it takes CAP_SYS_NICE on the host" },
};

static int refuse_proc(const struct kernel_setting *setting, int error, struct error *err)
{
	if (error == ENOENT)
		return refuse(setting, E_KERNEL_SETTING, err,
			      "there is no such file in /proc/PID of this kernel");
	if (error == EISDIR || error == ELOOP)
		return refuse(setting, E_KERNEL_SETTING, err, "not a file that takes a value");
	if (error != EACCES && error != EPERM)
		return refuse_errno(setting, error, err);
	for (size_t i = 0; i < ARRAY_SIZE(privileges); i++)
		if (strcmp(setting->path, privileges[i].path) == 0)
			return refuse(setting, E_PRIVILEGE, err, privileges[i].why);
	return refuse(setting, E_PRIVILEGE, err, "the kernel does not let the caller write it");
}

int limits_write_proc(const struct config *config, int proc, struct error *err)
{
	for (size_t i = 0; i < config->procs.count; i++) {
		const struct kernel_setting *setting = &config->procs.items[i];
		if (write_below(proc, setting->path, setting->value) < 0)
			return refuse_proc(setting, errno, err);
	}
	return 0;
}

int limits_open_sysctls(const struct config *config, int *out, struct error *err)
{
	struct statfs fs;
	*out = -1;
	if (!config->sysctls.count)
		return 0;
	_cleanup_close_ int fd = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return error_set(err, E_KERNEL_SETTING, errno, "lxc.sysctl: /proc/sys");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return error_set(err, E_KERNEL_SETTING, 0,
				 "lxc.sysctl: /proc/sys is not the kernel's");
	*out = util_steal_fd(&fd);
	return 0;
}

static int refuse_sysctl(const struct kernel_setting *setting, int error, struct error *err)
{
	if (error == ENOENT || error == EISDIR || error == ENOTDIR)
		return refuse(setting, E_KERNEL_SETTING, err, "there is no such sysctl");
	if (error == EROFS)
		return refuse(setting, E_KERNEL_SETTING, err, "/proc/sys is read-only here");
	if (error != EACCES && error != EPERM)
		return refuse_errno(setting, error, err);
	refuse(setting, E_PRIVILEGE, err,
	       "not a setting of a namespace of this container: it is the whole host's, and takes "
	       "root there");
	return error_fix(err, "an admin sets it on the host (sysctl.d(5)); remove the line");
}

int limits_write_sysctls(const struct config *config, int sysctls, struct error *err)
{
	for (size_t i = 0; i < config->sysctls.count; i++) {
		const struct kernel_setting *setting = &config->sysctls.items[i];
		if (write_below(sysctls, setting->path, setting->value) < 0)
			return refuse_sysctl(setting, errno, err);
	}
	return 0;
}

/* Those of the network come with its namespace and interfaces; others must be there now. */
static int check_sysctl(const struct kernel_setting *setting, struct error *err)
{
	struct stat st;
	_cleanup_free_ char *path = path_join("/proc/sys", setting->path);
	if (string_starts(setting->path, "net/") || access("/proc/sys/kernel", F_OK) < 0)
		return 0;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse(setting, E_KERNEL_SETTING, err, "there is no such sysctl");
	return 0;
}

/* What a privileged container, as LXC's, sets for everybody. */
static void notice_host_wide(const struct kernel_setting *setting)
{
	static const char *const of_namespaces[] = { "net/",
						     "kernel/shm",
						     "kernel/msg",
						     "kernel/sem",
						     "kernel/auto_msgmni",
						     "kernel/hostname",
						     "kernel/domainname",
						     "kernel/ns_last_pid",
						     "fs/mqueue/",
						     "user/" };
	for (size_t i = 0; i < ARRAY_SIZE(of_namespaces); i++)
		if (string_starts(setting->path, of_namespaces[i]))
			return;
	log_notice("%s = %s: no namespace of the container has this: it changes the whole host",
		   setting->key, setting->value);
}

int limits_check(const struct config *config, bool user_namespace, struct error *err)
{
	for (size_t i = 0; i < config->limit_count; i++)
		if (check_limit(&config->limits[i], err) < 0)
			return -1;
	for (size_t i = 0; i < config->sysctls.count; i++) {
		if (check_sysctl(&config->sysctls.items[i], err) < 0)
			return -1;
		if (!user_namespace)
			notice_host_wide(&config->sysctls.items[i]);
	}
	return 0;
}
