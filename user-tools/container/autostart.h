/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which containers lxc-autostart is about, and in which order: lxc.start.auto, lxc.group,
 * lxc.start.order. Nothing is done to any of them here.
 */
#ifndef CONTAINER_AUTOSTART_H
#define CONTAINER_AUTOSTART_H

#include <stdbool.h>

#include "base/util.h"
#include "config/config.h"

/* One defined container, as far as it matters here. Strings and list are owned by the entry. */
struct autostart_entry {
	char *name;
	struct string_list groups;
	bool automatic; /* lxc.start.auto */
	int order;
	unsigned delay_seconds; /* lxc.start.delay: pause behind it */
};

struct autostart_list {
	struct autostart_entry *items;
	size_t count;
};

struct autostart_rules {
	/* "" stands for the containers that are in no group; in this order, each container once.
	 * Empty: those in no group. */
	struct string_list groups;
	bool all;	  /* whatever its groups */
	bool ignore_auto; /* whatever its lxc.start.auto */
	bool backwards;	  /* within a group the last one first: what is started last ends first */
};

/* "onboot,,web" and "" as -g has them: each word, the empty ones, too, is added to groups. */
void autostart_add_groups(struct string_list *groups, const char *text);

void autostart_add(struct autostart_list *list, const char *name, const struct config *config);
/* Keep what the rules select, in their order: by group, lxc.start.order, name (bytewise). */
void autostart_select(struct autostart_list *list, const struct autostart_rules *rules);
void autostart_clear(struct autostart_list *list);

#endif
