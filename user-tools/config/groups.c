// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for the places of control groups (lxc.cgroup.dir*) and for device rules; how they go
 * together. */
#include <string.h>

#include "cgroup/cgroup.h"
#include "config/internal.h"

int config_set_group_path(struct config *config, const struct config_key *key,
			  const struct config_item *item, struct error *err)
{
	char **slot = (char **)((char *)config + key->offset);
	_cleanup_free_ char *path = xstrdup(item->value);
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/') /* as in "my/groups/" */
		path[--length] = 0;
	if (*path == '/')
		return config_refuse(key, item, err, "an absolute path");
	if (*path && !cgroup_path_is_valid(path))
		return config_refuse(key, item, err, "not a path below the caller's group");
	if (slot == &config->cgroup_inner && strchr(path, '/'))
		return config_refuse(key, item, err, "more than one component");
	string_replace(slot, *path ? path : NULL);
	return 0;
}

int config_set_device_rule(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	const char *family = string_starts(key->name, "lxc.cgroup2.") ? "lxc.cgroup2.devices.list"
								      : "lxc.cgroup.devices.list";
	if (*item->value && !cgroup_device_rule_is_valid(item->value))
		return config_refuse(key, item, err, "not a device rule");
	return config_set_cgroup(config, config_find_key(family), item, err);
}

static int refuse(struct error *err, const char *what, const char *fix)
{
	error_set(err, E_CONFIG_VALUE, 0, "%s", what);
	return error_fix(err, "%s", fix);
}

int config_check_groups(const struct config *config, struct error *err)
{
	bool container = config->cgroup_container, monitor = config->cgroup_monitor;
	if (config->cgroup_dir && (container || monitor))
		return refuse(
		    err,
		    "lxc.cgroup.dir and lxc.cgroup.dir.container or lxc.cgroup.dir.monitor "
		    "exclude each other",
		    "lxc.cgroup.dir for the usual names below it, the others for names of "
		    "your own");
	if (container != monitor)
		return refuse(err,
			      container ? "lxc.cgroup.dir.container needs lxc.cgroup.dir.monitor"
					: "lxc.cgroup.dir.monitor needs lxc.cgroup.dir.container",
			      "set both, or none");
	if (config->cgroup_inner && !container)
		return refuse(err, "lxc.cgroup.dir.container.inner needs lxc.cgroup.dir.container",
			      "set both, or none");
	if (container && strcmp(config->cgroup_container, config->cgroup_monitor) == 0)
		return refuse(err,
			      "lxc.cgroup.dir.container and lxc.cgroup.dir.monitor are the same",
			      "the limits of the one are not for the other: two names");
	return 0;
}

void config_free_group_paths(struct config *config)
{
	char **const paths[] = { &config->cgroup_dir, &config->cgroup_container,
				 &config->cgroup_monitor, &config->cgroup_inner,
				 &config->cgroup_pivot };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		string_replace(paths[i], NULL);
}
