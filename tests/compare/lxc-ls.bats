#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-ls beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box off; }

@test "while nothing runs, the two print the same and end alike" {
	compare 'try lxc-ls
try lxc-ls -1
try lxc-ls --line
try lxc-ls -f
try lxc-ls --fancy --fancy-format=state
try lxc-ls -f -F name,state,pid,ram,swap,autostart,groups,interface,ipv4,ipv6,unprivileged
try lxc-ls -f -F NAME
try lxc-ls -F NAME
try lxc-ls -F bogus
try lxc-ls -f -F bogus
try lxc-ls -f -F name,bogus
try lxc-ls --active
try lxc-ls --running
try lxc-ls --frozen
try lxc-ls --stopped
try lxc-ls --defined
try lxc-ls --active --defined
try lxc-ls --running --stopped -1
try lxc-ls --nesting=0 -1
try lxc-ls --nesting -1
try lxc-ls -g web
try lxc-ls -g web,db -1
try lxc-ls --groups=web,nope
try lxc-ls --filter o -1
try lxc-ls --filter "^b" -1
try lxc-ls "b|o" -1
try lxc-ls -n box -1
try lxc-ls --name=box -1
try lxc-ls -P $HOME/.local/share/lxc -1
try lxc-ls --lxcpath=/nowhere
try lxc-ls -P /a -P /b
try lxc-ls -q -1
try lxc-ls --quiet
try lxc-ls --li
try lxc-ls --no-such
try lxc-ls -h
try lxc-ls --help
try lxc-ls --usage
try lxc-ls -?
try lxc-ls --rcfile /etc/passwd -1
try lxc-ls -o log -l INFO -1
try lxc-ls --logfile=log --logpriority=DEBUG -1'
}

@test "while a container runs or is frozen, the two print the same and end alike" {
	compare 'quiet lxc-start -n box
try lxc-ls
try lxc-ls -f
try lxc-ls -f -F name,state,autostart,groups,interface,ipv4,ipv6,unprivileged
try lxc-ls -f -F name,state,pid
try lxc-ls --active -1
try lxc-ls --running -1
try lxc-ls --stopped -1
try lxc-ls --defined -1
try lxc-ls --active --defined -1
try lxc-ls --active --stopped -1
try lxc-ls --running --stopped -1
try lxc-ls --nesting -1
quiet lxc-freeze -n box
try lxc-ls --frozen -f
try lxc-ls --running -f
quiet lxc-unfreeze -n box
quiet lxc-stop -k -n box'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-ls -g "" -1' '0 box off' '0 off'
	differs 'lxc-ls b o' '1' '0 box  off'
	differs 'lxc-ls --filter "["' '1' '0'
	differs 'lxc-ls -l BOGUS -1' '1' '0 box off'
}
