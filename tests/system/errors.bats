#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What can be missing or wrong, one at a time: the first cause is what the user reads, with what to do, and nothing is half made.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	as lxc-dnscrypt 'lxc-create -n web -t busybox' >/dev/null
	cp -a /home/lxc-dnscrypt/.local/share/lxc/web/config /run/config
	cp -a /etc/lxc/lxc-usernet /etc/subuid /etc/subgid /run/
	leftovers >/run/before
}

teardown() {
	cp -a /run/config /home/lxc-dnscrypt/.local/share/lxc/web/config
	cp -a /run/lxc-usernet /etc/lxc/
	cp -a /run/subuid /run/subgid /etc/
	me 'lxc-stop -k -n web' >/dev/null 2>&1 || :
	nothing_left "$(cat /run/before)"
}

teardown_file() {
	destroy_all
}

config() { printf '%s\n' "$@" >>/home/lxc-dnscrypt/.local/share/lxc/web/config; }
change() { sed -i "$1" /home/lxc-dnscrypt/.local/share/lxc/web/config; }

# refused TEXT...: lxc-start fails within 10 seconds, says all of these, and web is not running
refused() {
	run timeout 10 su - lxc-dnscrypt -c 'lxc-start -n web'
	[ "$status" = 1 ]
	says "$@"
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
}

@test "no subordinate ids: the user, both files and the command that gives some" {
	sed -i /^lxc-dnscrypt:/d /etc/subuid /etc/subgid
	refused lxc-dnscrypt /etc/subuid fix: usermod
}

@test "an id map outside the ranges: the line of the configuration, what was asked and what there is" {
	change '/^lxc.idmap/d'
	config 'lxc.idmap = u 0 4000000 65536' 'lxc.idmap = g 0 4000000 65536'
	refused 4000000 'fix: map "u 0 '"$(awk -F: '$1 == "lxc-dnscrypt" { print $2; exit }' /etc/subuid) 65536"
}

@test "neither idmap-helper nor newuidmap privileged: both named, with the fix" {
	run unshare --mount --propagation private bash -c "
		printf '#!/bin/sh\nexit 1\n' >/run/plain; chmod 755 /run/plain
		for f in newuidmap newgidmap; do mount --bind /run/plain \$(command -v \$f); done
		install -m 755 $LIBEXEC/idmap-helper /run/helper; mount --bind /run/helper $LIBEXEC/idmap-helper
		su - lxc-dnscrypt -c 'lxc-start -n web'"
	rm -f /run/plain /run/helper
	[ "$status" = 1 ]
	says newuidmap idmap-helper fix:
}

@test "the bridge is missing: its name and the key" {
	change 's/^lxc.net.0.link.*/lxc.net.0.link = nobridge0/'
	refused nobridge0 fix:
}

@test "the link is not a bridge" {
	ip link add plain0 type veth peer name plain1
	change 's/^lxc.net.0.link.*/lxc.net.0.link = plain0/'
	run timeout 10 su - lxc-dnscrypt -c 'lxc-start -n web'
	ip link del plain0
	[ "$status" = 1 ]
	says plain0 bridge
}

@test "no line in lxc-usernet: the line an admin adds" {
	sed -i /^lxc-dnscrypt/d /etc/lxc/lxc-usernet
	refused '/etc/lxc/lxc-usernet' 'lxc-dnscrypt veth lxcbr0' fix:
}

@test "no lxc-usernet at all" {
	rm /etc/lxc/lxc-usernet
	refused '/etc/lxc/lxc-usernet' fix:
}

@test "an lxc-usernet that others can write is not trusted" {
	chmod 666 /etc/lxc/lxc-usernet
	refused '/etc/lxc/lxc-usernet' 'chmod 0644'
}

@test "over quota: how many of how many, the line, and what uses them" {
	sed -i 's/^lxc-dnscrypt.*/lxc-dnscrypt veth lxcbr0 1/' /etc/lxc/lxc-usernet
	me 'lxc-create -n first -t busybox && lxc-start -n first' >/dev/null
	run timeout 20 su - lxc-dnscrypt -c 'lxc-start -n web'
	destroy lxc-dnscrypt first
	[ "$status" = 1 ]
	says first lxcbr0 'rule: /etc/lxc/lxc-usernet:1' fix:
}

@test "the root file system is missing: its path" {
	change 's|^lxc.rootfs.path.*|lxc.rootfs.path = dir:/nowhere/rootfs|'
	refused /nowhere/rootfs fix:
}

@test "init is missing: its path" {
	config 'lxc.init.cmd = /no/such/init'
	refused /no/such/init
}

@test "the configuration cannot be read: its path and why" {
	chmod 0 /home/lxc-dnscrypt/.local/share/lxc/web/config
	run timeout 10 su - lxc-dnscrypt -c 'lxc-start -n web'
	[ "$status" = 1 ]
	says '/web/config' 'Permission denied'
}

@test "an unknown key: file, line and key" {
	config 'lxc.nonsense = 1'
	line=$(wc -l </home/lxc-dnscrypt/.local/share/lxc/web/config)
	run timeout 10 su - lxc-dnscrypt -c 'lxc-start -n web'
	[ "$status" = 1 ]
	says "config:$line" lxc.nonsense
}

@test "a bad value: file, line, value" {
	config 'lxc.tty.max = many'
	run timeout 10 su - lxc-dnscrypt -c 'lxc-start -n web'
	[ "$status" = 1 ]
	says 'web/config:' lxc.tty.max many
}

@test "a mount whose source is missing: the source" {
	config 'lxc.mount.entry = /no/such/dir mnt none bind 0 0'
	refused /no/such/dir
}

@test "a limit without a delegated control group is refused by its name" {
	config 'lxc.cgroup2.memory.max = 64M'
	run as_undelegated lxc-dnscrypt 'lxc-start -n web'
	[ "$status" = 1 ]
	says 'lxc.cgroup2.memory.max = 64M' 'web/config:' 'no control group is delegated'
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
}

@test "no delegated control group and no limit: it starts, with one notice" {
	run as_undelegated lxc-dnscrypt 'lxc-start -n web'
	[ "$status" = 0 ]
	[ "$(grep -c 'control group' <<<"$output")" -le 1 ]
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
}

@test "an init that is systemd does not run without a control group: that is said at the start" {
	me 'lxc-create -q -n system -t none; mkdir -p tree/sbin; ln -s /lib/systemd/systemd tree/sbin/init
		echo "lxc.rootfs.path = dir:$HOME/tree" >>.local/share/lxc/system/config'
	run as_undelegated lxc-dnscrypt 'lxc-start -n system'
	me 'lxc-destroy -n system; rm -r tree'
	says 'no control group' 'init is systemd' 'lxc-info -n system -s'
}

@test "commands for a container that does not exist say so" {
	for command in lxc-start 'lxc-stop -k' lxc-attach lxc-console lxc-freeze lxc-destroy; do
		run timeout 10 su - lxc-dnscrypt -c "$command -n nobody </dev/null"
		[ "$status" != 0 ]
		[ "$status" != 124 ]
		says nobody
	done
}

@test "commands for a container that is not running say so" {
	for command in 'lxc-attach' 'lxc-console' 'lxc-freeze' 'lxc-stop'; do
		run timeout 10 su - lxc-dnscrypt -c "$command -n web </dev/null"
		[ "$status" != 0 ]
		[ "$status" != 124 ]
		says web 'not running'
	done
}

@test "a name with a slash is refused" {
	run me 'lxc-create -n a/b -t none'
	[ "$status" = 1 ]
	[ ! -e /home/lxc-dnscrypt/.local/share/lxc/a ]
}
