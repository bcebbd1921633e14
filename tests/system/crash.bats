#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Whatever is killed, whenever: nothing is left, and the next start is a clean one.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	as lxc-dnscrypt 'lxc-create -n web -t busybox' >/dev/null
	leftovers >/run/before
}

teardown_file() {
	destroy_all
}

gone() {
	wait_for 10 eval '[ -z "$(processes_of lxc-dnscrypt)" ]' || { processes_of lxc-dnscrypt; return 1; }
	wait_for 10 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 0 ]'
}

starts_and_stops() {
	me 'lxc-start -n web && lxc-attach -n web -- true && lxc-stop -k -n web'
	nothing_left "$(cat /run/before)"
}

# How long a start takes here, in milliseconds; and a part of that, N of M.
measure_start() {
	local from=$(date +%s%N)
	me 'lxc-start -n web'
	took=$((($(date +%s%N) - from) / 1000000))
	me 'lxc-stop -k -n web'
}
sleep_part() { sleep "$(printf '%d.%03d' $((took * $1 / $2 / 1000)) $((took * $1 / $2 % 1000)))"; }

supervisor() { ps -eo pid=,uid=,args= | awk -v u="$(id -u lxc-dnscrypt)" '$2 == u && /lxc monitor/ { print $1 }'; }

@test "kill -9 of the supervisor takes the container with it, and the next start is clean" {
	me 'lxc-start -n web'
	pid=$(supervisor)
	[ -n "$pid" ]
	kill -9 "$pid"
	gone
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
	starts_and_stops
}

@test "kill -9 of the container's init ends the container and its supervisor" {
	me 'lxc-start -n web'
	kill -9 "$(me 'lxc-info -n web -pH')"
	gone
	[ "$(state lxc-dnscrypt web)" = STOPPED ]
	starts_and_stops
}

@test "kill -9 of lxc-start and all it made, at 40 points of a start, leaves nothing half made" {
	measure_start
	for n in $(seq 1 40); do
		me 'exec lxc-start -n web' >/dev/null 2>&1 3>&- &
		pid=$!
		sleep_part "$n" 40
		kill -9 $(processes_of lxc-dnscrypt | awk '$1 == "'"$(id -u lxc-dnscrypt)"'" { print $2 }') 2>/dev/null || :
		wait "$pid" || :
	done
	gone
	starts_and_stops
}

@test "kill -9 of lxc-start alone leaves either a running container or none" {
	measure_start
	for n in $(seq 1 20); do
		me 'exec lxc-start -n web' >/dev/null 2>&1 3>&- &
		sleep_part "$n" 20
		pkill -9 -u lxc-dnscrypt -x lxc-start || :
		wait $! || :
		wait_for 5 me 'lxc-wait -n web -s "RUNNING|STOPPED" -t 2'
		if [ "$(state lxc-dnscrypt web)" = RUNNING ]; then
			me 'lxc-attach -n web -- true'
			me 'lxc-stop -k -n web'
		fi
		gone
	done
	starts_and_stops
}

@test "SIGTERM to the supervisor stops the container in order" {
	me 'lxc-start -n web'
	kill -TERM "$(supervisor)"
	gone
	starts_and_stops
}

@test "lxc-attach killed with -9 takes its command along and leaves the container running" {
	me 'lxc-start -n web'
	me 'exec lxc-attach -n web -- sleep 4711' >/dev/null 2>&1 3>&- &
	wait_for 5 pgrep -u lxc-dnscrypt -x lxc-attach
	wait_for 5 pgrep -f '^sleep 4711'
	pkill -9 -u lxc-dnscrypt -x lxc-attach
	[ "$(state lxc-dnscrypt web)" = RUNNING ]
	me 'lxc-stop -k -n web'
	gone
	run pgrep -f '^sleep 4711'
	[ "$status" = 1 ]
}

@test "after kill -9 of the supervisor lxc-destroy, or a start that is refused, removes the control groups too" {
	groups() { find /sys/fs/cgroup -path "$GROUPS_HERE" -name 'lxc.*' 2>/dev/null; }
	me 'lxc-create -q -n gone -t busybox' >/dev/null 2>&1
	for end in 'lxc-start -q -n gone -s lxc.uts.name=x -s lxc.net.0.type=veth -s lxc.net.0.link=nosuch0' 'lxc-destroy -q -n gone'; do
		as_delegated lxc-dnscrypt "lxc-start -q -n gone; pid=\$(lxc-info -n gone -pH); kill -9 \$(awk \"/^PPid/ { print \\\$2 }\" /proc/\$pid/status)"
		[ -n "$(groups)" ]
		wait_for 10 eval '[ "$(state lxc-dnscrypt gone)" = STOPPED ]'
		as_delegated lxc-dnscrypt "$end" || :
		[ -z "$(groups | grep gone)" ]
	done
}
