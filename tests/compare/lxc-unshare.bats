#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-unshare beside that of Debian's lxc: every option that both have, for a user and for root. par0, the end of a veth, stands for a
# network card.

load '../lib/compare'

setup_file() { compare_setup; }

# In the lines: the namespaces that are not this shell's.
NEW='readlink /proc/self/ns/* >../here
	new() { try sh -c "$* -- sh -c \"readlink /proc/self/ns/*\" >../there"; diff ../here ../there | sed -n "s/^> \(.*\):.*/new \1/p"; }'

@test "options that ask, options that are wrong, and what is missing end alike" {
	compare 'try lxc-unshare
try lxc-unshare -h
try lxc-unshare --help
try lxc-unshare --usage
try lxc-unshare "-?"
try sh -c "lxc-unshare --version | wc -l"
try lxc-unshare --bogus
try lxc-unshare -s
try lxc-unshare -u
try lxc-unshare -H
try lxc-unshare -i
try lxc-unshare -s USER
try lxc-unshare -- true
try lxc-unshare -s USER -P /a -P /b -- true
try lxc-unshare -s BOGUS -- true
try lxc-unshare -s "USER|BOGUS" -- true
try lxc-unshare -s "" -- true
try lxc-unshare -s "USER,UTSNAME" -u 0 -- true
try lxc-unshare -s "USER UTSNAME" -u 0 -- true
try lxc-unshare -s MOUNT -- true
try lxc-unshare -s MOUNT -u 0 -- true
try lxc-unshare -s USER -u nosuch -- true
try lxc-unshare -s USER -u 0 -H name -- true
try lxc-unshare -s USER -u 0 -i lo -- true
try lxc-unshare -s USER -u 0 -M -- true
try lxc-unshare -s USER -u 0 sh -c true'
}

@test "an ordinary user gets the same namespaces, ids and names, by every way to say it" {
	compare "$NEW"'
for name in USER MOUNT PID UTSNAME IPC NETWORK CGROUP user mnt pid uts ipc net cgroup; do new lxc-unshare -s "\"USER|$name\"" -u 0; done
try lxc-unshare -s USER -- true
try lxc-unshare -s USER -- false
try lxc-unshare -s "USER|UTSNAME" -H other -u 0 -- hostname
try lxc-unshare -s "USER|UTSNAME" -Hother -u0 -- hostname
try lxc-unshare -s "|USER||UTSNAME|" --hostname=other --user=0 hostname
try lxc-unshare --namespaces="USER|UTSNAME" --host other --use 0 hostname
try lxc-unshare --names "USER|PID" -u 0 -- sh -c "echo \$\$"
try lxc-unshare -s "USER|MOUNT|PID|IPC" -u 0 -M -- sh -c "ls -d /proc/[0-9]*; ls -A /dev/shm"
try lxc-unshare -s "USER|MOUNT|PID|IPC" -u 0 --remount -- sh -c "ls -d /proc/[0-9]*; ls -A /dev/shm"
try lxc-unshare -s "USER|NETWORK" -u 0 -- sh -c "cut -d: -f1 /proc/net/dev"
try lxc-unshare -s USER -u 5 -- id -u
try lxc-unshare -s USER -u lxc-cache -- id -un
try lxc-unshare -s USER -u 0 -- sh -c "cat /proc/self/uid_map"
try lxc-unshare -s USER -u 0 -d -- true
try lxc-unshare -s USER -u 0 --daemon -- sh -c "exit 3"
try lxc-unshare -n any -P /tmp --rcfile /nosuch -s USER -u 0 -- id -u
try lxc-unshare --name=any --lxcpath=/nosuch -s USER -u 0 -- id -u
try lxc-unshare -q -s USER -u 0 -- id -u
try lxc-unshare --quiet -s BOGUS -- true
try lxc-unshare -o log -l INFO -s USER -u 0 -- id -u
try lxc-unshare --logfile=log2 --logpriority=debug -s USER -u 0 -- id -u
try ls log log2
try lxc-unshare -s USER -u 0 -- sh -c "echo \$0 \$*" a b -c
try lxc-unshare -s USER -u 0 -- sh -c "echo out; echo err >&2"
try lxc-unshare -s USER -u 0 -- pwd'
}

@test "root gets the same namespaces, and interfaces of the host in them" {
	COMPARE_USER=root compare "$NEW"'
for name in MOUNT PID UTSNAME IPC NETWORK CGROUP "MOUNT|PID|UTSNAME|IPC|NETWORK"; do new lxc-unshare -s "\"$name\""; done
try lxc-unshare -s UTSNAME -H other -- hostname
try lxc-unshare -s MOUNT -- false
try lxc-unshare -s "USER|UTSNAME" -u lxc-cache -- id -un
ip link add par0 type veth peer name par1
try lxc-unshare -s NETWORK -i par0 -- sh -c "until grep -q par0 /proc/net/dev; do sleep 0.01; done"
ip link del par0 2>/dev/null; ip link add par2 type veth peer name par3
try lxc-unshare -s NETWORK --ifname=par2 --ifname par3 -d -- sh -c "until grep -q par2 /proc/net/dev && grep -q par3 /proc/net/dev; do sleep 0.01; done"'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differ <<-'END'
		try lxc-unshare -s USER -u 0 -- sh -c "exit 7" => 7 => 1
		try lxc-unshare -s USER -u 0 -- sh -c "kill -9 \$\$" => 137 => 1
		try lxc-unshare -s USER -u 0 -- /nosuch => 127 => 1
		try lxc-unshare -s USER -u 0 -- /etc => 126 => 1
		try lxc-unshare -s USER -- id -u => 0 0 => 0 65534
		try lxc-unshare -s USER -u 0 -- id -g => 0 0 => 0 65534
		try lxc-unshare -s "USER|NETWORK" -u 0 -i lxcbr0 -- true => 1 => 0
		try lxc-unshare -s "USER|NETWORK" -u 0 --ifname=nosuch -- true => 1 => 0
		try lxc-unshare -s USER -u 1x -- true => 1 => 0
		try lxc-unshare -s USER -u 0 -l BOGUS -- true => 1 => 0
	END
}
