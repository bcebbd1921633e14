// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for lxc.hook.*: command lines in the order they stand in. Who runs them is
 * container/hooks.h. */
#include <string.h>

#include "config/internal.h"

static const char *const names[HOOK_TYPES] = {
	[HOOK_PRE_START] = "pre-start", [HOOK_PRE_MOUNT] = "pre-mount",
	[HOOK_MOUNT] = "mount",		[HOOK_AUTODEV] = "autodev",
	[HOOK_START] = "start",		[HOOK_START_HOST] = "start-host",
	[HOOK_STOP] = "stop",		[HOOK_POST_STOP] = "post-stop",
	[HOOK_CLONE] = "clone",		[HOOK_DESTROY] = "destroy",
};

const char *hook_type_name(enum hook_type type)
{
	return (unsigned)type < HOOK_TYPES ? names[type] : "?";
}

void config_replace_hook(struct hook *hook, const struct config_item *item)
{
	string_replace(&hook->command, *item->value ? item->value : NULL);
	hook->origin = item->origin;
}

static void clear_list(struct hook_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].command);
	free(list->items);
	*list = (struct hook_list){ 0 };
}

void config_free_hooks(struct config *config)
{
	for (size_t i = 0; i < HOOK_TYPES; i++)
		clear_list(&config->hooks[i]);
}

int config_set_hook(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	const char *name = item->key + strlen("lxc.hook.");
	size_t type = 0;
	while (type < HOOK_TYPES && strcmp(name, names[type]) != 0)
		type++;
	if (type == HOOK_TYPES)
		return config_refuse(key, item, err, "no such hook");
	struct hook_list *list = &config->hooks[type];
	if (!*item->value) {
		clear_list(list);
		return 0;
	}
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] =
	    (struct hook){ .command = xstrdup(item->value), .origin = item->origin };
	return 0;
}

/* The empty value, which clears all, is taken care of where families are cleared. */
int config_set_no_hooks(struct config *config, const struct config_key *key,
			const struct config_item *item, struct error *err)
{
	(void)config;
	return config_refuse(key, item, err, "a value");
}
