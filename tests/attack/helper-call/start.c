// SPDX-License-Identifier: LGPL-2.1-or-later
/* The helper, started in the circumstances that were asked for. */
#include <err.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "call.h"

static void set_limit(const char *spec)
{
	static const struct {
		const char *name;
		int resource;
	} limits[] = { { "fsize", RLIMIT_FSIZE },
		       { "nofile", RLIMIT_NOFILE },
		       { "nproc", RLIMIT_NPROC },
		       { "as", RLIMIT_AS },
		       { "stack", RLIMIT_STACK },
		       { "cpu", RLIMIT_CPU },
		       { "core", RLIMIT_CORE },
		       { "memlock", RLIMIT_MEMLOCK },
		       { "sigpending", RLIMIT_SIGPENDING } };
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t n = strlen(limits[i].name);
		if (!strncmp(spec, limits[i].name, n) && spec[n] == ':') {
			rlim_t value =
			    !strcmp(spec + n + 1, "max") ? RLIM_INFINITY : number(spec + n + 1);
			if (setrlimit((__rlimit_resource_t)limits[i].resource,
				      &(struct rlimit){ value, value }))
				err(3, "setrlimit %s", spec);
		}
	}
}

int make_socket(int pair[2])
{
	const char *kind = option("socket");
	int type = SOCK_SEQPACKET, value = 1;
	if (kind && !strcmp(kind, "pipe"))
		return pipe(pair);
	if (kind && !strcmp(kind, "tty"))
		return pair[0] = posix_openpt(O_RDWR | O_NOCTTY), pair[1] = dup(pair[0]);
	if (kind && !strcmp(kind, "tcp"))
		return pair[0] = socket(AF_INET, SOCK_STREAM, 0), pair[1] = dup(pair[0]);
	if (kind && !strcmp(kind, "netlink"))
		return pair[0] = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
		       pair[1] = dup(pair[0]);
	if (kind && !strcmp(kind, "stream"))
		type = SOCK_STREAM;
	if (kind && !strcmp(kind, "dgram"))
		type = SOCK_DGRAM;
	if (socketpair(AF_UNIX, type, 0, pair))
		err(3, "socketpair");
	if (kind && !strcmp(kind, "nonblock"))
		fcntl(pair[1], F_SETFL, O_NONBLOCK);
	if (option("passpidfd"))
		setsockopt(pair[1], SOL_SOCKET, 76 /* SO_PASSPIDFD */, &value, sizeof(value));
	if (option("credentials"))
		setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &value, sizeof(value));
	return 0;
}

static void take_privileges_away(void)
{
	if (option("nnp"))
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (option("userns") && unshare(CLONE_NEWUSER))
		err(3, "unshare");
	if (option("nobset") && prctl(PR_CAPBSET_DROP, number(option("nobset"))))
		err(3, "bounding set");
}

static _Noreturn void run_helper(const char *path, int fd)
{
	static char *argv[1001], *plain[] = { NULL };
	static char *hostile[] = { "LD_PRELOAD=/nonexistent.so",
				   "LD_LIBRARY_PATH=.",
				   "LD_AUDIT=x",
				   "GLIBC_TUNABLES=glibc.malloc.check=3",
				   "LOCPATH=.",
				   "NLSPATH=.",
				   "TZ=../../etc/passwd",
				   "PATH=.",
				   "MALLOC_CHECK_=3",
				   "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/x",
				   "LD_DEBUG=all",
				   "LD_PROFILE=x",
				   "LC_ALL=../../tmp/x",
				   "LANG=C.UTF-8",
				   "RES_OPTIONS=debug",
				   "MUSL_LOCPATH=.",
				   "LXC_PRIVSEP_HELPERS=/x",
				   "no equals sign, \xff",
				   "=",
				   "",
				   NULL };
	unsigned argc = option("argc") ? number(option("argc")) : 1;
	unsigned length = option("arglen") ? number(option("arglen")) : 0;
	char *word = length ? malloc(length + 1) : "net-helper";
	if (length)
		((char *)memset(word, '%', length))[length] = 0;
	for (unsigned i = 0; i < argc && i < 1000; i++)
		argv[i] = word;
	if (option("signals")) {
		sigset_t all;
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		for (int s = 1; s < 65; s++)
			signal(s, SIG_IGN);
		setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 1000 }, { 0, 1000 } }, NULL);
	}
	if (option_is("socket", "closed"))
		close(3);
	else if (fd != 3)
		dup2(fd, 3);
	else
		fcntl(3, F_SETFD, 0);
	if (option("netlink")) {
		int nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		for (int i = 0; i < 3; i++)
			dup2(nl, i);
	}
	for (const char *c = option("closed"); c && *c; c++)
		close(*c - '0');
	option_each("limit", set_limit);
	execve(path, argv, option("env") ? hostile : plain);
	_exit(126);
}

bool is_traced(void)
{
	return option("at") || option("timeline") || option("swap");
}

pid_t start(const char *path, int fd, int other)
{
	if (option("clonefs")) {
		/* Another process that shares our fs_struct: exec of a setuid program gets no
		 * privilege then. */
		pid_t sharer = (pid_t)syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, 0);
		if (sharer == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			execve(path, (char *[]){ NULL }, NULL);
			for (;;)
				pause();
		}
	}
	pid_t pid = option("clonefs")
			? (pid_t)syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, 0)
			: fork();
	if (pid == 0) {
		close(other);
		/* While still root: a tracer's rights are those of the moment of tracing. */
		if (is_traced())
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		become_caller();
		take_privileges_away();
		run_helper(path, fd);
	}
	return pid;
}
