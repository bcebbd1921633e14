# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What the helpers-*.bats files share: a box of namespaces of its own (mount, network, process ids) with both helpers installed
# as "make install" does, two users, two bridges. Nothing outside of it changes. box runs bash code inside, as root.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

box_start() {
	[ "$(id -u)" -eq 0 ] || { echo "must be run as root"; return 1; }
	# What is in the VM, and for make check-system, is built.
	[ "$SANDBOX" = vm ] || [ -n "${SANDBOX_WORLD-}" ] || make -s -C "$top" helpers attacks >/dev/null
	unshare --mount --net --pid --fork --mount-proc --propagation private --kill-child \
		sleep infinity >/dev/null 2>&1 3>&- &
	local unshare=$!
	disown
	for _ in $(seq 100); do
		BOX=$(cat "/proc/$unshare/task/$unshare/children" 2>/dev/null) && BOX=${BOX% }
		[ -n "$BOX" ] && [ "$(cat "/proc/$BOX/comm")" = sleep ] && break
		sleep 0.02
	done
	export BOX BOX_UNSHARE=$unshare
	box "top='$top'
$(sed -n '/^: <<.INSIDE.$/,/^INSIDE$/p' "$top/tests/system/helpers.bash" | sed '1d;$d')"
}

box_stop() {
	[ -z "${BOX_UNSHARE-}" ] || kill -9 "$BOX_UNSHARE" "$BOX" 2>/dev/null || :
}

# Functions that code inside can use come from /opt/box/functions.
box() {
	nsenter -t "$BOX" -m -n -p -- env BASH_ENV=/opt/box/functions bash -c "$1" 3>&-
}

# No line of standard input matches. ("! grep" would not end a test.)
none() { if grep "$@"; then return 1; fi; }

# Each of the words KEY=VALUE is in $output.
replied() {
	for word in "$@"; do
		[[ " ${output//$'\n'/ } " == *" $word "* ]] || { echo "no $word in: $output"; return 1; }
	done
}

: <<'INSIDE'
set -e
mount -t tmpfs -o mode=755 tmpfs /opt; mkdir -p /opt/box /opt/up /opt/work; mkdir -m 1777 /opt/box/tmp
mount -t overlay overlay -o lowerdir=/etc,upperdir=/opt/up,workdir=/opt/work /etc
mount -t tmpfs tmpfs /var/log
mkdir /opt/sys; mount -t sysfs sysfs /opt/sys
# A /dev of its own, for /dev/log.
mkdir /opt/dev; mount -t tmpfs -o mode=755 tmpfs /opt/dev; mkdir /opt/dev/pts; cp -a /dev/null /dev/zero /dev/full /dev/urandom /dev/tty /opt/dev/
ln -s pts/ptmx /opt/dev/ptmx; mount -t devpts -o newinstance,ptmxmode=666 devpts /opt/dev/pts; mount --move /opt/dev /dev
sed -i '/^alice:/d; /^bob:/d; /^carol:/d; /^_lxc-/d; /^[^:]*:[^:]*:100[123]:/d; /^[^:]*:[^:]*:3000:/d' /etc/passwd /etc/group
printf 'alice:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\ncarol:x:1003:1003::/:/bin/sh\n' >>/etc/passwd
printf 'alice:x:1001:\nbob:x:1002:\ncarol:x:1003:\nteam:x:3000:alice,bob\n' >>/etc/group
printf 'alice:200000:65536\nbob:300000:65536\n' | tee /etc/subuid >/etc/subgid
mkdir -p /etc/lxc
O=$top/build LIBEXECDIR=/opt $top/setuid-helpers/install-helpers install >/dev/null
cp $top/build/tests/attack/* /opt/
mkdir /opt/a /opt/b; cp $top/build/libexec/*-helper /opt/a; cp $top/build/libexec/*-helper /opt/b
setcap cap_net_admin+ep /opt/a/net-helper; setcap cap_setuid,cap_setgid+ep /opt/a/idmap-helper
chmod 4755 /opt/b/*-helper
ip link set lo up
for bridge in br0 br1; do ip link add $bridge type bridge; ip link set $bridge address 02:00:00:00:00:0${bridge#br} up; done
cat >/opt/box/functions <<'F'
net=/opt/lxc-privsep/net-helper idmap=/opt/lxc-privsep/idmap-helper b_net=/opt/b/net-helper b_idmap=/opt/b/idmap-helper
as() { local uid=$1; shift; setpriv --reuid $uid --regid $uid --init-groups -- "$@"; }
call() { as 1001 /opt/helper-call "$@"; }
usernet() { printf '%s\n' "$@" >/etc/lxc/lxc-usernet; chown 0:0 /etc/lxc/lxc-usernet; chmod 644 /etc/lxc/lxc-usernet; }
# A process that waits in new namespaces of a user: spawned UID UNSHARE-OPTIONS; its pid is $p.
spawned() { setpriv --reuid $1 --regid $1 --clear-groups -- unshare $2 sleep 60 >/dev/null 2>&1 3>&- & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do sleep 0.01; done; }
ports() { ip -o link show master br0 | wc -l; }
drained() { for i in $(seq 100); do [ $(ip -o link show type veth | wc -l) = 0 ] && return; sleep 0.02; done; ip -o link; return 1; }
# Start a call that holds its namespace: its output in /opt/box/$1, held until the pipe of that name is closed.
hold() { local n=$1; shift; rm -f /opt/box/$n.in; mkfifo /opt/box/$n.in; (for f in ${!fd_*}; do eval "exec {$f}>&-"; done; "$@" </opt/box/$n.in) >/opt/box/$n 2>&1 & eval "exec {fd_$n}>/opt/box/$n.in"; for i in $(seq 200); do grep -q "${until:-target=}" /opt/box/$n && return; sleep 0.01; done; cat /opt/box/$n; return 1; }
release() { for n in "$@"; do eval "exec {fd_$n}>&-"; done; }
F
. /opt/box/functions; usernet 'alice veth br0 3' 'bob veth br0 3'
INSIDE
