#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-autostart beside that of Debian's lxc: every option that both have.

load '../lib/compare'

setup_file() {
	compare_setup box off
	# NAME|CONFIG LINE...: for the lists. The groups are none the beginning of another.
	local line name
	for line in 'a1|lxc.start.auto = 1|lxc.start.order = 5' 'a2|lxc.start.auto = 1|lxc.start.delay = 3' 'a3|lxc.start.auto = 1' \
		'b1|lxc.start.auto = 1|lxc.group = web|lxc.start.order = 3' 'b2|lxc.group = onboot|lxc.group = web' \
		'b3|lxc.start.auto = 1|lxc.group = onboot|lxc.group = web|lxc.start.order = 9' 'n1|lxc.start.auto = 1|lxc.start.order = -4' \
		'.hidden|lxc.start.auto = 1'; do
		name=${line%%|*}
		me "mkdir -p lists/$name; cat >lists/$name/config" < <(echo "$IDMAP"; tr '|' '\n' <<<"${line#*|}")
	done
	me 'mkdir empty'
	chmod -R a+rX $USER_HOME
}

@test "options that ask, and options that are wrong, end alike" {
	compare 'try lxc-autostart -h
try lxc-autostart --help
try lxc-autostart --usage
try lxc-autostart "-?"
try sh -c "lxc-autostart --version | wc -l"
try lxc-autostart --bogus
try lxc-autostart -P
try lxc-autostart -P /a -P /b
try lxc-autostart -P /nowhere
try lxc-autostart --lxcpath=/nowhere -L
try lxc-autostart -t
try lxc-autostart -t x -L
try lxc-autostart --timeout=1x -L
try lxc-autostart -g
try lxc-autostart -n
try lxc-autostart -o
try lxc-autostart -l'
}

@test "the same containers are listed, in the same order, with the same pauses" {
	compare 'P=$HOME/lists
try lxc-autostart -P $P -L
try lxc-autostart -P$P --list
try lxc-autostart --lxcpath $P --li
try lxc-autostart -P $P -L -a
try lxc-autostart -P $P -L --all
try lxc-autostart -P $P -LA
try lxc-autostart -P $P --list --ignore-auto
try lxc-autostart -P $P --list --ignore
try lxc-autostart -P $P -LaA
try lxc-autostart -P $P -L -g web
try lxc-autostart -P $P -L -gweb
try lxc-autostart -P $P -L --groups=web
try lxc-autostart -P $P -L --group web -A
try lxc-autostart -P $P -L -g web,onboot
try lxc-autostart -P $P -L -g onboot,web -A
try lxc-autostart -P $P -L -g web -g onboot
try lxc-autostart -P $P -L -g onboot,
try lxc-autostart -P $P -L -g onboot -g ""
try lxc-autostart -P $P -L -g ""
try lxc-autostart -P $P -L -g nosuch
try lxc-autostart -P $P -L -a -g web
try lxc-autostart -P $P -L -t 5
try lxc-autostart -P $P -L --timeout=5
try lxc-autostart -P $P -q -L
try lxc-autostart -P $P --quiet -L
try lxc-autostart -P $P -o log -l INFO -L
try ls log
try lxc-autostart -P $P --logfile=log2 --logpriority=debug -L
try ls log2
try lxc-autostart -P $P -L -r
try lxc-autostart -P $P -L -s -a
try lxc-autostart -P $P -L -k -aA
quiet lxc-start -n box
try lxc-autostart -LA
try lxc-autostart -LA -r
try lxc-autostart -LA --reboot
try lxc-autostart -LA -s
try lxc-autostart -LA --shutdown
try lxc-autostart -LA -k
try lxc-autostart -LA --kill
quiet lxc-freeze -n box
try lxc-autostart -LA
try lxc-autostart -LA -r
try lxc-autostart -LA -k
quiet lxc-unfreeze -n box
quiet lxc-stop -k -n box'
}

@test "containers are started, rebooted, shut down and killed alike, and the exit code tells what failed" {
	compare 'echo lxc.start.auto = 1 >>~/.local/share/lxc/box/config
try lxc-autostart
try lxc-info -n box -sH
try lxc-autostart
quiet lxc-stop -k -n box
up sh -c "trap \"reboot -f\" TERM; while :; do sleep 100 & wait; done"
pid=$(lxc-info -n box -pH)
try lxc-autostart -r
until now=$(lxc-info -n box -pH); [ "$now" ] && [ "$now" != $pid ]; do sleep 0.01; done
try lxc-info -n box -sH
quiet lxc-stop -k -n box
up
try lxc-autostart -s -t 20
try lxc-info -n box -sH
up
try lxc-autostart --shutdown --timeout=20
try lxc-info -n box -sH
quiet lxc-start -n box
try lxc-autostart -k
try lxc-info -n box -sH
quiet lxc-start -n box
quiet lxc-freeze -n box
try lxc-autostart --kill
try lxc-info -n box -sH
try lxc-autostart -k
try lxc-autostart -s
try lxc-autostart -r
try lxc-autostart -a
try lxc-info -n box -sH
try lxc-autostart -k -a
try lxc-autostart -aA -r
try lxc-info -n box -sH
try lxc-autostart -q -g db -g ""
try lxc-info -n box -sH
try lxc-autostart -ak -q
sed -i "/^lxc.start/d" ~/.local/share/lxc/box/config'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	BEFORE='echo lxc.start.auto = 1 >>~/.local/share/lxc/box/config; P=$HOME/lists' differ <<-'END'
		try lxc-autostart -P $P -L -g web word => 1 => 0 b1 0 b3 0
		try lxc-autostart -P $P -L -t -5 => 1 => 0 n1 0 a2 3 a3 0 a1 0
		try lxc-autostart -P $P -L -s -k => 1 => 0
		try lxc-autostart -P $P -L -n a1 => 0 a1 0 => 0 n1 0 a2 3 a3 0 a1 0
		try lxc-autostart -P $P -L --name=a1 => 0 a1 0 => 0 n1 0 a2 3 a3 0 a1 0
		try lxc-autostart -P $P -L -l BOGUS => 1 => 0 n1 0 a2 3 a3 0 a1 0
		try lxc-autostart -P $P -L -g onboot,,web => 0 b3 0 n1 0 a2 3 a3 0 a1 0 b1 0 => 0 b3 0 n1 0 a2 3 a3 0 a1 0
		try lxc-autostart -P $P -L -g onboot => 0 b3 0 => 0 b3 0
		try lxc-autostart -P $HOME/empty -L => 0 => 1
		mkdir -p bad/b; cp -r $P/b2 bad/a; echo lxc.bogus = 1 >bad/b/config
		try lxc-autostart -P $PWD/bad => 1 => 0
		quiet lxc-start -n box
		try lxc-autostart -a => 1 => 2
		quiet lxc-stop -k -n box
		sed -i /^lxc.start/d ~/.local/share/lxc/box/config
	END
}
