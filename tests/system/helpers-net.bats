#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# net-helper: what it grants, what it refuses, and that the kernel is its quota.

setup_file() { load helpers; box_start; }
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "usernet 'alice veth br0 3' 'bob veth br0 3'; drained"; }

@test "a user gets a veth on a bridge that lxc-usernet names, up, labelled, its peer inside under the final name" {
	run box 'hold c call hold=1 $net veth br0 eth7 web; cat /opt/box/c; ip -d link show master br0
		nsenter -t $(sed "s/.*target=//" /opt/box/c) -n ip -o link show eth7; release c'
	replied status=0 stage=10 used=1 quota=3 line=1
	[[ $output == *"alias alice/web/eth7"* && $output == *"group 1001"* && $output == *",UP"* ]]
	[[ $output == *"link/ether 02:01:02:03:"* && $output == *"link/ether fe:"* ]]
}

@test "an MTU of the container's is that of its end only, and the bridge's stays what it was" {
	# One above 1500 for a bridge of 1500.
	for byte in 5 6; do
		run box "hold c call hold=1 mtu=$((byte * 256)) \$net veth br0 eth0 web; cat /opt/box/c; t=\$(sed 's/.*target=//' /opt/box/c)
			nsenter -t \$t -n ip -o link show eth0; ip -o link show master br0; ip -o link show br0; release c; drained"
		replied status=0
		[[ ${lines[1]} == *"mtu $((byte * 256)) "* && ${lines[2]} == *"mtu 1500 "* && ${lines[3]} == *"mtu 1500 "* ]] || { echo "$output"; false; }
	done
}

@test "the pair goes when its namespace goes, and its slot is free again" {
	run box 'for i in 1 2 3 4 5; do call $net veth br0 eth0 web; drained; done'
	[ "$(grep -c 'status=0.*host=veth0000G9...00' <<<"$output")" = 5 ]
}

@test "the quota of a user is exact, and refusals say n of n and the rule" {
	run box 'for n in 1 2 3; do hold c$n call hold=1 $net veth br0 eth0 w$n; done; call $net veth br0 eth0 w4; ports; release c1 c2 c3'
	replied status=9 quota=3 used=3 line=1
	[[ $output == *$'\n3' ]]
}

@test "T-09 64 calls at once with a quota of 5 give exactly 5, five rounds" {
	run box 'usernet "alice veth br0 5"
		for round in 1 2 3 4 5; do
			mkfifo /opt/box/go$round; exec 9<>/opt/box/go$round
			for n in $(seq 64); do { call hold=1 $net veth br0 eth0 w$n </opt/box/go$round >/opt/box/r$round.$n; } 9>&- & done
			for i in $(seq 1000); do [ $(cat /opt/box/r$round.* | wc -l) = 64 ] && break; sleep 0.02; done
			echo granted=$(cat /opt/box/r$round.* | grep -c status=0\ ) refused=$(cat /opt/box/r$round.* | grep -c status=9\ ) ports=$(ports)
			exec 9>&-; wait; drained
		done'
	[ "$(grep -c 'granted=5 refused=59 ports=5' <<<"$output")" = 5 ] || { echo "$output"; false; }
}

@test "a group's line is one pool for its members, used after the user's own" {
	run box 'usernet "alice veth br0 1" "@team veth br0 2" "bob veth br0 0"
		hold a1 call hold=1 $net veth br0 eth0; hold a2 call hold=1 $net veth br0 eth0
		hold b1 as 1002 /opt/helper-call hold=1 $net veth br0 eth0; call $net veth br0 eth0; as 1002 /opt/helper-call $net veth br0 eth0
		cat /opt/box/a1 /opt/box/a2 /opt/box/b1; ports; release a1 a2 b1'
	[ "$(grep -c 'status=0 .*host=vetg' <<<"$output")" = 2 ]
	[ "$(grep -c 'status=0 .*host=veth' <<<"$output")" = 1 ]
	[ "$(grep -c 'status=9 ' <<<"$output")" = 2 ]
}

@test "slots above a quota that was lowered count until they are gone" {
	run box 'usernet "alice veth br0 3"; for n in 1 2 3; do hold c$n call hold=1 $net veth br0 eth0; done
		usernet "alice veth br0 1"; release c1; sleep 0.2; call $net veth br0 eth0; release c2 c3; drained; call $net veth br0 eth0'
	[ "$(grep -c 'status=9 .*quota=1 used=2' <<<"$output")" = 1 ] || { echo "$output"; false; }
	[ "$(grep -c 'status=0 ' <<<"$output")" = 1 ]
}

@test "each refusal has its own reason" {
	run box 'call $net veth br1 eth0'; replied stage=7 status=8 error=0
	run box 'usernet "alice veth br9 1"; call $net veth br9 eth0'; replied status=10 line=1
	run box 'usernet "alice veth lo 1"; call $net veth lo eth0'; replied status=11
	run box 'usernet "alice veth br0 2x"; call $net veth br0 eth0'; replied status=8 bad_line=1
	run box 'usernet "alice veth br0 0"; call $net veth br0 eth0'; replied status=9 quota=0 line=1
	run box 'usernet "alice veth br0 3"; call $net veth br0 lo'; replied status=13 error=17
	run box 'mv /etc/lxc/lxc-usernet /etc/lxc/x; call $net veth br0 eth0; mv /etc/lxc/x /etc/lxc/lxc-usernet'; replied stage=3 status=5 file=1
	run box 'ports'; [ "$output" = 0 ]
}

@test "a full bridge is refused as full and leaves nothing" {
	# The other ends are in a namespace whose end takes all down at once.
	run box 'usernet "alice veth br1 3"; spawned 0 -n; ip -batch - <<<"$(for i in $(seq 1023); do echo link add f$i master br1 type veth peer name g$i netns $p; done)" 2>/dev/null
		call show=1 $net veth br1 eth0; kill $p; ip link del br1; ip link add br1 type bridge; ip link set br1 up; drained'
	replied interfaces=0
	replied status=12 error=54
}

@test "T-33 a policy file that others could write, or that is no file, is not trusted" {
	f=/etc/lxc/lxc-usernet
	run box "chown 1001 $f; call \$net veth br0 eth0; chown 0 $f"; replied status=6 error=1 file=1
	run box "chmod g+w $f; call \$net veth br0 eth0; chmod 644 $f"; replied status=6 error=1
	run box "chmod o+w $f; call \$net veth br0 eth0; chmod 644 $f"; replied status=6 error=1
	run box "chmod 600 $f; call \$net veth br0 eth0; chmod 644 $f"; replied status=6 error=13
	run box "mv $f $f.real; ln -s $f.real $f; call \$net veth br0 eth0; rm $f; mv $f.real $f"; replied status=6 error=40
	run box "mv $f $f.real; mkfifo $f; call \$net veth br0 eth0; rm $f; mv $f.real $f"; replied status=6 error=22
	run box "mv $f $f.real; mkdir $f; call \$net veth br0 eth0; rmdir $f; mv $f.real $f"; replied status=6 error=22
	run box "head -c 65536 /dev/zero | tr '\0' '#' >$f; call \$net veth br0 eth0"; replied status=6 error=27
	run box "usernet 'alice veth br0 3'; head -c \$((65535 - \$(stat -c %s $f))) /dev/zero | tr '\0' '\n' >>$f; stat -c %s $f; call \$net veth br0 eth0"; replied status=0
	run box "printf 'alice veth br0 3' >$f; call \$net veth br0 eth0"; replied status=0
	run box "printf 'alice veth br0 3\r\n' >$f; call \$net veth br0 eth0"; replied status=8 bad_line=1
	run box "printf 'alice veth br0 3\0\n' >$f; call \$net veth br0 eth0"; replied status=8 bad_line=1
	run box "chmod 666 /etc/passwd; call \$net veth br0 eth0; chmod 644 /etc/passwd"; replied status=6 file=2
}

@test "T-04 only a namespace of a direct child user namespace of the caller's passes" {
	run box 'call object=own $net veth br0 eth0'; replied status=0
	run box 'call object=host $net veth br0 eth0'; replied stage=6 status=7
	run box 'call object=grandchild $net veth br0 eth0'; replied stage=6 status=7
	run box 'spawned 1002 -Un; exec 7</proc/$p/ns/net; call object=path:/proc/self/fd/7 $net veth br0 eth0; kill $p'; replied stage=6 status=7
	run box 'spawned 0 -Un; exec 7</proc/$p/ns/net; call object=path:/proc/self/fd/7 $net veth br0 eth0; kill $p'; replied stage=6 status=7
	run box 'spawned 0 -n; exec 7</proc/$p/ns/net; call object=path:/proc/self/fd/7 $net veth br0 eth0; kill $p'; replied stage=6 status=7
	run box '/opt/helper-call object=host $net veth br0 eth0'; replied stage=6 status=7
	run box ports; [ "$output" = 0 ]
}

@test "T-05 a namespace whose process died serves its owner or nobody" {
	run box 'call object=dead $net veth br0 eth0; drained; call object=zombie $net veth br0 eth0; drained'
	[ "$(grep -c 'status=0 ' <<<"$output")" = 2 ]
	# Another process has the number now: the descriptor is still that of the namespace that was opened.
	run box 'for i in $(seq 10); do drained; /opt/helper-call uid=1001 hold=1 object=recycled $net veth br0 eth0 <&-; for p in $(pgrep -u 1002 helper-call); do nsenter -t $p -n ip -o link show eth0 && echo foreign; done 2>/dev/null; done'
	[ "$(grep -c 'recycled=1 stage=10 status=0 ' <<<"$output")" = 10 ] || { echo "$output"; false; }
	none foreign <<<"$output"
}

@test "T-10 150 random steps of three users give each exactly what a model says" {
	run box "$top/tests/attack/quota-model 150 $RANDOM"
	[ "$status" = 0 ] || { echo "$output"; false; }
	[[ $output =~ ^"150 steps, "([0-9]+)" created, "([0-9]+)" refused"$ ]]
	[ "${BASH_REMATCH[1]}" -gt 20 ]
	[ "${BASH_REMATCH[2]}" -gt 5 ]
}

@test "T-10 there is no operation but the one, and two users cannot count for or touch each other" {
	for op in 0 2 3 255 65535; do run box "call op=$op \$net veth br0 eth0"; replied stage=5 status=4; done
	run box 'for n in 1 2 3; do hold c$n call hold=1 $net veth br0 eth0; done; as 1002 /opt/helper-call $net veth br0 eth0; release c1 c2 c3'
	replied status=0 used=1
}
