// SPDX-License-Identifier: LGPL-2.1-or-later
/* The configuration a kernel was built with, for one that does not run here (yet). */
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

#define MAX_CONFIG (8u << 20)

static const struct {
	const char *section, *option, *name, *why;
	bool required;
} config_checks[] = {
	{ "Namespaces", "NAMESPACES", "Namespaces", "all of it", true },
	{ "Namespaces", "UTS_NS", "Utsname namespace", "a host name of its own", true },
	{ "Namespaces", "IPC_NS", "Ipc namespace", "shared memory and queues of its own", true },
	{ "Namespaces", "PID_NS", "Pid namespace", "an init of its own", true },
	{ "Namespaces", "USER_NS", "User namespace", "containers of ordinary users", true },
	{ "Namespaces", "NET_NS", "Network namespace", "interfaces of its own", true },
	{ "Namespaces", "TIME_NS", "Time namespace", "lxc.time.offset.*", false },
	{ "Control groups", "CGROUPS", "Cgroups", "limits, freezing, cgroup namespaces", true },
	{ "Control groups", "MEMCG", "memory", "limits of memory", false },
	{ "Control groups", "CGROUP_SCHED", "cpu", "shares and limits of processor time", false },
	{ "Control groups", "CPUSETS", "cpuset", "processors that a container may use", false },
	{ "Control groups", "BLK_CGROUP", "io", "limits of disk traffic", false },
	{ "Control groups", "CGROUP_PIDS", "pids", "limits of processes", false },
	{ "Control groups", "CGROUP_FREEZER", "freezer", "lxc-freeze with version 1", false },
	{ "Control groups", "CGROUP_DEVICE", "devices", "device rules of root with version 1",
	  false },
	{ "Control groups", "CGROUP_BPF", "bpf", "device rules of root with version 2", false },
	{ "File systems", "TMPFS", "tmpfs", "/dev of the container", true },
	{ "File systems", "PROC_FS", "proc", "/proc of the container", true },
	{ "File systems", "UNIX98_PTYS", "/dev/pts", "terminals of its own", true },
	{ "File systems", "SYSFS", "sysfs", "lxc.mount.auto = sys", false },
	{ "File systems", "POSIX_MQUEUE", "mqueue", "message queues of its own", false },
	{ "File systems", "OVERLAY_FS", "overlay", "root file systems that share", false },
	{ "File systems", "FUSE_FS", "fuse", "file systems of programs in containers", false },
	{ "Network", "VETH", "Veth pair device", "lxc.net.0.type = veth", false },
	{ "Network", "BRIDGE", "Bridges", "lxc.net.0.link = lxcbr0", false },
	{ "Network", "MACVLAN", "Macvlan", "lxc.net.0.type = macvlan", false },
	{ "Network", "IPVLAN", "Ipvlan", "lxc.net.0.type = ipvlan", false },
	{ "Network", "VLAN_8021Q", "Vlan", "lxc.net.0.type = vlan", false },
	{ "Network", "NF_TABLES", "nf_tables", "a way out of the bridge (masquerade)", false },
	{ "Network", "NF_NAT", "NAT", "a way out of the bridge (masquerade)", false },
	{ "Security", "SECCOMP_FILTER", "Seccomp filters", "lxc.seccomp.profile", false },
	{ "Security", "KEYS", "Keyrings", "lxc.keyring.session", false },
	{ "Security", "SECURITY_APPARMOR", "AppArmor", "lxc.apparmor.profile", false },
	{ "Security", "SECURITY_SELINUX", "SELinux", "lxc.selinux.context", false },
	{ "Security", "SECURITY_LANDLOCK", "Landlock", "idmap-helper shuts itself in", false },
	{ "Checkpoint and restore", "CHECKPOINT_RESTORE", "checkpoint restore", "CRIU", false },
	{ "Checkpoint and restore", "FHANDLE", "CONFIG_FHANDLE", "CRIU", false },
	{ "Checkpoint and restore", "EVENTFD", "CONFIG_EVENTFD", "CRIU", false },
	{ "Checkpoint and restore", "EPOLL", "CONFIG_EPOLL", "CRIU", false },
	{ "Checkpoint and restore", "UNIX_DIAG", "CONFIG_UNIX_DIAG", "CRIU", false },
	{ "Checkpoint and restore", "INET_DIAG", "CONFIG_INET_DIAG", "CRIU", false },
	{ "Checkpoint and restore", "PACKET_DIAG", "CONFIG_PACKET_DIAG", "CRIU", false },
	{ "Checkpoint and restore", "NETLINK_DIAG", "CONFIG_NETLINK_DIAG", "CRIU", false },
};

/* What gzip -dc makes of it: NULL with errno where it cannot be run or is not content. */
static char *read_compressed(int fd)
{
	int pair[2], status;
	char *text = NULL;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return NULL;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fd, STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		execlp("gzip", "gzip", "-dc", NULL);
		_exit(127);
	}
	close(pair[1]);
	ssize_t length = pid < 0 ? -1 : file_read_fd(pair[0], MAX_CONFIG, &text);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (length > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return text;
	free(text);
	return errno = EINVAL, NULL;
}

static char *read_config(const char *path)
{
	unsigned char magic[2] = { 0 };
	char *text = NULL;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	/* RFC 1952 */
	if (pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b)
		return read_compressed(fd);
	return file_read_fd(fd, MAX_CONFIG, &text) < 0 ? NULL : text;
}

/* 'y', 'm', or 0 */
static char value_of(const char *text, const char *option)
{
	_cleanup_free_ char *start = xasprintf("\nCONFIG_%s=", option);
	const char *at = strstr(text, start);
	char value = at ? at[strlen(start)] : 0;
	return value == 'y' || value == 'm' ? value : 0;
}

int check_kernel_config(struct check_report *report, const char *path, struct error *err)
{
	_cleanup_free_ char *content = read_config(path);
	if (!content) {
		error_set(err, E_NOT_FOUND, errno, "the kernel configuration %s", path);
		return error_fix(err,
				 "CONFIG=/boot/config-VERSION lxc-checkconfig; or without CONFIG, "
				 "for the kernel that runs");
	}
	_cleanup_free_ char *text = xasprintf("\n%s", content);
	if (!strstr(text, "\nCONFIG_")) {
		error_set(err, E_CONFIG_READ, 0, "%s is not a kernel configuration", path);
		return error_fix(err,
				 "a file with lines CONFIG_NAME=y, plain or compressed with gzip");
	}
	for (size_t i = 0; i < ARRAY_SIZE(config_checks); i++) {
		char value = value_of(text, config_checks[i].option);
		check_add(report,
			  (struct check_row){ .section = config_checks[i].section,
					      .name = config_checks[i].name,
					      .why = config_checks[i].why,
					      .required = config_checks[i].required,
					      .present = value != 0,
					      .detail = value == 'm' ? xstrdup("module") : NULL,
					      .fix = value ? NULL
							   : xasprintf("a kernel with CONFIG_%s",
								       config_checks[i].option) });
	}
	return 0;
}
