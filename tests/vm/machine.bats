#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The VM is what the tests in it rely on.

load '../lib/common'

@test "it booted with systemd, and no unit failed" {
	[ "$(cat /proc/1/comm)" = systemd ]
	run systemctl --failed --no-legend
	[ -z "$output" ]
}

@test "there are control groups of version 2 only, and a user's manager has the controllers" {
	[ "$(awk '$3 ~ /^cgroup/ { print $2, $3 }' /proc/mounts)" = "/sys/fs/cgroup cgroup2" ]
	controllers=$(cat "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers")
	for controller in cpuset cpu io memory pids; do
		grep -qw "$controller" <<<"$controllers"
	done
}

@test "su - is a login: a session of logind, whose control group is root's" {
	run su - lxc-dnscrypt -c 'cat /proc/self/cgroup; stat -c %U /sys/fs/cgroup$(sed s/^0::// /proc/self/cgroup)'
	[[ ${lines[0]} =~ ^0::/user.slice/user-1000.slice/session-c?[0-9]+.scope$ ]]
	[ "${lines[1]}" = root ]
}

@test "the manager of a user without lingering ends after its last session" {
	su - lxc-cache -c true
	wait_for 30 eval '! systemctl -q is-active user@1001.service'
}

@test "AppArmor is enabled and loads a profile" {
	[ "$(cat /sys/module/apparmor/parameters/enabled)" = Y ]
	echo 'profile vm-machine-test { }' | apparmor_parser -r
	grep -q '^vm-machine-test (enforce)' /sys/kernel/security/apparmor/profiles
	echo 'profile vm-machine-test { }' | apparmor_parser -R
}

@test "interfaces of every type can be made" {
	ip link add base0 type dummy
	for type in 'macvlan mode bridge' 'ipvlan mode l2' 'vlan id 7'; do
		ip link add link base0 name test0 type $type
		ip link del test0
	done
	ip link add test0 type veth peer name test1
	ip link del test0
	ip link del base0
}

@test "the helpers are installed as make install installs them" {
	run setuid-helpers/install-helpers check
	[ "$status" = 0 ]
	says 'net-helper: setuid _lxc-net, cap_net_admin' 'idmap-helper: setuid _lxc-idmap, cap_setgid,cap_setuid'
}
