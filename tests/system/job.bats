#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The whole job as a service user does it, every command as typed: one container from create to destroy, and a real Debian
# booted with its own init.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	default_conf lxc-cache 10.0.3.30
	leftovers >/run/before
}

teardown_file() {
	destroy_all
}

@test "lxc-create -t busybox makes a container" {
	run me 'lxc-create -n web -t busybox'
	[ "$status" = 0 ]
	me 'test -f .local/share/lxc/web/config'
	[ "$(me 'lxc-ls -1')" = web ]
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
}

@test "the same name twice is refused and the first container is untouched" {
	before=$(md5sum </home/lxc-dnscrypt/.local/share/lxc/web/config)
	run me 'lxc-create -n web -t busybox'
	[ "$status" = 1 ]
	says web
	[ "$(md5sum </home/lxc-dnscrypt/.local/share/lxc/web/config)" = "$before" ]
}

@test "lxc-start starts it with a veth on lxcbr0, and the home directory stays closed to everybody else" {
	run me 'lxc-start -n web'
	[ "$status" = 0 ]
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
	[ "$(ip -o link show master lxcbr0 | wc -l)" = 1 ]
	[ "$(stat -c %a /home/lxc-dnscrypt)" = 700 ]
}

@test "the host end of the veth is named by net-helper and says whose it is" {
	ip -d link show master lxcbr0 | grep -q 'lxc-dnscrypt/web/eth0'
}

@test "lxc-ls -f shows name, state, address and that it is unprivileged" {
	run me 'lxc-ls -f'
	[ "$status" = 0 ]
	[[ ${lines[0]} =~ ^NAME\ +STATE\ +AUTOSTART\ +GROUPS\ +IPV4\ +IPV6\ +UNPRIVILEGED ]]
	[[ ${lines[1]} =~ ^web\ +RUNNING\ +0\ +-\ +10\.0\.3\.20\ .*true ]]
}

@test "lxc-info shows state, pid, address and link" {
	run me 'lxc-info -n web'
	[ "$status" = 0 ]
	says 'RUNNING' '10.0.3.20' 'Link:'
	pid=$(me 'lxc-info -n web -pH')
	[ "$(stat -c %u "/proc/$pid")" -ge 100000 ]
}

@test "lxc-attach is root inside, sees its interface and reaches the bridge" {
	run me "lxc-attach -n web -- sh -c 'id; ip a; ping -c1 10.0.3.1'"
	[ "$status" = 0 ]
	says 'uid=0(root)' 'inet 10.0.3.20/24' '1 packets received'
}

@test "lxc-attach gives the command's exit code, its input and its output" {
	run me "lxc-attach -n web -- sh -c 'exit 42'"
	[ "$status" = 42 ]
	[ "$(echo hello | me 'lxc-attach -n web -- tr a-z A-Z')" = HELLO ]
}

@test "the host reaches the container over the bridge" {
	ping -c 1 -W 5 10.0.3.20
}

@test "the container's processes are in namespaces of their own and hold no id of the host" {
	pid=$(me 'lxc-info -n web -pH')
	for ns in user mnt pid net uts ipc; do
		[ "$(readlink "/proc/$pid/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ]
	done
	run awk '$2 < 100000' "/proc/$pid/uid_map"
	[ -z "$output" ]
}

@test "lxc-console shows a prompt, takes a command and detaches at Ctrl-a q" {
	run me "{ sleep 1; printf '\n'; sleep 0.5; printf 'echo on-\$((40+2))\n'; sleep 0.5; printf '\001q'; sleep 0.5; } |
		timeout 10 script -qec 'lxc-console -n web -t 1' /dev/null"
	[ "$status" = 0 ]
	says 'on-42'
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
}

@test "lxc-wait for the state that is there returns at once" {
	run timeout 10 su - lxc-dnscrypt -c 'lxc-wait -n web -s RUNNING'
	[ "$status" = 0 ]
}

@test "a second start says that it is running and changes nothing" {
	pid=$(me 'lxc-info -n web -pH')
	run me 'lxc-start -n web'
	[ "$status" = 0 ] # as LXC does
	says 'already running'
	[ "$(me 'lxc-info -n web -pH')" = "$pid" ]
}

@test "a running container is not destroyed" {
	run me 'lxc-destroy -n web'
	[ "$status" != 0 ]
	says RUNNING 'lxc-stop -n web'
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
}

@test "lxc-stop -r reboots it with its address" {
	pid=$(me 'lxc-info -n web -pH')
	me 'lxc-stop -r -n web'
	reborn() { new=$(me 'lxc-info -n web -pH') && [ -n "$new" ] && [ "$new" != "$1" ]; }
	wait_for 10 reborn "$pid"
	[ "$(me "lxc-attach -n web -- sh -c 'ip -o -4 addr show eth0'" | grep -c 10.0.3.20)" = 1 ]
}

@test "lxc-stop lets its init end it" {
	run me 'lxc-stop -n web'
	[ "$status" = 0 ]
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
}

@test "lxc-execute runs a command with our small init and gives its exit code" {
	run me 'lxc-execute -n web -- /bin/true'
	[ "$status" = 0 ]
	run me 'lxc-execute -n web -- /bin/sh -c "exit 7"'
	[ "$status" = 7 ]
}

@test "lxc-start -F runs in the foreground and ends with the container" {
	me 'lxc-start -n web -F </dev/null >/dev/null 2>&1' 3>&- &
	foreground=$!
	wait_for 5 me 'lxc-wait -n web -s RUNNING -t 1'
	me 'lxc-stop -k -n web'
	wait "$foreground" || :
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
}

@test "lxc-destroy removes it and nothing at all is left of it" {
	run me 'lxc-destroy -n web'
	[ "$status" = 0 ]
	[ ! -e /home/lxc-dnscrypt/.local/share/lxc/web ]
	[ -z "$(me 'lxc-ls -1')" ]
	nothing_left "$(cat /run/before)"
}

@test "lxc-create -t none makes a configuration without a root file system" {
	run me 'lxc-create -n bare -t none'
	[ "$status" = 0 ]
	me 'test -f .local/share/lxc/bare/config'
	me 'lxc-destroy -n bare'
}

# bats test_tags=long
@test "a real Debian tree is imported with -t local from a tar.xz" {
	install -m 644 "$TOP/${O:-build}/cache/debian.tar.xz" /tmp/rootfs.tar.xz
	run me 'lxc-create -n debian -t local -- --fstree /tmp/rootfs.tar.xz --no-dev'
	[ "$status" = 0 ]
	me 'test -d .local/share/lxc/debian/rootfs/usr'
}

# bats test_tags=long
@test "Debian boots with its own init to a shell that lxc-attach reaches" {
	# systemd needs a control group to keep its services in.
	run as_delegated lxc-dnscrypt 'lxc-start -n debian'
	[ "$status" = 0 ]
	booted() { me 'lxc-attach -n debian -- systemctl is-system-running' | grep -Eq 'running|degraded'; }
	wait_for 120 booted
	run me "lxc-attach -n debian -- bash -c 'cat /proc/1/comm; . /etc/os-release; echo \$ID; ping -c 1 10.0.3.1'"
	[ "$status" = 0 ]
	says systemd debian '1 received'
}

# bats test_tags=long
@test "Debian shuts down by itself when lxc-stop asks" {
	run timeout 40 su - lxc-dnscrypt -c 'lxc-stop -n debian -t 30'
	[ "$status" = 0 ]
	[ "$(state lxc-dnscrypt debian)" = STOPPED ]
	me 'lxc-destroy -n debian'
	nothing_left "$(cat /run/before)"
}

@test "without idmap-helper shadow's newuidmap serves, and the container starts the same" {
	me 'lxc-create -n web -t busybox' >/dev/null
	chmod 0 $LIBEXEC/idmap-helper
	mv $LIBEXEC/idmap-helper $LIBEXEC/gone
	run me 'lxc-start -n web && lxc-attach -n web -- id -u'
	mv $LIBEXEC/gone $LIBEXEC/idmap-helper
	O=$TOP/${O:-build} "$TOP/setuid-helpers/install-helpers" install >/dev/null
	[ "$status" = 0 ]
	[ "${lines[-1]}" = 0 ]
	destroy lxc-dnscrypt web
}

@test "root's own container runs: privileged, and with an id map" {
	lxc-create -n rooted -t busybox >/dev/null
	run lxc-start -n rooted
	[ "$status" = 0 ]
	[ "$(lxc-attach -n rooted -- id -u)" = 0 ]
	lxc-stop -k -n rooted
	lxc-destroy -n rooted
	echo root:2000000:65536 | tee -a /etc/subuid >>/etc/subgid
	printf '%s\n' 'lxc.idmap = u 0 2000000 65536' 'lxc.idmap = g 0 2000000 65536' 'lxc.net.0.type = empty' >/tmp/mapped.conf
	lxc-create -n mapped -t busybox -f /tmp/mapped.conf >/dev/null
	run lxc-start -n mapped
	[ "$status" = 0 ]
	[ "$(stat -c %u "/proc/$(lxc-info -n mapped -pH)")" = 2000000 ]
	lxc-stop -k -n mapped
	lxc-destroy -n mapped
}
