// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/program.h"
#include "network/bridge-parts.h"

#define TABLE "inet lxc-net"
#define FORWARD4 "/proc/sys/net/ipv4/ip_forward"
#define FORWARD6 "/proc/sys/net/ipv6/conf/all/forwarding"

static char read_flag(const char *path)
{
	_cleanup_free_ char *text = NULL;
	return file_read_all(AT_FDCWD, path, 64, &text) > 0 ? *text : 0;
}

/* nft with a ruleset as input, or with words; its output in *output, which may be NULL. */
static int run_nft(const char *words, const char *input, char **output, struct error *err)
{
	_cleanup_free_ char *path = program_find("nft"), *text = NULL;
	struct string_list argv = { 0 };
	if (!path) {
		error_set(err, E_NET_SETUP, 0,
			  "nft is not installed: it makes the rules of address "
			  "translation");
		return error_fix(err, "install nftables");
	}
	string_list_add_words(&argv, words, " ");
	int status = program_run(path, &argv, input, &text);
	string_list_clear(&argv);
	if (status < 0)
		return error_set(err, E_NET_SETUP, errno, "%s", path);
	if (status > 0)
		return error_set(err, E_NET_SETUP, 0, "nft: %s", text);
	if (output)
		*output = util_steal_pointer(&text);
	return 0;
}

/* A router does not listen to routers: with its forwarding on, the host would lose the IPv6 way out
 * that it has from one. */
static int check_advertised_route(struct error *err)
{
	_cleanup_free_ char *text = NULL;
	if (read_flag(FORWARD6) != '0' ||
	    file_read_all(AT_FDCWD, "/proc/self/net/ipv6_route", 1 << 22, &text) <= 0)
		return 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char name[32], path[128];
		unsigned length, flags;
		if (sscanf(line, "%*32s %x %*s %*s %*s %*s %*s %*s %x %31s", &length, &flags,
			   name) != 3 ||
		    length != 0 || !(flags & 0x40000)) /* RTF_ADDRCONF */
			continue;
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", name);
		if (read_flag(path) == '2')
			continue;
		error_set(
		    err, E_KERNEL_SETTING, 0,
		    "LXC_IPV6_ADDR makes this host a router, which would lose the IPv6 route that "
		    "%s has from router advertisements",
		    name);
		return error_fix(
		    err, "sysctl -w net.ipv6.conf.%s.accept_ra=2, for good in /etc/sysctl.d", name);
	}
	return 0;
}

static int forward(const char *path, struct error *err)
{
	if (read_flag(path) == '1' || file_write_kernel(AT_FDCWD, path, "1") == 0)
		return 0;
	return error_set(err, E_KERNEL_SETTING, errno, "%s", path);
}

static char *translate(const struct bridge_network *net, const char *family)
{
	if (!net->given || !net->nat)
		return xstrdup("");
	return xasprintf("\t\t%s saddr %s %s daddr != %s counter masquerade\n", family,
			 net->network, family, net->network);
}

/* The table, in place of one that is there. */
static char *table_text(const struct bridge_settings *settings)
{
	_cleanup_free_ char *ipv4 = translate(&settings->ipv4, "ip");
	_cleanup_free_ char *ipv6 = translate(&settings->ipv6, "ip6");
	/* 100 is where source addresses are translated ("srcnat"). */
	return xasprintf("table " TABLE " {}\n"
			 "delete table " TABLE "\n"
			 "table " TABLE " {\n"
			 "\tchain postrouting {\n"
			 "\t\ttype nat hook postrouting priority 100; policy accept;\n"
			 "%s%s"
			 "\t}\n"
			 "}\n",
			 ipv4, ipv6);
}

int bridge_rules_check(const struct bridge_settings *settings, struct error *err)
{
	_cleanup_free_ char *rules = table_text(settings);
	if (run_nft("nft -c -f -", rules, NULL, err) < 0)
		return -1;
	if (!settings->ipv6.given)
		return 0;
	if (!file_exists(FORWARD6))
		return error_set(err, E_KERNEL_SETTING, 0,
				 "LXC_IPV6_ADDR is set, and this kernel has no IPv6");
	return check_advertised_route(err);
}

int bridge_rules_load(const struct bridge_settings *settings, struct error *err)
{
	_cleanup_free_ char *rules = table_text(settings);
	if (forward(FORWARD4, err) < 0 || (settings->ipv6.given && forward(FORWARD6, err) < 0))
		return -1;
	return run_nft("nft -f -", rules, NULL, err);
}

int bridge_rules_remove(struct error *err)
{
	return bridge_rules_there() == 0
		   ? 0
		   : run_nft("nft -f -", "table " TABLE " {}\ndelete table " TABLE "\n", NULL, err);
}

int bridge_rules_there(void)
{
	struct error err = { 0 };
	_cleanup_free_ char *text = NULL;
	if (run_nft("nft -n list tables", NULL, &text, &err) < 0)
		return -1;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (strcmp(line, "table " TABLE) == 0)
			return 1;
	return 0;
}

static void warn(const struct bridge_settings *s, const char *table, const char *chain, bool input)
{
	if (input)
		log_notice(
		    "chain %s of the nftables %s drops what no rule accepts, and none names %s: "
		    "its containers may get neither DHCP nor DNS. One that accepts: nft insert "
		    "rule %s %s iifname %s meta l4proto { tcp, udp } th dport { 53, 67 } accept",
		    chain, table, s->bridge, table, chain, s->bridge);
	else
		log_notice(
		    "chain %s of the nftables %s drops what no rule accepts, and none names %s: "
		    "its containers may reach no other network. Two that accept: nft 'insert "
		    "rule %s %s iifname %s accept; insert rule %s %s oifname %s accept'",
		    chain, table, s->bridge, table, chain, s->bridge, table, chain, s->bridge);
}

/*
 * What one chain accepts another one still drops, so a table of ours could not let the bridge's
 * packets through: the administrator of the firewall has to, and is told how.
 */
void bridge_rules_warn(const struct bridge_settings *settings)
{
	struct error err = { 0 };
	_cleanup_free_ char *text = NULL;
	if (run_nft("nft list ruleset", NULL, &text, &err) < 0 || strstr(text, settings->bridge))
		return;
	char table[128] = "", chain[128] = "";
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		sscanf(line, "table %127[^{]", table);
		if (sscanf(line, " chain %127s", chain) == 1 || !strstr(line, "policy drop"))
			continue;
		bool input = strstr(line, "type filter hook input") != NULL;
		if (input || strstr(line, "type filter hook forward"))
			warn(settings, string_trim(table), chain, input);
	}
}
