#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-destroy beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() {
	compare_setup box
	echo "$IDMAP" >/run/given
}

@test "the two do the same and end alike" {
	compare 'try lxc-destroy
try lxc-destroy -h
try lxc-destroy --usage
try lxc-destroy --bogus
try lxc-destroy -n box -P /a -P /b
make() { quiet lxc-create -n made -t none -f /run/given; }
make
try lxc-destroy -n made
try lxc-destroy -n made
make
try lxc-destroy made
make
try lxc-destroy -n made -f
make
try lxc-destroy -n made --force
make
try lxc-destroy -n made -s
make
try lxc-destroy -q -n made --snapshots
quiet lxc-create -n made -t none -f /run/given -P $HOME/work/path
try lxc-destroy -n made -P $HOME/work/path
try ls path
quiet lxc-start -n box
try lxc-destroy -n box
try lxc-info -n box -sH
quiet lxc-stop -k -n box
try lxc-ls -1'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	BEFORE='lxc-create -n made -t none -f /run/given; echo lxc.ephemeral = 1 >>~/.local/share/lxc/made/config; lxc-destroy -n made;' \
		differs 'lxc-ls -1' '0 box' '0 box made'
	rm -rf $SHARE/made
}
