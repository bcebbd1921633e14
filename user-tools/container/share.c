// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/share.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "container/client.h"

static const struct {
	enum message_namespace index;
	const char *option, *file;
} kinds[] = {
	{ NS_NET, "--share-net", "net" },
	{ NS_IPC, "--share-ipc", "ipc" },
	{ NS_UTS, "--share-uts", "uts" },
	{ NS_PID, "--share-pid", "pid" },
};

/* All digits: a process. Everything else: a container below the same path. */
static int open_namespace(struct start_plan *plan, size_t i, const char *target, struct error *err)
{
	uint32_t pid;
	if (parse_uint32(target, &pid) == 0) {
		char path[64];
		snprintf(path, sizeof(path), "/proc/%u/ns/%s", pid, kinds[i].file);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		return fd >= 0 ? fd
			       : error_set(err, E_PRIVILEGE, errno, "%s %s: %s", kinds[i].option,
					   target, path);
	}
	int fds[NS_COUNT];
	_cleanup_container_ struct container *other = NULL;
	if (container_open(plan->container->lxcpath, target, &other, err) < 0 ||
	    client_get_namespaces(other, fds, err) < 0)
		return error_step(err, "%s %s", kinds[i].option, target);
	for (size_t n = 0; n < NS_COUNT; n++)
		if (n != (size_t)kinds[i].index)
			util_close_fd(&fds[n]);
	return fds[kinds[i].index];
}

int share_open(struct start_plan *plan, const struct start_options *options, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *target = options->share[i];
		if (!target)
			continue;
		if (geteuid() != 0 || plan->user_namespace) {
			error_set(
			    err, E_PRIVILEGE, 0,
			    "%s %s: a container with a user namespace of its own cannot join a "
			    "namespace that belongs to another one (setns(2) wants CAP_SYS_ADMIN "
			    "in both)",
			    kinds[i].option, target);
			return error_fix(err,
					 "start both as privileged containers of root, or connect "
					 "them by a bridge");
		}
		plan->shared_fds[kinds[i].index] = open_namespace(plan, i, target, err);
		if (plan->shared_fds[kinds[i].index] < 0)
			return -1;
	}
	return 0;
}
