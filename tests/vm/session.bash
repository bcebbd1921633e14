# SPDX-License-Identifier: LGPL-2.1-or-later
# Commands of a user in the VM, for tests/lib/common.bash. A login takes a second there, so a user logs in once for a test file, when
# it is first needed, and its commands run in that session: in its control group, as children of its shell would, and with an
# environment that knows nothing of a manager or a bus.

# session_open USER: a login that lasts; its process and the control group of its session are in /run/session.USER
session_open() {
	local pid group
	# From the system's manager, so that it holds nothing open of ours.
	systemd-run --quiet --collect --no-block su - "$1" -c 'exec -a lxp-session sleep infinity'
	until pid=$(pgrep -n -u "$1" -f '^lxp-session'); do sleep 0.05; done
	group=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	[[ $group == /user.slice/*/session-*.scope ]] || { echo "the login of $1 is in $group" >&2; return 1; }
	echo "$pid /sys/fs/cgroup$group" >"/run/session.$1"
}

# session_close USER: as if the user logged out
session_close() {
	pkill -u "$1" -f '^lxp-session' || :
	rm -f "/run/session.$1"
	while pgrep -u "$1" -f '^lxp-session' >/dev/null; do sleep 0.05; done
}

# session_run USER COMMANDS
session_run() {
	local pid group mark=/run/session.$1
	[ -e "$mark" ] && read -r pid group <"$mark" && [ -d "/proc/$pid" ] || {
		session_open "$1" || return
		read -r pid group <"$mark"
	}
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		cd "$(getent passwd "$1" | cut -d: -f6)" || exit
		exec setpriv --reuid "$1" --regid "$1" --init-groups --reset-env bash -lc "$2"
	)
}
