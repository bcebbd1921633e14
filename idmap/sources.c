// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where accounts and their subordinate ids come from on this machine, and how a user gets some. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user.h"
#include "base/util.h"
#include "idmap/internal.h"

struct idmap_paths idmap_paths = {
	.subids = { "/etc/subuid", "/etc/subgid" },
	.passwd = "/etc/passwd",
	.nsswitch = "/etc/nsswitch.conf",
	.own_map = { "/proc/self/uid_map", "/proc/self/gid_map" },
	.proc_sys = "/proc/sys",
	.programs = "/usr/bin:/bin:/usr/sbin:/sbin",
};

char *idmap_find_program(const char *name)
{
	struct string_list directories = { 0 };
	char *found = NULL;
	string_list_add_words(&directories, idmap_paths.programs, ":");
	for (size_t i = 0; i < directories.count && !found; i++) {
		char *path = path_join(directories.items[i], name);
		if (access(path, X_OK) == 0)
			found = path;
		else
			free(path);
	}
	string_list_clear(&directories);
	return found;
}

/* An absent file is an empty one. */
static int read_file(const char *path, char **data, struct text *text, struct error *err)
{
	*text = (struct text){ "", 0 };
	ssize_t length = file_read_all(AT_FDCWD, path, SUBIDS_MAX_FILE, data);
	if (length < 0)
		return errno == ENOENT ? 0 : error_set(err, E_SYSTEM, errno, "read %s", path);
	*text = (struct text){ *data, (size_t)length };
	return 0;
}

/* The word behind "subid:" in nsswitch.conf unless it is "files", which is the default. */
static char *nss_module(void)
{
	_cleanup_free_ char *data = NULL;
	struct text rest, line, key, value;
	if (read_file(idmap_paths.nsswitch, &data, &rest, NULL) < 0)
		return NULL;
	while (text_take_line(&rest, &line)) {
		if (!text_take_field(&line, ':', &key) || !text_equal(key, text_of("subid")))
			continue;
		if (!line.data || !text_take_word(&line, &value) ||
		    text_equal(value, text_of("files")))
			return NULL;
		return xstrndup(value.data, value.size);
	}
	return NULL;
}

/* The name of the user: that of /etc/passwd, else the one that NSS knows. */
static void find_name(struct subids_source *source, struct text passwd, uid_t uid)
{
	struct account *account = &source->account;
	*account = (struct account){ .uid = uid, .passwd = passwd };
	account_resolve(account);
	source->has_name = true;
	source->local = account->name.size && !source->module;
	if (account->name.size) {
		source->name = xstrndup(account->name.data, account->name.size);
		return;
	}
	struct user user;
	if (user_find(uid, &user)) {
		source->name = xstrdup(user.name);
		user_clear(&user);
		account->name = text_of(source->name);
		return;
	}
	source->has_name = false;
	source->name = xasprintf("%u", (unsigned)uid);
}

int subids_source_open(struct subids_source *source, uid_t uid, struct error *err)
{
	struct text passwd;
	if (read_file(idmap_paths.passwd, &source->passwd, &passwd, err) < 0)
		return -1;
	source->module = nss_module();
	find_name(source, passwd, uid);
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++) {
		char *where = source->where[kind];
		size_t size = sizeof(source->where[kind]);
		source->file[kind] = (struct text){ "", 0 };
		if (source->module) {
			snprintf(where, size, "getsubids (nsswitch.conf: subid: %s)",
				 source->module);
			continue;
		}
		snprintf(where, size, "%s", idmap_paths.subids[kind]);
		if (read_file(idmap_paths.subids[kind], &source->data[kind], &source->file[kind],
			      err) < 0)
			return -1;
	}
	return 0;
}

void subids_source_clear(struct subids_source *source)
{
	free(source->name);
	free(source->module);
	free(source->passwd);
	free(source->data[IDMAP_UID]);
	free(source->data[IDMAP_GID]);
	*source = (struct subids_source){ 0 };
}

/* A line of getsubids(1): "0: alice 100000 65536". */
static bool parse_getsubids(struct text line, struct subid_range *range)
{
	struct text index, owner, start, count, more;
	return text_take_word(&line, &index) && text_take_word(&line, &owner) &&
	       text_take_word(&line, &start) && text_take_word(&line, &count) &&
	       !text_take_word(&line, &more) && text_number(start, ID_MAX, &range->start) &&
	       text_number(count, ID_MAX, &range->count) && range->count &&
	       range->count - 1 <= ID_MAX - range->start;
}

static int ask_getsubids(const struct subids_source *source, enum idmap_kind kind,
			 struct subids *ids, struct error *err)
{
	_cleanup_free_ char *program = idmap_find_program("getsubids");
	if (!program) {
		error_set(
		    err, E_NO_SUBIDS, 0,
		    "nsswitch.conf names \"%s\" for subordinate ids and getsubids is not installed",
		    source->module);
		return error_fix(err,
				 "install shadow's getsubids (Debian: apt-get install uidmap)");
	}
	char *uids[] = { program, source->name, NULL };
	char *gids[] = { program, (char[]){ "-g" }, source->name, NULL };
	_cleanup_free_ char *output = NULL;
	/* It ends with 1 also if the user just has none. */
	if (shadow_run(kind == IDMAP_UID ? uids : gids, STDOUT_FILENO, &output) < 0)
		return error_set(err, E_SYSTEM, errno, "run %s", program);
	struct text rest = text_of(output), line;
	struct subid_range range;
	while (text_take_line(&rest, &line))
		if (parse_getsubids(line, &range))
			subids_add(ids, range);
	return 0;
}

int subids_source_ranges(const struct subids_source *source, enum idmap_kind kind,
			 struct subids *ids, struct error *err)
{
	if (source->module)
		return ask_getsubids(source, kind, ids, err);
	subids_add_account(ids, source->file[kind], &source->account);
	return 0;
}

void subids_source_fix(const struct subids_source *source, struct error *err,
		       const uint32_t count[2], uint32_t first)
{
	if (source->module) {
		error_fix(err, "ask the administrator of \"%s\" for subordinate ids for %s",
			  source->module, source->name);
		return;
	}
	uint32_t most = count[IDMAP_UID] > count[IDMAP_GID] ? count[IDMAP_UID] : count[IDMAP_GID];
	if (first == 0 && (first = subids_find_free(source->file, most)) == 0)
		return; /* nothing is left: there is no command that helps */
	char text[2][160] = { "", "" };
	static const char *const option[] = { "--add-subuids", "--add-subgids" };
	for (int kind = IDMAP_UID; kind <= IDMAP_GID; kind++) {
		if (!count[kind])
			continue;
		/* usermod knows names only; a line by number does for the others */
		if (source->has_name)
			snprintf(text[kind], sizeof(text[kind]), " %s %u-%u", option[kind], first,
				 first + count[kind] - 1);
		else
			snprintf(text[kind], sizeof(text[kind]), "%secho %s:%u:%u >>%s",
				 kind == IDMAP_GID && *text[IDMAP_UID] ? "; " : "", source->name,
				 first, count[kind], idmap_paths.subids[kind]);
	}
	error_fix(err, "as root: %s%s%s%s%s", source->has_name ? "usermod" : "", text[IDMAP_UID],
		  text[IDMAP_GID], source->has_name ? " " : "",
		  source->has_name ? source->name : "");
}
