#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-usernet is a limit that holds: at once, after crashes, and it says who uses what.

load '../lib/common'

setup_file() {
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' |
		as lxc-dnscrypt 'mkdir -p .config/lxc; cat >.config/lxc/default.conf'
	as lxc-dnscrypt 'lxc-create -n c0 -t busybox' >/dev/null
	# The other 63 share the first one's root file system: what is counted here is interfaces.
	as lxc-dnscrypt 'cd .local/share/lxc; for n in $(seq 63); do mkdir -m 770 c$n; sed "s/^lxc.uts.name.*/lxc.uts.name = c$n/" c0/config >c$n/config; done'
}

teardown_file() {
	destroy_all
}

running() { me 'lxc-ls --running -1' | wc -l; }

@test "of 64 containers that one user with a quota of 10 starts at the same moment exactly 10 run" {
	me 'for n in $(seq 0 63); do lxc-start -n c$n >/tmp/start-$n 2>&1 & done; wait'
	[ "$(running)" = 10 ]
	wait_for 10 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 10 ]'
}

@test "every one of the 54 others was told which line of lxc-usernet, how many, and by whom they are used" {
	[ "$(grep -l 'lxc-usernet' /tmp/start-* | wc -l)" = 54 ]
	name=$(me 'lxc-ls --stopped -1' | head -1)
	run me "lxc-start -n $name"
	[ "$status" = 1 ]
	says lxcbr0 10 'rule: /etc/lxc/lxc-usernet:1'
}

@test "one stopped makes room for exactly one" {
	me "lxc-stop -k -n $(me 'lxc-ls --running -1' | head -1)"
	wait_for 10 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 9 ]'
	me 'for n in $(lxc-ls --stopped -1 | head -8); do lxc-start -n $n >/dev/null 2>&1 & done; wait'
	[ "$(running)" = 10 ]
}

@test "ten killed with their supervisors leave nothing that counts" {
	pkill -9 -u lxc-dnscrypt || :
	wait_for 10 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 0 ]'
	me 'for n in $(seq 0 63); do lxc-start -n c$n >/dev/null 2>&1 & done; wait'
	[ "$(running)" = 10 ]
	me 'for n in $(lxc-ls --running -1); do lxc-stop -k -n $n; done'
	wait_for 10 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 0 ]'
}

@test "with a quota of 1 a container can be stopped and started again at once, 50 times" {
	sed -i 's/^lxc-dnscrypt veth lxcbr0 10$/lxc-dnscrypt veth lxcbr0 1/' /etc/lxc/lxc-usernet
	run me 'for n in $(seq 50); do lxc-start -n c0 && lxc-stop -k -n c0 || { echo "cycle $n"; exit 1; }; done'
	[ "$status" = 0 ]
}
