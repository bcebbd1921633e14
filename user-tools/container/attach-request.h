/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lxc-attach asks for, as bytes in a memfd (argument lists and environments are larger than a
 * message): this header, then NUL-terminated strings: cwd, SELinux context (empty = the
 * container's), argv..., environment..., variables to set...
 */
#ifndef CONTAINER_ATTACH_REQUEST_H
#define CONTAINER_ATTACH_REQUEST_H

#include <stdint.h>

#define ATTACH_REQUEST_MAX (8u << 20)
#define ATTACH_FDS 5 /* stdin, stdout, stderr, this memfd, channel */

#define ATTACH_FLAG_REMOUNT 1u
#define ATTACH_FLAG_UID 2u
#define ATTACH_FLAG_GID 4u

struct attach_request {
	uint32_t namespaces; /* ATTACH_NS_*; 0 = all */
	uint32_t elevated;   /* ATTACH_ELEVATE_* */
	uint32_t flags;
	uint32_t terminals; /* bit n: descriptor n of the caller is a terminal and gets a pty */
	uint32_t uid, gid;
	int64_t personality; /* -1 = the container's */
	uint16_t rows, columns;
	uint32_t argc, envc, setc;
};

/*
 * Over the channel (a SOCK_SEQPACKET pair) the process reports before it executes the command: one
 * byte 'p' with the master of its pty; or a struct error with sys_errno set if executing failed;
 * end of file: executed.
 */

#endif
