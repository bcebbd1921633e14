#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-checkpoint beside that of Debian's lxc: what both refuse an ordinary user, who has none of the privileges that CRIU wants.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "options that are wrong, or do not go together, end alike" {
	compare 'mkdir im
try lxc-checkpoint
try lxc-checkpoint -h
try lxc-checkpoint --help
try lxc-checkpoint --usage
try lxc-checkpoint "-?"
try sh -c "lxc-checkpoint --version | wc -l"
try lxc-checkpoint --bogus
try lxc-checkpoint -n
try lxc-checkpoint -D
try lxc-checkpoint -A
try lxc-checkpoint -n box
try lxc-checkpoint --name=box
try lxc-checkpoint box
try lxc-checkpoint box -r
try lxc-checkpoint -n box -r -s -D im
try lxc-checkpoint -n box -rsDim
try lxc-checkpoint --name=box --restore --stop --checkpoint-dir=im
try lxc-checkpoint -n box -r -p -D im
try lxc-checkpoint -n box --restore --pre-dump --checkpoint im
try lxc-checkpoint -n box -d -D im
try lxc-checkpoint -n box --daemon --checkpoint-dir im
try lxc-checkpoint -n box -F -D im
try lxc-checkpoint -n box --foreground -D im
try lxc-checkpoint -n box -P /a -P /b -D im
try lxc-checkpoint -n box --lxcpath=/nowhere -D im
try lxc-checkpoint -n box -l BOGUS -D im'
}

@test "containers that are not there, or in the wrong state, end alike" {
	compare 'mkdir im
try lxc-checkpoint -n nosuch -D im
try lxc-checkpoint nosuch -D im
try lxc-checkpoint nosuch -r -D im
try lxc-checkpoint -n box -D im
try lxc-checkpoint -n box -D im --rcfile=/nosuch
try lxc-checkpoint -q -n box -v -A /nosuch -D im
try lxc-checkpoint --quiet -n box --verbose --action-script=/nosuch --predump-dir=x -D im
try lxc-checkpoint -n box -r -D nowhere
quiet lxc-start -n box
try lxc-checkpoint -n box -r -D im
try lxc-info -n box -sH
try ls im
quiet lxc-stop -k -n box'
}

@test "an ordinary user's checkpoint or restore is refused by both, and the container goes on" {
	compare 'mkdir im
try lxc-checkpoint -o log -r -n box -D im
try lxc-checkpoint --logfile=log --logpriority=INFO -r -n box -D im -F
quiet lxc-start -n box
try lxc-checkpoint -n box -D im
try lxc-checkpoint -n box -D im -p
try lxc-checkpoint -n box -D im -v
try lxc-checkpoint -n box -D im -s
try lxc-info -n box -sH
quiet lxc-freeze -n box
try lxc-checkpoint -n box -D im -s
try lxc-info -n box -sH
quiet lxc-stop -k -n box'
}
