# SPDX-License-Identifier: LGPL-2.1-or-later
# For every bats file: load '../lib/common'

[ -n "${SANDBOX-}" ] || { echo "run it as: tests/lib/sandbox bats ${BATS_TEST_FILENAME-FILE}" >&2; exit 1; }

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
LIBEXEC=/usr/local/libexec/lxc-privsep
ADMIN=lxc-dnscrypt
[ "$SANDBOX" != vm ] || . "$TOP/tests/vm/session.bash"

# Two worlds. In the sandbox a login has no group that is its own, and limits, where root delegates groups, are version 1's. In
# the VM they are cgroup2's, and a login has a manager that gives containers scopes. LIMIT is what keys of limits begin with in
# this world, GROUPS_HERE matches the paths of the groups that tests make.
if [ "$SANDBOX" = vm ]; then
	LIMIT=lxc.cgroup2 GROUPS_HERE='*'
else
	LIMIT=lxc.cgroup GROUPS_HERE="*/$LXP_CGROUP/*"
fi

# as USER 'SHELL COMMANDS': like a login, with a clean environment
as() {
	local user=$1
	shift
	if [ "$SANDBOX" = vm ]; then
		session_run "$user" "PATH=/usr/local/bin:/usr/bin:/bin; $*"
	else
		su - "$user" -c "PATH=/usr/local/bin:/usr/bin:/bin; $*"
	fi
}

# me 'SHELL COMMANDS': as the user most tests are about
me() { as lxc-dnscrypt "$@"; }

# as_undelegated USER COMMANDS: as, where no control group is the user's, nor anybody there to give it one
as_undelegated() {
	local user=$1
	shift
	if [ "$SANDBOX" != vm ]; then
		as "$user" "$@"
	else
		# Not even this user's manager: where that listens there is nothing.
		unshare --mount --propagation private bash -c 'mount -t tmpfs -o mode=755 none /run/user && cd "$3" &&
			exec setpriv --reuid "$1" --regid "$1" --init-groups --reset-env bash -lc "PATH=/usr/local/bin:/usr/bin:/bin; $2"' \
			bash "$user" "$*" "$(getent passwd "$user" | cut -d: -f6)"
	fi
}

# wait_for SECONDS COMMAND...: until it succeeds. The limit ends a test that hangs and nothing else, so it is never less than half
# a minute, however busy the machine is.
wait_for() {
	local until=$((SECONDS + ($1 > 30 ? $1 : 30)))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || { echo "timed out: $*"; return 1; }
		sleep 0.02
	done
}

# make_container USER NAME [CONFIG LINE...]: a busybox container with a quick init, address free to choose
make_container() {
	local user=$1 name=$2 line
	shift 2
	as "$user" "lxc-create -n '$name' -t busybox" >/dev/null
	for line in "$@"; do
		printf '%s\n' "$line" | as "$user" "cat >>.local/share/lxc/'$name'/config"
	done
}

# with 'KEY=VALUE'... -- COMMAND: start the container box (made with: me 'lxc-create -n box -t busybox') with these keys, run the command inside, stop it
with() {
	local definitions=
	while [ "$1" != -- ]; do
		definitions="$definitions -s '$1'"
		shift
	done
	shift
	me "lxc-start -q -n box $definitions && lxc-attach -n box -- sh -c \"$*\"; s=\$?; lxc-stop -k -q -n box; exit \$s"
}

# default_conf USER ADDRESS [CONFIG LINE...]: what the user's new containers start with: a veth on lxcbr0
default_conf() {
	local user=$1 address=$2
	shift 2
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = veth' 'lxc.net.0.link = lxcbr0' 'lxc.net.0.flags = up' \
		"lxc.net.0.ipv4.address = $address/24" "$@" |
		as "$user" 'umask 077; mkdir -p .config/lxc; cat >.config/lxc/default.conf'
}

# empty_conf USER: the same without a network
empty_conf() {
	printf '%s\n' 'lxc.idmap = auto' 'lxc.net.0.type = empty' |
		as "$1" 'umask 077; mkdir -p .config/lxc; cat >.config/lxc/default.conf'
}

# says TEXT...: every one of them is in $output
says() {
	local text
	for text in "$@"; do
		[[ $output == *"$text"* ]] || { echo "no \"$text\" in: $output"; return 1; }
	done
}

# start_refused TEXT... -- OPTION...: lxc-start of the container box ends with exit 1, these words, and nothing running. START is
# what runs it, a function that takes the options.
start_refused() {
	local texts=()
	while [ "$1" != -- ]; do texts+=("$1"); shift; done
	shift
	run "${START-start_box}" "$@"
	[ "$status" -eq 1 ] || { echo "status $status: $output"; return 1; }
	says "${texts[@]}"
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}
start_box() { me "lxc-start -n box $*"; }

# processes_of USER: everything that runs under the user's id or one of its subordinate ids, but for what a login has where
# systemd runs: a session, a manager
processes_of() {
	local uid start count
	uid=$(id -u "$1")
	IFS=: read -r _ start count < <(grep "^$1:" /etc/subuid)
	ps -eo uid=,pid=,args= | awk -v u="$uid" -v s="$start" -v c="$count" \
		'($1 == u || ($1 >= s && $1 < s + c)) && !/systemd --user|\(sd-pam\)|dbus-daemon --session| lxp-session/'
}

# Nothing of the containers of the users is left. The kernel takes network namespaces down later and one after the other for the
# whole machine: that is waited for.
nothing_left() {
	local expected=$1
	wait_for 40 eval '[ "$(leftovers)" = "$expected" ]' || { diff <(echo "$expected") <(leftovers); return 1; }
}

# destroy USER NAME: whatever state it is in
destroy() { as "$1" "lxc-stop -k -n '$2'; lxc-destroy -n '$2'" >/dev/null 2>&1 || :; }

destroy_all() {
	local user name
	for user in lxc-dnscrypt lxc-cache; do
		for name in $(as $user 'lxc-ls -1' 2>/dev/null); do
			destroy $user "$name"
		done
	done
}

state() { as "$1" "lxc-info -n '$2' -sH"; }

# Everything a container could leave behind, as text to compare.
leftovers() {
	echo "interfaces: $(ip -o link | awk -F': ' '{ print $2 }' | sort | tr '\n' ' ')"
	echo "mounts: $(grep -cv ' /run/user/' /proc/mounts)"
	echo "processes: $(ps -eo uid=,args= | awk '$1 >= 1000 && $1 != 65534 && !/systemd --user|\(sd-pam\)|dbus-daemon|^ *[0-9]+ lxp-session/' | wc -l)"
	echo "cgroups: $(find /sys/fs/cgroup -type d -path "*${LXP_CGROUP-}*" -name 'lxc.*' ! -path '*/lxp-test/*/lxc.leaf' 2>/dev/null | sort | tr '\n' ' ')"
	echo "sockets: $(find /home /run /tmp -xdev -type s 2>/dev/null | sort | tr '\n' ' ')"
	echo "runtime: $(find /home/*/.cache/lxc/run /run/lxc -mindepth 1 2>/dev/null | sort | tr '\n' ' ')"
}

# delegate USER: groups of its own in every hierarchy, with controllers where there are any; prints a shell fragment that
# moves the shell which runs it (as root) into them.
delegate() {
	local root kind dir
	hierarchies | while read -r root kind; do
		dir=$(delegated_group "$root" "$kind" "$1")
		mkdir -p "$dir"
		# In the VM nothing else is in the group above.
		[ "$SANDBOX" != vm ] || sed 's/[a-z]*/+&/g' "${dir%/*}/cgroup.controllers" >"${dir%/*}/cgroup.subtree_control"
		for f in cpuset.cpus cpuset.mems; do
			[ ! -e "$dir/$f" ] || [ -n "$(cat "$dir/$f")" ] || cat "$dir/../$f" >"$dir/$f" 2>/dev/null || :
		done
		chown "$1" "$dir" "$dir/cgroup.procs"
		for f in tasks cgroup.threads cgroup.subtree_control; do [ ! -e "$dir/$f" ] || chown "$1" "$dir/$f"; done
		if [ "$SANDBOX" = vm ]; then # where an admin puts logins, docs/INSTALL.md
			mkdir -p "$dir/lxc.leaf"
			chown "$1" "$dir/lxc.leaf" "$dir/lxc.leaf/cgroup.procs"
			dir=$dir/lxc.leaf
		fi
		echo "echo \$\$ >$dir/cgroup.procs;"
	done
}

# Mount point and kind, cgroup or cgroup2, of each hierarchy.
hierarchies() {
	awk '{ for (i = 1; i <= NF; i++) if ($i == "-" && ($(i+1) == "cgroup" || $(i+1) == "cgroup2")) print $5, $(i+1) }' /proc/self/mountinfo
}

# delegated_group MOUNT-POINT KIND USER: where delegate makes the user's group. Below ours; in the VM we are in a service, and that
# can not have processes and hand controllers on.
delegated_group() {
	if [ "$SANDBOX" = vm ]; then echo "$1/lxp-test/user-$3"; else echo "$1$(cgroup_of "$1" "$2")/user-$3"; fi
}

# group_in CONTROLLER PID: the directory of the process's group in the hierarchy that has the controller
group_in() {
	local mount kind
	read -r mount kind < <(hierarchies | awk -v c="$1" '$2 == "cgroup2" || $1 ~ "[/,]" c "(,|$)" { print ($2 == "cgroup2"), $0 }' |
		sort | head -n 1 | cut -d' ' -f2-)
	if [ "$kind" = cgroup2 ]; then
		echo "$mount$(sed -n 's/^0:://p' "/proc/$2/cgroup")"
	else
		echo "$mount$(awk -F: -v c="$1" '$2 ~ "(^|,)" c "(,|$)" { print $3 }' "/proc/$2/cgroup")"
	fi
}

# The group this process has in the hierarchy mounted at $1.
cgroup_of() {
	local line path
	if [ "$2" = cgroup2 ]; then
		path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	else
		path=$(awk -F: -v want="$(basename "$1")" '{ n = split($2, c, ","); for (i = 1; i <= n; i++) if (c[i] == want || c[i] == "name=" want) print $3 }' /proc/self/cgroup)
	fi
	[ "$path" = / ] || echo "$path"
}

# as_delegated USER COMMANDS: the same as "as", from a login whose control groups are the user's own
as_delegated() {
	local user=$1 enter
	shift
	enter=$(delegate "$user")
	if [ "$SANDBOX" = vm ]; then
		# No login: that would put it into the group of a session.
		(
			eval "${enter//\$\$/$BASHPID}"
			cd "$(getent passwd "$user" | cut -d: -f6)" || exit
			exec setpriv --reuid "$user" --regid "$user" --init-groups --reset-env bash -lc "PATH=/usr/local/bin:/usr/bin:/bin; $*"
		)
	else
		bash -c "$enter exec su - $user -c 'PATH=/usr/local/bin:/usr/bin:/bin; $*'"
	fi
}

# lxc_beside_ours: Debian's lxc (tests/lib/debian-lxc) becomes part of /usr here, and stays what it is: /usr/bin/lxc-*. Ours are
# those of /usr/local. For tests that compare the two; in the sandbox only, where it ends with its mounts.
lxc_beside_ours() {
	local tree=$TOP/build/cache/lxc
	"$TOP/tests/lib/debian-lxc" "${tree%/*}" || return 1
	mkdir -p /srv/local
	mount --bind /usr/local /srv/local
	mount -t overlay overlay -o "lowerdir=$tree/usr:/usr" /usr
	mount --move /srv/local /usr/local
	# On a hybrid host LXC's attach is refused by the unified hierarchy: both are compared on the legacy ones.
	if [ -d /sys/fs/cgroup/unified ] && [ -d /sys/fs/cgroup/memory ]; then umount /sys/fs/cgroup/unified; fi
}
