# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests find in place, in the sandbox (tests/lib/sandbox) and in the VM (tests/vm/world) alike. As root, in the
# repository's directory.

world_bridge() {
	ip link add lxcbr0 type bridge
	ip addr add 10.0.3.1/24 dev lxcbr0
	ip link set lxcbr0 up
	echo 0 >/proc/sys/net/ipv6/conf/lxcbr0/accept_dad 2>/dev/null || :
}

# Two service users: homes that nobody else can enter, ids of their own, a rule each.
world_users() {
	mkdir -p /etc/lxc
	rm -f /etc/lxc/default.conf
	: >/etc/lxc/lxc-usernet
	tests/lib/make-user lxc-dnscrypt 10
	tests/lib/make-user lxc-cache 2
}

world_environment() {
	export SANDBOX=1 TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export HOME=/root USER=root LOGNAME=root LC_ALL=C.UTF-8
	unset XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS
	umask 022
}
