#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-create beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() {
	compare_setup
	printf '%s\n' "$IDMAP" 'lxc.net.0.type = empty' | me 'cat >.config/lxc/default.conf'
	printf '%s\n' 'lxc.uts.name = given' "$IDMAP" >/run/given
	cat >/run/template <<-'END'
		#!/bin/sh
		echo hello
		for word; do
			case $word in
			--rootfs=*) mkdir -p "${word#*=}" ;;
			--path=*) continue ;;
			esac
			echo "$word"
		done
	END
	printf '#!/bin/sh\nexit 3\n' >/run/fails
	chmod 755 /run/template /run/fails
}

@test "the two make the same of the same words, and end alike" {
	compare 'try lxc-create
try lxc-create -n made
try lxc-create -h
try lxc-create --usage
try lxc-create --bogus
try lxc-create -n made -t none -P /a -P /b
try lxc-create -n made -t none
try test -f ~/.local/share/lxc/made/config
try lxc-create -n made -t none
try lxc-destroy -n made
try lxc-destroy -n made
try lxc-create made --template=none
try lxc-destroy made
try lxc-create -n made -t /run/template
try lxc-info -n made -c lxc.rootfs.path
try lxc-destroy -n made
try lxc-create -n made -t /run/template -- --foo bar
try lxc-destroy -n made
try lxc-create -n made -t /run/fails
try lxc-info -n made -sH
try lxc-create -n made -t /nosuch
try lxc-create -n made -t nosuch
try lxc-info -n made -sH
try lxc-create -n made -t none -f /run/given
try lxc-info -n made -c lxc.uts.name
try lxc-destroy -n made -f
try lxc-create -n made -t none --config=/run/given -B dir
try lxc-destroy -n made --force
try lxc-create -n made -t none --bdev=best
try lxc-destroy -n made -s
try lxc-create -n made -t none -B bogus
try lxc-info -n made -sH
try lxc-create -n made -t none -P $HOME/work/path
try lxc-ls -P $HOME/work/path -1
try lxc-destroy -n made -P $HOME/work/path
try lxc-ls -P $HOME/work/path -1
try lxc-create -q -n made -t none
try lxc-destroy -q -n made --snapshots
try lxc-ls -1'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	export BEFORE='trap "lxc-destroy -n made >/dev/null 2>&1" EXIT; '
	differs 'lxc-create -n made -t none -B lvm' '1' '0'
	differs 'lxc-create -n made -t n' '1' '0'
}
