// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int ring_make(struct ring *ring, uint64_t size)
{
	if (size > SIZE_MAX / 2)
		return errno = ENOMEM, -1;
	char *data = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (data == MAP_FAILED)
		return -1;
	*ring = (struct ring){ .data = data, .size = size };
	return 0;
}

void ring_free(struct ring *ring)
{
	if (ring->data)
		munmap(ring->data, (size_t)ring->size);
	*ring = (struct ring){ 0 };
}

void ring_put(struct ring *ring, const char *data, size_t length)
{
	while (length) {
		uint64_t at = ring->written % ring->size;
		size_t piece = (size_t)(ring->size - at);
		if (piece > length)
			piece = length;
		memcpy(ring->data + at, data, piece);
		ring->written += piece;
		data += piece;
		length -= piece;
	}
}

uint64_t ring_oldest(const struct ring *ring)
{
	return ring->written > ring->size ? ring->written - ring->size : 0;
}

size_t ring_peek(const struct ring *ring, uint64_t *position, const char **piece)
{
	if (*position < ring_oldest(ring))
		*position = ring_oldest(ring);
	if (*position >= ring->written)
		return 0;
	uint64_t at = *position % ring->size, length = ring->written - *position;
	*piece = ring->data + at;
	return (size_t)(length < ring->size - at ? length : ring->size - at);
}
