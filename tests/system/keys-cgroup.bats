#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc.cgroup.*, lxc.cgroup2.*: where the groups are, what is in force, what is refused. cgroup.bats has the layouts.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	for name in box bow; do me "lxc-create -n $name -t busybox" >/dev/null 2>&1; done
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n box; lxc-stop -k -q -n bow' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

# start OPTION...: the container box, from a login whose groups are the user's own
start() { as_delegated lxc-dnscrypt "lxc-start -n box $*"; }
# refused TEXT... -- OPTION...: as start_refused of common.bash
refused() { START=start start_refused "$@"; }

# One hierarchy to look at: that of the pids controller, in v1 or in cgroup2.
hierarchy() { awk '$9 == "cgroup" && $NF ~ /pids/ { print $5; exit }' /proc/self/mountinfo | grep . || awk '$9 == "cgroup2" { print $5; exit }' /proc/self/mountinfo; }
# group_of PID: its group there
group_of() {
	awk -F: '$2 == "pids" { print $3; found = 1 } $1 == 0 { two = $3 } END { if (!found) print two }' "/proc/$1/cgroup"
}
init_of() { me "lxc-info -n $1 -pH"; }
supervisor_of() { pgrep -u lxc-dnscrypt -f "lxc monitor.* $1\$"; }
# groups NAME: how many groups of that name are anywhere in this sandbox
groups() { find /sys/fs/cgroup -type d -path "$GROUPS_HERE" -name "$1" | wc -l; }

@test "lxc.cgroup.dir: the usual groups below another one, which goes with the last of them" {
	start -s lxc.cgroup.dir=lxptest/first -s $LIMIT.pids.max=40
	group=$(group_of "$(init_of box)")
	[[ $group == */user-lxc-dnscrypt/lxptest/first/lxc.payload.box ]]
	[[ $(group_of "$(supervisor_of box)") == */user-lxc-dnscrypt/lxptest/first/lxc.monitor.box ]]
	[ "$(cat "$(hierarchy)$group/pids.max")" = 40 ]
	as_delegated lxc-dnscrypt 'lxc-start -n bow -s lxc.cgroup.dir=lxptest/first'
	me 'lxc-stop -k -n box'
	[ "$(groups lxptest)" -gt 0 ]
	[ "$(groups lxc.payload.box)$(groups lxc.monitor.box)" = 00 ]
	me 'lxc-stop -k -n bow'
	[ "$(groups lxptest)" = 0 ]
}

@test "a group of lxc.cgroup.dir that was there before stays, with its limits" {
	as_delegated lxc-dnscrypt true
	mine=$(delegated_group "$(hierarchy)" cgroup lxc-dnscrypt)/lxpkept
	me "mkdir $mine"
	before=$(cat "$mine/pids.max")
	me "echo 30 >$mine/pids.max"
	[ "$(cat "$mine/pids.max")" != "$before" ]
	start -s lxc.cgroup.dir=lxpkept
	[[ $(group_of "$(init_of box)") == */lxpkept/lxc.payload.box ]]
	me 'lxc-stop -k -n box'
	[ "$(cat "$mine/pids.max")" = 30 ]
	[ "$(groups lxpkept)" = 1 ]
	rmdir "$mine"
}

@test "lxc.cgroup.dir.container, .monitor and .inner: groups of one's own, limits above the container's root" {
	start -s lxc.cgroup.dir.container=lxptest/in/payload -s lxc.cgroup.dir.monitor=lxptest/watch -s lxc.cgroup.dir.container.inner=root \
		-s $LIMIT.pids.max=40
	group=$(group_of "$(init_of box)")
	[[ $group == */user-lxc-dnscrypt/lxptest/in/payload/root ]]
	[[ $(group_of "$(supervisor_of box)") == */user-lxc-dnscrypt/lxptest/watch ]]
	[ "$(cat "$(hierarchy)${group%/root}/pids.max")" = 40 ]
	# the container sees the inner group as the root, and what is attached is there, too
	[ "$(me 'lxc-attach -n box -- cat /proc/1/cgroup /proc/self/cgroup' | cut -d: -f3 | sort -u)" = / ]
	run me 'timeout 20 lxc-attach -n box -- sh -c "for i in \$(seq 100); do sleep 2 & done; wait"'
	says "can't fork"
	me 'lxc-freeze -n box; lxc-unfreeze -n box; lxc-stop -k -n box'
	[ "$(groups lxptest)" = 0 ]
}

@test "lxc.cgroup.dir.monitor.pivot: where the supervisor is when the groups are removed" {
	start -s lxc.cgroup.dir=lxptest -s lxc.cgroup.dir.monitor.pivot=lxppivot/here
	[ "$(groups lxppivot)" = 0 ]
	me 'lxc-stop -k -n box'
	[ "$(groups lxptest)" = 0 ]
	[ "$(groups here)" -gt 0 ]
	wait_for 5 eval '! pgrep -u lxc-dnscrypt -f "lxc monitor"'
	find /sys/fs/cgroup -depth -type d -path "$GROUPS_HERE" \( -name here -o -name lxppivot \) -exec rmdir {} \;
}

@test "lxc.cgroup.relative: root's groups below its own group instead of at the top" {
	lxc-create -n big -t busybox >/dev/null 2>&1
	lxc-start -n big -s lxc.net.0.type=empty -s lxc.cgroup.relative=1
	group=$(group_of "$(lxc-info -n big -pH)")
	lxc-stop -k -n big
	lxc-start -n big -s lxc.net.0.type=empty
	top=$(group_of "$(lxc-info -n big -pH)")
	lxc-stop -k -n big
	lxc-destroy -n big
	[ "$top" = /lxc.payload.big ]
	[ "$group" = "$(group_of $$)/lxc.payload.big" ]
	[ "$group" != "$top" ]
}

@test "a reboot and the start after a killed supervisor find the groups again" {
	start -s lxc.cgroup.dir.container=lxptest/p -s lxc.cgroup.dir.monitor=lxptest/m
	before=$(init_of box)
	me 'lxc-stop -r -n box'
	wait_for 10 eval '[ "$(init_of box)" != "$before" ] && [ "$(state lxc-dnscrypt box)" = RUNNING ]'
	[[ $(group_of "$(init_of box)") == */user-lxc-dnscrypt/lxptest/p ]]
	[[ $(group_of "$(supervisor_of box)") == */user-lxc-dnscrypt/lxptest/m ]]
	init=$(init_of box)
	kill -KILL "$(supervisor_of box)"
	wait_for 10 eval '! [ -d /proc/$init ]'
	[ "$(groups lxptest)" -gt 0 ]
	start
	[[ $(group_of "$(init_of box)") == */user-lxc-dnscrypt/lxc.payload.box ]]
	[ "$(groups lxptest)" = 0 ]
}

@test "lxc.cgroup.dir*: what excludes each other, needs each other, or is no path is refused before the start" {
	refused 'lxc.cgroup.dir and lxc.cgroup.dir.container or lxc.cgroup.dir.monitor exclude each other' -- -s lxc.cgroup.dir=a -s lxc.cgroup.dir.container=b -s lxc.cgroup.dir.monitor=c
	refused 'lxc.cgroup.dir.container needs lxc.cgroup.dir.monitor' -- -s lxc.cgroup.dir.container=b
	refused 'lxc.cgroup.dir.monitor needs lxc.cgroup.dir.container' -- -s lxc.cgroup.dir.monitor=b
	refused 'lxc.cgroup.dir.container.inner needs lxc.cgroup.dir.container' -- -s lxc.cgroup.dir.container.inner=b
	refused 'lxc.cgroup.dir.container and lxc.cgroup.dir.monitor are the same' -- -s lxc.cgroup.dir.container=b -s lxc.cgroup.dir.monitor=b
	refused 'lxc.cgroup.dir = /a: an absolute path; accepted: a path below' -- -s lxc.cgroup.dir=/a
	refused 'lxc.cgroup.dir = a/../b: not a path below' -- -s lxc.cgroup.dir=a/../b
	refused 'lxc.cgroup.dir.container.inner = a/b: more than one component' -- -s lxc.cgroup.dir.container.inner=a/b
	refused 'lxc.cgroup.relative = yes: not 0 or 1' -- -s lxc.cgroup.relative=yes
}

@test "device rules hold for a container of root; an ordinary user's needs none, and starts with them" {
	lxc-create -n big -t busybox >/dev/null 2>&1
	lxc-start -n big -s lxc.net.0.type=empty -s 'lxc.cgroup2.devices.deny=c 1:5 rw' -s 'lxc.cgroup2.devices.deny=b *:* rwm'
	run lxc-attach -n big -- sh -c 'head -c 1 /dev/zero; echo x >/dev/null && echo null; mknod /disk b 7 0'
	lxc-stop -k -n big
	lxc-start -n big -s lxc.net.0.type=empty -s 'lxc.cgroup2.devices.deny=c 1:5 rw' -s lxc.cgroup2.devices.deny=
	[ "$(lxc-attach -n big -- head -c 3 /dev/zero | wc -c)" = 3 ]
	lxc-stop -k -n big
	lxc-destroy -n big
	says null
	[ "$(grep -c 'not permitted' <<<"$output")" = 2 ]
	me "lxc-start -n box -s lxc.cgroup2.devices.deny=a -s 'lxc.cgroup2.devices.allow=c 1:3 rwm' -s lxc.log.file=\$HOME/box.log -s lxc.log.level=INFO"
	[ "$(me 'lxc-attach -n box -- head -c 3 /dev/zero' | wc -c)" = 3 ]
	me 'lxc-stop -k -n box'
	as_delegated lxc-dnscrypt "lxc-start -n box -s lxc.cgroup2.devices.deny=a -s lxc.log.file=\$HOME/box.log -s lxc.log.level=INFO"
	grep -q 'lxc.cgroup2.devices.deny = a: not needed' /home/lxc-dnscrypt/box.log
}

@test "a device rule that is none is refused where it stands, for everybody" {
	run me "lxc-start -n box -s 'lxc.cgroup2.devices.allow=c 1'"
	[ "$status" -eq 1 ]
	says 'lxc.cgroup2.devices.allow = c 1: not a device rule; accepted: a, or c or b with MAJOR:MINOR'
	run me "lxc-start -n box -s 'lxc.cgroup.devices.deny=x 1:3 r'"
	[ "$status" -eq 1 ]
	says 'lxc.cgroup.devices.deny = x 1:3 r: not a device rule'
}

@test "a limit that the kernel changes, that is not there, or that nobody delegated is named" {
	if [ $LIMIT = lxc.cgroup ]; then
		refused 'lxc.cgroup.cpu.shares = 1: did not take: the kernel says "2"' -- -s lxc.cgroup.cpu.shares=1
		refused 'lxc.cgroup2.memory.max = 64M' 'this host has the controller "memory" in cgroup v1' 'lxc.cgroup.memory.limit_in_bytes' -- -s lxc.cgroup2.memory.max=64M
	else
		refused 'lxc.cgroup.memory.limit_in_bytes = 64M' 'this host has the controller "memory" in cgroup v2' 'lxc.cgroup2.memory.max' -- -s lxc.cgroup.memory.limit_in_bytes=64M
	fi
	refused "$LIMIT.pids.most = 1: the kernel has no such file" -- -s $LIMIT.pids.most=1
	refused "$LIMIT.pids.max = many: the kernel refuses the value: Invalid argument" -- -s $LIMIT.pids.max=many
	refused 'lxc.cgroup2.cgroup.procs = 1: not a limit' -- -s lxc.cgroup2.cgroup.procs=1
	run as_undelegated lxc-dnscrypt "lxc-start -n box -s $LIMIT.pids.max=40"
	[ "$status" -eq 1 ]
	says "$LIMIT.pids.max = 40 cannot be applied: no control group is delegated"
	echo "$LIMIT.pids.max = 40" | me 'cat >~/limit.conf'
	run as_undelegated lxc-dnscrypt 'lxc-start -n box -s lxc.include=$HOME/limit.conf'
	says '/limit.conf:1'
}

@test "lxc.cgroup2 with an empty value clears its limits and leaves those of lxc.cgroup" {
	if [ $LIMIT = lxc.cgroup ]; then
		start -s lxc.cgroup.pids.max=40 -s lxc.cgroup2.memory.nothing=1 -s lxc.cgroup2=
		[ "$(cat "$(hierarchy)$(group_of "$(init_of box)")/pids.max")" = 40 ]
	else
		refused 'lxc.cgroup.pids.max = 40: this host has the controller "pids" in cgroup v2' -- \
			-s lxc.cgroup.pids.max=40 -s lxc.cgroup2.memory.nothing=1 -s lxc.cgroup2=
	fi
}
