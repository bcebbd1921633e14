// SPDX-License-Identifier: LGPL-2.1-or-later
/* struct config to a file: what lxc-create saves. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"

char *config_line(const char *key, const char *value)
{
	_cleanup_free_ char *copy = xstrdup(value);
	bool same = strcmp(config_unquote(string_trim(copy)), value) == 0;
	return xasprintf(same ? "%s = %s" : "%s = \"%s\"", key, value);
}

/* A drawn hardware address is kept by a save, so that the container has the same one from then on.
 */
static char *saved_line(const struct config *config, const char *line)
{
	_cleanup_free_ char *copy = xstrdup(line);
	char *equals = strchr(copy, '='), *trimmed = string_trim(copy);
	if (!equals || !string_starts(trimmed, "lxc.net.") || !strpbrk(equals, "xX"))
		return xstrdup(line);
	*equals = 0;
	char *key = string_trim(trimmed);
	const struct net_config *net =
	    string_ends(key, ".hwaddr") ? config_net_of_key(config, key) : NULL;
	if (!net || !net->has_hwaddr)
		return xstrdup(line);
	_cleanup_free_ char *address = config_hwaddr_text(net);
	return xasprintf("%s = %s", key, address);
}

int config_save(struct config *config, const char *path, mode_t mode, struct error *err)
{
	char *text = NULL;
	size_t size;
	const struct config_store *store = config->store;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return error_set(err, E_CONFIG_WRITE, errno, "configuration file %s", path);
	for (size_t i = 0; i < store->raw.count + store->added.count; i++) {
		const char *line = i < store->raw.count ? store->raw.items[i]
							: store->added.items[i - store->raw.count];
		_cleanup_free_ char *saved = saved_line(config, line);
		fprintf(out, "%s\n", saved);
	}
	fclose(out);
	int result = file_write_atomic(path, text, size, mode);
	if (result < 0)
		error_set(err, E_CONFIG_WRITE, errno, "configuration file %s", path);
	free(text);
	return result;
}
