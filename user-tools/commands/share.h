/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --share-net, -ipc, -uts, -pid of lxc-start and lxc-execute. */
#ifndef COMMANDS_SHARE_H
#define COMMANDS_SHARE_H

#include "commands/command.h"

#define SHARE_NET 300 /* and the next three, in the order of start_options.share */
#define SHARE_OPTIONS                                                    \
	{ SHARE_NET, "share-net", "NAME|PID", VALUE_CONTAINER,           \
	  "join this network namespace (lxc.namespace.share.net)" },     \
	    { SHARE_NET + 1, "share-ipc", "NAME|PID", VALUE_CONTAINER,   \
	      "join this IPC namespace (lxc.namespace.share.ipc)" },     \
	    { SHARE_NET + 2, "share-uts", "NAME|PID", VALUE_CONTAINER,   \
	      "join this UTS namespace (lxc.namespace.share.uts)" },     \
	{                                                                \
		SHARE_NET + 3, "share-pid", "NAME|PID", VALUE_CONTAINER, \
		    "join this PID namespace (lxc.namespace.share.pid)"  \
	}

static inline void share_options(const struct context *context, struct start_options *start)
{
	for (int i = 0; i < 4; i++)
		start->share[i] = option_value(context, SHARE_NET + i);
}

#endif
