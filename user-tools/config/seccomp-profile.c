// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/seccomp-profile.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>

#include "base/util.h"

/* Where the parser is. */
struct reader {
	const char *name;
	unsigned line;
	int format; /* 0 = not read yet */
	bool has_policy;
	enum seccomp_arch arch;
	struct seccomp_action rule_action; /* of a rule that names none */
	struct seccomp_profile *profile;
	struct error *err;
};

#define ACCEPTED_ACTIONS \
	"allow, errno N, kill, kill_process, kill_thread, trap, log, trace N, notify"
#define ACCEPTED_CONDITION "[INDEX,VALUE,OPERATOR] or [INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]"

/* What is wrong with which word; control characters do not reach the terminal. */
static int refuse(const struct reader *reader, const char *word, const char *what,
		  const char *accepted)
{
	char shown[61];
	size_t length = 0;
	for (; word[length] && length < sizeof(shown) - 1; length++)
		shown[length] = iscntrl((unsigned char)word[length]) ? '?' : word[length];
	shown[length] = 0;
	return error_set(reader->err, E_SECCOMP, 0, "%s:%u: \"%s\": %s%s%s", reader->name,
			 reader->line, shown, what, accepted ? "; accepted: " : "",
			 accepted ? accepted : "");
}

/* The next word of *at, or NULL; caller frees. Words end at blanks, and before '['. */
static char *take_word(const char **at)
{
	const char *word = *at + strspn(*at, " \t");
	size_t length = strcspn(word, " \t[");
	*at = word + length;
	return length ? xstrndup(word, length) : NULL;
}

/* Decimal, 0x... or 0..., the whole word; a minus wraps around as in C, where allowed. */
static int parse_number(const char *word, bool negative, uint64_t max, uint64_t *number)
{
	char *end;
	bool minus = negative && *word == '-';
	if (!isdigit((unsigned char)word[minus]))
		return -1;
	errno = 0;
	*number = strtoull(word + minus, &end, 0);
	if (errno || *end || *number > max)
		return -1;
	if (minus)
		*number = -*number;
	return 0;
}

/* ---- actions ---- */

static const struct {
	const char *word;
	enum seccomp_action_kind kind;
	unsigned max; /* of its number; 0 = it has none */
} actions[] = {
	{ "allow", ACTION_ALLOW, 0 },
	{ "errno", ACTION_ERRNO, 4095 },
	{ "kill", ACTION_KILL, 0 },
	{ "kill_thread", ACTION_KILL, 0 },
	{ "kill_process", ACTION_KILL_PROCESS, 0 },
	{ "trap", ACTION_TRAP, 0 },
	{ "log", ACTION_LOG, 0 },
	{ "trace", ACTION_TRACE, 65535 },
	{ "notify", ACTION_NOTIFY, 0 },
};

/* An action and its number, if there is one on the line. */
static int read_action(const struct reader *reader, const char **at, struct seccomp_action *action)
{
	uint64_t number;
	_cleanup_free_ char *word = take_word(at);
	size_t i = 0;
	if (!word)
		return 0;
	while (i < ARRAY_SIZE(actions) && strcmp(word, actions[i].word) != 0)
		i++;
	if (i == ARRAY_SIZE(actions))
		return refuse(reader, word, "not an action", ACCEPTED_ACTIONS);
	*action = (struct seccomp_action){ actions[i].kind, 0 };
	if (!actions[i].max)
		return 0;
	_cleanup_free_ char *digits = take_word(at);
	if (!digits)
		return refuse(reader, word, "its number is missing", ACCEPTED_ACTIONS);
	if (parse_number(digits, false, actions[i].max, &number) < 0)
		return refuse(reader, digits, "not a number for this action",
			      actions[i].kind == ACTION_ERRNO ? "0 to 4095" : "0 to 65535");
	action->number = (unsigned)number;
	return 0;
}

bool seccomp_action_equal(struct seccomp_action a, struct seccomp_action b)
{
	return a.kind == b.kind && a.number == b.number;
}

/* ---- conditions ---- */

static const struct {
	const char *word, *sign;
	enum seccomp_operator operator;
} operators[] = {
	{ "SCMP_CMP_NE", "!=", COMPARE_NE },
	{ "SCMP_CMP_LT", "<", COMPARE_LT },
	{ "SCMP_CMP_LE", "<=", COMPARE_LE },
	{ "SCMP_CMP_EQ", "==", COMPARE_EQ },
	{ "SCMP_CMP_GE", ">=", COMPARE_GE },
	{ "SCMP_CMP_GT", ">", COMPARE_GT },
	{ "SCMP_CMP_MASKED_EQ", "&=", COMPARE_MASKED },
};

static int read_operator(const struct reader *reader, const char *word,
			 enum seccomp_operator *operator)
{
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (strcmp(word, operators[i].word) == 0 || strcmp(word, operators[i].sign) == 0) {
			*operator= operators[i].operator;
			return 0;
		}
	return refuse(reader, word, "not an operator",
		      "SCMP_CMP_NE LT LE EQ GE GT MASKED_EQ, or != < <= == >= > &=");
}

/* What stands between '[' and ']'. */
static int read_condition(const struct reader *reader, char *text, struct seccomp_rule *rule)
{
	char *fields[4] = { 0 }, *rest = text;
	uint64_t index;
	for (size_t i = 0; i < ARRAY_SIZE(fields) && rest; i++)
		fields[i] = string_trim(strsep(&rest, ","));
	if (rest || !fields[2])
		return refuse(reader, fields[0], "not a condition", ACCEPTED_CONDITION);
	struct seccomp_condition condition = { .mask = UINT64_MAX };
	if (parse_number(fields[0], false, SECCOMP_ARGUMENTS - 1, &index) < 0)
		return refuse(reader, fields[0], "not an argument's index", "0 to 5");
	condition.argument = (unsigned)index;
	if (parse_number(fields[1], true, UINT64_MAX, &condition.value) < 0)
		return refuse(reader, fields[1], "not a number", "a 64 bit number, 0x... for hex");
	if (read_operator(reader, fields[2], &condition.operator) < 0)
		return -1;
	/* A fourth field means something with a mask only; LXC's files may have a 0 there. */
	bool masked = condition.operator== COMPARE_MASKED;
	if (masked != (fields[3] != NULL) && (masked || strcmp(fields[3], "0") != 0))
		return refuse(reader, fields[2], masked ? "the mask is missing" : "takes no mask",
			      ACCEPTED_CONDITION);
	if (masked && parse_number(fields[3], true, UINT64_MAX, &condition.mask) < 0)
		return refuse(reader, fields[3], "not a mask", "a 64 bit number, 0x... for hex");
	if (masked && (condition.value & ~condition.mask))
		return refuse(reader, fields[1], "has bits outside of the mask: it never matches",
			      NULL);
	for (unsigned i = 0; i < rule->condition_count; i++)
		if (rule->conditions[i].argument == condition.argument)
			return refuse(reader, fields[0],
				      "a rule can compare an argument once: write two rules", NULL);
	rule->conditions[rule->condition_count++] = condition;
	return 0;
}

static int read_conditions(const struct reader *reader, const char *at, struct seccomp_rule *rule)
{
	for (at += strspn(at, " \t"); *at; at += strspn(at, " \t")) {
		const char *end = *at == '[' ? strchr(at, ']') : NULL;
		if (!end)
			return refuse(reader, at, "not a condition", ACCEPTED_CONDITION);
		_cleanup_free_ char *text = xstrndup(at + 1, (size_t)(end - at - 1));
		if (read_condition(reader, text, rule) < 0)
			return -1;
		at = end + 1;
	}
	return 0;
}

/* ---- lines ---- */

static int read_format(struct reader *reader, const char *line)
{
	if (strcmp(line, "1") != 0 && strcmp(line, "2") != 0)
		return refuse(reader, line, "not a version of the format", "1 or 2");
	reader->format = *line - '0';
	return 0;
}

static int read_policy(struct reader *reader, const char *line)
{
	_cleanup_free_ char *word = take_word(&line);
	const char *kind = word ? word : line;
	bool deny = strcmp(kind, "denylist") == 0 || strcmp(kind, "blacklist") == 0;
	if (!deny && strcmp(kind, "allowlist") != 0 && strcmp(kind, "whitelist") != 0)
		return refuse(reader, kind, "not a policy",
			      "allowlist, denylist (or whitelist, blacklist) and an action");
	if (deny && reader->format == 1)
		return refuse(reader, kind, "format 1 knows one policy only", "allowlist");
	reader->has_policy = true;
	reader->profile->otherwise.kind = deny ? ACTION_ALLOW : ACTION_KILL;
	reader->rule_action.kind = deny ? ACTION_KILL : ACTION_ALLOW;
	if (reader->format == 2 && read_action(reader, &line, &reader->profile->otherwise) < 0)
		return -1;
	line += strspn(line, " \t");
	if (*line)
		return refuse(reader, line, "more than a policy and its action", NULL);
	return reader->profile->otherwise.kind == ACTION_NOTIFY
		   ? refuse(reader, "notify", "only for rules: it would be asked about everything",
			    NULL)
		   : 0;
}

static int read_section(struct reader *reader, char *line)
{
	static const char *const names[SECCOMP_ARCH_COUNT] = {
		[SECCOMP_ARCH_ALL] = "all",
#define SECCOMP_ARCH(id, text, token) [SECCOMP_ARCH_##id] = text,
#include "config/seccomp-arch.h"
#undef SECCOMP_ARCH
	};
	size_t length = strlen(line);
	line[length - 1] = 0;
	const char *word = string_trim(line + 1);
	for (int i = 0; i < SECCOMP_ARCH_COUNT; i++)
		if (strcasecmp(word, names[i]) == 0) {
			reader->arch = (enum seccomp_arch)i;
			return 0;
		}
	return refuse(reader, word, "not an architecture",
		      "all, x86, x86_64, x32, arm, arm64, mips*, ppc, ppc64, ppc64le, riscv64, "
		      "s390, s390x, loongarch64");
}

static int add_rule(struct reader *reader, const struct seccomp_rule *rule)
{
	struct seccomp_profile *profile = reader->profile;
	if (profile->count >= SECCOMP_PROFILE_MAX_RULES)
		return refuse(reader, rule->name ? rule->name : "", "too many rules", NULL);
	/* Room is doubled: at powers of two it is full. */
	if ((profile->count & (profile->count - 1)) == 0)
		profile->rules =
		    xrealloc(profile->rules,
			     (profile->count ? profile->count * 2 : 1) * sizeof(*profile->rules));
	profile->rules[profile->count++] = *rule;
	return 0;
}

/* A number of the machine's own system calls. */
static int read_call_number(struct reader *reader, const char *line)
{
	uint64_t number;
	if (parse_number(line, false, INT32_MAX, &number) < 0)
		return refuse(reader, line, "not the number of a system call",
			      "one number a line in format 1");
	struct seccomp_rule rule = { .number = (unsigned)number,
				     .action = reader->rule_action,
				     .line = reader->line };
	return add_rule(reader, &rule);
}

static int read_rule(struct reader *reader, const char *line)
{
	struct seccomp_rule rule = { .arch = reader->arch,
				     .action = reader->rule_action,
				     .line = reader->line };
	_cleanup_free_ char *name = take_word(&line);
	if (!name)
		return refuse(reader, line, "the system call is missing",
			      "NAME [ACTION] [CONDITION]");
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '_')
			return refuse(reader, name, "not the name of a system call", NULL);
	if (strcmp(name, "reject_force_umount") == 0) {
		line += strspn(line, " \t");
		if (*line)
			return refuse(reader, line, "reject_force_umount stands alone", NULL);
		rule.name = xstrdup("umount2");
		rule.action = (struct seccomp_action){ ACTION_ERRNO, EACCES };
		rule.conditions[rule.condition_count++] =
		    (struct seccomp_condition){ 1, COMPARE_MASKED, MNT_FORCE, MNT_FORCE };
	} else {
		if (read_action(reader, &line, &rule.action) < 0 ||
		    read_conditions(reader, line, &rule) < 0)
			return -1;
		rule.name = util_steal_pointer(&name);
	}
	if (add_rule(reader, &rule) == 0)
		return 0;
	free(rule.name);
	return -1;
}

static int read_line(struct reader *reader, char *line)
{
	line[strcspn(line, "#")] = 0;
	line = string_trim(line);
	if (!*line)
		return 0;
	if (!reader->format)
		return read_format(reader, line);
	if (!reader->has_policy)
		return read_policy(reader, line);
	if (reader->format == 1)
		return read_call_number(reader, line);
	if (*line == '[' && line[strlen(line) - 1] == ']' && strlen(line) > 2)
		return read_section(reader, line);
	return read_rule(reader, line);
}

int seccomp_profile_parse(const char *text, size_t length, const char *name,
			  struct seccomp_profile *profile, struct error *err)
{
	*profile = (struct seccomp_profile){ 0 };
	struct reader reader = { .name = name, .profile = profile, .err = err };
	for (const char *at = text, *end = text + length; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop ? stop : end) - at);
		reader.line++;
		if (memchr(at, 0, size))
			return error_set(err, E_SECCOMP, 0, "%s:%u: a NUL byte", name, reader.line);
		_cleanup_free_ char *line = xstrndup(at, size);
		if (read_line(&reader, line) < 0)
			return -1;
		at = stop ? stop + 1 : end;
	}
	if (!reader.format || !reader.has_policy)
		return error_set(err, E_SECCOMP, 0,
				 "%s: not a seccomp profile: it begins with a line 2 and a line "
				 "allowlist or denylist",
				 name);
	return 0;
}

void seccomp_profile_clear(struct seccomp_profile *profile)
{
	for (size_t i = 0; i < profile->count; i++)
		free(profile->rules[i].name);
	free(profile->rules);
	*profile = (struct seccomp_profile){ 0 };
}

bool seccomp_profile_has(const struct seccomp_profile *profile, enum seccomp_action_kind kind)
{
	bool found = profile->otherwise.kind == kind;
	for (size_t i = 0; i < profile->count && !found; i++)
		found = profile->rules[i].action.kind == kind;
	return found;
}
