// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "groups"
#include "container/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/runtime.h"

#define RECORD "cgroups"

void groups_record(int directory, const struct cgroup *cgroup)
{
	_cleanup_free_ char *text = cgroup_to_text(cgroup);
	_cleanup_close_ int fd =
	    openat(directory, RECORD, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || file_write_fd(fd, text, strlen(text)) < 0)
		log_warn("recording the control groups: %s", strerror(errno));
}

struct entry {
	const struct cgroup *cgroup;
	pid_t pid;
};

static int enter_leaf(void *data, struct error *err)
{
	const struct entry *entry = data;
	return cgroup_enter_leaf(entry->cgroup, entry->pid, err);
}

int groups_enter(const struct cgroup *cgroup, const struct idmap *container, struct error *err)
{
	struct error own = { 0 };
	if (!cgroup_is_delegated(cgroup) || cgroup_enter_payload(cgroup, 0, &own) == 0)
		return 0;
	if (own.sys_errno != EBUSY) {
		*err = own;
		return -1;
	}
	error_clear(&own);
	struct entry entry = { cgroup, getpid() };
	struct idmap map = *container;
	uint32_t nsuid, nsgid;
	if (!map.list[IDMAP_UID].count)
		return enter_leaf(&entry, err);
	if (idmap_add_self(&map, geteuid(), getegid(), &nsuid, &nsgid, err) < 0)
		return -1;
	return idmap_run(&map, false, enter_leaf, &entry, err) == 0 ? 0 : -1;
}

static int remove_descendants(void *data, struct error *err)
{
	return cgroup_remove_descendants(data, err) < 0 ? 1 : 0;
}

void groups_remove(struct cgroup *cgroup, const struct idmap *container)
{
	struct error err = { 0 };
	if (!cgroup_is_delegated(cgroup) || cgroup_remove(cgroup, &err) == 0)
		return;
	/* The container's root made groups below its own that only it may remove. */
	struct idmap map = *container;
	uint32_t nsuid, nsgid;
	if (map.list[IDMAP_UID].count &&
	    idmap_add_self(&map, geteuid(), getegid(), &nsuid, &nsgid, NULL) == 0)
		idmap_run(&map, false, remove_descendants, cgroup, NULL);
	error_clear(&err);
	if (cgroup_remove(cgroup, &err) < 0)
		log_error("%s", err.message);
}

void groups_clean_after_crash(int directory, const char *name, const struct idmap *map)
{
	_cleanup_free_ char *text = NULL;
	struct cgroup *old = NULL;
	if (file_read_all(directory, RECORD, 1 << 16, &text) <= 0 ||
	    cgroup_from_text(name, text, &old, NULL) < 0)
		return;
	cgroup_kill(old, NULL);
	groups_remove(old, map);
	cgroup_free(old);
}

struct cgroup *groups_open(const struct container *container, struct error *err)
{
	enum container_state state;
	_cleanup_free_ char *text = NULL;
	struct cgroup *cgroup = NULL;
	if (container_get_state(container, &state, err) < 0)
		return NULL;
	_cleanup_close_ int directory =
	    state == STATE_STOPPED ? -1 : runtime_open(container->lxcpath, container->name);
	if (directory < 0) {
		error_set(err, E_NOT_RUNNING, 0, "the container is not running");
		return NULL;
	}
	if (file_read_all(directory, RECORD, 1 << 16, &text) < 0) {
		if (errno != ENOENT) {
			error_set(err, E_CGROUP, errno, "the record of the control groups");
			return NULL;
		}
		text = xstrdup("");
	}
	if (cgroup_from_text(container->name, text, &cgroup, err) < 0 ||
	    cgroup_is_delegated(cgroup))
		return cgroup;
	cgroup_free(cgroup);
	/* Why this process would get none is why the container has none. */
	if (cgroup_new(container->name, NULL, &cgroup, err) < 0)
		return NULL;
	error_set(err, E_CGROUP_DELEGATION, 0, "the container has no control group of its own");
	error_fix(err, "%s",
		  cgroup_is_delegated(cgroup) ? "start it again from here, where one is delegated"
					      : cgroup_why_not(cgroup));
	cgroup_free(cgroup);
	return NULL;
}
