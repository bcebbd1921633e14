#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# /proc/PID as it looks in a mount namespace of the caller's: one of its files may lie over another.

setup() {
	load '../lib/common'
	install -D -m 755 "$TOP/${O:-build}/tests/attack/helper-call" /run/attack/helper-call
}

# The target, a namespace where FROM lies over TO of its /proc directory, the call, what the maps hold then.
attack() { # FROM TO EXTENT
	me "unshare -U sleep 20 & t=\$!
	sleep 0.2
	unshare -Urm sh -c \"mount --bind \$(echo $1 | sed s/TARGET/\$t/) /proc/\$t/$2; exec sleep 20\" & p=\$!
	sleep 0.3
	/run/attack/helper-call object=path:/proc/\$p/root/proc/\$t $LIBEXEC/idmap-helper map $3
	echo uid_map: \$(cat /proc/\$t/uid_map) gid_map: \$(cat /proc/\$t/gid_map) setgroups: \$(cat /proc/\$t/setgroups)
	kill \$t \$p"
}

@test "checked uids are never written as gids: a gid_map mounted over uid_map is refused" {
	run attack /proc/TARGET/gid_map uid_map u:0:$(id -u lxc-dnscrypt):1
	[[ "$output" == *"uid_map: gid_map: setgroups: allow"* ]]
	[[ "$output" != *"status=0"* ]]
}

@test "setgroups is really denied: a file mounted over setgroups is refused" {
	run attack /etc/hostname setgroups g:0:$(id -g lxc-dnscrypt):1
	[[ "$output" == *"gid_map: setgroups: allow"* ]]
	[[ "$output" != *"status=0"* ]]
}

@test "the same call on the directory itself is granted" {
	run me "unshare -U sleep 5 & t=\$!; sleep 0.2
		/run/attack/helper-call object=path:/proc/\$t $LIBEXEC/idmap-helper map u:0:$(id -u lxc-dnscrypt):1
		echo map: \$(cat /proc/\$t/uid_map); kill \$t"
	[[ "$output" == *"map: 0 $(id -u lxc-dnscrypt) 1"* ]]
}
