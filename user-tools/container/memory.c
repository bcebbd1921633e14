// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Deeper than a start has ever gone; the kernel passes over what was never touched. */
#define STACK_DEPTH (512 * 1024)
/* For the frames of the function itself and the red zone of its caller. */
#define STACK_IN_USE 1024

void memory_give_back(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - STACK_IN_USE) & ~(page - 1);
	malloc_trim(0);
	madvise((void *)(end - STACK_DEPTH), STACK_DEPTH, MADV_DONTNEED);
}
