#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A root file system whose owner wants the start of its container, or an attach to it, to touch something of the host: by links
# where our own mounts, terminals and directories go, by exchanging them for directories at the right moment, by a false /proc.
# What everybody may write to outside, and what the caller owns, would show it.

ATTACK=/usr/local/bin/container-attacks
TREE=/home/lxc-dnscrypt/.local/share/lxc/tree/rootfs
VICTIM=/srv/victim

setup_file() {
	load '../lib/common'
	install -m 755 "$TOP/${O:-build}/tests/attack/container-attacks" $ATTACK
	mkdir -p $VICTIM/a/x $VICTIM/pts $VICTIM/fs/cgroup
	echo untouched >$VICTIM/file
	chmod -R a+rwX $VICTIM
	empty_conf lxc-dnscrypt
	me 'lxc-create -n tree -t busybox' >/dev/null 2>&1
	install -m 755 $ATTACK $TREE/bin/attack
	cp -a $TREE /srv/clean
}
setup() {
	load '../lib/common'
	before=$(host_state)
}
teardown() {
	local pid
	for pid in $(cat /tmp/swap.* 2>/dev/null); do kill -9 "$pid" || :; done
	rm -f /tmp/swap.*
	me 'lxc-stop -k -q -n tree' || :
	rm -rf $TREE && cp -a /srv/clean $TREE
}
teardown_file() {
	load '../lib/common'
	destroy_all
}

host_state() {
	find /etc /usr/local /srv/victim /home/lxc-dnscrypt -xdev \( -path /home/lxc-dnscrypt/.local/share/lxc/tree -o -path /home/lxc-dnscrypt/.cache \) -prune -o \
		-printf '%p %y %s %T@ %m %U\n' | sort | sha256sum
	find -L /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty -printf '%p %m %U %G\n'
	cut -d' ' -f5- /proc/self/mountinfo | sort
}

# inside_tree COMMANDS: as root of the map, in the root file system while it is stopped
inside_tree() { me "cd $TREE && lxc-usernsexec -- sh -c '$*'"; }

# start 'KEY=VALUE'...: with a init that waits; sets $status and $output; a container that hangs would fail the test
start() {
	local definitions=
	for line in "$@"; do definitions="$definitions -s '$line'"; done
	run me "timeout 20 lxc-start -n tree $definitions -- /bin/sleep 60"
	[ "$status" -le 1 ]
}

stop() { me 'lxc-stop -k -q -n tree' || :; }

# swap A B: exchange two names of the tree until the test ends, as root of the map
swap() {
	me "cd $TREE && echo \$\$ >/tmp/swap.$BASHPID.$RANDOM && exec timeout 30 lxc-usernsexec -- $ATTACK swap $1 $2" >/dev/null 2>&1 3>&- &
}

untouched() { [ "$(host_state)" = "$before" ] || { diff <(echo "$before") <(host_state); return 1; }; }

@test "T-26 a link where one of our own mounts goes is an error that names it, wherever it leads" {
	local target
	for target in /srv/victim ../../../../../../../../srv/victim /proc/1/root/srv/victim nowhere /; do
		for what in proc sys dev; do
			inside_tree "mv $what real.$what; ln -s $target $what"
			start 'lxc.mount.auto=proc:mixed sys:mixed cgroup'
			[ "$status" -eq 1 ] || { echo "$target $what: $output"; false; }
			says "/$what" 'of the container is a link, or lies behind one' "make it a directory in $TREE"
			inside_tree "rm $what; mv real.$what $what"
		done
	done
	# one level down
	inside_tree "ln -s /srv/victim dev/pts"
	start lxc.autodev=0 lxc.console.path=none
	[ "$status" -eq 1 ]
	says '/dev/pts of the container is a link'
	inside_tree 'rm dev/pts; mkdir -p sys/fs; ln -s /srv/victim sys/fs/cgroup'
	start lxc.mount.auto= lxc.mount.auto=cgroup
	[ "$status" -eq 1 ]
	says '/sys/fs/cgroup of the container is a link'
	untouched
}

@test "terminals, and links to them, are made inside whatever links /dev and lxc.tty.dir have" {
	inside_tree 'mkdir -p srv/victim dev/pts; ln -s /srv/victim dev/t; ln -s /srv/victim/file dev/console; ln -s ../../../../srv/victim/new dev/tty1; ln -s /srv/victim dev/up'
	start lxc.autodev=0 lxc.tty.max=1
	stop
	start lxc.autodev=0 lxc.tty.max=1 lxc.tty.dir=t
	[ "$status" -eq 0 ]
	me 'lxc-attach -n tree -- ls /srv/victim' | tr '\n' ' ' | grep -q 'console tty1'
	stop
	for dir in ../../../../../srv/victim /srv/victim up/../../../srv/victim; do
		start lxc.autodev=0 "lxc.tty.dir=$dir"
		stop
	done
	untouched
}

@test "lxc.init.cwd is inside, whatever links it has, and no link of /proc leads there" {
	inside_tree 'ln -s /srv/victim out; ln -s ../../../../../../srv/victim up; ln -s /proc/1/root/srv/victim magic; ln -s /proc/self/fd fds'
	for path in /out/made /up/other; do
		inside_tree 'mkdir -p srv/victim'
		start "lxc.init.cwd=$path"
		[ "$status" -eq 0 ]
		pid=$(me 'lxc-info -n tree -pH')
		[ "$(readlink "/proc/$pid/cwd")" = "/srv/victim/${path##*/}" ]
		[ -d "$TREE/srv/victim/${path##*/}" ]
		stop
	done
	for path in /magic /proc/self/root /proc/self/cwd /proc/1/root/srv/victim /fds/3 $(seq -f /proc/self/fd/%g 0 20); do
		start "lxc.init.cwd=$path"
		[ "$status" -eq 1 ] || { echo "$path was entered"; false; }
		says "lxc.init.cwd = $path: "
	done
	untouched
}

@test "sources and targets of mounts do not follow links of /proc to the host's root" {
	inside_tree 'ln -s /proc/self/root/srv/victim link; ln -s /proc/1/cwd cwd; mkdir -p here'
	for source in link proc/self/root/srv/victim cwd proc/1/root proc/self/fd/0; do
		start "lxc.mount.entry=$source here none bind,relative"
		[ "$status" -eq 1 ]
		says "lxc.mount.entry = $source here none bind,relative: mounting it: Too many levels of symbolic links"
	done
	for target in link/a cwd/x proc/self/root/srv/victim; do
		start "lxc.mount.entry=tmpfs $target tmpfs create=dir"
		[ "$status" -eq 1 ]
		says "Too many levels of symbolic links"
	done
	# a link of the tree that leads nowhere is not filled in behind it
	inside_tree 'ln -s /srv/victim/new dangling'
	start 'lxc.mount.entry=/dev/null dangling none bind,create=file'
	[ "$status" -eq 1 ]
	untouched
}

@test "T-26 directories that are exchanged for links during 16 starts never lead us out" {
	local good=0
	inside_tree 'mkdir -p a/x srv/victim w; for what in proc dev a w; do ln -s /srv/victim link.$what; done'
	for what in a w; do swap $what link.$what; done
	for i in $(seq 16); do
		[ $i != 9 ] || for what in proc dev; do swap $what link.$what; done
		start 'lxc.mount.entry=tmpfs a/x tmpfs create=dir' 'lxc.mount.entry=/dev/null a/new none bind,create=file' lxc.init.cwd=/w/deep/er
		[ "$status" -ne 0 ] || good=$((good + 1))
		[ "$status" -ne 0 ] || stop
	done
	[ "$(state lxc-dnscrypt tree)" = STOPPED ]
	echo "$good of 16 starts succeeded"
	untouched
}

@test "T-26 the same with an own /dev: terminals and device links" {
	inside_tree 'mkdir -p dev/d dev/pts srv/victim; ln -s /srv/victim dev/e; ln -s /srv/victim link.dev'
	swap dev/d dev/e
	swap dev link.dev
	for _ in $(seq 15); do
		start lxc.autodev=0 lxc.tty.dir=d lxc.tty.max=2
		[ "$status" -ne 0 ] || stop
	done
	untouched
}

@test "a /dev of somebody else's is not changed by a container of root, and no link in it followed" {
	mkdir -p /srv/evil /srv/plain/bin /srv/plain/dev /srv/plain/proc /srv/plain/sys
	cp /bin/busybox /srv/plain/bin/
	for name in full null random tty urandom zero; do ln -sf $VICTIM/file "/srv/evil/$name"; done
	chmod 600 $VICTIM/file
	before=$(host_state)
	printf '%s\n' 'lxc.rootfs.path = /srv/plain' 'lxc.net.0.type = empty' 'lxc.mount.entry = /srv/evil dev none bind' >/tmp/root.conf
	run lxc-execute -n plain -P /tmp/rootpath -f /tmp/root.conf -- /bin/busybox true
	[ "$status" -ne 0 ]
	says 'device /dev/full of the container: File exists'
	untouched
	chmod 666 $VICTIM/file
}

@test "T-27 a false /proc of the container deceives neither lxc-attach nor what it limits" {
	start lxc.no_new_privs=1 lxc.cap.drop= lxc.cap.drop=sys_time
	[ "$status" -eq 0 ]
	me 'lxc-attach -n tree -- sh -c "mount -t tmpfs tmpfs /proc && mkdir -p /proc/self/fd /proc/self/attr /proc/1 /proc/thread-self && echo 0 >/proc/self/setgroups &&
		ln -s /bin/attack /proc/self/exe && ln -s / /proc/self/root && touch /proc/self/attr/exec /proc/self/status"'
	for options in '' '--elevated-privileges=LSM' '--clear-env' '-u 5 -g 6'; do
		me "lxc-attach -n tree $options -- sleep 37" 3>&- &
		attached=$!
		wait_for 5 eval 'pid=$(pgrep -f "^sleep 37" -n) && [ -n "$pid" ]'
		grep -q '^NoNewPrivs:	1' "/proc/$pid/status" || [ "$options" = --elevated-privileges=LSM ]
		[ $((16#$(sed -n 's/^CapBnd:	//p' "/proc/$pid/status") >> 25 & 1)) = 0 ]
		[ "$(readlink "/proc/$pid/ns/user")" = "$(readlink "/proc/$(me 'lxc-info -n tree -pH')/ns/user")" ]
		[ "$(stat -L -c %d:%i "/proc/$pid/root/bin/attack")" = "$(stat -c %d:%i $TREE/bin/attack)" ]
		kill "$pid"
		wait "$attached" || :
	done
	# what the container wrote there is what it was
	[ -z "$(me 'lxc-attach -n tree -- cat /proc/self/attr/exec /proc/self/status')" ]
	me 'lxc-attach -R -n tree -- grep -c NoNewPrivs /proc/self/status' | grep -qx 1
	stop
	untouched
}

@test "T-28 T-29 init and attached commands have no descriptor, directory or capability of the host" {
	start lxc.init.cwd=/mnt 'lxc.mount.entry=/srv/victim mnt/victim none bind,create=dir'
	[ "$status" -eq 0 ]
	init=$(me 'lxc-info -n tree -pH')
	me 'cd /srv/victim && lxc-attach -n tree -- sleep 38' 3>&- 9</srv/victim &
	attached=$!
	wait_for 5 eval 'pid=$(pgrep -f "^sleep 38" -n) && [ -n "$pid" ]'
	for process in "$init" "$pid"; do
		[ "$(ls "/proc/$process/fd" | tr '\n' ' ')" = '0 1 2 ' ]
		grep -qE '^CapInh:	0+$' "/proc/$process/status"
		grep -qE '^CapAmb:	0+$' "/proc/$process/status"
		# the mount its directory lies on is one of its own
		mount=$(sed -n 's/^mnt_id:	//p' <(exec 8<"/proc/$process/cwd" && cat /proc/self/fdinfo/8))
		grep -q "^$mount " "/proc/$process/mountinfo"
	done
	[ "$(readlink "/proc/$init/cwd")" = /mnt ]
	kill "$pid"
	wait "$attached" || :
	stop
	untouched
}

@test "T-30 devices of the host that are shown cannot be changed by root of the container, nor others made" {
	start
	[ "$status" -eq 0 ]
	run me 'lxc-attach -n tree -- sh -c "for f in full null random tty urandom zero; do
			chmod 777 /dev/\$f && echo chmod; chown 5 /dev/\$f && echo chown; touch -d @5 /dev/\$f && echo touch; rm /dev/\$f && echo rm; done
		mknod /tmp/sda b 8 0 && echo node; mknod /tmp/mem c 1 1 && echo node" 2>/dev/null'
	[ -z "$output" ]
	stop
	untouched
}

@test "T-30 a read-only mount of the host stays one for root of the container that lacks sys_admin" {
	start 'lxc.mount.entry=/srv/victim mnt none rbind,ro' lxc.cap.drop= lxc.cap.drop=sys_admin
	[ "$status" -eq 0 ]
	run me 'lxc-attach -n tree -- sh -c "mount -o remount,rw /mnt && echo remounted; mount -o remount,bind,rw /mnt && echo remounted; umount /mnt && echo unmounted
		unshare -U -r mount -o remount,bind,rw /mnt && echo remounted; echo x >/mnt/file && echo written; mkdir /mnt/d && echo made" 2>/dev/null'
	[ -z "$output" ]
	stop
	untouched
}

@test "T-24 nothing inside types into the caller's terminal" {
	start lxc.tty.max=1
	[ "$status" -eq 0 ]
	cat >/tmp/terminal.py <<-'EOS'
		import fcntl, os, pty, struct, sys, termios
		pid, terminal = pty.fork()
		if pid == 0:
		    os.spawnlp(os.P_WAIT, "su", "su", "lxc-dnscrypt", "-c", "cd; PATH=/usr/local/bin:$PATH lxc-attach -n tree -- attack tiocsti")
		    # a whole line that nobody typed
		    waiting = struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, b"\0" * 4))[0]
		    os._exit(1 if waiting else 0)
		text = b""
		while True:
		    try: text += os.read(terminal, 65536)
		    except OSError: break
		sys.stdout.write(text.decode(errors="replace"))
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	EOS
	timeout 30 python3 /tmp/terminal.py
	stop
	untouched
}

@test "T-26 a container of root on a tree whose owner exchanges directories for links" {
	inside_tree 'mkdir -p a/x srv/victim w; for what in a w; do ln -s /srv/victim link.$what; done'
	for what in a w; do swap $what link.$what; done
	printf '%s\n' "lxc.rootfs.path = $TREE" 'lxc.net.0.type = empty' 'lxc.mount.auto = proc:rw' 'lxc.init.cwd = /w/deep/er' \
		'lxc.mount.entry = tmpfs a/x tmpfs create=dir' 'lxc.mount.entry = /dev/null a/new none bind,create=file' >/tmp/root.conf
	for _ in $(seq 10); do
		run timeout 20 lxc-execute -n rooted -P /tmp/rootpath -f /tmp/root.conf -- /bin/true
		[ "$status" -ne 124 ]
	done
	untouched
}

@test "who has the caller's own id inside (lxc.idmap.keep) learns nothing of what enters the container" {
	start lxc.idmap.keep=1234
	[ "$status" -eq 0 ]
	# as root of the container it may stop them; as the kept id it is the same user to the kernel
	supervisor=$(ps -o ppid= -p "$(me 'lxc-info -n tree -pH')" | tr -d " ")
	mkfifo /run/peek
	exec 7<>/run/peek
	me 'lxc-attach -n tree -u 1234 -- attack peek' </run/peek >/run/peek.out 3>&- 7>&- &
	peek=$!
	wait_for 5 grep -q ready /run/peek.out
	for i in $(seq 150); do
		me "lxc-attach -n tree -u $((i % 2 * 1234)) -- true" 3>&- 7>&- &
		# What it stops and what has other ids before it looks again, it cannot let go: we do.
		until timeout 1 tail -s 0.02 --pid=$! -f /dev/null; do pkill -CONT -P "$supervisor" || :; done
		[ "$i" -lt 30 ] || ! grep -q seen /run/peek.out || break
	done
	exec 7>&-
	wait "$peek" || :
	cat /run/peek.out
	grep -q seen /run/peek.out
	! grep LEAK /run/peek.out || false
	stop
	untouched
}
