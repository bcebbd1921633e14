/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container that outlived its supervisor: with lxc.monitor.signal.pdeath = 0 (or a signal that
 * its init does not die of) the death of the supervisor does not end it. So the supervisor of such
 * a container records its init in the runtime directory, and commands tell what is true: it runs,
 * can be stopped, and cannot be entered, frozen or started again.
 */
#ifndef CONTAINER_ORPHAN_H
#define CONTAINER_ORPHAN_H

#include "container/container.h"

/* By the supervisor, in its runtime directory. 0 or -1 (errno). */
int orphan_record(int directory, pid_t init);

/*
 * The pidfd of an init that is left, *pid its pid; -1 = none. For a container without a supervisor;
 * the record names the process by its start, not by its number alone.
 */
int orphan_find(const struct container *container, pid_t *pid);

/* E_SUPERVISOR: what is left, and how to end it. Returns -1. */
int orphan_refuse(const struct container *container, pid_t pid, struct error *err);

/* lxc-stop without a supervisor: signals as usual, to init itself. Closes the pidfd. */
int orphan_stop(const struct container *container, int pidfd, const struct stop_options *options,
		struct error *err);

#endif
