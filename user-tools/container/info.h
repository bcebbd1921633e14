/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of container_get_info, for whoever looks at many containers (container/listing.h). */
#ifndef CONTAINER_INFO_H
#define CONTAINER_INFO_H

#include "container/container.h"

/* STOPPED, and nothing known. */
void info_unknown(struct container_info *info);
/* What the supervisor at the other end of socket says; *info is info_unknown's. */
int info_ask(int socket, const struct container *container, unsigned what,
	     struct container_info *info, struct error *err);
/* No connection, as why says: stopped, or left by its supervisor. */
int info_without_supervisor(const struct container *container, struct error *why,
			    struct container_info *info, struct error *err);

#endif
