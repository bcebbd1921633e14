#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-info beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box off; }

@test "of a container that does not run, the two print the same and end alike" {
	compare 'try lxc-info
try lxc-info -n box
try lxc-info box
try lxc-info -n nosuch
try lxc-info -n off -s
try lxc-info -n off -p
try lxc-info -n off -i
try lxc-info -n off -S
try lxc-info -n off -sH
try lxc-info -n off -pH
try lxc-info -n off -spH
try lxc-info -n off -H
try lxc-info -n off -c lxc.group
try lxc-info -n off -c lxc.group -H
try lxc-info -n off -c lxc.start.auto -c lxc.group -c lxc.bogus
try lxc-info -n off -c lxc.bogus -H
try lxc-info -n off -c lxc.uts.name -H
try lxc-info -n box --config=lxc.tty.max --no-humanize
try lxc-info -n box -c lxc.tty.max -c lxc.uts.name -H
try lxc-info -n box -c lxc.tty.max -c lxc.uts.name -sH
try lxc-info -n box -c lxc.tty.max -spH
try lxc-info -n box -c lxc.tty.max -c lxc.bogus -H
try lxc-info -s -c lxc.tty.max -n box
try lxc-info -n box -c lxc
try lxc-info -n box -c ""
try lxc-info -n box --stat
try lxc-info -n box --state
try lxc-info -n box --st
try lxc-info -n box --rcfile /nosuch
try lxc-info -n box -P /nowhere
try lxc-info -n box -q
try lxc-info -h
try lxc-info --usage
try lxc-info --bogus'
}

@test "of a running container, the two print the same and end alike" {
	compare 'quiet lxc-start -n box
try lxc-info -n box
try lxc-info -n box -s
try lxc-info -n box -sH
try lxc-info -n box -p
try lxc-info -n box -pH
try lxc-info -n box --pid --state --ips
try lxc-info -n box -i
try lxc-info -n box -iH
try lxc-info -n box -S
try lxc-info -n box --stats
try lxc-info -n box -SH
try lxc-info -n box -SsH
try lxc-info -n box -H
try lxc-info -n box -c lxc.tty.max -s -H
quiet lxc-stop -k -n box'
}

# keys: those of the table but what LXC has not, does not show, or shows differently
keys() {
	"$TOP/build/docs/key-table" markdown | sed -n 's/^| `\(lxc\.[^`]*\)` .*/\1/p' | sed 's/\[i\]/0/; s/NAME/nofile/' |
		sed '/^lxc\.\(utsname\|rootfs\|mount\|tty\|pts\|devttydir\|console\|aa_profile\|aa_allow_incomplete\|se_context\|seccomp\|id_map\)$/d
			/^lxc\.\(haltsignal\|rebootsignal\|stopsignal\|loglevel\|logfile\|syslog\|init_cmd\|init_uid\|init_gid\|limit.*\|kmsg\|pivotdir\|rootfs.backend\|network.*\)$/d
			/^lxc\.\(environment\.\|idmap\.keep\|time\.\|keyring\.\)/d
			/^lxc\.\(cgroup\.dir\|namespace\.share\|rootfs\.mount\)/d'
}

@test "-c shows each key that is not set as LXC does" {
	compare "for key in $(keys | tr '\n' ' '); do try lxc-info -n off -c \$key; done"
}

@test "-c shows values in the form that LXC has for them" {
	local lines=('lxc.arch = amd64' 'lxc.apparmor.profile = unconfined' 'lxc.apparmor.allow_incomplete = 1' 'lxc.apparmor.raw = deny /x r,'
		'lxc.autodev.tmpfs.size = 100000' 'lxc.autodev = 1' 'lxc.cap.drop = sys_module mac_admin' 'lxc.cap.drop = sys_time'
		'lxc.console.buffer.size = 10KB' 'lxc.console.logfile = /tmp/x' 'lxc.console.path = none' 'lxc.console.rotate = 1'
		'lxc.console.size = 1MB' 'lxc.environment = A=b' 'lxc.environment = C=d' 'lxc.ephemeral = 1' 'lxc.execute.cmd = /bin/x y'
		'lxc.hook.pre-start = /bin/a b' 'lxc.hook.pre-start = /bin/c' 'lxc.hook.version = 1' 'lxc.idmap = u 0 100000 65536'
		'lxc.idmap = g 0 100000 65536' 'lxc.init.cmd = /sbin/init x' 'lxc.init.gid = 5' 'lxc.init.groups = 10,11' 'lxc.init.uid = 7'
		'lxc.init.cwd = /tmp' 'lxc.log.level = 2' 'lxc.log.file = /tmp/y' 'lxc.log.syslog = daemon' 'lxc.monitor.unshare = 0'
		'lxc.monitor.signal.pdeath = SIGTERM' 'lxc.mount.auto = proc sys:ro' 'lxc.mount.entry = /a b none bind 0 0'
		'lxc.mount.fstab = /etc/fstab' 'lxc.namespace.keep = net ipc' 'lxc.net.0.type = veth' 'lxc.net.0.flags = up'
		'lxc.net.0.link = lxcbr0' 'lxc.net.0.name = eth0' 'lxc.net.0.hwaddr = 10:66:6a:01:02:0A' 'lxc.net.0.mtu = 1400'
		'lxc.net.0.ipv4.address = 10.0.3.5/24' 'lxc.net.0.ipv4.address = 10.0.3.6/24' 'lxc.net.0.ipv4.gateway = auto'
		'lxc.net.0.ipv6.address = fd00::5/64' 'lxc.net.0.ipv6.gateway = fd00::1' 'lxc.net.0.veth.mode = bridge'
		'lxc.net.0.veth.pair = vx' 'lxc.net.0.script.up = /bin/up' 'lxc.net.1.type = vlan' 'lxc.net.1.link = lxcbr0'
		'lxc.net.1.vlan.id = 7' 'lxc.no_new_privs = 1' 'lxc.prlimit.nofile = 100:200' 'lxc.pty.max = 77' 'lxc.rootfs.managed = 0'
		'lxc.rootfs.mount = /mnt/x' 'lxc.rootfs.options = ro' 'lxc.rootfs.path = dir:/tmp/y' 'lxc.signal.halt = SIGUSR1'
		'lxc.signal.reboot = 12' 'lxc.signal.stop = SIGRTMIN+3' 'lxc.start.auto = 1' 'lxc.start.delay = 3' 'lxc.start.order = 4'
		'lxc.tty.dir = lxc' 'lxc.tty.max = 3' 'lxc.uts.name = nm' 'lxc.sysctl.nofile = 4' 'lxc.proc.nofile = 5' 'lxc.group = a' 'lxc.group = b')
	me 'mkdir .local/share/lxc/full'
	printf '%s\n' "${lines[@]}" | me 'cat >.local/share/lxc/full/config'
	compare "for key in lxc.net lxc.net.1.type lxc.net.1.vlan.id $(printf '%s\n' "${lines[@]}" | sed 's/ =.*//' | sort -u | tr '\n' ' '); do
		try lxc-info -n full -c \$key; done"
	me 'rm -r .local/share/lxc/full'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-info -n box -l BOGUS -s' '1' '0 State:          STOPPED'
	differs 'lxc-info box second -s' '1' '0 State:          STOPPED'
	differs 'lxc-info -n off -c lxc.cgroup.dir' '0 lxc.cgroup.dir =' '0 lxc.cgroup.dir = (null)'
	differs 'lxc-info -n off -c lxc.namespace.share.net' '0 lxc.namespace.share.net =' '0 lxc.namespace.share.net = (null)'
	differs 'lxc-info -n off -c lxc.environment.runtime' '0 lxc.environment.runtime =' '0'
	differs 'lxc-info -n off -c lxc.time.offset.boot' '0 lxc.time.offset.boot =' '0 lxc.time.offset.boot = 0 ns'
	differs 'lxc-info -n off -c lxc.keyring.session' '0 lxc.keyring.session =' '0 lxc.keyring.session = 0'
	BEFORE='lxc-info -q -n nosuch 2>quiet;' differs 'wc -c quiet' '0 0 quiet' '0 21 quiet'
}
