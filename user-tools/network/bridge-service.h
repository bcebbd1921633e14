/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bridge service, lxc-net: a bridge with its addresses, translation of addresses towards other
 * networks, DHCP and DNS. One at a time on a host. What is made is written to a file of state
 * first, so that the next start or stop is right whenever this one is killed. All of it is root's,
 * but for the status.
 */
#ifndef NETWORK_BRIDGE_SERVICE_H
#define NETWORK_BRIDGE_SERVICE_H

#include "base/util.h"
#include "network/bridge-settings.h"

/*
 * Everything that can be checked is checked first. What is there already stays as it is, with the
 * containers on it; restart renews the rules and the server besides. When it fails where nothing
 * was started before, nothing is left of it.
 */
int bridge_service_start(const struct bridge_settings *settings, bool restart, struct error *err);

/* kept: the name of a bridge that stays because it has interfaces or is somebody else's, else "".
 */
int bridge_service_stop(char kept[IFNAMSIZ], struct error *err);

enum bridge_state {
	BRIDGE_STOPPED,
	BRIDGE_RUNNING,
	BRIDGE_INCOMPLETE, /* started, and something of it is gone */
};

struct bridge_status {
	enum bridge_state state;
	char bridge[IFNAMSIZ]; /* empty: nothing was started since the boot */
	bool there, ours;      /* the bridge */
	unsigned ports;
	struct string_list addresses; /* "10.0.3.1/24", in the order IPv4, IPv6 */
	int rules;		      /* 1, 0, -1: not to be seen by this caller */
	bool dnsmasq;		      /* is it to run? */
	pid_t dnsmasq_pid;	      /* 0: it does not */
	struct string_list missing;   /* in words */
};
int bridge_service_status(struct bridge_status *status, struct error *err);
void bridge_status_free(struct bridge_status *status);

#endif
