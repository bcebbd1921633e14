// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * init.lxc: pid 1 of lxc-execute. Runs one command as its child, reaps orphans, forwards signals,
 * and ends with the command's status. Static and without any library but libc, because it runs in
 * any root file system.
 *
 * Exit: the command's status, 128+n if signal n killed it, 127 not found, 126 not executable, 255
 * any other exec failure, 1 usage or set-up error. SIGPWR and SIGTERM start a shutdown: SIGTERM for
 * everybody, SIGKILL five seconds later.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define SHUTDOWN_SECONDS 5

static const struct option long_options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "lxcpath", required_argument, NULL, 'P' },
	{ "logfile", required_argument, NULL, 'o' },
	{ "logpriority", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "usage", no_argument, NULL, 256 },
	{ "version", no_argument, NULL, 257 },
	{ 0 },
};

static void usage(FILE *out)
{
	fputs("Usage: init.lxc [-n NAME] [-P PATH] [-q] -- COMMAND [ARG...]\n"
	      "Run COMMAND as the child of a small init: reap orphans, forward signals, exit with "
	      "its status.\n"
	      "  -n, --name=NAME     name of the container (accepted for compatibility)\n"
	      "  -P, --lxcpath=PATH  path of the container (accepted for compatibility)\n"
	      "  -o X, -l X          accepted for compatibility\n"
	      "  -q, --quiet         no message when COMMAND cannot be executed\n"
	      "  -h, --help, --usage, --version\n",
	      out);
}

/* A terminal belongs to one session, and pid 1 of the container has it: it lets go of it. */
static void release_terminal(void)
{
	signal(SIGHUP, SIG_IGN); /* goes with it */
	for (int fd = 0; fd < 3; fd++)
		if (tcgetsid(fd) == getpid())
			ioctl(fd, TIOCNOTTY);
	signal(SIGHUP, SIG_DFL);
}

/* The command's session has the terminal: job control, and Ctrl-C for what is in front. */
static void take_terminal(void)
{
	setsid();
	for (int fd = 0; fd < 3; fd++)
		if (isatty(fd) && ioctl(fd, TIOCSCTTY, 0) == 0)
			return;
}

static void run_child(char **argv, const sigset_t *old, bool quiet)
{
	take_terminal();
	sigprocmask(SIG_SETMASK, old, NULL);
	execvp(argv[0], argv);
	int error = errno;
	if (!quiet)
		fprintf(stderr, "init.lxc: %s: %s\n", argv[0], strerror(error));
	_exit(error == ENOENT ? 127 : error == EACCES || error == ENOEXEC ? 126 : 255);
}

static int status_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Reap everybody who has ended. True when nobody is left. */
static bool reap(pid_t child, int *code, bool *child_ended)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == child) {
			*code = status_code(status);
			*child_ended = true;
		}
	return pid < 0 && errno == ECHILD;
}

static int serve(pid_t child, const sigset_t *all)
{
	int code = 1;
	bool ended = false, shutting_down = false;
	for (;;) {
		siginfo_t info;
		if (sigwaitinfo(all, &info) < 0)
			continue;
		switch (info.si_signo) {
		case SIGCHLD:
			reap(child, &code, &ended);
			if (ended)
				return code; /* pid 1 ends: the kernel ends everybody else */
			break;
		case SIGPWR:
		case SIGTERM:
			if (!shutting_down) {
				shutting_down = true;
				kill(-1, SIGTERM);
				alarm(SHUTDOWN_SECONDS);
			}
			break;
		case SIGALRM:
			kill(-1, SIGKILL);
			break;
		default:
			kill(child, info.si_signo);
		}
	}
}

int main(int argc, char **argv)
{
	bool quiet = false;
	int c;
	while ((c = getopt_long(argc, argv, "+n:qP:o:l:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'q':
			quiet = true;
			break;
		case 'n':
		case 'P':
		case 'o':
		case 'l':
			break;
		case 'h':
		case 256:
			usage(stderr);
			return 0;
		case 257:
			puts(VERSION);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (optind >= argc) {
		usage(stderr);
		return 1;
	}
	sigset_t all, old;
	release_terminal();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	sigemptyset(&old);
	pid_t child = fork();
	if (child == 0)
		run_child(argv + optind, &old, quiet);
	if (child < 0) {
		fprintf(stderr, "init.lxc: fork: %s\n", strerror(errno));
		return 1;
	}
	return serve(child, &all);
}
