/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An interface of the plan in the words of setuid-helpers/client.h; shared by the check before the
 * start and the request itself, so that both ask for the same. */
#ifndef NETWORK_ORDINARY_REQUEST_H
#define NETWORK_ORDINARY_REQUEST_H

#include "network/ordinary.h"
#include "setuid-helpers/client.h"

struct ordinary_request {
	struct nic_request nic;
	struct usernet_address *list; /* of its routes and addresses */
};

/* nic and container are borrowed. */
void ordinary_fill(const struct nic *nic, const char *container, struct ordinary_request *out);
void ordinary_clear(struct ordinary_request *request);
#define _cleanup_ordinary_ __attribute__((cleanup(ordinary_clear)))

/* A macvlan or ipvlan that net-helper makes: asked for before any other interface of the
 * container, because a veth makes the kernel give out the id that is their slot. */
static inline bool ordinary_is_child(const struct nic *nic)
{
	return nic->ordinary && (nic->type == NET_MACVLAN || nic->type == NET_IPVLAN);
}

#endif
