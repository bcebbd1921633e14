// SPDX-License-Identifier: LGPL-2.1-or-later
/* Keys as they were spelled before LXC 2.1: read with one notice a line, and rewritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "config/config.h"
#include "tests/unit/config-text.h"

/* Every old spelling, with what it says today. */
static const struct {
	const char *old, *now;
} spellings[] = {
	{ "lxc.utsname = web", "lxc.uts.name = web" },
	{ "lxc.rootfs = /srv/web", "lxc.rootfs.path = /srv/web" },
	{ "lxc.mount = /etc/fstab", "lxc.mount.fstab = /etc/fstab" },
	{ "lxc.tty = 4", "lxc.tty.max = 4" },
	{ "lxc.pts = 12", "lxc.pty.max = 12" },
	{ "lxc.devttydir = lxc", "lxc.tty.dir = lxc" },
	{ "lxc.console = none", "lxc.console.path = none" },
	{ "lxc.aa_profile = unconfined", "lxc.apparmor.profile = unconfined" },
	{ "lxc.aa_allow_incomplete = 1", "lxc.apparmor.allow_incomplete = 1" },
	{ "lxc.se_context = a:b:c", "lxc.selinux.context = a:b:c" },
	{ "lxc.seccomp = /etc/policy", "lxc.seccomp.profile = /etc/policy" },
	{ "lxc.id_map = u 0 100000 10", "lxc.idmap = u 0 100000 10" },
	{ "lxc.haltsignal = SIGUSR1", "lxc.signal.halt = SIGUSR1" },
	{ "lxc.rebootsignal = SIGTERM", "lxc.signal.reboot = SIGTERM" },
	{ "lxc.stopsignal = SIGKILL", "lxc.signal.stop = SIGKILL" },
	{ "lxc.loglevel = DEBUG", "lxc.log.level = DEBUG" },
	{ "lxc.logfile = /tmp/x", "lxc.log.file = /tmp/x" },
	{ "lxc.syslog = daemon", "lxc.log.syslog = daemon" },
	{ "lxc.init_cmd = /bin/sh -c true", "lxc.init.cmd = /bin/sh -c true" },
	{ "lxc.init_uid = 7", "lxc.init.uid = 7" },
	{ "lxc.init_gid = 8", "lxc.init.gid = 8" },
	{ "lxc.limit.nofile = 64:128", "lxc.prlimit.nofile = 64:128" },
};

static void every_old_spelling_means_what_the_new_one_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		char key[64];
		bool known;
		struct config *config = config_of(spellings[i].old);
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(spellings[i].now, " "),
			 spellings[i].now);
		struct config *now = config_of(spellings[i].now);
		char *value = config_get(config, key, &known);
		char *wanted = config_get(now, key, &known);
		assert_true(known);
		assert_string_equal(value, wanted);
		assert_string_not_equal(value, "");
		free(value);
		free(wanted);
		config_free(now);
		config_free(config);
	}
}

static unsigned told;
static void count(unsigned line, const char *was, const char *now)
{
	assert_non_null(was);
	(void)line, (void)now;
	told++;
}

static char *updated(const char *text)
{
	char *result;
	struct error err = { 0 };
	told = 0;
	if (config_update_text(text, strlen(text), "test", &result, count, &err) < 0)
		fail_msg("%s", err.message);
	return result;
}

static void an_update_writes_the_new_spelling_of_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		char *result = updated(spellings[i].old);
		assert_string_equal(result, spellings[i].now);
		assert_int_equal(told, 1);
		free(result);
	}
}

static void each_network_type_begins_the_next_interface(void **state)
{
	(void)state;
	static const char text[] =
	    "lxc.network.type = veth\nlxc.network.link = lxcbr0\n"
	    "lxc.network.ipv4 = 10.0.3.4/24\nlxc.network.ipv4.gateway = auto\n"
	    "lxc.network.type = empty\nlxc.network.flags = up\n"
	    "lxc.network.0.name = lan\n";
	struct config *config = config_of(text);
	assert_int_equal(config->net_count, 2);
	assert_int_equal(config->nets[0].type, NET_VETH);
	assert_string_equal(config->nets[0].link, "lxcbr0");
	assert_int_equal(config->nets[0].address_count, 1);
	assert_int_equal(config->nets[0].gateway4.kind, GATEWAY_AUTO);
	assert_string_equal(config->nets[0].name, "lan");
	assert_int_equal(config->nets[1].type, NET_EMPTY);
	assert_true(config->nets[1].up);
	config_free(config);
	char *result = updated(text);
	assert_string_equal(result,
			    "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n"
			    "lxc.net.0.ipv4.address = 10.0.3.4/24\nlxc.net.0.ipv4.gateway = auto\n"
			    "lxc.net.1.type = empty\nlxc.net.1.flags = up\nlxc.net.0.name = lan\n");
	free(result);
	config = config_of("lxc.network.type = veth\nlxc.network =\nlxc.network.type = empty\n");
	assert_int_equal(config->net_count, 1);
	assert_int_equal(config->nets[0].type, NET_EMPTY);
	assert_int_equal(config->nets[0].index, 0);
	config_free(config);
}

static void the_back_end_becomes_the_prefix_of_the_root_in_either_order(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"lxc.rootfs.backend = btrfs\nlxc.rootfs = /srv/web\n",
		"lxc.rootfs = /srv/web\nlxc.rootfs.backend = btrfs\n",
		"lxc.rootfs.backend = btrfs\nlxc.rootfs.path = /srv/web\n",
		"lxc.rootfs.backend = \"btrfs\"\nlxc.rootfs = '/srv/web'\n",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *config = config_of(texts[i]);
		assert_string_equal(config->rootfs_type, "btrfs");
		assert_string_equal(config->rootfs_path, "/srv/web");
		config_free(config);
		char *result = updated(texts[i]);
		assert_non_null(strstr(result, "lxc.rootfs.path = btrfs:/srv/web\n"));
		assert_non_null(strstr(result, "# lxc.rootfs.backend = btrfs"));
		config = config_of(result);
		assert_string_equal(config->rootfs_type, "btrfs");
		config_free(config);
		free(result);
	}
}

static void quotes_stay_where_a_value_needs_them(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{ "lxc.utsname = \"web\"", "lxc.uts.name = web" },
		{ "lxc.init_cmd = ' /bin/x '", "lxc.init.cmd = \" /bin/x \"" },
		{ "lxc.init_cmd = \"'a b'\"", "lxc.init.cmd = \"'a b'\"" },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *result = updated(texts[i][0]);
		assert_string_equal(result, texts[i][1]);
		free(result);
	}
}

static void what_has_no_meaning_any_more_is_read_and_becomes_a_comment(void **state)
{
	(void)state;
	config_free(config_of("lxc.kmsg = 1\nlxc.pivotdir = lxc_putold\nlxc.uts.name = x\n"));
	char *result = updated("lxc.kmsg = 1\n");
	assert_memory_equal(result, "# lxc.kmsg = 1", 14);
	free(result);
}

static void everything_else_stays_as_it_is(void **state)
{
	(void)state;
	static const char text[] = "\n# lxc.utsname = web\n  not ours = 1\nlxc.uts.name=web  \n"
				   "lxc.hook.pre-start = /bin/a = b\nlxc.nonsense\nlast";
	char *result = updated(text);
	assert_string_equal(result, text);
	assert_int_equal(told, 0);
	free(result);
}

static void a_line_before_its_network_type_is_an_error(void **state)
{
	(void)state;
	static const char text[] = "\nlxc.network.link = lxcbr0\n";
	struct config *config = config_new();
	struct error err = { 0 };
	char *result;
	assert_int_equal(config_load_text(config, text, strlen(text), "test", &err), -1);
	assert_string_equal(err.message,
			    "test:2: lxc.network.link: lxc.network.type has to come first");
	config_free(config);
	err = (struct error){ 0 };
	assert_int_equal(config_update_text(text, strlen(text), "test", &result, NULL, &err), -1);
	assert_string_equal(err.message,
			    "test:2: lxc.network.link: lxc.network.type has to come first");
	assert_null(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_old_spelling_means_what_the_new_one_means),
		cmocka_unit_test(an_update_writes_the_new_spelling_of_each),
		cmocka_unit_test(each_network_type_begins_the_next_interface),
		cmocka_unit_test(the_back_end_becomes_the_prefix_of_the_root_in_either_order),
		cmocka_unit_test(quotes_stay_where_a_value_needs_them),
		cmocka_unit_test(what_has_no_meaning_any_more_is_read_and_becomes_a_comment),
		cmocka_unit_test(everything_else_stays_as_it_is),
		cmocka_unit_test(a_line_before_its_network_type_is_an_error),
	};
	log_set_quiet(true);
	return cmocka_run_group_tests_name("config/old-keys", tests, NULL, NULL);
}
