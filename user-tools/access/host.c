// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/host.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/util.h"

static bool refuse(struct lint_problem *problem, const char *accepted, const char *what,
		   const char *value)
{
	*problem = (struct lint_problem){ .grants_nothing = true };
	snprintf(problem->value, sizeof(problem->value), "%s", value);
	snprintf(problem->what, sizeof(problem->what), "%s", what);
	snprintf(problem->accepted, sizeof(problem->accepted), "%s", accepted);
	return true;
}

bool access_file_is_unsafe(struct lint_problem *problem, bool *missing)
{
	struct stat info;
	char value[64];
	*missing = false;
	if (lstat(PATH_USERNET, &info) < 0) {
		*missing = errno == ENOENT;
		return refuse(problem, "a file of root's with mode 0644",
			      *missing ? "the file does not exist, so nobody gets an interface"
				       : "the file cannot be looked at",
			      strerror(errno));
	}
	if (!S_ISREG(info.st_mode))
		return refuse(problem, "a regular file", "nobody gets an interface by it",
			      S_ISLNK(info.st_mode) ? "symbolic link" : "not a regular file");
	snprintf(value, sizeof(value), "owner %u", info.st_uid);
	if (info.st_uid != 0)
		return refuse(problem, "chown root:root " PATH_USERNET,
			      "the file is not root's, so nobody gets an interface", value);
	snprintf(value, sizeof(value), "mode %04o", info.st_mode & 07777);
	if (info.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(problem, "chmod 0644 " PATH_USERNET,
			      info.st_mode & S_IWOTH
				  ? "everybody can write the file, so nobody gets an interface"
				  : "its group can write the file, so nobody gets an interface",
			      value);
	if (!(info.st_mode & S_IROTH))
		return refuse(problem, "chmod 0644 " PATH_USERNET,
			      "net-helper, which is not root, cannot read the file", value);
	snprintf(value, sizeof(value), "%lld bytes", (long long)info.st_size);
	return info.st_size > USERNET_MAX_FILE &&
	       refuse(problem, "at most 65535 bytes",
		      "the file is too large, so nobody gets an interface", value);
}

enum lint_link access_link(struct text name)
{
	_cleanup_free_ char *link = xstrndup(name.data, name.size);
	_cleanup_free_ char *directory = xasprintf("/sys/class/net/%s/bridge", link);
	_cleanup_free_ char *filters = path_join(directory, "vlan_filtering"), *value = NULL;
	if (strchr(link, '/') || if_nametoindex(link) == 0)
		return LINT_LINK_MISSING;
	if (!file_is_directory(directory))
		return LINT_LINK_OTHER;
	return file_read_all(-1, filters, 16, &value) > 0 && value[0] == '1' ? LINT_LINK_VLAN_BRIDGE
									     : LINT_LINK_BRIDGE;
}
