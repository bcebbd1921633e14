// SPDX-License-Identifier: LGPL-2.1-or-later
/* The one table of lxc.* keys. It drives the reader, lxc-info -c, the manual page and the tests. */
#include <string.h>

#include "config/internal.h"

#define FIELD(name) .offset = offsetof(struct config, name)
#define WORKS(key, setter, accepted, what, ...)                                             \
	{                                                                                   \
		.name = key, .set = config_set_##setter, .form = accepted, .meaning = what, \
		__VA_ARGS__                                                                 \
	}
#define LIST .list = true
#define SHOWN(by) .test = by
#define OTHERS(have) .others = have

/* clang-format off */
const struct config_key config_keys[] = {
	WORKS("lxc.arch", arch, "an architecture name (x86_64, i686, aarch64 ...)", "personality of the container", FIELD(arch), SHOWN("keys-limits.bats: lxc.arch: init and attached commands have the personality, lxc-attach -a another, lxc-info -c the one name of it")),
	WORKS("lxc.apparmor.profile", label, "a profile name, unconfined, unchanged or generated", "AppArmor profile of init", FIELD(apparmor_profile), OTHERS("profiles that are loaded; generated takes root"), SHOWN("apparmor.bats: a user's container keeps the caller's label, and has a profile that is named: init and attached commands")),
	WORKS("lxc.apparmor.allow_incomplete", bool, "0 or 1", "start when AppArmor lacks mount mediation", FIELD(apparmor_incomplete), SHOWN("apparmor.bats: a kernel that does not mediate mounts is refused, unless lxc.apparmor.allow_incomplete = 1")),
	WORKS("lxc.apparmor.allow_nesting", bool, "0 or 1", "the generated profile permits nesting", FIELD(apparmor_nesting), OTHERS("no: loading a profile takes root"), SHOWN("apparmor.bats: lxc.apparmor.allow_nesting lets a generated profile mount what containers inside need")),
	WORKS("lxc.apparmor.raw", lines, "a line of an AppArmor profile", "added to the generated profile", LIST, FIELD(apparmor_raw), OTHERS("no: loading a profile takes root"), SHOWN("apparmor.bats: lxc.apparmor.profile generated: a profile for this container, with lxc.apparmor.raw, gone when it stops")),
	WORKS("lxc.autodev.tmpfs.size", size, "a number of bytes", "size of the tmpfs on /dev", FIELD(autodev_size), SHOWN("keys-mounts.bats: lxc.autodev.tmpfs.size is the size of /dev, and a bad one is refused")),
	WORKS("lxc.autodev", bool, "0 or 1", "a tmpfs with the minimal devices on /dev", FIELD(autodev), SHOWN("keys.bats: lxc.autodev and its size: a tmpfs with the devices every program expects, or the tree's own /dev")),
	WORKS("lxc.cap.drop", caps, "capability names in lower case without cap_, or numbers", "capabilities taken away", LIST, SHOWN("keys-security.bats: lxc.cap.drop takes names and numbers in every form away from init and from attached commands")),
	WORKS("lxc.cap.keep", caps, "capability names in lower case without cap_, numbers, or none", "the only capabilities left", LIST, SHOWN("keys-security.bats: lxc.cap.keep leaves these only, none leaves nothing, and lxc-attach -e CAP has all")),
	/* Device nodes cannot be made in a user namespace: only root's containers have something to allow or deny. */
	WORKS("lxc.cgroup2.devices.allow", device_rule, "a, or c or b with MAJOR:MINOR and some of r, w, m", "device access granted", LIST, SHOWN("keys-cgroup.bats: device rules hold for a container of root; an ordinary user's needs none, and starts with them"), OTHERS("checked; not needed, devices cannot be made")),
	WORKS("lxc.cgroup2.devices.deny", device_rule, "a, or c or b with MAJOR:MINOR and some of r, w, m", "device access denied", LIST, SHOWN("keys-cgroup.bats: device rules hold for a container of root; an ordinary user's needs none, and starts with them"), OTHERS("checked; not needed, devices cannot be made")),
	WORKS("lxc.cgroup2.", cgroup, "a value for a file of the control group", "limit in cgroup2", LIST, SHOWN("vm/limits.bats: limits of each delegated controller are in force, and read back as the kernel has them"), OTHERS("where the controller is delegated")),
	WORKS("lxc.cgroup.dir.monitor.pivot", group_path, "a path below the caller's group", "group the supervisor goes to in the end", FIELD(cgroup_pivot), SHOWN("keys-cgroup.bats: lxc.cgroup.dir.monitor.pivot: where the supervisor is when the groups are removed")),
	WORKS("lxc.cgroup.dir.monitor", group_path, "a path below the caller's group", "group of the supervisor", FIELD(cgroup_monitor), SHOWN("keys-cgroup.bats: lxc.cgroup.dir.container, .monitor and .inner: groups of one's own, limits above the container's root")),
	WORKS("lxc.cgroup.dir.container.inner", group_path, "one path component", "group below it where the processes are", FIELD(cgroup_inner), SHOWN("keys-cgroup.bats: lxc.cgroup.dir.container, .monitor and .inner: groups of one's own, limits above the container's root")),
	WORKS("lxc.cgroup.dir.container", group_path, "a path below the caller's group", "group of the container, with the limits", FIELD(cgroup_container), SHOWN("keys-cgroup.bats: lxc.cgroup.dir.container, .monitor and .inner: groups of one's own, limits above the container's root")),
	WORKS("lxc.cgroup.dir", group_path, "a path below the caller's group", "group below which the groups are made", FIELD(cgroup_dir), SHOWN("keys-cgroup.bats: lxc.cgroup.dir: the usual groups below another one, which goes with the last of them")),
	WORKS("lxc.cgroup.relative", bool, "0 or 1", "make groups below the current one, even for root", FIELD(cgroup_relative), SHOWN("keys-cgroup.bats: lxc.cgroup.relative: root's groups below its own group instead of at the top")),
	WORKS("lxc.cgroup.devices.allow", device_rule, "a, or c or b with MAJOR:MINOR and some of r, w, m", "device access granted (v1)", LIST, SHOWN("keys-cgroup.bats: device rules hold for a container of root; an ordinary user's needs none, and starts with them")),
	WORKS("lxc.cgroup.devices.deny", device_rule, "a, or c or b with MAJOR:MINOR and some of r, w, m", "device access denied (v1)", LIST, SHOWN("keys-cgroup.bats: device rules hold for a container of root; an ordinary user's needs none, and starts with them")),
	WORKS("lxc.cgroup.", cgroup, "a value for a file of the control group", "limit in cgroup v1", LIST, SHOWN("keys.bats: lxc.cgroup limits are in force where the groups are delegated"), OTHERS("where the controller is delegated")),
	WORKS("lxc.console.buffer.size", buffer_size, "auto, or a number of bytes or of KB, MB, GB", "how much of what the console printed lxc-console -t 0 shows at first", FIELD(console_buffer_size), SHOWN("keys-console.bats: lxc.console.buffer.size: lxc-console -t 0 shows what was printed before")),
	WORKS("lxc.console.logfile", path, "a path", "file the console's output is appended to", FIELD(console_logfile), SHOWN("keys.bats: lxc.console.logfile and lxc.console.path get what the console prints; none is no console")),
	WORKS("lxc.console.path", string, "a path or none", "terminal the console is on, or file it is copied to", FIELD(console_path), SHOWN("keys-console.bats: lxc.console.path: a terminal shows the console and types into it")),
	WORKS("lxc.console.rotate", bool, "0 or 1", "a full log of the console becomes FILE.1", FIELD(console_rotate), SHOWN("keys-console.bats: lxc.console.size and lxc.console.rotate: a full log becomes FILE.1, and no file is larger")),
	WORKS("lxc.console.size", buffer_size, "auto, or a number of bytes or of KB, MB, GB", "largest size of the console's log", FIELD(console_size), SHOWN("keys-console.bats: lxc.console.size without rotation: the log starts over")),
	WORKS("lxc.sched.core", bool, "0 or 1", "core scheduling domain of its own", FIELD(sched_core), SHOWN("keys-limits.bats: lxc.sched.core: a cookie of the container's own for init and attached commands, or the reason why not")),
	WORKS("lxc.environment.runtime", environment, "NAME=VALUE, or NAME of a variable that is set", "environment of init and attached commands", LIST, FIELD(environment_runtime), SHOWN("keys.bats: lxc.environment and lxc.environment.runtime reach init and attached commands, and container=lxc")),
	WORKS("lxc.environment.hooks", environment, "NAME=VALUE, or NAME of a variable that is set", "environment of the hooks that run in the container", LIST, FIELD(environment_hooks), SHOWN("keys-hooks.bats: lxc.environment and lxc.environment.hooks reach the hooks in the container's namespaces, not those on the host, nor init")),
	WORKS("lxc.environment", environment, "NAME=VALUE, or NAME of a variable that is set", "environment of init, attached commands and the hooks that run in the container", LIST, FIELD(environment), SHOWN("keys.bats: lxc.environment and lxc.environment.runtime reach init and attached commands, and container=lxc")),
	WORKS("lxc.ephemeral", bool, "0 or 1", "destroyed when it stops", FIELD(ephemeral), SHOWN("keys-hooks.bats: lxc.ephemeral: the container is destroyed when it stops, after its hooks, and not at a reboot")),
	WORKS("lxc.execute.cmd", command, "a command line", "default command of lxc-execute", FIELD(execute_cmd), SHOWN("keys-namespaces.bats: lxc.execute.cmd is what lxc-execute runs")),
	WORKS("lxc.group", words, "words", "groups for lxc-autostart and lxc-ls", LIST, FIELD(groups), SHOWN("autostart.bats: containers come once, by group as given, by lxc.start.order within it, by name where that is the same")),
	WORKS("lxc.hook.autodev", hook, "a command line", "hook: before /dev gets its devices", LIST, SHOWN("keys-hooks.bats: an autodev hook adds to /dev, and is not run with lxc.autodev = 0")),
	WORKS("lxc.hook.clone", hook, "a command line", "hook: copied by lxc-copy", LIST, SHOWN("keys-hooks.bats: lxc.hook.clone is kept for lxc-copy, which runs it")),
	WORKS("lxc.hook.destroy", hook, "a command line", "hook: before it is destroyed", LIST, SHOWN("keys-hooks.bats: the destroy hook runs before anything is removed, and keeps the container when it fails")),
	WORKS("lxc.hook.mount", hook, "a command line", "hook: when its file systems are mounted", LIST, SHOWN("keys-hooks.bats: a mount hook adds to the container's root, and nothing of it is seen outside")),
	WORKS("lxc.hook.post-stop", hook, "a command line", "hook: when it has stopped", LIST, SHOWN("keys-hooks.bats: hooks of version 0: order, arguments, who they are and where")),
	WORKS("lxc.hook.pre-mount", hook, "a command line", "hook: before its root is mounted", LIST, SHOWN("keys-hooks.bats: a pre-mount hook runs before the root is looked at")),
	WORKS("lxc.hook.pre-start", hook, "a command line", "hook: before anything is made", LIST, SHOWN("keys-hooks.bats: hooks of version 0: order, arguments, who they are and where")),
	WORKS("lxc.hook.start-host", hook, "a command line", "hook: on the host, before init is executed", LIST, SHOWN("keys-hooks.bats: hooks of version 0: order, arguments, who they are and where")),
	WORKS("lxc.hook.start", hook, "a command line", "hook: inside, before init is executed", LIST, SHOWN("keys-hooks.bats: a start hook runs inside as root, limited as init, with none of the caller's environment")),
	WORKS("lxc.hook.stop", hook, "a command line", "hook: when init has ended and its namespaces are still there", LIST, SHOWN("keys-hooks.bats: a stop hook can enter the namespaces of the container that has ended")),
	WORKS("lxc.hook.version", uint, "0 or 1", "how hooks get what they are told", FIELD(hook_version), .max = 1, SHOWN("keys-hooks.bats: lxc.hook.version 1: no arguments, LXC_HOOK_TYPE and LXC_HOOK_SECTION instead")),
	WORKS("lxc.hook", no_hooks, "nothing: clears all hooks", "clears all hooks", SHOWN("keys-hooks.bats: an empty value clears one list, lxc.hook all of them, and a value for it is an error")),
	/* Of lxc-privsep only. */
	WORKS("lxc.idmap.keep", idmap_keep, "UID or UID:GID of the container, from 1", "container ids that are the caller's own", SHOWN("keys-mounts.bats: lxc.idmap.keep shows the caller's own files under the right owner, and what is written there is the caller's")),
	WORKS("lxc.idmap", idmap, "u|g NSID HOSTID COUNT, or auto", "id map of the user namespace", LIST, OTHERS("its own and its subordinate ids"), SHOWN("job.bats: the container's processes are in namespaces of their own and hold no id of the host")),
	{ .name = "lxc.include", .form = "a file or a directory", .meaning = "read another file here", LIST, SHOWN("keys.bats: lxc.include brings another file in, with its place in messages") },
	WORKS("lxc.init.cmd", command, "a command line", "init, default /sbin/init", FIELD(init_cmd), SHOWN("keys.bats: lxc.init.cmd, lxc.init.uid, lxc.init.gid, lxc.init.cwd are what init is")),
	WORKS("lxc.init.gid", uint, "a number", "gid of init", FIELD(init_gid), .max = UINT32_MAX - 1, SHOWN("keys.bats: lxc.init.cmd, lxc.init.uid, lxc.init.gid, lxc.init.cwd are what init is")),
	WORKS("lxc.init.groups", init_groups, "numbers with commas", "supplementary groups of init", LIST, SHOWN("keys-namespaces.bats: lxc.init.groups are the supplementary groups of init")),
	WORKS("lxc.init.uid", uint, "a number", "uid of init", FIELD(init_uid), .max = UINT32_MAX - 1, SHOWN("keys.bats: lxc.init.cmd, lxc.init.uid, lxc.init.gid, lxc.init.cwd are what init is")),
	WORKS("lxc.init.cwd", path, "a path", "working directory of init", FIELD(init_cwd), SHOWN("keys.bats: lxc.init.cmd, lxc.init.uid, lxc.init.gid, lxc.init.cwd are what init is")),
	WORKS("lxc.keyring.session", bool, "0 or 1", "session keyring of its own; 0: that of the caller", FIELD(keyring_session), SHOWN("keys-security.bats: lxc.keyring.session = 1 is an empty session keyring, 0 the caller's")),
	WORKS("lxc.log.file", path, "a path", "log file", FIELD(log_file), SHOWN("keys.bats: lxc.log.file and lxc.log.level: the log of a start")),
	WORKS("lxc.log.level", log_level, "TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL or 0 to 8", "log level", FIELD(log_level), SHOWN("keys-console.bats: lxc.log.level: what is below the level stays out, numbers are levels, another word is refused")),
	WORKS("lxc.log.syslog", syslog, "daemon or local0 to local7", "log to syslog, too", FIELD(log_syslog), SHOWN("keys-console.bats: lxc.log.syslog: the log goes to syslog with the facility that is asked for")),
	WORKS("lxc.monitor.unshare", switch, "0, or another number for on", "mount namespace of the supervisor's own", FIELD(monitor_unshare), SHOWN("keys-namespaces.bats: lxc.monitor.unshare: what root's hooks mount stays with them; an ordinary user is told what to use"), OTHERS("no: takes CAP_SYS_ADMIN over the host")),
	WORKS("lxc.monitor.signal.pdeath", signal, "a signal: SIGNAME, SIGRTMIN+N or a number", "what init gets when the supervisor dies", FIELD(signal_pdeath), SHOWN("keys-namespaces.bats: lxc.monitor.signal.pdeath = 0: the container outlives its supervisor, commands say so, and it can be stopped")),
	WORKS("lxc.mount.auto", mount_auto, "proc[:mixed|:rw] sys[:ro|:mixed|:rw] cgroup[-full][:ro|:mixed|:rw][:force] cgroup2[:ro][:force] shmounts:/HOST[:/CONTAINER]", "standard file systems", LIST, SHOWN("keys-mounts.bats: lxc.mount.auto: cgroup in its modes, cgroup-full the same, cgroup2 the unified hierarchy alone")),
	WORKS("lxc.mount.entry", mount_entry, "SOURCE TARGET TYPE OPTIONS [0 0]", "a mount, as a line of fstab(5)", LIST, SHOWN("keys-mounts.bats: lxc.mount.entry: each attribute of mount(8) is that of the mount, and the last of two opposites counts")),
	WORKS("lxc.mount.fstab", mount_fstab, "an absolute path", "file of mounts, as fstab(5)", FIELD(mount_fstab), SHOWN("keys-mounts.bats: lxc.mount.fstab: lines of a file, with comments and escapes, before those of lxc.mount.entry")),
	WORKS("lxc.namespace.clone", namespaces, "words of user mnt pid uts ipc net cgroup time", "namespaces to make; the others are the caller's", SHOWN("keys-namespaces.bats: lxc.namespace.clone: what is named is made, and nothing else; time, too"), OTHERS("yes, but user is made always")),
	WORKS("lxc.namespace.keep", namespaces, "words of user mnt pid uts ipc net cgroup time", "namespaces of the caller to keep", SHOWN("keys-namespaces.bats: lxc.namespace.keep: what is kept is the caller's, what is not is the container's"), OTHERS("yes, but user is made always")),
	WORKS("lxc.namespace.share.", namespace_share, "a pid, a container's name, the path of a namespace or of a container", "namespace to join: user mnt pid uts ipc net cgroup time", SHOWN("keys-namespaces.bats: lxc.namespace.share: each namespace of another container of one's own is joined, by name, pid and path"), OTHERS("of its own containers, with their user namespace")),
	WORKS("lxc.time.offset.boot", time_offset, "a number with h m s ms us ns", "offset of CLOCK_BOOTTIME", SHOWN("keys-limits.bats: lxc.time.offset sets the clocks of init and of attached commands")),
	WORKS("lxc.time.offset.monotonic", time_offset, "a number with h m s ms us ns", "offset of CLOCK_MONOTONIC", SHOWN("keys-limits.bats: lxc.time.offset sets the clocks of init and of attached commands")),
	WORKS("lxc.net", net_all, "nothing: removes all interfaces", "removes all interfaces", SHOWN("network.bats: without lxc.net there is a namespace of its own with lo down")),
	WORKS("lxc.net.[i]", net_all, "nothing: removes the interface", "removes one interface", SHOWN("network.bats: without lxc.net there is a namespace of its own with lo down")),
	WORKS("lxc.net.[i].type", net, "veth, macvlan, ipvlan, vlan, phys, empty or none", "kind of interface", SHOWN("network.bats: type empty is lo, up"), OTHERS("what lxc-usernet gives")),
	WORKS("lxc.net.[i].flags", net, "up", "bring the interface up", SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured")),
	WORKS("lxc.net.[i].link", net, "a name of at most 15 bytes", "interface of the host: bridge, parent, or the one that moves", SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured"), OTHERS("what lxc-usernet gives")),
	WORKS("lxc.net.[i].name", net, "a name of at most 15 bytes", "name inside", SHOWN("network.bats: explicit names are kept, the others are eth0 and on by index")),
	WORKS("lxc.net.[i].hwaddr", net, "six pairs of hex digits or x with colons, a unicast address", "hardware address, x is random", SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured"), OTHERS("within lxc-usernet's mac=")),
	WORKS("lxc.net.[i].mtu", net, "68 to 65535", "largest packet", SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured"), OTHERS("within lxc-usernet's mtu=")),
	WORKS("lxc.net.[i].ipv4.address", net, "A.B.C.D[/PREFIX][ BROADCAST]", "IPv4 address", LIST, SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured"), OTHERS("within lxc-usernet's ip=")),
	WORKS("lxc.net.[i].ipv4.gateway", net, "A.B.C.D, auto or dev", "IPv4 default route", SHOWN("network.bats: gateway dev is a route straight out, and a gateway elsewhere is routed to first")),
	WORKS("lxc.net.[i].ipv6.address", net, "ADDRESS[/PREFIX]", "IPv6 address", LIST, SHOWN("network.bats: addresses, broadcast, MTU and hardware address are as configured"), OTHERS("within lxc-usernet's ip=")),
	WORKS("lxc.net.[i].ipv6.gateway", net, "ADDRESS, auto or dev", "IPv6 default route", SHOWN("network.bats: gateway auto is the bridge's address, and both families reach it at once")),
	WORKS("lxc.net.[i].l2proxy", net, "0 or 1", "proxy ARP and NDP on the link", SHOWN("network-types.bats: l2proxy: the link answers for the container's addresses while it runs, if it forwards"), OTHERS("no: takes CAP_NET_ADMIN over the host")),
	WORKS("lxc.net.[i].macvlan.mode", net, "private, vepa, bridge or passthru", "macvlan mode", SHOWN("network-users.bats: macvlan: the modes that change nothing for others, name, hwaddr and mtu, and packets to what the parent is wired to"), OTHERS("yes; passthru by lxc-usernet's mode=")),
	WORKS("lxc.net.[i].ipvlan.mode", net, "l3, l3s or l2", "ipvlan mode", SHOWN("vm/network-types.bats: an ordinary user's ipvlan: l3 without a word, others as lxc-usernet says, private where it says isolated"), OTHERS("l3; others by lxc-usernet's mode=")),
	WORKS("lxc.net.[i].ipvlan.isolation", net, "bridge, private or vepa", "ipvlan isolation", SHOWN("vm/network-types.bats: an ordinary user's ipvlan: l3 without a word, others as lxc-usernet says, private where it says isolated"), OTHERS("bridge; private by lxc-usernet's isolated")),
	WORKS("lxc.net.[i].vlan.id", net, "0 to 4094", "VLAN tag", SHOWN("vm/network-types.bats: an ordinary user's vlan: the id that lxc-usernet gives, its own address, again at once; another id is refused"), OTHERS("that of lxc-usernet's vlan=")),
	WORKS("lxc.net.[i].veth.mode", net, "bridge or router", "how the host end is attached", SHOWN("network-users.bats: router: ping and TCP through NAT to a server, IPv4 and IPv6, without a bridge; the host reaches the container"), OTHERS("router by lxc-usernet's link none")),
	WORKS("lxc.net.[i].veth.pair", net, "a name of at most 15 bytes", "name of the host end", SHOWN("network-users.bats: veth.pair is a name of the host's end, with the user's before it; a taken one is refused, and free after the stop"), OTHERS("an altname, with the user's name and a dot before it")),
	WORKS("lxc.net.[i].veth.n_rxqueues", net, "1 to 4096", "receive queues", SHOWN("network-types.bats: veth.pair names the host's end, queues count, and a taken name is refused"), OTHERS("no: takes CAP_NET_ADMIN over the host")),
	WORKS("lxc.net.[i].veth.n_txqueues", net, "1 to 4096", "transmit queues", SHOWN("network-types.bats: veth.pair names the host's end, queues count, and a taken name is refused"), OTHERS("no: takes CAP_NET_ADMIN over the host")),
	WORKS("lxc.net.[i].veth.ipv4.route", net, "A.B.C.D/PREFIX", "host route to the interface", LIST, SHOWN("network-users.bats: router: an address or a route that no ip= has, a host that does not forward, and gateway = dev are refused"), OTHERS("router mode, those of lxc-usernet's ip=")),
	WORKS("lxc.net.[i].veth.ipv6.route", net, "ADDRESS/PREFIX", "host route to the interface", LIST, SHOWN("network-types.bats: veth.ipv4.route and veth.ipv6.route lead the host to the container"), OTHERS("router mode, those of lxc-usernet's ip=")),
	WORKS("lxc.net.[i].veth.vlan.id", net, "none or 0 to 4094", "untagged VLAN of the bridge port", SHOWN("vm/network-types.bats: an ordinary user's veth is on the VLAN that lxc-usernet gives, and on no other"), OTHERS("that of lxc-usernet's vlan=")),
	WORKS("lxc.net.[i].veth.vlan.tagged.id", net, "0 to 4094", "tagged VLAN of the bridge port", LIST, SHOWN("vm/network-types.bats: veth.vlan.id and veth.vlan.tagged.id are the VLANs of the bridge's port"), OTHERS("no: takes CAP_NET_ADMIN over the host")),
	WORKS("lxc.net.[i].script.up", net, "a command line", "script: run on the host when the interface was made", SHOWN("keys-hooks.bats: network scripts: arguments of both versions, as the caller, before init and at the end")),
	WORKS("lxc.net.[i].script.down", net, "a command line", "script: run on the host before the interface goes", SHOWN("keys-hooks.bats: network scripts: arguments of both versions, as the caller, before init and at the end")),
	WORKS("lxc.no_new_privs", bool, "0 or 1", "no_new_privs for init and attached commands", FIELD(no_new_privs), SHOWN("keys-security.bats: lxc.no_new_privs holds for init and attached commands, but not with -e LSM")),
	WORKS("lxc.prlimit.", prlimit, "SOFT[:HARD], numbers or unlimited", "resource limit of init and attached commands", SHOWN("keys-limits.bats: lxc.prlimit holds for init and attached commands, by name and by number, and does not break the start"), OTHERS("up to the caller's hard limits")),
	WORKS("lxc.pty.max", uint, "a number", "pseudo terminals of the container", FIELD(pty_max), .max = 1 << 20, SHOWN("keys.bats: lxc.tty.max, lxc.tty.dir and lxc.pty.max: terminals where they are asked for")),
	WORKS("lxc.rootfs.managed", bool, "0 or 1", "0: lxc-destroy leaves the root alone", FIELD(rootfs_managed), SHOWN("keys-mounts.bats: lxc.rootfs.managed 0: no template fills the root, and lxc-destroy leaves it as it is")),
	WORKS("lxc.rootfs.mount", path, "an existing directory", "where the root is mounted before pivot_root", FIELD(rootfs_mount), SHOWN("keys-mounts.bats: lxc.rootfs.mount is where the root is mounted while the container is built, and targets may begin with it")),
	WORKS("lxc.rootfs.options", string, "mount options with commas", "mount options of the root", FIELD(rootfs_options), SHOWN("keys-mounts.bats: lxc.rootfs.options: attributes and propagation of the root alone")),
	WORKS("lxc.rootfs.path", rootfs, "[TYPE:]/PATH", "root file system", FIELD(rootfs_path), SHOWN("storage.bats: overlay: an ordinary user's container writes to its own layer, and the tree below stays as it is"), OTHERS("directories, btrfs subvolumes and overlays")),
	WORKS("lxc.seccomp.allow_nesting", seccomp_nesting, "0 or 1", "0: no filter below another one", FIELD(seccomp_nesting), SHOWN("keys-security.bats: filters stack, unless lxc.seccomp.allow_nesting = 0, which is said")),
	WORKS("lxc.seccomp.notify.cookie", string, "text of at most 4095 bytes", "sent with notifications", FIELD(seccomp_cookie), SHOWN("keys-security.bats: lxc.seccomp.notify.proxy answers for init and attached commands, with the cookie, and after a reboot")),
	WORKS("lxc.seccomp.notify.proxy", seccomp_proxy, "unix:/PATH or unix:@NAME", "socket that answers notifications", FIELD(seccomp_proxy), SHOWN("keys-security.bats: lxc.seccomp.notify.proxy answers for init and attached commands, with the cookie, and after a reboot")),
	WORKS("lxc.seccomp.profile", seccomp_profile, "an absolute path, or none", "system call filter, default the shipped one", FIELD(seccomp_profile), SHOWN("keys-security.bats: lxc.seccomp.profile decides for init and attached commands, but not with -e LSM")),
	WORKS("lxc.selinux.context.keyring", label, "an SELinux context", "context of the session keyring", FIELD(selinux_keyring), SHOWN("keys-security.bats: a host without SELinux: a context is refused before the start, and by lxc-attach")),
	WORKS("lxc.selinux.context", label, "an SELinux context", "context of init and attached commands", FIELD(selinux_context), SHOWN("keys-security.bats: a host without SELinux: a context is refused before the start, and by lxc-attach")),
	WORKS("lxc.signal.halt", signal, "a signal: SIGNAME, SIGRTMIN+N or a number", "signal for a clean halt", FIELD(signal_halt), SHOWN("keys.bats: lxc.signal.halt, lxc.signal.reboot and lxc.signal.stop are what init gets")),
	WORKS("lxc.signal.reboot", signal, "a signal: SIGNAME, SIGRTMIN+N or a number", "signal for a reboot", FIELD(signal_reboot), SHOWN("keys.bats: lxc.signal.halt, lxc.signal.reboot and lxc.signal.stop are what init gets")),
	WORKS("lxc.signal.stop", signal, "a signal: SIGNAME, SIGRTMIN+N or a number", "signal for a forced stop", FIELD(signal_stop), SHOWN("keys.bats: lxc.signal.halt, lxc.signal.reboot and lxc.signal.stop are what init gets")),
	WORKS("lxc.start.auto", bool, "0 or 1", "started by lxc-autostart", FIELD(start_auto), SHOWN("autostart.bats: containers come once, by group as given, by lxc.start.order within it, by name where that is the same")),
	WORKS("lxc.start.delay", uint, "a number of seconds", "pause after starting it", FIELD(start_delay), .max = UINT32_MAX, SHOWN("autostart.bats: lxc.start.delay is a pause behind the container that was started")),
	WORKS("lxc.start.order", order, "a number, may be negative", "place in the order of lxc-autostart", FIELD(start_order), SHOWN("autostart.bats: containers come once, by group as given, by lxc.start.order within it, by name where that is the same")),
	WORKS("lxc.tty.dir", subdirectory, "a directory name", "directory of the terminals below /dev", FIELD(tty_dir), .max = 255, SHOWN("keys.bats: lxc.tty.max, lxc.tty.dir and lxc.pty.max: terminals where they are asked for")),
	WORKS("lxc.tty.max", uint, "a number up to 512", "terminals for lxc-console", FIELD(tty_max), .max = 512, SHOWN("keys.bats: lxc.tty.max, lxc.tty.dir and lxc.pty.max: terminals where they are asked for")),
	WORKS("lxc.uts.name", string, "at most 64 bytes", "host name", FIELD(uts_name), .max = 64, SHOWN("keys.bats: lxc.uts.name is the host name")),
	WORKS("lxc.sysctl.", sysctl, "a value", "sysctl of the container's namespaces", SHOWN("keys-limits.bats: lxc.sysctl sets what the container's namespaces have, with /proc/sys read-only inside"), OTHERS("of the container's namespaces")),
	WORKS("lxc.proc.", proc, "a value", "file of /proc/PID of init and attached commands", SHOWN("keys-limits.bats: lxc.proc writes files of /proc/PID for init and attached commands"), OTHERS("what the kernel lets the caller write")),
};
/* clang-format on */
const size_t config_keys_count = ARRAY_SIZE(config_keys);

/* "lxc.net.12.type" matches "lxc.net.[i].type"; a name that ends in '.' matches what follows. */
static bool matches(const char *pattern, const char *name)
{
	for (; *pattern; pattern++) {
		if (string_starts(pattern, "[i]")) {
			if (*name < '0' || *name > '9')
				return false;
			while (*name >= '0' && *name <= '9')
				name++;
			pattern += 2;
		} else if (*pattern != *name++)
			return false;
		else if (!pattern[1] && *pattern == '.')
			return *name != 0;
	}
	return !*name;
}

const struct config_key *config_find_key(const char *name)
{
	for (size_t i = 0; i < config_keys_count; i++)
		if (matches(config_keys[i].name, name))
			return &config_keys[i];
	return NULL;
}

size_t config_key_count(void)
{
	return config_keys_count;
}

struct config_key_info config_key_at(size_t i)
{
	const struct config_key *key = &config_keys[i];
	return (struct config_key_info){ key->name, key->form,	 key->meaning,
					 key->test, key->others, key->list };
}
