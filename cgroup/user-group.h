/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups for the user whose containers root starts (lxc-autostart --all-users), by root
 * only: a group of the user's name below the caller's own, delegated to the user. What a user's
 * manager or an admin's arrangement gives a login, these give a start without one.
 */
#ifndef CGROUP_USER_GROUP_H
#define CGROUP_USER_GROUP_H

#include <sys/types.h>

/*
 * Make it in every hierarchy, and move the calling process there. Where that cannot be the
 * process stays where it is: the user's commands say what they lack.
 */
void cgroup_enter_user_group(const char *user, uid_t uid, gid_t gid);

/* Where nothing is in it, and it was made here. */
void cgroup_remove_user_group(const char *user);

#endif
