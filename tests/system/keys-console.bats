#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The console: what is kept of it, in memory and in files, and where else it is shown. Terminals and the log of a start.

setup_file() {
	load '../lib/common'
	empty_conf lxc-dnscrypt
	me 'lxc-create -n box -t busybox' >/dev/null 2>&1
}
setup() {
	load '../lib/common'
	H=/home/lxc-dnscrypt
	rm -f $H/seen $H/console.log*
}
teardown() { me 'lxc-stop -k -q -n box' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

# print 'SHELL COMMANDS': what they print goes to the console
print() { me "lxc-attach -n box -- sh -c '($1) >/dev/console'"; }

# watch_console TEXT: connect to the console until it has shown TEXT, leave with Ctrl-a q; everything shown is in ~/seen
watch_console() {
	me "touch ~/seen; { timeout 15 sh -c 'until grep -q \"$1\" ~/seen; do sleep 0.02; done'; printf '\\001q'; } | timeout 20 lxc-console -n box -t 0 >~/seen 2>/dev/null"
}

@test "lxc.console.buffer.size: lxc-console -t 0 shows what was printed before" {
	me 'lxc-start -q -n box -s lxc.console.buffer.size=64KB'
	print 'echo first; echo second'
	watch_console second
	grep -q first $H/seen
	# and again, to whoever connects next
	rm $H/seen
	watch_console second
	grep -q first $H/seen
}

@test "without a buffer nothing is kept: lxc-console -t 0 shows what is printed from then on" {
	me 'lxc-start -q -n box'
	print 'echo before'
	(wait_for 5 test -e $H/seen; print 'for i in 1 2 3 4 5 6 7 8 9 10; do echo after; sleep 0.05; done') &
	watch_console after
	wait $!
	! grep -q before $H/seen || false
}

@test "a buffer larger than what a socket takes arrives whole, and one that is too small keeps the newest" {
	me 'lxc-start -q -n box -s lxc.console.buffer.size=1MB -s lxc.console.logfile=$HOME/console.log'
	print 'seq 1 100000; echo the-end'
	wait_for 10 grep -q the-end $H/console.log
	watch_console the-end
	cmp $H/seen $H/console.log
	[ "$(stat -c %s $H/seen)" -gt 600000 ]
	me 'lxc-stop -k -n box'
	rm -f $H/seen $H/console.log
	me 'lxc-start -q -n box -s lxc.console.buffer.size=1 -s lxc.console.logfile=$HOME/console.log'
	print 'seq 1 100000; echo the-end'
	wait_for 10 grep -q the-end $H/console.log
	watch_console the-end
	grep -q '^99999' $H/seen
	! grep -q '^9000.$' $H/seen || false
	[ "$(tr -d '\001' <$H/seen | wc -c)" -le 4200 ]
}

@test "the buffer takes memory of the supervisor only as far as something was printed" {
	me 'lxc-start -q -n box -s lxc.console.buffer.size=1GB'
	pid=$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')
	[ "$(awk '/^Private_Dirty:/ { n += $2 } END { print n }' "/proc/$pid/smaps_rollup")" -lt 2000 ]
}

@test "lxc.console.size and lxc.console.rotate: a full log becomes FILE.1, and no file is larger" {
	me 'lxc-start -q -n box -s lxc.console.logfile=$HOME/console.log -s lxc.console.size=4KB -s lxc.console.rotate=1'
	print 'seq 1 5000; echo the-end'
	wait_for 5 grep -q the-end $H/console.log
	[ "$(stat -c %s $H/console.log.1)" = 4096 ]
	[ "$(stat -c %s $H/console.log)" -le 4096 ]
	[ "$(stat -c '%a %U' $H/console.log)" = '640 lxc-dnscrypt' ]
	# nothing is lost between the two
	cat $H/console.log.1 $H/console.log | tr -d '\r' | grep -xE '[0-9]{4}' | awk 'NR > 1 && $1 != last + 1 { exit 1 } { last = $1 }'
}

@test "lxc.console.size without rotation: the log starts over" {
	me 'lxc-start -q -n box -s lxc.console.logfile=$HOME/console.log -s lxc.console.size=4096'
	print 'seq 1 5000; echo the-end'
	wait_for 5 grep -q the-end $H/console.log
	[ "$(stat -c %s $H/console.log)" -le 4096 ]
	[ ! -e $H/console.log.1 ]
}

@test "lxc-console --show prints the buffer without a terminal, --rotate rotates the log on request" {
	me 'lxc-start -q -n box -s lxc.console.buffer.size=auto -s lxc.console.logfile=$HOME/console.log'
	print 'echo one-thing'
	wait_for 5 grep -q one-thing $H/console.log
	[[ "$(me 'lxc-console -n box --show </dev/null')" == *one-thing* ]]
	me 'lxc-console -n box --rotate'
	grep -q one-thing $H/console.log.1
	[ ! -s $H/console.log ]
	print 'echo another'
	wait_for 5 grep -q another $H/console.log
	me 'lxc-stop -k -n box; lxc-start -q -n box'
	run me 'lxc-console -n box --show'
	[ "$status" -eq 1 ]
	says 'nothing that the console printed is kept' 'lxc.console.buffer.size = auto'
	run me 'lxc-console -n box --rotate'
	[ "$status" -eq 1 ]
	says 'the container has no log of its console' 'lxc.console.logfile'
}

@test "lxc.console.path: a terminal shows the console and types into it" {
	me 'rm -f ~/tty ~/terminal; mkfifo ~/typed' 2>/dev/null || :
	me "timeout 20 script -qfc 'tty >~/tty; exec sleep 15' ~/terminal <~/typed >/dev/null 2>&1" 3>&- &
	terminal=$!
	exec 7>$H/typed
	wait_for 5 test -s $H/tty
	me "lxc-start -q -n box -s lxc.console.path=$(cat $H/tty) -s 'lxc.init.cmd=/bin/sh -c \"while read line; do echo got \$line; done\"'"
	printf 'hello\r' >&7
	wait_for 5 grep -q 'got hello' $H/terminal
	exec 7>&- # script passes the end of its input on: init ends, too
	wait_for 5 eval '[ "$(state lxc-dnscrypt box)" = STOPPED ]'
	wait "$terminal" || :
}

@test "console keys: bad values, and files that cannot be opened, are refused before the start" {
	run me 'lxc-start -n box -s lxc.console.size=10B'
	[ "$status" -eq 1 ]
	says 'lxc.console.size = 10B: not a size; accepted: auto, or a number of bytes or of KB, MB, GB'
	run me 'lxc-start -n box -s lxc.console.rotate=2'
	says 'lxc.console.rotate = 2: not 0 or 1'
	run me 'lxc-start -n box -L /etc/console.log -- /bin/touch /was-here'
	[ "$status" -eq 1 ]
	says 'lxc.console.logfile = /etc/console.log: Permission denied'
	run me 'lxc-start -n box -c /no/such/file -- /bin/touch /was-here'
	[ "$status" -eq 1 ]
	says 'lxc.console.path = /no/such/file: No such file or directory'
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
	[ ! -e $H/.local/share/lxc/box/rootfs/was-here ]
}

@test "lxc.log.level: what is below the level stays out, numbers are levels, another word is refused" {
	me 'lxc-start -q -n box -s lxc.log.file=$HOME/box.log -s lxc.log.level=8; lxc-stop -k -n box'
	[ ! -s $H/box.log ]
	me 'lxc-start -q -n box -s lxc.log.file=$HOME/box.log -s lxc.log.level=info'
	grep -q ' INFO ' $H/box.log
	! grep -q ' DEBUG ' $H/box.log || false
	me 'lxc-stop -k -n box'
	run me 'lxc-start -n box -s lxc.log.level=loud'
	[ "$status" -eq 1 ]
	says 'lxc.log.level = loud: not a log level'
}

@test "lxc.tty.dir leads nowhere but below /dev, lxc.tty.max has a limit" {
	for name in ../x /x a/../../x . a//b; do
		run me "lxc-start -n box -s lxc.tty.dir=$name"
		[ "$status" -eq 1 ]
		says "lxc.tty.dir = $name: not the name of a directory below; accepted: a directory name"
	done
	[ "$(with lxc.tty.dir=a/b lxc.tty.max=1 -- 'readlink /dev/tty1')" = a/b/tty1 ]
	run me 'lxc-start -n box -s lxc.tty.max=513'
	[ "$status" -eq 1 ]
	says 'lxc.tty.max = 513: not a number from 0 to 512'
}

@test "lxc.pty.max: as many pseudo terminals as are asked for, and no more" {
	run with lxc.pty.max=3 lxc.tty.max=2 -- 'grep devpts /proc/mounts'
	says 'max=21'
}

@test "lxc.log.syslog: the log goes to syslog with the facility that is asked for" {
	run unshare -m bash -c '
		mkdir -p /run/dev; mount -t tmpfs none /run/dev; cd /dev
		for name in null zero full random urandom tty; do touch /run/dev/$name; mount --bind /dev/$name /run/dev/$name; done
		mkdir /run/dev/pts /run/dev/shm; mount --move /dev/pts /run/dev/pts; mount --move /dev/shm /run/dev/shm
		ln -s pts/ptmx /run/dev/ptmx; ln -s /proc/self/fd /run/dev/fd; mount --move /run/dev /dev; cd /
		busybox syslogd -n -O /run/messages & syslogd=$!
		until [ -S /dev/log ]; do sleep 0.02; done
		chmod 666 /dev/log
		su - lxc-dnscrypt -c "PATH=/usr/local/bin:/usr/bin:/bin; lxc-start -q -n box -s lxc.log.syslog=local3 -s lxc.log.level=INFO; lxc-stop -k -n box"
		for i in $(seq 250); do grep -q "state RUNNING" /run/messages && break; sleep 0.02; done
		kill $syslogd; cat /run/messages; rm /run/messages'
	says 'local3.info lxc-start' 'box: supervisor - state RUNNING'
	run me 'lxc-start -n box -s lxc.log.syslog=mail'
	[ "$status" -eq 1 ]
	says 'lxc.log.syslog = mail: not a facility'
}
