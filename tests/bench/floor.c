// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The floor of "make bench": what the kernel alone takes for the namespaces of a container.
 * usage: floor COUNT    clones a child into new user, mount, pid, net, uts, ipc and cgroup namespaces COUNT times, the
 * child ends at once; prints the milliseconds one takes.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	if (count < 1 || count > 100000) {
		fprintf(stderr, "usage: floor COUNT    (1 to 100000)\n");
		return 2;
	}
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < count; i++) {
		long pid = syscall(SYS_clone,
				   CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
				       CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | SIGCHLD,
				   0, 0, 0, 0);
		if (pid == 0)
			_exit(0);
		if (pid < 0 || waitpid((pid_t)pid, NULL, 0) < 0) {
			perror("floor: clone");
			return 1;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.3f\n", ((double)(to.tv_sec - from.tv_sec) * 1e3 +
			  (double)(to.tv_nsec - from.tv_nsec) / 1e6) / (double)count);
	return 0;
}
