/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every command has in common. A command is one file with one "const struct command command"
 *and the function it names; main() is in command.c. Its option table is the only place where
 *options are written down: it feeds getopt_long(3), --help,
 * --usage, the completions (share/completions) and the test that compares all of these with the
 *manual page.
 *
 *	static const struct option_info options[] = {
 *		{ 'r', "reboot", NULL, VALUE_NONE, "reboot instead of stopping" },
 *		{ 0 },
 *	};
 *	static int run(struct context *context, struct error *err) { ... }
 *	const struct command command = { .name = "lxc-stop", ..., .options = options, .run = run };
 *
 * Given options are kept in order and asked for by their code: option_given(context, 'r').
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "base/util.h"
#include "container/container.h"

/* What completes as the value of an option or as a word. */
enum value_kind {
	VALUE_NONE, /* a flag */
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_FILE,
	VALUE_DIRECTORY,
	VALUE_CONTAINER,
	VALUE_STATE,
	VALUE_TEMPLATE,
	VALUE_LEVEL,
	VALUE_OPTIONAL, /* text, only glued to the option or after '=' */
	VALUE_ACTION,	/* of lxc-net */
	VALUE_POLICY,	/* of lxc-policy */
};

struct option_info {
	int code;	   /* the short letter, or a number from 256 on for one that is only long */
	const char *name;  /* without dashes; NULL if only short */
	const char *value; /* its word in the help, "FILE"; NULL for a flag */
	enum value_kind kind;
	const char *help; /* one phrase, lower case, no full stop */
};

#define COMMAND_NAME 1u	    /* takes a container: -n NAME or the first word */
#define COMMAND_NO_WORDS 2u /* no words beyond the name */
#define COMMAND_CREATES 8u  /* makes the container */
#define COMMAND_LOOSE 4u    /* without the common options (lxc-usernsexec, lxc-user-nic) */
#define COMMAND_PATHS 32u    /* -P may be given several times: option_values(context, 'P', ...) */
#define COMMAND_ANYWHERE 16u /* with COMMAND_LOOSE: options are taken behind words, too */

struct context;

struct command {
	const char *name, *summary;
	const char *synopsis;		   /* behind the options: "[NAME] [-- COMMAND...]" */
	const struct option_info *options; /* ends with a zeroed entry */
	unsigned flags;
	enum value_kind words;	/* what the words complete as */
	const char *exit_codes; /* "0  stopped\n1  ...\n" */
	/* Returns the exit code. If err is set it is printed first. */
	int (*run)(struct context *context, struct error *err);
};

/* The one of this program. */
extern const struct command command;

struct given_option {
	int code;
	const char *value;
};

struct context {
	const char *name;    /* of the container, or NULL */
	const char *lxcpath; /* -P, or NULL */
	const char *rcfile;  /* --rcfile (and -f where it means that), or NULL */
	char **words;	     /* NULL-terminated: what follows the options (and the name) */
	size_t word_count;
	bool quiet;
	struct given_option *given;
	size_t given_count;
};

bool option_given(const struct context *context, int code);
/* Value of the last one given, or NULL. */
const char *option_value(const struct context *context, int code);
/* The values of all of them. */
void option_values(const struct context *context, int code, struct string_list *list);
/* The value as a number: 0 (*out untouched if not given), or -1 with E_USAGE. */
int option_number(const struct context *context, int code, int64_t min, int64_t max, int64_t *out,
		  struct error *err);

/* The container of the command line; *err names what is wrong. Opens the log. */
int context_open_container(const struct context *context, struct container **container,
			   struct error *err);
/* The same, with its configuration (--rcfile) and the KEY=VALUE definitions of option 's';
 * lxc.log.* applied. */
int context_load_container(const struct context *context, struct container **container,
			   struct error *err);
/* The log alone, for what has no container: with -o only. */
int context_open_log(const struct context *context, struct error *err);
/* -P or the configured lxcpath; caller frees. */
char *context_lxcpath(const struct context *context);

#define OPTION_RCFILE 1000
#define OPTION_USAGE 1001
#define OPTION_VERSION 1002
#define OPTION_TABLE 1003
#define OPTION_JSON 1004

/*
 * --json, of every command that prints: JSON_OPTION is a line of its option table, docs/JSON.md the
 * convention, and its fields are added there.
 *
 *	if (json_wanted(context)) {
 *		struct json json;
 *		json_print_begin(&json);
 *		json_string(&json, "name", context->name);
 *		return json_print_end(&json, err) < 0;
 *	}
 *
 * A stream begins with json_begin(&json, stdout, JSON_LINES) instead, each line of it with
 * json_versioned. Collect first, print then: a command that fails prints no half document.
 */
#define JSON_OPTION                                                 \
	{                                                           \
		OPTION_JSON, "json", NULL, VALUE_NONE, "print JSON" \
	}
bool json_wanted(const struct context *context);
/* The one document of a command, on standard output; its version is written already. */
void json_print_begin(struct json *json);
int json_print_end(struct json *json, struct error *err);

#endif
