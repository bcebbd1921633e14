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
	empty_conf lxc-dnscrypt
	me 'lxc-create -n mine -t busybox && lxc-create -n second -t busybox' >/dev/null
	for name in mine second; do
		{ grep -v '^lxc\.net' /home/lxc-dnscrypt/.local/share/lxc/$name/config; echo 'lxc.init.cmd = /bin/busybox sleep 600'; } >/run/$name-config
	done
}

teardown_file() {
	lxc-destroy -q -f -n net; lxc-destroy -q -f -n other
	destroy_all
}

teardown() {
	lxc-stop -k -q -n net || :
	lxc-stop -k -q -n other || :
	me 'lxc-stop -k -q -n mine; lxc-stop -k -q -n second' || :
}

with() { # NAME LINE...
	local name=$1
	shift
	{ cat /run/$name-config; printf '%s\n' "$@"; } >/var/lib/lxc/$name/config
	lxc-start -n $name
}
# user_with NAME LINE...: an ordinary user's
user_with() {
	local name=$1
	shift
	{ cat /run/$name-config; printf '%s\n' "$@"; } | me "cat >.local/share/lxc/$name/config"
	me "lxc-start -n $name"
}
usernet() { printf '%s\n' "$@" >/etc/lxc/lxc-usernet; }
user_inside() { nsenter -t "$(me "lxc-info -n $1 -pH")" -n "${@:2}"; }
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

@test "an ordinary user cannot make an ifb, by way of which frames would pass the filter of a port, and can without the file that forbids it" {
	conf=/etc/modprobe.d/lxc-privsep.conf
	[ -f $conf ] && modinfo ifb >/dev/null && [ ! -e /sys/module/ifb ]
	run me 'unshare -Urn ip link add ifb0 type ifb'
	[ "$status" -ne 0 ] && says 'Unknown device type'
	[ ! -e /sys/module/ifb ]
	run me lxc-checkconfig
	says 'Filters of ports: enabled'
	mv $conf /run/kept
	run me 'unshare -Urn ip link add ifb0 type ifb; lxc-checkconfig'
	mv /run/kept $conf
	modprobe -r ifb
	says 'Filters of ports: missing' 'blacklist ifb'
}

@test "an ordinary user's vlan: the id that lxc-usernet gives, its own address, again at once; another id is refused" {
	usernet 'lxc-dnscrypt vlan par0 1 vlan=42 mtu=1400'
	for i in 1 2; do
		user_with mine 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0' 'lxc.net.0.vlan.id = 42' 'lxc.net.0.flags = up' 'lxc.net.0.name = v42' \
			'lxc.net.0.hwaddr = 02:00:00:00:00:42'
		run user_inside mine ip -d link show v42
		says 'vlan protocol 802.1Q id 42' 'mtu 1400' '02:00:00:00:00:42' UP
		me 'lxc-stop -k -n mine'
	done
	run user_with mine 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0' 'lxc.net.0.vlan.id = 43'
	[ "$status" = 1 ]
	says 'net 0: lxc-dnscrypt may have a vlan on par0, but not with vlan.id = 43, and it gives 42' 'rule: /etc/lxc/lxc-usernet:1'
}

@test "an ordinary user's ipvlan: l3 without a word, others as lxc-usernet says, private where it says isolated" {
	usernet 'lxc-dnscrypt ipvlan par0 2'
	user_with mine 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.flags = up'
	run user_inside mine ip -d link show eth0
	says 'ipvlan  mode l3 bridge'
	me 'lxc-stop -k -n mine'
	run user_with mine 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.ipvlan.mode = l2'
	[ "$status" = 1 ]
	says 'but not with mode = l2, and it does not say mode=l2'
	usernet 'lxc-dnscrypt ipvlan par0 2 mode=l3s isolated'
	user_with mine 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.ipvlan.mode = l3s' 'lxc.net.0.ipvlan.isolation = private'
	run user_inside mine ip -d link show eth0
	says 'mode l3s private'
}

@test "two containers of an ordinary user reach each other by ipvlan" {
	usernet 'lxc-dnscrypt ipvlan par0 2 mode=l2'
	for n in 1 2; do
		user_with "$([ $n = 1 ] && echo mine || echo second)" 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.ipvlan.mode = l2' \
			'lxc.net.0.flags = up' "lxc.net.0.ipv4.address = 10.7.1.$n/24"
	done
	user_inside mine ping -c1 -W20 10.7.1.2
}

@test "an ordinary user's veth is on the VLAN that lxc-usernet gives, and on no other" {
	usernet 'lxc-dnscrypt veth vbr0 2 vlan=7'
	user_with mine 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.vlan.id = 7' 'lxc.net.0.ipv4.address = 10.7.0.1/24'
	run bridge vlan show dev "$(me 'lxc-info -n mine' | awk '$1 == "Link:" { print $2 }')"
	[[ $output =~ 7\ PVID\ Egress\ Untagged ]]
	[[ ! $output =~ [[:space:]]1\  ]]
	with other 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.flags = up' 'lxc.net.0.veth.vlan.id = 7' 'lxc.net.0.ipv4.address = 10.7.0.2/24'
	user_inside mine ping -c1 -W20 10.7.0.2
	run user_with second 'lxc.net.0.type = veth' 'lxc.net.0.link = vbr0' 'lxc.net.0.veth.vlan.id = 8'
	[ "$status" = 1 ]
	says 'but not with vlan.id = 8, and it gives 7'
	usernet 'lxc-dnscrypt veth lxcbr0 2 vlan=7'
	run user_with second 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.veth.vlan.id = 7'
	[ "$status" = 1 ]
	says 'bridge lxcbr0 does not filter VLANs'
}
