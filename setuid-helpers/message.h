/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the rtnetlink messages, made at build time by build/net-messages.c, and link.c agree on: a
 * message is a table of 32-bit words, and a word NET_VALUE | n of it stands for word n of a struct
 * net_values. The port filter (build/port-filter.c) is part of a message.
 */
#ifndef SETUID_HELPERS_MESSAGE_H
#define SETUID_HELPERS_MESSAGE_H

#include <stdint.h>

#include "policy/usernet.h"
#include "setuid-helpers/protocol.h"

#define NET_VALUE 0x7e570000U
#define NET_VALUE_MASK 0xffff0000U
#define NET_MAX_WORDS 1024 /* of a message */

/* Members that messages use begin at a whole word; strings are padded with NULs. */
struct net_values {
	struct net_request request;
	char host[16];			     /* the host's end */
	char pair[52], alias[84];	     /* its altname and alias */
	uint8_t host_hwaddr[8], isolated[4]; /* 6 bytes and 1 of them */
	uint32_t index, group;		     /* of the host's end */
	uint32_t link, link_mtu, mtu; /* index and MTU of the link; MTU of the container's end */
	uint32_t netns, nsid;	      /* descriptor of the container's namespace; its id here */
	uint32_t macvlan_mode;	      /* MACVLAN_MODE_* */
	uint16_t ipvlan_mode[2],
	    ipvlan_private[2];	      /* IPVLAN_MODE_* and IPVLAN_F_PRIVATE; 2 bytes of each */
	uint16_t vlan_id[2], vlan[2]; /* 2 bytes; struct bridge_vlan_info */
	uint8_t route[4], to[16];     /* family, length, 0, 0; destination */
	/* What the port filter compares with, as numbers: the hardware address (4 and 2 bytes), the
	 * lower half of the link-local address that goes with it, and of each address its words
	 * and their masks. */
	uint32_t hwaddr[2], interface[2], address[USERNET_MAX_ADDRESSES][4][2];
};

#endif
