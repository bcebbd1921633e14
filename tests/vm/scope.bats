#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A container started from a plain login on a host with systemd: it gets a scope of the user's own manager, in which limits hold.
# Each start is made from a login of its own, by su; what is only looked at, from the session that "me" has.

load '../lib/common'

BARE='env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS -u XDG_SESSION_ID'
MANAGER=/user.slice/user-1000.slice/user@1000.service

setup_file() {
	echo 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	me 'lxc-create -n box -t busybox; lxc-create -n two -t busybox' >/dev/null 2>&1
	as lxc-cache 'lxc-create -n box -t busybox' >/dev/null 2>&1
	session_close lxc-cache
}

teardown() {
	me 'lxc-stop -k -n box; lxc-stop -k -n two' >/dev/null 2>&1 || :
	wait_for 30 eval '[ -z "$(scopes)" ]'
}

# login 'COMMANDS': of lxc-dnscrypt, by a login of its own
login() { su - lxc-dnscrypt -c "$*"; }

# start OPTION...: the container box from a login whose environment knows nothing of a manager
start() { login "$BARE lxc-start -n box $*"; }

# group_of NAME: the control group of the container's init, as a path below /sys/fs/cgroup
group_of() { sed -n 's/^0:://p' "/proc/$(me "lxc-info -n $1 -pH")/cgroup"; }

# value FILE: of the control group of box
value() { cat "/sys/fs/cgroup$(group_of box)/$1"; }

inside() { me "lxc-attach -n box -- $*"; }

scopes() { find /sys/fs/cgroup/user.slice -type d -name 'lxc-*.scope'; }

@test "a container gets a scope of its user's manager, which is found by uid: the environment names none" {
	start
	group=$(group_of box)
	[[ $group =~ ^$MANAGER/app.slice/lxc-box-[0-9]+.scope/lxc.payload.box$ ]]
	unit=$(basename "$(dirname "$group")")
	run systemctl --user -M lxc-dnscrypt@ show "$unit" -p Delegate -p Description -p ActiveState
	says Delegate=yes 'Description=Container box' ActiveState=active
}

@test "an environment that names another manager changes nothing" {
	login 'XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/no/such lxc-start -n box'
	[[ $(group_of box) == $MANAGER/app.slice/lxc-box-*.scope/lxc.payload.box ]]
}

@test "memory.max, pids.max, cpu.max and cpuset.cpus are set as asked for and can be read back" {
	start -s lxc.cgroup2.memory.max=32M -s lxc.cgroup2.pids.max=20 -s "'lxc.cgroup2.cpu.max=20000 100000'" \
		-s lxc.cgroup2.cpuset.cpus=1
	[ "$(value memory.max)" = 33554432 ]
	[ "$(value pids.max)" = 20 ]
	[ "$(value cpu.max)" = '20000 100000' ]
	[ "$(value cpuset.cpus.effective)" = 1 ]
}

@test "pids.max holds for init's processes and for what is attached from another login" {
	start -s lxc.cgroup2.pids.max=20
	run inside 'sh -c "for i in \$(seq 40); do sleep 3 & done"'
	says "can't fork"
	[ "$(value pids.events | sed -n 's/^max //p')" -ge 1 ]
}

@test "memory.max holds: who takes more is killed, and the container lives on" {
	start -s lxc.cgroup2.memory.max=32M
	run inside 'sh -c "dd if=/dev/zero of=/dev/null bs=100M count=1"'
	[ "$status" = 137 ]
	[ "$(value memory.events | sed -n 's/^oom_kill //p')" -ge 1 ]
	[ "$(me 'lxc-info -n box -sH')" = RUNNING ]
}

@test "cpu.max holds: a busy container is throttled" {
	start -s "'lxc.cgroup2.cpu.max=10000 100000'"
	inside 'timeout 2 sh -c "while :; do :; done"' || :
	[ "$(value cpu.stat | sed -n 's/^nr_throttled //p')" -ge 1 ]
}

@test "cpuset.cpus holds: one processor is what the container has" {
	start -s lxc.cgroup2.cpuset.cpus=1
	run inside 'grep Cpus_allowed_list /proc/1/status /proc/self/status'
	[ "$(grep -c '	1$' <<<"$output")" = 2 ]
}

@test "lxc-freeze and lxc-unfreeze work from another login" {
	start
	me 'lxc-freeze -n box'
	[ "$(value cgroup.freeze)" = 1 ]
	[ "$(me 'lxc-info -n box -sH')" = FROZEN ]
	me 'lxc-unfreeze -n box'
	[ "$(value cgroup.freeze)" = 0 ]
}

@test "each container has a scope, and limits, of its own" {
	login "lxc-start -n box -s lxc.cgroup2.pids.max=20 && lxc-start -n two -s lxc.cgroup2.pids.max=30"
	[ "$(scopes | wc -l)" = 2 ]
	[ "$(value pids.max)" = 20 ]
	[ "$(cat "/sys/fs/cgroup$(group_of two)/pids.max")" = 30 ]
}

@test "a guest that hands its controllers on to groups of its own, which closes its root to processes, can be entered" {
	start -s lxc.mount.auto= -s lxc.mount.auto=proc -s lxc.mount.auto=cgroup:rw -s lxc.cgroup2.pids.max=30
	inside 'sh -c "cd /sys/fs/cgroup && mkdir own && for p in \$(cat cgroup.procs); do echo \$p >own/cgroup.procs; done; echo +memory +pids >cgroup.subtree_control"'
	[ "$(inside cat /sys/fs/cgroup/cgroup.subtree_control)" = 'memory pids' ]
	[ "$(inside cat /proc/self/cgroup)" = 0::/.lxc ]
	[ "$(inside cat /proc/self/cgroup)" = 0::/.lxc ]
	run inside 'sh -c "for i in \$(seq 40); do sleep 3 & done"'
	says "can't fork"
	me 'lxc-stop -k -n box'
	wait_for 30 eval '[ -z "$(scopes)" ]'
}

@test "a reboot keeps scope and limits" {
	start -s lxc.cgroup2.pids.max=20
	before=$(group_of box)
	me 'lxc-stop -r -n box'
	wait_for 30 eval 'me "lxc-attach -n box -- true"'
	[ "$(group_of box)" = "$before" ]
	[ "$(value pids.max)" = 20 ]
}

@test "stopped, its scope is gone, and the manager has nothing to complain about" {
	start -s lxc.cgroup2.pids.max=20
	me 'lxc-stop -k -n box'
	wait_for 30 eval '[ -z "$(scopes)" ]'
	[ -z "$(systemctl --user -M lxc-dnscrypt@ list-units --all --no-legend 'lxc-*')" ]
	[ "$(systemctl --user -M lxc-dnscrypt@ is-system-running)" = running ]
}

@test "a killed supervisor leaves neither container nor scope" {
	start -s lxc.cgroup2.pids.max=20
	pid=$(me 'lxc-info -n box -pH')
	pkill -KILL -u lxc-dnscrypt -f '^\[lxc monitor\].* box'
	wait_for 30 eval "[ ! -d /proc/$pid ]"
	wait_for 30 eval '[ -z "$(scopes)" ]'
	start
}

@test "with lingering a container outlives its user's sessions" {
	start
	session_close lxc-dnscrypt
	wait_for 30 eval '! loginctl list-sessions --no-legend | grep -qw lxc-dnscrypt'
	[ "$(me 'lxc-info -n box -sH')" = RUNNING ]
}

@test "without lingering a limit is kept, and it is said that the container ends with the last session; so it does" {
	run su - lxc-cache -c "$BARE lxc-start -n box -s lxc.cgroup2.pids.max=20; cat /sys/fs/cgroup\$(sed -n s/^0:://p /proc/\$(lxc-info -n box -pH)/cgroup)/pids.max; lxc-info -n box -pH"
	says 'ends with your last session, unless an admin: loginctl enable-linger'
	[ "${lines[-2]}" = 20 ]
	wait_for 30 eval "[ ! -d /proc/${lines[-1]} ]"
	[ "$(su - lxc-cache -c 'lxc-info -n box -sH')" = STOPPED ]
}

@test "without lingering and without limits the container stays outside of what ends with the session" {
	run su - lxc-cache -c 'lxc-start -n box; lxc-info -n box -pH'
	pid=${lines[-1]}
	grep -q '/session-' "/proc/$pid/cgroup"
	wait_for 30 eval '[ "$(loginctl show-user lxc-cache -p State)" = State=closing ]'
	[ "$(su - lxc-cache -c 'lxc-info -n box -sH; lxc-stop -k -n box')" = RUNNING ]
}

@test "a controller that the user's manager does not have is named, with what an admin writes where" {
	mkdir -p /etc/systemd/system/user@1001.service.d
	printf '[Service]\nDelegate=\nDelegate=memory pids\n' >/etc/systemd/system/user@1001.service.d/less.conf
	systemctl daemon-reload
	wait_for 30 eval '! systemctl -q is-active user@1001.service'
	run su - lxc-cache -c 'lxc-start -n box -s lxc.cgroup2.pids.max=20 -s lxc.cgroup2.cpuset.cpus=1'
	[ "$status" = 1 ]
	says 'lxc.cgroup2.cpuset.cpus = 1: controller "cpuset" is not delegated to uid 1001' \
		'Delegate=memory pids cpuset' '/etc/systemd/system/user@.service.d/delegate.conf'
	[ "$(su - lxc-cache -c 'lxc-info -n box -sH')" = STOPPED ]
}
