#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hooks and network scripts: when they run, as whom, with what, and what happens when they fail or hang.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox && lxc-start -n box && lxc-attach -n box -- mkdir -p /srv && lxc-stop -k -n box' >/dev/null 2>&1
	cp /home/lxc-dnscrypt/.local/share/lxc/box/config /run/config
	mkdir -p -m 777 /srv/hooks
	chmod 777 /srv/hooks
	# Writes what it is told to a file that everybody may write.
	cat >/srv/hooks/tell <<-'EOF'
		#!/bin/sh
		echo "args=[$*] uid=$(id -u) cwd=$PWD host=$(cat /proc/sys/kernel/hostname)" >>/srv/hooks/told
		env | sort | sed 's/^/  /' >>/srv/hooks/told
	EOF
	printf '#!/bin/sh\necho first >&2\necho why it failed\nexit 7\n' >/srv/hooks/fail
	printf '#!/bin/sh\ntouch /srv/hooks/hangs\nsleep 1000 &\nwait\n' >/srv/hooks/hang
	chmod 755 /srv/hooks/*
	leftovers >/run/before
}
setup() {
	load '../lib/common'
	CALLER="uid=$(id -u lxc-dnscrypt) cwd=/ host=$(hostname)"
	rm -f /srv/hooks/told /srv/hooks/hangs
	install -m 666 /dev/null /srv/hooks/told
}
teardown() {
	me 'lxc-stop -k -q -n box' || :
	cp /run/config /home/lxc-dnscrypt/.local/share/lxc/box/config
}
teardown_file() {
	load '../lib/common'
	destroy_all
	nothing_left "$(cat /run/before)"
}

veth() {
	config lxc.net= lxc.net.0.type=veth lxc.net.0.link=lxcbr0 lxc.net.0.flags=up lxc.net.0.ipv4.address=10.0.3.20/24
}
config() { printf '%s\n' "$@" >>/home/lxc-dnscrypt/.local/share/lxc/box/config; }
told() { grep -o 'args=\[[^]]*\].*' /srv/hooks/told; }
variables() { sed -n "/args=\[$1/,/args=/{/args=/d;p}" /srv/hooks/told; }

HOST='pre-start start-host stop post-stop'
INSIDE='pre-mount mount autodev'

all_hooks() { for type in $HOST $INSIDE; do config "lxc.hook.$type = /srv/hooks/tell extra-$type"; done; }

@test "hooks of version 0: order, arguments, who they are and where" {
	all_hooks
	me 'lxc-start -n box && lxc-stop -k -n box'
	run told
	[ "${#lines[@]}" = 7 ]
	[[ "${lines[0]}" == "args=[extra-pre-start box lxc pre-start] $CALLER" ]]
	[[ "${lines[1]}" == 'args=[extra-pre-mount box lxc pre-mount] uid=0 cwd=/ host='"$(hostname)" ]]
	[[ "${lines[2]}" == 'args=[extra-mount box lxc mount] uid=0 cwd=/ host=box' ]]
	[[ "${lines[3]}" == 'args=[extra-autodev box lxc autodev] uid=0 cwd=/ host=box' ]]
	[[ "${lines[4]}" == "args=[extra-start-host box lxc start-host] $CALLER" ]]
	[[ "${lines[5]}" =~ ^'args=[extra-stop box lxc stop user:/proc/'[0-9]+/fd/[0-9]+' mnt:/proc/'.*' pid:/proc/'.*' uts:/proc/'.*' ipc:/proc/'.*' net:/proc/'.*' cgroup:/proc/'[0-9]+/fd/[0-9]+'] '"$CALLER"$ ]]
	[[ "${lines[6]}" == "args=[extra-post-stop box lxc post-stop] $CALLER" ]]
}

@test "lxc.hook.version 1: no arguments, LXC_HOOK_TYPE and LXC_HOOK_SECTION instead" {
	all_hooks
	config 'lxc.hook.version = 1'
	me 'lxc-start -n box && lxc-stop -k -n box'
	run told
	for type in $HOST $INSIDE; do grep -qF "args=[extra-$type] " <<<"$output"; done
	[ "$(grep -c '^  LXC_HOOK_SECTION=lxc$' /srv/hooks/told)" = 7 ]
	[ "$(sed -n 's/^  LXC_HOOK_TYPE=//p' /srv/hooks/told | tr '\n' ' ')" = 'pre-start pre-mount mount autodev start-host stop post-stop ' ]
	[ "$(grep -c '^  LXC_HOOK_VERSION=1$' /srv/hooks/told)" = 7 ]
	[[ "$(variables extra-stop)" == *LXC_NET_NS=/proc/* ]]
}

@test "the LXC_ environment of hooks: paths, pid, target, console" {
	all_hooks
	config 'lxc.console.logfile = /home/lxc-dnscrypt/console.log'
	me 'lxc-start -n box; lxc-info -n box -pH >/srv/hooks/pid; lxc-stop -k -n box'
	directory=/home/lxc-dnscrypt/.local/share/lxc/box
	run variables extra-pre-start
	says LXC_CGNS_AWARE=1 LXC_CONFIG_FILE=$directory/config LXC_HOOK_VERSION=0 LXC_LOG_LEVEL=ERROR LXC_NAME=box \
		LXC_ROOTFS_MOUNT=/usr/local/lib/lxc/rootfs LXC_ROOTFS_PATH=$directory/rootfs \
		LXC_CONSOLE_LOGPATH=/home/lxc-dnscrypt/console.log HOME=/home/lxc-dnscrypt
	[[ "$output" != *LXC_PID* && "$output" != *LXC_TARGET* && "$output" != *LXC_HOOK_TYPE* ]]
	run variables extra-start-host
	says "LXC_PID=$(cat /srv/hooks/pid)"
	run variables extra-stop
	says "LXC_PID=$(cat /srv/hooks/pid)" LXC_TARGET=stop LXC_USER_NS=/proc/ LXC_CGROUP_NS=/proc/
	run variables extra-post-stop
	says LXC_TARGET=stop LXC_NET_NS=/proc/
}

@test "lxc.environment and lxc.environment.hooks reach the hooks in the container's namespaces, not those on the host, nor init" {
	all_hooks
	config 'lxc.environment = SHARED=1' 'lxc.environment.hooks = HOOKS=2' 'lxc.environment.runtime = RUNTIME=3'
	me "lxc-start -n box && lxc-attach -n box -- sh -c 'tr \"\\\\0\" \"\\\\n\" </proc/1/environ' >/srv/hooks/init; lxc-stop -k -n box"
	for type in $INSIDE; do
		run variables "extra-$type"
		says SHARED=1 HOOKS=2
		[[ "$output" != *RUNTIME* ]]
	done
	for type in $HOST; do
		run variables "extra-$type"
		[[ "$output" != *SHARED* && "$output" != *HOOKS=* ]]
	done
	grep -qx RUNTIME=3 /srv/hooks/init
	[ "$(grep -c HOOKS= /srv/hooks/init)" = 0 ]
}

@test "a hook of a home that the container's root cannot enter runs all the same" {
	me 'mkdir -p ~/hooks; cp /srv/hooks/tell ~/hooks/; chmod 700 ~ ~/hooks ~/hooks/tell'
	config 'lxc.hook.mount = /home/lxc-dnscrypt/hooks/tell from home' 'lxc.hook.pre-start = /home/lxc-dnscrypt/hooks/tell'
	me 'lxc-start -n box'
	run told
	[ "${lines[1]}" = 'args=[from home box lxc mount] uid=0 cwd=/ host=box' ]
}

@test "a mount hook adds to the container's root, and nothing of it is seen outside" {
	cat >/srv/hooks/mounts <<-'EOF'
		#!/bin/sh
		mkdir -p $LXC_ROOTFS_MOUNT/by-hook && mount -t tmpfs -o size=64k tmpfs $LXC_ROOTFS_MOUNT/by-hook && echo hi >$LXC_ROOTFS_MOUNT/by-hook/file
	EOF
	chmod 755 /srv/hooks/mounts
	before=$(wc -l </proc/mounts)
	config 'lxc.hook.mount = /srv/hooks/mounts'
	me 'lxc-start -n box'
	[ "$(me 'lxc-attach -n box -- cat /by-hook/file')" = hi ]
	[ "$(wc -l </proc/mounts)" = "$before" ]
	[ ! -e /home/lxc-dnscrypt/.local/share/lxc/box/rootfs/by-hook/file ]
}

@test "a pre-mount hook runs before the root is looked at" {
	chmod 711 /home/lxc-dnscrypt /home/lxc-dnscrypt/.local /home/lxc-dnscrypt/.local/share /home/lxc-dnscrypt/.local/share/lxc /home/lxc-dnscrypt/.local/share/lxc/box
	printf '#!/bin/sh\nmount -t tmpfs tmpfs $LXC_ROOTFS_PATH/srv && echo early >$LXC_ROOTFS_PATH/srv/file\n' >/srv/hooks/early
	chmod 755 /srv/hooks/early
	config 'lxc.hook.pre-mount = /srv/hooks/early'
	run me 'lxc-start -n box && lxc-attach -n box -- cat /srv/file'
	chmod 700 /home/lxc-dnscrypt /home/lxc-dnscrypt/.local /home/lxc-dnscrypt/.local/share /home/lxc-dnscrypt/.local/share/lxc /home/lxc-dnscrypt/.local/share/lxc/box
	[ "${lines[-1]}" = early ]
}

@test "an autodev hook adds to /dev, and is not run with lxc.autodev = 0" {
	printf '#!/bin/sh\necho device >$LXC_ROOTFS_MOUNT/dev/by-hook\necho ran >>/srv/hooks/told\n' >/srv/hooks/device
	chmod 755 /srv/hooks/device
	config 'lxc.hook.autodev = /srv/hooks/device'
	me 'lxc-start -n box'
	[ "$(me 'lxc-attach -n box -- cat /dev/by-hook; lxc-stop -k -n box')" = device ]
	me 'lxc-start -n box -s lxc.autodev=0 -- /bin/sleep 99'
	[ "$(grep -c ran /srv/hooks/told)" = 1 ]
}

@test "a start hook runs inside as root, limited as init, with none of the caller's environment" {
	cat >/srv/hooks/start <<-'EOF'
		#!/bin/sh
		{ id -u; env; grep -E 'CapBnd|NoNewPrivs' /proc/self/status; ls /proc/self/fd | wc -l; } >/start.out
		ls /
	EOF
	me "lxc-start -q -n box -- /bin/sleep 99; lxc-attach -n box -- sh -c 'cat >/start.sh; chmod 755 /start.sh' </srv/hooks/start; lxc-stop -k -n box"
	config 'lxc.hook.start = /start.sh arg' 'lxc.no_new_privs = 1' 'lxc.cap.drop = sys_time' 'lxc.environment.hooks = ONE=1' 'lxc.init.uid = 7'
	me 'SECRET=abc; export SECRET; lxc-start -n box -o /srv/hooks/log -l DEBUG'
	run me 'lxc-attach -n box -- cat /start.out'
	[ "${lines[0]}" = 0 ]
	says ONE=1 LXC_NAME=box $'NoNewPrivs:\t1' LXC_HOOK_VERSION=0
	[[ "$output" != *SECRET* && "$output" != *HOME=* ]]
	mask=$(sed -n 's/^CapBnd:\t//p' <<<"$output")
	[ $((16#$mask >> 25 & 1)) = 0 ]
	[ "${lines[-1]}" = 4 ] # 0 1 2 and the directory that ls reads
	grep -q 'DEBUG    hook - lxc.hook.start: etc' /srv/hooks/log
}

@test "a start hook runs below the container's filter" {
	printf '2\ndenylist\nmkdir errno 28\nmkdirat errno 28\n' >/srv/hooks/profile
	run me "lxc-start -n box -s lxc.seccomp.profile=/srv/hooks/profile -s 'lxc.hook.start=/bin/mkdir /made'"
	[ "$status" = 1 ]
	says 'lxc.hook.start = /bin/mkdir /made: exit status 1: ' 'No space left on device'
}

@test "a start hook that the root does not have is refused before anything is done" {
	config 'lxc.hook.post-stop = /srv/hooks/tell' 'lxc.net.0.script.up = /srv/hooks/tell' 'lxc.hook.start = /no/such/hook arg'
	line=$(wc -l </home/lxc-dnscrypt/.local/share/lxc/box/config)
	run me 'lxc-start -n box'
	[ "$status" = 1 ]
	says 'lxc.hook.start = /no/such/hook arg' /box/rootfs "box/config:$line" 'executable file inside'
	# Links are followed inside only: this one is the container's passwd, and that is no program.
	ln -sf /etc/passwd /home/lxc-dnscrypt/.local/share/lxc/box/rootfs/link
	run me 'lxc-start -n box -s lxc.hook.start= -s lxc.hook.start=/link'
	[ "$status" = 1 ]
	says 'lxc.hook.start = /link' 'Permission denied'
	[ ! -s /srv/hooks/told ]
}

@test "a hook that fails before init runs ends the start: its name, line, exit status and last words" {
	for type in pre-start pre-mount mount autodev start-host; do
		run me "lxc-start -n box -s lxc.hook.post-stop=/srv/hooks/tell -s 'lxc.hook.$type=/srv/hooks/fail now'"
		[ "$status" = 1 ]
		says "lxc.hook.$type = /srv/hooks/fail now: exit status 7: first / why it failed"
		[ "$(state lxc-dnscrypt box)" = STOPPED ]
	done
	# It undoes what pre-start hooks did, once these are through.
	[ "$(told | grep -c 'box lxc post-stop')" = 4 ]
	config 'lxc.hook.pre-start = /srv/hooks/fail'
	line=$(wc -l </home/lxc-dnscrypt/.local/share/lxc/box/config)
	run me 'lxc-start -n box'
	says "rule: /home/lxc-dnscrypt/.local/share/lxc/box/config:$line"
	run me "lxc-start -n box -s lxc.hook= -s 'lxc.hook.mount=/srv/hooks/missing'"
	says 'lxc.hook.mount = /srv/hooks/missing: exit status 127: ' 'not found'
}

@test "what a hook prints cannot drive the terminal" {
	printf '#!/bin/sh\nprintf "\\033]0;owned\\007\\302\\233x\\n"\nexit 1\n' >/srv/hooks/escape
	chmod 755 /srv/hooks/escape
	run me "lxc-start -n box -s lxc.hook.pre-start=/srv/hooks/escape"
	says 'exit status 1: ?]0;owned???x'
}

@test "a stop or post-stop hook that fails is in the log and changes nothing" {
	config 'lxc.hook.stop = /srv/hooks/fail' 'lxc.hook.stop = /srv/hooks/tell' 'lxc.hook.post-stop = /srv/hooks/fail' 'lxc.hook.post-stop = /srv/hooks/tell'
	me 'rm -f ~/hook.log; lxc-start -n box -o ~/hook.log -l ERROR; lxc-stop -k -n box'
	[ "$(told | wc -l)" = 2 ]
	[ "$(grep -cE 'ERROR .*lxc.hook.(stop|post-stop) = /srv/hooks/fail: exit status 7' /home/lxc-dnscrypt/hook.log)" = 2 ]
}

@test "LXC_TARGET is reboot at a reboot, and all hooks run again" {
	all_hooks
	me 'lxc-start -n box && lxc-stop -r -n box && lxc-stop -k -n box'
	[ "$(sed -n 's/^  LXC_TARGET=//p' /srv/hooks/told | tr '\n' ' ')" = 'reboot reboot stop stop ' ]
	[ "$(told | grep -c 'lxc pre-start')" = 2 ]
	[ "$(told | grep -c 'lxc mount')" = 2 ]
}

@test "a stop hook can enter the namespaces of the container that has ended" {
	printf '#!/bin/sh\nnsenter --user=$LXC_USER_NS --net=$LXC_NET_NS ip -o addr show dev eth0 >/srv/hooks/told 2>&1\n' >/srv/hooks/enter
	chmod 755 /srv/hooks/enter
	veth
	config 'lxc.hook.stop = /srv/hooks/enter'
	me 'lxc-start -n box && lxc-stop -k -n box'
	grep -q 10.0.3.20 /srv/hooks/told
}

@test "hooks have nothing of ours open, and end of file on their standard input" {
	printf '#!/bin/sh\ncat; for fd in /proc/self/fd/*; do [ ${fd##*/} -lt 3 ] || readlink "$fd" >>/srv/hooks/told; done; :\n' >/srv/hooks/open
	chmod 755 /srv/hooks/open
	for type in $HOST $INSIDE; do config "lxc.hook.$type = /srv/hooks/open"; done
	me 'exec 7</etc/passwd; lxc-start -n box && lxc-stop -k -n box'
	# the shell's own: the script, and what it lists
	run grep -vE '^(/srv/hooks/open|/proc/[0-9]+/fd)$' /srv/hooks/told
	[ "$output" = "" ]
}

@test "a hook that hangs does not keep lxc-stop -k, and leaves nothing" {
	for type in pre-start mount start-host; do
		rm -f /srv/hooks/hangs
		su lxc-dnscrypt -c "exec lxc-start -n box -s lxc.hook.$type=/srv/hooks/hang" >/srv/hooks/said 2>&1 3>&- &
		wait_for 5 test -e /srv/hooks/hangs
		timeout 5 su - lxc-dnscrypt -c 'lxc-stop -k -n box'
		status=0
		wait $! || status=$?
		[ "$status" = 1 ]
		grep -qE 'was ended by a stop|the start was interrupted' /srv/hooks/said
		wait_for 2 eval '! pgrep -u lxc-dnscrypt -f ^sleep'
	done
	for type in stop post-stop; do
		rm -f /srv/hooks/hangs
		me "lxc-start -n box -s lxc.hook.$type=/srv/hooks/hang"
		timeout 5 su - lxc-dnscrypt -c 'lxc-stop -k -n box'
		[ -e /srv/hooks/hangs ]
		[ "$(state lxc-dnscrypt box)" = STOPPED ]
	done
}

@test "a hook that prints without end does not keep lxc-stop -k" {
	printf '#!/bin/sh\ntouch /srv/hooks/hangs\nexec cat /dev/zero\n' >/srv/hooks/endless
	chmod 755 /srv/hooks/endless
	su lxc-dnscrypt -c "exec lxc-start -n box -s lxc.hook.pre-start=/srv/hooks/endless" >/srv/hooks/said 2>&1 3>&- &
	wait_for 5 test -e /srv/hooks/hangs
	timeout 5 su - lxc-dnscrypt -c 'lxc-stop -k -n box'
	wait $! || :
	grep -qE 'was ended by a stop|the start was interrupted' /srv/hooks/said
}

@test "a container that is starting cannot be entered, joined or frozen: its mounts are still the host's" {
	printf '#!/bin/sh\ntouch /srv/hooks/hangs\nwhile [ ! -e /srv/hooks/go ]; do sleep 0.05; done\n' >/srv/hooks/hold
	chmod 755 /srv/hooks/hold; : >/srv/hooks/empty
	for key in lxc.net.0.script.up lxc.hook.pre-mount lxc.hook.mount; do
		rm -f /srv/hooks/hangs /srv/hooks/go
		su lxc-dnscrypt -c "exec lxc-start -n box -s $key=/srv/hooks/hold" >/srv/hooks/said 2>&1 3>&- &
		wait_for 5 test -e /srv/hooks/hangs
		for command in 'lxc-attach -n box -- cat /etc/subuid' 'lxc-freeze -n box' \
			'lxc-start -n box2 -f /srv/hooks/empty -s lxc.namespace.share.user=box -s lxc.namespace.share.mnt=box -- /bin/true'; do
			run me "$command"
			[ "$status" = 1 ]
			says 'the container is STARTING'
		done
		touch /srv/hooks/go
		wait $!
		me 'lxc-attach -n box -- true; lxc-stop -k -n box'
	done
}

@test "the starting command's end takes a hook that hangs with it" {
	su lxc-dnscrypt -c "exec lxc-start -n box -s lxc.hook.pre-start=/srv/hooks/hang" >/dev/null 2>&1 3>&- &
	wait_for 5 test -e /srv/hooks/hangs
	kill "$(pgrep -u lxc-dnscrypt -x lxc-start)"
	wait_for 5 eval '[ -z "$(processes_of lxc-dnscrypt)" ]'
}

@test "a container's name reaches hooks as one word, whatever is in it" {
	name="a 'b\" \$(touch bad) ;c"
	printf '%s' "$name" >/srv/hooks/name
	me 'cd /srv/hooks; lxc-create -n "$(cat name)" -t none' >/dev/null 2>&1
	printf '#!/bin/sh\nprintf "%%s|" "$@" >/srv/hooks/told\n' >/srv/hooks/words
	chmod 755 /srv/hooks/words
	printf 'lxc.hook.pre-start = /srv/hooks/words "one two"\nlxc.hook.pre-start = false\n' >>"/home/lxc-dnscrypt/.local/share/lxc/$name/config"
	run me 'cd /srv/hooks; lxc-execute -n "$(cat name)" -- true'
	[ "$(cat /srv/hooks/told)" = "one two|$name|lxc|pre-start|" ]
	[ ! -e /srv/hooks/bad ] && [ ! -e /bad ]
	me 'cd /srv/hooks; lxc-destroy -n "$(cat name)"'
}

@test "an empty value clears one list, lxc.hook all of them, and a value for it is an error" {
	config 'lxc.hook.pre-start = /srv/hooks/fail' 'lxc.hook.mount = /srv/hooks/fail' 'lxc.hook.pre-start ='
	run me 'lxc-start -n box'
	says 'lxc.hook.mount = '
	config 'lxc.hook =' 'lxc.hook.pre-start = /srv/hooks/tell'
	me 'lxc-start -n box'
	[ "$(told | wc -l)" = 1 ]
	run me 'lxc-start -n box -s lxc.hook=x'
	says 'lxc.hook = x' 'accepted: nothing'
}

@test "the destroy hook runs before anything is removed, and keeps the container when it fails" {
	me 'lxc-create -n gone -t none' >/dev/null 2>&1
	printf 'lxc.hook.destroy = sh -c "test -e $LXC_CONFIG_FILE"\nlxc.hook.destroy = /srv/hooks/tell\nlxc.hook.destroy = /srv/hooks/fail\n' | me 'cat >>.local/share/lxc/gone/config'
	run me 'lxc-destroy -n gone'
	[ "$status" = 1 ]
	says 'nothing was removed: lxc.hook.destroy = /srv/hooks/fail: exit status 7' 'gone/config:'
	[ "$(told)" = "args=[gone lxc destroy] $CALLER" ]
	me "sed -i '/fail/d' .local/share/lxc/gone/config; lxc-destroy -n gone"
	[ ! -e /home/lxc-dnscrypt/.local/share/lxc/gone ]
}

@test "lxc.hook.clone is kept for lxc-copy, which runs it" {
	config 'lxc.hook.clone = /srv/hooks/fail a b'
	[ "$(me 'lxc-info -n box -c lxc.hook.clone -H')" = '/srv/hooks/fail a b' ]
	me 'lxc-start -n box'
}

@test "network scripts: arguments of both versions, as the caller, before init and at the end" {
	veth
	config 'lxc.net.0.script.up = /srv/hooks/tell U' 'lxc.net.0.script.down = /srv/hooks/tell D'
	me 'lxc-start -n box; lxc-info -n box | sed -n "s/^Link: *//p" >/srv/hooks/link; lxc-stop -k -n box'
	link=$(cat /srv/hooks/link)
	run told
	[ "${lines[0]}" = "args=[U box net up veth lxcbr0 $link] $CALLER" ]
	[ "${lines[1]}" = "args=[D box net down veth lxcbr0 $link] $CALLER" ]
	: >/srv/hooks/told
	me 'lxc-start -n box -s lxc.hook.version=1; lxc-info -n box | sed -n "s/^Link: *//p" >/srv/hooks/link; lxc-stop -k -n box'
	link=$(cat /srv/hooks/link)
	run told
	[ "${lines[0]}" = "args=[U veth lxcbr0 $link] $CALLER" ]
	run variables U
	says LXC_HOOK_SECTION=net LXC_HOOK_TYPE=up LXC_NET_TYPE=veth LXC_NET_PARENT=lxcbr0 "LXC_NET_PEER=$link"
}

@test "a network script that fails ends the start, and its counterpart has been called" {
	veth
	config 'lxc.net.0.script.up = /srv/hooks/fail' 'lxc.net.0.script.down = /srv/hooks/tell'
	run me 'lxc-start -n box'
	[ "$status" = 1 ]
	says 'lxc.net.0.script.up = /srv/hooks/fail: exit status 7'
	[ "$(told | grep -c 'box net down veth')" = 1 ]
}

@test "lxc.ephemeral: the container is destroyed when it stops, after its hooks, and not at a reboot" {
	me 'lxc-create -n once -t busybox' >/dev/null 2>&1
	printf 'lxc.ephemeral = 1\nlxc.hook.post-stop = /srv/hooks/tell\nlxc.hook.destroy = /srv/hooks/tell\n' | me 'cat >>.local/share/lxc/once/config'
	me 'lxc-start -n once && lxc-stop -r -n once && test -d .local/share/lxc/once/rootfs && lxc-stop -k -n once && test ! -e .local/share/lxc/once'
	[ "$(told | grep -o 'lxc [a-z-]*' | tr '\n' ' ')" = 'lxc post-stop lxc post-stop lxc destroy ' ]
	[ "$(me 'lxc-ls -1')" = box ]
}

@test "lxc.ephemeral: a start that fails, or a supervisor that is killed, leaves the container" {
	me 'lxc-create -n once -t busybox' >/dev/null 2>&1
	printf 'lxc.ephemeral = 1\n' | me 'cat >>.local/share/lxc/once/config'
	run me 'lxc-start -n once -s lxc.hook.mount=false'
	[ "$status" = 1 ]
	me 'lxc-start -n once'
	kill -9 "$(ps -eo pid=,args= | awk '/lxc monitor.* once$/ && !/awk/ { print $1 }')"
	wait_for 5 eval '[ -z "$(processes_of lxc-dnscrypt)" ]'
	me 'test -e .local/share/lxc/once/config; lxc-start -n once; lxc-stop -k -n once; test ! -e .local/share/lxc/once'
}

@test "lxc.ephemeral: a container that could not be destroyed is refused before the start" {
	run me 'lxc-start -n never -f /home/lxc-dnscrypt/.local/share/lxc/box/config -s lxc.ephemeral=1'
	[ "$status" = 1 ]
	says 'lxc.ephemeral = 1' 'no container to destroy'
	me 'mkdir -p .local/share/lxc/box/snaps/snap0'
	run me 'lxc-start -n box -s lxc.ephemeral=1'
	me 'rm -r .local/share/lxc/box/snaps'
	[ "$status" = 1 ]
	says 'lxc.ephemeral = 1' snapshots
}
