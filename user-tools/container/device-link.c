// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "device"
#include <errno.h>
#include <fcntl.h>
#include <netlink/netlink.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "container/client.h"
#include "container/device.h"
#include "container/visit.h"
#include "network/host.h"
#include "network/link.h"
#include "setuid-helpers/client.h"
#include "setuid-helpers/protocol.h"

struct move {
	const char *from, *to;
	int netns_fd; /* of the host, where it comes back to */
	bool may;     /* the caller holds CAP_NET_ADMIN over that */
	pid_t init;   /* of the container, for messages */
};

static int check_name(const char *name, struct error *err)
{
	if (*name && strlen(name) < IFNAMSIZ && !name[strspn(name, HELPER_NAME_CHARACTERS)] &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return 0;
	error_set(err, E_USAGE, 0,
		  "\"%s\": the name of an interface has up to 15 letters, digits and \"_.-\"",
		  name);
	return error_fix(err, "a device node is given by its path, as /dev/fuse");
}

static void close_namespaces(int fds[NS_COUNT])
{
	for (int i = 0; i < NS_COUNT; i++)
		util_close_fd(&fds[i]);
}

static int get_namespaces(const struct container *container, int fds[NS_COUNT], struct error *err)
{
	if (client_get_namespaces(container, fds, err) < 0)
		return -1;
	if (fds[NS_NET] >= 0)
		return 0;
	close_namespaces(fds);
	return error_set(err, E_NET_NAMESPACE, 0,
			 "the container has the host's network: every interface is there already");
}

/* ---- in ---- */

static int find_free(void *data, struct error *err)
{
	const struct move *move = data;
	if (!if_nametoindex(move->to))
		return 0;
	error_set(err, E_NET_NAME_TAKEN, 0, "the container has an interface %s", move->to);
	return error_fix(err, "another name: lxc-device -n NAME add %s OTHER", move->from);
}

static int rename_inside(void *data, struct error *err)
{
	const struct move *move = data;
	struct nl_sock *socket = link_open_socket(err);
	if (!socket)
		return -1;
	int result = host_link_rename(socket, (int)if_nametoindex(move->from), move->to);
	nl_socket_free(socket);
	return result == 0 ? 0
			   : error_set(err, E_NET_SETUP, 0,
				       "%s is in the container, but cannot be called %s there: %s",
				       move->from, move->to, nl_geterror(result));
}

static int move_in(const struct move *move, int netns_fd, struct error *err)
{
	struct nl_sock *socket = link_open_socket(err);
	if (!socket)
		return -1;
	int result = host_link_move(socket, (int)if_nametoindex(move->from), netns_fd, move->to);
	nl_socket_free(socket);
	return result == 0 ? 0
			   : error_set(err, E_NET_LINK, 0, "moving %s into the container: %s",
				       move->from, nl_geterror(result));
}

static int request_in(const struct container *container, const struct move *move,
		      const int fds[NS_COUNT], const struct nic_request *wanted, struct error *err)
{
	struct nic_result result;
	if (helper_request_nic(wanted, fds[NS_NET], &result, err) < 0)
		return -1;
	log_info("%s: %s moved in by lxc-usernet:%u", container->name, move->from, result.line);
	/* It comes under its own name, as in the configuration. */
	return strcmp(move->from, move->to) == 0
		   ? 0
		   : visit_namespace(fds, NS_NET, rename_inside, (void *)move, err);
}

/* Not a refusal: an admin gave it. Told while it can be seen. */
static void note_virtual(const char *link)
{
	_cleanup_free_ char *device = xasprintf("/sys/class/net/%s/device", link);
	if (access(device, F_OK) < 0)
		log_notice("%s is a virtual interface: the kernel removes it when the container "
			   "ends, and gives back real ones only",
			   link);
}

/* Under its own name first, where somebody may be sitting on that. */
static int check_free(const struct move *move, const int fds[NS_COUNT], struct error *err)
{
	struct move arrival = { .from = move->from, .to = move->from };
	if (visit_namespace(fds, NS_NET, find_free, (void *)move, err) < 0)
		return -1;
	return move->may ? 0 : visit_namespace(fds, NS_NET, find_free, &arrival, err);
}

int device_add_link(const struct container *container, const char *link, const char *name,
		    struct error *err)
{
	struct move move = { .from = link, .to = name ? name : link, .may = host_may_make() };
	struct nic_request wanted = { .type = TYPE_PHYS, .container = container->name };
	int fds[NS_COUNT];
	if (check_name(link, err) < 0 || check_name(move.to, err) < 0 ||
	    get_namespaces(container, fds, err) < 0)
		return -1;
	int result = -1;
	snprintf(wanted.link, sizeof(wanted.link), "%s", link);
	snprintf(wanted.name, sizeof(wanted.name), "%s", link);
	if (!if_nametoindex(link)) {
		error_set(err, E_NET_LINK, 0, "the host has no interface %s", link);
		error_fix(err, "\"ip link\" lists them; a device node is given by its path, as "
			       "/dev/fuse");
	} else if ((move.may || helper_check_nic(&wanted, err) == 0) &&
		   check_free(&move, fds, err) == 0) {
		note_virtual(link);
		result = move.may ? move_in(&move, fds[NS_NET], err)
				  : request_in(container, &move, fds, &wanted, err);
	}
	close_namespaces(fds);
	return result;
}

/* ---- out ---- */

static int move_out(void *data, struct error *err)
{
	const struct move *move = data;
	int index = (int)if_nametoindex(move->from);
	if (!index)
		return error_set(err, E_NET_LINK, 0, "the container has no interface %s",
				 move->from);
	/* do_setlink(): CAP_NET_ADMIN over the namespace it goes to, not only where it is */
	if (!move->may) {
		error_set(err, E_PRIVILEGE, 0,
			  "%s: the kernel lets an interface into the host's network by who has "
			  "CAP_NET_ADMIN there",
			  move->from);
		return error_fix(
		    err,
		    "stop the container: a real interface comes back then; or an admin "
		    "runs \"nsenter -t %d -n ip link set %s netns 1\"",
		    (int)move->init, move->from);
	}
	struct nl_sock *socket = link_open_socket(err);
	if (!socket)
		return -1;
	int result = host_link_move(socket, index, move->netns_fd, move->to);
	nl_socket_free(socket);
	return result == 0 ? 0
			   : error_set(err, E_NET_LINK, 0, "moving %s out of the container: %s",
				       move->from, nl_geterror(result));
}

int device_remove_link(const struct container *container, const char *name, const char *link,
		       struct error *err)
{
	struct move move = { .from = name, .to = link ? link : name, .may = host_may_make() };
	int fds[NS_COUNT];
	if (check_name(name, err) < 0 || check_name(move.to, err) < 0)
		return -1;
	if (move.may && if_nametoindex(move.to)) {
		error_set(err, E_NET_NAME_TAKEN, 0, "the host has an interface %s", move.to);
		return error_fix(err, "another name: lxc-device -n NAME del %s OTHER", name);
	}
	_cleanup_close_ int host = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (host < 0)
		return error_set(err, E_SYSTEM, errno, "/proc/self/ns/net");
	struct message_reply reply;
	if (client_ask(container, MESSAGE_STATUS, 0, &reply, err) < 0 ||
	    get_namespaces(container, fds, err) < 0)
		return -1;
	move.init = reply.init_pid;
	move.netns_fd = host;
	int result = visit_namespace(fds, NS_NET, move_out, &move, err);
	close_namespaces(fds);
	return result;
}
