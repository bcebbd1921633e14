#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Interfaces that need kernel modules a test machine may not have: vlan, ipvlan, VLANs of bridge ports.

load '../lib/common'

setup_file() {
	mkdir -p /etc/lxc
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	for name in net other; do
		lxc-create -n $name -t busybox >/dev/null
		{ grep -v '^lxc\.net' /var/lib/lxc/$name/config; echo 'lxc.init.cmd = /bin/busybox sleep 600'; } >/run/$name-config
	done
	ip link add par0 type dummy
	ip link set par0 up
	ip link add vbr0 type bridge vlan_filtering 1
	ip link set vbr0 up
}

teardown() { lxc-stop -k -q -n net || :; lxc-stop -k -q -n other || :; }

with() { # NAME LINE...
	local name=$1
	shift
	{ cat /run/$name-config; printf '%s\n' "$@"; } >/var/lib/lxc/$name/config
	lxc-start -n $name
}
inside() { nsenter -t "$(lxc-info -n "$1" -pH)" -n "${@:2}"; }

@test "vlan: an interface with its tag on the parent" {
	with net 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0' 'lxc.net.0.vlan.id = 42' 'lxc.net.0.flags = up' 'lxc.net.0.name = v42'
	run inside net ip -d link show v42
	says 'vlan protocol 802.1Q id 42'
}

@test "ipvlan: each mode and isolation" {
	for mode in '' l3 l3s l2; do
		with net 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' ${mode:+"lxc.net.0.ipvlan.mode = $mode"} 'lxc.net.0.flags = up'
		run inside net ip -d link show eth0
		says "ipvlan  mode ${mode:-l3} bridge"
		lxc-stop -k -n net
	done
	for isolation in private vepa; do
		with net 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' "lxc.net.0.ipvlan.isolation = $isolation"
		run inside net ip -d link show eth0
		says "mode l3 $isolation"
		lxc-stop -k -n net
	done
}

@test "veth.vlan.id and veth.vlan.tagged.id are the VLANs of the bridge's port" {
	with net 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.pair = vethvlan' \
		'lxc.net.0.veth.vlan.id = 7' 'lxc.net.0.veth.vlan.tagged.id = 8' 'lxc.net.0.veth.vlan.tagged.id = 9'
	run bridge vlan show dev vethvlan
	[[ $output =~ 7\ PVID\ Egress\ Untagged ]]
	[[ $output =~ [[:space:]]8 && $output =~ [[:space:]]9 ]]
	[[ ! $output =~ [[:space:]]1\ PVID ]]
	lxc-stop -k -n net
	with net 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.veth.pair = vethvlan' 'lxc.net.0.veth.vlan.id = none' \
		'lxc.net.0.veth.vlan.tagged.id = 9'
	run bridge vlan show dev vethvlan
	[[ ! $output =~ PVID && $output =~ [[:space:]]9 ]]
}

@test "containers on one VLAN reach each other, on different ones they do not" {
	with net 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.vlan.id = 7' 'lxc.net.0.ipv4.address = 10.7.0.1/24'
	with other 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.vlan.id = 7' 'lxc.net.0.ipv4.address = 10.7.0.2/24'
	inside net ping -c1 -W20 10.7.0.2
	lxc-stop -k -n other
	with other 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.vlan.id = 8' 'lxc.net.0.ipv4.address = 10.7.0.2/24'
	! inside net ping -c1 -W2 10.7.0.2
}
