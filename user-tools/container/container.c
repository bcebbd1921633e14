// SPDX-License-Identifier: LGPL-2.1-or-later
/* The handle: names, paths, states, lists. */
#include "container/container.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "container/runtime.h"

static const char *const state_names[STATE_COUNT] = { "STOPPED",  "STARTING", "RUNNING", "STOPPING",
						      "ABORTING", "FREEZING", "FROZEN",	 "THAWED" };

const char *container_state_name(enum container_state state)
{
	return (unsigned)state < STATE_COUNT ? state_names[state] : "UNKNOWN";
}

int container_state_from_name(const char *name)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (strcmp(name, state_names[i]) == 0)
			return i;
	return -1;
}

int container_check_name(const char *name, struct error *err)
{
	const char *why = NULL;
	if (!*name)
		why = "it is empty";
	else if (strlen(name) > 255)
		why = "it is longer than 255 bytes";
	else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		why = "it means a directory";
	else if (strchr(name, '/'))
		why = "it has a slash";
	for (const char *at = name; !why && *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			why = "it has a control character";
	if (!why)
		return 0;
	return error_set(err, E_NAME_INVALID, 0, "\"%.300s\" is not a container name: %s", name,
			 why);
}

int container_open(const char *lxcpath, const char *name, struct container **out, struct error *err)
{
	if (container_check_name(name, err) < 0)
		return -1;
	_cleanup_free_ char *configured = lxcpath ? NULL : config_system_get("lxc.lxcpath");
	if (!lxcpath && !configured)
		return error_set(err, E_CONFIG_READ, 0, "no lxc.lxcpath: HOME is not known");
	/* It names the container's runtime directory and its lock: one directory has one. */
	_cleanup_free_ char *canonical = path_canonical(lxcpath ? lxcpath : configured);
	return container_open_below(canonical, name, out, err);
}

int container_open_below(const char *canonical, const char *name, struct container **out,
			 struct error *err)
{
	if (container_check_name(name, err) < 0)
		return -1;
	struct container *container = xcalloc(1, sizeof(*container));
	container->name = xstrdup(name);
	container->lxcpath = xstrdup(canonical);
	container->directory = path_join(container->lxcpath, name);
	container->config_path = path_join(container->directory, "config");
	*out = container;
	return 0;
}

void container_free(struct container *container)
{
	if (!container)
		return;
	config_free(container->config);
	free(container->name);
	free(container->lxcpath);
	free(container->directory);
	free(container->config_path);
	free(container);
}

void container_cleanup(struct container **container)
{
	container_free(*container);
}

/* A create that was interrupted leaves its marker: the rest of it is not a container. */
bool container_is_defined(const struct container *container)
{
	_cleanup_free_ char *partial = path_join(container->directory, "partial");
	return file_exists(container->config_path) && !file_exists(partial);
}

int container_load(struct container *container, const char *rcfile, struct error *err)
{
	if (rcfile) {
		free(container->config_path);
		container->config_path = path_absolute(rcfile);
	} else {
		struct stat st;
		if (stat(container->config_path, &st) < 0 &&
		    (errno == ENOENT || errno == ENOTDIR)) {
			error_set(err, E_NOT_FOUND, 0,
				  "the container is not defined: there is no %s",
				  container->config_path);
			return error_fix(err, "lxc-create -n %s -t TEMPLATE, or -P another path",
					 container->name);
		}
	}
	config_free(container->config);
	container->config = config_new();
	return config_load(container->config, container->config_path, err);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int container_list_defined(const char *lxcpath, struct string_list *names, struct error *err)
{
	_cleanup_dir_ DIR *dir = opendir(lxcpath);
	if (!dir)
		return errno == ENOENT ? 0 : error_set(err, E_SYSTEM, errno, "reading %s", lxcpath);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (*entry->d_name == '.')
			continue;
		_cleanup_free_ char *config = xasprintf("%s/%s/config", lxcpath, entry->d_name);
		_cleanup_free_ char *partial = xasprintf("%s/%s/partial", lxcpath, entry->d_name);
		if (file_exists(config) && !file_exists(partial))
			string_list_add(names, entry->d_name);
	}
	if (names->count)
		qsort(names->items, names->count, sizeof(char *), by_bytes);
	return 0;
}

int container_list_active(const char *lxcpath, struct string_list *names, struct error *err)
{
	_cleanup_free_ char *canonical = path_canonical(lxcpath);
	struct string_list candidates = { 0 };
	if (runtime_list(canonical, &candidates, err) < 0)
		return -1;
	for (size_t i = 0; i < candidates.count; i++) {
		enum container_state state = STATE_STOPPED;
		_cleanup_container_ struct container *container = NULL;
		/* A hung supervisor is one, too. */
		if (container_open(canonical, candidates.items[i], &container, NULL) == 0 &&
		    (container_get_state(container, &state, NULL) < 0 || state != STATE_STOPPED))
			string_list_add(names, candidates.items[i]);
	}
	string_list_clear(&candidates);
	if (names->count)
		qsort(names->items, names->count, sizeof(char *), by_bytes);
	return 0;
}

int container_lock(const struct container *container, struct error *err)
{
	return runtime_lock(container->lxcpath, container->name, 0, err);
}
