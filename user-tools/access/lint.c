// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/lint.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "access/choice.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
#define MAX_NAME 15 /* of an interface */

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 127;
}

/* The words in question, what is wrong, what would be right. True, so that a check ends with it. */
__attribute__((format(printf, 4, 5))) static bool
wrong(struct lint_problem *problem, struct text value, const char *accepted, const char *fmt, ...)
{
	size_t size = value.size;
	bool cut = size >= sizeof(problem->value);
	if (cut)
		size = sizeof(problem->value) - 4;
	*problem = (struct lint_problem){ .grants_nothing = true };
	for (size_t i = 0; i < size; i++)
		problem->value[i] =
		    value.data[i] < ' ' || value.data[i] > '~' ? '?' : value.data[i];
	if (cut)
		memcpy(problem->value + size, "...", 3);
	snprintf(problem->accepted, sizeof(problem->accepted), "%s", accepted);
	va_list arguments;
	va_start(arguments, fmt);
	vsnprintf(problem->what, sizeof(problem->what), fmt, arguments);
	va_end(arguments);
	return true;
}

/* ---- numbers ---- */

/* Why is it no number from min to max? */
static bool number_is_wrong(struct text digits, uint32_t min, uint32_t max, const char *name,
			    const char *accepted, struct lint_problem *problem)
{
	uint32_t value;
	bool all_digits = digits.size > 0;
	for (size_t i = 0; i < digits.size; i++)
		all_digits &= digits.data[i] >= '0' && digits.data[i] <= '9';
	if (text_number(digits, max, &value) && value >= min)
		return false;
	if (!digits.size)
		return wrong(problem, digits, accepted, "%s has no value", name);
	if (digits.data[0] == '-')
		return wrong(problem, digits, accepted, "%s is negative", name);
	if (!all_digits)
		return wrong(problem, digits, accepted, "%s is not a decimal number", name);
	if (digits.size > 1 && digits.data[0] == '0')
		return wrong(problem, digits, accepted,
			     "%s has a leading zero, which others read as octal", name);
	if (text_number(digits, max, &value))
		return wrong(problem, digits, accepted, "%s is too small", name);
	return wrong(problem, digits, accepted, "%s is too large", name);
}

/* ---- words before the options ---- */

static bool characters_are_wrong(struct text line, struct lint_problem *problem)
{
	if (line.size > USERNET_MAX_LINE)
		return wrong(problem, line, "at most 255 bytes, or several lines",
			     "the line has %zu bytes", line.size);
	for (size_t i = 0; i < line.size; i++) {
		if (!is_control(line.data[i]) || line.data[i] == '\t')
			continue;
		if (line.data[i] == '\r' && i + 1 == line.size)
			return wrong(problem, line, "lines that end with a newline alone",
				     "a carriage return stands at the end");
		return wrong(problem, line, "text, blanks and tabs",
			     "byte %zu is control character %u", i + 1,
			     (unsigned)(unsigned char)line.data[i]);
	}
	if (line.data[0] == ' ' || line.data[0] == '\t')
		return wrong(problem, line, "the user or @group at the beginning of the line",
			     "a blank stands in front of the first word");
	return false;
}

static bool type_is_wrong(struct text type, struct lint_problem *problem)
{
	return usernet_type_of(type) == TYPE_NONE &&
	       wrong(problem, type, "veth, macvlan, ipvlan, vlan or phys",
		     "there is no such type of interface");
}

static bool link_is_wrong(struct text link, enum usernet_type type, struct lint_problem *problem)
{
	const char *accepted = type == TYPE_VETH ? "the name of a bridge, or none"
						 : "the name of an interface of the host";
	if (memchr(link.data, '/', link.size))
		return wrong(problem, link, accepted, "no interface has a name with a slash");
	if (link.size > MAX_NAME)
		return wrong(problem, link, accepted,
			     "no interface has a name of %zu bytes: they have at most 15",
			     link.size);
	for (size_t i = 0; i < link.size; i++)
		if (!memchr(NAME_CHARACTERS, link.data[i], sizeof(NAME_CHARACTERS) - 1))
			return wrong(problem, link, accepted,
				     "a link's name is made of letters, digits, _ . and - only");
	if (text_equal(link, text_of(".")) || text_equal(link, text_of("..")))
		return wrong(problem, link, accepted, "no interface has this name");
	if (type != TYPE_VETH && text_equal(link, text_of("none")))
		return wrong(problem, link, accepted, "only a veth can be without a link");
	return false;
}

static bool count_is_wrong(struct text count, struct lint_problem *problem)
{
	const char *accepted = "1 to 3843, in decimal";
	if (text_equal(count, text_of("0")))
		return wrong(problem, count, accepted, "a count of 0 gives nothing");
	return number_is_wrong(count, 1, USERNET_MAX_COUNT, "the count", accepted, problem);
}

/* ---- options ---- */

static bool mac_is_wrong(struct text word, struct lint_problem *problem)
{
	const char *accepted = "six pairs of lower-case hexadecimal digits, as 02:00:00:00:00:01";
	bool shape = word.size == USERNET_MAC, upper = false, zero = true;
	for (size_t i = 0; shape && i < USERNET_MAC; i++) {
		char c = word.data[i];
		bool letter = c && strchr("ABCDEF", c);
		shape = i % 3 == 2 ? c == ':' : letter || (c && strchr("0123456789abcdef", c));
		upper |= letter;
		zero &= c == '0' || c == ':';
	}
	if (!shape)
		return wrong(problem, word, accepted, "mac= is no hardware address");
	if (upper)
		return wrong(problem, word, accepted, "mac= has upper-case digits");
	if (zero)
		return wrong(problem, word, accepted,
			     "mac= is all zeros, which no interface can have");
	if (strchr("13579bdf", word.data[1]))
		return wrong(problem, word,
			     "an address whose second digit is even, as 02:00:00:00:00:01",
			     "mac= is a multicast address, which no interface can have");
	return false;
}

/* The network that an address is in, and the address alone. */
static bool host_bits_are_wrong(struct text word, bool v4, uint8_t *bytes, uint32_t prefix,
				struct lint_problem *problem)
{
	char address[INET6_ADDRSTRLEN], network[INET6_ADDRSTRLEN], accepted[256];
	uint32_t bits = v4 ? 32 : 128;
	bool set = false;
	inet_ntop(v4 ? AF_INET : AF_INET6, bytes, address, sizeof(address));
	for (uint32_t bit = prefix; bit < bits; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		set |= bytes[bit / 8] & mask;
		bytes[bit / 8] &= (uint8_t)~mask;
	}
	if (!set)
		return false;
	inet_ntop(v4 ? AF_INET : AF_INET6, bytes, network, sizeof(network));
	snprintf(accepted, sizeof(accepted), "ip=%s/%u for the network, ip=%s/%u for the address",
		 network, prefix, address, bits);
	return wrong(problem, word, accepted, "ip= has bits set behind its length");
}

static bool ip_is_wrong(struct text word, struct lint_problem *problem)
{
	const char *accepted = "ADDRESS/LENGTH, as 10.0.3.7/32 or fd00:3::/64";
	char string[INET6_ADDRSTRLEN] = "", right[256];
	uint8_t bytes[16];
	struct text rest = word, address = { NULL, 0 };
	uint32_t prefix;
	text_take_field(&rest, '/', &address);
	if (!address.data || address.size >= sizeof(string))
		return wrong(problem, word, accepted, "ip= is no address");
	memcpy(string, address.data, address.size);
	bool v4 = inet_pton(AF_INET, string, bytes) == 1;
	if (!v4 && inet_pton(AF_INET6, string, bytes) != 1)
		return wrong(problem, word, accepted, "ip= is no IPv4 or IPv6 address");
	if (!rest.data) {
		snprintf(right, sizeof(right), "ip=%s/%d for this address alone", string,
			 v4 ? 32 : 128);
		return wrong(problem, word, right, "ip= has no length");
	}
	if (!text_number(rest, v4 ? 32 : 128, &prefix))
		return wrong(problem, word, v4 ? "a length from 0 to 32" : "a length from 1 to 128",
			     "ip= has a bad length");
	if (!v4 && !prefix)
		return wrong(problem, word, "a length from 1 to 128, or no ip= for any address",
			     "ip= has a bad length");
	return host_bits_are_wrong(word, v4, bytes, prefix, problem);
}

static bool mode_is_wrong(struct text word, enum usernet_type type, struct lint_problem *problem)
{
	enum usernet_mode mode = usernet_mode_of(word);
	bool macvlan = type == TYPE_MACVLAN;
	const char *accepted = macvlan ? "private, vepa, bridge or passthru" : "l2, l3 or l3s";
	if (mode == MODE_NONE)
		return wrong(problem, word, accepted, "there is no such mode");
	if (macvlan != (mode <= MODE_PASSTHRU))
		return wrong(problem, word, accepted, "this is no mode of %s %s",
			     macvlan ? "a" : "an", usernet_type_name(type));
	return false;
}

#define BIT(type) (1U << (type))
static const struct option {
	const char *name;
	unsigned types;	   /* that can have it */
	const char *whose; /* the same in words */
} options[] = {
	{ "ip", BIT(TYPE_VETH), "a veth, as others can send from any address" },
	{ "mac", BIT(TYPE_VETH), "a veth, as others can change their address" },
	{ "isolated", BIT(TYPE_VETH) | BIT(TYPE_IPVLAN), "a veth or ipvlan" },
	{ "vlan", BIT(TYPE_VETH) | BIT(TYPE_VLAN), "a veth or vlan" },
	{ "mtu", BIT(TYPE_VETH) | BIT(TYPE_MACVLAN) | BIT(TYPE_IPVLAN) | BIT(TYPE_VLAN),
	  "all types but phys" },
	{ "mode", BIT(TYPE_MACVLAN) | BIT(TYPE_IPVLAN), "a macvlan or ipvlan" },
};
enum { OPTION_IP, OPTION_MAC, OPTION_ISOLATED, OPTION_VLAN, OPTION_MTU, OPTION_MODE, OPTIONS };

static bool value_is_wrong(int option, struct text word, struct text value, enum usernet_type type,
			   struct lint_problem *problem)
{
	switch (option) {
	case OPTION_IP:
		return ip_is_wrong(value, problem);
	case OPTION_MAC:
		return mac_is_wrong(value, problem);
	case OPTION_ISOLATED:
		return value.data &&
		       wrong(problem, word, "isolated alone", "isolated takes no value");
	case OPTION_VLAN:
		return number_is_wrong(value, 1, 4094, "vlan=", "1 to 4094", problem);
	case OPTION_MTU:
		return number_is_wrong(value, 68, UINT16_MAX, "mtu=", "68 to 65535", problem);
	default:
		return mode_is_wrong(value, type, problem);
	}
}

static bool options_are_wrong(struct text rest, enum usernet_type type,
			      struct lint_problem *problem)
{
	const char *known = "ip=, mac=, isolated, vlan=, mtu=, mode=, or # before a comment";
	unsigned seen[OPTIONS] = { 0 };
	struct text word;
	while (text_take_word(&rest, &word) && word.data[0] != '#') {
		struct text value = word, name;
		int option = 0;
		text_take_field(&value, '=', &name);
		while (option < OPTIONS && !text_equal(name, text_of(options[option].name)))
			option++;
		if (option == OPTIONS)
			return wrong(problem, word, known, "there is no such option");
		if (!(options[option].types & BIT(type)))
			return wrong(problem, word, "a line without it", "this option is for %s",
				     options[option].whose);
		if (option != OPTION_IP && option != OPTION_ISOLATED && seen[option])
			return wrong(problem, word,
				     "each option once, but for ip=", "the option is given twice");
		if (option == OPTION_IP && seen[option] == USERNET_MAX_ADDRESSES)
			return wrong(problem, word, "a network that holds several of them",
				     "a line can have 8 of ip=");
		seen[option]++;
		if (value_is_wrong(option, word, value, type, problem))
			return true;
	}
	if (type == TYPE_VLAN && !seen[OPTION_VLAN])
		return wrong(problem, text_of("vlan"), "vlan=ID, 1 to 4094",
			     "a vlan needs the option vlan=");
	return false;
}

bool lint_line(struct text line, struct lint_problem *problem)
{
	static const char *const words[] = { "a user or @group", "a type", "a link", "a count" };
	struct usernet_rule rule;
	struct text rest = line, word[4];
	if (usernet_parse_line(line, &rule) == USERNET_BLANK)
		return false;
	if (characters_are_wrong(line, problem))
		return true;
	for (size_t i = 0; i < 4; i++)
		if (!text_take_word(&rest, &word[i]) || word[i].data[0] == '#')
			return wrong(problem, line, "USER|@GROUP TYPE LINK COUNT [OPTION...]",
				     "the line has no %s", words[i] + 2);
	if (text_equal(word[0], text_of("@")))
		return wrong(problem, word[0], "the name or number of a group behind the @",
			     "there is no group behind the @");
	enum usernet_type type = usernet_type_of(word[1]);
	if (type_is_wrong(word[1], problem) || link_is_wrong(word[2], type, problem) ||
	    count_is_wrong(word[3], problem) || options_are_wrong(rest, type, problem))
		return true;
	/* What the helpers' reader refuses and this one does not know a reason for. */
	return usernet_parse_line(line, &rule) == USERNET_BAD &&
	       wrong(problem, line, "a line as lxc-usernet(5) describes it", "it is malformed");
}
