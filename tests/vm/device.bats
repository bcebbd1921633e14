#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-device where there is nothing but cgroup2, whose device rules are made at the start.

load '../lib/common'

setup_file() {
	load '../lib/common'
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	lxc-create -n roots -t busybox >/dev/null 2>&1
}

teardown() { lxc-stop -k -q -n roots || :; }

teardown_file() { lxc-destroy -n roots; }

@test "a device that the rules of cgroup2 do not forbid appears, and opens" {
	lxc-start -n roots
	lxc-device -n roots add /dev/kmsg /dev/sub/log
	lxc-attach -n roots -- sh -c ': >/dev/sub/log'
	lxc-device -n roots del /dev/kmsg /dev/sub/log
	run lxc-attach -n roots -- test -e /dev/sub/log
	[ "$status" -eq 1 ]
}

@test "a device that they forbid is refused with the keys that allow it at the start, and with them it is there" {
	lxc-start -n roots -s 'lxc.cgroup2.devices.deny=c 1:11 rwm'
	run lxc-device -n roots add /dev/kmsg
	[ "$status" -eq 1 ]
	says "/dev/kmsg in the container's control group: Operation not permitted" \
		'fix: the rules of cgroup2 are made at the start: lxc.cgroup2.devices.allow = c 1:11 rwm and lxc.mount.entry = /dev/kmsg dev/kmsg none bind,create=file 0 0'
	run lxc-attach -n roots -- test -e /dev/kmsg
	[ "$status" -eq 1 ]
	lxc-stop -k -n roots
	lxc-start -n roots -s 'lxc.cgroup2.devices.deny=c 1:11 rwm' -s 'lxc.cgroup2.devices.allow=c 1:11 rwm' \
		-s 'lxc.mount.entry=/dev/kmsg dev/kmsg none bind,create=file 0 0'
	lxc-attach -n roots -- sh -c ': >/dev/kmsg'
}
