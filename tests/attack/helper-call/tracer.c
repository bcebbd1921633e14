// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A tracer that is root: a signal at a certain system call of the helper, its credentials at each,
 * another call in the place of one.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"

/* Let the helper run to its Kth system call, then signal it; a stopped one stays so until input
 * ends. */
void run_to(pid_t pid, int *status)
{
	unsigned k = 0, at = 0, count = 0;
	int signal = 0;
	sscanf(option("at"), "%u:%d", &at, &signal);
	waitpid(pid, status, 0); /* exec */
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD);
	while (WIFSTOPPED(*status)) {
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80) && ++k % 2)
			count++;
		if (count == at && at) {
			kill(pid, signal);
			ptrace(PTRACE_DETACH, pid, NULL,
			       signal == SIGSTOP ? (void *)SIGSTOP : NULL);
			if (signal == SIGSTOP) {
				printf("stopped=%d ", (int)pid);
				fflush(stdout);
				while (getchar() != EOF)
					;
				kill(pid, SIGKILL);
			}
			waitpid(pid, status, 0);
			break;
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		waitpid(pid, status, 0);
	}
	printf("syscalls=%u ", count);
}

static const struct {
	long number;
	const char *name;
} calls[] = { { SYS_getresuid, "getresuid" }, { SYS_capset, "capset" },
	      { SYS_openat, "openat" },	      { SYS_connect, "connect" },
	      { SYS_prctl, "prctl" },	      { SYS_recvmsg, "recvmsg" },
	      { SYS_fstatfs, "fstatfs" },     { SYS_setresuid, "setresuid" },
	      { SYS_sendto, "sendto" },	      { SYS_openat2, "openat2" },
	      { SYS_write, "write" },	      { SYS_exit_group, "exit_group" } };

static const char *call_name(uint64_t number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((uint64_t)calls[i].number == number)
			return calls[i].name;
	return "other";
}

/* What /proc says of its credentials at this moment, on one line. */
static void print_credentials(pid_t pid, const char *call)
{
	static const char *const fields[] = { "Uid:",	 "Gid:",    "CapInh:",	   "CapPrm:",
					      "CapEff:", "CapAmb:", "NoNewPrivs:", "Seccomp:" };
	char path[64], line[256];
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	printf("at=%s", call);
	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strncmp(line, fields[i], strlen(fields[i]))) {
				for (char *c = line; *c; c++)
					*c = *c == '\t' ? ',' : *c == '\n' ? 0 : *c;
				printf(" %s", line);
			}
	printf("\n");
	if (file)
		fclose(file);
}

/* Another system call in the place of the one it has begun. */
static void put_call(pid_t pid, unsigned number)
{
#if defined(__x86_64__)
	long result = ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.orig_rax), number);
#elif defined(__aarch64__)
	int call = (int)number;
	struct iovec part = { &call, sizeof(call) };
	long result = ptrace(PTRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */, &part);
#else
	long result = -1;
#endif
	if (result)
		err(3, "cannot change a system call here");
}

/* Step through the helper's system calls: print its credentials at each, or put another in the
 * place of one. */
void step_through(pid_t pid, int *status)
{
	struct __ptrace_syscall_info info;
	char name[32] = "";
	unsigned number = 0;
	bool swapped = !option("swap");
	if (!swapped)
		sscanf(option("swap"), "%31[^:]:%u", name, &number);
	waitpid(pid, status, 0); /* exec */
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD);
	while (WIFSTOPPED(*status)) {
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80) &&
		    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			const char *call = call_name(info.entry.nr);
			if (option("timeline"))
				print_credentials(pid, call);
			if (!swapped && !strcmp(call, name)) {
				put_call(pid, number);
				swapped = true;
			}
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		waitpid(pid, status, 0);
	}
	printf("swapped=%d ", swapped);
}
