// SPDX-License-Identifier: LGPL-2.1-or-later
/* Asking for the host ends, and looking at them later. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user.h"
#include "network/host.h"
#include "network/link.h"
#include "network/ordinary-request.h"

static int make_by_caller(struct nic *nic, int netns_fd, const char *container, struct error *err)
{
	struct nl_sock *socket = link_open_socket(err);
	_cleanup_free_ char *user = user_name(geteuid());
	_cleanup_free_ char *label = xasprintf("%s/%s", user, container);
	int result = socket ? host_make(socket, nic, netns_fd, label, err) : -1;
	nl_socket_free(socket);
	return result;
}

static int request_one(struct network_plan *plan, size_t at, int netns_fd, const char *container,
		       struct error *err)
{
	struct nic *nic = &plan->nics[at];
	nic->host_name[0] = 0;
	int result = nic->by_caller
			 ? make_by_caller(nic, netns_fd, container, err)
			 : ordinary_request(nic, netns_fd, container, &plan->ends[at], err);
	return result < 0 ? error_step(err, "net %u", nic->index) : 0;
}

int network_request(struct network_plan *plan, int netns_fd, const char *container,
		    struct error *err)
{
	for (int children = 1; children >= 0; children--)
		for (size_t i = 0; i < plan->count; i++) {
			if (ordinary_is_child(&plan->nics[i]) != children ||
			    request_one(plan, i, netns_fd, container, err) == 0)
				continue;
			network_release(plan, netns_fd);
			return -1;
		}
	return 0;
}

void network_release(struct network_plan *plan, int netns_fd)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->nics[i].ordinary)
			ordinary_release(&plan->nics[i], netns_fd);
		else
			host_release(&plan->nics[i], netns_fd);
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
