#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Capabilities, system call filters, security modules and keyrings: what init and attached commands may do.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
}
setup() { load '../lib/common'; }
teardown() {
	me 'lxc-stop -k -q -n box' || :
	end_proxy
}
teardown_file() {
	load '../lib/common'
	destroy_all
}

FILTER=/home/lxc-dnscrypt/filter

# profile LINE...: the file $FILTER
profile() { printf '%s\n' "$@" | me 'cat >filter'; }

# bounding STATUS: the bounding set as a number
bounding() { echo $((16#$(awk '/^CapBnd/ { print $2 }' <<<"$1"))); }

# refused DEFINITION MESSAGE...: the container does not start, and that is why
refused() {
	run me "lxc-start -n box -s '$1'"
	[ "$status" -eq 1 ]
	shift
	says "$@"
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

@test "lxc.cap.drop takes names and numbers in every form away from init and from attached commands" {
	me "lxc-start -q -n box -s lxc.cap.drop= -s 'lxc.cap.drop=sys_time	21' -s lxc.cap.drop=0"
	for who in 1 self; do
		status=$(me "lxc-attach -n box -- cat /proc/$who/status")
		[ $(($(bounding "$status") & (1 << 25 | 1 << 21 | 1))) = 0 ]
		[ $(($(bounding "$status") >> 12 & 1)) = 1 ]
	done
	me 'lxc-stop -k -q -n box'
	# an empty value takes all back
	run with 'lxc.cap.drop=sys_time' lxc.cap.drop= -- 'cat /proc/1/status'
	[ $(($(bounding "$output") >> 25 & 1)) = 1 ]
}

@test "lxc.cap.keep leaves these only, none leaves nothing, and lxc-attach -e CAP has all" {
	run with lxc.cap.drop= 'lxc.cap.keep=kill setuid' -- 'grep CapEff /proc/self/status'
	[ $((16#${output##*	})) = $((1 << 5 | 1 << 7)) ]
	run with lxc.cap.drop= 'lxc.cap.keep=kill' 'lxc.cap.keep=none' -- 'grep Cap /proc/1/status /proc/self/status'
	[ "$(grep -cE 'Cap(Eff|Bnd|Prm|Inh|Amb):	0{16}$' <<<"$output")" = 10 ]
	me 'lxc-start -q -n box -s lxc.cap.drop= -s lxc.cap.keep=none'
	run me 'lxc-attach -n box -eCAP -- grep CapEff /proc/self/status'
	[ $((16#${output##*	})) -gt $((1 << 21)) ]
}

@test "capabilities that do not exist, and drop together with keep, are refused" {
	refused lxc.cap.drop=CAP_CHOWN 'lxc.cap.drop = CAP_CHOWN: "CAP_CHOWN" is no capability; accepted: capability names in lower case'
	refused lxc.cap.drop=99 '"99" is no capability'
	refused lxc.cap.drop=none '"none" is no capability'
	refused 'lxc.cap.drop=kill chwon' '"chwon" is no capability'
	run me 'lxc-start -n box -s lxc.cap.drop=kill -s lxc.cap.keep=chown'
	says 'lxc.cap.drop and lxc.cap.keep exclude each other'
}

@test "lxc.no_new_privs holds for init and attached commands, but not with -e LSM" {
	me 'lxc-start -q -n box -s lxc.no_new_privs=1'
	[ "$(me 'lxc-attach -n box -- grep NoNewPrivs /proc/1/status /proc/self/status' | grep -c '1$')" = 2 ]
	[ "$(me 'lxc-attach -n box -eLSM -- grep NoNewPrivs /proc/self/status')" = "NoNewPrivs:	0" ]
	me 'lxc-stop -k -q -n box'
	[ "$(with lxc.no_new_privs=0 -- 'grep NoNewPrivs /proc/1/status /proc/self/status' | grep -c '0$')" = 2 ]
	refused lxc.no_new_privs=2 'lxc.no_new_privs = 2: not 0 or 1'
	refused lxc.no_new_privs=yes 'not 0 or 1'
}

@test "without lxc.seccomp.profile the shipped filter is in force, for attached commands, too" {
	run with -- 'grep Seccomp: /proc/1/status /proc/self/status; mount -t tmpfs none /mnt && umount -f /mnt; umount /mnt && echo unmounted'
	[ "$(grep -c 'Seccomp:	2' <<<"$output")" = 2 ]
	says "umount: can't unmount /mnt: Permission denied" unmounted
}

@test "below the shipped filter a container can have containers: namespaces and mounts" {
	me 'lxc-start -q -n box'
	run me 'printf "%s\n" "mount -t tmpfs none /mnt" "hostname inner" hostname | lxc-attach -n box -- unshare -U -r -m -p -f -n -u -i sh -e'
	says inner
}

@test "lxc.seccomp.profile none, or nothing, is no filter" {
	for value in none ''; do
		run with "lxc.seccomp.profile=$value" -- 'grep Seccomp: /proc/1/status /proc/self/status'
		[ "$(grep -c 'Seccomp:	0' <<<"$output")" = 2 ]
	done
}

@test "lxc.seccomp.profile decides for init and attached commands, but not with -e LSM" {
	profile 2 denylist 'mkdir errno 28'
	me "lxc-start -q -n box -s lxc.seccomp.profile=$FILTER -- /bin/sh -c 'mkdir /by-init 2>/said; sleep 60'"
	run me 'lxc-attach -n box -- mkdir /attached'
	says 'No space left on device'
	run me 'lxc-attach -n box -- cat /said'
	says 'No space left on device'
	me 'lxc-attach -n box -eLSM -- sh -c "grep -x Seccomp:.0 /proc/self/status && mkdir /elevated && rmdir /elevated"'
	# the file is read once
	me 'rm filter'
	run me 'lxc-attach -n box -u 5 -- mkdir /tmp/attached'
	says 'No space left on device'
}

@test "a filter and lxc.init.uid, lxc.no_new_privs, lxc.cap.drop go together" {
	profile 2 denylist 'mkdir errno 28'
	for keys in 'lxc.init.uid=7' 'lxc.no_new_privs=1' 'lxc.cap.keep=none' 'lxc.cap.drop=sys_admin'; do
		run with lxc.cap.drop= "$keys" "lxc.seccomp.profile=$FILTER" 'lxc.init.cmd=/bin/sleep 60' -- 'cat /proc/1/status; mkdir /x'
		says 'Seccomp:	2' 'No space left on device'
	done
	run with lxc.init.uid=7 'lxc.init.cmd=/bin/sleep 60' -- 'cat /proc/1/status'
	says $'Uid:\t7' $'CapPrm:\t0000000000000000' $'CapEff:\t0000000000000000'
}

@test "an allowlist lets pass what it names" {
	# what a static program calls
	profile 2 'allowlist errno 95' execve execveat exit_group brk arch_prctl set_tid_address set_robust_list rseq prlimit64 readlinkat readlink \
		getrandom mprotect mmap munmap read write writev openat close fstat newfstatat lseek poll nanosleep clock_nanosleep \
		rt_sigaction rt_sigprocmask getuid geteuid getgid getegid ioctl prctl wait4 clone vfork fork getpid getppid uname getcwd sendfile
	me "lxc-start -q -n box -s lxc.seccomp.profile=$FILTER -- /bin/sleep 60"
	run me 'lxc-attach -n box -- cat /proc/version; lxc-attach -n box -- mkdir /x; lxc-attach -n box -- chmod 700 /'
	says Linux "can't create directory '/x': Operation not supported" 'chmod: /: Operation not supported'
}

@test "kill, trap and log do what they say" {
	profile 2 denylist 'mkdir kill' 'rmdir trap' 'chmod log' 'fchmodat log'
	run with "lxc.seccomp.profile=$FILTER" -- '(mkdir /x); echo mkdir \$?; (rmdir /x); echo rmdir \$?; chmod 755 /tmp; echo chmod \$?'
	says 'mkdir 159' 'rmdir 159' 'chmod 0'
}

@test "a profile with a mistake is refused with file and line before anything starts" {
	profile 2 denylist '' 'mkdri errno 1'
	refused "lxc.seccomp.profile=$FILTER" "$FILTER:4: \"mkdri\": libseccomp knows no such system call" 'fix: correct the name'
	profile 2 denylist 'mkdir errno EPERM'
	me "echo 'lxc.seccomp.profile = $FILTER' >more.conf"
	refused lxc.include=/home/lxc-dnscrypt/more.conf "$FILTER:3: \"EPERM\": not a number for this action; accepted: 0 to 4095" \
		'rule: /home/lxc-dnscrypt/more.conf:1'
	profile 2 allowlist mkdir
	refused "lxc.seccomp.profile=$FILTER" "$FILTER: does not allow execve"
	profile 2 denylist 'mkdir notify'
	refused "lxc.seccomp.profile=$FILTER" 'has notify, and there is nobody to ask' 'fix: lxc.seccomp.notify.proxy'
	refused lxc.seccomp.profile=/no/such/file 'seccomp profile /no/such/file: No such file or directory'
	refused lxc.seccomp.profile=/tmp '/tmp: not a regular file'
	refused lxc.seccomp.profile=common.seccomp 'lxc.seccomp.profile = common.seccomp: not an absolute path; accepted: an absolute path, or none'
	me 'mkfifo fifo'
	refused lxc.seccomp.profile=/home/lxc-dnscrypt/fifo 'not a regular file'
}

@test "filters stack, unless lxc.seccomp.allow_nesting = 0, which is said" {
	profile 2 denylist 'mkdir errno 28'
	# a filter around the command: a shell of the container without a root of its own would be the host's
	cat >/tmp/filtered.py <<-'PY'
		import ctypes, os, struct, sys
		libc = ctypes.CDLL(None, use_errno=True)
		libc.prctl(38, 1 if sys.argv[1] == 'nnp' else 0, 0, 0, 0)
		code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000))
		class Program(ctypes.Structure):
		    _fields_ = [('length', ctypes.c_ushort), ('code', ctypes.c_void_p)]
		program = Program(1, ctypes.addressof(code))
		assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0, ctypes.get_errno()
		os.execvp(sys.argv[2], sys.argv[2:])
	PY
	# root may have a filter without no_new_privs, so that the helpers still work for the user it becomes
	below() { python3 /tmp/filtered.py plain su - lxc-dnscrypt -c "PATH=/usr/local/bin:/usr/bin:/bin; $*"; }
	filters() { me 'lxc-attach -n box -- grep Seccomp_filters /proc/1/status' | tr -dc 0-9; }
	below "lxc-start -q -n box -s lxc.seccomp.profile=$FILTER"
	[ "$(filters)" = 2 ]
	me 'lxc-stop -k -q -n box'
	below "lxc-start -q -n box -s lxc.seccomp.profile=$FILTER -s lxc.seccomp.allow_nesting=1"
	[ "$(filters)" = 2 ]
	me 'lxc-stop -k -q -n box'
	run below "lxc-start -n box -s lxc.seccomp.profile=$FILTER -s lxc.seccomp.allow_nesting=0"
	says 'lxc.seccomp.allow_nesting = 0: there is a filter around this process already, no other is added'
	[ "$(filters)" = 1 ]
	me 'lxc-stop -k -q -n box'
	# nothing around: it is loaded
	me "lxc-start -q -n box -s lxc.seccomp.profile=$FILTER -s lxc.seccomp.allow_nesting=0"
	[ "$(filters)" = 1 ]
	me 'lxc-stop -k -q -n box'
	refused lxc.seccomp.allow_nesting=2 'not 0 or 1'
}

@test "without the shipped file a container starts without a filter, and the log says so" {
	mv /usr/local/share/lxc/config/common.seccomp /tmp/
	me 'lxc-start -q -n box -l INFO -o box.log'
	mv /tmp/common.seccomp /usr/local/share/lxc/config/
	[ "$(me 'lxc-attach -n box -- grep Seccomp: /proc/1/status')" = 'Seccomp:	0' ]
	me 'grep -q "no default seccomp profile .*: it is not installed" box.log'
}

@test "lxc.keyring.session = 1 is an empty session keyring, 0 the caller's" {
	cp "$TOP/build/tests/attack/container-attacks" /usr/local/bin/
	cp "$TOP/build/tests/attack/container-attacks" /home/lxc-dnscrypt/.local/share/lxc/box/rootfs/bin/attack
	# it looks for a key of whoever started the container: LEAK or "no key"
	keyed() { as lxc-dnscrypt "container-attacks with-key sh -c '$*; lxc-attach -n box -- attack read-key; lxc-stop -k -q -n box'"; }
	run keyed 'lxc-start -q -n box'
	says 'no key'
	run keyed 'lxc-start -q -n box -s lxc.keyring.session=1'
	says 'no key'
	run keyed 'lxc-start -q -n box -s lxc.keyring.session=0'
	says LEAK
	refused lxc.keyring.session=2 'lxc.keyring.session = 2: not 0 or 1'
}

@test "a host without AppArmor: a profile that was named is a notice, unconfined and unchanged are nothing" {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ] || return 0 # tests/vm has the other half
	for profile in generated lxc-container-default-with-nesting; do
		run me "lxc-start -n box -s lxc.apparmor.profile=$profile -s lxc.apparmor.allow_nesting=1 -s lxc.apparmor.allow_incomplete=1"
		[ "$status" -eq 0 ]
		says "lxc.apparmor.profile = $profile: this host has no AppArmor"
		me 'lxc-stop -k -q -n box'
	done
	run me "lxc-start -n box -s 'lxc.apparmor.raw=deny /x rw,'"
	says 'this host has no AppArmor'
	me 'lxc-stop -k -q -n box'
	for profile in unconfined unchanged ''; do
		run me "lxc-start -n box -s lxc.apparmor.profile=$profile"
		[[ $output != *AppArmor* ]]
		me 'lxc-stop -k -q -n box'
	done
	refused lxc.apparmor.allow_nesting=2 'not 0 or 1'
	refused lxc.apparmor.allow_incomplete=x 'not 0 or 1'
}

@test "a host without SELinux: a context is refused before the start, and by lxc-attach" {
	[ ! -e /sys/fs/selinux/context ] || return 0
	refused lxc.selinux.context=system_u:system_r:lxc_t:s0 'SELinux context system_u:system_r:lxc_t:s0: this host has no SELinux' 'fix: leave it out'
	refused lxc.selinux.context.keyring=system_u:system_r:lxc_t:s0 'this host has no SELinux'
	me 'lxc-start -q -n box'
	run me 'lxc-attach -n box -c system_u:system_r:lxc_t:s0 -- true'
	[ "$status" -eq 1 ]
	says 'this host has no SELinux'
	run me 'lxc-attach -n box -eLSM -c x -- true'
	says '--context cannot be used with -e LSM'
}

# proxy: the example of the documentation answers at ~/proxy.sock; what it says is in ~/proxy.log
proxy() {
	install -m 755 "$TOP/${O:-build}/examples/seccomp-proxy" /usr/local/bin/
	setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --init-groups env -i HOME=/home/lxc-dnscrypt \
		/usr/local/bin/seccomp-proxy /home/lxc-dnscrypt/proxy.sock /forbidden >/home/lxc-dnscrypt/proxy.log 2>&1 3>&- &
	proxy=$!
	wait_for 5 test -S /home/lxc-dnscrypt/proxy.sock
}

end_proxy() {
	[ -z "${proxy-}" ] || kill -KILL "$proxy"
	[ -z "${proxy-}" ] || wait "$proxy" || :
	proxy=
}

ASK="-s lxc.seccomp.profile=$FILTER -s lxc.seccomp.notify.proxy=unix:/home/lxc-dnscrypt/proxy.sock -s lxc.seccomp.notify.cookie=box"

@test "lxc.seccomp.notify.proxy answers for init and attached commands, with the cookie, and after a reboot" {
	profile 2 denylist 'mkdir notify' 'mkdirat notify'
	proxy
	me "lxc-start -q -n box $ASK -- /bin/sh -c 'mkdir /by-init /forbidden-init 2>/said; trap \"\" INT; sleep 60'"
	run me 'lxc-attach -n box -- sh -c "mkdir /forbidden/x; mkdir /tmp/allowed && rmdir /tmp/allowed && echo fine"'
	says "can't create directory '/forbidden/x': Operation not permitted" fine
	wait_for 5 me 'lxc-attach -n box -- test -d /by-init'
	run me 'lxc-attach -n box -- sh -c "rmdir /by-init; cat /said"'
	says "/forbidden-init': Operation not permitted"
	run cat /home/lxc-dnscrypt/proxy.log
	says 'box: pid ' '/by-init: continued' '/forbidden-init: refused' '/forbidden/x: refused' '/tmp/allowed: continued'
	# the numbers are the host's
	[ "$(sed -n 's/^box: pid \([0-9]*\).*by-init.*/\1/p' /home/lxc-dnscrypt/proxy.log)" -gt 2 ]
	me 'lxc-stop -k -q -n box'
	me "lxc-start -q -n box $ASK"
	before=$(me 'lxc-info -n box -pH')
	me 'lxc-stop -r -n box'
	again() { local now; now=$(me 'lxc-info -n box -pH') && [ -n "$now" ] && [ "$now" != "$before" ] && [ "$(state lxc-dnscrypt box)" = RUNNING ]; }
	wait_for 10 again
	run me 'lxc-attach -n box -- mkdir /forbidden-rebooted'
	says "/forbidden-rebooted': Operation not permitted"
	me 'lxc-stop -k -q -n box'
	end_proxy
}

@test "a proxy that is gone is ENOSYS, one that comes back is asked again, one that hangs does not keep lxc-stop" {
	profile 2 denylist 'mkdir notify' 'mkdirat notify'
	printf '%s\n' "lxc.seccomp.profile = $FILTER" 'lxc.seccomp.notify.proxy = unix:/home/lxc-dnscrypt/none.sock' | me 'cat >ask.conf'
	refused lxc.include=/home/lxc-dnscrypt/ask.conf \
		'lxc.seccomp.notify.proxy = unix:/home/lxc-dnscrypt/none.sock: No such file or directory' 'fix: start the program that answers'
	proxy
	me "lxc-start -q -n box $ASK"
	end_proxy
	run me 'lxc-attach -n box -- mkdir /x'
	says 'Function not implemented'
	proxy
	me 'lxc-attach -n box -- sh -c "mkdir /tmp/x && rmdir /tmp/x"'
	kill -STOP "$proxy"
	me 'lxc-attach -n box -- mkdir /tmp/never </dev/null >/dev/null 2>&1 &'
	wait_for 5 me 'lxc-attach -n box -- sh -c "pidof mkdir"'
	me 'lxc-info -n box -sH'
	me 'timeout 10 lxc-stop -k -n box'
	end_proxy
}

@test "notify where nobody could answer yet, and bad addresses, are refused" {
	profile 2 denylist 'execve notify'
	printf '%s\n' "lxc.seccomp.profile = $FILTER" 'lxc.seccomp.notify.proxy = unix:/home/lxc-dnscrypt/none.sock' | me 'cat >ask.conf'
	refused lxc.include=/home/lxc-dnscrypt/ask.conf "$FILTER: with notify, execve must be allowed: it is called before anybody can be asked"
	refused lxc.seccomp.notify.proxy=/run/sock 'not the address of a socket; accepted: unix:/PATH or unix:@NAME'
	refused lxc.seccomp.notify.proxy=unix: 'not the address of a socket'
	refused "lxc.seccomp.notify.proxy=unix:/$(printf '%0120d' 0)" 'the address is longer than 107 bytes'
}
