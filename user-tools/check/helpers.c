// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who does the two things that a user cannot: started, and asked whether they can. */
#include "check/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/util.h"
#include "check/trial.h"
#include "idmap/idmap.h"
#include "setuid-helpers/client.h"

#define SECTION "Helpers"

static void add_error(struct check_report *report, struct check_row row, const struct error *err)
{
	row.section = SECTION;
	row.present = !error_is_set(err);
	if (!row.present) {
		row.code = err->code;
		row.detail = xstrdup(err->message);
		row.fix = *err->fix ? xstrdup(err->fix) : NULL;
	}
	check_add(report, row);
}

static int do_nothing(void *data, struct error *err)
{
	(void)data, (void)err;
	return 0;
}

/* A namespace with the map that lxc.idmap = auto gives; whoever writes it has shown that it can. */
static void check_map(struct check_report *report)
{
	struct idmap map = { 0 };
	struct error err = { 0 };
	uint32_t ids = 0;
	if (idmap_auto(geteuid(), &map, &err) == 0 &&
	    idmap_run(&map, false, do_nothing, NULL, &err) >= 0)
		for (size_t i = 0; i < map.list[IDMAP_UID].count; i++)
			ids += map.list[IDMAP_UID].extent[i].count;
	add_error(
	    report,
	    (struct check_row){ .name = "Id map",
				.why = "the ids of a container are subordinate ids of its user",
				.required = geteuid() != 0,
				.detail = ids ? xasprintf("%u ids", ids) : NULL },
	    &err);
}

static void check_helper(struct check_report *report, const char *name, const char *why)
{
	struct error err = { 0 };
	helper_check(name, &err);
	add_error(report, (struct check_row){ .name = name, .why = why }, &err);
}

/* What is sent by way of an ifb passes the filter of a port (setuid-helpers/build/net-messages.c).
 */
static void check_locks(struct check_report *report)
{
	struct trial ifb = { .step = trial_link, .argument = LINK_IFB };
	struct error err = { 0 };
	if (trial_run(&ifb, 1, &err) < 0)
		return; /* no user namespace, which is said elsewhere */
	bool can = ifb.result == 0;
	check_add(
	    report,
	    (struct check_row){
		.section = SECTION,
		.name = "Filters of ports",
		.why = "hold for all that a container sends: no user can make an ifb",
		.present = !can,
		.detail =
		    can ? xstrdup("users can make an ifb, by way of which frames pass them") : NULL,
		.fix = can ? xstrdup("an admin: echo blacklist ifb "
				     ">/etc/modprobe.d/lxc-privsep.conf; modprobe -r ifb (not "
				     "where CONFIG_IFB is built in)")
			   : NULL });
}

void check_helpers(struct check_report *report)
{
	bool policy = access(PATH_USERNET, R_OK) == 0;
	check_map(report);
	check_helper(report, "idmap-helper", "writes id maps; newuidmap and newgidmap can, too");
	check_helper(report, "net-helper", "makes the host's end of a veth for ordinary users");
	check_locks(report);
	check_add(report,
		  (struct check_row){
		      .section = SECTION,
		      .name = PATH_USERNET,
		      .why = "says which user may have how many interfaces on which bridge",
		      .present = policy,
		      .code = policy ? E_NONE : E_NET_NO_POLICY,
		      .fix = policy
				 ? NULL
				 : xstrdup("an admin: echo USER veth lxcbr0 1 >>" PATH_USERNET) });
}
