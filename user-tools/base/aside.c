// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

#define OUTPUT_MAX (64 * 1024)

/* Those at work. */
static struct aside *begun;

bool aside_reaped(pid_t pid, int status)
{
	for (struct aside *aside = begun; aside; aside = aside->next) {
		if (aside->pid != pid || aside->reaped)
			continue;
		aside->reaped = true;
		aside->status = status;
		return true;
	}
	return false;
}

static void forget(const struct aside *aside)
{
	for (struct aside **at = &begun; *at; at = &(*at)->next) {
		if (*at == aside) {
			*at = aside->next;
			return;
		}
	}
}

int aside_begin(struct aside *aside, int (*step)(void *data, int to, struct error *err), void *data,
		struct error *err)
{
	int output[2], report[2];
	*aside = (struct aside){ .output = -1, .report = -1 };
	if (pipe2(output, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	_cleanup_close_ int from = output[0], to = output[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	_cleanup_close_ int report_from = report[0], report_to = report[1];
	pid_t pid = fork();
	if (pid < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	if (pid == 0) {
		struct error own = { 0 };
		if (step(data, to, &own) == 0)
			_exit(0);
		error_send(report_to, &own);
		_exit(1);
	}
	*aside = (struct aside){ .pid = pid,
				 .output = util_steal_fd(&from),
				 .report = util_steal_fd(&report_from),
				 .next = begun };
	begun = aside;
	return 0;
}

static int await(struct aside *aside)
{
	int status = aside->status;
	while (!aside->reaped && waitpid(aside->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(aside);
	aside->pid = 0;
	util_close_fd(&aside->output);
	util_close_fd(&aside->report);
	return status;
}

int aside_end(struct aside *aside, char **output, size_t *size, struct error *err)
{
	struct error own = { 0 };
	char *text = NULL;
	ssize_t n = file_read_fd(aside->output, OUTPUT_MAX, &text);
	int failed = error_receive(aside->report, &own);
	int status = await(aside);
	if (output && n >= 0 && status == 0) {
		*output = text;
		*size = (size_t)n;
		return 0;
	}
	free(text);
	if (n >= 0 && status == 0)
		return 0;
	if (failed != 1)
		return error_set(err, E_SYSTEM, 0, "a process of the start ended early (0x%x)",
				 (unsigned)status);
	if (err && !error_is_set(err))
		*err = own;
	return -1;
}

void aside_cleanup(struct aside *aside)
{
	if (aside->pid <= 0)
		return;
	if (!aside->reaped)
		kill(aside->pid, SIGKILL);
	await(aside);
}
