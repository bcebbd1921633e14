// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/choice.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *const types[] = { USERNET_TYPES };
static const char *const modes[] = { USERNET_MODES };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *usernet_type_name(uint32_t type)
{
	return type < COUNT(types) ? types[type] : "";
}

const char *usernet_mode_name(uint32_t mode)
{
	return mode < COUNT(modes) ? modes[mode] : "";
}

enum usernet_type usernet_type_of(struct text name)
{
	for (uint32_t i = 1; i < COUNT(types); i++)
		if (text_equal(name, text_of(types[i])))
			return (enum usernet_type)i;
	return TYPE_NONE;
}

enum usernet_mode usernet_mode_of(struct text name)
{
	for (uint32_t i = 1; i < COUNT(modes); i++)
		if (text_equal(name, text_of(modes[i])))
			return (enum usernet_mode)i;
	return MODE_NONE;
}

static bool is_ipv4(const struct usernet_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	return address->prefix >= 96 && memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

void usernet_address_text(const struct usernet_address *address, char out[USERNET_ADDRESS_TEXT])
{
	bool v4 = is_ipv4(address);
	inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? 12 : 0), out,
		  USERNET_ADDRESS_TEXT);
	size_t used = strlen(out);
	snprintf(out + used, USERNET_ADDRESS_TEXT - used, "/%d", address->prefix - (v4 ? 96 : 0));
}

bool usernet_address_of(struct text text, struct usernet_address *out)
{
	char line[USERNET_MAX_LINE + 1];
	struct usernet_rule rule;
	int n = snprintf(line, sizeof(line), "x veth x 1 ip=%.*s", (int)text.size, text.data);
	if (text.size > USERNET_ADDRESS_TEXT || n < 0 || (size_t)n >= sizeof(line) ||
	    usernet_parse_line(text_of(line), &rule) != USERNET_RULE || rule.address[1].prefix)
		return false;
	*out = rule.address[0];
	return true;
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
	struct usernet_pool pool;
	*decision = (struct usernet_decision){ .grant = { { .id = account->uid } }, .count = 1 };
	for (uint32_t number = 1; text_take_line(&file, &line); number++) {
		enum usernet_line kind = usernet_parse_line(line, &rule);
		if (kind == USERNET_BAD && !decision->bad_line)
			decision->bad_line = number;
		if (kind == USERNET_RULE && text_equal(text_of(types[rule.type]), type) &&
		    text_equal(rule.link, link) && usernet_is_for(&rule, account, &pool))
			add_grant(decision, (struct usernet_grant){ pool.is_group, pool.id,
								    rule.count, number });
	}
}

static bool same_pool(struct usernet_pool a, struct usernet_pool b)
{
	return a.is_group == b.is_group && a.id == b.id;
}

/* Before the first offer of the same pool with less; else behind its last; a user's before groups'.
 */
static void add_offer(struct usernet_choice *choice, struct usernet_offer new)
{
	struct usernet_offer *offer = choice->offer;
	size_t at = 0;
	while (at < choice->count && !same_pool(offer[at].pool, new.pool) &&
	       (new.pool.is_group || !offer[at].pool.is_group))
		at++;
	while (at < choice->count && same_pool(offer[at].pool, new.pool) &&
	       offer[at].rule.count >= new.rule.count)
		at++;
	if (choice->count == USERNET_MAX_LINES)
		return;
	memmove(&offer[at + 1], &offer[at], (choice->count - at) * sizeof(*offer));
	offer[at] = new;
	choice->count++;
}

void usernet_choose(struct text file, const struct account *account, enum usernet_type type,
		    struct text link, struct usernet_choice *choice)
{
	struct text line;
	struct usernet_offer new;
	*choice = (struct usernet_choice){ .count = 0 };
	for (new.line = 1; text_take_line(&file, &line); new.line++) {
		enum usernet_line kind = usernet_parse_line(line, &new.rule);
		if (kind == USERNET_BAD && !choice->bad_line)
			choice->bad_line = new.line;
		if (kind == USERNET_RULE && new.rule.type == (uint32_t)type &&
		    text_equal(new.rule.link, link) &&
		    usernet_is_for(&new.rule, account, &new.pool))
			add_offer(choice, new);
	}
}
