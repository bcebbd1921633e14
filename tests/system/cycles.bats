#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Used for months: start and stop again and again, and nothing piles up.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	as lxc-dnscrypt 'lxc-create -n web -t busybox' >/dev/null
	# Once, so that directories that stay (the runtime directory, the log) are there.
	as lxc-dnscrypt 'lxc-start -n web && lxc-stop -k -n web' >/dev/null 2>&1
	wait_for 40 eval '[ -z "$(ip -o link show master lxcbr0)" ]'
	files >/run/files
	leftovers >/run/before
}

teardown_file() {
	destroy_all
}

files() { find /home /run/lxc /run/user /tmp /var/lib/lxc /var/log /dev/shm -xdev ! -path "$BATS_RUN_TMPDIR*" ! -path '*/rootfs/*' 2>/dev/null | sort; }

# A round takes ten times as long in the VM: fewer do there, where it is the scopes that could pile up.
rounds() { if [ "$SANDBOX" = vm ]; then echo $(($1 / 10)); else echo "$1"; fi; }

@test "200 starts and stops leave no control group, interface, mount, process, socket or file" {
	me 'for n in $(seq '$(rounds 200)'); do lxc-start -n web 2>/dev/null && lxc-stop -k -n web || { echo "cycle $n"; exit 1; }; done'
	nothing_left "$(cat /run/before)"
	diff /run/files <(files)
}

@test "200 starts and stops with delegated control groups leave none of them" {
	as_delegated lxc-dnscrypt 'for n in $(seq '$(rounds 200)'); do lxc-start -n web && lxc-stop -k -n web || { echo "cycle $n"; exit 1; }; done'
	nothing_left "$(cat /run/before)"
	[ -z "$(find /sys/fs/cgroup -path "$GROUPS_HERE" -path '*/user-lxc-dnscrypt/*' -type d -name 'lxc.payload*')" ]
}

@test "100 lxc-execute leave nothing" {
	me 'for n in $(seq '$(rounds 100)'); do lxc-execute -n web -- /bin/true 2>/dev/null || { echo "run $n"; exit 1; }; done'
	nothing_left "$(cat /run/before)"
	diff /run/files <(files)
}

@test "500 lxc-attach leave the supervisor as small as it was" {
	me 'lxc-start -n web'
	supervisor=$(pgrep -u lxc-dnscrypt -f 'lxc monitor')
	me 'lxc-attach -n web -- true'
	fds=$(ls "/proc/$supervisor/fd" | wc -l)
	rss=$(awk '/^Private_Dirty/ { s += $2 } END { print s }' "/proc/$supervisor/smaps")
	me 'for n in $(seq '$(rounds 500)'); do lxc-attach -n web -- true || exit 1; done'
	[ "$(ls "/proc/$supervisor/fd" | wc -l)" = "$fds" ]
	after=$(awk '/^Private_Dirty/ { s += $2 } END { print s }' "/proc/$supervisor/smaps")
	echo "private dirty KiB: $rss then $after"
	[ "$after" -le $((rss + 64)) ]
	[ -z "$(ps --ppid "$supervisor" -o stat= | grep Z)" ]
	me 'lxc-stop -k -n web'
}
