#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-update-config beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() {
	compare_setup
	printf '%s\n' 'lxc.utsname = a' 'lxc.network.type = veth' 'lxc.network.link = br0' '# a comment' 'lxc.tty = 4' 'lxc.id_map = u 0 100000 65536' \
		'lxc.haltsignal = SIGINT' 'lxc.environment = A=b' >/run/old
}

@test "the two make the same of a file" {
	compare 'cp /run/old old
lxc-update-config -c old >/dev/null
try cat old
try cmp old.backup /run/old
rm old.backup
lxc-update-config --config=old >/dev/null
try cat old
rm old.backup
try lxc-update-config --config /nosuch'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-update-config' '1' '0*'
	BEFORE='cp /run/old old; echo kept >old.backup;' differs 'lxc-update-config -c old' '1' '0'
}
