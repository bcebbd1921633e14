// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.mount.auto: each family of words at most once in effect, the last one counts. */
#include <string.h>

#include "config/internal.h"

/* Words of a family, without ":force". */
static const struct {
	const char *word;
	size_t slot; /* offset of the family's mode in struct mount_auto */
	enum mount_mode mode;
	bool force;   /* ":force" may follow */
	bool unified; /* cgroup2 only, whatever the host has beside it */
} words[] = {
#define PROC offsetof(struct mount_auto, proc)
#define SYS offsetof(struct mount_auto, sys)
#define CGROUP offsetof(struct mount_auto, cgroup)
	{ "proc", PROC, MOUNT_MIXED, false, false },
	{ "proc:mixed", PROC, MOUNT_MIXED, false, false },
	{ "proc:rw", PROC, MOUNT_RW, false, false },
	{ "sys", SYS, MOUNT_MIXED, false, false },
	{ "sys:mixed", SYS, MOUNT_MIXED, false, false },
	{ "sys:ro", SYS, MOUNT_RO, false, false },
	{ "sys:rw", SYS, MOUNT_RW, false, false },
	{ "cgroup", CGROUP, MOUNT_DEFAULT, true, false },
	{ "cgroup:mixed", CGROUP, MOUNT_MIXED, true, false },
	{ "cgroup:ro", CGROUP, MOUNT_RO, true, false },
	{ "cgroup:rw", CGROUP, MOUNT_RW, true, false },
	{ "cgroup-full", CGROUP, MOUNT_DEFAULT, true, false },
	{ "cgroup-full:mixed", CGROUP, MOUNT_MIXED, true, false },
	{ "cgroup-full:ro", CGROUP, MOUNT_RO, true, false },
	{ "cgroup-full:rw", CGROUP, MOUNT_RW, true, false },
	{ "cgroup2", CGROUP, MOUNT_RW, true, true },
	{ "cgroup2:ro", CGROUP, MOUNT_RO, true, true },
};

/* "shmounts:HOST[:CONTAINER]"; -1 if a path is not absolute. */
static int set_shmounts(struct mount_auto *wanted, const char *paths)
{
	_cleanup_free_ char *host = xstrdup(paths);
	char *container = strchr(host, ':');
	if (container)
		*container++ = 0;
	if (*host != '/' || (container && *container != '/'))
		return -1;
	string_replace(&wanted->shmounts_host, host);
	string_replace(&wanted->shmounts_container, container ? container : "/dev/.lxc-mounts");
	return 0;
}

static int set_word(struct mount_auto *wanted, const char *word)
{
	if (string_starts(word, "shmounts:"))
		return set_shmounts(wanted, word + strlen("shmounts:"));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i].word);
		if (strncmp(word, words[i].word, length) != 0 ||
		    (word[length] && (!words[i].force || strcmp(word + length, ":force") != 0)))
			continue;
		memcpy((char *)wanted + words[i].slot, &words[i].mode, sizeof(words[i].mode));
		if (words[i].slot == CGROUP)
			wanted->cgroup_unified = words[i].unified;
		return 0;
	}
	return -1;
}

void config_free_mount_auto(struct config *config)
{
	free(config->mount_auto.shmounts_host);
	free(config->mount_auto.shmounts_container);
	config->mount_auto = (struct mount_auto){ 0 };
}

int config_set_mount_auto(struct config *config, const struct config_key *key,
			  const struct config_item *item, struct error *err)
{
	struct string_list list = { 0 };
	int result = 0;
	if (!*item->value)
		config_free_mount_auto(config);
	config->mount_auto.origin = item->origin;
	string_list_add_words(&list, item->value, " \t");
	for (size_t i = 0; i < list.count && result == 0; i++) {
		if (*list.items[i] == '#')
			break; /* a comment behind the value: no word starts like this */
		if (set_word(&config->mount_auto, list.items[i]) < 0)
			result =
			    config_refuse(key, item, err, "\"%.40s\" is not known", list.items[i]);
	}
	string_list_clear(&list);
	return result;
}
