// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for lxc.namespace.*, lxc.init.groups and lxc.monitor.unshare. */
#include <string.h>

#include "config/internal.h"

static const char *const names[NS_COUNT] = {
	[NS_USER] = "user", [NS_MNT] = "mnt", [NS_PID] = "pid",	      [NS_NET] = "net",
	[NS_UTS] = "uts",   [NS_IPC] = "ipc", [NS_CGROUP] = "cgroup", [NS_TIME] = "time",
};

const char *namespace_name(enum namespace_kind kind)
{
	return (unsigned)kind < NS_COUNT ? names[kind] : "?";
}

static int find_kind(const char *word)
{
	for (int i = 0; i < NS_COUNT; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	return -1;
}

int config_set_namespaces(struct config *config, const struct config_key *key,
			  const struct config_item *item, struct error *err)
{
	bool clone = string_ends(key->name, ".clone");
	unsigned *mask = clone ? &config->namespace_clone : &config->namespace_keep;
	unsigned wanted = 0;
	struct string_list words = { 0 };
	int result = 0;
	if (*item->value && (clone ? config->namespace_keep : config->namespace_clone))
		return config_refuse(
		    key, item, err,
		    "lxc.namespace.clone and lxc.namespace.keep exclude each other");
	string_list_add_words(&words, item->value, " \t");
	for (size_t i = 0; i < words.count && result == 0; i++) {
		int kind = find_kind(words.items[i]);
		if (kind < 0)
			result = config_refuse(key, item, err, "\"%.40s\" is no namespace",
					       words.items[i]);
		else
			wanted |= 1u << kind;
	}
	string_list_clear(&words);
	if (result < 0)
		return -1;
	*mask = wanted;
	config->namespaces_origin = item->origin;
	return 0;
}

int config_set_namespace_share(struct config *config, const struct config_key *key,
			       const struct config_item *item, struct error *err)
{
	int kind = find_kind(item->key + strlen("lxc.namespace.share."));
	if (kind < 0)
		return config_refuse(key, item, err, "no such namespace");
	struct namespace_share *share = &config->namespace_shares[kind];
	string_replace(&share->target, *item->value ? item->value : NULL);
	share->origin = item->origin;
	return 0;
}

void config_free_namespaces(struct config *config)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		free(config->namespace_shares[i].target);
	free(config->init_groups);
}

int config_set_init_groups(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	struct string_list words = { 0 };
	int result = 0;
	if (!*item->value)
		config->init_group_count = 0;
	string_list_add_words(&words, item->value, " \t,");
	for (size_t i = 0; i < words.count && result == 0; i++) {
		uint32_t gid;
		if (parse_uint32(words.items[i], &gid) < 0 || gid == UINT32_MAX) {
			result = config_refuse(key, item, err, "\"%.40s\" is no group number",
					       words.items[i]);
			break;
		}
		config->init_groups =
		    xrealloc(config->init_groups,
			     (config->init_group_count + 1) * sizeof(*config->init_groups));
		config->init_groups[config->init_group_count++] = gid;
	}
	string_list_clear(&words);
	config->init_groups_origin = item->origin;
	return result;
}

/* Any number; all but 0 are on. */
int config_set_switch(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	uint32_t value = 0;
	if (*item->value && parse_uint32(item->value, &value) < 0)
		return config_refuse(key, item, err, "not a number");
	*(bool *)((char *)config + key->offset) = value != 0;
	return 0;
}
