// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/program.h"
#include "access/choice.h"

#define NEAR 1024 /* entries that come between what a helper says before and after it acts */
#define LINE_MAX_BYTES 65536 /* longer ones are nobody's of the helpers */

static const char *const files[] = { "/var/log/auth.log", "/var/log/secure", "/var/log/messages",
				     "/var/log/syslog" };

/* ---- entries ---- */

/*
 * What is going to be done is said once before and once, with the result, after it: the second
 * begins as the first, and takes its place.
 */
static void drop_intent(struct access_log *log, const struct record *end, const char *message)
{
	size_t oldest = log->count > NEAR ? log->count - NEAR : 0;
	for (size_t i = log->count; i-- > oldest;) {
		struct log_entry *entry = &log->entries[i];
		if (entry->record.ended || entry->record.intent != end->intent ||
		    entry->record.is_map != end->is_map ||
		    memcmp(entry->message, message, end->intent) != 0)
			continue;
		free(entry->message);
		memmove(entry, entry + 1, (log->count - i - 1) * sizeof(*entry));
		log->count--;
		return;
	}
}

static void add_entry(struct access_log *log, time_t when, struct text identifier,
		      struct text message, bool trusted)
{
	char *copy = xstrndup(message.data, message.size);
	struct record record;
	if (!trusted || !record_parse(identifier, (struct text){ copy, message.size }, &record)) {
		log->rejected++;
		free(copy);
		return;
	}
	if (record.ended && record.asked)
		drop_intent(log, &record, copy);
	log->entries = xrealloc(log->entries, (log->count + 1) * sizeof(*log->entries));
	log->entries[log->count++] =
	    (struct log_entry){ .time = when, .record = record, .message = copy };
}

void access_log_clear(struct access_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->entries[i].message);
	free(log->entries);
	*log = (struct access_log){ .source = NULL };
}

/* ---- log files ---- */

static void read_file(struct access_log *log, FILE *in, time_t since)
{
	_cleanup_free_ char *line = NULL;
	size_t space = 0;
	time_t now = time(NULL);
	for (ssize_t n; (n = getline(&line, &space, in)) >= 0;) {
		struct text identifier, message;
		time_t when;
		if (n && line[n - 1] == '\n')
			n--;
		if (n > LINE_MAX_BYTES || !access_log_line((struct text){ line, (size_t)n }, now,
							   &when, &identifier, &message))
			continue;
		if (when >= since)
			add_entry(log, when, identifier, message, true);
	}
}

/* ---- the journal ---- */

static bool can_read_any(const char *pattern)
{
	glob_t found = { 0 };
	bool can = false;
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			can |= access(found.gl_pathv[i], R_OK) == 0;
	globfree(&found);
	return can;
}

/* An entry as journalctl -o export has it. */
struct fields {
	char *message, *identifier;
	size_t message_size, identifier_size;
	uint64_t uid, microseconds;
	bool has_uid;
};

static void set_field(struct fields *fields, const char *name, char *value, size_t size)
{
	uint64_t number;
	if (strcmp(name, "MESSAGE") == 0 || strcmp(name, "SYSLOG_IDENTIFIER") == 0) {
		bool message = *name == 'M';
		char **slot = message ? &fields->message : &fields->identifier;
		free(*slot);
		*slot = xmalloc(size + 1);
		memcpy(*slot, value, size);
		(*slot)[size] = 0;
		*(message ? &fields->message_size : &fields->identifier_size) = size;
	} else if (strcmp(name, "_UID") == 0 && parse_uint64(value, ID_MAX, &number) == 0) {
		fields->uid = number;
		fields->has_uid = true;
	} else if (strcmp(name, "__REALTIME_TIMESTAMP") == 0 &&
		   parse_uint64(value, INT64_MAX, &number) == 0) {
		fields->microseconds = number;
	}
}

/* What runs it: installed with a system user of its own, it runs as that. */
static bool is_helpers_user(uint64_t uid, const char *identifier)
{
	const char *name = strcmp(identifier, "lxc-net") == 0 ? "net-helper" : "idmap-helper";
	_cleanup_free_ char *path = xasprintf("%s/lxc-privsep/%s", LIBEXECDIR, name);
	struct stat info;
	return stat(path, &info) == 0 && info.st_mode & S_ISUID && info.st_uid == uid;
}

static void end_fields(struct access_log *log, struct fields *fields)
{
	struct record record;
	if (fields->message && fields->identifier) {
		struct text identifier = { fields->identifier, fields->identifier_size };
		struct text message = { fields->message, fields->message_size };
		bool trusted = fields->has_uid && record_parse(identifier, message, &record) &&
			       (fields->uid == 0 || fields->uid == record.uid ||
				is_helpers_user(fields->uid, fields->identifier));
		add_entry(log, (time_t)(fields->microseconds / 1000000), identifier, message,
			  trusted);
	}
	free(fields->message);
	free(fields->identifier);
	*fields = (struct fields){ .message = NULL };
}

/* The value of a field that is not plain text: its size in 8 bytes, little endian, and the bytes.
 */
static bool read_binary(FILE *in, struct fields *fields, const char *name)
{
	unsigned char head[8];
	uint64_t size = 0;
	if (fread(head, 1, sizeof(head), in) != sizeof(head))
		return false;
	for (int i = 7; i >= 0; i--)
		size = size << 8 | head[i];
	if (size > 1 << 24)
		return false;
	_cleanup_free_ char *value = xmalloc(size + 1);
	if (fread(value, 1, size, in) != size || fgetc(in) != '\n')
		return false;
	value[size] = 0;
	set_field(fields, name, value, size);
	return true;
}

static void read_export(struct access_log *log, FILE *in)
{
	_cleanup_free_ char *line = NULL;
	size_t space = 0;
	struct fields fields = { .message = NULL };
	for (ssize_t n; (n = getline(&line, &space, in)) > 0;) {
		if (line[n - 1] == '\n')
			line[--n] = 0;
		char *equals = memchr(line, '=', (size_t)n);
		if (!n) {
			end_fields(log, &fields);
		} else if (equals) {
			*equals = 0;
			set_field(&fields, line, equals + 1, (size_t)(line + n - equals - 1));
		} else if (!read_binary(in, &fields, line)) {
			break;
		}
	}
	end_fields(log, &fields);
}

static int read_journal(struct access_log *log, const char *journalctl, time_t since,
			struct error *err)
{
	static char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", NULL };
	_cleanup_free_ char *start = xasprintf("--since=@%lld", (long long)since);
	char *const argv[] = { "journalctl",
			       "--quiet",
			       "--no-pager",
			       "--output=export",
			       "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_UID",
			       start,
			       "--identifier=lxc-net",
			       "--identifier=lxc-idmap",
			       NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status;
	pid_t pid;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	int error = posix_spawn(&pid, journalctl, &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return error_set(err, E_SYSTEM, error, "cannot run %s", journalctl);
	}
	FILE *in = fdopen(ends[0], "r");
	if (in) {
		read_export(log, in);
		fclose(in); /* it may have more to say, and must not wait for us */
	} else {
		close(ends[0]);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* 1 with nothing on its output: nothing was found. */
	if ((WIFEXITED(status) && WEXITSTATUS(status) <= 1) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE))
		return 0;
	return error_set(err, E_SYSTEM, 0, "%s failed", journalctl);
}

/* ---- which log ---- */

static int no_log(const char *refused, struct error *err)
{
	if (!refused) {
		error_set(err, E_PRIVILEGE, 0,
			  "there is no log to read: no journal, none of /var/log/auth.log, secure, "
			  "messages, syslog");
		return error_fix(err, "an admin installs a log service, as rsyslog");
	}
	error_set(err, E_PRIVILEGE, EACCES, "%s", refused);
	return error_fix(err, "ask root, or an admin adds you to the group adm or systemd-journal");
}

int access_log_read(struct access_log *log, time_t since, struct error *err)
{
	static const char *const journals[] = { "/var/log/journal/*/system.journal",
						"/run/log/journal/*/system.journal" };
	_cleanup_free_ char *journalctl = program_find("journalctl");
	const char *refused = NULL;
	*log = (struct access_log){ .source = "journal" };
	for (size_t i = 0; journalctl && i < ARRAY_SIZE(journals); i++) {
		glob_t found = { 0 };
		if (can_read_any(journals[i]))
			return read_journal(log, journalctl, since, err);
		if (glob(journals[i], 0, NULL, &found) == 0)
			refused = "the system's journal";
		globfree(&found);
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_file_ FILE *in = fopen(files[i], "re");
		if (in) {
			log->source = files[i];
			read_file(log, in, since);
			return 0;
		}
		if (errno != ENOENT && !refused)
			refused = files[i];
	}
	return no_log(refused, err);
}
