#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configurations from before LXC 2.1: they start, and lxc-update-config rewrites them.

setup() {
	load '../lib/common'
	me 'printf "%s\n" lxc.utsname=old "lxc.network.type = empty" lxc.kmsg=0 >old.conf; rm -f old.conf.backup'
}
teardown_file() {
	load '../lib/common'
	destroy_all
}

@test "a configuration with the keys of before LXC 2.1 starts, with one notice for each line" {
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
	config=/home/lxc-dnscrypt/.local/share/lxc/box/config
	me 'sed -i "/^lxc.net/d; /^lxc.uts/d" .local/share/lxc/box/config; cat old.conf >>.local/share/lxc/box/config'
	run me 'lxc-start -n box && lxc-attach -q -n box -- hostname; lxc-stop -k -q -n box'
	says "lxc.utsname is lxc.uts.name since LXC 2.1" "lxc.network.type is lxc.net.0.type since LXC 2.1" \
		"lxc.kmsg is not needed any more"
	[[ $output == *"$config:"[0-9]*": lxc.utsname"* ]]
	[[ $'\n'$output$'\n' == *$'\nold\n'* ]]
	run me 'lxc-update-config -c .local/share/lxc/box/config'
	[ "$status" = 0 ]
	run me 'lxc-start -n box && lxc-attach -n box -- hostname; lxc-stop -k -n box'
	[[ $output != *"since LXC 2.1"* && $output != *"not needed"* ]]
	[[ $'\n'$output$'\n' == *$'\nold\n'* ]]
}

@test "a new container gets today's keys from a default.conf of before LXC 2.1" {
	me 'mkdir -p .config/lxc; printf "%s\n" "lxc.network.type = empty" "lxc.network.hwaddr = 00:16:3e:xx:xx:xx" >.config/lxc/default.conf
		lxc-create -n new -t none' >/dev/null 2>&1
	run me 'grep -c "^lxc.net.0.hwaddr = 00:16:3e:[0-9a-f:]*$" .local/share/lxc/new/config; grep -c lxc.network .local/share/lxc/new/config; rm .config/lxc/default.conf'
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = 0 ]
}

@test "the original is kept, the mode stays, a link stays one, and a second run changes nothing" {
	me 'cp old.conf saved.conf; chmod 640 old.conf; ln -sf old.conf link.conf'
	run me 'lxc-update-config -c link.conf'
	[ "$status" = 0 ]
	says 'link.conf:1: lxc.utsname is lxc.uts.name now' 'link.conf:2: lxc.network.type is lxc.net.0.type now' \
		'link.conf:3: lxc.kmsg is not needed any more' '3 lines changed; the original is'
	me 'cmp saved.conf old.conf.backup; [ -L link.conf ]; [ "$(stat -c %a old.conf old.conf.backup | uniq)" = 640 ]; grep -q "^lxc.uts.name = old$" old.conf'
	run me 'lxc-update-config -c old.conf'
	[ "$status" = 0 ]
	[ "$output" = "old.conf: nothing to change" ]
}

@test "an older original is never replaced" {
	me 'echo precious >old.conf.backup'
	run me 'lxc-update-config -c old.conf'
	[ "$status" = 1 ]
	says 'old.conf.backup is there already' 'fix: move it away'
	me 'grep -qx precious old.conf.backup; grep -q lxc.utsname old.conf'
}

@test "a missing, strange or foreign file, or none at all, is named, and nothing is changed" {
	run me 'lxc-update-config'
	[ "$status" = 1 ]; says 'which file?'
	run me 'lxc-update-config -c nothing.conf'
	[ "$status" = 1 ]; says 'configuration file nothing.conf' 'No such file'
	run me 'mkfifo -m 600 fifo; timeout 5 lxc-update-config -c fifo'
	[ "$status" = 1 ]; says 'not a regular file'
	run lxc-update-config -c /home/lxc-dnscrypt/old.conf
	[ "$status" = 1 ]; says 'belongs to lxc-dnscrypt' 'run lxc-update-config as lxc-dnscrypt'
	run me 'echo lxc.network.link=x >wrong.conf; lxc-update-config -c wrong.conf'
	[ "$status" = 1 ]; says 'wrong.conf:1: lxc.network.link: lxc.network.type has to come first'
	me '[ ! -e wrong.conf.backup ]; grep -q lxc.utsname old.conf'
}
