#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-autostart: which containers, in which order, and what a failure of one does to the others and to the exit code. Beside Debian's
# lxc for everything that both list.

load '../lib/common'

SHARE=/home/lxc-dnscrypt/.local/share/lxc

setup_file() {
	lxc_beside_ours
	empty_conf lxc-dnscrypt
	empty_conf lxc-cache
	ids_as_lxc_has_them lxc-dnscrypt
	# NAME [CONFIG LINE...], for the lists only
	for line in 'a1|lxc.start.auto = 1|lxc.start.order = 5' 'a2|lxc.start.auto = 1|lxc.start.delay = 3' 'a3|lxc.start.auto = 1' \
		'b1|lxc.start.auto = 1|lxc.group = web|lxc.start.order = 3' 'b2|lxc.start.auto = 1|lxc.group = we|lxc.start.order = 1' \
		'b3|lxc.group = onboot|lxc.group = web' 'b4|lxc.start.auto = 1|lxc.group = onboot|lxc.group = web|lxc.start.order = 9' \
		'n1|lxc.start.auto = 1|lxc.start.order = -4'; do
		me "mkdir -p lists/${line%%|*}; cat .config/lxc/default.conf >lists/${line%%|*}/config"
		tr '|' '\n' <<<"${line#*|}" | me "cat >>lists/${line%%|*}/config"
	done
	for name in one two; do make_container lxc-dnscrypt $name 'lxc.start.auto = 1'; done
}
teardown() {
	me 'lxc-autostart -k -a -A -q' || :
	as lxc-cache 'lxc-autostart -k -a -A -q' || :
}
teardown_file() {
	destroy_all
	me 'rm -rf lists'
}

# ids_as_lxc_has_them USER: "auto" is ours
ids_as_lxc_has_them() {
	local start count
	IFS=: read -r _ start count < <(grep "^$1:" /etc/subuid)
	as "$1" "sed -i 's/^lxc.idmap = auto/lxc.idmap = u 0 $start $count\nlxc.idmap = g 0 $start $count/' .config/lxc/default.conf"
}

listed() { me "lxc-autostart -P lists -L $*"; }

@test "what is started, and in which order, is what Debian's lxc lists for the same options" {
	for options in '' -a -A '-a -A' '-g web -A' '-g onboot,' '-g onboot -g ""' '-g ""' '-g nosuch' '-r -a' '-s -a' '-k'; do
		# there, a group is also one whose name only begins like it, and "onboot" counts after an empty word only
		ours=$(me "lxc-autostart -P lists -L $options" | sed /^b2/d)
		theirs=$(me "/usr/bin/lxc-autostart -P /home/lxc-dnscrypt/lists -L $options" | sed /^b2/d)
		[ "$ours" = "$theirs" ] || { echo "$options: $ours"; echo "LXC: $theirs"; false; }
	done
}

@test "containers come once, by group as given, by lxc.start.order within it, by name where that is the same" {
	[ "$(listed)" = $'n1 0\na2 3\na3 0\na1 0' ]
	[ "$(listed -a)" = $'n1 0\na2 3\na3 0\nb2 0\nb1 0\na1 0\nb4 0' ]
	[ "$(listed -g web,onboot)" = $'b1 0\nb4 0' ]
	[ "$(listed -A -g web,onboot)" = $'b3 0\nb1 0\nb4 0' ]
	[ "$(listed -g onboot,,web)" = $'b4 0\nn1 0\na2 3\na3 0\na1 0\nb1 0' ]
	[ "$(listed -g ,onboot)" = "$(listed -g "''" -g onboot)" ]
	[ "$(listed -a -n b1)" = 'b1 0' ]
	[ -z "$(listed -k -a)$(listed -s -a)$(listed -r -a)" ]
}

@test "containers are started, and what runs already is left alone; then shut down the other way round" {
	[ "$(me 'lxc-autostart --verbose')" = $'one: started\ntwo: started' ]
	pid=$(me 'lxc-info -n one -pH')
	[ -z "$(me 'lxc-autostart --verbose; lxc-autostart -L')" ]
	[ "$(me 'lxc-info -n one -pH')" = "$pid" ]
	[ "$(me 'lxc-autostart -L -s')" = $'two\none' ]
	[ "$(me 'lxc-autostart -L -r')" = $'one 0\ntwo 0' ]
	[ "$(me 'lxc-autostart --verbose -s')" = $'two: stopped\none: stopped' ]
	[ "$(state lxc-dnscrypt one)$(state lxc-dnscrypt two)" = STOPPEDSTOPPED ]
}

@test "lxc.start.delay is a pause behind the container that was started" {
	echo 'lxc.start.delay = 1' | me 'cat >>.local/share/lxc/one/config'
	before=$(date +%s%N)
	me 'lxc-autostart'
	[ $((($(date +%s%N) - before) / 1000000)) -ge 1000 ]
	[ "$(me 'lxc-autostart -L -r')" = $'one 1\ntwo 0' ]
	me "sed -i '/start.delay/d' .local/share/lxc/one/config"
}

@test "-r reboots, -k kills, -t is the time for a shutdown" {
	me 'lxc-autostart'
	pid=$(me 'lxc-info -n one -pH')
	me 'lxc-autostart -r -n one'
	[ "$(state lxc-dnscrypt one)" = RUNNING ] && [ "$(me 'lxc-info -n one -pH')" != "$pid" ]
	me 'lxc-autostart -k -n one'
	[ "$(state lxc-dnscrypt one)$(state lxc-dnscrypt two)" = STOPPEDRUNNING ]
	# an init that has a handler, which does nothing
	me 'lxc-start -q -n one -- /bin/sh -c "trap : TERM PWR INT; echo >/ready; while :; do sleep 1; done"; lxc-autostart -s -t 1 -n one'
	[ "$(state lxc-dnscrypt one)" = STOPPED ]
}

@test "one that fails is named, and the others go on: exit 2; all of them: exit 1; nothing to do: exit 0" {
	me 'mkdir .local/share/lxc/bad .local/share/lxc/worse; (cat .config/lxc/default.conf; echo "lxc.start.auto = 1"
		echo "lxc.rootfs.path = dir:/nope") >.local/share/lxc/bad/config; echo lxc.bogus = 1 >.local/share/lxc/worse/config'
	run me 'lxc-autostart'
	[ "$status" -eq 2 ]
	says 'lxc-autostart: bad: root file system /nope: No such file or directory' 'lxc-autostart: worse: ' 'there is no key lxc.bogus'
	[ "$(state lxc-dnscrypt one)$(state lxc-dnscrypt two)" = RUNNINGRUNNING ]
	run me 'lxc-autostart'
	[ "$status" -eq 1 ]
	run me 'lxc-autostart -L'
	[ "$status" -eq 0 ]
	run me 'lxc-autostart -q'
	[ "$status" -eq 1 ] && [ -z "$output" ]
	me 'rm -r .local/share/lxc/bad .local/share/lxc/worse; lxc-autostart'
	run me 'lxc-autostart -k -g nosuch'
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "--json lists, and tells what became of each" {
	[ "$(listed --json -n a2)" = $'{\n  "version": 1,\n  "action": "start",\n  "containers": [\n    {\n      "name": "a2",\n      "delay_seconds": 3\n    }\n  ]\n}' ]
	me 'lxc-autostart --json' | python3 -c 'import json, sys
d = json.load(sys.stdin)
assert [(c["name"], c["result"]) for c in d["containers"]] == [("one", "started"), ("two", "started")], d'
	[ "$(me 'lxc-autostart -k --json' | grep -c '"result": "killed"')" = 2 ]
}

@test "bad options are refused by name" {
	for words in '-t abc' '-t -2' '-k -s' '-n a/b' '-P /no/such/path' 'word'; do
		run me "lxc-autostart $words"
		[ "$status" -eq 1 ]
	done
	says 'unexpected word "word"'
	run me 'lxc-autostart -k -r'
	says 'only one of -k, -s and -r'
	for options in '--all-users' '--user lxc-cache'; do
		run me "lxc-autostart $options"
		[ "$status" -eq 1 ]
		says 'only root can become other users'
	done
	run lxc-autostart --all-users -P /srv
	[ "$status" -eq 1 ]
	says 'users have paths of their own'
	run lxc-autostart --user nobody-of-that-name
	[ "$status" -eq 1 ]
	says 'there is no user nobody-of-that-name'
}

@test "--all-users: each user's containers run as that user, with nothing of root's, and root's messages name the user" {
	make_container lxc-cache 'a b' 'lxc.start.auto = 1' "lxc.hook.pre-start = /home/lxc-cache/seen"
	printf '#!/bin/sh\n{ id -u; id -G; env; cat /proc/self/status; ls -l /proc/self/fd; tty; } >$HOME/saw 2>&1; exit 0\n' |
		as lxc-cache 'cat >seen; chmod 755 seen'
	usermod -aG audio lxc-cache
	mkdir /run/rootonly
	exec 9</run/rootonly
	run env SECRET=of-root lxc-autostart --all-users --verbose
	exec 9<&-
	[ "$status" -eq 0 ]
	says 'lxc-dnscrypt one: started' 'lxc-cache a b: started'
	saw=$(cat /home/lxc-cache/saw)
	[ "$(head -n 1 <<<"$saw")" = "$(id -u lxc-cache)" ]
	[ "$(sed -n 2p <<<"$saw")" = "$(id -G lxc-cache)" ]
	output=$saw
	says 'HOME=/home/lxc-cache' $'CapEff:\t0000000000000000' $'CapPrm:\t0000000000000000' $'CapInh:\t0000000000000000' 'not a tty'
	[[ "$saw" != *of-root* && "$saw" != *rootonly* ]]
	[ "$(as lxc-cache 'lxc-ls -1 --running')" = 'a b' ]
	[ -z "$(ps -eo uid=,args= | awk '$1 == 0 && /[l]xc monitor/')" ]
	run lxc-autostart --all-users -s
	[ "$status" -eq 0 ] && [ -z "$output" ]
	[ -z "$(as lxc-cache 'lxc-ls -1 --running'; me 'lxc-ls -1 --running')" ]
	destroy lxc-cache 'a b'
}

@test "--all-users: the containers have control groups of their own, delegated to the user, gone when they are" {
	lxc-autostart --user lxc-dnscrypt -n one
	group=$(grep -m 1 freezer "/proc/$(me 'lxc-info -n one -pH')/cgroup")
	[[ "$group" == *"$LXP_CGROUP/lxc-dnscrypt/lxc.payload.one" ]]
	me 'lxc-freeze -n one; lxc-unfreeze -n one'
	[ "$(state lxc-dnscrypt one)$(state lxc-dnscrypt two)" = RUNNINGSTOPPED ]
	lxc-autostart --all-users -k
	[ -z "$(find /sys/fs/cgroup -path "*$LXP_CGROUP*" -name 'lxc-dnscrypt*')" ]
}

@test "--all-users: a user whose containers fail, or whose home does not answer in words, does not stop the others" {
	make_container lxc-cache broken 'lxc.start.auto = 1' 'lxc.rootfs.path = dir:/nope'
	as lxc-cache 'mkdir -p ".local/share/lxc/$(printf "x\033[31m")"; touch ".local/share/lxc/$(printf "x\033[31m")/config"'
	run lxc-autostart --all-users --verbose
	[ "$status" -eq 2 ]
	says 'lxc-autostart: lxc-cache: broken: root file system /nope' 'is not a container name' 'lxc-cache broken: failed' \
		'lxc-dnscrypt two: started'
	[[ "$output" != *$'\033'* ]]
	as lxc-cache 'rm -rf .local/share/lxc/x*'
	[ "$(lxc-autostart --all-users -L -A -a)" = 'lxc-cache broken 0' ]
	[ "$(lxc-autostart --all-users -L -s)" = $'lxc-dnscrypt two\nlxc-dnscrypt one' ]
	[ "$(lxc-autostart --all-users -L --json | grep -c '"user": "lxc-cache"')" = 1 ]
	destroy lxc-cache broken
}

@test "what the service files call starts and stops as /etc/default/lxc says, and a container that fails is no failure of it" {
	make_container lxc-cache late 'lxc.start.auto = 1' 'lxc.group = onboot'
	make_container lxc-cache fails 'lxc.start.auto = 1' 'lxc.rootfs.path = dir:/nope'
	run /usr/local/libexec/lxc/lxc-containers start
	[ "$status" -eq 0 ]
	says 'lxc-autostart: lxc-cache: fails: root file system /nope'
	[ "$(me 'lxc-ls -1 --running')" = $'one\ntwo' ]
	[ "$(as lxc-cache 'lxc-ls -1 --running')" = late ]
	/usr/local/libexec/lxc/lxc-containers stop
	[ -z "$(me 'lxc-ls -1 --running'; as lxc-cache 'lxc-ls -1 --running')" ]
	cp /etc/default/lxc /run/default
	echo 'BOOTGROUPS=onboot' >>/etc/default/lxc
	/usr/local/libexec/lxc/lxc-containers start
	[ "$(me 'lxc-ls -1 --running'; as lxc-cache 'lxc-ls -1 --running')" = late ]
	/usr/local/libexec/lxc/lxc-containers stop
	echo 'LXC_AUTO=false' >>/etc/default/lxc
	/usr/local/libexec/lxc/lxc-containers start
	cp /run/default /etc/default/lxc
	[ -z "$(as lxc-cache 'lxc-ls -1 --running')" ]
	run /usr/local/libexec/lxc/lxc-containers
	[ "$status" -eq 2 ]
	destroy lxc-cache late
	destroy lxc-cache fails
}
