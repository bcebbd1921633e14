// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

static const char *const names[] = { "TRACE", "DEBUG", "INFO",	"NOTICE", "WARN",
				     "ERROR", "CRIT",  "ALERT", "FATAL" };
static const int priorities[] = { LOG_DEBUG, LOG_DEBUG, LOG_INFO,  LOG_NOTICE, LOG_WARNING,
				  LOG_ERR,   LOG_CRIT,	LOG_ALERT, LOG_EMERG };

static char container[64] = "";
static enum log_level threshold = LEVEL_ERROR;
static int file = -1;
static bool to_syslog, quiet;

int log_level_from_name(const char *text)
{
	int64_t number;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(text, names[i]) == 0)
			return (int)i;
	return parse_int64(text, 0, LEVEL_FATAL, &number) == 0 ? (int)number : -1;
}

const char *log_level_name(enum log_level level)
{
	return (size_t)level < ARRAY_SIZE(names) ? names[level] : "?";
}

void log_set_container(const char *name)
{
	snprintf(container, sizeof(container), "%s", name ? name : "");
}

void log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level log_get_level(void)
{
	return threshold;
}

int log_set_file(const char *path)
{
	if (file >= 0)
		close(file);
	file = -1;
	if (!path)
		return 0;
	const char *slash = strrchr(path, '/');
	if (slash && slash != path) {
		_cleanup_free_ char *directory = xstrndup(path, (size_t)(slash - path));
		if (file_make_dirs(directory, 0755) < 0)
			return -1;
	}
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
	return file < 0 ? -1 : 0;
}

int log_set_syslog(const char *facility)
{
	int code = -1;
	if (strcasecmp(facility, "daemon") == 0)
		code = LOG_DAEMON;
	else if (strncasecmp(facility, "local", 5) == 0 && facility[5] >= '0' &&
		 facility[5] <= '7' && !facility[6])
		code = LOG_LOCAL0 + ((facility[5] - '0') << 3);
	if (code < 0)
		return errno = EINVAL, -1;
	openlog(program_name, LOG_PID, code);
	to_syslog = true;
	return 0;
}

int log_fd(void)
{
	return file;
}

void log_set_quiet(bool on)
{
	quiet = on;
}

static void put(enum log_level level, const char *module, const char *text)
{
	if (level < threshold)
		return;
	if (to_syslog)
		syslog(priorities[level], "%s: %s - %s", container, module, text);
	if (file < 0)
		return;
	struct timespec now;
	struct tm local;
	char stamp[32] = "", line[2400];
	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &local))
		strftime(stamp, sizeof(stamp), "%Y%m%d%H%M%S", &local);
	int n = snprintf(line, sizeof(line) - 1, "%s %s %s.%03ld %-8s %s - %s", program_name,
			 container, stamp, now.tv_nsec / 1000000, names[level], module, text);
	size_t length = n < 0 ? 0 : (size_t)n < sizeof(line) - 1 ? (size_t)n : sizeof(line) - 2;
	line[length++] = '\n';
	if (write(file, line, length) < 0)
		return; /* a full disk must not stop a container */
}

void log_write(enum log_level level, const char *module, const char *fmt, ...)
{
	if (level < threshold || (file < 0 && !to_syslog))
		return;
	char text[2048];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	put(level, module, text);
}

void log_notice(const char *fmt, ...)
{
	char text[2048];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!quiet)
		fprintf(stderr, "%s: %s%s%s\n", program_name, container, container[0] ? ": " : "",
			text);
	put(LEVEL_WARN, "notice", text);
}
