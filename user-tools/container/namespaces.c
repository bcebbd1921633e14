// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "namespaces"
#include "container/namespaces.h"

#include <unistd.h>

#include "base/log.h"
#include "container/clocks.h"
#include "container/hooks.h"

/* lxc.namespace.clone or keep says so, or neither does: then everything is made. */
static bool is_wanted(const struct config *config, enum namespace_kind kind)
{
	if (config->namespace_clone)
		return config->namespace_clone & (1u << kind);
	return !(config->namespace_keep & (1u << kind));
}

static bool is_asked_for(const struct config *config, enum namespace_kind kind)
{
	return config->namespace_clone & (1u << kind);
}

static bool is_shared(const struct start_plan *plan, enum namespace_kind kind)
{
	return plan->shared[kind].fd >= 0;
}

/* How it comes that there is none of its own, for messages. */
static const char *why(const struct start_plan *plan, enum namespace_kind kind)
{
	static char text[96];
	if (is_shared(plan, kind))
		return plan->shared[kind].label;
	if (kind == NS_NET && plan->network.share_host)
		return "lxc.net.N.type = none";
	if (plan->config->namespace_clone)
		snprintf(text, sizeof(text), "lxc.namespace.clone without %s",
			 namespace_name(kind));
	else
		snprintf(text, sizeof(text), "lxc.namespace.keep = %s", namespace_name(kind));
	return text;
}

static int with_rule(const struct start_plan *plan, enum namespace_kind kind, struct error *err)
{
	const struct config_origin *origin =
	    is_shared(plan, kind) ? &plan->shared[kind].origin : &plan->config->namespaces_origin;
	if (origin->file && origin->line)
		error_rule(err, "%s:%u", origin->file, origin->line);
	return -1;
}

static int plan_user(struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	plan->user_namespace = is_shared(plan, NS_USER) || geteuid() != 0 || config->has_idmap;
	plan->own[NS_USER] = plan->user_namespace && !is_shared(plan, NS_USER);
	if (plan->own[NS_USER] && !is_wanted(config, NS_USER)) {
		if (geteuid() == 0) {
			error_set(err, E_CONFIG_VALUE, 0,
				  "%s: lxc.idmap is the map of a user namespace",
				  why(plan, NS_USER));
			error_fix(err, "remove one of them");
		} else {
			error_set(err, E_PRIVILEGE, 0,
				  "%s: without a user namespace of its own a container takes root: "
				  "all others need CAP_SYS_ADMIN",
				  why(plan, NS_USER));
			error_fix(err, "leave user to the container, or join that of another one "
				       "with lxc.namespace.share.user");
		}
		return with_rule(plan, NS_USER, err);
	}
	if (!plan->user_namespace && is_asked_for(config, NS_USER)) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "lxc.namespace.clone has user, and there is no lxc.idmap: nobody would "
			  "have an id in it");
		error_fix(err, "lxc.idmap = auto, or a line of numbers");
		return with_rule(plan, NS_USER, err);
	}
	return 0;
}

static int plan_time(struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	bool offsets = clocks_are_set(config);
	plan->own[NS_TIME] =
	    !is_shared(plan, NS_TIME) && (offsets || is_asked_for(config, NS_TIME));
	if (offsets && (is_shared(plan, NS_TIME) || !is_wanted(config, NS_TIME))) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "%s: lxc.time.offset sets the clocks of a time namespace of its own",
			  why(plan, NS_TIME));
		error_fix(err, "remove one of them");
		return with_rule(plan, NS_TIME, err);
	}
	/* The first process hides from what it shares its user or pid namespace with, and then the
	 * kernel closes its timens_offsets. */
	enum namespace_kind with = is_shared(plan, NS_PID) ? NS_PID : NS_USER;
	if (offsets && is_shared(plan, with)) {
		error_set(err, E_CONFIG_VALUE, 0, "%s does not go with lxc.time.offset",
			  plan->shared[with].label);
		return with_rule(plan, with, err);
	}
	if (!plan->own[NS_TIME] || access("/proc/self/ns/time", F_OK) == 0)
		return 0;
	error_set(err, E_UNSUPPORTED, 0, "this kernel has no time namespaces");
	return with_rule(plan, NS_TIME, err);
}

int namespaces_plan(struct start_plan *plan, struct error *err)
{
	for (int i = 0; i < NS_COUNT; i++) {
		enum namespace_kind kind = (enum namespace_kind)i;
		plan->own[kind] = !is_shared(plan, kind) && is_wanted(plan->config, kind);
	}
	return plan_user(plan, err) < 0 || plan_time(plan, err) < 0 ? -1 : 0;
}

/* ---- what does not go together ---- */

static int check_network(struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	if (plan->network.share_host && is_asked_for(config, NS_NET)) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "lxc.namespace.clone has net, and lxc.net.%u.type = none shares the "
			  "caller's network",
			  config->nets[0].index);
		return with_rule(plan, NS_NET, err);
	}
	if (is_shared(plan, NS_NET)) {
		network_plan_free(&plan->network);
		return 0;
	}
	if (!plan->own[NS_NET] && !plan->network.share_host && config->net_count) {
		error_set(err, E_CONFIG_VALUE, 0,
			  "%s: lxc.net.%u needs a network namespace of the container's own",
			  why(plan, NS_NET), config->nets[0].index);
		error_fix(err, "remove the lxc.net lines, or set lxc.net.%u.type = none",
			  config->nets[0].index);
		return with_rule(plan, NS_NET, err);
	}
	plan->network.share_host = plan->network.share_host || !plan->own[NS_NET];
	plan->own[NS_NET] = plan->own[NS_NET] && !plan->network.share_host;
	return 0;
}

/* Without mounts of its own it runs in the tree it finds. */
static int check_mounts(const struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	const struct mount_auto *automatic = &config->mount_auto;
	const struct {
		const char *key;
		bool set;
	} needs[] = {
		{ "lxc.rootfs.path", config->rootfs_path != NULL },
		{ "lxc.rootfs.options", config->rootfs_options != NULL },
		{ "lxc.mount.auto", automatic->proc || automatic->sys || automatic->cgroup },
		{ "lxc.mount.entry", config->mount_count > 0 },
		{ "lxc.mount.fstab", config->mount_fstab != NULL },
		{ "lxc.tty.max", config->tty_max > 0 },
		{ "lxc.hook.pre-mount", hooks_any(config, HOOK_PRE_MOUNT) },
		{ "lxc.hook.mount", hooks_any(config, HOOK_MOUNT) },
		{ "lxc.hook.autodev", hooks_any(config, HOOK_AUTODEV) },
	};
	for (size_t i = 0; !plan->own[NS_MNT] && i < ARRAY_SIZE(needs); i++) {
		if (!needs[i].set)
			continue;
		error_set(err, E_CONFIG_VALUE, 0,
			  "%s: %s needs a mount namespace of the container's own",
			  why(plan, NS_MNT), needs[i].key);
		error_fix(err, "remove %s: the container runs in the tree that it joins",
			  needs[i].key);
		return with_rule(plan, NS_MNT, err);
	}
	return 0;
}

/* proc and cgroup show a namespace, and may be mounted by who is root over the owner of that. */
static int check_views(const struct start_plan *plan, struct error *err)
{
	const struct mount_auto *automatic = &plan->config->mount_auto;
	const struct {
		const char *word;
		bool set;
		enum namespace_kind kind;
		const char *fix;
	} views[] = {
		{ "proc", automatic->proc != MOUNT_NO, NS_PID,
		  "show the host's instead: lxc.mount.entry = /proc proc none rbind,create=dir" },
		{ "cgroup", automatic->cgroup != MOUNT_NO, NS_CGROUP,
		  "leave cgroup out of lxc.mount.auto" },
	};
	for (size_t i = 0; plan->user_namespace && i < ARRAY_SIZE(views); i++) {
		enum namespace_kind kind = views[i].kind;
		if (!views[i].set || plan->own[kind] ||
		    (is_shared(plan, kind) && is_shared(plan, NS_USER)))
			continue;
		error_set(err, E_PRIVILEGE, 0,
			  "%s: lxc.mount.auto = %s shows that %s namespace, and the kernel lets "
			  "mount it who has CAP_SYS_ADMIN over its owner",
			  why(plan, kind), views[i].word, namespace_name(kind));
		error_fix(err, "%s", views[i].fix);
		return with_rule(plan, kind, err);
	}
	return 0;
}

/* These two are joined from inside of its own user namespace, which has no rights over them. */
static int check_late(const struct start_plan *plan, struct error *err)
{
	static const enum namespace_kind late[] = { NS_MNT, NS_CGROUP };
	for (size_t i = 0; plan->own[NS_USER] && i < ARRAY_SIZE(late); i++)
		if (is_shared(plan, late[i])) {
			error_set(err, E_PRIVILEGE, 0,
				  "%s: a container with a user namespace of its own has no rights "
				  "over it",
				  plan->shared[late[i]].label);
			error_fix(err, "lxc.namespace.share.user, too, or no lxc.idmap");
			return with_rule(plan, late[i], err);
		}
	return 0;
}

static int check_groups(const struct start_plan *plan, struct error *err)
{
	const struct config *config = plan->config;
	for (size_t i = 0; plan->user_namespace && i < config->init_group_count; i++)
		if (idmap_to_host(&plan->map, IDMAP_GID, config->init_groups[i]) == UINT32_MAX) {
			error_set(err, E_IDMAP_INCOMPLETE, 0,
				  "lxc.init.groups: group %u is not in the id map",
				  (unsigned)config->init_groups[i]);
			if (config->init_groups_origin.line)
				error_rule(err, "%s:%u", config->init_groups_origin.file,
					   config->init_groups_origin.line);
			return -1;
		}
	return 0;
}

int namespaces_check(struct start_plan *plan, struct error *err)
{
	if (check_network(plan, err) < 0 || check_mounts(plan, err) < 0 ||
	    check_views(plan, err) < 0 || check_late(plan, err) < 0 || check_groups(plan, err) < 0)
		return -1;
	if (plan->config->monitor_unshare && geteuid() != 0) {
		error_set(err, E_PRIVILEGE, 0,
			  "lxc.monitor.unshare = 1: a mount namespace for the supervisor takes "
			  "CAP_SYS_ADMIN on the host");
		return error_fix(err, "mount in a pre-mount or mount hook: the container has a "
				      "mount namespace of its own");
	}
	return 0;
}

void namespaces_notice(const struct start_plan *plan)
{
	const struct config *config = plan->config;
	if (is_shared(plan, NS_NET) && config->net_count)
		log_notice("lxc.net is not used: %s", why(plan, NS_NET));
	if (!plan->own[NS_UTS] && config->uts_name)
		log_notice("lxc.uts.name is not used: %s", why(plan, NS_UTS));
	if (!plan->own[NS_PID] && !cgroup_is_delegated(plan->cgroup))
		log_notice("what outlives init goes on when the container stops (%s, and no "
			   "control groups)",
			   why(plan, NS_PID));
}
