#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-monitor: every state of every container, also of those that live for a moment only, and nobody who has to wait for it.

load '../lib/common'

RUNTIME=/home/lxc-dnscrypt/.cache/lxc/run

setup_file() {
	lxc_beside_ours
	empty_conf lxc-dnscrypt
	for name in web db; do make_container lxc-dnscrypt $name; done
}
setup() { me 'rm -f seen; mkdir -p other'; }
teardown() {
	end_monitors
	destroy lxc-dnscrypt spare
	me 'lxc-stop -k -q -n web; lxc-stop -k -q -n db' || :
}
teardown_file() { destroy_all; }

monitors() { pgrep -u lxc-dnscrypt -x lxc-monitor; }
# A signal for all of them, and the wait for their end.
end_monitors() {
	local pid
	for pid in $(monitors); do kill -CONT "$pid"; kill "-${1-TERM}" "$pid"; done
	wait_for 5 eval '! monitors'
}
# monitor OPTION...: in the background, what it prints to the file "seen"; returns when it listens
monitor() {
	# Without su, which stops with what it started.
	setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --init-groups \
		env -i HOME=/home/lxc-dnscrypt sh -c "cd; exec lxc-monitor $* >seen 2>&1" 3>&- &
	wait_for 5 eval '[ -n "$(find $RUNTIME -path "*.monitors/[0-9]*")" ]'
}
seen() { cat /home/lxc-dnscrypt/seen; }
sees() { wait_for 5 grep -qxF -- "$1" /home/lxc-dnscrypt/seen; }

@test "what it prints for a container's life is what LXC's prints, once each" {
	mkdir -p /var/lib/lxc/same
	cp -a /home/lxc-dnscrypt/.local/share/lxc/web/rootfs /var/lib/lxc/same
	chown -R root: /var/lib/lxc/same
	printf '%s\n' 'lxc.rootfs.path = dir:/var/lib/lxc/same/rootfs' 'lxc.net.0.type = empty' 'lxc.mount.auto = proc' \
		'lxc.signal.halt = SIGINT' >/var/lib/lxc/same/config
	for side in /usr/bin /usr/local/bin; do
		stdbuf -oL $side/lxc-monitor -n 'sa.*' >/run/seen 3>&- &
		pid=$!
		# Debian's has a daemon to start first.
		if [ $side = /usr/bin ]; then
			wait_for 10 eval "pgrep -x lxc-monitord"
			sleep 0.3
		else
			wait_for 5 eval '[ -n "$(find /run/lxc -path "*.monitors/[0-9]*")" ]'
		fi
		$side/lxc-start -n same
		$side/lxc-freeze -n same
		$side/lxc-unfreeze -n same
		$side/lxc-stop -n same
		wait_for 5 grep -qF '[STOPPED]' /run/seen
		kill $pid
		wait $pid || :
		uniq /run/seen >/run/seen${side////-}
	done
	for pid in $(pgrep -x lxc-monitord); do kill "$pid"; done
	rm -r /var/lib/lxc/same
	diff /run/seen-usr-bin /run/seen-usr-local-bin
	[ "$(uniq -d /run/seen)" = '' ]
	[ -z "$(find /run/lxc -name '*.monitors')" ]
}

@test "a regular expression is one of the whole name; without one all containers are watched, also those that are made later" {
	monitor
	me 'lxc-start -n web; lxc-stop -k -n web; lxc-create -n spare -t busybox; lxc-start -n spare' >/dev/null
	sees "'spare' changed state to [RUNNING]"
	[ "$(grep -c "^'web' " /home/lxc-dnscrypt/seen)" = 5 ]
	end_monitors
	for pattern in 'w|d.' '-n w|d.'; do
		monitor "'${pattern}'"
		me 'lxc-start -n db; lxc-stop -k -n db; lxc-start -n web; lxc-stop -k -n web'
		sees "'db' changed state to [STOPPED]"
		[ -z "$(grep web /home/lxc-dnscrypt/seen)" ]
		end_monitors
	done
}

@test "several paths are watched with several -P, and only those" {
	me 'cp -r .local/share/lxc/db other/away; lxc-create -P other -n none -t none' >/dev/null
	me "sed -i 's|/.local/share/lxc/db/|/.local/share/lxc/web/|' other/away/config"
	monitor -P other -P .local/share/lxc -P other/
	me 'lxc-start -P other -n away; lxc-stop -P other -k -n away; lxc-start -n web'
	sees "'web' changed state to [RUNNING]"
	[ "$(grep -c "^'away' " /home/lxc-dnscrypt/seen)" = 5 ]
	end_monitors
	monitor -P other
	me 'lxc-stop -k -n web; lxc-start -P other -n away; lxc-stop -P other -k -n away'
	sees "'away' changed state to [STOPPED]"
	[ -z "$(grep web /home/lxc-dnscrypt/seen)" ]
	me 'rm -rf other'
}

@test "nothing is missed of containers that come and go while it does not run, and all of it comes in order" {
	monitor
	kill -STOP "$(monitors)"
	for i in 1 2 3; do me 'lxc-start -n web; lxc-stop -k -n web; lxc-start -n web -- /nonexistent; lxc-start -n db; lxc-stop -k -n db' || :; done
	kill -CONT "$(monitors)"
	wait_for 5 eval '[ $(grep -cF "db'\'' changed state to [STOPPED]" /home/lxc-dnscrypt/seen) = 3 ]'
	[ "$(sed -n "s/^'web' .*\[\(.*\)\]/\1/p" /home/lxc-dnscrypt/seen | head -n 8 | tr '\n' ' ')" = \
		'STARTING RUNNING 0 STOPPING STOPPED STARTING ABORTING STOPPED ' ]
	[ "$(sed -n "s/^'\(.*\)' .*\[STOPPED\]/\1/p" /home/lxc-dnscrypt/seen | tr '\n' ' ')" = 'web web db web web db web web db ' ]
}

@test "a monitor that does not read is left behind: containers go on at once, and it says that events were lost" {
	monitor
	kill -STOP "$(monitors)"
	as_delegated lxc-dnscrypt 'lxc-start -n web; i=0; while [ $i -lt 150 ]; do lxc-freeze -n web; lxc-unfreeze -n web; i=$((i + 1)); done; lxc-info -n web -sH' >/run/state
	[ "$(cat /run/state)" = RUNNING ]
	kill -CONT "$(monitors)"
	wait_for 5 eval '! monitors'
	[ "$(seen | tail -n 1)" = 'lxc-monitor: web: events were lost: they were not read in time' ]
	# One that comes then gets everything again.
	monitor
	me 'lxc-stop -k -n web'
	sees "'web' changed state to [STOPPED]"
}

@test "a supervisor that is killed tells nothing, and the container is reported STOPPED, as it is" {
	monitor
	me 'lxc-start -n web'
	sees "'web' changed state to [RUNNING]"
	kill -KILL "$(pgrep -u lxc-dnscrypt lxc-supervisor)"
	sees "'web' changed state to [STOPPED]"
}

@test "--json is one object a line" {
	monitor --json
	me 'lxc-start -n web; lxc-stop -k -n web'
	wait_for 5 grep -q STOPPED /home/lxc-dnscrypt/seen
	seen | python3 -c 'import json, sys
events = [json.loads(line) for line in sys.stdin]
assert all(e["version"] == 1 and e["name"] == "web" and e["lxcpath"] == "/home/lxc-dnscrypt/.local/share/lxc" for e in events), events
assert [e["state"] for e in events if e["event"] == "state"] == ["STARTING", "RUNNING", "STOPPING", "STOPPED"], events
assert [(e["exit_code"], e["signal"]) for e in events if e["event"] == "exit"] == [(None, "SIGKILL")], events
assert events == sorted(events, key=lambda e: e["time_unix_ms"]), events'
}

@test "it ends by the signals of a keyboard and by a closed pipe, and leaves nothing; what a killed one leaves goes with the next event" {
	for signal in TERM HUP; do
		monitor
		end_monitors $signal
		[ -z "$(find $RUNTIME -name '*.monitors')" ]
	done
	run me 'timeout -s INT 0.2 lxc-monitor; echo $?'
	[ -z "$(find $RUNTIME -name '*.monitors')" ]
	# nothing is printed after the reader has gone
	run me 'lxc-monitor | sleep 0.1; echo ${PIPESTATUS[0]}'
	[ "$output" = 141 ]
	[ -z "$(find $RUNTIME -name '*.monitors')" ]
	run me 'lxc-monitor >/dev/full & wait_for=$!; sleep 0.2; lxc-start -q -n web; wait $wait_for; echo $?'
	says 'standard output: ' 'No space left on device'
	[ "${lines[-1]}" = 1 ]
	monitor
	end_monitors KILL
	[ -n "$(find $RUNTIME -path '*.monitors/*')" ]
	me 'lxc-stop -k -n web'
	[ -z "$(find $RUNTIME -path '*.monitors/*')" ]
	monitor
	end_monitors
	[ -z "$(find $RUNTIME -name '*.monitors')" ]
}

@test "-Q has nothing to do; bad expressions and further words are refused" {
	[ -z "$(me 'lxc-monitor -Q' 2>&1)" ]
	run me "lxc-monitor '('"
	[ "$status" -eq 1 ]
	says '"(" is not a regular expression'
	run me 'lxc-monitor web db'
	[ "$status" -eq 1 ]
	says 'unexpected word "db"'
	run me 'lxc-monitor -n web db'
	[ "$status" -eq 1 ]
}
