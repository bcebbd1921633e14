#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Both helpers called by an attacker: every circumstance of the call is his.

setup_file() { load helpers; box_start; }
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "usernet 'alice veth br0 3' 'bob veth br0 3'; drained"; }

maps='u:0:200000:65536 g:0:200000:65536'
# names of the system calls of the helper in a trace
calls_of() { box "grep -l 'execve(\"[^\"]*-helper' /opt/box/trace.* | xargs cat" | sed -n '/-helper"/,$p' | sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' | sed 1d; }
trace() { box "rm -f /opt/box/trace.*; strace -qq -ff -o /opt/box/trace -u alice /opt/helper-call $*"; }

@test "T-01 argc other than one is refused, whatever argv holds" {
	for argc in 2 1000; do
		run box "call argc=$argc \$net veth br0 eth0"; replied stage=1 status=1
		run box "call argc=$argc \$idmap map $maps"; replied stage=1 status=1
	done
	# The kernel makes argc 1 of 0.
	run box 'call argc=0 $net veth br0 eth0'; replied status=0
}

@test "T-02 a hostile environment changes no system call" {
	trace '$net veth br0 eth0'; plain=$(calls_of)
	box drained
	trace 'env=1 $net veth br0 eth0'
	[ "$plain" = "$(calls_of)" ]
	[ "$(wc -w <<<"$plain")" -gt 20 ]
}

@test "T-02 the helpers are static, small and without the symbols of trouble" {
	for helper in net-helper idmap-helper; do
		file="$top/build/libexec/$helper"
		! readelf -d "$file" | grep -q NEEDED
		! readelf -lW "$file" | grep -q INTERP
		[ "$(stat -c %s "$file")" -le 32768 ]
		readelf -hW "$file" | grep -q 'DYN\|EXEC'
		! strings "$file" | grep -E 'LD_LIBRARY|GLIBC_TUNABLES|LOCPATH|nsswitch'
	done
}

@test "T-03 only a network namespace passes, and no ioctl is issued before its type is known" {
	for kind in path:/etc/passwd path:/ opath:/proc/self/ns/net fifo socket tty path:/dev/null memfd pidfd \
		ns/mnt ns/uts ns/ipc ns/pid ns/user ns/cgroup path:/proc/self/status; do
		run box "call object=$kind \$net veth br0 eth0"; replied stage=6 status=7
	done
	trace 'object=path:/dev/null $net veth br0 eth0'
	! calls_of | grep -q ioctl
	trace 'object=tty $net veth br0 eth0'
	! calls_of | grep -q ioctl
	run box ports; [ "$output" = 0 ]
}

@test "T-08 every limit at its minimum ends in success or in a refusal that changed nothing" {
	for limit in fsize:0 nofile:3 nofile:4 nofile:5 nofile:6 nofile:7 nproc:1 as:1048576 stack:65536 cpu:1 memlock:0 sigpending:0 core:max; do
		run box "call limit=$limit \$net veth br0 eth0; call limit=$limit \$idmap map $maps; drained; ports"
		[ "${lines[2]}" = 0 ]
		for line in "${lines[@]:0:2}"; do
			[[ $line =~ status=(0|2|3|4|6|7)\  || $line =~ reply=none.*signal= ]] || { echo "$limit: $line"; false; }
		done
	done
}

@test "T-12 closed standard descriptors change nothing for others' files" {
	for set in 0 1 2 01 02 12 012; do
		run box "call closed=$set \$net veth br0 eth0; call closed=$set \$idmap map $maps; drained"
		[ "$(grep -c 'status=[01] ' <<<"$output")" = 2 ]
	done
}

@test "T-14 no, two or 253 descriptors, wrong sizes and wrong sockets are refused" {
	for object in none two many; do
		run box "call object=$object \$net veth br0 eth0"; replied stage=5 status=4
		run box "call object=$object \$idmap map $maps"; replied stage=5 status=4
	done
	for size in 0 1 8 79 81 4096; do run box "call size=$size \$net veth br0 eth0"; replied stage=5 status=4; done
	for size in 0 783 785 4096; do run box "call size=$size \$idmap map $maps"; replied stage=5 status=4; done
	for socket in stream dgram pipe tty tcp closed; do
		run box "call socket=$socket \$net veth br0 eth0 </dev/null"
		[[ $output != *status=0\ * && $output == *exit=1* ]]
	done
	run box 'call credentials=1 $net veth br0 eth0'; replied stage=5 status=4
	run box 'call messages=2 $net veth br0 eth0'; replied status=0
	run box drained
}

@test "T-31 every byte of a request has one meaning: padding, magic, version and characters are checked" {
	for poke in 0:0 4:2 6:9 8:37 23:1 24:0 25:37 39:65 40:47 71:65 72:1 78:67; do
		run box "call poke=$poke \$net veth br0 eth0 web"; replied stage=5 status=4
	done
	for name in 'a b' 'a/b' .. . eth%d 1234567890123456 $'a\nb'; do
		run box "call \$net veth br0 $(printf %q "$name")"; replied stage=5 status=4
	done
	for poke in 0:0 4:2 6:1 8:33 9:1 40:1 783:1; do run box "call poke=$poke \$idmap map $maps"; replied stage=5 status=4; done
	run box "call \$idmap map"; replied stage=5 status=4
}

@test "T-15 the caller cannot signal, stop, limit, trace or read a helper that has authorised it" {
	# Stopped by root three calls before its end, behind the switch of ids: the 13 attacks of the caller on it.
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		run box "n=\$(/opt/helper-call uid=1001 at=0:9 $request | sed 's/.*syscalls=\([0-9]*\).*/\1/'); drained
			until=stopped= hold c /opt/helper-call uid=1001 at=\$((n - 3)):19 $request
			p=\$(sed 's/.*stopped=\([0-9]*\).*/\1/' /opt/box/c); grep -E '^(Uid|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp):' /proc/\$p/status
			echo net=\$(id -u _lxc-net). idmap=\$(id -u _lxc-idmap).; as 1001 /opt/caller-attacks \$p; release c"
		[[ $output =~ net=([0-9]*)\. ]]; h=${BASH_REMATCH[1]} e=$h caps=0000000000001000
		if [[ $request == *map* ]]; then [[ $output =~ idmap=([0-9]*)\. ]]; h=${BASH_REMATCH[1]} e=1001 caps=00000000000000c0; fi
		[[ $output == *$'Uid:\t'"$h"$'\t'"$e"$'\t'"$h"$'\t'"$e"* ]] || { echo "$output"; false; }
		[[ $output == *$'CapPrm:\t'$caps* && $output == *$'CapEff:\t'$caps* ]]
		[[ $output == *$'CapInh:\t0000000000000000'* && $output == *$'CapAmb:\t0000000000000000'* ]]
		[[ $output == *$'NoNewPrivs:\t1'* && $output == *$'Seccomp:\t2'* ]]
		[[ $output == *"allowed=0 refused=13"* ]] || { echo "$output"; false; }
	done
}

@test "T-17 no_new_privs, a shared fs struct, a user namespace and a bounding set give a refusal, never half a privilege" {
	run box 'call nnp=1 $net veth br0 eth0'; replied stage=2 status=2
	run box "call nnp=1 \$idmap map $maps"; replied stage=2 status=2
	run box 'call clonefs=1 $net veth br0 eth0'; replied stage=2 status=2
	run box 'call userns=1 $net veth br0 eth0'; [[ $output != *status=0\ * ]]
	run box 'unshare -Ur /opt/helper-call object=own $net veth br0 eth0'; [[ $output != *status=0\ * ]]
	run box '/opt/helper-call uid=1001 object=own nobset=12 $net veth br0 eth0 || :; setpriv --bounding-set=-net_admin --reuid 1001 --regid 1001 --clear-groups /opt/helper-call $net veth br0 eth0'
	[[ $output == *exit=126* ]]
	run box ports; [ "$output" = 0 ]
}

@test "T-07 SIGKILL at each system call leaves nothing or a counted interface, never an orphan" {
	run box 'n=$(/opt/helper-call uid=1001 at=0:9 $net veth br0 eth0 | sed "s/.*syscalls=\([0-9]*\).*/\1/"); drained
		echo total=$n
		for k in $(seq $n); do /opt/helper-call uid=1001 at=$k:9 $net veth br0 eth0 >/dev/null
			bad=$(ip -o link show type veth | grep -v " master br0 ") && echo "orphan at $k: $bad"; drained || echo left at $k; done
		call $net veth br0 eth0'
	[[ $output != *orphan* && $output != *left* ]] || { echo "$output"; false; }
	replied status=0 used=1
	n=$(sed -n 's/total=//p' <<<"$output"); [ "$n" -gt 20 ] && [ "$n" -le 46 ]
}

@test "T-06 a helper stopped at any system call delays nobody else" {
	# A quota that bob does not meet while his earlier interfaces are being torn down.
	run box 'usernet "alice veth br0 3" "bob veth br0 99"
		n=$(/opt/helper-call uid=1001 at=0:9 $net veth br0 eth0 | sed "s/.*syscalls=\([0-9]*\).*/\1/"); drained
		for k in $(seq 1 $((n - 1))); do
			until=stopped= hold c /opt/helper-call uid=1001 at=$k:19 $net veth br0 eth0 || continue
			as 1002 timeout 2 /opt/helper-call $net veth br0 eth0 | grep -q status=0\  || echo "delayed at $k"; release c; wait; done; drained'
	[[ $output != *delayed* ]] || { echo "$output"; false; }
}

@test "a helper in a frozen cgroup delays nobody else" {
	base=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts); [ -n "$base" ] || skip "no cgroup2"
	run box "g=$base/lxp-helpers-\$BASHPID-test; mkdir \$g; until=pid= hold c call pause=1 \$net veth br0 eth0
		p=\$(sed 's/.*pid=\\([0-9]*\\).*/\\1/' /opt/box/c); echo \$p >\$g/cgroup.procs; echo 1 >\$g/cgroup.freeze
		as 1002 timeout 2 /opt/helper-call \$net veth br0 eth0; echo 0 >\$g/cgroup.freeze; kill -9 \$p; release c; wait; rmdir \$g"
	replied status=0
}

@test "strace of success and of every refusal shows no call beyond the documented ones" {
	allowed='execve|arch_prctl|set_tid_address|poll|rt_sigprocmask|getsockopt|close_range|prctl|capset|getgroups|open|openat|openat2|fstat|newfstatat|read|close|socket|connect|seccomp|recvmsg|fstatfs|ioctl|sendto|recvfrom|setresuid|exit_group|landlock_[a-z_]*|write|mprotect|mmap|brk'
	for args in '$net veth br0 eth0' '$net veth br1 eth0' 'object=host $net veth br0 eth0' 'object=two $net veth br0 eth0' \
		'size=9 $net veth br0 eth0' 'argc=2 $net veth br0 eth0' '$net veth br0 lo' "\$idmap map $maps" '$idmap map u:0:0:1' \
		'object=path:/etc $idmap map u:0:200000:1'; do
		trace "$args"
		calls=$(calls_of)
		! grep -vxE "$allowed" <<<"$calls" || { echo "$args: $calls"; false; }
		[ "$(wc -w <<<"$calls")" -le 41 ] || { echo "$args: $(wc -w <<<"$calls") calls"; false; }
		! sed -n '/^recvmsg$/,$p' <<<"$calls" | grep -vxE 'recvmsg|recvfrom|sendto|fstatfs|ioctl|setresuid|exit_group|openat2|write|landlock_[a-z_]*'
		box drained
	done
}

@test "T-22 the only paths ever opened are the policy files, and nothing of the caller's" {
	box "usernet '@team veth br0 3'"
	trace 'env=1 $net veth br0 eth0'
	opened=$(box "cat \$(grep -l 'execve(\"[^\"]*-helper\"' /opt/box/trace.*) | sed -n '/^execve(\"[^\"]*-helper\"/,\$p' | grep -oE '^open(at)?\(.*'")
	! grep -vE '"/etc/(passwd|group|lxc/lxc-usernet)", O_RDONLY' <<<"$opened" || { echo "$opened"; false; }
	[ "$(wc -l <<<"$opened")" = 3 ]
	trace "\$idmap map $maps"
	opened=$(box "cat \$(grep -l 'execve.*idmap-helper' /opt/box/trace.*) | sed -n '/^execve(\"[^\"]*-helper\"/,\$p' | grep -oE '^open(at)?\(.*'")
	! grep -vE '"/etc/(passwd|subuid|subgid)"|"(uid_map|gid_map|setgroups)", O_WRONLY' <<<"$opened" || { echo "$opened"; false; }
}

@test "T-34 a netlink socket of the caller's as descriptors 0-2 is never used" {
	run box 'call netlink=1 $net veth br0 eth0 2>&1; ports'
	[[ $output != *error=1\ * ]]
	trace 'netlink=1 $net veth br0 eth0' || :
	! calls_of | grep -qx write
}

@test "blocked and ignored signals and a running timer change nothing" {
	run box 'call signals=1 $net veth br0 eth0'; replied status=0
	run box "call signals=1 \$idmap map $maps"; replied status=0
}

@test "T-16 a helper leaves no core" {
	run box 'echo /opt/box/core.%p >/opt/box/pattern; call limit=core:max size=4 $net veth br0 eth0; ls /opt/box/core.* 2>/dev/null'
	[[ $output != *core.* ]]
}

@test "file capabilities alone and setuid root grant the same and refuse the same" {
	for mode in a b; do
		run box "call /opt/$mode/net-helper veth br0 eth0; drained"; replied status=0
		run box "call /opt/$mode/net-helper veth br1 eth0"; replied status=8
		run box "call object=host /opt/$mode/net-helper veth br0 eth0"; replied status=7
		run box "call /opt/$mode/idmap-helper map $maps"; replied status=0
		run box "call /opt/$mode/idmap-helper map u:0:0:1"; replied status=14
		run box "call nnp=1 /opt/$mode/net-helper veth br0 eth0"; replied status=2
	done
	run box 'until=pid= hold c call pause=1 /opt/b/net-helper veth br0 eth0; grep -E "^(Uid|CapPrm)" /proc/$(sed "s/.*pid=//; s/ .*//" /opt/box/c)/status; release c'
	[[ $output == *$'Uid:\t1001\t1001\t1001\t1001'* && $output == *$'CapPrm:\t0000000000001000'* ]] || { echo "$output"; false; }
}

@test "T-35 the installer verifies what it installed, and refuses a directory that others can write" {
	run box "O=$top/build LIBEXECDIR=/opt $top/setuid-helpers/install-helpers check"
	[[ $output == *"net-helper: setuid _lxc-net, cap_net_admin"* && $output == *"idmap-helper: setuid _lxc-idmap, cap_setgid,cap_setuid"* ]]
	run box "mkdir -p /opt/open; chmod 777 /opt/open; O=$top/build LIBEXECDIR=/opt/open $top/setuid-helpers/install-helpers install"
	[ "$status" != 0 ]; [[ $output == *"must belong to root and not be writable by others"* ]]
}
