// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who is to blame when the kernel refuses a user namespace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"
#include "idmap/internal.h"

/*
 * Switches that refuse user namespaces, the most likely first. value is the one that refuses; root
 * is true where it binds root as well.
 */
static const struct {
	const char *sysctl;
	const char *file;
	const char *value;
	bool root;
	const char *better;
} switches[] = {
	{ "kernel.unprivileged_userns_clone", "kernel/unprivileged_userns_clone", "0", false, "1" },
	{ "user.max_user_namespaces", "user/max_user_namespaces", "0", true, "15000" },
	{ "kernel.apparmor_restrict_unprivileged_userns",
	  "kernel/apparmor_restrict_unprivileged_userns", "1", false, "0" },
};

static bool has_value(const char *file, const char *value)
{
	_cleanup_free_ char *path = path_join(idmap_paths.proc_sys, file);
	_cleanup_free_ char *text = NULL;
	return file_read_all(AT_FDCWD, path, 256, &text) >= 0 &&
	       strcmp(string_trim(text), value) == 0;
}

int idmap_userns_refused(int sys_errno, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if ((geteuid() == 0 && !switches[i].root) ||
		    !has_value(switches[i].file, switches[i].value))
			continue;
		error_set(err, E_NO_USERNS, sys_errno,
			  "user namespaces are switched off for %s by %s = %s",
			  switches[i].root ? "everybody" : "ordinary users", switches[i].sysctl,
			  switches[i].value);
		return error_fix(err, "as root: sysctl -w %s=%s (and in /etc/sysctl.d/ to keep it)",
				 switches[i].sysctl, switches[i].better);
	}
	error_set(err, E_NO_USERNS, sys_errno, "the kernel refuses a new user namespace");
	if (sys_errno == ENOSPC || sys_errno == EUSERS)
		return error_fix(
		    err, "as root: raise user.max_user_namespaces, or nest fewer namespaces (32 at "
			 "most)");
	if (sys_errno == EINVAL || sys_errno == ENOSYS)
		return error_fix(err, "a kernel built with CONFIG_USER_NS=y");
	if (sys_errno == EPERM && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2)
		return error_fix(err,
				 "a seccomp filter is active here: allow clone3 and unshare in it");
	if (sys_errno == EPERM)
		return error_fix(
		    err, "run it outside of a chroot, and look for a security module's denial in "
			 "the kernel log");
	return -1;
}
