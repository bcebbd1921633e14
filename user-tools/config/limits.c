// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for lxc.prlimit.*, lxc.sysctl.*, lxc.proc.*, lxc.time.offset.* and the sizes of
 * lxc.console.*. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config/internal.h"

/* ---- lxc.prlimit.NAME ---- */

static const struct {
	const char *name;
	int resource;
} resources[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};

static int resource_from_name(const char *name)
{
	uint32_t number;
	for (size_t i = 0; i < ARRAY_SIZE(resources); i++)
		if (strcmp(name, resources[i].name) == 0)
			return resources[i].resource;
	return parse_uint32(name, &number) == 0 && number < RLIM_NLIMITS ? (int)number : -1;
}

static int parse_limit(const char *text, rlim_t *out)
{
	uint64_t value;
	if (strcmp(text, "unlimited") == 0) {
		*out = RLIM_INFINITY;
		return 0;
	}
	if (parse_uint64(text, RLIM_INFINITY - 1, &value) < 0)
		return -1;
	*out = value;
	return 0;
}

static void remove_limit(struct config *config, int resource)
{
	size_t kept = 0;
	for (size_t i = 0; i < config->limit_count; i++) {
		struct limit_setting *limit = &config->limits[i];
		if (resource < 0 || limit->resource == resource) {
			free(limit->key);
			free(limit->value);
		} else
			config->limits[kept++] = *limit;
	}
	config->limit_count = kept;
}

int config_set_prlimit(struct config *config, const struct config_key *key,
		       const struct config_item *item, struct error *err)
{
	int resource = resource_from_name(item->key + strlen(key->name));
	struct limit_setting limit = { .resource = resource, .origin = item->origin };
	if (resource < 0)
		return config_refuse(key, item, err,
				     "\"%.40s\" is no resource; the names are those of "
				     "getrlimit(2) in lower case (nofile, nproc, memlock ...)",
				     item->key + strlen(key->name));
	if (!*item->value) {
		remove_limit(config, resource);
		return 0;
	}
	_cleanup_free_ char *copy = xstrdup(item->value);
	char *colon = strchr(copy, ':');
	if (colon)
		*colon++ = 0;
	if (parse_limit(string_trim(copy), &limit.soft) < 0 ||
	    parse_limit(colon ? string_trim(colon) : string_trim(copy), &limit.hard) < 0)
		return config_refuse(key, item, err, "not a limit");
	if (limit.soft > limit.hard)
		return config_refuse(key, item, err, "the soft limit is above the hard one");
	remove_limit(config, resource);
	limit.key = xstrdup(item->key);
	limit.value = xstrdup(item->value);
	config->limits =
	    xrealloc(config->limits, (config->limit_count + 1) * sizeof(*config->limits));
	config->limits[config->limit_count++] = limit;
	return 0;
}

/* ---- lxc.sysctl.NAME, lxc.proc.FILE ---- */

static void remove_setting(struct kernel_settings *settings, const char *path)
{
	size_t kept = 0;
	for (size_t i = 0; i < settings->count; i++) {
		struct kernel_setting *setting = &settings->items[i];
		if (!path || strcmp(setting->path, path) == 0) {
			free(setting->path);
			free(setting->key);
			free(setting->value);
		} else
			settings->items[kept++] = *setting;
	}
	settings->count = kept;
}

/*
 * As sysctl(8) reads names: dots separate and a slash stands for a dot
 * (net.ipv4.conf.eth0/100.forwarding), unless the first separator is a slash. NULL: not a path
 * below.
 */
static char *path_of_name(const char *name)
{
	char *path = xstrdup(name), *first = strpbrk(path, "./");
	if (first && *first == '.')
		for (char *at = path; *at; at++)
			*at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
	_cleanup_free_ char *framed = xasprintf("/%s/", path);
	if (!strstr(framed, "//") && !strstr(framed, "/./") && !strstr(framed, "/../"))
		return path;
	free(path);
	return NULL;
}

static int set_kernel(struct kernel_settings *settings, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	const char *name = item->key + strlen(key->name);
	char *path = path_of_name(name);
	if (!path)
		return config_refuse(key, item, err, "\"%.100s\" names no file", name);
	remove_setting(settings, path);
	if (!*item->value) {
		free(path);
		return 0;
	}
	settings->items =
	    xrealloc(settings->items, (settings->count + 1) * sizeof(*settings->items));
	settings->items[settings->count++] =
	    (struct kernel_setting){ path, xstrdup(item->key), xstrdup(item->value), item->origin };
	return 0;
}

int config_set_sysctl(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	return set_kernel(&config->sysctls, key, item, err);
}

int config_set_proc(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	return set_kernel(&config->procs, key, item, err);
}

/* Do two names of sysctls, as path_of_name() reads them, mean the same file? */
static bool same_path(const char *a, const char *b)
{
	const char *first_a = strpbrk(a, "./"), *first_b = strpbrk(b, "./");
	bool dots_a = first_a && *first_a == '.', dots_b = first_b && *first_b == '.';
	for (; *a && *b; a++, b++) {
		bool separator_a = *a == (dots_a ? '.' : '/'), dot_a = *a == (dots_a ? '/' : '.');
		bool separator_b = *b == (dots_b ? '.' : '/'), dot_b = *b == (dots_b ? '/' : '.');
		if (separator_a != separator_b || dot_a != dot_b)
			return false;
		if (!separator_a && !dot_a && *a != *b)
			return false;
	}
	return *a == *b;
}

bool config_same_limit(const char *a, const char *b)
{
	static const char *const families[] = { "lxc.sysctl.", "lxc.proc." };
	static const char prlimit[] = "lxc.prlimit.";
	if (string_starts(a, prlimit) && string_starts(b, prlimit))
		return resource_from_name(a + strlen(prlimit)) ==
		       resource_from_name(b + strlen(prlimit));
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (string_starts(a, families[i]) && string_starts(b, families[i]))
			return same_path(a + strlen(families[i]), b + strlen(families[i]));
	return false;
}

/* ---- lxc.time.offset.* ---- */

static void clear_offset(struct time_offset *offset)
{
	free(offset->key);
	free(offset->value);
	*offset = (struct time_offset){ 0 };
}

int config_set_time_offset(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	static const struct {
		const char *name;
		int64_t nanoseconds;
	} units[] = { { "h", 3600000000000 }, { "m", 60000000000 }, { "s", 1000000000 },
		      { "ms", 1000000 },      { "us", 1000 },	    { "ns", 1 } };
	struct time_offset *offset =
	    string_ends(key->name, ".boot") ? &config->time_boot : &config->time_monotonic;
	if (!*item->value) {
		clear_offset(offset);
		return 0;
	}
	_cleanup_free_ char *number = xstrdup(item->value);
	size_t digits = strspn(number, "-0123456789");
	const char *unit = item->value + digits + strspn(item->value + digits, " \t");
	int64_t value, factor = 0;
	number[digits] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(unit, units[i].name) == 0)
			factor = units[i].nanoseconds;
	if (!factor)
		return config_refuse(key, item, err, "a unit is missing: h, m, s, ms, us or ns");
	if (parse_int64(number, INT64_MIN, INT64_MAX, &value) < 0 ||
	    __builtin_mul_overflow(value, factor, &value))
		return config_refuse(key, item, err, "not a number, or one beyond 292 years");
	clear_offset(offset);
	*offset =
	    (struct time_offset){ value, xstrdup(item->key), xstrdup(item->value), item->origin };
	return 0;
}

/* ---- lxc.console.buffer.size, lxc.console.size ---- */

#define CONSOLE_AUTO (128u << 10)
#define CONSOLE_MAX (1ull << 40)

/* As LXC: at least a page, up to the next power of two. 0 is nothing. */
static uint64_t round_up(uint64_t size)
{
	uint64_t rounded = (uint64_t)sysconf(_SC_PAGESIZE);
	while (size && rounded < size)
		rounded *= 2;
	return size ? rounded : 0;
}

int config_set_buffer_size(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = { { "", 1 }, { "KB", 1 << 10 }, { "MB", 1 << 20 }, { "GB", 1 << 30 } };
	uint64_t *slot = (uint64_t *)((char *)config + key->offset);
	_cleanup_free_ char *number = xstrdup(item->value);
	size_t digits = strspn(number, "0123456789");
	const char *unit = item->value + digits + strspn(item->value + digits, " \t");
	uint64_t value = 0, bytes = 0;
	number[digits] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcasecmp(unit, units[i].name) == 0)
			bytes = units[i].bytes;
	if (strcmp(item->value, "auto") == 0)
		value = CONSOLE_AUTO;
	else if (*item->value && (!bytes || parse_uint64(number, CONSOLE_MAX / bytes, &value) < 0))
		return config_refuse(key, item, err, "not a size");
	*slot = round_up(value * (bytes ? bytes : 1));
	return 0;
}

/* ---- all of them ---- */

void config_clear_limits(struct config *config, const char *family)
{
	if (strcmp(family, "lxc.prlimit") == 0)
		remove_limit(config, -1);
	else if (strcmp(family, "lxc.sysctl") == 0)
		remove_setting(&config->sysctls, NULL);
	else if (strcmp(family, "lxc.proc") == 0)
		remove_setting(&config->procs, NULL);
	else if (strcmp(family, "lxc.cgroup2") == 0)
		config_clear_cgroups(config, 2);
	else if (strcmp(family, "lxc.cgroup") == 0) {
		config_clear_cgroups(config, 1);
		config_free_group_paths(config);
		config->cgroup_relative = false;
	}
}

void config_free_limits(struct config *config)
{
	remove_limit(config, -1);
	remove_setting(&config->sysctls, NULL);
	remove_setting(&config->procs, NULL);
	config_free_group_paths(config);
	clear_offset(&config->time_boot);
	clear_offset(&config->time_monotonic);
	free(config->limits);
	free(config->sysctls.items);
	free(config->procs.items);
}
