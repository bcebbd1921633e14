// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Speaks the helper protocol as an attacker would: every byte, descriptor and circumstance of one
 * call can be chosen. Prints what came back as KEY=VALUE words, so that a test can grep for what it
 * promises.
 *
 *   helper-call [OPTION=VALUE]... HELPER veth LINK NAME [CONTAINER]
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

#include "setuid-helpers/protocol.h"

#include "call.h"

/* No NUL if it fills the field: that is for the helper to refuse. */
static void put_field(char *field, size_t size, const char *value)
{
	size_t length = strlen(value);
	memcpy(field, value, length < size ? length : size);
}

static size_t build(int argc, char **argv, bool map, char *bytes)
{
	struct helper_head head = { HELPER_MAGIC, HELPER_VERSION, map ? OP_MAP : OP_VETH };
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
	struct net_request r = { .head = head, .hwaddr = { 2, 1, 2, 3, 4, (uint8_t)getpid() } };
	put_field(r.link, sizeof(r.link), argc > 0 ? argv[0] : "");
	put_field(r.name, sizeof(r.name), argc > 1 ? argv[1] : "");
	put_field(r.container, sizeof(r.container), argc > 2 ? argv[2] : "");
	memcpy(bytes, &r, sizeof(r));
	return sizeof(r);
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

int main(int argc, char **argv)
{
	char bytes[4096] = { 0 };
	int i = 1, pair[2], status = 0;
	i += option_take(argv + 1, argc - 1);
	if (argc - i < 2)
		errx(2, "usage: helper-call [OPTION=VALUE]... HELPER veth|map ...");
	const char *path = argv[i], *what = argv[i + 1];
	bool map = !strcmp(what, "map");
	size_t size = build(argc - i - 2, argv + i + 2, map, bytes);
	if (option("size"))
		size = number(option("size"));
	if (option("poke")) {
		unsigned at = 0, byte = 0;
		sscanf(option("poke"), "%u:%u", &at, &byte);
		bytes[at] = (char)byte;
	}
	int object = open_object(map);
	if (object < 0)
		err(3, "object");
	size_t before = target ? count_descriptors(target) : 0,
	       own_before = count_descriptors(getpid());
	make_socket(pair);
	pid_t pid = 0;
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
		run_to(pid, &status);
	else if (is_traced())
		step_through(pid, &status);
	else
		waitpid(pid, &status, 0);
	print_reply(pair[0]);
	close(pair[0]);
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
