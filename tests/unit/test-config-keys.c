// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A walk over the table of keys, one row a key: a value that is taken and given back, an empty one
 * that resets, and bad ones with the exact message. What a good value does to a container is shown
 * by the test that the table itself names. A key without a row fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "config/config.h"
#include "tests/unit/config-text.h"

/* Of the machine's limits: a path, a name of an interface, a host name. */
#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define A256 A64 A64 A64 A64
#define A1K A256 A256 A256 A256
#define A4K A1K A1K A1K A1K

struct row {
	const char *name; /* as the table has it */
	const char *key;  /* one key of it; NULL = the same */
	const char *good;
	const char *shown;   /* what config_get says; NULL = the same */
	const char *before;  /* lines that have to come first */
	const char *bad[14]; /* VALUE, WHAT, VALUE, WHAT ... */
};

#define BOOL "2", "not 0 or 1", "yes", "not 0 or 1", "-1", "not 0 or 1", "1x", "not 0 or 1"
#define PATH "/" A4K, "longer than 4095 bytes"
#define SIGNAL                                                                         \
	"TERM", "not a signal", "SIGNONE", "not a signal", "65", "not a signal", "-9", \
	    "not a signal"
#define ENVIRONMENT \
	"=x", "the name is missing", "SURELY_NOT_SET_HERE", "the variable is not set here"
#define DEVICES                                                                  \
	"x 1:3 r", "not a device rule", "c 1 r", "not a device rule", "c 1:3 x", \
	    "not a device rule", "c 4096:0 r", "not a device rule", "c -1:3 r",  \
	    "not a device rule"
#define GROUP                                                                              \
	"/a", "an absolute path", "a/../b", "not a path below the caller's group", "a//b", \
	    "not a path below the caller's group"
#define SIZE                                                                                \
	"big", "not a size", "-1", "not a size", "5TB", "not a size", "5KBx", "not a size", \
	    "1099511627777", "not a size", "KB", "not a size"
#define INTERFACE                                                           \
	A16, "longer than 15 bytes", "a/b", "not an interface name", "a b", \
	    "not an interface name", "..", "not an interface name", "a:b", "not an interface name"
#define OFFSET                                                          \
	"5", "a unit is missing: h, m, s, ms, us or ns", "5 days",      \
	    "a unit is missing: h, m, s, ms, us or ns", "99999999999h", \
	    "not a number, or one beyond 292 years", "--5s",            \
	    "not a number, or one beyond 292 years"
#define OUT_OF_RANGE(small, large) \
	small, "out of range", large, "out of range", "many", "out of range", "-1", "out of range"
#define COMMAND "sh -c 'open", "a quote (') is not closed in: sh -c 'open"
#define VETH "lxc.net.0.type = veth\n"

/* clang-format off */
static const struct row rows[] = {
	{ "lxc.arch", NULL, "amd64", "x86_64", NULL, { "z80", "not a known architecture" } },
	{ "lxc.apparmor.profile", NULL, "generated", NULL, NULL, { "a\tb", "has a control character", PATH } },
	{ "lxc.apparmor.allow_incomplete", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.apparmor.allow_nesting", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.apparmor.raw", NULL, "mount,", NULL, NULL, { NULL } },
	{ "lxc.autodev.tmpfs.size", NULL, "65536", NULL, NULL,
	  { "0", "not a number of bytes", "-1", "not a number of bytes", "1M", "not a number of bytes", "1099511627777", "not a number of bytes" } },
	{ "lxc.autodev", NULL, "0", NULL, NULL, { BOOL } },
	{ "lxc.cap.drop", NULL, "mknod 25", "mknod\n25", NULL,
	  { "flying", "\"flying\" is no capability", "SYS_TIME", "\"SYS_TIME\" is no capability", "64", "\"64\" is no capability", "chown=ep",
	    "\"chown=ep\" is no capability", "none", "\"none\" is no capability" } },
	{ "lxc.cap.keep", NULL, "none", NULL, NULL,
	  { "flying", "\"flying\" is no capability", "cap_chown", "\"cap_chown\" is no capability", "chown,mknod", "\"chown,mknod\" is no capability" } },
	{ "lxc.cgroup2.devices.allow", NULL, "c 1:3 rwm", NULL, NULL, { DEVICES } },
	{ "lxc.cgroup2.devices.deny", NULL, "a", NULL, NULL, { DEVICES } },
	{ "lxc.cgroup2.", "lxc.cgroup2.memory.max", "100M", NULL, NULL, { NULL } },
	{ "lxc.cgroup.dir.monitor.pivot", NULL, "a/b", NULL, NULL, { GROUP } },
	{ "lxc.cgroup.dir.monitor", NULL, "a/b", NULL, NULL, { GROUP } },
	{ "lxc.cgroup.dir.container.inner", NULL, "ns", NULL, NULL, { "a/b", "more than one component", GROUP } },
	{ "lxc.cgroup.dir.container", NULL, "a/b", NULL, NULL, { GROUP } },
	{ "lxc.cgroup.dir", NULL, "a/b", NULL, NULL, { GROUP } },
	{ "lxc.cgroup.relative", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.cgroup.devices.allow", NULL, "c 1:3 rwm", NULL, NULL, { DEVICES } },
	{ "lxc.cgroup.devices.deny", NULL, "b *:* r", NULL, NULL, { DEVICES } },
	{ "lxc.cgroup.", "lxc.cgroup.cpu.shares", "512", NULL, NULL, { NULL } },
	{ "lxc.console.buffer.size", NULL, "64 KB", "65536", NULL, { SIZE } },
	{ "lxc.console.logfile", NULL, "/tmp/log", NULL, NULL, { PATH } },
	{ "lxc.console.path", NULL, "none", NULL, NULL, { PATH } },
	{ "lxc.console.rotate", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.console.size", NULL, "auto", "131072", NULL, { SIZE } },
	{ "lxc.sched.core", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.environment.runtime", NULL, "A=b c", NULL, NULL, { ENVIRONMENT } },
	{ "lxc.environment.hooks", NULL, "A=b", NULL, NULL, { ENVIRONMENT } },
	{ "lxc.environment", NULL, "A=", NULL, NULL, { ENVIRONMENT } },
	{ "lxc.ephemeral", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.execute.cmd", NULL, "/bin/sh -c 'a b'", NULL, NULL, { COMMAND, PATH } },
	{ "lxc.group", NULL, "one two", NULL, NULL, { NULL } },
	{ "lxc.hook.autodev", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.clone", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.destroy", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.mount", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.post-stop", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.pre-mount", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.pre-start", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.start-host", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.start", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.stop", NULL, "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.hook.version", NULL, "1", NULL, NULL, { "2", "not a number from 0 to 1", "one", "not a number from 0 to 1" } },
	{ "lxc.hook", NULL, "", NULL, NULL, { "/bin/true", "a value" } },
	{ "lxc.idmap.keep", NULL, "1000:100", NULL, NULL,
	  { "0", "not a number from 1 to 4294967294, or two with a colon", "1000:", "not a number from 1 to 4294967294, or two with a colon",
	    "4294967295", "not a number from 1 to 4294967294, or two with a colon", "me", "not a number from 1 to 4294967294, or two with a colon" } },
	{ "lxc.idmap", NULL, "u 0 100000 65536", NULL, NULL, { NULL } },
	{ "lxc.include", NULL, NULL, NULL, NULL, { NULL } },
	{ "lxc.init.cmd", NULL, "/bin/sh -c 'a b'", NULL, NULL, { COMMAND, PATH } },
	{ "lxc.init.gid", NULL, "0x10", NULL, NULL,
	  { "4294967295", "not a number from 0 to 4294967294", "-1", "not a number from 0 to 4294967294", "root", "not a number from 0 to 4294967294", "1 2", "not a number from 0 to 4294967294" } },
	{ "lxc.init.groups", NULL, "10,20", NULL, NULL,
	  { "staff", "\"staff\" is no group number", "-1", "\"-1\" is no group number", "1,4294967295", "\"4294967295\" is no group number" } },
	{ "lxc.init.uid", NULL, "1000", NULL, NULL,
	  { "4294967295", "not a number from 0 to 4294967294", "-1", "not a number from 0 to 4294967294", "root", "not a number from 0 to 4294967294", "0x", "not a number from 0 to 4294967294" } },
	{ "lxc.init.cwd", NULL, "/root", NULL, NULL, { PATH } },
	{ "lxc.keyring.session", NULL, "0", NULL, NULL, { BOOL } },
	{ "lxc.log.file", NULL, "/tmp/log", NULL, NULL, { PATH } },
	{ "lxc.log.level", NULL, "DEBUG", NULL, NULL, { "9", "not a log level", "LOUD", "not a log level", "-1", "not a log level" } },
	{ "lxc.log.syslog", NULL, "local7", NULL, NULL, { "local8", "not a facility", "mail", "not a facility" } },
	{ "lxc.monitor.unshare", NULL, "1", NULL, NULL, { "yes", "not a number", "-1", "not a number", "1x", "not a number" } },
	{ "lxc.monitor.signal.pdeath", NULL, "SIGTERM", "15", NULL, { SIGNAL } },
	{ "lxc.mount.auto", NULL, "proc:mixed sys:ro cgroup:rw:force", NULL, NULL,
	  { "proc:ro", "\"proc:ro\" is not known", "dev", "\"dev\" is not known", "shmounts:a", "\"shmounts:a\" is not known", "proc:rw:force", "\"proc:rw:force\" is not known" } },
	{ "lxc.mount.entry", NULL, "/srv srv none bind 0 0", NULL, NULL, { "only two", "2 fields", "a b c d 0 0 0", "7 fields" } },
	{ "lxc.mount.fstab", NULL, "/etc/fstab", NULL, NULL, { "fstab", "not an absolute path", PATH } },
	{ "lxc.namespace.clone", NULL, "user mnt pid", "user\nmnt\npid", NULL, { "user,pid", "\"user,pid\" is no namespace", "uid", "\"uid\" is no namespace" } },
	{ "lxc.namespace.keep", NULL, "net ipc", "ipc\nnet", NULL, { "IPC", "\"IPC\" is no namespace" } },
	{ "lxc.namespace.share.", "lxc.namespace.share.net", "web", NULL, NULL, { NULL } },
	{ "lxc.time.offset.boot", NULL, "-5h", NULL, NULL, { OFFSET } },
	{ "lxc.time.offset.monotonic", NULL, "10 ms", NULL, NULL, { OFFSET } },
	{ "lxc.net", NULL, "", NULL, NULL, { "1", "a value" } },
	{ "lxc.net.[i]", "lxc.net.0", "", NULL, NULL, { "1", "a value" } },
	{ "lxc.net.[i].type", "lxc.net.0.type", "veth", NULL, NULL, { "tap", "not a kind of interface", "VETH", "not a kind of interface" } },
	{ "lxc.net.[i].flags", "lxc.net.0.flags", "up", NULL, NULL, { "down", "the only flag is up" } },
	{ "lxc.net.[i].link", "lxc.net.0.link", "lxcbr0", NULL, NULL, { INTERFACE } },
	{ "lxc.net.[i].name", "lxc.net.0.name", "eth0", NULL, NULL, { INTERFACE } },
	{ "lxc.net.[i].hwaddr", "lxc.net.0.hwaddr", "10:66:6A:00:00:01", NULL, NULL,
	  { "10:66:6a:00:00", "not a hardware address", "10-66-6a-00-00-01", "not a hardware address", "10:66:6a:00:00:0g", "not a hardware address",
	    "01:00:00:00:00:01", "a multicast address", "00:00:00:00:00:00", "all zero" } },
	{ "lxc.net.[i].mtu", "lxc.net.0.mtu", "1500", NULL, NULL, { OUT_OF_RANGE("67", "65536") } },
	{ "lxc.net.[i].ipv4.address", "lxc.net.0.ipv4.address", "10.0.3.5/24 10.0.3.255", NULL, NULL,
	  { "10.0.3.300", "not an address", "10.0.3.1/33", "the prefix is not 0 to 32", "10.0.3.1/", "the prefix is not 0 to 32", "10.0.3.1/24 x", "not a broadcast address", "fd00::1",
	    "not an address" } },
	{ "lxc.net.[i].ipv4.gateway", "lxc.net.0.ipv4.gateway", "10.0.3.1", NULL, NULL, { "maybe", "not an address", "10.0.3.1/24", "not an address" } },
	{ "lxc.net.[i].ipv6.address", "lxc.net.0.ipv6.address", "fd00::5/64", NULL, NULL,
	  { "10.0.3.1", "not an address", "fd00::1/129", "the prefix is not 0 to 128", "fd00::g", "not an address" } },
	{ "lxc.net.[i].ipv6.gateway", "lxc.net.0.ipv6.gateway", "dev", NULL, NULL, { "maybe", "not an address", "10.0.3.1", "not an address" } },
	{ "lxc.net.[i].l2proxy", "lxc.net.0.l2proxy", "1", NULL, NULL, { BOOL } },
	{ "lxc.net.[i].macvlan.mode", "lxc.net.0.macvlan.mode", "bridge", NULL, "lxc.net.0.type = macvlan\n", { "BRIDGE", "unknown" } },
	{ "lxc.net.[i].ipvlan.mode", "lxc.net.0.ipvlan.mode", "l3s", NULL, "lxc.net.0.type = ipvlan\n", { "l4", "unknown" } },
	{ "lxc.net.[i].ipvlan.isolation", "lxc.net.0.ipvlan.isolation", "vepa", NULL, "lxc.net.0.type = ipvlan\n", { "full", "unknown" } },
	{ "lxc.net.[i].vlan.id", "lxc.net.0.vlan.id", "4094", NULL, "lxc.net.0.type = vlan\n", { OUT_OF_RANGE("4095", "99999999999") } },
	{ "lxc.net.[i].veth.mode", "lxc.net.0.veth.mode", "router", NULL, VETH, { "switch", "unknown" } },
	{ "lxc.net.[i].veth.pair", "lxc.net.0.veth.pair", "vethx", NULL, VETH, { INTERFACE } },
	{ "lxc.net.[i].veth.n_rxqueues", "lxc.net.0.veth.n_rxqueues", "8", NULL, VETH, { OUT_OF_RANGE("0", "4097") } },
	{ "lxc.net.[i].veth.n_txqueues", "lxc.net.0.veth.n_txqueues", "8", NULL, VETH, { OUT_OF_RANGE("0", "4097") } },
	{ "lxc.net.[i].veth.ipv4.route", "lxc.net.0.veth.ipv4.route", "192.0.2.0/24", NULL, VETH,
	  { "192.0.2.1", "the prefix is missing", "192.0.2.0/33", "the prefix is not 0 to 32", "x/24", "not an address" } },
	{ "lxc.net.[i].veth.ipv6.route", "lxc.net.0.veth.ipv6.route", "2001:db8::/32", NULL, VETH,
	  { "2001:db8::1", "the prefix is missing", "2001:db8::/129", "the prefix is not 0 to 128", "x/24", "not an address" } },
	{ "lxc.net.[i].veth.vlan.id", "lxc.net.0.veth.vlan.id", "none", NULL, VETH, { OUT_OF_RANGE("4095", "99999999999") } },
	{ "lxc.net.[i].veth.vlan.tagged.id", "lxc.net.0.veth.vlan.tagged.id", "5", NULL, VETH, { OUT_OF_RANGE("4095", "99999999999") } },
	{ "lxc.net.[i].script.up", "lxc.net.0.script.up", "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.net.[i].script.down", "lxc.net.0.script.down", "/bin/true x", NULL, NULL, { NULL } },
	{ "lxc.no_new_privs", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.prlimit.", "lxc.prlimit.nofile", "1024:unlimited", NULL, NULL,
	  { "5:", "not a limit", ":5", "not a limit", "-1", "not a limit", "1K", "not a limit", "infinity", "not a limit", "6:5", "the soft limit is above the hard one" } },
	{ "lxc.pty.max", NULL, "1024", NULL, NULL, { "1048577", "not a number from 0 to 1048576", "-1", "not a number from 0 to 1048576" } },
	{ "lxc.rootfs.managed", NULL, "0", NULL, NULL, { BOOL } },
	{ "lxc.rootfs.mount", NULL, "/mnt", NULL, NULL, { PATH } },
	{ "lxc.rootfs.options", NULL, "ro,nodev", NULL, NULL, { PATH } },
	{ "lxc.rootfs.path", NULL, "dir:/srv/root", "/srv/root", NULL, { "srv/root", "not an absolute path", "dir:root", "not an absolute path", PATH } },
	{ "lxc.seccomp.allow_nesting", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.seccomp.notify.cookie", NULL, "hello", NULL, NULL, { PATH } },
	{ "lxc.seccomp.notify.proxy", NULL, "unix:/run/proxy", NULL, NULL,
	  { "/run/proxy", "not the address of a socket", "unix:", "not the address of a socket", "unix:@", "not the address of a socket", "unix:/" A64 A64,
	    "the address is longer than 107 bytes" } },
	{ "lxc.seccomp.profile", NULL, "/etc/policy", NULL, NULL, { "policy", "not an absolute path", PATH } },
	{ "lxc.selinux.context.keyring", NULL, "system_u:system_r:lxc_t:s0", NULL, NULL, { "a\tb", "has a control character", PATH } },
	{ "lxc.selinux.context", NULL, "system_u:system_r:lxc_t:s0", NULL, NULL, { "a\tb", "has a control character", PATH } },
	{ "lxc.signal.halt", NULL, "SIGRTMIN+3", "37", NULL, { SIGNAL } },
	{ "lxc.signal.reboot", NULL, "2", NULL, NULL, { SIGNAL } },
	{ "lxc.signal.stop", NULL, "SIGKILL", "9", NULL, { SIGNAL } },
	{ "lxc.start.auto", NULL, "1", NULL, NULL, { BOOL } },
	{ "lxc.start.delay", NULL, "5", NULL, NULL, { "-1", "not a number from 0 to 4294967295", "5s", "not a number from 0 to 4294967295" } },
	{ "lxc.start.order", NULL, "-5", NULL, NULL, { "2147483648", "not a number", "first", "not a number", "5x", "not a number" } },
	{ "lxc.tty.dir", NULL, "lxc", NULL, NULL,
	  { "../lxc", "not the name of a directory below", "/lxc", "not the name of a directory below", A256, "longer than 255 bytes" } },
	{ "lxc.tty.max", NULL, "4", NULL, NULL, { "513", "not a number from 0 to 512", "-1", "not a number from 0 to 512", "4x", "not a number from 0 to 512" } },
	{ "lxc.uts.name", NULL, "web", NULL, NULL, { A64 "a", "longer than 64 bytes" } },
	{ "lxc.sysctl.", "lxc.sysctl.net.ipv4.ip_forward", "1", NULL, NULL, { NULL } },
	{ "lxc.proc.", "lxc.proc.oom_score_adj", "10", NULL, NULL, { NULL } },
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *key_of(const struct row *row)
{
	return row->key ? row->key : row->name;
}

static struct config_key_info info_of(const struct row *row)
{
	for (size_t i = 0; i < config_key_count(); i++)
		if (strcmp(config_key_at(i).name, row->name) == 0)
			return config_key_at(i);
	fail_msg("the table has no key %s", row->name);
	return (struct config_key_info){ 0 };
}

/* What config_get says of the good value. */
static char *shown_of(const struct row *row)
{
	const char *shown = row->shown ? row->shown : row->good;
	static const char *const open[] = { "lxc.idmap", "lxc.init.groups",
					    "lxc.net.[i].ipv4.address", "lxc.net.[i].ipv6.address",
					    "lxc.mount.auto" };
	bool lines = info_of(row).list || string_starts(row->name, "lxc.namespace.clone") ||
		     string_starts(row->name, "lxc.namespace.keep");
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		lines = lines && strcmp(row->name, open[i]) != 0;
	return xasprintf("%s%s", shown, lines && *shown ? "\n" : "");
}

static void assert_value(const struct config *config, const char *key, const char *wanted)
{
	bool known;
	_cleanup_free_ char *value = config_get(config, key, &known);
	if (strcmp(known ? value : "", wanted) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", key, value, wanted);
}

/* Text that must not load, and the whole message. */
static void refused(const char *text, size_t length, const char *message)
{
	_cleanup_config_ struct config *config = config_new();
	struct error err = { 0 };
	if (config_load_text(config, text, length, "test", &err) == 0)
		fail_msg("accepted: %s", text);
	if (strcmp(err.message, message) != 0)
		fail_msg("the message is \"%s\", not \"%s\"", err.message, message);
}

static void each_key_of_the_table_has_a_row_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_key_count(); i++) {
		size_t found = 0;
		for (size_t j = 0; j < ROWS; j++)
			found += strcmp(rows[j].name, config_key_at(i).name) == 0;
		if (found != 1)
			fail_msg("%s has %zu rows", config_key_at(i).name, found);
		/* What a good value does is shown by a test that the table names. */
		if (!config_key_at(i).test)
			fail_msg("nothing shows what %s does", config_key_at(i).name);
	}
	assert_int_equal(ROWS, config_key_count());
}

static void a_good_value_is_taken_and_given_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		if (!row->good)
			continue;
		_cleanup_free_ char *wanted = shown_of(row);
		_cleanup_free_ char *text = xasprintf("%s%s = %s\n", row->before ? row->before : "",
						      key_of(row), row->good);
		_cleanup_config_ struct config *config = config_of(text);
		assert_value(config, key_of(row), wanted);
	}
}

static void an_empty_value_resets_each_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		if (!row->good)
			continue;
		_cleanup_free_ char *text =
		    xasprintf("%s%s = %s\n%s =\n", row->before ? row->before : "", key_of(row),
			      row->good, key_of(row));
		_cleanup_config_ struct config *config = config_of(text);
		_cleanup_config_ struct config *never = config_of(row->before ? row->before : "");
		bool known, known_now;
		_cleanup_free_ char *wanted = config_get(never, key_of(row), &known);
		_cleanup_free_ char *value = config_get(config, key_of(row), &known_now);
		/* Of an interface that is not there nothing is known. */
		if (strcmp(known_now ? value : "", known ? wanted : "") != 0)
			fail_msg("%s is \"%s\", not \"%s\"", key_of(row), value, wanted);
	}
}

static void each_bad_value_is_refused_with_its_line_and_what_is_accepted(void **state)
{
	(void)state;
	const size_t most = sizeof(rows->bad) / sizeof(rows->bad[0]);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		for (size_t j = 0; j < most && row->bad[j]; j += 2) {
			_cleanup_free_ char *text =
			    xasprintf("%s%s = %s\n", row->before ? row->before : "", key_of(row),
				      row->bad[j]);
			_cleanup_free_ char *message =
			    xasprintf("test:%d: %s = %.200s: %s; accepted: %s", row->before ? 2 : 1,
				      key_of(row), row->bad[j], row->bad[j + 1], info_of(row).form);
			refused(text, strlen(text), message);
		}
	}
}

/* What is wrong with a map is said by idmap/, for lxc-usernsexec, too. */
static void bad_id_maps_are_refused_with_their_line(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{ "u 0 100000", "it does not have four fields" },
		{ "x 0 100000 1", "the first field is neither u (uids), g (gids) nor b (both)" },
		{ "u 0 100000 0", "the count is 0" },
		{ "u -1 100000 1",
		  "the container id \"-1\" is not a decimal number from 0 to 4294967294" },
		{ "u 0 0x10 1",
		  "the host id \"0x10\" is not a decimal number from 0 to 4294967294" },
		{ "u 4294967294 1 2", "it goes past the highest id, 4294967294" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		_cleanup_free_ char *text = xasprintf("lxc.idmap = %s\n", bad[i][0]);
		_cleanup_config_ struct config *config = config_new();
		struct error err = { 0 };
		if (config_load_text(config, text, strlen(text), "test", &err) == 0)
			fail_msg("accepted: %s", text);
		_cleanup_free_ char *start = xasprintf("test:1: lxc.idmap = %s: ", bad[i][0]);
		if (!string_starts(err.message, start) || !strstr(err.message, bad[i][1]))
			fail_msg("%s", err.message);
	}
}

static void lines_that_are_none_are_refused_for_each_key(void **state)
{
	(void)state;
	enum { LONG = 65537 };
	_cleanup_free_ char *aaa = xmalloc(LONG + 1);
	memset(aaa, 'a', LONG);
	aaa[LONG] = 0;
	for (size_t i = 0; i < ROWS; i++) {
		const char *key = key_of(&rows[i]);
		_cleanup_free_ char *no_equals = xasprintf("\"%s\" has no =", key);
		_cleanup_free_ char *message = xasprintf("test:1: %s", no_equals);
		refused(key, strlen(key), message);
		_cleanup_free_ char *nul = xasprintf("%s = a?b\n", key);
		size_t length = strlen(nul);
		nul[length - 3] = 0;
		refused(nul, length, "test:1: a NUL byte");
		_cleanup_free_ char *longest = xasprintf("%s = %s\n", key, aaa);
		refused(longest, strlen(longest), "test:1: the line is longer than 65536 bytes");
		/* On the command line there are no lines. */
		_cleanup_config_ struct config *config = config_new();
		_cleanup_free_ char *too_long =
		    xasprintf("command line: %s: the value is longer than 65536 bytes", key);
		struct error err = { 0 };
		assert_int_equal(config_set(config, key, aaa, &err), -1);
		assert_string_equal(err.message, too_long);
		error_clear(&err);
		assert_int_equal(config_set(config, key, "a\nb", &err), -1);
		error_clear(&err);
		_cleanup_free_ char *two_lines = xasprintf("%s\nlxc.hook.start", key);
		assert_int_equal(config_set(config, two_lines, "/bin/x", &err), -1);
		error_clear(&err);
		_cleanup_free_ char *unknown = xasprintf("%s.nonsense/..", key);
		if (config_set(config, unknown, "1", &err) == 0)
			fail_msg("accepted: %s", unknown);
	}
}

/* What is kept and what is dropped, or made, exclude each other. */
static bool in_whole_file(const struct row *row)
{
	return row->good && *row->good && strcmp(row->name, "lxc.cap.keep") != 0 &&
	       strcmp(row->name, "lxc.namespace.keep") != 0;
}

/* Names that a family does not have. */
static void names_below_a_family_are_checked(void **state)
{
	(void)state;
	static const char *const bad[][3] = {
		{ "lxc.prlimit.files", "lxc.prlimit.",
		  "\"files\" is no resource; the names are those of getrlimit(2) in lower case "
		  "(nofile, "
		  "nproc, memlock ...)" },
		{ "lxc.prlimit.16", "lxc.prlimit.",
		  "\"16\" is no resource; the names are those of getrlimit(2) in lower case "
		  "(nofile, "
		  "nproc, memlock ...)" },
		{ "lxc.sysctl.net..x", "lxc.sysctl.", "\"net..x\" names no file" },
		{ "lxc.proc../mem", "lxc.proc.", "\"./mem\" names no file" },
		{ "lxc.cgroup2.memory", "lxc.cgroup2.",
		  "\"memory\" is not a file of a control group" },
		{ "lxc.cgroup2./x", "lxc.cgroup2.", "\"/x\" is not a file of a control group" },
		{ "lxc.cgroup2.memory.", "lxc.cgroup2.",
		  "\"memory.\" is not a file of a control group" },
		{ "lxc.cgroup..procs", "lxc.cgroup.",
		  "\".procs\" is not a file of a control group" },
		{ "lxc.namespace.share.uid", "lxc.namespace.share.", "no such namespace" },
		{ "lxc.net.65536", "lxc.net.[i]", "a value" },
		{ "lxc.net.65536.type", "lxc.net.[i].type", "the index is not 0 to 65535" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		_cleanup_free_ char *text = xasprintf("%s = 1\n", bad[i][0]);
		const struct row family = { .name = bad[i][1] };
		_cleanup_free_ char *message =
		    xasprintf("test:1: %s = 1: %s; accepted: %s", bad[i][0], bad[i][2],
			      info_of(&family).form);
		refused(text, strlen(text), message);
	}
}

/* All rows in one text, each interface with an index of its own. */
static char *whole_file(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		if (!in_whole_file(row))
			continue;
		bool net = string_starts(row->name, "lxc.net.[i].");
		if (net && row->before)
			fprintf(out, "lxc.net.%zu%s", i, row->before + strlen("lxc.net.0"));
		if (net)
			fprintf(out, "lxc.net.%zu%s", i, row->key + strlen("lxc.net.0"));
		else
			fprintf(out, "%s", key_of(row));
		fprintf(out, " = %s\n", row->good);
	}
	fclose(out);
	return text;
}

static void assert_whole(const struct config *config)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		if (!in_whole_file(row))
			continue;
		bool net = string_starts(row->name, "lxc.net.[i].");
		_cleanup_free_ char *key =
		    net ? xasprintf("lxc.net.%zu%s", i, row->key + strlen("lxc.net.0"))
			: xstrdup(key_of(row));
		_cleanup_free_ char *wanted = shown_of(row);
		assert_value(config, key, wanted);
	}
}

static void what_is_saved_and_read_again_is_the_same(void **state)
{
	(void)state;
	char path[] = "/tmp/lxc-test-keys-XXXXXX";
	struct error err = { 0 };
	_cleanup_close_ int fd = mkstemp(path);
	_cleanup_free_ char *text = whole_file();
	_cleanup_config_ struct config *config = config_of(text);
	assert_whole(config);
	/* Once as lines of the file, then as keys set one by one. */
	assert_int_equal(config_save(config, path, 0600, &err), 0);
	_cleanup_config_ struct config *again = config_new();
	assert_int_equal(config_load(again, path, &err), 0);
	assert_whole(again);
	_cleanup_config_ struct config *by_set = config_new();
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line;)
		if (config_set_definition(by_set, line, &err) < 0)
			fail_msg("%s", err.message);
	assert_int_equal(config_save(by_set, path, 0600, &err), 0);
	_cleanup_config_ struct config *third = config_new();
	assert_int_equal(config_load(third, path, &err), 0);
	assert_whole(third);
	unlink(path);
}

static void blanks_and_quotes_of_a_value_survive_a_save(void **state)
{
	(void)state;
	static const char *const values[] = { " web", "\"web\"", "'a' 'b'", "\"", "a b\t" };
	char path[] = "/tmp/lxc-test-keys-XXXXXX";
	struct error err = { 0 };
	_cleanup_close_ int fd = mkstemp(path);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		_cleanup_config_ struct config *config = config_new();
		assert_int_equal(config_set(config, "lxc.uts.name", values[i], &err), 0);
		assert_int_equal(config_save(config, path, 0600, &err), 0);
		_cleanup_config_ struct config *again = config_new();
		assert_int_equal(config_load(again, path, &err), 0);
		assert_string_equal(again->uts_name, values[i]);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_of_the_table_has_a_row_here),
		cmocka_unit_test(a_good_value_is_taken_and_given_back),
		cmocka_unit_test(an_empty_value_resets_each_key),
		cmocka_unit_test(each_bad_value_is_refused_with_its_line_and_what_is_accepted),
		cmocka_unit_test(bad_id_maps_are_refused_with_their_line),
		cmocka_unit_test(lines_that_are_none_are_refused_for_each_key),
		cmocka_unit_test(names_below_a_family_are_checked),
		cmocka_unit_test(what_is_saved_and_read_again_is_the_same),
		cmocka_unit_test(blanks_and_quotes_of_a_value_survive_a_save),
	};
	return cmocka_run_group_tests_name("config-keys", tests, NULL, NULL);
}
