/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log: detail for whoever asks for it (--logfile, lxc.log.file, syslog). It never
 * replaces an error: what the user must know is a struct error. Lines look like
 *   lxc-start web 20261124023012.528 INFO     network - text
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LEVEL_TRACE,
	LEVEL_DEBUG,
	LEVEL_INFO,
	LEVEL_NOTICE,
	LEVEL_WARN,
	LEVEL_ERROR,
	LEVEL_CRIT,
	LEVEL_ALERT,
	LEVEL_FATAL,
};

/* Level by name (any case) or number 0..8; -1 if neither. */
int log_level_from_name(const char *text);
const char *log_level_name(enum log_level level);

/* Set once at start. Each may be called again; file NULL = no file. 0 or -1 (errno). */
void log_set_container(const char *name);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
int log_set_file(const char *path);
int log_set_syslog(const char *facility); /* daemon, local0..local7 */
/* The descriptor of the log file or -1: what fd_close_from must keep. */
int log_fd(void);
void log_set_quiet(bool quiet); /* notices to the user on stderr off */

void log_write(enum log_level level, const char *module, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A notice the user should see once on stderr (not with -q), and in the log as WARN. */
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* In a file: #define LOG_MODULE "network" before including this header. */
#ifndef LOG_MODULE
#define LOG_MODULE "lxc"
#endif
#define log_debug(...) log_write(LEVEL_DEBUG, LOG_MODULE, __VA_ARGS__)
#define log_info(...) log_write(LEVEL_INFO, LOG_MODULE, __VA_ARGS__)
#define log_warn(...) log_write(LEVEL_WARN, LOG_MODULE, __VA_ARGS__)
#define log_error(...) log_write(LEVEL_ERROR, LOG_MODULE, __VA_ARGS__)

#endif
