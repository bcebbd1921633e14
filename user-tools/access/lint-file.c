// SPDX-License-Identifier: LGPL-2.1-or-later
/* Lines that are right each by itself, and what is suspicious of them together. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "access/choice.h"
#include "access/lint.h"

#define BRIDGE_PORTS 1023

/* A line that gives something. */
struct entry {
	struct usernet_rule rule;
	uint32_t line;
	bool known; /* there is such a user or group */
	uint32_t id;
};

struct state {
	const struct lint_world *world;
	lint_found *found;
	void *closure;
	uint32_t line;
	struct entry *entries; /* in the order of the file */
	size_t count;
};

/* The words of a warning: at most what a value shows. */
__attribute__((format(printf, 4, 5))) static void warn(const struct state *state, struct text value,
						       const char *accepted, const char *fmt, ...)
{
	struct lint_problem problem = { .grants_nothing = false };
	va_list arguments;
	for (size_t i = 0; i < value.size && i < sizeof(problem.value) - 1; i++)
		problem.value[i] = value.data[i] < ' ' || value.data[i] > '~' ? '?' : value.data[i];
	snprintf(problem.accepted, sizeof(problem.accepted), "%s", accepted);
	va_start(arguments, fmt);
	vsnprintf(problem.what, sizeof(problem.what), fmt, arguments);
	va_end(arguments);
	state->found(state->closure, state->line, &problem);
}

/* The id of a name in the text of passwd(5) or group(5), or of a number. */
static bool find_id(struct text file, struct text word, uint32_t *id)
{
	struct text line, name, field;
	while (text_take_line(&file, &line))
		if (text_take_field(&line, ':', &name) && text_equal(name, word) &&
		    text_take_field(&line, ':', &field) && text_take_field(&line, ':', &field) &&
		    text_number(field, ID_MAX, id))
			return true;
	return text_number(word, ID_MAX, id);
}

static bool same_pool(const struct entry *a, const struct entry *b)
{
	return a->rule.is_group == b->rule.is_group &&
	       (text_equal(a->rule.who, b->rule.who) || (a->known && b->known && a->id == b->id));
}

static bool same_link(const struct entry *a, const struct entry *b)
{
	return a->rule.type == b->rule.type && text_equal(a->rule.link, b->rule.link);
}

static void check_names(const struct state *state, const struct entry *entry)
{
	const struct usernet_rule *rule = &entry->rule;
	if (!entry->known)
		warn(state, rule->who, "a name in that file, or a number",
		     rule->is_group ? "there is no such group in /etc/group"
				    : "there is no such user in /etc/passwd");
	bool veth = rule->type == TYPE_VETH;
	if (veth && text_equal(rule->link, text_of("none")))
		return;
	enum lint_link link = state->world->link(rule->link);
	if (link == LINT_LINK_MISSING)
		warn(state, rule->link,
		     veth ? "a bridge of this host" : "an interface of this host",
		     "this link does not exist now");
	else if (veth && link == LINT_LINK_OTHER)
		warn(state, rule->link, "a bridge, or another type", "this link is not a bridge");
	else if (veth && rule->vlan && link != LINT_LINK_VLAN_BRIDGE) {
		char accepted[128];
		snprintf(accepted, sizeof(accepted),
			 "ip link set %.*s type bridge vlan_filtering 1", (int)rule->link.size,
			 rule->link.data);
		warn(state, rule->link, accepted,
		     "vlan=%u needs a bridge that filters VLANs, and this one does not",
		     rule->vlan);
	}
}

static void check_count(const struct state *state, const struct usernet_rule *rule)
{
	char count[16];
	bool once = rule->type == TYPE_PHYS || rule->type == TYPE_VLAN;
	snprintf(count, sizeof(count), "%u", rule->count);
	if (rule->count > 1 && rule->mac.size)
		warn(state, text_of(count), "1",
		     "with mac= only one interface can be there at a time");
	else if (rule->count > 1 && once)
		warn(state, text_of(count), "1",
		     rule->type == TYPE_PHYS ? "a physical interface exists once"
					     : "a VLAN of a link exists once");
}

/* What of the lines before this one, or of all lines, is at odds with it. */
static void check_others(const struct state *state, const struct entry *entry)
{
	const struct usernet_rule *rule = &entry->rule;
	bool shared = rule->is_group;
	uint32_t same_mac = 0, overlaps = 0;
	for (const struct entry *other = state->entries; other < state->entries + state->count;
	     other++) {
		if (other < entry && rule->mac.size && text_equal(rule->mac, other->rule.mac) &&
		    text_equal(rule->link, other->rule.link))
			same_mac = other->line;
		if (other == entry || !same_link(entry, other))
			continue;
		shared |= other->rule.is_group || !same_pool(entry, other);
		if (other < entry && same_pool(entry, other))
			overlaps = other->line;
	}
	if (overlaps)
		warn(state, rule->who, "one line with the count of both",
		     "it counts from the same places as line %u, the counts do not add up",
		     overlaps);
	if (same_mac)
		warn(state, rule->mac, "a hardware address of its own",
		     "line %u has the same mac=, and only one of them can be there at a time",
		     same_mac);
	if (shared && rule->type == TYPE_VETH && !rule->address[0].prefix &&
	    !text_equal(rule->link, text_of("none")))
		warn(state, rule->link, "ip=ADDRESS/LENGTH on each line of the bridge",
		     rule->isolated
			 ? "several users share the bridge: without ip= this one can take the "
			   "addresses of others towards the host"
			 : "several users share the bridge: without ip= this one can take the "
			   "addresses of others, and without isolated reach them");
}

/* Is there another line of the pool with more, or before it with as much? */
static bool is_outdone(const struct state *state, const struct entry *entry)
{
	for (const struct entry *other = state->entries; other < state->entries + state->count;
	     other++)
		if (other != entry && same_link(entry, other) && same_pool(entry, other) &&
		    (other->rule.count > entry->rule.count ||
		     (other->rule.count == entry->rule.count && other < entry)))
			return true;
	return false;
}

/* The largest count of each pool, added up; said at the last line of the bridge. */
static void check_ports(const struct state *state, const struct entry *entry)
{
	const struct entry *end = state->entries + state->count;
	uint64_t sum = 0;
	if (entry->rule.type != TYPE_VETH || text_equal(entry->rule.link, text_of("none")))
		return;
	for (const struct entry *other = entry + 1; other < end; other++)
		if (same_link(entry, other))
			return;
	for (const struct entry *other = state->entries; other <= entry; other++)
		if (same_link(entry, other) && !is_outdone(state, other))
			sum += other->rule.count;
	if (sum > BRIDGE_PORTS)
		warn(state, entry->rule.link, "counts that add up to at most 1023",
		     "the counts for this bridge add up to %llu, and it has 1023 ports: some can "
		     "leave none to the others",
		     (unsigned long long)sum);
}

static void read_entries(struct text file, struct state *state)
{
	struct text line;
	struct lint_problem problem;
	struct usernet_rule rule;
	for (uint32_t number = 1; text_take_line(&file, &line); number++) {
		if (usernet_parse_line(line, &rule) != USERNET_RULE || lint_line(line, &problem))
			continue;
		state->entries =
		    xrealloc(state->entries, (state->count + 1) * sizeof(*state->entries));
		struct entry *entry = &state->entries[state->count++];
		*entry = (struct entry){ .rule = rule, .line = number };
		entry->known = find_id(rule.is_group ? state->world->group : state->world->passwd,
				       rule.who, &entry->id);
	}
}

void lint_file(struct text file, const struct lint_world *world, lint_found *found, void *closure)
{
	struct state state = { .world = world, .found = found, .closure = closure, .line = 1 };
	struct text rest = file, line;
	struct lint_problem problem;
	size_t next = 0;
	read_entries(file, &state);
	for (; text_take_line(&rest, &line); state.line++) {
		if (lint_line(line, &problem))
			found(closure, state.line, &problem);
		if (next == state.count || state.entries[next].line != state.line)
			continue;
		const struct entry *entry = &state.entries[next++];
		check_names(&state, entry);
		check_count(&state, &entry->rule);
		check_others(&state, entry);
		check_ports(&state, entry);
	}
	free(state.entries);
}
