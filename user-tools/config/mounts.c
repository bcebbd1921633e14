// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for the limits of lxc.cgroup.* and lxc.cgroup2.*. */
#include <string.h>

#include "config/internal.h"

static void remove_setting(struct config *config, size_t i)
{
	free(config->cgroups[i].file);
	free(config->cgroups[i].value);
	memmove(config->cgroups + i, config->cgroups + i + 1,
		(--config->cgroup_count - i) * sizeof(*config->cgroups));
}

void config_free_cgroups(struct config *config)
{
	while (config->cgroup_count)
		remove_setting(config, config->cgroup_count - 1);
	free(config->cgroups);
	config->cgroups = NULL;
}

void config_clear_cgroups(struct config *config, int version)
{
	for (size_t i = config->cgroup_count; i-- > 0;)
		if (config->cgroups[i].version == version)
			remove_setting(config, i);
}

int config_set_cgroup(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	const char *file = item->key + strlen(key->name);
	int version = strcmp(key->name, "lxc.cgroup2.") == 0 ? 2 : 1;
	if (strchr(file, '/') || strstr(file, "..") || !strchr(file, '.') || *file == '.' ||
	    string_ends(file, "."))
		return config_refuse(key, item, err, "\"%.60s\" is not a file of a control group",
				     file);
	if (!*item->value) {
		for (size_t i = config->cgroup_count; i-- > 0;)
			if (config->cgroups[i].version == version &&
			    strcmp(config->cgroups[i].file, file) == 0)
				remove_setting(config, i);
		return 0;
	}
	config->cgroups =
	    xrealloc(config->cgroups, (config->cgroup_count + 1) * sizeof(*config->cgroups));
	config->cgroups[config->cgroup_count++] = (struct cgroup_setting){
		.version = version,
		.file = xstrdup(file),
		.value = xstrdup(item->value),
		.origin = item->origin,
	};
	return 0;
}
