#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-execute beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() { compare_setup box; }

@test "the two do the same and end alike" {
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

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-execute -n box -- /nosuch' '127' '255'
	differs 'lxc-execute -n box -- /etc' '126' '255'
	BEFORE='trap "lxc-stop -k -n box" EXIT; quiet lxc-start -n box;' differs 'lxc-execute -n box -- true' '0' '1'
}
