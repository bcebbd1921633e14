#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-cgroup and lxc-checkconfig where there is nothing but cgroup2, and systemd hands groups out.

setup_file() {
	load '../lib/common'
	me 'lxc-create -n box -t busybox && lxc-start -q -n box' >/dev/null 2>&1
}
setup() { load '../lib/common'; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

@test "lxc-checkconfig lists the controllers that a scope of the user's systemd will have" {
	run me 'lxc-checkconfig'
	[ "$status" -eq 0 ]
	says 'Cgroups: enabled (unified: version 2)' "Delegation: enabled (a scope of the user's systemd for each container)"
	given=$(cat "/sys/fs/cgroup/user.slice/user-$(id -u lxc-dnscrypt).slice/user@$(id -u lxc-dnscrypt).service/cgroup.controllers")
	for controller in memory cpu cpuset io pids; do
		if [[ " $given " == *" $controller "* ]]; then
			says "$controller: enabled (v2)"
		else
			says "$controller: missing (not delegated to uid" "Delegate=$given $controller"
		fi
	done
}

@test "lxc-cgroup enables a controller that nothing has needed, and the value is in force" {
	run me 'lxc-cgroup box memory.max 64M && lxc-cgroup box memory.max && lxc-cgroup box memory.high 30M && lxc-cgroup box memory.high'
	[ "$status" -eq 0 ]
	[ "$output" = 67108864$'\n'31457280 ]
}

@test "lxc-cgroup names a controller that is not delegated, and what an admin would write" {
	run me 'lxc-cgroup box hugetlb.2MB.max 0'
	[ "$status" -eq 1 ]
	says 'controller "hugetlb" is not delegated to uid' 'user@.service.d/delegate.conf'
	run me 'lxc-cgroup box memory.limit_in_bytes'
	[ "$status" -eq 1 ]
	says 'this host has the controller "memory" in cgroup v2' 'fix: memory.max = VALUE'
}

@test "lxc-cgroup: a device rule for a container of root is refused with the key that does it" {
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	lxc-create -n roots -t busybox >/dev/null 2>&1
	lxc-start -q -n roots
	run lxc-cgroup roots devices.allow 'c 1:3 rwm'
	[ "$status" -eq 1 ]
	says 'in cgroup2 the rules are one program' 'fix: lxc.cgroup2.devices.allow in the configuration'
	lxc-cgroup roots pids.max 55
	[ "$(lxc-cgroup roots pids.max)" = 55 ]
	lxc-stop -k -n roots
	lxc-destroy -n roots
}
