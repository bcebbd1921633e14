// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/answer.h"

#include <stdio.h>
#include <string.h>

#include "access/host.h"
#include "base/paths.h"
#include "base/util.h"

/* ---- the question ---- */

/*
 * Options are what a line could say, so the line that says just that is read; but for mac=, mtu=
 * and mode= what is asked is one value of them.
 */
static void take_rule(const struct usernet_rule *rule, struct access_question *question)
{
	struct nic_request *nic = &question->nic;
	unsigned b[6];
	char mac[USERNET_MAC + 1] = "";
	if (rule->mac.size) {
		memcpy(mac, rule->mac.data, USERNET_MAC);
		nic->has_hwaddr = sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3],
					 &b[4], &b[5]) == 6;
		for (int i = 0; i < 6; i++)
			nic->hwaddr[i] = (uint8_t)b[i];
	}
	nic->mtu = rule->mtu;
	nic->mode = (enum usernet_mode)rule->mode;
	nic->vlan = rule->vlan;
	nic->isolated = rule->isolated && nic->type == TYPE_IPVLAN;
	while (question->address_count < USERNET_MAX_ADDRESSES &&
	       rule->address[question->address_count].prefix) {
		question->address[question->address_count] = rule->address[question->address_count];
		question->address_count++;
	}
}

/* mac= of a macvlan can be asked for, though no line can reserve it: it is read as that of a veth.
 */
static int take_options(const char *type, const char *link, char *const *options,
			struct access_question *question, struct error *err)
{
	_cleanup_free_ char *line = xasprintf("x %s %s 1", type, link), *mac = NULL;
	struct lint_problem problem;
	struct usernet_rule rule;
	for (; *options; options++) {
		bool is_mac = string_starts(*options, "mac=") && question->nic.type == TYPE_MACVLAN;
		if (strpbrk(*options, " \t#"))
			return error_set(err, E_USAGE, 0, "\"%s\" is not one option", *options);
		char *longer = xasprintf("%s %s", is_mac ? "x veth x 1" : line, *options);
		free(is_mac ? mac : line);
		*(is_mac ? &mac : &line) = longer;
	}
	for (int i = 0; i < 2; i++) {
		const char *text = i ? mac : line;
		if (!text)
			continue;
		if (lint_line(text_of(text), &problem)) {
			error_set(err, E_USAGE, 0, "\"%s\": %s", problem.value, problem.what);
			return error_fix(err, "%s", problem.accepted);
		}
		if (usernet_parse_line(text_of(text), &rule) != USERNET_RULE)
			return error_set(err, E_USAGE, 0, "malformed: %s", text);
		if (i)
			take_rule(&(struct usernet_rule){ .mac = rule.mac,
							  .mtu = question->nic.mtu,
							  .mode = question->nic.mode },
				  question);
		else
			take_rule(&rule, question);
	}
	return 0;
}

int access_question_parse(const char *type, const char *link, char *const *options,
			  struct access_question *question, struct error *err)
{
	*question = (struct access_question){ .nic.type = usernet_type_of(text_of(type)) };
	if (question->nic.type == TYPE_NONE) {
		error_set(err, E_USAGE, 0, "\"%s\": there is no such type of interface", type);
		return error_fix(err, "veth, macvlan, ipvlan, vlan or phys");
	}
	if (!*link || strpbrk(link, " \t#"))
		return error_set(err, E_USAGE, 0, "\"%s\" is no link", link);
	if (take_options(type, link, options, question, err) < 0)
		return -1;
	snprintf(question->nic.link, sizeof(question->nic.link), "%s", link);
	return 0;
}

/* ---- the answer ---- */

static bool is_inside(const struct usernet_address *inner, const struct usernet_address *outer)
{
	if (inner->prefix < outer->prefix)
		return false;
	for (uint32_t bit = 0; bit < outer->prefix; bit++)
		if ((inner->bytes[bit / 8] ^ outer->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

/* A line without ip= lets a port of a bridge send from any; a route it has to name. */
static bool addresses_fit(const struct usernet_rule *rule, const struct access_question *question,
			  char why[], size_t size)
{
	bool routes = strcmp(question->nic.link, "none") == 0;
	for (size_t i = 0; i < question->address_count; i++) {
		char text[USERNET_ADDRESS_TEXT];
		bool inside = !rule->address[0].prefix && !routes;
		for (size_t j = 0; j < USERNET_MAX_ADDRESSES && rule->address[j].prefix; j++)
			inside |= is_inside(&question->address[i], &rule->address[j]);
		if (inside)
			continue;
		usernet_address_text(&question->address[i], text);
		snprintf(why, size, "ip = %s, which no ip= of it holds", text);
		return false;
	}
	return true;
}

/* Another line of the link that keeps the hardware address, 0 = none. */
static uint32_t reserved_by(struct text file, const struct usernet_offer *offer,
			    const struct nic_request *nic)
{
	char mac[USERNET_MAC + 1];
	struct text line;
	struct usernet_rule other;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", nic->hwaddr[0], nic->hwaddr[1],
		 nic->hwaddr[2], nic->hwaddr[3], nic->hwaddr[4], nic->hwaddr[5]);
	for (uint32_t n = 1; text_take_line(&file, &line); n++)
		if (n != offer->line && usernet_parse_line(line, &other) == USERNET_RULE &&
		    text_equal(other.link, offer->rule.link) && text_equal(other.mac, text_of(mac)))
			return n;
	return 0;
}

static bool offer_fits(const struct net_policy *policy, const struct usernet_offer *offer,
		       const struct access_question *question, char why[], size_t size)
{
	struct nic_request nic = question->nic;
	const char *reason;
	uint32_t other;
	if (nic.type == TYPE_MACVLAN && !nic.mode)
		nic.mode = offer->rule.mode ? offer->rule.mode : MODE_PRIVATE;
	if (nic.type == TYPE_IPVLAN && !nic.mode)
		nic.mode = offer->rule.mode ? offer->rule.mode : MODE_L3;
	if (!offer->rule.count) {
		snprintf(why, size, "a count of 0");
		return false;
	}
	if (!helper_line_fits(&offer->rule, &nic, &reason)) {
		snprintf(why, size, "%s", reason);
		return false;
	}
	if (nic.has_hwaddr && !offer->rule.mac.size &&
	    (other = reserved_by(policy->file, offer, &nic))) {
		snprintf(why, size, "that hardware address: line %u keeps it", other);
		return false;
	}
	return addresses_fit(&offer->rule, question, why, size);
}

static void no_line(const struct usernet_choice *choice, const struct access_question *question,
		    const char *user, struct access_answer *answer)
{
	const char *type = usernet_type_name(question->nic.type);
	bool vlan = question->nic.type == TYPE_VLAN;
	snprintf(answer->why, sizeof(answer->why), "no line of %s gives %s a %s on %s%s",
		 PATH_USERNET, user, type, question->nic.link,
		 choice->bad_line ? ", and some lines are malformed (lxc-policy lint)" : "");
	snprintf(answer->fix, sizeof(answer->fix), "an admin adds the line \"%s %s %s 1%s\" to it",
		 user, type, question->nic.link, vlan ? " vlan=ID" : "");
}

void access_find_answer(const struct net_policy *policy, const struct access_question *question,
			const char *user, struct access_answer *answer)
{
	struct usernet_choice choice;
	struct lint_problem problem;
	bool missing;
	*answer = (struct access_answer){ .yes = false };
	if (policy->account.uid == 0) {
		answer->yes = answer->without_line = true;
		return;
	}
	if (access_file_is_unsafe(&problem, &missing)) {
		snprintf(answer->why, sizeof(answer->why), "%s: %s: %s", PATH_USERNET,
			 problem.value, problem.what);
		snprintf(answer->fix, sizeof(answer->fix), "%s", problem.accepted);
		return;
	}
	usernet_choose(policy->file, &policy->account, question->nic.type,
		       text_of(question->nic.link), &choice);
	for (size_t i = 0; i < choice.count; i++) {
		char why[200];
		bool fits = offer_fits(policy, &choice.offer[i], question, why, sizeof(why));
		if (!fits && answer->line)
			continue;
		answer->line = choice.offer[i].line;
		answer->offer = choice.offer[i];
		answer->yes = fits;
		if (fits)
			return;
		snprintf(answer->why, sizeof(answer->why),
			 "%s may have a %s on %s, but not with %s", user,
			 usernet_type_name(question->nic.type), question->nic.link, why);
	}
	if (!answer->line)
		no_line(&choice, question, user, answer);
}
