// SPDX-License-Identifier: LGPL-2.1-or-later
/* The reply, and what is to be seen from outside: maps, interfaces, descriptors. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "setuid-helpers/protocol.h"

#include "call.h"

bool receive_reply(int fd, struct helper_reply *reply)
{
	ssize_t n = recv(fd, reply, sizeof(*reply), MSG_DONTWAIT);
	if (n < 0 && errno == ECONNRESET)
		n = recv(fd, reply, sizeof(*reply), MSG_DONTWAIT);
	return n == (ssize_t)sizeof(*reply);
}

void print_reply(const struct helper_reply *r, const struct net_request *request)
{
	uint32_t quota = 0, used = 0, bad_line = 0;
	char host[16] = "";
	if (!r) {
		printf("reply=none ");
		return;
	}
	if (request)
		search_sum(request, &quota, &used, &bad_line);
	if (request && r->stage >= STAGE_ACT)
		search_host(request, host);
	bool has_line = request && r->stage >= STAGE_DECIDE && r->status != STATUS_NO_RULE;
	printf("stage=%u status=%u error=%u quota=%u used=%u line=%u bad_line=%u host=%.16s "
	       "map=%u extent=%u file=%u ",
	       r->stage, r->status, r->error, quota, used, has_line ? request->line : 0, bad_line,
	       host, r->map, r->extent, r->file);
}

void print_map(pid_t pid, const char *file, const char *label)
{
	char path[64], text[4096] = "";
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	printf("%s=", label);
	unsigned in, out, count;
	int used;
	if (n > 0 && text[0] >= 'a')
		printf("%.*s", (int)strcspn(text, "\n"), text);
	else
		for (char *at = text; sscanf(at, "%u %u %u%n", &in, &out, &count, &used) == 3;
		     at += used)
			printf("%u:%u:%u,", in, out, count);
	printf(" ");
}

/* Host ends of pairs, and how many of them are ports of a bridge. */
void print_interfaces(void)
{
	struct if_nameindex *list = if_nameindex();
	unsigned count = 0, attached = 0;
	char path[64];
	for (struct if_nameindex *i = list; i && i->if_index; i++)
		if (!strncmp(i->if_name, "vet", 3)) {
			snprintf(path, sizeof(path), "/opt/sys/class/net/%s/master", i->if_name);
			count++;
			attached += access(path, F_OK) == 0;
		}
	if_freenameindex(list);
	printf("interfaces=%u attached=%u ", count, attached);
}

size_t count_descriptors(pid_t pid)
{
	char path[64];
	size_t count = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}
