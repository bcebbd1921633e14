// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/usernet.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse_address(struct text value, struct usernet_address *out)
{
	char string[INET6_ADDRSTRLEN] = "";
	struct text address = { "", 0 };
	uint32_t prefix, before = 0;
	text_take_field(&value, '/', &address);
	if (address.size >= sizeof(string))
		return false;
	memcpy(string, address.data, address.size);
	*out = (struct usernet_address){ .bytes = { [10] = 0xff, 0xff } };
	if (inet_pton(AF_INET, string, out->bytes + 12) == 1)
		before = 96;
	else if (inet_pton(AF_INET6, string, out->bytes) != 1)
		return false;
	if (!text_number(value, 128 - before, &prefix) || before + prefix == 0)
		return false;
	out->prefix = (uint8_t)(before + prefix);
	for (uint32_t bit = out->prefix; bit < 128; bit++)
		if (out->bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

/* The number of a word in a list that ends with NULL, 0 = not there. */
static uint32_t number_of(const char *const *words, struct text word)
{
	for (uint32_t i = 1; words[i]; i++)
		if (text_equal(word, text_of(words[i])))
			return i;
	return 0;
}

/* One option that the type can have (a macvlan's owner can give it any address) and, but for ip=,
 * the line does not have yet. */
static bool parse_option(struct text word, struct usernet_rule *rule)
{
	static const char *const modes[] = { USERNET_MODES, NULL };
	bool veth = rule->type == TYPE_VETH, vlan = rule->type == TYPE_VLAN;
	bool child = rule->type == TYPE_MACVLAN || rule->type == TYPE_IPVLAN;
	struct text name;
	text_take_field(&word, '=', &name);
	if (text_equal(name, text_of("isolated")) && (veth || rule->type == TYPE_IPVLAN))
		return !word.data && (rule->isolated = true);
	if (text_equal(name, text_of("mac")) && veth && !rule->mac.size)
		return (rule->mac = word).size == USERNET_MAC;
	if (text_equal(name, text_of("vlan")) && (veth || vlan) && !rule->vlan)
		return text_number(word, 4094, &rule->vlan) && rule->vlan;
	if (text_equal(name, text_of("mtu")) && (veth || vlan || child) && !rule->mtu)
		return text_number(word, UINT16_MAX, &rule->mtu) && rule->mtu >= 68;
	if (text_equal(name, text_of("mode")) && child && !rule->mode)
		return (rule->mode = number_of(modes, word));
	for (size_t i = 0; text_equal(name, text_of("ip")) && veth && i < USERNET_MAX_ADDRESSES;
	     i++)
		if (!rule->address[i].prefix)
			return parse_address(word, &rule->address[i]);
	return false;
}

enum usernet_line usernet_parse_line(struct text line, struct usernet_rule *rule)
{
	static const char *const types[] = { USERNET_TYPES, NULL };
	struct text rest = line, word, type, count;
	bool some = text_take_word(&rest, &word);
	if (line.size <= USERNET_MAX_LINE && (!some || word.data[0] == '#'))
		return USERNET_BLANK;
	bool bad = line.size > USERNET_MAX_LINE || word.data != line.data;
	for (size_t i = 0; i < line.size; i++)
		bad |= ((unsigned char)line.data[i] < ' ' && line.data[i] != '\t') ||
		       line.data[i] == 127;
	*rule = (struct usernet_rule){ .is_group = some && word.data[0] == '@' };
	rule->who = (struct text){ word.data + rule->is_group, word.size - rule->is_group };
	bool good = !bad && rule->who.size && text_take_word(&rest, &type) &&
		    text_take_word(&rest, &rule->link) && text_take_word(&rest, &count) &&
		    text_number(count, USERNET_MAX_COUNT, &rule->count);
	good = good && (rule->type = number_of(types, type));
	while (good && text_take_word(&rest, &word) && word.data[0] != '#')
		good = parse_option(word, rule);
	return good && (rule->type != TYPE_VLAN || rule->vlan) ? USERNET_RULE : USERNET_BAD;
}

bool usernet_is_for(const struct usernet_rule *rule, const struct account *account,
		    struct usernet_pool *pool)
{
	*pool = (struct usernet_pool){ rule->is_group, account->uid };
	return rule->is_group ? account_in_group(account, rule->who, &pool->id)
			      : account_is_user(account, rule->who);
}

bool usernet_allows(const struct usernet_rule *rule, struct text mac, uint32_t mtu, uint32_t mode)
{
	/* Locally administered, or a prefix that containers have. */
	bool free = !mac.size || memchr("2367abef", mac.data[1], 8) ||
		    !memcmp(mac.data, "10:66:6a", 8) || !memcmp(mac.data, "00:16:3e", 8);
	return (rule->mac.size ? text_equal(rule->mac, mac) : free) &&
	       (!rule->mtu || (mtu && mtu <= rule->mtu)) &&
	       (rule->mode ? mode == rule->mode : mode <= MODE_BRIDGE || mode == MODE_L3);
}
