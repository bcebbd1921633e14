// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reading and writing single files of the payload. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"

#define FILE_MAX (4U << 20)

static bool is_file_name(const char *file)
{
	return *file && !strchr(file, '/') && strcmp(file, ".") != 0 && strcmp(file, "..") != 0;
}

/* The hierarchy whose payload has the file, and that directory: cgroup2 first, then each v1 one. */
static const struct hierarchy *find_owner(const struct cgroup *cgroup, const char *file, int *fd)
{
	*fd = -1;
	for (int version = 2; version >= 1 && is_file_name(file); version--)
		for (size_t i = 0; i < cgroup->list.count; i++) {
			const struct hierarchy *h = &cgroup->list.items[i];
			_cleanup_close_ int dir =
			    h->version == version ? hierarchy_open_payload(cgroup, h) : -1;
			if (dir >= 0 && faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
				*fd = util_steal_fd(&dir);
				return h;
			}
		}
	return NULL;
}

/* Which version would have it: by its name, else that with the controller, where there is one. */
static int version_for(const struct cgroup *cgroup, const char *file)
{
	if (cgroup_limit_version(file))
		return cgroup_limit_version(file);
	_cleanup_free_ char *controller = xstrndup(file, strcspn(file, "."));
	if (cgroup_find(cgroup, 2, controller))
		return 2;
	return cgroup_find(cgroup, 1, controller) || !cgroup_find(cgroup, 2, NULL) ? 1 : 2;
}

/* A file that is not there: is its controller not delegated, not enabled yet, or is it no file? */
static int refuse_file(const struct cgroup *cgroup, const char *file, struct error *err)
{
	if (!is_file_name(file)) {
		error_set(err, E_CGROUP, 0, "\"%s\" is not a control group file", file);
		return error_fix(err, "a name as memory.max or pids.current");
	}
	const struct cgroup_limit limit = { .version = version_for(cgroup, file),
					    .file = file,
					    .value = "VALUE" };
	struct error why = { 0 };
	if (cgroup_limit_file_is_valid(file) && cgroup_check_limits(cgroup, &limit, 1, &why) < 0 &&
	    !string_starts(file, "devices.")) {
		/* What was to be written to it is not the point. */
		char *value = strstr(why.message, " = VALUE");
		if (value)
			memmove(value, value + 8, strlen(value + 8) + 1);
		if (err && !error_is_set(err))
			*err = why;
		return -1;
	}
	error_set(err, E_CGROUP, 0, "%s: no control group of the container has such a file", file);
	const struct hierarchy *h = cgroup_find(cgroup, limit.version, NULL);
	_cleanup_free_ char *path = h ? hierarchy_path(h, cgroup->payload) : NULL;
	if (limit.version == 2 && h && !error_is_set(&why) && cgroup_limit_file_is_valid(file))
		return error_fix(err, "its controller is enabled when a value is written");
	return path ? error_fix(err, "what is there: ls %s", path) : -1;
}

int cgroup_get(const struct cgroup *cgroup, const char *file, char **value, struct error *err)
{
	int fd;
	const struct hierarchy *h = find_owner(cgroup, file, &fd);
	_cleanup_close_ int dir = fd;
	*value = NULL;
	if (!h)
		return refuse_file(cgroup, file, err);
	if (file_read_all(dir, file, FILE_MAX, value) < 0)
		return error_set(err, E_CGROUP, errno, "reading %s", file);
	return 0;
}

static int check_device_rule(const struct hierarchy *h, const char *file, struct error *err)
{
	if (!cgroup_euid_is_root()) {
		error_set(err, E_PRIVILEGE, 0, "%s: device rules are for containers of root", file);
		return error_fix(err, "an ordinary user's container cannot make device nodes: it "
				      "needs no rule against them");
	}
	if (h)
		return 0;
	error_set(err, E_UNSUPPORTED, 0,
		  "%s: in cgroup2 the rules are one program, which is made at the start", file);
	return error_fix(err, "lxc.cgroup2.%s in the configuration, then restart", file);
}

int cgroup_set(const struct cgroup *cgroup, const char *file, const char *value, struct error *err)
{
	int fd;
	const struct hierarchy *h = find_owner(cgroup, file, &fd);
	_cleanup_close_ int dir = fd;
	if (string_starts(file, "devices.") && check_device_rule(h, file, err) < 0)
		return -1;
	const struct cgroup_limit limit = { .version = h ? h->version : version_for(cgroup, file),
					    .file = file,
					    .value = value };
	if (h && !cgroup_limit_file_is_valid(file)) {
		/* cgroup.freeze, tasks: orders, not limits */
		if (file_write_kernel(dir, file, value) < 0)
			return error_set(err, E_CGROUP, errno, "writing \"%.200s\" to %s", value,
					 file);
		return 0;
	}
	struct error why = { 0 };
	if (!h && cgroup_check_limits(cgroup, &limit, 1, &why) < 0)
		return refuse_file(cgroup, file, err);
	return cgroup_apply_limits(cgroup, &limit, 1, err);
}

char *cgroup_file_path(const struct cgroup *cgroup, const char *file, int *version)
{
	int fd;
	const struct hierarchy *h = find_owner(cgroup, file, &fd);
	_cleanup_close_ int dir = fd;
	_cleanup_free_ char *directory = h ? hierarchy_path(h, cgroup->payload) : NULL;
	if (!h)
		return NULL;
	*version = h->version;
	return path_join(directory, file);
}
