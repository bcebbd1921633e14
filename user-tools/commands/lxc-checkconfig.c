// SPDX-License-Identifier: LGPL-2.1-or-later
/* What this host does for containers of the calling user, tried rather than looked up. */
#include "commands/command.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/user.h"
#include "check/check.h"

static const struct option_info options[] = { JSON_OPTION, { 0 } };

#define RED "31"
#define GREEN "32"
#define YELLOW "33"

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

static void print_row(const struct check_row *row, bool colour)
{
	const char *word = row->present ? "enabled" : row->required ? "required" : "missing";
	const char *paint = row->present ? GREEN : row->required ? RED : YELLOW;
	if (colour)
		printf("%s: \033[%sm%s\033[m", row->name, paint, word);
	else
		printf("%s: %s", row->name, word);
	if (row->detail)
		printf(" (%s)", row->detail);
	putchar('\n');
	if (!row->present)
		printf("    for: %s\n", row->why);
	if (row->fix)
		printf("    fix: %s\n", row->fix);
}

static void print_report(const struct check_report *report)
{
	bool colour = wants_colour();
	const char *section = "";
	for (size_t i = 0; i < report->count; i++) {
		const struct check_row *row = &report->rows[i];
		if (strcmp(section, row->section) != 0)
			printf("%s--- %s ---\n", i ? "\n" : "", row->section);
		section = row->section;
		print_row(row, colour);
	}
}

static int print_json(const struct check_report *report, const char *config, const char *kernel,
		      const char *user, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "kernel", kernel);
	json_string(&json, "user", user);
	json_string(&json, "config", config);
	json_bool(&json, "passed", check_passed(report));
	json_array(&json, "checks");
	for (size_t i = 0; i < report->count; i++) {
		const struct check_row *row = &report->rows[i];
		json_object(&json, NULL);
		json_string(&json, "section", row->section);
		json_string(&json, "name", row->name);
		json_bool(&json, "present", row->present);
		json_bool(&json, "required", row->required);
		json_string(&json, "code", row->code ? error_name(row->code) : NULL);
		json_string(&json, "detail", row->detail);
		json_string(&json, "why", row->why);
		json_string(&json, "fix", row->fix);
		json_end(&json);
	}
	json_end(&json);
	return json_print_end(&json, err);
}

static int make_report(struct check_report *report, const char *config, struct error *err)
{
	if (config)
		return check_kernel_config(report, config, err);
	check_kernel(report);
	check_groups(report);
	check_security(report);
	check_helpers(report);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	struct check_report report = { 0 };
	struct utsname system;
	/* As LXC's: whoever says CONFIG= asks about a kernel that need not be this one. */
	const char *config = getenv("CONFIG");
	config = config && *config ? config : NULL;
	_cleanup_free_ char *user = user_name(geteuid());
	const char *kernel = config || uname(&system) < 0 ? NULL : system.release;
	if (make_report(&report, config, err) < 0)
		return 1;
	bool passed = check_passed(&report);
	if (json_wanted(context)) {
		if (print_json(&report, config, kernel, user, err) < 0)
			passed = false;
	} else {
		if (config)
			printf("Kernel configuration %s\n\n", config);
		else
			printf("lxc-privsep " VERSION ", Linux %s, for %s\n\n", kernel, user);
		print_report(&report);
	}
	check_clear(&report);
	return !passed;
}

const struct command command = {
	.name = "lxc-checkconfig",
	.summary = "check what this host does for the containers of the calling user",
	.synopsis = "",
	.options = options,
	.flags = COMMAND_LOOSE | COMMAND_NO_WORDS,
	.exit_codes = "0  everything that is required is there\n"
		      "1  something required is missing; CONFIG cannot be read\n",
	.run = run,
};
