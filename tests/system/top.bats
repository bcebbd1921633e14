#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-top: its screen on a terminal, its lines without one, and a terminal that is as it was however it ends.

load '../lib/common'

setup_file() {
	lxc_beside_ours
	empty_conf lxc-dnscrypt
	empty_conf lxc-cache
	for name in web db 'a name with blanks, and long'; do make_container lxc-dnscrypt "$name"; done
	make_container lxc-cache theirs
	as_delegated lxc-dnscrypt 'for n in web db "a name with blanks, and long"; do lxc-start -q -n "$n"; done'
	as_delegated lxc-cache 'lxc-start -q -n theirs'
	# db is the one that uses most
	as_delegated lxc-dnscrypt 'lxc-attach -n db -- sh -c "i=0; while [ \$i -lt 30000 ]; do i=\$((i + 1)); done"'
}
teardown_file() { destroy_all; }

# top COMMAND STEP...: on a terminal of 24x80
top() { "$TOP/tests/lib/on-terminal" lxc-dnscrypt "$@"; }
# The last frame, as lines.
frame() { sed 's/\x1b\[[0-9;?]*[A-Za-z]/\n/g' <<<"$output" | grep -v '^$'; }
names() { frame | sed -n 's/^\(db\|web\|a name\).*/\1/p' | tail -n 3 | tr '\n' ' '; }

@test "-b prints LXC's line of titles and a line a container, without a terminal" {
	run me 'lxc-top -b --count 2 -d 1 </dev/null'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 7 ]
	[[ "${lines[3]}" =~ ^[0-9]{13},web,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+$ ]]
	theirs=$("$TOP/tests/lib/on-terminal" root '/usr/bin/lxc-top -b' '?kernel_mem_used_bytes' '\x03' | head -n 1)
	[ "${lines[0]}" = "$theirs" ]
	IFS=, read -r _ _ cpu sys user _ _ memory both _ <<<"$(grep ,db, <<<"$output" | tail -n 1)"
	[ "$cpu" -gt 0 ] && [ "$memory" -gt 0 ] && [ "$both" -ge "$memory" ] && [ $((sys + user)) -le $((cpu / 10000000 + 2)) ]
}

@test "-s and -r order the lines; a bad key or delay is refused by name" {
	ordered() { me "lxc-top -b --count 1 $*" | sed 1d | cut -d, -f2 | cut -c1-3 | tr '\n' ' '; }
	[ "$(ordered)" = 'a n db web ' ]
	[ "$(ordered -r)" = 'web db a n ' ]
	[ "$(ordered -s c | cut -c1-2)" = db ]
	[ "$(ordered -s c -r | tr ' ' '\n' | tail -n 1)" = db ]
	for words in '-s z' '-s nn' '-d 0' '-d x' '--count 0' word '--all-users'; do
		run me "lxc-top -b $words"
		[ "$status" -eq 1 ]
	done
	run me 'lxc-top -s z'
	says '--sort=z: one of n, c, b, m, s and k'
}

@test "without a terminal, and without -b, it says what to do" {
	run me 'lxc-top </dev/null'
	[ "$status" -eq 1 ]
	says 'no terminal' 'fix: -b prints lines'
}

@test "the screen has LXC's columns as far as they fit, all containers and their sum, and q ends it" {
	run top 'lxc-top -d 100' '?TOTAL 3 of 3' q
	[[ "$output" == *'status 0' ]]
	[ "$(frame | head -n 2 | tr -s ' ')" = $'Container CPU CPU CPU CPU BlkIO Mem\nName Used Sys User % Total Used' ]
	[[ "$(frame | cut -c1-5 | head -n 6 | tail -n 4 | tr '\n' ' ')" = 'a nam db    web   TOTAL ' ]]
	[ -z "$(frame | grep -v status | sed 's/…/~/' | awk 'length > 80')" ]
}

@test "keys sort, a second time the other way round" {
	run top 'lxc-top -d 100' '?TOTAL' c '?TOTAL' q
	[[ "$(names)" == 'db '* ]]
	run top 'lxc-top -d 100' '?TOTAL' c '?TOTAL' c '?TOTAL' q
	[[ "$(names)" == *' db ' ]]
	run top 'lxc-top -d 100' '?TOTAL' r '?TOTAL' q
	[ "$(names)" = 'web db a name ' ]
	run top 'lxc-top -d 100 -r' '?TOTAL' n '?TOTAL' q
	[ "$(names)" = 'a name db web ' ]
}

@test "it follows the size of the terminal: names are cut, columns and rows left out, nothing wraps" {
	run top 'lxc-top -d 100' '?TOTAL 3 of 3' '=5x30' '?TOTAL 2 of 3' q
	last=$(frame | sed -n '/^Container/h;//!H;${x;p}' | grep -v status)
	[ -z "$(sed 's/…/~/' <<<"$last" | awk 'length > 30')" ]
	[[ "$last" == *'…'* ]]
	run top 'lxc-top -d 100' '?TOTAL 3 of 3' '=24x200' '?%' q
	[[ "$output" == *'status 0' ]]
	run top 'lxc-top -d 100' '?TOTAL 3 of 3' '=1x1' '?…' q
	[[ "$output" == *'status 0' ]]
}

@test "it looks again, and shows what has changed" {
	run top 'lxc-top -d 1' '?TOTAL 3 of 3' '?TOTAL 3 of 3' q
	[[ "$output" == *'status 0' ]]
	(wait_for 5 pgrep -u lxc-dnscrypt -x lxc-top && me 'lxc-stop -k -n web') >/dev/null 3>&- &
	stopper=$!
	run top 'lxc-top -d 1' '?TOTAL 3 of 3' '?TOTAL 2 of 2' q
	wait "$stopper"
	as_delegated lxc-dnscrypt 'lxc-start -q -n web'
	[[ "$output" == *'status 0' ]]
}

@test "the terminal is as it was after q, after every signal that ends it, and while it is stopped" {
	for signal in INT TERM HUP QUIT; do
		run top "stty -a >before; (wait_pid() { until pgrep -x lxc-top >/dev/null; do sleep 0.05; done; }; wait_pid; sleep 0.3; kill -$signal \$(pgrep -x lxc-top)) & lxc-top -d 100; echo \"ended \$?\"; stty -a >after; cmp before after && echo same"
		number=$(kill -l $signal)
		says "ended $((128 + number))" same $'\033[?25h' $'\033[?1049l'
	done
	run top "stty -a >before; lxc-top -d 100; stty -a >after; cmp before after && echo same" '?TOTAL' q
	says same $'\033[?1049l'
	run top 'set -m; stty -a >before; lxc-top -d 100; stty -a >after; cmp before after && echo same; fg' '?TOTAL' '\x1a' '?same' '?TOTAL' q
	[[ "$output" == *'status 0' ]]
	[ -z "$(pgrep -x lxc-top)" ]
}

@test "nothing is emphasised with NO_COLOR, or on a dumb terminal" {
	run top 'TERM=xterm lxc-top --count 1'
	says $'\033[1;7m'
	for environment in 'TERM=xterm NO_COLOR=1' TERM=dumb; do
		run top "$environment lxc-top --count 1"
		[[ "$output" != *$'\033[1;7m'* && "$output" == *TOTAL* ]]
	done
}

@test "--all-users shows root everybody's, below a line of each user" {
	run lxc-top --all-users -b --count 1
	says ',lxc-cache/theirs,' ',lxc-dnscrypt/web,'
	run "$TOP/tests/lib/on-terminal" root 'lxc-top --all-users -d 100' '?TOTAL 4 of 4' q
	[[ "$(frame | sed -n 's/^\( *[a-z][-a-z]*\) .*/\1/p' | tr '\n' ' ')" == 'lxc-cache   theirs lxc-dnscrypt   a   db   web '* ]]
	run me 'lxc-top -b --all-users'
	[ "$status" -eq 1 ]
}

@test "--json is one object a look" {
	me 'lxc-top --json --count 2 -d 1' | python3 -c 'import json, sys
looks = [json.loads(line) for line in sys.stdin]
assert len(looks) == 2 and looks[0]["time_unix_ms"] < looks[1]["time_unix_ms"], looks
for look in looks:
    assert look["version"] == 1 and [c["name"][:3] for c in look["containers"]] == ["a n", "db", "web"], look
    assert all(c["user"] is None and c["cpu_ns"] > 0 and c["memory_bytes"] > 0 for c in look["containers"]), look'
}

@test "several -P are several directories" {
	me 'mkdir -p other'
	[ "$(me 'lxc-top -b --count 1 -P other' | wc -l)" = 1 ]
	[ "$(me 'lxc-top -b --count 1 -P other -P .local/share/lxc' | wc -l)" = 4 ]
}
