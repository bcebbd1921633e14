// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.conf(5), the system configuration; and command lines as words. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "config/internal.h"

static const struct {
	const char *name, *standard; /* NULL: depends on the user, or not set */
} items[] = {
	{ "lxc.default_config", NULL },
	{ "lxc.lxcpath", NULL },
	{ "lxc.bdev.lvm.vg", "lxc" },
	{ "lxc.bdev.lvm.thin_pool", "lxc" },
	{ "lxc.bdev.zfs.root", "lxc" },
	{ "lxc.cgroup.use", "" },
	{ "lxc.cgroup.pattern", "" },
	{ "lxc.bdev.rbd.rbdpool", "lxc" },
	{ "lxc.bdev.rbd.rbduser", "admin" },
};

static char *below_home(const char *path)
{
	_cleanup_free_ char *home = path_home();
	return home ? path_join(home, path) : NULL;
}

static char *standard_value(size_t i)
{
	bool root = geteuid() == 0;
	if (items[i].standard)
		return xstrdup(items[i].standard);
	if (strcmp(items[i].name, "lxc.lxcpath") == 0)
		return root ? xstrdup(PATH_ROOT_LXCPATH) : below_home(".local/share/lxc");
	return root ? xstrdup(PATH_DEFAULT_CONFIG) : below_home(".config/lxc/default.conf");
}

/* Of the first line that sets the item, as LXC has it; or NULL. */
static char *configured_value(const char *item)
{
	_cleanup_free_ char *path =
	    geteuid() == 0 ? xstrdup(PATH_SYSTEM_CONFIG) : below_home(".config/lxc/lxc.conf");
	_cleanup_free_ char *text = NULL;
	char *value = NULL;
	struct string_list lines = { 0 };
	if (!path || file_read_all(AT_FDCWD, path, CONFIG_MAX_FILE, &text) < 0)
		return NULL;
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count && !value; i++) {
		char *line = string_trim(lines.items[i]), *equals = strchr(line, '=');
		if (*line == '#' || !equals)
			continue;
		*equals = 0;
		if (strcmp(string_trim(line), item) == 0)
			string_replace(&value, string_trim(equals + 1));
	}
	string_list_clear(&lines);
	return value;
}

char *config_system_get(const char *item)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if (strcmp(item, items[i].name) == 0) {
			char *value = configured_value(item);
			return value && *value ? value : standard_value(i);
		}
	return NULL;
}

const char *config_system_item(size_t i)
{
	return i < ARRAY_SIZE(items) ? items[i].name : NULL;
}

/* Quotes and backslash as in sh(1), nothing else. */
int config_split_command(const char *command, struct string_list *words, struct error *err)
{
	_cleanup_free_ char *word = xmalloc(strlen(command) + 1);
	for (const char *at = command; *(at += strspn(at, " \t"));) {
		size_t length = 0;
		char quote = 0;
		for (; *at && (quote || !strchr(" \t", *at)); at++) {
			if (!quote && (*at == '"' || *at == '\''))
				quote = *at;
			else if (quote && *at == quote)
				quote = 0;
			else if (*at == '\\' && quote != '\'' && at[1])
				word[length++] = *++at;
			else
				word[length++] = *at;
		}
		if (quote)
			return error_set(err, E_CONFIG_VALUE, 0,
					 "a quote (%c) is not closed in: %.200s", quote, command);
		word[length] = 0;
		string_list_add(words, word);
	}
	return 0;
}
