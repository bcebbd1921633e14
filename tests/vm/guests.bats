#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Debian with systemd where there is only cgroup2: from a plain login, in a scope of the user's own manager.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	install -m 644 "$TOP/build/cache/debian.tar.xz" /tmp/debian.tar.xz
	me 'lxc-create -n debian -t local -- --fstree /tmp/debian.tar.xz --no-dev' >/dev/null
	rm /tmp/debian.tar.xz
}
setup() { load '../lib/common'; }
teardown_file() { destroy lxc-dnscrypt debian; }

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
