// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/listing-child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/client.h"

/* A file system of theirs may never answer, and whoever is root inside can stop the child. */
#define TIME_MS 5000
#define OUTPUT_MAX (8u << 20)
/* Exit codes of a child: it has reported why itself, or what failed (an errno). */
#define REPORTED 255

/* What a child becomes, and whose containers those are that it finds. */
struct place {
	const struct user_account *account; /* that user, or */
	const int *fds;			    /* root in the container of these namespaces */
	const char *name;		    /* the container's */
};

/* Prefixed with the container's name on the way out: "outer/inner". */
struct outer {
	const struct listing_options *options;
	const char *name;
};

static bool inner_fits(const char *name, void *data)
{
	const struct outer *outer = data;
	return !outer->options->fits || outer->options->fits(name, outer->options->data);
}

static void inner_broken(const char *name, const struct error *err, void *data)
{
	const struct outer *outer = data;
	_cleanup_free_ char *path = xasprintf("%s/%s", outer->name, name);
	if (outer->options->broken)
		outer->options->broken(path, err, outer->options->data);
}

static int list(const struct place *place, const struct listing_options *options, int out)
{
	struct outer outer = { options, place->name };
	struct listing_options own = *options;
	struct listing listing = { 0 };
	struct error err = { 0 };
	own.lxcpath = NULL;
	own.fits = inner_fits;
	own.broken = inner_broken;
	own.data = &outer;
	if (place->fds)
		own.levels--;
	FILE *file = fdopen(out, "w");
	if (!file)
		return errno;
	if (listing_collect(&own, &listing, &err) < 0) {
		if (options->broken)
			options->broken(place->name, &err, options->data);
		return REPORTED;
	}
	return listing_pack(&listing, file) < 0 ? EPIPE : 0;
}

/* Nothing of ours goes along but standard error and the way back. */
static void let_go(int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, 0);
	dup2(null, 1);
	log_set_file(NULL);
	log_set_quiet(true);
	fd_close_from(3, &out, 1);
}

/* Join what has been opened before; with the host's ids still, and what only they may. */
static int enter(const int fds[NS_COUNT])
{
	static const enum namespace_kind kinds[] = { NS_USER, NS_PID, NS_MNT };
	/* Before anybody in there can see it: it has the caller's memory, ptrace(2). */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (fds[kinds[i]] >= 0 && setns(fds[kinds[i]], 0) < 0)
			return -1;
	return chdir("/");
}

static int become_root_inside(void)
{
	setgroups(0, NULL); /* refused where the map denies it; they mean nothing in there */
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -1;
	clearenv();
	setenv("HOME", "/root", 1);
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* In a child of the one that joined: only what is born after it is in the pid namespace. */
static int list_inside(const struct place *place, const struct listing_options *options, int out)
{
	int status = 0;
	if (enter(place->fds) < 0)
		return errno;
	pid_t pid = fork();
	if (pid == 0) {
		let_go(out);
		/* A container whose map has no root has no containers of root's either. */
		_exit(become_root_inside() < 0 ? 0 : list(place, options, out));
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid < 0 ? errno : WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static _Noreturn void run_child(const struct place *place, const struct listing_options *options,
				int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (place->fds)
		_exit(list_inside(place, options, out));
	/* It has root's memory, and the user's ids. */
	if (user_become(place->account) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		_exit(errno);
	let_go(out);
	_exit(list(place, options, out));
}

/* All of it until the end, or -1 (errno). */
static ssize_t read_answer(int from, char **answer)
{
	int64_t until = time_monotonic_ms() + TIME_MS;
	size_t size = 0, room = 0;
	for (;;) {
		struct pollfd ready = { .fd = from, .events = POLLIN };
		int64_t left = until - time_monotonic_ms();
		int n = poll(&ready, 1, left > 0 ? (int)left : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 || size > OUTPUT_MAX)
			return errno = n == 0 ? ETIMEDOUT : EFBIG, -1;
		if (room - size < 65536)
			*answer = xrealloc(*answer, room = size + 262144);
		ssize_t got = read(from, *answer + size, room - size);
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			return (ssize_t)size;
		size += got > 0 ? (size_t)got : 0;
	}
}

/* What the child found becomes part of ours: it does not say where that is. */
static void take_over(const struct place *place, struct listing *from, struct listing *to)
{
	for (size_t i = 0; i < from->count; i++) {
		struct listed *listed = listing_add(to);
		*listed = from->items[i];
		if (place->account) {
			listed->user = xstrdup(place->name);
			continue;
		}
		struct string_list inside = { 0 };
		string_list_add(&inside, place->name);
		for (size_t n = 0; n < listed->inside.count; n++)
			string_list_add(&inside, listed->inside.items[n]);
		string_list_clear(&listed->inside);
		listed->inside = inside;
	}
	free(from->items);
	*from = (struct listing){ 0 };
}

static int ask_child(const struct place *place, const struct listing_options *options,
		     struct listing *listing, struct error *err)
{
	_cleanup_free_ char *answer = NULL;
	struct listing found = { 0 };
	int pair[2], status = 0;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		run_child(place, options, pair[1]);
	}
	close(pair[1]);
	ssize_t size = pid < 0 ? -1 : read_answer(pair[0], &answer);
	int error = errno;
	close(pair[0]);
	if (pid > 0 && size < 0)
		kill(pid, SIGKILL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (size < 0)
		return error_set(err, E_ATTACH, error, "looking at its containers");
	if (WIFEXITED(status) && WEXITSTATUS(status) == REPORTED)
		return 0;
	if (status != 0)
		return error_set(err, E_ATTACH, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR,
				 "looking at its containers");
	if (listing_unpack(answer ? answer : "", (size_t)size, &found) < 0) {
		listing_clear(&found);
		return error_set(err, E_ATTACH, EBADMSG, "looking at its containers");
	}
	take_over(place, &found, listing);
	return 0;
}

int listing_look_inside(const struct listing_options *options, int socket, const char *name,
			struct listing *listing, struct error *err)
{
	int fds[NS_COUNT], result = 0;
	struct error why = { 0 };
	if (client_ask_namespaces(socket, fds, &why) < 0) {
		if (why.code == E_NOT_RUNNING)
			return 0;
		*err = why;
		return -1;
	}
	/* One that lives among the host's mounts has the host's containers in it. */
	if (fds[NS_MNT] >= 0)
		result =
		    ask_child(&(struct place){ .fds = fds, .name = name }, options, listing, err);
	for (size_t i = 0; i < NS_COUNT; i++)
		util_close_fd(&fds[i]);
	return result;
}

int listing_look_as(const struct listing_options *options, const struct user_account *account,
		    struct listing *listing, struct error *err)
{
	return ask_child(&(struct place){ .account = account, .name = account->name }, options,
			 listing, err);
}
