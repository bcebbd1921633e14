/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands' half of container/message.h. */
#ifndef CONTAINER_CLIENT_H
#define CONTAINER_CLIENT_H

#include "container/container.h"
#include "container/message.h"

/* Connect to the supervisor; E_NOT_RUNNING if there is none. */
int client_connect(const struct container *container, struct error *err);
/* Send one request with descriptors. 0 or -1 (E_SUPERVISOR, E_NOT_RUNNING when it has just gone).
 */
int client_send(int socket, enum message_operation operation, int argument, const int *fds,
		size_t count, struct error *err);
/* 1 = a reply, 0 = end of file (the container is gone), -1. A reply that carries an error is -1
 * with that error. */
int client_receive(int socket, struct message_reply *reply, int *fds, size_t *count,
		   struct error *err);
/* Connect, send, receive one reply, close. */
int client_ask(const struct container *container, enum message_operation operation, int argument,
	       struct message_reply *reply, struct error *err);
/* Namespace descriptors of a running container; -1 where it has none of its own. */
int client_get_namespaces(const struct container *container, int fds[NS_COUNT], struct error *err);
/* The same over a connection that is there. */
int client_ask_namespaces(int socket, int fds[NS_COUNT], struct error *err);

#endif
