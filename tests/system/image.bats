#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-create, lxc-destroy and the templates, as users with homes of mode 0700.
load '../lib/common'

LXC=/home/lxc-dnscrypt/.local/share/lxc

setup() { rm -rf /home/lxc-dnscrypt/.config; }
teardown() {
	destroy_all
	rm -rf "$LXC" /home/lxc-dnscrypt/elsewhere /home/lxc-dnscrypt/template
}

nothing_left() {
	[ -z "$(ls -A "$LXC" 2>/dev/null)" ] || { ls -lAR "$LXC"; return 1; }
	[ -z "$(find /home/lxc-dnscrypt/.cache/lxc/run -mindepth 1 2>/dev/null)" ] || { find /home/lxc-dnscrypt/.cache/lxc; return 1; }
}

# template NAME: standard input becomes /home/lxc-dnscrypt/template
template() {
	cat >/home/lxc-dnscrypt/template
	chown lxc-dnscrypt: /home/lxc-dnscrypt/template
	chmod 700 /home/lxc-dnscrypt/template
}

# A small root, with what makes unpacking hard: device nodes, other owners, a link out of the tree.
make_tree() {
	[ ! -e /run/tree.tar.xz ] || return 0
	mkdir -p /run/tree/bin /run/tree/sbin /run/tree/dev /run/tree/etc /run/tree/var/mail
	cp /bin/busybox /run/tree/bin
	ln -s ../bin/busybox /run/tree/sbin/init
	ln -s busybox /run/tree/bin/sh
	mknod /run/tree/dev/null c 1 3
	mknod /run/tree/dev/sda b 8 0
	touch /run/tree/dev/plain
	chown 33:8 /run/tree/var/mail
	ln -s /home/lxc-dnscrypt/secret /run/tree/etc/hostname
	tar -C /run/tree -cJf /run/tree.tar.xz .
	chmod 644 /run/tree.tar.xz
}

@test "a busybox container is made below a home of mode 0700, with the directory the caller's and the root mapped root's" {
	run me 'lxc-create -n web -t busybox'
	[ "$status" -eq 0 ]
	[[ "$output" == *"a veth on lxcbr0"* ]]
	[ "$(stat -c '%U %a' $LXC/web)" = 'lxc-dnscrypt 700' ]
	[ "$(stat -c '%U %a' $LXC/web/config)" = 'lxc-dnscrypt 640' ]
	[ "$(stat -c '%u %g %a' $LXC/web/rootfs)" = "$(awk -F: '/^lxc-dnscrypt:/ { print $2, $2, 755 }' /etc/subuid)" ]
	[ ! -e $LXC/web/partial ]
	[ "$(stat -c %a /home/lxc-dnscrypt)" = 700 ]
	me 'lxc-destroy -n web'
	nothing_left
}

@test "a busybox container starts, and stops at once" {
	me 'lxc-create -q -n web -t busybox; lxc-start -q -n web'
	[ "$(me 'lxc-attach -n web -- cat /etc/hostname')" = web ]
	local before=$(date +%s%N)
	me 'lxc-stop -n web'
	[ $((($(date +%s%N) - before) / 1000000)) -lt 1500 ]
}

@test "template none makes a configuration and nothing else, also without any subordinate ids" {
	sed -i.kept '/^lxc-cache:/d' /etc/subuid
	run as lxc-cache 'lxc-create -n plain -t none && ls -A .local/share/lxc/plain && lxc-destroy -n plain && ls -A .local/share/lxc'
	cp /etc/subuid.kept /etc/subuid
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = config ]
}

@test "without subordinate ids a create says so, with the fix, and leaves nothing" {
	sed -i.kept '/^lxc-cache:/d' /etc/subuid
	run as lxc-cache 'lxc-create -n web -t busybox; echo "rc=$?"; ls -A .local/share/lxc'
	cp /etc/subuid.kept /etc/subuid
	[[ "$output" == *"--add-subuids"* ]]
	[ "${lines[-1]}" = rc=1 ]
}

@test "the user's own default.conf is used as it stands, and a missing id map is added and said" {
	me 'mkdir -p .config/lxc; printf "lxc.net.0.type = empty\nlxc.start.order = 7" >.config/lxc/default.conf'
	run me 'lxc-create -n web -t busybox'
	[ "$status" -eq 0 ]
	[[ "$output" == *"has no lxc.idmap"* ]]
	grep -q '^lxc.start.order = 7$' $LXC/web/config
	grep -q '^lxc.idmap = auto$' $LXC/web/config
	run grep -q veth $LXC/web/config; [ "$status" = 1 ]
}

@test "hardware addresses are drawn once and stored" {
	me 'lxc-create -q -n web -t busybox'
	grep -qE '^lxc.net.0.hwaddr = 10:66:6a(:[0-9a-f]{2}){3}$' $LXC/web/config
}

@test "a broken or missing -f file is an error with file and line, and nothing is made" {
	me 'echo "lxc.bogus = 1" >bad.conf'
	run me 'lxc-create -n web -t none -f bad.conf'
	[ "$status" -eq 1 ]
	[[ "$output" == *"bad.conf:1"*"lxc.bogus"* ]]
	run me 'lxc-create -n web -t none -f missing.conf'
	[ "$status" -eq 1 ]
	[[ "$output" == *"missing.conf"* ]]
	nothing_left
}

@test "a name that is taken, or that is not a name, is refused and what is there stays" {
	me 'lxc-create -q -n web -t none'
	local before=$(cat $LXC/web/config)
	run me 'lxc-create -n web -t busybox'
	[ "$status" -eq 1 ]
	[[ "$output" == *"exists already"* ]]
	[ "$(cat $LXC/web/config)" = "$before" ]
	me "mkdir $LXC/mine; touch $LXC/mine/file"
	run me 'lxc-create -n mine -t none'
	[ "$status" -eq 1 ]
	[ -e $LXC/mine/file ]
	for name in ../x a/b . .. "$(printf 'a\nb')"; do
		run me "lxc-create -t none -n '$name'"
		[ "$status" -eq 1 ]
		[[ "$output" == *"is not a container name"* ]]
	done
	rm -r $LXC/mine
}

@test "storage that does not work yet is refused by name" {
	run me 'lxc-create -n web -t busybox -B zfs'
	[ "$status" -eq 1 ]
	[[ "$output" == *zfs* ]]
	run me 'lxc-create -n web -t busybox --fssize 1G'
	[ "$status" -eq 1 ]
	nothing_left
}

@test "an unknown template is refused, naming those there are" {
	run me 'lxc-create -n web -t nosuch'
	[ "$status" -eq 1 ]
	[[ "$output" == *"busybox, local, none"* ]]
	nothing_left
}

@test "a template gets the arguments, ids, umask, directory and environment that LXC's contract says" {
	template <<-'END'
	#!/bin/sh
	{ printf '%s\n' "$@"; pwd; umask; id -u; echo "$SOME"; awk '{ print $1, $2, $3 }' /proc/self/uid_map; } >"${1#--path=}/seen"
	exit 0
	END
	me 'SOME=thing lxc-create -q -n web -t /home/lxc-dnscrypt/template -- -x --foo bar'
	local first uid=$(id -u lxc-dnscrypt)
	first=$(awk -F: '/^lxc-dnscrypt:/ { print $2 }' /etc/subuid)
	diff - $LXC/web/seen <<-END
	--path=$LXC/web
	--name=web
	--rootfs=$LXC/web/rootfs
	-x
	--foo
	bar
	--mapped-uid
	65536
	--mapped-gid
	65536
	/home/lxc-dnscrypt
	0022
	0
	thing
	0 $first 65536
	65536 $uid 1
	END
}

@test "a template that fails, leaves a broken configuration or cannot be run leaves nothing" {
	template <<<'#!/bin/sh
touch "${3#--rootfs=}/half"; exit 7'
	run me 'lxc-create -n web -t /home/lxc-dnscrypt/template'
	[ "$status" -eq 1 ]
	[[ "$output" == *"exit status 7"* ]]
	nothing_left
	template <<<'#!/bin/sh
echo lxc.bogus = 1 >>"${1#--path=}/config"'
	run me 'lxc-create -n web -t /home/lxc-dnscrypt/template'
	[ "$status" -eq 1 ]
	[[ "$output" == *"lxc.bogus"* ]]
	nothing_left
	template <<<'#!/no/such/interpreter'
	run me 'lxc-create -n web -t /home/lxc-dnscrypt/template'
	[ "$status" -eq 1 ]
	nothing_left
}

# interrupt SIGNAL: a create whose template has background children gets it
slow_template() {
	template <<-'END'
	#!/bin/sh
	echo root >"${3#--rootfs=}/half"
	(trap '' INT TERM HUP; while :; do sleep 731; done) &
	setsid sleep 732 &
	: >"${1#--path=}/ready"
	sleep 733
	END
}

@test "SIGINT, SIGTERM and SIGHUP during a create remove everything, and every process of the template" {
	slow_template
	for signal in INT TERM HUP; do
		me "bash -c 'set -m; lxc-create -n web -t /home/lxc-dnscrypt/template & wait \$!'" >/dev/null 2>&1 3>&- &
		creating=$!
		wait_for 5 test -e $LXC/web/ready
		run me 'lxc-create -n web -t busybox'
		[ "$status" -eq 1 ]
		run me 'lxc-ls -1'
		[ -z "$output" ]
		pkill -$signal -x lxc-create
		wait_for 5 nothing_left
		! pgrep -f 'sleep 73[123]' || false
		wait "$creating" || :
	done
}

@test "after kill -9 of a create the rest is no container, and the next create of the name cleans it" {
	slow_template
	me 'lxc-create -n web -t /home/lxc-dnscrypt/template --dir /home/lxc-dnscrypt/elsewhere' >/dev/null 2>&1 3>&- &
	creating=$!
	wait_for 5 test -e $LXC/web/ready
	pkill -KILL -x lxc-create
	wait "$creating" || :
	run me 'lxc-ls -1; lxc-start -n web'
	[[ "$output" != web* ]]
	# something of the template still runs and may write: not yet
	run me 'lxc-create -n web -t busybox'
	[ "$status" -eq 1 ]
	pkill -KILL -f lxc-dnscrypt/template || :
	pkill -KILL -f 'sleep 73[123]' || :
	wait_for 5 me 'lxc-create -n web -t busybox'
	[ ! -e $LXC/web/ready ]
	[ ! -e /home/lxc-dnscrypt/elsewhere ]
}

@test "a compressed tree with device nodes is unpacked by an ordinary user, owners kept, nodes counted" {
	make_tree
	echo keep >/home/lxc-dnscrypt/secret
	chown lxc-dnscrypt: /home/lxc-dnscrypt/secret
	run me 'lxc-create -n deb -t local -- --fstree /run/tree.tar.xz'
	[ "$status" -eq 0 ]
	[[ "$output" == *"2 device nodes left out"* ]]
	local first=$(awk -F: '/^lxc-dnscrypt:/ { print $2 }' /etc/subuid)
	[ "$(stat -c '%u %g' $LXC/deb/rootfs/var/mail)" = "$((first + 33)) $((first + 8))" ]
	[ -f $LXC/deb/rootfs/dev/plain ]
	[ "$(cat /home/lxc-dnscrypt/secret)" = keep ]
	grep -q '^lxc.include = /usr/local/share/lxc/config/common.conf$' $LXC/deb/config
	[ "$(grep -n '^# .* configuration$' $LXC/deb/config | cut -d' ' -f2)" = "$(printf 'Distribution\nContainer\nNetwork')" ]
	[ "$(tail -1 $LXC/deb/config)" = 'lxc.uts.name = deb' ]
	[ -z "$(ls -d $LXC/deb/local.* 2>/dev/null)" ]
}

@test "--no-dev is a flag and leaves out what is below /dev" {
	make_tree
	run me 'lxc-create -n deb -t local -- --no-dev --fstree=/run/tree.tar.xz'
	[ "$status" -eq 0 ]
	[[ "$output" != *"device nodes"* ]]
	[ -z "$(ls -A $LXC/deb/rootfs/dev)" ]
}

@test "metadata gives the distribution's part of the configuration, with names filled in and includes found" {
	make_tree
	mkdir -p /run/meta
	printf '%s\n' 'lxc.include = /usr/share/lxc/config/common.conf' 'lxc.include = /usr/share/lxc/config/nosuch.conf' \
		'lxc.environment = WHERE=LXC_ROOTFS' >/run/meta/config
	echo 'lxc.environment = WHERE=LXC_ROOTFS' >/run/meta/config-user
	cat /run/meta/config >>/run/meta/config-user
	echo 'Welcome to LXC_NAME' >/run/meta/create-message
	tar -C /run/meta -czf /run/meta.tar.gz .
	chmod 644 /run/meta.tar.gz
	run me 'lxc-create -n deb -t local -- --metadata=/run/meta.tar.gz --fstree=/run/tree.tar.xz'
	[ "$status" -eq 0 ]
	[[ "$output" == *"Welcome to deb"* ]]
	[[ "$output" == *"left out of the configuration"*nosuch* ]]
	grep -q "^lxc.environment = WHERE=$LXC/deb/rootfs\$" $LXC/deb/config
	grep -q '^lxc.include = /usr/local/share/lxc/config/common.conf$' $LXC/deb/config
}

@test "metadata that says nothing about mounts adds to what a container has here, and overrules it" {
	make_tree
	mkdir -p /run/little
	echo 'lxc.tty.max = 2' >/run/little/config
	tar -C /run/little -czf /run/little.tar.gz .
	chmod 644 /run/little.tar.gz
	me 'lxc-create -n deb -t local -- --metadata=/run/little.tar.gz --fstree=/run/tree.tar.xz' >/dev/null
	[ "$(me 'lxc-info -n deb -H -c lxc.tty.max')" = 2 ]
	grep -q '^lxc.include = /usr/local/share/lxc/config/userns.conf$' $LXC/deb/config
}

@test "an archive that is cut off or is none fails and leaves nothing" {
	make_tree
	head -c 2000 /run/tree.tar.xz >/run/cut.tar.xz
	chmod 644 /run/cut.tar.xz
	for file in /run/cut.tar.xz /etc/passwd /run/missing; do
		run me "lxc-create -n deb -t local -- --fstree=$file"
		[ "$status" -eq 1 ]
		[[ "$output" == *"$file"* ]]
		nothing_left
	done
}

@test "--help of a template is shown without making anything" {
	run me 'lxc-create -n deb -t local -- --help'
	[ "$status" -eq 0 ]
	[[ "$output" == *--fstree* ]]
	nothing_left
}

@test "destroying a hostile tree touches nothing outside it" {
	me 'lxc-create -q -n web -t busybox; mkdir -p outside/dir; touch outside/file outside/dir/file'
	local root=$LXC/web/rootfs
	ln -s /home/lxc-dnscrypt/outside $root/link
	ln -s ../../../../../outside/file $root/file
	rm -r $root/var && ln -s /home/lxc-dnscrypt/outside $root/var
	mkdir -p "$root/$(printf 'new\nline')" "$root/-rf" "$root/closed/inner"
	mkfifo $root/fifo
	touch $root/closed/inner/file
	chown -R --reference=$root $root/closed "$root/-rf"
	chmod 000 $root/closed/inner $root/closed
	me 'lxc-destroy -n web'
	nothing_left
	[ -e /home/lxc-dnscrypt/outside/file ] && [ -e /home/lxc-dnscrypt/outside/dir/file ]
	rm -r /home/lxc-dnscrypt/outside
}

@test "a tree 5000 directories deep is removed with few descriptors" {
	me 'lxc-create -q -n web -t busybox'
	me "cd $LXC/web/rootfs/tmp && lxc-usernsexec -- perl -e 'for (1 .. 5000) { mkdir(q(deeper)) && chdir(q(deeper)) or die }'"
	me 'ulimit -n 64; lxc-destroy -n web'
	nothing_left
}

@test "a mount in the tree is not entered, and named" {
	me 'lxc-create -q -n web -t busybox'
	mkdir -p /run/precious
	touch /run/precious/file
	mount --bind /run/precious $LXC/web/rootfs/mnt
	run me 'lxc-destroy -n web'
	umount $LXC/web/rootfs/mnt
	[ "$status" -eq 1 ]
	[[ "$output" == *"rootfs/mnt"*mount* ]]
	[ -e /run/precious/file ]
	me 'lxc-destroy -n web'
	nothing_left
}

@test "a file of ids outside the map stops a destroy by name, and the container stays defined" {
	me 'lxc-create -q -n web -t busybox'
	mkdir $LXC/web/rootfs/tmp/admin
	touch $LXC/web/rootfs/tmp/admin/file
	run me 'lxc-destroy -n web'
	[ "$status" -eq 1 ]
	[[ "$output" == *"rootfs/tmp/admin/file"*"rm -r --one-file-system"* ]]
	[ -e $LXC/web/config ]
	rm -r $LXC/web/rootfs/tmp/admin
	me 'lxc-destroy -n web'
	nothing_left
}

@test "a root outside the container's directory and an unmanaged one are left alone" {
	me 'lxc-create -q -n web -t busybox --dir /home/lxc-dnscrypt/elsewhere'
	run me 'lxc-destroy -n web'
	[ "$status" -eq 0 ]
	[[ "$output" == *"left alone"* ]]
	[ -e /home/lxc-dnscrypt/elsewhere/bin/busybox ]
	me 'lxc-create -q -n web -t busybox; echo "lxc.rootfs.managed = 0" >>.local/share/lxc/web/config; lxc-destroy -q -n web'
	[ -e $LXC/web/rootfs/bin/busybox ]
	[ ! -e $LXC/web/config ]
}

@test "--dir refuses a directory that has something in it" {
	me 'mkdir elsewhere; touch elsewhere/file'
	run me 'lxc-create -n web -t busybox --dir /home/lxc-dnscrypt/elsewhere'
	[ "$status" -eq 1 ]
	[ -e /home/lxc-dnscrypt/elsewhere/file ]
	nothing_left
}

@test "a running container is destroyed only with -f, one with snapshots only with -s, an undefined one never" {
	me 'lxc-create -q -n web -t busybox; lxc-start -q -n web'
	run me 'lxc-destroy -n web'
	[ "$status" -eq 1 ]
	[[ "$output" == *"lxc-destroy -f"* ]]
	[ "$(me 'lxc-info -n web -sH')" = RUNNING ]
	me 'lxc-destroy -f -n web; lxc-create -q -n web -t none; mkdir -p .local/share/lxc/web/snaps/snap0'
	run me 'lxc-destroy -n web'
	[ "$status" -eq 1 ]
	[[ "$output" == *snapshots* ]]
	me 'lxc-destroy -s -n web'
	run me 'lxc-destroy -n web'
	[ "$status" -eq 1 ]
	nothing_left
}

@test "a user neither reads, makes nor destroys containers in another user's path" {
	me 'lxc-create -q -n web -t busybox'
	run as lxc-cache "lxc-destroy -P $LXC -n web"
	[ "$status" -eq 1 ]
	run as lxc-cache "lxc-create -P $LXC -n mine -t busybox"
	[ "$status" -eq 1 ]
	[ -e $LXC/web/rootfs/bin/busybox ] && [ ! -e $LXC/mine ]
}
