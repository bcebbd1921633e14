#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What every command does with what it cannot do: texts, exit codes, and that nothing is left.

ALL='lxc-attach lxc-console lxc-create lxc-destroy lxc-execute lxc-freeze lxc-info lxc-ls lxc-start lxc-stop lxc-unfreeze lxc-wait'
NAMED='lxc-attach lxc-console lxc-create lxc-destroy lxc-execute lxc-freeze lxc-info lxc-start lxc-stop lxc-unfreeze lxc-wait'

setup_file() {
	load '../lib/common'
	me 'lxc-create -n web -t none' >/dev/null 2>&1
}
setup() { load '../lib/common'; }

# refused STATUS TEXT COMMAND...: as the user
refused() {
	local wanted=$1 text=$2
	shift 2
	run me "$* </dev/null"
	[ "$status" -eq "$wanted" ] || { echo "$*: $status instead of $wanted: $output"; return 1; }
	[[ "$output" == *"$text"* ]] || { echo "$*: no \"$text\" in: $output"; return 1; }
}

@test "--help and --usage go to standard error and are no failure, --version to standard output" {
	for command in $ALL lxc-usernsexec; do
		[ -z "$(me "$command --help" 2>/dev/null)" ]
		[[ "$(me "$command --help" 2>&1)" == "Usage: $command "* ]]
		[[ "$(me "$command --usage" 2>&1 >/dev/null)" == "Usage: $command "* ]]
		[[ "$(me "$command --version" 2>/dev/null)" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
	done
}

@test "an unknown option prints the help and fails" {
	for command in $ALL lxc-usernsexec; do
		refused 1 "Usage: $command " "$command --no-such-option"
		refused 1 "Usage: $command " "$command -?"
	done
}

@test "a missing name is named" {
	for command in $NAMED; do
		refused 1 "$command: No container name specified" "$command"
	done
}

@test "names that could mean another place are refused by every command" {
	for command in $NAMED lxc-cgroup lxc-checkpoint lxc-device; do
		for name in '""' . .. a/b ../web "\$(printf '\\001')" "\$(printf %0256d 0)"; do
			case $command in
			lxc-wait) refused 1 "is not a container name" "$command -s STOPPED -n $name" ;;
			lxc-create) refused 1 "is not a container name" "$command -t none -n $name" ;;
			lxc-cgroup) refused 1 "is not a container name" "$command -n $name memory.max" ;;
			lxc-checkpoint) refused 1 "is not a container name" "$command -n $name -D dir" ;;
			lxc-device) refused 1 "is not a container name" "$command -n $name add /dev/null" ;;
			*) refused 1 "is not a container name" "$command -n $name" ;;
			esac
		done
	done
	[ "$(me 'ls .local/share/lxc')" = web ]
}

@test "names with blanks, dots, quotes, UTF-8 and 120 characters work from creating to destroying" {
	for name in "my box" .hidden -dash "it's" a.b.c 'ünïcødé' "$(printf %0120d 0)"; do
		printf '%s' "$name" >/run/name
		chmod 644 /run/name
		me 'n=$(cat /run/name); lxc-create -t none -n "$n" && lxc-info -n "$n" -sH && lxc-destroy -n "$n" && ! lxc-info -n "$n" 2>/dev/null'
	done
}

@test "containers of such names run: every command that works on one takes them, in both ways to say a name" {
	empty_conf lxc-dnscrypt
	cat >/run/life <<-'LIFE'
		n=$1
		set -e
		lxc-create -n "$n" -t busybox
		lxc-start -q -n "$n"
		[ "$(lxc-wait -n "$n" -s RUNNING -t 5; lxc-info -n "$n" -sH)" = RUNNING ]
		[ "$(lxc-attach -n "$n" -- cat /etc/hostname </dev/null)" = "$(lxc-attach "$n" -- cat /etc/hostname </dev/null)" ]
		lxc-ls -1 --active | grep -Fx -e "$n"
		lxc-ls --json | grep -F -e "$n" >/dev/null
		printf '\001q' | timeout 10 lxc-console -n "$n" -t 0 >/dev/null 2>&1
		lxc-monitor -n "$n" >monitored 2>/dev/null & monitor=$!
		if lxc-freeze -n "$n" 2>frozen; then lxc-unfreeze -n "$n"; else grep -F -e "$n: " frozen; fi
		lxc-stop -k -n "$n"
		kill $monitor
		[ "$(lxc-execute -q -n "$n" -- echo executed </dev/null)" = executed ]
		lxc-destroy -n "$n"
		[ "$(lxc-ls -1)" = web ]
	LIFE
	chmod 644 /run/life
	for name in "my box" a.b.c 'ünïcødé' "$(printf %0120d 0)" "x$(printf 'ü%.0s' {1..59})"; do
		run me "timeout 30 bash -x /run/life '$name' 2>&1"
		[ "$status" -eq 0 ] || { echo "$name: $status: $output"; return 1; }
	done
	rm /home/lxc-dnscrypt/.config/lxc/default.conf
}

@test "a second -P is refused, a word too many, too" {
	for command in $NAMED lxc-ls; do
		refused 1 "only one path" "$command -n web -P /a -P /b"
	done
	for command in lxc-stop lxc-info lxc-wait lxc-freeze lxc-unfreeze lxc-console; do
		refused 1 'unexpected word "second"' "$command web second"
	done
}

@test "what is not defined is said by name, with LXC's exit codes" {
	refused 1 "not defined" "lxc-start -n nosuch"
	refused 1 "not defined" "lxc-execute -n nosuch -- true"
	refused 1 "nosuch doesn't exist" "lxc-info -n nosuch"
	refused 2 "not running" "lxc-stop -n nosuch"
	refused 1 "not running" "lxc-attach -n nosuch -- true"
	refused 1 "not running" "lxc-console -n nosuch"
	refused 1 "not running" "lxc-freeze -n nosuch"
	refused 1 "not running" "lxc-unfreeze -n nosuch"
	refused 1 "nosuch" "lxc-destroy -n nosuch"
	refused 0 "" "lxc-wait -n nosuch -s STOPPED"
	[ "$(me 'ls .local/share/lxc')" = web ]
}

@test "lxc-stop names options that exclude each other, and bad timeouts" {
	refused 1 "-k can't be used with -r" "lxc-stop -n web -k -r"
	refused 1 "-k can't be used with --nokill" "lxc-stop -n web -k --nokill"
	refused 1 "-k doesn't allow timeouts" "lxc-stop -n web -k -t 5"
	refused 1 "--nolock may only be used with -k" "lxc-stop -n web --nolock"
	for value in -2 5x 99999999999 ''; do
		refused 1 "a number from -1" "lxc-stop -n web -t '$value'"
	done
	refused 2 "not running" "lxc-stop -n web"
}

@test "lxc-wait refuses unknown states and numbers, and times out quietly" {
	refused 1 "-s STATE is missing" "lxc-wait -n web"
	refused 1 "invalid state 'RUNING'" "lxc-wait -n web -s 'STOPPED|RUNING'"
	refused 1 "no state" "lxc-wait -n web -s '|'"
	refused 1 "a number" "lxc-wait -n web -s RUNNING -t soon"
	run me 'lxc-wait -n web -s RUNNING -t 0'
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "lxc-info: an invalid key is said, and is no failure; a stopped container has state and name" {
	run me 'lxc-info -n web -c lxc.bogus'
	[ "$status" -eq 0 ]
	[ "$output" = "lxc.bogus invalid" ]
	run me 'lxc-info -n web'
	[ "$status" -eq 0 ]
	[ "$output" = $'Name:           web\nState:          STOPPED' ]
	[ "$(me 'lxc-info -n web -sH')" = STOPPED ]
	[ -z "$(me 'lxc-info -n web -pH')" ]
}

@test "lxc-ls: nothing is no output, a bad column is said, a bad expression is an error" {
	run me 'lxc-ls -P /tmp/none'
	[ "$status" -eq 0 ] && [ -z "$output" ]
	run me 'lxc-ls -f -F name,bogus'
	[ "$status" -eq 0 ]
	[ "$output" = "Invalid key: bogus" ]
	refused 1 "regular expression" "lxc-ls '['"
	refused 1 "a number from 0 to 32" "lxc-ls --nesting=-1"
	[ "$(me 'lxc-ls --running')" = "" ]
	[ "$(me 'lxc-ls -1 --stopped')" = web ]
	[ "$(me 'lxc-ls -1 w.*')" = web ]
	[ "$(me 'lxc-ls -1 -g nogroup')" = "" ]
}

@test "lxc-attach refuses what it cannot mean" {
	refused 1 "\"BOGUS\" is not known" "lxc-attach -n web -s BOGUS -- true"
	refused 1 "\"BOGUS\" is not known" "lxc-attach -n web -eBOGUS -- true"
	refused 1 "a number" "lxc-attach -n web -u root -- true"
	refused 1 "a number" "lxc-attach -n web -u 4294967295 -- true"
	refused 1 "NAME=VALUE" "lxc-attach -n web -v NOVALUE -- true"
	refused 1 "not a known architecture" "lxc-attach -n web -a z80 -- true"
	refused 1 "this host has no SELinux" "lxc-attach -n web -c label -- true"
}

@test "lxc-console, lxc-start and lxc-execute refuse bad values" {
	refused 1 "a number" "lxc-console -n web -t x"
	refused 1 "a letter" "lxc-console -n web -e 12"
	refused 1 "KEY=VALUE" "lxc-start -n web -s nonsense"
	refused 1 "no key lxc.nonsense" "lxc-start -n web -s lxc.nonsense=1"
	refused 1 "exclude each other" "lxc-start -n web -d -F"
	refused 1 "no command to execute" "lxc-execute -n web"
	refused 1 "CAP_SYS_ADMIN" "lxc-start -n web --share-net 1 -- /bin/true"
	refused 1 "/no/such/file" "lxc-start -n web -f /no/such/file"
}

@test "a broken configuration is refused with file and line by every command that reads it" {
	me 'mkdir -p .local/share/lxc/bad; printf "# fine\nlxc.tty.max = many\n" >.local/share/lxc/bad/config'
	for command in lxc-start "lxc-info -c lxc.tty.max" lxc-execute; do
		refused 1 ".local/share/lxc/bad/config:2: lxc.tty.max = many" "$command -n bad"
	done
	# the others are still listed
	run me 'lxc-ls -1 2>/dev/null'
	[ "$output" = web ]
	[[ "$(me 'lxc-ls -1' 2>&1)" == *"bad/config:2"* ]]
	me 'rm -r .local/share/lxc/bad'
}

@test "long options may be shortened, -q silences, the log goes where it is sent" {
	[ "$(me 'lxc-info --name web --stat' 2>/dev/null | head -1)" = "" ] # --state and --stats: not one of them
	[ "$(me 'lxc-info --na web --state --no-h')" = STOPPED ]
	run me 'lxc-stop -q -n web'
	[ "$status" -eq 2 ] && [ -z "$output" ]
	refused 1 "not a log level" "lxc-start -n web -l LOUD"
	run me 'lxc-start -n web -l DEBUG -o /tmp/web.log'
	[ "$status" -eq 1 ]
	[ -e /tmp/web.log ]
	[[ "$output" == *"no lxc.rootfs.path"* ]]
	refused 1 "log file /proc/no/such" "lxc-start -n web -o /proc/no/such/log"
}
