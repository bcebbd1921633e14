/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of the client half: client.c talks to the helpers, client-words.c turns what they say into
 * errors.
 */
#ifndef SETUID_HELPERS_CLIENT_INTERNAL_H
#define SETUID_HELPERS_CLIENT_INTERNAL_H

#include "setuid-helpers/client.h"
#include "setuid-helpers/protocol.h"

/*
 * Start the helper of this name with the request and the descriptor, and wait for its reply. 0 with
 * a well-formed reply; -1 with the error, of this code if the helper could not do its work at all
 * (not installed, not privileged).
 */
int client_exchange(const char *helper, const void *request, size_t size, int object,
		    struct helper_reply *reply, enum error_code unusable, struct error *err);

/* The path of a helper: in LIBEXECDIR, or in $LXC_PRIVSEP_HELPERS (for tests); static buffer per
 * thread. */
const char *client_helper_path(const char *helper);

/* What was found while looking for a line with a free slot. */
struct client_search {
	uint32_t line;	       /* that was relied on, 0 = none */
	uint32_t quota, used;  /* over all lines that fit */
	uint32_t bad_line;     /* the first malformed line of lxc-usernet, 0 = none */
	uint32_t refused_line; /* the first line whose options the request does not keep to */
	char why[160];	       /* what of the request, "hwaddr = ..., and it gives ..." */
};

/* Lower case, with colons. */
void client_mac_text(const uint8_t mac[6], char out[USERNET_MAC + 1]);

/* Each fills the error and returns -1. */
int client_explain_unusable(const char *path, int sys_errno, enum error_code code,
			    struct error *err);
int client_explain_net(const struct helper_reply *reply, const struct net_request *request,
		       const struct client_search *search, struct error *err);
int client_explain_idmap(const struct helper_reply *reply, const struct map_request *request,
			 struct error *err);

/* What the helper says in its reply when it could not get as far as the request itself. */
int client_explain_common(const char *path, const struct helper_reply *reply, enum error_code code,
			  struct error *err);

#endif
