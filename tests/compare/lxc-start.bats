#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-start beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box off; }

@test "the two do the same and end alike" {
	compare 'try lxc-start
try lxc-start -n nosuch
try lxc-start -n off
try lxc-start -n box -F -- true
try lxc-start -n box --foreground -- sh -c "exit 7"
try lxc-info -sH box
try lxc-start -n box -d
try lxc-info -sH box
try lxc-start -n box
try lxc-start box
quiet lxc-stop -k -n box
try lxc-start --daemon box
quiet lxc-stop -k -n box
try lxc-start -n box -s lxc.uts.name=other --define lxc.environment=COLOUR=blue
try lxc-attach -n box -- hostname
quiet lxc-stop -k -n box
try lxc-start -n box -s lxc.bogus=1
try lxc-start -n box -s nonsense
try lxc-info -sH box
try lxc-start -n box -p pid
cp pid pid2; try grep -c "^[0-9][0-9]*$" pid2
quiet lxc-stop -k -n box
try test -e pid
try lxc-start -n box --pidfile=pid -C --close-all-fds
try test -s pid
quiet lxc-stop -k -n box
try lxc-start -n box -L $PWD/log --console=none
try ls log
quiet lxc-stop -k -n box
try lxc-start -n box --console-log=$PWD/log2 -c none
try ls log2
quiet lxc-stop -k -n box
cp ~/.local/share/lxc/box/config conf
try lxc-start -n elsewhere -f conf
try lxc-info -n elsewhere -sH
try lxc-ls -1
quiet lxc-stop -k -n elsewhere
try lxc-start -n box -f /nosuch
try lxc-start -n box --rcfile conf
try lxc-start -n other --share-net box --rcfile conf
try lxc-start -n other --share-net nosuch --rcfile conf
try lxc-start -n other --share-pid box --rcfile conf
try lxc-start -n other --share-ipc box --rcfile conf
try lxc-start -n other --share-uts box --rcfile conf
quiet lxc-stop -k -n box
try lxc-start -n box -o dlog -l DEBUG
quiet lxc-stop -k -n box
try test -s dlog
try lxc-start -n box -F -- /nosuch
try lxc-start -n box -q -- /nosuch
try lxc-start -n box -P /nowhere
try lxc-start -n box -P /a -P /b
try lxc-start --bogus
try lxc-start -h
try lxc-start --usage'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-start -n box -L log -- sleep 100' '0' '1'
	me 'lxc-stop -k -n box'
}
