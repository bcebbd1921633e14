// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * net-helper: one interface for a network namespace of the caller's, as the line of lxc-usernet
 * that the caller relies on gives it. Holds CAP_NET_ADMIN. See main for its table of contents.
 */
#include "policy/usernet.h"
#include "setuid-helpers/helper.h"
#include "setuid-helpers/link.h"
#include "net-filter.h" /* generated */

static struct account account;
static struct text usernet;
static struct net_request request;
static struct usernet_rule rule;
static struct usernet_pool pool;
static char hwaddr[USERNET_MAC + 1]; /* as text; empty = none */
static struct buffer alias, pair;
static struct link net = { NET_NETLINK, NET_OBJECT, true, &request, &rule, 0,
			   alias.data,	pair.data,  0,	  1500,	    "" };

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
	const uint8_t *mac = request.hwaddr, type = request.type, mode = request.mode;
	bool has_mac = type == TYPE_VETH || type == TYPE_MACVLAN;
	static const uint8_t modes[][2] = USERNET_TYPE_MODES;
	bool names = name_ok(request.container, sizeof(request.container), true);
	for (const char *name = request.link; name < request.container; name += 16)
		names &= name_ok(name, 16, name == request.pair);
	if (!names || (*request.pair && (type != TYPE_VETH || strchr(request.pair, '.'))) ||
	    (mac[0] & 1) || !memcmp(mac, "\0\0\0\0\0", 6) == has_mac ||
	    (request.mtu && request.mtu < 68) || type > TYPE_PHYS || mode < modes[type][0] ||
	    mode > modes[type][1] || (type >= TYPE_VLAN && request.slot))
		helper_end(STAGE_RECEIVE, STATUS_MALFORMED, 0);
	for (size_t i = 0; has_mac && i < USERNET_MAC; i++)
		hwaddr[i] =
		    i % 3 == 2 ? ':' : "0123456789abcdef"[mac[i / 3] >> (i % 3 ? 0 : 4) & 15];
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

/* The line that the caller relies on; another may keep the hardware address for somebody else. */
static void decide(void)
{
	struct text rest = usernet, line, mac = text_of(hwaddr);
	struct usernet_rule other;
	bool reserved = false;
	for (uint32_t n = 1; text_take_line(&rest, &line); n++) {
		if (usernet_parse_line(line, &other) != USERNET_RULE ||
		    !text_equal(other.link, text_of(request.link)))
			continue;
		reserved |= n != request.line && mac.size && text_equal(other.mac, mac);
		if (n == request.line && other.type == request.type &&
		    usernet_is_for(&other, &account, &pool))
			rule = other;
	}
	if (!rule.type)
		helper_end(STAGE_DECIDE, STATUS_NO_RULE, 0);
	if (!usernet_allows(&rule, mac, request.mtu, request.mode) || (reserved && !rule.mac.size))
		helper_end(STAGE_DECIDE, STATUS_RESTRICTED, 0);
	if (request.slot >= rule.count)
		helper_end(STAGE_DECIDE, STATUS_QUOTA, 0);
}

static void record_intent(void)
{
	static const char *const types[] = { USERNET_TYPES };
	if (account.name.size && account.name.size <= 32)
		buffer_add(&alias, account.name.data, account.name.size);
	else
		buffer_number(&alias, "", helper_caller);
	buffer_string(&pair, alias.data, ".");
	buffer_string(&pair, request.pair, "");
	buffer_string(&alias, "/", request.container);
	buffer_string(&alias, "/", request.name);
	buffer_string(&helper_record, " type=", types[rule.type]);
	buffer_string(&helper_record, " link=", request.link);
	buffer_string(&helper_record, " label=", alias.data);
	buffer_number(&helper_record, " rule=", request.line);
	helper_send_record();
}

static void act(void)
{
	net.uid = helper_caller;
	int error = link_make(&net, pool);
	buffer_string(&helper_record, " host=", net.host_name);
	if (error)
		helper_end(STAGE_ACT, link_status(error), -error);
}

int main(int argc, char **argv)
{
	(void)argv;
	helper_reply.head.op = OP_NET;
	helper_sanitise(argc);
	helper_hold(1U << CAP_NET_ADMIN);
	open_policy();
	helper_open_log();
	open_netlink();
	buffer_number(&helper_record, "<86>lxc-net: op=net uid=", helper_caller);
	helper_confine(filter, sizeof(filter) / sizeof(filter[0]));
	int netns = helper_receive(&request, sizeof(request));
	check_request();
	check_namespace(netns);
	decide();
	helper_become(helper_self, helper_self, helper_self);
	record_intent();
	act();
	helper_end(STAGE_DONE, STATUS_OK, 0);
}
