/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces as the container sees them. net-helper makes them for ordinary users (ordinary.h), a
 * caller that may makes them itself (host.h); everything else
 * (names, addresses, routes, up) is done by the container's own init before it becomes the payload,
 * inside its own network namespace, with the capabilities it has there (libnl-route).
 */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "config/config.h"

/* One interface of a plan; made from the configuration before any side effect. */
struct nic {
	unsigned index; /* N of lxc.net.N */
	enum net_type type;
	char name[IFNAMSIZ]; /* inside; decided before the request: explicit, else the next free
				ethN */
	char link[IFNAMSIZ]; /* bridge, may be empty */
	bool up;
	bool has_hwaddr;
	uint8_t hwaddr[6]; /* given, or drawn (10:66:6a:...) so that it survives a reboot of the
			      container */
	uint32_t mtu;	   /* 0 = that of the link */
	const struct net_config *config;       /* addresses, gateways; borrowed */
	struct net_gateway gateway4, gateway6; /* "auto" already looked up */
	bool by_caller; /* made with the caller's own CAP_NET_ADMIN (network/host.h), not by
			   net-helper */
	bool ordinary;	/* made by net-helper, as lxc-usernet(5) allows */
	/* of the link, but of a veth's bridge; as it was, for the way back of a physical interface
	 */
	int host_index;
	uint8_t saved_hwaddr[6];
	uint32_t saved_mtu;
	bool saved_up;
	bool made; /* and not undone yet, where that is to be done */
	/* filled by network_request */
	char host_name[IFNAMSIZ]; /* of a veth */
};

/* What init has to know of interfaces that were made after init itself was. */
struct nic_end {
	uint8_t hwaddr[6]; /* of the host's end of a routed veth; zero = not needed */
};

struct network_plan {
	bool share_host;  /* a single lxc.net type none: no new network namespace */
	bool loopback_up; /* any lxc.net line brings lo up; without one it stays down, as in LXC */
	struct nic *nics; /* types without an interface have none */
	size_t count;
	struct nic_end *ends; /* one for each of nics, in memory shared with init; NULL = no nics */
};

/*
 * Decide and check, before any side effect: types that work for this caller (of an ordinary user:
 * that a line of lxc-usernet gives), link exists and is a bridge (E_NET_LINK, with the fix), names
 * valid and not twice, gateways reachable ("auto" needs the link's address: read here). No lxc.net
 * at all = a new namespace with lo down; "empty" = lo up.
 */
int network_plan_make(const struct config *config, struct network_plan *plan, struct error *err);
void network_plan_free(struct network_plan *plan);

/*
 * Host ends for all nics, into the network namespace netns_fd (which belongs to a user namespace of
 * ours, or the caller is privileged). owner_label is "container" for altnames and messages. On
 * failure nothing of it can pass a packet; the interfaces die with the namespace. Errors carry "net
 * N: " and the rule, quota and who uses it.
 */
int network_request(struct network_plan *plan, int netns_fd, const char *container,
		    struct error *err);

/* When the container has ended: what does not go with its namespace is undone. netns_fd still holds
 * the namespace; -1: it is gone already. */
void network_release(struct network_plan *plan, int netns_fd);

/* Inside the container's network namespace, as its root: lo, hwaddr, addresses, up, routes,
 * gateways. */
int network_configure_inside(const struct network_plan *plan, struct error *err);

/* Addresses of the interfaces of the current network namespace, without lo and IPv6 link-local
 * ones, as text. */
struct network_address_info {
	char interface[IFNAMSIZ];
	int family;
	char text[64];
};
/* Caller frees *out. Interface names (with lo) go to interfaces if not NULL. */
int network_list_addresses(struct network_address_info **out, size_t *count,
			   struct string_list *interfaces, struct error *err);

/* rx/tx bytes of a host interface by name; 0 or -1 (errno). */
int network_link_counters(const char *host_name, uint64_t *rx_bytes, uint64_t *tx_bytes);

#endif
