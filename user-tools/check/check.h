/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this kernel and this installation let the calling user do, found out by doing it: namespaces
 * are made, file systems mounted and interfaces added, in processes of their own that end with all
 * of it. Where something can only be looked at, it is looked at as the same user. Nothing stays.
 *
 * Each check_ function adds the rows of one section; lxc-checkconfig prints them.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct check_row {
	const char *section, *name;
	const char *why; /* what it is for, one phrase */
	bool required;	 /* without it no container starts for this user */
	bool present;
	enum error_code code; /* what a command would refuse with for want of it; E_NONE = none of
				 its own */
	char *detail; /* how it is there, or what was said instead; NULL = nothing to add. Owned */
	char *fix;    /* of what is missing; NULL = there is none. Owned */
};

struct check_report {
	struct check_row *rows;
	size_t count;
};

/* Takes detail and fix over. */
void check_add(struct check_report *report, struct check_row row);
/* Is everything there that is required? */
bool check_passed(const struct check_report *report);
void check_clear(struct check_report *report);

/* Namespaces, and what of /proc and /dev a container has to be able to mount; network types. */
void check_kernel(struct check_report *report);
/* Layout, delegation, one row a controller. */
void check_groups(struct check_report *report);
/* Filters, labels, keyrings; checkpoint and restore. */
void check_security(struct check_report *report);
/* Subordinate ids and who writes maps; net-helper. */
void check_helpers(struct check_report *report);

/*
 * Instead of all that: the configuration file of a kernel that need not run here, plain or
 * compressed with gzip. E_NOT_FOUND where it cannot be read, E_CONFIG_READ if it is none.
 */
int check_kernel_config(struct check_report *report, const char *path, struct error *err);

#endif
