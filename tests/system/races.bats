#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# All commands at once on one container. RACE_SECONDS: how long, 10.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	me 'lxc-create -n box -t busybox && lxc-start -q -n box && lxc-stop -k -n box' >/dev/null
	wait_for 40 eval '[ -z "$(ip -o link show master lxcbr0)" ]'
	leftovers >/run/before
	# One of eight: RANDOM's seed, seconds. What ends by a signal, is killed by timeout or takes too long, is a line of bad. An
	# attach may wait for as long as the container is frozen: it has two seconds and must then end when asked to.
	cat >/run/racer <<-'RACER'
		RANDOM=$1 end=$((SECONDS + $2)) n=0
		while [ $SECONDS -lt $end ]; do
			limit=120
			case $((RANDOM % 12)) in
			0 | 1) set -- lxc-start -q -n box ;;
			2) set -- lxc-stop -k -q -n box ;;
			3 | 4) limit=2; set -- lxc-attach -n box -- true ;;
			5) set -- lxc-freeze -n box ;;
			6) set -- lxc-unfreeze -n box ;;
			7) set -- lxc-info -n box ;;
			8) set -- lxc-ls -f ;;
			9) set -- lxc-wait -n box -s 'RUNNING|STOPPED' -t 1 ;;
			10) set -- lxc-create -n spare -t none ;;
			11) set -- lxc-destroy -f -n spare ;;
			esac
			timeout -k 8 $limit "$@" >/dev/null 2>>errors </dev/null
			status=$?
			n=$((n + 1))
			echo "$1 $status" >>done
			if [ $status -ge 124 ] && [ "$1 $status" != 'lxc-attach 124' ] && [ "$1 $status" != 'lxc-attach 137' ]; then
				echo "$* ended with $status" >>bad
			fi
		done
	RACER
	chmod 644 /run/racer
}
teardown_file() { destroy_all; }

# The state is what there is. What enters a frozen container and is killed meanwhile ends when that is thawed.
settled() {
	now=$(state lxc-dnscrypt box)
	[ "$now" != FROZEN ] || me 'lxc-unfreeze -n box'
	supervisors=$(processes_of lxc-dnscrypt | grep -c 'lxc monitor' || :)
	case $now in
	RUNNING | FROZEN) [ "$supervisors" = 1 ] ;;
	*) [ "$now $supervisors" = 'STOPPED 0' ] ;;
	esac
}

all_worked() {
	local command
	for command in start stop attach freeze unfreeze info ls wait create destroy; do
		grep -qx "lxc-$command 0" /home/lxc-dnscrypt/done || return 1
	done
}

@test "eight processes with random commands on one container: none hangs or crashes, the state is what it says, nothing is left" {
	seed=${RACE_SEED:-$RANDOM} seconds=${RACE_SECONDS:-10}
	echo "RACE_SEED=$seed"
	me 'rm -f bad done errors'
	# Until each of them has worked at some time: on a busy machine that takes more than one round.
	for round in 1 2 3 4 5 6 7 8; do
		as_delegated lxc-dnscrypt "for i in 1 2 3 4 5 6 7 8; do bash /run/racer \$(($seed + round * 8 + i)) $seconds & done; wait"
		! all_worked || break
	done
	echo "by command and exit code:"
	sort /home/lxc-dnscrypt/done | uniq -c
	sort /home/lxc-dnscrypt/errors | uniq -c | sort -rn | head -n 30
	[ ! -e /home/lxc-dnscrypt/bad ] || { cat /home/lxc-dnscrypt/bad; false; }
	# Whoever comes too late is told that, and a list has no errors because of others.
	if grep -e '^lxc-ls:' -e 'Cannot allocate memory' /home/lxc-dnscrypt/errors; then false; fi
	all_worked
	wait_for 30 settled || { processes_of lxc-dnscrypt; false; }
	me 'lxc-start -q -n box; lxc-attach -n box -- true; lxc-stop -k -n box; lxc-destroy -q -n spare' || :
	[ "$(me 'lxc-ls -1')" = box ]
	me 'lxc-start -q -n box && lxc-attach -n box -- true && lxc-stop -k -n box'
	[ -z "$(find /sys/fs/cgroup -type d -path "$GROUPS_HERE" -path '*/user-lxc-dnscrypt/*' -name 'lxc.payload*')" ]
	nothing_left "$(cat /run/before)"
}
