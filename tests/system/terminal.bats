#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What somebody in front of a terminal sees: sizes, keys, job control, exit codes, and their own terminal as it was.

load '../lib/common'

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox' >/dev/null
}
setup() { me 'lxc-start -q -n web'; }
teardown() { me 'lxc-stop -k -q -n web' || :; }
teardown_file() { destroy_all; }

# at COMMAND STEP...
at() {
	run "$TOP/tests/lib/on-terminal" lxc-dnscrypt "$@"
}

@test "lxc-attach: the terminal's size and its changes, Ctrl-C for what is in front, the shell's exit code" {
	at 'lxc-attach -n web' 'stty size\n' '?24 80' '=40x77' 'stty size\n' '?40 77' 'echo star""ted; sleep 100\n' '?started' '\x03' 'echo "is $?"\n' '?is 130' 'exit 5\n'
	says 'status 5'
}

@test "lxc-attach: with a pipe at one side the others are still a terminal, and the terminal is left as it was" {
	at 'stty -echo; stty -g >was; echo in | lxc-attach -n web -- sh -c "cat; test -t 0; echo \$?; test -t 1 && echo is-terminal"; stty -g | cmp - was && echo as-it-was'
	says in 1 is-terminal as-it-was
	at 'stty -g >was; lxc-attach -n web -- sh -c "kill -9 \$\$"; echo "code $?"; stty -g | cmp - was && echo as-it-was'
	says 'code 137' as-it-was
}

@test "lxc-console: sizes, the escape, one client a terminal" {
	at 'lxc-console -n web' '?tty 1' '\n' '?web:' '=20x50' 'stty size\n' '?20 50' '\x01q'
	says 'status 0'
	at 'lxc-console -n web -e ^b' '?Ctrl+b q' '\n' '?web:' 'echo a\x01b\n' '\x02q'
	says 'status 0'
	at "lxc-console -n web -t 1 & sleep 0.1; kill -0 \$!; lxc-console -n web -t 7; echo \"code \$?\"; kill \$!"
	says 'no tty 7' 'code 1'
}

@test "lxc-start -F: the console with its size and its changes; lxc-stop ends it with 0 and the terminal is as it was" {
	me 'lxc-stop -k -n web'
	at 'stty -g >was; lxc-start -q -n web -F; echo "code $?"; stty -g | cmp - was && echo as-it-was' '?activate' '\n' '?web:' 'stty size\n' '?24 80' \
		'=33x44' 'stty size\n' '?33 44' 'poweroff\n'
	says 'code 0' as-it-was 'status 0'
	at 'lxc-start -q -n web -F -- /bin/sh; echo "code $?"' '?#' 'exit 3\n'
	says 'code 0'
}

@test "lxc-execute: its command has the terminal, job control and Ctrl-C, and its exit code is the command's" {
	me 'lxc-stop -k -n web'
	at 'lxc-execute -q -n web -- sh; echo "code $?"' '?#' 'echo star""ted; sleep 100\n' '?started' '\x03' 'echo "is $?"\n' '?is 130' '=31x41' 'stty size\n' '?31 41' 'exit 7\n'
	says 'code 7'
	[[ "$output" != *'job control turned off'* ]]
	at 'lxc-execute -q -n web -- sh -c "echo started; exec sleep 100"; echo "code $?"' '?started' '\x03'
	says 'code 130'
	at 'echo piped | lxc-execute -q -n web -- cat | cat; echo "code $?"'
	says piped 'code 0'
}
