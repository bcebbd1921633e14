// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock of "make bench": what programs take, from being spawned to being reaped, without the
 * shell between. usage: stopwatch ROUNDS @ COMMAND... [+ COMMAND...]... [@ COMMAND... [+
 * COMMAND...]...]... Each "@" begins a contestant: commands that run one after the other. All
 * contestants run once a round, in turn, so that a busy machine is busy for each of them. Prints
 * one line a contestant: its median in milliseconds. A word that ends with "%" has the number of
 * the round in its place. A command that fails ends it: exit status 1, with its output.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 10000
#define MAX_CONTESTANTS 4
#define MAX_WORDS 64

extern char **environ;

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void run(char **argv, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	if (status == 0)
		return;
	fprintf(stderr, "stopwatch: %s failed (wait status %d):\n", argv[0], status);
	char text[4096];
	ssize_t n = pread(output, text, sizeof(text), 0);
	if (n > 0)
		fwrite(text, 1, (size_t)n, stderr);
	exit(1);
}

static char *number_word(char *word, int round, char *numbered, size_t size)
{
	size_t length = strlen(word);
	if (!length || word[length - 1] != '%')
		return word;
	snprintf(numbered, size, "%.*s%d", (int)length - 1, word, round);
	return numbered;
}

/* One contestant once; *at moves to the next "@" or the end. */
static double race(char ***at, int round, int output)
{
	double taken = 0;
	while (**at && strcmp(**at, "@") != 0) {
		char *argv[MAX_WORDS + 1], numbered[256];
		int n = 0;
		for (; **at && strcmp(**at, "@") != 0 && strcmp(**at, "+") != 0; (*at)++)
			if (n < MAX_WORDS)
				argv[n++] = number_word(**at, round, numbered, sizeof(numbered));
		argv[n] = NULL;
		if (**at && strcmp(**at, "+") == 0)
			(*at)++;
		if (ftruncate(output, 0) < 0 || lseek(output, 0, SEEK_SET) < 0)
			exit(1);
		double from = now_ms();
		run(argv, output);
		taken += now_ms() - from;
	}
	return taken;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double taken[MAX_CONTESTANTS][MAX_ROUNDS];
	int rounds = argc > 3 ? atoi(argv[1]) : 0, contestants = 0;
	int output = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (rounds < 1 || rounds > MAX_ROUNDS || output < 0 || strcmp(argv[2], "@") != 0) {
		fprintf(stderr, "usage: stopwatch ROUNDS @ COMMAND... [+ COMMAND...] [@ ...]\n");
		return 2;
	}
	for (int round = 0; round < rounds; round++) {
		char **at = argv + 2;
		for (contestants = 0; *at && contestants < MAX_CONTESTANTS; contestants++) {
			at++;
			taken[contestants][round] = race(&at, round, output);
		}
	}
	for (int i = 0; i < contestants; i++) {
		qsort(taken[i], (size_t)rounds, sizeof(double), by_size);
		printf("%.3f\n", taken[i][rounds / 2]);
	}
	return 0;
}
