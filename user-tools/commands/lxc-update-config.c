// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user.h"
#include "config/config.h"

#define MAX_FILE (1u << 20)

static const struct option_info options[] = {
	{ 'c', "config", "FILE", VALUE_FILE, "the configuration file to rewrite" },
	JSON_OPTION,
	{ 0 },
};

/* What has been changed, to be printed when it is done. now is NULL for a line that is gone. */
static struct change {
	unsigned line;
	char *was, *now;
} * changes;
static size_t change_count;

static void note_change(unsigned line, const char *was, const char *now)
{
	changes = xrealloc(changes, (change_count + 1) * sizeof(*changes));
	changes[change_count++] = (struct change){ line, xstrdup(was), now ? xstrdup(now) : NULL };
}

static void forget_changes(void)
{
	for (size_t i = 0; i < change_count; i++) {
		free(changes[i].was);
		free(changes[i].now);
	}
	free(changes);
}

/* backup is NULL when nothing was to be changed. */
static void print_text(const char *given, const char *backup)
{
	for (size_t i = 0; i < change_count; i++)
		if (changes[i].now)
			printf("%s:%u: %s is %s now\n", given, changes[i].line, changes[i].was,
			       changes[i].now);
		else
			printf("%s:%u: %s is not needed any more\n", given, changes[i].line,
			       changes[i].was);
	if (backup)
		printf("%s: %zu lines changed; the original is %s\n", given, change_count, backup);
	else
		printf("%s: nothing to change\n", given);
}

static int print_json(const char *given, const char *backup, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "file", given);
	json_string(&json, "backup", backup);
	json_array(&json, "changes");
	for (size_t i = 0; i < change_count; i++) {
		json_object(&json, NULL);
		json_int(&json, "line", changes[i].line);
		json_string(&json, "was", changes[i].was);
		json_string(&json, "now", changes[i].now);
		json_end(&json);
	}
	return json_print_end(&json, err);
}

/* Whoever rewrites the file of somebody else follows paths that the other can change meanwhile. */
static int check_owner(const char *path, int fd, struct stat *st, struct error *err)
{
	if (fstat(fd, st) < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", path);
	if (!S_ISREG(st->st_mode))
		return error_set(err, E_CONFIG_READ, 0, "configuration file %s: not a regular file",
				 path);
	if (st->st_uid == geteuid())
		return 0;
	_cleanup_free_ char *owner = user_name(st->st_uid);
	error_set(err, E_CONFIG_WRITE, 0, "configuration file %s belongs to %s", path, owner);
	return error_fix(err, "run lxc-update-config as %s", owner);
}

/* The original, complete before anything is changed, and never in place of an older one. */
static int keep_original(const char *backup, const char *content, size_t size, mode_t mode,
			 struct error *err)
{
	if (access(backup, F_OK) == 0) {
		error_set(err, E_CONFIG_WRITE, 0, "%s is there already: an older original", backup);
		return error_fix(err, "move it away, then repeat the command");
	}
	if (file_write_atomic(backup, content, size, mode) < 0)
		return error_set(err, E_CONFIG_WRITE, errno, "%s", backup);
	return 0;
}

/* *backup: where the original is, NULL where nothing was to be changed. */
static int update(const char *given, char **backup, struct error *err)
{
	/* A link stays one: the file it leads to is replaced. */
	_cleanup_free_ char *path = realpath(given, NULL);
	_cleanup_close_ int fd =
	    path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
	_cleanup_free_ char *content = NULL, *updated = NULL;
	struct stat st;
	if (fd < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", given);
	if (check_owner(given, fd, &st, err) < 0)
		return -1;
	ssize_t size = file_read_fd(fd, MAX_FILE, &content);
	if (size < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", given);
	if (config_update_text(content, (size_t)size, given, &updated, note_change, err) < 0)
		return -1;
	if (!change_count)
		return 0;
	mode_t mode = st.st_mode & 0777;
	*backup = xasprintf("%s.backup", path);
	if (keep_original(*backup, content, (size_t)size, mode, err) < 0)
		return -1;
	if (file_write_atomic(path, updated, strlen(updated), mode) < 0)
		return error_set(err, E_CONFIG_WRITE, errno, "configuration file %s", given);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	const char *file = option_value(context, 'c');
	_cleanup_free_ char *backup = NULL;
	if (!file) {
		error_set(err, E_USAGE, 0, "which file? There is no -c FILE");
		error_fix(err, "lxc-update-config -c ~/.local/share/lxc/NAME/config");
		return 1;
	}
	int result = update(file, &backup, err);
	if (result == 0 && json_wanted(context))
		result = print_json(file, backup, err);
	else if (result == 0)
		print_text(file, backup);
	forget_changes();
	return result < 0 ? 1 : 0;
}

const struct command command = {
	.name = "lxc-update-config",
	.summary =
	    "rewrite the keys of a configuration file as they have been called since LXC 2.1",
	.synopsis = "-c FILE",
	.options = options,
	.flags = COMMAND_LOOSE | COMMAND_NO_WORDS,
	.exit_codes = "0  the file has the names of today\n1  it could not be read, understood or "
		      "written\n",
	.run = run,
};
