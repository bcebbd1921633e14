// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/program.h"
#include "network/bridge-parts.h"

/* A name that the AppArmor profile of dnsmasq lets it write. */
#define PID_FILE "/run/lxc-net-dnsmasq.pid"
#define LEASE_DIRECTORY LOCALSTATEDIR "/lib/misc"
#define WORDS_MAX 65536

/* ---- words ---- */

/* The first of these users that there is. */
static const char *const users[] = { "lxc-dnsmasq", "dnsmasq", "nobody" };

static bool find_user(const char **name, uid_t *uid)
{
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, "/etc/passwd", 1 << 20, &text) <= 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		_cleanup_free_ char *copy = xstrdup(text);
		for (char *rest = copy, *line; (line = strsep(&rest, "\n"));) {
			const char *login = strsep(&line, ":");
			strsep(&line, ":");
			const char *number = strsep(&line, ":");
			uint32_t value;
			if (!number || strcmp(login, users[i]) != 0 ||
			    parse_uint32(number, &value) < 0)
				continue;
			*name = users[i];
			*uid = value;
			return true;
		}
	}
	return false;
}

static void add(struct string_list *words, const char *option, const char *value)
{
	string_list_take(words, xasprintf("--%s=%s", option, value));
}

static void add_dhcp(const struct bridge_settings *s, struct string_list *words)
{
	string_list_take(words, xasprintf("--dhcp-range=%s,%s%s%s", s->dhcp_first, s->dhcp_last,
					  *s->dhcp_time ? "," : "", s->dhcp_time));
	string_list_take(words, xasprintf("--dhcp-lease-max=%u", s->dhcp_max));
	string_list_take(
	    words, xasprintf("--dhcp-leasefile=" LEASE_DIRECTORY "/dnsmasq.%s.leases", s->bridge));
	string_list_add(words, "--dhcp-no-override");
	string_list_add(words, "--dhcp-authoritative");
	if (!s->dhcp_ping)
		string_list_add(words, "--no-ping");
	/* Containers make their addresses from the prefix, which takes one of 64 bits. */
	if (s->ipv6.given && s->ipv6.prefix == 64)
		string_list_take(words, xasprintf("--dhcp-range=%s,ra-only", s->ipv6.address));
}

void bridge_dnsmasq_words(const struct bridge_settings *s, struct string_list *words)
{
	_cleanup_free_ char *path = program_find("dnsmasq");
	const char *user;
	uid_t uid;
	if (!path)
		return;
	string_list_add(words, path);
	add(words, "conf-file", s->dhcp_config ? s->dhcp_config : "/dev/null");
	if (find_user(&user, &uid))
		add(words, "user", user);
	add(words, "pid-file", PID_FILE);
	/* The interface's own addresses are bound, and what came in elsewhere for them is not
	 * answered. */
	string_list_add(words, "--bind-dynamic");
	string_list_add(words, "--strict-order");
	add(words, "except-interface", "lo");
	add(words, "interface", s->bridge);
	if (s->domain) {
		add(words, "domain", s->domain);
		string_list_take(words, xasprintf("--local=/%s/", s->domain));
	}
	add_dhcp(s, words);
}

/* ---- the ports ---- */

/* What LXC_DHCP_CONFILE makes of the port of DNS; 0 there turns DNS off. */
static uint16_t dns_port(const struct bridge_settings *s)
{
	_cleanup_free_ char *text = NULL;
	uint16_t port = 53;
	if (!s->dhcp_config || file_read_all(AT_FDCWD, s->dhcp_config, 1 << 20, &text) <= 0)
		return port;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		uint32_t number;
		line[strcspn(line, "#")] = 0;
		char *equal = strchr(line, '=');
		if (!equal)
			continue;
		*equal = 0;
		if (strcmp(string_trim(line), "port") == 0 &&
		    parse_uint32(string_trim(equal + 1), &number) == 0 && number <= UINT16_MAX)
			port = (uint16_t)number;
	}
	return port;
}

static int check_port(const struct bridge_settings *s, const struct port *port, pid_t own,
		      struct error *err)
{
	if (!port->number || port_is_free(port))
		return 0;
	_cleanup_free_ char *holders = port_holders(port, own);
	if (!*holders)
		return 0;
	const char *of = port->index ? s->bridge : port->address;
	error_set(err, E_NET_SETUP, 0, "dnsmasq needs port %u (%s) of %s, which is held by %s",
		  port->number, port->protocol == IPPROTO_UDP ? "UDP" : "TCP", of, holders);
	if (port->index)
		return error_fix(err,
				 "let that server listen on its own interfaces only, or stop it");
	return error_fix(
	    err,
	    "let that server listen on its own addresses only (named: listen-on; unbound: "
	    "interface; dnsmasq: bind-interfaces and except-interface=%s), or have "
	    "DHCP without DNS: a line \"port=0\" in a file, and LXC_DHCP_CONFILE with its path",
	    s->bridge);
}

/* What is wrong in LXC_DHCP_CONFILE is found now. */
static int check_words(const struct string_list *words, struct error *err)
{
	_cleanup_free_ char *output = NULL;
	struct string_list test = { 0 };
	for (size_t i = 0; i < words->count; i++)
		string_list_add(&test, words->items[i]);
	string_list_add(&test, "--test");
	int status = program_run(test.items[0], &test, NULL, &output);
	string_list_clear(&test);
	if (status < 0)
		return error_set(err, E_NET_SETUP, errno, "%s", words->items[0]);
	return status == 0 ? 0 : error_set(err, E_NET_SETUP, 0, "%s", string_trim(output));
}

int bridge_dnsmasq_check(const struct bridge_settings *s, const struct string_list *words,
			 int index, struct error *err)
{
	pid_t own = bridge_dnsmasq_pid();
	uint16_t dns = dns_port(s);
	/* The bridge may not be there yet: no other socket is bound to this index then, either. */
	const struct port ports[] = {
		{ IPPROTO_UDP, dns, s->ipv4.address, 0 },
		{ IPPROTO_TCP, dns, s->ipv4.address, 0 },
		{ IPPROTO_UDP, 67, "0.0.0.0", index ? index : INT_MAX },
		{ IPPROTO_UDP, dns, s->ipv6.address, 0 },
		{ IPPROTO_TCP, dns, s->ipv6.address, 0 },
	};
	if (check_words(words, err) < 0)
		return -1;
	for (size_t i = 0; i < (s->ipv6.given ? 5u : 3u); i++)
		if (check_port(s, &ports[i], own, err) < 0)
			return -1;
	return 0;
}

/* ---- the process ---- */

/* Is "word" one of the words, each of which ends with a NUL? */
static bool has_word(const char *words, size_t length, const char *word)
{
	for (size_t at = 0; at < length; at += strlen(words + at) + 1)
		if (strcmp(words + at, word) == 0)
			return true;
	return false;
}

/* Does it run dnsmasq, in this network namespace? Only root sees either; for others the name has to
 * do. */
static bool runs_dnsmasq_here(const char *pid)
{
	char program[4096] = "", net[64] = "", own_net[64] = "";
	_cleanup_free_ char *path = xasprintf("/proc/%s/exe", pid), *comm = NULL;
	if (readlink(path, program, sizeof(program) - 1) < 0) {
		_cleanup_free_ char *comm_path = xasprintf("/proc/%s/comm", pid);
		return geteuid() != 0 && file_read_all(AT_FDCWD, comm_path, 64, &comm) > 0 &&
		       strcmp(comm, "dnsmasq\n") == 0;
	}
	_cleanup_free_ char *net_path = xasprintf("/proc/%s/ns/net", pid);
	return string_starts(strrchr(program, '/'), "/dnsmasq") &&
	       readlink(net_path, net, sizeof(net) - 1) > 0 &&
	       readlink("/proc/self/ns/net", own_net, sizeof(own_net) - 1) > 0 &&
	       strcmp(net, own_net) == 0;
}

/*
 * The words of a process, if it is a dnsmasq of ours: with our pid file, in our network namespace,
 * under an id that no ordinary user has. NULL: it is not; caller frees.
 */
static char *own_words(const char *pid, size_t *length)
{
	_cleanup_free_ char *directory = xasprintf("/proc/%s", pid);
	_cleanup_free_ char *cmdline = xasprintf("%s/cmdline", directory), *words = NULL;
	const char *user;
	uid_t uid = 0;
	struct stat st;
	ssize_t n = file_read_all(AT_FDCWD, cmdline, WORDS_MAX, &words);
	if (n <= 0 || !has_word(words, (size_t)n, "--pid-file=" PID_FILE) ||
	    stat(directory, &st) < 0 ||
	    (st.st_uid != 0 && !(find_user(&user, &uid) && st.st_uid == uid)) ||
	    !runs_dnsmasq_here(pid))
		return NULL;
	*length = (size_t)n;
	return util_steal_pointer(&words);
}

/* The first dnsmasq of ours; 0: none. */
static pid_t find_own(char **words, size_t *length)
{
	_cleanup_dir_ DIR *proc = opendir("/proc");
	for (struct dirent *entry; proc && (entry = readdir(proc));) {
		uint32_t pid;
		if (parse_uint32(entry->d_name, &pid) == 0 &&
		    (*words = own_words(entry->d_name, length)))
			return (pid_t)pid;
	}
	*words = NULL;
	return 0;
}

pid_t bridge_dnsmasq_pid(void)
{
	_cleanup_free_ char *words = NULL;
	size_t length;
	return find_own(&words, &length);
}

/* SIGTERM, and SIGKILL if that does not help within 5 seconds. */
static int end_process(pid_t pid, struct error *err)
{
	_cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	_cleanup_free_ char *number = xasprintf("%d", (int)pid), *words = NULL;
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	size_t length;
	if (fd < 0 && errno == ESRCH)
		return 0;
	/* The number may have become another's since. */
	if (fd >= 0 && !(words = own_words(number, &length)))
		return 0;
	if (fd < 0 || syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) < 0)
		return error_set(err, E_NET_SETUP, errno, "dnsmasq (process %d)", (int)pid);
	if (poll(&poller, 1, 5000) == 1)
		return 0;
	syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	return poll(&poller, 1, 5000) == 1
		   ? 0
		   : error_set(err, E_TIMEOUT, 0, "dnsmasq (process %d) does not end", (int)pid);
}

int bridge_dnsmasq_stop(struct error *err)
{
	for (pid_t pid; (pid = bridge_dnsmasq_pid());)
		if (end_process(pid, err) < 0)
			return -1;
	unlink(PID_FILE);
	return 0;
}

/* Does one run with exactly these words? */
static bool runs_with(const struct string_list *words)
{
	_cleanup_free_ char *theirs = NULL;
	size_t length, at = 0;
	if (!find_own(&theirs, &length))
		return false;
	for (size_t i = 0; i < words->count; i++) {
		if (at >= length || strcmp(theirs + at, words->items[i]) != 0)
			return false;
		at += strlen(words->items[i]) + 1;
	}
	return at >= length;
}

int bridge_dnsmasq_start(const struct string_list *words, bool restart, struct error *err)
{
	_cleanup_free_ char *output = NULL;
	if (words->count && !restart && runs_with(words))
		return 0;
	if (bridge_dnsmasq_stop(err) < 0 || !words->count)
		return err && error_is_set(err) ? -1 : 0;
	if (file_make_dirs(LEASE_DIRECTORY, 0755) < 0)
		return error_set(err, E_NET_SETUP, errno, LEASE_DIRECTORY);
	int status = program_run(words->items[0], words, NULL, &output);
	if (status < 0)
		return error_set(err, E_NET_SETUP, errno, "%s", words->items[0]);
	if (status == 0)
		return 0;
	error_set(err, E_NET_SETUP, 0, "dnsmasq does not start: %s", string_trim(output));
	if (strstr(output, "too many stored leases"))
		error_fix(err, "raise LXC_DHCP_MAX, or remove the leases in " LEASE_DIRECTORY
			       ": containers ask again");
	return -1;
}
