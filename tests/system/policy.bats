#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-policy: what lxc-usernet gives whom, by the functions that the helper runs; what is wrong with it; what the helpers decided.

F=/etc/lxc/lxc-usernet

setup_file() {
	load '../lib/common'
	cp -a $F /run/usernet.saved
	# A log of the test's own: /dev is the machine's.
	mkdir /run/dev && mount -t tmpfs -o mode=755 tmpfs /run/dev
	cp -a /dev/null /dev/zero /dev/full /dev/urandom /dev/random /dev/tty /run/dev/
	mkdir /run/dev/pts /run/dev/shm && ln -s /proc/self/fd /run/dev/fd && ln -s pts/ptmx /run/dev/ptmx
	mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts /run/dev/pts
	mount --move /run/dev /dev
	mkdir -p /var/log && rm -rf /var/log/* && : >/var/log/auth.log && chmod 644 /var/log/auth.log
	python3 - >/dev/null 2>&1 3>&- <<-'END' &
		import os, socket, time
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log"); os.chmod("/dev/log", 0o666)
		while True:
		    line = s.recv(65536).decode("utf-8", "replace").split(">", 1)[1]
		    if not line.startswith("lxc-"): continue # of logins
		    with open("/var/log/auth.log", "a") as f: f.write(time.strftime("%b %e %H:%M:%S") + " host " + line + "\n")
	END
	echo $! >/run/log.pid
	wait_for 10 test -S /dev/log
}
teardown_file() {
	load '../lib/common'
	destroy_all
	kill "$(cat /run/log.pid)"
}
setup() {
	load '../lib/common'
	cp -a /run/usernet.saved $F
}

# usernet LINE...: the file
usernet() { printf '%s\n' "$@" >$F; }
# linted LINE...: what lint says of the lines, by a user
linted() { usernet "$@"; run me 'lxc-policy lint'; }
# bad LINE VALUE TEXT: the one line grants nothing, and this is what is said of it
bad() {
	linted "$1"
	[ "$status" -eq 1 ] && [ "$output" = "$F:1: error: \"$2\": $3" ] || { echo "$1: $status: $output"; return 1; }
	# The helper's own reader agrees: nobody gets anything by it.
	run me 'lxc-policy show 2>/dev/null'
	[ "$output" = "no line of $F is for this user" ]
}

@test "show has the caller's lines with file and line, what is in use, and whose containers it is" {
	usernet '# comment' 'lxc-cache veth lxcbr0 2' 'lxc-dnscrypt veth lxcbr0 3 ip=10.0.3.0/24 isolated mtu=1500' '@lxc-dnscrypt veth none 1' \
		'lxc-dnscrypt phys eth7 1'
	default_conf lxc-dnscrypt 10.0.3.21
	make_container lxc-dnscrypt web
	me 'lxc-start -n web'
	run me 'lxc-policy show'
	[ "$status" -eq 0 ]
	[ "$(sed 's/ *$//; s/  */ /g' <<<"$output")" = "RULE WHO TYPE LINK COUNT USED OPTIONS CONTAINERS
$F:3 lxc-dnscrypt veth lxcbr0 3 1 ip=10.0.3.0/24, isolated, mtu=1500 web
$F:4 @lxc-dnscrypt veth none 1 0 - -
$F:5 lxc-dnscrypt phys eth7 1 - - -" ]
	# Anybody may ask about anybody: the file is the world's to read.
	[ "$(as lxc-cache 'lxc-policy show lxc-dnscrypt')" = "$output" ]
	as lxc-cache 'lxc-policy show lxc-dnscrypt --json' | jq -e '.version == 1 and .user == "lxc-dnscrypt" and .bad_lines == 0 and (.lines | length) == 3 and
		(.lines[0] | .line == 3 and .used == 1 and .count == 3 and .options == ["ip=10.0.3.0/24", "isolated", "mtu=1500"]
			and .holders == ["lxc-dnscrypt/web/eth0"]) and .lines[2].used == null' >/dev/null
	me 'lxc-stop -k -n web'
	wait_for 10 eval '[ "$(me "lxc-policy show --json" | jq ".lines[0].used")" = 0 ]'
}

@test "show for who has no line, for root, and for nobody" {
	usernet 'lxc-cache veth lxcbr0 2' 'lxc-dnscrypt veth lxcbr0 x'
	run me 'lxc-policy show'
	[ "$status" -eq 0 ]
	[ "$output" = $'no line of '"$F"$' is for this user\nlxc-policy: 1 line of '"$F"' gives nothing: lxc-policy lint says why' ]
	[ "$(lxc-policy show -q)" = 'root needs no line' ]
	run me 'lxc-policy show nosuch'
	[ "$status" -eq 2 ]
	[ "$output" = 'lxc-policy: "nosuch" is neither a user of /etc/passwd nor a uid' ]
	[ "$(me 'lxc-policy show -q 61001')" = "no line of $F is for this user" ]
}

@test "a macvlan is seen in use, though it has no end on the host" {
	ip link add par0 type veth peer name par1
	usernet 'lxc-dnscrypt macvlan par0 2'
	[ "$(me 'lxc-policy show --json' | jq -c '[.lines[0].used, .lines[0].holders]')" = '[0,[]]' ]
	mkfifo /run/hold
	me "$TOP/build/tests/attack/helper-call hold=1 $LIBEXEC/net-helper macvlan par0 eth0 mac" </run/hold >/run/held 2>&1 3>&- &
	exec 9>/run/hold
	wait_for 10 grep -q status=0 /run/held
	[ "$(me 'lxc-policy show --json' | jq -c '[.lines[0].used, .lines[0].holders]')" = '[1,[]]' ]
	exec 9>&-
	wait_for 10 eval '[ "$(me "lxc-policy show --json" | jq ".lines[0].used")" = 0 ]'
	ip link del par0
}

@test "check says yes with the rule it rests on, or no with the reason" {
	usernet 'lxc-dnscrypt veth lxcbr0 10 ip=10.0.3.0/24 mtu=1400' 'lxc-cache veth lxcbr0 1 mac=02:00:00:00:00:09' 'lxc-cache veth br5 0' \
		'lxc-dnscrypt vlan eth0 1 vlan=5' 'lxc-cache macvlan eth0 2' 'lxc-dnscrypt macvlan eth0 1 mode=passthru'
	yes() { run as lxc-cache "lxc-policy check $1"; [ "$status" -eq 0 ] && [ "$output" = "yes: $2" ] || { echo "$1: $status: $output"; return 1; }; }
	no() { run as lxc-cache "lxc-policy check $1"; [ "$status" -eq 1 ] && [ "$output" = "no: $2" ] || { echo "$1: $status: $output"; return 1; }; }
	local rule=$'\n'"rule: $F" may='lxc-dnscrypt may have a veth on lxcbr0, but not with'
	yes 'lxc-dnscrypt veth lxcbr0' "lxc-dnscrypt may have 10 veth on lxcbr0$rule:1: lxc-dnscrypt veth lxcbr0 10 ip=10.0.3.0/24 mtu=1400"
	yes 'lxc-dnscrypt veth lxcbr0 ip=10.0.3.7/32 mtu=1400' "lxc-dnscrypt may have 10 veth on lxcbr0$rule:1: $(sed -n 1p $F)"
	no 'lxc-dnscrypt veth lxcbr0 ip=10.0.4.7/32' "$may ip = 10.0.4.7/32, which no ip= of it holds$rule:1: $(sed -n 1p $F)"
	no 'lxc-dnscrypt veth lxcbr0 mtu=9000' "$may mtu = 9000, and it gives at most 1400$rule:1: $(sed -n 1p $F)"
	no 'lxc-dnscrypt veth lxcbr0 mac=02:00:00:00:00:09' "$may that hardware address: line 2 keeps it$rule:1: $(sed -n 1p $F)"
	no 'lxc-dnscrypt veth lxcbr0 vlan=7' "$may vlan.id = 7, and it gives no VLAN$rule:1: $(sed -n 1p $F)"
	no 'lxc-dnscrypt veth lxcbr0 mac=52:54:01:00:00:08 mtu=1401' "$may mtu = 1401, and it gives at most 1400$rule:1: $(sed -n 1p $F)"
	yes 'lxc-cache veth lxcbr0 mac=02:00:00:00:00:09' "lxc-cache may have 1 veth on lxcbr0$rule:2: $(sed -n 2p $F)"
	no 'lxc-cache veth br5' "lxc-cache may have a veth on br5, but not with a count of 0$rule:3: $(sed -n 3p $F)"
	no 'lxc-cache veth br6' "no line of $F gives lxc-cache a veth on br6"$'\n''fix: an admin adds the line "lxc-cache veth br6 1" to it'
	yes 'lxc-dnscrypt vlan eth0 vlan=5' "lxc-dnscrypt may have 1 vlan on eth0$rule:4: $(sed -n 4p $F)"
	no 'lxc-dnscrypt vlan eth0 vlan=6' "lxc-dnscrypt may have a vlan on eth0, but not with vlan.id = 6, and it gives 5$rule:4: $(sed -n 4p $F)"
	yes 'lxc-cache macvlan eth0 mode=bridge' "lxc-cache may have 2 macvlan on eth0$rule:5: $(sed -n 5p $F)"
	run me 'lxc-policy check lxc-cache macvlan eth0 mode=passthru'
	[ "$status" -eq 1 ]
	says 'not with mode = passthru'
	yes 'lxc-dnscrypt macvlan eth0' "lxc-dnscrypt may have 1 macvlan on eth0$rule:6: $(sed -n 6p $F)"
	yes 'root veth lxcbr0' 'root needs no line'
	me 'lxc-policy check lxc-cache veth lxcbr0 --json' | jq -e '.allowed and .reason == null and .rule.line == 2 and .rule.options == ["mac=02:00:00:00:00:09"]' >/dev/null
	run me 'lxc-policy check lxc-cache veth br6 --json'
	[ "$status" -eq 1 ]
	jq -e '.allowed == false and .rule == null and (.reason | startswith("no line"))' <<<"$output" >/dev/null
}

@test "what check says yes to can be started, and what it says no to is refused with the same rule" {
	usernet 'lxc-dnscrypt veth lxcbr0 1 mtu=1400'
	default_conf lxc-dnscrypt 10.0.3.22
	make_container lxc-dnscrypt ask
	me 'lxc-policy check lxc-dnscrypt veth lxcbr0 mtu=1300'
	me 'lxc-start -n ask -s lxc.net.0.mtu=1300 && lxc-stop -k -n ask'
	run me 'lxc-policy check lxc-dnscrypt veth lxcbr0 mtu=1450'
	[ "$status" -eq 1 ]
	says 'mtu = 1450, and it gives at most 1400' "$F:1"
	run me 'lxc-start -n ask -s lxc.net.0.mtu=1450'
	[ "$status" -eq 1 ]
	says 'mtu = 1450, and it gives at most 1400' "$F:1"
}

@test "check takes exactly what a line takes" {
	refused() { run me "lxc-policy check $1"; [ "$status" -eq 2 ] && says "$2" || { echo "$1: $status: $output"; return 1; }; }
	refused 'lxc-cache veth' 'check takes USER TYPE LINK'
	refused 'nosuch veth lxcbr0' '"nosuch" is neither a user'
	refused 'lxc-cache bridge lxcbr0' '"bridge": there is no such type of interface'
	refused 'lxc-cache veth lxcbr0/x' '"lxcbr0/x": no interface has a name with a slash'
	refused 'lxc-cache veth abcdefghijklmnop' 'no interface has a name of 16 bytes'
	refused 'lxc-cache veth "lxcbr0 9"' 'is no link'
	refused 'lxc-cache veth lxcbr0 mtu=67' '"67": mtu= is too small'
	refused 'lxc-cache veth lxcbr0 speed=9' '"speed=9": there is no such option'
	refused 'lxc-cache veth lxcbr0 "mtu=9 x"' 'is not one option'
	refused 'lxc-cache veth lxcbr0 mac=01:00:00:00:00:01' 'multicast'
	refused 'lxc-cache vlan eth0' 'a vlan needs the option vlan='
}

@test "lint: every bad line is named with what is wrong and what would be right" {
	local count='(right: 1 to 3843, in decimal)' link='(right: the name of a bridge, or none)' u=lxc-dnscrypt
	bad "$u tap lxcbr0 1" tap 'there is no such type of interface (right: veth, macvlan, ipvlan, vlan or phys)'
	bad "$u veth abcdefghijklmnop 1" abcdefghijklmnop "no interface has a name of 16 bytes: they have at most 15 $link"
	bad "$u veth ../eth0 1" ../eth0 "no interface has a name with a slash $link"
	bad "$u macvlan none 1" none 'only a veth can be without a link (right: the name of an interface of the host)'
	bad "$u veth lxcbr0 0" 0 "a count of 0 gives nothing $count"
	bad "$u veth lxcbr0 -1" -1 "the count is negative $count"
	bad "$u veth lxcbr0 4294967296" 4294967296 "the count is too large $count"
	bad "$u veth lxcbr0 3844" 3844 "the count is too large $count"
	bad "$u veth lxcbr0 2x" 2x "the count is not a decimal number $count"
	bad "$u veth lxcbr0 02" 02 "the count has a leading zero, which others read as octal $count"
	bad "$u veth lxcbr0" "$u veth lxcbr0" 'the line has no count (right: USER|@GROUP TYPE LINK COUNT [OPTION...])'
	bad "$u veth lxcbr0 1 speed=9" speed=9 'there is no such option (right: ip=, mac=, isolated, vlan=, mtu=, mode=, or # before a comment)'
	bad "$u macvlan eth0 1 ip=10.0.3.7/32" ip=10.0.3.7/32 'this option is for a veth, as others can send from any address (right: a line without it)'
	bad "$u phys eth0 1 mtu=1500" mtu=1500 'this option is for all types but phys (right: a line without it)'
	bad "$u veth lxcbr0 1 mtu=1500 mtu=1400" mtu=1400 'the option is given twice (right: each option once, but for ip=)'
	bad "$u veth lxcbr0 1 ip=10.0.3.5/24" 10.0.3.5/24 \
		'ip= has bits set behind its length (right: ip=10.0.3.0/24 for the network, ip=10.0.3.5/32 for the address)'
	bad "$u veth lxcbr0 1 ip=fd00::5/64" fd00::5/64 \
		'ip= has bits set behind its length (right: ip=fd00::/64 for the network, ip=fd00::5/128 for the address)'
	bad "$u veth lxcbr0 1 ip=10.0.3.5/33" 10.0.3.5/33 'ip= has a bad length (right: a length from 0 to 32)'
	bad "$u veth lxcbr0 1 ip=10.0.3.5" 10.0.3.5 'ip= has no length (right: ip=10.0.3.5/32 for this address alone)'
	bad "$u veth lxcbr0 1 ip=10.0.3/24" 10.0.3/24 'ip= is no IPv4 or IPv6 address (right: ADDRESS/LENGTH, as 10.0.3.7/32 or fd00:3::/64)'
	bad "$u veth lxcbr0 1 mac=03:00:00:00:00:01" 03:00:00:00:00:01 \
		'mac= is a multicast address, which no interface can have (right: an address whose second digit is even, as 02:00:00:00:00:01)'
	local mac='(right: six pairs of lower-case hexadecimal digits, as 02:00:00:00:00:01)'
	bad "$u veth lxcbr0 1 mac=00:00:00:00:00:00" 00:00:00:00:00:00 "mac= is all zeros, which no interface can have $mac"
	bad "$u veth lxcbr0 1 mac=02:00:00:00:00:0A" 02:00:00:00:00:0A "mac= has upper-case digits $mac"
	bad "$u veth lxcbr0 1 mac=02-00-00-00-00-0a" 02-00-00-00-00-0a "mac= is no hardware address $mac"
	bad "$u veth lxcbr0 1 vlan=4095" 4095 'vlan= is too large (right: 1 to 4094)'
	bad "$u veth lxcbr0 1 vlan=0" 0 'vlan= is too small (right: 1 to 4094)'
	bad "$u vlan eth0 1" vlan 'a vlan needs the option vlan= (right: vlan=ID, 1 to 4094)'
	bad "$u veth lxcbr0 1 mtu=67" 67 'mtu= is too small (right: 68 to 65535)'
	bad "$u macvlan eth0 1 mode=l2" l2 'this is no mode of a macvlan (right: private, vepa, bridge or passthru)'
	bad "$u ipvlan eth0 1 mode=fast" fast 'there is no such mode (right: l2, l3 or l3s)'
	bad "$u veth lxcbr0 1 isolated=yes" isolated=yes 'isolated takes no value (right: isolated alone)'
	bad " $u veth lxcbr0 1" " $u veth lxcbr0 1" \
		'a blank stands in front of the first word (right: the user or @group at the beginning of the line)'
	bad "$u veth lxcbr0 1"$'\r' "$u veth lxcbr0 1?" 'a carriage return stands at the end (right: lines that end with a newline alone)'
	bad "$u veth lxcbr0 1 # "$'\e[2J' "$u veth lxcbr0 1 # ?[2J" 'byte 30 is control character 27 (right: text, blanks and tabs)'
}

@test "lint: a file that others can write, or that is not root's, is refused as a whole, by name" {
	usernet 'lxc-dnscrypt veth lxcbr0 1'
	whole() { run me 'lxc-policy lint'; [ "$status" -eq 1 ] && [ "$output" = "$F: error: $1" ] || { echo "$status: $output"; return 1; }; }
	chmod 664 $F
	whole '"mode 0664": its group can write the file, so nobody gets an interface (right: chmod 0644 '$F')'
	run me 'lxc-policy check lxc-dnscrypt veth lxcbr0'
	[ "$status" -eq 1 ]
	[ "$output" = "no: $F: mode 0664: its group can write the file, so nobody gets an interface"$'\n'"fix: chmod 0644 $F" ]
	run me 'lxc-policy show'
	[ "$status" -eq 2 ]
	says "$F: mode 0664: its group can write" 'fix: chmod 0644'
	chmod 646 $F
	whole '"mode 0646": everybody can write the file, so nobody gets an interface (right: chmod 0644 '$F')'
	chmod 644 $F; chown lxc-cache $F
	whole "\"owner $(id -u lxc-cache)\": the file is not root's, so nobody gets an interface (right: chown root:root $F)"
	rm $F; ln -s /run/usernet.saved $F
	run me 'lxc-policy lint'
	[ "$status" -eq 1 ]
	says "$F: error: \"symbolic link\""
	rm $F
	whole '"No such file or directory": the file does not exist, so nobody gets an interface (right: a file of root'"'"'s with mode 0644)'
	run me 'lxc-policy check lxc-dnscrypt veth lxcbr0'
	[ "$status" -eq 1 ]
}

@test "lint: lines that hold, but are at odds with each other or the host, are warned of, and that is no failure" {
	warned() { # NUMBER TEXT
		grep -qF "$F:$1: warning: $2" <<<"$output" || { echo "no $1 $2 in: $output"; return 1; }
	}
	ip link add br5 type bridge
	linted 'lxc-dnscrypt veth lxcbr0 600 isolated' 'lxc-dnscrypt veth lxcbr0 2' 'lxc-cache veth lxcbr0 600' 'nosuch veth none 1' '@nosuch veth none 1' \
		'lxc-cache veth br9 1' 'lxc-cache veth lo 1' 'lxc-cache veth br5 1 vlan=5' 'lxc-cache phys lo 2' \
		'lxc-cache veth br5 2 mac=02:00:00:00:00:01' 'lxc-dnscrypt veth br5 1 mac=02:00:00:00:00:01 ip=10.0.5.1/32'
	[ "$status" -eq 0 ]
	warned 2 '"lxc-dnscrypt": it counts from the same places as line 1, the counts do not add up (right: one line with the count of both)'
	warned 1 '"lxcbr0": several users share the bridge: without ip= this one can take the addresses of others towards the host (right: ip='
	warned 3 '"lxcbr0": several users share the bridge: without ip= this one can take the addresses of others, and without isolated reach them'
	warned 3 '"lxcbr0": the counts for this bridge add up to 1200, and it has 1023 ports: some can leave none to the others'
	warned 4 '"nosuch": there is no such user in /etc/passwd (right: a name in that file, or a number)'
	warned 5 '"nosuch": there is no such group in /etc/group'
	warned 6 '"br9": this link does not exist now (right: a bridge of this host)'
	warned 7 '"lo": this link is not a bridge'
	warned 8 '"br5": vlan=5 needs a bridge that filters VLANs, and this one does not (right: ip link set br5 type bridge vlan_filtering 1)'
	warned 9 '"2": a physical interface exists once (right: 1)'
	warned 10 '"2": with mac= only one interface can be there at a time (right: 1)'
	warned 11 '"02:00:00:00:00:01": line 10 has the same mac=, and only one of them can be there at a time'
	if grep -q "$F:11: .*without ip=" <<<"$output"; then false; fi
	ip link del br5
	linted 'lxc-dnscrypt veth lxcbr0 1' '# only one'
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "lint FILE looks at a file that is going to be the policy; --json has the same" {
	printf '%s\n' 'lxc-cache veth lxcbr0 1' 'lxc-cache veth lxcbr0 1x' | me 'cat >new-policy'
	run me 'lxc-policy lint new-policy'
	[ "$status" -eq 1 ]
	[ "$output" = 'new-policy:2: error: "1x": the count is not a decimal number (right: 1 to 3843, in decimal)' ]
	run me 'lxc-policy lint --json new-policy'
	[ "$status" -eq 1 ]
	jq -e '.file == "new-policy" and (.problems == [{line: 2, grants_nothing: true, value: "1x", problem: "the count is not a decimal number",
		accepted: "1 to 3843, in decimal"}])' <<<"$output" >/dev/null
	run me 'lxc-policy lint nosuch'
	[ "$status" -eq 2 ]
	says 'nosuch: No such file or directory'
	chmod 664 $F
	me 'lxc-policy lint --json' | jq -e '.problems[0].line == null and .problems[0].value == "mode 0664"' >/dev/null
}

@test "a refusal of a start says what is wrong with the first bad line" {
	usernet '# c' 'lxc-dnscrypt veth lxcbr0 1 ip=10.0.3.5/24'
	default_conf lxc-dnscrypt 10.0.3.23
	make_container lxc-dnscrypt bad
	run me 'lxc-start -n bad'
	[ "$status" -eq 1 ]
	says "$F:2 is malformed and grants nothing: \"10.0.3.5/24\": ip= has bits set behind its length"
}

# entry LINE...: what is in the log file, each behind a time and a host
entry() { local l; for l in "$@"; do printf 'Nov  5 14:30:59 host %s\n' "$l"; done >/var/log/auth.log; }

@test "log reads back what the helpers did and refused, in their own words" {
	: >/var/log/auth.log
	usernet 'lxc-dnscrypt veth lxcbr0 1'
	default_conf lxc-dnscrypt 10.0.3.24
	make_container lxc-dnscrypt logged
	me 'lxc-start -n logged && lxc-stop -k -n logged'
	wait_for 5 grep -q 'lxc-net: .*stage=10' /var/log/auth.log
	run me 'lxc-policy log'
	[ "$status" -eq 0 ]
	grep -qE "^[0-9-]{10} [0-9:]{8} lxc-dnscrypt: id maps, uids 0:[0-9]+:[0-9]+,.* setgroups (allow|deny): done\$" <<<"$output"
	grep -qE "lxc-dnscrypt: veth on lxcbr0 for lxc-dnscrypt/logged/eth0 by line 1: done, veth[0-9A-Za-z]{11}\$" <<<"$output"
	[ "$(wc -l <<<"$output")" = "$(grep -c stage= /var/log/auth.log)" ]
	me 'lxc-policy log --json --user lxc-dnscrypt' | jq -e '.version == 1 and .source == "/var/log/auth.log" and .rejected == 0 and
		([.entries[] | select(.type == "veth")][0] | .helper == "net-helper" and .result == "done" and .line == 1 and .label == "lxc-dnscrypt/logged/eth0")' >/dev/null
	[ "$(me 'lxc-policy log --user lxc-cache')" = '' ]
	[ "$(me 'lxc-policy log -n 1' | wc -l)" = 1 ]
	[ "$(me 'lxc-policy log -n 0')" = '' ]
}

@test "log: refusals, what was left unfinished, and both forms of time" {
	local u
	u=$(id -u lxc-dnscrypt)
	entry "lxc-net: op=net uid=$u stage=7 status=8 error=0" \
		"lxc-net: op=net uid=$u type=veth link=br0 label=lxc-dnscrypt/web/eth0 rule=3" \
		"lxc-net: op=net uid=$u type=veth link=br0 label=lxc-dnscrypt/web/eth0 rule=3 host=vethX stage=9 status=3 error=16" \
		"authpriv.info lxc-net: op=net uid=$u type=macvlan link=eth0 label=lxc-dnscrypt/a/eth0 rule=4"
	echo "2026-01-05T14:30:59.123456+00:00 host lxc-idmap: op=map uid=$u setgroups=allow uids=0:1:2, gids=0:1:2, stage=10 status=0 error=0" >>/var/log/auth.log
	run me 'TZ=UTC lxc-policy log'
	[ "$status" -eq 0 ]
	[ "$(cut -c 12- <<<"$output")" = "14:30:59 lxc-dnscrypt: an interface: refused (decide): the line of lxc-usernet does not give it
14:30:59 lxc-dnscrypt: veth on br0 for lxc-dnscrypt/web/eth0 by line 3: refused (act): the kernel refused: Device or resource busy
14:30:59 lxc-dnscrypt: macvlan on eth0 for lxc-dnscrypt/a/eth0 by line 4: unfinished, the helper was killed
14:30:59 lxc-dnscrypt: id maps, uids 0:1:2, gids 0:1:2, setgroups allow: done" ]
	[[ ${lines[3]} == 2026-01-05* ]]
	[ "$(me 'lxc-policy log --since "2026-01-05 14:31"' | grep -c 'id maps')" = 0 ]
	[ "$(me 'TZ=UTC lxc-policy log --since "2026-01-05 14:30:59"' | grep -c 'id maps')" = 1 ]
	[ "$(me 'lxc-policy log --since 1s')" = '' ]
	for bad in yesterday 2026-13-01 '2026-01-01 25:00' 5 -1h 1w ''; do
		run me "lxc-policy log --since '$bad'"
		[ "$status" -eq 2 ]
		says "--since=$bad is no time"
	done
	run me 'lxc-policy show --since 2h'
	[ "$status" -eq 2 ]
	says '-n, --user and --since go with log'
}

@test "log: a line that a helper did not write as it writes is no record, and nothing in it reaches the terminal" {
	local good='op=net uid=0 type=veth link=br0 label=a/b/eth0 rule=1 host=v stage=10 status=0 error=0'
	entry "evil: lxc-net: $good" "lxc-net $good" "lxc-netx: $good" "xlxc-net: $good" "lxc-net[7]: $good" "sudo: lxc-dnscrypt : COMMAND=/x lxc-net: $good"
	run me 'lxc-policy log'
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	entry "lxc-net:  $good" "lxc-net: x $good" "lxc-net: $good x" "lxc-net: ${good/uid=0/uid=-1}" "lxc-net: ${good/uid=0/uid=4294967296}" "lxc-net: ${good/uid=0/uid=00}" \
		"lxc-net: ${good/type=veth/type=tap}" "lxc-net: ${good/op=net/op=map}" "lxc-net: ${good/link=br0/link=b r0}" "lxc-net: ${good/link=br0/link=}" \
		"lxc-net: ${good/rule=1 /}" "lxc-net: ${good/stage=10/stage=11}" "lxc-net: ${good/status=0/status=5}" "lxc-net: ${good/link=br0/link=abcdefghijklmnop}" \
		"lxc-net: ${good/label=a/label=$'\e]0;owned\a'}" "lxc-net: ${good/label=a/label=$'\xc2\x9b2J'}" "lxc-net: $good"$'\e[2J' "lxc-net: $good $good" \
		"lxc-net: uid=0 op=net" "lxc-net: " "lxc-idmap: $good" "lxc-net: ${good/ type/  type}" "lxc-net: $good"$'\r'
	run me 'lxc-policy log'
	[ "$status" -eq 0 ]
	[ "$output" = "lxc-policy: 23 lines under the helpers' names, but not theirs: left out" ]
	[ "$(me 'lxc-policy log -q --json' | jq -c '[.rejected, .entries]')" = '[23,[]]' ]
	# No newline, NULs, a line of megabytes.
	{ head -c 3000000 /dev/zero | tr '\0' x; printf '\nNov  5 14:30:59 host lxc-net: op=net uid=0 stage=5 status=4 error=0\0\nNov  5 14:30:59 host lxc-net: %s' "$good"; } >/var/log/auth.log
	run me 'lxc-policy log -q'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" = 1 ]
	says 'root: veth on br0 for a/b/eth0 by line 1: done, v'
}

@test "log: who can read no log is told who could" {
	chmod 640 /var/log/auth.log
	run me 'lxc-policy log'
	[ "$status" -eq 2 ]
	says '/var/log/auth.log: Permission denied' 'fix: ask root, or an admin adds you to the group adm or systemd-journal'
	: >/var/log/messages
	run me 'lxc-policy log --json'
	[ "$status" -eq 0 ]
	[ "$(jq -r .source <<<"$output")" = /var/log/messages ]
	rm /var/log/messages
	mv /var/log/auth.log /var/log/x
	run me 'lxc-policy log'
	[ "$status" -eq 2 ]
	says 'there is no log to read'
	mv /var/log/x /var/log/auth.log
	chmod 644 /var/log/auth.log
}

@test "what is no action, and a word too many, are refused" {
	for words in '' forbid 'show a b' 'lint a b' 'log x'; do
		run me "lxc-policy $words"
		[ "$status" -eq 2 ] || { echo "$words: $output"; false; }
	done
}
