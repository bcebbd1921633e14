// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "image/image.h"

/* Options of storage types that do not exist here; their letters are LXC's, 6 is its short form of
 * --dir. */
#define OPTION_DIR '6'
static const struct option_info options[] = {
	{ 'f', "config", "FILE", VALUE_FILE, "configuration the container starts with" },
	{ 't', "template", "TEMPLATE", VALUE_TEMPLATE, "template: a name, a path, or none" },
	{ 'B', "bdev", "TYPE", VALUE_TEXT, "type of storage: dir or best" },
	{ OPTION_DIR, "dir", "PATH", VALUE_DIRECTORY, "where the root file system goes" },
	{ '0', "lvname", "NAME", VALUE_TEXT, "LVM volume (not supported yet)" },
	{ '1', "vgname", "NAME", VALUE_TEXT, "LVM volume group (not supported yet)" },
	{ '2', "thinpool", "NAME", VALUE_TEXT, "LVM thin pool (not supported yet)" },
	{ '3', "fstype", "TYPE", VALUE_TEXT, "file system (not supported yet)" },
	{ '4', "fssize", "SIZE", VALUE_TEXT, "size of the file system (not supported yet)" },
	{ '5', "zfsroot", "PATH", VALUE_TEXT, "ZFS parent (not supported yet)" },
	{ '7', "rbdname", "NAME", VALUE_TEXT, "RBD image (not supported yet)" },
	{ '8', "rbdpool", "NAME", VALUE_TEXT, "RBD pool (not supported yet)" },
	{ '9', "rbduser", "NAME", VALUE_TEXT, "Ceph user (not supported yet)" },
	JSON_OPTION,
	{ 0 },
};

static int check(const struct context *context, struct error *err)
{
	for (const char *code = "012345789"; *code; code++) {
		if (!option_given(context, *code))
			continue;
		error_set(err, E_UNSUPPORTED, 0,
			  "-%c (--lvname, --vgname, --thinpool, --fstype, --fssize, --zfsroot, "
			  "--rbd...): "
			  "only storage in directories is supported yet",
			  *code);
		return error_fix(err, "-B dir");
	}
	if (context->rcfile) {
		error_set(
		    err, E_USAGE, 0,
		    "--rcfile: a container that is being made has no configuration of its own");
		return error_fix(err, "-f FILE names the configuration it starts with");
	}
	return 0;
}

/* "lxc-create -t NAME -- --help" is a question to the template: it is asked, and nothing is made.
 */
static int show_template_help(const struct context *context, const char *template,
			      struct error *err)
{
	_cleanup_free_ char *path = NULL;
	if (image_find_template(template, &path, err) < 0)
		return 1;
	execv(path, (char *[]){ path, "--help", NULL });
	error_set(err, E_TEMPLATE, errno, "running %s for %s", path, context->name);
	return 1;
}

static int print_json(struct container *container, const char *template, struct error *err)
{
	struct json json;
	if (container_load(container, NULL, err) < 0)
		return -1;
	json_print_begin(&json);
	json_string(&json, "name", container->name);
	json_string(&json, "template", template);
	json_string(&json, "directory", container->directory);
	json_string(&json, "config_file", container->config_path);
	json_string(&json, "rootfs", container->config->rootfs_path);
	return json_print_end(&json, err);
}

/* What a template prints is for people: with --json it goes to standard error. */
static int create_and_print(struct container *container, const struct create_options *create,
			    struct error *err)
{
	_cleanup_close_ int out = fcntl(1, F_DUPFD_CLOEXEC, 3);
	if (out < 0 || dup2(2, 1) < 0)
		return error_set(err, E_SYSTEM, errno, "standard output");
	int result = image_create(container, create, err);
	if (dup2(out, 1) < 0)
		return error_set(err, E_SYSTEM, errno, "standard output");
	return result < 0 ? -1 : print_json(container, create->template, err);
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	const char *template = option_value(context, 't');
	if (check(context, err) < 0)
		return 1;
	for (size_t i = 0; template && strcmp(template, "none") != 0 && i < context->word_count;
	     i++)
		if (strcmp(context->words[i], "--help") == 0)
			return show_template_help(context, template, err);
	if (context_open_container(context, &container, err) < 0)
		return 1;
	struct create_options create = { .template = template,
					 .config_file = option_value(context, 'f'),
					 .bdev = option_value(context, 'B'),
					 .dir = option_value(context, OPTION_DIR),
					 .template_args = context->words };
	int result =
	    (json_wanted(context) ? create_and_print : image_create)(container, &create, err);
	return result < 0 ? 1 : 0;
}

const struct command command = {
	.name = "lxc-create",
	.summary = "make a container",
	.synopsis = "-t TEMPLATE [NAME] [-- TEMPLATE-OPTION...]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_CREATES,
	.words = VALUE_TEXT,
	.exit_codes = "0  made\n"
		      "1  an error; nothing is left of what was made\n",
	.run = run,
};
