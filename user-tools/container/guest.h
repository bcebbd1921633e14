/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of the system in a container's tree by looking at it from the outside, to make its
 * start the one it expects. Nothing of it is executed, and no link leads out of it.
 */
#ifndef CONTAINER_GUEST_H
#define CONTAINER_GUEST_H

#include "config/config.h"

enum guest_services {
	GUEST_PLAIN,   /* its services run in the control groups they find */
	GUEST_SYSTEMD, /* moves itself out of the root of its control groups */
	GUEST_OPENRC,  /* makes groups below the root, and does not leave it */
};

/* GUEST_PLAIN, too, where the caller cannot look. */
enum guest_services guest_services(const struct config *config);

#endif
