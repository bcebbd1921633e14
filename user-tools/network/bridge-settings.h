/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lxc-net is to make: the keys of /etc/default/lxc-net, and of /etc/sysconfig/lxc-net where
 * that is, by the names LXC gave them. Each line is blank, a comment or KEY="VALUE"; the files are
 * read, not run as shell scripts. Nothing here looks at the network.
 */
#ifndef NETWORK_BRIDGE_SETTINGS_H
#define NETWORK_BRIDGE_SETTINGS_H

#include <arpa/inet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define BRIDGE_CIDR_MAX (INET6_ADDRSTRLEN + 4)

/* One of the two IP versions of the bridge. */
struct bridge_network {
	bool given;			/* IPv4 always is */
	char address[INET6_ADDRSTRLEN]; /* "10.0.3.1" */
	unsigned prefix;
	char cidr[BRIDGE_CIDR_MAX]; /* "10.0.3.1/24" */
	bool nat;
	char network[BRIDGE_CIDR_MAX]; /* what is translated: "10.0.3.0/24" */
};

struct bridge_settings {
	bool use; /* false: start does nothing */
	char bridge[IFNAMSIZ];
	uint8_t mac[6];
	struct bridge_network ipv4, ipv6;
	char dhcp_first[INET_ADDRSTRLEN], dhcp_last[INET_ADDRSTRLEN];
	char dhcp_time[16]; /* of a lease, as dnsmasq takes it; empty: its own default */
	uint32_t dhcp_max;
	bool dhcp_ping;
	char *dhcp_config, *domain; /* NULL: none */
	/* Of each, the line that decided ("FILE:LINE"), or empty: for errors that are found later.
	 */
	char bridge_rule[128], address_rule[128];
};

/*
 * Read and check everything. files: paths, ended by NULL; one that is not there is skipped, and a
 * later line for a key wins. An error names the line, the value and what is accepted. A file that
 * anybody but its owner, root or the caller, may write is refused.
 */
int bridge_settings_read(const char *const *files, struct bridge_settings *settings,
			 struct error *err);
void bridge_settings_free(struct bridge_settings *settings);

#endif
