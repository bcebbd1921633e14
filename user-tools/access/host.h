/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lxc-usernet(5) is held against: the file itself, and the links of this host. */
#ifndef ACCESS_HOST_H
#define ACCESS_HOST_H

#include "access/lint.h"

/* Would net-helper refuse the file as a whole? Its owner, mode, kind or size, or that there is none
 * (*missing). */
bool access_file_is_unsafe(struct lint_problem *problem, bool *missing);

/* For struct lint_world. */
enum lint_link access_link(struct text name);

#endif
