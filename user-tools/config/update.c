// SPDX-License-Identifier: LGPL-2.1-or-later
/* Text to text: old spellings of keys become those of today, everything else stays as it is. */
#include <string.h>

#include "config/internal.h"

static void append(char **text, size_t *length, const char *more, size_t size)
{
	*text = xrealloc(*text, *length + size + 1);
	memcpy(*text + *length, more, size);
	*length += size;
	(*text)[*length] = 0;
}

/* "KEY = VALUE" taken apart in place; false for lines that are none of ours. */
static bool take_apart(char *line, char **key, char **value)
{
	line = string_trim(line);
	char *equals = strchr(line, '=');
	if (!string_starts(line, "lxc.") || !equals)
		return false;
	*equals = 0;
	*key = string_trim(line);
	*value = config_unquote(string_trim(equals + 1));
	return true;
}

/* lxc.rootfs.backend counts for the root's path wherever it stands. */
static void find_backend(struct old_keys *old, const char *text, size_t length)
{
	const char *end = text + length;
	for (const char *at = text; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		_cleanup_free_ char *line = xstrndup(at, (size_t)((stop ? stop : end) - at));
		char *key, *value;
		if (take_apart(line, &key, &value) && strcmp(key, "lxc.rootfs.backend") == 0)
			string_replace(&old->backend, *value ? value : NULL);
		at = stop ? stop + 1 : end;
	}
}

/* The new form of a line, or NULL if it stays. "" is possible. */
static char *update_line(struct old_keys *old, const char *line, char **was, char **now,
			 const char **wrong)
{
	_cleanup_free_ char *copy = xstrdup(line);
	char *key, *value, *new_value;
	if (!take_apart(copy, &key, &value))
		return NULL;
	if (strcmp(key, "lxc.rootfs.path") == 0) {
		_cleanup_free_ char *path = old_keys_rootfs(old, value);
		if (!path)
			return NULL;
		*was = xstrdup(key);
		*now = xstrdup(key);
		return config_line(*now, path);
	}
	_cleanup_free_ char *backend = old->backend ? xstrdup(old->backend) : NULL;
	enum old_key kind = old_keys_translate(old, key, value, now, &new_value);
	string_replace(&old->backend, backend); /* the one that counts was found before */
	if (kind == OLD_KEY_NOT) {
		*now = NULL;
		return NULL;
	}
	*was = xstrdup(key);
	if (kind == OLD_KEY_WRONG) {
		*wrong = *now;
		*now = NULL;
		return NULL;
	}
	if (kind == OLD_KEY_DROPPED) {
		char *text = xasprintf("# %s = %s (not needed any more: %s)", key, value, *now);
		*now = NULL;
		return text;
	}
	char *text = config_line(*now, new_value);
	free(new_value);
	return text;
}

int config_update_text(const char *text, size_t length, const char *name, char **result,
		       void (*changed)(unsigned line, const char *was, const char *now),
		       struct error *err)
{
	struct old_keys old = { 0 };
	const char *end = text + length, *wrong = NULL;
	size_t size = 0;
	unsigned number = 0;
	*result = xstrdup("");
	find_backend(&old, text, length);
	for (const char *at = text; at < end && !wrong;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t bytes = (size_t)((stop ? stop : end) - at);
		_cleanup_free_ char *line = xstrndup(at, bytes), *was = NULL, *now = NULL;
		_cleanup_free_ char *updated = update_line(&old, line, &was, &now, &wrong);
		number++;
		if (updated && changed)
			changed(number, was, now);
		append(result, &size, updated ? updated : at, updated ? strlen(updated) : bytes);
		append(result, &size, "\n", stop ? 1 : 0);
		if (wrong)
			error_set(err, E_CONFIG_KEY, 0, "%s:%u: %s: %s", name, number, was, wrong);
		at = stop ? stop + 1 : end;
	}
	old_keys_clear(&old);
	if (!wrong)
		return 0;
	free(*result);
	*result = NULL;
	return -1;
}
