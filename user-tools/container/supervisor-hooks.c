// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hooks and network scripts that run on the host, as the caller, from the supervisor. While one
 * runs the supervisor goes on serving: whoever asks for a stop is heard, and a hook that hangs does
 * not keep lxc-stop waiting.
 */
#define LOG_MODULE "hooks"
#include "base/log.h"
#include "container/hooks.h"
#include "container/supervisor.h"
#include "image/image.h"

enum { WATCH_EPOLL, WATCH_STARTER };

static bool on_ready(void *data, int index)
{
	struct supervisor *supervisor = data;
	if (index == WATCH_EPOLL)
		supervisor_dispatch(supervisor, 0);
	if (index == WATCH_STARTER) {
		log_info("the starting command is gone");
		supervisor->interrupted = true;
	}
	return supervisor->interrupted;
}

static struct hook_watch make_watch(struct supervisor *supervisor)
{
	bool starting = supervisor->state == STATE_STARTING;
	return (
	    struct hook_watch){ .fds = { [WATCH_EPOLL] = supervisor->epoll,
					 [WATCH_STARTER] = starting ? supervisor->starter : -1 },
				.ready = on_ready,
				.data = supervisor };
}

static struct hook_context make_context(struct supervisor *supervisor,
					const struct hook_watch *watch)
{
	const struct start_plan *plan = supervisor->plan;
	bool ending = supervisor->state != STATE_STARTING;
	return (struct hook_context){ .container = plan->container,
				      .config = plan->config,
				      .place = HOOK_ON_HOST,
				      .init_pid = supervisor->hooks.init_pid,
				      .target = !ending			    ? NULL
						: supervisor->hooks.reboots ? "reboot"
									    : "stop",
				      .namespaces = &supervisor->hooks.namespaces,
				      .watch = watch };
}

int supervisor_run_hooks(struct supervisor *supervisor, enum hook_type type, struct error *err)
{
	struct hook_watch watch = make_watch(supervisor);
	struct hook_context context = make_context(supervisor, &watch);
	if (!hooks_any(context.config, type))
		return 0;
	return hooks_run(&context, type, err);
}

/* The host's end of lxc.net.INDEX, or "". */
static const char *host_end(const struct start_plan *plan, unsigned index)
{
	for (size_t i = 0; i < plan->network.count; i++)
		if (plan->network.nics[i].index == index)
			return plan->network.nics[i].host_name;
	return "";
}

int supervisor_run_scripts(struct supervisor *supervisor, bool up, struct error *err)
{
	const struct start_plan *plan = supervisor->plan;
	struct hook_watch watch = make_watch(supervisor);
	struct hook_context context = make_context(supervisor, &watch);
	int result = 0;
	if (up)
		supervisor->hooks.scripts_up = true;
	else if (!supervisor->hooks.scripts_up)
		return 0;
	for (size_t i = 0; i < plan->config->net_count; i++) {
		const struct net_config *net = &plan->config->nets[i];
		struct error own = { 0 };
		if (supervisor->hooks.none_left ||
		    hooks_run_script(&context, net, up, host_end(plan, net->index), &own) == 0)
			continue;
		result = -1;
		if (up) {
			*err = own;
			return -1;
		}
		log_error("%s", own.message);
		supervisor->interrupted = false;
	}
	return result;
}

/* What fails at the end changes nothing any more: it is said, and the rest goes on. */
void supervisor_run_ending_hooks(struct supervisor *supervisor, enum hook_type type)
{
	const struct hook_list *list = &supervisor->plan->config->hooks[type];
	struct hook_watch watch = make_watch(supervisor);
	struct hook_context context = make_context(supervisor, &watch);
	for (size_t i = 0; i < list->count; i++) {
		struct error err = { 0 };
		if (supervisor->hooks.none_left) {
			log_warn("lxc.hook.%s = %s: not run, the container was killed",
				 hook_type_name(type), list->items[i].command);
			continue;
		}
		if (hooks_run_one(&context, type, i, &err) < 0)
			log_error("%s", err.message);
		supervisor->interrupted = false;
	}
}

/*
 * A stop that finds the container starting, or hooks at its end still running. signal: what was
 * asked for, enum message_signal. True: that is all there is to do.
 */
bool supervisor_interrupt(struct supervisor *supervisor, int signal)
{
	if (supervisor->state == STATE_STARTING && signal != SIGNAL_REBOOT) {
		supervisor->interrupted = supervisor->stopping = true;
		return true;
	}
	if (supervisor->state != STATE_STOPPING && supervisor->state != STATE_ABORTING)
		return false;
	if (signal == SIGNAL_KILL)
		supervisor->hooks.none_left = true;
	if (signal == SIGNAL_KILL || signal == SIGNAL_STOP)
		supervisor->interrupted = supervisor->stopping = true;
	return true;
}

/* Init and its namespaces, as the hooks from now on are told of them. */
void supervisor_note_payload(struct supervisor *supervisor)
{
	string_list_clear(&supervisor->hooks.namespaces);
	supervisor->hooks.init_pid = supervisor->payload.pid;
	hooks_list_namespaces(supervisor->payload.namespaces, &supervisor->hooks.namespaces);
}

/*
 * The lock is ours, so nobody starts it meanwhile. The configuration goes last: what a crash leaves
 * of it is still a container, for lxc-destroy.
 */
void supervisor_destroy_container(struct supervisor *supervisor)
{
	struct error err = { 0 };
	struct hook_watch watch = make_watch(supervisor);
	if (image_destroy_locked(supervisor->plan->container, &watch, &err) < 0)
		log_error("lxc.ephemeral = 1: %s", err.message);
}
