// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc-usernsexec: run a command as root of a new user namespace, with the caller's subordinate ids.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/util.h"
#include "idmap/idmap.h"

static const struct option_text {
	char letter;
	const char *name;     /* long name, or NULL */
	const char *argument; /* or NULL */
	const char *meaning;
} options[] = {
	{ 'm', NULL, "MAP", "map ids, {u|g|b}:NSID:HOSTID:COUNT; repeatable (default: the first" },
	{ 0, NULL, NULL, "lines of the caller in /etc/subuid and /etc/subgid)" },
	{ 's', NULL, NULL, "also map the caller's own ids, right above the others" },
	{ 'u', NULL, "UID", "uid to become (default: 0)" },
	{ 'g', NULL, "GID", "gid to become (default: 0)" },
	{ 'h', "help", NULL, "show this help" },
	{ 'V', "version", NULL, "show the version" },
};

struct arguments {
	struct idmap map;
	bool has_map, self;
	uint32_t uid, gid;
	char **command;
};

static void print_usage(FILE *out)
{
	fprintf(out,
		"Usage: %s [-m MAP]... [-s] [-u UID] [-g GID] [--] [COMMAND [ARG]...]\n\n"
		"Run COMMAND (default: /bin/sh) as root of a new user namespace.\n\n",
		program_name);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		char left[32] = "";
		const struct option_text *o = &options[i];
		if (o->letter)
			snprintf(left, sizeof(left), "-%c%s%s%s%s", o->letter,
				 o->name ? ", --" : "", o->name ? o->name : "",
				 o->argument ? " " : "", o->argument ? o->argument : "");
		fprintf(out, "  %-16s %s\n", left, o->meaning);
	}
}

static int parse_id(const char *text, char letter, uint32_t *id, struct error *err)
{
	if (parse_uint32(text, id) == 0 && *id != UINT32_MAX)
		return 0;
	return error_set(err, E_USAGE, 0,
			 "-%c %s: not an id; a decimal number up to 4294967294 is one", letter,
			 text);
}

/* 0 = go on, 1 = done (help), -1 = error; without an error in err getopt has said it. */
static int parse_arguments(int argc, char **argv, struct arguments *args, struct error *err)
{
	static char shell[] = "/bin/sh", *default_command[] = { shell, NULL };
	static const struct option names[] = { { "help", no_argument, NULL, 'h' },
					       { "version", no_argument, NULL, 'V' },
					       { 0 } };
	/* "+": options behind the command are the command's. */
	for (int letter; (letter = getopt_long(argc, argv, "+m:su:g:hV", names, NULL)) != -1;) {
		int result = 0;
		switch (letter) {
		case 'm':
			result = idmap_parse_line(&args->map, optarg, ":", err);
			args->has_map = true;
			break;
		case 's':
			args->self = true;
			break;
		case 'u':
			result = parse_id(optarg, 'u', &args->uid, err);
			break;
		case 'g':
			result = parse_id(optarg, 'g', &args->gid, err);
			break;
		case 'h':
			print_usage(stdout);
			return 1;
		case 'V':
			puts(VERSION);
			return 1;
		default:
			print_usage(stderr);
			return -1;
		}
		if (result < 0)
			return -1;
	}
	args->command = argv[optind] ? argv + optind : default_command;
	return 0;
}

static int enter(struct arguments *args, struct error *err)
{
	uint32_t nsuid, nsgid;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (!args->has_map && idmap_first_range(uid, &args->map, err) < 0)
		return -1;
	if (args->self && idmap_add_self(&args->map, uid, gid, &nsuid, &nsgid, err) < 0)
		return -1;
	if (idmap_check(&args->map, uid, gid, false, err) < 0)
		return -1;
	return idmap_enter(&args->map, true, args->uid, args->gid, err);
}

int main(int argc, char **argv)
{
	struct arguments args = { 0 };
	struct error err = { 0 };
	program_name = "lxc-usernsexec";
	int parsed = parse_arguments(argc, argv, &args, &err);
	if (parsed > 0)
		return fflush(stdout) == 0 ? 0 : 1;
	if (parsed == 0 && enter(&args, &err) == 0) {
		execvp(args.command[0], args.command);
		error_set(&err, E_SYSTEM, errno, "run %s", args.command[0]);
	}
	error_print(&err, program_name, NULL, stderr);
	return 1;
}
