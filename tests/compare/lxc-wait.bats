#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-wait beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
	compare 'try lxc-wait
try lxc-wait -h
try lxc-wait --usage
try lxc-wait --bogus
try lxc-wait -n box -P /a -P /b
try lxc-wait -n box -s STOPPED
try lxc-wait -n nosuch -s STOPPED
try lxc-wait -n box -s "RUNNING|STOPPED"
try lxc-wait -n box -s RUNNING -t 0
try lxc-wait -n box -s BOGUS
try lxc-wait -n box -s "STOPPED|BOGUS"
try lxc-wait -n box -s stopped
try lxc-wait -s STOPPED
try lxc-wait box --state=STOPPED --timeout=-1
quiet lxc-start -n box
try lxc-wait -n box -s RUNNING
quiet lxc-freeze -n box
try lxc-wait -n box -s FROZEN
quiet lxc-stop -k -n box
try lxc-wait -n box -s STOPPED'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-wait -n box -s STOPPED -t x' '1' '0'
}
