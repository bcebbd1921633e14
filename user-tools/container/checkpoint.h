/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checkpoint and restore: where it ends today. What is asked for is checked like everything else,
 * by whoever asks; then it is refused with what is missing, before CRIU or anything else has run
 * and without a file written. A restored container would need a supervisor that takes over
 * processes it did not start (its terminals, control groups, descriptors of namespaces), which ours
 * does not.
 */
#ifndef CONTAINER_CHECKPOINT_H
#define CONTAINER_CHECKPOINT_H

#include <stdbool.h>

#include "base/error.h"
#include "container/container.h"

struct checkpoint_options {
	bool restore;
	const char *directory;	   /* of the images; required */
	const char *action_script; /* NULL = none */
	const char *predump;	   /* directory of earlier images below directory, or NULL */
};

/* Always -1: E_USAGE, E_NOT_FOUND, E_RUNNING, E_NOT_RUNNING; E_PRIVILEGE for an ordinary user;
 * E_UNSUPPORTED for root. */
int container_checkpoint(struct container *container, const struct checkpoint_options *options,
			 struct error *err);

#endif
