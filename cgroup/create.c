// SPDX-License-Identifier: LGPL-2.1-or-later
/* Making the payload groups, taking over what a crashed container left, and handing them to the
 * container's root. */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

/* How long a killed container may take to leave its group before its successor gives up. */
#define DYING_MS 1000
#define PLACE_TRIES 10

/* What a container's own init wants to find; others (hugetlb, rdma, misc) are enabled for a limit
 * that asks. */
#define DEFAULT_CONTROLLERS "cpu cpuset io memory pids"

/* Where the processes go: the payload itself, or a group below it that gets all its controllers. */
static int open_init_group(const struct cgroup *cgroup, struct hierarchy *h, int payload)
{
	if (!cgroup->inner)
		return fcntl(payload, F_DUPFD_CLOEXEC, 3);
	cgroup_hand_on(h, payload);
	if (mkdirat(payload, cgroup->inner, 0755) < 0)
		return -1;
	_cleanup_close_ int inner =
	    openat(payload, cgroup->inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (inner < 0 || fchmod(inner, 0755) < 0 || cgroup_inherit_cpuset(h, inner) < 0)
		return -1;
	return util_steal_fd(&inner);
}

/* The kernel lets a group that holds processes hand no controllers on, so these are beside. */
static int make_leaf(const struct cgroup *cgroup, struct hierarchy *h, int init)
{
	if (h->version != 2 || !cgroup->leaf_wanted)
		return 0;
	if (mkdirat(init, CGROUP_INIT_LEAF, 0755) < 0)
		return -1;
	h->leaf_fd =
	    openat(init, CGROUP_INIT_LEAF, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (h->leaf_fd < 0 || fchmod(h->leaf_fd, 0755) < 0 ||
	    fchmodat(h->leaf_fd, "cgroup.procs", 0664, 0) < 0)
		return -1;
	h->leaf_procs_fd = openat(h->leaf_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return h->leaf_procs_fd < 0 ? -1 : 0;
}

/* Another container may just have removed what leads there: once more, then. */
static int make_payload(const struct cgroup *cgroup, const struct hierarchy *h)
{
	int payload = -1;
	for (int i = 0; i < PLACE_TRIES && payload < 0; i++) {
		if (cgroup_make_parents(h, cgroup->payload) < 0 && errno != ENOENT)
			return -1;
		payload = hierarchy_make_group(h, cgroup->payload, false);
		if (payload < 0 && errno != ENOENT)
			return -1;
	}
	return payload;
}

static int create_in(struct cgroup *cgroup, struct hierarchy *h, struct error *err)
{
	_cleanup_free_ char *path = hierarchy_path(h, cgroup->payload);
	_cleanup_close_ int payload = make_payload(cgroup, h);
	if (payload < 0 && errno == EEXIST) {
		/* Left by a container that crashed. Made anew, because limits of its last run may
		 * still be set. */
		if (cgroup_remove_group(h, cgroup->payload, time_monotonic_ms() + DYING_MS, err) <
		    0)
			return -1;
		log_info("%s was left over and is made anew", path);
		payload = make_payload(cgroup, h);
	}
	if (payload < 0)
		return error_set(err, E_CGROUP, errno, "%s cannot be made", path);
	if (cgroup_inherit_cpuset(h, payload) < 0)
		return error_set(err, E_CGROUP, errno,
				 "%s: cpuset.cpus or cpuset.mems cannot be inherited", path);
	_cleanup_close_ int init = open_init_group(cgroup, h, payload);
	if (init < 0)
		return error_set(err, E_CGROUP, errno, "%s/%s cannot be made", path, cgroup->inner);
	/* The file's group stays the caller's, cgroup_chown_payload(): clone3() into it works
	 * later, too. Nobody else can use that: a move takes write access to the groups around it.
	 */
	if (h->version == 2 && fchmodat(init, "cgroup.procs", 0664, 0) < 0)
		return error_set(err, E_CGROUP, errno, "%s/cgroup.procs", path);
	h->procs_fd = openat(init, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (h->procs_fd < 0)
		return error_set(err, E_CGROUP, errno, "%s/cgroup.procs", path);
	if (make_leaf(cgroup, h, init) < 0)
		return error_set(err, E_CGROUP, errno, "%s/" CGROUP_INIT_LEAF " cannot be made",
				 path);
	h->payload_fd = util_steal_fd(&payload);
	h->init_fd = util_steal_fd(&init);
	return 0;
}

/* Nobody logs in to a unit of systemd, so that emptying it harms nobody; other groups are emptied
 * for a limit only. */
static bool base_is_unit(const struct hierarchy *h)
{
	return string_ends(h->base, ".scope") || string_ends(h->base, ".service");
}

int cgroup_create(struct cgroup *cgroup, struct error *err)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated || h->payload_fd >= 0)
			continue;
		struct error why = { 0 };
		if (h->version == 2 && cgroup_enable_controllers(cgroup, h, DEFAULT_CONTROLLERS,
								 base_is_unit(h), &why) < 0)
			log_info("%s", why.message); /* a limit that needs them says so again */
		cgroup_lock_base(h);
		int made = create_in(cgroup, h, err);
		cgroup_unlock_base(h);
		if (made < 0) {
			cgroup_undo_create(cgroup);
			return -1;
		}
	}
	return 0;
}

void cgroup_undo_create(struct cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		if (h->payload_fd < 0)
			continue;
		if (h->leaf_fd >= 0)
			unlinkat(h->init_fd, CGROUP_INIT_LEAF, AT_REMOVEDIR);
		if (cgroup->inner)
			unlinkat(h->payload_fd, cgroup->inner, AT_REMOVEDIR);
		hierarchy_close_payload(h);
		unlinkat(h->base_fd, cgroup->payload, AT_REMOVEDIR);
		cgroup_remove_parents(h, cgroup->payload);
	}
}

/* clone3() asks as open(2) would: where the file is not the caller's by its group, it is refused
 * once the container's root owns it. */
static int usable(int group)
{
	return group >= 0 && faccessat(group, "cgroup.procs", W_OK, AT_EACCESS) == 0 ? group : -1;
}

int cgroup_payload_fd(const struct cgroup *cgroup)
{
	const struct hierarchy *h = cgroup_v2(cgroup);
	return h ? usable(h->init_fd) : -1;
}

int cgroup_attach_fd(const struct cgroup *cgroup)
{
	const struct hierarchy *h = cgroup_v2(cgroup);
	return h ? usable(h->leaf_fd >= 0 ? h->leaf_fd : h->init_fd) : -1;
}

int cgroup_leaf_procs(const struct cgroup *cgroup)
{
	const struct hierarchy *h = cgroup_v2(cgroup);
	return h ? h->leaf_procs_fd : -1;
}

static int chown_group(int group, int version, uid_t uid, gid_t gid)
{
	/* The rest stays the caller's: these files move processes and make children, the others are
	 * limits. */
	static const char *const files[][4] = {
		[1] = { "cgroup.procs", "tasks" },
		[2] = { "cgroup.procs", "cgroup.threads", "cgroup.subtree_control" },
	};
	if (fchown(group, uid, gid) < 0)
		return -1;
	for (const char *const *file = files[version]; *file; file++)
		if (fchownat(group, *file, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
	return 0;
}

int cgroup_chown_payload(const struct cgroup *cgroup, uid_t uid, gid_t gid, struct error *err)
{
	for (size_t i = 0; i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		if (h->init_fd < 0)
			continue;
		if (chown_group(h->init_fd, h->version, uid, gid) < 0 ||
		    (h->leaf_fd >= 0 && chown_group(h->leaf_fd, h->version, uid, gid) < 0))
			return error_set(err, E_CGROUP, errno, "chown %s%s/%s", h->mount, h->base,
					 cgroup->payload);
	}
	return 0;
}
