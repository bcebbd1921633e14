#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each key that works has an effect that is seen inside or outside a container.

setup_file() {
	load '../lib/common'
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n box' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

@test "lxc.uts.name is the host name" {
	[ "$(with lxc.uts.name=other -- hostname)" = other ]
}

@test "lxc.arch is the personality" {
	[ "$(with lxc.arch=i686 -- uname -m)" = i686 ]
	[ "$(with lxc.arch=i686 -- 'cat /proc/1/personality' 2>/dev/null || echo 00000008)" = 00000008 ]
}

@test "lxc.environment and lxc.environment.runtime reach init and attached commands, and container=lxc" {
	run with 'lxc.environment=A=1 2' 'lxc.environment.runtime=B=3' -- "tr '\\\\0' '\\\\n' </proc/1/environ; env"
	[ "$(grep -cx 'A=1 2' <<<"$output")" = 2 ]
	[ "$(grep -cx 'B=3' <<<"$output")" = 2 ]
	[ "$(grep -cx 'container=lxc' <<<"$output")" = 2 ]
	[[ "$output" == *"container_ttys=pts/"* ]]
	[[ "$(with -- "tr '\\\\0' '\\\\n' </proc/1/environ")" != *PATH=* ]]
}

@test "lxc.init.cmd, lxc.init.uid, lxc.init.gid, lxc.init.cwd are what init is" {
	run with 'lxc.init.cmd=/bin/sleep "20" 30' lxc.init.uid=12 lxc.init.gid=34 lxc.init.cwd=/made/for/it -- \
		"tr '\\\\0' ' ' </proc/1/cmdline; echo; grep -E '^(Uid|Gid|Groups)' /proc/1/status; readlink /proc/1/cwd"
	[ "${lines[0]}" = "/bin/sleep 20 30 " ]
	[[ "$output" == *$'Uid:\t12\t12\t12\t12'* ]]
	[[ "$output" == *$'Gid:\t34\t34\t34\t34'* ]]
	[[ "${lines[-1]}" == /made/for/it ]]
}

@test "lxc.cap.drop takes capabilities from init and from attached commands, lxc.cap.keep all others" {
	run with 'lxc.cap.drop=' 'lxc.cap.drop=sys_time 21' -- 'grep CapBnd /proc/1/status /proc/self/status'
	for line in "${lines[@]}"; do
		mask=$((16#${line##*	}))
		[ $((mask >> 25 & 1)) = 0 ] && [ $((mask >> 21 & 1)) = 0 ] && [ $((mask >> 12 & 1)) = 1 ]
	done
	run with 'lxc.cap.drop=' 'lxc.cap.keep=kill setuid' -- 'grep CapEff /proc/self/status'
	[ $((16#${output##*	})) = $((1 << 5 | 1 << 7)) ]
}

@test "lxc.no_new_privs holds for init and attached commands" {
	run with lxc.no_new_privs=1 -- 'grep NoNewPrivs /proc/1/status /proc/self/status'
	[ "$(grep -c '1$' <<<"$output")" = 2 ]
}

@test "lxc.mount.entry: bind, read-only, tmpfs with options, create=, optional, relative" {
	me 'mkdir -p ~/data; echo mine >~/data/file; chmod 700 ~/data'
	run with 'lxc.mount.entry=/home/lxc-dnscrypt/data srv/data none bind,ro,create=dir 0 0' \
		'lxc.mount.entry=tmpfs mnt/t tmpfs size=1m,mode=700,create=dir 0 0' \
		'lxc.mount.entry=/no/such gone none bind,optional,create=dir' \
		'lxc.mount.entry=/home/lxc-dnscrypt/data/file etc/one\040file none bind,create=file' \
		'lxc.mount.entry=etc mnt/etc none bind,relative,create=dir' -- \
		'ls -l /srv/data; grep srv/data /proc/mounts; stat -c %a /mnt/t; df -k /mnt/t | tail -1; ls /etc/one*; ls /mnt/etc; ls -d /gone'
	[[ "$output" == *" file"* ]]
	[[ "$output" =~ srv/data\ [a-z0-9]+\ ro, ]]
	[[ "$output" == *$'\n700\n'* ]]
	[[ "$output" == *" 1024 "* ]]
	[[ "$output" == *"/etc/one file"* ]]
	[[ "$output" == *inittab* ]]
}

@test "a mount that is missing and not optional is refused with its line, and nothing stays" {
	run me "lxc-start -n box -s 'lxc.mount.entry=tmpfs no/such/dir tmpfs defaults'"
	[ "$status" -eq 1 ]
	[[ "$output" == *"create=dir"* ]]
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

@test "lxc.mount.auto: proc and sys in their modes" {
	run with lxc.mount.auto= 'lxc.mount.auto=proc:mixed sys:ro' -- "grep -E ' /(proc|sys)[^ ]* ' /proc/mounts"
	[[ "$output" == *"proc /proc/sys proc ro,"* ]]
	[[ "$output" == *"proc /proc/sys/net proc rw,"* ]]
	[[ "$output" == *"sysfs /sys sysfs ro,"* ]]
	run with lxc.mount.auto= 'lxc.mount.auto=proc:rw sys:mixed' -- "grep -E ' /(proc|sys)[^ ]* ' /proc/mounts"
	[[ "$output" == *"proc /proc proc rw,"* ]]
	[[ "$output" != *"/proc/sys "* ]]
	[[ "$output" == *"sysfs /sys sysfs ro,"* ]]
	[[ "$output" == *"sysfs /sys/devices/virtual/net sysfs rw,"* ]]
}

@test "lxc.tty.max, lxc.tty.dir and lxc.pty.max: terminals where they are asked for" {
	run with lxc.tty.max=3 lxc.tty.dir=lxc lxc.pty.max=7 -- 'ls -l /dev /dev/lxc; grep devpts /proc/mounts | head -1'
	[[ "$output" == *"tty3 -> lxc/tty3"* ]]
	[[ "$output" == *"console -> lxc/console"* ]]
	[[ "$output" == *"max=26"* ]]
	run with lxc.tty.max=0 -- 'ls /dev'
	[[ "$output" != *tty1* ]]
}

@test "lxc.autodev and its size: a tmpfs with the devices every program expects, or the tree's own /dev" {
	run with lxc.autodev.tmpfs.size=1000000 -- 'grep -w /dev /proc/mounts; ls /dev; echo x >/dev/null; head -c 3 /dev/zero | wc -c; ls -l /dev/fd'
	[[ "$output" == *"size=980k"* || "$output" == *"size=976k"* || "$output" == *"size=1000k"* ]]
	for name in null zero full random urandom tty console ptmx pts fd stdin stdout stderr; do grep -qx "$name" <<<"$output"; done
	run with lxc.autodev=0 -- "mount | grep -c ' on /dev type'; ls /dev"
	[ "${lines[0]}" = 0 ]
}

@test "lxc.console.logfile and lxc.console.path get what the console prints; none is no console" {
	me 'lxc-start -q -n box -L /home/lxc-dnscrypt/console.log -c /home/lxc-dnscrypt/console.copy'
	me 'lxc-attach -n box -- sh -c "echo to the console >/dev/console"'
	wait_for 5 grep -q 'to the console' /home/lxc-dnscrypt/console.log
	wait_for 5 grep -q 'to the console' /home/lxc-dnscrypt/console.copy
	[ "$(stat -c %a /home/lxc-dnscrypt/console.log)" = 640 ]
	me 'lxc-stop -k -n box'
	run with lxc.console.path=none -- 'readlink /proc/1/fd/0'
	[ "$output" = /dev/null ]
}

@test "lxc.log.file and lxc.log.level: the log of a start" {
	me "lxc-start -q -n box -s lxc.log.file=/home/lxc-dnscrypt/logs/box.log -s lxc.log.level=INFO"
	grep -qE '^lxc-start box [0-9]{14}\.[0-9]{3} INFO     supervisor - state RUNNING' /home/lxc-dnscrypt/logs/box.log
}

@test "lxc.signal.halt, lxc.signal.reboot and lxc.signal.stop are what init gets" {
	me "lxc-start -q -n box -s lxc.signal.halt=SIGUSR2 -- /bin/sh -c 'trap \"exit 0\" USR2; while :; do sleep 0.1; done'"
	me 'timeout 5 lxc-stop -n box --nokill -t 4'
	me "lxc-start -q -n box -s lxc.signal.stop=SIGTERM -- /bin/sh -c 'trap \"echo got it >/got; exit 0\" TERM; while :; do sleep 0.1; done'"
	sleep 0.3
	me 'timeout 5 lxc-stop -k -n box'
	[ "$(with -- 'cat /got; rm /got')" = "got it" ]
	me "lxc-start -q -n box -s lxc.signal.reboot=SIGUSR1 -- /bin/sh -c 'trap \"echo again >/got; exit 0\" USR1; while :; do sleep 0.1; done'"
	sleep 0.3
	run me 'timeout 5 lxc-stop -r -n box'
	[[ "$output" == *"stopped instead of rebooting"* ]]
	[ "$(with -- 'cat /got; rm /got')" = again ]
}

@test "lxc.signal.pdeath 0 keeps init when the supervisor dies" {
	me 'lxc-start -q -n box -s lxc.monitor.signal.pdeath=0'
	pid=$(me 'lxc-info -n box -pH')
	pkill -KILL -u lxc-dnscrypt -f 'lxc monitor.* box$'
	sleep 0.3
	[ -d "/proc/$pid" ]
	kill -9 "$pid"
}

@test "lxc.rootfs.options ro makes the root read-only, lxc.rootfs.mount is where it is mounted" {
	run with lxc.rootfs.options=ro -- 'touch /x; touch /dev/x && echo dev fine; rm /dev/x'
	[[ "$output" == *"Read-only file system"* && "$output" == *"dev fine"* ]]
	me 'mkdir -p ~/mountpoint'
	[ "$(with lxc.rootfs.mount=/home/lxc-dnscrypt/mountpoint -- echo fine)" = fine ]
}

@test "lxc.cgroup limits are in force where the groups are delegated" {
	memory=memory.limit_in_bytes
	[ $LIMIT = lxc.cgroup ] || memory=memory.max
	as_delegated lxc-dnscrypt "lxc-start -q -n box -s $LIMIT.pids.max=40 -s $LIMIT.$memory=64M"
	pid=$(me 'lxc-info -n box -pH')
	[ "$(cat "$(group_in pids "$pid")/pids.max")" = 40 ]
	[ "$(cat "$(group_in memory "$pid")/$memory")" = $((64 << 20)) ]
	run me 'timeout 20 lxc-attach -n box -- sh -c "for i in \$(seq 100); do sleep 2 & done; wait"'
	grep -q "can't fork" <<<"$output"
}

@test "lxc.include brings another file in, with its place in messages" {
	me 'printf "lxc.uts.name = included\n" >~/more.conf; printf "lxc.tty.max = x\n" >~/broken.conf'
	[ "$(with lxc.include=/home/lxc-dnscrypt/more.conf -- hostname)" = included ]
	run me 'lxc-start -n box -s lxc.include=/home/lxc-dnscrypt/broken.conf'
	[ "$status" -eq 1 ]
	[[ "$output" == *"/home/lxc-dnscrypt/broken.conf:1: lxc.tty.max = x"* ]]
}

@test "network none shares the host's network, empty has lo only, no line leaves lo down" {
	[ "$(with lxc.net= lxc.net.0.type=none -- 'ip link show lxcbr0 | head -1' | grep -c lxcbr0)" = 1 ]
	[ "$(with lxc.net= lxc.net.0.type=empty 'lxc.init.cmd=/bin/sleep 9' -- 'ip -o link | wc -l; ip -o link | grep -c LOOPBACK,UP' | tr '\n' ' ')" = "1 1 " ]
	[ "$(with lxc.net= 'lxc.init.cmd=/bin/sleep 9' -- 'ip -o link | grep -c LOOPBACK,UP')" = 0 ]
}

@test "lxc.execute.cmd is what lxc-execute runs when no command is given" {
	[ "$(me 'lxc-execute -q -n box -s "lxc.execute.cmd=/bin/sh -c \"echo from the key\""')" = "from the key" ]
}

@test "lxc.group, lxc.start.* are shown by lxc-ls" {
	printf 'lxc.group = onboot web\nlxc.start.auto = 1\n' | me 'cat >>.local/share/lxc/box/config'
	run me 'lxc-ls -f -F NAME,AUTOSTART,GROUPS -g web'
	[[ "$output" =~ box\ +1\ +onboot,\ web ]]
}
