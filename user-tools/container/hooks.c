// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "hooks"
#include "container/hooks.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "container/credentials.h"
#include "rootfs/mount.h"
#include "rootfs/rootfs.h"

extern char **environ;

bool hooks_any(const struct config *config, enum hook_type type)
{
	return config->hooks[type].count > 0;
}

/* ---- environment ---- */

static void set(struct string_list *environment, const char *name, const char *value)
{
	_cleanup_free_ char *assignment = xasprintf("%s=%s", name, value);
	environment_set(environment, assignment);
}

static void set_all(struct string_list *environment, const struct string_list *assignments)
{
	for (size_t i = 0; i < assignments->count; i++)
		environment_set(environment, assignments->items[i]);
}

/* "user:/proc/1/fd/2" is LXC_USER_NS=/proc/1/fd/2. */
static void set_namespaces(struct string_list *environment, const struct string_list *namespaces)
{
	for (size_t i = 0; namespaces && i < namespaces->count; i++) {
		const char *text = namespaces->items[i];
		int length = (int)strcspn(text, ":");
		_cleanup_free_ char *name = xasprintf("LXC_%.*s_NS", length, text);
		for (char *at = name; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		set(environment, name, text + length + 1);
	}
}

static void set_files(struct string_list *environment, const struct hook_context *context)
{
	const struct config *config = context->config;
	set(environment, "LXC_CONFIG_FILE", context->container->config_path);
	set(environment, "LXC_ROOTFS_MOUNT",
	    context->rootfs_mount ? context->rootfs_mount : rootfs_mount_point(config));
	if (config->rootfs_path)
		set(environment, "LXC_ROOTFS_PATH", config->rootfs_path);
	if (config->console_path)
		set(environment, "LXC_CONSOLE", config->console_path);
	if (config->console_logfile)
		set(environment, "LXC_CONSOLE_LOGPATH", config->console_logfile);
}

static void describe_environment(const struct hook_context *context, const char *section,
				 const char *type, struct string_list *environment)
{
	const struct config *config = context->config;
	if (context->place == HOOK_IN_ROOT)
		string_list_add(environment, "PATH=" DEFAULT_PATH);
	else
		for (char **variable = environ; variable && *variable; variable++)
			string_list_add(environment, *variable);
	if (context->place != HOOK_ON_HOST) {
		set_all(environment, &config->environment);
		set_all(environment, &config->environment_hooks);
	}
	set(environment, "LXC_NAME", context->container->name);
	set(environment, "LXC_HOOK_VERSION", config->hook_version ? "1" : "0");
	set(environment, "LXC_LOG_LEVEL", log_level_name(log_get_level()));
	set(environment, "LXC_CGNS_AWARE", "1");
	set_files(environment, context);
	if (config->hook_version) {
		set(environment, "LXC_HOOK_TYPE", type);
		set(environment, "LXC_HOOK_SECTION", section);
	}
	if (context->init_pid > 0) {
		_cleanup_free_ char *pid = xasprintf("%d", (int)context->init_pid);
		set(environment, "LXC_PID", pid);
	}
	if (context->target)
		set(environment, "LXC_TARGET", context->target);
	set_namespaces(environment, context->namespaces);
}

/* ---- one call ---- */

static void describe(const struct hook_context *context, const char *section, const char *type,
		     struct hook_call *call)
{
	*call = (struct hook_call){ .enter = context->enter,
				    .limit = context->limit,
				    .data = context->data,
				    .program = -1,
				    .shell_optional = context->place == HOOK_IN_ROOT,
				    .watch = context->watch };
	memcpy(call->kept, context->kept, sizeof(call->kept));
	describe_environment(context, section, type, &call->environment);
	if (context->config->hook_version)
		return;
	string_list_add(&call->arguments, context->container->name);
	string_list_add(&call->arguments, section);
	string_list_add(&call->arguments, type);
}

void hooks_describe(const struct hook_context *context, enum hook_type type, struct hook_call *call)
{
	describe(context, "lxc", hook_type_name(type), call);
	if (type != HOOK_STOP || context->config->hook_version || !context->namespaces)
		return;
	for (size_t i = 0; i < context->namespaces->count; i++)
		string_list_add(&call->arguments, context->namespaces->items[i]);
}

void hooks_describe_script(const struct hook_context *context, const struct net_config *net,
			   bool up, const char *host_name, struct hook_call *call)
{
	static const char *const types[] = {
		[NET_EMPTY] = "empty",	   [NET_NONE] = "none",	    [NET_VETH] = "veth",
		[NET_MACVLAN] = "macvlan", [NET_IPVLAN] = "ipvlan", [NET_VLAN] = "vlan",
		[NET_PHYS] = "phys",
	};
	describe(context, "net", up ? "up" : "down", call);
	string_list_add(&call->arguments, types[net->type]);
	if (net->link)
		string_list_add(&call->arguments, net->link);
	if (*host_name)
		string_list_add(&call->arguments, host_name);
	if (!context->config->hook_version)
		return;
	set(&call->environment, "LXC_NET_TYPE", types[net->type]);
	if (net->link)
		set(&call->environment, "LXC_NET_PARENT", net->link);
	if (*host_name)
		set(&call->environment, "LXC_NET_PEER", host_name);
}

void hooks_clear_call(struct hook_call *call)
{
	string_list_clear(&call->arguments);
	string_list_clear(&call->environment);
}

void hooks_list_namespaces(const int fds[NS_COUNT], struct string_list *list)
{
	static const struct {
		enum namespace_kind kind;
		const char *name;
	} order[] = { { NS_USER, "user" },    { NS_MNT, "mnt" }, { NS_PID, "pid" },
		      { NS_UTS, "uts" },      { NS_IPC, "ipc" }, { NS_NET, "net" },
		      { NS_CGROUP, "cgroup" } };
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (fds[order[i].kind] >= 0)
			string_list_take(list, xasprintf("%s:/proc/%d/fd/%d", order[i].name,
							 (int)getpid(), fds[order[i].kind]));
}

/* ---- running ---- */

int hooks_run_one(const struct hook_context *context, enum hook_type type, size_t index,
		  struct error *err)
{
	_cleanup_free_ char *key = xasprintf("lxc.hook.%s", hook_type_name(type));
	struct hook_call call;
	hooks_describe(context, type, &call);
	call.key = key;
	call.hook = &context->config->hooks[type].items[index];
	if (context->programs && context->programs->fds[type])
		call.program = context->programs->fds[type][index];
	int result = hook_process_run(&call, err);
	hooks_clear_call(&call);
	return result;
}

int hooks_run(const struct hook_context *context, enum hook_type type, struct error *err)
{
	for (size_t i = 0; i < context->config->hooks[type].count; i++)
		if (hooks_run_one(context, type, i, err) < 0)
			return -1;
	return 0;
}

int hooks_run_script(const struct hook_context *context, const struct net_config *net, bool up,
		     const char *host_name, struct error *err)
{
	const struct hook *script = up ? &net->script_up : &net->script_down;
	struct hook_call call;
	if (!script->command)
		return 0;
	_cleanup_free_ char *key =
	    xasprintf("lxc.net.%u.script.%s", net->index, up ? "up" : "down");
	hooks_describe_script(context, net, up, host_name, &call);
	call.key = key;
	call.hook = script;
	int result = hook_process_run(&call, err);
	hooks_clear_call(&call);
	return result;
}

void hooks_open_programs(const struct config *config, struct hook_programs *programs)
{
	static const enum hook_type types[] = { HOOK_PRE_MOUNT, HOOK_MOUNT, HOOK_AUTODEV };
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		const struct hook_list *list = &config->hooks[types[t]];
		int *fds = programs->fds[types[t]] = xcalloc(list->count, sizeof(int));
		for (size_t i = 0; i < list->count; i++) {
			_cleanup_free_ char *path = hook_program_path(&list->items[i]);
			fds[i] =
			    path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
		}
	}
}

/* ---- before a start ---- */

/* Something mounted over a directory of the path brings its own files. */
static bool may_appear(const struct config *config, const char *path)
{
	if (config->mount_fstab || hooks_any(config, HOOK_PRE_MOUNT) ||
	    hooks_any(config, HOOK_MOUNT) || hooks_any(config, HOOK_PRE_START))
		return true;
	for (size_t i = 0; i < config->mount_count; i++) {
		const char *target = config->mounts[i].target;
		target += strspn(target, "/");
		size_t length = strlen(target);
		if (length && strncmp(path + 1, target, length) == 0 &&
		    (!path[1 + length] || path[1 + length] == '/'))
			return true;
	}
	return false;
}

static int check_start_hook(const struct config *config, int root, const struct hook *hook,
			    struct error *err)
{
	struct string_list words = { 0 };
	struct stat st;
	int error = 0;
	if (config_split_command(hook->command, &words, NULL) < 0 || !words.count ||
	    words.items[0][0] != '/' || may_appear(config, words.items[0])) {
		string_list_clear(&words);
		return 0; /* the shell's to find, or to complain about */
	}
	_cleanup_close_ int fd = resolve_open(root, words.items[0], 0);
	if (fd < 0)
		error = errno == EACCES ? 0 : errno; /* a directory that only its root may enter */
	else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		error = EACCES;
	if (error) {
		error_set(err, E_HOOK, error, "lxc.hook.start = %.200s: %.200s in the root %s",
			  hook->command, words.items[0], config->rootfs_path);
		error_fix(err, "a start hook is an executable file inside the container");
		if (hook->origin.file && hook->origin.line)
			error_rule(err, "%s:%u", hook->origin.file, hook->origin.line);
	}
	string_list_clear(&words);
	return error ? -1 : 0;
}

int hooks_check(const struct config *config, struct error *err)
{
	const struct hook_list *list = &config->hooks[HOOK_START];
	if (!list->count || !config->rootfs_path)
		return 0;
	_cleanup_close_ int root = open(config->rootfs_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && i < list->count; i++)
		if (check_start_hook(config, root, &list->items[i], err) < 0)
			return -1;
	return 0;
}
