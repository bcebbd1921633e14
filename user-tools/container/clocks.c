// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/clocks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

#define SECOND 1000000000LL

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

bool clocks_are_set(const struct config *config)
{
	return config->time_boot.key || config->time_monotonic.key;
}

static int with_rule(const struct time_offset *offset, struct error *err)
{
	const struct config_origin *origin = &offset->origin;
	return origin->file && origin->line ? error_rule(err, "%s:%u", origin->file, origin->line)
					    : -1;
}

static int check_clock(const struct time_offset *offset, clockid_t clock, const char *name,
		       struct error *err)
{
	struct timespec now;
	if (!offset->key || clock_gettime(clock, &now) < 0 ||
	    now.tv_sec + offset->nanoseconds / SECOND > 0)
		return 0;
	error_set(
	    err, E_KERNEL_SETTING, 0,
	    "%s = %s: %s would be before zero: it is at %lld s now, counted from the host's boot",
	    offset->key, offset->value, name, (long long)now.tv_sec);
	return with_rule(offset, err);
}

int clocks_check(const struct config *config, struct error *err)
{
	if (!clocks_are_set(config))
		return 0;
	if (access("/proc/self/timens_offsets", F_OK) < 0) {
		error_set(err, E_KERNEL_SETTING, 0,
			  "lxc.time.offset: this kernel has no time namespaces");
		return error_fix(err,
				 "a kernel since 5.6 with CONFIG_TIME_NS, or remove the lines");
	}
	if (check_clock(&config->time_boot, CLOCK_BOOTTIME, "CLOCK_BOOTTIME", err) < 0)
		return -1;
	return check_clock(&config->time_monotonic, CLOCK_MONOTONIC, "CLOCK_MONOTONIC", err);
}

/* One line of time_namespaces(7): the nanoseconds are never negative. */
static int write_offset(const struct time_offset *offset, const char *clock, struct error *err)
{
	if (!offset->key)
		return 0;
	long long seconds = offset->nanoseconds / SECOND, rest = offset->nanoseconds % SECOND;
	if (rest < 0) {
		rest += SECOND;
		seconds--;
	}
	_cleanup_free_ char *line = xasprintf("%s %lld %lld\n", clock, seconds, rest);
	if (file_write_kernel(AT_FDCWD, "/proc/self/timens_offsets", line) == 0)
		return 0;
	error_set(err, E_KERNEL_SETTING, errno, "%s = %s", offset->key, offset->value);
	return with_rule(offset, err);
}

int clocks_enter(const struct config *config, int *out, struct error *err)
{
	if (unshare(CLONE_NEWTIME) < 0)
		return error_set(err, E_KERNEL_SETTING, errno, "a time namespace");
	if (write_offset(&config->time_boot, "boottime", err) < 0 ||
	    write_offset(&config->time_monotonic, "monotonic", err) < 0)
		return -1;
	_cleanup_close_ int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWTIME) < 0)
		return error_set(err, E_KERNEL_SETTING, errno, "entering the time namespace");
	*out = util_steal_fd(&fd);
	return 0;
}
