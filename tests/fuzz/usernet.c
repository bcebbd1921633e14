// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * lxc-usernet(5) with passwd(5) and group(5): every grant is what its line says, to whom the line
 * names, and no line that grants more was overlooked.
 */
#include "policy/choice.h"
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

static void check_line(struct text line, uint32_t number, const struct account *account,
		       const struct usernet_decision *decision)
{
	struct usernet_rule rule;
	uint32_t id;
	enum usernet_line kind = usernet_parse_line(line, &rule);
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
