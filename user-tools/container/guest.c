// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/guest.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/util.h"
#include "rootfs/resolve.h"

static const struct {
	const char *program;
	enum guest_services services;
} signs[] = {
	{ "sbin/openrc", GUEST_OPENRC },
	{ "usr/sbin/openrc", GUEST_OPENRC },
	{ "lib/systemd/systemd", GUEST_SYSTEMD },
	{ "usr/lib/systemd/systemd", GUEST_SYSTEMD },
};

enum guest_services guest_services(const struct config *config)
{
	if (!config->rootfs_path)
		return GUEST_PLAIN;
	_cleanup_close_ int root = open(config->rootfs_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && i < ARRAY_SIZE(signs); i++) {
		_cleanup_close_ int program = resolve_open(root, signs[i].program, 0);
		if (program >= 0)
			return signs[i].services;
	}
	return GUEST_PLAIN;
}
