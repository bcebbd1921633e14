// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc.cgroup2.* and lxc.cgroup.* lines: can they be applied, apply them, see whether they took. */
#define LOG_MODULE "cgroup"
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"

#define VALUE_MAX (1U << 16)

static const char *key_of(const struct cgroup_limit *limit)
{
	return limit->version == 2 ? "lxc.cgroup2" : "lxc.cgroup";
}

/* "memory" of "memory.max"; "cgroup" for the core's own files. */
static void controller_of(const char *file, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)strcspn(file, "."), file);
}

/* Under what name the other version has a limit. */
static const struct {
	const char *v2, *v1;
} counterparts[] = {
	{ "memory.max", "memory.limit_in_bytes" },
	{ "memory.high", "memory.soft_limit_in_bytes" },
	{ "memory.swap.max", "memory.memsw.limit_in_bytes" },
	{ "cpu.weight", "cpu.shares" },
	{ "cpu.max", "cpu.cfs_quota_us" },
	{ "pids.max", "pids.max" },
	{ "cpuset.cpus", "cpuset.cpus" },
	{ "cpuset.mems", "cpuset.mems" },
	{ "io.weight", "blkio.bfq.weight" },
	{ "io.max", "blkio.throttle.read_bps_device" },
};

int cgroup_limit_version(const char *file)
{
	for (size_t i = 0; i < ARRAY_SIZE(counterparts); i++)
		if (strcmp(counterparts[i].v1, counterparts[i].v2) != 0) {
			if (strcmp(file, counterparts[i].v2) == 0)
				return 2;
			if (strcmp(file, counterparts[i].v1) == 0)
				return 1;
		}
	return 0;
}

static const char *counterpart_of(const struct cgroup_limit *limit)
{
	for (size_t i = 0; i < ARRAY_SIZE(counterparts); i++)
		if (strcmp(limit->file,
			   limit->version == 2 ? counterparts[i].v2 : counterparts[i].v1) == 0)
			return limit->version == 2 ? counterparts[i].v1 : counterparts[i].v2;
	return NULL;
}

/* "lxc.cgroup2." before the name of a file, nothing where no line of a configuration is at work. */
static const char *prefix_of(int version, const struct cgroup_limit *limit)
{
	return !limit->origin ? "" : version == 2 ? "lxc.cgroup2." : "lxc.cgroup.";
}

static int refuse(const struct cgroup_limit *limit, struct error *err, const char *why)
{
	if (!limit->origin)
		return error_set(err, E_CGROUP_LIMIT, 0, "%s = %.200s: %s", limit->file,
				 limit->value, why);
	error_set(err, E_CGROUP_LIMIT, 0, "%s.%s = %.200s: %s", key_of(limit), limit->file,
		  limit->value, why);
	return error_rule(err, "%s", limit->origin);
}

static bool is_device_rule(const struct cgroup_limit *limit)
{
	return string_starts(limit->file, "devices.");
}

static bool is_device_verb(const char *file)
{
	return strcmp(file, "devices.allow") == 0 || strcmp(file, "devices.deny") == 0;
}

/*
 * Where to write a limit. Device rules of either version have the syntax of the v1 devices
 * controller; root on a host with that one gets them there.
 */
static struct hierarchy *hierarchy_for(const struct cgroup *cgroup,
				       const struct cgroup_limit *limit)
{
	char controller[64];
	controller_of(limit->file, controller, sizeof(controller));
	if (limit->version == 1 || is_device_rule(limit))
		return cgroup_v1(cgroup, controller);
	struct hierarchy *h = cgroup_v2(cgroup);
	return h && (strcmp(controller, "cgroup") == 0 ||
		     cgroup_list_has(h->controllers, controller))
		   ? h
		   : NULL;
}

/* No hierarchy takes the limit: say which of the possible reasons it is, and what helps. */
static int refuse_controller(const struct cgroup *cgroup, const struct cgroup_limit *limit,
			     struct error *err)
{
	char controller[64];
	controller_of(limit->file, controller, sizeof(controller));
	int other = limit->version == 2 ? 1 : 2;
	const struct hierarchy *here =
	    cgroup_find(cgroup, limit->version, limit->version == 2 ? NULL : controller);
	const struct hierarchy *there = cgroup_find(cgroup, other, controller);
	const char *name = counterpart_of(limit);
	_cleanup_free_ char *why = NULL, *path = here ? hierarchy_path(here, NULL) : NULL;
	if (there) {
		why = xasprintf("this host has the controller \"%s\" in cgroup v%d", controller,
				other);
		refuse(limit, err, why);
		return name ? error_fix(err, "%s%s = VALUE (in that file's own unit)",
					prefix_of(other, limit), name)
			    : error_fix(err, "use %s%s.*", prefix_of(other, limit),
					controller);
	}
	if (!here || (limit->version == 2 && cgroup_euid_is_root() && !here->base[0])) {
		why = xasprintf("this host has no cgroup v%d controller \"%s\"", limit->version,
				controller);
		refuse(limit, err, why);
		return error_fix(err, "what there is: cat /proc/cgroups%s",
				 limit->origin ? "; remove the line" : "");
	}
	why = limit->version == 2 && here->delegated
		  ? xasprintf("controller \"%s\" is not delegated to uid %u: %s/cgroup.controllers "
			      "has \"%s\"",
			      controller, geteuid(), path, here->controllers)
		  : xasprintf("controller \"%s\" is not delegated to uid %u: %s is not writable",
			      controller, geteuid(), path);
	refuse(limit, err, why);
	if (limit->version == 1 || !here->delegated)
		return error_fix(err, "an admin delegates a group of that controller%s",
				 limit->origin ? ", or remove the line" : "");
	if (access("/run/systemd/system", F_OK) == 0)
		return error_fix(err,
				 "an admin writes [Service] Delegate=%s%s%s into "
				 "/etc/systemd/system/user@.service.d/delegate.conf (or your "
				 "unit's drop-in), then "
				 "systemctl daemon-reload",
				 here->controllers, *here->controllers ? " " : "", controller);
	return error_fix(
	    err, "an admin: echo +%s >PARENT/cgroup.subtree_control, for each group above %s",
	    controller, path);
}

/*
 * The base group has the files its payload will have, unless it is the top, which lacks most: so a
 * wrong name is known before anything is made.
 */
static bool file_can_exist(const struct hierarchy *h, const char *file)
{
	if (faccessat(h->base_fd, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	return h->version == 1
		   ? !*h->base
		   : faccessat(h->base_fd, "cgroup.type", F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

static int check_one(const struct cgroup *cgroup, const struct cgroup_limit *limit,
		     struct error *err)
{
	if (!cgroup_limit_file_is_valid(limit->file))
		return refuse(
		    limit, err,
		    "not a limit; a file name of a controller is expected, as memory.max");
	if (is_device_rule(limit) && !cgroup_euid_is_root())
		return 0;
	struct device_rule rule;
	if (is_device_rule(limit) &&
	    (!is_device_verb(limit->file) || !cgroup_parse_device_rule(limit->value, &rule)))
		return refuse(
		    limit, err,
		    "devices.allow or devices.deny with a, or TYPE MAJOR:MINOR ACCESS, is "
		    "expected, as c 1:3 rwm");
	if (!cgroup_is_delegated(cgroup)) {
		error_set(err, E_CGROUP_DELEGATION, 0,
			  "%s%s = %.200s cannot be applied: no control group is delegated",
			  prefix_of(limit->version, limit), limit->file, limit->value);
		if (limit->origin)
			error_rule(err, "%s", limit->origin);
		return error_fix(err, "%s", cgroup_why_not(cgroup));
	}
	if (is_device_rule(limit) && cgroup_v2(cgroup))
		return 0; /* v1's controller or a program on the group */
	const struct hierarchy *h = hierarchy_for(cgroup, limit);
	if (!h)
		return refuse_controller(cgroup, limit, err);
	if (!is_device_rule(limit) && !file_can_exist(h, limit->file))
		return refuse(limit, err, "the kernel has no such file");
	return 0;
}

int cgroup_check_limits(const struct cgroup *cgroup, const struct cgroup_limit *limits,
			size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (check_one(cgroup, &limits[i], err) < 0)
			return -1;
	return 0;
}

/* Enable the controller now if that waited for somebody to need it. */
static int make_available(const struct cgroup *cgroup, struct hierarchy *h,
			  const struct cgroup_limit *limit, int payload, struct error *err)
{
	char controller[64];
	controller_of(limit->file, controller, sizeof(controller));
	if (h->version == 1 || strcmp(controller, "cgroup") == 0 ||
	    faccessat(payload, limit->file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	struct error why = { 0 };
	if (cgroup_enable_controllers(cgroup, h, controller, true, &why) == 0) {
		cgroup_make_parents(h, cgroup->payload); /* which hand it on */
		if (cgroup->inner)
			cgroup_hand_on(h, payload);
		return 0;
	}
	refuse(limit, err, why.message);
	return error_fix(err, "%s", why.fix);
}

static int read_back(const struct cgroup_limit *limit, int payload, struct error *err)
{
	_cleanup_free_ char *content = NULL;
	/* Files that only take orders (memory.reclaim, devices.allow) cannot be read. */
	if (is_device_rule(limit) || file_read_all(payload, limit->file, VALUE_MAX, &content) < 0 ||
	    cgroup_value_took(limit->file, limit->value, content))
		return 0;
	content[strcspn(content, "\n")] = 0;
	_cleanup_free_ char *why = xasprintf("did not take: the kernel says \"%.200s\"", content);
	return refuse(limit, err, why);
}

static int apply_one(const struct cgroup *cgroup, const struct cgroup_limit *limit,
		     struct error *err)
{
	if (is_device_rule(limit) && !cgroup_euid_is_root()) {
		log_info(
		    "%s.%s = %s: not needed: an ordinary user's container cannot make device nodes",
		    key_of(limit), limit->file, limit->value);
		return 0;
	}
	struct hierarchy *h = hierarchy_for(cgroup, limit);
	if (!h)
		return check_one(cgroup, limit, err) < 0 ? -1
							 : refuse_controller(cgroup, limit, err);
	_cleanup_close_ int payload = hierarchy_open_payload(cgroup, h);
	if (payload < 0)
		return error_set(err, E_CGROUP, errno, "%s%s/%s", h->mount, h->base,
				 cgroup->payload);
	if (make_available(cgroup, h, limit, payload, err) < 0)
		return -1;
	if (file_write_kernel(payload, limit->file, limit->value) < 0) {
		if (is_device_rule(limit) && errno == EPERM) {
			log_info("%s: device rules are for the initial user namespace",
				 limit->file);
			return 0;
		}
		_cleanup_free_ char *why =
		    errno == ENOENT
			? xstrdup("the kernel has no such file")
			: xasprintf("the kernel refuses the value: %s", strerror(errno));
		return refuse(limit, err, why);
	}
	return read_back(limit, payload, err);
}

/* All device rules together, for a host without the v1 controller. */
static int apply_device_program(const struct cgroup *cgroup, const struct cgroup_limit *limits,
				size_t count, struct error *err)
{
	_cleanup_free_ struct device_rule *rules = xcalloc(count + 1, sizeof(*rules));
	const struct hierarchy *h = cgroup_v2(cgroup);
	size_t rule_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_device_rule(&limits[i]))
			continue;
		if (check_one(cgroup, &limits[i], err) < 0)
			return -1;
		cgroup_parse_device_rule(limits[i].value, &rules[rule_count]);
		rules[rule_count++].allow = strcmp(limits[i].file, "devices.allow") == 0;
	}
	_cleanup_close_ int payload = rule_count && h ? hierarchy_open_payload(cgroup, h) : -1;
	if (!rule_count ||
	    (payload >= 0 && cgroup_attach_device_rules(payload, rules, rule_count) == 0))
		return 0;
	if (errno == EPERM) {
		log_info("device rules are for the initial user namespace");
		return 0;
	}
	error_set(err, E_CGROUP_LIMIT, errno, "%zu device rules (lxc.cgroup2.devices.*)",
		  rule_count);
	return error_fix(err, "a kernel with CONFIG_CGROUP_BPF, or no such rules");
}

int cgroup_apply_limits(const struct cgroup *cgroup, const struct cgroup_limit *limits,
			size_t count, struct error *err)
{
	bool programs = cgroup_euid_is_root() && !cgroup_v1(cgroup, "devices");
	for (size_t i = 0; i < count; i++)
		if (!(programs && is_device_rule(&limits[i])) &&
		    apply_one(cgroup, &limits[i], err) < 0)
			return -1;
	return programs ? apply_device_program(cgroup, limits, count, err) : 0;
}
