// SPDX-License-Identifier: LGPL-2.1-or-later
/* fstab(5) and mount(8) options, and the words lxc.mount.entry adds to them. */
#include <string.h>
#include <sys/mount.h>

#include "rootfs/mount.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

static const struct {
	const char *word;
	uint64_t set, clear;
} attributes[] = {
	{ "ro", MOUNT_ATTR_RDONLY, 0 },
	{ "rw", 0, MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID, 0 },
	{ "suid", 0, MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV, 0 },
	{ "dev", 0, MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC, 0 },
	{ "exec", 0, MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
	{ "relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", 0, MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
	/* What the kernel does anyway, and words that only mean something to mount(8). */
	{ "defaults", 0, 0 },
	{ "atime", 0, 0 },
	{ "auto", 0, 0 },
	{ "noauto", 0, 0 },
	{ "nofail", 0, 0 },
	{ "_netdev", 0, 0 },
	{ "async", 0, 0 },
};

static const struct {
	const char *word;
	unsigned long propagation;
} propagations[] = {
	{ "private", MS_PRIVATE },
	{ "slave", MS_SLAVE },
	{ "shared", MS_SHARED },
	{ "unbindable", MS_UNBINDABLE },
};

static bool take_attribute(const char *word, struct mount_options *options)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (strcmp(word, attributes[i].word) == 0) {
			options->set = (options->set & ~attributes[i].clear) | attributes[i].set;
			options->clear =
			    (options->clear & ~attributes[i].set) | attributes[i].clear;
			return true;
		}
	return false;
}

static bool take_propagation(const char *word, struct mount_options *options)
{
	bool recursive = *word == 'r';
	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++)
		if (strcmp(word + recursive, propagations[i].word) == 0) {
			options->propagation = propagations[i].propagation;
			options->propagation_recursive = recursive;
			return true;
		}
	return false;
}

static bool take_own(const char *word, struct mount_options *options)
{
	if (strcmp(word, "bind") == 0)
		return options->bind = true;
	if (strcmp(word, "rbind") == 0)
		return options->bind = options->recursive = true;
	if (strcmp(word, "remount") == 0)
		return options->remount = true;
	if (strcmp(word, "optional") == 0)
		return options->optional = true;
	if (strcmp(word, "relative") == 0)
		return options->relative = true;
	if (strcmp(word, "create=dir") == 0)
		return options->create_dir = true;
	if (strcmp(word, "create=file") == 0)
		return options->create_file = true;
	if (string_starts(word, "idmap=")) {
		string_replace(&options->idmap, word + 6);
		return true;
	}
	return false;
}

int mount_options_parse(const char *text, struct mount_options *options, struct error *err)
{
	struct string_list words = { 0 }, rest = { 0 };
	*options = (struct mount_options){ 0 };
	string_list_add_words(&words, text, ",");
	int result = 0;
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i];
		if (take_own(word, options) || take_attribute(word, options) ||
		    take_propagation(word, options))
			continue;
		if (string_starts(word, "create="))
			result = error_set(
			    err, E_CONFIG_VALUE, 0,
			    "mount option \"%s\": create=dir or create=file is accepted", word);
		string_list_add(&rest, word);
	}
	if (rest.count)
		options->data = string_list_join(&rest, ",");
	string_list_clear(&words);
	string_list_clear(&rest);
	return result;
}

void mount_options_clear(struct mount_options *options)
{
	free(options->data);
	free(options->idmap);
	*options = (struct mount_options){ 0 };
}
