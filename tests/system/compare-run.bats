#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What starts, stops and enters containers beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup; }
teardown_file() { destroy_all; }

@test "lxc-start does what LXC's does and ends like it" {
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

@test "lxc-stop, lxc-freeze, lxc-unfreeze and lxc-wait do what LXC's do and end like them" {
	compare 'for c in lxc-stop lxc-freeze lxc-unfreeze lxc-wait; do try $c; try $c -h; try $c --usage; try $c --bogus; try $c -n box -P /a -P /b; done
try lxc-stop -n nosuch
try lxc-stop -n box
try lxc-stop -q -n box
try lxc-stop -n box -k
try lxc-stop -n box -W
try lxc-stop -n box -r
try lxc-stop -n box -k -r
try lxc-stop -n box -k --nokill
try lxc-stop -n box -k -t 5
try lxc-stop -n box --nolock
try lxc-stop -n box -t -5
try lxc-stop -n box --timeout=x
try lxc-wait -n box -s STOPPED
try lxc-wait -n nosuch -s STOPPED
try lxc-wait -n box -s "RUNNING|STOPPED"
try lxc-wait -n box -s RUNNING -t 0
try lxc-wait -n box -s BOGUS
try lxc-wait -n box -s "STOPPED|BOGUS"
try lxc-wait -n box -s stopped
try lxc-wait -s STOPPED
try lxc-wait box --state=STOPPED --timeout=-1
try lxc-freeze -n nosuch
try lxc-freeze -n box
try lxc-unfreeze -n nosuch
try lxc-unfreeze -n box
up
try lxc-wait -n box -s RUNNING
try lxc-unfreeze -n box
try lxc-freeze -n box
try lxc-freeze box
try lxc-info -n box -sH
try lxc-wait -n box -s FROZEN
try lxc-unfreeze -n box
try lxc-info -n box -sH
try lxc-stop -n box --reboot
try lxc-info -n box -sH
quiet lxc-stop -k -n box
up
try lxc-stop -n box -t 5
try lxc-info -n box -sH
up
try lxc-stop -n box --nokill -t 5
up
try lxc-stop -n box -t 0
quiet lxc-wait -n box -s STOPPED -t 5
up
try lxc-stop -n box --nowait
quiet lxc-wait -n box -s STOPPED -t 5
quiet lxc-start -n box
try lxc-stop -n box -k --nolock
quiet lxc-start -n box
try lxc-stop box --kill
quiet lxc-start -n box -- sleep 100
try lxc-stop -n box -t 1 --nokill
try lxc-info -n box -sH
try lxc-stop -n box -t 1
try lxc-info -n box -sH'
}

@test "lxc-execute does what LXC's does and ends like it" {
	compare 'try lxc-execute
try lxc-execute -h
try lxc-execute --bogus
try lxc-execute -n nosuch -- true
try lxc-execute -n box -- true
try lxc-execute box true
try lxc-execute -n box -- sh -c "exit 7"
try lxc-execute -n box -- sh -c "kill -9 \$\$"
try lxc-execute -n box -- sh -c "echo out; echo err >&2"
try lxc-execute -n box -u 5 -g 6 -- id
try lxc-execute -n box --uid=5 --gid=6 -- id -u
try lxc-execute -n box -u x -- id
try lxc-execute -n box -s lxc.uts.name=other -- hostname
try lxc-execute -n box --define lxc.bogus=1 -- hostname
cp ~/.local/share/lxc/box/config conf
try lxc-execute -n elsewhere -f conf -- hostname
try lxc-execute -n elsewhere --rcfile conf -- hostname
try lxc-execute -n box -d -- sleep 100
try lxc-info -n box -sH
quiet lxc-stop -k -n box
try lxc-execute -n box --daemon -- sleep 100
try lxc-execute -n other -f conf --share-net box -- true
quiet lxc-stop -k -n box'
}

@test "lxc-attach does what LXC's does and ends like it" {
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
	differs 'lxc-wait -n box -s STOPPED -t x' '1' '0'
	differs 'lxc-start -n box -L log -- sleep 100' '0' '1'
	me 'lxc-stop -k -n box'
	differs 'lxc-execute -n box -- /nosuch' '127' '255'
	differs 'lxc-execute -n box -- /etc' '126' '255'
	export BEFORE='trap "lxc-stop -k -n box" EXIT; quiet lxc-start -n box;'
	differs 'lxc-execute -n box -- true' '0' '1'
	differs 'lxc-attach -n box -v bad -- true' '1' '0'
	differs 'lxc-attach -n box -c label -- true' '1' '0'
}
