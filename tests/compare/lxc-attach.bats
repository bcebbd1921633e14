#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-attach beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
	compare 'try lxc-attach
try lxc-attach -h
try lxc-attach --bogus
try lxc-attach -n nosuch -- true
try lxc-attach -n box -- true
try lxc-attach -q -n box -- true
quiet lxc-start -n box
try lxc-attach -n box -- true
try lxc-attach box -- true
try lxc-attach -n box -- sh -c "exit 7"
try lxc-attach -n box -- sh -c "kill -9 \$\$"
try lxc-attach -n box -- /nosuch
try lxc-attach -n box -- /etc
try lxc-attach -n box -- id
try lxc-attach -n box -u 5 -g 6 -- id
try lxc-attach -n box --uid=5 --gid=6 -- id
try lxc-attach -n box -u x -- id
try lxc-attach -n box -- hostname
try lxc-attach -n box -- sh -c "echo out; echo err >&2"
try lxc-attach -n box -- pwd
try lxc-attach -n box --clear-env -- sh -c "env | sort"
FOO=1 try lxc-attach -n box --clear-env --keep-var FOO -- sh -c "env | sort"
FOO=1 try lxc-attach -n box --keep-env -- sh -c "echo \$FOO \$COLOUR \$container"
try lxc-attach -n box -v A=b --set-var C=d -- sh -c "echo \$A \$C"
try lxc-attach -n box -v COLOUR=blue -- sh -c "echo \$COLOUR"
try lxc-attach -n box -a i686 -- uname -m
try lxc-attach -n box --arch=i686 -- uname -m
try lxc-attach -n box -a bogus -- uname -m
try lxc-attach -n box -s "USER|NETWORK" -- sh -c "ip -o link | cut -d: -f2"
try lxc-attach -n box --namespaces="USER|UTSNAME" -- hostname
try lxc-attach -n box -s "USER|PID" -R -- true
try lxc-attach -n box -s BOGUS -- hostname
try lxc-attach -n box -e -- true
try lxc-attach -n box -eCAP -- true
try lxc-attach -n box "-eCAP|LSM" -- true
try lxc-attach -n box --elevated-privileges=CAP -- true
try lxc-attach -n box -eBOGUS -- true
try lxc-attach -n box -e CAP -- true
cp ~/.local/share/lxc/box/config conf
try lxc-attach -n box -f conf -- hostname
try lxc-attach -n box --rcfile /nosuch -- hostname
try lxc-attach -n box
quiet lxc-stop -k -n box'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	export BEFORE='trap "lxc-stop -k -n box" EXIT; quiet lxc-start -n box;'
	differs 'lxc-attach -n box -v bad -- true' '1' '0'
	differs 'lxc-attach -n box -c label -- true' '1' '0'
}
