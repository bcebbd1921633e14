// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "helpers"
#include "setuid-helpers/client.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/socket.h"
#include "base/util.h"
#include "setuid-helpers/client-internal.h"

_Static_assert(sizeof(struct net_request) == 104 && sizeof(struct map_request) == 784 &&
		   sizeof(struct helper_reply) == 24,
	       "docs/PROTOCOL.md");
_Static_assert(IDMAP_MAX_EXTENTS == MAP_MAX_EXTENTS && (int)IDMAP_UID == MAP_UID &&
		   (int)IDMAP_GID == MAP_GID,
	       "a struct idmap fits into a request");

const char *client_helper_path(const char *helper)
{
	static __thread char path[4096];
	const char *directory = getenv("LXC_PRIVSEP_HELPERS");
	if (!directory || directory[0] != '/')
		directory = LIBEXECDIR "/lxc-privsep";
	snprintf(path, sizeof(path), "%s/%s", directory, helper);
	return path;
}

/* Start path with its end of the socket as fd 3, standard descriptors that are open, and no
 * environment. */
static int spawn(const char *path, int socket, pid_t *pid)
{
	char *argv[] = { (char *)path, NULL }, *envp[] = { NULL };
	_cleanup_close_ int high = fcntl(socket, F_DUPFD_CLOEXEC, 10);
	posix_spawn_file_actions_t actions;
	if (high < 0)
		return errno;
	int error = posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < HELPER_SOCKET && !error; fd++) {
		int flags = fcntl(fd, F_GETFD);
		if (flags < 0 || (flags & FD_CLOEXEC))
			error =
			    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	}
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, high, HELPER_SOCKET);
	if (!error)
		error = posix_spawn(pid, path, &actions, NULL, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/*
 * A helper that ends without reading its request resets the socket before its reply can be
 * read (unix_release_sock()): the reset is reported once, then the reply.
 */
static ssize_t receive_reply(int socket, struct helper_reply *reply)
{
	ssize_t n = socket_receive(socket, reply, sizeof(*reply), NULL, NULL);
	if (n < 0 && errno == ECONNRESET)
		n = socket_receive(socket, reply, sizeof(*reply), NULL, NULL);
	return n;
}

int client_exchange(const char *helper, const void *request, size_t size, int object,
		    struct helper_reply *reply, enum error_code unusable, struct error *err)
{
	const struct helper_head *head = request;
	const char *path = client_helper_path(helper);
	int pair[2], status;
	pid_t pid;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_set(err, E_SYSTEM, errno, "socket for %s", helper);
	_cleanup_close_ int ours = pair[0], theirs = pair[1];
	if (socket_send(ours, request, size, &object, 1) < 0)
		return error_set(err, E_SYSTEM, errno, "request to %s", helper);
	int error = spawn(path, theirs, &pid);
	if (error)
		return client_explain_unusable(path, error, unusable, err);
	util_close_fd(&theirs);
	ssize_t n = receive_reply(ours, reply);
	int receive_errno = errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n < 0)
		return error_set(err, E_HELPER_PROTOCOL, receive_errno, "reply of %s", path);
	if (n == 0)
		return error_set(err, E_HELPER_PROTOCOL, 0, "%s ended without a reply", path);
	if (n != sizeof(*reply) || reply->head.magic != HELPER_MAGIC ||
	    reply->head.version != HELPER_VERSION || reply->head.op != head->op) {
		error_set(err, E_HELPER_PROTOCOL, 0, "%s speaks another protocol than this program",
			  path);
		return error_fix(err, "install the programs and helpers of the same release");
	}
	log_debug("%s: stage %u status %u errno %u", helper, reply->stage, reply->status,
		  reply->error);
	if (client_explain_common(path, reply, unusable, err) < 0)
		return -1;
	return 0;
}

int helper_request_idmap(const struct idmap *map, int proc_dir, struct error *err)
{
	struct map_request wire = { .head = { HELPER_MAGIC, HELPER_VERSION, OP_MAP } };
	struct helper_reply reply;
	for (int kind = MAP_UID; kind <= MAP_GID; kind++) {
		const struct idmap_list *list = &map->list[kind];
		wire.count[kind] = (uint32_t)list->count;
		for (size_t i = 0; i < list->count; i++)
			wire.extent[kind][i] =
			    (struct map_extent){ list->extent[i].nsid, list->extent[i].hostid,
						 list->extent[i].count };
	}
	if (client_exchange("idmap-helper", &wire, sizeof(wire), proc_dir, &reply, E_IDMAP_HELPER,
			    err) < 0)
		return -1;
	return reply.status == STATUS_OK ? 0 : client_explain_idmap(&reply, &wire, err);
}
