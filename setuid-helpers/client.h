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

struct veth_request {
	char link[IFNAMSIZ]; /* bridge on the host */
	char name[IFNAMSIZ]; /* interface name inside the target namespace */
	bool has_hwaddr;
	uint8_t hwaddr[6];     /* of the container's end */
	uint32_t mtu;	       /* 0 = that of the link */
	const char *container; /* label for messages and altnames; may be NULL */
};

/* One veth with its peer in netns_fd; host_name is that of the host's end. Blocks until done;
 * errors E_NET_* with rule and fix. */
int helper_request_veth(const struct veth_request *request, int netns_fd, char host_name[IFNAMSIZ],
			struct error *err);

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
