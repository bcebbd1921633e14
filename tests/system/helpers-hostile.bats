#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Both helpers called by an attacker: every circumstance of the call is his.

setup_file() { load helpers; box_start; }
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "usernet 'alice veth br0 3' 'bob veth br0 3'; drained"; }

maps='u:0:200000:65536 g:0:200000:65536'
own='u:0:1001:1 g:0:1001:1'

# trace ARGUMENTS: one call of alice's under strace; $output is what it printed
trace() { run box "rm -f /opt/box/trace.*; strace -qq -ff -o /opt/box/trace -u alice /opt/helper-call $*"; }
# the lines of the helper itself in the last trace
lines_of() { box 'cat $(grep -l "execve(\"[^\"]*-helper\"" /opt/box/trace.*)' | sed '1,/^execve("[^"]*-helper"/d'; }
# their names
calls_of() { lines_of | sed -n 's/^\([a-z0-9_]*\)(.*/\1/p'; }
# what differs from one call to the next: process ids, addresses, the hardware address
settled() { lines_of | sed -E 's/0x[0-9a-f]{6,}/ADDRESS/g; s/nlmsg_pid=[0-9]+/PID/g; s/^set_tid_address.*/set_tid_address/; s/"(\\[^"]*|vpxl[^"]*)"/DATA/g; s/\[[^]]*\\x[^]]*\]/DATA/g; s/(nla_type=NDA_LLADDR\}, )[0-9a-f:]+/\1MAC/g; s/f_fsid=[^}]*}/FSID/; s/^(recvfrom\(5, ).*/\1/'; }

@test "T-01 argc other than one is refused, whatever argv holds and however long it is" {
	for argc in 2 3 1000; do
		run box "call argc=$argc \$net veth br0 eth0"; replied stage=1 status=1
		run box "call argc=$argc \$idmap map $maps"; replied stage=1 status=1
	done
	trace 'argc=10 arglen=120000 $net veth br0 eth0'; replied stage=1 status=1
	none -E '^(open|openat|socket|write)$' <<<"$(calls_of)"
	# One word of 128 KiB is not looked at. The kernel makes argc 1 of 0.
	run box 'call argc=1 arglen=131000 $net veth br0 eth0'; replied status=0
	run box 'call argc=0 $net veth br0 eth0'; replied status=0
}

@test "T-02 a hostile environment changes no byte of any system call" {
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		box drained
		trace "$request"; replied status=0; plain=$(settled)
		box drained
		trace "env=1 $request"; replied status=0
		diff <(echo "$plain") <(settled)
		[ "$(wc -l <<<"$plain")" -gt 15 ]
	done
}

@test "T-02 the helpers are static, position independent and small, with no word of a loader in them" {
	for helper in net-helper idmap-helper; do
		file="$top/build/libexec/$helper"
		[ "$(readelf -hW "$file" | awk '/Type:/ { print $2 }')" = DYN ]
		none NEEDED <<<"$(readelf -dW "$file")"
		none -E 'INTERP|RWE' <<<"$(readelf -lW "$file")"
		readelf -lW "$file" | grep -q GNU_RELRO
		[ "$(stat -c %s "$file")" -le 32768 ]
		none -iE 'LD_[A-Z]|GLIBC_TUNABLES|LOCPATH|nsswitch|/lib/|/bin/|\.so|%s|%d' <<<"$(strings "$file")"
	done
}

@test "T-36 no allocation, environment, loader, name service, log, locale or program is linked into a helper" {
	make -s -C "$top" O=/tmp/unstripped HELPER_LDFLAGS='-Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=none' helpers >/dev/null
	for helper in net-helper idmap-helper; do
		# The same code as what is installed, with its symbols.
		cmp <(objcopy -O binary -j .text "/tmp/unstripped/libexec/$helper" /dev/stdout) <(objcopy -O binary -j .text "$top/build/libexec/$helper" /dev/stdout)
		symbols=$(nm "/tmp/unstripped/libexec/$helper" | awk '{ print $NF }')
		grep -qx helper_end <<<"$symbols" && grep -qx main <<<"$symbols"
		none -xE '_*(libc_)?(malloc|calloc|realloc|free|memalign|mmap|brk|sbrk|(secure_)?getenv|putenv|setenv|dlopen|dlsym|v?syslog|exec[lv][a-z]*|fexecve|execveat|posix_spawn.*|v?fork|clone|system|popen|setlocale|newlocale|iconv.*|gettext|getpw.*|getgr[egn].*|nss.*|getaddrinfo|v?[fsd]?n?printf.*|v?[fs]?scanf|strerror.*|localtime.*|tz.*|fopen|fdopen|opendir|readlink|rename|unlink|creat|openat|getopt.*|longjmp|pthread_create)' <<<"$symbols"
	done
	rm -rf /tmp/unstripped
}

@test "T-03 only a network namespace passes, and no ioctl is issued before its type is known" {
	for kind in path:/etc/passwd path:/ opath:/proc/self/ns/net fifo socket netlink tty path:/dev/null path:/dev/urandom memfd pidfd \
		path:/proc/self/status path:/proc/self ns/mnt ns/uts ns/ipc ns/pid ns/user ns/cgroup; do
		trace "object=$kind \$net veth br0 eth0"; replied stage=6 status=7
		calls=$(calls_of)
		grep -qx fstatfs <<<"$calls"
		# Of a namespace its type is asked (which a mere path of one does not answer), of anything else nothing.
		case $kind in
		ns/* | opath:*) [ "$(grep -cx ioctl <<<"$calls")" = 1 ]; grep -q 'NS_GET_NSTYPE' <<<"$(lines_of)" ;;
		*) none -x ioctl <<<"$calls" ;;
		esac
		none -E '^(setresuid|sendto\(5)' <<<"$(lines_of)"
	done
	trace 'object=own $net veth br0 eth0'; replied status=0
	[ "$(calls_of | grep -nx fstatfs | cut -d: -f1)" -lt "$(calls_of | grep -nx ioctl | head -1 | cut -d: -f1)" ]
}

@test "T-08 every limit at its minimum ends in success or in a refusal that changed nothing" {
	for limit in fsize:0 nofile:3 nofile:4 nofile:5 nofile:6 nofile:7 nofile:8 nofile:9 nproc:1 as:1048576 as:65536 stack:65536 cpu:1 memlock:0 sigpending:0 core:max; do
		run box "drained; call show=1 limit=$limit \$net veth br0 eth0; call limit=$limit show=1 \$idmap map $maps"
		for line in "${lines[@]:0:2}"; do
			[[ $line =~ status=(0|2|3|4|6|7)\  || $line =~ reply=none.*signal= || $line =~ reply=none.*exit=126 ]] || { echo "$limit: $line"; false; }
		done
		if [[ ${lines[0]} == *status=0\ * ]]; then [[ ${lines[0]} == *"interfaces=1 attached=1"* ]]; else [[ ${lines[0]} == *interfaces=0* ]]; fi
		if [[ ${lines[1]} == *status=0\ * ]]; then [[ ${lines[1]} == *"uids=0:200000:65536, gids=0:200000:65536, "* ]]; 
		# Out of descriptors between the two maps: the process must be killed, docs/PROTOCOL.md says.
		elif [[ ${lines[1]} == *stage=9* ]]; then [[ ${lines[1]} =~ "error=24 ".*uids=\ gids=(0:200000:65536,)?\  && $limit == nofile:* ]] || { echo "$limit: $output"; false; }
		else [[ ${lines[1]} == *"uids= gids= "* ]] || { echo "$limit: $output"; false; }; fi
	done
}

@test "T-08 running out of descriptors in the middle of a check is never taken for its success" {
	for n in 3 4 5 6 7 8 9 10 11 12; do
		for object in grandchild host ns/user; do
			run box "call limit=nofile:$n object=$object \$net veth br0 eth0"
			[[ $output != *status=0\ * && $output == *"exit=1"* ]] || { echo "$n $object: $output"; false; }
		done
	done
	run box ports; [ "$output" = 0 ]
}

@test "T-12 closed standard descriptors are filled with /dev/null, and nothing is written to any of them" {
	for set in 0 1 2 01 02 12 012; do
		run box "call closed=$set \$net veth br0 eth0; call closed=$set \$idmap map $maps; drained"
		[ "$(grep -c 'status=0 ' <<<"$output")" = 2 ]
	done
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		trace "closed=012 $request"; replied status=0
		[ "$(lines_of | grep -c '^open("/dev/null", O_RDWR.*) *= [012]$')" = 3 ]
		none -E '^(write|writev|sendto|dup2?|fcntl|ioctl)\([012][,)]' <<<"$(lines_of)"
	done
}

@test "T-13 neither the target nor the caller has a descriptor more or less afterwards" {
	run box "call show=1 \$net veth br0 eth0; call show=1 \$idmap map $maps; call show=1 object=many \$net veth br0 eth0; call show=1 size=9 \$idmap map $maps"
	[ "$(grep -c 'descriptors=same' <<<"$output")" = 4 ]
}

@test "T-14 no, two or 253 descriptors, wrong sizes and wrong sockets are refused" {
	for object in none two many; do
		run box "call object=$object \$net veth br0 eth0"; replied stage=5 status=4
		run box "call object=$object \$idmap map $maps"; replied stage=5 status=4
	done
	for size in 0 1 8 103 105 4096; do run box "call size=$size \$net veth br0 eth0"; replied stage=5 status=4; done
	for size in 0 783 785 4096; do run box "call size=$size \$idmap map $maps"; replied stage=5 status=4; done
	for socket in stream dgram pipe tty tcp netlink closed; do
		run box "call show=1 socket=$socket \$net veth br0 eth0 </dev/null; call show=1 socket=$socket \$idmap map $maps </dev/null"
		[ "$(grep -c 'exit=1' <<<"$output")" = 2 ]
		[[ $output != *status=0\ * && $output == *interfaces=0* && $output == *"uids= gids= "* ]]
	done
	for more in credentials passpidfd; do
		run box "call $more=1 \$net veth br0 eth0"; replied stage=5 status=4
		run box "call $more=1 \$idmap map $maps"; replied stage=5 status=4
	done
	run box 'call messages=2 show=1 $net veth br0 eth0'; replied status=0 interfaces=1
	run box drained
}

@test "T-31 every byte of a request has one meaning: padding, magic, version and characters are checked" {
	for poke in 0:0 4:1 6:9 8:37 23:1 24:0 25:37 39:65 40:47 40:46 55:65 56:47 87:65 88:1 94:67 103:1 103:8; do
		run box "call poke=$poke \$net veth br0 eth0 web"; replied stage=5 status=4
	done
	run box 'call pair=a.b $net veth br0 eth0'; replied stage=5 status=4
	for name in 'a b' 'a/b' .. . eth%d 1234567890123456 $'a\nb' $'\xc3\xa4' 'a:0' 'a@b' 'a*' ''; do
		run box "call \$net veth br0 $(printf %q "$name")"; replied stage=5 status=4
		run box "call \$net veth $(printf %q "$name") eth0"; replied stage=5 status=4
	done
	for poke in 0:0 4:1 6:1 8:33 9:1 11:1 12:33 40:1 783:1; do run box "call poke=$poke \$idmap map $maps"; replied stage=5 status=4; done
	run box "call \$idmap map"; replied stage=5 status=4
}

@test "a helper holds at each of its system calls exactly the ids, capabilities and confinement it should" {
	for request in '$net veth br0 eth0' "\$idmap map $maps $own"; do
		run box "echo self=\$(id -u _lxc-net). \$(id -u _lxc-idmap).; /opt/helper-call uid=1001 timeline=1 $request"
		[[ $output =~ self=([0-9]+)\.\ ([0-9]+)\. ]]
		h=${BASH_REMATCH[1]} e=$h caps=0000000000001000
		if [[ $request == *map* ]]; then h=${BASH_REMATCH[2]} e=1001 caps=00000000000000c0; fi
		none=0000000000000000 gid=Gid:,1001,1001,1001,1001
		state=start seen=0
		while read -r at rest; do
			case $at in at=recvmsg) state=confined ;; esac
			case $state in
			start) want= ;;
			held) want="Uid:,1001,$h,$h,$h $gid CapInh:,$none CapPrm:,$caps CapEff:,$caps CapAmb:,$none" ;;
			confined) want="Uid:,1001,$h,$h,$h $gid CapInh:,$none CapPrm:,$caps CapEff:,$caps CapAmb:,$none NoNewPrivs:,1 Seccomp:,2" ;;
			critical) want="Uid:,$h,$e,$h,$e $gid CapInh:,$none CapPrm:,$caps CapEff:,$caps CapAmb:,$none NoNewPrivs:,1 Seccomp:,2" ;;
			esac
			[[ $rest == "$want"* ]] || { echo "$state, $at: $rest, not $want"; false; }
			case $at in at=capset) state=held ;; at=setresuid) state=critical seen=0 ;; esac
			seen=$((seen + 1))
		done < <(grep '^at=' <<<"$output")
		[ "$state" = critical ]
		[ "$seen" -ge 6 ]
		grep -q '^at=exit_group' <<<"$output"
		replied status=3 || replied status=0 # two extents of the map overlap
		box drained
	done
}

@test "any other system call kills a confined helper, and leaves no core" {
	names='execve execveat open openat socket connect bind listen accept clone fork vfork clone3 mmap mprotect mremap brk prctl ptrace process_vm_writev setns unshare
		mount umount2 pivot_root chroot chdir setuid setgid setgroups setreuid setfsuid capset kill tgkill pidfd_send_signal pidfd_getfd dup dup2 fcntl close read pwrite64
		sendmsg sendmmsg recvmmsg splice bpf perf_event_open seccomp unlink rename link symlink mknod chmod chown truncate keyctl add_key io_uring_setup userfaultfd
		init_module kexec_load reboot sethostname setrlimit prlimit64 setxattr memfd_create open_by_handle_at rt_sigaction rt_sigreturn'
	numbers=$( (echo '#include <sys/syscall.h>'; for name in $names; do echo "number __NR_$name"; done) | gcc -E -P - | sed -n 's/^number \([0-9]*\)$/\1/p')
	[ "$(wc -w <<<"$numbers")" -gt 60 ]
	run box "for n in $(echo $numbers); do /opt/helper-call uid=1001 limit=core:max swap=recvmsg:\$n show=1 \$net veth br0 eth0; /opt/helper-call uid=1001 limit=core:max swap=recvmsg:\$n show=1 \$idmap map $maps; done"
	[ "$(grep -c 'swapped=1 reply=none .*uids= gids= .*interfaces=0 .*core=0 signal=31' <<<"$output")" = $((2 * $(wc -w <<<"$numbers"))) ] || { grep -v signal=31 <<<"$output"; false; }
	# A program of the caller's own would have left one.
	run box 'cd /opt/box/tmp; ulimit -c unlimited; as 1001 perl -e "system(q(perl), q(-e), q(kill 11, \$\$)); print q(core=), !!(\$? & 128), qq(.\n)"; rm -f core*'
	[[ $output == *core=1.* ]]
}

@test "of all numbers of system calls a filter lets 7 pass, of its own architecture only, on four architectures" {
	table="$top/build/setuid-helpers/seccomp-table" allows="$top/tests/attack/filter-allows"
	for arch in x86_64:0xc000003e aarch64:0xc00000b7 riscv64:0xc00000f3 arm:0x40000028; do
		[ "$("$table" net "${arch%:*}" | "$allows" "${arch#*:}" | wc -l)" = 7 ]
		[ "$("$table" idmap "${arch%:*}" | "$allows" "${arch#*:}" | wc -l)" = 7 ]
		[ -z "$("$table" net "${arch%:*}" | "$allows" 0x40000003)$("$table" idmap "${arch%:*}" | "$allows" 0x40000003)" ]
		[ "$arch" = "$(uname -m):${arch#*:}" ] || continue
		for helper in "net recvmsg fstatfs ioctl setresuid sendto recvfrom exit_group" "idmap recvmsg fstatfs setresuid openat2 write sendto exit_group"; do
			set -- $helper
			# What is compiled into the helper is this table.
			diff <("$table" "$1") "$top/build/setuid-helpers/$1-filter.h"
			diff <("$table" "$1" | "$allows" "${arch#*:}" | sort -n) <( (echo '#include <sys/syscall.h>'; printf 'number __NR_%s\n' "${@:2}") | gcc -E -P - | sed -n 's/^number //p' | sort -n)
		done
	done
}

@test "T-15 the caller cannot signal, stop, limit, trace or read a helper that has authorised it, up to its last call" {
	# Held by root at each call behind the switch of ids: the 13 attacks of the caller on it.
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		run box "/opt/helper-call uid=1001 timeline=1 $request | sed -n '/^at=setresuid/,\$p' | grep -c ^at=; drained
			/opt/helper-call uid=1001 timeline=1 $request | grep -c ^at="
		after=${lines[0]} total=${lines[1]}
		[ "$after" -ge 6 ]
		for k in $(seq $((total - after + 2)) $((total - 1))); do
			run box "drained; until=stopped= hold c /opt/helper-call uid=1001 at=$k:19 $request; as 1001 /opt/caller-attacks \$(sed 's/.*stopped=\([0-9]*\).*/\1/' /opt/box/c); release c"
			[[ $output == *"allowed=0 refused=13"* ]] || { echo "$request at $k of $total: $output"; false; }
		done
	done
}

@test "T-17 no_new_privs, a shared fs struct, a tracer, a user namespace and a bounding set give a refusal, never half a privilege" {
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		run box "call show=1 nnp=1 $request"; replied stage=2 status=2 interfaces=0 uids=
		run box "call show=1 clonefs=1 $request"; replied stage=2 status=2 interfaces=0 uids=
		run box "as 1001 strace -f -qq -o /dev/null /opt/helper-call show=1 $request"; replied stage=2 status=2 interfaces=0 uids=
		run box "call userns=1 show=1 $request"; replied interfaces=0 uids=; [[ $output != *status=0\ * ]]
		run box "unshare -Ur /opt/helper-call show=1 object=host $request"; [[ $output != *status=0\ * ]]
		run box "as 1001 unshare -Ur /opt/helper-call show=1 object=host $request"; [[ $output != *status=0\ * ]]
		for missing in net_admin setuid setgid; do
			case "$request $missing" in *map*net_admin | *veth*set?id) continue ;; esac
			run box "setpriv --bounding-set=-$missing --reuid 1001 --regid 1001 --clear-groups /opt/helper-call show=1 $request"
			replied exit=126 interfaces=0 uids=
			# Installed setuid root: root with less than everything.
			run box "setpriv --bounding-set=-$missing --reuid 1001 --regid 1001 --clear-groups /opt/helper-call show=1 ${request/\$/\$b_}"
			replied stage=2 status=2 interfaces=0 uids=
		done
	done
	run box ports; [ "$output" = 0 ]
}

@test "T-07 SIGKILL at each system call of net-helper leaves nothing or a counted interface, never an orphan" {
	run box 'n=$(/opt/helper-call uid=1001 timeline=1 $net veth br0 eth0 | grep -c ^at=); drained; echo total=$n
		for k in $(seq $n); do echo "k=$k $(/opt/helper-call show=1 uid=1001 at=$k:9 $net veth br0 eth0)"; drained || echo left at $k; done
		call $net veth br0 eth0'
	[[ $output != *left* ]] || { echo "$output"; false; }
	none -vE 'interfaces=(0 attached=0|1 attached=1) ' <<<"$(grep '^k=' <<<"$output")"
	[ "$(grep -c 'interfaces=1' <<<"$output")" -ge 2 ]
	[ "$(grep -c 'interfaces=0 .*signal=9' <<<"$output")" -ge 15 ]
	replied status=0 used=1
}

@test "T-07 SIGKILL at each system call of idmap-helper leaves no map, or the gid map with setgroups denied, or both" {
	run box "n=\$(/opt/helper-call uid=1001 timeline=1 \$idmap map $own | grep -c ^at=); echo total=\$n
		for k in \$(seq \$n); do echo \"k=\$k \$(/opt/helper-call show=1 uid=1001 at=\$k:9 \$idmap map $own)\"; done"
	none -vE 'uids= gids= setgroups=(allow|deny) |uids= gids=0:1001:1, setgroups=deny |uids=0:1001:1, gids=0:1001:1, setgroups=deny ' <<<"$(grep '^k=' <<<"$output")"
	grep -q 'uids= gids=0:1001:1, ' <<<"$output"
	grep -q 'uids=0:1001:1, gids=0:1001:1, .*signal=9' <<<"$output"
}

@test "T-06 a helper stopped at any system call delays nobody else" {
	# A quota that bob does not meet while his earlier interfaces are being torn down.
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		run box "usernet 'alice veth br0 3' 'bob veth br0 999'; sed -i 's/^bob:.*/bob:200000:65536/' /etc/sub?id
			n=\$(/opt/helper-call uid=1001 timeline=1 $request | grep -c ^at=); echo total=\$n; drained
			for k in \$(seq 1 \$((n - 1))); do
				until=stopped= hold c /opt/helper-call uid=1001 at=\$k:19 $request || { echo not stopped at \$k; continue; }
				for i in 1 2; do as 1002 timeout 2 /opt/helper-call $request | grep -q status=0\  || echo delayed at \$k; done; release c; wait; done
			sed -i 's/^bob:.*/bob:300000:65536/' /etc/sub?id; drained"
		[[ $output != *"delayed"* && $output != *"not stopped"* ]] || { echo "$output"; false; }
		[[ $output =~ total=[2-5][0-9] ]]
	done
}

@test "T-06 a helper in a frozen cgroup, at each call behind its decision, delays nobody else" {
	base=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts); [ -n "$base" ]
	run box "usernet 'alice veth br0 3' 'bob veth br0 99'
		timeline=\$(/opt/helper-call uid=1001 timeline=1 \$net veth br0 eth0 | grep ^at=); n=\$(wc -l <<<\"\$timeline\"); first=\$(grep -n ^at=setresuid <<<\"\$timeline\" | cut -d: -f1); drained
		g=$base/lxp-helpers-\$\$-test; mkdir \$g
		for k in \$(seq \$first 2 \$((n - 1))); do
			until=stopped= hold c /opt/helper-call uid=1001 at=\$k:19 \$net veth br0 eth0
			p=\$(sed 's/.*stopped=\\([0-9]*\\).*/\\1/' /opt/box/c); echo \$p >\$g/cgroup.procs; echo 1 >\$g/cgroup.freeze
			kill -CONT \$p
			as 1002 timeout 2 /opt/helper-call \$net veth br0 eth0
			echo frozen=\$(cat /proc/\$p/comm); echo 0 >\$g/cgroup.freeze; release c; wait
		done; rmdir \$g"
	[ "$(grep -c 'status=0 ' <<<"$output")" -ge 4 ] || { echo "$output"; false; }
	[ "$(grep -c 'status=0 ' <<<"$output")" = "$(grep -c 'frozen=net-helper' <<<"$output")" ]
	[ "$(grep -c stage= <<<"$output")" = "$(grep -c 'status=0 ' <<<"$output")" ]
}

# strictly STATUS ARGUMENTS: the call ends so, and makes no other call and opens no other path than documented
strictly() {
	trace "${@:2}"
	replied "status=$1"
	local lines calls confined
	lines=$(lines_of) calls=$(calls_of)
	[ "$(wc -l <<<"$calls")" -ge 5 ]
	[ "$(grep -vcx open <<<"$calls")" -le "${most-40}" ] || { grep -vcx open <<<"$calls"; false; } # open is the C library's, of closed standard descriptors
	confined='recvmsg|fstatfs|setresuid|sendto|exit_group'
	case $2 in *map*) confined="$confined|openat2|write" ;; *) confined="$confined|ioctl|recvfrom" ;; esac
	none -vxE 'arch_prctl|set_tid_address|poll|rt_sigprocmask|getsockopt|close_range|prctl|seccomp|capset|get(res)?[ug]id|getgroups|open(at)?|fstat|read|close|socket|connect|sendto|exit_group' \
		<<<"$(sed '/^recvmsg$/,$d' <<<"$calls")"
	none -vxE "$confined" <<<"$(sed -n '/^recvmsg$/,$p' <<<"$calls" | grep . || echo exit_group)"
	none -vE '^(open\("/dev/null", O_RDWR|openat\(AT_FDCWD, "/etc/(passwd|group|subuid|subgid|lxc/lxc-usernet)", O_RDONLY\|O_NOCTTY\|O_NONBLOCK\|O_NOFOLLOW\|O_CLOEXEC|openat2\(5, "(uid_map|gid_map|setgroups)", \{flags=O_WRONLY\|O_NOFOLLOW\|O_CLOEXEC, resolve=RESOLVE_NO_XDEV\|RESOLVE_NO_SYMLINKS\|RESOLVE_BENEATH)' \
		<<<"$(grep -E '^(open|creat|stat|readlink|access|unlink|rename|link|mkdir)' <<<"$lines" || echo 'open("/dev/null", O_RDWR')"
	none -vE '^connect\([0-9], \{sa_family=AF_UNIX, sun_path="/dev/log"\}' <<<"$(grep '^connect' <<<"$lines" || echo 'connect(4, {sa_family=AF_UNIX, sun_path="/dev/log"}')"
}

@test "T-22 strace of success and of every refusal of net-helper shows no call and no path beyond the documented ones" {
	f=/etc/lxc/lxc-usernet
	strictly 0 '$net veth br0 eth0'
	strictly 0 'env=1 closed=012 signals=1 $net veth br0 eth0'
	strictly 1 'argc=2 $net veth br0 eth0'
	strictly 2 'nnp=1 $net veth br0 eth0'
	strictly 6 'limit=nofile:5 $net veth br0 eth0'
	for malformed in object=two size=9 op=2 poke=8:37 poke=94:9; do strictly 4 "$malformed \$net veth br0 eth0"; done
	for object in host grandchild path:/etc/passwd ns/user tty; do strictly 7 "object=$object \$net veth br0 eth0"; done
	strictly 8 '$net veth br1 eth0'
	strictly 13 '$net veth br0 lo'
	box "usernet 'alice veth br0 0'"; strictly 9 '$net veth br0 eth0'
	# /etc/group and the caller's groups on top
	box "usernet '@team veth br0 3'"; most=44 strictly 0 '$net veth br0 eth0'
	[ "$(lines_of | grep -c '^openat(')" = 3 ]
	box "usernet 'alice veth br9 3'"; strictly 10 '$net veth br9 eth0'
	box "usernet 'alice veth lo 3'"; strictly 11 '$net veth lo eth0'
	box "chmod o+w $f"; strictly 6 '$net veth br0 eth0'
	box "rm $f"; strictly 5 '$net veth br0 eth0'
}

@test "T-22 strace of success and of every refusal of idmap-helper shows no call and no path beyond the documented ones" {
	strictly 0 "\$idmap map $maps"
	strictly 0 "env=1 closed=012 signals=1 \$idmap map $own"
	strictly 1 "argc=2 \$idmap map $maps"
	strictly 2 "nnp=1 \$idmap map $maps"
	strictly 3 '$idmap map u:0:200000:10 u:5:200100:10'
	for malformed in object=two size=9 op=1 poke=9:1; do strictly 4 "$malformed \$idmap map $maps"; done
	for object in host grandchild; do strictly 7 "object=$object \$idmap map $maps"; done
	for object in path:/etc path:/proc dead zombie nodump; do strictly 7 "object=$object \$idmap map $maps"; done
	strictly 14 '$idmap map u:0:0:1'
	strictly 15 '$idmap map u:0:1002:1'
	box 'cp /etc/passwd /opt/box/passwd; echo svc:x:200500:200600::/:/bin/sh >>/etc/passwd'; strictly 16 "\$idmap map $maps"; box 'cat /opt/box/passwd >/etc/passwd'
	box 'chmod o+w /etc/subuid'; strictly 6 "\$idmap map $maps"; box 'chmod 644 /etc/subuid'
}

@test "T-34 netlink sockets of the caller's as standard descriptors, as fd 3 or as the object are never used" {
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		trace "netlink=1 show=1 $request"; replied status=0
		none -E '^(write|sendto|sendmsg|recvfrom|recvmsg|read|ioctl)\([012],' <<<"$(lines_of)"
	done
	grep -q '^sendto(5, \[' <<<"$(trace '$net veth br0 eth0'; lines_of)"
	run box 'drained; call object=netlink $net veth br0 eth0; ports'; replied stage=6 status=7; [ "${lines[1]}" = 0 ]
	run box 'call show=1 socket=netlink $net veth br0 eth0'; replied reply=none exit=1 interfaces=0
}

@test "blocked and ignored signals, a running timer and a socket that does not wait change nothing" {
	for request in '$net veth br0 eth0' "\$idmap map $maps"; do
		run box "call signals=1 $request"; replied status=0
		run box "call socket=nonblock $request"; replied status=0
	done
}

# A system log that takes N records, one a line. What an earlier one left is no sign that this one is there.
log() { box "rm -f /opt/box/log; python3 -c 'import socket, os, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(\"/dev/log\"); os.chmod(\"/dev/log\", 0o666); s.settimeout(20)
print(\"ready\", flush=True)
for n in range($1): print(s.recv(4096).decode(), flush=True)' >/opt/box/log & until grep -qs ready /opt/box/log; do sleep 0.01; done; $2; wait; cat /opt/box/log; rm /dev/log"; }

@test "each request is one line of the log when it ends, and what passes its checks is there before it is acted upon" {
	run log 5 'call $net veth br0 eth0 web; call $net veth br0 lo web; call $net veth br1 eth0'
	expected='<86>lxc-net: op=net uid=1001 type=veth link=br0 label=alice/web/'
	[[ ${lines[4]} == "${expected}eth0 rule=1" ]] || { echo "$output"; false; }
	[[ ${lines[5]} == "${expected}eth0 rule=1 host=veth0000G9"*' stage=10 status=0 error=0' ]]
	[[ ${lines[6]} == "${expected}lo rule=1" ]]
	[[ ${lines[7]} == "${expected}lo rule=1 "*'stage=9 status=13 error=17' ]]
	[[ ${lines[8]} == '<86>lxc-net: op=net uid=1001 stage=7 status=8 error=0' ]]
	run log 4 "call \$idmap map $own; call object=two \$idmap map $own; call \$idmap map u:0:0:1"
	[[ ${lines[4]} == '<86>lxc-idmap: op=map uid=1001 setgroups=deny uids=0:1001:1, gids=0:1001:1,' ]] || { echo "$output"; false; }
	[[ ${lines[5]} == "${lines[4]} stage=10 status=0 error=0" ]]
	[[ ${lines[6]} == '<86>lxc-idmap: op=map uid=1001 stage=5 status=4 error=0' ]]
	[[ ${lines[7]} == '<86>lxc-idmap: op=map uid=1001 stage=7 status=14 error=0' ]]
}

@test "a system log that nobody reads does not hold a helper up" {
	box 'rm -f /opt/box/log; python3 -c "import socket, os, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(\"/dev/log\"); os.chmod(\"/dev/log\", 0o666); print(1, flush=True); time.sleep(60)" >/opt/box/log & echo $! >/opt/box/log.pid; until grep -qs 1 /opt/box/log; do sleep 0.01; done'
	run box "for n in \$(seq 20); do as 1001 timeout 2 /opt/helper-call \$idmap map $own; done; kill \$(cat /opt/box/log.pid); rm /dev/log"
	[ "$(grep -c 'status=0 ' <<<"$output")" = 20 ]
}

@test "file capabilities alone and setuid root grant the same and refuse the same" {
	for mode in a b; do
		run box "call /opt/$mode/net-helper veth br0 eth0; drained"; replied status=0
		run box "call /opt/$mode/net-helper veth br1 eth0"; replied status=8
		run box "call object=host /opt/$mode/net-helper veth br0 eth0"; replied status=7
		run box "call object=grandchild /opt/$mode/net-helper veth br0 eth0"; replied status=7
		run box "call /opt/$mode/idmap-helper map $maps"; replied status=0
		run box "call /opt/$mode/idmap-helper map u:0:0:1"; replied status=14
		run box "call nnp=1 /opt/$mode/net-helper veth br0 eth0"; replied status=2
		# Nothing of root's is left when the first byte of the request is read.
		for what in 'net-helper veth br0 eth0 0000000000001000' "idmap-helper map $maps 00000000000000c0"; do
			run box "drained; /opt/helper-call uid=1001 timeline=1 /opt/$mode/${what% *}"; replied status=0
			late=$(sed -n '/^at=recvmsg/,/^at=exit_group/p' <<<"$output")
			none -v "Uid:,1001,1001,1001,1001 Gid:,1001,1001,1001,1001 CapInh:,0000000000000000 CapPrm:,${what##* } CapEff:,${what##* } CapAmb:,0000000000000000 NoNewPrivs:,1 Seccomp:,2" <<<"$late"
		done
	done
}

@test "T-35 the installer verifies what it installed, and refuses a directory that others can write" {
	install="O=$top/build LIBEXECDIR=/opt $top/setuid-helpers/install-helpers"
	run box "$install check"
	[[ $output == *"net-helper: setuid _lxc-net, cap_net_admin"* && $output == *"idmap-helper: setuid _lxc-idmap, cap_setgid,cap_setuid"* ]]
	run box "mkdir -p /opt/open; chmod 777 /opt/open; O=$top/build LIBEXECDIR=/opt/open $top/setuid-helpers/install-helpers install"
	[ "$status" != 0 ]; [[ $output == *"must belong to root and not be writable by others"* ]]
	# A link that lies where the new file is made is replaced, not followed.
	run box "ln -s /opt/victim /opt/lxc-privsep/.net-helper.new; $install install >/dev/null; ls /opt/victim; $install check"
	[[ $output == *"'/opt/victim': No such file"* && $output == *"net-helper: setuid _lxc-net"* ]]
	for damage in 'setcap -r' 'chmod 755' 'chmod 4775' 'chown 0'; do
		run box "$damage \$net; $install check; s=\$?; $install install >/dev/null; exit \$s"
		[ "$status" != 0 ]; [[ $output == *"must be"* ]] || { echo "$damage: $output"; false; }
	done
}
