// SPDX-License-Identifier: LGPL-2.1-or-later
/* The kernel, by what it does for this user. */
#include "check/check.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "check/trial.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const struct {
	const char *section;
	struct trial trial;
	bool required;
	const char *why, *how; /* how: what the kernel needs */
} kernel_checks[] = {
	{ "Namespaces",
	  { "Mount namespace", trial_namespace, CLONE_NEWNS, 0 },
	  true,
	  "a root file system of its own",
	  "a kernel with CONFIG_NAMESPACES" },
	{ "Namespaces",
	  { "Pid namespace", trial_namespace, CLONE_NEWPID, 0 },
	  true,
	  "an init of its own",
	  "a kernel with CONFIG_PID_NS" },
	{ "Namespaces",
	  { "Network namespace", trial_namespace, CLONE_NEWNET, 0 },
	  true,
	  "interfaces of its own",
	  "a kernel with CONFIG_NET_NS; user.max_net_namespaces is not 0" },
	{ "Namespaces",
	  { "Utsname namespace", trial_namespace, CLONE_NEWUTS, 0 },
	  true,
	  "a host name of its own",
	  "a kernel with CONFIG_UTS_NS" },
	{ "Namespaces",
	  { "Ipc namespace", trial_namespace, CLONE_NEWIPC, 0 },
	  true,
	  "shared memory and queues of its own",
	  "a kernel with CONFIG_IPC_NS" },
	{ "Namespaces",
	  { "Cgroup namespace", trial_namespace, CLONE_NEWCGROUP, 0 },
	  true,
	  "control groups that look like a host's",
	  "a kernel with CONFIG_CGROUPS, 4.6 or later" },
	{ "Namespaces",
	  { "Time namespace", trial_namespace, CLONE_NEWTIME, 0 },
	  false,
	  "lxc.time.offset.*",
	  "a kernel with CONFIG_TIME_NS, 5.6 or later" },
	{ "Namespaces",
	  { "Nested user namespace", trial_namespace, CLONE_NEWUSER, 0 },
	  false,
	  "containers and sandboxes inside of containers",
	  "user.max_user_namespaces is large enough" },
	{ "Namespaces",
	  { "Pid descriptors", trial_pidfd, 0, 0 },
	  true,
	  "the supervisor holds its container by one",
	  "a kernel 5.3 or later" },
	{ "File systems",
	  { "proc", trial_mount_proc, 0, 0 },
	  true,
	  "/proc of the container",
	  "nothing is mounted over parts of /proc here (in a container: lxc.include = "
	  "nesting.conf)" },
	{ "File systems",
	  { "tmpfs", trial_mount_tmpfs, 0, 0 },
	  true,
	  "/dev of the container",
	  "a kernel with CONFIG_TMPFS" },
	{ "File systems",
	  { "Multiple /dev/pts instances", trial_mount_devpts, 0, 0 },
	  true,
	  "terminals of its own",
	  "a kernel with CONFIG_UNIX98_PTYS, 4.7 or later" },
	{ "File systems",
	  { "sysfs", trial_mount_sysfs, 0, 0 },
	  false,
	  "lxc.mount.auto = sys",
	  "nothing is mounted over parts of /sys here (in a container: lxc.include = "
	  "nesting.conf)" },
	{ "File systems",
	  { "mqueue", trial_mount_mqueue, 0, 0 },
	  false,
	  "POSIX message queues of its own",
	  "a kernel with CONFIG_POSIX_MQUEUE" },
	{ "File systems",
	  { "cgroup2", trial_mount_cgroup2, 0, 0 },
	  false,
	  "lxc.mount.auto = cgroup on a host with cgroup2",
	  "a kernel with CONFIG_CGROUPS; cgroup2 is visible as a whole" },
	{ "File systems",
	  { "overlay", trial_mount_overlay, 0, 0 },
	  false,
	  "root file systems that share what they have in common",
	  "a kernel with CONFIG_OVERLAY_FS (modprobe overlay), 5.11 or later" },
	{ "File systems",
	  { "fuse", trial_mount_fuse, 0, 0 },
	  false,
	  "file systems of programs (sshfs, lxcfs) in containers",
	  "a kernel with CONFIG_FUSE_FS (modprobe fuse); /dev/fuse" },
	{ "File systems",
	  { "Mounts with other owners", trial_mount_idmapped, 0, 0 },
	  false,
	  "idmap= of lxc.rootfs.options and lxc.mount.entry; of the host's file systems for root "
	  "only",
	  "a kernel 5.12 or later; of tmpfs 6.3 or later" },
	{ "Network",
	  { "Veth pair device", trial_link, LINK_VETH, 0 },
	  false,
	  "lxc.net.0.type = veth",
	  "a kernel with CONFIG_VETH (modprobe veth)" },
	{ "Network",
	  { "Bridges", trial_link, LINK_BRIDGE, 0 },
	  false,
	  "lxc.net.0.link = lxcbr0",
	  "a kernel with CONFIG_BRIDGE (modprobe bridge)" },
	{ "Network",
	  { "Macvlan", trial_link, LINK_MACVLAN, 0 },
	  false,
	  "lxc.net.0.type = macvlan",
	  "a kernel with CONFIG_MACVLAN (modprobe macvlan)" },
	{ "Network",
	  { "Ipvlan", trial_link, LINK_IPVLAN, 0 },
	  false,
	  "lxc.net.0.type = ipvlan",
	  "a kernel with CONFIG_IPVLAN (modprobe ipvlan)" },
	{ "Network",
	  { "Vlan", trial_link, LINK_VLAN, 0 },
	  false,
	  "lxc.net.0.type = vlan",
	  "a kernel with CONFIG_VLAN_8021Q (modprobe 8021q)" },
};

/* Not the kernel lacks it: something keeps this user from it. */
static bool is_refusal(int error)
{
	return error == EPERM || error == EACCES;
}

static void add_trial(struct check_report *report, size_t i, const struct trial *trial)
{
	struct check_row row = { .section = kernel_checks[i].section,
				 .name = trial->name,
				 .why = kernel_checks[i].why,
				 .required = kernel_checks[i].required,
				 .present = trial->result == 0 };
	if (trial->result) {
		row.detail = xstrdup(strerror(trial->result));
		row.fix = xasprintf(
		    "%s%s", kernel_checks[i].how,
		    is_refusal(trial->result)
			? "; or a security module or the container this runs in forbids it"
			: "");
	}
	check_add(report, row);
}

void check_kernel(struct check_report *report)
{
	struct trial trials[ARRAY_SIZE(kernel_checks)];
	struct error why = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++)
		trials[i] = kernel_checks[i].trial;
	bool made = trial_run(trials, ARRAY_SIZE(trials), &why) == 0;
	check_add(report,
		  (struct check_row){ .section = "Namespaces",
				      .name = "User namespace",
				      .why = "everything that this user's containers do as root",
				      .required = geteuid() != 0,
				      .present = made && !error_is_set(&why),
				      .code = why.code,
				      .detail = error_is_set(&why) ? xstrdup(why.message) : NULL,
				      .fix = *why.fix ? xstrdup(why.fix) : NULL });
	/* Without one the others cannot be tried, and one cause is said once. */
	for (size_t i = 0; made && i < ARRAY_SIZE(trials); i++)
		add_trial(report, i, &trials[i]);
}
