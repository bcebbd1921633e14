// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/usernet.h"

static bool has_control_character(struct text line)
{
	for (size_t i = 0; i < line.size; i++)
		if (((unsigned char)line.data[i] < ' ' && line.data[i] != '\t') ||
		    line.data[i] == 127)
			return true;
	return false;
}

enum usernet_line usernet_parse_line(struct text line, struct usernet_rule *rule)
{
	struct text rest = line, word, count;
	if (line.size > USERNET_MAX_LINE)
		return USERNET_TOO_LONG;
	if (!text_take_word(&rest, &word) || word.data[0] == '#')
		return USERNET_BLANK;
	if (has_control_character(line))
		return USERNET_BAD_BYTE;
	if (word.data != line.data)
		return USERNET_INDENTED;
	rule->is_group = word.data[0] == '@';
	rule->who = (struct text){ word.data + rule->is_group, word.size - rule->is_group };
	if (!rule->who.size || !text_take_word(&rest, &rule->type) ||
	    !text_take_word(&rest, &rule->link) || !text_take_word(&rest, &count))
		return USERNET_INCOMPLETE;
	if (!text_number(count, USERNET_MAX_COUNT, &rule->count))
		return USERNET_BAD_COUNT;
	if (text_take_word(&rest, &word) && word.data[0] != '#')
		return USERNET_BAD_OPTION;
	return USERNET_RULE;
}

/* Largest count wins; of equal ones the first line is named. */
static void grant_raise(struct usernet_grant *grant, uint32_t id, uint32_t count, uint32_t line)
{
	if (!grant->line || count > grant->count)
		*grant = (struct usernet_grant){ id, count, line };
}

static void grant_group(struct usernet_decision *decision, uint32_t gid, uint32_t count,
			uint32_t line)
{
	size_t i = 0;
	while (i < decision->group_count && decision->group[i].id != gid)
		i++;
	if (i == USERNET_MAX_GROUPS)
		return;
	if (i == decision->group_count)
		decision->group[decision->group_count++] = (struct usernet_grant){ gid, 0, 0 };
	grant_raise(&decision->group[i], gid, count, line);
}

void usernet_decide(struct text file, const struct account *account, struct text type,
		    struct text link, struct usernet_decision *decision)
{
	struct text line;
	struct usernet_rule rule;
	uint32_t gid;
	*decision = (struct usernet_decision){ .group_count = 0 };
	for (uint32_t number = 1; text_take_line(&file, &line); number++) {
		enum usernet_line kind = usernet_parse_line(line, &rule);
		if (kind > USERNET_RULE && !decision->bad_line)
			decision->bad_line = number;
		if (kind != USERNET_RULE || !text_equal(rule.type, type) ||
		    !text_equal(rule.link, link))
			continue;
		if (!rule.is_group && account_is_user(account, rule.who))
			grant_raise(&decision->user, account->uid, rule.count, number);
		else if (rule.is_group && account_in_group(account, rule.who, &gid))
			grant_group(decision, gid, rule.count, number);
	}
}
