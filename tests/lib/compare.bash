# SPDX-License-Identifier: LGPL-2.1-or-later
# For tests/compare, a file a command: the same words given to our command and to that of Debian's lxc, on the same containers of
# the same user; what they print and how they end has to be the same. What differs on purpose has a row in docs/COMPATIBILITY.md and
# is held by a test that says what each side does.

load '../lib/common'

USER_HOME=/home/lxc-dnscrypt
SHARE=$USER_HOME/.local/share/lxc

# compare_setup [box] [off]: Debian's commands beside ours, and these containers of the user: box (busybox, can run), off (nothing
# to run; in the groups web and db, starts with the host). IDMAP is what LXC, which knows no "auto", needs in a configuration.
compare_setup() {
	local first count name
	lxc_beside_ours
	IFS=: read -r _ first count < <(grep ^lxc-dnscrypt: /etc/subuid)
	IDMAP="lxc.idmap = u 0 $first $count"$'\n'"lxc.idmap = g 0 $first $count"
	empty_conf lxc-dnscrypt
	me 'mkdir -p .local/share/lxc'
	for name; do compare_make_$name; done
	chmod -R a+rX $USER_HOME # LXC cannot enter a closed home
	COMPARE_ENTER=$(delegate lxc-dnscrypt)
	export IDMAP COMPARE_ENTER
}

compare_make_box() {
	me 'lxc-create -n tree -t busybox && mkdir .local/share/lxc/box' >/dev/null
	mv $SHARE/tree/rootfs $SHARE/box/rootfs
	rm -r $SHARE/tree
	printf '%s\n' "$IDMAP" "lxc.rootfs.path = dir:$SHARE/box/rootfs" 'lxc.uts.name = box' 'lxc.net.0.type = empty' \
		'lxc.mount.auto = proc sys' 'lxc.tty.max = 1' 'lxc.signal.halt = SIGINT' 'lxc.signal.reboot = SIGTERM' \
		'lxc.environment = COLOUR=red' | me 'cat >.local/share/lxc/box/config'
}

# It has an idmap, because LXC reads that of every container it lists.
compare_make_off() {
	printf '%s\n' 'lxc.group = web' 'lxc.group = db' 'lxc.start.auto = 1' "$IDMAP" |
		me 'lxc-create -n off -t none >/dev/null; cat >.local/share/lxc/off/config'
}

# on SIDE LINES: a shell of the user runs them with that side's commands first in PATH: ours or lxc.
#   try COMMAND...    show it, what it prints, its exit status, and whether it succeeded but had something to say on standard error
#                     (why it failed we say even where LXC does not)
#   quiet COMMAND...  do it
#   up [INIT...]      start box, until its init listens to signals
# What hangs is killed: LXC's lxc-start -F may ignore what timeout(1) sends first.
on() {
	local side=$1 path=/usr/local/bin:/usr/bin:/bin
	[ "$side" = ours ] || path=/usr/bin:/bin
	printf '%s\n' "$2" >/run/compare.lines
	cat >/run/compare.sh <<-'END'
		cd; rm -rf work; mkdir work; cd work
		try() {
			local status=0
			echo "$ $*"
			timeout -k 5 30 "$@" >../out 2>../err </dev/null || status=$?
			cat ../out
			[ ! -s ../err ] || [ $status != 0 ] || echo '(said something)'
			echo "[$status]"
		}
		up() {
			quiet lxc-start -n box ${1+-- "$@"}
			for try in {1..100}; do
				! lxc-attach -n box -- grep -q '^SigCgt:.*[1-9a-f]' /proc/1/status 2>/dev/null || return 0
				sleep 0.02
			done
			echo 'init does not listen'
		}
		quiet() { timeout -k 5 30 "$@" >/dev/null 2>&1 </dev/null || echo "$* failed"; }
	END
	cat /run/compare.lines >>/run/compare.sh
	chmod 755 /run/compare.sh
	bash -c "$COMPARE_ENTER exec su - ${COMPARE_USER-lxc-dnscrypt} -c 'PATH=$path exec bash /run/compare.sh'" 3>&-
}

# Numbers that differ from run to run.
same_numbers() {
	sed -E 's/^(PID: +)[0-9]+$/\1N/; s/^((CPU|BlkIO|Memory|KMem) use: +)[0-9].*/\1N/; s/^[0-9]{3,}$/N/; s/^(box +RUNNING) +[0-9]+ /\1 N /; s/[0-9]+\.[0-9]+MB/N/g; s/ *$//'
}

# compare LINES: the same on both sides
compare() {
	on ours "$1" >/run/compare.ours
	on lxc "$1" >/run/compare.lxc
	diff -U2 <(same_numbers </run/compare.lxc) <(same_numbers </run/compare.ours) || return 1
	grep -q '^\[' /run/compare.lxc # something was compared
}

# differs COMMAND OURS LXC: how each side ends and what it prints, "STATUS OUTPUT"; * is anything
differs() {
	local ours lxc
	ours=$(on ours "${BEFORE-}try $1" | outcome) lxc=$(on lxc "${BEFORE-}try $1" | outcome)
	[[ $ours == $2 ]] || { echo "$1: ours is $ours"; return 1; }
	[[ $lxc == $3 ]] || { echo "$1: lxc is $lxc"; return 1; }
}
# differ <<TABLE: the same for many, in one shell a side. A line of the table "try COMMAND => OURS => LXC" is compared; any other, and
# the lines of BEFORE, which come first, are only run.
differ() {
	local table lines command ours lxc want_ours want_lxc failed=0
	table=$(cat)
	lines=${BEFORE-}$'\n'$(sed '/^try /s/ => .*//' <<<"$table")
	on ours "$lines" | outcomes >/run/compare.ours
	on lxc "$lines" | outcomes >/run/compare.lxc
	while IFS=$'\x1f' read -r command want_ours want_lxc <&4; do
		IFS= read -r ours <&5
		IFS= read -r lxc <&6
		[[ $ours == $want_ours ]] || { echo "$command: ours is $ours"; failed=1; }
		[[ $lxc == $want_lxc ]] || { echo "$command: lxc is $lxc"; failed=1; }
	done 4< <(sed -n '/^try /s/ => /\x1f/gp' <<<"$table") 5</run/compare.ours 6</run/compare.lxc
	return $failed
}

# Each "try" as one line: its status, then what it printed.
outcomes() {
	awk '/^\$ / { text = ""; next } /^\[[0-9]+\]$/ { gsub(/[][]/, ""); sub(/ +$/, "", text); print $0 text; next }
		$0 != "(said something)" { text = text " " $0 }'
}
outcome() { outcomes | tail -n 1; }
