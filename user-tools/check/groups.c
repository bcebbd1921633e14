// SPDX-License-Identifier: LGPL-2.1-or-later
/* Control groups: what limits this user can set. */
#include "check/check.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"
#include "cgroup/cgroup.h"
#include "cgroup/scope.h"

#define SECTION "Control groups"

/* A limit of each controller, in both versions; NULL = the version has none. */
static const struct {
	const char *name, *v1, *v2, *why;
} controllers[] = {
	{ "memory", "memory.limit_in_bytes", "memory.max", "limits of memory" },
	{ "cpu", "cpu.shares", "cpu.weight", "shares and limits of processor time" },
	{ "cpuset", "cpuset.cpus", "cpuset.cpus", "processors that a container may use" },
	{ "io", "blkio.throttle.read_bps_device", "io.max", "limits of disk traffic" },
	{ "pids", "pids.max", "pids.max", "limits of processes" },
};

static void check_controller(struct check_report *report, const struct cgroup *cgroup, size_t i,
			     bool legacy_first)
{
	struct error errors[2] = { 0 };
	struct check_row row = { .section = SECTION,
				 .name = controllers[i].name,
				 .why = controllers[i].why };
	for (int turn = 0; turn < 2 && !row.present; turn++) {
		int version = (turn == 0) == legacy_first ? 1 : 2;
		const struct cgroup_limit limit = {
			.version = version,
			.file = version == 1 ? controllers[i].v1 : controllers[i].v2,
			.value = "VALUE",
		};
		row.present = cgroup_check_limits(cgroup, &limit, 1, &errors[turn]) == 0;
		if (row.present)
			row.detail = xasprintf("v%d", version);
	}
	if (!row.present) {
		row.code = errors[0].code;
		const char *reason = strstr(errors[0].message, ": ");
		row.detail = xstrdup(reason ? reason + 2 : errors[0].message);
		row.fix = xstrdup(errors[0].fix);
	}
	check_add(report, row);
}

/* Is it by a scope? */
static bool check_delegation(struct check_report *report, const struct cgroup *cgroup)
{
	bool lingers = false, delegated = cgroup_is_delegated(cgroup);
	bool scope = !delegated && cgroup_scope_is_available(&lingers);
	struct check_row row = { .section = SECTION,
				 .name = "Delegation",
				 .why =
				     "limits, lxc-freeze and counters; without it containers start "
				     "and have none of them",
				 .present = delegated || scope };
	if (scope)
		row.detail = xasprintf("a scope of the user's systemd for each container%s",
				       lingers ? "" : ", until the last logout");
	else if (delegated)
		row.detail = xstrdup(geteuid() == 0 ? "root" : "the group of this process");
	else {
		row.code = E_CGROUP_DELEGATION;
		row.fix = xstrdup(cgroup_why_not(cgroup));
	}
	if (scope && !lingers)
		row.fix = xstrdup("an admin: loginctl enable-linger");
	check_add(report, row);
	return scope;
}

/* The user's systemd hands to a scope what it was given itself. */
static void check_manager(struct check_report *report)
{
	unsigned uid = (unsigned)geteuid();
	_cleanup_free_ char *text = NULL,
			    *path = xasprintf("/sys/fs/cgroup/user.slice/user-%u.slice/"
					      "user@%u.service/cgroup.controllers",
					      uid, uid);
	struct string_list given = { 0 };
	if (file_read_all(AT_FDCWD, path, 4096, &text) < 0)
		return;
	string_list_add_words(&given, text, " \n");
	_cleanup_free_ char *now = string_list_join(&given, " ");
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		bool there = string_list_has(&given, controllers[i].name);
		check_add(
		    report,
		    (struct check_row){
			.section = SECTION,
			.name = controllers[i].name,
			.why = controllers[i].why,
			.present = there,
			.code = there ? E_NONE : E_CGROUP_LIMIT,
			.detail = there ? xstrdup("v2") : xasprintf("not delegated to uid %u", uid),
			.fix = there ? NULL
				     : xasprintf("an admin writes [Service] Delegate=%s %s into "
						 "/etc/systemd/system/user@.service.d/"
						 "delegate.conf, then systemctl daemon-reload",
						 now, controllers[i].name) });
	}
	string_list_clear(&given);
}

void check_groups(struct check_report *report)
{
	static const char *const layouts[] = { [CGROUP_NONE] = "none",
					       [CGROUP_LEGACY] = "legacy: version 1",
					       [CGROUP_HYBRID] = "hybrid: version 1, and version 2",
					       [CGROUP_UNIFIED] = "unified: version 2" };
	enum cgroup_layout layout = cgroup_detect_layout();
	struct cgroup *cgroup;
	bool visible = layout != CGROUP_NONE;
	check_add(report,
		  (struct check_row){
		      .section = SECTION,
		      .name = "Cgroups",
		      .why = "limits, and guests with systemd",
		      .present = visible,
		      .detail = xstrdup(layouts[layout]),
		      .fix = visible ? NULL
				     : xstrdup("an admin: mount -t cgroup2 none /sys/fs/cgroup") });
	if (!visible || cgroup_new("checkconfig", NULL, &cgroup, NULL) < 0)
		return;
	if (check_delegation(report, cgroup) && layout == CGROUP_UNIFIED)
		check_manager(report);
	for (size_t i = 0; cgroup_is_delegated(cgroup) && i < ARRAY_SIZE(controllers); i++)
		check_controller(report, cgroup, i, layout != CGROUP_UNIFIED);
	cgroup_free(cgroup);
}
