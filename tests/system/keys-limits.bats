#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Resource limits, sysctls, files of /proc, clocks, scheduling: what the kernel keeps for a container, set and refused.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n box' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

@test "lxc.prlimit holds for init and attached commands, by name and by number, and does not break the start" {
	run with lxc.prlimit.nofile=64:200 lxc.prlimit.core=0 lxc.prlimit.6=100 lxc.prlimit.stack=unlimited lxc.tty.max=40 -- \
		"cat /proc/1/limits /proc/self/limits; ls /dev | grep -c '^tty[0-9]'"
	[ "$(grep -cE '^Max open files +64 +200 ' <<<"$output")" = 2 ]
	[ "$(grep -cE '^Max core file size +0 +0 ' <<<"$output")" = 2 ]
	[ "$(grep -cE '^Max processes +100 +100 ' <<<"$output")" = 2 ]
	[ "$(grep -cE '^Max stack size +unlimited +unlimited ' <<<"$output")" = 2 ]
	[ "${lines[-1]}" = 40 ]
}

@test "a limit is in force: a process of the container opens as many files as it may and no more" {
	with lxc.prlimit.nofile=12 -- 'exec 11</dev/null'
	run with lxc.prlimit.nofile=12 -- 'exec 12</dev/null'
	[ "$status" -ne 0 ]
}

@test "limits hold for what lxc-execute runs" {
	run me 'lxc-execute -n box -s lxc.prlimit.nofile=64:80 -s lxc.proc.oom_score_adj=300 -- cat /proc/self/limits /proc/self/oom_score_adj'
	[[ "$output" =~ open\ files\ +64\ +80 ]]
	[ "${lines[-1]}" = 300 ]
}

@test "lxc.prlimit: an empty value clears one, lxc.prlimit with an empty value all" {
	run with lxc.prlimit.nofile=64 lxc.prlimit.core=0 lxc.prlimit.nofile= -- 'cat /proc/self/limits'
	[[ ! "$output" =~ open\ files\ +64 ]]
	[[ "$output" =~ core\ file\ size\ +0 ]]
	run with lxc.prlimit.nofile=64 lxc.prlimit.core=0 lxc.prlimit= -- 'cat /proc/self/limits'
	[[ ! "$output" =~ open\ files\ +64 ]]
	[[ ! "$output" =~ core\ file\ size\ +0\ +0 ]]
}

@test "a hard limit above the caller's is refused before the start, with the caller's, the privilege and the line" {
	printf 'lxc.prlimit.nofile = 2000:70000\n' | me 'cat >~/raise.conf'
	run me 'ulimit -n 4096; lxc-start -n box -s lxc.include=/home/lxc-dnscrypt/raise.conf'
	[ "$status" -eq 1 ]
	says 'lxc.prlimit.nofile = 2000:70000' "the caller's hard limit is 4096" CAP_SYS_RESOURCE '/home/lxc-dnscrypt/raise.conf:1' 'at most 4096'
	run me 'ulimit -n 4096; lxc-start -n box -s lxc.prlimit.nofile=4096 && lxc-attach -n box -- grep "open files" /proc/1/limits'
	[[ "$output" =~ open\ files\ +4096\ +4096 ]]
}

@test "root raises hard limits of a container with ids of its own as far as root may" {
	printf 'root:200000:65536\n' | tee -a /etc/subuid >>/etc/subgid
	lxc-create -n big -t busybox >/dev/null 2>&1
	run bash -c "ulimit -n 4096; lxc-start -n big -s lxc.net.0.type=empty -s lxc.idmap='u 0 200000 65536' -s lxc.idmap='g 0 200000 65536' \
		-s lxc.prlimit.nofile=5000:6000 && lxc-attach -n big -- grep -h 'open files' /proc/1/limits /proc/self/limits"
	lxc-stop -k -q -n big || :
	lxc-destroy -n big
	if (ulimit -n 4096; ulimit -H -n 6000) 2>/dev/null; then
		[ "$(grep -cE 'open files +5000 +6000' <<<"$output")" = 2 ]
	else # root of a machine that keeps CAP_SYS_RESOURCE to itself
		says CAP_SYS_RESOURCE
	fi
}

@test "lxc.prlimit: a bad name, a bad value, soft above hard are refused with what is accepted" {
	start_refused 'lxc.prlimit.files = 1: "files" is no resource' getrlimit -- -s lxc.prlimit.files=1
	start_refused 'lxc.prlimit.16 = 1: "16" is no resource' -- -s lxc.prlimit.16=1
	start_refused 'lxc.prlimit.nofile = many: not a limit; accepted: SOFT[:HARD], numbers or unlimited' -- -s lxc.prlimit.nofile=many
	start_refused 'lxc.prlimit.nofile = 10:5: the soft limit is above the hard one' -- -s lxc.prlimit.nofile=10:5
	start_refused 'not a limit' -- -s lxc.prlimit.nofile=99999999999999999999
	start_refused 'not a limit' -- -s lxc.prlimit.nofile=5:
}

@test "lxc.sysctl sets what the container's namespaces have, with /proc/sys read-only inside" {
	before=$(sysctl -n net.ipv4.ip_forward kernel.shmmni kernel.msgmax net.ipv4.conf.lo.forwarding)
	run with lxc.mount.auto= lxc.mount.auto=proc:mixed lxc.sysctl.net.ipv4.ip_forward=1 lxc.sysctl.kernel.shmmni=777 \
		lxc.sysctl.kernel/msgmax=9000 lxc.sysctl.net/ipv4/conf/lo/proxy_arp=1 'lxc.sysctl.net.ipv4.ping_group_range=0 100' -- \
		'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni /proc/sys/kernel/msgmax /proc/sys/net/ipv4/conf/lo/proxy_arp /proc/sys/net/ipv4/ping_group_range'
	[ "$(tr -s '\n\t' '  ' <<<"$output")" = '1 777 9000 1 0 100 ' ]
	[ "$(sysctl -n net.ipv4.ip_forward kernel.shmmni kernel.msgmax net.ipv4.conf.lo.forwarding)" = "$before" ]
}

@test "lxc.sysctl of an interface is written when the interface is there" {
	[ "$(with lxc.net.0.type=veth lxc.net.0.link=lxcbr0 lxc.net.0.name=web lxc.sysctl.net.ipv4.conf.web.proxy_arp=1 -- \
		'cat /proc/sys/net/ipv4/conf/web/proxy_arp')" = 1 ]
}

@test "a sysctl that is the whole host's is said when root's privileged container sets it" {
	lxc-create -n big -t busybox >/dev/null 2>&1
	value=$(cat /proc/sys/vm/swappiness)
	run lxc-start -n big -s lxc.net.0.type=empty -s "lxc.sysctl.vm.swappiness=$value" -s lxc.sysctl.kernel.shmmni=99
	lxc-stop -k -q -n big || :
	lxc-destroy -n big
	[ "$status" -eq 0 ]
	says "lxc.sysctl.vm.swappiness = $value: no namespace of the container has this: it changes the whole host"
	[[ "$output" != *shmmni* ]]
}

@test "lxc.sysctl: unknown, not of a namespace, a value the kernel refuses, no name: each is named with its reason" {
	start_refused 'lxc.sysctl.kernel.nothing = 1: there is no such sysctl' -- -s lxc.sysctl.kernel.nothing=1
	start_refused 'lxc.sysctl.net.ipv4.nothing = 1: there is no such sysctl' -- -s lxc.sysctl.net.ipv4.nothing=1
	start_refused 'lxc.sysctl.net.ipv4 = 1: there is no such sysctl' -- -s lxc.sysctl.net.ipv4=1
	start_refused 'lxc.sysctl.vm.swappiness = 1: not a setting of a namespace' 'takes root there' 'sysctl.d(5)' -- -s lxc.sysctl.vm.swappiness=1
	start_refused 'lxc.sysctl.net.ipv4.ip_forward = x: Invalid argument' -- -s lxc.sysctl.net.ipv4.ip_forward=x
	start_refused 'names no file' -- -s lxc.sysctl.net/../kernel/x=1
	start_refused 'names no file' -- -s lxc.sysctl.net..ipv4=1
}

@test "lxc.proc writes files of /proc/PID for init and attached commands" {
	run with lxc.proc.oom_score_adj=500 lxc.proc.coredump_filter=0x3f -- \
		'cat /proc/1/oom_score_adj /proc/self/oom_score_adj /proc/1/coredump_filter /proc/self/coredump_filter'
	[ "$(tr '\n' ' ' <<<"$output")" = '500 500 0000003f 0000003f ' ]
}

@test "lxc.proc: what the kernel refuses is named with the reason and the privilege, links lead nowhere" {
	start_refused 'lxc.proc.oom_score_adj = -500:' 'CAP_SYS_RESOURCE on the host' -- -s lxc.proc.oom_score_adj=-500
	start_refused 'lxc.proc.oom_score_adj = 5000: Invalid argument' -- -s lxc.proc.oom_score_adj=5000
	start_refused 'lxc.proc.nothing = 1: there is no such file in /proc/PID' -- -s lxc.proc.nothing=1
	me 'echo mine >~/file; chmod 666 ~/file'
	start_refused 'not a file that takes a value' -- -s lxc.proc.root/home/lxc-dnscrypt/file=x
	[ "$(me 'cat ~/file')" = mine ]
	start_refused 'names no file' -- -s lxc.proc.../x=1
}

@test "lxc.time.offset sets the clocks of init and of attached commands" {
	run with lxc.time.offset.boot=1000h lxc.time.offset.monotonic=-1500ms -- \
		'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets; readlink /proc/1/ns/time; readlink /proc/self/ns/time'
	[ "${lines[0]}" -ge 3600000 ]
	[ "$(cut -d. -f1 /proc/uptime)" -lt 3600000 ]
	[ "$(tr -s ' ' <<<"${lines[1]}")" = 'monotonic -2 500000000' ]
	[ "$(tr -s ' ' <<<"${lines[2]}")" = 'boottime 3600000 0' ]
	[ "${lines[3]}" = "${lines[4]}" ]
	[ "${lines[3]}" != "$(readlink /proc/self/ns/time)" ]
	me 'lxc-start -q -n box -s lxc.time.offset.boot=1000h'
	[ "$(me "lxc-attach -n box -s 'USER|TIME' -- readlink /proc/self/ns/time")" != "$(readlink /proc/self/ns/time)" ]
	[ "$(me "lxc-attach -n box -s 'USER|UTSNAME' -- readlink /proc/self/ns/time")" = "$(readlink /proc/self/ns/time)" ]
	me 'lxc-stop -k -n box'
	[ "$(with -- 'readlink /proc/1/ns/time')" = "$(readlink /proc/self/ns/time)" ]
}

@test "lxc.time.offset: a clock before zero and a value without a unit are refused" {
	start_refused 'lxc.time.offset.monotonic = -1000000h: CLOCK_MONOTONIC would be before zero' -- -s lxc.time.offset.monotonic=-1000000h
	start_refused 'lxc.time.offset.boot = 5: a unit is missing' -- -s lxc.time.offset.boot=5
}

@test "lxc.arch: init and attached commands have the personality, lxc-attach -a another, lxc-info -c the one name of it" {
	me 'lxc-start -q -n box -s lxc.arch=armhf'
	[ "$(cat "/proc/$(me 'lxc-info -n box -pH')/personality")" = 00000008 ] # PER_LINUX32
	[ "$(me 'lxc-attach -n box -- uname -m')" = i686 ]
	[ "$(me 'lxc-attach -n box -a x86_64 -- uname -m')" = "$(uname -m)" ]
	run me 'lxc-attach -n box -a vax -- uname -m'
	[ "$status" -eq 1 ]
	says vax
	for name in amd64:x86_64 linux64:x86_64 aarch64:x86_64 athlon:i686 x32:i686; do
		printf 'lxc.arch = %s\n' "${name%:*}" | me 'cat >~/arch.conf'
		[ "$(me 'lxc-info -n box -c lxc.arch --rcfile ~/arch.conf' | sed 's/.* = //')" = "${name#*:}" ]
	done
	me 'lxc-stop -k -n box'
	start_refused 'lxc.arch = vax: not a known architecture' -- -s lxc.arch=vax
}

# cookie_of PID: of core scheduling, as prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET) tells root
cookie_of() {
	perl -e '$b = pack("Q", 0); syscall(157, 62, 0, $ARGV[0] + 0, 0, $b) < 0 and exit 1; print unpack("Q", $b), "\n"' "$1"
}

@test "lxc.sched.core: a cookie of the container's own for init and attached commands, or the reason why not" {
	start_refused 'lxc.sched.core = 2: not 0 or 1' -- -s lxc.sched.core=2
	run me 'lxc-start -n box -s lxc.sched.core=1'
	if [ "$status" -ne 0 ]; then # a kernel without it, or a CPU with one thread a core
		says 'lxc.sched.core = 1: ' 'remove the line'
		[ "$(state lxc-dnscrypt box)" = STOPPED ]
		return
	fi
	me 'lxc-attach -n box -- sleep 7.25 &'
	wait_for 5 pgrep -f 'sleep 7.25'
	init=$(cookie_of "$(me 'lxc-info -n box -pH')")
	[ "$init" != 0 ]
	[ "$(cookie_of "$(pgrep -f '^sleep 7.25')")" = "$init" ]
}
