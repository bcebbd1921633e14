#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-user-nic with LXC's command line, called by an ordinary user for a namespace of its own.

NIC=/usr/local/libexec/lxc/lxc-user-nic

setup() { load '../lib/common'; }

# in_namespace COMMANDS: with $t, a process in a user and network namespace of the user's
in_namespace() {
	me "unshare -Urn sleep 20 & t=\$!; sleep 0.3; $*; s=\$?; kill \$t; exit \$s"
}

@test "create makes an interface and prints its name and number at both ends" {
	run in_namespace "$NIC create /p name \$t veth lxcbr0 eth7; nsenter --preserve-credentials -t \$t -U -n ip -o link show eth7"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" =~ ^eth7:[0-9]+:veth[0-9A-Za-z]{11}:[0-9]+$ ]]
	[[ "${lines[1]}" =~ ^"$(cut -d: -f2 <<<"${lines[0]}"): eth7@" ]]
}

@test "without a name the next free ethN is used" {
	run in_namespace "$NIC create /p name \$t veth lxcbr0; $NIC create /p name \$t veth lxcbr0"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == eth0:* ]]
	[[ "${lines[1]}" == eth1:* ]]
}

@test "a macvlan, and a veth on no bridge, with what lxc-usernet gives for them" {
	ip link add par0 type veth peer name far0
	cp /etc/lxc/lxc-usernet /run/usernet
	printf '%s\n' 'lxc-dnscrypt macvlan par0 1' 'lxc-dnscrypt veth none 1 ip=10.77.0.9/32' >>/etc/lxc/lxc-usernet
	run in_namespace "$NIC create /p name \$t macvlan par0 lan0; nsenter --preserve-credentials -t \$t -U -n ip -d -o link show lan0"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" =~ ^lan0:[0-9]+::0$ ]]
	[[ "${lines[1]}" == *'macvlan mode private'* ]]
	run in_namespace "$NIC create /p name \$t veth none; ip route"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" =~ ^eth0:[0-9]+:(veth[0-9A-Za-z]{11}):[0-9]+$ ]]
	says "10.77.0.9 dev ${BASH_REMATCH[1]} "
	run in_namespace "$NIC create /p name \$t phys par0 lan0"
	[ "$status" -eq 1 ]
	says 'no line of /etc/lxc/lxc-usernet gives lxc-dnscrypt a phys on par0'
	run in_namespace "$NIC create /p name \$t vlan par0 lan0"
	[ "$status" -eq 1 ]
	says 'no line of /etc/lxc/lxc-usernet gives lxc-dnscrypt a vlan on par0'
	cp /run/usernet /etc/lxc/lxc-usernet
	ip link del par0
}

@test "it has no privilege of its own" {
	[ ! -u "$NIC" ]
	[ -z "$(getcap "$NIC")" ]
}

@test "refusals: another's process, the host's namespace, no rule, wrong bridge or none, wrong words" {
	run me "$NIC create /p name 1 veth lxcbr0 eth0"
	[ "$status" -eq 1 ]
	[[ "$output" == *"may not access /proc/1/ns/"* ]]
	run me "$NIC create /p name \$\$ veth lxcbr0 eth0"
	[ "$status" -eq 1 ]
	run in_namespace "$NIC create /p name \$t veth nosuch0 eth0"
	[ "$status" -eq 1 ]
	[[ "$output" == *nosuch0* ]]
	run in_namespace "$NIC create /p name \$t foo lxcbr0 eth0"
	[ "$status" -eq 1 ]
	run in_namespace "$NIC create /p name \$t veth none eth0"
	[ "$status" -eq 1 ]
	says 'no line of /etc/lxc/lxc-usernet gives lxc-dnscrypt a veth on none'
	for words in "" "create" "create /p name 1x veth lxcbr0" "create /p name 1 veth lxcbr0 a/b" \
		"create /p name 1 veth lxcbr0 sixteen-bytes-xx" "frob /p name 1 veth lxcbr0" "delete /p name /x veth lxcbr0 veth0"; do
		run me "$NIC $words"
		[ "$status" -eq 1 ]
		[ -n "$output" ]
	done
}

@test "names that net-helper takes no request with are named, not called malformed" {
	for words in "lxcbr0 eth@0" "lxcbr0 eth%d" "'lxc;br0' eth0" "'' eth0"; do
		run in_namespace "$NIC create /p name \$t veth $words"
		[ "$status" -eq 1 ]
		[[ "$output" != *malformed* ]]
		[[ "$output" == *"is expected"* || "$output" == *"is empty"* ]]
	done
}
