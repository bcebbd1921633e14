// SPDX-License-Identifier: LGPL-2.1-or-later
/* fstab(5) and mount(8) options, and the words lxc.mount.entry adds to them. */
#include <string.h>
#include <sys/mount.h>

#include "rootfs/mount.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

/* Every option of mount(8) that belongs to no file system: what it does here. */
enum effect {
	ATTRIBUTE,  /* of the mount: set, then clear */
	UNDO,	    /* the access time mode "set" if it is in force: back to the kernel's default */
	FILESYSTEM, /* of the file system: a new one gets it, a remount changes it */
	NORMAL,	    /* the opposite of such a one: a new file system is like this anyway */
	NOTHING, /* for mount(8) and the boot of a host: the mount is made or not, the same way */
	REFUSED, /* cannot be done; "why" says the reason */
};
#define OWNERS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

static const struct {
	const char *word;
	enum effect effect;
	uint64_t set, clear;
	const char *why;
} known[] = {
	{ "ro", ATTRIBUTE, MOUNT_ATTR_RDONLY, 0, NULL },
	{ "rw", ATTRIBUTE, 0, MOUNT_ATTR_RDONLY, NULL },
	{ "nosuid", ATTRIBUTE, MOUNT_ATTR_NOSUID, 0, NULL },
	{ "suid", ATTRIBUTE, 0, MOUNT_ATTR_NOSUID, NULL },
	{ "nodev", ATTRIBUTE, MOUNT_ATTR_NODEV, 0, NULL },
	{ "dev", ATTRIBUTE, 0, MOUNT_ATTR_NODEV, NULL },
	{ "noexec", ATTRIBUTE, MOUNT_ATTR_NOEXEC, 0, NULL },
	{ "exec", ATTRIBUTE, 0, MOUNT_ATTR_NOEXEC, NULL },
	{ "nosymfollow", ATTRIBUTE, MOUNT_ATTR_NOSYMFOLLOW, 0, NULL },
	{ "symfollow", ATTRIBUTE, 0, MOUNT_ATTR_NOSYMFOLLOW, NULL },
	{ "nodiratime", ATTRIBUTE, MOUNT_ATTR_NODIRATIME, 0, NULL },
	{ "diratime", ATTRIBUTE, 0, MOUNT_ATTR_NODIRATIME, NULL },
	{ "noatime", ATTRIBUTE, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME, NULL },
	{ "relatime", ATTRIBUTE, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, NULL },
	{ "strictatime", ATTRIBUTE, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME, NULL },
	{ "atime", UNDO, MOUNT_ATTR_NOATIME, 0, NULL },
	{ "nostrictatime", UNDO, MOUNT_ATTR_STRICTATIME, 0, NULL },
	/* The kernel has no mode without relatime but noatime and strictatime. */
	{ "norelatime", NOTHING, 0, 0, NULL },
	/* Who may mount is mount(8)'s question; what it makes of the mount is not. */
	{ "user", ATTRIBUTE, OWNERS | MOUNT_ATTR_NOEXEC, 0, NULL },
	{ "users", ATTRIBUTE, OWNERS | MOUNT_ATTR_NOEXEC, 0, NULL },
	{ "owner", ATTRIBUTE, OWNERS, 0, NULL },
	{ "group", ATTRIBUTE, OWNERS, 0, NULL },
	{ "nouser", NOTHING, 0, 0, NULL },
	{ "noowner", NOTHING, 0, 0, NULL },
	{ "nogroup", NOTHING, 0, 0, NULL },
	{ "sync", FILESYSTEM, 0, 0, NULL },
	{ "dirsync", FILESYSTEM, 0, 0, NULL },
	{ "lazytime", FILESYSTEM, 0, 0, NULL },
	{ "async", NORMAL, 0, 0, NULL },
	{ "nolazytime", NORMAL, 0, 0, NULL },
	{ "nomand", NORMAL, 0, 0, NULL },
	{ "mand", REFUSED, 0, 0, "mandatory locks have left the kernel with Linux 5.15" },
	{ "defaults", NOTHING, 0, 0, NULL },
	{ "silent", NOTHING, 0, 0, NULL },
	{ "loud", NOTHING, 0, 0, NULL },
	{ "auto", NOTHING, 0, 0, NULL },
	{ "_netdev", NOTHING, 0, 0, NULL },
	{ "noauto", REFUSED, 0, 0, "it asks for no mount; take the line out" },
	{ "move", REFUSED, 0, 0, "nothing of the host is moved away; use bind" },
	{ "loop", REFUSED, 0, 0,
	  "loop devices are set up by root of the host (losetup); name the device" },
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

/* Lists that parsing fills. */
struct rest {
	struct string_list data;   /* for the file system */
	struct string_list normal; /* only a remount has to say these */
};

static void set_attributes(struct mount_options *options, uint64_t set, uint64_t clear)
{
	options->set = (options->set & ~clear) | set;
	options->clear = (options->clear & ~set) | clear;
}

/* 1 = done, 0 = not in the table, -1 = refused */
static int take_known(const char *word, struct mount_options *options, struct rest *rest,
		      struct error *err)
{
	size_t i = 0;
	while (i < ARRAY_SIZE(known) && strcmp(word, known[i].word) != 0)
		i++;
	if (i == ARRAY_SIZE(known))
		return 0;
	if (known[i].effect == REFUSED)
		return error_set(err, E_CONFIG_VALUE, 0, "mount option \"%s\": %s", word,
				 known[i].why);
	if (known[i].effect == ATTRIBUTE)
		set_attributes(options, known[i].set, known[i].clear);
	if (known[i].effect == UNDO && (!(options->clear & MOUNT_ATTR__ATIME) ||
					(options->set & MOUNT_ATTR__ATIME) == known[i].set))
		set_attributes(options, 0, MOUNT_ATTR__ATIME);
	if (known[i].effect == FILESYSTEM)
		string_list_add(&rest->data, word);
	if (known[i].effect == NORMAL)
		string_list_add(&rest->normal, word);
	return 1;
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

/* LXC's own words, and those that say what kind of mount it is. */
static bool take_own(const char *word, struct mount_options *options)
{
	if (strcmp(word, "bind") == 0)
		return options->bind = true;
	if (strcmp(word, "rbind") == 0)
		return options->bind = options->recursive = true;
	if (strcmp(word, "remount") == 0)
		return options->remount = true;
	if (strcmp(word, "optional") == 0 || strcmp(word, "nofail") == 0)
		return options->optional = true;
	if (strcmp(word, "relative") == 0)
		return options->relative = true;
	if (strcmp(word, "create=dir") == 0 || strcmp(word, "x-mount.mkdir") == 0)
		return options->create_dir = true;
	if (strcmp(word, "create=file") == 0)
		return options->create_file = true;
	if (string_starts(word, "idmap=")) {
		string_replace(&options->idmap, word + 6);
		return true;
	}
	return false;
}

static int take_word(const char *word, struct mount_options *options, struct rest *rest,
		     struct error *err)
{
	if (take_own(word, options) || take_propagation(word, options))
		return 0;
	int result = take_known(word, options, rest, err);
	if (result)
		return result < 0 ? -1 : 0;
	if (string_starts(word, "create="))
		return error_set(err, E_CONFIG_VALUE, 0,
				 "mount option \"%s\": create=dir or create=file is accepted",
				 word);
	/* mount(8) acts on these; other x- words are notes for other programs. */
	if (string_starts(word, "x-mount.") || string_starts(word, "X-mount."))
		return error_set(err, E_CONFIG_VALUE, 0,
				 "mount option \"%s\": of these only x-mount.mkdir is done here",
				 word);
	if (!string_starts(word, "x-") && !string_starts(word, "X-") &&
	    !string_starts(word, "comment="))
		string_list_add(&rest->data, word);
	return 0;
}

int mount_options_parse(const char *text, struct mount_options *options, struct error *err)
{
	struct string_list words = { 0 };
	struct rest rest = { 0 };
	*options = (struct mount_options){ 0 };
	string_list_add_words(&words, text, ",");
	int result = 0;
	for (size_t i = 0; i < words.count && result == 0; i++)
		result = take_word(words.items[i], options, &rest, err);
	for (size_t i = 0; options->remount && i < rest.normal.count; i++)
		string_list_add(&rest.data, rest.normal.items[i]);
	if (result == 0 && options->idmap && strcmp(options->idmap, "container") != 0 &&
	    *options->idmap != '/')
		result = error_set(err, E_CONFIG_VALUE, 0,
				   "mount option \"idmap=%s\": container or the path of a user "
				   "namespace is accepted",
				   options->idmap);
	if (rest.data.count)
		options->data = string_list_join(&rest.data, ",");
	string_list_clear(&words);
	string_list_clear(&rest.data);
	string_list_clear(&rest.normal);
	if (result < 0)
		mount_options_clear(options);
	return result;
}

void mount_options_clear(struct mount_options *options)
{
	free(options->data);
	free(options->idmap);
	*options = (struct mount_options){ 0 };
}
