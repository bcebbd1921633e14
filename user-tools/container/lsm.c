// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "lsm"
#include "container/lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define APPARMOR_ENABLED "/sys/module/apparmor/parameters/enabled"
#define APPARMOR_FEATURES "/sys/kernel/security/apparmor/features"
#define SELINUX_CONTEXT "/sys/fs/selinux/context"
/* What LXC names its profile for containers with a control group namespace. */
#define APPARMOR_DEFAULT "lxc-container-default-cgns"

static bool has_apparmor(void)
{
	char *text = NULL;
	bool enabled = file_read_all(AT_FDCWD, APPARMOR_ENABLED, 16, &text) > 0 && *text == 'Y';
	free(text);
	return enabled;
}

bool lsm_has_selinux(void)
{
	return file_exists(SELINUX_CONTEXT);
}

/* ---- the files of /proc/thread-self/attr ---- */

int lsm_open_proc(struct error *err)
{
	struct statfs kind;
	_cleanup_close_ int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Anything else that is mounted there would take the label and do nothing. */
	if (proc < 0 || fstatfs(proc, &kind) < 0 || kind.f_type != PROC_SUPER_MAGIC)
		return error_set(err, E_LSM, proc < 0 ? errno : 0, "/proc is not the kernel's");
	return util_steal_fd(&proc);
}

/* The module's own file where several modules are stacked, else the one for all. */
static int open_attribute(int proc, enum lsm_kind kind, const char *name)
{
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC,
				.resolve =
				    RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV | RESOLVE_BENEATH };
	_cleanup_free_ char *own = xasprintf("thread-self/attr/%s/%s",
					     kind == LSM_APPARMOR ? "apparmor" : "selinux", name);
	_cleanup_free_ char *shared = xasprintf("thread-self/attr/%s", name);
	long fd = syscall(SYS_openat2, proc, own, &how, sizeof(how));
	if (fd < 0 && errno == ENOENT)
		fd = syscall(SYS_openat2, proc, shared, &how, sizeof(how));
	return (int)fd;
}

/* One write: the kernel takes the label as a whole. 0 or -1 (errno). */
static int write_attribute(int proc, enum lsm_kind kind, const char *name, const char *text)
{
	_cleanup_close_ int fd = open_attribute(proc, kind, name);
	if (fd < 0)
		return -1;
	return write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

static int write_exec(int proc, enum lsm_kind kind, const char *label)
{
	_cleanup_free_ char *text =
	    kind == LSM_APPARMOR ? xasprintf("exec %s", label) : xstrdup(label);
	return write_attribute(proc, kind, "exec", text);
}

int lsm_set_exec(enum lsm_kind kind, const char *label, int *proc, struct error *err)
{
	if (!label)
		return 0;
	int result = write_exec(*proc, kind, label), saved = errno;
	/* Not left to close-on-exec: it would show the container the host's processes until then.
	 */
	util_close_fd(proc);
	*proc = -1;
	return result == 0
		   ? 0
		   : error_set(err, E_LSM, saved, "%s %s",
			       kind == LSM_APPARMOR ? "AppArmor profile" : "SELinux context",
			       label);
}

int lsm_set_keyring(const char *label, struct error *err)
{
	_cleanup_close_ int proc = lsm_open_proc(err);
	if (proc < 0)
		return -1;
	if (write_attribute(proc, LSM_SELINUX, "keycreate", label ? label : "\n") < 0)
		return error_set(err, E_LSM, errno, "lxc.selinux.context.keyring = %s",
				 label ? label : "");
	return 0;
}

/* ---- plan: AppArmor ---- */

/* What the kernel would say, from a process that ends without an exec. 0 or an errno. */
static int try_profile(const char *profile)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int proc = lsm_open_proc(NULL);
		_exit(proc < 0 || write_exec(proc, LSM_APPARMOR, profile) < 0 ? errno : 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return pid < 0 ? errno : WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int refuse_profile(const struct config *config, const char *profile, int reason,
			  struct error *err)
{
	if (reason == ENOENT) {
		error_set(err, E_LSM, 0, "AppArmor profile %s is not loaded", profile);
		error_fix(err, "an admin: apparmor_parser -r FILE; or lxc.apparmor.profile = "
			       "unchanged, which the id map makes up for");
	} else {
		error_set(err, E_LSM, reason, "AppArmor profile %s", profile);
		error_fix(err, "lxc.apparmor.profile = unchanged");
	}
	if (config->apparmor_origin.line)
		error_rule(err, "%s:%u", config->apparmor_origin.file,
			   config->apparmor_origin.line);
	return -1;
}

static int refuse_generated(const struct config *config, const char *why, const char *fix,
			    struct error *err)
{
	error_set(err, E_PRIVILEGE, 0, "lxc.apparmor.profile = generated: %s", why);
	if (config->apparmor_origin.line)
		error_rule(err, "%s:%u", config->apparmor_origin.file,
			   config->apparmor_origin.line);
	return error_fix(err, "%s", fix);
}

/* Root of a container is not: its ids are some of the host's. */
static bool is_root_of_host(void)
{
	char *text = NULL;
	unsigned inside = 1, outside = 1, count = 0;
	if (geteuid() == 0 && file_read_all(AT_FDCWD, "/proc/self/uid_map", 4096, &text) > 0 &&
	    sscanf(text, "%u %u %u", &inside, &outside, &count) != 3)
		count = 0;
	free(text);
	return inside == 0 && outside == 0 && count == UINT32_MAX;
}

static int plan_generated(const struct config *config, const char *path, struct lsm_plan *plan,
			  struct error *err)
{
	if (!is_root_of_host())
		return refuse_generated(
		    config, "loading a profile into the kernel takes CAP_MAC_ADMIN on the host",
		    "lxc.apparmor.profile = unchanged (the id map confines the container), or the "
		    "name of a profile that an admin has loaded",
		    err);
	if (!file_exists("/sbin/apparmor_parser") && !file_exists("/usr/sbin/apparmor_parser"))
		return refuse_generated(config, "there is no apparmor_parser",
					"install it (Debian: apt install apparmor)", err);
	plan->kind = LSM_APPARMOR;
	plan->label =
	    xasprintf("lxc-privsep.%016llx", (unsigned long long)hash_fnv1a(path, strlen(path)));
	plan->generated =
	    lsm_profile_text(plan->label, config->apparmor_nesting, &config->apparmor_raw);
	return 0;
}

/* A kernel without mount mediation lets a profile's mount rules pass. */
static int check_complete(const struct config *config, const char *profile, struct error *err)
{
	if (config->apparmor_incomplete || !file_is_directory(APPARMOR_FEATURES) ||
	    file_is_directory(APPARMOR_FEATURES "/mount"))
		return 0;
	error_set(err, E_LSM, 0, "AppArmor profile %s: this kernel does not mediate mounts",
		  profile);
	return error_fix(err, "lxc.apparmor.allow_incomplete = 1");
}

static int plan_apparmor(const struct config *config, bool user_namespace, const char *path,
			 struct lsm_plan *plan, struct error *err)
{
	const char *profile = config->apparmor_profile;
	bool raw_alone =
	    config->apparmor_raw.count && (!profile || strcmp(profile, "generated") != 0);
	if (!has_apparmor()) {
		if ((profile && strcmp(profile, "unconfined") != 0 &&
		     strcmp(profile, "unchanged") != 0) ||
		    config->apparmor_raw.count)
			log_notice("lxc.apparmor.profile = %s: this host has no AppArmor",
				   profile ? profile : "generated");
		return 0;
	}
	if (raw_alone) {
		error_set(err, E_LSM, 0, "lxc.apparmor.raw adds to a generated profile only");
		return error_fix(err, "lxc.apparmor.profile = generated");
	}
	/* Ids of its own keep a container away from the host; a profile would only break programs.
	 */
	if (!profile && user_namespace)
		return 0;
	if (!profile && try_profile(APPARMOR_DEFAULT) == ENOENT) {
		log_notice("privileged, and not confined by AppArmor: profile %s is not loaded",
			   APPARMOR_DEFAULT);
		return 0;
	}
	if (!profile)
		profile = APPARMOR_DEFAULT;
	if (strcmp(profile, "unchanged") == 0)
		return 0;
	if (strcmp(profile, "unconfined") != 0 && check_complete(config, profile, err) < 0)
		return -1;
	if (strcmp(profile, "generated") == 0)
		return plan_generated(config, path, plan, err);
	int reason = try_profile(profile);
	if (reason)
		return refuse_profile(config, profile, reason, err);
	plan->kind = LSM_APPARMOR;
	plan->label = xstrdup(profile);
	return 0;
}

/* ---- plan: SELinux ---- */

int lsm_check_context(const char *context, struct error *err)
{
	if (!lsm_has_selinux()) {
		error_set(err, E_LSM, 0, "SELinux context %s: this host has no SELinux", context);
		return error_fix(err, "leave it out");
	}
	_cleanup_close_ int fd = open(SELINUX_CONTEXT, O_RDWR | O_CLOEXEC);
	if (fd < 0 || write(fd, context, strlen(context) + 1) < 0)
		return error_set(err, E_LSM, errno, "SELinux context %s", context);
	return 0;
}

static int plan_selinux(const struct config *config, struct lsm_plan *plan, struct error *err)
{
	const char *const contexts[] = { config->selinux_context, config->selinux_keyring };
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++)
		if (contexts[i] && lsm_check_context(contexts[i], err) < 0)
			return config->selinux_origin.line
				   ? error_rule(err, "%s:%u", config->selinux_origin.file,
						config->selinux_origin.line)
				   : -1;
	plan->keyring = config->selinux_keyring;
	if (!config->selinux_context)
		return 0;
	if (plan->label)
		return error_set(err, E_LSM, 0,
				 "lxc.selinux.context and lxc.apparmor.profile exclude each other");
	plan->kind = LSM_SELINUX;
	plan->label = xstrdup(config->selinux_context);
	return 0;
}

int lsm_plan_make(const struct config *config, bool user_namespace, const char *path,
		  struct lsm_plan *plan, struct error *err)
{
	*plan = (struct lsm_plan){ 0 };
	return plan_apparmor(config, user_namespace, path, plan, err) < 0 ||
		       plan_selinux(config, plan, err) < 0
		   ? -1
		   : 0;
}

void lsm_plan_clear(struct lsm_plan *plan)
{
	free(plan->label);
	free(plan->generated);
	*plan = (struct lsm_plan){ 0 };
}
