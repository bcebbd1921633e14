#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-net: the bridge of the containers, used by real packets. The namespace "box" is a container on the bridge, "outside" a
# network behind the host that knows no way back to the bridge.

load '../lib/common'

SETTINGS=/etc/default/lxc-net
STATE=/run/lxc-net/state

setup_file() {
	ip link del lxcbr0
	ip netns add outside
	ip link add out0 type veth peer name eth0 netns outside
	ip addr add 192.0.2.1/24 dev out0
	ip -6 addr add fd00:99::1/64 dev out0 nodad
	ip link set out0 up
	ip -n outside addr add 192.0.2.2/24 dev eth0
	ip -n outside -6 addr add fd00:99::2/64 dev eth0 nodad
	ip -n outside link set eth0 up
	# A server that answers with the address of who asks, and keeps the connection until that one ends it.
	cat >/tmp/server.py <<-'END'
		import socket, socketserver
		class Who(socketserver.StreamRequestHandler):
		    def handle(self):
		        self.wfile.write(self.client_address[0].removeprefix("::ffff:").encode() + b"\n")
		        for line in self.rfile:
		            self.wfile.write(line)
		class Server(socketserver.ThreadingTCPServer):
		    address_family, daemon_threads, allow_reuse_address = socket.AF_INET6, True, True
		Server(("::", 80), Who).serve_forever()
	END
	ip netns exec outside python3 /tmp/server.py 3>&- & echo $! >/tmp/server.pid
	# hold: takes a port
	cat >/tmp/hold.py <<-'END'
		import socket, sys, time
		s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM)
		if sys.argv[1] == "tcp": s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) # beside what is in TIME_WAIT
		s.bind(("0.0.0.0", int(sys.argv[2])))
		if sys.argv[1] == "tcp": s.listen()
		time.sleep(600)
	END
	wait_for 5 eval 'ip netns exec outside ss -Hltn "sport = :80" | grep -q .'
	printf '#!/bin/sh\n[ "$1" = bound ] || exit 0\nip addr flush dev eth0 scope global\nip addr add "$ip/$mask" dev eth0\nip route add default via "$router"\necho "$ip $dns $domain" >/tmp/lease\n' >/tmp/udhcpc
	chmod 755 /tmp/udhcpc
}
teardown_file() {
	kill "$(cat /tmp/server.pid)"
	ip netns del outside
	destroy_all
}
setup() {
	settings
	before=$(world)
}
teardown() {
	[ ! -e /tmp/holder.pid ] || { kill "$(cat /tmp/holder.pid)"; rm /tmp/holder.pid; }
	unbox
	lxc-net -q stop
	for program in dnsmasq nft; do umount /usr/sbin/$program 2>/dev/null || :; done
	rm -f /var/lib/misc/dnsmasq.*.leases
	[ -n "$BATS_TEST_COMPLETED" ] || reset
	[ -z "$BATS_TEST_COMPLETED" ] || [ "$(world)" = "$before" ] || { diff <(echo "$before") <(world); false; }
}

# What a test that failed in the middle left does not make the next one fail.
reset() {
	destroy_all
	nft flush ruleset
	ip link del lxcbr0 2>/dev/null || :
	rm -f $STATE
}

# Everything that lxc-net could leave behind.
world() {
	ip -br link
	ip -br addr
	nft -s list ruleset
	ps -eo args | grep '^/usr/sbin/dnsmasq' || :
	cat $STATE 2>/dev/null || :
}

# Without pings before a lease, which take 3 seconds.
settings() { only "$@" 'LXC_DHCP_PING="false"'; }
only() { printf '%s\n' "$@" >$SETTINGS; }

# The namespace "box", with its eth0 on the bridge.
box() {
	ip netns add box
	ip link add box0 type veth peer name eth0 netns box
	ip link set box0 master "${1-lxcbr0}" up
	ip -n box link set lo up
	ip -n box link set eth0 up
}
unbox() {
	[ -e /run/netns/box ] || return 0
	ip link del box0
	ip netns del box
}
inside() { ip netns exec box "$@"; }
# A lease for box, by DHCP
lease() { inside busybox udhcpc -i eth0 -n -q -f -t 20 -T 1 -s /tmp/udhcpc -x hostname:web >/tmp/udhcpc.log 2>&1; }
static() {
	ip -n box addr add "$1/24" dev eth0
	ip -n box route add default via 10.0.3.1
	# The bridge forwards a little after it has the port.
	wait_for 5 inside ping -c 1 -W 1 10.0.3.1
}
# The address that the server outside sees
who() { inside timeout 5 python3 -c 'import socket, sys; print(socket.create_connection((sys.argv[1], 80)).recv(64).decode(), end="")' "$1"; }

# hold PROGRAM ARGUMENT...: it runs until the test ends
hold() {
	"$@" >/dev/null 2>&1 3>&- &
	echo $! >/tmp/holder.pid
}
udp_held() { ss -Hlun "sport = :$1" | grep -q .; }
tcp_held() { ss -Hltn "sport = :$1" | grep -q .; }

field() { lxc-net status --json | sed -n "s/^  \"$1\": \(.*[^,]\),*$/\1/p"; }
ifindex() { cat "/sys/class/net/$1/ifindex"; }

# refused CODE TEXT...: start ends with this exit status and these words, and nothing was made
refused() {
	local code=$1
	shift
	run lxc-net start
	[ "$status" -eq "$code" ] || { echo "status $status: $output"; return 1; }
	says "$@"
	[ "$(world)" = "${made-$before}" ] || { diff <(echo "$before") <(world); return 1; }
}

@test "a container gets a lease, DNS answers by its name, it reaches the bridge, and by NAT a server elsewhere" {
	only 'LXC_DOMAIN="lxc"'
	lxc-net start
	box
	lease
	read -r address dns domain </tmp/lease
	[[ "$address" == 10.0.3.* && "$dns" = 10.0.3.1 && "$domain" = lxc ]]
	inside ping -c 1 -W 5 10.0.3.1
	[[ "$(inside busybox nslookup web.lxc 10.0.3.1)" == *"$address"* ]]
	[ "$(who 192.0.2.2)" = 192.0.2.1 ]
	inside ping -c 1 -W 5 192.0.2.2
	grep -q " $address web " /var/lib/misc/dnsmasq.lxcbr0.leases
}

@test "IPv6: a container makes its address from what is advertised, and reaches a server elsewhere by NAT" {
	settings 'LXC_IPV6_ADDR="fd00:3::1"' 'LXC_IPV6_MASK="64"' 'LXC_IPV6_NETWORK="fd00:3::/64"' 'LXC_IPV6_NAT="true"'
	lxc-net start
	box
	wait_for 15 eval 'ip -n box -6 addr show dev eth0 scope global -tentative | grep -q "inet6 fd00:3:"'
	wait_for 5 eval 'ip -n box -6 route | grep -q ^default'
	inside ping -6 -c 1 -W 5 fd00:3::1
	[ "$(who fd00:99::2)" = fd00:99::1 ]
	# The bridge itself believes no advertisement.
	[ "$(cat /proc/sys/net/ipv6/conf/lxcbr0/accept_ra)" = 0 ]
}

@test "without LXC_IPV6_NAT the addresses of containers stay as they are" {
	settings 'LXC_IPV6_ADDR="fd00:3::1"'
	lxc-net start
	[[ "$(nft list table inet lxc-net)" != *'ip6 saddr'* ]]
	box
	ip -n box -6 addr add fd00:3::7/64 dev eth0 nodad
	ip -n box -6 route add default via fd00:3::1
	ip -n outside -6 route add fd00:3::/64 via fd00:99::1
	[ "$(who fd00:99::2)" = fd00:3::7 ]
	ip -n outside -6 route del fd00:3::/64
}

@test "the container of an ordinary user has its address from it" {
	lxc-net start
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' |
		me 'umask 077; mkdir -p .config/lxc; cat >.config/lxc/default.conf'
	me 'lxc-create -n web -t busybox && lxc-start -n web' >/dev/null
	wait_for 20 eval 'me "lxc-info -n web -iH" | grep -q ^10.0.3.'
	[ "$(me 'lxc-attach -n web -- sh -c "sleep 1 | nc 192.0.2.2 80"')" = 192.0.2.1 ]
	destroy lxc-dnscrypt web
	wait_for 10 eval '[ "$(field attached)" = 0 ]'
}

@test "status: 3 while stopped, 0 while it runs, the same in JSON; also for an ordinary user" {
	run lxc-net status
	[ "$status" -eq 3 ] && [ "$output" = 'State:    stopped' ]
	lxc-net start
	run lxc-net status
	[ "$status" -eq 0 ]
	says 'State:    running' 'Bridge:   lxcbr0, 0 attached' 'Address:  10.0.3.1/24' 'DHCP/DNS: dnsmasq, process '
	[ "$(field state) $(field own) $(field rules) $(field bridge)" = '"running" true true "lxcbr0"' ]
	run me '/usr/local/sbin/lxc-net status --json'
	[ "$status" -eq 0 ]
	says '"state": "running"' '"rules": null'
	lxc-net status --json | python3 -m json.tool >/dev/null
	/usr/local/libexec/lxc/lxc-net status
}

@test "start again changes nothing, stop again neither, and stop leaves nothing" {
	lxc-net start
	first="$(ifindex lxcbr0) $(field dnsmasq_pid) $(world)"
	lxc-net start
	[ "$first" = "$(ifindex lxcbr0) $(field dnsmasq_pid) $(world)" ]
	lxc-net stop
	[ "$(world)" = "$before" ]
	run lxc-net stop
	[ "$status" -eq 0 ] && [ -z "$output" ]
	[ ! -e /run/lxc-net-dnsmasq.pid ] && [ ! -e $STATE ]
}

@test "the server runs as a user without privileges, on the bridge alone" {
	lxc-net start
	[ "$(ps -o user= -p "$(field dnsmasq_pid)")" = dnsmasq ]
	[ "$(ss -Hlntu 'sport = :53' | awk '{ print $5 }' | sort -u | grep -v %lxcbr0)" = 10.0.3.1:53 ]
}

@test "DNS is for containers and the host; other networks get no answer, though they reach the bridge's address" {
	settings 'LXC_DOMAIN="lxc"'
	echo '10.0.3.9 web.lxc' >>/etc/hosts
	lxc-net start
	box
	static 10.0.3.7
	ask='timeout 1 busybox nslookup -type=a web.lxc 10.0.3.1'
	ip -n outside route add 10.0.3.0/24 via 192.0.2.1
	ip netns exec outside ping -c 1 -W 5 10.0.3.1
	[[ "$(inside $ask)" == *10.0.3.9* && "$($ask)" == *10.0.3.9* ]]
	[[ "$(ip netns exec outside $ask || :)" != *10.0.3.9* ]]
	# By TCP: the length of the answer to the same question, 0 if the connection just ends.
	ask=(python3 -c 'import socket
		s = socket.create_connection(("10.0.3.1", 53), 3)
		question = b"\0\1\1\0\0\1\0\0\0\0\0\0\3web\3lxc\0\0\1\0\1"
		s.sendall(len(question).to_bytes(2, "big") + question)
		print(len(s.recv(512)))')
	ask[2]=$(sed 's/^\t*//' <<<"${ask[2]}")
	[ "$(inside "${ask[@]}")" -gt 2 ]
	[ "$(ip netns exec outside "${ask[@]}")" = 0 ]
	ip -n outside route del 10.0.3.0/24
	sed -i '/web.lxc/d' /etc/hosts
}

@test "a container that sends router advertisements does not become the host's router" {
	lxc-net start
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
	box
	ip -n box -6 addr add fd00:66::1/64 dev eth0 nodad
	ip -n box -6 addr add fe80::66/64 dev eth0 nodad
	hold ip netns exec box dnsmasq -k --conf-file=/dev/null --user=root --port=0 --interface=eth0 --dhcp-range=fd00:66::1,ra-only \
		--enable-ra --pid-file= --leasefile-ro
	wait_for 15 eval 'awk "\$1 == \"Icmp6InRouterAdvertisements\" && \$2 > 0" /proc/net/dev_snmp6/lxcbr0 | grep -q .'
	[[ "$(ip -6 route)" != *'proto ra'* && "$(ip -6 addr show dev lxcbr0)" != *fd00:66:* ]]
}

@test "a restart keeps containers attached and their connections open, and takes new settings" {
	lxc-net start
	box
	static 10.0.3.7
	index=$(ifindex lxcbr0) pid=$(field dnsmasq_pid)
	coproc line { exec ip netns exec box busybox nc 192.0.2.2 80 3>&-; }
	read -r -t 5 answer <&"${line[0]}"
	lxc-net restart
	[ "$(ifindex lxcbr0)" = "$index" ] && [ "$(field dnsmasq_pid)" != "$pid" ] && [ "$(field attached)" = 1 ]
	echo hello >&"${line[1]}"
	read -r -t 5 answer <&"${line[0]}"
	[ "$answer" = hello ]
	kill "$line_PID"
	settings 'LXC_ADDR="10.0.5.1"' 'LXC_IPV6_ADDR="fd00:5::1"'
	lxc-net restart
	[ "$(ip -br addr show dev lxcbr0 scope global | awk '{ print $3, $4 }')" = '10.0.5.1/24 fd00:5::1/64' ]
	[ "$(ifindex lxcbr0)" = "$index" ]
	lease
	[[ "$(cat /tmp/lease)" == '10.0.5.'*' 10.0.5.1 '* ]]
}

@test "with another name of the bridge the old one goes" {
	lxc-net start
	settings 'LXC_BRIDGE="other0"' 'LXC_BRIDGE_MAC="10:66:6a:00:00:07"'
	lxc-net start
	[ ! -e /sys/class/net/lxcbr0 ]
	[ "$(cat /sys/class/net/other0/address)" = 10:66:6a:00:00:07 ]
	box other0
	lease
}

@test "stop keeps the bridge while something is attached, says so, and removes it afterwards" {
	lxc-net start
	box
	run lxc-net stop
	[ "$status" -eq 0 ]
	says 'the bridge lxcbr0 stays: interfaces are attached'
	[ -z "$(ip -br -4 addr show dev lxcbr0 | awk '{ print $3 }')" ] && [ -z "$(nft list tables)" ]
	run lxc-net status
	[ "$status" -eq 3 ]
	lxc-net start
	lease
	lxc-net -q stop
	unbox
	run lxc-net stop
	[ "$status" -eq 0 ] && [ -z "$output" ]
	[ "$(world)" = "$before" ]
}

@test "a port that is taken: the process is named with what to do, and nothing is made" {
	hold python3 /tmp/hold.py tcp 53
	wait_for 5 tcp_held 53
	refused 1 "dnsmasq needs port 53 (TCP) of 10.0.3.1, which is held by python3 (process $(cat /tmp/holder.pid))" 'fix: ' 'port=0'
	kill "$(cat /tmp/holder.pid)"
	hold python3 /tmp/hold.py udp 53
	wait_for 5 udp_held 53
	refused 1 "port 53 (UDP) of 10.0.3.1, which is held by python3 (process $(cat /tmp/holder.pid))"
	kill "$(cat /tmp/holder.pid)"
	hold python3 /tmp/hold.py udp 67
	wait_for 5 udp_held 67
	refused 1 "port 67 (UDP) of lxcbr0, which is held by python3 (process $(cat /tmp/holder.pid))" 'fix: '
}

@test "servers on other addresses and bridges are in nobody's way" {
	hold dnsmasq -k --conf-file=/dev/null --user=root --bind-interfaces --interface=out0 --except-interface=lo \
		--dhcp-range=192.0.2.50,192.0.2.60 --pid-file= --leasefile-ro
	wait_for 5 udp_held 67
	lxc-net start
	box
	lease
	[[ "$(cat /tmp/lease)" == 10.0.3.* ]]
}

@test "port=0 in LXC_DHCP_CONFILE: DHCP without DNS, beside the server that has the port" {
	hold python3 /tmp/hold.py tcp 53
	wait_for 5 tcp_held 53
	echo 'port=0 # somebody else does DNS' >/tmp/dnsmasq.conf
	settings 'LXC_DHCP_CONFILE=/tmp/dnsmasq.conf' 'LXC_DHCP_RANGE="10.0.3.77,10.0.3.77,1h"'
	lxc-net start
	box
	lease
	[[ "$(cat /tmp/lease)" == 10.0.3.77\ * ]]
}

@test "LXC_DHCP_MAX: no more leases than that" {
	lxc-net start
	box
	lease
	settings 'LXC_DHCP_MAX=1'
	lxc-net restart
	ip -n box link set eth0 address 10:66:6a:00:00:99
	rm /tmp/lease
	run timeout 3 ip netns exec box busybox udhcpc -i eth0 -n -q -f -t 2 -T 1 -s /tmp/udhcpc
	[ "$status" -ne 0 ] && [ ! -e /tmp/lease ]
	says 'broadcasting select for 10.0.3.'
}

@test "without dnsmasq everything else works, and that is said once" {
	mount --bind /dev/null /usr/sbin/dnsmasq
	run lxc-net start
	[ "$status" -eq 0 ] && [ "${#lines[@]}" -eq 1 ]
	says 'dnsmasq is not installed' 'lxc.net.0.ipv4.address'
	[ "$(field state) $(field dnsmasq_pid)" = '"running" null' ]
	box
	static 10.0.3.7
	[ "$(who 192.0.2.2)" = 192.0.2.1 ]
}

@test "without nftables nothing is made" {
	mount --bind /dev/null /usr/sbin/nft
	run lxc-net start
	[ "$status" -eq 1 ]
	says 'nft is not installed' 'fix: install nftables'
	[ ! -e /sys/class/net/lxcbr0 ] && [ ! -e $STATE ]
}

as_it_is() {
	cat /sys/class/net/lxcbr0/{ifindex,address,ifalias,flags}
	ip -o addr show dev lxcbr0 scope global
	cat /proc/sys/net/ipv6/conf/lxcbr0/{accept_ra,autoconf,accept_dad}
}

@test "a bridge of somebody else is used as it is if it has the address, and stays" {
	ip link add lxcbr0 address 10:66:6a:00:00:01 type bridge
	ip addr add 10.0.3.1/24 dev lxcbr0
	ip link set lxcbr0 up
	theirs=$(as_it_is)
	lxc-net start
	[ "$(field own)" = false ]
	diff <(echo "$theirs") <(as_it_is)
	box
	lease
	[ "$(who 192.0.2.2)" = 192.0.2.1 ]
	unbox
	run lxc-net stop
	says 'lxcbr0 stays'
	diff <(echo "$theirs") <(as_it_is)
	ip link del lxcbr0
}

@test "rules that the kernel or nft refuses, and lines that dnsmasq does not know: nothing is made" {
	printf '#!/bin/sh\necho "Error: Operation not supported" >&2; exit 1\n' >/tmp/nft
	chmod 755 /tmp/nft
	mount --bind /tmp/nft /usr/sbin/nft
	run lxc-net start
	[ "$status" -eq 1 ]
	says 'nft: Error: Operation not supported'
	umount /usr/sbin/nft
	[ "$(world)" = "$before" ]
	echo 'no-such-option' >/tmp/dnsmasq.conf
	settings 'LXC_DHCP_CONFILE=/tmp/dnsmasq.conf'
	refused 1 'dnsmasq: bad option at line 1 of /tmp/dnsmasq.conf'
}

@test "what fails while it is made is undone" {
	# A server that ends at once, whatever it is asked for but a test.
	printf '#!/bin/sh\ncase $* in *--test) exit 0 ;; esac\necho "dnsmasq: no luck"; exit 2\n' >/tmp/dnsmasq
	chmod 755 /tmp/dnsmasq
	mount --bind /tmp/dnsmasq /usr/sbin/dnsmasq
	refused 1 'dnsmasq does not start: dnsmasq: no luck'
}

@test "a bridge of somebody else with another address, and what is no bridge, are refused and untouched" {
	ip link add lxcbr0 type bridge
	ip addr add 192.168.1.2/24 dev lxcbr0
	made=$(world)
	settings '' 'LXC_BRIDGE="lxcbr0"'
	refused 1 'lxc-net did not make the bridge lxcbr0, and it does not have the address 10.0.3.1/24' "rule: $SETTINGS:2" 'USE_LXC_BRIDGE="false"'
	ip link del lxcbr0
	settings 'LXC_BRIDGE=out0'
	made=$(world)
	refused 1 'out0 is an interface that is no bridge' "rule: $SETTINGS:1"
	unset made
}

@test "tables of others stay as they are" {
	nft 'add table inet filter; add chain inet filter forward { type filter hook forward priority 0; }; add rule inet filter forward iifname "lxcbr0" accept
		add table ip lxc; add table inet lxc'
	theirs=$(nft -s list ruleset)
	lxc-net start
	[ "$(nft -s list ruleset | sed '/^table inet lxc-net {/,/^}/d')" = "$theirs" ]
	lxc-net restart
	lxc-net stop
	[ "$(nft -s list ruleset)" = "$theirs" ]
	nft 'delete table inet filter; delete table ip lxc; delete table inet lxc'
}

@test "a firewall that drops what the bridge needs is named with the rules to add, and these are right" {
	nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; policy drop; }
		add chain inet filter forward { type filter hook forward priority 0; policy drop; }'
	run lxc-net start
	[ "$status" -eq 0 ]
	says 'chain input of the nftables inet filter' 'chain forward of the nftables inet filter'
	box
	sed -n 's/.*accepts\{0,1\}: \(nft .*\)/\1/p' <<<"$output" >/tmp/rules
	[ "$(wc -l </tmp/rules)" = 2 ]
	. /tmp/rules
	lease
	[ "$(who 192.0.2.2)" = 192.0.2.1 ]
	run lxc-net restart
	[ -z "$output" ]
	nft delete table inet filter
}

@test "what is gone is named by status, with exit 1, and start brings it back" {
	lxc-net start
	kill -9 "$(field dnsmasq_pid)"
	wait_for 5 eval '[ "$(field dnsmasq_pid)" = null ]'
	nft flush ruleset
	ip addr del 10.0.3.1/24 dev lxcbr0
	run lxc-net status
	[ "$status" -eq 1 ]
	says 'State:    incomplete' 'Missing:  dnsmasq does not run' 'Missing:  the nftables inet lxc-net is gone' 'Missing:  the address 10.0.3.1/24 is gone'
	ip link del lxcbr0
	run lxc-net status
	says 'Missing:  lxcbr0 is gone'
	lxc-net start
	lxc-net status
	box
	lease
}

@test "killed anywhere, the next start completes it and the next stop removes it" {
	local kills=0
	for call in sendmsg vfork clone clone3 rename unlink; do
		for after in start stop; do
			for ((n = 1; ; n++)); do
				lxc-net stop
				run strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n lxc-net start
				[ "$status" -ne 0 ] || break
				kills=$((kills + 1))
				lxc-net $after
				[ $after = stop ] || lxc-net status >/dev/null || { echo "$call $n"; lxc-net status; false; }
				[ $after = start ] || [ "$(world)" = "$before" ] || { echo "$call $n"; diff <(echo "$before") <(world); false; }
			done
		done
		for ((n = 1; ; n++)); do
			lxc-net start
			run strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n lxc-net stop
			[ "$status" -ne 0 ] || break
			lxc-net stop
			[ "$(world)" = "$before" ] || { echo "stop $call $n"; diff <(echo "$before") <(world); false; }
		done
	done
	echo "$kills times"
	[ "$kills" -gt 20 ]
}

@test "starts and stops at the same time do not meet" {
	for i in 1 2 3 4; do
		lxc-net start 3>&- & pids[i]=$!
		lxc-net -q stop 3>&- & pids[i + 4]=$!
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	lxc-net start
	lxc-net status
	[ "$(pgrep -c -f '^/usr/sbin/dnsmasq .*lxc-net-dnsmasq')" = 1 ]
}

@test "a process of a user that looks like the server is neither believed nor ended" {
	cp /usr/bin/perl /home/lxc-dnscrypt/dnsmasq
	hold setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --clear-groups /home/lxc-dnscrypt/dnsmasq -e sleep -- --pid-file=/run/lxc-net-dnsmasq.pid
	pid=$(cat /tmp/holder.pid)
	wait_for 5 eval '[ "$(ps -o comm= -p $pid)" = dnsmasq ]'
	[ "$(field dnsmasq_pid)" = null ]
	lxc-net start
	[ "$(ps -o comm= -p "$(field dnsmasq_pid)")" = dnsmasq ]
	lxc-net stop
	kill -0 "$pid"
}

@test "a host that has its IPv6 route from a router is not made one behind its back" {
	ip -n outside -6 addr add fe80::1/64 dev eth0 nodad
	hold ip netns exec outside dnsmasq -k --conf-file=/dev/null --user=root --port=0 --interface=eth0 --dhcp-range=fd00:99::2,ra-only \
		--enable-ra --pid-file= --leasefile-ro
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
	echo 1 >/proc/sys/net/ipv6/conf/out0/accept_ra
	wait_for 15 eval 'ip -6 route | grep -q "^default.*out0.*proto ra"'
	before=$(world)
	settings 'LXC_IPV6_ADDR="fd00:3::1"'
	refused 1 'would lose the IPv6 route that out0 has' 'fix: sysctl -w net.ipv6.conf.out0.accept_ra=2'
	echo 2 >/proc/sys/net/ipv6/conf/out0/accept_ra
	lxc-net start
	ip -6 route | grep -q '^default.*out0.*proto ra'
}

@test "USE_LXC_BRIDGE=false: nothing is started" {
	settings 'USE_LXC_BRIDGE="false"'
	run lxc-net start
	[ "$status" -eq 0 ]
	says 'USE_LXC_BRIDGE is "false"'
	[ "$(world)" = "$before" ]
}

@test "a wrong value: the line, the value and what is accepted, and nothing is made" {
	while IFS='|' read -r line text; do
		only '# comment' "$line"
		run lxc-net start
		[ "$status" -eq 6 ] || { echo "$line: status $status"; false; }
		says "$text" "rule: $SETTINGS:2"
	done <<-'END'
		LXC_ADDR="10.0.3.300"|LXC_ADDR="10.0.3.300": an IPv4 address without a prefix length is expected
		LXC_ADDR="10.0.3.1/24"|LXC_ADDR="10.0.3.1/24": an IPv4 address without a prefix length is expected
		LXC_ADDR=10.0.3.0|LXC_ADDR="10.0.3.0": an address that one host of the network can have is expected
		LXC_ADDR=10.0.3.255|LXC_ADDR="10.0.3.255": an address that one host
		LXC_ADDR=127.0.0.2|LXC_ADDR="127.0.0.2": an address that one host
		LXC_NETMASK="255.0.255.0"|LXC_NETMASK="255.0.255.0": a netmask from 255.0.0.0 to 255.255.255.252 is expected
		LXC_NETMASK=33|LXC_NETMASK="33": a netmask from
		LXC_NETWORK="10.0.4.0/24"|LXC_NETWORK="10.0.4.0/24": the bridge's own network is not in it
		LXC_NETWORK="10.0.3.1/24"|LXC_NETWORK="10.0.3.1/24": a network like 10.0.3.0/24 is expected
		LXC_DHCP_RANGE="10.0.3.2"|LXC_DHCP_RANGE="10.0.3.2": FIRST,LAST or FIRST,LAST,LEASETIME is expected
		LXC_DHCP_RANGE="10.0.4.2,10.0.4.9"|LXC_DHCP_RANGE="10.0.4.2,10.0.4.9": addresses from 10.0.3.1 to 10.0.3.254, the lower first, are expected
		LXC_DHCP_RANGE="10.0.3.9,10.0.3.2"|LXC_DHCP_RANGE="10.0.3.9,10.0.3.2": addresses from
		LXC_DHCP_MAX=0|LXC_DHCP_MAX="0": a number of leases from 1 to 1000000 is expected
		LXC_DHCP_CONFILE=/no/such|LXC_DHCP_CONFILE="/no/such": No such file or directory
		LXC_DHCP_CONFILE=dnsmasq.conf|LXC_DHCP_CONFILE="dnsmasq.conf": the whole path of a file is expected
		LXC_DHCP_PING=yes|LXC_DHCP_PING="yes": true or false is expected
		LXC_DOMAIN="-lxc"|LXC_DOMAIN="-lxc": a domain name is expected
		LXC_BRIDGE="br/0"|LXC_BRIDGE="br/0": a name of at most 15 letters, digits and "_.-" is expected
		LXC_BRIDGE=abcdefghijklmnop|LXC_BRIDGE="abcdefghijklmnop": a name of at most 15
		LXC_BRIDGE_MAC="01:66:6a:00:00:00"|LXC_BRIDGE_MAC="01:66:6a:00:00:00": an address of one interface, like 10:66:6a:00:00:00, is expected
		LXC_BRIDGE_MAC=00:00:00:00:00:00|LXC_BRIDGE_MAC="00:00:00:00:00:00": an address of one
		LXC_IPV6_ADDR=fe80::1|LXC_IPV6_ADDR="fe80::1": a global or unique local address is expected
		LXC_IPV6_ADDR=10.0.3.1|LXC_IPV6_ADDR="10.0.3.1": an IPv6 address without a prefix length is expected
		LXC_IPV6_MASK=64|LXC_IPV6_MASK="64": there is no LXC_IPV6_ADDR with it
		LXC_IPV6_NAT=true|LXC_IPV6_NAT="true": there is no LXC_IPV6_ADDR with it
		USE_LXC_BRIDGE=maybe|USE_LXC_BRIDGE="maybe": true or false is expected
		LXC_USE_NFT=false|LXC_USE_NFT="false": the rules are made with nftables only
		LXC_ADRESS=10.0.3.1|LXC_ADRESS is not a key of lxc-net
		LXC_ADDR=$(hostname -i)|"LXC_ADDR=$(hostname -i)" is not KEY="VALUE"
		LXC_ADDR="10.0.3.1|"LXC_ADDR="10.0.3.1" is not KEY="VALUE"
		LXC_ADDR="10.0.3.1"x|is not KEY="VALUE"
		LXC_ADDR = 10.0.3.1|is not KEY="VALUE"
		. /etc/default/lxc|". /etc/default/lxc" is not KEY="VALUE"
	END
	settings 'LXC_IPV6_ADDR=fd00:3::1' 'LXC_IPV6_NETWORK="fd00:4::/64"'
	refused 6 'LXC_IPV6_NETWORK="fd00:4::/64": the bridge'\''s own network is not in it' 'fix: LXC_IPV6_NETWORK="fd00:3::/64"' "rule: $SETTINGS:2"
}

@test "lines as shells have them are understood, and /etc/sysconfig/lxc-net comes last" {
	mkdir -p /etc/sysconfig
	settings "  LXC_ADDR='10.0.9.1'	# a comment" 'export LXC_NETMASK=24' '' '#LXC_BRIDGE=no' 'LXC_DOMAIN=' 'LXC_BRIDGE="one"'
	echo 'LXC_BRIDGE="two"' >/etc/sysconfig/lxc-net
	lxc-net start
	[ "$(field bridge)" = '"two"' ]
	[ "$(ip -br -4 addr show dev two | awk '{ print $3 }')" = 10.0.9.1/24 ]
	rm /etc/sysconfig/lxc-net
}

@test "a file of settings that others may write, and a caller that is not root, are refused" {
	settings ''
	chmod 666 $SETTINGS
	refused 6 "$SETTINGS may be written by others than root" 'fix: chown root'
	chmod 644 $SETTINGS
	chown lxc-dnscrypt $SETTINGS
	refused 6 "$SETTINGS may be written by others"
	rm $SETTINGS
	for action in start stop restart; do
		run me "/usr/local/sbin/lxc-net $action"
		[ "$status" -eq 4 ]
		says 'only root may'
	done
	for words in '' 'begin' 'start now' '--json start'; do
		run lxc-net $words
		[ "$status" -eq 2 ]
	done
}

@test "the service files run it where it is installed" {
	unit=/usr/local/lib/systemd/system/lxc-net.service
	grep -qx 'ExecStart=/usr/local/sbin/lxc-net start' $unit
	[ -x "$(sed -n 's/^ExecStop=\([^ ]*\) stop$/\1/p' $unit)" ]
	make -s -C "$TOP" build/service/lxc-net.sysv build/service/lxc-net.openrc
	run sh "$TOP/build/service/lxc-net.sysv" status
	[ "$status" -eq 3 ]
	sh -n "$TOP/build/service/lxc-net.openrc"
	grep -qx 'command=/usr/local/sbin/lxc-net' "$TOP/build/service/lxc-net.openrc"
}
