#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Id maps as users meet them, through lxc-usernsexec: who gets which ids, which program writes the
# map, what is said when it cannot be done.

load '../lib/common'

setup_file() {
	local entry id name
	mkdir -p /run/idmap
	cp -p /etc/passwd /etc/group /etc/subuid /etc/subgid /etc/nsswitch.conf /run/idmap/
	for entry in 61001:named 61002:numbered 61003:adjacent 61004:none 61005:other; do
		id=${entry%:*} name=${entry#*:}
		echo "t-$name:x:$id:$id::/:/bin/sh" >>/etc/passwd
		echo "t-$name:x:$id:" >>/etc/group
	done
	printf '%s\n' t-named:700000:65536 t-named:900000:10 61002:800000:65536 t-adjacent:900100:10 \
		t-adjacent:900110:10 t-other:910000:10 >/etc/subuid
	cp /etc/subuid /etc/subgid
	sed -i /^subid:/d /etc/nsswitch.conf
}

teardown_file() {
	cp -p /run/idmap/* /etc/
	rm -r /run/idmap
}

# by UID COMMAND...: by that user
by() {
	local uid=$1
	shift
	setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}

# the same where idmap-helper is not installed
without_helper() {
	local uid=$1
	shift
	by "$uid" env LXC_PRIVSEP_HELPERS=/nonexistent "$@"
}

# the same where newuidmap and newgidmap are not setuid
without_newuidmap() {
	local uid=$1
	shift
	unshare --mount --propagation private sh -c '
		printf "#!/bin/sh\nexit 1\n" >/run/plain; chmod 755 /run/plain
		for program in newuidmap newgidmap; do
			mount --bind /run/plain "$(command -v $program)"
		done
		uid=$1; shift
		exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"' \
		sh "$uid" env ${HELPERS:+LXC_PRIVSEP_HELPERS=$HELPERS} "$@"
}

show_maps='tr -s " " </proc/self/uid_map | sed "s/^ /u /"; tr -s " " </proc/self/gid_map | sed "s/^ /g /"'

@test "without -m a user gets the first line of its own, as root without groups" {
	run by 61001 lxc-usernsexec -- sh -c "$show_maps; id -u; id -G"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 700000 65536\ng 0 700000 65536\n0\n0' ]
}

@test "a line by number counts like one by name" {
	run by 61002 lxc-usernsexec -- sh -c "$show_maps"
	[ "$output" = $'u 0 800000 65536\ng 0 800000 65536' ]
}

@test "adjacent lines can be mapped as one range" {
	for how in by without_helper; do
		run $how 61003 lxc-usernsexec -m b:0:900100:20 -- sh -c "$show_maps"
		[ "$output" = $'u 0 900100 20\ng 0 900100 20' ]
	done
}

@test "newuidmap and newgidmap serve where idmap-helper is not installed" {
	run without_helper 61001 lxc-usernsexec -s -- sh -c "$show_maps"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 700000 65536\nu 65536 61001 1\ng 0 700000 65536\ng 65536 61001 1' ]
}

@test "idmap-helper serves where newuidmap has no privilege" {
	run without_newuidmap 61001 lxc-usernsexec -- sh -c "$show_maps; cat /proc/self/setgroups"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 700000 65536\ng 0 700000 65536\nallow' ]
}

@test "through idmap-helper the caller's own gid in the map costs setgroups" {
	run without_newuidmap 61001 lxc-usernsexec -s -- sh -c "$show_maps; cat /proc/self/setgroups"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 700000 65536\nu 65536 61001 1\ng 0 700000 65536\ng 65536 61001 1\ndeny' ]
}

@test "where neither can work both are named with the fix" {
	HELPERS=/nonexistent run without_newuidmap 61001 lxc-usernsexec true
	[ "$status" = 1 ]
	[[ "$output" == *"/nonexistent/idmap-helper is not installed"*"/newuidmap is neither setuid root nor has the file capability cap_setuid"* ]]
	[[ "$output" == *"fix: "*"chmod u+s"* ]]
}

@test "under no_new_privs that is named as the cause" {
	run by 61001 setpriv --no-new-privs lxc-usernsexec true
	[ "$status" = 1 ]
	[[ "$output" == *"no_new_privs"* ]]
}

@test "the caller's own ids need no program at all" {
	HELPERS=/nonexistent run without_newuidmap 61004 lxc-usernsexec -m b:0:61004:1 -- \
		sh -c "$show_maps; cat /proc/self/setgroups; id -u"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 61004 1\ng 0 61004 1\ndeny\n0' ]
}

@test "a user without subordinate ids is told the command that gives some, and it works" {
	run by 61004 lxc-usernsexec true
	[ "$status" = 1 ]
	[[ "$output" == *"t-none has no subordinate uids and gids in /etc/subuid and /etc/subgid"* ]]
	fix=$(sed -n 's/.*fix: as root: //p' <<<"$output")
	cp /etc/subuid /etc/subgid /run/
	sh -c "$fix"
	run by 61004 lxc-usernsexec -- sh -c "$show_maps"
	cp /run/subuid /run/subgid /etc/
	[ "$status" = 0 ]
	[ "$output" = $'u 0 100000 65536\ng 0 100000 65536' ]
}

@test "a map outside the caller's ranges is refused with both ranges and the owner" {
	run by 61001 lxc-usernsexec -m b:0:910000:10 true
	[ "$status" = 1 ]
	[[ "$output" == *'id map "u 0 910000 10": t-named may not map host uids 910000-910009, only 700000-765535, 900000-900009 (/etc/subuid)'* ]]
	[[ "$output" == *"/etc/subuid:6 gives them to t-other"* ]]
	[[ "$output" == *'fix: map "u 0 700000 10" instead'* ]]
}

@test "bad maps are refused and say what is accepted" {
	while read -r map reason; do
		run by 61001 lxc-usernsexec -m "$map" true
		[ "$status" = 1 ]
		[[ "$output" == *"$reason"* ]] || { echo "$map: $output"; return 1; }
	done <<-'TABLE'
		x:0:700000:1 neither u (uids), g (gids) nor b (both)
		u:0:700000 does not have four fields
		u:0:700000:1:1 does not have four fields
		u:0:700000:0 the count is 0
		u:0:0x100:1 host id "0x100" is not a decimal number
		u:-1:700000:1 container id "-1" is not a decimal number
		u:0:4294967295:1 goes past the highest id
		b:0:0:1 host uid 0 is root's
		b:0:61005:1 may not map host uids 61005-61005
		u:0:700000:1 lacks container gid 0
		b:1:700000:1 lacks container uid 0
	TABLE
	run by 61001 lxc-usernsexec -m b:0:700000:10 -m u:5:700100:1 true
	[ "$status" = 1 ]
	[[ "$output" == *'"u 0 700000 10" and "u 5 700100 1" overlap: both hold container uid 5'* ]]
}

@test "the command's exit status is the exit status" {
	run by 61001 lxc-usernsexec -- sh -c 'exit 7'
	[ "$status" = 7 ]
	run by 61001 lxc-usernsexec -- sh -c 'kill -9 $$'
	[ "$status" = 137 ]
	run by 61001 lxc-usernsexec -- /nonexistent
	[ "$status" = 1 ]
	[[ "$output" == *"/nonexistent: No such file or directory"* ]]
}

@test "-u and -g choose the ids of the command" {
	run by 61001 lxc-usernsexec -u 5 -g 6 -- sh -c 'id -u; id -g; id -G'
	[ "$output" = $'5\n6\n6' ]
	run by 61001 lxc-usernsexec -m b:1000:700000:1 -u 1000 -g 1000 -- id -u
	[ "$output" = 1000 ]
	run by 61001 lxc-usernsexec -u 70000 true
	[ "$status" = 1 ]
	[[ "$output" == *"lacks container uid 70000"* ]]
	run by 61001 lxc-usernsexec -u abc true
	[ "$status" = 1 ]
}

@test "without a command a shell runs; -h and --version succeed" {
	run by 61001 lxc-usernsexec sh -c 'echo "$1"' -s -s
	[ "$output" = -s ]
	run by 61001 lxc-usernsexec <<<'echo $((20 + 22)); id -u'
	[ "$output" = $'42\n0' ]
	run by 61001 lxc-usernsexec -h
	[ "$status" = 0 ]
	[[ "$output" == *"Usage: lxc-usernsexec"* ]]
	run by 61001 sh -c 'lxc-usernsexec --version 2>/dev/null'
	[ "$status" = 0 ]
	[ -n "$output" ]
	run by 61001 lxc-usernsexec -x true
	[ "$status" = 1 ]
}

@test "the command keeps the process id, the directory and the open files" {
	run by 61001 sh -c 'cd /usr; exec 7</etc/hostname; a=$$; exec lxc-usernsexec -- sh -c "test \$\$ = $a && pwd && cat <&7"'
	[ "$status" = 0 ]
	[ "${lines[0]}" = /usr ]
}

@test "mounts of the command stay inside" {
	run by 61001 lxc-usernsexec -- sh -c 'mount -t tmpfs inside /mnt && grep -c " /mnt tmpfs" /proc/self/mounts'
	[ "$output" = 1 ]
	run grep -c " /mnt tmpfs" /proc/self/mounts
	[ "$output" = 0 ]
}

@test "root may map any id, without a line in /etc/subuid" {
	run lxc-usernsexec -m b:0:12345:10 -m b:500:0:1 -- sh -c "$show_maps"
	[ "$status" = 0 ]
	[ "$output" = $'u 0 12345 10\nu 500 0 1\ng 0 12345 10\ng 500 0 1' ]
}

@test "inside a namespace only its own ids can be mapped, and that is said" {
	run by 61001 lxc-usernsexec -- lxc-usernsexec -m b:0:1000:10 -- sh -c "$show_maps"
	[ "$output" = $'u 0 1000 10\ng 0 1000 10' ]
	run by 61001 lxc-usernsexec -- lxc-usernsexec -m b:0:700000:10 true
	[ "$status" = 1 ]
	[[ "$output" == *"uids 700000-700009 do not exist in this user namespace, which has 0-65535"* ]]
}

@test "when user namespaces are switched off the sysctl is named" {
	run by 61001 lxc-usernsexec -- sh -c \
		'echo 0 >/proc/sys/user/max_user_namespaces; lxc-usernsexec -m b:0:0:10 true'
	[ "$status" = 1 ]
	[[ "$output" == *"user.max_user_namespaces = 0"* ]]
	[[ "$output" == *"fix: as root: sysctl -w user.max_user_namespaces="* ]]
}

@test "a range that two users share is told to both, and still works" {
	cp /etc/subuid /run/subuid
	sh -c 'echo t-other:700000:65536 >>/etc/subuid'
	run by 61001 lxc-usernsexec true
	cp /run/subuid /etc/subuid
	[ "$status" = 0 ]
	[[ "$output" == *"also given to t-other (/etc/subuid:7)"* ]]
}
