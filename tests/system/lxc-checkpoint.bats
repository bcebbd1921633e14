#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-checkpoint refuses, and says which of the reasons it is; a container is never touched by it.

setup_file() {
	load '../lib/common'
	lxc_beside_ours
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox; lxc-create -n idle -t none; lxc-start -q -n box; mkdir images' >/dev/null 2>&1
}
setup() { load '../lib/common'; }
teardown_file() {
	load '../lib/common'
	destroy_all
	me 'rm -rf images'
}

# refused TEXT OPTIONS
refused() {
	local text=$1
	shift
	run me "lxc-checkpoint $*"
	[ "$status" -eq 1 ] || { echo "$*: $status"; return 1; }
	says "$text"
}

@test "an ordinary user is told what is lacking, and what holds a container without it" {
	refused 'a checkpoint needs CRIU with CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_CHECKPOINT_RESTORE on the host' -n box -D images
	says 'fix: lxc-freeze -n box'
	for options in '-s' '--stop' '-p' '--pre-dump' '-v' '--verbose' '-A /bin/true' '--action-script=/bin/true' '--predump-dir=.'; do
		refused 'a checkpoint needs CRIU' "box --checkpoint-dir=images $options"
	done
	for options in '-d' '--daemon' '-F' '--foreground'; do
		refused 'a restore needs CRIU' "--restore idle -D images $options"
	done
	[ "$(state lxc-dnscrypt box)$(me 'ls images')" = RUNNING ]
}

@test "root is told that it is not supported, and nothing is written" {
	mkdir -p /etc/lxc /run/images
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	lxc-create -n roots -t busybox >/dev/null 2>&1
	lxc-start -q -n roots
	run lxc-checkpoint -n roots -D /run/images -s
	[ "$status" -eq 1 ]
	says 'checkpoint and restore are not supported yet' 'nothing was written' 'fix: lxc-freeze -n roots'
	[ "$(lxc-info -n roots -sH)$(ls /run/images)" = RUNNING ]
	lxc-stop -k -n roots
	run lxc-checkpoint -r -n roots -D /run/images
	[ "$status" -eq 1 ]
	says 'not supported yet'
	[ "$(lxc-info -n roots -sH)" = STOPPED ]
	lxc-destroy -n roots
}

@test "what does not go together is refused by name, here as by LXC" {
	while IFS='|' read -r text options; do
		refused "$text" "$options"
		run me "/usr/bin/lxc-checkpoint $options"
		[ "$status" -eq 1 ]
	done <<-'END'
		No container name specified|
		which directory?|-n box
		which directory?|-n idle -r
		--stop is not for --restore|-n idle -r -s -D images
		--pre-dump is not for --restore|-n idle -r -p -D images
		--daemon is only for --restore|-n box -d -D images
		--foreground is only for --restore|-n box -F -D images
		nosuch is not defined|-n nosuch -D images
	END
	refused '--predump-dir is not for --restore' -n idle -r --predump-dir=. -D images
	refused 'only one of them' -n idle -r -d -F -D images
	refused 'after a pre-dump it runs on' -n box -s -p -D images
}

@test "a container in the wrong state, and files that are not there, are named" {
	refused 'the container is not running' -n idle -D images
	refused 'the container is running' -r -n box -D images
	refused '--checkpoint-dir=nowhere: no such directory' -r -n idle -D nowhere
	refused '--predump-dir=nowhere: there is no directory images/nowhere' -n box -D images --predump-dir=nowhere
	refused '--predump-dir=/tmp: an absolute path' -n box -D images --predump-dir=/tmp
	refused '--action-script=/nosuch: No such file' -n box -D images -A /nosuch
}
