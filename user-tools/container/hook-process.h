/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One command line of the configuration as a process: "sh -c 'exec COMMAND ...'" in a session of
 * its own, nothing of ours open, end of file on its standard input. What it prints goes to the log
 * at DEBUG, line by line; the last lines are kept for the error. Knows nothing of containers.
 *
 * The caller goes on living while it waits: descriptors of its own are watched, too, and may end
 * it.
 */
#ifndef CONTAINER_HOOK_PROCESS_H
#define CONTAINER_HOOK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/util.h"
#include "config/config.h"

#define HOOK_WATCHED 2
#define HOOK_KEPT 3

struct hook_watch {
	int fds[HOOK_WATCHED]; /* -1 = none; watched for input and for the other end's close */
	/* fds[index] is ready; -1: asked before each wait. True: the hook is to be killed. */
	bool (*ready)(void *data, int index);
	void *data;
};

struct hook_call {
	const char *key; /* "lxc.hook.mount", for messages */
	const struct hook *hook;
	struct string_list arguments; /* behind the command */
	struct string_list environment;
	/* In the child, first: become who it is to be. May be NULL. */
	int (*enter)(void *data, struct error *err);
	/* In the child, last: what would be in the way of all else. It closes the descriptors kept
	 * for it (-1 = none). May be NULL. */
	int (*limit)(void *data, struct error *err);
	int kept[HOOK_KEPT];
	void *data;
	/* The program, opened by somebody who may; for one who cannot reach it by its path. -1 =
	 * none. */
	int program;
	bool shell_optional; /* a root without /bin/sh: the words of the line are executed */
	const struct hook_watch *watch; /* may be NULL */
};

/*
 * Run it to its end. E_HOOK with the key, the command, how it ended, what it said last, and the
 * line of the configuration as the rule. Ended by watch: everything in its process group is killed.
 */
int hook_process_run(const struct hook_call *call, struct error *err);

/* The path that a command line begins with, as far as it is one for sure; NULL otherwise. */
char *hook_program_path(const struct hook *hook);

/* Whoever reaps all children of this process gives what it gets here first: true = it was the
 * hook's. */
bool hook_process_reaped(pid_t pid, int status);

/* Text that somebody else wrote, made fit for a terminal, in place. */
void hook_clean_text(char *text);

#endif
