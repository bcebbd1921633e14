#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Systems with an init of their own as an ordinary user's containers: they boot to the end without a failure, and stop and
# reboot cleanly when lxc-stop asks, and when a program inside does.

load '../lib/common'

setup_file() {
	leftovers >/run/before
	empty_conf lxc-dnscrypt
	for init in systemd sysvinit openrc; do
		local tree=$TOP/${O:-build}/cache/debian-$init.tar.gz
		[ $init != systemd ] || tree=$TOP/${O:-build}/cache/debian.tar.xz
		install -m 644 "$tree" /tmp/$init.tar
		me "lxc-create -n $init -t local -- --fstree /tmp/$init.tar --no-dev" >/dev/null
		printf '%s\n' 'lxc.console.buffer.size = 256KB' "lxc.console.logfile = /tmp/$init.console" |
			me "cat >>.local/share/lxc/$init/config"
		rm /tmp/$init.tar
	done
}

teardown_file() {
	destroy_all
	nothing_left "$(cat /run/before)"
}

in_guest() { local name=$1; shift; me "lxc-attach -n $name -- $*"; }
systemd_is() { in_guest systemd systemctl is-system-running 2>/dev/null | grep -qx "$1"; }
in_runlevel_2() { in_guest "$1" /sbin/runlevel 2>/dev/null | grep -qx 'N 2'; }
openrc_is_up() { in_guest openrc /sbin/runlevel | grep -qx 'N 2' && in_guest openrc rc-status 2>/dev/null | grep -q 'rc.local.*started'; }
init_of() { me "lxc-info -n $1 -pH"; }

# rebooted NAME OLD-PID CHECK...: another init runs, and has booted
rebooted() {
	local name=$1 old=$2
	shift 2
	another() { new=$(init_of "$name") && [ -n "$new" ] && [ "$new" != "$old" ]; }
	wait_for 60 another && wait_for 60 "$@"
}

# stopped NAME: by itself, which is waited for
stopped() { wait_for 60 eval "[ \"\$(state lxc-dnscrypt $1)\" = STOPPED ]"; }

# No SIGKILL came from us: the console's last words are those of init.
said_at_the_end() { tail -n 3 "/tmp/$1.console" | grep -q "$2" || { tail -n 20 "/tmp/$1.console"; return 1; }; }

@test "Debian with systemd boots to its default target, is running, and no unit has failed" {
	as_delegated lxc-dnscrypt 'lxc-start -n systemd'
	wait_for 60 systemd_is running || { in_guest systemd systemctl --failed --no-pager; false; }
	run in_guest systemd "sh -c 'systemctl is-active default.target systemd-journald console-getty container-getty@1; cat /proc/1/comm; systemd-detect-virt -c'"
	[ "$(tr '\n' ' ' <<<"$output")" = 'active active active active systemd lxc ' ]
	run in_guest systemd journalctl --no-pager
	[[ $output != *226/NAMESPACE* && $output != *243/CREDENTIALS* ]]
}

@test "its services run in groups of their own, with their own mounts and credentials" {
	cat >/tmp/confined.service <<-'END'
		[Service]
		Type=oneshot
		DynamicUser=yes
		PrivateTmp=yes
		PrivateDevices=yes
		PrivateNetwork=yes
		ProtectSystem=strict
		ProtectKernelTunables=yes
		SetCredential=key:value
		StandardOutput=file:/run/confined
		ExecStart=sh -c 'cat $CREDENTIALS_DIRECTORY/key /proc/self/cgroup; touch /usr/file || echo read-only'
	END
	me 'lxc-attach -n systemd -- sh -c "cat >/run/systemd/system/confined.service; systemctl start confined; cat /run/confined"' </tmp/confined.service >/run/said

	grep -q ^value /run/said && grep -q system.slice/confined.service /run/said && grep -q read-only /run/said
}

@test "systemd: reboot from outside and from inside, halt from outside, power off and halt from inside" {
	pid=$(init_of systemd)
	me 'lxc-stop -r -n systemd'
	rebooted systemd "$pid" systemd_is running
	pid=$(init_of systemd)
	in_guest systemd /sbin/reboot || :
	rebooted systemd "$pid" systemd_is running
	me 'lxc-stop -n systemd'
	[ "$(state lxc-dnscrypt systemd)" = STOPPED ]
	said_at_the_end systemd 'Halting system'
	for way in poweroff halt; do
		as_delegated lxc-dnscrypt 'lxc-start -n systemd'
		wait_for 60 systemd_is running
		in_guest systemd /sbin/$way || :
		stopped systemd
	done
}

@test "systemd runs in the unified hierarchy alone where lxc.mount.auto = cgroup2 shows no other" {
	as_delegated lxc-dnscrypt 'lxc-start -n systemd -s lxc.mount.auto= -s "lxc.mount.auto=proc:mixed sys:rw cgroup2"'
	wait_for 60 systemd_is running || { in_guest systemd systemctl --failed --no-pager; false; }
	[ "$(in_guest systemd stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]
	in_guest systemd test -e /sys/fs/cgroup/system.slice/systemd-journald.service/cgroup.procs
	# Its root holds no process, nor does an attached one go there: controllers can be handed on.
	[ "$(in_guest systemd cat /proc/1/cgroup | sed -n 's/^0:://p')" = /init.scope ]
	[ "$(in_guest systemd cat /proc/self/cgroup | sed -n 's/^0:://p')" = /.lxc ]
	[ -z "$(in_guest systemd cat /sys/fs/cgroup/cgroup.procs)" ]
	me 'lxc-stop -n systemd'
}

# The product is installed in the guest as on a host: what make install made, and its last step in there.
@test "with nesting.conf an ordinary user of the guest has containers of its own, and without it is told what is missing" {
	make -s -C "$TOP" install DESTDIR=/tmp/stage >/dev/null 2>&1
	mkdir -p /tmp/stage/usr/local/lib
	cp $(ldd /usr/local/bin/lxc-create | sed -n 's/.* => \([^ ]*libnl[^ ]*\).*/\1/p') /tmp/stage/usr/local/lib
	me 'lxc-stop -q -n systemd' || :
	as_delegated lxc-dnscrypt "lxc-start -n systemd -s lxc.include=/usr/local/share/lxc/config/nesting.conf \
		-s \"lxc.mount.entry=/tmp/stage srv/stage none bind,ro,create=dir\" -s \"lxc.mount.entry=$TOP srv/src none rbind,ro,create=dir\" \
		-s \"lxc.mount.entry=/bin/busybox usr/bin/busybox none bind,ro,create=file\""
	wait_for 60 systemd_is running
	cat >/tmp/install <<-'END'
		set -e
		export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		cp -r --preserve=mode /srv/stage/usr /srv/stage/etc /
		ldconfig
		cd /srv/src
		O=build LIBEXECDIR=/usr/local/libexec DESTDIR= sh setuid-helpers/install-helpers install
		useradd -m nest
		echo nest:10000:40000 | tee /etc/subuid >/etc/subgid
		mkdir -p /etc/lxc
		printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = empty' >/etc/lxc/default.conf
	END
	me 'lxc-attach -n systemd -- sh' </tmp/install
	me 'lxc-attach -n systemd -- su - nest -c sh' >/run/said <<-'END'
		PATH=/usr/local/bin:$PATH
		lxc-create -n inner -t busybox && lxc-start -q -n inner
		lxc-attach -n inner -- sh -c 'id -u; cat /proc/self/uid_map; cat /proc/sys/kernel/hostname; ls -d /sys/class/net/lo'
		lxc-stop -n inner && lxc-info -n inner -sH
	END
	tr -s ' ' </run/said >/run/words
	[ "$(head -n 5 /run/words | tr '\n' ' ')" = '0  0 10000 40000 inner /sys/class/net/lo STOPPED ' ]
	run me 'lxc-attach -n systemd -- sh -c "umount /dev/.lxc/proc; su - nest -c \"/usr/local/bin/lxc-start -n inner\""'
	me 'lxc-stop -n systemd'
	says 'mounting proc: Operation not permitted' 'nesting.conf'
}

@test "Debian with sysvinit boots to runlevel 2, with logins at its terminals" {
	as_delegated lxc-dnscrypt 'lxc-start -n sysvinit'
	wait_for 60 in_runlevel_2 sysvinit
	gettys() { [ "$(in_guest sysvinit "sh -c 'cat /proc/[0-9]*/comm'" | grep -c getty)" = 4 ]; }
	wait_for 60 gettys
}

@test "sysvinit: reboot from outside and from inside, halt from outside, power off and halt from inside" {
	pid=$(init_of sysvinit)
	me 'lxc-stop -r -n sysvinit'
	rebooted sysvinit "$pid" in_runlevel_2 sysvinit
	pid=$(init_of sysvinit)
	in_guest sysvinit /sbin/reboot || :
	rebooted sysvinit "$pid" in_runlevel_2 sysvinit
	me 'lxc-stop -n sysvinit'
	said_at_the_end sysvinit 'Will now halt'
	for way in poweroff halt; do
		as_delegated lxc-dnscrypt 'lxc-start -n sysvinit'
		wait_for 60 in_runlevel_2 sysvinit
		in_guest sysvinit /sbin/$way || :
		stopped sysvinit
	done
}

@test "Debian with OpenRC boots to runlevel default, and all its services are started" {
	as_delegated lxc-dnscrypt 'lxc-start -n openrc'
	wait_for 60 openrc_is_up
	run in_guest openrc rc-status --crashed
	[ -z "$output" ]
	[[ $(cat /tmp/openrc.console) != *'No permission to apply cgroup settings'* ]]
}

@test "OpenRC finds the root of its control groups empty: its init and attached commands are in a group below" {
	[ "$(in_guest openrc cat /proc/1/cgroup | sed -n 's/^0:://p')" = /.lxc ]
	[ "$(in_guest openrc cat /proc/self/cgroup | sed -n 's/^0:://p')" = /.lxc ]
	[ -z "$(in_guest openrc cat /sys/fs/cgroup/unified/cgroup.procs)" ]
}

@test "OpenRC: reboot from outside, power off from inside, halt from outside" {
	pid=$(init_of openrc)
	me 'lxc-stop -r -n openrc'
	rebooted openrc "$pid" openrc_is_up
	in_guest openrc /sbin/poweroff || :
	stopped openrc
	as_delegated lxc-dnscrypt 'lxc-start -n openrc'
	wait_for 60 openrc_is_up
	me 'lxc-stop -n openrc'
	said_at_the_end openrc 'Will now halt'
}

@test "busybox: reboot and power off from inside and from outside" {
	me 'lxc-create -n box -t busybox' >/dev/null
	me 'lxc-start -n box'
	pid=$(init_of box)
	in_guest box /bin/busybox reboot -f || :
	rebooted box "$pid" in_guest box true
	pid=$(init_of box)
	me 'lxc-stop -r -n box'
	rebooted box "$pid" in_guest box true
	in_guest box /bin/busybox poweroff -f || :
	stopped box
	me 'lxc-start -n box && lxc-stop -n box'
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

# A root with one file in it: a shell with all it needs, which ends when it is told to terminate.
@test "a single static binary is init, and lxc-stop ends it with SIGTERM" {
	me 'mkdir -p .local/share/lxc/one/rootfs/dev && cp /bin/busybox .local/share/lxc/one/rootfs/busybox && cat >.local/share/lxc/one/config' <<-'END'
		lxc.idmap = auto
		lxc.net.0.type = empty
		lxc.rootfs.path = dir:/home/lxc-dnscrypt/.local/share/lxc/one/rootfs
		lxc.init.cmd = /busybox sh -c "trap 'echo ended by SIGTERM; exit 3' TERM; echo ready; while :; do /busybox sleep 0.1; done"
		lxc.console.logfile = /tmp/one.console
	END
	me 'lxc-start -n one'
	wait_for 10 grep -q ready /tmp/one.console
	me 'lxc-stop -n one'
	grep -q 'ended by SIGTERM' /tmp/one.console
	[ "$(cd /home/lxc-dnscrypt/.local/share/lxc/one/rootfs && find . -type f)" = ./busybox ]
}
