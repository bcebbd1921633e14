/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the filter tables, made at build time by build/seccomp-table.c, and the helpers agree on:
 * the numbers of their descriptors, and the values in the table that stand for ids known only at
 * run time.
 */
#ifndef SETUID_HELPERS_SECCOMP_TABLE_H
#define SETUID_HELPERS_SECCOMP_TABLE_H

#define TABLE_SELF 0x5e1f5e1fU
#define TABLE_CALLER 0xca11ca11U

/* 0-2 standard, 3 the request; then in the order in which they are opened */
#define LOG_SOCKET 4
#define NET_NETLINK 5
#define NET_OBJECT 6
#define IDMAP_OBJECT 5

#endif
