// SPDX-License-Identifier: LGPL-2.1-or-later
/* lxc-policy log: the helpers' decisions, for people and as JSON. */
#include <string.h>
#include <time.h>

#include "access/log.h"
#include "base/user.h"
#include "commands/policy.h"
#include "access/choice.h"

static const char *const stages[] = { "",	 "sanitise", "privilege", "policy",
				      "confine", "receive",  "object",	  "decide",
				      "become",	 "act",	     "done" };

static const char *result_of(const struct record *record)
{
	return !record->ended ? "unfinished" : record->status == 0 ? "done" : "refused";
}

static void print_entry(const struct log_entry *entry)
{
	const struct record *r = &entry->record;
	_cleanup_free_ char *user = user_name(r->uid);
	char time[32] = "?";
	struct tm tm;
	if (localtime_r(&entry->time, &tm))
		strftime(time, sizeof(time), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s %s: ", time, user);
	if (!r->asked)
		printf("%s", r->is_map ? "id maps" : "an interface");
	else if (r->is_map)
		printf("id maps, uids %.*s gids %.*s setgroups %s", (int)r->uids.size, r->uids.data,
		       (int)r->gids.size, r->gids.data, r->deny_setgroups ? "deny" : "allow");
	else
		printf("%s on %.*s for %.*s by line %u", usernet_type_name(r->type),
		       (int)r->link.size, r->link.data, (int)r->label.size, r->label.data, r->rule);
	if (!r->ended)
		printf(": unfinished, the helper was killed\n");
	else if (r->status == 0)
		printf(": done%s%.*s\n", r->host.size ? ", " : "", (int)r->host.size,
		       r->host.data ? r->host.data : "");
	else
		printf(": refused (%s): %s%s%s\n", stages[r->stage], record_status(r->status),
		       r->error ? ": " : "", r->error ? strerror((int)r->error) : "");
}

static void put_text(struct json *json, const char *key, struct text text)
{
	if (text.size)
		json_bytes(json, key, text.data, text.size);
	else
		json_null(json, key);
}

static void put_entry(struct json *json, const struct log_entry *entry)
{
	const struct record *r = &entry->record;
	_cleanup_free_ char *user = user_name(r->uid);
	bool net = r->asked && !r->is_map;
	json_object(json, NULL);
	json_int(json, "time_seconds", entry->time);
	json_string(json, "helper", r->is_map ? "idmap-helper" : "net-helper");
	json_string(json, "user", user);
	json_uint(json, "uid", r->uid);
	json_string(json, "type", net ? usernet_type_name(r->type) : NULL);
	put_text(json, "link", r->link);
	put_text(json, "label", r->label);
	json_known(json, "line", net ? (int64_t)r->rule : -1);
	put_text(json, "host_name", r->host);
	json_string(json, "setgroups",
		    !r->asked || !r->is_map ? NULL
		    : r->deny_setgroups	    ? "deny"
					    : "allow");
	put_text(json, "uids", r->uids);
	put_text(json, "gids", r->gids);
	json_string(json, "result", result_of(r));
	json_known(json, "stage", r->ended ? (int64_t)r->stage : -1);
	json_known(json, "status", r->ended ? (int64_t)r->status : -1);
	json_string(json, "reason", r->ended && r->status ? record_status(r->status) : NULL);
	json_known(json, "errno", r->ended ? (int64_t)r->error : -1);
	json_end(json);
}

/* Those that are asked for, the oldest first. */
static int print_log(const struct context *context, const struct access_log *log, int64_t last,
		     const uid_t *uid, struct error *err)
{
	struct json json;
	size_t first = log->count;
	int64_t found = 0;
	while (first > 0 && found < last) {
		first--;
		found += !uid || log->entries[first].record.uid == *uid;
	}
	if (json_wanted(context)) {
		json_print_begin(&json);
		json_string(&json, "source", log->source);
		json_uint(&json, "rejected", log->rejected);
		json_array(&json, "entries");
	}
	for (size_t i = first; i < log->count; i++) {
		if (uid && log->entries[i].record.uid != *uid)
			continue;
		if (json_wanted(context))
			put_entry(&json, &log->entries[i]);
		else
			print_entry(&log->entries[i]);
	}
	if (!json_wanted(context))
		return 0;
	json_end(&json);
	return json_print_end(&json, err);
}

int policy_log(const struct context *context, struct error *err)
{
	const char *user = option_value(context, OPTION_USER);
	const char *since = option_value(context, OPTION_SINCE);
	int64_t last = INT64_MAX;
	time_t from = 0;
	uid_t uid;
	struct access_log log;
	if (context->word_count > 1) {
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[1]);
		return POLICY_FAILED;
	}
	if (option_number(context, 'n', 0, INT64_MAX, &last, err) < 0 ||
	    (user && policy_find_user(user, &uid, err) < 0))
		return POLICY_FAILED;
	if (since && !access_log_time(since, time(NULL), &from)) {
		error_set(err, E_USAGE, 0, "--since=%s is no time", since);
		error_fix(err, "90s, 15m, 2h, 7d, or YYYY-MM-DD [HH:MM[:SS]]");
		return POLICY_FAILED;
	}
	if (access_log_read(&log, from, err) < 0)
		return POLICY_FAILED;
	int code = print_log(context, &log, last, user ? &uid : NULL, err) < 0 ? POLICY_FAILED
									       : POLICY_YES;
	if (log.rejected) {
		_cleanup_free_ char *text =
		    xasprintf("%zu line%s under the helpers' names, but not theirs: left out",
			      log.rejected, log.rejected == 1 ? "" : "s");
		policy_note(context, text);
	}
	access_log_clear(&log);
	return code;
}
