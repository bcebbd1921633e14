// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check/trial.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idmap/idmap.h"

struct trials {
	struct trial *items;
	size_t count;
	int *results; /* shared with the process that runs them */
};

/* An exit status has room for every errno of a system call. */
static int result_of(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
}

int trial_in_child(int (*step)(int argument), int argument)
{
	pid_t pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(step(argument));
	return result_of(pid);
}

static int run_all(void *data, struct error *err)
{
	struct trials *trials = data;
	(void)err;
	for (size_t i = 0; i < trials->count; i++) {
		const struct trial *trial = &trials->items[i];
		pid_t pid = fork();
		if (pid == 0) {
			if (unshare(CLONE_NEWNS) < 0)
				_exit(errno);
			_exit(trial->step(trial->argument));
		}
		trials->results[i] = pid < 0 ? errno : result_of(pid);
	}
	return 0;
}

int trial_run(struct trial *trials, size_t count, struct error *err)
{
	size_t size = count * sizeof(int);
	int *results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return error_set(err, E_SYSTEM, errno, "mmap");
	const struct idmap own = { .list = { { { { 0, geteuid(), 1 } }, 1 },
					     { { { 0, getegid(), 1 } }, 1 } } };
	const struct idmap none = { 0 };
	struct trials all = { trials, count, results };
	struct error why = { 0 };
	int result = idmap_run(&own, true, run_all, &all, &why);
	if (result < 0 && geteuid() == 0)
		result = idmap_run(&none, true, run_all, &all, NULL);
	for (size_t i = 0; i < count; i++)
		trials[i].result = results[i];
	munmap(results, size);
	if (result < 0 && err)
		*err = why;
	return result < 0 ? -1 : 0;
}
