#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Interfaces as a running container of an ordinary user sees them: names, addresses, routes, and that the plan is
# refused by name before anything is made.

load '../lib/common'

setup_file() {
	ip addr add fd00:3::1/64 dev lxcbr0 nodad
	empty_conf lxc-dnscrypt
	me 'lxc-create -n net -t busybox' >/dev/null
	cp /home/lxc-dnscrypt/.local/share/lxc/net/config /run/net-config
}

teardown_file() {
	destroy_all
}

teardown() {
	me 'lxc-stop -k -n net' >/dev/null 2>&1 || :
	wait_for 10 eval '[ -z "$(ip -o link show master lxcbr0)" ]'
}

# configure LINE...: the container with these instead of its own network lines
configure() {
	{ grep -v '^lxc\.net' /run/net-config; printf '%s\n' "$@"; } |
		me 'cat >.local/share/lxc/net/config'
}

# with LINE...: configured so, and started
with() {
	configure "$@"
	me 'lxc-start -n net'
}

# in_net COMMANDS: inside
in_net() { me "lxc-attach -n net -- sh -c '$*'"; }

# host_ip ARGUMENT...: the host's ip(8) in the container's network namespace
host_ip() { nsenter -t "$(me 'lxc-info -n net -pH')" -n ip "$@"; }

veth() { printf '%s\n' "lxc.net.$1.type = veth" "lxc.net.$1.link = lxcbr0" "lxc.net.$1.flags = up"; }

# The template's init brings up what it finds: an init that does nothing shows what was there before it.
idle() { echo 'lxc.init.cmd = /bin/busybox sleep 600'; }

@test "without lxc.net there is a namespace of its own with lo down" {
	with "$(idle)"
	run host_ip -br link
	[ "${#lines[@]}" -ge 1 ]
	[[ "$output" != *eth0* ]]
	run host_ip -o link show lo
	[[ "$output" == *"<LOOPBACK>"* ]]
}

@test "type empty is lo, up" {
	with "$(idle)" 'lxc.net.0.type = empty'
	run host_ip -o link show lo
	[[ "$output" == *"LOOPBACK,UP"* ]]
	run host_ip -o link
	[[ "$output" != *eth0* ]]
}

@test "explicit names are kept, the others are eth0 and on by index" {
	with "$(idle)" $'lxc.net.5.type = veth\nlxc.net.5.link = lxcbr0' "$(veth 1)" 'lxc.net.1.name = eth0' "$(veth 3)"
	run host_ip -br link
	says eth0@ eth1@ eth2@
	[ "$(ip -o link show master lxcbr0 | wc -l)" = 3 ]
	# 5 comes last and has no flags: it is the one that is down
	[[ "$(host_ip -br link show eth2)" == *DOWN* ]]
	[[ "$(host_ip -br link show eth1)" == *UP* ]]
}

@test "addresses, broadcast, MTU and hardware address are as configured" {
	with "$(veth 0)" 'lxc.net.0.hwaddr = 02:00:00:00:00:2a' 'lxc.net.0.mtu = 1400' \
		'lxc.net.0.ipv4.address = 10.0.3.40/24' 'lxc.net.0.ipv4.address = 10.0.4.40/16 10.0.9.9' \
		'lxc.net.0.ipv6.address = fd00:3::40/64'
	run host_ip -o addr show eth0
	says '10.0.3.40/24 brd 10.0.3.255' '10.0.4.40/16 brd 10.0.9.9' 'fd00:3::40/64'
	run host_ip -o link show eth0
	says 'mtu 1400' '02:00:00:00:00:2a'
	# a smaller MTU inside does not lower the bridge's
	[ "$(cat /sys/class/net/lxcbr0/mtu)" = 1500 ]
}

@test "gateway auto is the bridge's address, and both families reach it at once" {
	with "$(veth 0)" 'lxc.net.0.ipv4.address = 10.0.3.40/24' 'lxc.net.0.ipv4.gateway = auto' \
		'lxc.net.0.ipv6.address = fd00:3::40/64' 'lxc.net.0.ipv6.gateway = auto'
	run host_ip route
	says 'default via 10.0.3.1 dev eth0'
	run host_ip -6 route
	says 'default via fd00:3::1 dev eth0'
	run host_ip -6 -o addr show eth0 scope global
	[[ "$output" != *tentative* ]]
	run in_net 'ping -c1 -W2 10.0.3.1 >/dev/null && echo four'
	[ "$output" = four ]
	wait_for 5 ping -6 -c1 -W1 fd00:3::40
}

@test "gateway dev is a route straight out, and a gateway elsewhere is routed to first" {
	with "$(veth 0)" 'lxc.net.0.ipv4.address = 10.0.3.40/32' 'lxc.net.0.ipv4.gateway = dev'
	run host_ip route
	says 'default dev eth0'
	me 'lxc-stop -k -n net'
	with "$(veth 0)" 'lxc.net.0.ipv4.address = 192.0.2.40/32' 'lxc.net.0.ipv4.gateway = 10.0.3.1'
	run host_ip route
	says 'default via 10.0.3.1 dev eth0' '10.0.3.1 dev eth0'
}

@test "a hardware address that was drawn survives a reboot of the container" {
	with "$(veth 0)" 'lxc.net.0.ipv4.address = 10.0.3.40/24'
	before=$(host_ip -o link show eth0 | grep -o 'ether [0-9a-f:]*')
	pid=$(me 'lxc-info -n net -pH')
	[[ "$before" == 'ether 10:66:6a:'* ]]
	me 'lxc-stop -r -n net'
	wait_for 10 eval 'now=$(me "lxc-info -n net -pH"); [ -n "$now" ] && [ "$now" != '"$pid"' ]'
	wait_for 5 host_ip -o link show eth0
	[ "$(host_ip -o link show eth0 | grep -o 'ether [0-9a-f:]*')" = "$before" ]
}

@test "lxc-info lists the addresses, without those of lo and link-local ones" {
	with "$(veth 0)" 'lxc.net.0.ipv4.address = 10.0.3.40/24' 'lxc.net.0.ipv6.address = fd00:3::40/64'
	run me 'lxc-info -n net -iH'
	[ "$output" = $'10.0.3.40\nfd00:3::40' ]
}

@test "what cannot be is refused by key before anything is made" {
	for case in \
		'lxc.net.0.name = eth@0|lxc.net.0.name = eth@0' \
		'lxc.net.0.name = lo|loopback' \
		'lxc.net.0.link = nosuch0|nosuch0 does not exist' \
		'lxc.net.0.link = lo|lo is not a bridge'; do
		configure "$(veth 0)" "${case%%|*}"
		run me 'lxc-start -n net'
		[ "$status" = 1 ]
		says "${case##*|}"
		[ "$(state lxc-dnscrypt net)" = STOPPED ]
		[ -z "$(ip -o link show master lxcbr0)" ]
	done
	configure "$(veth 0)" "$(veth 1)" 'lxc.net.0.name = a' 'lxc.net.1.name = a'
	run me 'lxc-start -n net'
	[ "$status" = 1 ]
	says 'lxc.net.1.name = a' 'used twice, by net 0'
}

@test "when the second of two interfaces is refused the first one goes too" {
	ip link add other0 type bridge
	echo 'lxc-dnscrypt veth other0 0' >>/etc/lxc/lxc-usernet
	configure "$(veth 0)" "$(veth 1)" 'lxc.net.1.link = other0'
	run me 'lxc-start -n net'
	ip link del other0
	[ "$status" = 1 ]
	says 'net 1: lxc-dnscrypt may have 0 veth on other0 and has 0' 'rule: /etc/lxc/lxc-usernet'
	wait_for 5 eval '[ -z "$(ip -o link show master lxcbr0)" ]'
}
