// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/usernet.h"

enum usernet_line usernet_parse_line(struct text line, struct usernet_rule *rule)
{
	struct text rest = line, word, count;
	bool some = text_take_word(&rest, &word);
	if (line.size <= USERNET_MAX_LINE && (!some || word.data[0] == '#'))
		return USERNET_BLANK;
	bool bad = line.size > USERNET_MAX_LINE || word.data != line.data;
	for (size_t i = 0; i < line.size; i++)
		bad |= ((unsigned char)line.data[i] < ' ' && line.data[i] != '\t') ||
		       line.data[i] == 127;
	if (bad)
		return USERNET_BAD;
	rule->is_group = word.data[0] == '@';
	rule->who = (struct text){ word.data + rule->is_group, word.size - rule->is_group };
	return rule->who.size && text_take_word(&rest, &rule->type) &&
		       text_take_word(&rest, &rule->link) && text_take_word(&rest, &count) &&
		       text_number(count, USERNET_MAX_COUNT, &rule->count) &&
		       (!text_take_word(&rest, &word) || word.data[0] == '#')
		   ? USERNET_RULE
		   : USERNET_BAD;
}

/* Largest count wins; of equal ones the first line is named. */
static void add_grant(struct usernet_decision *decision, struct usernet_grant new)
{
	size_t i = 0;
	struct usernet_grant *grant = decision->grant;
	while (i < decision->count && (grant[i].is_group != new.is_group || grant[i].id != new.id))
		i++;
	if (i == USERNET_MAX_GRANTS)
		return;
	if (i == decision->count)
		decision->count++;
	else if (grant[i].line && grant[i].count >= new.count)
		return;
	grant[i] = new;
}

void usernet_decide(struct text file, const struct account *account, struct text type,
		    struct text link, struct usernet_decision *decision)
{
	struct text line;
	struct usernet_rule rule;
	*decision = (struct usernet_decision){ .grant = { { .id = account->uid } }, .count = 1 };
	for (uint32_t number = 1; text_take_line(&file, &line); number++) {
		enum usernet_line kind = usernet_parse_line(line, &rule);
		uint32_t id = account->uid;
		if (kind == USERNET_BAD && !decision->bad_line)
			decision->bad_line = number;
		if (kind == USERNET_RULE && text_equal(rule.type, type) &&
		    text_equal(rule.link, link) &&
		    (rule.is_group ? account_in_group(account, rule.who, &id)
				   : account_is_user(account, rule.who)))
			add_grant(decision,
				  (struct usernet_grant){ rule.is_group, id, rule.count, number });
	}
}
