// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "network/bridge-parts.h"

#define TABLE_MAX (1 << 24)

static int family_of(const char *address)
{
	return strchr(address, ':') ? AF_INET6 : AF_INET;
}

bool port_is_free(const struct port *port)
{
	int family = family_of(port->address), one = 1;
	bool udp = port->protocol == IPPROTO_UDP;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port->number) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port->number) };
	_cleanup_close_ int fd =
	    socket(family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, port->protocol);
	if (fd < 0)
		return true;
	inet_pton(family, port->address, family == AF_INET ? (void *)&v4.sin_addr : &v6.sin6_addr);
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	/* Connections that are over do not count, a socket that listens does. With UDP two that
	 * both reuse would share the port, and each get some of the packets. */
	if (!udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (port->index)
		setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &port->index, sizeof(port->index));
	return bind(fd, family == AF_INET ? (void *)&v4 : (void *)&v6,
		    family == AF_INET ? sizeof(v4) : sizeof(v6)) == 0 ||
	       errno != EADDRINUSE;
}

/* Is text, an address as /proc/net prints it, everything or the one of the port? */
static bool overlaps(const char *text, const struct port *port)
{
	uint32_t word[4] = { 0 }, own[4] = { 0 };
	size_t count = strlen(text) / 8;
	int family = family_of(port->address);
	if (count != 1 && count != 4)
		return false;
	for (size_t i = 0; i < count; i++)
		sscanf(text + 8 * i, "%8" SCNx32, &word[i]);
	inet_pton(family, port->address, own);
	if (!(word[0] | word[1] | word[2] | word[3]))
		return true;
	if (family == AF_INET) /* ::ffff:10.0.3.1 is it, too */
		return !own[0] || word[count - 1] == own[0];
	return count == 4 && memcmp(word, own, sizeof(own)) == 0;
}

/* The sockets at the port, by their inodes, from one table of /proc/net. */
static void collect_sockets(const struct port *port, const char *table, struct string_list *inodes)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/net/%s", table), *text = NULL;
	bool tcp = port->protocol == IPPROTO_TCP;
	if (file_read_all(AT_FDCWD, path, TABLE_MAX, &text) <= 0)
		return;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char address[33], inode[32];
		unsigned number, state;
		if (sscanf(line, " %*[^:]: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %31s", address,
			   &number, &state, inode) == 4 &&
		    number == port->number && (!tcp || state == 10) && overlaps(address, port))
			string_list_take(inodes, xasprintf("socket:[%s]", inode));
	}
}

static bool has_socket(const char *pid, const struct string_list *inodes)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/fd", pid);
	_cleanup_dir_ DIR *dir = opendir(path);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		char target[64];
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = 0;
		if (string_list_has(inodes, target))
			return true;
	}
	return false;
}

static void add_holder(const char *pid, struct string_list *names)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/comm", pid), *comm = NULL;
	if (file_read_all(AT_FDCWD, path, 64, &comm) <= 0)
		return;
	string_list_take(names, xasprintf("%s (process %s)", string_trim(comm), pid));
}

char *port_holders(const struct port *port, pid_t own)
{
	bool udp = port->protocol == IPPROTO_UDP;
	struct string_list inodes = { 0 }, names = { 0 };
	_cleanup_dir_ DIR *proc = opendir("/proc");
	bool seen = false;
	collect_sockets(port, udp ? "udp" : "tcp", &inodes);
	collect_sockets(port, udp ? "udp6" : "tcp6", &inodes);
	for (struct dirent *entry; proc && (entry = readdir(proc));) {
		uint32_t pid;
		if (parse_uint32(entry->d_name, &pid) < 0 || !has_socket(entry->d_name, &inodes))
			continue;
		seen = true;
		if ((pid_t)pid != own)
			add_holder(entry->d_name, &names);
	}
	if (!seen)
		string_list_add(&names, "a process that cannot be seen from here");
	char *text = string_list_join(&names, ", ");
	string_list_clear(&inodes);
	string_list_clear(&names);
	return text ? text : xstrdup("");
}
