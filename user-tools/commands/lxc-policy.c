// SPDX-License-Identifier: LGPL-2.1-or-later
/* What lxc-usernet(5) gives whom, what is wrong with it, and what the helpers decided. */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "access/answer.h"
#include "access/host.h"
#include "access/use.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/user.h"
#include "commands/policy.h"
#include "commands/table.h"

static const struct option_info options[] = {
	{ 'n', "lines", "N", VALUE_NUMBER, "log: only the last N" },
	{ OPTION_USER, "user", "USER", VALUE_TEXT, "log: only what this user asked for" },
	{ OPTION_SINCE, "since", "TIME", VALUE_TEXT,
	  "log: from then on: 2h, 7d, or YYYY-MM-DD [HH:MM[:SS]]" },
	{ 'q', "quiet", NULL, VALUE_NONE, "print no messages" },
	JSON_OPTION,
	{ 0 },
};

/* ---- users ---- */

int policy_find_user(const char *word, uid_t *uid, struct error *err)
{
	struct user_accounts accounts;
	uint32_t number;
	bool found = false;
	user_accounts_read(&accounts);
	for (size_t i = 0; i < accounts.count && !found; i++)
		if (strcmp(accounts.items[i].name, word) == 0) {
			*uid = accounts.items[i].uid;
			found = true;
		}
	user_accounts_clear(&accounts);
	if (!found && text_number(text_of(word), ID_MAX, &number)) {
		*uid = number;
		found = true;
	}
	return found ? 0
		     : error_set(err, E_USAGE, 0,
				 "\"%s\" is neither a user of /etc/passwd nor a uid", word);
}

/* Of ourselves the groups that we have now, as net-helper sees them. */
static void open_policy(struct net_policy *policy, uid_t uid)
{
	if (uid == getuid())
		net_policy_open(policy);
	else
		net_policy_open_for(policy, uid);
}

/* ---- words ---- */

static char *who_text(const struct usernet_rule *rule)
{
	return xasprintf("%s%.*s", rule->is_group ? "@" : "", (int)rule->who.size, rule->who.data);
}

/* The options in the order of lxc-usernet(5), as the file would have them. */
static void options_list(const struct usernet_rule *rule, struct string_list *list)
{
	for (size_t i = 0; i < USERNET_MAX_ADDRESSES && rule->address[i].prefix; i++) {
		char address[USERNET_ADDRESS_TEXT];
		usernet_address_text(&rule->address[i], address);
		string_list_take(list, xasprintf("ip=%s", address));
	}
	if (rule->mac.size)
		string_list_take(list, xasprintf("mac=%.*s", (int)rule->mac.size, rule->mac.data));
	if (rule->isolated)
		string_list_add(list, "isolated");
	if (rule->vlan)
		string_list_take(list, xasprintf("vlan=%u", rule->vlan));
	if (rule->mtu)
		string_list_take(list, xasprintf("mtu=%u", rule->mtu));
	if (rule->mode)
		string_list_take(list, xasprintf("mode=%s", usernet_mode_name(rule->mode)));
}

static void put_rule(struct json *json, const struct usernet_rule *rule, uint32_t line)
{
	_cleanup_free_ char *who = who_text(rule);
	struct string_list list = { 0 };
	options_list(rule, &list);
	json_string(json, "file", PATH_USERNET);
	json_uint(json, "line", line);
	json_string(json, "who", who);
	json_string(json, "type", usernet_type_name(rule->type));
	json_bytes(json, "link", rule->link.data, rule->link.size);
	json_uint(json, "count", rule->count);
	json_strings(json, "options", &list);
	string_list_clear(&list);
}

void policy_note(const struct context *context, const char *text)
{
	fflush(stdout); /* it is about what was printed */
	if (!context->quiet)
		fprintf(stderr, "lxc-policy: %s\n", text);
}

/* ---- show ---- */

struct shown {
	struct usernet_offer *offers;
	struct use *uses;
	size_t count, bad; /* bad: lines of anybody that grant nothing */
};

static void find_shown(const struct net_policy *policy, struct shown *shown)
{
	struct text rest = policy->file, line;
	struct lint_problem problem;
	struct usernet_offer new;
	*shown = (struct shown){ .count = 0 };
	for (new.line = 1; text_take_line(&rest, &line); new.line++) {
		enum usernet_line kind = usernet_parse_line(line, &new.rule);
		if (lint_line(line, &problem)) {
			shown->bad++;
			continue;
		}
		if (kind != USERNET_RULE || !usernet_is_for(&new.rule, &policy->account, &new.pool))
			continue;
		size_t n = shown->count++;
		shown->offers = xrealloc(shown->offers, (n + 1) * sizeof(*shown->offers));
		shown->uses = xrealloc(shown->uses, (n + 1) * sizeof(*shown->uses));
		shown->offers[n] = new;
		use_find(new.pool, &new.rule, &shown->uses[n]);
	}
}

static void clear_shown(struct shown *shown)
{
	for (size_t i = 0; i < shown->count; i++)
		use_clear(&shown->uses[i]);
	free(shown->offers);
	free(shown->uses);
}

/* "web, db": the containers of holders "alice/web/eth0"; with the user for a group's. */
static char *containers_text(const struct use *use, bool is_group)
{
	struct string_list names = { 0 };
	for (size_t i = 0; i < use->holders.count; i++) {
		const char *holder = use->holders.items[i], *name = strchr(holder, '/');
		const char *end = name ? strrchr(holder, '/') : NULL;
		const char *start = is_group || !name || end == name ? holder : name + 1;
		_cleanup_free_ char *text =
		    end && end > start ? xstrndup(start, (size_t)(end - start)) : xstrdup(start);
		if (!string_list_has(&names, text))
			string_list_add(&names, text);
	}
	char *joined = names.count ? string_list_join(&names, ", ") : xstrdup("-");
	string_list_clear(&names);
	return joined;
}

static void print_shown(const struct shown *shown)
{
	static const char *const titles[] = { "RULE",  "WHO",  "TYPE",	  "LINK",
					      "COUNT", "USED", "OPTIONS", "CONTAINERS" };
	struct table table = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		table_add_column(&table, titles[i], 0);
	for (size_t i = 0; i < shown->count; i++) {
		const struct usernet_offer *offer = &shown->offers[i];
		const struct usernet_rule *rule = &offer->rule;
		const struct use *use = &shown->uses[i];
		struct string_list list = { 0 };
		options_list(rule, &list);
		char *cells[] = { xasprintf("%s:%u", PATH_USERNET, offer->line),
				  who_text(rule),
				  xstrdup(usernet_type_name(rule->type)),
				  xstrndup(rule->link.data, rule->link.size),
				  xasprintf("%u", rule->count),
				  use->known ? xasprintf("%u", use->used) : xstrdup("-"),
				  list.count ? string_list_join(&list, ", ") : xstrdup("-"),
				  containers_text(use, rule->is_group) };
		string_list_clear(&list);
		table_add_row(&table, cells, NULL);
	}
	table_print(&table, stdout);
	table_clear(&table);
}

static int print_shown_json(const struct shown *shown, const char *user, uid_t uid,
			    struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "user", user);
	json_uint(&json, "uid", uid);
	json_array(&json, "lines");
	for (size_t i = 0; i < shown->count; i++) {
		const struct use *use = &shown->uses[i];
		json_object(&json, NULL);
		put_rule(&json, &shown->offers[i].rule, shown->offers[i].line);
		json_known(&json, "used", use->known ? (int64_t)use->used : -1);
		json_strings(&json, "holders", &use->holders);
		json_end(&json);
	}
	json_end(&json);
	json_uint(&json, "bad_lines", shown->bad);
	return json_print_end(&json, err) < 0 ? POLICY_FAILED : POLICY_YES;
}

static int show(const struct context *context, struct error *err)
{
	uid_t uid = getuid();
	struct lint_problem problem;
	bool missing;
	if (context->word_count > 2) {
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[2]);
		return POLICY_FAILED;
	}
	if (context->word_count == 2 && policy_find_user(context->words[1], &uid, err) < 0)
		return POLICY_FAILED;
	if (access_file_is_unsafe(&problem, &missing)) {
		error_set(err, missing ? E_NET_NO_POLICY : E_NET_POLICY_UNSAFE, 0, "%s: %s: %s",
			  PATH_USERNET, problem.value, problem.what);
		error_fix(err, "%s", problem.accepted);
		return POLICY_FAILED;
	}
	_cleanup_free_ char *user = user_name(uid);
	_cleanup_net_policy_ struct net_policy policy;
	struct shown shown;
	open_policy(&policy, uid);
	find_shown(&policy, &shown);
	int code = POLICY_YES;
	if (json_wanted(context))
		code = print_shown_json(&shown, user, uid, err);
	else if (shown.count)
		print_shown(&shown);
	else
		printf("%s\n", uid == 0 ? "root needs no line"
					: "no line of " PATH_USERNET " is for this user");
	if (shown.bad) {
		_cleanup_free_ char *text = xasprintf(
		    "%zu line%s of %s give%s nothing: lxc-policy lint says why", shown.bad,
		    shown.bad == 1 ? "" : "s", PATH_USERNET, shown.bad == 1 ? "s" : "");
		policy_note(context, text);
	}
	clear_shown(&shown);
	return code;
}

/* ---- check ---- */

static struct text line_of(struct text file, uint32_t number)
{
	struct text line = { NULL, 0 };
	while (number-- && text_take_line(&file, &line))
		;
	return line;
}

static void print_answer(const struct access_answer *answer, const struct net_policy *policy,
			 const struct access_question *question, const char *user)
{
	const char *type = usernet_type_name(question->nic.type);
	if (answer->without_line)
		printf("yes: root needs no line\n");
	else if (answer->yes)
		printf("yes: %s may have %u %s on %s\n", user, answer->offer.rule.count, type,
		       question->nic.link);
	else
		printf("no: %s\n", answer->why);
	if (answer->line) {
		struct text line = line_of(policy->file, answer->line);
		printf("rule: %s:%u: ", PATH_USERNET, answer->line);
		for (size_t i = 0; i < line.size; i++)
			putchar(line.data[i] < ' ' || line.data[i] > '~' ? ' ' : line.data[i]);
		putchar('\n');
	}
	if (!answer->yes && *answer->fix)
		printf("fix: %s\n", answer->fix);
}

static int print_answer_json(const struct access_answer *answer,
			     const struct access_question *question, const char *user,
			     struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "user", user);
	json_string(&json, "type", usernet_type_name(question->nic.type));
	json_string(&json, "link", question->nic.link);
	json_bool(&json, "allowed", answer->yes);
	json_string(&json, "reason", answer->yes ? NULL : answer->why);
	if (answer->line) {
		json_object(&json, "rule");
		put_rule(&json, &answer->offer.rule, answer->line);
		json_end(&json);
	} else {
		json_null(&json, "rule");
	}
	return json_print_end(&json, err);
}

static int check(const struct context *context, struct error *err)
{
	uid_t uid;
	struct access_question question;
	struct access_answer answer;
	if (context->word_count < 4) {
		error_set(err, E_USAGE, 0, "check takes USER TYPE LINK [OPTION...]");
		error_fix(err, "lxc-policy check alice veth lxcbr0");
		return POLICY_FAILED;
	}
	if (policy_find_user(context->words[1], &uid, err) < 0 ||
	    access_question_parse(context->words[2], context->words[3], context->words + 4,
				  &question, err) < 0)
		return POLICY_FAILED;
	_cleanup_free_ char *user = user_name(uid);
	_cleanup_net_policy_ struct net_policy policy;
	open_policy(&policy, uid);
	access_find_answer(&policy, &question, user, &answer);
	if (!json_wanted(context))
		print_answer(&answer, &policy, &question, user);
	else if (print_answer_json(&answer, &question, user, err) < 0)
		return POLICY_FAILED;
	return answer.yes ? POLICY_YES : POLICY_NO;
}

/* ---- lint ---- */

struct linted {
	const char *path;
	struct json *json; /* NULL: text */
	bool fails;
};

/* Line 0 is the file as a whole. */
static void print_problem(void *closure, uint32_t line, const struct lint_problem *problem)
{
	struct linted *linted = closure;
	linted->fails |= problem->grants_nothing;
	if (!linted->json) {
		printf("%s:", linted->path);
		if (line)
			printf("%u:", line);
		printf(" %s: \"%s\": %s (right: %s)\n",
		       problem->grants_nothing ? "error" : "warning", problem->value, problem->what,
		       problem->accepted);
		return;
	}
	json_object(linted->json, NULL);
	json_known(linted->json, "line", line ? (int64_t)line : -1);
	json_bool(linted->json, "grants_nothing", problem->grants_nothing);
	json_string(linted->json, "value", problem->value);
	json_string(linted->json, "problem", problem->what);
	json_string(linted->json, "accepted", problem->accepted);
	json_end(linted->json);
}

/* A file that is going to be the policy: its owner and mode do not matter yet. */
static int read_other(const char *path, char **text, struct text *file, struct error *err)
{
	struct stat info;
	ssize_t size = -1;
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		errno = EINVAL;
	else
		size = file_read_all(AT_FDCWD, path, USERNET_MAX_FILE, text);
	*file = (struct text){ *text, size > 0 ? (size_t)size : 0 };
	return size < 0 ? error_set(err, E_CONFIG_READ, errno, "%s", path) : 0;
}

static int lint(const struct context *context, struct error *err)
{
	const char *path = context->word_count > 1 ? context->words[1] : NULL;
	_cleanup_free_ char *text = NULL;
	_cleanup_net_policy_ struct net_policy policy;
	struct linted linted = { .path = path ? path : PATH_USERNET };
	struct lint_problem problem;
	struct json json;
	struct text file;
	bool missing = false;
	net_policy_open(&policy);
	file = policy.file;
	if (context->word_count > 2) {
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[2]);
		return POLICY_FAILED;
	}
	if (path && read_other(path, &text, &file, err) < 0)
		return POLICY_FAILED;
	if (json_wanted(context)) {
		linted.json = &json;
		json_print_begin(&json);
		json_string(&json, "file", linted.path);
		json_array(&json, "problems");
	}
	if (!path && access_file_is_unsafe(&problem, &missing))
		print_problem(&linted, 0, &problem);
	const struct lint_world world = { policy.account.passwd, policy.account.group,
					  access_link };
	lint_file(file, &world, print_problem, &linted);
	if (linted.json) {
		json_end(&json);
		if (json_print_end(&json, err) < 0)
			return POLICY_FAILED;
	}
	return linted.fails ? POLICY_NO : POLICY_YES;
}

static int run(struct context *context, struct error *err)
{
	static const struct {
		const char *name;
		int (*run)(const struct context *context, struct error *err);
	} actions[] = {
		{ "show", show }, { "check", check }, { "lint", lint }, { "log", policy_log }
	};
	const char *word = context->word_count ? context->words[0] : "";
	context->quiet = option_given(context, 'q');
	log_set_quiet(context->quiet);
	bool of_log = option_given(context, 'n') || option_given(context, OPTION_USER) ||
		      option_given(context, OPTION_SINCE);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].name, word) != 0)
			continue;
		if (!of_log || actions[i].run == policy_log)
			return actions[i].run(context, err);
		error_set(err, E_USAGE, 0, "-n, --user and --since go with log");
		return POLICY_FAILED;
	}
	error_set(err, E_USAGE, 0, "show, check, lint or log is expected");
	return POLICY_FAILED;
}

const struct command command = {
	.name = "lxc-policy",
	.summary = "what users may have of the network, and what the helpers decided",
	.synopsis = "show [USER] | check USER TYPE LINK [OPTION...] | lint [FILE] | log",
	.options = options,
	.flags = COMMAND_LOOSE | COMMAND_ANYWHERE,
	.words = VALUE_POLICY,
	.exit_codes = "0  printed; check: yes; lint: every line gives something\n"
		      "1  check: no; lint: a line gives nothing; an unknown option\n"
		      "2  failed, with the reason\n",
	.run = run,
};
