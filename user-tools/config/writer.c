// SPDX-License-Identifier: LGPL-2.1-or-later
/* struct config to text: one key for lxc-info -c, the whole file for a save. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"

static void append(char **text, const char *more, const char *end)
{
	char *joined = xasprintf("%s%s%s", *text ? *text : "", more, end);
	free(*text);
	*text = joined;
}

char *config_line(const char *key, const char *value)
{
	_cleanup_free_ char *copy = xstrdup(value);
	bool same = strcmp(config_unquote(string_trim(copy)), value) == 0;
	return xasprintf(same ? "%s = %s" : "%s = \"%s\"", key, value);
}

static const struct net_config *net_of_key(const struct config *config, const char *key)
{
	char digits[12] = "";
	uint32_t index;
	size_t length = strcspn(key + 8, ".");
	if (length >= sizeof(digits))
		return NULL;
	memcpy(digits, key + 8, length);
	for (size_t i = 0; parse_uint32(digits, &index) == 0 && i < config->net_count; i++)
		if (config->nets[i].index == index)
			return &config->nets[i];
	return NULL;
}

static char *hwaddr_text(const struct net_config *net)
{
	const uint8_t *a = net->hwaddr;
	return xasprintf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What is shown differs from what was written for these. */
static char *shown_value(const struct config *config, const struct config_item *item)
{
	if (strcmp(item->key, "lxc.rootfs.path") == 0)
		return xstrdup(strcmp(config->rootfs_type, "dir") == 0 && config->rootfs_path
				   ? config->rootfs_path
				   : item->value);
	if (strcmp(item->key, "lxc.console.buffer.size") == 0)
		return xasprintf("%llu", (unsigned long long)config->console_buffer_size);
	if (strcmp(item->key, "lxc.console.size") == 0)
		return xasprintf("%llu", (unsigned long long)config->console_size);
	if (strcmp(item->key, "lxc.arch") == 0)
		return xstrdup(config->arch ? config->arch : "");
	if (string_starts(item->key, "lxc.net.") && string_ends(item->key, ".hwaddr")) {
		const struct net_config *net = net_of_key(config, item->key);
		if (net && net->has_hwaddr)
			return hwaddr_text(net);
	}
	return xstrdup(item->value);
}

/* Names that stand for all keys below them. */
static bool is_family(const char *name)
{
	static const char *const families[] = { "lxc.prlimit", "lxc.sysctl", "lxc.proc",
						"lxc.cgroup2", "lxc.cgroup" };
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcmp(name, families[i]) == 0)
			return true;
	return false;
}

static void append_family(char **text, const struct config_store *store, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < store->item_count; i++) {
		const struct config_item *item = &store->items[i];
		if (strncmp(item->key, name, length) != 0 || item->key[length] != '.')
			continue;
		_cleanup_free_ char *line = xasprintf("%s = %s", item->key, item->value);
		append(text, line, "\n");
	}
}

char *config_get(const struct config *config, const char *name, bool *known)
{
	static const char *const types[] = { "empty",  "none", "veth", "macvlan",
					     "ipvlan", "vlan", "phys" };
	const struct config_store *store = config->store;
	const struct config_key *key = config_find_key(name);
	char *text = NULL;
	*known = (key && strcmp(name, "lxc.include") != 0) || is_family(name);
	if (!*known)
		return NULL;
	if (strcmp(name, "lxc.net") == 0) {
		for (size_t i = 0; i < config->net_count; i++)
			append(&text, types[config->nets[i].type], "\n");
		return text ? text : xstrdup("");
	}
	if (!key) {
		append_family(&text, store, name);
		return text ? text : xstrdup("");
	}
	for (size_t i = 0; i < store->item_count; i++) {
		if (strcmp(store->items[i].key, name) != 0)
			continue;
		_cleanup_free_ char *value = shown_value(config, &store->items[i]);
		append(&text, value, key->list ? "\n" : "");
	}
	/* LXC ends every list with a line end but this one. */
	if (text && strcmp(name, "lxc.idmap") == 0)
		string_trim(text);
	return text ? text : xstrdup("");
}

bool config_is_list(const char *name)
{
	const struct config_key *key = config_find_key(name);
	return !key || key->list || strcmp(name, "lxc.net") == 0;
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
	const struct net_config *net = string_ends(key, ".hwaddr") ? net_of_key(config, key) : NULL;
	if (!net || !net->has_hwaddr)
		return xstrdup(line);
	_cleanup_free_ char *address = hwaddr_text(net);
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
