// SPDX-License-Identifier: LGPL-2.1-or-later
/* What lxc-info and lxc-ls show of a running container. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "container/client.h"
#include "container/info.h"
#include "container/orphan.h"
#include "network/network.h"

/* Interface names and addresses are read by a child that joins the container's network namespace.
 */
static void list_inside(int user, int net, int out)
{
	struct network_address_info *list = NULL;
	struct string_list names = { 0 };
	size_t count = 0;
	/* Of what may be seen by the container's processes (a shared pid namespace), ptrace(2). */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if ((user >= 0 && setns(user, 0) < 0) || (net >= 0 && setns(net, 0) < 0))
		_exit(1);
	if (network_list_addresses(&list, &count, &names, NULL) < 0)
		_exit(1);
	_cleanup_file_ FILE *file = fdopen(out, "w");
	for (size_t i = 0; i < names.count; i++)
		fprintf(file, "i %s\n", names.items[i]);
	for (size_t i = 0; i < count; i++)
		fprintf(file, "%c %s\n", list[i].family == AF_INET ? '4' : '6', list[i].text);
	fflush(file);
	_exit(0);
}

static void take_lines(char *text, char kind, struct string_list *list)
{
	struct string_list lines = { 0 };
	string_list_add_words(&lines, text, "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (lines.items[i][0] == kind && lines.items[i][1] == ' ')
			string_list_add(list, lines.items[i] + 2);
	string_list_clear(&lines);
}

static int read_network(int socket, struct container_info *info, struct error *err)
{
	int fds[NS_COUNT], pair[2];
	if (client_ask_namespaces(socket, fds, err) < 0)
		return -1;
	char *text = NULL;
	if (pipe(pair) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		list_inside(fds[NS_USER], fds[NS_NET], pair[1]);
	}
	close(pair[1]);
	if (pid > 0 && file_read_fd(pair[0], 1 << 20, &text) >= 0) {
		take_lines(text, '4', &info->addresses);
		info->ipv4_count = info->addresses.count;
		take_lines(text, '6', &info->addresses);
		take_lines(text, 'i', &info->interfaces);
	}
	free(text);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < NS_COUNT; i++)
		util_close_fd(&fds[i]);
	return 0;
}

void info_unknown(struct container_info *info)
{
	*info = (struct container_info){ .state = STATE_STOPPED,
					 .init_pid = -1,
					 .supervisor_pid = -1,
					 .cpu_ns = -1,
					 .cpu_user_ns = -1,
					 .cpu_system_ns = -1,
					 .blkio_operations = -1,
					 .blkio_bytes = -1,
					 .memory_bytes = -1,
					 .memory_swap_bytes = -1,
					 .kernel_memory_bytes = -1 };
}

static int other_version(const struct container *container, const struct error *why,
			 struct container_info *info)
{
	info->state = STATE_RUNNING;
	info->unprivileged = geteuid() != 0;
	log_notice("%s: %s: only its state can be shown (fix: %s)", container->name, why->message,
		   why->fix);
	return 0;
}

int info_ask(int socket, const struct container *container, unsigned what,
	     struct container_info *info, struct error *err)
{
	struct message_reply reply;
	struct error why = { 0 };
	if (client_send(socket, what & INFO_STATS ? MESSAGE_STATS : MESSAGE_STATUS, 0, NULL, 0,
			&why) < 0 ||
	    client_receive(socket, &reply, NULL, NULL, &why) <= 0) {
		if (!error_is_set(&why) || why.code == E_NOT_RUNNING)
			return 0; /* it ended just now */
		if (why.code == E_OTHER_VERSION)
			return other_version(container, &why, info);
		if (err)
			*err = why;
		return -1;
	}
	socket_peer(socket, NULL, &info->supervisor_pid);
	info->state = (enum container_state)reply.state;
	info->init_pid = reply.init_pid > 0 ? reply.init_pid : -1;
	info->unprivileged = reply.unprivileged != 0;
	string_list_add_words(&info->links, reply.links, " ");
	if (what & INFO_STATS) {
		info->cpu_ns = reply.stats.cpu_ns;
		info->cpu_user_ns = reply.stats.cpu_user_ns;
		info->cpu_system_ns = reply.stats.cpu_system_ns;
		info->blkio_operations = reply.stats.blkio_operations;
		info->blkio_bytes = reply.stats.blkio_bytes;
		info->memory_bytes = reply.stats.memory_bytes;
		info->memory_swap_bytes = reply.stats.memory_swap_bytes;
		info->kernel_memory_bytes = reply.stats.kernel_memory_bytes;
	}
	if ((what & (INFO_ADDRESSES | INFO_INTERFACES)) && info->init_pid > 0 &&
	    read_network(socket, info, &why) < 0 && why.code != E_NOT_RUNNING) {
		if (err)
			*err = why;
		return -1;
	}
	return 0;
}

int info_without_supervisor(const struct container *container, struct error *why,
			    struct container_info *info, struct error *err)
{
	pid_t pid;
	_cleanup_close_ int left = orphan_find(container, &pid);
	if (left >= 0) {
		info->state = STATE_RUNNING;
		info->init_pid = pid;
		return 0;
	}
	if (why->code == E_NOT_RUNNING)
		return 0;
	if (why->code == E_OTHER_VERSION)
		return other_version(container, why, info);
	if (err)
		*err = *why;
	return -1;
}

int container_get_info(struct container *container, unsigned what, struct container_info *info,
		       struct error *err)
{
	struct error why = { 0 };
	info_unknown(info);
	_cleanup_close_ int socket = client_connect(container, &why);
	if (socket < 0 && why.code == E_NOT_RUNNING)
		return 0; /* client_connect looked for what a supervisor left */
	return socket >= 0 ? info_ask(socket, container, what, info, err)
			   : info_without_supervisor(container, &why, info, err);
}

void container_info_clear(struct container_info *info)
{
	string_list_clear(&info->addresses);
	string_list_clear(&info->interfaces);
	string_list_clear(&info->links);
}
