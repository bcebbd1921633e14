// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/visit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privilege.h"
#include "base/util.h"

struct visit {
	const int *namespaces;
	enum namespace_kind kind;
	int (*act)(void *data, struct error *err);
	void *data;
};

static int enter_and_act(void *data, struct error *err)
{
	const struct visit *visit = data;
	int user = visit->namespaces[NS_USER];
	/* Root enters as itself: what belongs to the host is not the container's root's. */
	if (user >= 0 && !privilege_has(CAP_SYS_ADMIN) && setns(user, CLONE_NEWUSER) < 0)
		return error_set(err, E_ATTACH, errno, "entering the container's user namespace");
	if (setns(visit->namespaces[visit->kind], 0) < 0)
		return error_set(err, E_ATTACH, errno, "entering a namespace of the container");
	return visit->act(visit->data, err);
}

int visit_apart(int (*act)(void *data, struct error *err), void *data, struct error *err)
{
	struct error own = { 0 };
	int report[2], status = 0;
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		/* A container that shares the host's pid namespace sees it: not into it. */
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		int result = act(data, &own);
		if (result < 0)
			error_send(report[1], &own);
		_exit(result < 0);
	}
	int saved = errno;
	close(report[1]);
	int received = pid < 0 ? 0 : error_receive(report[0], &own);
	close(report[0]);
	if (pid < 0)
		return error_set(err, E_SYSTEM, saved, "fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (received == 1 && err)
		*err = own;
	if (received == 1)
		return -1;
	return status == 0 ? 0 : error_set(err, E_SYSTEM, 0, "the process inside was killed");
}

int visit_namespace(const int namespaces[NS_COUNT], enum namespace_kind kind,
		    int (*act)(void *data, struct error *err), void *data, struct error *err)
{
	struct visit visit = { namespaces, kind, act, data };
	return visit_apart(enter_and_act, &visit, err);
}
