// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "plan"
#include "container/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "cgroup/scope.h"
#include "container/clocks.h"
#include "container/core-scheduling.h"
#include "container/hooks.h"
#include "container/limits.h"
#include "container/namespaces.h"
#include "container/share.h"
#include "image/image.h"

/* It has a map already. What the configuration says in numbers must not be something else. */
static int check_shared_map(const struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	struct idmap map;
	if ((!config->has_idmap || config->idmap_auto) && !config->has_idmap_keep[IDMAP_UID])
		return 0;
	if (config_make_idmap(config, geteuid(), getegid(), &map, err) < 0)
		return -1;
	if (idmap_equal(&map, &plan->map))
		return 0;
	error_set(err, E_CONFIG_VALUE, 0,
		  "%s: that user namespace has another id map than lxc.idmap",
		  plan->shared[NS_USER].label);
	return error_fix(err,
			 "remove the lxc.idmap lines, or make them those of the other container");
}

static int plan_idmap(struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	uid_t uid = geteuid();
	if (!plan->user_namespace)
		return 0; /* a privileged container, as LXC's are */
	if (!plan->own[NS_USER])
		return check_shared_map(plan, err);
	if (!config->has_idmap)
		log_info("no lxc.idmap: using the caller's subordinate ids, as lxc.idmap = auto");
	return config_make_idmap(config, uid, getegid(), &plan->map, err);
}

/* systemd ends at once where it has no control group to keep services in. */
static bool init_is_systemd(const struct start_plan *plan)
{
	char target[256];
	const char *root = plan->config->rootfs_path;
	if (plan->execute || !root || !plan->argv.count ||
	    strcmp(plan->argv.items[0], "/sbin/init") != 0)
		return false;
	_cleanup_free_ char *init = path_join(root, "sbin/init");
	ssize_t n = readlink(init, target, sizeof(target) - 1);
	return n > 0 && string_ends((target[n] = 0, target), "/systemd");
}

/* One line for the user; how an admin changes that is in the log and in lxc-errors(7). */
static void notice_no_groups(const struct start_plan *plan)
{
	const char *why = cgroup_why_not(plan->cgroup);
	const char *fix = strstr(why, "; an admin: ");
	int length = fix ? (int)(fix - why) : (int)strlen(why);
	log_notice("no limits, no freezer: %.*s (lxc-errors(7), cgroup-delegation)", length, why);
	log_info("%s", why);
	if (init_is_systemd(plan))
		log_notice("init is systemd, which needs a control group of its own and ends "
			   "without one (lxc-info -n %s -s)",
			   plan->container->name);
}

static int new_group(const struct start_plan *plan, struct cgroup **out, struct error *err)
{
	const struct config *config = plan->config;
	const struct cgroup_place place = {
		.dir = config->cgroup_dir,
		.container = config->cgroup_container,
		.monitor = config->cgroup_monitor,
		.inner = config->cgroup_inner,
		.pivot = config->cgroup_pivot,
		.relative = config->cgroup_relative,
		.leaf = plan->services != GUEST_PLAIN,
	};
	return cgroup_new(plan->container->name, &place, out, err);
}

/*
 * From a login on a host with systemd: this process, and the supervisor with it, moves to a scope
 * of the user's own manager. What is in there ends with the user's last session unless the manager
 * lingers, so without lingering that is only done where a limit could not be kept otherwise.
 */
static int plan_scope(struct start_plan *plan, struct error *err)
{
	struct error refused = { 0 };
	const char *name = plan->container->name;
	bool lingers;
	if (cgroup_is_delegated(plan->cgroup) || !cgroup_scope_is_available(&lingers) ||
	    (!lingers && !plan->config->cgroup_count))
		return 0;
	if (cgroup_scope_enter(name, &refused) < 0) {
		log_notice("%s", refused.message);
		return 0;
	}
	if (!lingers)
		log_notice("the container ends with your last session, unless an admin: loginctl "
			   "enable-linger");
	cgroup_free(plan->cgroup);
	plan->cgroup = NULL;
	return new_group(plan, &plan->cgroup, err);
}

static int plan_cgroup(struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	plan->services = plan->execute ? GUEST_PLAIN : guest_services(config);
	if (config_check_groups(config, err) < 0 || new_group(plan, &plan->cgroup, err) < 0 ||
	    plan_scope(plan, err) < 0)
		return -1;
	plan->limit_count = config->cgroup_count;
	plan->limits = xcalloc(config->cgroup_count, sizeof(*plan->limits));
	for (size_t i = 0; i < config->cgroup_count; i++) {
		const struct cgroup_setting *line = &config->cgroups[i];
		plan->limits[i] = (struct cgroup_limit){
			.version = line->version,
			.file = line->file,
			.value = line->value,
			.origin = line->origin.line
				      ? xasprintf("%s:%u", line->origin.file, line->origin.line)
				      : xstrdup("command line"),
		};
	}
	if (cgroup_check_limits(plan->cgroup, plan->limits, plan->limit_count, err) < 0)
		return -1;
	if (!cgroup_is_delegated(plan->cgroup))
		notice_no_groups(plan);
	if (config->mount_auto.cgroup != MOUNT_NO)
		plan->cgroup_layout = cgroup_detect_layout();
	return 0;
}

static int plan_command(struct start_plan *plan, const struct start_options *options,
			struct error *err)
{
	const struct config *config = plan->config;
	const char *text = plan->execute ? config->execute_cmd : config->init_cmd;
	if (options->argv && options->argv[0]) {
		for (char *const *word = options->argv; *word; word++)
			string_list_add(&plan->argv, *word);
	} else if (text) {
		if (config_split_command(text, &plan->argv, err) < 0)
			return -1;
	} else if (!plan->execute && !config->rootfs_path) {
		/* Without a root of its own a container shares the host's tree: for a command, not
		 * for its init. */
		error_set(err, E_ROOTFS, 0,
			  "there is no lxc.rootfs.path: init would be that of the host");
		return error_fix(err, "set lxc.rootfs.path, or name the command to run");
	} else if (!plan->execute)
		string_list_add(&plan->argv, "/sbin/init");
	if (!plan->argv.count) {
		error_set(err, E_USAGE, 0, "no command to execute");
		return error_fix(err, "%s NAME -- COMMAND, or set lxc.execute.cmd", program_name);
	}
	if (!plan->execute)
		return 0;
	_cleanup_free_ char *path = path_libexec("lxc-privsep/init.lxc");
	plan->init_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (plan->init_fd < 0)
		return error_set(err, E_INIT, errno, "%s", path);
	return 0;
}

/* A terminal shows the console and types into it; anything else gets a copy of what is printed. */
static int plan_console_path(struct start_plan *plan, struct error *err)
{
	const char *path = plan->config->console_path;
	if (!path)
		return 0;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && isatty(fd)) {
		fcntl(fd, F_SETFL, O_RDWR);
		plan->terminal = fd;
		return 0;
	}
	util_close_fd(&fd);
	plan->console_copy =
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (plan->console_copy < 0)
		return error_set(err, E_CONSOLE, errno, "lxc.console.path = %s", path);
	return 0;
}

/*
 * Who talks to the payload. A plain start has the console only. lxc-execute hands over what the
 * caller redirected; for the rest, if the caller has a terminal, there is the console.
 */
static int plan_terminals(struct start_plan *plan, struct error *err)
{
	plan->console =
	    !plan->config->console_path || strcmp(plan->config->console_path, "none") != 0;
	if (!plan->own[NS_MNT]) { /* a terminal is of a devpts of its own */
		plan->console = false;
		if (plan->execute && plan->foreground && isatty(1))
			log_notice("no terminal for the command, which has no mount namespace of "
				   "its own: redirect what it prints");
	}
	if (plan->console && (plan_console_path(plan, err) < 0 ||
			      console_log_open(&plan->console_log, plan->config, err) < 0))
		return -1;
	if (plan->foreground && !plan->config->console_path)
		plan->terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (!plan->execute || !plan->foreground)
		return 0;
	bool any_terminal = false;
	for (int fd = 0; fd < 3; fd++) {
		if (isatty(fd))
			any_terminal = true;
		else
			plan->stdio[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	if (!any_terminal && plan->terminal >= 0) {
		close(plan->terminal);
		plan->terminal = -1;
	}
	plan->console = plan->console && any_terminal;
	return 0;
}

/* It is replaced when written and removed at the end: only a regular file may be. */
static int plan_pid_file(struct start_plan *plan, const char *path, struct error *err)
{
	struct stat st;
	if (!path)
		return 0;
	plan->pid_file = path_absolute(path);
	_cleanup_free_ char *directory = xstrdup(plan->pid_file);
	char *slash = strrchr(directory, '/');
	slash[slash == directory] = 0;
	if (access(directory, W_OK) < 0)
		return error_set(err, E_USAGE, errno, "--pidfile=%s: %s", path, directory);
	if (lstat(plan->pid_file, &st) == 0 && !S_ISREG(st.st_mode))
		return error_set(err, E_USAGE, 0, "--pidfile=%s is there and is not a regular file",
				 path);
	return 0;
}

/* What destroys itself at its end must be known to be destroyable before it starts. */
static int plan_end(struct start_plan *plan, struct container *container, struct error *err)
{
	_cleanup_free_ char *own = path_join(container->directory, "config");
	if (!plan->config->ephemeral)
		return 0;
	if (!file_exists(own)) /* lxc-start -f runs what is not defined */
		return error_set(
		    err, E_NOT_FOUND, 0,
		    "lxc.ephemeral = 1: there is no %s, and so no container to destroy", own);
	if (image_check_removable(container, false, err) < 0)
		return error_step(err, "lxc.ephemeral = 1");
	return 0;
}

int plan_make(struct start_plan *plan, struct container *container,
	      const struct start_options *options, struct error *err)
{
	*plan = (struct start_plan){ .container = container,
				     .config = container->config,
				     .foreground = options->foreground,
				     .execute = options->execute,
				     .listener_channel = -1,
				     .init_fd = -1,
				     .stdio = { -1, -1, -1 },
				     .terminal = -1,
				     .console_copy = -1,
				     .console_log = CONSOLE_LOG_NONE };
	for (size_t i = 0; i < NS_COUNT; i++)
		plan->shared[i].fd = -1;
	if (share_open(plan, options, err) < 0 || namespaces_plan(plan, err) < 0 ||
	    plan_idmap(plan, err) < 0 ||
	    limits_check(plan->config, plan->user_namespace, err) < 0 ||
	    clocks_check(plan->config, err) < 0 || core_scheduling_check(plan->config, err) < 0 ||
	    rootfs_plan_make(&plan->rootfs, plan->config, plan->user_namespace, err) < 0 ||
	    hooks_check(plan->config, err) < 0 || plan_command(plan, options, err) < 0 ||
	    plan_pid_file(plan, options->pid_file, err) < 0 ||
	    network_plan_make(plan->config, &plan->network, err) < 0 ||
	    seccomp_plan(plan->config, plan->execute, &plan->filter, err) < 0 ||
	    lsm_plan_make(plan->config, plan->user_namespace, container->directory, &plan->lsm,
			  err) < 0 ||
	    plan_end(plan, container, err) < 0 || namespaces_check(plan, err) < 0 ||
	    plan_cgroup(plan, err) < 0 || rootfs_prepare(&plan->rootfs, &plan->map, err) < 0)
		return -1;
	namespaces_notice(plan);
	return plan_terminals(plan, err);
}

void plan_clear(struct start_plan *plan)
{
	for (size_t i = 0; i < plan->limit_count && plan->limits; i++)
		free((char *)plan->limits[i].origin);
	free(plan->limits);
	free(plan->pid_file);
	cgroup_free(plan->cgroup);
	network_plan_free(&plan->network);
	seccomp_filter_clear(&plan->filter);
	rootfs_plan_clear(&plan->rootfs);
	lsm_plan_clear(&plan->lsm);
	string_list_clear(&plan->argv);
	share_close(plan);
	for (size_t i = 0; i < 3; i++)
		util_close_fd(&plan->stdio[i]);
	util_close_fd(&plan->init_fd);
	util_close_fd(&plan->terminal);
	util_close_fd(&plan->console_copy);
	console_log_close(&plan->console_log);
}
