/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Identity, capabilities and environment of a process inside the container: its init, and attached
 * ones. */
#ifndef CONTAINER_CREDENTIALS_H
#define CONTAINER_CREDENTIALS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "config/config.h"

/* Become uid and gid (all three of each), no supplementary groups where the kernel lets us drop
 * them. */
int credentials_become(uid_t uid, gid_t gid, struct error *err);
/* The same, for good: until the coming execve(2) the capabilities stay permitted (not effective),
 * for what is left to do before it. With supplementary groups, lxc.init.groups. */
int credentials_become_at_last(uid_t uid, gid_t gid, const gid_t *groups, size_t count,
			       struct error *err);
/* lxc.cap.drop or keep on the bounding set; nothing inheritable, nothing ambient. */
int credentials_limit(const struct config *config, struct error *err);
int credentials_no_new_privs(struct error *err);

/*
 * The environment: base (may be empty), container=lxc, then lxc.environment and
 * lxc.environment.runtime, then extra. A later value replaces an earlier one of the same name.
 */
void environment_build(struct string_list *result, const struct config *config,
		       const struct string_list *extra);
void environment_set(struct string_list *list, const char *assignment);
const char *environment_get(const struct string_list *list, const char *name);

/* Default signal dispositions, empty mask. */
void credentials_reset_signals(void);

/* execvpe(3) with PATH taken from environment (or a default). Returns errno. */
int execute_command(char *const *argv, const struct string_list *environment);

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#endif
