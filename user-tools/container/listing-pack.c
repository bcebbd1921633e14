// SPDX-License-Identifier: LGPL-2.1-or-later
/* Numbers in decimal, text as it is, lists with their count in front; a NUL behind each. */
#include <inttypes.h>
#include <string.h>

#include "container/listing-child.h"

#define LIST_MAX 4096

/* The numbers of an item, in this order. */
enum {
	DEFINED,
	AUTOSTART,
	UNPRIVILEGED,
	STATE,
	INIT,
	SUPERVISOR,
	IPV4,
	CPU,
	CPU_USER,
	CPU_SYSTEM,
	BLKIO,
	BLKIO_OPERATIONS,
	MEMORY,
	SWAP,
	KERNEL,
	NUMBERS
};

static void put_number(int64_t number, FILE *out)
{
	fprintf(out, "%" PRId64 "%c", number, 0);
}

static void put_text(const char *text, FILE *out)
{
	fwrite(text, strlen(text) + 1, 1, out);
}

static void put_list(const struct string_list *list, FILE *out)
{
	put_number((int64_t)list->count, out);
	for (size_t i = 0; i < list->count; i++)
		put_text(list->items[i], out);
}

int listing_pack(const struct listing *listing, FILE *out)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct listed *listed = &listing->items[i];
		const struct container_info *info = &listed->info;
		const int64_t numbers[NUMBERS] = { [DEFINED] = listed->defined,
						   [AUTOSTART] = listed->autostart,
						   [UNPRIVILEGED] = listed->unprivileged,
						   [STATE] = info->state,
						   [INIT] = info->init_pid,
						   [SUPERVISOR] = info->supervisor_pid,
						   [IPV4] = (int64_t)info->ipv4_count,
						   [CPU] = info->cpu_ns,
						   [CPU_USER] = info->cpu_user_ns,
						   [CPU_SYSTEM] = info->cpu_system_ns,
						   [BLKIO] = info->blkio_bytes,
						   [BLKIO_OPERATIONS] = info->blkio_operations,
						   [MEMORY] = info->memory_bytes,
						   [SWAP] = info->memory_swap_bytes,
						   [KERNEL] = info->kernel_memory_bytes };
		put_text(listed->name, out);
		put_list(&listed->inside, out);
		put_list(&listed->groups, out);
		put_list(&info->addresses, out);
		put_list(&info->interfaces, out);
		put_list(&info->links, out);
		for (size_t n = 0; n < NUMBERS; n++)
			put_number(numbers[n], out);
	}
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

struct cursor {
	const char *at, *end;
};

static const char *take_text(struct cursor *cursor)
{
	size_t left = (size_t)(cursor->end - cursor->at);
	const char *text = cursor->at, *stop = left ? memchr(text, 0, left) : NULL;
	if (stop)
		cursor->at = stop + 1;
	return stop ? text : NULL;
}

static int take_number(struct cursor *cursor, int64_t min, int64_t max, int64_t *number)
{
	const char *text = take_text(cursor);
	return text && parse_int64(text, min, max, number) == 0 ? 0 : -1;
}

static int take_list(struct cursor *cursor, struct string_list *list)
{
	int64_t count;
	if (take_number(cursor, 0, LIST_MAX, &count) < 0)
		return -1;
	for (int64_t i = 0; i < count; i++) {
		const char *text = take_text(cursor);
		if (!text)
			return -1;
		string_list_add(list, text);
	}
	return 0;
}

static int take_numbers(struct cursor *cursor, struct listed *listed)
{
	static const struct {
		int64_t min, max;
	} limits[NUMBERS] = { [DEFINED] = { 0, 1 },
			      [AUTOSTART] = { 0, 1 },
			      [UNPRIVILEGED] = { 0, 1 },
			      [STATE] = { 0, STATE_COUNT - 1 },
			      [INIT] = { -1, INT32_MAX },
			      [SUPERVISOR] = { -1, INT32_MAX },
			      [IPV4] = { 0, LIST_MAX },
			      [CPU] = { -1, INT64_MAX },
			      [CPU_USER] = { -1, INT64_MAX },
			      [CPU_SYSTEM] = { -1, INT64_MAX },
			      [BLKIO_OPERATIONS] = { -1, INT64_MAX },
			      [BLKIO] = { -1, INT64_MAX },
			      [MEMORY] = { -1, INT64_MAX },
			      [SWAP] = { -1, INT64_MAX },
			      [KERNEL] = { -1, INT64_MAX } };
	struct container_info *info = &listed->info;
	int64_t number[NUMBERS];
	for (size_t n = 0; n < NUMBERS; n++)
		if (take_number(cursor, limits[n].min, limits[n].max, &number[n]) < 0)
			return -1;
	if ((size_t)number[IPV4] > info->addresses.count)
		return -1;
	listed->defined = number[DEFINED];
	listed->autostart = number[AUTOSTART];
	listed->unprivileged = number[UNPRIVILEGED];
	info->state = (enum container_state)number[STATE];
	info->init_pid = (pid_t)number[INIT];
	info->supervisor_pid = (pid_t)number[SUPERVISOR];
	info->ipv4_count = (size_t)number[IPV4];
	info->cpu_ns = number[CPU];
	info->cpu_user_ns = number[CPU_USER];
	info->cpu_system_ns = number[CPU_SYSTEM];
	info->blkio_bytes = number[BLKIO];
	info->blkio_operations = number[BLKIO_OPERATIONS];
	info->memory_bytes = number[MEMORY];
	info->memory_swap_bytes = number[SWAP];
	info->kernel_memory_bytes = number[KERNEL];
	return 0;
}

static int take_listed(struct cursor *cursor, struct listed *listed)
{
	const char *name = take_text(cursor);
	if (!name || container_check_name(name, NULL) < 0)
		return -1;
	listed->name = xstrdup(name);
	if (take_list(cursor, &listed->inside) < 0 || take_list(cursor, &listed->groups) < 0 ||
	    take_list(cursor, &listed->info.addresses) < 0 ||
	    take_list(cursor, &listed->info.interfaces) < 0 ||
	    take_list(cursor, &listed->info.links) < 0)
		return -1;
	for (size_t i = 0; i < listed->inside.count; i++)
		if (container_check_name(listed->inside.items[i], NULL) < 0)
			return -1;
	return take_numbers(cursor, listed);
}

int listing_unpack(const char *data, size_t size, struct listing *listing)
{
	struct cursor cursor = { data, data + size };
	while (cursor.at < cursor.end)
		if (take_listed(&cursor, listing_add(listing)) < 0)
			return -1;
	return 0;
}
