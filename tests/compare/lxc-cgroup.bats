#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-cgroup beside that of Debian's lxc: every option that both have. LXC prints one more line end behind a value: "compare" leaves
# empty lines out of these, and the last test holds them.

load '../lib/compare'

setup_file() { compare_setup box; }

# In the lines: values without LXC's empty line.
TRY='try() { timeout -k 5 30 "$@" >../got 2>/dev/null </dev/null; local s=$?; echo "\$ $*"; grep . ../got; echo "[$s]"; }'

@test "words and options that are wrong, and containers that do not run, end alike" {
	compare 'try lxc-cgroup
try lxc-cgroup -h
try lxc-cgroup --help
try lxc-cgroup --usage
try lxc-cgroup "-?"
try sh -c "lxc-cgroup --version | wc -l"
try lxc-cgroup --bogus
try lxc-cgroup -n
try lxc-cgroup -P
try lxc-cgroup -n box
try lxc-cgroup box
try lxc-cgroup -n nosuch pids.max
try lxc-cgroup nosuch pids.max
try lxc-cgroup -n box pids.max
try lxc-cgroup -n box pids.max 5
try lxc-cgroup -P /a -P /b box pids.max
try lxc-cgroup -l BOGUS -n box pids.max'
}

@test "of a running container, and of a frozen one, the same values are printed, set and refused" {
	compare "$TRY"'
quiet lxc-start -n box
try lxc-cgroup -n box
try lxc-cgroup box
try lxc-cgroup box pids.max
try lxc-cgroup -n box pids.max
try lxc-cgroup -nbox pids.max
try lxc-cgroup --name=box pids.max
try lxc-cgroup --na box pids.max
try lxc-cgroup -P ~/.local/share/lxc box pids.max
try lxc-cgroup -P/nowhere box pids.max
try lxc-cgroup --lxcpath=/nowhere box pids.max
try lxc-cgroup -n box pids.max 31
try lxc-cgroup -n box pids.max
try lxc-cgroup box pids.max max
try lxc-cgroup -n box pids.max lots
try lxc-cgroup -n box pids.max -5
try lxc-cgroup -n box pids.max -- -5
try lxc-cgroup -n box pids.nosuch
try lxc-cgroup -n box pids.nosuch 3
try lxc-cgroup -n box nosuch
try lxc-cgroup -n box nosuch.file
try lxc-cgroup -n box ""
try lxc-cgroup -n box ../pids.max
try lxc-cgroup -n box memory.limit_in_bytes 64M
try lxc-cgroup -n box memory.limit_in_bytes
try lxc-cgroup -n box memory.usage_in_bytes
try lxc-cgroup -n box cpuset.cpus
try lxc-cgroup -n box cpu.shares 512
try lxc-cgroup -n box cpu.shares
try lxc-cgroup -n box cpu.shares x
try lxc-cgroup -n box devices.list
try lxc-cgroup -n box devices.allow "c 1:3 rwm"
try lxc-cgroup -n box memory.max
try lxc-cgroup -n box freezer.state
try lxc-cgroup -q -n box pids.max
try lxc-cgroup --quiet box pids.nosuch
try lxc-cgroup -o log -l DEBUG box pids.max
try lxc-cgroup --logfile=log2 --logpriority=info box pids.max
try ls log log2
cp ~/.local/share/lxc/box/config conf
try lxc-cgroup --rcfile conf box pids.max
try lxc-cgroup --rcfile=/nosuch box pids.max
quiet lxc-freeze -n box
try lxc-cgroup -n box pids.max
try lxc-cgroup -n box freezer.state
try lxc-cgroup -n box pids.max 44
try lxc-cgroup -n box pids.max
quiet lxc-unfreeze -n box
quiet lxc-stop -k -n box'
}

@test "where they differ, they do so as COMPATIBILITY says" {
	differ <<-'END'
		quiet lxc-start -n box
		try sh -c "lxc-cgroup -n box pids.max | wc -l" => 0 1 => 0 2
		try sh -c "lxc-cgroup -n box cgroup.procs | grep -c ." => 0 [1-9]* => 1 0
		try lxc-cgroup -n box pids.max 5 6 => 1 => 0
		quiet lxc-stop -k -n box
	END
}
