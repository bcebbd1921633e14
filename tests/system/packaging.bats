#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a packager does, as an ordinary user: build, change something, install into a staging directory, uninstall.

load '../lib/common'

SRC=/tmp/source STAGE=/tmp/stage

setup_file() {
	export CFLAGS=-O0
	mkdir $SRC
	tar -C "$TOP" -c --exclude=./build --exclude=./.git . | tar -x -C $SRC
	chown -R lxc-dnscrypt: $SRC
	packager 'make -s -j2' >/dev/null
}
teardown_file() { rm -rf $SRC $STAGE; }

packager() { as lxc-dnscrypt "cd $SRC; unset MAKEFLAGS; export CFLAGS=-O0; $*"; }


@test "a second make does nothing" {
	[ -z "$(packager make)" ]
}

@test "a touched header rebuilds what includes it, on both sides" {
	packager 'touch user-tools/network/link.h policy/text.h'
	run packager make
	says build/user-tools/network/link.o build/bin/lxc-start build/policy/text.o build/libexec/net-helper build/libexec/idmap-helper
	[[ "$output" != *build/user-tools/rootfs/dev.o* ]]
	[ -z "$(packager make)" ]
}

@test "changed flags and directories rebuild everything that they are compiled into" {
	run packager 'make -n SYSCONFDIR=/opt/etc'
	says build/user-tools/config/system.o build/libexec/net-helper build/bin/lxc-start
	run packager 'make -n LDFLAGS=-Wl,-O1'
	says build/bin/lxc-start
}

@test "an install into a staging directory refuses nothing and prints what the package has to set" {
	run packager "umask 077; make install DESTDIR=$STAGE INIT_SCRIPT=openrc"
	[ "$status" -eq 0 ]
	says 'system user and group _lxc-net' 'system user and group _lxc-idmap'
	for words in '_lxc-net cap_net_admin net' '_lxc-idmap cap_setgid,cap_setuid idmap'; do
		read -r user caps helper <<<"$words"
		file=/usr/local/libexec/lxc-privsep/$helper-helper
		says "chown $user:$user $file && setcap $caps+ep $file && chmod 4755 $file"
		[ "$(stat -c %a $STAGE$file)" = 755 ]
	done
	[ -z "$(find $STAGE ! -perm -o=r -o -type d ! -perm -o=x)" ]
	for service in lxc lxc-net; do
		[ -f $STAGE/usr/local/lib/systemd/system/$service.service ] && [ -x $STAGE/etc/init.d/$service ]
	done
	[ -x $STAGE/usr/local/libexec/lxc/lxc-containers ]
	grep -q '^ExecStart=/usr/local/bin/lxc-start -F -n %i$' $STAGE/usr/local/lib/systemd/system/lxc@.service
	[ "$(readlink $STAGE/usr/local/sbin/lxc-net)" = /usr/local/libexec/lxc/lxc-net ] && [ -x $STAGE/usr/local/libexec/lxc/lxc-net ]
	grep -qx 'blacklist ifb' $STAGE/etc/modprobe.d/lxc-privsep.conf
	[ -x $STAGE/usr/local/bin/lxc-start ] && [ -f $STAGE/etc/lxc/lxc-usernet ] && [ -x $STAGE/usr/local/share/lxc/templates/lxc-busybox ]
}

@test "uninstall leaves the configuration and nothing else" {
	packager "make uninstall DESTDIR=$STAGE"
	[ "$(find $STAGE ! -type d | sort)" = $STAGE/etc/default/lxc$'\n'$STAGE/etc/default/lxc-net$'\n'$STAGE/etc/lxc/default.conf$'\n'$STAGE/etc/lxc/lxc-usernet ]
}

@test "WITH_SECCOMP=0 leaves the helpers out and says so; a library that is missing is said, too" {
	run packager "rm -f build/libexec/*-helper; make install WITH_SECCOMP=0 DESTDIR=$STAGE"
	[ "$status" -eq 0 ]
	says 'no net-helper and no idmap-helper'
	[ -z "$(find $STAGE -name '*-helper')" ]
	run packager 'make O=/tmp/none PKG_CONFIG=false'
	[ "$status" -ne 0 ]
	says 'a library is missing' 'dependencies build'
	[ ! -e /tmp/none/flags ]
}

@test "after an upgrade containers that run are listed and can be stopped, and nothing else is made of them" {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n web -t busybox' >/dev/null
	packager "sed -i 's/^#define MESSAGE_VERSION .*/#define MESSAGE_VERSION 999u/' user-tools/container/message.h
		make -s -j2 O=build build/bin/lxc-start" >/dev/null
	for stop in 'lxc-stop -n web' 'lxc-stop -k -n web'; do
		me "$SRC/build/bin/lxc-start -q -n web"
		[ "$(me 'lxc-ls -f -F name,state' 2>/dev/null | tail -n 1)" = 'web  RUNNING ' ]
		run me 'lxc-start -n web'
		says 'already running'
		run me 'lxc-attach -n web -- true'
		[ "$status" -eq 1 ]
		says 'another version' 'fix: lxc-stop'
		[ "$(me 'lxc-destroy -n web' 2>&1 | head -n 1)" = 'lxc-destroy: web: the container is RUNNING' ]
		me "$stop"
		[ -z "$(processes_of lxc-dnscrypt | grep 'lxc monitor')" ]
	done
	me 'lxc-start -q -n web && lxc-stop -k -n web && lxc-destroy -n web'
}

@test "clean removes the build and nothing else" {
	before=$(cd $SRC && find . -path ./build -prune -o -print | sort)
	packager 'make -s clean'
	[ ! -e $SRC/build ]
	[ "$(cd $SRC && find . | sort)" = "$before" ]
}
