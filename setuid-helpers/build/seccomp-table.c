// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Build-time program: writes the seccomp allow-list of a helper as a C table, so that nothing of
 * libseccomp is in the helper. usage: seccomp-table net|idmap [ARCHITECTURE]   (x86_64, aarch64
 * ...; default this one)
 *
 * Each line of a table below is one call as the helper makes it. Everything else kills the process.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "setuid-helpers/protocol.h"
#include "setuid-helpers/seccomp-table.h"

/* Arguments are compared as 32 bits where the kernel takes an int: the upper half is not defined.
 */
#define IS(argument, value)                                                 \
	{                                                                   \
		argument, SCMP_CMP_MASKED_EQ, 0xffffffff, (uint32_t)(value) \
	}

struct allowed {
	const char *call;
	unsigned count;
	struct scmp_arg_cmp arguments[3];
};

static const struct allowed net[] = {
	{ "recvmsg", 1, { IS(0, HELPER_SOCKET) } },
	{ "fstatfs", 1, { IS(0, NET_OBJECT) } },
	{ "ioctl", 1, { IS(1, NS_GET_NSTYPE) } },
	{ "ioctl", 1, { IS(1, NS_GET_USERNS) } },
	{ "ioctl", 1, { IS(1, NS_GET_PARENT) } },
	{ "ioctl", 1, { IS(1, NS_GET_OWNER_UID) } },
	{ "setresuid", 3, { IS(0, TABLE_SELF), IS(1, TABLE_SELF), IS(2, TABLE_SELF) } },
	{ "sendto", 1, { IS(0, HELPER_SOCKET) } },
	{ "sendto", 1, { IS(0, NET_NETLINK) } },
	{ "sendto", 1, { IS(0, LOG_SOCKET) } },
	{ "recvfrom", 1, { IS(0, NET_NETLINK) } },
	{ "exit_group", 0, { { 0 } } },
	{ 0 },
};

static const struct allowed idmap[] = {
	{ "recvmsg", 1, { IS(0, HELPER_SOCKET) } },
	{ "fstatfs", 1, { IS(0, IDMAP_OBJECT) } },
	{ "setresuid", 3, { IS(0, TABLE_SELF), IS(1, TABLE_CALLER), IS(2, TABLE_SELF) } },
	{ "openat2", 2, { IS(0, IDMAP_OBJECT), IS(3, sizeof(struct open_how)) } },
	{ "write", 0, { { 0 } } },
	{ "sendto", 1, { IS(0, HELPER_SOCKET) } },
	{ "sendto", 1, { IS(0, LOG_SOCKET) } },
	{ "exit_group", 0, { { 0 } } },
	{ 0 },
};

static void print_table(FILE *file)
{
	struct sock_filter step;
	rewind(file);
	puts("/* made by setuid-helpers/build/seccomp-table.c */\nstatic struct sock_filter "
	     "filter[] = {");
	while (fread(&step, sizeof(step), 1, file) == 1)
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", step.code, step.jt, step.jf, step.k);
	puts("};");
}

int main(int argc, char **argv)
{
	if (argc < 2 || (strcmp(argv[1], "net") && strcmp(argv[1], "idmap")))
		errx(2, "usage: seccomp-table net|idmap [ARCHITECTURE]");
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	FILE *file = tmpfile();
	if (!filter || !file ||
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))
		errx(1, "cannot begin a filter");
	if (argc > 2) {
		uint32_t wanted = seccomp_arch_resolve_name(argv[2]);
		if (!wanted)
			errx(2, "%s: libseccomp knows no such architecture", argv[2]);
		if (wanted != seccomp_arch_native() &&
		    (seccomp_arch_remove(filter, SCMP_ARCH_NATIVE) ||
		     seccomp_arch_add(filter, wanted)))
			errx(1, "%s: cannot make a filter for it", argv[2]);
	}
	for (const struct allowed *a = strcmp(argv[1], "net") ? idmap : net; a->call; a++) {
		int call = seccomp_syscall_resolve_name(a->call);
		int error = seccomp_rule_add_exact_array(filter, SCMP_ACT_ALLOW, call, a->count,
							 a->arguments);
		/* s390x and ppc64le have the socket calls twice, also as one whose arguments are in
		 * memory, where a filter cannot look: allowed as libseccomp can. */
		if (error == -EINVAL)
			error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, a->count,
						       a->arguments);
		if (error)
			errx(1, "%s: %s", a->call, strerror(-error));
	}
	if (seccomp_export_bpf(filter, fileno(file)))
		errx(1, "cannot export the filter");
	print_table(file);
	return fflush(stdout) || ferror(stdout);
}
