#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bridge as a service of systemd: lxc-net.service, and systemd-networkd as docs/NETWORK.md says.

load '../lib/common'

setup_file() {
	ip link del lxcbr0
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' |
		me 'umask 077; mkdir -p .config/lxc; cat >.config/lxc/default.conf'
	me 'lxc-create -n web -t busybox' >/dev/null
}
teardown_file() { destroy_all; }
teardown() {
	me 'lxc-stop -k -q -n web' || :
	systemctl stop lxc-net.service systemd-networkd.service 2>/dev/null || :
	rm -f /etc/systemd/network/lxcbr0.*
	ip link del lxcbr0 2>/dev/null || :
}

# example NAME: the block of docs/NETWORK.md that is marked with it
example() { awk -v mark="<!-- $1 -->" '$0 == mark { on = 1; next } /^```$/ && on { if (++on == 3) exit; next } on == 2' "$TOP/docs/NETWORK.md"; }

leased() { me 'lxc-info -n web -iH' | grep -q '^10\.0\.3\.'; }

@test "lxc-net.service: a lease for a container, which a reload does not disturb, and a stop that leaves nothing" {
	echo 'LXC_DHCP_PING="false"' >/etc/default/lxc-net
	systemctl daemon-reload
	systemctl start lxc-net.service
	lxc-net status
	me 'lxc-start -q -n web'
	wait_for 60 leased
	systemctl reload lxc-net.service
	[ "$(systemctl is-active lxc-net.service)" = active ]
	me 'lxc-attach -n web -- ping -c 1 -W 10 10.0.3.1'
	me 'lxc-stop -k -n web'
	systemctl stop lxc-net.service
	run lxc-net status
	[ "$status" -eq 3 ]
	[ ! -e /sys/class/net/lxcbr0 ]
	[ -z "$(pgrep -x dnsmasq)" ]
	run systemctl is-failed lxc-net.service
	[ "$output" = inactive ]
	rm /etc/default/lxc-net
}

@test "a start of lxc-net.service that is refused leaves the reason in the journal" {
	echo 'LXC_ADDR="10.0.3.300"' >/etc/default/lxc-net
	systemctl daemon-reload
	run systemctl start lxc-net.service
	[ "$status" -ne 0 ]
	run systemctl status lxc-net.service
	says 'LXC_ADDR="10.0.3.300": an IPv4 address without a prefix length is expected' 'rule: /etc/default/lxc-net:1'
	[ ! -e /sys/class/net/lxcbr0 ]
	systemctl reset-failed lxc-net.service
	rm /etc/default/lxc-net
}

@test "systemd-networkd makes the bridge and gives containers their addresses" {
	for file in lxcbr0.netdev lxcbr0.network; do example $file >/etc/systemd/network/$file; done
	systemctl restart systemd-networkd.service
	wait_for 30 eval 'ip -br addr show dev lxcbr0 | grep -q 10.0.3.1/24'
	me 'lxc-start -q -n web'
	wait_for 60 leased
	me 'lxc-attach -n web -- ping -c 1 -W 10 10.0.3.1'
	nft list ruleset | grep -q 10.0.3.0/24
}
