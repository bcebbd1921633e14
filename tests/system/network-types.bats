#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Interfaces other than a veth on a bridge, made by root; those of ordinary users are in network-users.bats. What this kernel may
# lack (vlan, ipvlan, VLANs of bridge ports) is in tests/vm/network-types.bats.

load '../lib/common'

setup_file() {
	mkdir -p /etc/lxc
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	lxc-create -n net -t busybox >/dev/null
	{ grep -v '^lxc\.net' /var/lib/lxc/net/config; echo 'lxc.init.cmd = /bin/busybox sleep 600'; } >/run/net-config
}

teardown_file() { lxc-stop -k -q -n net; lxc-destroy -q -n net; }

setup() {
	ip link add par0 type veth peer name far0
	ip link set par0 up; ip link set far0 up
}

teardown() {
	lxc-stop -k -q -n net || :
	ip link del par0 2>/dev/null || :
	ip link del far0 2>/dev/null || :
	wait_for 10 eval '[ -z "$(ip -o link show type veth)" ]'
}

configure() { { cat /run/net-config; printf '%s\n' "$@"; } >/var/lib/lxc/net/config; }
with() { configure "$@"; lxc-start -n net; }
host_ip() { nsenter -t "$(lxc-info -n net -pH)" -n ip "$@"; }

@test "macvlan: each mode, name, hwaddr, mtu and address, on its parent" {
	for mode in '' private vepa bridge passthru; do
		with 'lxc.net.0.type = macvlan' 'lxc.net.0.link = par0' ${mode:+"lxc.net.0.macvlan.mode = $mode"} 'lxc.net.0.flags = up' \
			'lxc.net.0.name = lan' 'lxc.net.0.mtu = 1400' 'lxc.net.0.ipv4.address = 10.9.0.2/24'
		run host_ip -d link show lan
		says "macvlan mode ${mode:-private}" 'mtu 1400'
		# A passthru has the address of its parent.
		[ "$mode" = passthru ] || says '10:66:6a:'
		run host_ip -4 -o addr show lan
		says '10.9.0.2/24'
		lxc-stop -k -n net
	done
	with 'lxc.net.0.type = macvlan' 'lxc.net.0.link = par0' 'lxc.net.0.hwaddr = 02:00:00:00:00:07'
	run host_ip -o link show eth0
	says '02:00:00:00:00:07'
}

@test "a macvlan talks to what its parent is wired to" {
	ip addr add 10.9.0.1/24 dev far0
	with 'lxc.net.0.type = macvlan' 'lxc.net.0.link = par0' 'lxc.net.0.flags = up' 'lxc.net.0.ipv4.address = 10.9.0.2/24'
	ping -c1 -W5 10.9.0.2
}

@test "phys: the interface moves, is renamed inside, and comes back as it was" {
	ip link set par0 address 02:00:00:00:00:09 mtu 1450
	with 'lxc.net.0.type = phys' 'lxc.net.0.link = par0' 'lxc.net.0.name = wan' 'lxc.net.0.flags = up' \
		'lxc.net.0.hwaddr = 02:00:00:00:00:0a' 'lxc.net.0.mtu = 1300' 'lxc.net.0.ipv4.address = 10.9.0.3/24'
	! ip link show par0 || false
	run host_ip -o link show wan
	says 'mtu 1300' '02:00:00:00:00:0a' 'UP'
	host_ip link set wan down
	host_ip link set wan name renamed
	lxc-stop -k -n net
	wait_for 5 ip link show par0
	run ip -o link show par0
	says 'mtu 1450' '02:00:00:00:00:09' ',UP'
}

@test "phys with a + takes every interface of that prefix, and all come back" {
	ip link add parx1 type veth peer name farx
	with 'lxc.net.0.type = phys' 'lxc.net.0.link = par+'
	run host_ip -br link
	says par0 parx1
	! ip link show par0 && ! ip link show parx1 || false
	lxc-stop -k -n net
	wait_for 5 ip link show par0
	wait_for 5 ip link show parx1
	ip link del parx1
	configure 'lxc.net.0.type = phys' 'lxc.net.0.link = nosuch+'
	run lxc-start -n net
	[ "$status" = 1 ]; says 'lxc.net.0.link = nosuch+: there is no such interface'
}

@test "a physical interface is back when the start fails behind it" {
	configure 'lxc.net.0.type = phys' 'lxc.net.0.link = par0' 'lxc.net.1.type = macvlan' 'lxc.net.1.link = far0' 'lxc.net.1.name = par0'
	run lxc-start -n net
	[ "$status" = 1 ]
	says 'net 1:'
	wait_for 5 ip link show par0
	configure 'lxc.net.0.type = phys' 'lxc.net.0.link = par0' 'lxc.init.cmd = /no/such/init'
	run lxc-start -n net
	[ "$status" = 1 ]
	wait_for 5 ip link show par0
}

@test "veth.pair names the host's end, queues count, and a taken name is refused" {
	with 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.pair = vethweb' \
		'lxc.net.0.veth.n_rxqueues = 3' 'lxc.net.0.veth.n_txqueues = 2'
	run ip -d link show vethweb
	says 'master lxcbr0' 'numtxqueues 3 ' 'numrxqueues 2 ' 'alias root/net/eth0' ',UP'
	run host_ip -d link show eth0
	says 'numtxqueues 2 ' 'numrxqueues 3 '
	[ "$(lxc-info -n net | awk '$1 == "Link:" { print $2 }')" = vethweb ]
	lxc-stop -k -n net
	with 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.veth.n_rxqueues = 3'
	[[ "$(ip -o link show master lxcbr0)" =~ veth[A-Za-z0-9]{6}@ ]]
	lxc-stop -k -n net
	configure 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.veth.pair = par0'
	run lxc-start -n net
	[ "$status" = 1 ]; says 'making par0'
}

@test "a veth without a link is there, attached to nothing" {
	with 'lxc.net.0.type = veth' 'lxc.net.0.flags = up' 'lxc.net.0.veth.pair = vethfree'
	run ip -o link show vethfree
	[[ "$output" != *master* ]]
}

@test "veth.mode = router: host and container reach each other by routes and proxied gateways, without a bridge" {
	with 'lxc.net.0.type = veth' 'lxc.net.0.veth.mode = router' 'lxc.net.0.flags = up' 'lxc.net.0.veth.pair = vethr' \
		'lxc.net.0.ipv4.address = 10.77.0.2/32' 'lxc.net.0.ipv4.gateway = 169.254.1.1' \
		'lxc.net.0.ipv6.address = fd00:77::2/128' 'lxc.net.0.ipv6.gateway = fe80::1'
	run ip route
	says '10.77.0.2 dev vethr'
	run ip -6 route
	says 'fd00:77::2 dev vethr'
	run ip neigh show proxy dev vethr
	says 169.254.1.1 fe80::1
	# The kernel answers for an address that it would route elsewhere.
	ip route add default dev lxcbr0
	ping -c1 -W5 10.77.0.2
	host_ip route get 10.0.3.1 | grep -q 'via 169.254.1.1'
}

@test "veth.ipv4.route and veth.ipv6.route lead the host to the container" {
	with 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.pair = vethr' \
		'lxc.net.0.veth.ipv4.route = 10.88.0.1/24' 'lxc.net.0.veth.ipv4.route = 10.89.0.0/16' 'lxc.net.0.veth.ipv6.route = fd00:88::/64'
	run ip route
	says '10.88.0.0/24 dev vethr' '10.89.0.0/16 dev vethr'
	run ip -6 route
	says 'fd00:88::/64 dev vethr'
}

@test "l2proxy: the link answers for the container's addresses while it runs, if it forwards" {
	configure 'lxc.net.0.type = macvlan' 'lxc.net.0.link = par0' 'lxc.net.0.l2proxy = 1' 'lxc.net.0.ipv4.address = 10.9.0.2/24'
	echo 0 >/proc/sys/net/ipv4/conf/par0/forwarding
	run lxc-start -n net
	[ "$status" = 1 ]; says 'lxc.net.0.l2proxy = 1: net.ipv4.conf.par0.forwarding is off' 'sysctl -w net.ipv4.conf.par0.forwarding=1'
	echo 1 >/proc/sys/net/ipv4/conf/par0/forwarding
	lxc-start -n net
	run ip neigh show proxy dev par0
	says 10.9.0.2
	lxc-stop -k -n net
	wait_for 5 eval '[ -z "$(ip neigh show proxy dev par0)" ]'
}

@test "VLANs of a bridge's port need a bridge that filters them" {
	configure 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.veth.vlan.id = 5'
	run lxc-start -n net
	[ "$status" = 1 ]
	says 'bridge lxcbr0 does not filter VLANs' 'vlan_filtering 1'
}

@test "values that cannot be are refused with file, line and what is accepted" {
	while IFS='|' read -r lines message; do
		configure $'lxc.net.0.type = '"${lines%%;*}" "${lines#*;}"
		run lxc-info -n net -c lxc.uts.name
		[ "$status" = 1 ]
		says 'net/config:' "$message"
	done <<-'END'
		macvlan;lxc.net.0.macvlan.mode = wild|unknown; accepted: private, vepa, bridge or passthru
		veth;lxc.net.0.macvlan.mode = vepa|lxc.net.0.type = macvlan has to come first
		ipvlan;lxc.net.0.ipvlan.mode = l4|unknown; accepted: l3, l3s or l2
		ipvlan;lxc.net.0.ipvlan.isolation = none|accepted: bridge, private or vepa
		vlan;lxc.net.0.vlan.id = 4095|out of range; accepted: 0 to 4094
		veth;lxc.net.0.veth.mode = hub|accepted: bridge or router
		veth;lxc.net.0.veth.pair = much-too-long-a-name|longer than 15 bytes
		veth;lxc.net.0.veth.n_rxqueues = 0|out of range
		veth;lxc.net.0.veth.ipv4.route = 10.0.0.0|the prefix is missing
		veth;lxc.net.0.veth.ipv4.route = 10.0.0.0/33|the prefix is not 0 to 32
		veth;lxc.net.0.veth.ipv6.route = 10.0.0.0/8|not an address
		veth;lxc.net.0.veth.vlan.id = all|out of range; accepted: none or 0 to 4094
		veth;lxc.net.0.veth.vlan.tagged.id = 5000|out of range
		veth;lxc.net.0.l2proxy = yes|not 0 or 1
	END
	configure 'lxc.net.0.type = macvlan'
	run lxc-start -n net
	[ "$status" = 1 ]; says 'lxc.net.0.link is missing' 'net/config:'
	configure 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0'
	run lxc-start -n net
	[ "$status" = 1 ]; says 'lxc.net.0.vlan.id is missing'
}
