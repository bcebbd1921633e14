// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/autostart.h"

#include <string.h>

void autostart_add_groups(struct string_list *groups, const char *text)
{
	for (;;) {
		size_t length = strcspn(text, ",");
		string_list_take(groups, xstrndup(text, length));
		if (!text[length])
			return;
		text += length + 1;
	}
}

void autostart_add(struct autostart_list *list, const char *name, const struct config *config)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	struct autostart_entry *entry = &list->items[list->count++];
	*entry = (struct autostart_entry){ .name = xstrdup(name),
					   .automatic = config->start_auto,
					   .order = config->start_order,
					   .delay_seconds = config->start_delay };
	for (size_t i = 0; i < config->groups.count; i++)
		string_list_add(&entry->groups, config->groups.items[i]);
}

static void clear_entry(struct autostart_entry *entry)
{
	free(entry->name);
	string_list_clear(&entry->groups);
}

void autostart_clear(struct autostart_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		clear_entry(&list->items[i]);
	free(list->items);
	*list = (struct autostart_list){ 0 };
}

static int by_order(const void *one, const void *other)
{
	const struct autostart_entry *a = one, *b = other;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_order_backwards(const void *one, const void *other)
{
	return by_order(other, one);
}

static bool is_in(const struct autostart_entry *entry, const char *group)
{
	return *group ? string_list_has(&entry->groups, group) : entry->groups.count == 0;
}

/* Move the entries of one group (NULL: all) that are still in list behind those in chosen. */
static void take_group(struct autostart_list *list, const char *group,
		       struct autostart_list *chosen)
{
	for (size_t i = 0; i < list->count; i++) {
		struct autostart_entry *entry = &list->items[i];
		if (!entry->name || (group && !is_in(entry, group)))
			continue;
		chosen->items[chosen->count++] = *entry;
		*entry = (struct autostart_entry){ 0 };
	}
}

void autostart_select(struct autostart_list *list, const struct autostart_rules *rules)
{
	struct autostart_list chosen = { xcalloc(list->count + 1, sizeof(*chosen.items)), 0 };
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items),
		      rules->backwards ? by_order_backwards : by_order);
	for (size_t i = 0; i < list->count && !rules->ignore_auto; i++)
		if (!list->items[i].automatic) {
			clear_entry(&list->items[i]);
			list->items[i] = (struct autostart_entry){ 0 };
		}
	if (rules->all)
		take_group(list, NULL, &chosen);
	else if (rules->groups.count == 0)
		take_group(list, "", &chosen);
	else
		for (size_t i = 0; i < rules->groups.count; i++)
			take_group(list, rules->groups.items[i], &chosen);
	autostart_clear(list);
	*list = chosen;
}
