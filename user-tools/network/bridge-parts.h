/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the bridge service (bridge-service.h), each a file: the interface, the rules, the
 * server for DHCP and DNS. Every function can be called again, and after being killed anywhere:
 * what is there already stays, and nothing is touched that lxc-net did not make.
 */
#ifndef NETWORK_BRIDGE_PARTS_H
#define NETWORK_BRIDGE_PARTS_H

#include <netlink/socket.h>
#include <sys/types.h>

#include "base/util.h"
#include "network/bridge-settings.h"

/* ---- bridge-link.c ---- */

/*
 * A bridge of ours has the alias "lxc-net". It is made complete under another name and gets its own
 * together with the alias, so one that was left unfinished is never taken for somebody's.
 */
struct bridge_link {
	bool there, ours, up;
	int index;
	unsigned ports; /* interfaces attached */
};

/* What has the name; E_NET_LINK if it is no bridge. */
int bridge_link_look(struct nl_sock *socket, const char *name, struct bridge_link *link,
		     struct error *err);
/* Does it have the address, "10.0.3.1/24"? */
bool bridge_link_has(struct nl_sock *socket, int index, const char *cidr);
/* Make it with its addresses, or complete the one of ours that is there. */
int bridge_link_make(struct nl_sock *socket, const struct bridge_settings *settings,
		     struct error *err);
int bridge_link_drop_address(struct nl_sock *socket, int index, const char *cidr,
			     struct error *err);
int bridge_link_delete(struct nl_sock *socket, int index, struct error *err);
/* One that was left unfinished. */
void bridge_link_delete_unfinished(struct nl_sock *socket);

/* ---- bridge-rules.c ---- */

/* Forwarding and translation cannot be had: said before anything is made. */
int bridge_rules_check(const struct bridge_settings *settings, struct error *err);
/* Forwarding on, and the table "inet lxc-net" as it should be, in one transaction. */
int bridge_rules_load(const struct bridge_settings *settings, struct error *err);
int bridge_rules_remove(struct error *err);
/* 1 there, 0 not there, -1 not to be seen by this caller. */
int bridge_rules_there(void);
/* A notice for each table of others that drops what the bridge needs and does not name it. */
void bridge_rules_warn(const struct bridge_settings *settings);

/* ---- bridge-dnsmasq.c ---- */

/* The words that dnsmasq is started with; empty if it is not installed. */
void bridge_dnsmasq_words(const struct bridge_settings *settings, struct string_list *words);
/* It accepts the words, and its ports are free or held by our own: else the error names who has
 * them. */
int bridge_dnsmasq_check(const struct bridge_settings *settings, const struct string_list *words,
			 int index, struct error *err);
/* One with exactly these words runs afterwards; another of ours is ended, always if restart. */
int bridge_dnsmasq_start(const struct string_list *words, bool restart, struct error *err);
int bridge_dnsmasq_stop(struct error *err);
/* Its pid, 0 if it does not run. */
pid_t bridge_dnsmasq_pid(void);

/* ---- port-holder.c ---- */

struct port {
	int protocol; /* IPPROTO_UDP or IPPROTO_TCP */
	uint16_t number;
	const char *address; /* of either family; "0.0.0.0" is all of IPv4 */
	int index;	     /* of the only interface it is for; 0: any */
};

/* Could it be bound now? The address need not be there yet. */
bool port_is_free(const struct port *port);
/* Who holds it: "named (process 812)", several with ", " between; only "process N" of processes in
 * own go unnamed, and the text is empty if there are no others. Caller frees. */
char *port_holders(const struct port *port, pid_t own);

#endif
