#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-config beside that of Debian's lxc: its one option and every item that both have, for a user and for root.

load '../lib/compare'

setup_file() { compare_setup; }

ITEMS='items() { for item in lxc.default_config lxc.lxcpath lxc.bdev.lvm.vg lxc.bdev.lvm.thin_pool lxc.bdev.zfs.root lxc.cgroup.use \
		lxc.cgroup.pattern; do try lxc-config $item; done; }'

@test "the same items are listed, and have the same values without a file and with one" {
	compare "$ITEMS"'
items
try sh -c "lxc-config -l | grep -v rbd"
try lxc-config lxc.lxcp
try lxc-config lxc.bdev.z
mkdir -p ~/.config/lxc; cd ~/.config/lxc
printf "%s\n" "# lxc.lxcpath = /no" "lxc.lxcpath = /srv/a b" " lxc.default_config=/x y" "lxc.cgroup.use = memory,cpu" "lxc.cgroup.pattern = %n" \
	"lxc.bdev.lvm.vg=vg" "lxc.bdev.lvm.thin_pool = tp" "lxc.bdev.zfs.root = a/b" bogus "lxc.bogus = 1" >lxc.conf
items
printf "%s\n" "lxc.lxcpath = /first" "lxc.lxcpath = /second" "lxc.bdev.lvm.vg = \"q\"" "lxc.cgroup.use = @kernel" >lxc.conf
items
rm lxc.conf'
	COMPARE_USER=root compare "$ITEMS"'
items
echo "lxc.lxcpath = /srv/lxc" >/etc/lxc/lxc.conf
items
rm /etc/lxc/lxc.conf'
}

@test "what is no item, and what is no option, is refused by both" {
	compare 'for word in nosuch lxc.lxcpathx LXC.LXCPATH -x "-?" --bogus; do try sh -c "lxc-config $word >/dev/null"; done
try sh -c "lxc-config >/dev/null"'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differ <<-'END'
		try sh -c "lxc-config -l | grep rbd" => 0 lxc.bdev.rbd.rbdpool lxc.bdev.rbd.rbduser => 1
		try lxc-config lxc.bdev.rbd.rbduser => 0 admin => 1 Unknown configuration item: lxc.bdev.rbd.rbduser
		try lxc-config nosuch => 1 => 1 Unknown configuration item: nosuch
		try lxc-config lxc => 1 => 0 */default.conf
		try lxc-config "" => 1 => 0 Usage:*
		try lxc-config lxc.lxcpath lxc.cgroup.use => 1 => 0 */lxc
		try lxc-config -h => 0 => 0 Usage:*
		try lxc-config --help => 0 => 0 Usage:*
		mkdir -p ~/.config/lxc; echo "lxc.cgroup.use =" >~/.config/lxc/lxc.conf
		try lxc-config lxc.cgroup.use => 0 lxc.cgroup.use is not set. => 0
		rm ~/.config/lxc/lxc.conf
	END
}
