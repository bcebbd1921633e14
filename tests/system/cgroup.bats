#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cgroup/ with real groups: as root, as users with and without a delegated subtree, in every layout this host can show.
# Needs root. Makes groups named lxp-cgroup-test-PID. in each hierarchy and removes them.

USER_ID=61234      # no such user is needed: ids are enough
CONTAINER_ID=161234 # stands for the container's root
V1_CONTROLLERS="memory pids cpuset cpu freezer"

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	[ -x "$TOP/${O:-build}/tests/cgroup-driver" ] || make -s -C "$TOP" "${O:-build}/tests/cgroup-driver" >/dev/null
	SHARED=$(mktemp -d /tmp/lxp-cgroup.XXXXXX)
	chmod 755 "$SHARED"
	install -m 755 "$TOP/${O:-build}/tests/cgroup-driver" "$SHARED/driver"
	GROUP=lxp-cgroup-test-$$.
	V2=$(awk '$0 ~ / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	V2_CONTROLLER=
	V2_ENABLED_HERE=
	if [ -n "$V2" ]; then
		for c in pids memory hugetlb; do
			grep -qw "$c" "$V2/cgroup.controllers" && { V2_CONTROLLER=$c; break; }
		done
		if [ -n "$V2_CONTROLLER" ] && ! grep -qw "$V2_CONTROLLER" "$V2/cgroup.subtree_control"; then
			echo "+$V2_CONTROLLER" >"$V2/cgroup.subtree_control" && V2_ENABLED_HERE=1
		fi
	fi
	case $V2_CONTROLLER in
	pids) V2_LIMIT=pids.max=7 V2_FILE=pids.max V2_VALUE=7 ;;
	memory) V2_LIMIT=memory.max=64M V2_FILE=memory.max V2_VALUE=67108864 ;;
	hugetlb) V2_LIMIT=hugetlb.2MB.max=5M V2_FILE=hugetlb.2MB.max V2_VALUE=4194304 ;;
	esac
	export TOP SHARED GROUP V2 V2_CONTROLLER V2_ENABLED_HERE V2_LIMIT V2_FILE V2_VALUE
}

teardown_file() {
	[ -z "$V2_ENABLED_HERE" ] || echo "-$V2_CONTROLLER" >"$V2/cgroup.subtree_control" || true
	rm -rf "$SHARED"
}

setup() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	rm -f "$SHARED/go"
}

# Every group a test may have made, deepest first.
teardown() {
	local dir
	find /sys/fs/cgroup -maxdepth 3 -type d \( -name "$GROUP" -o -name "lxc.*.$GROUP*" \) 2>/dev/null | sort -r |
		while read -r dir; do remove_tree "$dir"; done
}

remove_tree() {
	local dir
	find "$1" -depth -type d 2>/dev/null | while read -r dir; do
		xargs -r kill -9 2>/dev/null <"$dir/cgroup.procs" || true
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			rmdir "$dir" 2>/dev/null && break
			sleep 0.05
		done
	done
}

need_v1() {
	local c
	for c in $V1_CONTROLLERS; do
		grep -qE " - cgroup .*[ ,]$c(,|\$)" /proc/self/mountinfo || skip "no cgroup v1 $c here"
	done
}

need_v2() {
	[ -n "$V2" ] || skip "no cgroup2 here"
	[ -n "$V2_CONTROLLER" ] || skip "no controller in cgroup2 here"
}

# Delegate as an admin would: the group, and the files that move processes, and nothing that limits.
delegate() {
	mkdir -p "$1"
	chown $USER_ID:$USER_ID "$1" "$1/cgroup.procs"
	for f in tasks cgroup.subtree_control; do
		[ ! -e "$1/$f" ] || chown $USER_ID:$USER_ID "$1/$f"
	done
}

delegate_v1() {
	local c dir
	for c in $V1_CONTROLLERS; do
		dir=/sys/fs/cgroup/$c/$GROUP
		delegate "$dir"
		if [ $c = cpuset ]; then
			cat /sys/fs/cgroup/cpuset/cpuset.cpus >$dir/cpuset.cpus
			cat /sys/fs/cgroup/cpuset/cpuset.mems >$dir/cpuset.mems
		fi
	done
}

# in_groups DIR... -- COMMAND...: as the user, in these groups
in_groups() {
	(
		while [ "$1" != -- ]; do
			sh -c 'echo $PPID' >"$1/cgroup.procs"
			shift
		done
		shift
		exec setpriv --reuid $USER_ID --regid $USER_ID --clear-groups -- "$@"
	)
}

v1_groups() {
	local c
	for c in $V1_CONTROLLERS; do echo "/sys/fs/cgroup/$c/$GROUP"; done
}

# Only cgroup2, on /sys/fs/cgroup, as on a host that has nothing else; the groups are the same as in $V2.
unified() {
	unshare --mount --propagation private -- sh -c \
		'{ [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || mount -t cgroup2 none /sys/fs/cgroup; } && exec "$@"' sh "$@"
}

# in_unified GROUP -- COMMAND: the user, in a group of the unified hierarchy
in_unified() {
	local group=$1
	shift 2
	unified sh -c 'echo $$ >/sys/fs/cgroup/$0/cgroup.procs && exec setpriv --reuid '$USER_ID' --regid '$USER_ID' --clear-groups -- "$@"' \
		"$group" "$@"
}

driver() { "$SHARED/driver" "$@"; }

no_groups_left() {
	local left
	left=$(find /sys/fs/cgroup -maxdepth 4 -type d -name "lxc.[pm]*.$GROUP*" 2>/dev/null)
	[ -z "$left" ] || { echo "left over: $left"; return 1; }
}

# ---- root ----

@test "root gets a payload in every hierarchy at the top, and nothing is left behind" {
	run driver "$GROUP" delegated create clone where stats freeze thaw kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == delegated* ]]
	[[ $output == *"/lxc.payload.$GROUP"* ]]
	[[ $output == *"signal=9"* ]]
	no_groups_left
}

@test "root on a host with cgroup2 only" {
	need_v2
	run unified "$SHARED/driver" "$GROUP" layout limit:2:$V2_LIMIT check create monitor apply get:$V2_FILE clone where freeze \
		thaw kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == unified* ]]
	[[ $output == *$'\n'"$V2_VALUE"$'\n'* ]]
	[[ $output == *"0::/lxc.payload.$GROUP"* ]]
	no_groups_left
}

@test "root's v1 limits are written, read back and named when they cannot be" {
	need_v1
	driver "$GROUP" limit:1:memory.limit_in_bytes=64M limit:1:pids.max=5 limit:1:cpuset.cpus=0 check create apply \
		get:memory.limit_in_bytes remove
	run driver "$GROUP" limit:1:cpuset.cpus=99999 check create apply
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == "cgroup-limit: lxc.cgroup.cpuset.cpus = 99999: the kernel refuses the value"*"| config:7 |"* ]]
	driver "$GROUP" remove
	run driver "$GROUP" limit:1:memory.bogus=1 limit:2:memory.max=1M check
	[ "$status" = 0 ] || [[ $output == *"cgroup v1"* ]]
}

@test "root's device rules hold on cgroup2, the last one that applies deciding" {
	need_v2
	run unified "$SHARED/driver" "$GROUP" "limit:2:devices.deny=a" "limit:2:devices.allow=c 1:3 rwm" "limit:2:devices.allow=c 1:5 r" \
		check create apply enter "shell:echo x >/dev/null && head -c1 /dev/zero | wc -c" "shell:! echo x >/dev/zero" \
		"shell:! head -c1 /dev/urandom"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == 1* ]]
	run unified "$SHARED/driver" "$GROUP" "limit:2:devices.deny=c 1:9 rwm" check create apply enter \
		"shell:! head -c1 /dev/urandom" "shell:head -c1 /dev/zero | wc -c"
	echo "$output"
	[ "$status" = 0 ]
	run unified "$SHARED/driver" "$GROUP" "limit:2:devices.deny=c 1" check
	[ "$status" = 1 ]
	[[ $output == *"lxc.cgroup2.devices.deny = c 1: devices.allow or devices.deny with a, or TYPE"*config:7* ]]
}

@test "root's device rules are the v1 controller's where that is mounted" {
	grep -qE " - cgroup .*[ ,]devices" /proc/self/mountinfo || skip "no v1 devices"
	run driver "$GROUP" "limit:2:devices.deny=a" "limit:2:devices.allow=c 1:3 rwm" check create apply get:devices.list remove
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = "c 1:3 rwm" ]
}

# ---- a user with a delegated subtree, v1 ----

@test "a user with delegated v1 groups has limits, counters, freezer and kill" {
	need_v1
	delegate_v1
	run in_groups $(v1_groups) -- "$SHARED/driver" "$GROUP" delegated limit:1:memory.limit_in_bytes=64M limit:1:pids.max=5 \
		limit:1:cpu.shares=512 check create apply fork where get:cpuset.cpus stats freeze get:freezer.state kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	for c in $V1_CONTROLLERS; do [[ $output == *"$c:/$GROUP/lxc.payload.$GROUP"* ]]; done
	[[ $output == *"$(cat /sys/fs/cgroup/cpuset/cpuset.cpus)"* ]]
	[[ $output == *"memory=1"*"processes=1"*"FROZEN"*"signal=9"* ]]
	no_groups_left
}

@test "a v1 controller that was not delegated is named, with the line" {
	need_v1
	delegate /sys/fs/cgroup/pids/$GROUP
	run in_groups /sys/fs/cgroup/pids/$GROUP -- "$SHARED/driver" "$GROUP" limit:1:pids.max=3 check limit:1:memory.limit_in_bytes=1M check
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == "cgroup-limit: lxc.cgroup.memory.limit_in_bytes = 1M: controller \"memory\" is not delegated"*"| config:7 |"* ]]
}

@test "a file the kernel does not have is refused before anything is made" {
	need_v1
	delegate_v1
	run in_groups $(v1_groups) -- "$SHARED/driver" "$GROUP" limit:1:memory.bogus=1 check
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"memory.bogus = 1: the kernel has no such file"* ]]
	no_groups_left
}

@test "a cgroup2 limit on a host with that controller in v1 is refused with the v1 name" {
	need_v1
	delegate_v1
	run in_groups $(v1_groups) -- "$SHARED/driver" "$GROUP" limit:2:memory.max=64M check
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"in cgroup v1 | config:7 | lxc.cgroup.memory.limit_in_bytes = VALUE"* ]]
}

# ---- a user with a delegated subtree, cgroup2 ----

@test "a user whose delegated group holds its own processes gets its limit: they move to a leaf" {
	need_v2
	delegate "$V2/$GROUP"
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" layout delegated limit:2:$V2_LIMIT check create monitor apply get:$V2_FILE \
		clone where mine stats freeze thaw kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *$'\n'"$V2_VALUE"$'\n'* ]]
	[[ $output == *"0::/$GROUP/lxc.payload.$GROUP"* ]]
	[[ $output == *"0::/$GROUP/lxc.leaf"* ]]
	[[ $output == *"cpu=1"* ]]
	# and back when the last container is gone, so that the next login can be put there
	[ ! -e "$V2/$GROUP/lxc.leaf" ]
	[ -z "$(cat "$V2/$GROUP/cgroup.subtree_control")" ]
	no_groups_left
}

# The kernel lets a group with processes hand on what counts threads, and takes no process into the groups below it then.
@test "a group that was made the root of a threaded subtree becomes usable again, its controllers stay enabled" {
	need_v2
	delegate "$V2/$GROUP"
	if ! grep -qw pids "$V2/$GROUP/cgroup.controllers"; then
		# This kernel has no controller for it: what it answers about one is in the test above.
		run in_unified $GROUP -- "$SHARED/driver" "$GROUP" create clone kill reap remove
	else
		run in_unified $GROUP -- sh -c 'echo +pids >"$0/cgroup.subtree_control" && cat "$0/cgroup.type" && exec "$@"' "$V2/$GROUP" \
			"$SHARED/driver" "$GROUP" create clone where "get:pids.max" kill reap "shell:cat $V2/$GROUP/cgroup.subtree_control" remove
		[ "${lines[0]}" = 'domain threaded' ]
		[[ $output == *pids* ]]
	fi
	echo "$output"
	[ "$status" = 0 ]
	no_groups_left
}

@test "without a limit nothing moves" {
	need_v2
	delegate "$V2/$GROUP"
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" create monitor clone mine kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"0::/$GROUP"$'\n'* ]]
	[ ! -e "$V2/$GROUP/lxc.leaf" ]
	no_groups_left
}

@test "the base group is given back by the last container only" {
	need_v2
	delegate "$V2/$GROUP"
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" limit:2:$V2_LIMIT create monitor apply clone \
		"shell:$SHARED/driver '$GROUP two' limit:2:$V2_LIMIT create monitor apply clone kill reap remove" \
		get:$V2_FILE mine kill reap remove mine
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"$V2_VALUE"$'\n'*"0::/$GROUP/lxc.leaf"*"0::/$GROUP" ]]
	[ ! -e "$V2/$GROUP/lxc.leaf" ]
	no_groups_left
}

@test "processes that fork meanwhile are moved as well" {
	need_v2
	delegate "$V2/$GROUP"
	sh -c 'echo $$ >"$1"/cgroup.procs; end=$(($(date +%s) + 3)); while [ $(date +%s) -lt $end ]; do true & true & wait; done' \
		sh "$V2/$GROUP" 3>&- &
	forker=$!
	sleep 0.2
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" limit:2:$V2_LIMIT create monitor apply get:$V2_FILE remove
	echo "$output"
	kill $forker || true
	wait $forker || true
	[ "$status" = 0 ]
	[[ $output == *"$V2_VALUE"* ]]
}

@test "a login that was put in the leaf uses the group above" {
	need_v2
	delegate "$V2/$GROUP"
	delegate "$V2/$GROUP/lxc.leaf"
	run in_unified $GROUP/lxc.leaf -- "$SHARED/driver" "$GROUP" limit:2:$V2_LIMIT create monitor apply clone where mine kill reap remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"0::/$GROUP/lxc.payload.$GROUP"* ]]
	[[ $output == *"0::/$GROUP/lxc.monitor.$GROUP"* ]]
	[ -d "$V2/$GROUP/lxc.leaf" ]
	no_groups_left
}

@test "a controller that was not delegated is named, with the line and the fix" {
	need_v2
	delegate "$V2/$GROUP"
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" limit:2:rdma.max=1 check
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == "cgroup-limit: lxc.cgroup2.rdma.max = 1: controller \"rdma\" is not delegated to uid $USER_ID"*"| config:7 | an admin"* ]]
}

@test "device rules of a user are accepted: it cannot make device nodes" {
	need_v2
	delegate "$V2/$GROUP"
	in_unified $GROUP -- "$SHARED/driver" "$GROUP" limit:2:devices.deny=a limit:1:devices.allow=a check create apply remove
}

@test "a umask of 077 does not lock the container's root out" {
	need_v2
	delegate "$V2/$GROUP"
	run in_unified $GROUP -- "$SHARED/driver" "$GROUP" umask:077 create "shell:stat -c %a /sys/fs/cgroup/$GROUP/lxc.payload.$GROUP" remove
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = 755 ]
}

@test "the container's root owns its group: processes still enter, and what it made below is removed in its name" {
	need_v2
	delegate "$V2/$GROUP"
	payload=$V2/$GROUP/lxc.payload.$GROUP
	in_unified $GROUP -- "$SHARED/driver" "$GROUP" create \
		"shell:until [ -e $SHARED/go ]; do sleep 0.05; done" \
		clone where kill reap remove >"$SHARED/out" 2>&1 3>&- &
	pid=$!
	for _ in $(seq 100); do [ -d "$payload" ] && break; sleep 0.05; done
	chown $CONTAINER_ID:$CONTAINER_ID "$payload" "$payload/cgroup.procs" "$payload/cgroup.threads" "$payload/cgroup.subtree_control"
	setpriv --reuid $CONTAINER_ID --regid $CONTAINER_ID --clear-groups mkdir -p "$payload/a/b/c" "$payload/d e"
	touch "$SHARED/go"
	status=0
	wait $pid || status=$?
	cat "$SHARED/out"
	[ $status = 1 ]
	grep -q "0::/$GROUP/lxc.payload.$GROUP" "$SHARED/out"
	grep -q "cannot be removed: Permission denied" "$SHARED/out"
	# as idmap_run() would: with power over the files of both ids
	unified sh -c "echo \$\$ >/sys/fs/cgroup/$GROUP/cgroup.procs && exec setpriv --reuid $USER_ID --regid $USER_ID --clear-groups \
		--inh-caps +dac_override --ambient-caps +dac_override -- $SHARED/driver $GROUP descendants remove"
	no_groups_left
}

@test "with real subordinate ids: the group is handed over, used, and removed with what was made in it" {
	need_v2
	id lxc-dnscrypt >/dev/null 2>&1 || skip "no user lxc-dnscrypt"
	grep -q ^lxc-dnscrypt: /etc/subuid || skip "lxc-dnscrypt has no subordinate ids"
	USER_ID=$(id -u lxc-dnscrypt)
	delegate "$V2/$GROUP"
	chown "$(id -u lxc-dnscrypt):$(id -g lxc-dnscrypt)" "$V2/$GROUP"
	run unified sh -c 'echo $$ >/sys/fs/cgroup/$0/cgroup.procs && exec setpriv --reuid lxc-dnscrypt --regid lxc-dnscrypt --init-groups -- "$@"' \
		"$GROUP" "$SHARED/driver" "$GROUP" limit:2:$V2_LIMIT check create monitor clone apply handover nest \
		"shell:stat -c %u /sys/fs/cgroup/$GROUP/lxc.payload.$GROUP/nested" fork where kill reap removeall
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"refused with errno 13"* ]]
	[[ $output == *"0::/$GROUP/lxc.payload.$GROUP"* ]]
	no_groups_left
}

# ---- no delegation ----

@test "without delegation a start without limits is no error and makes nothing" {
	run setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$SHARED/driver" "$GROUP" delegated why check create monitor fork remove
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == "not delegated"*"no control group is delegated to $USER_ID"* ]]
	no_groups_left
}

@test "without delegation a limit is an error by name, with its line and the fix" {
	need_v1
	run setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$SHARED/driver" "$GROUP" limit:1:memory.limit_in_bytes=64M check
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == "cgroup-delegation: lxc.cgroup.memory.limit_in_bytes = 64M cannot be applied"*"| config:7 |"*"chown"* ]]
}

@test "a cgroup file system that is read-only is not delegated, for root either" {
	need_v2
	run unified sh -c 'mount -o remount,bind,ro /sys/fs/cgroup && exec "$@"' sh "$SHARED/driver" "$GROUP" delegated why
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == "not delegated"*"read-only"* ]]
}

# ---- left-overs ----

@test "what a crashed container left is made anew, without its limits and its nested groups" {
	need_v1
	mkdir -p "/sys/fs/cgroup/pids/lxc.payload.$GROUP/a/b"
	echo 3 >"/sys/fs/cgroup/pids/lxc.payload.$GROUP/pids.max"
	run driver "$GROUP" create get:pids.max remove
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = max ]
	no_groups_left
}

@test "a group with live processes is another container's: an error, and it is left alone" {
	need_v1
	mkdir "/sys/fs/cgroup/pids/lxc.payload.$GROUP"
	sleep 30 3>&- &
	sleeper=$!
	echo $sleeper >"/sys/fs/cgroup/pids/lxc.payload.$GROUP/cgroup.procs"
	run driver "$GROUP" create
	echo "$output"
	kill -0 $sleeper
	kill $sleeper
	wait $sleeper || true
	[ "$status" = 1 ]
	[[ $output == "cgroup: "*"lxc.payload.$GROUP holds live processes ($sleeper): another container of that name?"* ]]
	rmdir "/sys/fs/cgroup/pids/lxc.payload.$GROUP"
	no_groups_left
}

@test "a process that is just dying is waited for" {
	need_v2
	mkdir "$V2/lxc.payload.$GROUP"
	sh -c 'echo $$ >"$1/cgroup.procs"; exec sleep 0.4' sh "$V2/lxc.payload.$GROUP" 3>&- &
	sleep 0.1
	driver "$GROUP" create remove
	no_groups_left
}

@test "a successor removes the groups from their text, wherever it runs itself" {
	driver "$GROUP" create text:$GROUP remove
	no_groups_left
}

@test "names with blanks and odd letters work" {
	driver "$GROUP a é \\ x" create text:"$GROUP a é \\ x" clone kill reap remove
	no_groups_left
}

@test "fifty rounds leave nothing" {
	for _ in $(seq 50); do driver "$GROUP" create clone kill reap remove >/dev/null; done
	no_groups_left
}
