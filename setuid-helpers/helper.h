/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both helpers do around their one operation: make the process they were started as harmless,
 * keep only their capabilities, read files that root wrote, lock themselves in, exchange one
 * request and one reply. Every function succeeds or ends the process with a reply that says which
 * step failed.
 */
#ifndef SETUID_HELPERS_HELPER_H
#define SETUID_HELPERS_HELPER_H

/* All that the helpers use of the C library and the kernel's interface. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "policy/text.h"
#include "setuid-helpers/protocol.h"
#include "setuid-helpers/seccomp-table.h"

#define HELPER_MAX_ACCOUNTS (1U << 18) /* of /etc/passwd and of /etc/group */

/* Who called (uid, gid), and as whom the helper runs: its own system user, or the caller again
 * (file capabilities alone, setuid root). */
extern uint32_t helper_caller, helper_group, helper_self;
/* The reply so far: op is set by main, numbers where they become known. */
extern struct helper_reply helper_reply;

/* Record, reply and exit: 0 after STATUS_OK, else 1. */
_Noreturn void helper_end(enum helper_stage stage, enum helper_status status, int error);

/* Signals blocked, no descriptor but 0-3, 3 a SEQPACKET socket, argc 1. */
void helper_sanitise(int argc);
/* Keep exactly these capabilities (a mask), effective and permitted; nothing inheritable or
 * ambient. No core. */
void helper_hold(uint32_t capabilities);
/* Read a file of root's that nobody else can write. A missing one is empty text, but lxc-usernet
 * must be there. */
struct text helper_read(enum helper_file file, const char *path, char *buffer, size_t size);
/* Close the files read; a socket connected to the system log if there is one. It takes the same
 * descriptor in any case. */
void helper_open_log(void);
/* No new privileges, and the seccomp filter (build/seccomp-table.c) with our ids put in. */
void helper_confine(struct sock_filter *filter, unsigned short length);
/* Receive exactly size bytes with exactly one descriptor, which is returned. */
int helper_receive(void *request, size_t size);
/* Set real, effective and saved uid. With the real one our own the caller can no longer stop or
 * signal us. */
void helper_become(uint32_t real, uint32_t effective, uint32_t saved);

/*
 * Text being put together; what does not fit is left out. Both maps as text are at most 64 * 33
 * bytes.
 */
struct buffer {
	size_t used;
	char data[2600];
};
void buffer_add(struct buffer *buffer, const char *data, size_t size);
void buffer_string(struct buffer *buffer, const char *before, const char *string);
void buffer_number(struct buffer *buffer, const char *before, uint32_t number);

/*
 * The line for the system log: what is asked for, sent before it is done (helper_send_record), and
 * the same with stage, status and error when the helper ends, for whatever reason.
 */
extern struct buffer helper_record;
void helper_send_record(void);

#endif
