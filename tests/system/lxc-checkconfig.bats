#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-checkconfig: what it says is what happens, for the user who asks, and nothing of it stays.

setup_file() {
	load '../lib/common'
	cp -a /etc/subuid /run/subuid
}
setup() { load '../lib/common'; }
teardown() { cp -a /run/subuid /etc/subuid; }

HELPERS=/usr/local/libexec/lxc-privsep

# field NAME FIELD: of the row in the JSON document on standard input
field() { python3 -c 'import json,sys; print(*[c[sys.argv[2]] for c in json.load(sys.stdin)["checks"] if c["name"] == sys.argv[1]])' "$1" "$2"; }
has() { me 'lxc-checkconfig --json' | field "$1" present; }

@test "a host on which the user's containers start passes, and what is enabled is what they use" {
	run me 'lxc-checkconfig'
	[ "$status" -eq 0 ]
	for name in 'User namespace' 'Mount namespace' 'Pid namespace' 'Network namespace' 'Utsname namespace' 'Ipc namespace' 'Cgroup namespace' \
		proc tmpfs 'Multiple /dev/pts instances' 'Veth pair device' 'Bridges' 'Seccomp filters' 'idmap-helper' 'net-helper' '/etc/lxc/lxc-usernet'; do
		[[ $'\n'$output$'\n' == *$'\n'"$name: enabled"$'\n'* ]] || { echo "$name: $output"; false; }
	done
	says 'Id map: enabled (65536 ids)' '--- Namespaces ---' '--- Control groups ---'
}

@test "nothing is left of what was tried" {
	before=$(leftovers)
	me 'lxc-checkconfig' >/dev/null
	nothing_left "$before"
}

@test "without subordinate ids the map is required, with the command that gives them, and the exit code says so" {
	sed -i '/^lxc-dnscrypt:/d' /etc/subuid
	run me 'lxc-checkconfig'
	[ "$status" -eq 1 ]
	says 'Id map: required (lxc-dnscrypt has no subordinate uids' 'fix: as root: usermod --add-subuids'
	run me 'lxc-checkconfig --json'
	[ "$status" -eq 1 ]
	[ "$(field 'Id map' required <<<"$output")" = True ]
	[ "$(field 'Id map' code <<<"$output")" = no-subids ]
	[ "$(field 'Delegation' code <<<"$output")" = cgroup-delegation ]
	[ "$(field 'Pid namespace' code <<<"$output")" = None ]
}

@test "a user who cannot make user namespaces is told so once, and not that everything else is missing" {
	mkdir -p /run/root
	mount --rbind / /run/root
	run chroot --userspec="$(id -u lxc-dnscrypt):$(id -g lxc-dnscrypt)" /run/root env HOME=/home/lxc-dnscrypt PATH="$PATH" lxc-checkconfig
	umount -l /run/root
	[ "$status" -eq 1 ]
	says 'User namespace: required ('
	[[ $output != *'Pid namespace'* ]]
}

@test "a helper without privilege, or that is not there, is found out by starting it" {
	cp -a $HELPERS/net-helper /run/net-helper
	chmod 755 $HELPERS/net-helper
	setcap -r $HELPERS/net-helper
	run me 'lxc-checkconfig'
	[ "$status" -eq 0 ]
	says "net-helper: missing ($HELPERS/net-helper gets no privilege" 'fix: an admin runs "setcap cap_net_admin'
	rm $HELPERS/net-helper
	run me 'lxc-checkconfig'
	says "net-helper: missing ($HELPERS/net-helper is not installed)"
	cp -a /run/net-helper $HELPERS/net-helper
	[ "$(has net-helper)" = True ]
}

@test "where idmap-helper is gone, newuidmap writes the map, and it is enough" {
	mv $HELPERS/idmap-helper /run/idmap-helper
	run me 'lxc-checkconfig'
	[ "$status" -eq 0 ]
	says 'idmap-helper: missing' 'Id map: enabled (65536 ids)'
	mv /run/idmap-helper $HELPERS/idmap-helper
}

@test "control groups: what is delegated, one line a controller; without any, the way" {
	run me 'lxc-checkconfig'
	says 'Delegation: missing' 'fix: no control group is delegated to lxc-dnscrypt'
	run as_delegated lxc-dnscrypt 'lxc-checkconfig'
	[ "$status" -eq 0 ]
	says 'Delegation: enabled' 'memory: enabled (v' 'pids: enabled (v'
}

@test "a network type that the kernel lacks is missing with its module, and one that it has is there" {
	for kind in macvlan ipvlan; do
		ip link add lxptest0 link lxcbr0 type $kind 2>/dev/null && there=True || there=False
		ip link del lxptest0 2>/dev/null || :
		name=${kind^}
		[ "$(has "$name")" = $there ]
		[ $there = True ] || [[ "$(me 'lxc-checkconfig --json' | field "$name" fix)" == *"modprobe $kind"* ]]
	done
}

@test "whether the filters of ports hold: they do where a user cannot make an ifb, and are missing where one can" {
	me 'unshare -Urn ip link add ifb0 type ifb' 2>/dev/null && there=False || there=True
	[ "$(has 'Filters of ports')" = $there ]
	[ $there = True ] || [[ "$(me 'lxc-checkconfig --json' | field 'Filters of ports' fix)" == *'blacklist ifb'* ]]
}

@test "CONFIG: the options of a kernel that does not run, plain and compressed, as LXC's reads them" {
	lxc_beside_ours
	printf 'CONFIG_%s\n' NAMESPACES=y UTS_NS=y IPC_NS=y USER_NS=y NET_NS=y VETH=m MACVLAN=y CGROUPS=y FHANDLE=y >/run/config
	printf '# CONFIG_PID_NS is not set\n' >>/run/config
	gzip -c /run/config >/run/config.gz
	for file in /run/config /run/config.gz; do
		run me "CONFIG=$file lxc-checkconfig"
		[ "$status" -eq 1 ]
		says 'Pid namespace: required' 'fix: a kernel with CONFIG_PID_NS' 'Veth pair device: enabled (module)'
		ours=$(grep -oE '^(Namespaces|(Utsname|Ipc|Pid|User|Network) namespace|Cgroups|Veth pair device|Macvlan|Vlan|Bridges|checkpoint restore|CONFIG_[A-Z_]*): [a-z]*' <<<"$output")
		run me "CONFIG=$file /usr/bin/lxc-checkconfig"
		while read -r line; do
			[[ $'\n'$output == *$'\n'"$line"* ]] || { echo "LXC does not say \"$line\": $output"; false; }
		done <<<"$ours"
	done
	sed -i 's/^# CONFIG_PID_NS.*/CONFIG_PID_NS=y/' /run/config
	printf 'CONFIG_%s=y\n' TMPFS PROC_FS UNIX98_PTYS >>/run/config
	run me 'CONFIG=/run/config lxc-checkconfig --json'
	[ "$status" -eq 0 ]
	[[ $output == *'"config": "/run/config"'* ]]
}

@test "CONFIG that cannot be read, or is no kernel configuration, is an error" {
	for file in /nosuch /etc/passwd /etc /dev/null; do
		run me "CONFIG=$file lxc-checkconfig"
		[ "$status" -eq 1 ]
		says "$file" 'fix:'
	done
	printf '\037\213broken' >/run/broken.gz
	run me 'CONFIG=/run/broken.gz lxc-checkconfig 2>&1'
	[ "$status" -eq 1 ]
	says '/run/broken.gz'
}

@test "colours on a terminal only, and not with NO_COLOR or a dumb one" {
	on() { me "script -qec '$1 lxc-checkconfig' /dev/null </dev/null"; }
	[[ "$(on 'TERM=xterm')" == *$'\033[32menabled'* ]]
	for words in 'TERM=xterm NO_COLOR=1' 'TERM=dumb'; do
		[[ "$(on "$words")" != *$'\033'* ]]
	done
	[[ "$(me 'TERM=xterm lxc-checkconfig')" != *$'\033'* ]]
}

@test "words and options that it does not take are refused" {
	run me 'lxc-checkconfig now'
	[ "$status" -eq 1 ]
	says 'unexpected word "now"'
	run me 'lxc-checkconfig --no-such'
	[ "$status" -eq 1 ]
}
