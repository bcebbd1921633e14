// SPDX-License-Identifier: LGPL-2.1-or-later
/* One rtnetlink message a function. The kernel does all of a message or nothing. */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>

#include "network/host.h"

static struct nl_msg *begin(int type, int flags, const void *head, size_t size)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);
	if (m && nlmsg_append(m, (void *)head, size, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(m);
		m = NULL;
	}
	return m;
}

static struct nl_msg *begin_link(int type, int flags, int index, unsigned char family)
{
	const struct ifinfomsg info = { .ifi_family = family, .ifi_index = index };
	return begin(type, flags, &info, sizeof(info));
}

/* Send and wait for the acknowledgement. A message that could not be built has full = true. */
static int finish(struct nl_sock *socket, struct nl_msg *m, bool full)
{
	if (!m)
		return -NLE_NOMEM;
	if (!full)
		return nl_send_sync(socket, m); /* frees it */
	nlmsg_free(m);
	return -NLE_MSGSIZE;
}

static bool put_common(struct nl_msg *m, const char *name, const uint8_t *hwaddr, uint32_t mtu)
{
	return (name && nla_put_string(m, IFLA_IFNAME, name) < 0) ||
	       (hwaddr && nla_put(m, IFLA_ADDRESS, 6, hwaddr) < 0) ||
	       (mtu && nla_put_u32(m, IFLA_MTU, mtu) < 0);
}

static bool put_kind(struct nl_msg *m, const struct nic *nic, const char *kind)
{
	const struct net_config *net = nic->config;
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO);
	bool full = !info || nla_put_string(m, IFLA_INFO_KIND, kind) < 0;
	struct nlattr *data = full ? NULL : nla_nest_start(m, IFLA_INFO_DATA);
	if (!data)
		return true;
	if (nic->type == NET_MACVLAN)
		full = nla_put_u32(m, IFLA_MACVLAN_MODE, net->macvlan_mode) < 0;
	else if (nic->type == NET_IPVLAN)
		full = nla_put_u16(m, IFLA_IPVLAN_MODE, (uint16_t)net->ipvlan_mode) < 0 ||
		       nla_put_u16(m, IFLA_IPVLAN_FLAGS, (uint16_t)net->ipvlan_isolation) < 0;
	else
		full = nla_put_u16(m, IFLA_VLAN_ID, (uint16_t)net->vlan_id) < 0;
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return full;
}

int host_link_add_child(struct nl_sock *socket, const struct nic *nic, int netns_fd)
{
	static const char *const kinds[] = {
		[NET_MACVLAN] = "macvlan", [NET_IPVLAN] = "ipvlan", [NET_VLAN] = "vlan"
	};
	struct nl_msg *m = begin_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, AF_UNSPEC);
	bool full =
	    m && (put_common(m, nic->name, nic->has_hwaddr ? nic->hwaddr : NULL, nic->mtu) ||
		  nla_put_u32(m, IFLA_LINK, (uint32_t)nic->host_index) < 0 ||
		  nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)netns_fd) < 0 ||
		  put_kind(m, nic, kinds[nic->type]));
	return finish(socket, m, full);
}

static bool put_queues(struct nl_msg *m, uint32_t receive, uint32_t transmit)
{
	return (receive && nla_put_u32(m, IFLA_NUM_RX_QUEUES, receive) < 0) ||
	       (transmit && nla_put_u32(m, IFLA_NUM_TX_QUEUES, transmit) < 0);
}

int host_link_add_veth(struct nl_sock *socket, const struct nic *nic, int netns_fd, int bridge)
{
	const struct net_config *net = nic->config;
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	/* Above every other port's: a bridge takes the lowest address of its ports. */
	uint8_t mac[6] = { 0xfe,	   nic->hwaddr[1], nic->hwaddr[2],
			   nic->hwaddr[3], nic->hwaddr[4], nic->hwaddr[5] };
	struct nl_msg *m = begin_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, AF_UNSPEC);
	if (!m)
		return -NLE_NOMEM;
	/* What a container receives, the host's end sends. */
	bool full = put_common(m, nic->host_name, mac, nic->mtu) ||
		    put_queues(m, net->tx_queues, net->rx_queues) ||
		    (bridge && nla_put_u32(m, IFLA_MASTER, (uint32_t)bridge) < 0);
	struct nlattr *info = full ? NULL : nla_nest_start(m, IFLA_LINKINFO);
	full = !info || nla_put_string(m, IFLA_INFO_KIND, "veth") < 0;
	struct nlattr *data = full ? NULL : nla_nest_start(m, IFLA_INFO_DATA);
	struct nlattr *peer = data ? nla_nest_start(m, VETH_INFO_PEER) : NULL;
	full = !peer || nlmsg_append(m, (void *)&any, sizeof(any), NLMSG_ALIGNTO) < 0 ||
	       put_common(m, nic->name, nic->hwaddr, nic->mtu) ||
	       put_queues(m, net->rx_queues, net->tx_queues) ||
	       nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)netns_fd) < 0;
	if (!full) {
		nla_nest_end(m, peer);
		nla_nest_end(m, data);
		nla_nest_end(m, info);
	}
	return finish(socket, m, full);
}

int host_link_delete(struct nl_sock *socket, int index)
{
	return finish(socket, begin_link(RTM_DELLINK, 0, index, AF_UNSPEC), false);
}

/* Flags that change, with whatever put_... adds. */
static struct nl_msg *begin_change(int index, unsigned flags)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
					.ifi_index = index,
					.ifi_flags = flags,
					.ifi_change = IFF_UP };
	return begin(RTM_NEWLINK, 0, &info, sizeof(info));
}

int host_link_raise(struct nl_sock *socket, int index, const char *alias)
{
	struct nl_msg *m = begin_change(index, IFF_UP);
	return finish(socket, m, m && nla_put_string(m, IFLA_IFALIAS, alias) < 0);
}

int host_link_set(struct nl_sock *socket, int index, const uint8_t *hwaddr, uint32_t mtu)
{
	struct nl_msg *m = begin_change(index, 0);
	return finish(socket, m, m && put_common(m, NULL, hwaddr, mtu));
}

int host_link_move(struct nl_sock *socket, int index, int netns_fd, const char *name)
{
	struct nl_msg *m = begin_change(index, 0);
	return finish(socket, m,
		      m && (put_common(m, name, NULL, 0) ||
			    nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)netns_fd) < 0));
}

int host_link_rename(struct nl_sock *socket, int index, const char *name)
{
	struct nl_msg *m = begin_change(index, 0);
	return finish(socket, m, m && put_common(m, name, NULL, 0));
}

int host_link_vlan(struct nl_sock *socket, int index, uint16_t id, bool untagged, bool add)
{
	const struct bridge_vlan_info vlan = {
		.flags = untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0,
		.vid = id,
	};
	struct nl_msg *m = begin_link(add ? RTM_SETLINK : RTM_DELLINK, 0, index, AF_BRIDGE);
	struct nlattr *spec = m ? nla_nest_start(m, IFLA_AF_SPEC) : NULL;
	bool full = !spec || nla_put(m, IFLA_BRIDGE_VLAN_INFO, sizeof(vlan), &vlan) < 0;
	if (spec)
		nla_nest_end(m, spec);
	return finish(socket, m, full);
}

int host_link_proxy(struct nl_sock *socket, int index, int family, const void *address, bool add)
{
	const struct ndmsg neighbour = { .ndm_family = (uint8_t)family,
					 .ndm_ifindex = index,
					 .ndm_state = NUD_PERMANENT,
					 .ndm_flags = NTF_PROXY };
	struct nl_msg *m =
	    begin(add ? RTM_NEWNEIGH : RTM_DELNEIGH, add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
		  &neighbour, sizeof(neighbour));
	return finish(socket, m, m && nla_put(m, NDA_DST, family == AF_INET ? 4 : 16, address) < 0);
}

int host_link_neighbour(struct nl_sock *socket, int index, int family, const void *address,
			const uint8_t *hwaddr)
{
	const struct ndmsg neighbour = { .ndm_family = (uint8_t)family,
					 .ndm_ifindex = index,
					 .ndm_state = NUD_PERMANENT };
	struct nl_msg *m =
	    begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &neighbour, sizeof(neighbour));
	return finish(socket, m,
		      m && (nla_put(m, NDA_DST, family == AF_INET ? 4 : 16, address) < 0 ||
			    nla_put(m, NDA_LLADDR, 6, hwaddr) < 0));
}

int host_link_route(struct nl_sock *socket, int index, int family, const void *address,
		    unsigned prefix)
{
	const struct rtmsg route = { .rtm_family = (uint8_t)family,
				     .rtm_dst_len = (uint8_t)prefix,
				     .rtm_table = RT_TABLE_MAIN,
				     .rtm_protocol = RTPROT_BOOT,
				     .rtm_scope =
					 family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
				     .rtm_type = RTN_UNICAST };
	struct nl_msg *m = begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof(route));
	return finish(socket, m,
		      m && (nla_put(m, RTA_DST, family == AF_INET ? 4 : 16, address) < 0 ||
			    nla_put_u32(m, RTA_OIF, (uint32_t)index) < 0));
}
