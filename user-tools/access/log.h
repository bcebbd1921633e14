/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The helpers' decisions, read back from the system log: systemd's journal if the caller can read
 * it, else the first of /var/log/auth.log, secure, messages and syslog that it can.
 *
 * Anybody can write to the log. In the journal the uid of the writer stands beside what was
 * written: there an entry counts only if the helper's system user, root or the very caller
 * that it is about wrote it. A log file has no such mark.
 */
#ifndef ACCESS_LOG_H
#define ACCESS_LOG_H

#include <sys/types.h>
#include <time.h>

#include "access/record.h"
#include "base/error.h"
#include "base/util.h"

struct log_entry {
	time_t time;
	struct record record; /* its texts are in message */
	char *message;
};

struct access_log {
	const char *source; /* "journal", or the path of the file */
	struct log_entry *entries;
	size_t count;	 /* in the order of the log */
	size_t rejected; /* lines under the names of the helpers that are not theirs */
};

/*
 * Entries not older than since (0: all that there are). What a helper said before it acted is there
 * only if nothing followed it: then record.ended is false. -1 with E_PRIVILEGE and who could read
 * it if there is no log that this caller can read. access_log_clear frees.
 */
int access_log_read(struct access_log *log, time_t since, struct error *err);
void access_log_clear(struct access_log *log);

/* "2026-11-25", "2026-11-25 14:30", "2026-11-25 14:30:59" (local time), or how long ago: "90s",
 * "15m", "2h", "7d". False if it is none of these. */
bool access_log_time(const char *text, time_t now, time_t *out);

/*
 * One line of a log file: "Nov  5 14:30:59 host lxc-net: ..." or
 * "2026-11-05T14:30:59.5+01:00 host lxc-net: ...", with "authpriv.info" before the name as busybox
 * has it. A year that is missing is the latest with which it is not after now. False if it is
 * another form, or of another program than the helpers.
 */
bool access_log_line(struct text line, time_t now, time_t *when, struct text *identifier,
		     struct text *message);

#endif
