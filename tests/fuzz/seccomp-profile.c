// SPDX-License-Identifier: LGPL-2.1-or-later
/* The reader of seccomp profiles: rules within their ranges, or a refusal with its place. */
#include <string.h>

#include "base/util.h"
#include "config/seccomp-profile.h"
#include "tests/fuzz/fuzz.h"

static void check_action(struct seccomp_action action)
{
	unsigned max = action.kind == ACTION_ERRNO ? 4095 : action.kind == ACTION_TRACE ? 65535 : 0;
	PROMISE(action.kind <= ACTION_NOTIFY && action.number <= max, "action %d, number %u",
		action.kind, action.number);
}

static void check_rule(const struct seccomp_rule *rule, unsigned lines)
{
	check_action(rule->action);
	PROMISE(rule->line >= 1 && rule->line <= lines, "line %u of %u", rule->line, lines);
	PROMISE(rule->arch < SECCOMP_ARCH_COUNT, "architecture %d", rule->arch);
	PROMISE(!rule->name || *rule->name, "an empty name");
	PROMISE(rule->condition_count <= SECCOMP_ARGUMENTS, "%u conditions", rule->condition_count);
	for (unsigned i = 0, seen = 0; i < rule->condition_count; i++) {
		const struct seccomp_condition *condition = &rule->conditions[i];
		PROMISE(condition->argument < SECCOMP_ARGUMENTS &&
			    !(seen & 1u << condition->argument),
			"argument %u", condition->argument);
		seen |= 1u << condition->argument;
		PROMISE(condition->operator<=
			COMPARE_MASKED && !(condition->value & ~condition->mask),
			"operator %d", condition->operator);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seccomp_profile profile;
	struct error err = { 0 };
	unsigned lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	int result = seccomp_profile_parse((const char *)data, size, "fuzz", &profile, &err);
	PROMISE((result < 0) == error_is_set(&err), "result %d, \"%s\"", result, err.message);
	PROMISE(result == 0 || (err.code == E_SECCOMP && string_starts(err.message, "fuzz:")), "%s",
		err.message);
	for (const char *at = err.message; *at; at++)
		PROMISE((unsigned char)*at >= ' ' && *at != 127, "a control character: %s",
			err.message);
	PROMISE(profile.count <= SECCOMP_PROFILE_MAX_RULES, "%zu rules", profile.count);
	if (result == 0)
		check_action(profile.otherwise);
	for (size_t i = 0; i < profile.count; i++)
		check_rule(&profile.rules[i], lines);
	seccomp_profile_clear(&profile);
	return 0;
}
