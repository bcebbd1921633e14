#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-freeze beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
	compare 'try lxc-freeze
try lxc-freeze -h
try lxc-freeze --usage
try lxc-freeze --bogus
try lxc-freeze -n box -P /a -P /b
try lxc-freeze -n nosuch
try lxc-freeze -n box
quiet lxc-start -n box
try lxc-freeze -n box
try lxc-info -n box -sH
try lxc-freeze box
try lxc-info -n box -sH
quiet lxc-unfreeze -n box
quiet lxc-stop -k -n box'
}
