#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Options that name files, and what commands do without standard streams or with a full disk behind them.

load '../lib/common'

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox; lxc-create -n longer -t none; mkdir here' >/dev/null
}
teardown() { me 'lxc-stop -k -q -n web; rm -rf here; mkdir here' || :; }
teardown_file() {
	me 'rm -rf here'
	destroy_all
}

@test "lxc-start -p: the supervisor's pid while it runs, gone when it ends, relative to where one is" {
	me 'cd here; lxc-start -q -n web -p pid'
	[[ "$(me 'ps -o args= -p $(cat here/pid)')" == "[lxc monitor] "*" web" ]]
	me 'lxc-stop -k -n web'
	[ -z "$(ls /home/lxc-dnscrypt/here)" ]
}

@test "lxc-start -p: a file that cannot be written, or is none, is refused before anything starts" {
	for path in /no/such/pid /etc/pid here /dev/null; do
		run me "lxc-start -n web -p $path"
		[ "$status" -eq 1 ]
		says "--pidfile=$path"
		[ "$(state lxc-dnscrypt web)" = STOPPED ]
	done
	[ -c /dev/null ] && [ -d /home/lxc-dnscrypt/here ]
}

@test "lxc-start -L and -c: relative to where one is" {
	me 'cd here; lxc-start -q -n web -L log -c copy -- /bin/sh -c "echo hello"; lxc-wait -n web -s STOPPED -t 10'
	grep -q hello /home/lxc-dnscrypt/here/log
	grep -q hello /home/lxc-dnscrypt/here/copy
}

@test "with standard streams closed everything works, and no file of ours becomes anybody's stream" {
	me 'lxc-start -q -n web <&- >&- 2>&-'
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
	[ "$(me 'lxc-attach -n web -- sh -c "readlink /proc/self/fd/0; readlink /proc/self/fd/2" <&- 2>&-')" = /dev/null$'\n'/dev/null ]
	me 'lxc-attach -n web -- touch /tmp/there <&- >&- 2>&-; lxc-stop -k -n web <&- >&- 2>&-'
	[ "$(me 'lxc-execute -q -n web -- readlink /proc/self/fd/0 <&-')" = /dev/null ]
	me 'lxc-create -n other -t busybox <&- >&- 2>&- && lxc-destroy -n other <&- >&- 2>&-'
	[ "$(me 'lxc-usernsexec -- readlink /proc/self/fd/0 <&-')" = /dev/null ]
}

@test "output that does not get out is a failure" {
	for command in lxc-ls 'lxc-ls -f' 'lxc-info -n web' 'lxc-ls --version'; do
		run me "$command >/dev/full"
		[ "$status" -eq 1 ]
		says 'standard output: No space left on device'
		run me "$command >&-"
		[ "$status" -eq 1 ]
		says 'standard output: Bad file descriptor'
	done
}

@test "lxc-ls pads names without a blank behind them, lxc-info -c ends every list with a line but lxc.idmap" {
	[ "$(me 'lxc-ls')" = $'longer\nweb   ' ]
	[ "$(me 'lxc-info -n web -c lxc.idmap; echo end')" = $'lxc.idmap = auto\nend' ]
}

@test "lxc-attach -L: refused before the command runs; without a terminal that is said" {
	me 'lxc-start -q -n web'
	run me 'lxc-attach -n web -L /no/such/log -- touch /ran'
	[ "$status" -eq 1 ]
	says 'pty log /no/such/log'
	run me 'lxc-attach -n web -- ls /ran'
	[ "$status" -ne 0 ]
	run me 'lxc-attach -n web -L here/log -- true </dev/null'
	[ "$status" -eq 0 ]
	says 'without a terminal there is nothing to log'
	run me "lxc-attach -n web -s 'USER|PID' -R -- true"
	[ "$status" -eq 1 ]
	says 'sysfs' 'fix:' NETWORK
}
