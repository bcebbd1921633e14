#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The root, the mounts and the ids of a container: each key of them has an effect that is seen.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
	me 'mkdir -m 700 data; echo mine >data/file; chmod 600 data/file'
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n box' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

HOME_OF_ME=/home/lxc-dnscrypt
DATA="lxc.mount.entry=$HOME_OF_ME/data srv/data none bind,create=dir"

# refused 'KEY=VALUE'... -- TEXT...: the container does not start with these keys, and all of the texts are said; nothing is left
refused() {
	local definitions=
	while [ "$1" != -- ]; do
		definitions="$definitions -s '$1'"
		shift
	done
	shift
	run me "lxc-start -n box $definitions"
	[ "$status" -eq 1 ]
	says "$@"
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

@test "lxc.idmap.keep shows the caller's own files under the right owner, and what is written there is the caller's" {
	run with lxc.idmap.keep=1234 "$DATA" -- 'stat -c %u:%g /srv/data; grep . /proc/self/uid_map; stat -c %u /bin'
	[ "${lines[0]}" = 1234:65534 ]
	[[ $output == *" 1234 "* ]]
	[ "${lines[-1]}" = 0 ]
	me "lxc-start -q -n box -s lxc.idmap.keep=1234 -s '$DATA'"
	me 'lxc-attach -n box -u 1234 -- sh -c "cat /srv/data/file; echo new >/srv/data/new; id -u"' | tr '\n' ' ' | grep -qx 'mine 1234 '
	# other users of the container, its root too, are not the caller
	run me 'lxc-attach -n box -u 1233 -- cat /srv/data/file'
	[ "$status" -ne 0 ]
	# supplementary groups can be changed inside, as su and daemons do
	[ "$(me 'lxc-attach -n box -- cat /proc/self/setgroups')" = allow ]
	me 'lxc-stop -k -n box'
	[ "$(stat -c %U "$HOME_OF_ME/data/new")" = lxc-dnscrypt ]
	[ "$(me 'cat data/new; rm data/new')" = new ]
}

@test "lxc.idmap.keep with a gid keeps the group, too, and root of the container reaches the files" {
	run with lxc.idmap.keep=1234:77 "$DATA" -- 'stat -c %u:%g /srv/data/file; cat /srv/data/file; touch /srv/data/roots; cat /proc/self/setgroups'
	[ "${lines[0]}" = 1234:77 ]
	[ "${lines[1]}" = mine ]
	[ "${lines[2]}" = deny ]
	[ "$(stat -c %u "$HOME_OF_ME/data/roots")" = "$(sed -n 's/^lxc-dnscrypt:\([0-9]*\):.*/\1/p' /etc/subuid)" ]
	me 'rm -f data/roots'
}

@test "lxc.idmap.keep works with explicit lines and above them, for init itself, and its files are removed with the container" {
	first=$(sed -n 's/^lxc-dnscrypt:\([0-9]*\):.*/\1/p' /etc/subuid)
	me 'lxc-create -n kept -t busybox' >/dev/null 2>&1
	me "sed -i '/^lxc.idmap/d' .local/share/lxc/kept/config"
	printf '%s\n' "lxc.idmap = u 0 $first 1000" "lxc.idmap = g 0 $first 1000" 'lxc.idmap.keep = 70000' "${DATA/=/ = }" 'lxc.init.uid = 70000' \
		'lxc.init.cmd = /bin/sleep 100' | me 'cat >>.local/share/lxc/kept/config'
	me 'lxc-start -q -n kept'
	pid=$(me 'lxc-info -n kept -pH')
	[ "$(stat -c %U "/proc/$pid")" = lxc-dnscrypt ]
	[ "$(me 'lxc-attach -n kept -u 70000 -- sh -c "id -u; cat /srv/data/file; touch /tmp/own"' | tr '\n' ' ')" = "70000 mine " ]
	me 'lxc-stop -k -n kept; lxc-destroy -n kept'
	[ ! -e "$HOME_OF_ME/.local/share/lxc/kept" ]
}

@test "lxc.idmap.keep refuses what is no container id, and root" {
	for value in 0 -1 4294967295 x 5: :5 5:0 5:6:7 '5 6'; do
		refused "lxc.idmap.keep=$value" -- "command line: lxc.idmap.keep = $value: not a number from 1 to 4294967294, or two with a colon; accepted: UID or UID:GID of the container, from 1"
	done
	printf '%s\n' 'lxc.rootfs.path = /tmp' 'lxc.idmap = u 0 100000 65536' 'lxc.idmap = g 0 100000 65536' 'lxc.idmap.keep = 5' >/tmp/roots.conf
	run lxc-start -n none -f /tmp/roots.conf
	[ "$status" -eq 1 ]
	says 'lxc.idmap.keep would make a user of the container root of the host'
}

@test "lxc.idmap.keep with a gid leaves setgroups alone where the administrator delegated that gid" {
	echo "lxc-dnscrypt:$(id -g lxc-dnscrypt):1" >>/etc/subgid
	run with lxc.idmap.keep=1234:77 "$DATA" -- 'stat -c %u:%g /srv/data; cat /proc/self/setgroups'
	sed -i '$d' /etc/subgid
	[ "$output" = $'1234:77\nallow' ]
}

# root_box 'KEY=VALUE'... -- COMMAND: a container of root with an id map, on an unshifted tree (files of uid 0), runs it and ends
root_box() {
	local line
	[ -d /srv/plain ] || { mkdir -p /srv/plain/{bin,dev,proc,sys,tmp,srv,data} && cp /bin/busybox /srv/plain/bin/ && ln -s busybox /srv/plain/bin/sh; }
	printf '%s\n' 'lxc.rootfs.path = /srv/plain' 'lxc.idmap = u 0 300000 65536' 'lxc.idmap = g 0 300000 65536' 'lxc.net.0.type = empty' \
		'lxc.mount.auto = proc:rw' >/tmp/root.conf
	while [ "$1" != -- ]; do
		line=$1
		printf '%s\n' "${line/=/ = }" >>/tmp/root.conf
		shift
	done
	shift
	lxc-execute -n plain -P /tmp/rootpath -f /tmp/root.conf -- /bin/sh -c "$*"
}

@test "lxc.mount.fstab: lines of a file, with comments and escapes, before those of lxc.mount.entry" {
	printf '%s\n' '# a comment' '' "  $HOME_OF_ME/data mnt/a\\040b none bind,create=dir,ro 0 0" 'tmpfs srv tmpfs size=64k,create=dir' | me 'cat >table'
	run with "lxc.mount.fstab=$HOME_OF_ME/table" 'lxc.mount.entry=tmpfs srv/below tmpfs size=128k,create=dir' -- \
		"ls -d '/mnt/a b'; grep -E ' /(mnt|srv)' /proc/mounts"
	[ "${lines[0]}" = '/mnt/a b' ]
	[[ "${lines[1]}" =~ ^[^\ ]+\ /mnt/a\\040b\ [a-z0-9]+\ ro, ]]
	says 'tmpfs /srv tmpfs rw,' 'size=64k' 'tmpfs /srv/below tmpfs'
}

@test "lxc.mount.fstab: what is wrong is refused before the start with file and line" {
	refused lxc.mount.fstab=relative -- 'command line: lxc.mount.fstab = relative: not an absolute path; accepted: an absolute path'
	refused lxc.mount.fstab=/no/such/file -- 'lxc.mount.fstab = /no/such/file: No such file or directory'
	me 'printf "# first\n\ntmpfs srv\n" >table'
	refused "lxc.mount.fstab=$HOME_OF_ME/table" -- "$HOME_OF_ME/table:3: tmpfs srv: 2 fields; accepted: SOURCE TARGET TYPE OPTIONS [0 0]"
	me 'printf "/tmp /etc none bind\n" >table'
	refused "lxc.mount.fstab=$HOME_OF_ME/table" -- "$HOME_OF_ME/table:1: lxc.mount.fstab = /tmp /etc none bind: the target is outside the container"
	me 'printf "tmpfs\0 srv tmpfs x\n" >table'
	refused "lxc.mount.fstab=$HOME_OF_ME/table" -- "$HOME_OF_ME/table: a NUL byte in a text file"
}

@test "lxc.mount.entry: each attribute of mount(8) is that of the mount, and the last of two opposites counts" {
	local definitions=() i=0 options
	# a bind mount of the host's can have what restricts it; its access time mode stays the host's
	for options in ro nosuid nodev noexec nosymfollow ro,rw noexec,exec,nodev,dev,nosuid,suid relatime user owner users,exec \
		nodiratime noatime strictatime noatime,atime strictatime,nostrictatime nodiratime,diratime noatime,nostrictatime,norelatime; do
		definitions+=("lxc.mount.entry=tmpfs mnt/$i tmpfs create=dir,size=4k,$options")
		[ $i -gt 10 ] || definitions+=("lxc.mount.entry=$HOME_OF_ME/data srv/$i none bind,create=dir,$options")
		i=$((i + 1))
	done
	run with "${definitions[@]}" -- "sed -nE 's,^[^ ]+ /(mnt|srv)/([0-9]+) [a-z0-9]+ ([^ ]+) .*,\\1 \\2 \\3,p' /proc/mounts | sed 's/,size.*//; s/,inode.*//; s/,uid.*//'"
	i=0
	for expected in ro,relatime rw,nosuid,relatime rw,nodev,relatime rw,noexec,relatime rw,relatime,nosymfollow rw,relatime rw,relatime rw,relatime \
		rw,nosuid,nodev,noexec,relatime rw,nosuid,nodev,relatime rw,nosuid,nodev,relatime \
		rw,nodiratime,relatime rw,noatime rw rw,relatime rw,relatime rw,relatime rw,noatime; do
		for kind in mnt srv; do
			[ $kind = mnt ] || [ $i -le 10 ] || continue
			grep -qx "$kind $i $expected" <<<"$output" || { echo "$kind $i: not $expected"; false; }
		done
		i=$((i + 1))
	done
	refused "lxc.mount.entry=$HOME_OF_ME/data mnt none bind,noatime" -- 'mounting it: Operation not permitted' 'access time mode, and only the host can change that'
}

@test "lxc.mount.entry: words that ask for what is done anyway, and options of the file system" {
	run with 'lxc.mount.entry=tmpfs mnt tmpfs defaults,async,nomand,nolazytime,auto,nouser,noowner,nogroup,silent,loud,_netdev,comment=x,x-y.z,X-a,size=8k,mode=1711,sync,dirsync' \
		-- "grep ' /mnt ' /proc/mounts; stat -c %a /mnt"
	[[ "${lines[0]}" == 'tmpfs /mnt tmpfs rw,sync,dirsync,relatime,size=8k,mode=1711,'* ]]
	[ "${lines[1]}" = 1711 ]
	run with 'lxc.mount.entry=tmpfs mnt/no/such tmpfs nofail' 'lxc.mount.entry=tmpfs mnt/made tmpfs x-mount.mkdir' \
		'lxc.mount.entry=nothing mnt/x nosuchfs optional,create=dir' -- "grep -c ' /mnt/' /proc/mounts"
	[ "$output" = 1 ]
}

@test "lxc.mount.entry: remount changes a mount, and the file system of one" {
	run with 'lxc.mount.entry=tmpfs mnt tmpfs size=8k,sync' 'lxc.mount.entry=none mnt none remount,ro,noexec,size=16k,async' \
		'lxc.mount.entry=none mnt none remount,exec' -- "grep ' /mnt ' /proc/mounts"
	[[ "$output" == 'tmpfs /mnt tmpfs ro,relatime,size=16k,'* ]]
}

@test "lxc.mount.entry: what cannot be is refused before the start, with the line and the way out" {
	refused 'lxc.mount.entry=/tmp srv none bind,size=5' -- 'command line: lxc.mount.entry = /tmp srv none bind,size=5: "size=5" is for the file system, which a bind mount does not change'
	refused 'lxc.mount.entry=/tmp srv none bind,sync,lazytime' -- '"sync,lazytime" is for the file system'
	refused 'lxc.mount.entry=tmp srv none bind' -- 'the source of a bind mount is an absolute path of the host, or the option relative is given'
	refused 'lxc.mount.entry=tmpfs srv none' -- 'the type of the file system is missing'
	refused 'lxc.mount.entry=/dev/x srv auto ro' -- 'the type of the file system is missing'
	refused 'lxc.mount.entry=tmpfs srv tmpfs relative' -- 'relative and idmap= are for bind mounts'
	refused 'lxc.mount.entry=/tmp srv none bind,create=socket' -- 'lxc.mount.entry: mount option "create=socket": create=dir or create=file is accepted'
	refused 'lxc.mount.entry=/tmp srv none bind,noauto' -- 'mount option "noauto": it asks for no mount; take the line out'
	refused 'lxc.mount.entry=/tmp srv none move' -- 'mount option "move": nothing of the host is moved away; use bind'
	refused 'lxc.mount.entry=/x.img srv ext4 loop' -- 'mount option "loop": loop devices are set up by root of the host'
	refused 'lxc.mount.entry=/tmp srv none bind,mand' -- 'mount option "mand": mandatory locks have left the kernel with Linux 5.15'
	refused 'lxc.mount.entry=/tmp srv none bind,X-mount.owner=5' -- 'mount option "X-mount.owner=5": of these only x-mount.mkdir is done here'
	refused 'lxc.mount.entry=/dev/vda srv ext4 ro' -- 'only root of the host mounts a ext4 file system' 'fix: have it mounted on the host and use bind'
	for target in / . ../.. ./ //; do
		refused "lxc.mount.entry=/tmp $target none bind" -- "lxc.mount.entry = /tmp $target none bind: the target is "
	done
	refused 'lxc.mount.entry=/no/such srv none bind' -- '/no/such srv none bind: opening the source: No such file or directory'
	refused 'lxc.mount.entry=tmpfs srv tmpfs nonsense=1' -- 'tmpfs srv tmpfs nonsense=1: mounting it (tmpfs: Unknown parameter '\'nonsense\''): Invalid argument'
	refused 'lxc.mount.entry=/etc/passwd mnt none bind' -- 'fix: source and target are both directories, or neither is'
	refused 'lxc.mount.entry=/ srv none bind' -- 'fix: mounts lie below /: use rbind instead of bind'
}

@test "lxc.mount.entry: what the host mounts read-only a container cannot make writable, and that is said" {
	mkdir -p /srv/fixed
	mount -t tmpfs -o ro,noexec,noatime tmpfs /srv/fixed
	run with 'lxc.mount.entry=/srv/fixed srv none bind,create=dir' -- "grep ' /srv ' /proc/mounts"
	[[ "$output" =~ ^'tmpfs /srv tmpfs ro,noexec,noatime'[\ ,] ]]
	for word in rw exec relatime; do
		refused "lxc.mount.entry=/srv/fixed srv none bind,create=dir,$word" -- 'mounting it: Operation not permitted' 'only the host can change that: take the option for the opposite out'
	done
	run with 'lxc.mount.entry=/srv/fixed srv none bind,rw,optional' -- "echo started"
	[ "$output" = started ]
	umount /srv/fixed
}

@test "lxc.mount.entry: rbind takes the mounts below along, and what restricts it restricts them" {
	mkdir -p /srv/deep/below
	mount -t tmpfs tmpfs /srv/deep/below
	touch /srv/deep/below/there
	chmod 777 /srv/deep /srv/deep/below
	run with 'lxc.mount.entry=/srv/deep srv none rbind,ro,noexec' -- "ls /srv/below; grep -c ' /srv[^ ]* [a-z0-9]* ro,noexec,' /proc/mounts"
	[ "$output" = $'there\n2' ]
	run with 'lxc.mount.entry=/srv/deep srv none rbind,rw' -- "touch /srv/x /srv/below/x && echo fine"
	[ "$output" = fine ]
	umount /srv/deep/below
}

@test "lxc.mount.entry: propagation is what the word says" {
	run with 'lxc.mount.entry=tmpfs mnt/a tmpfs create=dir,shared' 'lxc.mount.entry=tmpfs mnt/b tmpfs create=dir,private' \
		'lxc.mount.entry=tmpfs mnt/c tmpfs create=dir,runbindable' 'lxc.mount.entry=tmpfs mnt/d tmpfs create=dir,rslave' -- \
		"grep -oE ' /mnt/. .* - ' /proc/self/mountinfo"
	[[ "${lines[0]}" == *'/mnt/a '*' shared:'* ]]
	[[ "${lines[1]}" == *'/mnt/b '* && "${lines[1]}" != *shared* ]]
	[[ "${lines[2]}" == *'/mnt/c '*' unbindable '* ]]
	[[ "${lines[3]}" == *'/mnt/d '* && "${lines[3]}" != *shared* ]]
}

@test "idmap=: an ordinary user is told before the start what it takes, and what to use instead" {
	for value in container /proc/self/ns/user; do
		refused "lxc.mount.entry=$HOME_OF_ME/data srv none bind,idmap=$value" -- "command line: lxc.mount.entry: idmap=$value takes CAP_SYS_ADMIN over the file system" \
			'fix: lxc.idmap.keep = UID shows your own files under the right owner'
		refused "lxc.rootfs.options=idmap=$value" -- "lxc.rootfs.options: idmap=$value takes CAP_SYS_ADMIN over the file system"
	done
	refused 'lxc.mount.entry=/tmp srv none bind,idmap=x' -- 'mount option "idmap=x": container or the path of a user namespace is accepted'
	refused 'lxc.mount.entry=data srv none bind,relative,idmap=container' -- 'relative and idmap= exclude each other'
}

@test "idmap=: a container of root sees files of unshifted ids under their owners, and writes them so" {
	mkdir -p /srv/files && chown 7:8 /srv/files && echo text >/srv/files/a && chown 5:6 /srv/files/a
	run root_box lxc.rootfs.options=idmap=container 'lxc.mount.entry=/srv/files data none bind,idmap=container' -- \
		'busybox stat -c %u:%g /bin /data /data/a; echo x >/data/new; busybox chown 9:9 /data/new; echo y >/bin/written; busybox cat /data/a'
	[ "$output" = $'0:0\n7:8\n5:6\ntext' ]
	[ "$(stat -c %u:%g /srv/files/new)" = 9:9 ]
	[ "$(stat -c %u:%g /srv/plain/bin/written)" = 0:0 ]
	rm /srv/plain/bin/written
	# without it they are nobody's
	run root_box 'lxc.mount.entry=/srv/files data none bind' -- 'busybox stat -c %u:%g /data'
	[ "$output" = 65534:65534 ]
}

@test "idmap=: the ids of another user namespace, by its path; what is none is refused" {
	mkdir -p /srv/files && chown 7:8 /srv/files
	unshare --user sleep 100 3>&- &
	other=$!
	wait_for 5 eval '[ "$(readlink /proc/$other/ns/user)" != "$(readlink /proc/self/ns/user)" ]'
	echo '0 300100 1000' >/proc/$other/uid_map
	echo '0 300200 1000' >/proc/$other/gid_map
	run root_box "lxc.mount.entry=/srv/files data none bind,idmap=/proc/$other/ns/user" -- 'busybox stat -c %u:%g /data'
	kill $other
	[ "$output" = 107:208 ]
	for path in /no/such /etc/passwd /proc/self/ns/mnt; do
		run root_box "lxc.mount.entry=/srv/files data none bind,idmap=$path" -- true
		[ "$status" -ne 0 ]
		says "idmap=$path: not a user namespace"
	done
	run root_box 'lxc.idmap=' 'lxc.mount.entry=/srv/files data none bind,idmap=container' -- true
	says 'idmap=container: the container has no user namespace of its own'
	run root_box 'lxc.mount.entry=/proc data none bind,idmap=container,optional' -- 'echo left out'
	says 'left out'
	run root_box 'lxc.mount.entry=/proc/sys data none bind,idmap=container' -- true
	says 'idmap=container: mounting /proc/sys with other owners: Invalid argument' 'fix: the kernel cannot do it for this file system'
}

@test "lxc.rootfs.path is the root, with or without dir:, and what is none is refused" {
	me 'mkdir -p other/bin; cp -a .local/share/lxc/box/rootfs/bin/busybox other/bin/; touch other/this-one; mkdir other/dev other/proc other/sys'
	for value in "$HOME_OF_ME/other" "dir:$HOME_OF_ME/other"; do
		me "lxc-start -q -n box -s lxc.rootfs.path=$value -s lxc.mount.auto= -- /bin/busybox sleep 60"
		me 'lxc-attach -n box -- /bin/busybox ls /this-one'
		me 'lxc-stop -k -n box'
	done
	refused lxc.rootfs.path=other -- 'lxc.rootfs.path = other: not an absolute path; accepted: [TYPE:]/PATH'
	refused lxc.rootfs.path=/no/such -- 'root file system /no/such: No such file or directory' 'fix: create it (lxc-create) or correct lxc.rootfs.path'
	refused lxc.rootfs.path=/etc/passwd -- 'root file system /etc/passwd: Not a directory'
}

@test "with proc:mixed each start has a boot id of its own, read-only; with proc:rw /proc is whole" {
	first=$(with -- 'cat /proc/sys/kernel/random/boot_id')
	second=$(with -- 'cat /proc/sys/kernel/random/boot_id')
	[[ "$first" =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	[ "$first" != "$second" ]
	[ "$first" != "$(cat /proc/sys/kernel/random/boot_id)" ]
	[ "$(with lxc.mount.auto= lxc.mount.auto=proc:rw -- 'cat /proc/sys/kernel/random/boot_id')" = "$(cat /proc/sys/kernel/random/boot_id)" ]
}

@test "lxc.rootfs.options: attributes and propagation of the root alone" {
	run with lxc.rootfs.options=nosuid,nodev,shared -- "grep ' / ' /proc/mounts; grep -E ' / / |/rootfs / ' /proc/self/mountinfo; touch /x && rm /x && echo writable; grep ' /dev ' /proc/mounts"
	[[ "${lines[0]}" =~ \ /\ [a-z0-9]+\ rw,nosuid,nodev,relatime ]]
	says ' shared:' writable 'none /dev tmpfs rw,nosuid,relatime'
	refused lxc.rootfs.options=noatime -- 'lxc.rootfs.options = noatime: Operation not permitted'
	for word in create=dir optional relative remount nofail; do
		refused "lxc.rootfs.options=$word" -- "lxc.rootfs.options = $word: create=, optional, nofail, relative and remount are for lxc.mount.entry"
	done
	refused lxc.rootfs.options=ro,size=5m,sync -- 'lxc.rootfs.options = ro,size=5m,sync: "size=5m,sync" is for a file system; the root is a directory of one that is mounted already'
	refused lxc.rootfs.options=noauto -- 'lxc.rootfs.options = noauto: mount option "noauto": it asks for no mount'
}

@test "lxc.rootfs.managed 0: no template fills the root, and lxc-destroy leaves it as it is" {
	me 'mkdir -p own/sub; echo content >own/sub/file; cp .config/lxc/default.conf unmanaged.conf; echo "lxc.rootfs.managed = 0" >>unmanaged.conf'
	run me 'lxc-create -n un -f unmanaged.conf -t busybox'
	[ "$status" -eq 1 ]
	says 'lxc.rootfs.managed = 0: a template would fill the root file system' 'fix: -t none --dir PATH'
	run me 'lxc-create -n un -f unmanaged.conf -t none --dir $HOME/missing'
	[ "$status" -eq 1 ]
	says 'lxc.rootfs.managed = 0: the directory /home/lxc-dnscrypt/missing: No such file or directory'
	before=$(me 'find own -printf "%p %U %m %T@\n"')
	me 'lxc-create -n un -f unmanaged.conf -t none --dir $HOME/own'
	me 'lxc-destroy -n un'
	[ "$(me 'find own -printf "%p %U %m %T@\n"')" = "$before" ]
	# also below the container's own directory
	me 'lxc-create -n un -t busybox; echo "lxc.rootfs.managed = 0" >>.local/share/lxc/un/config; lxc-destroy -n un' >/dev/null 2>&1
	[ -x "$HOME_OF_ME/.local/share/lxc/un/rootfs/bin/busybox" ]
	rm -r "$HOME_OF_ME/.local/share/lxc/un"
}

@test "lxc.autodev.tmpfs.size is the size of /dev, and a bad one is refused" {
	run with lxc.autodev.tmpfs.size=1048576 -- "grep ' /dev ' /proc/mounts"
	says 'size=1024k'
	run with -- "grep ' /dev ' /proc/mounts"
	says 'size=492k'
	for value in -1 5k 0 99999999999999999999; do
		refused "lxc.autodev.tmpfs.size=$value" -- "lxc.autodev.tmpfs.size = $value: not a number of bytes; accepted: a number of bytes"
	done
}

@test "lxc.rootfs.mount is where the root is mounted while the container is built, and targets may begin with it" {
	me 'mkdir -p place'
	run with "lxc.rootfs.mount=$HOME_OF_ME/place" "lxc.mount.entry=tmpfs $HOME_OF_ME/place/mnt tmpfs size=12k" -- "grep ' /mnt ' /proc/mounts"
	says 'size=12k'
	[ -z "$(ls -A "$HOME_OF_ME/place")" ]
	refused lxc.rootfs.mount=/no/such -- 'lxc.rootfs.mount = /no/such: an existing directory is expected'
}

@test "lxc.mount.auto: cgroup in its modes, cgroup-full the same, cgroup2 the unified hierarchy alone" {
	local word
	for word in cgroup:mixed cgroup:ro cgroup:rw cgroup:mixed:force cgroup-full:ro cgroup-full:rw:force cgroup-full cgroup2 cgroup2:ro cgroup2:ro:force; do
		run with lxc.mount.auto= "lxc.mount.auto=proc $word" -- "sed -nE 's,^[^ ]+ (/sys/fs/cgroup[^ ]*) ([a-z0-9]+) (r[ow]).*,\\1 \\2 \\3,p' /proc/mounts"
		top="${lines[0]}" rest=$(tail -n +2 <<<"$output" | cut -d' ' -f2- | sort -u | tr '\n' ' ')
		case $word in
		cgroup2*) [ "$top" = "/sys/fs/cgroup cgroup2 $([[ $word == *:ro* ]] && echo ro || echo rw)" ] && [ -z "$rest" ] ;;
		*) if [[ $top == *tmpfs* ]]; then # a host with v1 hierarchies
			[ "${top##* }" = "$([[ $word == *:ro* || $word == *:mixed* ]] && echo ro || echo rw)" ]
			[[ "$rest" == *"cgroup $([[ $word == *:ro* ]] && echo ro || echo rw) "* ]] && [[ $word == *:ro* || "$rest" != *' ro '* ]]
		else
			[ "$top" = "/sys/fs/cgroup cgroup2 $([[ $word == *:ro* ]] && echo ro || echo rw)" ]
		fi ;;
		esac || { echo "$word: $output"; false; }
	done
}

@test "lxc.mount.auto: cgroup without a mode is writable if init keeps CAP_SYS_ADMIN; it ends at the container's own group" {
	run with lxc.mount.auto= 'lxc.mount.auto=proc cgroup' -- "grep -c ' /sys/fs/cgroup [a-z0-9]* rw' /proc/mounts"
	[ "$output" = 1 ]
	run with lxc.mount.auto= lxc.cap.drop= lxc.cap.drop=sys_admin 'lxc.mount.auto=proc cgroup' -- "grep ' /sys/fs/cgroup ' /proc/mounts; cut -d: -f3 /proc/self/cgroup | sort -u"
	[[ "${lines[0]}" == *'tmpfs ro,'* || "${lines[0]}" == *'cgroup2 rw,'* ]]
	[ "${lines[1]}" = / ]
}

@test "lxc.mount.auto: shmounts hands mounts of the host to the running container" {
	mkdir -p /srv/hand/over
	mount --bind /srv/hand /srv/hand && mount --make-private /srv/hand
	refused 'lxc.mount.auto=shmounts:/srv/hand' -- 'shmounts:/srv/hand: it does not lie on a shared mount' 'fix: as root: mount --bind /srv/hand /srv/hand && mount --make-shared /srv/hand'
	refused 'lxc.mount.auto=shmounts:/no/such' -- 'lxc.mount.auto = shmounts:/no/such: not a directory'
	for value in shmounts: shmounts:x shmounts:/a:b shmounts sys:x proc:ro proc:rw:force cgroup:force:ro cgroup2:rw cgroup-fullx; do
		refused "lxc.mount.auto=$value" -- "lxc.mount.auto = $value: \"$value\" is not known"
	done
	mount --make-shared /srv/hand
	me "lxc-start -q -n box -s lxc.mount.auto=shmounts:/srv/hand -s 'lxc.init.cmd=/bin/sleep 60'"
	mount -t tmpfs tmpfs /srv/hand/over && touch /srv/hand/over/file
	[ "$(me 'lxc-attach -n box -- ls /dev/.lxc-mounts/over')" = file ]
	me 'lxc-stop -k -n box'
	run with 'lxc.mount.auto=shmounts:/srv/hand:/mnt/in' -- 'ls /mnt/in/over; mount -t tmpfs tmpfs /mnt/in && echo mounted'
	[ "$output" = $'file\nmounted' ]
	[ -e /srv/hand/over/file ]
	umount /srv/hand/over /srv/hand
}

@test "lxc.mount.auto: a container in the container can mount proc where one is not covered in part" {
	inner='unshare -U -r -m -p -f sh -c \"mount -t proc proc /mnt && ls -d /mnt/1\"'
	run with lxc.mount.auto= lxc.mount.auto=proc:mixed -- "$inner"
	[[ "$output" != */mnt/1* ]]
	run with lxc.mount.auto= lxc.mount.auto=proc:rw -- "$inner"
	says /mnt/1
	run with lxc.mount.auto= lxc.mount.auto=proc:mixed 'lxc.mount.entry=proc dev/.lxc/proc proc create=dir,optional' \
		'lxc.mount.entry=sysfs dev/.lxc/sys sysfs create=dir,optional' -- "$inner"
	says /mnt/1
}

@test "lxc.idmap.keep in the default configuration: the template sees the same ids, and newuidmap does as well as idmap-helper" {
	me 'echo "lxc.idmap.keep = 1234:77" >>.config/lxc/default.conf; lxc-create -n early -t busybox' >/dev/null 2>&1
	for helper in there gone; do
		[ $helper = there ] || mv $LIBEXEC/idmap-helper $LIBEXEC/idmap-helper.away
		me 'lxc-start -q -n early && lxc-attach -n early -u 1234 -g 77 -- sh -c "touch /tmp/own; stat -c %u:%g /tmp/own /bin" && lxc-stop -k -n early' >/tmp/seen || :
		[ ! -e $LIBEXEC/idmap-helper.away ] || mv $LIBEXEC/idmap-helper.away $LIBEXEC/idmap-helper
		[ "$(tr '\n' ' ' </tmp/seen)" = '1234:77 0:0 ' ]
		[ "$(stat -c %U "$HOME_OF_ME/.local/share/lxc/early/rootfs/tmp/own")" = lxc-dnscrypt ]
	done
	empty_conf lxc-dnscrypt
}

@test "lxc.mount.entry: the lines that containers of distributions come with" {
	run with lxc.mount.auto= 'lxc.mount.entry=proc proc proc nodev,noexec,nosuid 0 0' 'lxc.mount.entry=sysfs sys sysfs defaults 0 0' \
		'lxc.mount.entry=/sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0' \
		'lxc.mount.entry=/sys/kernel/debug sys/kernel/debug none bind,optional 0 0' \
		'lxc.mount.entry=/sys/kernel/security sys/kernel/security none bind,optional 0 0' \
		'lxc.mount.entry=/sys/fs/pstore sys/fs/pstore none bind,optional 0 0' \
		'lxc.mount.entry=mqueue dev/mqueue mqueue rw,relatime,create=dir,optional 0 0' \
		'lxc.mount.entry=/sys/firmware/efi/efivars sys/firmware/efi/efivars none bind,optional 0 0' \
		'lxc.mount.entry=/proc/sys/fs/binfmt_misc proc/sys/fs/binfmt_misc none bind,optional 0 0' \
		'lxc.mount.entry=tmpfs dev/shm tmpfs rw,nosuid,nodev,create=dir 0 0' -- "grep -oE '^(proc /proc|sysfs /sys|mqueue /dev/mqueue|tmpfs /dev/shm) ' /proc/mounts | sort -u"
	[ "$output" = $'mqueue /dev/mqueue \nproc /proc \nsysfs /sys \ntmpfs /dev/shm ' ]
}
