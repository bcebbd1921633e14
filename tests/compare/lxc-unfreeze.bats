#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-unfreeze beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
	compare 'try lxc-unfreeze
try lxc-unfreeze -h
try lxc-unfreeze --usage
try lxc-unfreeze --bogus
try lxc-unfreeze -n box -P /a -P /b
try lxc-unfreeze -n nosuch
try lxc-unfreeze -n box
quiet lxc-start -n box
try lxc-unfreeze -n box
quiet lxc-freeze -n box
try lxc-unfreeze -n box
try lxc-info -n box -sH
quiet lxc-stop -k -n box'
}
