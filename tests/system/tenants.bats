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

# ask USER: what the socket of "secret" answers to a request for its state, in bytes
ask() {
	setpriv --reuid "$1" --regid "$1" --clear-groups python3 - "$(echo /home/lxc-dnscrypt/.cache/lxc/run/*/secret/socket)" <<-'EOF'
		import socket, struct, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		s.settimeout(3)
		s.connect(sys.argv[1])
		try:
		    s.send(struct.pack("<IIIi", 0x4c585053, 2, 1, 0))
		    print(len(s.recv(8192)))
		except OSError as error: print(error.strerror)
	EOF
}

@test "T-31 the supervisor answers nobody else even if every directory is open, and commands believe no other server" {
	sockets=$(echo /home/lxc-dnscrypt/.cache/lxc/run/*/secret/socket)
	open=(/home/lxc-dnscrypt /home/lxc-dnscrypt/.cache /home/lxc-dnscrypt/.cache/lxc /home/lxc-dnscrypt/.cache/lxc/run "${sockets%/*/*}" "${sockets%/*}")
	modes=$(stat -c %a "${open[@]}")
	chmod 777 "${open[@]}" "$sockets"
	[ "$(ask lxc-dnscrypt)" -gt 100 ]
	answer=$(ask lxc-cache)
	[[ $answer == 0 || $answer == *[Rr]eset* || $answer == *"roken pipe"* ]] || { echo "$answer"; false; }
	# A server of the other user's in the same place.
	mv "$sockets" "$sockets.real"
	setpriv --reuid lxc-cache --regid lxc-cache --clear-groups python3 -c "import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind('$sockets'); s.listen(9); time.sleep(30)" &
	server=$!
	wait_for 5 test -S "$sockets"
	chmod 777 "$sockets"
	i=0; for mode in $modes; do chmod "$mode" "${open[$i]}"; i=$((i + 1)); done
	run me 'timeout 5 lxc-info -n secret -sH'
	kill $server
	mv -f "$sockets.real" "$sockets"; chmod 600 "$sockets"
	[[ $output != *RUNNING* ]]
	[ "$status" != 124 ]
	unharmed
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
