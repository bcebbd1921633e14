/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Do something inside one namespace of a running container, in a process of its own: setns(2) has
 * no way back from a user namespace. Nothing of the container is executed or trusted, and the
 * process cannot be looked into from inside: it stays in the caller's pid namespace, undumpable.
 */
#ifndef CONTAINER_VISIT_H
#define CONTAINER_VISIT_H

#include "base/error.h"
#include "container/message.h"

/*
 * namespaces: as client_get_namespaces has them. A caller that lacks CAP_SYS_ADMIN joins the
 * container's user namespace first, and has that capability there if the container is its own. What
 * act writes to data is lost with the process; its result is the result, with its error.
 */
int visit_namespace(const int namespaces[NS_COUNT], enum namespace_kind kind,
		    int (*act)(void *data, struct error *err), void *data, struct error *err);

/* The same without entering anything: for what changes the calling process. */
int visit_apart(int (*act)(void *data, struct error *err), void *data, struct error *err);

#endif
