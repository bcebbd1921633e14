// SPDX-License-Identifier: LGPL-2.1-or-later
/* What confines containers, and checkpoint and restore. */
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "base/util.h"
#include "container/lsm.h"
#include "container/seccomp.h"

#define SECTION "Security"

/* kcmp(2) of a process with itself. */
#define KCMP_FILE_TYPE 0

static bool has_action(uint32_t action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool has_apparmor(void)
{
	_cleanup_free_ char *text = NULL;
	return file_read_all(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16, &text) > 0 &&
	       *text == 'Y';
}

static bool has_keyrings(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_SESSION_KEYRING, 0) >= 0 ||
	       errno != ENOSYS;
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void add(struct check_report *report, const char *name, const char *why, bool present,
		const char *fix)
{
	check_add(report, (struct check_row){ .section = SECTION,
					      .name = name,
					      .why = why,
					      .present = present,
					      .fix = present || !fix ? NULL : xstrdup(fix) });
}

/* lxc-checkpoint is for nobody yet: container/checkpoint.h. */
static void check_checkpoint(struct check_report *report)
{
	bool kernel = syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE_TYPE, 0, 0) == 0 &&
		      access("/proc/sys/kernel/ns_last_pid", F_OK) == 0;
	bool privileged = privilege_has(CAP_SYS_ADMIN);
	check_add(report,
		  (struct check_row){
		      .section = "Checkpoint and restore",
		      .name = "checkpoint restore",
		      .why = "CRIU",
		      .present = kernel,
		      .fix = kernel ? NULL : xstrdup("a kernel with CONFIG_CHECKPOINT_RESTORE") });
	check_add(report,
		  (struct check_row){
		      .section = "Checkpoint and restore",
		      .name = "lxc-checkpoint",
		      .why = "saving a running container to disk",
		      .detail = xstrdup(privileged ? "not supported yet"
						   : "not supported yet, and it would be root's"),
		      .fix = xstrdup("lxc-freeze and lxc-unfreeze hold a container in memory") });
}

void check_security(struct check_report *report)
{
	bool apparmor = has_apparmor(), selinux = lsm_has_selinux();
	add(report, "Seccomp filters", "the shipped profile and lxc.seccomp.profile",
	    has_action(SECCOMP_RET_ERRNO), "a kernel with CONFIG_SECCOMP_FILTER");
	add(report, "Seccomp notifications", "lxc.seccomp.notify.proxy",
	    has_action(SECCOMP_RET_USER_NOTIF),
	    "a kernel with CONFIG_SECCOMP_FILTER, 5.0 or later");
	add(report, "Seccomp profiles compile", "lxc.seccomp.profile", seccomp_can_compile(),
	    "this was built without libseccomp: make with WITH_SECCOMP=1");
	add(report, "Keyrings", "lxc.keyring.session", has_keyrings(), "a kernel with CONFIG_KEYS");
	add(report, "AppArmor", "lxc.apparmor.profile; an id map needs none", apparmor,
	    selinux ? "SELinux is what this host has"
		    : "a kernel with CONFIG_SECURITY_APPARMOR, and lsm= with apparmor");
	add(report, "SELinux", "lxc.selinux.context", selinux,
	    apparmor ? "AppArmor is what this host has" : "a kernel with CONFIG_SECURITY_SELINUX");
	add(report, "Landlock", "idmap-helper shuts itself in", has_landlock(),
	    "a kernel with CONFIG_SECURITY_LANDLOCK, and lsm= with landlock");
	check_checkpoint(report);
}
