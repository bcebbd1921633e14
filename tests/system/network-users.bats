#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every type of interface as an ordinary user has it: what lxc-usernet gives works, with real packets; what it does not give
# is refused before anything starts, with the reason, the line and what helps. Types this kernel may lack (vlan, ipvlan, VLANs
# of bridge ports) are in tests/vm/network-types.bats.

load '../lib/common'

setup_file() {
	empty_conf lxc-dnscrypt
	me 'lxc-create -n net -t busybox' >/dev/null
	{ grep -v '^lxc\.net' /home/lxc-dnscrypt/.local/share/lxc/net/config; echo 'lxc.init.cmd = /bin/busybox sleep 600'; } >/run/net-config
	cp /etc/lxc/lxc-usernet /run/usernet
	# The internet: a server that tells who calls.
	ip netns add box
	ip link add up0 type veth peer name up1 netns box
	ip addr add 192.0.2.1/24 dev up0
	ip addr add fd00:2::1/64 dev up0 nodad
	ip link set up0 up
	ip -n box addr add 192.0.2.2/24 dev up1
	ip -n box addr add fd00:2::2/64 dev up1 nodad
	ip -n box link set up1 up
	nft 'add table inet test-nat; add chain inet test-nat out { type nat hook postrouting priority 100; }
		add rule inet test-nat out oifname "up0" masquerade'
	cat >/run/server.py <<-'END'
		import socket, threading
		def serve(family, address):
		    s = socket.socket(family, socket.SOCK_STREAM)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		    s.bind((address, 80))
		    s.listen()
		    while True:
		        c, peer = s.accept()
		        c.sendall((peer[0] + "\n").encode())
		        c.close()
		threading.Thread(target=serve, args=(socket.AF_INET6, "fd00:2::2")).start()
		serve(socket.AF_INET, "192.0.2.2")
	END
	ip netns exec box python3 /run/server.py 3>&- &
	echo $! >/run/server.pid
}

teardown_file() {
	kill "$(cat /run/server.pid)"
	destroy_all
	nft delete table inet test-nat
	ip link del up0
	ip netns del box
}

setup() {
	ip link add par0 type veth peer name far0
	ip link set par0 up; ip link set far0 up
	echo 1 >/proc/sys/net/ipv4/ip_forward
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
}

teardown() {
	me 'lxc-stop -k -q -n net' || :
	cp /run/usernet /etc/lxc/lxc-usernet
	gone
	wait_for 10 eval 'ip link del par0 2>/dev/null || ! ip link show far0 2>/dev/null'
}

# The kernel takes a container's interfaces down a moment after it.
gone() { wait_for 10 eval '! ip -o link | grep -q "alias lxc-dnscrypt/"'; }
usernet() { printf '%s\n' "$@" >/etc/lxc/lxc-usernet; }
configure() { { cat /run/net-config; printf '%s\n' "$@"; } | me 'cat >.local/share/lxc/net/config'; }
with() { configure "$@"; me 'lxc-start -n net'; }
host_ip() { nsenter -t "$(me 'lxc-info -n net -pH')" -n ip "$@"; }
in_net() { me "lxc-attach -n net -- sh -c '$*'"; }
# The name of the host's end.
host_end() { me 'lxc-info -n net' | awk '$1 == "Link:" { print $2 }'; }

# refused WORDS... -- LINE...: the container with these lines does not start, and nothing was made
refused() {
	local texts=() before
	while [ "$1" != -- ]; do texts+=("$1"); shift; done
	shift
	configure "$@"
	gone
	before=$(ls /sys/class/net)
	run me 'lxc-start -n net'
	[ "$status" = 1 ] || { echo "started: $*"; return 1; }
	says "${texts[@]}" || return 1
	[ "$(state lxc-dnscrypt net)" = STOPPED ]
	[ "$(ls /sys/class/net)" = "$before" ]
}

veth() { printf '%s\n' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up'; }
macvlan() { printf '%s\n' 'lxc.net.0.type = macvlan' 'lxc.net.0.link = par0' 'lxc.net.0.flags = up'; }
router() {
	printf '%s\n' 'lxc.net.0.type = veth' 'lxc.net.0.veth.mode = router' 'lxc.net.0.flags = up' \
		'lxc.net.0.ipv4.address = 10.77.0.2/32' 'lxc.net.0.ipv4.gateway = 169.254.1.1'
}

@test "macvlan: the modes that change nothing for others, name, hwaddr and mtu, and packets to what the parent is wired to" {
	usernet 'lxc-dnscrypt macvlan par0 1'
	ip addr add 10.9.0.1/24 dev far0
	for mode in '' private vepa bridge; do
		with "$(macvlan)" ${mode:+"lxc.net.0.macvlan.mode = $mode"} 'lxc.net.0.name = lan' 'lxc.net.0.mtu = 1400' \
			'lxc.net.0.hwaddr = 02:00:00:00:00:07' 'lxc.net.0.ipv4.address = 10.9.0.2/24'
		run host_ip -d link show lan
		says "macvlan mode ${mode:-private}" 'mtu 1400' '02:00:00:00:00:07'
		ping -c1 -W5 10.9.0.2
		me 'lxc-stop -k -n net'
	done
}

@test "macvlan: passthru and the parent's own kind of address are refused with the line, unless it says so" {
	usernet '# lines' 'lxc-dnscrypt macvlan par0 1'
	refused 'net 0: lxc-dnscrypt may have a macvlan on par0, but not with mode = passthru, and it does not say mode=passthru' \
		'rule: /etc/lxc/lxc-usernet:2' 'fix: keep to what the line gives, or an admin changes it' -- \
		"$(macvlan)" 'lxc.net.0.macvlan.mode = passthru'
	refused 'but not with hwaddr = 50:54:00:00:00:01, and without mac= it gives addresses that are locally administered' 'rule: /etc/lxc/lxc-usernet:2' -- "$(macvlan)" 'lxc.net.0.hwaddr = 50:54:00:00:00:01'
	usernet 'lxc-dnscrypt macvlan par0 1 mode=passthru'
	with "$(macvlan)" 'lxc.net.0.macvlan.mode = passthru'
	run host_ip -d link show eth0
	says 'macvlan mode passthru'
}

@test "macvlan and veth in one container, whatever their order; two macvlans are refused" {
	usernet 'lxc-dnscrypt macvlan par0 2' 'lxc-dnscrypt veth lxcbr0 2'
	with "$(veth)" 'lxc.net.1.type = macvlan' 'lxc.net.1.link = par0' 'lxc.net.2.type = veth' 'lxc.net.2.link = lxcbr0'
	run host_ip -d link
	says 'eth1@' macvlan eth2@ eth0@
	me 'lxc-stop -k -n net'
	refused "net 1: an ordinary user's container has one macvlan or ipvlan, and net 0 is one" 'net/config:' 'fix: use a veth' -- \
		"$(macvlan)" 'lxc.net.1.type = macvlan' 'lxc.net.1.link = par0'
}

@test "macvlan: with a count of 1 a container is started again at once, and a second one is refused" {
	usernet 'lxc-dnscrypt macvlan par0 1'
	with "$(macvlan)"
	for i in 1 2 3; do me 'lxc-stop -k -n net && lxc-start -n net'; done
	me 'lxc-create -n two -t none' >/dev/null 2>&1
	{ echo 'lxc.idmap = auto'; macvlan; } | me 'cat >.local/share/lxc/two/config'
	run me 'lxc-start -n two -- /bin/true'
	[ "$status" = 1 ]; says 'net 0: lxc-dnscrypt may have 1 macvlan on par0 and has 1' 'rule: /etc/lxc/lxc-usernet:1'
	me 'lxc-destroy -n two'
}

@test "phys: the interface moves, is renamed inside, and leaves it with its name, address and MTU" {
	usernet 'lxc-dnscrypt phys par0 1'
	ip link set par0 address 02:00:00:00:00:09 mtu 1450
	ip addr add 10.9.0.1/24 dev far0
	configure 'lxc.net.0.type = phys' 'lxc.net.0.link = par0' 'lxc.net.0.name = wan' 'lxc.net.0.flags = up' \
		'lxc.net.0.hwaddr = 02:00:00:00:00:0a' 'lxc.net.0.mtu = 1300' 'lxc.net.0.ipv4.address = 10.9.0.3/24'
	run me 'lxc-start -n net'
	[ "$status" = 0 ]; says 'net 0: par0 is a virtual interface: the kernel removes it when the container ends'
	[ ! -e /sys/class/net/par0 ]
	run host_ip -o link show wan
	says 'mtu 1300' '02:00:00:00:00:0a' 'UP'
	ping -c1 -W5 10.9.0.3
	# Its namespace is held, so that it can be seen as it leaves it.
	exec 9<"/proc/$(me 'lxc-info -n net -pH')/ns/net"
	host_ip link set wan down
	host_ip link set wan name renamed
	me 'lxc-stop -k -n net'
	run nsenter --net=/proc/self/fd/9 ip -o link show par0
	exec 9<&-
	says 'mtu 1450' '02:00:00:00:00:09'
}

@test "router: ping and TCP through NAT to a server, IPv4 and IPv6, without a bridge; the host reaches the container" {
	usernet 'lxc-dnscrypt veth none 1 ip=10.77.0.2/32 ip=fd00:77::2/128'
	with "$(router)" 'lxc.net.0.ipv6.address = fd00:77::2/128' 'lxc.net.0.ipv6.gateway = fe80::1'
	run ip route
	says "10.77.0.2 dev $(host_end) "
	run ip -6 route
	says "fd00:77::2 dev $(host_end) "
	[[ "$(ip -o link show "$(host_end)")" != *master* ]]
	run host_ip neigh
	mac=$(cat "/sys/class/net/$(host_end)/address")
	says "169.254.1.1 dev eth0 lladdr $mac PERMANENT" "fe80::1 dev eth0 lladdr $mac PERMANENT"
	ping -c1 -W5 10.77.0.2
	wait_for 10 ping -6 -c1 -W1 fd00:77::2
	run in_net 'ping -c1 -W5 192.0.2.2 >/dev/null && nc 192.0.2.2 80 </dev/null'
	[ "$output" = 192.0.2.1 ]
	run in_net 'ping -6 -c1 -W5 fd00:2::2 >/dev/null && nc fd00:2::2 80 </dev/null'
	[ "$output" = fd00:2::1 ]
	# The route is free for the next start at once.
	for i in 1 2 3; do me 'lxc-stop -k -n net && lxc-start -n net'; done
	me 'lxc-stop -k -n net'
	run ip route
	[[ "$output" != *10.77.0.2* ]]
}

@test "router: an address or a route that no ip= has, a host that does not forward, and gateway = dev are refused" {
	usernet 'lxc-dnscrypt veth none 2' 'lxc-dnscrypt veth none 1 ip=10.78.0.0/24'
	refused 'net 0: lxc-dnscrypt may have a veth on none, but not with the address 10.77.0.2/32, and it has no "ip=" for it' \
		'rule: /etc/lxc/lxc-usernet:1' -- "$(router)"
	usernet 'lxc-dnscrypt veth none 1 ip=10.77.0.0/24 ip=10.88.0.0/24'
	refused 'but not with the route to 10.99.0.0/16, and it has no "ip=10.99.0.0/16"' -- "$(router)" 'lxc.net.0.veth.ipv4.route = 10.99.0.0/16'
	refused 'lxc.net.0.ipv4.gateway = dev: the host answers for no address' 'fix: set it to 169.254.1.1' -- "$(router)" 'lxc.net.0.ipv4.gateway = dev'
	refused 'lxc.net.0.ipv4.gateway = auto is the address of lxc.net.0.link, which is missing' -- "$(router)" 'lxc.net.0.ipv4.gateway = auto'
	echo 0 >/proc/sys/net/ipv4/ip_forward
	refused 'the host does not forward (net.ipv4.ip_forward is off)' 'fix: an admin runs "sysctl -w net.ipv4.ip_forward=1"' -- "$(router)"
	echo 1 >/proc/sys/net/ipv4/ip_forward
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
	refused 'net.ipv6.conf.all.forwarding is off' -- "$(router)" 'lxc.net.0.ipv6.gateway = fe80::1'
	with "$(router)" 'lxc.net.0.veth.ipv4.route = 10.88.0.0/24'
	run ip route
	says "10.88.0.0/24 dev $(host_end) " "10.77.0.0/24 dev $(host_end) "
	ping -c1 -W5 10.77.0.2
}

@test "a veth without a link is there, on no bridge" {
	usernet 'lxc-dnscrypt veth none 1'
	with 'lxc.net.0.type = veth' 'lxc.net.0.flags = up'
	run ip -o link show "$(host_end)"
	says ',UP' 'alias lxc-dnscrypt/net/eth0'
	[[ "$output" != *master* ]]
	[[ "$(host_ip -br link show eth0)" == *UP* ]]
	me 'lxc-stop -k -n net'
	usernet 'lxc-dnscrypt veth lxcbr0 1'
	refused 'net 0: no line of /etc/lxc/lxc-usernet gives lxc-dnscrypt a veth on none' 'fix: an admin adds the line "lxc-dnscrypt veth none 10"' -- \
		'lxc.net.0.type = veth'
}

@test "veth.pair is a name of the host's end, with the user's before it; a taken one is refused, and free after the stop" {
	usernet 'lxc-dnscrypt veth lxcbr0 3'
	with "$(veth)" 'lxc.net.0.veth.pair = web'
	run ip -o link show lxc-dnscrypt.web
	says 'master lxcbr0' 'altname lxc-dnscrypt.web' "$(host_end)"
	me 'lxc-create -n two -t none' >/dev/null 2>&1
	{ echo 'lxc.idmap = auto'; veth; echo 'lxc.net.0.veth.pair = web'; } | me 'cat >.local/share/lxc/two/config'
	run me 'lxc-start -n two -- /bin/true'
	[ "$status" = 1 ]; says 'net 0: the host already has an interface lxc-dnscrypt.web' 'fix: set another lxc.net.N.veth.pair'
	me 'lxc-destroy -n two'
	for i in 1 2 3; do me 'lxc-stop -k -n net && lxc-start -n net'; done
	me 'lxc-stop -k -n net'
	run ip link show lxc-dnscrypt.web
	[ "$status" != 0 ]
	refused 'lxc.net.0.veth.pair = a.b: a dot ends' 'net/config:' -- "$(veth)" 'lxc.net.0.veth.pair = a.b'
	refused 'lxc.net.0.veth.pair = a@b: letters, digits and "_.-" are accepted' 'net/config:' -- "$(veth)" 'lxc.net.0.veth.pair = a@b'
}

@test "hwaddr and mtu that the line decides are the interface's; others, and addresses it has no ip= for, are refused" {
	usernet 'lxc-dnscrypt veth lxcbr0 1 mac=02:00:00:00:00:2b mtu=1350 ip=10.0.3.43/32'
	with "$(veth)" 'lxc.net.0.ipv4.address = 10.0.3.43/24' 'lxc.net.0.ipv4.gateway = auto'
	run host_ip -o link show eth0
	says '02:00:00:00:00:2b' 'mtu 1350 '
	[ "$(cat /sys/class/net/lxcbr0/mtu)" = 1500 ]
	run in_net 'ping -c1 -W5 10.0.3.1 >/dev/null && ping -c1 -W5 192.0.2.2 >/dev/null && nc 192.0.2.2 80 </dev/null'
	[ "$output" = 192.0.2.1 ]
	me 'lxc-stop -k -n net'
	refused 'but not with hwaddr = 02:00:00:00:00:2c, and it gives 02:00:00:00:00:2b' 'rule: /etc/lxc/lxc-usernet:1' -- \
		"$(veth)" 'lxc.net.0.hwaddr = 02:00:00:00:00:2c'
	refused 'but not with mtu = 1400, and it gives at most 1350' -- "$(veth)" 'lxc.net.0.mtu = 1400'
	refused 'but not with the address 10.0.3.44/32' -- "$(veth)" 'lxc.net.0.ipv4.address = 10.0.3.44/24'
	with "$(veth)" 'lxc.net.0.mtu = 1300'
	run host_ip -o link show eth0
	says '02:00:00:00:00:2b' 'mtu 1300 '
}

@test "the line that fits is used, of several" {
	usernet 'lxc-dnscrypt veth lxcbr0 9 ip=10.0.3.50/32' 'lxc-dnscrypt veth lxcbr0 2 ip=10.0.3.60/32'
	with "$(veth)" 'lxc.net.0.ipv4.address = 10.0.3.60/24'
	ping -c1 -W5 10.0.3.60
}

@test "script.up and script.down get the type, the link and the host's end, of each type" {
	usernet 'lxc-dnscrypt macvlan par0 1' 'lxc-dnscrypt veth lxcbr0 1'
	printf '#!/bin/sh\necho "$@" >>/tmp/net-scripts\n' | me 'cat >script; chmod 755 script; rm -f /tmp/net-scripts'
	with "$(macvlan)" 'lxc.net.0.script.up = /home/lxc-dnscrypt/script' 'lxc.net.0.script.down = /home/lxc-dnscrypt/script' \
		'lxc.net.1.type = veth' 'lxc.net.1.link = lxcbr0' 'lxc.net.1.script.up = /home/lxc-dnscrypt/script'
	end=$(host_end)
	me 'lxc-stop -k -n net'
	run cat /tmp/net-scripts
	[[ "${lines[0]}" == 'net net up macvlan par0'* ]]
	[ "${lines[1]}" = "net net up veth lxcbr0 $end" ]
	[[ "${lines[2]}" == 'net net down macvlan par0'* ]]
}

@test "what no line gives is refused by type and link, with the line that would give it" {
	usernet 'lxc-dnscrypt veth lxcbr0 1'
	refused 'net 0: no line of /etc/lxc/lxc-usernet gives lxc-dnscrypt a macvlan on par0' 'net/config:' \
		'fix: an admin adds the line "lxc-dnscrypt macvlan par0 10" to it' -- "$(macvlan)"
	refused 'gives lxc-dnscrypt a ipvlan on par0' '"lxc-dnscrypt ipvlan par0 10"' -- 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0'
	refused 'gives lxc-dnscrypt a vlan on par0' '"lxc-dnscrypt vlan par0 1 vlan=ID"' -- 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0' 'lxc.net.0.vlan.id = 5'
	refused 'gives lxc-dnscrypt a phys on par0' '"lxc-dnscrypt phys par0 1"' -- 'lxc.net.0.type = phys' 'lxc.net.0.link = par0'
	usernet 'lxc-dnscrypt macvlan par0 1 ip=10.0.0.0/8'
	refused 'gives lxc-dnscrypt a macvlan on par0' 'rule: /etc/lxc/lxc-usernet:1 is malformed and grants nothing' -- "$(macvlan)"
	usernet 'lxc-dnscrypt ipvlan par0 1' 'lxc-dnscrypt vlan par0 1 vlan=5'
	refused 'but not with isolation = private' 'lxc-usernet:1' -- 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.ipvlan.isolation = private'
	refused 'but not with mode = l2' 'lxc-usernet:1' -- 'lxc.net.0.type = ipvlan' 'lxc.net.0.link = par0' 'lxc.net.0.ipvlan.mode = l2'
	refused 'but not with vlan.id = 6, and it gives 5' 'lxc-usernet:2' -- 'lxc.net.0.type = vlan' 'lxc.net.0.link = par0' 'lxc.net.0.vlan.id = 6'
	rm /etc/lxc/lxc-usernet
	refused 'net 0: /etc/lxc/lxc-usernet does not exist, so nobody may have a macvlan' -- "$(macvlan)"
}

@test "what stays root's is refused by key, with what to use instead" {
	usernet 'lxc-dnscrypt veth lxcbr0 1' 'lxc-dnscrypt phys par0 1' 'lxc-dnscrypt ipvlan par0 1'
	while IFS='|' read -r lines key instead; do
		refused "net 0: lxc.net.0.$key: takes CAP_NET_ADMIN over the host, and no line of lxc-usernet gives it" 'rule: ' 'net/config:' \
			"fix: $instead; or root starts the container" -- "lxc.net.0.type = ${lines%%;*}" "lxc.net.0.${lines#*;}" \
			${lines:+"lxc.net.0.link = $(case $lines in veth*) echo lxcbr0 ;; phys*) echo par+ ;; *) echo par0 ;; esac)"}
	done <<-'END'
		veth;l2proxy = 1|l2proxy = 1|use a veth with veth.mode = router, whose addresses the host has routes to
		veth;veth.n_rxqueues = 2|veth.n_rxqueues|remove it
		veth;veth.n_txqueues = 2|veth.n_txqueues|remove it
		veth;veth.vlan.tagged.id = 3|veth.vlan.tagged.id|use an interface for each VLAN, with veth.vlan.id
		veth;veth.vlan.id = none|veth.vlan.id = none|use the VLAN that lxc-usernet gives, or remove it
		veth;veth.ipv4.route = 10.1.0.0/16|veth.ipv4.route, with a bridge|use veth.mode = router
		veth;veth.ipv6.route = fd00::/64|veth.ipv6.route, with a bridge|use veth.mode = router
		ipvlan;ipvlan.isolation = vepa|ipvlan.isolation = vepa|use bridge, or private where lxc-usernet says isolated
		phys;flags = up|link with a +|name each interface, with a lxc.net of its own
	END
}
