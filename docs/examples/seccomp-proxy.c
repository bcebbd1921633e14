// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An example of lxc.seccomp.notify.proxy: answers what the filters of containers ask. The messages
 * are those of docs/SECCOMP.md, so it also serves LXC.
 *
 *   cc -o seccomp-proxy seccomp-proxy.c
 *   ./seccomp-proxy /home/me/proxy.sock /srv/shared
 *
 * with a container's
 *
 *   lxc.seccomp.profile = /home/me/ask      (the lines: 2, denylist, mkdir notify, mkdirat notify)
 *   lxc.seccomp.notify.proxy = unix:/home/me/proxy.sock
 *   lxc.seccomp.notify.cookie = web
 *
 * prints each question and refuses directories below the second argument (EPERM, "not this one").
 * It shows how, it is no lock: the caller can change the path after it was read. What must not
 * happen is refused by the filter, or done by the proxy itself instead of being continued.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_CONTAINERS 63

/* The fixed part; struct seccomp_notif, struct seccomp_notif_resp and the cookie follow. */
struct header {
	uint64_t reserved;
	pid_t monitor_pid, init_pid;
	struct seccomp_notif_sizes sizes;
	uint64_t cookie_length;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(name.sun_path)) {
		fprintf(stderr, "%s: too long for a socket\n", path);
		exit(1);
	}
	strcpy(name.sun_path, path);
	unlink(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 8) < 0)
		fail(path);
	return fd;
}

/* A question and the descriptors that come with it: /proc/PID, its memory, the listener. */
static ssize_t receive(int fd, char *message, size_t size, int fds[3])
{
	char control[CMSG_SPACE(3 * sizeof(int))];
	struct iovec data = { message, size };
	struct msghdr header = { .msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
	struct cmsghdr *rights = length > 0 ? CMSG_FIRSTHDR(&header) : NULL;
	fds[0] = fds[1] = fds[2] = -1;
	if (rights && rights->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
	return length;
}

/* The path that the call's argument points to, in the memory of the process that asks. */
static void read_path(const struct seccomp_notif *question, int memory, char *path, size_t size)
{
	uint64_t at = question->data.args[question->data.nr == SYS_mkdirat ? 1 : 0];
	ssize_t length = pread(memory, path, size - 1, (off_t)at);
	path[length > 0 ? length : 0] = 0;
}

static void decide(const struct seccomp_notif *question, struct seccomp_notif_resp *answer,
		   const char *path, const char *refused)
{
	answer->id = question->id;
	answer->val = 0;
	answer->error = 0;
	answer->flags = 0;
	if (strncmp(path, refused, strlen(refused)) == 0)
		answer->error = -EPERM;
	else
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

/* One question of one container. -1 = the container is gone. */
static int serve(int fd, const char *refused)
{
	static char message[65536] __attribute__((aligned(16)));
	const struct header *header = (const struct header *)message;
	char path[4096];
	int fds[3];
	ssize_t length = receive(fd, message, sizeof(message), fds);
	size_t fixed = sizeof(*header);
	if (length >= (ssize_t)fixed)
		fixed += (size_t)header->sizes.seccomp_notif + header->sizes.seccomp_notif_resp;
	int result = length >= (ssize_t)fixed && length > (ssize_t)sizeof(*header) ? 0 : -1;
	if (result == 0) {
		const struct seccomp_notif *question = (const void *)(message + sizeof(*header));
		struct seccomp_notif_resp *answer =
		    (void *)(message + sizeof(*header) + header->sizes.seccomp_notif);
		read_path(question, fds[1], path, sizeof(path));
		decide(question, answer, path, refused);
		printf("%.*s: pid %u, system call %d, %s: %s\n", (int)(length - (ssize_t)fixed),
		       message + fixed, question->pid, question->data.nr, path,
		       answer->error ? "refused" : "continued");
		fflush(stdout);
		/* The answer goes back in the same message; the cookie may be left out. */
		if (send(fd, message, fixed, MSG_NOSIGNAL) < 0)
			result = -1;
	}
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return result;
}

int main(int argc, char **argv)
{
	struct pollfd fds[1 + MAX_CONTAINERS];
	nfds_t count = 1;
	if (argc != 3) {
		fprintf(stderr, "usage: %s SOCKET REFUSED-PATH\n", argv[0]);
		return 2;
	}
	fds[0] = (struct pollfd){ .fd = listen_at(argv[1]), .events = POLLIN };
	while (poll(fds, count, -1) > 0) {
		for (nfds_t i = count - 1; i > 0; i--) {
			if (!fds[i].revents || serve(fds[i].fd, argv[2]) == 0)
				continue;
			close(fds[i].fd);
			fds[i] = fds[--count];
		}
		if (!fds[0].revents)
			continue;
		int fd = accept4(fds[0].fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0 && count <= MAX_CONTAINERS)
			fds[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		else if (fd >= 0)
			close(fd);
	}
	fail("poll");
}
