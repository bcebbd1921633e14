/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices of a running container: interfaces of the host that move in and out (device-link.c), and
 * device nodes, which are bound from the host's /dev (device-node.c). What is asked for is checked
 * before anything changes; what fails half-way is undone.
 */
#ifndef CONTAINER_DEVICE_H
#define CONTAINER_DEVICE_H

#include "container/container.h"

/*
 * The interface link of the host becomes name in the container (NULL: its own). A caller with
 * CAP_NET_ADMIN moves it, for another net-helper does as a phys line of lxc-usernet allows.
 * E_NET_LINK, E_NET_NAME_TAKEN, and what helper_request_nic ends with.
 */
int device_add_link(const struct container *container, const char *link, const char *name,
		    struct error *err);

/*
 * The interface name of the container becomes link of the host (NULL: its own). E_PRIVILEGE without
 * CAP_NET_ADMIN over the host: it comes back when the container stops.
 */
int device_remove_link(const struct container *container, const char *name, const char *link,
		       struct error *err);

/*
 * The device at path of the host appears at inside (NULL: the same path), below the container's
 * /dev and reached without leaving it, and device rules allow it. E_PRIVILEGE for ordinary users;
 * E_DEVICE: it is none, something is there already, device rules made at the start forbid it.
 */
int device_add_node(const struct container *container, const char *path, const char *inside,
		    struct error *err);

/* What device_add_node made is taken away, and allowed no longer where rules can be changed. */
int device_remove_node(const struct container *container, const char *path, const char *inside,
		       struct error *err);

#endif
