#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-stop beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
	compare 'try lxc-stop
try lxc-stop -h
try lxc-stop --usage
try lxc-stop --bogus
try lxc-stop -n box -P /a -P /b
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
up
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
