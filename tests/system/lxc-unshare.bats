#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-unshare: every namespace is new and nothing else is, for root and for ordinary users; beside Debian's.

setup_file() {
	load '../lib/common'
	lxc_beside_ours
	cp -a /etc/subuid /etc/subgid /run/
}
setup() { load '../lib/common'; }
teardown() {
	cp -a /run/subuid /run/subgid /etc/
	ip link del lxptest0 2>/dev/null || :
}

# both COMMAND...: as the user and as root, output and exit code of ours are Debian's
both() {
	local who
	for who in me eval; do
		run $who "/usr/local/bin/lxc-unshare $*"
		local ours=$status:$output
		run $who "/usr/bin/lxc-unshare $*"
		[ "$ours" = "$status:$output" ] || { echo "$who $*: ours $ours, LXC's $status:$output"; return 1; }
	done
}
# refused TEXT OPTIONS: by ours with these words, and by Debian's
refused() {
	local text=$1
	shift
	run me "lxc-unshare $*"
	[ "$status" -eq 1 ]
	says "$text"
	run me "/usr/bin/lxc-unshare $*"
	[ "$status" -eq 1 ]
}

@test "what is in the list is new, and everything else is the caller's" {
	for pair in MOUNT:mnt PID:pid UTSNAME:uts IPC:ipc NETWORK:net CGROUP:cgroup USER:user; do
		run me "lxc-unshare -s 'USER|${pair%:*}' -- sh -c 'cd /proc/self/ns; readlink cgroup ipc mnt net pid user uts'"
		[ "$status" -eq 0 ]
		diff <(me 'cd /proc/self/ns; readlink cgroup ipc mnt net pid user uts') <(echo "$output") | grep '^>' | sed 's/> \(.*\):.*/\1/' >/run/new
		[ "$(cat /run/new)" = "$(printf '%s\n' "${pair#*:}" user | sort -u)" ] || { echo "$pair: $(cat /run/new)"; false; }
	done
	run lxc-unshare -s UTSNAME -- readlink /proc/self/ns/uts /proc/self/ns/user
	[ "${lines[0]}" != "$(readlink /proc/self/ns/uts)" ]
	[ "${lines[1]}" = "$(readlink /proc/self/ns/user)" ]
}

@test "what LXC and this have in common gives the same" {
	both "-s 'USER|UTSNAME' -H other -u 0 -- hostname"
	both "-s 'USER|UTSNAME' --hostname=other --user=0 -- hostname"
	both "-s 'USER|PID' -- sh -c 'echo \$\$'"
	both "-s 'USER|MOUNT|PID|IPC' -M -- sh -c 'ls -d /proc/[0-9]*'"
	both "--namespaces='USER|MOUNT|PID|IPC' --remount -- true"
	both "-n any -P /tmp -s USER -u 0 -- id -u"
	both "-s 'USER|NETWORK' -- sh -c 'ls /sys/class/net >/dev/null; grep -c : /proc/net/dev'"
}

@test "an ordinary user is root of the subordinate ids, and without any of itself alone" {
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	run me "lxc-unshare -s USER -- sh -c 'id -u; id -g; cat /proc/self/uid_map'"
	[ "$status" -eq 0 ]
	[ "${lines[0]}${lines[1]}" = 00 ]
	[ "$(echo ${lines[2]})" = "0 $first $count" ]
	me "lxc-unshare -s 'USER|MOUNT' -- sh -c 'mount -t tmpfs none /mnt && touch /mnt/f && chown 5:5 /mnt/f'"
	sed -i '/^lxc-dnscrypt:/d' /etc/subuid /etc/subgid
	run me "lxc-unshare -s USER -- sh -c 'id -u; cat /proc/self/uid_map'"
	[ "$status" -eq 0 ]
	says 'has no subordinate' 'only root exists inside'
	[[ "$(echo "${lines[-1]}" | tr -s ' ')" == *"0 $(id -u lxc-dnscrypt) 1" ]]
}

@test "-u: by name, by uid, and by a uid that nobody has; outside it is the caller" {
	for user in lxc-cache "$(id -u lxc-cache)"; do
		run me "lxc-unshare -s USER -u $user -- sh -c 'id -u; id -g; cat /proc/self/uid_map'"
		[ "${lines[0]}:${lines[1]}" = "$(id -u lxc-cache):$(id -g lxc-cache)" ]
		[ "$(echo ${lines[2]})" = "$(id -u lxc-cache) $(id -u lxc-dnscrypt) 1" ]
	done
	[ "$(me "lxc-unshare -s USER -u 7777 -- id -u")" = 7777 ]
	[ "$(lxc-unshare -s USER -u lxc-cache -- id -un)" = lxc-cache ]
}

@test "-M: without a new namespace of its kind a file system stays as it is, and nothing is seen outside" {
	before=$(cat /proc/mounts)
	run me "lxc-unshare -s 'USER|MOUNT' -M -- sh -c 'touch /dev/shm/mine; ls /dev/shm; ls -d /proc/1'"
	[ "$output" = $'mine\n/proc/1' ]
	[ ! -e /dev/shm/mine ]
	[ "$(lxc-unshare -s 'MOUNT|PID|IPC' -M -- sh -c 'ls -d /proc/[0-9]*; ls /dev/shm')" = /proc/1 ]
	[ "$(cat /proc/mounts)" = "$before" ]
}

@test "-i: interfaces move in, for root; one that is not there stops it before anything runs" {
	ip link add lxptest0 type veth peer name lxptest1
	run lxc-unshare -s NETWORK -i lxptest0 -i lxptest1 -- sh -c 'ip -o link | grep -c lxptest'
	[ "$output" = 2 ]
	wait_for 5 eval '! ip link show lxptest0'
	run lxc-unshare -s NETWORK -i lo -i nosuch0 -- touch /run/ran
	[ "$status" -eq 1 ]
	says '-i nosuch0: there is no such interface'
	run lxc-unshare -s NETWORK -i lo -- touch /run/ran
	[ "$status" -eq 1 ]
	says '-i lo: it cannot be moved'
	[ ! -e /run/ran ]
	run me "lxc-unshare -s 'USER|NETWORK' -i lxcbr0 -- touch /run/ran"
	[ "$status" -eq 1 ]
	says '-i lxcbr0: moving an interface of the host needs CAP_NET_ADMIN' 'fix:'
}

@test "-d: it returns while the command runs, says when it cannot be run, and is not killed with the caller" {
	me 'mkfifo gate; chmod 666 gate'
	run me "lxc-unshare -s 'USER|PID' -u $(id -u lxc-dnscrypt) -d -- sh -c 'cat gate >got' >/dev/null 2>&1"
	[ "$status" -eq 0 ]
	me 'echo hello >gate'
	wait_for 5 grep -q hello /home/lxc-dnscrypt/got
	me "lxc-unshare -s USER --daemon -- /no/such 2>/dev/null; [ \$? -eq 127 ]"
	me 'rm gate got'
}

@test "the exit status is the command's" {
	for code in 0 1 7 255; do
		run me "lxc-unshare -s 'USER|PID' -- sh -c 'exit $code'"
		[ "$status" -eq "$code" ]
	done
	run me "lxc-unshare -s USER -- sh -c 'kill -TERM \$\$'"
	[ "$status" -eq 143 ]
	run me 'lxc-unshare -s USER -- /no/such; [ $? -eq 127 ]'
	[ "$status" -eq 0 ]
	says 'run /no/such: No such file or directory'
	run me 'lxc-unshare -s USER -- /etc/passwd'
	[ "$status" -eq 126 ]
}

@test "when lxc-unshare is killed the command ends with it" {
	me "lxc-unshare -s 'USER|PID' -- sleep 3217 & echo \$! >pid; sleep 0.01"
	wait_for 5 pgrep -f '^sleep 3217'
	kill -KILL "$(cat /home/lxc-dnscrypt/pid)"
	wait_for 5 eval '! pgrep -f "^sleep 3217"'
}

@test "options that do not go together, or name nothing, are refused before anything runs" {
	refused 'which command?' "-s USER"
	refused 'not a namespace' "-s 'USER|NOSUCH' -- true"
	refused '--user=nosuch: nobody is called so' "-s USER -u nosuch -- true"
	refused '-u needs -s USER' "-s MOUNT -u 0 -- true"
	refused '-H name needs -s UTSNAME' "-s USER -H name -- true"
	refused '-i lo needs -s NETWORK' "-s USER -i lo -- true"
	refused '-M needs -s MOUNT' "-s 'USER|PID' -M -- true"
	refused 'gets namespaces together with a user namespace only' "-s MOUNT -- true"
	run me 'lxc-unshare -- true'
	[ "$status" -eq 1 ]
	says 'which namespaces?'
	run me "lxc-unshare -s 'USER|UTSNAME' -H $(printf %065d 1) -- true"
	[ "$status" -eq 1 ]
	says 'at most 64 characters'
	run me "lxc-unshare -q -s NOSUCH -- true"
	[ "$status:$output" = 1: ]
	run me "lxc-unshare -o /no/such/log -s USER -- true"
	[ "$status" -eq 1 ]
	says 'log file /no/such/log'
}
