// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * lxc-usernet(5) with passwd(5) and group(5): every grant is what its line says, to whom the line
 * names, and no line that grants more was overlooked. A line that was read, written again from what
 * was read, says the same; and lint has a reason for each line that is bad.
 */
#include "access/choice.h"
#include "access/lint.h"
#include "tests/fuzz/account.h"

static const struct text type = { "veth", 4 }, bridge = { "lxcbr0", 6 };

static bool is_about_us(const struct usernet_rule *rule, const struct account *account,
			uint32_t *id)
{
	struct usernet_pool pool;
	bool for_us = usernet_is_for(rule, account, &pool);
	*id = pool.id;
	return rule->type == TYPE_VETH && text_equal(rule->link, bridge) && for_us;
}

static size_t write_rule(const struct usernet_rule *rule, char *out, size_t size)
{
	size_t used =
	    (size_t)snprintf(out, size, "%s%.*s %s %.*s %u", rule->is_group ? "@" : "",
			     (int)rule->who.size, rule->who.data, usernet_type_name(rule->type),
			     (int)rule->link.size, rule->link.data, rule->count);
	for (size_t i = 0; i < USERNET_MAX_ADDRESSES && rule->address[i].prefix; i++) {
		char address[USERNET_ADDRESS_TEXT];
		usernet_address_text(&rule->address[i], address);
		used += (size_t)snprintf(out + used, size - used, " ip=%s", address);
	}
	if (rule->mac.size)
		used += (size_t)snprintf(out + used, size - used, " mac=%.*s", (int)rule->mac.size,
					 rule->mac.data);
	if (rule->vlan)
		used += (size_t)snprintf(out + used, size - used, " vlan=%u", rule->vlan);
	if (rule->mtu)
		used += (size_t)snprintf(out + used, size - used, " mtu=%u", rule->mtu);
	if (rule->mode)
		used += (size_t)snprintf(out + used, size - used, " mode=%s",
					 usernet_mode_name(rule->mode));
	return used +
	       (size_t)snprintf(out + used, size - used, "%s", rule->isolated ? " isolated" : "");
}

static void check_round_trip(const struct usernet_rule *rule)
{
	char line[1024];
	struct usernet_rule again;
	size_t size = write_rule(rule, line, sizeof(line));
	if (size > USERNET_MAX_LINE) /* an address can be longer than it was written */
		return;
	PROMISE(usernet_parse_line((struct text){ line, size }, &again) == USERNET_RULE,
		"not read again: %s", line);
	PROMISE(text_equal(again.who, rule->who) && text_equal(again.link, rule->link) &&
		    text_equal(again.mac, rule->mac) && again.is_group == rule->is_group &&
		    again.type == rule->type && again.count == rule->count &&
		    again.isolated == rule->isolated && again.vlan == rule->vlan &&
		    again.mtu == rule->mtu && again.mode == rule->mode &&
		    memcmp(again.address, rule->address, sizeof(again.address)) == 0,
		"another rule: %s", line);
}

static void check_lint(struct text line, enum usernet_line kind)
{
	struct lint_problem problem;
	bool wrong = lint_line(line, &problem);
	PROMISE(wrong || kind != USERNET_BAD, "a bad line without a reason");
	PROMISE(!wrong || (kind != USERNET_BLANK && problem.grants_nothing && *problem.what),
		"a reason for nothing");
}

static void check_line(struct text line, uint32_t number, const struct account *account,
		       const struct usernet_decision *decision)
{
	struct usernet_rule rule;
	uint32_t id;
	enum usernet_line kind = usernet_parse_line(line, &rule);
	check_lint(line, kind);
	if (kind == USERNET_RULE)
		check_round_trip(&rule);
	PROMISE(kind != USERNET_BAD || (decision->bad_line && decision->bad_line <= number),
		"line %u is bad, %u is named", number, decision->bad_line);
	PROMISE(kind == USERNET_BAD || decision->bad_line != number, "line %u is named", number);
	bool ours = kind == USERNET_RULE && is_about_us(&rule, account, &id), found = false;
	for (size_t i = 0; i < decision->count; i++) {
		const struct usernet_grant *grant = &decision->grant[i];
		if (grant->line == number)
			PROMISE(ours && rule.count == grant->count && id == grant->id &&
				    rule.is_group == grant->is_group,
				"grant %zu is not what line %u says", i, number);
		if (!ours || grant->is_group != rule.is_group || grant->id != id)
			continue;
		found = true;
		PROMISE(grant->line && grant->count >= rule.count, "line %u grants %u, not %u",
			number, rule.count, grant->count);
	}
	PROMISE(!ours || found || decision->count == USERNET_MAX_GRANTS, "line %u is overlooked",
		number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parts parts;
	struct usernet_decision decision;
	struct text line;
	parts_take(&parts, data, size);
	struct account account = parts_account(&parts);
	struct text rest = parts_text(&parts, PART_POLICY);
	usernet_decide(rest, &account, type, bridge, &decision);
	PROMISE(decision.count >= 1 && decision.count <= USERNET_MAX_GRANTS, "%zu grants",
		decision.count);
	PROMISE(!decision.grant[0].is_group && decision.grant[0].id == account.uid,
		"the first grant is not the user's");
	for (size_t i = 0; i < decision.count; i++)
		PROMISE(decision.grant[i].count <= USERNET_MAX_COUNT &&
			    (decision.grant[i].line || !decision.grant[i].count),
			"grant %zu: %u interfaces by no line", i, decision.grant[i].count);
	for (uint32_t number = 1; text_take_line(&rest, &line); number++)
		check_line(line, number, &account, &decision);
	parts_free(&parts);
	return 0;
}
