#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-usernsexec beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup; }

# In the lines: who one is, and with which maps.
WHO='first=$(grep ^lxc-dnscrypt: /etc/subuid | cut -d: -f2) me=$(id -u); who="id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map"'

@test "maps, given in every way, are the same, and those that are none are refused by both" {
	compare "$WHO"'
try lxc-usernsexec -- sh -c "$who; id -G; cat /proc/self/setgroups"
try lxc-usernsexec -m b:0:$first:10 -- sh -c "$who"
try lxc-usernsexec -mb:0:$first:10 -- sh -c "$who"
try lxc-usernsexec -m u:0:$first:10 -m g:0:$first:20 -- sh -c "$who"
try lxc-usernsexec -m b:0:$first:10 -m b:10:$me:1 -- sh -c "$who"
try sh -c "lxc-usernsexec -m b:0:$me:1 -- sh -c \"$who\" 2>/dev/null"
try lxc-usernsexec -s -- sh -c "$who"
try lxc-usernsexec -m b:0:$first:10 -s -- sh -c "$who"
try lxc-usernsexec -m both:0:$first:10 -- true
try lxc-usernsexec -m u:0:$first:10 -- true
try lxc-usernsexec -m g:0:$first:10 -- true
try lxc-usernsexec -m b:0:0:1 -- true
try lxc-usernsexec -m x:0:$first:1 -- true
try lxc-usernsexec -m b:0:$first -- true
try lxc-usernsexec -m b:0:x:1 -- true
try lxc-usernsexec -m b:0:-1:1 -- true
try lxc-usernsexec -m b:0:$first:0 -- true
try lxc-usernsexec -m b:0:99:5 -- true
try lxc-usernsexec -m b:0:$first:10 -m b:5:$first:10 -- true
try lxc-usernsexec -m "" -- true
try lxc-usernsexec -m
try lxc-usernsexec -u 70000 -- true
try lxc-usernsexec -g 70000 -- true
try lxc-usernsexec -u x -- true
try lxc-usernsexec -g 1x -- true
try lxc-usernsexec -u -1 -- true
try lxc-usernsexec -u
try lxc-usernsexec -x
try lxc-usernsexec --bogus'
}

@test "the command has the same surroundings, and its exit code is theirs" {
	compare '
try lxc-usernsexec
try lxc-usernsexec true
try lxc-usernsexec -- id -u
try lxc-usernsexec -- sh -c "exit 7"
try lxc-usernsexec -- /nosuch
try lxc-usernsexec -- /etc
try lxc-usernsexec -- sh -c "echo \$0 \$*" a -b --c
try lxc-usernsexec -- sh -c "echo out; echo err >&2"
try sh -c "echo in | lxc-usernsexec -- cat"
try sh -c "echo echo typed | lxc-usernsexec"
try lxc-usernsexec -- pwd
try lxc-usernsexec -- hostname
try lxc-usernsexec -- sh -c "mount -t tmpfs none /mnt && echo mounted"
try sh -c "readlink /proc/self/ns/* >../here; lxc-usernsexec -- sh -c \"readlink /proc/self/ns/*\" >../there"
diff ../here ../there | sed -n "s/^> \(.*\):.*/new \1/p"'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	# -u and -g: LXC 7.0 has them as we do, that of Debian fails.
	differ <<-'END'
		first=$(grep ^lxc-dnscrypt: /etc/subuid | cut -d: -f2)
		try lxc-usernsexec -- sh -c "kill -9 \$\$" => 137 => 0
		try lxc-usernsexec -s -- sh -c "cat /proc/self/setgroups" => 0 deny => 0 allow
		try lxc-usernsexec -m b:0:$first:1x -- true => 1 => 0
		try sh -c "lxc-usernsexec -h 2>&1 | grep -c ." => 0 [1-9]* => 1 0
		try lxc-usernsexec id -u => 0 0 => 1
		try lxc-usernsexec -u 5 -g 6 -- sh -c "id -u; id -g" => 0 5 6 => 1
		try lxc-usernsexec -u5 -- sh -c "id -u; id -g" => 0 5 0 => 1
	END
}
