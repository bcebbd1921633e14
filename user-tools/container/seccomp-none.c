// SPDX-License-Identifier: LGPL-2.1-or-later
/* Built without libseccomp: a profile that was asked for is refused, the shipped one is left out.
 */
#include "container/seccomp.h"

bool seccomp_can_compile(void)
{
	return false;
}

int seccomp_compile(const struct seccomp_profile *profile, const char *name,
		    struct seccomp_filter *filter, struct error *err)
{
	(void)profile, (void)filter;
	error_set(err, E_SECCOMP, 0, "%s: these programs were built without libseccomp", name);
	return error_fix(err, "lxc.seccomp.profile = none, or programs built with WITH_SECCOMP=1");
}

int seccomp_call_number(const char *call)
{
	(void)call;
	return -1;
}

enum seccomp_arch seccomp_native_arch(void)
{
	return SECCOMP_ARCH_ALL;
}
