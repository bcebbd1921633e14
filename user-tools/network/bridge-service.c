// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/bridge-service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "network/bridge-parts.h"
#include "network/link.h"

#define DIRECTORY "/run/lxc-net"
#define STATE DIRECTORY "/state"
#define LOCK DIRECTORY "/lock"

/* ---- the file of state: what has been made, or was about to be ---- */

struct state {
	char bridge[IFNAMSIZ]; /* empty: nothing */
	struct string_list addresses;
	bool started; /* else: stopped, with the bridge kept */
	bool dnsmasq;
};

static void state_free(struct state *state)
{
	string_list_clear(&state->addresses);
}

static int state_read(struct state *state, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	*state = (struct state){ 0 };
	if (file_read_all(AT_FDCWD, STATE, 4096, &text) < 0)
		return errno == ENOENT ? 0 : error_set(err, E_RUNTIME_DIR, errno, STATE);
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		const char *key = strsep(&line, " ");
		if (line && strcmp(key, "bridge") == 0)
			snprintf(state->bridge, sizeof(state->bridge), "%s", line);
		else if (line && strcmp(key, "address") == 0)
			string_list_add(&state->addresses, line);
		state->started |= strcmp(key, "started") == 0;
		state->dnsmasq |= strcmp(key, "dnsmasq") == 0;
	}
	return 0;
}

static int state_write(const struct state *state, struct error *err)
{
	_cleanup_free_ char *addresses =
	    state->addresses.count ? string_list_join(&state->addresses, "\naddress ") : NULL;
	_cleanup_free_ char *text =
	    xasprintf("bridge %s\n%s%s%s%s%s", state->bridge, addresses ? "address " : "",
		      addresses ? addresses : "", addresses ? "\n" : "",
		      state->dnsmasq ? "dnsmasq\n" : "", state->started ? "started\n" : "");
	if (!*state->bridge)
		return unlink(STATE) == 0 || errno == ENOENT
			   ? 0
			   : error_set(err, E_RUNTIME_DIR, errno, STATE);
	if (file_write_atomic(STATE, text, strlen(text), 0644) < 0)
		return error_set(err, E_RUNTIME_DIR, errno, STATE);
	return 0;
}

static void state_of(const struct bridge_settings *settings, bool dnsmasq, struct state *state)
{
	*state = (struct state){ .started = true, .dnsmasq = dnsmasq };
	snprintf(state->bridge, sizeof(state->bridge), "%s", settings->bridge);
	string_list_add(&state->addresses, settings->ipv4.cidr);
	if (settings->ipv6.given)
		string_list_add(&state->addresses, settings->ipv6.cidr);
}

/* One start or stop at a time. The lock ends with the process. */
static int lock(struct error *err)
{
	if (geteuid() != 0)
		return error_set(err, E_PRIVILEGE, 0, "only root may start and stop the bridge");
	if (file_make_dirs(DIRECTORY, 0755) < 0)
		return error_set(err, E_RUNTIME_DIR, errno, DIRECTORY);
	int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		error_set(err, E_RUNTIME_DIR, errno, LOCK);
	return fd;
}

/* ---- stop ---- */

/* The bridge, or while something is attached to it only its addresses. In kept what stays. */
static int undo_bridge(struct nl_sock *socket, const struct state *state, struct state *kept,
		       char name[IFNAMSIZ], struct error *err)
{
	struct bridge_link link = { 0 };
	struct error other = { 0 };
	/* What has the name now and is no bridge is somebody else's. */
	if (bridge_link_look(socket, state->bridge, &link, &other) < 0 || !link.there)
		return 0;
	if (link.ours && !link.ports)
		return bridge_link_delete(socket, link.index, err);
	snprintf(name, IFNAMSIZ, "%s", state->bridge);
	if (!link.ours)
		return 0;
	snprintf(kept->bridge, sizeof(kept->bridge), "%s", state->bridge);
	for (size_t i = 0; i < state->addresses.count; i++)
		if (bridge_link_drop_address(socket, link.index, state->addresses.items[i], err) <
		    0)
			return -1;
	return 0;
}

/* Everything that the state names, and the state. A step that fails keeps none of the others. */
static int undo(struct nl_sock *socket, const struct state *state, char kept[IFNAMSIZ],
		struct error *err)
{
	struct state left = { 0 };
	*kept = 0;
	bridge_link_delete_unfinished(socket);
	if (!*state->bridge)
		return 0;
	int dnsmasq = bridge_dnsmasq_stop(err);
	int rules = bridge_rules_remove(err);
	int bridge = undo_bridge(socket, state, &left, kept, err);
	return dnsmasq < 0 || rules < 0 || bridge < 0 ? -1 : state_write(&left, err);
}

int bridge_service_stop(char kept[IFNAMSIZ], struct error *err)
{
	struct state state = { 0 };
	_cleanup_close_ int held = lock(err);
	if (error_is_set(err) || state_read(&state, err) < 0)
		return -1;
	struct nl_sock *socket = link_open_socket(err);
	int result = socket ? undo(socket, &state, kept, err) : -1;
	nl_socket_free(socket);
	state_free(&state);
	return result;
}

/* ---- start ---- */

static int refuse_bridge(const struct bridge_settings *s, const char *cidr, struct error *err)
{
	error_set(err, E_NET_LINK, 0,
		  "lxc-net did not make the bridge %s, and it does not have the address %s",
		  s->bridge, cidr);
	if (*s->bridge_rule || *s->address_rule)
		error_rule(err, "%s", *s->bridge_rule ? s->bridge_rule : s->address_rule);
	return error_fix(
	    err,
	    "give it the address where it is made, name another bridge in LXC_BRIDGE, or leave "
	    "all of it to others with USE_LXC_BRIDGE=\"false\"");
}

/* A bridge of somebody else is used as it is if it has the addresses. */
static int check_bridge(struct nl_sock *socket, const struct bridge_settings *s,
			struct bridge_link *link, struct error *err)
{
	if (bridge_link_look(socket, s->bridge, link, err) < 0) {
		if (*s->bridge_rule)
			error_rule(err, "%s", s->bridge_rule);
		return error_fix(err, "another name in LXC_BRIDGE");
	}
	if (!link->there || link->ours)
		return 0;
	if (!bridge_link_has(socket, link->index, s->ipv4.cidr))
		return refuse_bridge(s, s->ipv4.cidr, err);
	if (s->ipv6.given && !bridge_link_has(socket, link->index, s->ipv6.cidr))
		return refuse_bridge(s, s->ipv6.cidr, err);
	return 0;
}

/* Before anything else is made, what an earlier start made and this one does not want goes: a
 * bridge of another name, addresses. */
static int leave_old(struct nl_sock *socket, const struct state *old, const struct state *new,
		     struct error *err)
{
	struct bridge_link link;
	char kept[IFNAMSIZ];
	if (!*old->bridge)
		return 0;
	if (strcmp(old->bridge, new->bridge) != 0) {
		if (undo(socket, old, kept, err) < 0)
			return -1;
		if (*kept)
			log_notice("the bridge %s stays: interfaces are attached to it, or it was "
				   "not made by lxc-net",
				   kept);
		return 0;
	}
	if (bridge_link_look(socket, old->bridge, &link, err) < 0)
		return -1;
	for (size_t i = 0; link.ours && i < old->addresses.count; i++)
		if (!string_list_has(&new->addresses, old->addresses.items[i]) &&
		    bridge_link_drop_address(socket, link.index, old->addresses.items[i], err) < 0)
			return -1;
	return 0;
}

static int make_all(struct nl_sock *socket, const struct bridge_settings *settings,
		    const struct state *old, const struct state *new,
		    const struct string_list *dnsmasq, bool restart, struct error *err)
{
	if (leave_old(socket, old, new, err) < 0 || state_write(new, err) < 0)
		return -1;
	if (bridge_link_make(socket, settings, err) == 0 && bridge_rules_load(settings, err) == 0 &&
	    bridge_dnsmasq_start(dnsmasq, restart, err) == 0)
		return 0;
	char kept[IFNAMSIZ];
	struct error second = { 0 };
	if (!old->started)
		undo(socket, new, kept, &second);
	return -1;
}

static int start(struct nl_sock *socket, const struct bridge_settings *settings, bool restart,
		 struct error *err)
{
	struct bridge_link link;
	struct state old = { 0 }, new = { 0 };
	struct string_list dnsmasq = { 0 };
	bridge_dnsmasq_words(settings, &dnsmasq);
	state_of(settings, dnsmasq.count, &new);
	int result = state_read(&old, err);
	if (result == 0)
		result = check_bridge(socket, settings, &link, err);
	if (result == 0)
		result = bridge_rules_check(settings, err);
	if (result == 0 && dnsmasq.count)
		result = bridge_dnsmasq_check(settings, &dnsmasq, link.index, err);
	if (result == 0)
		result = make_all(socket, settings, &old, &new, &dnsmasq, restart, err);
	if (result == 0 && !dnsmasq.count)
		log_notice(
		    "dnsmasq is not installed: %s has neither DHCP nor DNS, its containers need "
		    "addresses of their own (lxc.net.0.ipv4.address)",
		    settings->bridge);
	if (result == 0)
		bridge_rules_warn(settings);
	string_list_clear(&dnsmasq);
	state_free(&old);
	state_free(&new);
	return result;
}

int bridge_service_start(const struct bridge_settings *settings, bool restart, struct error *err)
{
	_cleanup_close_ int held = lock(err);
	if (error_is_set(err))
		return -1;
	struct nl_sock *socket = link_open_socket(err);
	int result = socket ? start(socket, settings, restart, err) : -1;
	nl_socket_free(socket);
	return result;
}

/* ---- status ---- */

static void look(struct nl_sock *socket, const struct state *state, struct bridge_status *status)
{
	struct bridge_link link = { 0 };
	struct error other = { 0 };
	if (bridge_link_look(socket, state->bridge, &link, &other) < 0)
		link.there = false;
	status->there = link.there;
	status->ours = link.ours;
	status->ports = link.ports;
	if (!link.there || !link.up)
		string_list_take(&status->missing, xasprintf("%s is %s", state->bridge,
							     link.there ? "down" : "gone"));
	for (size_t i = 0; i < state->addresses.count; i++) {
		if (link.there && bridge_link_has(socket, link.index, state->addresses.items[i]))
			string_list_add(&status->addresses, state->addresses.items[i]);
		else
			string_list_take(&status->missing, xasprintf("the address %s is gone",
								     state->addresses.items[i]));
	}
	if (!status->rules)
		string_list_add(&status->missing, "the nftables inet lxc-net is gone");
	if (status->dnsmasq && !status->dnsmasq_pid)
		string_list_add(&status->missing, "dnsmasq does not run");
}

int bridge_service_status(struct bridge_status *status, struct error *err)
{
	struct state state;
	*status = (struct bridge_status){ 0 };
	if (state_read(&state, err) < 0)
		return -1;
	struct nl_sock *socket = link_open_socket(err);
	if (!socket) {
		state_free(&state);
		return -1;
	}
	snprintf(status->bridge, sizeof(status->bridge), "%s", state.bridge);
	status->dnsmasq = state.dnsmasq;
	status->dnsmasq_pid = bridge_dnsmasq_pid();
	status->rules = bridge_rules_there();
	if (*state.bridge)
		look(socket, &state, status);
	if (state.started)
		status->state = status->missing.count ? BRIDGE_INCOMPLETE : BRIDGE_RUNNING;
	nl_socket_free(socket);
	state_free(&state);
	return 0;
}

void bridge_status_free(struct bridge_status *status)
{
	string_list_clear(&status->addresses);
	string_list_clear(&status->missing);
}
