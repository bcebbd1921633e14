// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for lxc.mount.* and the limits of lxc.cgroup.* and lxc.cgroup2.*. */
#include <string.h>

#include "config/internal.h"

/* "proc:mixed" and so on: family, mode, mode when the word stands alone. */
static int set_family(struct config *config, const char *word)
{
	struct mount_auto *wanted = &config->mount_auto;
	static const struct {
		const char *word;
		enum mount_mode proc, sys, cgroup;
	} words[] = {
		{ "proc", MOUNT_MIXED, 0, 0 },	       { "proc:mixed", MOUNT_MIXED, 0, 0 },
		{ "proc:rw", MOUNT_RW, 0, 0 },	       { "sys", 0, MOUNT_MIXED, 0 },
		{ "sys:ro", 0, MOUNT_RO, 0 },	       { "sys:mixed", 0, MOUNT_MIXED, 0 },
		{ "sys:rw", 0, MOUNT_RW, 0 },	       { "cgroup", 0, 0, MOUNT_MIXED },
		{ "cgroup:mixed", 0, 0, MOUNT_MIXED }, { "cgroup:ro", 0, 0, MOUNT_RO },
		{ "cgroup:rw", 0, 0, MOUNT_RW },
	};
	_cleanup_free_ char *plain = xstrdup(word);
	bool force = string_starts(word, "cgroup") && string_ends(word, ":force");
	if (force)
		plain[strlen(plain) - strlen(":force")] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(plain, words[i].word) == 0) {
			wanted->proc = words[i].proc ? words[i].proc : wanted->proc;
			wanted->sys = words[i].sys ? words[i].sys : wanted->sys;
			if (words[i].cgroup) {
				wanted->cgroup = words[i].cgroup;
				wanted->cgroup_force = force;
			}
			return 0;
		}
	return -1;
}

/* Words of LXC that are not done yet: accepted by the reader, refused at a start. */
static bool is_later_word(const char *word)
{
	return string_starts(word, "cgroup-full") || string_starts(word, "cgroup2") ||
	       string_starts(word, "shmounts:");
}

int config_set_mount_auto(struct config *config, const struct config_key *key,
			  const struct config_item *item, struct error *err)
{
	struct string_list words = { 0 };
	int result = 0;
	if (!*item->value)
		config->mount_auto = (struct mount_auto){ 0 };
	config->mount_auto.origin = item->origin;
	string_list_add_words(&words, item->value, " \t");
	for (size_t i = 0; i < words.count && result == 0; i++) {
		if (*words.items[i] == '#')
			break; /* a comment behind the value: no word starts like this */
		if (is_later_word(words.items[i]))
			config->mount_auto.cgroup_full = true;
		else if (set_family(config, words.items[i]) < 0)
			result =
			    config_refuse(key, item, err, "\"%.40s\" is not known", words.items[i]);
	}
	string_list_clear(&words);
	return result;
}

/* fstab(5) escapes: \040 is a blank. */
static char *unescape(const char *text)
{
	char *out = xstrdup(text), *to = out;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to++ =
			    (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 3;
		} else
			*to++ = *from;
	}
	*to = 0;
	return out;
}

void config_free_mounts(struct config *config)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		free(config->mounts[i].source);
		free(config->mounts[i].target);
		free(config->mounts[i].fstype);
		free(config->mounts[i].options);
	}
	free(config->mounts);
	config->mounts = NULL;
	config->mount_count = 0;
}

int config_set_mount_entry(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	struct string_list fields = { 0 };
	if (!*item->value) {
		config_free_mounts(config);
		return 0;
	}
	string_list_add_words(&fields, item->value, " \t");
	if (fields.count < 3 || fields.count > 6) {
		size_t count = fields.count;
		string_list_clear(&fields);
		return config_refuse(key, item, err, "%zu fields", count);
	}
	config->mounts =
	    xrealloc(config->mounts, (config->mount_count + 1) * sizeof(*config->mounts));
	config->mounts[config->mount_count++] = (struct mount_entry){
		.source = unescape(fields.items[0]),
		.target = unescape(fields.items[1]),
		.fstype = unescape(fields.items[2]),
		.options = unescape(fields.count > 3 ? fields.items[3] : "defaults"),
		.origin = item->origin,
	};
	string_list_clear(&fields);
	return 0;
}

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

int config_set_cgroup(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	const char *file = item->key + strlen(key->name);
	int version = strcmp(key->name, "lxc.cgroup2.") == 0 ? 2 : 1;
	if (strchr(file, '/') || strstr(file, "..") || !strchr(file, '.'))
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
