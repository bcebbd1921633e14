// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "supervisor"
#include "container/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/log.h"
#include "container/groups.h"
#include "container/hook-process.h"
#include "container/memory.h"
#include "container/notify.h"
#include "container/orphan.h"
#include "container/runtime.h"

#define STOP_TIMEOUT_MS 60000

int supervisor_watch(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };
	return epoll_ctl(supervisor->epoll, EPOLL_CTL_ADD, source->fd, &event);
}

void supervisor_unwatch(struct supervisor *supervisor, struct source *source)
{
	if (source->fd >= 0)
		epoll_ctl(supervisor->epoll, EPOLL_CTL_DEL, source->fd, NULL);
}

/* Those that have come since, too. */
static void tell_monitors(struct supervisor *supervisor, enum event_kind kind, int value)
{
	const struct container *container = supervisor->plan->container;
	events_look(&supervisor->events, supervisor->directory, container->lxcpath);
	events_tell(&supervisor->events, container->name, kind, value);
}

void supervisor_set_state(struct supervisor *supervisor, enum container_state state)
{
	supervisor->state = state;
	log_info("state %s", container_state_name(state));
	serve_broadcast(supervisor);
	tell_monitors(supervisor, EVENT_STATE, (int)state);
}

/* ---- signals ---- */

static bool status_has_signal(const char *status, const char *field, int signal)
{
	const char *at = strstr(status, field);
	unsigned long long mask = at ? strtoull(at + strlen(field), NULL, 16) : 0;
	return (mask >> (signal - 1)) & 1;
}

/*
 * A process that is pid 1 of its namespace only gets signals it has a handler for, or takes with
 * sigwait (then they are blocked), pid_namespaces(7). /proc shows both.
 */
static char *init_status_text(const struct supervisor *supervisor)
{
	char path[48], *text = NULL;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)supervisor->payload.pid);
	return file_read_all(AT_FDCWD, path, 1 << 16, &text) < 0 ? NULL : text;
}

static bool listens(const char *status, int signal)
{
	return status_has_signal(status, "SigCgt:\t", signal) ||
	       status_has_signal(status, "SigBlk:\t", signal);
}

bool signal_ignored_by_init(const struct supervisor *supervisor, int signal)
{
	_cleanup_free_ char *status = init_status_text(supervisor);
	/* In a pid namespace of somebody else's it is a process like any other. */
	return supervisor->plan->own[NS_PID] && status && signal != SIGKILL && signal != SIGSTOP &&
	       !listens(status, signal);
}

/*
 * What a clean halt is to this init, by what it listens to. systemd: SIGRTMIN+3. sysvinit, OpenRC's
 * and busybox's own, s6: SIGPWR. An older busybox: SIGUSR2; SIGTERM would reboot it. A program that
 * is no init at all ends by SIGTERM.
 */
static int halt_signal_of(const char *status)
{
	if (listens(status, SIGRTMIN + 3))
		return SIGRTMIN + 3;
	if (listens(status, SIGPWR) || !listens(status, SIGTERM))
		return SIGPWR;
	bool is_init = string_starts(status, "Name:\tinit\n");
	return is_init && listens(status, SIGUSR2) ? SIGUSR2 : SIGTERM;
}

int halt_signal(const struct supervisor *supervisor, bool *ignored)
{
	int signal = supervisor->plan->config->signal_halt;
	_cleanup_free_ char *status = init_status_text(supervisor);
	if (!signal)
		signal = status ? halt_signal_of(status) : SIGPWR;
	*ignored = supervisor->plan->own[NS_PID] && status && !listens(status, signal);
	return signal;
}

static void signal_init(struct supervisor *supervisor, int signal)
{
	if (supervisor->payload.pidfd >= 0 && !supervisor->init_ended)
		syscall(SYS_pidfd_send_signal, supervisor->payload.pidfd, signal, NULL, 0);
}

/* SIGTERM: whoever shuts the host down wants a clean and timely end. */
static void begin_stop(struct supervisor *supervisor)
{
	bool ignored;
	int signal = halt_signal(supervisor, &ignored);
	supervisor->stopping = true;
	supervisor->kill_at = time_monotonic_ms() + (ignored ? 0 : STOP_TIMEOUT_MS);
	signal_init(supervisor, signal);
}

static void reap(struct supervisor *supervisor)
{
	int status;
	pid_t pid;
	attach_collect_pids(supervisor);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == supervisor->payload.pid) {
			supervisor->init_ended = true;
			supervisor->init_status = status;
		} else if (!hook_process_reaped(pid, status) && !aside_reaped(pid, status))
			serve_child_ended(supervisor, pid, status);
	}
}

static void on_signal(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct signalfd_siginfo info;
	(void)events;
	while (read(source->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int signal = (int)info.ssi_signo;
		if (signal == SIGCHLD)
			reap(supervisor);
		else if (signal == SIGPIPE)
			continue;
		else if (signal == SIGWINCH)
			relay_resize(supervisor);
		else if (supervisor->state == STATE_STARTING &&
			 (signal == SIGTERM || signal == SIGHUP || signal == SIGINT ||
			  signal == SIGQUIT))
			supervisor_interrupt(supervisor, SIGNAL_STOP);
		else if ((signal == SIGTERM || signal == SIGHUP) && !supervisor->plan->execute)
			begin_stop(supervisor);
		else
			signal_init(supervisor, signal == SIGHUP ? SIGTERM : signal);
	}
}

static int open_signals(struct supervisor *supervisor, struct error *err)
{
	sigset_t all;
	sigfillset(&all);
	/* Faults must stay faults, and a terminal's stop key must work in the foreground. */
	static const int not [] = { SIGSEGV, SIGBUS,  SIGILL,  SIGFPE, SIGABRT,
				    SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT };
	for (size_t i = 0; i < ARRAY_SIZE(not ); i++)
		sigdelset(&all, not [i]);
	sigprocmask(SIG_SETMASK, &all, NULL);
	supervisor->signals =
	    (struct source){ signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), on_signal };
	if (supervisor->signals.fd < 0 ||
	    supervisor_watch(supervisor, &supervisor->signals, EPOLLIN) < 0)
		return error_set(err, E_SYSTEM, errno, "signalfd");
	return 0;
}

/* ---- one run of the payload ---- */

static int prepare_groups(struct supervisor *supervisor, struct error *err)
{
	struct start_plan *plan = supervisor->plan;
	if (!cgroup_is_delegated(plan->cgroup))
		return 0;
	if (cgroup_create(plan->cgroup, err) < 0)
		return -1;
	groups_record(supervisor->directory, plan->cgroup);
	return cgroup_enter_monitor(plan->cgroup, 0, err);
}

static bool serve_while_starting(void *data)
{
	struct supervisor *supervisor = data;
	supervisor_dispatch(supervisor, 0);
	return supervisor->interrupted;
}

static int network_is_made(void *data, struct error *err)
{
	return supervisor_run_scripts(data, true, err);
}

static int init_is_ready(void *data, struct error *err)
{
	struct supervisor *supervisor = data;
	supervisor->hooks.init_pid = supervisor->payload.pid;
	return supervisor_run_hooks(supervisor, HOOK_START_HOST, err);
}

static int start_payload(struct supervisor *supervisor, struct error *err)
{
	const struct spawn_events events = { .starter = supervisor->starter,
					     .epoll = supervisor->epoll,
					     .serve = serve_while_starting,
					     .network_made = network_is_made,
					     .ready = init_is_ready,
					     .data = supervisor };
	if (supervisor_run_hooks(supervisor, HOOK_PRE_START, err) < 0)
		return -1;
	supervisor->hooks.started = true;
	if (prepare_groups(supervisor, err) < 0 ||
	    spawn_payload(supervisor->plan, &supervisor->payload, &events, err) < 0)
		return -1;
	return relay_start(supervisor, err);
}

static void tell_starter(struct supervisor *supervisor, const struct error *err)
{
	if (supervisor->starter < 0)
		return;
	if (err)
		error_send(supervisor->starter, err);
	else if (send(supervisor->starter, "R", 1, MSG_NOSIGNAL) < 0)
		log_info("the starting command is gone");
	close(supervisor->starter);
	supervisor->starter = -1;
}

static int next_timeout(const struct supervisor *supervisor)
{
	if (!supervisor->kill_at)
		return -1;
	int64_t left = supervisor->kill_at - time_monotonic_ms();
	return left < 0 ? 0 : (int)left;
}

void supervisor_dispatch(struct supervisor *supervisor, int timeout_ms)
{
	struct epoll_event events[16];
	int n = epoll_wait(supervisor->epoll, events, ARRAY_SIZE(events), timeout_ms);
	for (int i = 0; i < n; i++) {
		struct source *source = events[i].data.ptr;
		if (source->fd >= 0)
			source->ready(supervisor, source, events[i].events);
	}
	serve_sweep(supervisor);
	notify_sweep(supervisor);
}

static void loop(struct supervisor *supervisor)
{
	while (!supervisor->init_ended) {
		supervisor_dispatch(supervisor, next_timeout(supervisor));
		if (supervisor->kill_at && time_monotonic_ms() >= supervisor->kill_at) {
			supervisor->kill_at = 0;
			signal_init(supervisor, SIGKILL);
		}
	}
}

/* reboot(2) inside a pid namespace ends its init with SIGHUP for a restart, SIGINT for a halt. */
static bool wants_reboot(const struct supervisor *supervisor)
{
	return supervisor->plan->own[NS_PID] && WIFSIGNALED(supervisor->init_status) &&
	       WTERMSIG(supervisor->init_status) == SIGHUP && !supervisor->stopping &&
	       !supervisor->plan->execute;
}

/* LXC's order: the interfaces go, the namespaces are still there, nothing is. */
static void run_ending_hooks(struct supervisor *supervisor)
{
	supervisor->interrupted = false;
	supervisor_run_scripts(supervisor, false, NULL);
	if (supervisor->state == STATE_STOPPING)
		supervisor_run_ending_hooks(supervisor, HOOK_STOP);
}

static void end_payload(struct supervisor *supervisor)
{
	supervisor_note_payload(supervisor);
	supervisor->hooks.reboots = wants_reboot(supervisor);
	tell_monitors(supervisor, EVENT_EXIT, supervisor->init_status);
	supervisor_set_state(supervisor, STATE_STOPPING);
	relay_stop(supervisor);
	run_ending_hooks(supervisor);
	notify_end_payload(supervisor);
	/* Without a pid namespace of its own processes may be left; and frozen ones cannot die. */
	if (cgroup_is_delegated(supervisor->plan->cgroup))
		cgroup_kill(supervisor->plan->cgroup, NULL);
	network_release(&supervisor->plan->network, supervisor->payload.namespaces[NS_NET]);
	payload_close(&supervisor->payload);
}

static int run_once(struct supervisor *supervisor, struct error *err)
{
	supervisor->init_ended = supervisor->interrupted = false;
	supervisor->kill_at = 0;
	supervisor->hooks.started = supervisor->hooks.scripts_up = supervisor->hooks.reboots =
	    false;
	supervisor->hooks.init_pid = 0;
	string_list_clear(&supervisor->hooks.namespaces);
	supervisor_set_state(supervisor, STATE_STARTING);
	if (start_payload(supervisor, err) < 0) {
		supervisor_set_state(supervisor, STATE_ABORTING);
		if (supervisor->payload.pid > 0) {
			signal_init(supervisor, SIGKILL);
			waitpid(supervisor->payload.pid, NULL, 0);
			payload_close(&supervisor->payload);
		}
		run_ending_hooks(supervisor);
		if (supervisor->hooks.started)
			supervisor_run_ending_hooks(supervisor, HOOK_POST_STOP);
		return -1;
	}
	if (supervisor->plan->config->signal_pdeath != SIGKILL &&
	    orphan_record(supervisor->directory, supervisor->payload.pid) < 0)
		log_warn("recording init: %s", strerror(errno));
	supervisor_set_state(supervisor, STATE_RUNNING);
	tell_starter(supervisor, NULL);
	memory_give_back();
	loop(supervisor);
	end_payload(supervisor);
	supervisor_run_ending_hooks(supervisor, HOOK_POST_STOP);
	return 0;
}

/*
 * Keys follow possession, not ids or namespaces, keyrings(7): what is in the caller's session
 * keyring would be the container's to read. One empty keyring for the supervisor and for all that
 * it starts.
 */
static int leave_keyring(const struct config *config, struct error *err)
{
	const char *label = config->selinux_keyring;
	if (!config->keyring_session)
		return 0;
	if (label && lsm_set_keyring(label, err) < 0)
		return -1;
	long joined = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	int saved = errno;
	if (label && lsm_set_keyring(NULL, err) < 0)
		return -1;
	if (joined >= 0 || saved == ENOSYS)
		return 0;
	if (saved == EPERM) /* a filter around us: nobody reads keys */
		return 0;
	errno = saved;
	error_set(err, E_SYSTEM, errno, "a session keyring for the container");
	return error_fix(err,
			 "an admin: sysctl kernel.keys.maxkeys=2000 kernel.keys.maxbytes=200000");
}

static int write_pid_file(struct supervisor *supervisor, struct error *err)
{
	const char *path = supervisor->plan->pid_file;
	if (!path)
		return 0;
	_cleanup_free_ char *text = xasprintf("%ld\n", (long)getpid());
	if (file_write_atomic(path, text, strlen(text), 0644) < 0)
		return error_set(err, E_SYSTEM, errno, "pid file %s", path);
	supervisor->wrote_pid_file = true;
	return 0;
}

/* What hooks mount on the host is then seen by hooks and the container only. */
static int unshare_mounts(const struct supervisor *supervisor, struct error *err)
{
	if (!supervisor->plan->config->monitor_unshare)
		return 0;
	if (unshare(CLONE_NEWNS) < 0)
		return error_set(err, E_PRIVILEGE, errno,
				 "lxc.monitor.unshare = 1: a mount namespace");
	return rootfs_cut_propagation(err);
}

static int prepare(struct supervisor *supervisor, struct error *err)
{
	supervisor->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (supervisor->epoll < 0)
		return error_set(err, E_SYSTEM, errno, "epoll");
	if (open_signals(supervisor, err) < 0 || leave_keyring(supervisor->plan->config, err) < 0 ||
	    lsm_load(&supervisor->plan->lsm, err) < 0 || notify_open(supervisor, err) < 0)
		return -1;
	supervisor->listen.fd = runtime_listen(supervisor->directory, err);
	if (supervisor->listen.fd < 0 || serve_listen(supervisor, err) < 0)
		return -1;
	if (unshare_mounts(supervisor, err) < 0)
		return -1;
	groups_clean_after_crash(supervisor->directory, supervisor->plan->container->name,
				 &supervisor->plan->map);
	return write_pid_file(supervisor, err);
}

int supervisor_run(struct start_plan *plan, int directory, int starter, int *status,
		   struct error *err)
{
	struct supervisor supervisor = {
		.plan = plan,
		.directory = directory,
		.starter = starter,
		.epoll = -1,
		.listen = { .fd = -1 },
		.signals = { .fd = -1 },
		.notifier = { .channel = { .fd = -1 }, .proxy = { .fd = -1 } },
		.relay = { .console = { .fd = -1 },
			   .terminal = { .fd = -1 },
			   .peer = { .fd = -1 },
			   .hold = -1 },
	};
	const struct container *container = plan->container;
	bool ran = false;
	payload_init(&supervisor.payload);
	supervisor.tty_holders =
	    xcalloc(plan->config->tty_max + 1, sizeof(*supervisor.tty_holders));
	int result = prepare(&supervisor, err);
	while (result == 0) {
		result = run_once(&supervisor, err);
		ran = ran || result == 0;
		if (result < 0 || !wants_reboot(&supervisor))
			break;
		supervisor_set_state(&supervisor, STATE_STOPPED);
		/* They belong to the container's root and may hold groups of its own: made anew. */
		groups_remove(plan->cgroup, &plan->map);
	}
	if (result < 0)
		log_error("%s", err->message);
	ring_free(&supervisor.relay.ring);
	groups_remove(plan->cgroup, &plan->map);
	lsm_unload(&plan->lsm);
	notify_close(&supervisor);
	if (ran && plan->config->ephemeral)
		supervisor_destroy_container(&supervisor);
	if (supervisor.wrote_pid_file)
		unlink(plan->pid_file);
	/* They are found from the directory, and told when it is gone. */
	events_look(&supervisor.events, directory, container->lxcpath);
	runtime_remove(directory, container->lxcpath, container->name);
	supervisor.state = STATE_STOPPED;
	events_tell(&supervisor.events, container->name, EVENT_STATE, STATE_STOPPED);
	/* Last: whoever waits for end of file finds everything gone. */
	util_close_fd(&supervisor.listen.fd);
	close(directory);
	events_close(&supervisor.events);
	tell_starter(&supervisor, result < 0 ? err : NULL);
	serve_close_all(&supervisor);
	string_list_clear(&supervisor.hooks.namespaces);
	util_close_fd(&supervisor.signals.fd);
	util_close_fd(&supervisor.epoll);
	free(supervisor.tty_holders);
	*status = supervisor.init_status;
	return ran ? 0 : -1;
}
