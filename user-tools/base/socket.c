// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_send(int socket, const void *data, size_t length, const int *fds, size_t count)
{
	union {
		char space[CMSG_SPACE(SOCKET_MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	if (count > SOCKET_MAX_FDS)
		return errno = EINVAL, -1;
	struct iovec part = { (void *)data, length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (count) {
		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	ssize_t n;
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)length ? 0 : -1;
}

ssize_t socket_receive(int socket, void *data, size_t size, int *fds, size_t *count)
{
	union {
		char space[CMSG_SPACE(SOCKET_MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { data, size };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	size_t room = count ? *count : 0, got = 0;
	if (count)
		*count = 0;
	ssize_t n;
	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	int overflow = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head;
	     head = CMSG_NXTHDR(&message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		size_t here = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(fd));
			if (got < room)
				fds[got++] = fd;
			else {
				close(fd);
				overflow = 1;
			}
		}
	}
	if (overflow) {
		for (size_t i = 0; i < got; i++)
			close(fds[i]);
		errno = EMSGSIZE;
		return -1;
	}
	if (count)
		*count = got;
	return n;
}

int socket_peer(int socket, uid_t *uid, pid_t *pid)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return -1;
	if (uid)
		*uid = peer.uid;
	if (pid)
		*pid = peer.pid;
	return 0;
}
