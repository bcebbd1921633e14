#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc.cgroup2.* and lxc.cgroup.dir* where there is only cgroup2, from a plain login of a user whose manager delegates.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
}
setup() {
	load '../lib/common'
	TOP_GROUP=/sys/fs/cgroup
}
teardown() { me 'lxc-stop -k -q -n box' || :; }

group_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

# Files of a group, one value a line.
values() {
	local group=$1 file
	shift
	for file in "$@"; do cat "$group/$file"; done
}

@test "limits of each delegated controller are in force, and read back as the kernel has them" {
	me "lxc-start -q -n box -s lxc.cgroup2.memory.max=64M -s lxc.cgroup2.pids.max=50 -s 'lxc.cgroup2.cpu.max=50000 100000' \
		-s lxc.cgroup2.cpuset.cpus=0 -s lxc.cgroup2.cpu.weight=50"
	group=$TOP_GROUP$(group_of "$(me 'lxc-info -n box -pH')")
	[ "$(values "$group" memory.max pids.max cpu.max cpuset.cpus cpu.weight | tr '\n' ' ')" = '67108864 50 50000 100000 0 50 ' ]
	run me "timeout 60 lxc-attach -n box -- sh -c 'for i in \$(seq 100); do sleep 2 & done; wait'"
	says "can't fork"
}

@test "groups of one's own: controllers are handed on to them, limits are above the container's root, nothing stays" {
	me "lxc-start -q -n box -s lxc.cgroup.dir.container=lxptest/deep/payload -s lxc.cgroup.dir.monitor=lxptest/watch \
		-s lxc.cgroup.dir.container.inner=root -s lxc.cgroup2.memory.max=64M -s lxc.cgroup2.pids.max=50 -s lxc.mount.auto=cgroup:rw"
	group=$TOP_GROUP$(group_of "$(me 'lxc-info -n box -pH')")
	[[ $group == */lxptest/deep/payload/root ]]
	[ "$(values "${group%/root}" memory.max pids.max | tr '\n' ' ')" = '67108864 50 ' ]
	for controller in cpuset cpu io memory pids; do grep -qw $controller "$group/cgroup.controllers"; done
	run me "lxc-attach -n box -- sh -c 'cat /proc/1/cgroup; ls /sys/fs/cgroup/pids.max; mkdir /sys/fs/cgroup/own && rmdir /sys/fs/cgroup/own && echo made; echo 99 >/sys/fs/cgroup/pids.max'"
	says '0::/' made 'ermission denied'
	me 'lxc-stop -k -n box'
	[ -z "$(find $TOP_GROUP -type d -name 'lxptest')" ]
}

@test "lxc.cgroup.dir: the usual groups below another one" {
	me 'lxc-start -q -n box -s lxc.cgroup.dir=lxptest/first -s lxc.cgroup2.pids.max=50; lxc-freeze -n box; lxc-info -n box -sH; lxc-unfreeze -n box' >/run/said
	grep -q FROZEN /run/said
	group=$(group_of "$(me 'lxc-info -n box -pH')")
	[[ $group == */lxptest/first/lxc.payload.box ]]
	[ "$(cat "$TOP_GROUP$group/pids.max")" = 50 ]
	me 'lxc-stop -k -n box'
	[ -z "$(find $TOP_GROUP -type d -name 'lxptest')" ]
}

@test "a controller that is not delegated and a value the kernel refuses are named" {
	run me 'lxc-start -n box -s lxc.cgroup2.hugetlb.2MB.max=4M'
	[ "$status" -eq 1 ]
	says 'lxc.cgroup2.hugetlb.2MB.max = 4M: controller "hugetlb" is not delegated' 'Delegate='
	run me 'lxc-start -n box -s lxc.cgroup2.cpu.weight=0'
	[ "$status" -eq 1 ]
	says 'lxc.cgroup2.cpu.weight = 0: the kernel refuses the value'
}

@test "device rules of root's container are a program on its group" {
	lxc-create -n big -t busybox >/dev/null 2>&1
	lxc-start -n big -s lxc.net.0.type=empty -s 'lxc.cgroup2.devices.deny=c 1:5 rw' -s 'lxc.cgroup2.devices.deny=b *:* rwm'
	run lxc-attach -n big -- sh -c 'head -c 1 /dev/zero; echo x >/dev/null && echo null; mknod /disk b 7 0'
	lxc-stop -k -n big
	lxc-destroy -n big
	says null
	[ "$(grep -c 'not permitted' <<<"$output")" = 2 ]
}
