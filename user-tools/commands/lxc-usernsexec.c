// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Run a command as root of a new user namespace, with the caller's subordinate ids. The command
 * takes our place, so its terminal, signals and exit status need no care.
 */
#include "commands/command.h"

#include <errno.h>
#include <unistd.h>

#include "idmap/idmap.h"

static const struct option_info options[] = {
	{ 'm', NULL, "MAP", VALUE_TEXT,
	  "map ids, {u|g|b}:NSID:HOSTID:COUNT, repeatable (default: the first lines of the caller "
	  "in "
	  "/etc/subuid and /etc/subgid)" },
	{ 's', NULL, NULL, VALUE_NONE, "also map the caller's own ids, right above the others" },
	{ 'u', NULL, "UID", VALUE_NUMBER, "uid to become (default: 0)" },
	{ 'g', NULL, "GID", VALUE_NUMBER, "gid to become (default: 0)" },
	{ 0 },
};

static int read_map(const struct context *context, struct idmap *map, struct error *err)
{
	struct string_list lines = { 0 };
	int result = 0;
	option_values(context, 'm', &lines);
	for (size_t i = 0; i < lines.count && result == 0; i++)
		result = idmap_parse_line(map, lines.items[i], ":", err);
	if (lines.count == 0)
		result = idmap_first_range(geteuid(), map, err);
	string_list_clear(&lines);
	return result;
}

/* -u or -g; root if it is not given */
static int read_id(const struct context *context, int code, uint32_t *id, struct error *err)
{
	const char *text = option_value(context, code);
	*id = 0;
	if (!text || (parse_uint32(text, id) == 0 && *id != UINT32_MAX))
		return 0;
	return error_set(err, E_USAGE, 0, "-%c %s: a number from 0 to 4294967294 is expected", code,
			 text);
}

static int enter(const struct context *context, struct error *err)
{
	struct idmap map = { 0 };
	uint32_t uid, gid, nsuid, nsgid;
	if (read_id(context, 'u', &uid, err) < 0 || read_id(context, 'g', &gid, err) < 0 ||
	    read_map(context, &map, err) < 0)
		return -1;
	if (option_given(context, 's') &&
	    idmap_add_self(&map, geteuid(), getegid(), &nsuid, &nsgid, err) < 0)
		return -1;
	if (idmap_check(&map, geteuid(), getegid(), false, err) < 0)
		return -1;
	return idmap_enter(&map, true, uid, gid, err);
}

static int run(struct context *context, struct error *err)
{
	char *shell[] = { (char[]){ "/bin/sh" }, NULL };
	char **words = context->word_count ? context->words : shell;
	if (enter(context, err) < 0)
		return 1;
	execvp(words[0], words);
	error_set(err, E_SYSTEM, errno, "run %s", words[0]);
	return 1;
}

const struct command command = {
	.name = "lxc-usernsexec",
	.summary = "run a command as root of a new user namespace",
	.synopsis = "[--] [COMMAND [ARGUMENT]...]",
	.options = options,
	.flags = COMMAND_LOOSE,
	.words = VALUE_FILE,
	.exit_codes = "that of the command\n"
		      "1  an error: a bad map, no namespace, no such command\n",
	.run = run,
};
