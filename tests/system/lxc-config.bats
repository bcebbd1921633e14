#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-config: the same words as Debian's, and the cases in which it says more.

setup_file() {
	load '../lib/common'
	lxc_beside_ours
}
setup() { load '../lib/common'; }
teardown() { me 'rm -rf .config/lxc'; }

# both WORDS: output and exit code of ours and of Debian's, for the user and for root
both() {
	for who in me 'eval'; do
		run $who "/usr/local/bin/lxc-config $*"
		local ours=$status:$output
		run $who "/usr/bin/lxc-config $*"
		[ "$ours" = "$status:$output" ] || { echo "$who $*: ours $ours, LXC's $status:$output"; return 1; }
	done
}

@test "every item of LXC has the value that LXC prints, set or not, for users and for root" {
	for item in $(/usr/bin/lxc-config -l); do both "$item"; done
	me 'mkdir -p .config/lxc; printf "%s\n" "# lxc.lxcpath = /no" "lxc.lxcpath = /srv/box es" "lxc.lxcpath=/srv/second" "lxc.cgroup.use = memory" \
		"lxc.bdev.zfs.root = tank/lxc" >.config/lxc/lxc.conf'
	for item in lxc.lxcpath lxc.cgroup.use lxc.bdev.zfs.root lxc.default_config; do both "$item"; done
	[ "$(me 'lxc-config lxc.lxcpath')" = '/srv/box es' ]
}

@test "-l has LXC's items in LXC's order, then those that LXC only reads" {
	[ "$(me 'lxc-config -l')" = "$(/usr/bin/lxc-config -l)"$'\nlxc.bdev.rbd.rbdpool\nlxc.bdev.rbd.rbduser' ]
	[ "$(me 'lxc-config --list')" = "$(me 'lxc-config -l')" ]
	[ "$(me 'lxc-config lxc.bdev.rbd.rbduser')" = admin ]
}

@test "without words it prints how it is used, and is no failure, as LXC's" {
	run me 'lxc-config 2>/dev/null'
	[ "$status" -eq 0 ]
	[[ $output == 'Usage: lxc-config -l '*'lxc-config ITEM'* ]]
	run me '/usr/bin/lxc-config'
	[ "$status" -eq 0 ]
}

@test "the beginning of a name is enough where it fits one item; one that fits several is refused with their names" {
	both lxc.lxcp
	both lxc.bdev.z
	run me 'lxc-config lxc.bdev.lvm'
	[ "$status" -eq 1 ]
	[ "$output" = 'lxc-config: lxc.bdev.lvm is the beginning of several items: lxc.bdev.lvm.vg, lxc.bdev.lvm.thin_pool' ]
}

@test "what is no item, or one word too many, is refused by name" {
	run me 'lxc-config lxc.lxcpathx'
	[ "$status" -eq 1 ]
	says 'Unknown configuration item: lxc.lxcpathx' 'fix: lxc-config -l'
	run me 'lxc-config ""'
	[ "$status" -eq 1 ]
	run me 'lxc-config lxc.lxcpath lxc.cgroup.use'
	[ "$status" -eq 1 ]
	says 'unexpected word "lxc.cgroup.use"'
	run me 'lxc-config -l lxc.lxcpath'
	[ "$status" -eq 1 ]
	says 'unexpected word "lxc.lxcpath"'
}

@test "--json: one document, values as they are, null for what is not set" {
	me 'mkdir -p .config/lxc; printf "lxc.lxcpath = /srv/a \"b\"\\n" >.config/lxc/lxc.conf'
	[ "$(me 'lxc-config --json lxc.lxcpath' | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["version"], d["items"])')" = \
		"1 [{'name': 'lxc.lxcpath', 'value': '/srv/a \"b\"'}]" ]
	me 'lxc-config lxc.cgroup.use --json' | grep -q '"value": null'
	[ "$(me 'lxc-config --json' | python3 -c 'import json,sys; print("\n".join(i["name"] for i in json.load(sys.stdin)["items"]))')" = "$(me 'lxc-config -l')" ]
	run me 'lxc-config --json nosuch 2>/dev/null'
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}
