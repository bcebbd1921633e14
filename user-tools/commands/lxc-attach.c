// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <strings.h>

#include "commands/command.h"

#define OPTION_CLEAR_ENV 256
#define OPTION_KEEP_ENV 257
#define OPTION_KEEP_VAR 258

static const struct option_info options[] = {
	{ 'e', "elevated-privileges", "LIST", VALUE_OPTIONAL,
	  "keep privileges: CGROUP, CAP, LSM joined by |; all without LIST" },
	{ 'a', "arch", "ARCH", VALUE_TEXT, "architecture the command sees, as lxc.arch" },
	{ 's', "namespaces", "LIST", VALUE_TEXT,
	  "join only these: MOUNT PID UTSNAME IPC USER NETWORK CGROUP TIME joined by |; implies "
	  "-e" },
	{ 'R', "remount-sys-proc", NULL, VALUE_NONE, "fresh /proc and /sys for the command" },
	{ OPTION_CLEAR_ENV, "clear-env", NULL, VALUE_NONE, "start with a minimal environment" },
	{ OPTION_KEEP_ENV, "keep-env", NULL, VALUE_NONE, "keep the environment (the default)" },
	{ OPTION_KEEP_VAR, "keep-var", "NAME", VALUE_TEXT, "with --clear-env: keep this variable" },
	{ 'v', "set-var", "NAME=VALUE", VALUE_TEXT, "set a variable" },
	{ 'L', "pty-log", "FILE", VALUE_FILE, "append what is printed on the terminal to FILE" },
	{ 'f', "rcfile", "FILE", VALUE_FILE,
	  "configuration file: must be readable, the running one counts" },
	{ 'u', "uid", "UID", VALUE_NUMBER, "run as this uid of the container" },
	{ 'g', "gid", "GID", VALUE_NUMBER, "run as this gid of the container" },
	{ 'c', "context", "LABEL", VALUE_TEXT, "SELinux context of the command" },
	{ 0 },
};

struct word {
	const char *name;
	unsigned bit;
};
static const struct word elevations[] = {
	{ "CGROUP", ATTACH_ELEVATE_CGROUP },
	{ "CAP", ATTACH_ELEVATE_CAP },
	{ "LSM", ATTACH_ELEVATE_LSM },
	{ 0 },
};
static const struct word namespaces[] = {
	{ "MOUNT", ATTACH_NS_MOUNT },	{ "MNT", ATTACH_NS_MOUNT },   { "PID", ATTACH_NS_PID },
	{ "UTSNAME", ATTACH_NS_UTS },	{ "UTS", ATTACH_NS_UTS },     { "IPC", ATTACH_NS_IPC },
	{ "USER", ATTACH_NS_USER },	{ "NETWORK", ATTACH_NS_NET }, { "NET", ATTACH_NS_NET },
	{ "CGROUP", ATTACH_NS_CGROUP }, { "TIME", ATTACH_NS_TIME },   { 0 },
};
#define ELEVATE_ALL (ATTACH_ELEVATE_CGROUP | ATTACH_ELEVATE_CAP | ATTACH_ELEVATE_LSM)

static int parse_list(const char *text, const struct word *words, const char *option,
		      unsigned *bits, struct error *err)
{
	struct string_list list = { 0 };
	string_list_add_words(&list, text, "|");
	for (size_t i = 0; i < list.count && !error_is_set(err); i++) {
		const struct word *word = words;
		while (word->name && strcasecmp(word->name, list.items[i]) != 0)
			word++;
		if (!word->name)
			error_set(err, E_USAGE, 0, "%s: \"%.40s\" is not known", option,
				  list.items[i]);
		*bits |= word->bit;
	}
	string_list_clear(&list);
	return error_is_set(err) ? -1 : 0;
}

static int parse_ids(const struct context *context, struct attach_options *attach,
		     struct error *err)
{
	int64_t uid = -1, gid = -1;
	if (option_number(context, 'u', 0, UINT32_MAX - 1, &uid, err) < 0 ||
	    option_number(context, 'g', 0, UINT32_MAX - 1, &gid, err) < 0)
		return -1;
	attach->has_uid = uid >= 0;
	attach->has_gid = gid >= 0;
	attach->uid = (uid_t)uid;
	attach->gid = (gid_t)gid;
	return 0;
}

/* The names of lxc.arch, through its own parser. */
static int parse_arch(const char *arch, long *personality, struct error *err)
{
	struct config *config = config_new();
	int result = config_set(config, "lxc.arch", arch, err);
	*personality = config->personality;
	config_free(config);
	return result;
}

static int parse(const struct context *context, struct attach_options *attach, struct error *err)
{
	const char *list = option_value(context, 's'), *arch = option_value(context, 'a');
	if (list && parse_list(list, namespaces, "--namespaces", &attach->namespaces, err) < 0)
		return -1;
	if (list && !attach->namespaces)
		return error_set(err, E_USAGE, 0, "--namespaces=%s: no namespace", list);
	if (list || (option_given(context, 'e') && !option_value(context, 'e')))
		attach->elevated = ELEVATE_ALL;
	else if (option_given(context, 'e') &&
		 parse_list(option_value(context, 'e'), elevations, "--elevated-privileges",
			    &attach->elevated, err) < 0)
		return -1;
	if (option_given(context, 'c') && (attach->elevated & ATTACH_ELEVATE_LSM))
		return error_set(err, E_USAGE, 0, "--context cannot be used with -e LSM");
	if (arch && parse_arch(arch, &attach->personality, err) < 0)
		return -1;
	return parse_ids(context, attach, err);
}

static int check_variables(const struct string_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strchr(list->items[i], '=') || *list->items[i] == '=')
			return error_set(err, E_USAGE, 0, "--set-var=%s: NAME=VALUE is expected",
					 list->items[i]);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	struct string_list keep = { 0 }, set = { 0 };
	int status = 1;
	struct attach_options attach = { .argv = context->word_count ? context->words : NULL,
					 .remount_sys_proc = option_given(context, 'R'),
					 .clear_env = option_given(context, OPTION_CLEAR_ENV),
					 .keep_var = &keep,
					 .set_var = &set,
					 .personality = -1,
					 .pty_log = option_value(context, 'L'),
					 .selinux_context = option_value(context, 'c') };
	option_values(context, OPTION_KEEP_VAR, &keep);
	option_values(context, 'v', &set);
	if (option_given(context, 'f'))
		context->rcfile = option_value(context, 'f');
	int result = parse(context, &attach, err);
	if (result == 0)
		result = check_variables(&set, err);
	if (result == 0)
		result = context->rcfile ? context_load_container(context, &container, err)
					 : context_open_container(context, &container, err);
	if (result == 0)
		result = container_attach(container, &attach, &status, err);
	string_list_clear(&keep);
	string_list_clear(&set);
	return result < 0 ? 1 : status;
}

const struct command command = {
	.name = "lxc-attach",
	.summary = "run a command inside a running container",
	.synopsis = "[NAME] [-- COMMAND [ARG...]]",
	.options = options,
	.flags = COMMAND_NAME,
	.words = VALUE_CONTAINER,
	.exit_codes = "N      status of the command\n"
		      "128+N  the command was killed by signal N\n"
		      "127    the command was not found\n"
		      "126    the command cannot be executed\n"
		      "1      the container is not running, or another error\n",
	.run = run,
};
