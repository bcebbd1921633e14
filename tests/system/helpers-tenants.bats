#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two containers of two users on one bridge, and what the root of one of them tries with the port that net-helper made: every frame is
# a real one (tests/attack/frames), from a namespace in which the attacker may do anything.

setup_file() {
	load helpers; box_start
	box "cp $top/tests/attack/frames /opt/; cat >>/opt/box/functions; . /opt/box/functions" <<'F'
frames=/opt/frames
# A namespace with eth0: tenant NAME UID [OPTION=VALUE]...; its pid in $NAME, the host's end in $NAME_port
tenant() {
	local n=$1 uid=$2; shift 2
	hold $n as $uid /opt/helper-call hold=1 "$@" $net veth ${link-br0} eth0 $n || return
	grep -q 'status=0 ' /opt/box/$n || { cat /opt/box/$n; return 1; }
	eval "$n=$(sed 's/.*target=//' /opt/box/$n) ${n}_port=$(sed 's/.* host=\([^ ]*\).*/\1/' /opt/box/$n)"
	in_ ${!n} sh -c 'ip link set lo up; ip link set eth0 up'
}
# Until alice has no interface: drained_of alice
drained_of() { for i in $(seq 100); do ip -o link show group 1001 | grep -q . || return 0; sleep 0.02; done; return 1; }
# The hardware address of an interface: mac_of NAME [PID]
mac_of() { in_ ${2-$$} ip -o link show $1 | sed 's/.*ether \([^ ]*\).*/\1/'; }
in_() { local p=$1; shift; nsenter -t $p -n "$@"; }
# Addresses as the tests give them: address NAME N
address() { in_ ${!1} ip address add 10.9.0.$2/24 dev eth0; in_ ${!1} ip -6 address add fd00:9::$2/64 dev eth0 nodad; }
# The attacker is alice; bob and the bridge hear what arrives.
attack() { $frames from=$alice:eth0 witness=-:br0 ${bob:+to=bob=$bob:eth0@br0} port=$alice_port own4=10.9.0.5 other4=10.9.0.6 gateway4=10.9.0.1 own6=fd00:9::5 other6=fd00:9::6 gateway6=fd00:9::1 "$@"; }
# What netfilter of the host would drop of bridged IP counts for nothing here.
for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 >$f; done
ip address add 10.9.0.1/24 dev br0 2>/dev/null; ip -6 address add fd00:9::1/64 dev br0 nodad 2>/dev/null; :
F
}
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "usernet 'alice veth br0 3' 'bob veth br0 3'; drained"; }

addressed="'alice veth br0 3 ip=10.9.0.5/32 ip=fd00:9::5/128' 'bob veth br0 3 ip=10.9.0.6/32 ip=fd00:9::6/128'"

# Of at least so many frames none arrived anywhere: nothing_arrived COUNT
nothing_arrived() { none -vE ': (-|Message too long)$' <<<"$output"; [ "${#lines[@]}" -ge "$1" ]; }
# All arrived at these, and nowhere else: all_arrived COUNT RECEIVERS
all_arrived() { none -vE ": $2\$" <<<"$output"; [ "${#lines[@]}" -ge "$1" ]; }

@test "the attacks arrive from a port that nobody locked: what the tests below do not see would be seen" {
	run box 'spawned 0 -n; alice=$p alice_port=free; ip link add free master br0 type veth peer name eth0 netns $p; ip link set free up; in_ $p ip link set eth0 up
		tenant bob 1002; attack addresses sources servers switches cut good; kill $p; release bob'
	none -E 'does not hear' <<<"$output"
	[ "$(grep -c ': witness bob$' <<<"$output")" -ge 260 ]
	[ "$(grep -c ': port$' <<<"$output")" -ge 20 ]
}

@test "with ip= nothing passes that is not from the container's own addresses, and nothing that only servers, routers or switches send" {
	run box "usernet $addressed; tenant alice 1001; tenant bob 1002; attack addresses sources servers switches cut; release alice bob"
	nothing_arrived 300
}

@test "without ip= a container may take any IP address, but no other hardware address, and is no server, router or switch" {
	run box 'tenant alice 1001; tenant bob 1002; attack addresses servers switches cut | grep -v "^ip.* cut to"; release alice bob'
	nothing_arrived 250
}

@test "what everybody sends passes, with ip= and without it" {
	run box "tenant alice 1001; tenant bob 1002; attack good; release alice bob; drained; usernet $addressed; tenant alice 1001; tenant bob 1002; attack good; release alice bob"
	all_arrived 72 'witness bob'
}

@test "two containers with ip= detect duplicate addresses, ping each other and the host, large packets too, and speak TCP and UDP" {
	run box "usernet $addressed; tenant alice 1001; tenant bob 1002; address alice 5; address bob 6
		in_ \$alice ip -6 address del fd00:9::5/64 dev eth0; in_ \$alice ip -6 address add fd00:9::5/64 dev eth0
		for i in \$(seq 150); do in_ \$alice ip -6 address show tentative dev eth0 | grep -q inet6 || break; sleep 0.02; done; in_ \$alice ip -6 address show dadfailed dev eth0
		for to in 10.9.0.6 10.9.0.1 fd00:9::6 fd00:9::1; do in_ \$alice ping -q -c1 -W2 -s 56 \$to; in_ \$alice ping -q -c1 -W2 -s 5000 \$to; done
		for to in 10.9.0.5 fd00:9::5; do ping -q -c1 -W2 \$to; in_ \$bob ping -q -c1 -W2 -s 5000 \$to; done
		for kind in STREAM DGRAM; do
			rm -f /opt/box/ready; in_ \$bob timeout 5 python3 -c \"import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_\$kind); s.bind(('::', 7)); open('/opt/box/ready', 'w')
if '\$kind' == 'STREAM': s.listen(); s = s.accept()[0]
got = 0
while got < 9000: got += len(s.recv(9000))
print('\$kind', got)\" & until [ -e /opt/box/ready ]; do sleep 0.01; done
			in_ \$alice python3 -c \"import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_\$kind); time.sleep(0.05); s.connect(('::ffff:10.9.0.6', 7)); s.sendall(bytes(9000))\"; wait \$!
		done; release alice bob"
	[ "$(grep -c '1 received' <<<"$output")" = 12 ]
	[ "$(grep -cxE '(STREAM|DGRAM) 9000' <<<"$output")" = 2 ]
	none -E 'dadfailed|100% packet loss' <<<"$output"
}

@test "isolated containers reach the host and who is not isolated, and nothing of theirs reaches each other" {
	run box 'usernet "alice veth br0 3 isolated" "bob veth br0 3 isolated" "carol veth br0 3"; tenant alice 1001; tenant bob 1002; tenant carol 1003
		attack to=carol=$carol:eth0@br0 good; release alice bob carol'
	all_arrived 36 'witness carol'
}

@test "a frame that no filter looks at, by way of an ifb, passes from the port's own hardware address only, and nothing is learned of it" {
	# What is sent out of eth0 goes to ifb0, which marks it and sends it where it was, past what classifies there and behind it.
	run box 'tenant alice 1001; tenant bob 1002; bridge fdb show br br0 >/opt/box/before
		if in_ $alice ip link add ifb0 type ifb; then
			in_ $alice ip link set ifb0 up; in_ $alice tc qdisc add dev eth0 root handle 1: htb default 10; in_ $alice tc class add dev eth0 parent 1: classid 1:10 htb rate 1gbit
			in_ $alice tc filter add dev eth0 parent 1: protocol all prio 1 bpf bytecode "4,32 0 0 4294963220,21 0 1 0,6 0 0 4294967295,6 0 0 0" action mirred egress redirect dev ifb0
			printf "table netdev t {\nchain c {\ntype filter hook egress device ifb0 priority 0; meta mark set 1\n}\n}\n" | in_ $alice nft -f -
			attack addresses flood; in_ $alice ip -s link show ifb0 | tail -1 | awk "{print \"by ifb:\", \$2}"
		fi; bridge fdb show br br0 | diff /opt/box/before - && echo "table: as it was"; release alice bob'
	grep -q '^table: as it was$' <<<"$output"
	if grep -q '^by ifb:' <<<"$output"; then
		[ "$(sed -n 's/^by ifb: //p' <<<"$output")" -gt 2000 ]
		grep -E '^(ipv4|arp) from |^one bit off' <<<"$output" >"$BATS_TEST_TMPDIR/frames"
		none -vE ': (-|Message too long)$' "$BATS_TEST_TMPDIR/frames"
		[ "$(wc -l <"$BATS_TEST_TMPDIR/frames")" -ge 18 ]
	else # this kernel has none
		grep -q 'Unknown device type' <<<"$output"
	fi
}

@test "two thousand hardware addresses are none more in the bridge's table" {
	run box 'tenant alice 1001; tenant bob 1002; bridge fdb show br br0 | wc -l; attack flood; bridge fdb show br br0 | wc -l; bridge fdb show dev $alice_port; release alice bob'
	[[ ${lines[1]} == 'flood: sent' && ${lines[0]} = "${lines[2]}" ]]
	grep -qE '^02:01:02:03:.* sticky master br0 static' <<<"$output"
	none -E '^02:00:00:00:[0-9a-f:]{5} .*veth' <<<"$output"
}

@test "a container is not taken for the way to multicast routers, and its queries do not make it the querier" {
	run box 'ip link set br0 type bridge mcast_snooping 1 mcast_querier 0; tenant alice 1001; tenant bob 1002; attack servers good >/dev/null
		bridge mdb show dev br0 | grep -i router; ip -d -o link show br0 | grep -o "mcast_snooping 1"; ip -d -o link show $alice_port | grep -o "mcast_router [0-9]"; release alice bob'
	[ "$output" = $'mcast_snooping 1\nmcast_router 0' ]
}

@test "a hardware address that a tenant, the bridge or a machine on it has, or a line reserves, is nobody else's" {
	run box 'usernet "alice veth br0 3" "bob veth br0 3 mac=02:00:00:00:00:77" "bob veth br1 3 mac=02:00:00:00:00:78"
		spawned 0 -n; ip link add free master br0 type veth peer name eth0 address 02:00:00:00:00:42 netns $p; ip link set free up; in_ $p ip link set eth0 up; free=$p
		for i in $(seq 100); do bridge fdb show dev free | grep -q 02:00:00:00:00:42 && break; in_ $free ping -c1 -W1 -I eth0 10.9.0.1 >/dev/null 2>&1 || sleep 0.02; done
		tenant bob 1002 mac=02:00:00:00:00:77
		for mac in 02:00:00:00:00:77 02:00:00:00:00:78 02:00:00:00:00:00 02:00:00:00:00:42 $(mac_of $bob_port) 00:1b:21:00:00:01 00:00:5e:00:01:01 01:00:5e:00:00:01 ff:ff:ff:ff:ff:ff 00:00:00:00:00:00; do
			echo $mac $(call mac=$mac $net veth br0 eth0); drained_of alice; done; release bob; kill $free'
	for want in 02:00:00:00:00:77:17 02:00:00:00:00:78:0 02:00:00:00:00:00:18 02:00:00:00:00:42:18 fe:..:..:..:..:..:18 00:1b:21:00:00:01:17 00:00:5e:00:01:01:17 \
		01:00:5e:00:00:01:4 ff:ff:ff:ff:ff:ff:4 00:00:00:00:00:00:4; do
		grep -qE "^${want%:*} .*status=${want##*:} " <<<"$output" || { echo "not $want: $output"; false; }
	done
}

@test "a hardware address changed inside cuts the container off, and changed back lets it speak" {
	run box 'tenant alice 1001; address alice 5; tenant bob 1002; was=$(mac_of eth0 $alice) theirs=$(mac_of eth0 $bob)
		for mac in $theirs 02:00:00:00:00:00 02:99:99:99:99:99; do in_ $alice ip link set eth0 address $mac; in_ $alice ping -q -c1 -W0.3 10.9.0.1; done
		bridge fdb show br br0 | grep -c "$theirs dev $bob_port"
		in_ $alice ip link set eth0 address $was; in_ $alice ping -q -c1 -W2 10.9.0.1; release alice bob'
	[ "$(grep -c '100% packet loss' <<<"$output")" = 3 ]
	[ "$(grep -c '1 received' <<<"$output")" = 1 ]
	grep -qx 1 <<<"$output"
}

@test "at no system call of net-helper, stopped or killed there, a port is up and not locked, and what it leaves lets nothing through" {
	run box "usernet 'alice veth br0 3 isolated ip=10.9.0.5/32' 'bob veth br0 3'; tenant bob 1002
		locked() { bridge fdb show dev \$1 | grep -q 'sticky master br0 static' && [ \$(tc filter show dev \$1 ingress | grep -c 'bytecode') = 2 ] && bridge -d link show dev \$1 | grep -q 'isolated on' && bridge -d link show dev \$1 | grep -q 'flood off'; }
		n=\$(/opt/helper-call uid=1001 timeline=1 \$net veth br0 eth0 | grep -c ^at=); drained_of alice; echo total=\$n
		for s in 19 9; do for k in \$(seq 14 \$((n - 1))); do
			until=\$([ \$s = 19 ] && echo stopped= || echo target=) hold alice /opt/helper-call uid=1001 hold=1 at=\$k:\$s \$net veth br0 eth0
			port=\$(ip -o link show group 1001 | sed 's/^[0-9]*: \([^@:]*\).*/\1/'); state=none
			if [ \"\$port\" ]; then state=down; ip -o link show \$port up | grep -q . && state=up && locked \$port && state=locked; fi
			if [ \$s = 9 ] && [ \"\$port\" ]; then
				alice=\$(sed 's/.*target=//' /opt/box/alice); in_ \$alice ip link set eth0 up; in_ \$alice ip address add 10.9.0.5/24 dev eth0
				[ \$state = locked ] || in_ \$alice ping -q -c1 -W0.1 10.9.0.1 | grep -q ' 0 received' || state=talks; fi
			echo \"signal \$s at \$k: \$state\"; release alice; drained_of alice || echo left
		done; done; release bob"
	none -E ': (up|talks)$|^left' <<<"$output"
	[ "$(grep -c ': none$' <<<"$output")" -ge 4 ]
	[ "$(grep -c ': down$' <<<"$output")" -ge 4 ]
	[ "$(grep -c ': locked$' <<<"$output")" -ge 2 ]
}
