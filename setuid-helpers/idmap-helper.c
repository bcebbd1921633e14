// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * idmap-helper: both id maps of a process in a user namespace of the caller's, if every id in them
 * is the caller's own or delegated to it. Holds CAP_SETUID and CAP_SETGID. See main for its table
 * of contents.
 */
#include "policy/subid.h"
#include "setuid-helpers/helper.h"
#include "idmap-filter.h" /* generated */

static struct account account;
static struct text subids[2];
static struct map_request request;
static bool deny_setgroups;

static void open_policy(void)
{
	static char file[2][HELPER_MAX_ACCOUNTS], passwd[HELPER_MAX_ACCOUNTS];
	account = (struct account){ .uid = helper_caller, .gid = helper_group };
	subids[MAP_UID] = helper_read(FILE_SUBUID, "/etc/subuid", file[MAP_UID], sizeof(file[0]));
	subids[MAP_GID] = helper_read(FILE_SUBGID, "/etc/subgid", file[MAP_GID], sizeof(file[0]));
	account.passwd = helper_read(FILE_PASSWD, "/etc/passwd", passwd, sizeof(passwd));
	account_resolve(&account);
}

static void check_request(void)
{
	static const struct map_extent zero;
	bool ok = request.count[MAP_UID] || request.count[MAP_GID];
	for (int map = MAP_UID; map <= MAP_GID; map++) {
		uint32_t i = request.count[map];
		ok &= i <= MAP_MAX_EXTENTS;
		for (; i < MAP_MAX_EXTENTS; i++)
			ok &= !memcmp(&request.extent[map][i], &zero, sizeof(zero));
	}
	if (!ok)
		helper_end(STAGE_RECEIVE, STATUS_MALFORMED, 0);
}

/* Whose process it is, and that it is in a child of our user namespace, the kernel checks against
 * our ids when the files below are opened and written. */
static void check_directory(int directory)
{
	struct statfs fs;
	if (directory != IDMAP_OBJECT || fstatfs(directory, &fs) || fs.f_type != PROC_SUPER_MAGIC)
		helper_end(STAGE_OBJECT, STATUS_NOT_YOURS, 0);
}

static void decide_extent(int map, const struct map_extent *e)
{
	bool gids = map == MAP_GID;
	bool own = e->count == 1 && e->hostid == (gids ? account.gid : account.uid);
	const uint64_t end = (uint64_t)ID_MAX + 1;
	if (!e->count || !e->hostid || (uint64_t)e->hostid + e->count > end ||
	    (uint64_t)e->nsid + e->count > end)
		helper_end(STAGE_DECIDE, STATUS_EXTENT_INVALID, 0);
	bool delegated = subid_covers(subids[map], &account, e->hostid, e->count);
	if (!own && !delegated)
		helper_end(STAGE_DECIDE, STATUS_EXTENT_FORBIDDEN, 0);
	if (!own && account_others_in_range(&account, gids, e->hostid, e->count))
		helper_end(STAGE_DECIDE, STATUS_EXTENT_OTHERS, 0);
	/* Who may give up a group that was not delegated could pass by files it is refused. */
	if (gids && !delegated)
		deny_setgroups = true;
}

static void decide(void)
{
	for (uint16_t map = MAP_UID; map <= MAP_GID; map++)
		for (uint16_t i = 0; i < request.count[map]; i++) {
			helper_reply.map = map;
			helper_reply.extent = i;
			decide_extent(map, &request.extent[map][i]);
		}
	helper_reply.map = helper_reply.extent = 0;
}

static void add_map(struct buffer *buffer, int map, const char *separator, const char *end)
{
	const struct map_extent *e = request.extent[map];
	for (uint32_t i = 0; i < request.count[map]; i++, e++) {
		buffer_number(buffer, "", e->nsid);
		buffer_number(buffer, separator, e->hostid);
		buffer_number(buffer, separator, e->count);
		buffer_string(buffer, end, "");
	}
}

static void record_intent(void)
{
	buffer_string(&helper_record, " setgroups=", deny_setgroups ? "deny" : "allow");
	buffer_string(&helper_record, " uids=", "");
	add_map(&helper_record, MAP_UID, ":", ",");
	buffer_string(&helper_record, " gids=", "");
	add_map(&helper_record, MAP_GID, ":", ",");
	helper_send_record();
}

static void write_file(int directory, const char *name, const struct buffer *text)
{
	/* The caller may have mounted one file of a /proc/PID over another in a namespace of its
	 * own and sent the directory as seen there: what is mounted on the name is refused (EXDEV).
	 */
	static const struct open_how how = { O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0,
					     RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS |
						 RESOLVE_BENEATH };
	long fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));
	if (fd < 0 || write((int)fd, text->data, text->used) != (ssize_t)text->used)
		helper_end(STAGE_ACT, fd < 0 || errno == EPERM ? STATUS_NOT_YOURS : STATUS_SYSTEM,
			   errno);
}

static void write_map(int directory, const char *name, int map)
{
	static struct buffer text[2];
	helper_reply.map = (uint16_t)map;
	add_map(&text[map], map, " ", "\n");
	if (text[map].used)
		write_file(directory, name, &text[map]);
}

static void act(int directory)
{
	static const struct buffer deny = { 4, "deny" };
	if (deny_setgroups) /* cannot be denied once there is a gid_map */
		write_file(directory, "setgroups", &deny);
	write_map(directory, "gid_map", MAP_GID);
	write_map(directory, "uid_map", MAP_UID);
}

int main(int argc, char **argv)
{
	(void)argv;
	helper_reply.head.op = OP_MAP;
	helper_sanitise(argc);
	helper_hold(1U << CAP_SETUID | 1U << CAP_SETGID);
	open_policy();
	helper_open_log();
	buffer_number(&helper_record, "<86>lxc-idmap: op=map uid=", helper_caller);
	helper_confine(filter, sizeof(filter) / sizeof(filter[0]));
	int directory = helper_receive(&request, sizeof(request));
	check_request();
	check_directory(directory);
	decide();
	/* Our own real uid against signals; the caller's effective one, because the kernel asks for
	 * the owner. */
	helper_become(helper_self, helper_caller, helper_self);
	record_intent();
	act(directory);
	helper_end(STAGE_DONE, STATUS_OK, 0);
}
