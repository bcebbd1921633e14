// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "console"
#include "container/console-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
}

int console_log_open(struct console_log *log, const struct config *config, struct error *err)
{
	struct stat st;
	if (!config->console_logfile)
		return 0;
	log->path = path_absolute(config->console_logfile);
	log->limit = config->console_size;
	log->rotate = config->console_rotate;
	log->fd = open_file(log->path);
	if (log->fd < 0 || fstat(log->fd, &st) < 0)
		return error_set(err, E_CONSOLE, errno, "lxc.console.logfile = %s", log->path);
	log->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	if (!S_ISREG(st.st_mode))
		log->limit = 0; /* a terminal or a FIFO does not fill up */
	return 0;
}

static int rotate(struct console_log *log)
{
	_cleanup_free_ char *old = xasprintf("%s.1", log->path);
	if (rename(log->path, old) < 0 && errno != ENOENT)
		return -1;
	int fd = open_file(log->path);
	if (fd < 0)
		return -1;
	close(log->fd);
	log->fd = fd;
	return 0;
}

int console_log_rotate(struct console_log *log, struct error *err)
{
	if (log->fd < 0) {
		error_set(err, E_CONSOLE, 0, "the container has no log of its console");
		return error_fix(err, "lxc.console.logfile = FILE, before the container starts");
	}
	if (rotate(log) < 0)
		return error_set(err, E_CONSOLE, errno, "rotating %s", log->path);
	log->size = 0;
	return 0;
}

static void start_over(struct console_log *log)
{
	if (log->rotate && rotate(log) == 0) {
		log->size = 0;
		return;
	}
	if (log->rotate)
		log_warn("rotating %s: %s: it starts over", log->path, strerror(errno));
	if (ftruncate(log->fd, 0) < 0)
		log_warn("%s: %s", log->path, strerror(errno));
	log->size = 0;
}

void console_log_write(struct console_log *log, const char *data, size_t length)
{
	while (log->fd >= 0 && length) {
		size_t piece = length;
		if (log->limit && log->size >= log->limit)
			start_over(log);
		if (log->limit && piece > log->limit - log->size)
			piece = (size_t)(log->limit - log->size);
		if (file_write_fd(log->fd, data, piece) < 0) {
			log_warn("%s: %s", log->path, strerror(errno));
			return;
		}
		log->size += piece;
		data += piece;
		length -= piece;
	}
}

void console_log_close(struct console_log *log)
{
	util_close_fd(&log->fd);
	free(log->path);
	*log = (struct console_log)CONSOLE_LOG_NONE;
}
