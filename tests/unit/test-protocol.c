// SPDX-License-Identifier: LGPL-2.1-or-later
/* The layouts that docs/PROTOCOL.md specifies, the slot names, and the client without a helper. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "setuid-helpers/client-internal.h"
#include "setuid-helpers/link.h"

#define AT(type, member, offset, size)                           \
	assert_int_equal(offsetof(struct type, member), offset); \
	assert_int_equal(sizeof(((struct type *)0)->member), size)

static void requests_and_reply_have_the_documented_layout(void **state)
{
	(void)state;
	AT(helper_head, magic, 0, 4);
	AT(helper_head, version, 4, 2);
	AT(helper_head, op, 6, 2);
	AT(net_request, link, 8, 16);
	AT(net_request, name, 24, 16);
	AT(net_request, pair, 40, 16);
	AT(net_request, container, 56, 32);
	AT(net_request, hwaddr, 88, 6);
	AT(net_request, mtu, 94, 2);
	AT(net_request, line, 96, 4);
	AT(net_request, slot, 100, 2);
	AT(net_request, type, 102, 1);
	AT(net_request, mode, 103, 1);
	assert_int_equal(sizeof(struct net_request), 104);
	AT(map_request, count, 8, 8);
	AT(map_request, extent, 16, 768);
	assert_int_equal(sizeof(struct map_request), 784);
	AT(map_extent, nsid, 0, 4);
	AT(map_extent, hostid, 4, 4);
	AT(map_extent, count, 8, 4);
	AT(helper_reply, stage, 8, 2);
	AT(helper_reply, status, 10, 2);
	AT(helper_reply, error, 12, 4);
	AT(helper_reply, map, 16, 2);
	AT(helper_reply, extent, 18, 2);
	AT(helper_reply, file, 20, 4);
	assert_int_equal(sizeof(struct helper_reply), 24);
}

static void numbers_of_stages_and_statuses_never_change(void **state)
{
	(void)state;
	assert_int_equal(OP_NET, 1);
	assert_int_equal(OP_MAP, 2);
	assert_int_equal(STAGE_SANITISE, 1);
	assert_int_equal(STAGE_DONE, 10);
	assert_int_equal(STATUS_MALFORMED, 4);
	assert_int_equal(STATUS_QUOTA, 9);
	assert_int_equal(STATUS_NAME_TAKEN, 13);
	assert_int_equal(STATUS_EXTENT_OTHERS, 16);
	assert_int_equal(STATUS_PAIR_TAKEN, 19);
	assert_int_equal(TYPE_PHYS, 5);
	assert_int_equal(MODE_L3S, 7);
	assert_int_equal(FILE_SUBGID, 5);
}

static void a_slot_name_has_fifteen_characters_and_is_unique(void **state)
{
	(void)state;
	static const struct usernet_pool pools[] = { { .id = 0 },
						      { .id = 1001 },
						      { .is_group = true, .id = 1001 },
						      { .id = 4294967294U },
						      { .id = 62 } };
	static char names[5 * 3844][16];
	size_t n = 0;
	for (size_t p = 0; p < 5; p++)
		for (uint32_t slot = 0; slot < 3844; slot++) {
			link_slot_name(names[n], pools[p], "lxcbr0", slot);
			assert_int_equal(strlen(names[n]), 15);
			assert_memory_equal(names[n], p == 2 ? "vetg" : "veth", 4);
			n++;
		}
	qsort(names, n, sizeof(names[0]), (int (*)(const void *, const void *))strcmp);
	for (size_t i = 1; i < n; i++)
		assert_string_not_equal(names[i - 1], names[i]);
}

static void another_link_has_other_slots(void **state)
{
	(void)state;
	char a[16], b[16];
	struct usernet_pool pool = { .id = 1001 };
	link_slot_name(a, pool, "lxcbr0", 0);
	link_slot_name(b, pool, "lxcbr1", 0);
	assert_string_not_equal(a, b);
	assert_memory_equal(a, b, 10);
}

static void a_helper_that_is_not_installed_is_named_with_the_fix(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct idmap map = { .list = { { .extent = { { 0, 100000, 1 } }, .count = 1 } } };
	setenv("LXC_PRIVSEP_HELPERS", "/nonexistent", 1);
	assert_int_equal(helper_request_idmap(&map, 0, &err), -1);
	assert_int_equal(err.code, E_IDMAP_HELPER);
	assert_non_null(strstr(err.message, "/nonexistent/idmap-helper is not installed"));
	assert_true(err.fix[0] != 0);
}

/* A stand-in for a helper: a shell script that answers whatever it likes, or nothing. */
static void exchange_with(const char *script, enum error_code expected)
{
	char directory[] = "/tmp/test-protocol-XXXXXX", path[64];
	struct idmap map = { .list = { { .extent = { { 0, 100000, 1 } }, .count = 1 } } };
	struct error err = { 0 };
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/idmap-helper", directory);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	dprintf(fd, "#!/bin/sh\n%s\n", script);
	close(fd);
	setenv("LXC_PRIVSEP_HELPERS", directory, 1);
	assert_int_equal(helper_request_idmap(&map, 0, &err), -1);
	assert_int_equal(err.code, expected);
	unlink(path);
	rmdir(directory);
}

static void a_helper_that_dies_or_babbles_is_a_protocol_error(void **state)
{
	(void)state;
	exchange_with("exit 0", E_HELPER_PROTOCOL);
	exchange_with("kill -9 $$", E_HELPER_PROTOCOL);
	exchange_with("echo hello >&3", E_HELPER_PROTOCOL);
	exchange_with("head -c 64 /dev/zero >&3", E_HELPER_PROTOCOL);
	exchange_with("head -c 4096 /dev/zero >&3", E_HELPER_PROTOCOL);
}

static void each_refusal_of_net_helper_has_its_own_code(void **state)
{
	(void)state;
	static const struct {
		enum helper_status status;
		enum error_code code;
	} table[] = {
		{ STATUS_POLICY_MISSING, E_NET_NO_POLICY },
		{ STATUS_POLICY_UNSAFE, E_NET_POLICY_UNSAFE },
		{ STATUS_NOT_YOURS, E_NET_NAMESPACE },
		{ STATUS_NO_RULE, E_NET_NO_RULE },
		{ STATUS_QUOTA, E_NET_QUOTA },
		{ STATUS_LINK_MISSING, E_NET_LINK },
		{ STATUS_LINK_KIND, E_NET_LINK },
		{ STATUS_LINK_FULL, E_NET_FULL },
		{ STATUS_NAME_TAKEN, E_NET_NAME_TAKEN },
		{ STATUS_RESTRICTED, E_NET_RESTRICTED },
		{ STATUS_HWADDR_TAKEN, E_NET_HWADDR_TAKEN },
		{ STATUS_PAIR_TAKEN, E_NET_NAME_TAKEN },
		{ STATUS_SYSTEM, E_NET_SETUP },
	};
	const struct client_search search = { .quota = 1, .used = 1 };
	struct net_request request = { .type = TYPE_VETH, .link = "lxcbr0", .name = "eth0" };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct helper_reply reply = { .status = (uint16_t)table[i].status,
					      .file = FILE_USERNET,
					      };
		struct error err = { 0 };
		assert_int_equal(client_explain_net(&reply, &request, &search, &err), -1);
		assert_int_equal(err.code, table[i].code);
		assert_true(err.message[0] != 0);
	}
}

static void each_refusal_of_idmap_helper_names_the_range_and_its_reason(void **state)
{
	(void)state;
	static const struct {
		enum helper_status status;
		enum error_code code;
		const char *words[2];
	} table[] = {
		{ STATUS_POLICY_UNSAFE, E_IDMAP_HELPER, { "/etc/subgid", "not safe" } },
		{ STATUS_EXTENT_INVALID,
		  E_IDMAP_RANGE,
		  { "gid range 200000-200009", "host id 0" } },
		{ STATUS_EXTENT_FORBIDDEN,
		  E_IDMAP_RANGE,
		  { "gid range 200000-200009", "/etc/subgid" } },
		{ STATUS_EXTENT_OTHERS,
		  E_IDMAP_RANGE,
		  { "gid range 200000-200009", "another user" } },
		{ STATUS_NOT_YOURS, E_IDMAP_WRITE, { "user namespace", "made here" } },
		{ STATUS_SYSTEM, E_IDMAP_WRITE, { "gid map", "stage 9" } },
	};
	struct map_request request = { .count = { 0, 2 } };
	request.extent[MAP_GID][1] = (struct map_extent){ 0, 200000, 10 };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct helper_reply reply = { .stage = STAGE_ACT,
					      .status = (uint16_t)table[i].status,
					      .file = FILE_SUBGID,
					      .map = MAP_GID,
					      .extent = 1 };
		struct error err = { 0 };
		assert_int_equal(client_explain_idmap(&reply, &request, &err), -1);
		assert_int_equal(err.code, table[i].code);
		for (int word = 0; word < 2; word++)
			if (!strstr(err.message, table[i].words[word]))
				fail_msg("no \"%s\" in %s", table[i].words[word], err.message);
	}
}

/* A reply is input like any other: whatever its numbers are, it is put into words or refused. */
static void no_number_in_a_reply_is_trusted(void **state)
{
	(void)state;
	struct net_request net = { .type = TYPE_VETH, .link = "lxcbr0", .name = "eth0" };
	struct map_request map = { .count = { 1, 1 } };
	srandom(4);
	for (int round = 0; round < 300; round++) {
		struct helper_reply reply;
		struct error err = { 0 };
		unsigned char *byte = (unsigned char *)&reply;
		for (size_t i = 0; i < sizeof(reply); i++)
			byte[i] = (unsigned char)random();
		reply.status = (uint16_t)(random() % 40 + 1);
		assert_int_equal(
		    client_explain_net(&reply, &net, &(struct client_search){ .quota = 0 }, &err),
		    -1);
		assert_true(err.message[0] != 0);
		err = (struct error){ 0 };
		assert_int_equal(client_explain_idmap(&reply, &map, &err), -1);
		assert_true(err.message[0] != 0);
	}
}

static void a_quota_refusal_names_numbers_rule_and_fix(void **state)
{
	(void)state;
	struct net_request request = { .type = TYPE_VETH, .link = "lxcbr0", .name = "eth0" };
	struct helper_reply reply = { .status = STATUS_QUOTA };
	const struct client_search search = { .line = 3, .quota = 2, .used = 2 };
	struct error err = { 0 };
	client_explain_net(&reply, &request, &search, &err);
	assert_non_null(strstr(err.message, "may have 2 veth on lxcbr0 and has 2"));
	assert_non_null(strstr(err.rule, "/lxc/lxc-usernet:3"));
	assert_true(err.fix[0] != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_and_reply_have_the_documented_layout),
		cmocka_unit_test(numbers_of_stages_and_statuses_never_change),
		cmocka_unit_test(a_slot_name_has_fifteen_characters_and_is_unique),
		cmocka_unit_test(another_link_has_other_slots),
		cmocka_unit_test(a_helper_that_is_not_installed_is_named_with_the_fix),
		cmocka_unit_test(a_helper_that_dies_or_babbles_is_a_protocol_error),
		cmocka_unit_test(each_refusal_of_net_helper_has_its_own_code),
		cmocka_unit_test(each_refusal_of_idmap_helper_names_the_range_and_its_reason),
		cmocka_unit_test(no_number_in_a_reply_is_trusted),
		cmocka_unit_test(a_quota_refusal_names_numbers_rule_and_fix),
	};
	return cmocka_run_group_tests_name("setuid-helpers/protocol", tests, NULL, NULL);
}
