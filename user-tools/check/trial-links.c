// SPDX-License-Identifier: LGPL-2.1-or-later
/* Interfaces that containers have, made in a network namespace that ends with the process. */
#include "check/trial.h"

#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/link/vlan.h>
#include <sched.h>
#include <unistd.h>

#define PARENT "check0"

/* libnl has words of its own for what the kernel said. */
static int to_errno(int error)
{
	switch (-error) {
	case 0:
		return 0;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EPERM;
	case NLE_OPNOTSUPP:
		return EOPNOTSUPP;
	case NLE_NOMEM:
		return ENOMEM;
	default:
		return EINVAL;
	}
}

static int add(struct nl_sock *socket, const char *kind, int parent)
{
	struct rtnl_link *link = rtnl_link_alloc();
	int error = link ? rtnl_link_set_type(link, kind) : -NLE_NOMEM;
	if (!error) {
		rtnl_link_set_name(link, "check2");
		if (parent)
			rtnl_link_set_link(link, parent);
		if (rtnl_link_is_vlan(link))
			rtnl_link_vlan_set_id(link, 7);
		error = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
	}
	rtnl_link_put(link);
	return error;
}

/* A pair, one end of which serves as the parent of others. */
static int add_pair(struct nl_sock *socket, int *index)
{
	struct rtnl_link *found = NULL;
	int error = rtnl_link_veth_add(socket, PARENT, "check1", getpid());
	if (!error)
		error = rtnl_link_get_kernel(socket, 0, PARENT, &found);
	*index = error ? 0 : rtnl_link_get_ifindex(found);
	rtnl_link_put(found);
	return error;
}

int trial_link(int kind)
{
	static const char *const names[] = { [LINK_BRIDGE] = "bridge",
					     [LINK_MACVLAN] = "macvlan",
					     [LINK_IPVLAN] = "ipvlan",
					     [LINK_VLAN] = "vlan",
					     [LINK_IFB] = "ifb" };
	if (unshare(CLONE_NEWNET) < 0)
		return errno;
	struct nl_sock *socket = nl_socket_alloc();
	int index = 0, error = socket ? nl_connect(socket, NETLINK_ROUTE) : -NLE_NOMEM;
	if (!error && kind != LINK_BRIDGE && kind != LINK_IFB)
		error = add_pair(socket, &index);
	if (!error && kind != LINK_VETH)
		error = add(socket, names[kind], index);
	nl_socket_free(socket);
	return to_errno(error);
}
