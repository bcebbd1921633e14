// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "commands/command.h"
#include "commands/top.h"

static int64_t sum_of(int64_t one, int64_t other)
{
	return one < 0 ? other : other < 0 ? one : one + other;
}

void top_add(struct top_counters *sum, const struct top_counters *counters)
{
	sum->cpu_ns = sum_of(sum->cpu_ns, counters->cpu_ns);
	sum->cpu_system_ns = sum_of(sum->cpu_system_ns, counters->cpu_system_ns);
	sum->cpu_user_ns = sum_of(sum->cpu_user_ns, counters->cpu_user_ns);
	sum->blkio_bytes = sum_of(sum->blkio_bytes, counters->blkio_bytes);
	sum->blkio_operations = sum_of(sum->blkio_operations, counters->blkio_operations);
	sum->memory_bytes = sum_of(sum->memory_bytes, counters->memory_bytes);
	sum->memory_swap_bytes = sum_of(sum->memory_swap_bytes, counters->memory_swap_bytes);
	sum->kernel_memory_bytes = sum_of(sum->kernel_memory_bytes, counters->kernel_memory_bytes);
}

static int64_t value_of(const struct top_line *line, char key)
{
	const struct top_counters *counters = &line->counters;
	switch (key) {
	case 'c':
		return counters->cpu_ns;
	case 'b':
		return counters->blkio_bytes;
	case 'm':
		return counters->memory_bytes;
	case 's':
		return sum_of(counters->memory_bytes, counters->memory_swap_bytes);
	case 'k':
		return counters->kernel_memory_bytes;
	default:
		return 0;
	}
}

/* qsort(3) hands nothing on. */
static struct top_order wanted;

static int in_order(const void *one, const void *other)
{
	const struct top_line *a = one, *b = other;
	int order = strcmp(a->user ? a->user : "", b->user ? b->user : "");
	if (order)
		return order;
	int64_t left = value_of(a, wanted.key), right = value_of(b, wanted.key);
	if (left != right)
		order = left > right ? -1 : 1;
	else
		order = strcmp(a->name, b->name);
	return wanted.reverse ? -order : order;
}

void top_sort(struct top_sample *sample, const struct top_order *order)
{
	wanted = *order;
	if (sample->count)
		qsort(sample->lines, sample->count, sizeof(*sample->lines), in_order);
}

static const struct top_line *find_line(const struct top_sample *sample,
					const struct top_line *line)
{
	for (size_t i = 0; sample && i < sample->count; i++) {
		const struct top_line *at = &sample->lines[i];
		if (strcmp(at->name, line->name) == 0 &&
		    strcmp(at->user ? at->user : "", line->user ? line->user : "") == 0)
			return at;
	}
	return NULL;
}

static double percent(const struct top_sample *sample, const struct top_sample *before,
		      const struct top_line *line)
{
	const struct top_line *old = find_line(before, line);
	int64_t past = old ? sample->monotonic_ms - before->monotonic_ms : 0;
	int64_t used = old ? line->counters.cpu_ns - old->counters.cpu_ns : 0;
	/* Less than before: it was started anew. */
	if (past <= 0 || used < 0 || line->counters.cpu_ns < 0 || old->counters.cpu_ns < 0)
		return -1;
	return (double)used / 10000 / (double)past;
}

/* Named once only: the screen is drawn over it otherwise. */
static void broken(const char *name, const struct error *err, void *data)
{
	(void)data;
	log_info("%s: %s", name, err->message);
}

static int collect(const struct string_list *paths, struct listing *listing, struct error *err)
{
	struct listing_options options = { .active = true, .what = INFO_STATS, .broken = broken };
	int result = paths ? 0 : listing_collect_all_users(&options, listing, err);
	for (size_t i = 0; paths && i < paths->count && result == 0; i++) {
		options.lxcpath = paths->items[i];
		result = listing_collect(&options, listing, err);
	}
	return result;
}

int top_collect(const struct string_list *paths, const struct top_order *order,
		const struct top_sample *before, struct top_sample *sample, struct error *err)
{
	struct timespec now;
	*sample = (struct top_sample){ .monotonic_ms = time_monotonic_ms() };
	clock_gettime(CLOCK_REALTIME, &now);
	sample->unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	int result = collect(paths, &sample->listing, err);
	sample->lines = xcalloc(sample->listing.count + 1, sizeof(*sample->lines));
	for (size_t i = 0; i < sample->listing.count && result == 0; i++) {
		const struct listed *listed = &sample->listing.items[i];
		const struct container_info *info = &listed->info;
		struct top_line *line = &sample->lines[sample->count++];
		*line = (struct top_line){
			.user = !paths ? listed->user ? listed->user : "root" : NULL,
			.name = listed->name,
			.counters = { .cpu_ns = info->cpu_ns,
				      .cpu_system_ns = info->cpu_system_ns,
				      .cpu_user_ns = info->cpu_user_ns,
				      .blkio_bytes = info->blkio_bytes,
				      .blkio_operations = info->blkio_operations,
				      .memory_bytes = info->memory_bytes,
				      .memory_swap_bytes = info->memory_swap_bytes,
				      .kernel_memory_bytes = info->kernel_memory_bytes },
		};
		line->cpu_percent = percent(sample, before, line);
	}
	top_sort(sample, order);
	return result;
}

void top_clear(struct top_sample *sample)
{
	free(sample->lines);
	listing_clear(&sample->listing);
	*sample = (struct top_sample){ 0 };
}
