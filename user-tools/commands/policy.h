/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two files of lxc-policy share. */
#ifndef COMMANDS_POLICY_H
#define COMMANDS_POLICY_H

#include <sys/types.h>

#include "commands/command.h"

enum { POLICY_YES, POLICY_NO, POLICY_FAILED }; /* exit codes */
enum { OPTION_USER = 256, OPTION_SINCE };

/* A name of /etc/passwd, or a uid. 0, or -1 with E_USAGE. */
int policy_find_user(const char *word, uid_t *uid, struct error *err);
/* A message on standard error, for people. */
void policy_note(const struct context *context, const char *text);

/* The action "log". Returns the exit code. */
int policy_log(const struct context *context, struct error *err);

#endif
