// SPDX-License-Identifier: LGPL-2.1-or-later
/* Asking for the host ends, and looking at them later. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "network/network.h"
#include "setuid-helpers/client.h"

int network_request(struct network_plan *plan, int netns_fd, const char *container,
		    struct error *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct nic *nic = &plan->nics[i];
		struct veth_request request = { .has_hwaddr = nic->has_hwaddr,
						.mtu = nic->mtu,
						.container = container };
		memcpy(request.link, nic->link, sizeof(request.link));
		memcpy(request.name, nic->name, sizeof(request.name));
		memcpy(request.hwaddr, nic->hwaddr, sizeof(request.hwaddr));
		nic->host_name[0] = 0;
		if (helper_request_veth(&request, netns_fd, nic->host_name, err) < 0)
			return error_step(err, "net %u", nic->index);
	}
	return 0;
}

static int read_counter(const char *name, const char *counter, uint64_t *value)
{
	_cleanup_free_ char *path = xasprintf("/sys/class/net/%s/statistics/%s", name, counter);
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, path, 64, &text) < 0)
		return -1;
	return parse_uint64(string_trim(text), UINT64_MAX, value);
}

int network_link_counters(const char *host_name, uint64_t *rx_bytes, uint64_t *tx_bytes)
{
	if (read_counter(host_name, "rx_bytes", rx_bytes) < 0 ||
	    read_counter(host_name, "tx_bytes", tx_bytes) < 0)
		return -1;
	return 0;
}
