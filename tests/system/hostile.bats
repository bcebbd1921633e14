#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A container, or its root file system, that wants out; commands that misbehave towards the supervisor.

setup_file() {
	load '../lib/common'
	for name in box tree; do
		me "lxc-create -n $name -t busybox" >/dev/null 2>&1
	done
	me 'lxc-start -q -n box'
}
setup() { load '../lib/common'; }
teardown() { me 'lxc-stop -k -q -n tree' || :; }
teardown_file() {
	load '../lib/common'
	destroy_all
}

TREE=/home/lxc-dnscrypt/.local/share/lxc/tree/rootfs

# inside_tree COMMANDS: as root of the map, in the root file system of "tree" while it is stopped
inside_tree() { me "cd $TREE && lxc-usernsexec -- sh -c '$*'"; }

# Everything of the host that a hostile tree might make us write to.
host_state() {
	find /etc /usr/local -xdev -printf '%p %s %T@ %m %U\n' | sort | sha256sum
	cut -d' ' -f5 /proc/self/mountinfo | sort
}

@test "T-26 a tree whose /proc, /sys and /dev are links to the host gets them inside, or an error; the host sees nothing" {
	before=$(host_state)
	for what in proc sys dev; do
		for target in /etc ../../../../../../../../etc /proc/1/root/etc /proc/self/cwd; do
			inside_tree "mv $what $what.real; ln -s $target $what"
			me 'timeout 20 lxc-start -q -n tree' >/dev/null 2>&1 && me 'lxc-stop -k -q -n tree'
			inside_tree "rm $what; mv $what.real $what"
		done
	done
	[ "$(host_state)" = "$before" ]
	[ "$(state lxc-dnscrypt tree)" = STOPPED ]
}

@test "T-26 mount targets through links are made inside the tree only" {
	before=$(host_state)
	inside_tree 'ln -s /etc/evil out; ln -s ../../../../../../../usr/local up'
	for entry in 'tmpfs out/a tmpfs create=dir' 'tmpfs up/evil tmpfs create=dir' '/dev/null out2/file none bind,create=file' \
		'/dev/null up/lib/evil none bind,create=file'; do
		me "timeout 20 lxc-start -q -n tree -s 'lxc.mount.entry=$entry 0 0'" >/dev/null 2>&1 && me 'lxc-stop -k -q -n tree'
	done
	[ "$(host_state)" = "$before" ]
	inside_tree 'rm -rf out up etc/evil'
}

@test "T-26 links that are exchanged during 40 starts never lead a mount to the host" {
	before=$(host_state)
	inside_tree 'mkdir -p a/x; ln -s /etc b'
	me "cd $TREE && timeout 600 lxc-usernsexec -- sh -c 'while :; do mv -T a c 2>/dev/null && mv -T b a && mv -T c b; done'" >/dev/null 2>&1 &
	racer=$!
	for _ in $(seq 40); do
		me "timeout 20 lxc-start -q -n tree -s 'lxc.mount.entry=tmpfs a/x tmpfs create=dir 0 0' -- /bin/sleep 60" >/dev/null 2>&1 &&
			me 'lxc-stop -k -q -n tree'
	done
	kill $racer
	pkill -u "$(sed -n 's/^lxc-dnscrypt:\([0-9]*\):.*/\1/p' /etc/subuid)" -f 'while :' || :
	[ "$(host_state)" = "$before" ]
}

@test "an absolute target outside the container is refused by its line" {
	run me "lxc-start -n tree -s 'lxc.mount.entry=/tmp /etc none bind 0 0'"
	[ "$status" -eq 1 ]
	[[ "$output" == *"outside the container"* ]]
}

@test "T-25 T-28 what attaches cannot be read from inside: no program, memory, descriptor or directory of the host" {
	me 'lxc-attach -n box -- sh -c "while [ ! -e /stop ]; do
		for p in /proc/[0-9]*; do
			readlink \$p/exe \$p/cwd \$p/root 2>/dev/null; ls -l \$p/fd 2>/dev/null
			dd if=\$p/exe of=/dev/null count=1 2>/dev/null && readlink \$p/exe; tr \"\\0\" \"\\n\" <\$p/environ 2>/dev/null | grep SECRET
		done
	done" >/tmp/seen' 3>&- &
	reader=$!
	wait_for 10 test -s /tmp/seen
	me 'export SECRET=word; for i in $(seq 60); do lxc-attach --clear-env -n box -- /bin/true; done'
	me 'lxc-attach -n box -- touch /stop'
	wait "$reader" || :
	me 'lxc-attach -n box -- rm /stop'
	[ -s /tmp/seen ]
	! grep -E '/home/|/usr/local|lxc-start|lxc-attach|SECRET|memfd' /tmp/seen || false
}

@test "T-15 nothing inside may trace or signal the supervisor or the attaching command" {
	supervisor=$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')
	init=$(me 'lxc-info -n box -pH')
	run me 'timeout 5 lxc-attach -n box -- sh -c "kill -9 -1; kill -9 0"'
	[ "$status" != 0 ]
	[ "$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')" = "$supervisor" ]
	[ "$(me 'lxc-info -n box -pH')" = "$init" ]
	[ "$(state lxc-dnscrypt box)" = RUNNING ]
}

@test "200 attaches, 60 killed commands and 5 reboots leave the supervisor no descriptor and no child more" {
	supervisor=$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')
	before=$(ls "/proc/$supervisor/fd" | wc -l)
	me 'for i in $(seq 200); do lxc-attach -n box -- true || exit 1; done'
	me 'for i in $(seq 30); do timeout -s KILL 0.03 lxc-attach -n box -- sleep 0.1; timeout -s KILL 0.03 lxc-wait -n box -s STOPPED; done' >/dev/null 2>&1 || :
	me 'for i in 1 2 3 4 5; do lxc-stop -r -n box -t 20 || exit 1; done'
	wait_for 5 eval '[ "$(ls "/proc/$supervisor/fd" | wc -l)" -le "$before" ]'
	[ "$(pgrep -P "$supervisor" | wc -l)" -eq 1 ]
}

@test "T-31 garbage, floods and clients that never read do not stop the supervisor" {
	me 'cat >/tmp/flood.py' <<-'EOF'
		import socket, glob, struct, os
		path = glob.glob(os.path.expanduser("~/.cache/lxc/run/*/box/socket"))[0]
		held = []
		for i in range(600):
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		    s.settimeout(1)
		    try:
		        s.connect(path)
		        held.append(s)
		        if i % 3 == 0: s.send(struct.pack("<IIIi", 0x4c585053, 2, 3, 0))
		        if i % 3 == 1: s.send(os.urandom(i + 1))
		        if i % 3 == 2: s.send(struct.pack("<IIIi", 0x4c585053, 2, i + 12, -i))
		    except OSError: pass
		for n in range(300):
		    try: held[0].send(struct.pack("<IIIi", 0x4c585053, 2, 2, 0))
		    except OSError: break
	EOF
	me 'timeout 20 python3 /tmp/flood.py' || :
	[ "$(me 'timeout 5 lxc-info -n box -sH')" = RUNNING ]
	me 'timeout 5 lxc-attach -n box -- true'
}

@test "T-31 4000 requests with random operations, sizes, numbers and descriptors leave the supervisor as it was" {
	supervisor=$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')
	before=$(ls "/proc/$supervisor/fd" | wc -l)
	me 'cat >/tmp/fuzz.py' <<-'EOF'
		import array, glob, os, random, socket, struct, sys
		path = glob.glob(os.path.expanduser("~/.cache/lxc/run/*/box/socket"))[0]
		random.seed(int(sys.argv[1]))
		null, (reading, writing) = os.open("/dev/null", os.O_RDWR), os.pipe()
		kinds = [null, reading, writing, os.open("/", os.O_RDONLY), os.open("/proc/self/exe", os.O_PATH)]
		s, answered = None, 0
		for n in range(4000):
		    if s is None or random.random() < 0.2:
		        if s: s.close()
		        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		        s.connect(path)
		    # 4 with 0 to 3 is a signal to the container's init, 5 with 1 freezes it: those would be obeyed.
		    operation = random.choice((1, 1, 2, 3, 4, 6, 6, 6, 7, 8, 9, 10, 11, 0, 2**31, random.getrandbits(32)))
		    argument = random.choice((0, 1, -1, 7, 65535, 2**31 - 1, -2**31)) if operation != 4 else random.choice((4, -1, 99))
		    data = struct.pack("<IIIi", 0x4c585053, 2, operation, argument)
		    if random.random() < 0.1: data = data[:random.randrange(17)]
		    if random.random() < 0.1: data += os.urandom(random.randrange(1, 4000))
		    if random.random() < 0.1: data = os.urandom(4) + data[4:]
		    request = os.memfd_create("r", os.MFD_ALLOW_SEALING)
		    os.write(request, os.urandom(random.randrange(3000)))
		    fds = [random.choice(kinds + [request]) for _ in range(random.choice((0, 1, 2, 5, 5, 8, 9, 30)))]
		    try:
		        s.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
		        s.setblocking(False)
		        if len(s.recv(8192)) > 1000: answered += 1
		    except BlockingIOError: pass
		    except OSError: s.close(); s = None
		    if s: s.settimeout(2)
		    os.close(request)
		print(answered)
	EOF
	run me "timeout 60 python3 /tmp/fuzz.py $RANDOM"
	[ "$status" = 0 ] || { echo "$output"; false; }
	[ "$output" -gt 100 ] # of them were answered at once
	[ "$(pgrep -u lxc-dnscrypt -f 'lxc monitor.* box$')" = "$supervisor" ]
	[ "$(me 'timeout 5 lxc-info -n box -sH')" = RUNNING ]
	me 'timeout 5 lxc-attach -n box -- true'
	wait_for 5 eval '[ "$(ls "/proc/$supervisor/fd" | wc -l)" -le "$before" ]'
	wait_for 5 eval '[ "$(pgrep -P "$supervisor" | wc -l)" -eq 1 ]'
}

@test "output on the console that nobody reads does not hold up the container" {
	me 'timeout 20 lxc-attach -n box -- sh -c "dd if=/dev/zero of=/dev/console bs=1M count=20" 2>/dev/null'
	me 'timeout 5 lxc-attach -n box -- true'
}

@test "a container whose processes are all stopped is still stopped and killed" {
	me 'timeout 5 lxc-attach -n box -- sh -c "kill -STOP -1"' || :
	[ "$(me 'timeout 5 lxc-info -n box -sH')" = RUNNING ]
	me 'timeout 10 lxc-stop -n box -t 2'
	[ "$(state lxc-dnscrypt box)" = STOPPED ]
}
