// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Speaks the helper protocol as an attacker would: every byte, descriptor and circumstance of one
 * call can be chosen. Prints what came back as KEY=VALUE words, so that a test can grep for what it
 * promises.
 *
 *   helper-call [OPTION=VALUE]... HELPER veth LINK NAME [CONTAINER]
 *   helper-call [OPTION=VALUE]... HELPER map [u|g:NSID:HOSTID:COUNT]...
 *
 * What is sent:
 *   object=KIND       own (default), host, grandchild, dead, zombie, recycled (its number now is
 * that of a process of user 1002), nodump, task, path:PATH, opath:PATH, fifo, socket, tty, memfd,
 * pidfd, netlink, ns/KIND, none, two, many size=N op=N magic=N version=N poke=OFFSET:BYTE   the
 * bytes of the request messages=N        send it N times What the helper starts with: socket=KIND
 * fd 3: seqpacket (default), stream, dgram, pipe, tty, closed, tcp, netlink, nonblock credentials=1
 * passpidfd=1   more control messages than one on its end argc=N arglen=N   0 and up, each so many
 * bytes long     env=1   hostile environment closed=LIST       standard descriptors to close, e.g.
 * 012 netlink=1         an rtnetlink socket of the caller's as fds 0-2 limit=NAME:N      fsize,
 * nofile, nproc, as, stack, cpu, core, memlock, sigpending signals=1         all ignored and
 * blocked, a timer running nnp=1 clonefs=1 userns=1 nobset=N     circumstances that take privileges
 * away uid=N             become this user first (root only); what follows is done by a tracer that
 * is root: at=K:S signal S at the Kth system call, a stopped one is held until standard input ends;
 * timeline=1 one line a system call with the credentials at that moment; swap=NAME:N put system
 * call N in the place of the first NAME Around it: pause=1           print pid=, send the request
 * when a line comes on standard input show=1            the maps of the target, and whether
 * descriptors of it or us changed hold=1            keep the namespace until standard input ends
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "setuid-helpers/protocol.h"

static const char *option_names[40], *option_values[40];
static size_t option_count;

static const char *option(const char *name)
{
	for (size_t i = 0; i < option_count; i++)
		if (!strcmp(option_names[i], name))
			return option_values[i];
	return NULL;
}

static bool option_is(const char *name, const char *value)
{
	const char *given = option(name);
	return given && !strcmp(given, value);
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoull(text, NULL, 0);
}

static void become_caller(void)
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

static pid_t target;

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
		for (size_t i = 0; i < option_count; i++)
			if (!strcmp(option_names[i], "uid"))
				option_values[i] = "1002";
		pid_t other = new_child(CLONE_NEWUSER | CLONE_NEWNET);
		if (other == number)
			return true;
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
	}
	return false;
}

static int open_object(bool map)
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
		for (size_t i = 0; i < option_count; i++)
			if (!strcmp(option_names[i], "uid"))
				option_values[i] = caller;
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

/* No NUL if it fills the field: that is for the helper to refuse. */
static void put_field(char *field, size_t size, const char *value)
{
	size_t length = strlen(value);
	memcpy(field, value, length < size ? length : size);
}

static size_t build(int argc, char **argv, bool map, char *bytes)
{
	struct helper_head head = { HELPER_MAGIC, HELPER_VERSION, map ? OP_MAP : OP_VETH };
	if (option("magic"))
		head.magic = number(option("magic"));
	if (option("version"))
		head.version = (uint16_t)number(option("version"));
	if (option("op"))
		head.op = (uint16_t)number(option("op"));
	if (map) {
		struct map_request r = { .head = head };
		for (int i = 0; i < argc; i++) {
			int kind = argv[i][0] == 'g';
			unsigned long long v[3] = { 0 };
			sscanf(argv[i] + 2, "%llu:%llu:%llu", &v[0], &v[1], &v[2]);
			r.extent[kind][r.count[kind] % MAP_MAX_EXTENTS] =
			    (struct map_extent){ (uint32_t)v[0], (uint32_t)v[1], (uint32_t)v[2] };
			r.count[kind]++;
		}
		memcpy(bytes, &r, sizeof(r));
		return sizeof(r);
	}
	struct net_request r = { .head = head, .hwaddr = { 2, 1, 2, 3, 4, (uint8_t)getpid() } };
	put_field(r.link, sizeof(r.link), argc > 0 ? argv[0] : "");
	put_field(r.name, sizeof(r.name), argc > 1 ? argv[1] : "");
	put_field(r.container, sizeof(r.container), argc > 2 ? argv[2] : "");
	memcpy(bytes, &r, sizeof(r));
	return sizeof(r);
}

static void send_request(int fd, const char *bytes, size_t size, int object)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(253 * sizeof(int))];
	} control;
	int fds[253];
	size_t count = option_is("object", "none")   ? 0
		       : option_is("object", "two")  ? 2
		       : option_is("object", "many") ? 253
						     : 1;
	for (size_t i = 0; i < count; i++)
		fds[i] = object;
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (count) {
		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
	}
	for (unsigned i = option("messages") ? number(option("messages")) : 1; i; i--)
		if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
			printf("send=%s ", strerrorname_np(errno));
}

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

static int helper_end_of_socket(int pair[2])
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
	for (size_t i = 0; i < option_count; i++)
		if (!strcmp(option_names[i], "limit"))
			set_limit(option_values[i]);
	execve(path, argv, option("env") ? hostile : plain);
	_exit(126);
}

static bool is_traced(void)
{
	return option("at") || option("timeline") || option("swap");
}

static pid_t start(const char *path, int fd, int other)
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

static void print_reply(int fd)
{
	struct helper_reply r;
	ssize_t n = recv(fd, &r, sizeof(r), MSG_DONTWAIT);
	if (n < 0 && errno == ECONNRESET)
		n = recv(fd, &r, sizeof(r), MSG_DONTWAIT);
	if (n != (ssize_t)sizeof(r)) {
		printf("reply=none ");
		return;
	}
	printf("stage=%u status=%u error=%u quota=%u used=%u line=%u bad_line=%u host=%.16s "
	       "map=%u extent=%u file=%u ",
	       r.stage, r.status, r.error, r.quota, r.used, r.line, r.bad_line, r.host_name, r.map,
	       r.extent, r.file);
}

/* Let the helper run to its Kth system call, then signal it; a stopped one stays so until input
 * ends. */
static void run_to(pid_t pid, int *status)
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
static void step_through(pid_t pid, int *status)
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

static void print_map(pid_t pid, const char *file, const char *label)
{
	char path[64], text[4096] = "";
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	printf("%s=", label);
	unsigned in, out, count;
	int used;
	if (n > 0 && text[0] >= 'a')
		printf("%.*s", (int)strcspn(text, "\n"), text);
	else
		for (char *at = text; sscanf(at, "%u %u %u%n", &in, &out, &count, &used) == 3;
		     at += used)
			printf("%u:%u:%u,", in, out, count);
	printf(" ");
}

/* Host ends of pairs, and how many of them are ports of a bridge. */
static void print_interfaces(void)
{
	struct if_nameindex *list = if_nameindex();
	unsigned count = 0, attached = 0;
	char path[64];
	for (struct if_nameindex *i = list; i && i->if_index; i++)
		if (!strncmp(i->if_name, "vet", 3)) {
			snprintf(path, sizeof(path), "/opt/sys/class/net/%s/master", i->if_name);
			count++;
			attached += access(path, F_OK) == 0;
		}
	if_freenameindex(list);
	printf("interfaces=%u attached=%u ", count, attached);
}

static size_t count_descriptors(pid_t pid)
{
	char path[64];
	size_t count = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	char bytes[4096] = { 0 };
	int i = 1, pair[2], status = 0;
	for (; i < argc && strchr(argv[i], '=') && argv[i][0] != '/'; i++) {
		char *equal = strchr(argv[i], '=');
		*equal = 0;
		option_names[option_count] = argv[i];
		option_values[option_count++] = equal + 1;
		if (option_count == 40)
			errx(2, "too many options");
	}
	if (argc - i < 2)
		errx(2, "usage: helper-call [OPTION=VALUE]... HELPER veth|map ...");
	const char *path = argv[i], *what = argv[i + 1];
	bool map = !strcmp(what, "map");
	size_t size = build(argc - i - 2, argv + i + 2, map, bytes);
	if (option("size"))
		size = number(option("size"));
	if (option("poke")) {
		unsigned at = 0, byte = 0;
		sscanf(option("poke"), "%u:%u", &at, &byte);
		bytes[at] = (char)byte;
	}
	int object = open_object(map);
	if (object < 0)
		err(3, "object");
	size_t before = target ? count_descriptors(target) : 0,
	       own_before = count_descriptors(getpid());
	helper_end_of_socket(pair);
	pid_t pid = 0;
	if (option("pause")) {
		pid = start(path, pair[1], pair[0]);
		printf("pid=%d ", (int)pid);
		fflush(stdout);
		while (getchar() != '\n' && !feof(stdin))
			;
	}
	send_request(pair[0], bytes, size, object);
	if (!pid)
		pid = start(path, pair[1], pair[0]);
	close(pair[1]);
	if (option("at"))
		run_to(pid, &status);
	else if (is_traced())
		step_through(pid, &status);
	else
		waitpid(pid, &status, 0);
	print_reply(pair[0]);
	close(pair[0]);
	if (option("show") && target) {
		print_map(target, "uid_map", "uids");
		print_map(target, "gid_map", "gids");
		print_map(target, "setgroups", "setgroups");
		print_interfaces();
		printf("descriptors=%s ", count_descriptors(target) == before &&
						  count_descriptors(getpid()) == own_before
					      ? "same"
					      : "changed");
	}
	if (WIFSIGNALED(status))
		printf("core=%d ", !!WCOREDUMP(status));
	printf("%s=%d target=%d\n", WIFSIGNALED(status) ? "signal" : "exit",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)target);
	fflush(stdout);
	if (option("hold"))
		while (getchar() != EOF)
			;
	return 0;
}
