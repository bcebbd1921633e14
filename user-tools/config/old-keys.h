/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The spellings of keys before LXC 2.1 (lxc.utsname, lxc.network.type ...). The reader takes them
 * with one notice a line, lxc-update-config rewrites files. What a line means may depend on those
 * before it: lxc.network.type begins the next interface, and the lines that follow are about it.
 */
#ifndef CONFIG_OLD_KEYS_H
#define CONFIG_OLD_KEYS_H

#include <stdbool.h>

/* What earlier lines of a file (and of the files it includes) have said. Zeroed at the beginning.
 */
struct old_keys {
	unsigned interfaces; /* lxc.network.type lines so far */
	char *backend;	     /* lxc.rootfs.backend, or NULL */
};

enum old_key {
	OLD_KEY_NOT,	 /* not an old spelling */
	OLD_KEY_RENAMED, /* *key and *value say the same today; the caller frees both */
	OLD_KEY_DROPPED, /* it means nothing any more; *value is NULL, *key why, static */
	OLD_KEY_WRONG,	 /* an old spelling in a wrong place; *key is what is wrong, static */
};

/*
 * Translate one line. lxc.rootfs.backend is OLD_KEY_DROPPED: it becomes the prefix of
 * lxc.rootfs.path when that follows (old_keys_rootfs for the other order).
 */
enum old_key old_keys_translate(struct old_keys *old, const char *name, const char *text,
				char **key, char **value);

/* The value of lxc.rootfs.path with the backend in front, if there is one and the value has no type
 * of its own. NULL if nothing changes; the caller frees. */
char *old_keys_rootfs(const struct old_keys *old, const char *path);

void old_keys_clear(struct old_keys *old);

#endif
