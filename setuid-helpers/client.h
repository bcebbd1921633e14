/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client half of the helper protocol (docs/PROTOCOL.md): starts a helper with one end of a
 * socketpair as fd 3, sends one request with one descriptor, receives one reply, turns its numbers
 * into words. A caller that itself holds the capability over the target carries the request out
 * in-process, by the functions the helper is built from, and no policy file limits it.
 *
 * Retries live here: while an interface of a container that has just ended is still being torn down
 * a quota refusal is retried for at most one second with a growing pause.
 */
#ifndef SETUID_HELPERS_CLIENT_H
#define SETUID_HELPERS_CLIENT_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "idmap/idmap.h"
#include "access/choice.h"

/* What somebody wants. Which line of lxc-usernet can give it, is found out here. */
struct nic_request {
	enum usernet_type type;
	char link[IFNAMSIZ]; /* on the host; "none": a veth whose host end is no bridge's port */
	char name[IFNAMSIZ]; /* of the interface in the target namespace */
	char pair[IFNAMSIZ]; /* veth: wanted name of the host's end; may be empty */
	bool has_hwaddr;     /* it must be this one; else another may hold, or one is drawn */
	uint8_t hwaddr[6];   /* veth, macvlan */
	uint32_t mtu;	     /* 0 = what policy says, else that of the link */
	enum usernet_mode mode;
	uint32_t vlan;	       /* of a vlan; of a bridge's port (0 = what policy says) */
	bool isolated;	       /* wanted: of an ipvlan (isolation private) */
	const char *container; /* label for messages and aliases; may be NULL */
	/* Routes of the host to a veth that is no bridge's port. Borrowed. */
	const struct usernet_address *routes;
	size_t route_count;
	/* The addresses that it will have: what it may not send from is refused. Borrowed. */
	const struct usernet_address *addresses;
	size_t address_count;
	bool routed; /* and they are reached by routes of the host, which are those of ip= */
};

/* What it is: policy may have decided some of it. */
struct nic_result {
	char host_name[IFNAMSIZ]; /* of a veth's host end, else empty */
	uint8_t hwaddr[6];	  /* of the container's interface; all zero: its link's */
	uint32_t mtu;		  /* 0 = that of the link */
	uint32_t line;		  /* of lxc-usernet; 0 = made with the caller's own capability */
};

/* One interface in netns_fd. Blocks until done; errors E_NET_* with rule and fix. */
int helper_request_nic(const struct nic_request *request, int netns_fd, struct nic_result *result,
		       struct error *err);

/*
 * Does any line of lxc-usernet give it? Nothing is made. 0, or -1 with the error that
 * helper_request_nic would end with; what only net-helper can see (an unsafe file, a taken name, a
 * quota that is used up) is left to it.
 */
int helper_check_nic(const struct nic_request *request, struct error *err);

/*
 * Does the line fit the request? Fills in what the request leaves open (hwaddr, mtu). False with
 * what is in the way, as a key and its value with what the line says, in *why (static per thread).
 */
bool helper_line_fits(const struct usernet_rule *rule, struct nic_request *request,
		      const char **why);

/*
 * Both maps for the process whose /proc/PID directory is proc_dir, through idmap-helper. Returns 0;
 * -1 with E_IDMAP_* ; or -1 with E_IDMAP_HELPER if idmap-helper is not installed or not privileged
 * (then newuidmap can be tried).
 */
int helper_request_idmap(const struct idmap *map, int proc_dir, struct error *err);

/*
 * Can "net-helper" or "idmap-helper" do its work here? Nothing is asked of it. E_NET_HELPER,
 * E_IDMAP_HELPER where it is not installed or not privileged.
 */
int helper_check(const char *helper, struct error *err);

#endif
