#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Debian with systemd, and one with OpenRC, where there is only cgroup2: from a plain login, in a scope of the user's own manager.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	install -m 644 "$TOP/build/cache/debian.tar.xz" /tmp/debian.tar.xz
	me 'lxc-create -n debian -t local -- --fstree /tmp/debian.tar.xz --no-dev' >/dev/null
	rm /tmp/debian.tar.xz
	install -m 644 "$TOP/build/cache/debian-openrc.tar.gz" /tmp/openrc.tar
	me 'lxc-create -n openrc -t local -- --fstree /tmp/openrc.tar --no-dev' >/dev/null
	printf '%s\n' 'lxc.console.buffer.size = 256KB' 'lxc.console.logfile = /tmp/openrc.console' | me 'cat >>.local/share/lxc/openrc/config'
	rm /tmp/openrc.tar
}
setup() { load '../lib/common'; }
teardown_file() { destroy_all; }

in_guest() { me "lxc-attach -n debian -- sh -c '$*'"; }
has_booted() { in_guest systemctl is-system-running | grep -Eqx 'running|degraded'; }

@test "Debian with systemd boots to its default target in a scope of the user's manager, and no unit has failed" {
	me 'lxc-start -n debian'
	wait_for 900 has_booted
	in_guest 'systemctl --failed --no-pager --no-legend; systemctl is-system-running; systemctl is-active default.target; cat /proc/1/cgroup' | tee /run/said
	grep -qx running /run/said
	grep -qx active /run/said
	grep -q '/init.scope$' /run/said
	group=$(sed -n 's/^0:://p' "/proc/$(me 'lxc-info -n debian -pH')/cgroup")
	[[ $group == /user.slice/user-1000.slice/user@1000.service/*.scope/lxc.payload.debian/init.scope ]]
}

@test "its systemd hands the delegated controllers on to its services, which keep to their limits, and lxc-attach gets in" {
	in_guest 'cat >/run/systemd/system/confined.service; systemctl daemon-reload; systemctl start confined; cat /run/confined; cat /sys/fs/cgroup/cgroup.subtree_control' <<-'END' | tee /run/said
		[Service]
		Type=oneshot
		DynamicUser=yes
		PrivateTmp=yes
		MemoryMax=64M
		TasksMax=50
		SetCredential=key:value
		StandardOutput=file:/run/confined
		ExecStart=sh -c 'cd /sys/fs/cgroup/$(sed s/0::// /proc/self/cgroup); cat memory.max pids.max $CREDENTIALS_DIRECTORY/key'
	END
	grep -qx 67108864 /run/said
	grep -qx 50 /run/said
	grep -q '^value' /run/said
	grep -q memory /run/said
}

@test "it stops by itself when lxc-stop asks" {
	me 'lxc-stop -n debian'
	[ "$(state lxc-dnscrypt debian)" = STOPPED ]
}

# OpenRC hands controllers on in the root of its control groups, which must hold no process then.
openrc_is_up() {
	me 'lxc-attach -n openrc -- sh -c "/sbin/runlevel; rc-status"' >/run/openrc.status
	grep -qx 'N 2' /run/openrc.status && grep -q 'rc.local.*started' /run/openrc.status
}
init_of_openrc() { me 'lxc-info -n openrc -pH'; }

@test "Debian with OpenRC boots, all its services start, and it hands the controllers on in the root of its groups, which is empty" {
	me 'cd .local/share/lxc/openrc/rootfs/etc && lxc-usernsexec -- sh -c "echo rc_cgroup_mode=unified >>rc.conf"'
	me 'lxc-start -n openrc -s lxc.cgroup2.pids.max=200'
	wait_for 300 openrc_is_up
	me 'lxc-attach -n openrc -- sh -c "cat /proc/1/cgroup /proc/self/cgroup /sys/fs/cgroup/cgroup.procs; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/cgroup.subtree_control; rc-status --crashed"' | tee /run/said
	[ "$(head -n 3 /run/said | tr '\n' ' ')" = '0::/.lxc 0::/.lxc 200 ' ]
	grep -q 'memory.*pids' /run/said
	[ "$(wc -l </run/said)" = 4 ] # nothing has crashed
}

@test "OpenRC reboots and halts when lxc-stop asks, and nobody has to kill it" {
	before=$(init_of_openrc)
	me 'lxc-stop -r -n openrc -t 300'
	[ "$(init_of_openrc)" != "$before" ]
	wait_for 300 openrc_is_up
	me 'lxc-stop -n openrc -t 300'
	[ "$(state lxc-dnscrypt openrc)" = STOPPED ]
	tail -n 3 /tmp/openrc.console | grep -q 'Will now halt'
}
