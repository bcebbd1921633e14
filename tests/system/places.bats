#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Homes, disks, paths and umasks as they are found, and the same command typed many times at once.

load '../lib/common'

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox' >/dev/null
}
teardown() {
	me 'lxc-stop -k -q -n web; lxc-destroy -q -f -n new' >/dev/null 2>&1 || :
	umount /run/home 2>/dev/null || :
}
teardown_file() { destroy_all; }

# a_home SIZE: a second home of the user of so many bytes, mode 0700, at /run/home
a_home() {
	mkdir -p /run/home
	mount -t tmpfs -o "size=$1,mode=700,uid=$(id -u lxc-dnscrypt),gid=$(id -g lxc-dnscrypt)" none /run/home
	me 'mkdir -p /run/home/.config && cp -r .config/lxc /run/home/.config/'
}

@test "a directory has one container of a name, whatever way it is written" {
	me 'ln -s .local/share/lxc by-link; lxc-start -q -n web'
	for path in .local/share/lxc/ ./.local/share//lxc '~/.local/../.local/share/lxc' by-link; do
		[ "$(me "lxc-info -P $path -n web -sH")" = RUNNING ]
		run me "lxc-start -P $path -n web"
		says 'already running'
		[ "$(me "lxc-ls -P $path -1 --active")" = web ]
	done
	[ "$(processes_of lxc-dnscrypt | grep -c 'lxc monitor')" = 1 ]
	me 'rm by-link'
}

@test "no umask makes a container that its own user or its root cannot use" {
	for mask in 0777 077 0; do
		me "rm -rf .cache; umask $mask; lxc-create -n new -t busybox && lxc-start -q -n new"
		[ "$(me 'lxc-attach -n new -- sh -c "umask; head -n 1 /etc/passwd"')" = 0022$'\n'root:x:0:0:root:/root:/bin/sh ]
		[ "$(me 'stat -c "%a" .local/share/lxc/new')" = 700 ]
		me 'lxc-stop -k -n new; lxc-destroy -n new'
	done
}

@test "without HOME the one of the account is used, and one that cannot be is named" {
	[ "$(su lxc-dnscrypt -c 'cd /; unset HOME; /usr/local/bin/lxc-ls -1')" = web ]
	run su lxc-dnscrypt -c 'cd /; HOME=/nonexistent /usr/local/bin/lxc-create -n new -t none'
	[ "$status" -eq 1 ]
	says /nonexistent
}

@test "a full disk: a create leaves nothing, the first cause is read, what is there starts and is destroyed" {
	a_home 4m
	me 'HOME=/run/home lxc-create -n old -t busybox'
	me 'head -c 9000000 /dev/zero >/run/home/fill' 2>/dev/null || :
	run me 'HOME=/run/home lxc-create -n new -t busybox'
	[ "$status" -eq 1 ]
	says 'No space left on device'
	[ "$(me 'HOME=/run/home; ls $HOME/.local/share/lxc')" = old ]
	me 'HOME=/run/home; lxc-start -q -n old && lxc-stop -k -n old && lxc-destroy -n old'
	[ -z "$(me 'ls /run/home/.local/share/lxc')" ]
}

@test "a home that is read-only: what is there starts, and nothing is half made or half destroyed" {
	home=/home/lxc-dnscrypt
	run unshare --mount --propagation private bash -c "
		mount --bind $home $home && mount -o remount,bind,ro $home
		su - lxc-dnscrypt -c 'PATH=/usr/local/bin:\$PATH
			lxc-start -q -n web && lxc-attach -n web -- true && lxc-stop -k -n web || exit 9
			! lxc-destroy -n web && ! lxc-create -n new -t none'"
	[ "$status" -eq 0 ]
	says 'Read-only file system'
	[ "$(me 'lxc-ls -1')" = web ]
	me 'lxc-start -q -n web'
}

@test "a log that was asked for with -l alone is not the beginning of a container" {
	for command in lxc-start lxc-info lxc-destroy; do
		run me "$command -n new -l DEBUG"
		[ "$status" -eq 1 ]
	done
	[ "$(me 'ls .local/share/lxc')" = web ]
}

@test "six starts at once: one container, six times exit 0, none waits for the container to end" {
	run me 'for i in 1 2 3 4 5 6; do lxc-start -q -n web & pids="$pids $!"; done; for pid in $pids; do wait $pid; echo $?; done'
	[ "$output" = $'0\n0\n0\n0\n0\n0' ]
	[ "$(processes_of lxc-dnscrypt | grep -c 'lxc monitor')" = 1 ]
}

@test "four creates of one name at once: one makes it, the others say why not" {
	run me 'for i in 1 2 3 4; do lxc-create -n new -t busybox & pids="$pids $!"; done; for pid in $pids; do wait $pid && echo made; done'
	[ "$(grep -c '^made$' <<<"$output")" = 1 ]
	[ "$(grep -c 'new: another command is working on\|new: the container exists' <<<"$output")" = 3 ]
	me 'lxc-start -q -n new && lxc-stop -k -n new'
}
