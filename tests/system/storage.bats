#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc.rootfs.path with a type: overlays for everybody, devices and files for root, and what takes another program.

load '../lib/common'

HOME_OF=/home/lxc-dnscrypt/.local/share/lxc

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n base -t busybox' >/dev/null
}

teardown() {
	me 'lxc-stop -k -q -n copy' || :
	lxc-stop -k -q -n dev || :
}
teardown_file() {
	rm -rf /var/lib/lxc/dev /var/lib/lxc/disk.img
	destroy_all
}

# the configuration of base, with another root
copy_of_base() {
	me "sed '/^lxc.rootfs.path/d' $HOME_OF/base/config >$HOME_OF/copy/config; echo 'lxc.rootfs.path = $1' >>$HOME_OF/copy/config"
}

@test "overlay: an ordinary user's container writes to its own layer, and the tree below stays as it is" {
	# The upper layer belongs to the container's root, as its root directory does.
	me "mkdir -p $HOME_OF/copy/overlay/delta"
	chown --reference=$HOME_OF/base/rootfs $HOME_OF/copy/overlay/delta
	copy_of_base "overlay:$HOME_OF/base/rootfs:$HOME_OF/copy/overlay/delta"
	me 'lxc-start -q -n copy && lxc-attach -q -n copy -- sh -c "echo changed >/etc/passwd; rm /etc/group; echo new >/new; mkdir /etc/dir; cat /etc/passwd /new; ls /etc"' >/run/seen
	grep -qx changed /run/seen && grep -qx new /run/seen
	! grep -qx group /run/seen || false
	[ -e $HOME_OF/base/rootfs/etc/group ] && ! grep -q changed $HOME_OF/base/rootfs/etc/passwd && [ ! -e $HOME_OF/base/rootfs/new ]
	[ "$(cat $HOME_OF/copy/overlay/delta/new)" = new ]
	[ "$(stat -c %u $HOME_OF/copy/overlay/delta/new)" = "$(stat -c %u $HOME_OF/base/rootfs)" ]
	# It is still there at the next start.
	me 'lxc-stop -k -q -n copy; lxc-start -q -n copy'
	[ "$(me 'lxc-attach -q -n copy -- cat /new')" = new ]
}

@test "overlay: of several layers below the last one is on top" {
	me "mkdir -p $HOME_OF/copy/overlay/middle"
	echo middle >$HOME_OF/copy/overlay/middle/which
	chown -R --reference=$HOME_OF/base/rootfs $HOME_OF/copy/overlay/middle
	copy_of_base "overlayfs:$HOME_OF/base/rootfs:$HOME_OF/copy/overlay/middle:$HOME_OF/copy/overlay/delta"
	me 'lxc-start -q -n copy'
	[ "$(me 'lxc-attach -q -n copy -- cat /which')" = middle ]
	me 'lxc-attach -q -n copy -- test -x /bin/busybox'
}

@test "overlay: destroying a copy removes its layer and leaves the tree below" {
	run me 'lxc-destroy -n copy'
	[ "$status" = 0 ]
	[ ! -e $HOME_OF/copy ] && [ -x $HOME_OF/base/rootfs/bin/busybox ]
	me "mkdir -m 700 $HOME_OF/copy"
}

@test "btrfs:PATH is the directory that the subvolume is" {
	copy_of_base "btrfs:$HOME_OF/base/rootfs"
	me 'lxc-start -q -n copy && lxc-attach -q -n copy -- true'
}

@test "loop and block devices: root starts a container on them, and the device is free afterwards" {
	mkdir -p /var/lib/lxc/dev /run/tree
	cp -a $HOME_OF/base/rootfs/. /run/tree/
	chown -R --from="$(stat -c %u:%g $HOME_OF/base/rootfs)" 0:0 /run/tree
	truncate -s 32M /var/lib/lxc/disk.img
	mke2fs -q -t ext4 -d /run/tree /var/lib/lxc/disk.img
	printf '%s\n' 'lxc.uts.name = dev' 'lxc.net.0.type = empty' 'lxc.init.cmd = /bin/busybox sleep 600' \
		'lxc.mount.auto = proc' 'lxc.rootfs.path = loop:/var/lib/lxc/disk.img' >/var/lib/lxc/dev/config
	lxc-start -q -n dev
	[ "$(lxc-attach -q -n dev -- cat /proc/mounts | awk '$2 == "/" { print $3 }')" = ext4 ]
	lxc-attach -q -n dev -- touch /written
	lxc-stop -k -n dev
	wait_for 10 eval '! losetup -n -O BACK-FILE | grep -q disk.img'
	device=$(losetup -f --show /var/lib/lxc/disk.img)
	sed -i "s|loop:.*|lvm:$device|" /var/lib/lxc/dev/config
	lxc-start -q -n dev
	lxc-attach -q -n dev -- test -e /written
	lxc-stop -k -n dev
	# With ids of its own, shown as the container's: the supervisor mounts it.
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	printf '%s\n' "lxc.idmap = u 0 $first $count" "lxc.idmap = g 0 $first $count" 'lxc.rootfs.options = idmap=container' >>/var/lib/lxc/dev/config
	lxc-start -q -n dev
	[ "$(lxc-attach -q -n dev -- stat -c %u /bin/busybox)" = 0 ]
	[ "$(ps -o uid= -p "$(lxc-info -n dev -pH)" | tr -d ' ')" = "$first" ]
	lxc-stop -k -n dev
	losetup -d "$device"
}

@test "what cannot be is refused before the start, with what it takes and what to use instead" {
	while IFS='|' read -r path one two; do
		copy_of_base "$path"
		run me 'lxc-start -n copy'
		[ "$status" = 1 ]
		says "$one" "$two"
	done <<-END
		overlay:$HOME_OF/base/rootfs|there is one layer|overlay:/LOWER:/UPPER
		overlay:$HOME_OF/base/rootfs:/no/such|layer /no/such|No such file
		overlay:$HOME_OF/base/rootfs:/a,b|/a,b: an absolute path without comma|expected
		btrfs:/no/such|root file system /no/such|No such file
		loop:/etc/passwd|takes CAP_SYS_ADMIN over the host|dir:/MOUNT/POINT
		lvm:/dev/vg/lv|takes CAP_SYS_ADMIN over the host|root starts the container
		zfs:pool/set|mounted by zfs(8)|dir:/ITS/MOUNT/POINT
		rbd:pool/image|attached by its own program|rbd map
		nbd:/image.qcow2|attached by its own program|qemu-nbd
	END
	printf '%s\n' 'lxc.mount.auto = proc' 'lxc.rootfs.path = loop:/etc/passwd' 'lxc.net.0.type = empty' >/var/lib/lxc/dev/config
	run lxc-start -n dev
	[ "$status" = 1 ]; says 'holds no file system that this kernel knows'
	sed -i 's|loop:.*|loop:/etc|' /var/lib/lxc/dev/config
	run lxc-start -n dev
	[ "$status" = 1 ]; says 'loop:/etc: a file is expected'
}
