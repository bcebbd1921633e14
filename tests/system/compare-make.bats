#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-create, lxc-destroy and lxc-update-config beside those of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() {
	local first count
	compare_setup
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	printf '%s\n' "lxc.idmap = u 0 $first $count" "lxc.idmap = g 0 $first $count" 'lxc.net.0.type = empty' | me 'cat >.config/lxc/default.conf'
	printf '%s\n' 'lxc.uts.name = given' "lxc.idmap = u 0 $first $count" "lxc.idmap = g 0 $first $count" >/run/given
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
	printf '%s\n' 'lxc.utsname = a' 'lxc.network.type = veth' 'lxc.network.link = br0' '# a comment' 'lxc.tty = 4' 'lxc.id_map = u 0 100000 65536' \
		'lxc.haltsignal = SIGINT' 'lxc.environment = A=b' >/run/old
}
teardown_file() { destroy_all; }

@test "lxc-create and lxc-destroy do what LXC's do and end like them" {
	compare 'try lxc-create
try lxc-create -n made
try lxc-create -h
try lxc-create --usage
try lxc-create --bogus
try lxc-create -n made -t none -P /a -P /b
try lxc-create -n made -t none
try test -f ~/.local/share/lxc/made/config
try lxc-create -n made -t none
try lxc-destroy
try lxc-destroy -h
try lxc-destroy --bogus
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
quiet lxc-start -n box
try lxc-destroy -n box
try lxc-info -n box -sH
quiet lxc-stop -k -n box
mkdir ~/.local/share/lxc/made
cp -a ~/.local/share/lxc/box/config ~/.local/share/lxc/made/config
quiet lxc-start -n made
try lxc-info -n made -sH
quiet lxc-stop -k -n made
rm -r ~/.local/share/lxc/made
try lxc-ls -1'
}

@test "lxc-update-config makes of a file what LXC's makes of it" {
	compare 'cp /run/old old
lxc-update-config -c old >/dev/null
try cat old
try cmp old.backup /run/old
rm old.backup
lxc-update-config --config=old >/dev/null
try cat old
rm old.backup
try lxc-update-config --config /nosuch'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differs 'lxc-update-config' '1' '0*'
	export BEFORE='trap "lxc-destroy -n made >/dev/null 2>&1" EXIT; '
	differs 'lxc-create -n made -t none -B lvm' '1' '0'
	differs 'lxc-create -n made -t n' '1' '0'
	BEFORE+='cp /run/old old; echo kept >old.backup;'
	differs 'lxc-update-config -c old' '1' '0'
	BEFORE+='lxc-create -n made -t none >/dev/null; echo lxc.ephemeral = 1 >>~/.local/share/lxc/made/config; lxc-destroy -n made;'
	differs 'lxc-ls -1' '0 box off' '0 box made off'
	rm -rf $SHARE/made
}
