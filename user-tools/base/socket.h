/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Datagrams with descriptors over AF_UNIX SOCK_SEQPACKET sockets.
 */
#ifndef BASE_SOCKET_H
#define BASE_SOCKET_H

#include <stddef.h>
#include <sys/types.h>

#define SOCKET_MAX_FDS 32

/* Send one message with count descriptors (0 allowed). 0 or -1 (errno). */
int socket_send(int socket, const void *data, size_t length, const int *fds, size_t count);
/*
 * Receive one message. Up to *count descriptors (close-on-exec) are stored in fds, *count is
 * set to how many came. Returns the length, 0 at end of file, -1 (errno). More descriptors than
 * *count, or a message longer than size, is EMSGSIZE and everything received is closed.
 */
ssize_t socket_receive(int socket, void *data, size_t size, int *fds, size_t *count);
/* The peer's uid and pid as of connect(2)/socketpair(2) (SO_PEERCRED). 0 or -1 (errno). */
int socket_peer(int socket, uid_t *uid, pid_t *pid);

#endif
