/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The label that the host's security module gives the container's programs: an AppArmor profile
 * (lxc.apparmor.*) or an SELinux context (lxc.selinux.*). It is decided and tried before anything
 * starts, and written as one of the last things before exec, through the host's /proc, opened
 * before the process knows any file of the container.
 *
 * What the module would have to be told by root is refused to others here, with the reason; a
 * profile that was named on a host without AppArmor is a notice.
 */
#ifndef CONTAINER_LSM_H
#define CONTAINER_LSM_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"

enum lsm_kind { LSM_NONE, LSM_APPARMOR, LSM_SELINUX };

struct lsm_plan {
	enum lsm_kind kind; /* of the label */
	char *label;	    /* NULL = nothing is written: the caller's own stays */
	const char
	    *keyring;	 /* SELinux context of the session keyring, of the configuration, or NULL */
	char *generated; /* the text of the profile, to be loaded, or NULL */
};

/*
 * Errors E_LSM, E_PRIVILEGE, with the line that decided. path: of the container's directory, what
 * its generated profile is named after.
 */
int lsm_plan_make(const struct config *config, bool user_namespace, const char *path,
		  struct lsm_plan *plan, struct error *err);
void lsm_plan_clear(struct lsm_plan *plan);

/* Root: give a generated profile to the kernel, take it back. Nothing where there is none. */
int lsm_load(const struct lsm_plan *plan, struct error *err);
void lsm_unload(const struct lsm_plan *plan);

/* The host's /proc, or an error; to be called before joining or pivoting anywhere. */
int lsm_open_proc(struct error *err);
/* Ask for label at the coming execve. Closes *proc. Nothing for a label of NULL. */
int lsm_set_exec(enum lsm_kind kind, const char *label, int *proc, struct error *err);
/* Label of the keyrings this process makes; NULL: the default again. */
int lsm_set_keyring(const char *label, struct error *err);

bool lsm_has_selinux(void);
/* A context that this host's policy does not know is E_LSM. */
int lsm_check_context(const char *context, struct error *err);

/* The text of a generated profile: lsm-profile.c */
char *lsm_profile_text(const char *name, bool nesting, const struct string_list *raw);

#endif
