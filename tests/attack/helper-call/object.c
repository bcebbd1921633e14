// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a request is about: namespaces and /proc directories of processes in every relation to the
 * caller, and descriptors that are none of that.
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"

void become_caller(void)
{
	const char *uid = option("uid");
	if (uid && (setgroups(0, NULL) || setresgid(number(uid), number(uid), number(uid)) ||
		    setresuid(number(uid), number(uid), number(uid))))
		err(3, "uid=%s", uid);
}

static void map_self(uid_t outside)
{
	char line[32];
	int fd = open("/proc/self/uid_map", O_WRONLY);
	int n = snprintf(line, sizeof(line), "0 %u 1", outside);
	if (write(fd, line, (size_t)n) != n)
		err(3, "uid_map");
	close(fd);
	fd = open("/proc/self/setgroups", O_WRONLY);
	n = (int)write(fd, "deny", 4);
	close(fd);
	fd = open("/proc/self/gid_map", O_WRONLY);
	n = snprintf(line, sizeof(line), "0 %u 1", outside);
	if (write(fd, line, (size_t)n) != n)
		err(3, "gid_map");
	close(fd);
}

/* A process in new namespaces that waits; its /proc directory or network namespace is the object.
 */
static pid_t new_child(int flags)
{
	int ready[2];
	char byte;
	if (pipe(ready))
		err(3, "pipe");
	uid_t outside = option("uid") ? number(option("uid")) : geteuid();
	pid_t pid = fork();
	if (pid == 0) {
		close(ready[0]);
		become_caller();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_DUMPABLE, 1);
		if (unshare(flags & ~CLONE_NEWCGROUP))
			err(3, "unshare");
		/* CLONE_NEWCGROUP means: once more, one level down, which needs an id here */
		if (flags & CLONE_NEWCGROUP)
			map_self(outside);
		if ((flags & CLONE_NEWCGROUP) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
			err(3, "unshare again");
		if (option_is("object", "nodump"))
			prctl(PR_SET_DUMPABLE, 0);
		if (write(ready[1], "", 1) != 1)
			_exit(3);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(3, "no namespace");
	close(ready[0]);
	return pid;
}

static int open_of(pid_t pid, const char *what, int flags)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	int fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		err(3, "%s", path);
	return fd;
}

pid_t target;

/* A process of somebody else's under a number that was just given up: root of the pid namespace can
 * choose the next one. */
static bool recycle(pid_t number)
{
	char text[16];
	for (int try = 0; try < 100; try++) {
		int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
		int n = snprintf(text, sizeof(text), "%d", (int)number - 1);
		if (fd < 0 || write(fd, text, (size_t)n) != n)
			err(3, "ns_last_pid");
		close(fd);
		option_replace("uid", "1002");
		pid_t other = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		if (other == number)
			return true;
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
	}
	return false;
}

int open_object(bool map)
{
	const char *kind = option("object");
	const char *what = map ? "" : "ns/net";
	int pair[2];
	if (kind && !strcmp(kind, "recycled")) {
		const char *caller = option("uid");
		target = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		int fd = open_of(target, what, O_RDONLY);
		kill(target, SIGKILL);
		waitpid(target, NULL, 0);
		printf("recycled=%d ", recycle(target));
		option_replace("uid", caller);
		return fd;
	}
	if (kind && !strcmp(kind, "task")) {
		char path[32];
		target = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		snprintf(path, sizeof(path), "task/%d/%s", (int)target, what);
		return open_of(target, path, O_RDONLY);
	}
	if (!kind || !strcmp(kind, "own") || !strcmp(kind, "two") || !strcmp(kind, "many") ||
	    !strcmp(kind, "none") || !strcmp(kind, "dead") || !strcmp(kind, "zombie") ||
	    !strcmp(kind, "nodump")) {
		target = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		int fd = open_of(target, what, O_RDONLY);
		if (kind && (!strcmp(kind, "dead") || !strcmp(kind, "zombie"))) {
			kill(target, SIGKILL);
			siginfo_t info;
			waitid(P_PID, (id_t)target, &info,
			       WEXITED | (kind[0] == 'z' ? WNOWAIT : 0));
		}
		return fd;
	}
	if (!strcmp(kind, "grandchild")) {
		target = new_child(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWCGROUP);
		return open_of(target, what, O_RDONLY);
	}
	if (!strcmp(kind, "host"))
		return open_of(getpid(), what, O_RDONLY);
	if (!strncmp(kind, "path:", 5))
		return open(kind + 5, O_RDONLY | O_NONBLOCK);
	if (!strncmp(kind, "opath:", 6))
		return open(kind + 6, O_PATH);
	if (!strcmp(kind, "socket"))
		return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ? -1 : pair[0];
	if (!strcmp(kind, "fifo"))
		return pipe(pair) ? -1 : pair[0];
	if (!strcmp(kind, "tty"))
		return posix_openpt(O_RDWR | O_NOCTTY);
	if (!strcmp(kind, "netlink"))
		return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (!strcmp(kind, "memfd"))
		return (int)syscall(SYS_memfd_create, "x", 0);
	if (!strcmp(kind, "pidfd"))
		return (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (!strncmp(kind, "ns/", 3)) {
		target = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		return open_of(target, kind, O_RDONLY);
	}
	errx(2, "object=%s?", kind);
}
