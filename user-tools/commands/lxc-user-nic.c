// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * lxc-user-nic, for programs that call it as LXC's: the same words, the same line on stdout, the
 * same exit codes, but no privilege. It opens the namespace itself and asks net-helper. Installed
 * in LIBEXECDIR/lxc, not in BINDIR.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/command.h"
#include "setuid-helpers/client-policy.h"
#include "setuid-helpers/client.h"
#include "setuid-helpers/protocol.h"

static const struct option_info options[] = { JSON_OPTION, { 0 } };

static int usage(struct error *err)
{
	error_set(err, E_USAGE, 0, "six or seven words are expected");
	return error_fix(err, "lxc-user-nic create LXCPATH NAME PID TYPE LINK [NIC]");
}

struct interface {
	char name[IFNAMSIZ];
	unsigned index;
};

/*
 * Run in a child inside the namespace (user namespace first, for the right to enter): the first
 * free ethN into name, or, when name is given, only its index. The answer comes back over a pipe.
 */
static void look_inside(int user, int net, const char *wanted, int out)
{
	struct interface answer = { 0 };
	if ((user >= 0 && setns(user, CLONE_NEWUSER) < 0 && errno != EINVAL) ||
	    setns(net, CLONE_NEWNET) < 0)
		_exit(1);
	snprintf(answer.name, sizeof(answer.name), "%s", wanted);
	for (unsigned n = 0; !*wanted && n < 100000; n++) {
		snprintf(answer.name, sizeof(answer.name), "eth%u", n);
		if (!if_nametoindex(answer.name))
			break;
	}
	answer.index = if_nametoindex(answer.name);
	_exit(write(out, &answer, sizeof(answer)) != (ssize_t)sizeof(answer));
}

static int ask_inside(int user, int net, const char *wanted, struct interface *answer)
{
	int pair[2], status = 1;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		look_inside(user, net, wanted, pair[1]);
	close(pair[1]);
	ssize_t n = pid < 0 ? -1 : read(pair[0], answer, sizeof(*answer));
	close(pair[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return n == (ssize_t)sizeof(*answer) && status == 0 ? 0 : -1;
}

static int open_namespace(const char *pid, const char *kind, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/ns/%s", pid, kind);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd
		       : error_set(err, E_NET_NAMESPACE, errno, "Uid %u may not access %s",
				   (unsigned)getuid(), path);
}

static int set_name(char name[IFNAMSIZ], const char *text, const char *what, struct error *err)
{
	if (strlen(text) >= IFNAMSIZ || text[strspn(text, HELPER_NAME_CHARACTERS)])
		return error_set(err, E_USAGE, 0,
				 "%s \"%.60s\": a name of at most 15 letters, digits and \"_.-\" "
				 "is expected",
				 what, text);
	snprintf(name, IFNAMSIZ, "%s", text);
	return 0;
}

/* The words have no place for a VLAN: it is the one that lxc-usernet gives. */
static uint32_t vlan_of(const char *link)
{
	_cleanup_net_policy_ struct net_policy policy;
	struct usernet_choice choice;
	net_policy_open(&policy);
	usernet_choose(policy.file, &policy.account, TYPE_VLAN, text_of(link), &choice);
	return choice.count ? choice.offer[0].rule.vlan : 0;
}

static int set_type(struct nic_request *request, const char *type, const char *link,
		    struct error *err)
{
	request->type = usernet_type_of(text_of(type));
	if (request->type == TYPE_NONE)
		return error_set(err, E_USAGE, 0,
				 "type %.40s: veth, macvlan, ipvlan, vlan or phys is expected",
				 type);
	if (!link[0])
		return error_set(err, E_USAGE, 0, "the name of the link is empty");
	if (request->type == TYPE_VLAN)
		request->vlan = vlan_of(link);
	/* LXC's defaults. */
	if (request->type == TYPE_MACVLAN)
		request->mode = MODE_PRIVATE;
	if (request->type == TYPE_IPVLAN)
		request->mode = MODE_L3;
	return set_name(request->link, link, "link", err);
}

static int create(char **word, const char *nic, bool as_json, struct error *err)
{
	struct nic_request request = { .container = word[2] };
	struct nic_result result;
	struct interface outside, inside;
	uint32_t pid;
	if (parse_uint32(word[3], &pid) < 0 || !pid)
		return error_set(err, E_USAGE, 0, "\"%s\" is not a process id", word[3]);
	if (set_type(&request, word[4], word[5], err) < 0 ||
	    set_name(request.name, nic, "interface", err) < 0)
		return -1;
	_cleanup_close_ int user = open_namespace(word[3], "user", err);
	_cleanup_close_ int net = user < 0 ? -1 : open_namespace(word[3], "net", err);
	if (net < 0)
		return -1;
	if (!*nic && ask_inside(user, net, "", &inside) < 0)
		return error_set(err, E_NET_NAMESPACE, 0,
				 "Uid %u may not enter the network namespace of process %s",
				 (unsigned)getuid(), word[3]);
	if (!*nic)
		snprintf(request.name, sizeof(request.name), "%s", inside.name);
	if (helper_request_nic(&request, net, &result, err) < 0)
		return -1;
	memcpy(outside.name, result.host_name, sizeof(outside.name));
	if (ask_inside(user, net, request.name, &inside) < 0)
		inside.index = 0;
	outside.index = *outside.name ? if_nametoindex(outside.name) : 0;
	if (as_json) {
		struct json json;
		json_print_begin(&json);
		json_string(&json, "name", request.name);
		json_int(&json, "index", inside.index);
		json_string(&json, "host_name", outside.name);
		json_int(&json, "host_index", outside.index);
		return json_print_end(&json, err);
	}
	printf("%s:%u:%s:%u\n", request.name, inside.index, outside.name, outside.index);
	return 0;
}

static int run(struct context *context, struct error *err)
{
	char **word = context->words;
	size_t count = context->word_count;
	if (count < 6 || count > 7)
		usage(err);
	else if (strcmp(word[0], "create") == 0)
		create(word, count == 7 ? word[6] : "", json_wanted(context), err);
	else if (strcmp(word[0], "delete") == 0)
		error_set(err, E_UNSUPPORTED, 0,
			  "delete is for Open vSwitch ports; a veth goes with its namespace or "
			  "when the container "
			  "deletes its end");
	else
		usage(err);
	return error_is_set(err);
}

const struct command command = {
	.name = "lxc-user-nic",
	.summary = "make a network interface for a container, as lxc-usernet allows",
	.synopsis = "create LXCPATH NAME PID TYPE LINK [NIC]",
	.options = options,
	.flags = COMMAND_LOOSE,
	.words = VALUE_TEXT,
	.exit_codes = "0  made; \"NIC:INDEX:HOSTNIC:HOSTINDEX\" is printed\n"
		      "1  refused, with the reason\n",
	.run = run,
};
