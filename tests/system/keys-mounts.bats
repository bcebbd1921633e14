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
