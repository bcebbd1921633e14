/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where things are. The Makefile defines the roots (SYSCONFDIR, LOCALSTATEDIR, LIBEXECDIR, DATADIR
 * ...); everything else is named here once.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#define PATH_USERNET SYSCONFDIR "/lxc/lxc-usernet"
#define PATH_SYSTEM_CONFIG SYSCONFDIR "/lxc/lxc.conf"
#define PATH_DEFAULT_CONFIG SYSCONFDIR "/lxc/default.conf"
#define PATH_ROOT_LXCPATH LOCALSTATEDIR "/lib/lxc"
#define PATH_ROOT_LOG LOCALSTATEDIR "/log/lxc"
#define PATH_ROOTFS_MOUNT LIBDIR "/lxc/rootfs" /* empty directory, the default lxc.rootfs.mount */
#define PATH_TEMPLATES DATADIR "/lxc/templates"
#define PATH_SHARED_CONFIG DATADIR "/lxc/config"

#endif
