// SPDX-License-Identifier: LGPL-2.1-or-later
/* Can a helper do its work? It takes its privilege before it reads a request, and says so when it
 * cannot; a request that asks for nothing is refused by one that can. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "setuid-helpers/client-internal.h"
#include "setuid-helpers/client.h"

int helper_check(const char *helper, struct error *err)
{
	bool net = strcmp(helper, "net-helper") == 0;
	const struct net_request nothing_net = { .head = { HELPER_MAGIC, HELPER_VERSION,
							   OP_NET } };
	const struct map_request nothing_map = { .head = { HELPER_MAGIC, HELPER_VERSION, OP_MAP } };
	struct helper_reply reply = { .stage = 0 };
	struct error why = { 0 };
	_cleanup_close_ int object = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (object < 0)
		return error_set(err, E_SYSTEM, errno, "open /proc/self");
	int result = net ? client_exchange(helper, &nothing_net, sizeof(nothing_net), object,
					   &reply, E_NET_HELPER, &why)
			 : client_exchange(helper, &nothing_map, sizeof(nothing_map), object,
					   &reply, E_IDMAP_HELPER, &why);
	/* Refused behind the step at which it would have said that it has no privilege. */
	if (result == 0 || reply.stage > STAGE_PRIVILEGE)
		return 0;
	if (err)
		*err = why;
	return -1;
}
