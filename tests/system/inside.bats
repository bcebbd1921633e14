#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Whoever is root in a container wants something outside of it: the host through what enters or starts the container, the caller's
# files, keys and terminal, or just that the caller's commands hang.

load '../lib/common'

# Static: it runs inside, too.
ATTACK=/usr/local/bin/container-attacks
SHARE=/home/lxc-dnscrypt/.local/share/lxc

setup_file() {
	install -m 755 "$TOP/${O:-build}/tests/attack/container-attacks" $ATTACK
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox' >/dev/null
	install -m 755 $ATTACK $SHARE/web/rootfs/bin/attack
}

teardown_file() {
	destroy_all
}

setup() {
	[ "$(state lxc-dnscrypt web)" = RUNNING ] || me 'lxc-start -n web'
}

supervisor() { pgrep -u lxc-dnscrypt -f 'lxc monitor.* web'; }

# in_web COMMAND...: as root of the container
in_web() { me "lxc-attach -n web -- $* </dev/null"; }

# login COMMAND: the user's process itself, in the background; its pid in $login
login() {
	setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --init-groups env -i HOME=/home/lxc-dnscrypt PATH=/usr/local/bin:/usr/bin:/bin \
		"$@" <&0 3>&- 7>&- & # standard input of what runs in the background is /dev/null otherwise
	login=$!
}

# holding FIFO: make it, and hold it open as descriptor 7 for writing (and reading, so that this does not wait for anyone)
holding() {
	mkfifo "$1"
	exec 7<>"$1"
}

@test "root inside finds nothing open in processes that enter the container, at no moment" {
	holding /run/peek
	login lxc-attach -n web -- attack peek </run/peek >/run/peek.out
	wait_for 5 grep -q ready /run/peek.out
	# The moment is short: it takes some attempts to be there.
	for i in $(seq 200); do
		in_web true
		[ "$i" -lt 30 ] || ! grep -q seen /run/peek.out || break
	done
	exec 7>&-
	wait "$login"
	cat /run/peek.out
	grep -q seen /run/peek.out
	! grep LEAK /run/peek.out || false
}

@test "attached processes have three descriptors, also where the container runs in the foreground of a shell with more" {
	me 'lxc-stop -k -n web'
	login bash -c 'exec 9</home 200</etc/passwd; exec lxc-start -F -n web' </dev/null >/dev/null 2>&1
	wait_for 5 me 'lxc-wait -n web -s RUNNING -t 1'
	[ "$(in_web "ls /proc/1/fd" | tr '\n' ' ')" = '0 1 2 ' ]
	[ "$(in_web 'sh -c "ls /proc/\$\$/fd; true"' | tr '\n' ' ')" = '0 1 2 ' ]
	me 'lxc-stop -k -n web'
}

@test "a directory of the host is not handed over as a standard stream" {
	run me 'lxc-attach -n web -- true </home'
	says 'directory of the host'
	[ "$status" != 0 ]
}

@test "keys of the caller's session stay outside: from init, and from what is attached" {
	me 'lxc-stop -k -n web'
	run setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --init-groups env -i HOME=/home/lxc-dnscrypt PATH=/usr/local/bin:/usr/bin:/bin \
		$ATTACK with-key sh -c 'container-attacks read-key; lxc-start -n web; lxc-attach -n web -- attack read-key; lxc-stop -k -n web
		lxc-execute -n web -- attack read-key'
	echo "$output"
	[ "$(grep -c LEAK <<<"$output")" = 1 ]
	[ "$(grep -c 'no key' <<<"$output")" = 2 ]
}

@test "a passwd that never ends does not keep lxc-attach waiting" {
	in_web 'sh -c "mv /etc/passwd /etc/passwd.old; mkfifo /etc/passwd"'
	[ "$(echo 'echo in' | me 'timeout 5 lxc-attach -n web')" = in ]
	in_web 'sh -c "rm /etc/passwd; ln -s /dev/zero /etc/passwd"'
	[ "$(echo 'echo in' | me 'timeout 5 lxc-attach -n web')" = in ]
	in_web 'mv /etc/passwd.old /etc/passwd'
}

@test "root inside finds nothing open in what lists the containers inside, at no moment" {
	holding /run/list-peek
	login lxc-attach -n web -- attack peek </run/list-peek >/run/list-peek.out
	wait_for 5 grep -q ready /run/list-peek.out
	for i in $(seq 200); do
		me 'lxc-ls --nesting' >/dev/null
		[ "$i" -lt 30 ] || ! grep -q seen /run/list-peek.out || break
	done
	exec 7>&-
	wait "$login"
	cat /run/list-peek.out
	grep -q seen /run/list-peek.out
	! grep LEAK /run/list-peek.out || false
}

@test "lxc-attach can be interrupted when root inside stops the process before it executes anything, and takes it along" {
	holding /run/freeze
	login lxc-attach -n web -- attack freeze </run/freeze >/run/freeze.out
	wait_for 5 grep -q ready /run/freeze.out
	for _ in $(seq 200); do
		login lxc-attach -n web -- sleep 0.1 </dev/null >/dev/null 2>/run/freeze.err
		wait_for 1 eval 'grep -q seen /run/freeze.out || ! kill -0 $login' || :
		! grep -q seen /run/freeze.out || break
	done
	grep seen /run/freeze.out
	kill -INT "$login"
	wait_for 3 eval '! kill -0 $login'
	exec 7>&-
	grep 'SIGINT before the command was executed' /run/freeze.err
	wait_for 3 eval '[ "$(pgrep -c -x lxc-supervisor)" -le 1 ]'
	in_web true
}

@test "lxc-attach killed with -9 takes a command without a terminal along" {
	login lxc-attach -n web -- sleep 4712 </dev/null
	wait_for 5 pgrep -f '^sleep 4712'
	kill -9 "$login"
	wait_for 3 eval '! pgrep -f "^sleep 4712"'
}
