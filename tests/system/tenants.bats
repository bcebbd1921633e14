#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two users on one host: neither can see into, signal, stop, enter or slow down what the other one runs.

load '../lib/common'

MINE=/home/lxc-dnscrypt/.local/share/lxc

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	default_conf lxc-cache 10.0.3.30
	as lxc-dnscrypt 'lxc-create -n secret -t busybox && lxc-start -n secret' >/dev/null
	as lxc-cache 'lxc-create -n other -t busybox && lxc-start -n other' >/dev/null
}

teardown_file() {
	destroy_all
}

other() { as lxc-cache "$@"; }

# Still running, the same init.
unharmed() {
	[ "$(state lxc-dnscrypt secret)" = RUNNING ]
	[ "$(me 'lxc-attach -n secret -- echo alive')" = alive ]
}

@test "lxc-ls shows each user only its own containers" {
	[ "$(me 'lxc-ls -1')" = secret ]
	[ "$(other 'lxc-ls -1')" = other ]
}

@test "none of the commands reaches another user's container, not even by its path" {
	for command in 'lxc-info' 'lxc-stop -k' 'lxc-attach' 'lxc-console' 'lxc-freeze' 'lxc-unfreeze' 'lxc-start' 'lxc-destroy'; do
		run other "timeout 5 $command -n secret -P $MINE </dev/null"
		echo "$command: $status $output"
		[ "$status" != 0 ]
		[ "$status" != 124 ]
	done
	unharmed
}

@test "none of them does when the home directory is open to everybody either" {
	chmod 755 /home/lxc-dnscrypt
	for command in 'lxc-stop -k' 'lxc-attach' 'lxc-console' 'lxc-freeze' 'lxc-start' 'lxc-destroy'; do
		run other "timeout 5 $command -n secret -P $MINE </dev/null"
		echo "$command: $status $output"
		[ "$status" != 0 ]
		[ "$status" != 124 ]
	done
	chmod 700 /home/lxc-dnscrypt
	unharmed
}

@test "the supervisor's socket cannot be connected to by another user" {
	sockets=$(find /home/lxc-dnscrypt /run /tmp -xdev -type s)
	[ -n "$sockets" ]
	for socket in $sockets; do
		run setpriv --reuid lxc-cache --regid lxc-cache --clear-groups \
			perl -MSocket -e 'socket(S, PF_UNIX, SOCK_SEQPACKET, 0); exit !connect(S, pack_sockaddr_un($ARGV[0]))' "$socket"
		[ "$status" != 0 ]
	done
}

@test "no abstract socket of a container can be found by everybody" {
	run grep -E '@.*(secret|lxc)' /proc/net/unix
	[ "$status" = 1 ]
}

@test "another user cannot read, signal, trace or enter the processes of the container or its supervisor" {
	for pid in $(processes_of lxc-dnscrypt | awk '{ print $2 }'); do
		for file in environ mem maps root/etc/passwd fd ns/user; do
			run other "cat /proc/$pid/$file || ls /proc/$pid/$file/"
			[ "$status" != 0 ] || { echo "$pid $file"; false; }
		done
		run other "kill -9 $pid"
		[ "$status" != 0 ]
		run other "nsenter -t $pid -U -n true"
		[ "$status" != 0 ]
	done
	unharmed
}

@test "root of one container has no power over the other's processes" {
	pid=$(me 'lxc-info -n secret -pH')
	run other "lxc-attach -n other -- kill -9 $pid"
	run other "lxc-usernsexec -- kill -9 $pid"
	[ "$status" != 0 ]
	unharmed
}

@test "ids of the two containers never meet" {
	a=$(awk 'NR == 1 { print $2 }' "/proc/$(me 'lxc-info -n secret -pH')/uid_map")
	b=$(awk 'NR == 1 { print $2 }' "/proc/$(other 'lxc-info -n other -pH')/uid_map")
	[ "$a" != "$b" ]
	run other "lxc-usernsexec -m b:0:$a:1 -- true"
	[ "$status" != 0 ]
}

@test "the names of the files, the configuration and the log of one user are closed to the other" {
	run other "cat $MINE/secret/config"
	[ "$status" != 0 ]
	run other "ls $MINE"
	[ "$status" != 0 ]
	[ "$(stat -c %a /home/lxc-dnscrypt/.cache/lxc/run 2>/dev/null || echo 700)" = 700 ]
}

@test "one user at its quota takes nothing from the other's" {
	for n in 1 2 3; do
		other "lxc-create -n c$n -t busybox" >/dev/null
		run other "lxc-start -n c$n"
	done
	[ "$status" != 0 ]
	me 'lxc-create -n more -t busybox && lxc-start -n more' >/dev/null
	[ "$(state lxc-dnscrypt more)" = RUNNING ]
}
