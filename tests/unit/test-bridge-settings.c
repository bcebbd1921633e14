// SPDX-License-Identifier: LGPL-2.1-or-later
/* The files of lxc-net: what is derived, and lines that nobody should get past it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "network/bridge-settings.h"

static char directory[] = "/tmp/bridge-settings-XXXXXX";

/* Read a file of this text (of length bytes). */
static int read_bytes(const char *text, size_t length, struct bridge_settings *s, struct error *err)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/lxc-net", directory);
	const char *const files[] = { "/no/such/file", path, NULL };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(file_write_fd(fd, text, length), 0);
	close(fd);
	*err = (struct error){ 0 };
	int result = bridge_settings_read(files, s, err);
	unlink(path);
	return result;
}

static int read_text(const char *text, struct bridge_settings *s, struct error *err)
{
	return read_bytes(text, strlen(text), s, err);
}

static void without_a_file_everything_is_as_documented(void **state)
{
	(void)state;
	const char *const files[] = { "/no/such/file", NULL };
	struct bridge_settings s;
	struct error err = { 0 };
	assert_int_equal(bridge_settings_read(files, &s, &err), 0);
	assert_true(s.use && s.dhcp_ping && s.ipv4.given && s.ipv4.nat && !s.ipv6.given);
	assert_string_equal(s.bridge, "lxcbr0");
	assert_memory_equal(s.mac, "\x10\x66\x6a\0\0\0", 6);
	assert_string_equal(s.ipv4.cidr, "10.0.3.1/24");
	assert_string_equal(s.ipv4.network, "10.0.3.0/24");
	assert_string_equal(s.dhcp_first, "10.0.3.2");
	assert_string_equal(s.dhcp_last, "10.0.3.254");
	assert_null(s.dhcp_config);
	assert_null(s.domain);
	bridge_settings_free(&s);
}

static void network_and_range_follow_the_address(void **state)
{
	(void)state;
	static const struct {
		const char *text, *network, *first, *last;
	} cases[] = {
		{ "LXC_ADDR=10.9.0.254", "10.9.0.0/24", "10.9.0.1", "10.9.0.253" },
		{ "LXC_ADDR=10.9.0.100", "10.9.0.0/24", "10.9.0.101", "10.9.0.254" },
		{ "LXC_ADDR=10.9.0.200", "10.9.0.0/24", "10.9.0.1", "10.9.0.199" },
		{ "LXC_ADDR=10.9.0.1\nLXC_NETMASK=255.255.255.252", "10.9.0.0/30", "10.9.0.2",
		  "10.9.0.2" },
		{ "LXC_ADDR=10.9.0.2\nLXC_NETMASK=30", "10.9.0.0/30", "10.9.0.1", "10.9.0.1" },
		{ "LXC_ADDR=10.9.0.1\nLXC_NETMASK=8", "10.0.0.0/8", "10.9.0.2", "10.255.255.254" },
		{ "LXC_ADDR=10.9.0.1\nLXC_NETWORK=10.0.0.0/8", "10.0.0.0/8", "10.9.0.2",
		  "10.9.0.254" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bridge_settings s;
		struct error err;
		assert_int_equal(read_text(cases[i].text, &s, &err), 0);
		assert_string_equal(s.ipv4.network, cases[i].network);
		assert_string_equal(s.dhcp_first, cases[i].first);
		assert_string_equal(s.dhcp_last, cases[i].last);
		bridge_settings_free(&s);
	}
}

static void ipv6_networks_have_no_host_bits(void **state)
{
	(void)state;
	struct bridge_settings s;
	struct error err;
	assert_int_equal(read_text("LXC_IPV6_ADDR=FD00:3:0::1:2:3:4\nLXC_IPV6_MASK=120", &s, &err),
			 0);
	assert_string_equal(s.ipv6.cidr, "fd00:3::1:2:3:4/120");
	assert_string_equal(s.ipv6.network, "fd00:3::1:2:3:0/120");
	bridge_settings_free(&s);
	assert_int_equal(
	    read_text("LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NETWORK=fd00::/16\nLXC_IPV6_NAT=true", &s,
		      &err),
	    0);
	assert_string_equal(s.ipv6.network, "fd00::/16");
	assert_true(s.ipv6.nat);
	bridge_settings_free(&s);
}

static void quotes_comments_and_repetitions_are_as_in_a_shell(void **state)
{
	(void)state;
	struct bridge_settings s;
	struct error err;
	assert_int_equal(
	    read_text("\t LXC_BRIDGE='a'\nexport LXC_BRIDGE=\"b\"  # c\n#LXC_BRIDGE=d\n"
		      "LXC_DOMAIN= # none\nLXC_DHCP_MAX=''\n\n",
		      &s, &err),
	    0);
	assert_string_equal(s.bridge, "b");
	assert_null(s.domain);
	bridge_settings_free(&s);
}

static void what_a_shell_would_run_is_refused_by_its_line(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"LXC_DOMAIN=$HOME",  "LXC_DOMAIN=\"$HOME\"",
		"LXC_DOMAIN=`id`",   "LXC_DOMAIN=a\\ b",
		"LXC_DOMAIN=a;id",   "LXC_DOMAIN=a&id",
		"LXC_DOMAIN=a b",    "LXC_DOMAIN='a",
		"LXC_DOMAIN=\"a\"b", "LXC_DOMAIN=\"a\" b",
		"LXC_DOMAIN=a'b'",   "LXC_DOMAIN =a",
		"LXC_DOMAIN",	     "=a",
		"LXC-DOMAIN=a",	     "[ -f /a ] && . /a",
		"LXC_DOMAIN=(a b)",  "LXC_DOMAIN=a>/etc/x",
		"if true; then",     "export",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct bridge_settings s;
		struct error err;
		char text[128];
		snprintf(text, sizeof(text), "\n%s\n", lines[i]);
		assert_int_equal(read_text(text, &s, &err), -1);
		assert_int_equal(err.code, E_CONFIG_SYNTAX);
		assert_non_null(strstr(err.rule, "lxc-net:2"));
	}
}

static void what_is_no_text_is_refused(void **state)
{
	(void)state;
	struct bridge_settings s;
	struct error err;
	assert_int_equal(read_bytes("LXC_DOMAIN=a\0b\n", 15, &s, &err), -1);
	assert_int_equal(err.code, E_CONFIG_READ);
	char big[70000];
	memset(big, '#', sizeof(big));
	assert_int_equal(read_bytes(big, sizeof(big), &s, &err), -1);
	assert_int_equal(err.code, E_CONFIG_READ);
	const char *const files[] = { "/tmp", NULL };
	err = (struct error){ 0 };
	assert_int_equal(bridge_settings_read(files, &s, &err), -1);
	assert_int_equal(err.code, E_CONFIG_READ);
}

static int make_directory(void **state)
{
	(void)state;
	umask(022);
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_everything_is_as_documented),
		cmocka_unit_test(network_and_range_follow_the_address),
		cmocka_unit_test(ipv6_networks_have_no_host_bits),
		cmocka_unit_test(quotes_comments_and_repetitions_are_as_in_a_shell),
		cmocka_unit_test(what_a_shell_would_run_is_refused_by_its_line),
		cmocka_unit_test(what_is_no_text_is_refused),
	};
	return cmocka_run_group_tests_name("bridge-settings", tests, make_directory,
					   remove_directory);
}
