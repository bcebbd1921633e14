#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-cgroup: what is in force is printed, what is written takes, and what is not delegated is named.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
	as_delegated lxc-dnscrypt 'lxc-start -n box'
}
setup() { load '../lib/common'; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

# The pids controller is in v1 or in cgroup2, under the same names. Directory of the container's group there.
group() {
	local mount path pid
	pid=$(me 'lxc-info -n box -pH')
	mount=$(awk '$9 == "cgroup" && $NF ~ /pids/ { print $5; exit }' /proc/self/mountinfo)
	[ -n "$mount" ] || mount=$(awk '$9 == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
	path=$(awk -F: '$2 == "pids" { print $3; found = 1 } $1 == 0 { two = $3 } END { if (!found) print two }' "/proc/$pid/cgroup")
	# on cgroup2 the processes may be one level below
	path=${path%%/lxc.payload.box*}/lxc.payload.box
	echo "$mount$path"
}

@test "a value is printed as the file holds it, by -n or by the first word" {
	[ "$(me 'lxc-cgroup -n box pids.max')" = "$(cat "$(group)/pids.max")" ]
	[ "$(me 'lxc-cgroup box pids.current')" -ge 1 ]
	me 'lxc-cgroup box cgroup.procs' | grep -qx "$(me 'lxc-info -n box -pH')"
}

@test "a value that is written is in force, prints nothing, and holds for the processes inside" {
	[ -z "$(me 'lxc-cgroup box pids.max 5')" ]
	[ "$(cat "$(group)/pids.max")" = 5 ]
	run me 'lxc-attach -n box -- sh -c "for i in 1 2 3 4 5 6 7 8; do sleep 5 & done"'
	[ "$status" -ne 0 ] || says "fork"
	me 'lxc-cgroup box pids.max max'
	[ "$(me 'lxc-cgroup box pids.max')" = max ]
}

@test "a controller that nothing has needed yet is enabled by the first value" {
	as_delegated lxc-dnscrypt 'lxc-stop -k -n box; lxc-start -n box'
	me 'lxc-cgroup box pids.max 77'
	[ "$(cat "$(group)/pids.max")" = 77 ]
	me 'lxc-cgroup box pids.max max'
}

@test "a value that the kernel refuses, or does not take, is an error" {
	run me 'lxc-cgroup box pids.max lots'
	[ "$status" -eq 1 ]
	says 'pids.max = lots: the kernel refuses the value'
	[ "$(me 'lxc-cgroup box pids.max')" = max ]
}

@test "names that are no file, and words too many, are refused" {
	for file in ../pids.max a/b '""' .; do
		run me "lxc-cgroup box $file"
		[ "$status" -eq 1 ]
		says 'is not a control group file'
	done
	run me 'lxc-cgroup box no.such'
	[ "$status" -eq 1 ]
	says 'no.such'
	run me 'lxc-cgroup box pids.nosuch 5'
	[ "$status" -eq 1 ]
	says 'pids.nosuch'
	run me 'lxc-cgroup box pids.max 5 6'
	[ "$status" -eq 1 ]
	says 'unexpected word "6"' 'quotes'
	run me 'lxc-cgroup -n box'
	[ "$status" -eq 1 ]
	says 'which file?'
}

@test "a limit of the other version is refused with its name here" {
	if [ "$(awk '$9 == "cgroup" && $NF ~ /memory/' /proc/self/mountinfo)" ]; then
		there=memory.max here=memory.limit_in_bytes
	else
		there=memory.limit_in_bytes here=memory.max
	fi
	run me "lxc-cgroup box $there"
	[ "$status" -eq 1 ]
	says "$there: this host has the controller \"memory\" in cgroup v" "fix: $here = VALUE"
	run me "lxc-cgroup box $there 64M"
	[ "$status" -eq 1 ]
	says "fix: $here = VALUE"
}

@test "device rules: an ordinary user is told why there are none" {
	run me 'lxc-cgroup box devices.allow "c 1:3 rwm"'
	[ "$status" -eq 1 ]
	says 'devices.allow: device rules are for containers of root'
}

@test "a container without a control group, or that does not run, is refused with what is missing" {
	me 'lxc-create -n bare -t busybox' >/dev/null 2>&1
	run me 'lxc-cgroup bare pids.max'
	[ "$status" -eq 1 ]
	says 'the container is not running'
	me 'lxc-start -q -n bare'
	run me 'lxc-cgroup bare pids.max'
	[ "$status" -eq 1 ]
	says 'the container has no control group of its own' 'fix:' 'no control group is delegated to lxc-dnscrypt'
	destroy lxc-dnscrypt bare
	run me 'lxc-cgroup nosuch pids.max'
	[ "$status" -eq 1 ]
	says 'not running'
}

@test "--json: the file, where it is, and its value; after a write what it is then" {
	[ "$(me 'lxc-cgroup box pids.max 42 --json' | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["version"], d["name"], d["file"], d["value"])')" = \
		'1 box pids.max 42' ]
	[ "$(me 'lxc-cgroup --json box pids.max' | python3 -c 'import json,sys; print(json.load(sys.stdin)["path"])')" = "$(group)/pids.max" ]
	run me 'lxc-cgroup --json box no.such 2>/dev/null'
	[ -z "$output" ]
	me 'lxc-cgroup box pids.max max'
}

@test "Debian's lxc-cgroup prints the same of its own container, with an empty line more" {
	me 'lxc-stop -k -n box'
	lxc_beside_ours
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	me 'chmod 755 . .local .local/share .local/share/lxc .local/share/lxc/box' # LXC cannot enter closed ones
	me "sed -i 's/^lxc.idmap.*/lxc.idmap = u 0 $first $count/' .local/share/lxc/box/config
		echo 'lxc.idmap = g 0 $first $count' >>.local/share/lxc/box/config"
	as_delegated lxc-dnscrypt '/usr/bin/lxc-start -n box'
	theirs=$(me '/usr/bin/lxc-cgroup -n box pids.max; echo "rc $?"; /usr/bin/lxc-cgroup -n box pids.max 31; echo "rc $?"; /usr/bin/lxc-cgroup -n box pids.max; echo "rc $?"')
	me '/usr/bin/lxc-stop -k -n box'
	as_delegated lxc-dnscrypt 'lxc-start -n box'
	ours=$(me 'lxc-cgroup -n box pids.max; echo "rc $?"; lxc-cgroup -n box pids.max 31; echo "rc $?"; lxc-cgroup -n box pids.max; echo "rc $?"')
	[ "$(grep . <<<"$theirs")" = "$ours" ]
	for command in /usr/bin/lxc-cgroup lxc-cgroup; do
		run me "$command -n box"
		[ "$status" -eq 1 ]
		run me "$command -n nosuch pids.max"
		[ "$status" -eq 1 ]
	done
}
