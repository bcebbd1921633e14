#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shipped configuration, and the files that images and other installations name.

CONFIG=/usr/local/share/lxc/config

setup() { load '../lib/common'; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

# loads LINE...: a container with these lines is one, and its configuration is fine
loads() {
	printf '%s\n' "$@" | me 'mkdir -p .local/share/lxc/probe; cat >.local/share/lxc/probe/config; lxc-info -n probe -c lxc.uts.name'
}

@test "every shipped file loads, alone and in the order in which images name them" {
	for file in "$CONFIG"/*.conf; do
		run loads "lxc.include = $file"
		[ "$status" = 0 ] || { echo "$file: $output"; false; }
	done
	for distribution in alpine archlinux centos debian fedora gentoo opensuse oracle plamo ubuntu ubuntu-cloud voidlinux; do
		run loads "lxc.include = $CONFIG/$distribution.common.conf" "lxc.include = $CONFIG/$distribution.userns.conf" 'lxc.arch = x86_64'
		[ "$status" = 0 ] || { echo "$distribution: $output"; false; }
	done
}

@test "a configuration made by LXC's download template starts unchanged, wherever LXC was installed" {
	[ ! -e /usr/share/lxc/config/common.conf ]
	me 'lxc-create -n web -t busybox' >/dev/null 2>&1
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	me 'cat >.local/share/lxc/web/config' <<-END
		# Template used to create this container: /usr/share/lxc/templates/lxc-download
		# Parameters passed to the template: --dist debian --release bookworm --arch amd64
		# For additional config options, please look at lxc.container.conf(5)

		# Uncomment the following line to support nesting containers:
		#lxc.include = /usr/share/lxc/config/nesting.conf

		# Distribution configuration
		lxc.include = /usr/share/lxc/config/common.conf
		lxc.include = /usr/share/lxc/config/userns.conf
		lxc.arch = linux64

		# Container specific configuration
		lxc.apparmor.profile = generated
		lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp
		lxc.apparmor.allow_nesting = 1
		lxc.idmap = u 0 $first $count
		lxc.idmap = g 0 $first $count
		lxc.rootfs.path = dir:/home/lxc-dnscrypt/.local/share/lxc/web/rootfs
		lxc.uts.name = web

		# Network configuration
		lxc.net.0.type = veth
		lxc.net.0.link = lxcbr0
		lxc.net.0.flags = up
		lxc.net.0.hwaddr = 00:16:3e:12:34:56
	END
	if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
		# One line an ordinary user cannot have where AppArmor is on, and is told what to write instead.
		run me 'lxc-start -n web'
		[ "$status" = 1 ]
		says 'lxc.apparmor.profile = generated' web/config:14 'fix: lxc.apparmor.profile = unchanged'
		me 'sed -i "s/= generated/= unchanged/" .local/share/lxc/web/config'
	fi
	run me 'lxc-start -n web && lxc-attach -n web -- sh -c "hostname; ls /dev/tty4 /dev/mqueue/. ; grep Seccomp: /proc/self/status; ls /sys/class/net"; lxc-stop -k -n web'
	says web /dev/tty4 eth0 $'Seccomp:\t2'
}

@test "what an administrator puts into common.conf.d and userns.conf.d holds for every container" {
	echo 'lxc.environment = FROM_COMMON=1' >"$CONFIG/common.conf.d/site.conf"
	echo 'lxc.environment = FROM_USERNS=1' >"$CONFIG/userns.conf.d/site.conf"
	run me 'lxc-info -n web -c lxc.environment'
	rm "$CONFIG/common.conf.d/site.conf" "$CONFIG/userns.conf.d/site.conf"
	says FROM_COMMON=1 FROM_USERNS=1
}

@test "a file that neither installation has is named with the line that includes it" {
	run loads 'lxc.include = /usr/share/lxc/config/nonsense.conf'
	[ "$status" = 1 ]
	says "$CONFIG/nonsense.conf" "probe/config:1"
}
