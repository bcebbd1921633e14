// SPDX-License-Identifier: LGPL-2.1-or-later
/* The counters that lxc-info and lxc-top show. */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"

#define FILE_MAX (4U << 20)

/* The number behind "KEY " at a line's start ("" = the file is one number); -1 if there is none. */
static int64_t number_of(const char *text, const char *key)
{
	size_t length = strlen(key);
	for (const char *line = text; line && *line;
	     line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, key, length) != 0 || (length && line[length] != ' '))
			continue;
		char *end;
		errno = 0;
		long long n = strtoll(line + length, &end, 10);
		return end == line + length || errno || n < 0 ? -1 : n;
	}
	return -1;
}

static int64_t read_number(int dirfd, const char *file, const char *key)
{
	_cleanup_free_ char *text = NULL;
	return dirfd < 0 || file_read_all(dirfd, file, FILE_MAX, &text) < 0 ? -1
									    : number_of(text, key);
}

static int64_t times(int64_t value, int64_t factor)
{
	return value < 0 || value > INT64_MAX / factor ? -1 : value * factor;
}

/* io.stat: "8:0 rbytes=1 wbytes=2 rios=3 ..." a device; the sum over devices of two keys. */
static int64_t sum_io(const char *text, const char *first, const char *second)
{
	int64_t sum = 0;
	for (const char *p = text; (p = strchr(p, ' ')) != NULL;) {
		p++;
		for (int i = 0; i < 2; i++) {
			const char *key = i ? second : first;
			if (string_starts(p, key))
				sum += strtoll(p + strlen(key), NULL, 10);
		}
	}
	return sum;
}

static void read_v2(int dir, struct cgroup_stats *stats)
{
	_cleanup_free_ char *cpu = NULL, *io = NULL;
	if (file_read_all(dir, "cpu.stat", FILE_MAX, &cpu) >= 0) {
		stats->cpu_ns = times(number_of(cpu, "usage_usec"), 1000);
		stats->cpu_user_ns = times(number_of(cpu, "user_usec"), 1000);
		stats->cpu_system_ns = times(number_of(cpu, "system_usec"), 1000);
	}
	if (file_read_all(dir, "io.stat", FILE_MAX, &io) >= 0) {
		stats->blkio_bytes = sum_io(io, "rbytes=", "wbytes=");
		stats->blkio_operations = sum_io(io, "rios=", "wios=");
	}
	stats->memory_bytes = read_number(dir, "memory.current", "");
	stats->memory_swap_bytes = read_number(dir, "memory.swap.current", "");
	stats->kernel_memory_bytes = read_number(dir, "memory.stat", "kernel");
	stats->processes = read_number(dir, "pids.current", "");
}

static void set_known(int64_t *field, int64_t value)
{
	if (value >= 0)
		*field = value;
}

static void read_v1(const struct cgroup *cgroup, struct cgroup_stats *stats)
{
	static const char *const controllers[] = { "cpuacct", "blkio", "memory", "pids" };
	int dirs[ARRAY_SIZE(controllers)];
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		const struct hierarchy *h = cgroup_v1(cgroup, controllers[i]);
		dirs[i] = h ? hierarchy_open_payload(cgroup, h) : -1;
	}
	int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
	set_known(&stats->cpu_ns, read_number(dirs[0], "cpuacct.usage", ""));
	set_known(&stats->cpu_user_ns, times(read_number(dirs[0], "cpuacct.stat", "user"), tick));
	set_known(&stats->cpu_system_ns,
		  times(read_number(dirs[0], "cpuacct.stat", "system"), tick));
	set_known(&stats->blkio_bytes,
		  read_number(dirs[1], "blkio.throttle.io_service_bytes", "Total"));
	set_known(&stats->blkio_operations,
		  read_number(dirs[1], "blkio.throttle.io_serviced", "Total"));
	set_known(&stats->memory_bytes, read_number(dirs[2], "memory.usage_in_bytes", ""));
	set_known(&stats->kernel_memory_bytes,
		  read_number(dirs[2], "memory.kmem.usage_in_bytes", ""));
	/* v1 counts memory and swap together; the two files are not read at the same instant. */
	int64_t both = read_number(dirs[2], "memory.memsw.usage_in_bytes", "");
	if (both >= 0 && stats->memory_bytes >= 0)
		stats->memory_swap_bytes =
		    both > stats->memory_bytes ? both - stats->memory_bytes : 0;
	set_known(&stats->processes, read_number(dirs[3], "pids.current", ""));
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		util_close_fd(&dirs[i]);
}

int cgroup_read_stats(const struct cgroup *cgroup, struct cgroup_stats *stats, struct error *err)
{
	(void)err; /* what is not there is -1, not an error */
	*stats = (struct cgroup_stats){ -1, -1, -1, -1, -1, -1, -1, -1, -1 };
	const struct hierarchy *h = cgroup_v2(cgroup);
	_cleanup_close_ int dir = h ? hierarchy_open_payload(cgroup, h) : -1;
	if (dir >= 0)
		read_v2(dir, stats);
	read_v1(cgroup, stats);
	return 0;
}
