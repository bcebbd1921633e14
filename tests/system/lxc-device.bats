#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-device: what comes into a running container, and leaves it; who may, and what helps who may not. par0, the end of a veth,
# stands for a network card.

load '../lib/common'

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	cp /etc/lxc/lxc-usernet /run/usernet
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
	me 'lxc-start -n box'
	me 'lxc-create -n idle -t busybox' >/dev/null 2>&1
	lxc-create -n roots -t busybox >/dev/null 2>&1
	lxc-start -n roots -s lxc.net.0.type=empty -s 'lxc.cgroup.devices.deny=c 1:11 rwm'
}

teardown_file() {
	load '../lib/common'
	lxc-destroy -f -n roots
	destroy_all
}

setup() {
	ip link add par0 type veth peer name far0
}

teardown() {
	cp /run/usernet /etc/lxc/lxc-usernet
	ip link del far0 2>/dev/null || :
}

usernet() { printf '%s\n' "$@" >/etc/lxc/lxc-usernet; }

# inside ARGUMENT...: ip, in the network namespace of the container box; in_roots: of root's
inside() { nsenter -t "$(me 'lxc-info -n box -pH')" -n ip "$@"; }
in_roots() { nsenter -t "$(lxc-info -n roots -pH)" -n ip "$@"; }


@test "a phys line gives an ordinary user the interface, in the running container, under the name it asks for" {
	usernet 'lxc-dnscrypt phys par0 1'
	run me 'lxc-device -n box add par0 wan'
	[ "$status" -eq 0 ]
	says 'par0 is a virtual interface: the kernel removes it when the container ends'
	[ ! -e /sys/class/net/par0 ]
	inside addr add 10.9.0.3/24 dev wan
	inside link set wan up
	ip addr add 10.9.0.1/24 dev far0
	ip link set far0 up
	ping -c1 -W5 10.9.0.3
}

@test "without another name it keeps its own, and the container is the first word where -n is not given" {
	usernet 'lxc-dnscrypt phys par0 1'
	me 'lxc-device -q box add par0'
	inside link show par0
}

@test "an interface that no line gives stays, and the line that would is told" {
	usernet 'lxc-dnscrypt veth lxcbr0 1'
	run me 'lxc-device -n box add par0'
	[ "$status" -eq 1 ]
	says 'gives lxc-dnscrypt a phys on par0' '"lxc-dnscrypt phys par0 1"'
	[ -e /sys/class/net/par0 ]
}

@test "a name that the container has is refused before anything moves" {
	usernet 'lxc-dnscrypt phys par0 1'
	run me 'lxc-device -n box add par0 lo'
	[ "$status" -eq 1 ]
	says 'the container has an interface lo' 'fix: another name: lxc-device -n NAME add par0 OTHER'
	[ -e /sys/class/net/par0 ]
}

@test "del by an ordinary user is refused, and says how it comes back, and that way works" {
	usernet 'lxc-dnscrypt phys par0 1'
	me 'lxc-device -q -n box add par0 wan'
	run me 'lxc-device -n box del wan par0'
	[ "$status" -eq 1 ]
	says 'wan: the kernel lets an interface into the host' 'fix: stop the container: a real interface comes back then; or an admin runs' \
		"nsenter -t $(me 'lxc-info -n box -pH') -n ip link set wan netns 1"
	inside link show wan
	nsenter -t "$(me 'lxc-info -n box -pH')" -n ip link set wan netns $$
	[ -e /sys/class/net/wan ]
	run me 'lxc-device -n box del nosuch'
	[ "$status" -eq 1 ]
	says 'the container has no interface nosuch'
}

@test "root moves an interface in and out without any line, under names of its choice" {
	rm /etc/lxc/lxc-usernet
	lxc-device -n roots add par0 wan
	[ ! -e /sys/class/net/par0 ]
	in_roots link show wan
	run lxc-device -n roots del wan far0
	[ "$status" -eq 1 ]
	says 'the host has an interface far0' 'lxc-device -n NAME del wan OTHER'
	lxc-device -n roots del wan par0
	[ -e /sys/class/net/par0 ]
	run in_roots link show wan
	[ "$status" -ne 0 ]
}

@test "root's device appears in the running container, opens there although rules forbade it, and is gone after del" {
	run lxc-attach -n roots -- mknod /dev/mine c 1 11
	[ "$status" -ne 0 ]
	lxc-device -n roots add /dev/kmsg /dev/sub/log
	lxc-attach -n roots -- sh -c ': >/dev/sub/log'
	run lxc-device -n roots add /dev/kmsg /dev/sub/log
	[ "$status" -eq 1 ]
	says 'the container has a /dev/sub/log already'
	lxc-attach -n roots -- sh -c ': >/dev/sub/log'
	lxc-device -n roots del /dev/kmsg /dev/sub/log
	run lxc-attach -n roots -- ls /dev/sub/log
	[ "$status" -ne 0 ]
	run lxc-attach -n roots -- mknod /dev/mine c 1 11
	[ "$status" -ne 0 ]
}

@test "a device opens in a container of root with an id map, too" {
	lxc-create -n mapped -t busybox >/dev/null 2>&1
	lxc-start -n mapped -s lxc.net.0.type=empty -s 'lxc.idmap=u 0 900000 65536' -s 'lxc.idmap=g 0 900000 65536'
	lxc-device -n mapped add /dev/full /dev/more
	[ "$(lxc-attach -n mapped -- head -c 3 /dev/more | wc -c)" = 3 ]
	lxc-device -n mapped del /dev/full /dev/more
	run lxc-attach -n mapped -- test -e /dev/more
	lxc-stop -k -n mapped
	lxc-destroy -n mapped
	[ "$status" -eq 1 ]
}

@test "a link that the container planted in its /dev leads nowhere outside of that" {
	mkdir -p /run/outside
	lxc-attach -n roots -- ln -s /run/outside /dev/out
	lxc-attach -n roots -- ln -s ../../../../run/outside /dev/up
	lxc-attach -n roots -- ln -s /proc/1/root /dev/magic
	for link in out up magic; do
		run lxc-device -n roots add /dev/full /dev/$link/full
		[ "$status" -eq 1 ] || lxc-device -n roots del /dev/full /dev/$link/full
		[ -z "$(ls /run/outside)" ]
	done
	run lxc-device -n roots add /dev/full /dev/../etc/full
	[ ! -e "$(lxc-config lxc.lxcpath)/roots/rootfs/etc/full" ]
	lxc-attach -n roots -- rm -f /dev/out /dev/up /dev/magic
	rmdir /run/outside
}

@test "del takes away nothing but that device, and no file" {
	lxc-attach -n roots -- sh -c 'echo mine >/dev/file'
	run lxc-device -n roots del /dev/full /dev/file
	[ "$status" -eq 1 ]
	says '/dev/file of the container is not /dev/full'
	run lxc-device -n roots del /dev/full /dev/null
	[ "$status" -eq 1 ]
	says '/dev/null of the container is not /dev/full'
	[ "$(lxc-attach -n roots -- cat /dev/file)" = mine ]
}

@test "a device node for an ordinary user is refused with the key that does it at the start, and that does it" {
	run me 'lxc-device -n box add /dev/full'
	[ "$status" -eq 1 ]
	says '/dev/full: a device of the host comes into a running container by who has CAP_SYS_ADMIN over the host' \
		'fix: lxc.mount.entry = /dev/full dev/full none bind,create=file 0 0 in the configuration, then restart; or as root'
	me "lxc-start -n idle -s 'lxc.mount.entry=/dev/kmsg dev/kmsg2 none bind,create=file 0 0'"
	me 'lxc-attach -n idle -- test -c /dev/kmsg2'
	me 'lxc-stop -k -n idle'
}

@test "words that are none of its, devices that are none, and a container that does not run are refused" {
	while IFS='|' read -r words text; do
		run lxc-device $words
		[ "$status" -eq 1 ]
		says "$text"
	done <<-'END'
		-n roots|"": add or del is expected
		-n roots a par0|"a": add or del is expected
		-n roots add|add which device?
		-n roots add par0 a b|unexpected word "b"
		-n roots add nosuch|the host has no interface nosuch
		-n roots add par0 a/b|"a/b": the name of an interface has up to 15 letters
		-n roots add dev/fuse|a device node is given by its path, as /dev/fuse
		-n roots add lo other|moving lo into the container
		-n roots add /etc/passwd /dev/passwd|/etc/passwd is no device
		-n roots add /dev/nosuch|/dev/nosuch: No such file or directory
		-n roots add /dev/full /etc/full|/etc/full: in the container a device is below /dev
		-n roots del /dev/full /dev/nosuch|/dev/nosuch in the container: No such file or directory
		-n nosuch add par0|the container is not running
	END
	run me 'lxc-device -n idle add par0'
	[ "$status" -eq 1 ]
	[ -e /sys/class/net/par0 ]
}
