#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# AppArmor profiles of containers, on a host that has it.

load '../lib/common'

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
	printf '%s\n' 'lxc.net.0.type = empty' >/root/root.conf
	lxc-create -n priv -t busybox -f /root/root.conf >/dev/null 2>&1
}
teardown() {
	me 'lxc-stop -k -q -n box' || :
	lxc-stop -k -q -n priv || :
}
teardown_file() {
	load '../lib/common'
	destroy_all
	lxc-destroy -n priv
}

NESTING=lxc-container-default-with-nesting

# label_of PID: as the host sees it
label_of() { cat "/proc/$1/attr/current"; }

@test "the installation has loaded profiles of the names that configurations use" {
	for profile in lxc-container-default lxc-container-default-cgns lxc-container-default-with-mounting $NESTING; do
		grep -q "^$profile (enforce)" /sys/kernel/security/apparmor/profiles || { echo "$profile"; false; }
	done
}

@test "a user's container keeps the caller's label, and has a profile that is named: init and attached commands" {
	me 'lxc-start -q -n box'
	[ "$(label_of "$(me 'lxc-info -n box -pH')")" = unconfined ]
	me 'lxc-stop -k -q -n box'
	me "lxc-start -q -n box -s lxc.apparmor.profile=$NESTING"
	[ "$(label_of "$(me 'lxc-info -n box -pH')")" = "$NESTING (enforce)" ]
	run me 'lxc-attach -n box -- cat /proc/self/attr/current; lxc-attach -n box -eLSM -- cat /proc/self/attr/current'
	[ "${lines[0]}" = "$NESTING (enforce)" ]
	[ "${lines[1]}" = unconfined ]
	# it works: mounts, a new proc, signals
	me 'lxc-attach -n box -- sh -c "mkdir -p /m && mount -t tmpfs none /m && mount -t proc none /m && umount /m && sleep 60 & kill \$!"'
}

@test "lxc.apparmor.profile unchanged and unconfined leave the caller's label" {
	for profile in unchanged unconfined; do
		me "lxc-start -q -n box -s lxc.apparmor.profile=$profile"
		[ "$(label_of "$(me 'lxc-info -n box -pH')")" = unconfined ]
		me 'lxc-stop -k -q -n box'
	done
}

@test "a profile that is not loaded, and generated for an ordinary user, are refused before the start with what to use instead" {
	run me 'lxc-start -n box -s lxc.apparmor.profile=no-such-profile'
	[ "$status" = 1 ]
	says 'AppArmor profile no-such-profile is not loaded' 'fix: an admin: apparmor_parser -r FILE' unchanged
	me 'printf "lxc.apparmor.profile = generated\n" >generated.conf'
	run me 'lxc-start -n box -s lxc.include=/home/lxc-dnscrypt/generated.conf'
	[ "$status" = 1 ]
	says 'generated: loading a profile into the kernel takes CAP_MAC_ADMIN on the host' 'lxc.apparmor.profile = unchanged' \
		'rule: /home/lxc-dnscrypt/generated.conf:1'
	run me "lxc-start -n box -s 'lxc.apparmor.raw=deny /x r,'"
	says 'lxc.apparmor.raw adds to a generated profile only'
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}

@test "a /proc that the container made up does not get in between lxc-attach and the profile" {
	me "lxc-start -q -n box -s lxc.apparmor.profile=$NESTING"
	me 'lxc-attach -n box -- mount -t tmpfs none /proc'
	me 'lxc-attach -n box -- sleep 4711 </dev/null >/dev/null 2>&1 &'
	wait_for 20 pgrep -x -f 'sleep 4711'
	[ "$(label_of "$(pgrep -x -f 'sleep 4711')")" = "$NESTING (enforce)" ]
}

@test "a privileged container has lxc-container-default-cgns, which keeps it from the host's settings" {
	lxc-start -q -n priv -s lxc.mount.auto= -s lxc.mount.auto=proc:rw
	[ "$(label_of "$(lxc-info -n priv -pH)")" = 'lxc-container-default-cgns (enforce)' ]
	core=$(cat /proc/sys/kernel/core_pattern)
	run lxc-attach -n priv -- sh -c 'echo "|/x" >/proc/sys/kernel/core_pattern'
	[ "$status" != 0 ]
	says 'Permission denied'
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$core" ]
	run lxc-attach -n priv -- cat /proc/kcore
	says 'Permission denied'
}

@test "lxc.apparmor.profile generated: a profile for this container, with lxc.apparmor.raw, gone when it stops" {
	lxc-start -q -n priv -s lxc.apparmor.profile=generated -s 'lxc.apparmor.raw=deny /etc/secret rw,'
	run label_of "$(lxc-info -n priv -pH)"
	[[ $output == lxc-privsep.*" (enforce)" ]]
	label=${output% *}
	run lxc-attach -n priv -- sh -c 'cat /proc/self/attr/current; echo x >/etc/secret; echo x >/etc/open; mount -t securityfs none /mnt'
	says "$label (enforce)" "can't create /etc/secret: Permission denied" 'mounting none on /mnt failed: Permission denied'
	[[ $output != */etc/open* ]]
	lxc-stop -k -n priv
	! grep -qF "$label" /sys/kernel/security/apparmor/profiles
	run lxc-start -n priv -s lxc.apparmor.profile=generated -s 'lxc.apparmor.raw=no rule of any kind'
	[ "$status" = 1 ]
	says 'loading the generated AppArmor profile' 'fix: lxc.apparmor.raw'
}

@test "lxc.apparmor.allow_nesting lets a generated profile mount what containers inside need" {
	lxc-start -q -n priv -s lxc.apparmor.profile=generated -s lxc.apparmor.allow_nesting=1
	lxc-attach -n priv -- mount -t securityfs none /mnt
}

@test "a kernel that does not mediate mounts is refused, unless lxc.apparmor.allow_incomplete = 1" {
	mount -t tmpfs none /sys/kernel/security/apparmor/features
	run me "lxc-start -n box -s lxc.apparmor.profile=$NESTING"
	me "lxc-start -q -n box -s lxc.apparmor.profile=$NESTING -s lxc.apparmor.allow_incomplete=1" && started=yes
	umount /sys/kernel/security/apparmor/features
	[ "$status" = 1 ]
	says "AppArmor profile $NESTING: this kernel does not mediate mounts" 'fix: lxc.apparmor.allow_incomplete = 1'
	[ "$started" = yes ]
}
