// SPDX-License-Identifier: LGPL-2.1-or-later
/* struct config to text: one key, as lxc-info -c prints it and LXC's does. */
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "base/paths.h"
#include "config/internal.h"

static void append(char **text, const char *more, const char *end)
{
	char *joined = xasprintf("%s%s%s", *text ? *text : "", more, end);
	free(*text);
	*text = joined;
}

const struct net_config *config_net_of_key(const struct config *config, const char *key)
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

char *config_hwaddr_text(const struct net_config *net)
{
	const uint8_t *a = net->hwaddr;
	return xasprintf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- values that are shown in another form than they were written in ---- */

static char *rootfs_text(const struct config *config, const char *written)
{
	return xstrdup(strcmp(config->rootfs_type, "dir") == 0 && config->rootfs_path
			   ? config->rootfs_path
			   : written);
}

static char *arch_text(const struct config *config, const char *written)
{
	return xstrdup(config->arch ? config->arch : written);
}

static char *buffer_text(const struct config *config, const char *written)
{
	(void)written;
	return xasprintf("%llu", (unsigned long long)config->console_buffer_size);
}

static char *console_text(const struct config *config, const char *written)
{
	(void)written;
	return xasprintf("%llu", (unsigned long long)config->console_size);
}

static char *signal_text(const struct config *config, const char *written)
{
	(void)config;
	return xasprintf("%d", signal_from_name(written));
}

static char *level_text(const struct config *config, const char *written)
{
	return config->log_level < 0 ? xstrdup(written)
				     : xstrdup(log_level_name((enum log_level)config->log_level));
}

/* Words below each other. */
static char *words_text(const struct config *config, const char *written)
{
	struct string_list words = { 0 };
	(void)config;
	string_list_add_words(&words, written, " \t");
	char *text = string_list_join(&words, "\n");
	string_list_clear(&words);
	return text;
}

static const struct {
	const char *key;
	char *(*text)(const struct config *config, const char *written);
} forms[] = {
	{ "lxc.rootfs.path", rootfs_text },
	{ "lxc.arch", arch_text },
	{ "lxc.console.buffer.size", buffer_text },
	{ "lxc.console.size", console_text },
	{ "lxc.signal.halt", signal_text },
	{ "lxc.signal.reboot", signal_text },
	{ "lxc.signal.stop", signal_text },
	{ "lxc.monitor.signal.pdeath", signal_text },
	{ "lxc.log.level", level_text },
	{ "lxc.cap.drop", words_text },
	{ "lxc.cap.keep", words_text },
};

static char *shown_value(const struct config *config, const struct config_item *item)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (strcmp(item->key, forms[i].key) == 0)
			return forms[i].text(config, item->value);
	/* A template is shown as what was drawn for it. */
	if (string_starts(item->key, "lxc.net.") && string_ends(item->key, ".hwaddr") &&
	    strpbrk(item->value, "xX")) {
		const struct net_config *net = config_net_of_key(config, item->key);
		if (net && net->has_hwaddr)
			return config_hwaddr_text(net);
	}
	return xstrdup(item->value);
}

/* ---- keys that are shown as a whole ---- */

/* Modes are spelled out; the rest is as it was written. */
static char *mount_auto_text(const struct config *config, const char *raw)
{
	static const char *const modes[] = { [MOUNT_RO] = "ro",
					     [MOUNT_MIXED] = "mixed",
					     [MOUNT_RW] = "rw",
					     [MOUNT_DEFAULT] = "mixed" };
	const enum mount_mode proc = config->mount_auto.proc, sys = config->mount_auto.sys;
	struct string_list words = { 0 }, shown = { 0 };
	if (proc != MOUNT_NO)
		string_list_take(&shown, xasprintf("proc:%s", modes[proc]));
	if (sys != MOUNT_NO)
		string_list_take(&shown, xasprintf("sys:%s", modes[sys]));
	string_list_add_words(&words, raw, " \t\n");
	for (size_t i = 0; i < words.count; i++)
		if (string_starts(words.items[i], "cgroup") ||
		    string_starts(words.items[i], "shmounts"))
			string_list_add(&shown, words.items[i]);
	char *text = shown.count ? string_list_join(&shown, " ") : xstrdup("");
	string_list_clear(&words);
	string_list_clear(&shown);
	return text;
}

static char *namespaces_text(unsigned mask)
{
	static const enum namespace_kind order[] = { NS_USER, NS_MNT, NS_PID,	 NS_UTS,
						     NS_IPC,  NS_NET, NS_CGROUP, NS_TIME };
	char *text = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (mask & (1u << order[i]))
			append(&text, namespace_name(order[i]), "\n");
	return text ? text : xstrdup("");
}

static char *net_types_text(const struct config *config)
{
	static const char *const types[] = { "empty",  "none", "veth", "macvlan",
					     "ipvlan", "vlan", "phys" };
	char *text = NULL;
	for (size_t i = 0; i < config->net_count; i++)
		append(&text, types[config->nets[i].type], "\n");
	return text ? text : xstrdup("");
}

/* Lists without a line end behind the last value. */
static bool is_open_list(const char *name)
{
	return strcmp(name, "lxc.idmap") == 0 || strcmp(name, "lxc.init.groups") == 0 ||
	       string_ends(name, ".ipv4.address") || string_ends(name, ".ipv6.address");
}

/* ---- keys that are not set ---- */

static const struct {
	const char *key, *text;
} defaults[] = {
	{ "lxc.apparmor.allow_incomplete", "0" },
	{ "lxc.apparmor.allow_nesting", "0" },
	{ "lxc.autodev.tmpfs.size", "0" },
	{ "lxc.autodev", "1" },
	{ "lxc.cgroup.relative", "0" },
	{ "lxc.console.buffer.size", "0" },
	{ "lxc.console.rotate", "0" },
	{ "lxc.console.size", "0" },
	{ "lxc.ephemeral", "0" },
	{ "lxc.hook.version", "0" },
	{ "lxc.init.gid", "0" },
	{ "lxc.init.uid", "0" },
	{ "lxc.log.level", "NOTSET" },
	{ "lxc.monitor.signal.pdeath", "9" },
	{ "lxc.monitor.unshare", "0" },
	{ "lxc.no_new_privs", "0" },
	{ "lxc.pty.max", "0" },
	{ "lxc.rootfs.managed", "1" },
	{ "lxc.rootfs.mount", PATH_ROOTFS_MOUNT },
	{ "lxc.sched.core", "0" },
	{ "lxc.seccomp.allow_nesting", "0" },
	{ "lxc.signal.halt", "0" },
	{ "lxc.signal.reboot", "0" },
	{ "lxc.signal.stop", "0" },
	{ "lxc.start.auto", "0" },
	{ "lxc.start.delay", "0" },
	{ "lxc.start.order", "0" },
	{ "lxc.tty.max", "0" },
};

static char *unset_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		if (strcmp(name, defaults[i].key) == 0)
			return xstrdup(defaults[i].text);
	return xstrdup("");
}

/* ---- all of them ---- */

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

static char *family_text(const struct config_store *store, const char *name)
{
	size_t length = strlen(name);
	char *text = NULL;
	for (size_t i = 0; i < store->item_count; i++) {
		const struct config_item *item = &store->items[i];
		if (strncmp(item->key, name, length) != 0 || item->key[length] != '.')
			continue;
		_cleanup_free_ char *line = xasprintf("%s = %s", item->key, item->value);
		append(&text, line, "\n");
	}
	return text ? text : xstrdup("");
}

/* An interface that is not configured has no keys, and some names only clear or read others. */
static bool can_be_shown(const struct config *config, const char *name,
			 const struct config_key *key)
{
	if (!key)
		return is_family(name);
	if (string_starts(name, "lxc.net."))
		return strchr(name + 8, '.') && config_net_of_key(config, name);
	return strcmp(name, "lxc.include") != 0 && strcmp(name, "lxc.hook") != 0;
}

static char *lines_text(const struct config *config, const struct config_key *key, const char *name)
{
	const struct config_store *store = config->store;
	char *text = NULL;
	for (size_t i = 0; i < store->item_count; i++) {
		if (strcmp(store->items[i].key, name) != 0)
			continue;
		_cleanup_free_ char *value = shown_value(config, &store->items[i]);
		append(&text, value, key->list ? "\n" : "");
	}
	if (text && is_open_list(name))
		string_trim(text);
	return text;
}

char *config_get(const struct config *config, const char *name, bool *known)
{
	const struct config_key *key = config_find_key(name);
	*known = can_be_shown(config, name, key);
	if (!*known)
		return NULL;
	if (!key)
		return family_text(config->store, name);
	if (strcmp(name, "lxc.net") == 0)
		return net_types_text(config);
	if (strcmp(name, "lxc.namespace.clone") == 0)
		return namespaces_text(config->namespace_clone);
	if (strcmp(name, "lxc.namespace.keep") == 0)
		return namespaces_text(config->namespace_keep);
	char *text = lines_text(config, key, name);
	if (text && strcmp(name, "lxc.mount.auto") == 0) {
		char *shown = mount_auto_text(config, text);
		free(text);
		return shown;
	}
	return text ? text : unset_text(name);
}

bool config_is_list(const char *name)
{
	static const char *const lists[] = { "lxc.net", "lxc.namespace.clone",
					     "lxc.namespace.keep" };
	const struct config_key *key = config_find_key(name);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strcmp(name, lists[i]) == 0)
			return true;
	return !key || (key->list && strcmp(name, "lxc.mount.auto") != 0);
}
