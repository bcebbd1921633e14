// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/privilege.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

bool privilege_has(int capability)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	return (data[CAP_TO_INDEX((unsigned)capability)].effective &
		CAP_TO_MASK((unsigned)capability)) != 0;
}
