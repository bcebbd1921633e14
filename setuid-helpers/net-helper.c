// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * net-helper: one veth pair between a bridge of the host and a network namespace of the caller's,
 * if lxc-usernet gives the caller one. Holds CAP_NET_ADMIN. See main for its table of contents.
 */
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "policy/usernet.h"
#include "setuid-helpers/helper.h"
#include "setuid-helpers/veth.h"
#include "net-filter.h" /* generated */

static struct account account;
static struct text usernet;
static struct net_request request;
static struct usernet_decision decision;
static struct buffer alias;
static struct veth veth = { NET_NETLINK, NET_OBJECT, &request, .alias = alias.data };

static void open_policy(void)
{
	static char file[USERNET_MAX_FILE], passwd[HELPER_MAX_ACCOUNTS], group[HELPER_MAX_ACCOUNTS];
	static gid_t groups[1024];
	usernet = helper_read(FILE_USERNET, SYSCONFDIR "/lxc/lxc-usernet", file, sizeof(file));
	account = (struct account){ .uid = helper_caller, .gid = helper_group, .groups = groups };
	account.passwd = helper_read(FILE_PASSWD, "/etc/passwd", passwd, sizeof(passwd));
	if (memchr(file, '@', usernet.size)) {
		int count = getgroups(1024, groups); /* more than fit count as none */
		account.group_count = count > 0 ? (size_t)count : 0;
		account.group = helper_read(FILE_GROUP, "/etc/group", group, sizeof(group));
	}
	account_resolve(&account);
}

static void open_netlink(void)
{
	if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) != NET_NETLINK)
		helper_end(STAGE_POLICY, STATUS_SYSTEM, errno);
}

/* A name of an interface or container, NUL-padded to the end of its field; or empty where that is
 * allowed. */
static bool name_ok(const char *name, size_t size, bool may_be_empty)
{
	size_t length = strnlen(name, size), i = length;
	while (i < size && !name[i])
		i++;
	return length < size && i == size &&
	       (length ? length > 2 || strspn(name, ".") < length : may_be_empty) &&
	       strspn(name, HELPER_NAME_CHARACTERS) == length;
}

static void check_request(void)
{
	static const uint8_t none[6];
	if (!name_ok(request.link, sizeof(request.link), false) ||
	    !name_ok(request.name, sizeof(request.name), false) ||
	    !name_ok(request.container, sizeof(request.container), true) ||
	    (request.hwaddr[0] & 1) || !memcmp(request.hwaddr, none, sizeof(none)) ||
	    (request.mtu && request.mtu < 68))
		helper_end(STAGE_RECEIVE, STATUS_MALFORMED, 0);
}

/*
 * A network namespace of a user namespace that is a direct child of ours and belongs to the
 * caller. Nothing is asked of the descriptor before it is known to be a namespace: an ioctl may do
 * anything to a device. NS_GET_PARENT of our own user namespace is EPERM, so it must fail for the
 * parent of a child's and not for the child's.
 */
static void check_namespace(int netns)
{
	struct statfs fs;
	uid_t owner;
	int userns, parent;
	if (netns != NET_OBJECT || fstatfs(netns, &fs) || fs.f_type != NSFS_MAGIC ||
	    ioctl(netns, NS_GET_NSTYPE) != CLONE_NEWNET ||
	    (userns = ioctl(netns, NS_GET_USERNS)) < 0 ||
	    (parent = ioctl(userns, NS_GET_PARENT)) < 0 || ioctl(parent, NS_GET_PARENT) >= 0 ||
	    errno != EPERM || ioctl(userns, NS_GET_OWNER_UID, &owner) || owner != helper_caller)
		helper_end(STAGE_OBJECT, STATUS_NOT_YOURS, 0);
}

static void decide(void)
{
	usernet_decide(usernet, &account, text_of("veth"), text_of(request.link), &decision);
	for (size_t i = decision.count; i--;) {
		helper_reply.quota += decision.grant[i].count;
		if (decision.grant[i].line)
			helper_reply.line = decision.grant[i].line;
	}
	helper_reply.bad_line = decision.bad_line;
	if (!helper_reply.line)
		helper_end(STAGE_DECIDE, STATUS_NO_RULE, 0);
}

static void find_link(void)
{
	veth.uid = helper_caller;
	int error = veth_find_link(&veth);
	if (error)
		helper_end(STAGE_DECIDE, veth_status(error), -error);
}

static void record_intent(void)
{
	if (account.name.size && account.name.size <= 32)
		buffer_add(&alias, account.name.data, account.name.size);
	else
		buffer_number(&alias, "", helper_caller);
	buffer_string(&alias, "/", request.container);
	buffer_string(&alias, "/", request.name);
	buffer_string(&helper_record, " link=", request.link);
	buffer_string(&helper_record, " label=", alias.data);
	buffer_number(&helper_record, " rule=", helper_reply.line);
	helper_send_record();
}

/* The caller's own pool first, then those of its groups in the order of the file. */
static int take_slot(void)
{
	int error = -EDQUOT;
	for (size_t i = !decision.grant[0].line; i < decision.count && error == -EDQUOT; i++) {
		error = veth_take_slot(&veth, &decision.grant[i]);
		helper_reply.used += veth.used;
	}
	return error;
}

static void act(void)
{
	int error = take_slot();
	if (!error) {
		memcpy(helper_reply.host_name, veth.host_name, sizeof(veth.host_name));
		error = veth_raise(&veth);
	}
	buffer_string(&helper_record, " host=", helper_reply.host_name);
	if (error)
		helper_end(STAGE_ACT, veth_status(error), -error);
}

int main(int argc, char **argv)
{
	(void)argv;
	helper_reply.head.op = OP_VETH;
	helper_sanitise(argc);
	helper_hold(1U << CAP_NET_ADMIN);
	open_policy();
	helper_open_log();
	open_netlink();
	buffer_number(&helper_record, "<86>lxc-net: op=veth uid=", helper_caller);
	helper_confine(filter, sizeof(filter) / sizeof(filter[0]));
	int netns = helper_receive(&request, sizeof(request));
	check_request();
	check_namespace(netns);
	decide();
	find_link();
	helper_become(helper_self, helper_self, helper_self);
	record_intent();
	act();
	helper_end(STAGE_DONE, STATUS_OK, 0);
}
