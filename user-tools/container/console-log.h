/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of lxc.console.logfile: appended to with the caller's rights, mode 0640. With
 * lxc.console.size it never grows beyond that: when it is full it becomes FILE.1
 * (lxc.console.rotate) or starts over.
 */
#ifndef CONTAINER_CONSOLE_LOG_H
#define CONTAINER_CONSOLE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "config/config.h"

struct console_log {
	int fd;		/* -1 = no log */
	char *path;	/* absolute: the supervisor has another directory */
	uint64_t limit; /* 0 = none */
	uint64_t size;
	bool rotate;
};
#define CONSOLE_LOG_NONE \
	{                \
		.fd = -1 \
	}

int console_log_open(struct console_log *log, const struct config *config, struct error *err);
/* Now, whatever its size: the log becomes FILE.1 and begins anew. */
int console_log_rotate(struct console_log *log, struct error *err);
void console_log_write(struct console_log *log, const char *data, size_t length);
void console_log_close(struct console_log *log);

#endif
