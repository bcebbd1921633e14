// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * usage: caller-attacks PID   Thirteen things that a user can do to an own process, tried on a
 * helper that has authorised that user. Each must be refused. Prints "allowed=N refused=N", and the
 * name of what was allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int allowed, refused;

static void attempt(const char *name, long result)
{
	if (result < 0 && (errno == EPERM || errno == EACCES)) {
		refused++;
		return;
	}
	printf("%s %s\n", name, result < 0 ? "fails for another reason" : "is allowed");
	allowed++;
}

static long open_of(int pid, const char *file, int flags)
{
	char path[64], byte;
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	int fd = open(path, flags);
	return fd < 0 || flags != O_RDONLY ? fd : read(fd, &byte, 1);
}

static long open_fd_directory(int pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	return open(path, O_RDONLY | O_DIRECTORY);
}

int main(int argc, char **argv)
{
	int pid = argc > 1 ? atoi(argv[1]) : 0;
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)0x10000, 1 };
	struct rlimit limit = { 0, 0 };
	cpu_set_t cpus;
	if (pid <= 1)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	attempt("SIGSTOP", kill(pid, SIGSTOP));
	attempt("SIGKILL", kill(pid, SIGKILL));
	attempt("pidfd_send_signal",
		syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, pid, 0), SIGTERM, NULL, 0));
	attempt("ptrace", ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	attempt("prlimit", syscall(SYS_prlimit64, pid, RLIMIT_CPU, &limit, NULL));
	attempt("setpriority", setpriority(PRIO_PROCESS, (id_t)pid, 19));
	attempt("sched_setaffinity", sched_setaffinity(pid, sizeof(cpus), &cpus));
	attempt("process_vm_readv", process_vm_readv(pid, &here, 1, &there, 1, 0));
	attempt("/proc/PID/mem", open_of(pid, "mem", O_RDWR));
	attempt("/proc/PID/environ", open_of(pid, "environ", O_RDONLY));
	attempt("/proc/PID/fd", open_fd_directory(pid));
	attempt("/proc/PID/oom_score_adj", open_of(pid, "oom_score_adj", O_WRONLY));
	attempt("/proc/PID/maps", open_of(pid, "maps", O_RDONLY));
	printf("allowed=%d refused=%d\n", allowed, refused);
	return 0;
}
