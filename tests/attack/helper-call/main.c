// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Speaks the helper protocol as an attacker would: every byte, descriptor and circumstance of one
 * call can be chosen. Prints what came back as KEY=VALUE words, so that a test can grep for what it
 * promises.
 *
 *   helper-call [OPTION=VALUE]... HELPER veth|macvlan|ipvlan|vlan|phys LINK NAME [CONTAINER]
 *   helper-call [OPTION=VALUE]... HELPER map [u|g:NSID:HOSTID:COUNT]...
 */
// clang-format off
/*
 * What is sent:
 *   object=KIND           own (default), host, grandchild, dead, zombie, recycled (its number now is
 *                         that of a process of user 1002), nodump, task, path:PATH, opath:PATH, fifo,
 *                         socket, tty, memfd, pidfd, netlink, ns/KIND, none, two, many
 *   size=N op=N magic=N version=N poke=OFFSET:BYTE    the bytes of the request
 *   messages=N            send it N times
 *   line=N slot=N         of lxc-usernet and of its slots; default: what a client finds, slot by slot
 *   mac=xx:xx:xx:xx:xx:xx mode=MODE mtu=N pair=NAME
 * What the helper starts with:
 *   socket=KIND           fd 3: seqpacket (default), stream, dgram, pipe, tty, closed, tcp, netlink,
 *                         nonblock
 *   credentials=1 passpidfd=1    more control messages than one on its end
 *   argc=N arglen=N       0 and up, each so many bytes long
 *   env=1                 hostile environment
 *   closed=LIST           standard descriptors to close, e.g. 012
 *   netlink=1             an rtnetlink socket of the caller's as fds 0-2
 *   limit=NAME:N          fsize, nofile, nproc, as, stack, cpu, core, memlock, sigpending
 *   signals=1             all ignored and blocked, a timer running
 *   nnp=1 clonefs=1 userns=1 nobset=N    circumstances that take privileges away
 *   uid=N                 become this user first (root only); what follows is done by a tracer that
 *                         is root:
 *   at=K:S                signal S at the Kth system call, a stopped one is held until standard
 *                         input ends
 *   timeline=1            one line a system call with the credentials at that moment
 *   swap=NAME:N           put system call N in the place of the first NAME
 * Around it:
 *   pause=1               print pid=, send the request when a line comes on standard input
 *   show=1                the maps of the target, and whether descriptors of it or us changed
 *   hold=1                keep the namespace until standard input ends
 */
// clang-format on
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access/choice.h"
#include "setuid-helpers/protocol.h"

#include "call.h"

/* No NUL if it fills the field: that is for the helper to refuse. */
static void put_field(char *field, size_t size, const char *value)
{
	size_t length = strlen(value);
	memcpy(field, value, length < size ? length : size);
}

static void build_net(struct net_request *r, const char *type, int argc, char **argv)
{
	unsigned b[6] = { 2, 1, 2, 3, (uint8_t)(getpid() >> 8), (uint8_t)getpid() };
	r->type = (uint8_t)usernet_type_of(text_of(type));
	if (option("mac"))
		sscanf(option("mac"), "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		       &b[5]);
	for (int i = 0; i < 6 && (r->type <= TYPE_MACVLAN || option("mac")); i++)
		r->hwaddr[i] = (uint8_t)b[i];
	r->mode = r->type == TYPE_MACVLAN ? MODE_PRIVATE : r->type == TYPE_IPVLAN ? MODE_L3 : 0;
	if (option("mode"))
		r->mode = (uint8_t)usernet_mode_of(text_of(option("mode")));
	if (option("mtu"))
		r->mtu = (uint16_t)number(option("mtu"));
	put_field(r->pair, sizeof(r->pair), option("pair") ? option("pair") : "");
	put_field(r->link, sizeof(r->link), argc > 0 ? argv[0] : "");
	put_field(r->name, sizeof(r->name), argc > 1 ? argv[1] : "");
	put_field(r->container, sizeof(r->container), argc > 2 ? argv[2] : "");
	search_start(r);
}

static size_t build(int argc, char **argv, const char *what, char *bytes)
{
	bool map = !strcmp(what, "map");
	struct helper_head head = { HELPER_MAGIC, HELPER_VERSION, map ? OP_MAP : OP_NET };
	if (option("magic"))
		head.magic = number(option("magic"));
	if (option("version"))
		head.version = (uint16_t)number(option("version"));
	if (option("op"))
		head.op = (uint16_t)number(option("op"));
	if (map) {
		struct map_request r = { .head = head };
		for (int i = 0; i < argc; i++) {
			int kind = argv[i][0] == 'g';
			unsigned long long v[3] = { 0 };
			sscanf(argv[i] + 2, "%llu:%llu:%llu", &v[0], &v[1], &v[2]);
			r.extent[kind][r.count[kind] % MAP_MAX_EXTENTS] =
			    (struct map_extent){ (uint32_t)v[0], (uint32_t)v[1], (uint32_t)v[2] };
			r.count[kind]++;
		}
		memcpy(bytes, &r, sizeof(r));
		return sizeof(r);
	}
	struct net_request r = { .head = head };
	build_net(&r, what, argc, argv);
	memcpy(bytes, &r, sizeof(r));
	return sizeof(r);
}

static void poke(const char *at_and_byte, char *bytes)
{
	unsigned at = 0, byte = 0;
	sscanf(at_and_byte, "%u:%u", &at, &byte);
	bytes[at] = (char)byte;
}

static void send_request(int fd, const char *bytes, size_t size, int object)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(253 * sizeof(int))];
	} control;
	int fds[253];
	size_t count = option_is("object", "none")   ? 0
		       : option_is("object", "two")  ? 2
		       : option_is("object", "many") ? 253
						     : 1;
	for (size_t i = 0; i < count; i++)
		fds[i] = object;
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (count) {
		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
	}
	for (unsigned i = option("messages") ? number(option("messages")) : 1; i; i--)
		if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
			printf("send=%s ", strerrorname_np(errno));
}

/* One run of the helper. False: it did not reply. */
static bool run(const char *path, const char *bytes, size_t size, int object, int *status,
		struct helper_reply *reply)
{
	int pair[2];
	pid_t pid = 0;
	make_socket(pair);
	if (option("pause")) {
		pid = start(path, pair[1], pair[0]);
		printf("pid=%d ", (int)pid);
		fflush(stdout);
		while (getchar() != '\n' && !feof(stdin))
			;
	}
	send_request(pair[0], bytes, size, object);
	if (!pid)
		pid = start(path, pair[1], pair[0]);
	close(pair[1]);
	if (option("at"))
		run_to(pid, status);
	else if (is_traced())
		step_through(pid, status);
	else
		waitpid(pid, status, 0);
	bool replied = receive_reply(pair[0], reply);
	close(pair[0]);
	return replied;
}

static bool is_worth_another(const struct helper_reply *reply)
{
	return reply->status == STATUS_QUOTA && !is_traced() && !option("at") && !option("pause") &&
	       !option("slot") && !option("size");
}

int main(int argc, char **argv)
{
	char bytes[4096] = { 0 };
	int i = 1, status = 0;
	i += option_take(argv + 1, argc - 1);
	if (argc - i < 2)
		errx(2, "usage: helper-call [OPTION=VALUE]... HELPER TYPE|map ...");
	const char *path = argv[i], *what = argv[i + 1];
	bool map = !strcmp(what, "map");
	size_t size = build(argc - i - 2, argv + i + 2, what, bytes);
	struct net_request *net = map ? NULL : (void *)bytes;
	if (option("size"))
		size = number(option("size"));
	if (option("poke"))
		poke(option("poke"), bytes);
	int object = open_object(map);
	if (object < 0)
		err(3, "object");
	size_t before = target ? count_descriptors(target) : 0,
	       own_before = count_descriptors(getpid());
	struct helper_reply reply;
	bool replied = run(path, bytes, size, object, &status, &reply);
	while (replied && net && is_worth_another(&reply) && search_next(net))
		replied = run(path, bytes, size, object, &status, &reply);
	print_reply(replied ? &reply : NULL, net);
	if (option("show") && target) {
		print_map(target, "uid_map", "uids");
		print_map(target, "gid_map", "gids");
		print_map(target, "setgroups", "setgroups");
		print_interfaces();
		printf("descriptors=%s ", count_descriptors(target) == before &&
						  count_descriptors(getpid()) == own_before
					      ? "same"
					      : "changed");
	}
	if (WIFSIGNALED(status))
		printf("core=%d ", !!WCOREDUMP(status));
	printf("%s=%d target=%d\n", WIFSIGNALED(status) ? "signal" : "exit",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)target);
	fflush(stdout);
	if (option("hold"))
		while (getchar() != EOF)
			;
	return 0;
}
