#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bridge made by others, as docs/NETWORK.md says: its examples, as they stand there. (systemd-networkd: tests/vm/bridges.bats)

load '../lib/common'

setup_file() {
	ip link del lxcbr0
	cp -r "$TOP/build/cache/ifupdown/." /tmp/ifupdown
	mkdir -p /run/network /etc/network/if-{pre-up,up,down,post-down}.d
	ip netns add outside
	ip link add out0 type veth peer name eth0 netns outside
	ip addr add 192.0.2.1/24 dev out0
	ip link set out0 up
	ip -n outside addr add 192.0.2.2/24 dev eth0
	ip -n outside link set eth0 up
}
teardown_file() { ip netns del outside; }
teardown() {
	destroy_all
	lxc-net -q stop
	ip link del lxcbr0 2>/dev/null || :
	nft flush ruleset
}

# example NAME: the block of docs/NETWORK.md that is marked with it
example() { awk -v mark="<!-- $1 -->" '$0 == mark { on = 1; next } /^```$/ && on { if (++on == 3) exit; next } on == 2' "$TOP/docs/NETWORK.md"; }

ifupdown() { # up|down
	example ifupdown >/etc/network/interfaces
	"/tmp/ifupdown/sbin/if$1" lxcbr0
}

@test "ifupdown makes the bridge, containers of ordinary users get onto it, and by the rule of NAT out" {
	ifupdown up
	default_conf lxc-dnscrypt 10.0.3.7 'lxc.net.0.ipv4.gateway = auto'
	me 'lxc-create -n web -t busybox && lxc-start -q -n web'
	me 'lxc-attach -n web -- ping -c 1 -W 5 10.0.3.1'
	echo 1 >/proc/sys/net/ipv4/ip_forward
	run me 'lxc-attach -n web -- ping -c 1 -W 1 192.0.2.2'
	[ "$status" -ne 0 ]
	example nat.nft | nft -f -
	me 'lxc-attach -n web -- ping -c 1 -W 5 192.0.2.2'
	destroy lxc-dnscrypt web
	ifupdown down
	[ ! -e /sys/class/net/lxcbr0 ]
}

@test "lxc-net adds NAT and DHCP to the bridge of ifupdown, and leaves it" {
	ifupdown up
	echo 'LXC_DHCP_PING="false"' >/etc/default/lxc-net
	lxc-net start
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' |
		me 'umask 077; mkdir -p .config/lxc; cat >.config/lxc/default.conf'
	me 'lxc-create -n web -t busybox && lxc-start -q -n web'
	wait_for 20 eval 'me "lxc-info -n web -iH" | grep -q ^10.0.3.'
	me 'lxc-attach -n web -- ping -c 1 -W 5 192.0.2.2'
	destroy lxc-dnscrypt web
	lxc-net stop
	ip -br addr show dev lxcbr0 | grep -q 10.0.3.1/24
	ifupdown down
	[ ! -e /sys/class/net/lxcbr0 ]
}
