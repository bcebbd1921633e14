// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/orphan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "container/runtime.h"

#define RECORD RUNTIME_INIT_RECORD

/* What a process has for life: boot, number, start (field 22 of stat, proc(5)). Caller frees. */
static char *identify(pid_t pid)
{
	char path[48];
	_cleanup_free_ char *stat = NULL, *boot = NULL;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read_all(AT_FDCWD, path, 4096, &stat) < 0 ||
	    file_read_all(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &boot) < 0)
		return NULL;
	char *at = strrchr(stat, ')'); /* the name before it may hold anything */
	for (int n = 2; at && n < 22; n++)
		at = strchr(at + 1, ' ');
	if (!at)
		return NULL;
	at[1 + strcspn(at + 1, " \n")] = 0;
	return xasprintf("%d %s %s\n", (int)pid, at + 1, string_trim(boot));
}

int orphan_record(int directory, pid_t init)
{
	_cleanup_free_ char *text = identify(init);
	_cleanup_close_ int fd =
	    openat(directory, RECORD, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return text && fd >= 0 ? file_write_fd(fd, text, strlen(text)) : -1;
}

static bool has_ended(int pidfd, int timeout_ms)
{
	struct pollfd ready = { .fd = pidfd, .events = POLLIN };
	return poll(&ready, 1, timeout_ms) > 0;
}

int orphan_find(const struct container *container, pid_t *pid)
{
	_cleanup_free_ char *recorded = NULL;
	_cleanup_close_ int directory = runtime_open(container->lxcpath, container->name);
	if (directory < 0 || file_read_all(directory, RECORD, 256, &recorded) <= 0)
		return -1;
	*pid = (pid_t)strtol(recorded, NULL, 10);
	/* The descriptor first: from then on the number cannot become another process's unseen. */
	_cleanup_close_ int pidfd = *pid > 0 ? (int)syscall(SYS_pidfd_open, *pid, 0) : -1;
	_cleanup_free_ char *now = pidfd >= 0 ? identify(*pid) : NULL;
	if (!now || strcmp(now, recorded) != 0 || has_ended(pidfd, 0))
		return -1;
	return util_steal_fd(&pidfd);
}

int orphan_refuse(const struct container *container, pid_t pid, struct error *err)
{
	error_set(err, E_SUPERVISOR, 0,
		  "the supervisor is gone, and the container runs on without: its init is process "
		  "%d (lxc.monitor.signal.pdeath)",
		  (int)pid);
	return error_fix(err, "lxc-stop -n %s, then start it again", container->name);
}

static int send_signal(int pidfd, int signal, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 || errno == ESRCH)
		return 0;
	return error_set(err, E_SYSTEM, errno, "signal %s to init", signal_to_name(signal));
}

static int kill_now(int pidfd, int signal, struct error *err)
{
	if (send_signal(pidfd, signal, err) < 0)
		return -1;
	if (has_ended(pidfd, signal == SIGKILL ? -1 : 3000))
		return 0;
	return kill_now(pidfd, SIGKILL, err);
}

int orphan_stop(const struct container *container, int pidfd, const struct stop_options *options,
		struct error *err)
{
	const struct config *config = container->config;
	int halt = config && config->signal_halt ? config->signal_halt : SIGPWR;
	int stop = config && config->signal_stop ? config->signal_stop : SIGKILL;
	_cleanup_close_ int owned = pidfd;
	if (options->reboot)
		return error_set(
		    err, E_SUPERVISOR, 0,
		    "the supervisor is gone, and nobody would start the container again");
	if (options->kill)
		return kill_now(owned, stop, err);
	if (send_signal(owned, halt, err) < 0)
		return -1;
	if (options->nowait || has_ended(owned, options->timeout_ms))
		return 0;
	if (options->nokill)
		return error_set(err, E_TIMEOUT, 0, "the container did not stop in the time given");
	return kill_now(owned, stop, err);
}
