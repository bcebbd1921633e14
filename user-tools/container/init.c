// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The container's first process, from clone3 to execve. It starts as the caller with all
 * capabilities in its own user namespace and none outside, opens what only the caller may open,
 * becomes the container's root, builds the container around itself and executes init. Reads like a
 * list; each step is explained where it is defined.
 */
#define LOG_MODULE "init"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "container/clocks.h"
#include "container/core-scheduling.h"
#include "container/credentials.h"
#include "container/hooks.h"
#include "container/limits.h"
#include "container/share.h"
#include "container/spawn.h"
#include "rootfs/mount.h"
#include "rootfs/rootfs.h"

struct init {
	struct start_plan *plan;
	int control;
	struct rootfs rootfs;
	int console; /* slave, or -1 */
	int proc;    /* the host's /proc, for the label, or -1 */
	int sysctls; /* the host's /proc/sys, or -1 */
	bool has_network;
	struct hook_programs programs;
	const char *rootfs_mount;
};

/* The supervisor's death is ours: no container without one. Cleared by the kernel at each change of
 * identity. */
static int die_with_supervisor(const struct init *init, struct error *err)
{
	if (prctl(PR_SET_PDEATHSIG, init->plan->config->signal_pdeath, 0, 0, 0) < 0)
		return error_set(err, E_SYSTEM, errno, "PR_SET_PDEATHSIG");
	return 0;
}

/* Wait for one letter; end of file: the supervisor gave up and has said why. */
static void await(const struct init *init, char what)
{
	char got = 0;
	if (socket_receive(init->control, &got, 1, NULL, NULL) != 1 || got != what)
		_exit(1);
}

static int report(const struct init *init, enum init_report_kind kind, unsigned number, int fd,
		  struct error *err)
{
	struct init_report message = { .kind = kind, .number = number };
	if (socket_send(init->control, &message, sizeof(message), &fd, 1) < 0)
		return error_set(err, E_SUPERVISOR, errno, "reporting to the supervisor");
	return 0;
}

static int set_clocks(const struct init *init, struct error *err)
{
	_cleanup_close_ int clocks = -1;
	if (!init->plan->own[NS_TIME])
		return 0;
	if (clocks_enter(init->plan->config, &clocks, err) < 0)
		return -1;
	return report(init, REPORT_NAMESPACE, NS_TIME, clocks, err);
}

static struct hook_context hook_context(struct init *init, enum hook_place place)
{
	return (struct hook_context){ .container = init->plan->container,
				      .config = init->plan->config,
				      .place = place,
				      .programs = &init->programs,
				      .rootfs_mount = init->rootfs_mount,
				      .data = init };
}

/* We still are the caller, who opens the root next; the hook is the container's root. */
static int become_root(void *data, struct error *err)
{
	const struct init *init = data;
	return init->plan->user_namespace ? credentials_become(0, 0, err) : 0;
}

static int run_pre_mount_hooks(struct init *init, struct error *err)
{
	if (!hooks_any(init->plan->config, HOOK_PRE_MOUNT))
		return 0;
	if (rootfs_cut_propagation(err) < 0)
		return -1;
	struct hook_context context = hook_context(init, HOOK_IN_NAMESPACES);
	context.enter = become_root;
	return hooks_run(&context, HOOK_PRE_MOUNT, err);
}

/* In the order of await_namespaces(): the supervisor may not look for itself. */
static int show_namespaces(const struct init *init, struct error *err)
{
	for (int i = 0; init->plan->joins && i < NS_CGROUP; i++) {
		enum namespace_kind kind = (enum namespace_kind)i;
		char path[32];
		if (!init->plan->own[kind])
			continue;
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_name(kind));
		_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return error_set(err, E_SYSTEM, errno, "%s", path);
		if (report(init, REPORT_NAMESPACE, kind, fd, err) < 0)
			return -1;
	}
	return 0;
}

/* Its own group is the root of everything it sees of control groups, cgroup_namespaces(7). */
static int enter_cgroup_namespace(const struct init *init, struct error *err)
{
	if (!init->plan->own[NS_CGROUP])
		return share_join(init->plan, NS_CGROUP, err);
	if (unshare(CLONE_NEWCGROUP) < 0)
		return error_set(err, E_CGROUP, errno, "cgroup namespace");
	_cleanup_close_ int group = open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC);
	if (group < 0 || report(init, REPORT_NAMESPACE, NS_CGROUP, group, err) < 0)
		return error_set(err, E_CGROUP, errno, "cgroup namespace");
	/* OpenRC hands controllers on in the root of its groups, where no process may be then. It
	 * stays where it is started: below. systemd takes where it is started for the root. */
	int leaf =
	    init->plan->services == GUEST_OPENRC ? cgroup_leaf_procs(init->plan->cgroup) : -1;
	if (leaf >= 0 && write(leaf, "0", 1) != 1)
		return error_set(err, E_CGROUP, errno, "the group of init");
	return 0;
}

static int prepare_as_caller(struct init *init, struct error *err)
{
	umask(022);
	if (die_with_supervisor(init, err) < 0 || show_namespaces(init, err) < 0 ||
	    set_clocks(init, err) < 0)
		return -1;
	await(init, 'm');
	/* From here on other processes may have our uid. The supervisor has opened what it needs of
	 * /proc/PID. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_set(err, E_SYSTEM, errno, "PR_SET_DUMPABLE");
	if (enter_cgroup_namespace(init, err) < 0)
		return -1;
	init->rootfs_mount = rootfs_mount_point(init->plan->config);
	hooks_open_programs(init->plan->config, &init->programs);
	if (limits_open_sysctls(init->plan->config, &init->sysctls, err) < 0 ||
	    rootfs_take_idmapped(&init->rootfs, init->control, err) < 0 ||
	    run_pre_mount_hooks(init, err) < 0)
		return -1;
	if (init->plan->lsm.label && (init->proc = lsm_open_proc(err)) < 0)
		return -1;
	/* The last of what the host's files are needed for. */
	if (!init->plan->own[NS_MNT])
		return share_join(init->plan, NS_MNT, err);
	return rootfs_open_sources(&init->rootfs, err);
}

static int set_host_name(const struct init *init, struct error *err)
{
	const struct start_plan *plan = init->plan;
	const char *name = plan->config->uts_name;
	if (!name || !plan->own[NS_UTS])
		return 0;
	if (sethostname(name, strlen(name)) < 0)
		return error_set(err, E_SYSTEM, errno, "host name %s", name);
	return 0;
}

static int configure_network(struct init *init, struct error *err)
{
	if (init->has_network)
		return 0;
	await(init, 'n');
	init->has_network = true;
	if (!init->plan->own[NS_NET])
		return 0;
	return network_configure_inside(&init->plan->network, err);
}

/* They find the host name and the network as the payload will; nobody else waits for these here. */
static int run_mount_hooks(struct init *init, struct error *err)
{
	const struct config *config = init->plan->config;
	bool autodev = config->autodev && hooks_any(config, HOOK_AUTODEV);
	if (!hooks_any(config, HOOK_MOUNT) && !autodev)
		return 0;
	const struct hook_context context = hook_context(init, HOOK_IN_NAMESPACES);
	if (configure_network(init, err) < 0 || hooks_run(&context, HOOK_MOUNT, err) < 0)
		return -1;
	return autodev ? hooks_run(&context, HOOK_AUTODEV, err) : 0;
}

/* Without mounts of its own: the tree is there, and its terminals serve lxc-attach. */
static int enter_tree(struct init *init, struct error *err)
{
	_cleanup_close_ int pts = open("/dev/pts", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (chdir("/") < 0)
		return error_set(err, E_ROOTFS, errno, "the root directory");
	if ((init->plan->user_namespace && credentials_become(0, 0, err) < 0) ||
	    die_with_supervisor(init, err) < 0 || set_host_name(init, err) < 0 ||
	    (pts >= 0 && report(init, REPORT_DEVPTS, 0, pts, err) < 0))
		return -1;
	return configure_network(init, err);
}

static int build_root(struct init *init, struct error *err)
{
	struct rootfs *rootfs = &init->rootfs;
	if (!init->plan->own[NS_MNT])
		return enter_tree(init, err);
	if (rootfs_attach(rootfs, err) < 0)
		return -1;
	if (init->plan->user_namespace && credentials_become(0, 0, err) < 0)
		return -1;
	if (die_with_supervisor(init, err) < 0 || set_host_name(init, err) < 0)
		return -1;
	if (rootfs_mount_dev(rootfs, err) < 0 || rootfs_mount_auto(rootfs, err) < 0 ||
	    rootfs_mount_entries(rootfs, err) < 0 || run_mount_hooks(init, err) < 0 ||
	    rootfs_fill_dev(rootfs, err) < 0)
		return -1;
	return report(init, REPORT_DEVPTS, 0, rootfs->pts_fd, err);
}

static int make_terminals(struct init *init, struct error *err)
{
	const struct config *config = init->plan->config;
	int master, slave;
	if (init->plan->console) {
		if (rootfs_add_terminal(&init->rootfs, "console", &master, &slave, err) < 0 ||
		    report(init, REPORT_CONSOLE, 0, master, err) < 0)
			return -1;
		close(master);
		init->console = slave;
	}
	for (unsigned n = 1; n <= config->tty_max; n++) {
		char name[16];
		snprintf(name, sizeof(name), "tty%u", n);
		if (rootfs_add_terminal(&init->rootfs, name, &master, &slave, err) < 0 ||
		    report(init, REPORT_TTY, n, master, err) < 0)
			return -1;
		close(master);
		close(slave);
	}
	return 0;
}

/* Standard streams: what the caller handed over (lxc-execute), else the console, else nothing. */
static int connect_streams(const struct init *init, struct error *err)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++) {
		int from = init->plan->stdio[fd] >= 0 ? init->plan->stdio[fd]
			   : init->console >= 0	      ? init->console
						      : null;
		if (from >= 0 && dup2(from, fd) < 0)
			return error_set(err, E_CONSOLE, errno, "standard streams of init");
	}
	if (setsid() < 0 && errno != EPERM)
		return error_set(err, E_SYSTEM, errno, "setsid");
	if (init->console >= 0 && ioctl(init->console, TIOCSCTTY, 0) < 0)
		return error_set(err, E_CONSOLE, errno, "controlling terminal of init");
	return 0;
}

/* lxc.init.cwd is made if it is missing, as LXC does. Links lead inside, as everywhere; those of
 * /proc, which lead to whatever a process has open, nowhere. */
static int enter_directory(const struct config *config, struct error *err)
{
	if (!config->init_cwd)
		return 0;
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int directory =
	    root < 0 ? -1 : resolve_create(root, config->init_cwd, false);
	if (directory < 0 || fchdir(directory) < 0)
		return error_set(err, E_INIT, errno, "lxc.init.cwd = %s", config->init_cwd);
	return 0;
}

/* groups: supplementary ones */
static int limit_self(const struct init *init, uid_t uid, gid_t gid, const gid_t *groups,
		      size_t group_count, struct error *err)
{
	const struct config *config = init->plan->config;
	if (config->personality != -1 && personality((unsigned long)config->personality) < 0)
		return error_set(err, E_SYSTEM, errno, "personality of %s", config->arch);
	if (core_scheduling_create(config, err) < 0 ||
	    limits_write_sysctls(config, init->sysctls, err) < 0 ||
	    credentials_limit(config, err) < 0 ||
	    credentials_become_at_last(uid, gid, groups, group_count, err) < 0)
		return -1;
	if (config->no_new_privs && credentials_no_new_privs(err) < 0)
		return -1;
	return die_with_supervisor(init, err);
}

static void execute(struct init *init, struct error *err)
{
	struct start_plan *plan = init->plan;
	struct string_list environment = { 0 };
	struct string_list argv = { 0 };
	if (init->rootfs.container_ttys[0]) {
		_cleanup_free_ char *ttys =
		    xasprintf("container_ttys=%s", init->rootfs.container_ttys);
		string_list_add(&environment, ttys);
	}
	environment_build(&environment, plan->config, NULL);
	if (plan->execute) {
		string_list_add(&argv, "init.lxc");
		string_list_add(&argv, "--");
		for (size_t i = 0; i < plan->argv.count; i++)
			string_list_add(&argv, plan->argv.items[i]);
	}
	credentials_reset_signals();
	/* Last: a filter may refuse everything but execve. */
	if (limits_apply(plan->config, err) < 0 ||
	    lsm_set_exec(plan->lsm.kind, plan->lsm.label, &init->proc, err) < 0)
		return;
	/* begin_new_exec(): what a start hook left behind, or a container that shares its
	 * processes, may look at this one before what is close-on-exec is closed. */
	fd_close_from(3,
		      (int[]){ init->control, plan->execute ? plan->init_fd : -1,
			       plan->filter.notifies ? plan->listener_channel : -1 },
		      3);
	if (seccomp_filter_load(&plan->filter, plan->listener_channel, err) < 0)
		return;
	int error;
	if (plan->execute) {
		fexecve(plan->init_fd, argv.items, environment.items);
		error = errno;
	} else
		error = execute_command(plan->argv.items, &environment);
	error_set(err, E_INIT, error, "executing %s in the container",
		  plan->execute ? "init.lxc" : plan->argv.items[0]);
	if (error == ENOENT && !plan->execute)
		error_fix(err, "set lxc.init.cmd to a program that exists in %s",
			  plan->config->rootfs_path ? plan->config->rootfs_path : "/");
}

static int limit_hook(void *data, struct error *err)
{
	struct init *init = data;
	const struct start_plan *plan = init->plan;
	if (limit_self(init, 0, 0, NULL, 0, err) < 0)
		return -1;
	util_close_fd(&init->sysctls);
	if (lsm_set_exec(plan->lsm.kind, plan->lsm.label, &init->proc, err) < 0)
		return -1;
	return seccomp_filter_load(&plan->filter, plan->listener_channel, err);
}

/* A start hook is a program of the container: it is limited as init will be, but root. */
static int run_start_hooks(struct init *init, struct error *err)
{
	struct hook_context context = hook_context(init, HOOK_IN_ROOT);
	const int kept[HOOK_KEPT] = { init->sysctls, init->proc, init->plan->listener_channel };
	context.limit = limit_hook;
	memcpy(context.kept, kept, sizeof(kept));
	if (hooks_run(&context, HOOK_START, err) < 0)
		return -1;
	if (!hooks_any(init->plan->config, HOOK_START_HOST))
		return 0;
	if (socket_send(init->control, "h", 1, NULL, 0) < 0)
		return error_set(err, E_SUPERVISOR, errno, "the start-host hooks");
	await(init, 'x');
	return 0;
}

static int run(struct init *init, struct error *err)
{
	const struct config *config = init->plan->config;
	if (prepare_as_caller(init, err) < 0 || build_root(init, err) < 0 ||
	    make_terminals(init, err) < 0 || configure_network(init, err) < 0)
		return -1;
	if ((init->plan->own[NS_MNT] && rootfs_pivot(&init->rootfs, err) < 0) ||
	    connect_streams(init, err) < 0 || enter_directory(init->plan->config, err) < 0 ||
	    run_start_hooks(init, err) < 0)
		return -1;
	if (limit_self(init, config->init_uid, config->init_gid, config->init_groups,
		       config->init_group_count, err) < 0)
		return -1;
	execute(init, err);
	return -1;
}

_Noreturn void init_run(struct start_plan *plan, int control)
{
	struct init init = { .plan = plan,
			     .control = control,
			     .rootfs = ROOTFS_INIT,
			     .console = -1,
			     .sysctls = -1,
			     .proc = -1 };
	struct error err = { 0 };
	init.rootfs.config = plan->config;
	init.rootfs.plan = &plan->rootfs;
	init.rootfs.user_namespace = plan->user_namespace;
	init.rootfs.cgroup_layout = plan->cgroup_layout;
	/* Not the container's business: the supervisor's socket, lock and watch. Everything kept is
	 * close-on-exec. */
	int keep[] = { control,
		       cgroup_leaf_procs(plan->cgroup),
		       plan->init_fd,
		       plan->stdio[0],
		       plan->stdio[1],
		       plan->stdio[2],
		       log_fd(),
		       plan->listener_channel,
		       plan->shared[NS_CGROUP].fd,
		       plan->shared[NS_MNT].fd };
	fd_close_from(3, keep, ARRAY_SIZE(keep));
	run(&init, &err);
	socket_send(control, &err, sizeof(err), NULL, 0);
	_exit(1);
}
