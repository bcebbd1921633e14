/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's name in ps(1): "[lxc monitor] LXCPATH NAME", as LXC's. */
#ifndef CONTAINER_TITLE_H
#define CONTAINER_TITLE_H

/* Overwrite the argument area of this process. environ is copied out of the way first. */
void title_set(const char *lxcpath, const char *name);

#endif
