/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The children of container/listing.h: what they become, and what they say. */
#ifndef CONTAINER_LISTING_CHILD_H
#define CONTAINER_LISTING_CHILD_H

#include "base/user.h"
#include "container/listing.h"

/* A new last item, with nothing known. */
struct listed *listing_add(struct listing *listing);

/* What is in a running container, by way of its supervisor; name is the container's. */
int listing_look_inside(const struct listing_options *options, int socket, const char *name,
			struct listing *listing, struct error *err);
int listing_look_as(const struct listing_options *options, const struct user_account *account,
		    struct listing *listing, struct error *err);

/*
 * A listing as bytes, and back. Whoever wrote them is not trusted: -1 if they are not what
 * listing_pack makes, or a name in them is no container's.
 */
int listing_pack(const struct listing *listing, FILE *out);
int listing_unpack(const char *data, size_t size, struct listing *listing);

#endif
