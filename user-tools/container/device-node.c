// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A node that is made in a user namespace's mounts cannot be opened; one that is bound from the
 * host's /dev can, in every container. So all are bound, and none is made.
 */
#define LOG_MODULE "device"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "container/client.h"
#include "container/device.h"
#include "container/groups.h"
#include "container/visit.h"
#include "rootfs/resolve.h"

struct node {
	const char *path;   /* on the host */
	const char *inside; /* below the container's /dev, without that */
	char *parent;	    /* of inside, and */
	char *name;	    /* its last part */
	dev_t number;
	char rule[40]; /* "c 10:229 rwm" */
	int tree;      /* a detached mount of it, or -1 */
};

static void node_clear(struct node *node)
{
	free(node->parent);
	free(node->name);
	util_close_fd(&node->tree);
}
#define _cleanup_node_ __attribute__((cleanup(node_clear)))

/* ---- checks ---- */

static int check_caller(const char *path, struct error *err)
{
	if (privilege_has(CAP_SYS_ADMIN))
		return 0;
	error_set(err, E_PRIVILEGE, 0,
		  "%s: a device of the host comes into a running container by who has "
		  "CAP_SYS_ADMIN over the host",
		  path);
	return error_fix(err,
			 "lxc.mount.entry = %s %s none bind,create=file 0 0 in the configuration, "
			 "then restart; or as root",
			 path, path + 1);
}

static int set_inside(struct node *node, const char *inside, struct error *err)
{
	const char *below = string_starts(inside, "/dev/") ? inside + 5 : "";
	const char *slash = strrchr(below, '/'), *name = slash ? slash + 1 : below;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return error_set(err, E_USAGE, 0,
				 "%s: in the container a device is below /dev, as /dev/fuse",
				 inside);
	node->inside = below;
	node->name = xstrdup(name);
	node->parent = xasprintf("%.*s", slash ? (int)(slash - below) : 0, below);
	return 0;
}

static int node_open(struct node *node, const char *path, const char *inside, struct error *err)
{
	struct stat st;
	*node = (struct node){ .path = path, .tree = -1 };
	if (check_caller(path, err) < 0 || set_inside(node, inside ? inside : path, err) < 0)
		return -1;
	if (stat(path, &st) < 0)
		return error_set(err, E_DEVICE, errno, "%s", path);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return error_set(err, E_DEVICE, 0, "%s is no device", path);
	node->number = st.st_rdev;
	snprintf(node->rule, sizeof(node->rule), "%c %u:%u rwm", S_ISCHR(st.st_mode) ? 'c' : 'b',
		 major(st.st_rdev), minor(st.st_rdev));
	return 0;
}

/* ---- device rules ---- */

struct probe {
	const struct cgroup *cgroup;
	const char *path;
};

/* Version 1: of that hierarchy alone, so that it works in a frozen container, too. */
static int enter_rules(const struct cgroup *cgroup, struct error *err)
{
	int version;
	const struct idmap none = { 0 };
	_cleanup_free_ char *file = cgroup_file_path(cgroup, "devices.list", &version);
	if (!file)
		return groups_enter(cgroup, &none, err);
	*strrchr(file, '/') = 0;
	_cleanup_free_ char *procs = xasprintf("%s/cgroup.procs", file);
	return file_write_kernel(AT_FDCWD, procs, "0") == 0
		   ? 0
		   : error_set(err, E_CGROUP, errno, "%s", procs);
}

/* inode_permission() asks the device rules of the group one is in: no device is opened. */
static int try_access(void *data, struct error *err)
{
	const struct probe *probe = data;
	if (enter_rules(probe->cgroup, err) < 0)
		return -1;
	return access(probe->path, R_OK | W_OK) == 0
		   ? 0
		   : error_set(err, E_DEVICE, errno, "%s in the container's control group",
			       probe->path);
}

/* Version 1: "devices.allow" or "devices.deny" of the container; cgroup2: nothing can be changed */
static int change_rules(const struct cgroup *cgroup, const char *file, const char *rule,
			struct error *err)
{
	int version;
	_cleanup_free_ char *path = cgroup_file_path(cgroup, file, &version);
	return path ? cgroup_set(cgroup, file, rule, err) : 0;
}

/* *changed: rules had to be, and could be. */
static int allow(const struct cgroup *cgroup, const struct node *node, bool *changed,
		 struct error *err)
{
	struct probe probe = { cgroup, node->path };
	struct error own = { 0 };
	if (visit_apart(try_access, &probe, NULL) == 0)
		return 0;
	if (change_rules(cgroup, "devices.allow", node->rule, err) < 0)
		return -1;
	if (visit_apart(try_access, &probe, &own) == 0) {
		*changed = true;
		return 0;
	}
	if (err)
		*err = own;
	if (own.sys_errno != EPERM)
		return -1;
	return error_fix(
	    err,
	    "the rules of cgroup2 are made at the start: lxc.cgroup2.devices.allow = %s "
	    "and lxc.mount.entry = %s dev/%s none bind,create=file 0 0 in the "
	    "configuration, then restart",
	    node->rule, node->path, node->inside);
}

/* With cgroup2 the group of the rules is the one that is frozen, and whoever enters it is, too. */
static int check_thawed(const struct container *container, const struct cgroup *cgroup,
			struct error *err)
{
	int version;
	enum container_state state;
	_cleanup_free_ char *own = cgroup_file_path(cgroup, "devices.list", &version);
	if (own)
		return 0;
	if (container_get_state(container, &state, err) < 0)
		return -1;
	if (state != STATE_FROZEN)
		return 0;
	error_set(err, E_DEVICE, 0,
		  "the container is frozen: what its device rules forbid cannot be found out");
	return error_fix(err, "lxc-unfreeze, then again");
}

/* A container without groups has no rules. */
static int open_groups(const struct container *container, struct cgroup **cgroup, struct error *err)
{
	struct error own = { 0 };
	*cgroup = groups_open(container, &own);
	if (*cgroup || own.code == E_CGROUP_DELEGATION)
		return 0;
	if (err)
		*err = own;
	return -1;
}

/* ---- inside ---- */

/*
 * /dev of the container, reached without any link: what is resolved below does not leave it. From
 * here on files are those of its owner, the container's root: the host's has no id in a tmpfs of
 * another user namespace (EOVERFLOW).
 */
static int open_dev(struct error *err)
{
	struct stat st;
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int dev = root < 0 ? -1 : resolve_plain(root, "dev");
	if (dev < 0 || fstat(dev, &st) < 0)
		return error_set(err, E_DEVICE, errno, "/dev of the container");
	setfsgid(st.st_gid);
	setfsuid(st.st_uid);
	return dev;
}

/* Before any rule is changed for what is there already. */
static int find_free(void *data, struct error *err)
{
	const struct node *node = data;
	_cleanup_close_ int dev = open_dev(err);
	if (dev < 0)
		return -1;
	_cleanup_close_ int there = resolve_open(dev, node->inside, O_PATH | O_NOFOLLOW);
	return there < 0 ? 0
			 : error_set(err, E_DEVICE, 0, "the container has a /dev/%s already",
				     node->inside);
}

static int bind_inside(void *data, struct error *err)
{
	const struct node *node = data;
	_cleanup_close_ int dev = open_dev(err);
	if (dev < 0)
		return -1;
	_cleanup_close_ int target = resolve_create(dev, node->inside, true);
	if (target < 0)
		return error_set(err, E_DEVICE, errno, "/dev/%s in the container", node->inside);
	if (syscall(SYS_move_mount, node->tree, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0)
		return 0;
	int saved = errno;
	_cleanup_close_ int parent = resolve_open(dev, node->parent, O_PATH | O_DIRECTORY);
	if (parent >= 0)
		unlinkat(parent, node->name, 0);
	return error_set(err, E_DEVICE, saved, "%s on /dev/%s of the container", node->path,
			 node->inside);
}

static int unbind_inside(void *data, struct error *err)
{
	const struct node *node = data;
	struct stat st;
	_cleanup_close_ int dev = open_dev(err);
	if (dev < 0)
		return -1;
	_cleanup_close_ int parent = resolve_open(dev, node->parent, O_PATH | O_DIRECTORY);
	if (parent < 0 || fstatat(parent, node->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(err, E_DEVICE, errno, "/dev/%s in the container", node->inside);
	if ((!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)) || st.st_rdev != node->number)
		return error_set(err, E_DEVICE, 0, "/dev/%s of the container is not %s",
				 node->inside, node->path);
	/* By its last name in a directory that is held: no part of it can become a link. */
	if (fchdir(parent) < 0 || umount2(node->name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return error_set(err, E_DEVICE, errno, "/dev/%s of the container", node->inside);
	return unlinkat(parent, node->name, 0) == 0 || errno == ENOENT
		   ? 0
		   : error_set(err, E_DEVICE, errno, "/dev/%s of the container", node->inside);
}

static int visit_mounts(const struct container *container,
			int (*act)(void *data, struct error *err), struct node *node,
			struct error *err)
{
	int fds[NS_COUNT];
	if (client_get_namespaces(container, fds, err) < 0)
		return -1;
	int result = fds[NS_MNT] < 0 ? error_set(err, E_DEVICE, 0,
						 "the container has the host's mounts: "
						 "every device is there already")
				     : visit_namespace(fds, NS_MNT, act, node, err);
	for (int i = 0; i < NS_COUNT; i++)
		util_close_fd(&fds[i]);
	return result;
}

/* ---- both ---- */

int device_add_node(const struct container *container, const char *path, const char *inside,
		    struct error *err)
{
	_cleanup_node_ struct node node;
	struct cgroup *cgroup = NULL;
	if (node_open(&node, path, inside, err) < 0 || open_groups(container, &cgroup, err) < 0)
		return -1;
	node.tree =
	    (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	bool changed = false;
	int result = node.tree < 0 ? error_set(err, E_DEVICE, errno, "a mount of %s", path) : 0;
	if (result == 0 && cgroup)
		result = check_thawed(container, cgroup, err);
	if (result == 0)
		result = visit_mounts(container, find_free, &node, err);
	if (result == 0 && cgroup)
		result = allow(cgroup, &node, &changed, err);
	if (result == 0)
		result = visit_mounts(container, bind_inside, &node, err);
	if (result < 0 && changed)
		change_rules(cgroup, "devices.deny", node.rule, NULL);
	if (cgroup)
		cgroup_free(cgroup);
	return result;
}

int device_remove_node(const struct container *container, const char *path, const char *inside,
		       struct error *err)
{
	_cleanup_node_ struct node node;
	struct cgroup *cgroup = NULL;
	if (node_open(&node, path, inside, err) < 0 || open_groups(container, &cgroup, err) < 0)
		return -1;
	int result = visit_mounts(container, unbind_inside, &node, err);
	if (result == 0 && cgroup)
		result = change_rules(cgroup, "devices.deny", node.rule, err);
	if (cgroup)
		cgroup_free(cgroup);
	return result;
}
