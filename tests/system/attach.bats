#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-attach moves every byte, in both directions, and ends as its command did. ATTACH_PTY_MB: megabytes through a terminal, 100.

load '../lib/common'

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox && lxc-start -q -n web' >/dev/null
	export PTY_BYTES=$((${ATTACH_PTY_MB:-100} * 1048576))
}
teardown_file() { destroy_all; }

# through COMMAND...: lxc-attach on a terminal, tests/lib/through-terminal
through() {
	run timeout 55 "$TOP/tests/lib/through-terminal" lxc-dnscrypt "$@"
}
field() { sed -n "s/^$1 //p" <<<"$output"; }

@test "100 MB through a pipe, in and out, arrive as they are, and the exit status with them" {
	run me 'seq 1 13000000 | head -c 104857600 | tee >(sha256sum >sent) |
		lxc-attach -n web -- sh -c "cat; exit 7" | sha256sum >got; echo "code ${PIPESTATUS[3]}"; cmp sent got && wc -c <sent'
	says 'code 7'
	[[ $output != *differ* && $output != *EOF* ]]
}

@test "bytes of every value through a terminal, in while they come out, none lost and none stuck" {
	through "$PTY_BYTES" lxc-attach -n web -- sh -c "stty raw -echo; printf ready; head -c $PTY_BYTES; exit 7"
	[ "$(field bytes)" = "$PTY_BYTES" ]
	[ "$(field typed)" = "$(field shown)" ]
	[ "$(field status)" = 7 ]
}

@test "what a command prints right before its end is seen, a hundred times" {
	through 0 bash -c 'printf ready; for i in {1..100}; do lxc-attach -n web -- sh -c "stty raw; head -c 60000 /dev/zero; exit 3" || s=$((s + $?)); done; exit $((s == 300 ? 0 : 1))'
	[ "$(field bytes)" = 6000000 ]
	[ "$(field status)" = 0 ]
}

@test "what stays behind on the terminal and prints for ever does not keep lxc-attach" {
	through 0 bash -c 'printf ready; exec lxc-attach -n web -- sh -c "trap \"\" HUP; yes & sleep 0.2; exit 4"'
	[ "$(field status)" = 4 ]
	wait_for 5 me 'lxc-attach -n web -- sh -c "! pidof yes"'
}

@test "Ctrl-C reaches a command that prints faster than the terminal takes" {
	run "$TOP/tests/lib/on-terminal" lxc-dnscrypt 'lxc-attach -n web -- yes; echo "code $?"' '?y' '\x03'
	says 'code 130'
}

@test "a pipe closed by its reader is SIGPIPE inside, an end of input is one, what is closed may be closed" {
	run me 'lxc-attach -n web -- yes | head -n 1; echo "code ${PIPESTATUS[0]}"'
	says y 'code 141'
	run me 'lxc-attach -n web -- sh -c "cat; exit 9" </dev/null; echo "code $?"; printf last | lxc-attach -n web -- sh -c "cat; exec cat"'
	[ "$output" = $'code 9\nlast' ]
	run me 'lxc-attach -n web -- sh -c "exec <&-; sleep 0.1; echo still" <&- >out 2>&-; echo "code $?"; cat out'
	says 'code 0' still
}

@test "signals sent to lxc-attach reach its command, which decides what comes of them" {
	for signal in INT TERM HUP USR1; do
		run me "exec 3<&1; lxc-attach -n web -- sh -c 'trap \"echo got; exit 5\" $signal; echo ready; while :; do sleep 0.05; done' >out </dev/null & pid=\$!
			until grep -q ready out; do sleep 0.02; done; kill -$signal \$pid; wait \$pid; echo \"code \$?\"; cat out; rm out"
		says 'code 5' got
	done
}
