#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Namespaces that are made, kept or shared; what init is and what becomes of it when its supervisor dies.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	empty_conf lxc-cache
	me 'lxc-create -n box -t busybox; lxc-create -n web -t busybox' >/dev/null 2>&1
	as lxc-cache 'lxc-create -n other -t busybox && lxc-start -q -n other' >/dev/null 2>&1
	: >/srv/empty.conf
	leftovers >/run/before
	me 'lxc-start -q -n web'
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n box; lxc-stop -k -q -n bare' || :; }
teardown_file() {
	load '../lib/common'
	me 'lxc-stop -k -q -n web'
	local left=0
	nothing_left "$(cat /run/before)" || left=1
	destroy_all
	return $left
}

# inside NAME KIND: the namespace of that kind that a process in the container is in
inside() { me "lxc-attach -n $1 -- readlink /proc/self/ns/$2"; }
mine() { me "readlink /proc/self/ns/$1"; }

# bare 'KEY=VALUE'... -- COMMAND: without a root of its own
bare() {
	local definitions=
	while [ "$1" != -- ]; do definitions="$definitions -s '$1'"; shift; done
	shift
	me "lxc-execute -n bare -f /srv/empty.conf $definitions -- /bin/sh -c \"$*\" </dev/null"
}

@test "lxc.namespace.keep: what is kept is the caller's, what is not is the container's" {
	for kind in uts ipc cgroup; do
		me "lxc-start -q -n box -s lxc.namespace.keep=$kind -s lxc.mount.auto= -s lxc.mount.auto=proc"
		[ "$(inside box $kind)" = "$(mine $kind)" ]
		[ "$(inside box pid)" != "$(mine pid)" ]
		me 'lxc-stop -k -n box'
	done
	me "lxc-start -q -n box -s lxc.namespace.keep=net -s lxc.net="
	[ "$(inside box net)" = "$(mine net)" ]
	me 'lxc-attach -n box -- /sbin/ip link show lxcbr0; lxc-stop -k -n box'
	me "lxc-start -q -n box -s lxc.namespace.keep=net"' -s lxc.net.0.type=none'
	[ "$(inside box net)" = "$(mine net)" ]
}

@test "lxc.namespace.keep = pid: init is a process like any other, is stopped by its signals, and can be entered" {
	me "lxc-start -q -n box -s lxc.namespace.keep=pid -s lxc.mount.auto= -s 'lxc.mount.entry=/proc proc none rbind,create=dir' -- /bin/sleep 77"
	[ "$(inside box pid)" = "$(mine pid)" ]
	[ "$(me 'lxc-attach -n box -- id -u')" = 0 ]
	me 'timeout 5 lxc-stop -n box --nokill -t 4'
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

@test "lxc.namespace.keep = mnt: a command in the host's tree, as root of its own ids only" {
	run bare lxc.namespace.keep=mnt -- 'readlink /proc/self/ns/mnt; id -u; cat /etc/hostname /etc/shadow; readlink /proc/self/ns/user'
	[ "${lines[-5]}" = "$(mine mnt)" ] || [ "$(grep -cxF "$(mine mnt)" <<<"$output")" = 1 ]
	grep -qx 0 <<<"$output"
	says 'Permission denied'
	[ "${lines[-1]}" != "$(mine user)" ]
}

@test "lxc.namespace.clone: what is named is made, and nothing else; time, too" {
	run bare 'lxc.namespace.clone=user pid time' -- 'for n in user pid time net uts ipc cgroup mnt; do readlink /proc/self/ns/\$n; done'
	for kind in user time; do [ "$(grep -cxF "$(mine $kind)" <<<"$output")" = 0 ]; done
	for kind in net uts ipc cgroup mnt; do grep -qxF "$(mine $kind)" <<<"$output"; done
	me "lxc-start -q -n box -s 'lxc.namespace.clone=user mnt pid net uts ipc cgroup'"
	for kind in user mnt pid net uts ipc cgroup; do [ "$(inside box $kind)" != "$(mine $kind)" ]; done
}

@test "clone and keep: what does not go together is refused before the start, with a way out" {
	start_refused 'lxc.namespace.keep = user' 'takes root' lxc.namespace.share.user -- -s lxc.namespace.keep=user
	start_refused 'lxc.namespace.clone without user' -- -s lxc.namespace.clone=mnt
	start_refused 'lxc.namespace.keep = net' 'lxc.net.0 needs a network namespace' 'lxc.net.0.type = none' -- -s lxc.namespace.keep=net
	start_refused 'lxc.namespace.keep = mnt' 'lxc.rootfs.path needs a mount namespace' -- -s lxc.namespace.keep=mnt
	start_refused 'lxc.namespace.keep = pid' 'lxc.mount.auto = proc' 'lxc.mount.entry = /proc proc none rbind' -- -s lxc.namespace.keep=pid
	start_refused 'lxc.namespace.keep = cgroup' 'lxc.mount.auto = cgroup' -- -s lxc.namespace.keep=cgroup
	start_refused 'lxc.namespace.keep = time' lxc.time.offset -- -s lxc.namespace.keep=time -s lxc.time.offset.boot=10s
	start_refused 'lxc.namespace.clone has net' 'lxc.net.0.type = none' -- "-s 'lxc.namespace.clone=user net mnt pid uts ipc cgroup' -s lxc.net.0.type=none"
	start_refused 'exclude each other' 'accepted: words of user' -- -s lxc.namespace.keep=uts -s lxc.namespace.clone=user
	start_refused '"bogus" is no namespace' -- -s lxc.namespace.keep=bogus
	run me 'lxc-start -n box -s lxc.namespace.keep=uts'
	says 'lxc.uts.name is not used: lxc.namespace.keep = uts'
}

@test "lxc.namespace.share: each namespace of another container of one's own is joined, by name, pid and path" {
	pid=$(me 'lxc-info -n web -pH')
	for kind in net uts ipc cgroup; do
		me "lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.$kind=/home/lxc-dnscrypt/.local/share/lxc/web"
		[ "$(inside box $kind)" = "$(inside web $kind)" ]
		[ "$(inside box user)" = "$(inside web user)" ]
		[ "$(inside box mnt)" != "$(inside web mnt)" ]
		[ "$(me 'lxc-attach -n box -- id -u')" = 0 ]
		me 'lxc-stop -k -n box'
		[ "$(state lxc-dnscrypt web)" = RUNNING ]
	done
	me 'lxc-attach -n web -- /sbin/ip addr add 192.0.2.7/32 dev lo'
	me "lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.net=web"
	me 'lxc-attach -n box -- /sbin/ip addr' | grep -q 192.0.2.7
}

@test "lxc.namespace.share.pid: one sees the processes of the other, and ends with it" {
	me 'lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.pid=web -- /bin/sleep 66'
	me 'lxc-attach -n web -- ps' | grep -q 'sleep 66'
	me 'lxc-attach -n box -- ps' | grep -q syslogd
	me 'timeout 5 lxc-stop -n box --nokill -t 4'
	me 'lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.pid=web -- /bin/sleep 66'
	me 'lxc-stop -k -n web'
	wait_for 5 eval '[ "$(state lxc-dnscrypt box)" = STOPPED ]'
	me 'lxc-start -q -n web'
}

@test "lxc.namespace.share.mnt: a command in the tree of another container" {
	me 'lxc-attach -n web -- sh -c "echo hello >/run/of-web"'
	[ "$(bare lxc.namespace.share.user=web lxc.namespace.share.mnt=web -- 'cat /run/of-web; id -u' | tail -2 | tr '\n' ' ')" = 'hello 0 ' ]
}

@test "lxc.namespace.share by a namespace's own path, and by a pid, for root" {
	ip netns add pinned
	ip -n pinned addr add 192.0.2.8/32 dev lo
	mkdir -p /var/lib/lxc/rooty
	run lxc-execute -n rooty -f /srv/empty.conf -s lxc.namespace.share.net=/run/netns/pinned -- ip addr </dev/null
	says 192.0.2.8
	sleep 99 </dev/null >/dev/null 2>&1 3>&- &
	run lxc-execute -n rooty -f /srv/empty.conf -s "lxc.namespace.share.uts=$!" -- readlink /proc/self/ns/uts </dev/null
	[ "${lines[-1]}" = "$(readlink "/proc/$!/ns/uts")" ]
	kill $!
	# with ids of its own it may join, but not configure, what is the host's
	run lxc-execute -n rooty -f /srv/empty.conf -s 'lxc.idmap=u 0 500000 65536' -s 'lxc.idmap=g 0 500000 65536' -s lxc.namespace.share.net=/run/netns/pinned -- sh -c 'ip addr; ip addr add 192.0.2.9/32 dev lo' </dev/null
	ip netns del pinned
	umount /run/netns # "ip netns" mounts it on itself
	says 192.0.2.8 'Operation not permitted'
}

@test "a clock of another container is joined" {
	me 'lxc-stop -k -n web; lxc-start -q -n web -s lxc.time.offset.monotonic=100h'
	me 'lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.time=web'
	[ "$(inside box time)" = "$(inside web time)" ]
	me 'lxc-stop -k -n box; lxc-stop -k -n web; lxc-start -q -n web'
	start_refused 'lxc.namespace.share.time = web' 'no time namespace of its own' -- -s lxc.namespace.share.user=web -s lxc.namespace.share.time=web
}

@test "lxc.namespace.share: what the kernel forbids is refused before the start, with the privilege it takes and what to do" {
	start_refused 'lxc.namespace.share.net = web' CAP_SYS_ADMIN 'Operation not permitted' 'lxc.namespace.share.user, too' -- -s lxc.namespace.share.net=web
	start_refused -- -s lxc.namespace.share.net=1
	says 'lxc.namespace.share.net = 1' '/proc/1/ns/net' 'Permission denied' 'process of your own'
	start_refused 'there is no process 99999999' -- -s lxc.namespace.share.net=99999999
	start_refused 'container nobody: the container is not running' -- -s lxc.namespace.share.net=nobody
	start_refused 'neither a net namespace nor' -- -s lxc.namespace.share.net=/etc/passwd
	start_refused "the caller's own user namespace" -- '-s lxc.namespace.share.user=$$'
	start_refused 'lxc.namespace.share.uts' CAP_SYS_ADMIN -- '-s lxc.namespace.share.uts=$$'
	start_refused -- -s "lxc.namespace.share.user=$(as lxc-cache 'lxc-info -n other -pH')"
	says 'Permission denied'
	start_refused 'another id map than lxc.idmap' -- "-s lxc.namespace.share.user=web -s lxc.idmap= -s 'lxc.idmap=u 0 100001 60000' -s 'lxc.idmap=g 0 100001 60000'"
	start_refused 'lxc.namespace.share.pid = web does not go with lxc.time.offset' -- -s lxc.namespace.share.user=web -s lxc.namespace.share.pid=web -s lxc.time.offset.boot=5s
	start_refused 'lxc.namespace.share.user = web does not go with lxc.time.offset' -- -s lxc.namespace.share.user=web -s lxc.time.offset.boot=5s
	run me 'lxc-start -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.bogus=web'
	says 'no such namespace'
	printf 'lxc.namespace.share.net = web\n' | me 'cat >>.local/share/lxc/box/config'
	line=$(wc -l </home/lxc-dnscrypt/.local/share/lxc/box/config)
	start_refused "rule: /home/lxc-dnscrypt/.local/share/lxc/box/config:$line" --
	me 'sed -i /namespace.share/d .local/share/lxc/box/config'
}

@test "--share-net joins as the key does" {
	me 'lxc-start -q -n box -s lxc.namespace.share.user=web --share-net web --share-uts web --share-ipc web'
	for kind in net uts ipc; do [ "$(inside box $kind)" = "$(inside web $kind)" ]; done
}

@test "a process that joins cannot be traced by the container it joins, nor seen into" {
	cat >/srv/look <<-'EOF'
		#!/bin/sh
		# what of the host can be read through any process that is not the container's own
		while [ ! -e /run/enough ]; do
			for p in /proc/[0-9]*; do
				[ -e "$p/root/etc/subuid" ] && echo "root of $p" >>/run/seen
				ls "$p/fd/" 2>/dev/null | grep -q . && readlink "$p/fd/"* 2>/dev/null | grep -q '^/home' && echo "fd of $p" >>/run/seen
			done
		done
	EOF
	me "lxc-attach -n web -- sh -c 'cat >/run/look' </srv/look; lxc-attach -n web -- sh -c 'rm -f /run/seen /run/enough; sh /run/look >/dev/null 2>&1 &'"
	for n in 1 2 3 4 5 6; do
		me 'lxc-start -q -n box -s lxc.namespace.share.user=web -s lxc.namespace.share.pid=web -- /bin/sleep 66; lxc-attach -n box -- true; lxc-stop -k -n box'
	done
	me 'lxc-attach -n web -- touch /run/enough'
	[ "$(me 'lxc-attach -n web -- cat /run/seen 2>/dev/null')" = "" ]
}

@test "lxc.init.groups are the supplementary groups of init" {
	run with lxc.init.groups=5,7 lxc.init.groups=9 lxc.init.uid=3 -- 'grep ^Groups /proc/1/status'
	[[ "$output" =~ Groups:.5\ 7\ 9 ]]
	start_refused 'lxc.init.groups: group 70000 is not in the id map' -- -s lxc.init.groups=70000
	start_refused 'lxc.init.groups = x' '"x" is no group number; accepted: numbers with commas' -- -s lxc.init.groups=x
}

@test "lxc.execute.cmd is what lxc-execute runs" {
	run me "lxc-execute -n box -s 'lxc.execute.cmd=/bin/sh -c \"echo from the key; exit 5\"' </dev/null 2>/dev/null"
	[ "$status" = 5 ]
	[ "$output" = 'from the key' ]
	run me "lxc-execute -n box -s 'lxc.execute.cmd=/bin/false' -- /bin/echo given </dev/null 2>/dev/null"
	[ "$output" = given ]
}

@test "lxc.monitor.unshare: what root's hooks mount stays with them; an ordinary user is told what to use" {
	start_refused 'lxc.monitor.unshare = 1' CAP_SYS_ADMIN 'pre-mount or mount hook' -- -s lxc.monitor.unshare=1
	mkdir -p /srv/point /var/lib/lxc/rooty
	printf '#!/bin/sh\nmount -t tmpfs by-hook /srv/point; grep -c by-hook /proc/mounts >/srv/seen\n' >/srv/mounts
	chmod 755 /srv/mounts
	lxc-execute -n rooty -f /srv/empty.conf -s lxc.monitor.unshare=2 -s lxc.hook.pre-start=/srv/mounts -- grep -q by-hook /proc/mounts </dev/null
	[ "$(cat /srv/seen)" = 1 ]
	[ "$(grep -c by-hook /proc/mounts)" = 0 ]
	lxc-execute -n rooty -f /srv/empty.conf -s lxc.hook.pre-start=/srv/mounts -- true </dev/null
	[ "$(grep -c by-hook /proc/mounts)" = 1 ]
	umount /srv/point
}

supervisor_of() { ps -eo pid=,args= | awk -v n="$1" '/lxc monitor/ && $NF == n && !/awk/ { print $1 }'; }

@test "lxc.monitor.signal.pdeath: a signal that init dies of, and the default, end it with its supervisor" {
	for value in SIGKILL 9 ''; do
		me "lxc-start -q -n box -s lxc.monitor.signal.pdeath=$value"
		pid=$(me 'lxc-info -n box -pH')
		kill -9 "$(supervisor_of box)"
		wait_for 5 eval "[ ! -d /proc/$pid ]"
		[ "$(state lxc-dnscrypt box)" = STOPPED ]
	done
	me "lxc-start -q -n box -s lxc.monitor.signal.pdeath=SIGUSR1 -- /bin/sh -c 'trap \"exit 0\" USR1; while :; do sleep 0.1; done'"
	pid=$(me 'lxc-info -n box -pH')
	kill -9 "$(supervisor_of box)"
	wait_for 5 eval "[ ! -d /proc/$pid ]"
	start_refused 'lxc.monitor.signal.pdeath = SIGBOGUS' 'not a signal' -- -s lxc.monitor.signal.pdeath=SIGBOGUS
}

@test "lxc.monitor.signal.pdeath = 0: the container outlives its supervisor, commands say so, and it can be stopped" {
	me 'lxc-start -q -n box -s lxc.monitor.signal.pdeath=0'
	pid=$(me 'lxc-info -n box -pH')
	kill -9 "$(supervisor_of box)"
	wait_for 5 eval '[ -z "$(supervisor_of box)" ]'
	[ -d "/proc/$pid" ]
	[ "$(state lxc-dnscrypt box)" = RUNNING ]
	[ "$(me 'lxc-info -n box -pH')" = "$pid" ]
	[ "$(me 'lxc-ls -1 --running' | tr '\n' ' ')" = 'box web ' ]
	me 'lxc-wait -n box -s RUNNING -t 2'
	for command in lxc-start lxc-attach lxc-freeze 'lxc-stop -r'; do
		run me "$command -n box </dev/null"
		[ "$status" != 0 ]
		says 'supervisor is gone'
	done
	run me 'lxc-start -n box'
	says "process $pid" lxc.monitor.signal.pdeath 'lxc-stop -n box'
	run me 'lxc-destroy -n box'
	says 'is RUNNING'
	me 'lxc-stop -k -n box'
	wait_for 10 eval "[ ! -d /proc/$pid ]" # until its new parent has reaped it
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
	run me 'lxc-stop -k -n box'
	[ "$status" = 2 ]
	me 'lxc-start -q -n box && lxc-attach -n box -- true && lxc-stop -k -n box'
}
