// SPDX-License-Identifier: LGPL-2.1-or-later
/* Lines of fstab(5): lxc.mount.entry, and the file that lxc.mount.fstab names. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"

/* fstab(5) escapes: \040 is a blank. \000 is none: nothing ends a field inside of it. */
static char *unescape(const char *text)
{
	char *out = xstrdup(text), *to = out;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7' &&
		    memcmp(from + 1, "000", 3) != 0) {
			*to++ =
			    (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 3;
		} else
			*to++ = *from;
	}
	*to = 0;
	return out;
}

static void free_entries(struct mount_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(entries[i].source);
		free(entries[i].target);
		free(entries[i].fstype);
		free(entries[i].options);
	}
	free(entries);
}

void config_free_mounts(struct config *config)
{
	free_entries(config->mounts, config->mount_count);
	config->mounts = NULL;
	config->mount_count = 0;
}

void config_free_fstab(struct fstab *fstab)
{
	free_entries(fstab->entries, fstab->count);
	*fstab = (struct fstab){ 0 };
}

/* Add the line to a list. Returns 0, or the number of fields if it is not 3 to 6. */
static size_t add_line(struct mount_entry **entries, size_t *count, const char *line,
		       struct config_origin origin)
{
	struct string_list fields = { 0 };
	string_list_add_words(&fields, line, " \t");
	size_t wrong = fields.count < 3 || fields.count > 6 ? fields.count : 0;
	if (!wrong) {
		*entries = xrealloc(*entries, (*count + 1) * sizeof(**entries));
		(*entries)[(*count)++] = (struct mount_entry){
			.source = unescape(fields.items[0]),
			.target = unescape(fields.items[1]),
			.fstype = unescape(fields.items[2]),
			.options = unescape(fields.count > 3 ? fields.items[3] : "defaults"),
			.origin = origin,
		};
	}
	string_list_clear(&fields);
	return wrong;
}

int config_set_mount_entry(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	if (!*item->value) {
		config_free_mounts(config);
		return 0;
	}
	size_t wrong = add_line(&config->mounts, &config->mount_count, item->value, item->origin);
	return wrong ? config_refuse(key, item, err, "%zu fields", wrong) : 0;
}

int config_set_mount_fstab(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	if (*item->value && *item->value != '/')
		return config_refuse(key, item, err, "not an absolute path");
	config->mount_fstab_origin = item->origin;
	return config_set_string(config, key, item, err);
}

static int read_lines(struct fstab *fstab, const char *path, char *text, struct error *err)
{
	struct config_origin origin = { .file = path };
	for (char *line; (line = strsep(&text, "\n"));) {
		origin.line++;
		line = string_trim(line);
		if (!*line || *line == '#')
			continue;
		size_t wrong = add_line(&fstab->entries, &fstab->count, line, origin);
		if (wrong)
			return error_set(err, E_CONFIG_VALUE, 0,
					 "%s: %.200s: %zu fields; accepted: SOURCE TARGET TYPE "
					 "OPTIONS [0 0]",
					 config_place(&origin), line, wrong);
	}
	return 0;
}

int config_load_fstab(const struct config *config, struct fstab *fstab, struct error *err)
{
	const char *path = config->mount_fstab;
	_cleanup_free_ char *text = NULL;
	*fstab = (struct fstab){ 0 };
	if (!path)
		return 0;
	ssize_t length = file_read_all(AT_FDCWD, path, CONFIG_MAX_FILE, &text);
	if (length < 0) {
		error_set(err, E_CONFIG_READ, errno, "lxc.mount.fstab = %s", path);
		return error_rule(err, "%s", config_place(&config->mount_fstab_origin));
	}
	if (strlen(text) != (size_t)length)
		return error_set(err, E_CONFIG_SYNTAX, 0, "%s: a NUL byte in a text file", path);
	if (read_lines(fstab, path, text, err) == 0)
		return 0;
	config_free_fstab(fstab);
	return -1;
}
