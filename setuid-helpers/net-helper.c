// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * net-helper: one veth pair between a bridge of the host and a network namespace of the caller's,
 * if lxc-usernet gives the caller one. Holds CAP_NET_ADMIN. See main for its table of contents.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "net-filter.h" /* generated */
#include "policy/usernet.h"
#include "setuid-helpers/helper.h"
#include "setuid-helpers/seccomp-table.h"
#include "setuid-helpers/veth.h"

static struct account account;
static struct text usernet;
static struct net_request request;
static struct usernet_decision decision;
static struct buffer alias, record;
static struct veth_order order = { .link = request.link,
				   .name = request.name,
				   .hwaddr = request.hwaddr,
				   .netns = NET_OBJECT,
				   .alias = alias.data };
static struct veth_made made;

static void open_policy(void)
{
	static char file[USERNET_MAX_FILE], passwd[HELPER_MAX_ACCOUNTS], group[HELPER_MAX_ACCOUNTS];
	static gid_t groups[1024];
	int count = getgroups(1024, groups); /* more than fit count as none */
	account.uid = helper_caller;
	account.gid = getgid();
	account.groups = groups;
	account.group_count = count > 0 ? (size_t)count : 0;
	usernet = helper_read(FILE_USERNET, true, file, sizeof(file));
	account.passwd = helper_read(FILE_PASSWD, false, passwd, sizeof(passwd));
	if (memchr(file, '@', usernet.size))
		account.group = helper_read(FILE_GROUP, false, group, sizeof(group));
	account_resolve(&account);
	int error = veth_open(); /* NET_NETLINK */
	if (error < 0)
		helper_end(STAGE_POLICY, STATUS_SYSTEM, -error);
}

/* A name of an interface or container, NUL-padded to the end of its field; or empty where that is
 * allowed. */
static bool name_ok(const char *name, size_t size, bool may_be_empty)
{
	size_t length = strspn(name, HELPER_NAME_CHARACTERS), i = length;
	while (i < size && !name[i])
		i++;
	return length < size && i == size && (length || may_be_empty) && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
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
	const struct usernet_grant *first = decision.user.line ? &decision.user : decision.group;
	helper_reply.line = first->line;
	helper_reply.bad_line = decision.bad_line;
	helper_reply.quota = decision.user.count;
	for (size_t i = 0; i < decision.group_count; i++)
		helper_reply.quota += decision.group[i].count;
	if (!first->line)
		helper_end(STAGE_DECIDE, STATUS_NO_RULE, 0);
}

static void find_link(void)
{
	order.mtu = request.mtu;
	order.uid = helper_caller;
	int error = veth_find_link(NET_NETLINK, &order);
	if (error)
		helper_end(STAGE_DECIDE,
			   error == -ENODEV	   ? STATUS_LINK_MISSING
			   : error == -EMEDIUMTYPE ? STATUS_LINK_KIND
						   : STATUS_SYSTEM,
			   -error);
}

static void record_intent(void)
{
	struct text user = account.name_count ? account.names[0] : (struct text){ NULL, 0 };
	if (user.size && user.size <= 32)
		buffer_add(&alias, "%.*s", (int)user.size, user.data);
	else
		buffer_add(&alias, "%u", helper_caller);
	buffer_add(&alias, "/%s/%s", request.container, request.name);
	buffer_add(&record, "<86>lxc-net: op=veth uid=%u link=%s label=%s rule=%u", helper_caller,
		   request.link, alias.data, helper_reply.line);
	helper_record(&record);
}

static void record_result(int error)
{
	buffer_add(&record, " host=%s error=%u", helper_reply.host_name, (uint32_t)-error);
	helper_record(&record);
}

/* The caller's own pool first, then those of its groups in the order of the file. */
static int take_slot(void)
{
	struct veth_pool pool = { false, helper_caller, decision.user.count };
	int error = veth_take_slot(NET_NETLINK, &order, &pool, &made);
	helper_reply.used = made.used;
	for (size_t i = 0; i < decision.group_count && error == -EDQUOT; i++) {
		pool = (struct veth_pool){ true, decision.group[i].id, decision.group[i].count };
		error = veth_take_slot(NET_NETLINK, &order, &pool, &made);
		helper_reply.used += made.used;
	}
	return error;
}

static void act(void)
{
	int error = take_slot();
	if (!error) {
		memcpy(helper_reply.host_name, made.host_name, sizeof(made.host_name));
		helper_reply.host_index = made.host_index;
		helper_reply.peer_index = made.peer_index;
		error = veth_raise(NET_NETLINK, &order, &made);
	}
	record_result(error);
	if (error)
		helper_end(STAGE_ACT,
			   error == -EDQUOT   ? STATUS_QUOTA
			   : error == -EEXIST ? STATUS_NAME_TAKEN
			   : error == -EXFULL ? STATUS_LINK_FULL
					      : STATUS_SYSTEM,
			   -error);
}

int main(int argc, char **argv)
{
	(void)argv;
	helper_reply.head.op = OP_VETH;
	helper_sanitise(argc);
	helper_hold(1U << CAP_NET_ADMIN);
	open_policy();
	helper_open_log();
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
