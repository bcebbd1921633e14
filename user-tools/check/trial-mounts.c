// SPDX-License-Identifier: LGPL-2.1-or-later
/* File systems that containers mount. /proc is a directory everywhere, and in a mount namespace
 * that ends with the process it may be covered. */
#include "check/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "rootfs/mount.h"

#define PLACE "/proc"

int trial_namespace(int flag)
{
	return unshare(flag) < 0 ? errno : 0;
}

int trial_pidfd(int unused)
{
	(void)unused;
	return syscall(SYS_pidfd_open, getpid(), 0) < 0 ? errno : 0;
}

static int try_mount(const char *type, const char *options)
{
	return mount(type, PLACE, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0 ? errno : 0;
}

static int mount_proc(int unused)
{
	(void)unused;
	return try_mount("proc", NULL);
}

/* proc shows the namespace of who mounts it. */
int trial_mount_proc(int unused)
{
	return unshare(CLONE_NEWPID) < 0 ? errno : trial_in_child(mount_proc, unused);
}

int trial_mount_sysfs(int unused)
{
	(void)unused;
	return unshare(CLONE_NEWNET) < 0 ? errno : try_mount("sysfs", NULL);
}

int trial_mount_tmpfs(int unused)
{
	(void)unused;
	return try_mount("tmpfs", "size=1m");
}

int trial_mount_devpts(int unused)
{
	(void)unused;
	return try_mount("devpts", "newinstance,ptmxmode=0666,mode=0620");
}

int trial_mount_mqueue(int unused)
{
	(void)unused;
	return unshare(CLONE_NEWIPC) < 0 ? errno : try_mount("mqueue", NULL);
}

int trial_mount_cgroup2(int unused)
{
	(void)unused;
	return unshare(CLONE_NEWCGROUP) < 0 ? errno : try_mount("cgroup2", NULL);
}

static int make_directories(void)
{
	static const char *const names[] = { PLACE "/lower", PLACE "/upper", PLACE "/work",
					     PLACE "/merged" };
	int result = trial_mount_tmpfs(0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !result; i++)
		result = mkdir(names[i], 0755) < 0 ? errno : 0;
	return result;
}

int trial_mount_overlay(int unused)
{
	static const char layers[] =
	    "userxattr,lowerdir=" PLACE "/lower,upperdir=" PLACE "/upper,workdir=" PLACE "/work";
	(void)unused;
	int result = make_directories();
	if (result)
		return result;
	/* userxattr came with the kernel that lets users mount it */
	if (mount("overlay", PLACE "/merged", "overlay", 0, layers) == 0 ||
	    mount("overlay", PLACE "/merged", "overlay", 0, strchr(layers, ',') + 1) == 0)
		return 0;
	return errno;
}

int trial_mount_fuse(int unused)
{
	char options[96];
	(void)unused;
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	return try_mount("fuse", options);
}

static int write_own_map(pid_t pid, const char *file)
{
	char path[48];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_write_kernel(AT_FDCWD, path, "0 0 1");
}

/* Another user namespace, held by a process that waits to be killed. *pid is to be reaped. */
static int open_other_userns(pid_t *pid)
{
	int gate[2];
	char path[48], letter;
	if (pipe2(gate, O_CLOEXEC) < 0 || (*pid = fork()) < 0)
		return -1;
	if (*pid == 0) {
		letter = unshare(CLONE_NEWUSER) < 0 ? (char)errno : 0;
		if (write(gate[1], &letter, 1) == 1)
			pause();
		_exit(0);
	}
	if (read(gate[0], &letter, 1) != 1 || letter)
		return errno = letter, -1;
	if (write_own_map(*pid, "uid_map") < 0 || write_own_map(*pid, "gid_map") < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)*pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int trial_mount_idmapped(int unused)
{
	pid_t pid = 0;
	(void)unused;
	/* Before /proc is covered. */
	int userns = open_other_userns(&pid), result = userns < 0 ? errno : make_directories();
	int tree = result ? -1 : mount_copy(AT_FDCWD, PLACE, false);
	if (!result && (tree < 0 || mount_idmap(tree, userns, false) < 0))
		result = errno;
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return result;
}
