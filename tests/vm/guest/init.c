// SPDX-License-Identifier: LGPL-2.1-or-later
/* The first program in the VM: loads the modules that its disk needs, mounts it and becomes its
 * init. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static void complain(const char *what, const char *object)
{
	int reason = errno, fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		dprintf(fd, "init: %s %s: %s\n", what, object, strerror(reason));
		close(fd);
	}
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if ((fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0) && errno != EEXIST)
		complain("load", path);
	if (fd >= 0)
		close(fd);
}

static void load_modules(void)
{
	struct utsname kernel;
	char path[512], line[256];
	uname(&kernel);
	snprintf(path, sizeof(path), "/modules/%s/order", kernel.release);
	FILE *order = fopen(path, "re");
	if (!order)
		complain("open", path);
	while (order && fgets(line, sizeof(line), order)) {
		line[strcspn(line, "\n")] = 0;
		snprintf(path, sizeof(path), "/modules/%s/%s", kernel.release, line);
		load_module(path);
	}
}

int main(void)
{
	mkdir("/dev", 0755);
	mkdir("/root", 0755);
	mount("dev", "/dev", "devtmpfs", 0, "mode=0755");
	load_modules();
	/* The disk appears some time after its driver. */
	for (int tries = 0; mount("/dev/vda", "/root", "ext4", MS_NOATIME, "") < 0; tries++) {
		if (tries > 500) {
			complain("mount", "/dev/vda");
			sleep(1);
			return 1;
		}
		usleep(10000);
	}
	mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		complain("switch to", "/root");
	char *argv[] = { "/sbin/init", NULL };
	char *envp[] = { "HOME=/", "TERM=linux", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	execve(argv[0], argv, envp);
	complain("exec", argv[0]);
	return 1;
}
