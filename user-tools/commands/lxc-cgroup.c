// SPDX-License-Identifier: LGPL-2.1-or-later
/* The control group files of a running container, which belong to its user: no supervisor is asked.
 */
#include "commands/command.h"

#include <string.h>

#include "container/groups.h"

static const struct option_info options[] = { JSON_OPTION, { 0 } };

struct setting {
	const char *file, *value; /* value NULL: it is to be shown */
};

static void cut_line_end(char *text)
{
	size_t length = strlen(text);
	if (length && text[length - 1] == '\n')
		text[length - 1] = 0;
}

static int print_json(const struct context *context, const struct cgroup *cgroup, const char *file,
		      char *content, struct error *err)
{
	struct json json;
	int version = 0;
	_cleanup_free_ char *path = cgroup_file_path(cgroup, file, &version);
	if (content)
		cut_line_end(content);
	json_print_begin(&json);
	json_string(&json, "name", context->name);
	json_string(&json, "file", file);
	json_string(&json, "path", path);
	json_int(&json, "cgroup_version", version);
	json_string(&json, "value", content);
	return json_print_end(&json, err);
}

static int show(const struct context *context, const struct cgroup *cgroup, const char *file,
		struct error *err)
{
	_cleanup_free_ char *content = NULL;
	if (cgroup_get(cgroup, file, &content, err) < 0)
		return -1;
	if (json_wanted(context))
		return print_json(context, cgroup, file, content, err);
	cut_line_end(content);
	if (*content)
		puts(content);
	return 0;
}

static int set(const struct context *context, const struct cgroup *cgroup,
	       const struct setting *setting, struct error *err)
{
	_cleanup_free_ char *content = NULL;
	if (cgroup_set(cgroup, setting->file, setting->value, err) < 0)
		return -1;
	if (!json_wanted(context))
		return 0;
	/* Some files only take orders. */
	cgroup_get(cgroup, setting->file, &content, NULL);
	return print_json(context, cgroup, setting->file, content, err);
}

static int read_words(const struct context *context, struct setting *setting, struct error *err)
{
	if (!context->word_count) {
		error_set(err, E_USAGE, 0, "which file? There is no word for it");
		return error_fix(err, "lxc-cgroup -n NAME memory.max");
	}
	if (context->word_count > 2) {
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[2]);
		return error_fix(err, "one file and one value; a value with blanks wants quotes");
	}
	*setting = (struct setting){ context->words[0], context->words[1] };
	return 0;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	struct setting setting = { 0 };
	if (read_words(context, &setting, err) < 0 ||
	    context_open_container(context, &container, err) < 0 ||
	    (context->rcfile && container_load(container, context->rcfile, err) < 0))
		return 1;
	struct cgroup *cgroup = groups_open(container, err);
	if (!cgroup)
		return 1;
	int result = setting.value ? set(context, cgroup, &setting, err)
				   : show(context, cgroup, setting.file, err);
	cgroup_free(cgroup);
	return result < 0;
}

const struct command command = {
	.name = "lxc-cgroup",
	.summary = "print or set a control group file of a running container",
	.synopsis = "[NAME] FILE [VALUE]",
	.options = options,
	.flags = COMMAND_NAME,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  printed; the value is in force\n"
	    "1  an error: it is not running, there is no such file, the value is refused, the "
	    "controller is not delegated\n",
	.run = run,
};
