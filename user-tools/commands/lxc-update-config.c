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
	{ 0 },
};

/* What has been changed, to be printed when it is done. */
static struct string_list changes;

static void note_change(unsigned line, const char *was, const char *now)
{
	string_list_take(&changes, now ? xasprintf("%u: %s is %s now", line, was, now)
				       : xasprintf("%u: %s is not needed any more", line, was));
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
static int keep_original(const char *path, const char *content, size_t size, mode_t mode,
			 struct error *err)
{
	_cleanup_free_ char *backup = xasprintf("%s.backup", path);
	if (access(backup, F_OK) == 0) {
		error_set(err, E_CONFIG_WRITE, 0, "%s is there already: an older original", backup);
		return error_fix(err, "move it away, then repeat the command");
	}
	if (file_write_atomic(backup, content, size, mode) < 0)
		return error_set(err, E_CONFIG_WRITE, errno, "%s", backup);
	return 0;
}

static int update(const char *given, struct error *err)
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
	if (!changes.count) {
		printf("%s: nothing to change\n", given);
		return 0;
	}
	mode_t mode = st.st_mode & 0777;
	if (keep_original(path, content, (size_t)size, mode, err) < 0)
		return -1;
	if (file_write_atomic(path, updated, strlen(updated), mode) < 0)
		return error_set(err, E_CONFIG_WRITE, errno, "configuration file %s", given);
	for (size_t i = 0; i < changes.count; i++)
		printf("%s:%s\n", given, changes.items[i]);
	printf("%s: %zu lines changed; the original is %s.backup\n", given, changes.count, path);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	const char *file = option_value(context, 'c');
	if (!file) {
		error_set(err, E_USAGE, 0, "which file? There is no -c FILE");
		error_fix(err, "lxc-update-config -c ~/.local/share/lxc/NAME/config");
		return 1;
	}
	int result = update(file, err);
	string_list_clear(&changes);
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
