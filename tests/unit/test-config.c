// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "config/config.h"
#include "tests/unit/config-text.h"

static int load(struct config *config, const char *text, struct error *err)
{
	return config_load_text(config, text, strlen(text), "test", err);
}

/* A text that must not; the message holds what. */
static void bad(const char *text, enum error_code code, const char *what)
{
	struct error err = refusal_of(text);
	if (err.code != code || !strstr(err.message, what))
		fail_msg("%s: code %s, message %s; wanted %s, %s", text, error_name(err.code),
			 err.message, error_name(code), what);
}

static void each_working_key_takes_its_value(void **state)
{
	(void)state;
	struct config *c = config_of(
	    "# comment\n\nnot ours = at all\n"
	    "lxc.uts.name = web\n  lxc.arch=amd64\n\tlxc.tty.max = 4\n"
	    "lxc.rootfs.path = dir:/srv/root\nlxc.cap.drop = sys_time 25\nlxc.cap.drop = mknod\n"
	    "lxc.init.cmd = /bin/sh -c 'a b'\nlxc.init.uid = 0x10\nlxc.init.gid = 010\n"
	    "lxc.environment = A=b c\nlxc.signal.halt = SIGRTMIN+3\nlxc.signal.stop = sigterm\n"
	    "lxc.start.order = -5\nlxc.group = one two\nlxc.group = three\nlxc.autodev = 0\n"
	    "lxc.no_new_privs = \"1\"\nlxc.log.level = debug\nlxc.cgroup2.memory.max = 100M\n"
	    "lxc.cgroup.cpu.shares = 512\nlxc.console.path = none\n");
	assert_string_equal(c->uts_name, "web");
	assert_string_equal(c->arch, "x86_64");
	assert_int_equal(c->personality, PER_LINUX);
	assert_int_equal(c->tty_max, 4);
	assert_string_equal(c->rootfs_path, "/srv/root");
	assert_string_equal(c->rootfs_type, "dir");
	assert_int_equal(c->cap_drop, 1ull << 25 | 1ull << 27);
	assert_int_equal(c->init_uid, 16);
	assert_int_equal(c->init_gid, 8);
	assert_string_equal(c->environment.items[0], "A=b c");
	assert_true(c->signal_halt > 32);
	assert_int_equal(c->signal_stop, 15);
	assert_int_equal(c->start_order, -5);
	assert_int_equal(c->groups.count, 3);
	assert_false(c->autodev);
	assert_true(c->no_new_privs);
	assert_int_equal(c->log_level, 1);
	assert_int_equal(c->cgroup_count, 2);
	assert_int_equal(c->cgroups[0].version, 2);
	assert_string_equal(c->cgroups[0].file, "memory.max");
	assert_int_equal(c->cgroups[1].origin.line, 23);
	config_free(c);
}

static void bad_values_are_named_with_file_line_and_what_is_accepted(void **state)
{
	(void)state;
	static const char *const values[] = {
		"lxc.tty.max = -1",
		"lxc.tty.max = 4x",
		"lxc.tty.max = 513",
		"lxc.pty.max = 99999999999999999999",
		"lxc.start.auto = 2",
		"lxc.autodev = yes",
		"lxc.signal.halt = TERM",
		"lxc.signal.halt = SIGNONE",
		"lxc.log.level = 12",
		"lxc.log.level = LOUD",
		"lxc.log.syslog = local8",
		"lxc.arch = z80",
		"lxc.cap.drop = flying",
		"lxc.cap.drop = SYS_TIME",
		"lxc.cap.drop = none",
		"lxc.rootfs.path = srv/root",
		"lxc.environment = =x",
		"lxc.environment = SURELY_NOT_SET_HERE",
		"lxc.init.cmd = sh -c 'open",
		"lxc.mount.auto = proc:ro",
		"lxc.mount.entry = only two",
		"lxc.cgroup2.../../x = 1",
		"lxc.net.0.flags = down",
		"lxc.net.0.mtu = 67",
		"lxc.net.0.mtu = 65536",
		"lxc.net.0.type = tap",
		"lxc.net.0.link = sixteen-bytes-xx",
		"lxc.net.0.name = a/b",
		"lxc.net.0.hwaddr = 01:00:00:00:00:01",
		"lxc.net.0.hwaddr = 00:00:00:00:00:00",
		"lxc.net.0.hwaddr = 10:66:6a:xx:xx",
		"lxc.net.0.hwaddr = 10-66-6a-00-00-01",
		"lxc.net.0.ipv4.address = 10.0.3.300/24",
		"lxc.net.0.ipv4.address = 10.0.3.1/33",
		"lxc.net.0.ipv6.address = fd00::1/129",
		"lxc.net.0.ipv4.gateway = maybe",
		"lxc.net.70000.type = veth",
		"lxc.hook.version.x = 1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct config *config = config_new();
		struct error err = { 0 };
		_cleanup_free_ char *text = xasprintf("# first line\n%s\n", values[i]);
		if (load(config, text, &err) == 0)
			fail_msg("accepted: %s", values[i]);
		if (!string_starts(err.message, "test:2: "))
			fail_msg("%s: %s", values[i], err.message);
		if (err.code == E_CONFIG_VALUE && !strstr(err.message, "accepted: "))
			fail_msg("%s: %s", values[i], err.message);
		config_free(config);
	}
}

static void keys_that_do_not_exist_are_refused(void **state)
{
	(void)state;
	bad("lxc.nonsense = 1\n", E_CONFIG_KEY, "test:1: there is no key lxc.nonsense");
	bad("lxc.uts.name\n", E_CONFIG_SYNTAX, "has no =");
}

static void an_empty_value_resets(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.cap.drop = mknod\nlxc.cap.drop =\nlxc.cap.keep = none\n"
		      "lxc.mount.entry = a b none bind\nlxc.mount.entry =\nlxc.environment = "
		      "A=1\nlxc.environment =\n"
		      "lxc.signal.halt = 15\nlxc.signal.halt =\nlxc.uts.name = x\nlxc.uts.name =\n"
		      "lxc.idmap = u 0 100000 10\nlxc.idmap =\nlxc.idmap = auto\n"
		      "lxc.net.0.type = veth\nlxc.net.1.type = empty\nlxc.net =\nlxc.cgroup2.a.b = "
		      "1\nlxc.cgroup2.a.b =\n");
	assert_int_equal(c->cap_drop, 0);
	assert_true(c->has_cap_keep);
	assert_int_equal(c->mount_count, 0);
	assert_int_equal(c->environment.count, 0);
	assert_int_equal(c->signal_halt, 0);
	assert_null(c->uts_name);
	assert_true(c->idmap_auto);
	assert_int_equal(c->net_count, 0);
	assert_int_equal(c->cgroup_count, 0);
	config_free(c);
}

static void resetting_what_is_not_there_makes_no_interface(void **state)
{
	(void)state;
	struct config *c = config_of("lxc.net.0.mtu =\nlxc.net.0.veth.mode =\nlxc.net.1.type =\n");
	assert_int_equal(c->net_count, 0);
	config_free(c);
	bool known;
	c = config_of("lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.type =\n");
	assert_int_equal(c->net_count, 0);
	assert_null(config_get(c, "lxc.net.0.link", &known));
	assert_false(known);
	config_free(c);
}

static void interfaces_are_sorted_by_index_and_a_type_starts_afresh(void **state)
{
	(void)state;
	struct config *c =
	    config_of("lxc.net.3.type = veth\nlxc.net.3.link = br3\nlxc.net.1.type = veth\n"
		      "lxc.net.1.hwaddr = 10:66:6A:xx:xx:xx\nlxc.net.1.ipv4.address = 10.0.3.5/24\n"
		      "lxc.net.1.ipv4.address = 192.168.1.1\nlxc.net.1.ipv6.address = fd00::1\n"
		      "lxc.net.1.ipv4.gateway = auto\nlxc.net.3.type = empty\n");
	assert_int_equal(c->net_count, 2);
	assert_int_equal(c->nets[0].index, 1);
	assert_int_equal(c->nets[0].address_count, 3);
	assert_int_equal(c->nets[0].addresses[0].prefix, 24);
	assert_int_equal(ntohl(c->nets[0].addresses[0].broadcast.s_addr), 0x0a0003ff);
	assert_int_equal(c->nets[0].addresses[1].prefix, 24); /* class C */
	assert_int_equal(c->nets[0].addresses[2].prefix, 64);
	assert_int_equal(c->nets[0].gateway4.kind, GATEWAY_AUTO);
	assert_int_equal(c->nets[0].hwaddr[0], 0x10);
	assert_int_equal(c->nets[1].type, NET_EMPTY);
	assert_null(c->nets[1].link);
	config_free(c);
}

static void random_hardware_addresses_are_unicast_and_differ(void **state)
{
	(void)state;
	uint8_t seen[8][6];
	for (size_t i = 0; i < 8; i++) {
		struct config *c =
		    config_of("lxc.net.0.type = veth\nlxc.net.0.hwaddr = xx:xx:xx:xx:xx:xx\n");
		memcpy(seen[i], c->nets[0].hwaddr, 6);
		assert_false(seen[i][0] & 1);
		if (i)
			assert_memory_not_equal(seen[i], seen[0], 6);
		config_free(c);
	}
}

static void get_prints_what_lxc_info_prints(void **state)
{
	(void)state;
	bool known;
	struct config *c = config_of(
	    "lxc.rootfs.path = dir:/r\nlxc.cap.drop = mknod\nlxc.cap.drop = sys_time\n"
	    "lxc.net.0.type = veth\nlxc.net.1.type = empty\nlxc.arch = amd64\nlxc.tty.max = "
	    "1\nlxc.tty.max = 2\n");
	static const char *const expected[][2] = {
		{ "lxc.rootfs.path", "/r" },	{ "lxc.cap.drop", "mknod\nsys_time\n" },
		{ "lxc.net", "veth\nempty\n" }, { "lxc.arch", "x86_64" },
		{ "lxc.tty.max", "2" },		{ "lxc.uts.name", "" },
		{ "lxc.net.0.type", "veth" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		_cleanup_free_ char *value = config_get(c, expected[i][0], &known);
		assert_true(known);
		assert_string_equal(value, expected[i][1]);
	}
	assert_null(config_get(c, "lxc.bogus", &known));
	assert_false(known);
	assert_null(config_get(c, "lxc.include", &known));
	config_free(c);
}

static void a_save_keeps_text_and_fixes_the_hardware_address(void **state)
{
	(void)state;
	char path[] = "/tmp/lxc-test-XXXXXX";
	int fd = mkstemp(path);
	char *text;
	assert_true(fd >= 0);
	close(fd);
	struct config *c = config_of("# mine\nlxc.net.0.type = veth\nlxc.net.0.hwaddr = "
				     "10:66:6a:xx:xx:xx\n\nlxc.tty.max = 1\n");
	assert_int_equal(config_set(c, "lxc.uts.name", "web", NULL), 0);
	assert_int_equal(config_save(c, path, 0640, NULL), 0);
	assert_true(file_read_all(-100, path, 4096, &text) > 0);
	assert_true(
	    string_starts(text, "# mine\nlxc.net.0.type = veth\nlxc.net.0.hwaddr = 10:66:6a:"));
	assert_null(strstr(text, "xx:xx"));
	assert_true(string_ends(text, "\n\nlxc.tty.max = 1\nlxc.uts.name = web\n"));
	free(text);
	config_free(c);
	unlink(path);
}

static void includes_nest_and_a_loop_ends_with_an_error(void **state)
{
	(void)state;
	char base[] = "/tmp/lxc-test-XXXXXX";
	assert_non_null(mkdtemp(base));
	_cleanup_free_ char *loop = path_join(base, "loop"), *dir = path_join(base, "d");
	_cleanup_free_ char *one = path_join(base, "d/10.conf"),
			    *other = path_join(base, "d/20.txt");
	_cleanup_free_ char *text = xasprintf("lxc.include = %s\n", loop);
	assert_int_equal(file_write_atomic(loop, text, strlen(text), 0600), 0);
	struct error err = { 0 };
	struct config *c = config_new();
	assert_int_equal(config_load(c, loop, &err), -1);
	assert_non_null(strstr(err.message, "include itself"));
	config_free(c);

	mkdir(dir, 0700);
	file_write_atomic(one, "lxc.tty.max = 3\n", 16, 0600);
	file_write_atomic(other, "lxc.nonsense = 3\n", 17, 0600);
	_cleanup_free_ char *include =
	    xasprintf("lxc.include = %s\nlxc.include = /no/such/dir/\n", dir);
	c = config_of(include);
	assert_int_equal(c->tty_max, 3);
	config_free(c);
	bad("lxc.include = /no/such/file\n", E_CONFIG_READ, "/no/such/file");
	bad("lxc.include = /dev/null\n", E_CONFIG_READ, "not a regular file");
	unlink(one);
	unlink(other);
	rmdir(dir);
	unlink(loop);
	rmdir(base);
}

static void hostile_bytes_are_refused_where_they_stand(void **state)
{
	(void)state;
	struct config *c = config_new();
	struct error err = { 0 };
	assert_int_equal(
	    config_load_text(c, "lxc.tty.max = 1\nlxc.\0uts.name = x\n", 34, "test", &err), -1);
	assert_non_null(strstr(err.message, "test:2: a NUL byte"));
	config_free(c);
	char *line = xmalloc(70001);
	memset(line, 'a', 70000);
	line[70000] = 0;
	bad(line, E_CONFIG_SYNTAX, "longer than");
	free(line);
}

/* Any bytes: an answer or an error, never a crash (meant for the sanitizers). */
static void random_text_never_crashes_the_reader(void **state)
{
	(void)state;
	static const char *const pieces[] = { "lxc.net.",
					      "0",
					      ".type",
					      " = ",
					      "veth",
					      "\n",
					      "lxc.idmap",
					      "u 0 1 1",
					      "lxc.cap.drop",
					      "=",
					      "lxc.mount.entry",
					      "a b c d",
					      "\"",
					      "'",
					      "lxc.",
					      "#",
					      "lxc.cgroup2.",
					      "x.y",
					      "lxc.environment",
					      "\\040",
					      "lxc.net",
					      "99999999999",
					      "lxc.include",
					      "lxc.net.0.ipv4.address",
					      "10.0.0.1/8 10.0.0.255",
					      ":",
					      "\t" };
	unsigned seed = 1;
	for (int round = 0; round < 20000; round++) {
		char text[512] = "";
		for (int i = 0; i < 12; i++) {
			seed = seed * 1103515245 + 12345;
			strcat(text, pieces[(seed >> 16) % ARRAY_SIZE(pieces)]);
		}
		struct config *c = config_new();
		load(c, text, NULL);
		config_free(c);
	}
}

static void command_lines_split_like_a_shell_does(void **state)
{
	(void)state;
	struct string_list words = { 0 };
	assert_int_equal(
	    config_split_command(" /bin/sh  -c 'a b' \"c \\\" d\" e\\ f ''", &words, NULL), 0);
	static const char *const expected[] = { "/bin/sh", "-c", "a b", "c \" d", "e f", "" };
	assert_int_equal(words.count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_string_equal(words.items[i], expected[i]);
	string_list_clear(&words);
	assert_int_equal(config_split_command("'open", &words, NULL), -1);
	string_list_clear(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_working_key_takes_its_value),
		cmocka_unit_test(bad_values_are_named_with_file_line_and_what_is_accepted),
		cmocka_unit_test(keys_that_do_not_exist_are_refused),
		cmocka_unit_test(an_empty_value_resets),
		cmocka_unit_test(resetting_what_is_not_there_makes_no_interface),
		cmocka_unit_test(interfaces_are_sorted_by_index_and_a_type_starts_afresh),
		cmocka_unit_test(random_hardware_addresses_are_unicast_and_differ),
		cmocka_unit_test(get_prints_what_lxc_info_prints),
		cmocka_unit_test(a_save_keeps_text_and_fixes_the_hardware_address),
		cmocka_unit_test(includes_nest_and_a_loop_ends_with_an_error),
		cmocka_unit_test(hostile_bytes_are_refused_where_they_stand),
		cmocka_unit_test(random_text_never_crashes_the_reader),
		cmocka_unit_test(command_lines_split_like_a_shell_does),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
