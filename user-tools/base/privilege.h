/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which capabilities this process has in effect. Over what they are good for the kernel says when
 * they are used. */
#ifndef BASE_PRIVILEGE_H
#define BASE_PRIVILEGE_H

#include <stdbool.h>

/* CAP_* of linux/capability.h; false also where that cannot be told. */
bool privilege_has(int capability);

#endif
