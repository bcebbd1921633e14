// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <netlink/route/link.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/user.h"
#include "base/util.h"
#include "access/choice.h"
#include "access/lint.h"
#include "setuid-helpers/client-internal.h"
#include "setuid-helpers/client-policy.h"

static const char *const file_paths[] = {
	[FILE_NONE] = "a policy file", [FILE_USERNET] = PATH_USERNET, [FILE_PASSWD] = "/etc/passwd",
	[FILE_GROUP] = "/etc/group",   [FILE_SUBUID] = "/etc/subuid", [FILE_SUBGID] = "/etc/subgid"
};

static const char *file_path(const struct helper_reply *reply)
{
	return file_paths[reply->file < ARRAY_SIZE(file_paths) ? reply->file : FILE_NONE];
}

/* Are we in a user namespace of somebody's? Then the map is not the full identity. */
static bool in_user_namespace(void)
{
	_cleanup_free_ char *map = NULL;
	unsigned inside, outside, count;
	return file_read_all(-1, "/proc/self/uid_map", 4096, &map) > 0 &&
	       !(sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && !inside && !outside &&
		 count == 4294967295U);
}

/* Why an installed helper does not get its capabilities, the likeliest cause first. */
static int explain_privilege(const char *path, const struct stat *info, enum error_code code,
			     struct error *err)
{
	const char *capabilities = code == E_NET_HELPER ? "cap_net_admin" : "cap_setgid,cap_setuid";
	struct statvfs fs;
	bool has_file_capability = getxattr(path, "security.capability", NULL, 0) > 0;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		error_set(err, code, 0,
			  "%s gets no privilege: no_new_privs is set for this process", path);
		return error_fix(err,
				 "start from a session without it (systemd: NoNewPrivileges=no)");
	}
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID)) {
		error_set(err, code, 0, "%s gets no privilege: its file system is mounted nosuid",
			  path);
		return error_fix(err, "an admin mounts it with the option suid");
	}
	if (in_user_namespace()) {
		error_set(err, code, 0,
			  "%s gets no privilege on the host from inside a user namespace", path);
		return error_fix(err, "start from outside of it");
	}
	if (!has_file_capability && !(info->st_mode & S_ISUID && info->st_uid == 0)) {
		error_set(err, code, 0, "%s gets no privilege: it %s no file capabilities", path,
			  info->st_mode & S_ISUID ? "is setuid but has" : "is not setuid and has");
		return error_fix(err, "an admin runs \"setcap %s+ep %s\", or installs again",
				 capabilities, path);
	}
	error_set(err, code, 0, "%s gets no privilege: %s is not in this process's bounding set",
		  path, capabilities);
	return error_fix(err, "start from a session with the full capability bounding set");
}

int client_explain_unusable(const char *path, int sys_errno, enum error_code code,
			    struct error *err)
{
	struct stat info;
	if (stat(path, &info) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		error_set(err, code, 0, "%s is not installed", path);
		return error_fix(err, "install lxc-privsep as root (make install)");
	}
	if (sys_errno == EPERM || sys_errno == 0)
		return explain_privilege(path, &info, code, err);
	return error_set(err, code, sys_errno, "cannot run %s", path);
}

int client_explain_common(const char *path, const struct helper_reply *reply, enum error_code code,
			  struct error *err)
{
	switch (reply->status) {
	case STATUS_NOT_PRIVILEGED:
		return client_explain_unusable(path, 0, code, err);
	case STATUS_ENVIRONMENT:
		return error_set(err, E_HELPER_PROTOCOL, 0, "%s refuses the way it was started",
				 path);
	case STATUS_MALFORMED:
		return error_set(err, E_HELPER_PROTOCOL, 0, "%s refuses the request as malformed",
				 path);
	default:
		return 0;
	}
}

static const char *unsafe_reason(uint32_t error)
{
	switch (error) {
	case ELOOP:
		return "it is a symbolic link";
	case EINVAL:
		return "it is not a regular file";
	case EPERM:
		return "it does not belong to root, or others can write it";
	case EFBIG:
		return "it is too large";
	case EACCES:
		return "the helper cannot read it";
	default:
		return strerror((int)error);
	}
}

static int explain_unsafe(const struct helper_reply *reply, enum error_code code, struct error *err)
{
	const char *path = file_path(reply);
	if (reply->error == EMFILE || reply->error == ENFILE || reply->error == ENOMEM)
		return error_set(err, E_SYSTEM, (int)reply->error, "opening %s", path);
	error_set(err, code, 0, "%s is not safe to trust: %s", path, unsafe_reason(reply->error));
	return error_fix(err, "an admin runs \"chown root:root %s && chmod 0644 %s\"", path, path);
}

/* The containers of this user that have an interface on the link, as the helper labelled them: "a",
 * "b" */
static char *containers_on(const char *link)
{
	struct string_list names = { 0 };
	struct nl_sock *socket = nl_socket_alloc();
	struct nl_cache *cache = NULL;
	if (socket && nl_connect(socket, NETLINK_ROUTE) == 0 &&
	    rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache) == 0) {
		int master = rtnl_link_name2i(cache, link);
		for (struct nl_object *o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o)) {
			struct rtnl_link *port = (struct rtnl_link *)o;
			const char *alias = rtnl_link_get_ifalias(port);
			if (rtnl_link_get_master(port) != master ||
			    rtnl_link_get_group(port) != getuid() || !alias)
				continue;
			const char *name = strchr(alias, '/'),
				   *end = name ? strrchr(name + 1, '/') : NULL;
			if (!end || end == name + 1)
				continue;
			_cleanup_free_ char *quoted =
			    xasprintf("\"%.*s\"", (int)(end - name - 1), name + 1);
			if (!string_list_has(&names, quoted))
				string_list_add(&names, quoted);
		}
	}
	char *text = names.count ? string_list_join(&names, ", ") : NULL;
	string_list_clear(&names);
	nl_cache_free(cache);
	nl_socket_free(socket);
	return text;
}

static int explain_quota(const struct net_request *request, const struct client_search *search,
			 const char *user, struct error *err)
{
	const char *type = usernet_type_name(request->type), *link = request->link;
	_cleanup_free_ char *names =
	    search->quota && request->type == TYPE_VETH ? containers_on(link) : NULL;
	bool several = names && strchr(names, ',');
	error_set(err, E_NET_QUOTA, 0, "%s may have %u %s on %s and has %u%s%s%s", user,
		  search->quota, type, link, search->used,
		  !names    ? ""
		  : several ? " (containers "
			    : " (container ",
		  names ? names : "", names ? ")" : "");
	error_rule(err, "%s:%u", PATH_USERNET, search->line);
	if (!names)
		return error_fix(err, "an admin raises the count");
	return error_fix(err, "stop %s%s, or an admin raises the count", several ? "one of " : "",
			 names);
}

/* What an admin would write for it: "alice vlan eth0 1 vlan=5" */
static char *line_for(const struct net_request *request, const char *user)
{
	bool once = request->type == TYPE_PHYS || request->type == TYPE_VLAN;
	return xasprintf("%s %s %s %s%s", user, usernet_type_name(request->type), request->link,
			 once ? "1" : "10", request->type == TYPE_VLAN ? " vlan=ID" : "");
}

/* "FILE:LINE is malformed ...", with what is wrong where the line is still that. */
static void explain_bad_line(uint32_t number, struct error *err)
{
	_cleanup_net_policy_ struct net_policy policy;
	struct lint_problem problem;
	struct text rest, line = { NULL, 0 };
	net_policy_open(&policy);
	rest = policy.file;
	for (uint32_t n = 0; n < number && text_take_line(&rest, &line); n++)
		;
	if (line.data && lint_line(line, &problem))
		error_rule(err, "%s:%u is malformed and grants nothing: \"%s\": %s", PATH_USERNET,
			   number, problem.value, problem.what);
	else
		error_rule(err, "%s:%u is malformed and grants nothing", PATH_USERNET, number);
}

static int explain_no_rule(const struct net_request *request, const struct client_search *search,
			   const char *user, struct error *err)
{
	_cleanup_free_ char *line = line_for(request, user);
	const char *type = usernet_type_name(request->type);
	if (search->refused_line) {
		error_set(err, E_NET_RESTRICTED, 0, "%s may have a %s on %s, but not with %s", user,
			  type, request->link, search->why);
		error_rule(err, "%s:%u", PATH_USERNET, search->refused_line);
		return error_fix(err, "keep to what the line gives, or an admin changes it");
	}
	error_set(err, E_NET_NO_RULE, 0, "no line of %s gives %s a %s on %s", PATH_USERNET, user,
		  type, request->link);
	if (search->bad_line) {
		explain_bad_line(search->bad_line, err);
		return error_fix(err, "an admin corrects that line, or adds \"%s\"", line);
	}
	return error_fix(err, "an admin adds the line \"%s\" to it", line);
}

static int explain_kind(const char *link, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("/sys/class/net/%s/bridge", link);
	if (access(path, F_OK) == 0) {
		error_set(err, E_NET_LINK, 0,
			  "bridge %s does not filter VLANs, and policy names one", link);
		return error_fix(
		    err, "an admin runs \"ip link set %s type bridge vlan_filtering 1\"", link);
	}
	error_set(err, E_NET_LINK, 0, "%s is not a bridge", link);
	return error_fix(err, "name a bridge in lxc.net.N.link");
}

/* The kernel refused; what of it there is a name for. */
static int explain_kernel(const struct helper_reply *reply, const struct net_request *request,
			  struct error *err)
{
	const char *type = usernet_type_name(request->type), *link = request->link;
	if (reply->error == EOPNOTSUPP && request->type != TYPE_PHYS)
		return error_set(err, E_NET_SETUP, EOPNOTSUPP,
				 "this kernel makes no %s on %s, or none with what policy asks for",
				 type, link);
	if (reply->error == EINVAL || reply->error == EBUSY)
		return error_set(
		    err, E_NET_LINK, (int)reply->error,
		    "%s cannot carry a %s now (what is on it already has another mode, "
		    "or uses it alone)",
		    link, type);
	return error_set(err, E_NET_SETUP, (int)reply->error,
			 "the kernel refused a %s on %s (net-helper stage %u)", type, link,
			 reply->stage);
}

int client_explain_net(const struct helper_reply *reply, const struct net_request *request,
		       const struct client_search *search, struct error *err)
{
	_cleanup_free_ char *user = user_name(getuid()), *line = line_for(request, user);
	const char *type = usernet_type_name(request->type), *link = request->link;
	char mac[USERNET_MAC + 1];
	client_mac_text(request->hwaddr, mac);
	switch (reply->status) {
	case STATUS_POLICY_MISSING:
		error_set(err, E_NET_NO_POLICY, 0, "%s does not exist, so nobody may have a %s",
			  PATH_USERNET, type);
		return error_fix(err, "an admin makes it with the line \"%s\"", line);
	case STATUS_POLICY_UNSAFE:
		return explain_unsafe(reply, E_NET_POLICY_UNSAFE, err);
	case STATUS_NOT_YOURS:
		return error_set(
		    err, E_NET_NAMESPACE, 0,
		    "the network namespace is not one of a user namespace that %s made here", user);
	case STATUS_NO_RULE:
		return explain_no_rule(request, search, user, err);
	case STATUS_RESTRICTED:
		error_set(err, E_NET_RESTRICTED, 0,
			  "%s may have a %s on %s, but the hardware address %s is kept for "
			  "somebody else",
			  user, type, link, mac);
		error_rule(err, "%s", PATH_USERNET);
		return error_fix(err, "set another lxc.net.N.hwaddr, or none");
	case STATUS_QUOTA:
		return explain_quota(request, search, user, err);
	case STATUS_LINK_MISSING:
		if (request->type != TYPE_VETH) {
			error_set(err, E_NET_LINK, 0, "interface %s does not exist on the host",
				  link);
			return error_fix(err, "\"ip link\" shows those that do");
		}
		error_set(err, E_NET_LINK, 0, "bridge %s does not exist", link);
		return error_fix(
		    err, "an admin makes it: ip link add %s type bridge && ip link set %s up", link,
		    link);
	case STATUS_LINK_KIND:
		return explain_kind(link, err);
	case STATUS_LINK_FULL:
		error_set(err, E_NET_FULL, 0, "bridge %s has no free port: it takes 1023", link);
		return error_fix(err, "use another bridge, or stop a container on it");
	case STATUS_NAME_TAKEN:
		if (request->type == TYPE_VLAN) {
			error_set(err, E_NET_NAME_TAKEN, 0,
				  "the VLAN is in use on %s, or the container already has an "
				  "interface %s",
				  link, request->name);
			return error_fix(err, "stop the container that has it");
		}
		error_set(err, E_NET_NAME_TAKEN, 0, "the container already has an interface %s",
			  request->name);
		return error_fix(err, "set another lxc.net.N.name");
	case STATUS_HWADDR_TAKEN:
		error_set(err, E_NET_HWADDR_TAKEN, 0, "%s knows the hardware address %s elsewhere",
			  link, mac);
		return error_fix(err, "set another lxc.net.N.hwaddr, or none");
	case STATUS_PAIR_TAKEN:
		error_set(err, E_NET_NAME_TAKEN, 0,
			  "the host already has an interface %s.%s, or a route to the container's "
			  "address",
			  user, request->pair);
		return error_fix(err, "set another lxc.net.N.veth.pair, or stop the container that "
				      "has the address");
	default:
		return explain_kernel(reply, request, err);
	}
}

int client_explain_idmap(const struct helper_reply *reply, const struct map_request *request,
			 struct error *err)
{
	static const char *const kind_name[] = { "uid", "gid" };
	static const char *const kind_file[] = { "/etc/subuid", "/etc/subgid" };
	_cleanup_free_ char *user = user_name(getuid());
	unsigned kind = reply->map & 1, i = reply->extent % MAP_MAX_EXTENTS;
	struct map_extent e = request->extent[kind][i];
	const char *name = kind_name[kind];
	_cleanup_free_ char *range = xasprintf("%s range %u-%llu", name, e.hostid,
					       (unsigned long long)e.hostid + e.count - 1);
	switch (reply->status) {
	case STATUS_POLICY_UNSAFE:
		return explain_unsafe(reply, E_IDMAP_HELPER, err);
	case STATUS_EXTENT_INVALID:
		return error_set(
		    err, E_IDMAP_RANGE, 0,
		    "%s is not acceptable: it is empty, holds host id 0 or ends above %u", range,
		    ID_MAX);
	case STATUS_EXTENT_FORBIDDEN:
		error_set(err, E_IDMAP_RANGE, 0, "%s is not delegated to %s in %s", range, user,
			  kind_file[kind]);
		return error_fix(err,
				 "use \"lxc.idmap = auto\", or an admin runs \"usermod "
				 "--add-sub%ss FIRST-LAST %s\"",
				 name, user);
	case STATUS_EXTENT_OTHERS:
		error_set(err, E_IDMAP_RANGE, 0, "%s holds a %s of another user of /etc/passwd",
			  range, name);
		return error_fix(err, "an admin delegates ids that no account has");
	case STATUS_NOT_YOURS:
		return error_set(err, E_IDMAP_WRITE, (int)reply->error,
				 "the process is not one of a user namespace that %s made here, or "
				 "has an id map already",
				 user);
	default:
		return error_set(err, E_IDMAP_WRITE, (int)reply->error,
				 "writing the %s map (idmap-helper stage %u)", name, reply->stage);
	}
}
