// SPDX-License-Identifier: LGPL-2.1-or-later
/* Text to struct config: lines, includes, origins; what is in effect. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "config/internal.h"

struct config *config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));
	config->personality = -1;
	config->rootfs_type = xstrdup("dir");
	config->rootfs_managed = true;
	config->autodev = true;
	config->autodev_size = 500000;
	config->log_level = -1;
	config->signal_pdeath = SIGKILL;
	config->seccomp_nesting = -1;
	config->keyring_session = true;
	config->store = xcalloc(1, sizeof(*config->store));
	return config;
}

static void free_store(struct config_store *store)
{
	for (size_t i = 0; i < store->item_count; i++) {
		free(store->items[i].key);
		free(store->items[i].value);
	}
	free(store->items);
	string_list_clear(&store->names);
	string_list_clear(&store->raw);
	string_list_clear(&store->added);
	old_keys_clear(&store->old);
	free(store);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	char *const texts[] = { config->path,		config->arch,
				config->uts_name,	config->rootfs_path,
				config->rootfs_type,	config->rootfs_mount,
				config->rootfs_options, config->tty_dir,
				config->console_path,	config->console_logfile,
				config->init_cmd,	config->execute_cmd,
				config->init_cwd,	config->log_file,
				config->log_syslog,	config->mount_fstab };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(texts[i]);
	config_free_nets(config);
	config_free_mounts(config);
	config_free_mount_auto(config);
	config_free_cgroups(config);
	config_free_limits(config);
	config_free_security(config);
	config_free_hooks(config);
	config_free_namespaces(config);
	string_list_clear(&config->environment);
	string_list_clear(&config->environment_runtime);
	string_list_clear(&config->environment_hooks);
	string_list_clear(&config->groups);
	free_store(config->store);
	free(config);
}

void config_cleanup(struct config **config)
{
	config_free(*config);
}

static int unknown_key(const struct config_item *item, struct error *err)
{
	error_set(err, E_CONFIG_KEY, 0, "%s: there is no key %.100s", config_place(&item->origin),
		  item->key);
	return error_fix(err, "lxc.container.conf(5) lists the keys");
}

static bool belongs_to(const char *name, const char *family)
{
	size_t length = strlen(family);
	return strncmp(name, family, length) == 0 && (!name[length] || name[length] == '.');
}

static void drop_items(struct config_store *store, const char *name, bool family)
{
	size_t kept = 0;
	for (size_t i = 0; i < store->item_count; i++) {
		struct config_item *item = &store->items[i];
		if (family ? belongs_to(item->key, name)
			   : strcmp(item->key, name) == 0 || config_same_limit(item->key, name)) {
			free(item->key);
			free(item->value);
		} else
			store->items[kept++] = *item;
	}
	store->item_count = kept;
}

/* Families that an empty value clears as a whole. */
static bool clears_family(const char *name)
{
	static const char *const families[] = { "lxc.net",    "lxc.hook", "lxc.prlimit",
						"lxc.sysctl", "lxc.proc", "lxc.cgroup2",
						"lxc.cgroup" };
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcmp(name, families[i]) == 0)
			return true;
	return false;
}

static void remember(struct config *config, const struct config_key *key,
		     const struct config_item *item)
{
	struct config_store *store = config->store;
	bool index_alone = string_starts(item->key, "lxc.net.") && !strchr(item->key + 8, '.');
	if (!*item->value || !key->list)
		drop_items(store, item->key, index_alone || clears_family(item->key));
	if (strcmp(key->name, "lxc.net.[i].type") == 0) {
		_cleanup_free_ char *family = xstrndup(item->key, strlen(item->key) - 5);
		drop_items(store, family, true);
	}
	if (!*item->value)
		return;
	store->items = xrealloc(store->items, (store->item_count + 1) * sizeof(*store->items));
	store->items[store->item_count++] =
	    (struct config_item){ xstrdup(item->key), xstrdup(item->value), item->origin };
}

static int include(struct config *config, const struct config_item *item, int depth,
		   struct error *err);

static int apply(struct config *config, const struct config_item *item, int depth,
		 struct error *err);

/* An old spelling, with one notice. Returns 1 if it is none. */
static int apply_old(struct config *config, const struct config_item *item, int depth,
		     struct error *err)
{
	struct config_item now = { .origin = item->origin };
	struct old_keys *old = &config->store->old;
	const char *place = config_place(&item->origin);
	int result = 0;
	switch (old_keys_translate(old, item->key, item->value, &now.key, &now.value)) {
	case OLD_KEY_NOT:
		return 1;
	case OLD_KEY_WRONG:
		return error_set(err, E_CONFIG_KEY, 0, "%s: %s: %s", place, item->key, now.key);
	case OLD_KEY_DROPPED:
		log_notice("%s: %s is not needed any more: %s", place, item->key, now.key);
		now.key = xstrdup("lxc.rootfs.path");
		if (strcmp(item->key, "lxc.rootfs.backend") == 0 && config->rootfs_path)
			now.value = old_keys_rootfs(old, config->rootfs_path);
		break;
	case OLD_KEY_RENAMED:
		log_notice("%s: %s is %s since LXC 2.1", place, item->key, now.key);
	}
	if (now.value)
		result = apply(config, &now, depth, err);
	free(now.key);
	free(now.value);
	return result;
}

static int apply(struct config *config, const struct config_item *item, int depth,
		 struct error *err)
{
	if (!*item->value && clears_family(item->key)) {
		if (strcmp(item->key, "lxc.net") == 0)
			config_free_nets(config);
		else if (strcmp(item->key, "lxc.hook") == 0)
			config_free_hooks(config);
		else
			config_clear_limits(config, item->key);
		drop_items(config->store, item->key, true);
		return 0;
	}
	const struct config_key *key = config_find_key(item->key);
	if (!key) {
		int result = apply_old(config, item, depth, err);
		return result > 0 ? unknown_key(item, err) : result;
	}
	if (strlen(item->value) > CONFIG_MAX_LINE)
		return error_set(err, E_CONFIG_VALUE, 0,
				 "%s: %s: the value is longer than %u bytes",
				 config_place(&item->origin), item->key, CONFIG_MAX_LINE);
	if (strcmp(item->key, "lxc.include") == 0)
		return include(config, item, depth, err);
	/* A backend named before counts, but not for a path of the command line. */
	_cleanup_free_ char *rootfs = strcmp(item->key, "lxc.rootfs.path") == 0 && item->origin.line
					  ? old_keys_rootfs(&config->store->old, item->value)
					  : NULL;
	const struct config_item with_backend = { item->key, rootfs, item->origin };
	if (rootfs)
		item = &with_backend;
	if (key->set(config, key, item, err) < 0)
		return -1;
	remember(config, key, item);
	return 0;
}

char *config_unquote(char *value)
{
	size_t length = strlen(value);
	if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
		value[length - 1] = 0;
		value++;
	}
	return value;
}

static int read_line(struct config *config, char *line, struct config_origin origin, int depth,
		     struct error *err)
{
	line = string_trim(line);
	if (!string_starts(line, "lxc."))
		return 0; /* comments, blank lines, and whatever else stands there: not ours */
	char *equals = strchr(line, '=');
	if (!equals) {
		error_set(err, E_CONFIG_SYNTAX, 0, "%s: \"%.100s\" has no =", config_place(&origin),
			  line);
		return error_fix(err, "KEY = VALUE is expected");
	}
	*equals = 0;
	struct config_item item = { .key = string_trim(line),
				    .value = config_unquote(string_trim(equals + 1)),
				    .origin = origin };
	return apply(config, &item, depth, err);
}

static int load_text(struct config *config, const char *text, size_t length, const char *name,
		     int depth, struct error *err)
{
	struct config_store *store = config->store;
	string_list_add(&store->names, name);
	const char *file = store->names.items[store->names.count - 1], *end = text + length;
	unsigned number = 0;
	for (const char *at = text; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop ? stop : end) - at);
		struct config_origin origin = { file, ++number };
		if (memchr(at, 0, size))
			return error_set(err, E_CONFIG_SYNTAX, 0, "%s: a NUL byte",
					 config_place(&origin));
		if (size > CONFIG_MAX_LINE)
			return error_set(err, E_CONFIG_SYNTAX, 0,
					 "%s: the line is longer than %u bytes",
					 config_place(&origin), CONFIG_MAX_LINE);
		_cleanup_free_ char *line = xstrndup(at, size);
		if (depth == 0)
			string_list_add(&store->raw, line);
		if (read_line(config, line, origin, depth, err) < 0)
			return -1;
		at = stop ? stop + 1 : end;
	}
	return 0;
}

static int load_file(struct config *config, const char *path, int depth, struct error *err)
{
	struct stat st;
	char *data = NULL;
	/* O_NONBLOCK: a FIFO must not make us wait before we see what it is. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, E_CONFIG_READ, 0, "configuration file %s: not a regular file",
				 path);
	ssize_t length = file_read_fd(fd, CONFIG_MAX_FILE, &data);
	if (length < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", path);
	int result = load_text(config, data, (size_t)length, path, depth, err);
	free(data);
	return result;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every *.conf, in the order of their names; a directory that is not there is an empty one. */
static int include_directory(struct config *config, const char *path, int depth, struct error *err)
{
	struct string_list names = { 0 };
	int result = 0;
	{
		_cleanup_dir_ DIR *dir = opendir(path);
		if (!dir && errno != ENOENT)
			return error_set(err, E_CONFIG_READ, errno, "configuration directory %s",
					 path);
		for (struct dirent *entry; dir && (entry = readdir(dir));)
			if (string_ends(entry->d_name, ".conf") && strlen(entry->d_name) > 5)
				string_list_add(&names, entry->d_name);
	}
	if (names.count)
		qsort(names.items, names.count, sizeof(char *), by_name);
	for (size_t i = 0; i < names.count && result == 0; i++) {
		_cleanup_free_ char *file = path_join(path, names.items[i]);
		result = load_file(config, file, depth, err);
	}
	string_list_clear(&names);
	return result;
}

char *config_shared_path(const char *path)
{
	static const char *const elsewhere[] = { "/usr/share/lxc/config/",
						 "/usr/local/share/lxc/config/" };
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (string_starts(path, elsewhere[i]) && !file_exists(path))
			return path_join(PATH_SHARED_CONFIG, path + strlen(elsewhere[i]));
	return xstrdup(path);
}

static int include(struct config *config, const struct config_item *item, int depth,
		   struct error *err)
{
	if (!*item->value)
		return 0;
	_cleanup_free_ char *path = config_shared_path(item->value);
	if (depth + 1 > CONFIG_MAX_DEPTH)
		return error_set(
		    err, E_CONFIG_VALUE, 0,
		    "%s: lxc.include = %s: nested deeper than %d files; does it include itself?",
		    config_place(&item->origin), item->value, CONFIG_MAX_DEPTH);
	int result = string_ends(path, "/") || file_is_directory(path)
			 ? include_directory(config, path, depth + 1, err)
			 : load_file(config, path, depth + 1, err);
	if (result < 0 && err && err->code == E_CONFIG_READ)
		error_rule(err, "%s", config_place(&item->origin));
	return result;
}

int config_load(struct config *config, const char *path, struct error *err)
{
	if (!config->path)
		config->path = xstrdup(path);
	return load_file(config, path, 0, err);
}

int config_load_text(struct config *config, const char *text, size_t length, const char *name,
		     struct error *err)
{
	return load_text(config, text, length, name, 0, err);
}

int config_set(struct config *config, const char *key, const char *value, struct error *err)
{
	struct config_item item = { (char *)key, (char *)value, { NULL, 0 } };
	if (!string_starts(key, "lxc."))
		return error_set(err, E_CONFIG_KEY, 0, "there is no key %.100s", key);
	if (strpbrk(key, "\r\n=") || strpbrk(value, "\n"))
		return error_set(err, E_CONFIG_VALUE, 0, "%.100s: a line break", key);
	if (apply(config, &item, 0, err) < 0)
		return -1;
	string_list_take(&config->store->added, config_line(key, value));
	return 0;
}

int config_set_definition(struct config *config, const char *definition, struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(definition);
	char *equals = strchr(copy, '=');
	if (!equals)
		return error_set(err, E_USAGE, 0, "\"%.100s\": KEY=VALUE is expected", definition);
	*equals = 0;
	return config_set(config, string_trim(copy), config_unquote(string_trim(equals + 1)), err);
}
