// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"

static const struct option_info common_options[] = {
	{ 'n', "name", "NAME", VALUE_CONTAINER, "name of the container" },
	{ 'P', "lxcpath", "PATH", VALUE_DIRECTORY, "directory of the containers" },
	{ OPTION_RCFILE, "rcfile", "FILE", VALUE_FILE,
	  "configuration file instead of the container's own" },
	{ 'o', "logfile", "FILE", VALUE_FILE, "append the log to FILE" },
	{ 'l', "logpriority", "LEVEL", VALUE_LEVEL,
	  "log level: TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL" },
	{ 'q', "quiet", NULL, VALUE_NONE, "print no messages" },
	{ 0 },
};

static const struct option_info help_options[] = {
	{ 'h', "help", NULL, VALUE_NONE, "print this help" },
	{ OPTION_USAGE, "usage", NULL, VALUE_NONE, "print a short usage" },
	{ OPTION_VERSION, "version", NULL, VALUE_NONE, "print the version" },
	{ 0 },
};

#define MAX_OPTIONS 64
/* All options of this program: its own, then the common ones it does not redefine. */
static struct option_info all[MAX_OPTIONS];
static size_t all_count;

static bool have_option(const struct option_info *option)
{
	for (size_t i = 0; i < all_count; i++)
		if (all[i].code == option->code ||
		    (all[i].name && option->name && strcmp(all[i].name, option->name) == 0))
			return true;
	return false;
}

static void collect_options(void)
{
	const struct option_info *const tables[] = {
		command.options, command.flags & COMMAND_LOOSE ? NULL : common_options, help_options
	};
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (const struct option_info *o = tables[t];
		     o && o->code && all_count < MAX_OPTIONS; o++)
			if (!have_option(o))
				all[all_count++] = *o;
}

static void print_option(FILE *out, const struct option_info *o)
{
	char left[80];
	int used = o->code < 256
		       ? snprintf(left, sizeof(left), "-%c%s", o->code, o->name ? ", " : "")
		       : snprintf(left, sizeof(left), "    ");
	bool optional = o->kind == VALUE_OPTIONAL;
	if (o->name)
		snprintf(left + used, sizeof(left) - (size_t)used, "--%s%s%s%s", o->name,
			 !o->value  ? ""
			 : optional ? "[="
				    : "=",
			 o->value ? o->value : "", o->value && optional ? "]" : "");
	else if (o->value)
		snprintf(left + used, sizeof(left) - (size_t)used, " %s", o->value);
	fprintf(out, strlen(left) > 26 ? "  %s\n%30s%s\n" : "  %-26s%s  %s\n", left, "", o->help);
}

static void print_help(FILE *out)
{
	fprintf(out, "Usage: %s [OPTION]... %s\n%c%s.\n\nOptions:\n", command.name,
		command.synopsis, command.summary[0] - ('a' - 'A'), command.summary + 1);
	for (size_t i = 0; i < all_count; i++)
		print_option(out, &all[i]);
	fprintf(out, "\nExit status:\n");
	struct string_list lines = { 0 };
	string_list_add_words(&lines, command.exit_codes, "\n");
	for (size_t i = 0; i < lines.count; i++)
		fprintf(out, "  %s\n", lines.items[i]);
	string_list_clear(&lines);
	fprintf(out, "\nThe manual page %s has examples.\n", command.name);
}

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: %s", command.name);
	for (size_t i = 0; i < all_count; i++) {
		const struct option_info *o = &all[i];
		const char *join = !o->value		       ? ""
				   : o->kind == VALUE_OPTIONAL ? "[="
				   : o->name		       ? "="
							       : " ";
		fprintf(out, " [%s%s%s%s%s]", o->name ? "--" : (char[]){ '-', (char)o->code, 0 },
			o->name ? o->name : "", join, o->value ? o->value : "",
			o->kind == VALUE_OPTIONAL ? "]" : "");
	}
	fprintf(out, " %s\n", command.synopsis);
}

/* For the completions and the test of the manual pages: code, name, kind, value, help. */
static void print_table(void)
{
	static const char *const kinds[] = {
		"none",	     "text",  "number",	  "file",  "directory",
		"container", "state", "template", "level", "optional", "action",
		"policy"
	};
	printf("command\t%s\t%s\t%s\n", command.name, kinds[command.words], command.summary);
	for (size_t i = 0; i < all_count; i++)
		printf("option\t%s\t%s\t%s\t%s\t%s\n",
		       all[i].code < 256 ? (char[]){ (char)all[i].code, 0 } : "-",
		       all[i].name ? all[i].name : "-", kinds[all[i].kind],
		       all[i].value ? all[i].value : "-", all[i].help);
}

bool option_given(const struct context *context, int code)
{
	for (size_t i = 0; i < context->given_count; i++)
		if (context->given[i].code == code)
			return true;
	return false;
}

const char *option_value(const struct context *context, int code)
{
	for (size_t i = context->given_count; i-- > 0;)
		if (context->given[i].code == code)
			return context->given[i].value;
	return NULL;
}

void option_values(const struct context *context, int code, struct string_list *list)
{
	for (size_t i = 0; i < context->given_count; i++)
		if (context->given[i].code == code)
			string_list_add(list, context->given[i].value);
}

static const struct option_info *find_option(int code)
{
	for (size_t i = 0; i < all_count; i++)
		if (all[i].code == code)
			return &all[i];
	return NULL;
}

int option_number(const struct context *context, int code, int64_t min, int64_t max, int64_t *out,
		  struct error *err)
{
	const char *text = option_value(context, code);
	if (!text || parse_int64(text, min, max, out) == 0)
		return 0;
	const struct option_info *option = find_option(code);
	return error_set(err, E_USAGE, 0, "--%s=%s: a number from %lld to %lld is expected",
			 option->name, text, (long long)min, (long long)max);
}

bool json_wanted(const struct context *context)
{
	return option_given(context, OPTION_JSON);
}

void json_print_begin(struct json *json)
{
	json_begin(json, stdout, JSON_DOCUMENT);
	json_versioned(json);
}

int json_print_end(struct json *json, struct error *err)
{
	if (json_finish(json) == 0)
		return 0;
	clearerr(stdout); /* said here, not once more at the end */
	return error_set(err, E_SYSTEM, errno, "standard output");
}

char *context_lxcpath(const struct context *context)
{
	if (context->lxcpath)
		return path_absolute(context->lxcpath);
	char *path = config_system_get("lxc.lxcpath");
	return path ? path : xstrdup("/");
}

/* -l alone turns on the standard log file, as in LXC. */
static int open_log(const struct context *context, const struct container *container,
		    struct error *err)
{
	const char *file = option_value(context, 'o'), *level = option_value(context, 'l');
	_cleanup_free_ char *standard = NULL;
	if (level) {
		int number = log_level_from_name(level);
		if (number < 0) {
			error_set(err, E_USAGE, 0, "--logpriority=%s: not a log level", level);
			return error_fix(err,
					 "TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL");
		}
		log_set_level((enum log_level)number);
		/* Where nothing is, a log would be the beginning of a container. */
		if (!file && container &&
		    (geteuid() == 0 || command.flags & COMMAND_CREATES ||
		     file_is_directory(container->directory)))
			file = standard =
			    geteuid() == 0
				? xasprintf("%s/%s.log", PATH_ROOT_LOG, container->name)
				: xasprintf("%s/%s.log", container->directory, container->name);
	}
	if (file && log_set_file(file) < 0)
		return error_set(err, E_USAGE, errno, "log file %s", file);
	return 0;
}

/* lxc.log.* of the container, where the command line does not say otherwise. */
static int configure_log(const struct context *context, const struct config *config,
			 struct error *err)
{
	if (config->log_level >= 0 && !option_given(context, 'l'))
		log_set_level((enum log_level)config->log_level);
	if (config->log_file && !option_given(context, 'o') && log_set_file(config->log_file) < 0)
		return error_set(err, E_CONFIG_VALUE, errno, "lxc.log.file = %s", config->log_file);
	if (config->log_syslog && log_set_syslog(config->log_syslog) < 0)
		return error_set(err, E_CONFIG_VALUE, errno, "lxc.log.syslog = %s",
				 config->log_syslog);
	return 0;
}

int context_open_log(const struct context *context, struct error *err)
{
	return open_log(context, NULL, err);
}

int context_open_container(const struct context *context, struct container **container,
			   struct error *err)
{
	if (container_open(context->lxcpath, context->name, container, err) < 0)
		return -1;
	return open_log(context, *container, err);
}

int context_load_container(const struct context *context, struct container **container,
			   struct error *err)
{
	struct string_list definitions = { 0 };
	if (context_open_container(context, container, err) < 0 ||
	    container_load(*container, context->rcfile, err) < 0)
		return -1;
	const struct option_info *define = find_option('s');
	if (define && define->name && strcmp(define->name, "define") == 0)
		option_values(context, 's', &definitions);
	int result = 0;
	for (size_t i = 0; i < definitions.count && result == 0; i++)
		result = config_set_definition((*container)->config, definitions.items[i], err);
	string_list_clear(&definitions);
	return result < 0 ? -1 : configure_log(context, (*container)->config, err);
}

static _Noreturn void fail(const char *fmt, const char *what)
{
	fprintf(stderr, "%s: ", command.name);
	fprintf(stderr, fmt, what);
	fputc('\n', stderr);
	exit(1);
}

static void take_option(struct context *context, int code, const char *value)
{
	context->given =
	    xrealloc(context->given, (context->given_count + 1) * sizeof(*context->given));
	context->given[context->given_count++] = (struct given_option){ code, value };
	if (command.flags & COMMAND_LOOSE)
		return;
	if (code == 'n')
		context->name = value;
	else if (code == 'P' && context->lxcpath && !(command.flags & COMMAND_PATHS))
		fail("-P %s: only one path is accepted", value);
	else if (code == 'P')
		context->lxcpath = value;
	else if (code == OPTION_RCFILE)
		context->rcfile = value;
	else if (code == 'q')
		context->quiet = true;
}

/*
 * A closed standard stream is a number that the first file we open would get, and then hand on as
 * somebody's input or output. It is filled the wrong way round, so that using it still fails.
 */
static void fill_closed_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/* What was to be printed did not get out: the disk is full, the stream closed. */
static int check_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "%s: standard output: %s\n", command.name, strerror(errno));
	return code ? code : 1;
}

static void parse(struct context *context, int argc, char **argv)
{
	struct option long_options[MAX_OPTIONS + 2] = { 0 };
	char short_options[MAX_OPTIONS * 3 + 2] = "";
	size_t n = 0, s = 0;
	/* the first word ends the options: the rest is a command's own */
	if ((command.flags & (COMMAND_LOOSE | COMMAND_ANYWHERE)) == COMMAND_LOOSE)
		short_options[s++] = '+';
	for (size_t i = 0; i < all_count; i++) {
		const struct option_info *o = &all[i];
		int argument = !o->value		   ? no_argument
			       : o->kind == VALUE_OPTIONAL ? optional_argument
							   : required_argument;
		if (o->name)
			long_options[n++] = (struct option){ o->name, argument, NULL, o->code };
		if (o->code < 256) {
			short_options[s++] = (char)o->code;
			for (int colon = 0; colon < argument; colon++)
				short_options[s++] = ':';
		}
	}
	long_options[n] = (struct option){ "option-table", no_argument, NULL, OPTION_TABLE };
	for (int code; (code = getopt_long(argc, argv, short_options, long_options, NULL)) != -1;) {
		switch (code) {
		case 'h':
			print_help(stderr);
			exit(0);
		case OPTION_USAGE:
			print_usage(stderr);
			exit(0);
		case OPTION_VERSION:
			puts(VERSION);
			exit(check_output(0));
		case OPTION_TABLE:
			print_table();
			exit(check_output(0));
		case '?':
			print_help(stderr);
			exit(1);
		default:
			take_option(context, code, optarg);
		}
	}
	context->words = argv + optind;
	context->word_count = (size_t)(argc - optind);
}

static void take_name(struct context *context)
{
	if (!(command.flags & COMMAND_NAME))
		return;
	if (!context->name && context->word_count) {
		context->name = context->words[0];
		context->words++;
		context->word_count--;
	}
	if (!context->name)
		fail("%s", "No container name specified");
}

int main(int argc, char **argv)
{
	struct context context = { 0 };
	struct error err = { 0 };
	fill_closed_streams();
	/* What the caller's umask takes from the caller (0777) would lock it out of its own files.
	 */
	umask(umask(0) & 0077);
	program_name = command.name;
	collect_options();
	parse(&context, argc, argv);
	log_set_quiet(context.quiet);
	take_name(&context);
	if ((command.flags & COMMAND_NO_WORDS) && context.word_count)
		fail("unexpected word \"%s\"", context.words[0]);
	if (context.name)
		log_set_container(context.name);
	int code = command.run(&context, &err);
	if (error_is_set(&err) && !context.quiet)
		error_print(&err, command.name, context.name, stderr);
	free(context.given);
	return check_output(code);
}
