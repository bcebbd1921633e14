// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/helper.h"

uint32_t helper_caller, helper_group, helper_self;
struct helper_reply helper_reply = { .head = { .magic = HELPER_MAGIC, .version = HELPER_VERSION } };
struct buffer helper_record;
static int log_socket = -1;

_Noreturn void helper_end(enum helper_stage stage, enum helper_status status, int error)
{
	helper_reply.stage = (uint16_t)stage;
	helper_reply.status = (uint16_t)status;
	helper_reply.error = (uint32_t)error;
	buffer_number(&helper_record, " stage=", helper_reply.stage);
	buffer_number(&helper_record, " status=", helper_reply.status);
	buffer_number(&helper_record, " error=", helper_reply.error);
	helper_send_record();
	send(HELPER_SOCKET, &helper_reply, sizeof(helper_reply), MSG_DONTWAIT | MSG_NOSIGNAL);
	_exit(status != STATUS_OK);
}

/* The C library has seen to it that 0-2 are open: it does where the kernel says AT_SECURE. */
void helper_sanitise(int argc)
{
	const uint64_t all_signals = ~(uint64_t)0; /* that of a timer of the caller's is one */
	int type = 0;
	socklen_t size = sizeof(type);
	/* Not sigprocmask(3), which leaves out what libc uses itself. */
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all_signals, NULL, sizeof(all_signals)) ||
	    argc != 1 || getsockopt(HELPER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) ||
	    type != SOCK_SEQPACKET || syscall(SYS_close_range, HELPER_SOCKET + 1, ~0U, 0))
		helper_end(STAGE_SANITISE, STATUS_ENVIRONMENT, 0);
}

void helper_hold(uint32_t capabilities)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct want[2] = { { capabilities, capabilities, 0 } };
	/* As the kernel wrote them when it started this program. */
	helper_caller = (uint32_t)getauxval(AT_UID);
	helper_group = (uint32_t)getauxval(AT_GID);
	helper_self = (uint32_t)getauxval(AT_EUID);
	/* Installed setuid root (no file capabilities there): leave root before anything else. */
	if (helper_self == 0 && helper_caller != 0) {
		helper_self = helper_caller;
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); /* if not, capset fails */
		helper_become(helper_self, helper_self, helper_self);
	}
	/* Who was not given them cannot hold them. Nothing inheritable also means nothing ambient;
	 * not dumpable also means no core. */
	if (syscall(SYS_capset, &head, want) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		helper_end(STAGE_PRIVILEGE, STATUS_NOT_PRIVILEGED, 0);
}

struct text helper_read(enum helper_file file, const char *path, char *buffer, size_t size)
{
	/* The bare call: musl's open(3) makes two. */
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	long fd = syscall(SYS_openat, AT_FDCWD, path, flags);
	struct stat info;
	int error = fd < 0 || fstat((int)fd, &info)			  ? errno
		    : !S_ISREG(info.st_mode)				  ? EINVAL
		    : info.st_uid || (info.st_mode & (S_IWGRP | S_IWOTH)) ? EPERM
		    : info.st_size > (off_t)size			  ? EFBIG
									  : 0;
	if (error == ENOENT && file != FILE_USERNET)
		return (struct text){ NULL, 0 };
	ssize_t n = error ? 0 : read((int)fd, buffer, size);
	if (n < 0)
		error = errno;
	helper_reply.file = error ? file : FILE_NONE;
	if (error)
		helper_end(STAGE_POLICY,
			   error == ENOENT ? STATUS_POLICY_MISSING : STATUS_POLICY_UNSAFE, error);
	return (struct text){ buffer, (size_t)n }; /* helper_open_log closes them all */
}

void helper_open_log(void)
{
	const struct sockaddr_un address = { AF_UNIX, "/dev/log" };
	syscall(SYS_close_range, LOG_SOCKET, ~0U, 0);
	log_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (log_socket != LOG_SOCKET)
		helper_end(STAGE_POLICY, STATUS_SYSTEM, errno);
	/* Without a log sends fail; the descriptor stays ours, as the filter wants it. */
	(void)connect(log_socket, (const struct sockaddr *)&address, sizeof(address));
}

void helper_confine(struct sock_filter *filter, unsigned short length)
{
	const struct sock_fprog program = { length, filter };
	for (uint32_t i = 0, k; i < length; i++)
		if (filter[i].code == (BPF_JMP | BPF_JEQ | BPF_K))
			k = filter[i].k, filter[i].k = k == TABLE_SELF	   ? helper_self
						       : k == TABLE_CALLER ? helper_caller
									   : k;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		helper_end(STAGE_CONFINE, STATUS_SYSTEM, errno);
}

int helper_receive(void *request, size_t size)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	struct iovec part = { request, size };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	const struct helper_head *head = request, *ours = &helper_reply.head;
	int object;
	if (recvmsg(HELPER_SOCKET, &message, MSG_CMSG_CLOEXEC) != (ssize_t)size ||
	    (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    control.head.cmsg_level != SOL_SOCKET || control.head.cmsg_type != SCM_RIGHTS ||
	    control.head.cmsg_len != CMSG_LEN(sizeof(int)) || head->magic != ours->magic ||
	    head->version != ours->version || head->op != ours->op)
		helper_end(STAGE_RECEIVE, STATUS_MALFORMED, 0);
	memcpy(&object, CMSG_DATA(&control.head), sizeof(object));
	return object;
}

void helper_become(uint32_t real, uint32_t effective, uint32_t saved)
{
	/* The bare call: the filter knows nothing of what setresuid(3) does for threads. */
	if (syscall(SYS_setresuid, real, effective, saved))
		helper_end(STAGE_UNREACHABLE, STATUS_SYSTEM, errno);
}

void buffer_add(struct buffer *buffer, const char *data, size_t size)
{
	if (size >= sizeof(buffer->data) - buffer->used)
		return;
	memcpy(buffer->data + buffer->used, data, size);
	buffer->used += size;
}

void buffer_string(struct buffer *buffer, const char *before, const char *string)
{
	buffer_add(buffer, before, strlen(before));
	buffer_add(buffer, string, strlen(string));
}

void buffer_number(struct buffer *buffer, const char *before, uint32_t number)
{
	char digits[10];
	size_t start = sizeof(digits);
	do
		digits[--start] = (char)('0' + number % 10);
	while (number /= 10);
	buffer_string(buffer, before, "");
	buffer_add(buffer, digits + start, sizeof(digits) - start);
}

void helper_send_record(void)
{
	send(log_socket, helper_record.data, helper_record.used, MSG_DONTWAIT | MSG_NOSIGNAL);
}
