#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What root of a container, and its user, try with names, lines, slots and links of net-helper.

setup_file() {
	load helpers; box_start
	box 'cat >>/opt/box/functions; ip link add low type veth peer name high; ip link set low up; ip link set high up' <<'F'
# A user's namespace with itself as root inside, open as descriptor 7; its process is $p: mine UID
mine() { spawned $1 -Urn; exec 7</proc/$p/ns/net; }
# As root of that namespace: inside PID COMMAND...
inside() { nsenter -t $1 -U -n -S 0 -G 0 -- "${@:2}"; }
into() { as $1 /opt/helper-call object=path:/proc/self/fd/7 "${@:2}"; }
gone() { kill $p; exec 7<&-; for i in $(seq 100); do [ -e /proc/$p ] || break; sleep 0.01; done; }
F
}
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "usernet 'alice veth br0 3' 'bob veth br0 3'; until [ \$(ports) = 0 ]; do sleep 0.02; done"; }

@test "a port that the container renames, moves or deletes inside stays its slot, or gives it back, and is nobody else's" {
	run box 'bob_slot=$(as 1002 /opt/helper-call $net veth br0 eth0 | sed "s/.* host=\([^ ]*\).*/\1/"); echo slot $bob_slot
		mine 1001; into 1001 $net veth br0 eth0
		inside $p ip link property add dev eth0 altname bob.other; inside $p ip link property add dev eth0 altname low; for name in $bob_slot br0 bob.web veth0; do inside $p ip link set eth0 name $name && inside $p ip link set $name alias "bob/web/eth0" && inside $p ip link set $name name eth0 || exit 1; done
		inside $p ip link set eth0 netns /proc/1/ns/net; inside $p ip link set eth0 netns 1
		ip -o link show master br0; ip -o link show | grep -c "bob"
		as 1002 /opt/helper-call $net veth br0 eth0
		inside $p ip link del eth0; for i in $(seq 100); do [ $(ports) = 0 ] && break; sleep 0.02; done; echo left $(ports) of $(bridge fdb show br br0 | grep -c "sticky")
		into 1001 $net veth br0 eth0; gone'
	[ "$(grep -c 'status=0 .*host=veth0000G9' <<<"$output")" = 2 ] || { echo "$output"; false; }
	[ "$(grep -c 'status=0 .*host=veth0000GA' <<<"$output")" = 1 ]
	[[ $output =~ slot\ (veth0000GA[^ ]*00) && $output == *'alias alice//eth0'* && $output == *'left 0 of 0'* ]]
	grep -qx 0 <<<"$output"
}

@test "a port that is deleted while it is made, and made anew for another line, is never locked as that line says" {
	# The slot's name is all that both have in common. A helper that took the other's port for its own would find it locked already (18).
	run box 'usernet "alice veth br0 1 isolated ip=10.9.0.5/32" "alice veth br0 1 ip=10.9.0.6/32"; mine 1001; end=$((SECONDS + 4))
		calls() { while [ $SECONDS -lt $end ]; do into 1001 line=$1 slot=0 $net veth br0 eth0; done | sed "s/.*\(status=[0-9]*\).*/line $1 \1/" | sort | uniq -c; }
		calls 1 & one=$!; calls 2 & two=$!
		inside $p python3 -c "import socket, struct, time
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
body = struct.pack(\"BBHiII\", 0, 0, 0, 0, 0, 0) + struct.pack(\"HH\", 9, 3) + b\"eth0\" + bytes(4)
end = time.monotonic() + 4
while time.monotonic() < end: s.send(struct.pack(\"IHHII\", 16 + len(body), 17, 5, 1, 0) + body); s.recv(4096)" & wait $one $two $!; gone'
	for line in 1 2; do grep -q "line $line status=0\$" <<<"$output" || { echo "$output"; false; }; done
	none -vE 'line [12] status=(0|9|10|13|3)$' <<<"$output"
}

@test "an altname begins with its owner's name, has no dot behind it, and takes neither a slot nor another's" {
	run box 'for pair in a.b . .. a/b "a b" bob.web é; do mine 1001; into 1001 pair="$pair" $net veth br0 eth0; gone; done'
	[ "$(grep -c 'stage=5 status=4' <<<"$output")" = 7 ] || { echo "$output"; false; }
	run box 'mine 1001; into 1001 pair=web $net veth br0 eth0; a=$p; exec 8<&7; mine 1001; into 1001 pair=web $net veth br0 eth0; gone
		mine 1002; into 1002 pair=web $net veth br0 eth0; ip -o link show alice.web | grep -c "alias alice/"; ip -o link show bob.web | grep -c "alias bob/"
		ip -o link show web || echo none; gone; p=$a; exec 8<&-; gone'
	[ "$(grep -c 'status=0 ' <<<"$output")" = 2 ] || { echo "$output"; false; }
	[ "$(grep -c 'stage=9 status=19' <<<"$output")" = 1 ]
	[ "$(grep -cx 1 <<<"$output")" = 2 ]
	grep -qx none <<<"$output"
	# A name that is a slot of bob's.
	run box 'slot=$(as 1002 /opt/helper-call $net veth br0 eth0 | sed "s/.* host=\([^ ]*\).*/\1/"); mine 1001; into 1001 pair=$slot $net veth br0 eth0; as 1002 /opt/helper-call $net veth br0 eth0; gone'
	[ "$(grep -c 'status=0 ' <<<"$output")" = 2 ]
	# A failed one leaves no port that is up.
	run box 'usernet "alice veth br0 3"; mine 1001; into 1001 pair=web $net veth br0 eth0; a=$p; exec 8<&7; mine 1001; into 1001 pair=web $net veth br0 eth0; ip -o link show master br0 up | wc -l; gone; p=$a; exec 8<&-; gone'
	grep -qx 1 <<<"$output"
}

@test "a line or slot that is not the caller's, is out of range or of another type or link is refused" {
	run box 'usernet "# nobody" "alice veth br0 3" "bob veth br0 3" "alice veth br1 1" "alice macvlan low 1" "@team veth br1 2" "carol veth br0 3x" "bob veth br0 1 vlan=5 vlan=6"
		for line in 0 1 3 4 5 6 7 8 9 4294967295; do echo line $line: $(call line=$line slot=0 $net veth br0 eth0); done
		for slot in 3 4 3843 65535; do echo slot $slot: $(call line=2 slot=$slot $net veth br0 eth0); done
		echo type: $(call line=2 slot=0 $net macvlan br0 eth0) $(call line=2 slot=0 $net phys br0 eth0) $(call line=2 slot=0 $net ipvlan br0 eth0) $(call line=5 slot=0 $net veth low eth0)
		for byte in 0 6 255; do call line=2 slot=0 type=$byte $net veth br0 eth0; done >/dev/null
		echo last: $(call line=2 slot=2 $net veth br0 eth0)'
	[ "$(grep -c '^line .*status=8 ' <<<"$output")" = 10 ] || { echo "$output"; false; }
	[ "$(grep -c '^slot .*status=9 ' <<<"$output")" = 4 ]
	[ "$(grep '^type' <<<"$output" | grep -o 'status=8' | wc -l)" = 4 ]
	[ "$(grep -c '^last.*status=0 .*02 ' <<<"$output")" = 1 ]
}

@test "a mode is one of its type, and one that the line allows" {
	run box 'usernet "alice macvlan low 1" "alice ipvlan low 1"
		for mode in passthru l2 l3 l3s; do echo macvlan $mode: $(call mode=$mode $net macvlan low eth0); done
		for mode in private vepa bridge passthru l2 l3s; do echo ipvlan $mode: $(call mode=$mode $net ipvlan low eth0); done
		usernet "alice macvlan low 1 mode=vepa"; for mode in private bridge passthru vepa; do echo line vepa, $mode: $(call mode=$mode $net macvlan low eth0); done'
	[ "$(grep -cE '^(macvlan l|ipvlan (p|v|b)).*stage=5 status=4 ' <<<"$output")" = 7 ] || { echo "$output"; false; }
	[ "$(grep -cE '^(macvlan p|ipvlan l|line vepa, (private|bridge|passthru)).*stage=7 status=17 ' <<<"$output")" = 6 ]
	[ "$(grep -cE '^line vepa, vepa.*status=0 ' <<<"$output")" = 1 ]
}

@test "a link of the wrong kind is refused for every type, and nothing is made" {
	run box 'for type in veth:lo veth:low veth:high veth:missing macvlan:lo macvlan:missing ipvlan:lo ipvlan:missing vlan:lo vlan:missing phys:lo phys:br0 phys:missing macvlan:none phys:none; do
			t=${type%:*} l=${type#*:}; option=; [ $t != vlan ] || option=vlan=5; usernet "alice $t $l 1 $option"; echo $type: $(call show=1 $net $t $l eth0); done; ip -br link show type veth; ip -br link | wc -l'
	[ "$(grep -cE '^(veth:(lo|low|high)): .*stage=9 status=11 ' <<<"$output")" = 3 ] || { echo "$output"; false; }
	[ "$(grep -cE '^([a-z]*:(missing|none)): .*stage=9 status=10 ' <<<"$output")" = 7 ] || { echo "$output"; false; }
	[ "$(grep -cE '^([a-z]*:(lo|br0)): .*stage=9 status=(3|11) ' <<<"$output")" = 6 ] || { echo "$output"; false; }
	none 'status=0 ' <<<"$output"
	[ "$(tail -1 <<<"$output")" = 5 ]
}

@test "another line with the link changes nothing for who has no hardware address of his own" {
	run box 'usernet "alice vlan low 1 vlan=5" "bob vlan low 1 vlan=6" "carol phys low 1"; call $net vlan low eth0'
	none 'status=17' <<<"$output"
}

@test "the quota of a macvlan is exact for 20 calls at once, one for a namespace, and holds while anything holds the namespace" {
	run box 'usernet "alice macvlan low 5" "bob macvlan low 1" "alice veth br0 1"
		mkfifo /opt/box/go; exec 9<>/opt/box/go
		for n in $(seq 20); do { call hold=1 $net macvlan low eth0 </opt/box/go >/opt/box/m.$n; } 9>&- & done
		for i in $(seq 1000); do [ $(cat /opt/box/m.* | wc -l) = 20 ] && break; sleep 0.02; done
		echo granted $(cat /opt/box/m.* | grep -c "status=0 ") refused $(cat /opt/box/m.* | grep -c "status=9 "); echo bob $(as 1002 /opt/helper-call $net macvlan low eth0); exec 9>&-; wait
		until call slot=4 line=1 $net macvlan low eth0 | grep -q "status=0 "; do sleep 0.02; done; usernet "alice macvlan low 1" "alice veth br0 1"
		until call $net macvlan low eth0 | grep -q "status=0 "; do sleep 0.02; done; sleep 0.1
		mine 1001; until into 1001 $net macvlan low eth0 | grep "status=0 "; do sleep 0.02; done; echo second $(into 1001 $net macvlan low eth1); kill $p; wait $p; echo held $(call $net macvlan low eth0); exec 7<&-
		for i in $(seq 100); do call $net macvlan low eth0 | grep -q "status=0 " && echo free && break; sleep 0.02; done
		# The user has the kernel give the namespace an id first: that makes no slot free, and none taken.
		mine 1001; into 1001 $net veth br0 eth0; echo squatted $(into 1001 $net macvlan low eth1); for i in $(seq 50); do o=$(call $net macvlan low eth0); [[ $o == *status=0\ * ]] && break; sleep 0.02; done; echo other $o; gone'
	[[ $output == *'granted 5 refused 15'* ]] || { echo "$output"; false; }
	[ "$(grep -cE '^(bob|other) .*status=0 ' <<<"$output")" = 2 ]
	[ "$(grep -cE '^(second|held|squatted) .*status=9 ' <<<"$output")" = 3 ]
	grep -qx free <<<"$output"
}
