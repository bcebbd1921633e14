// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/checkpoint.h"

#include <errno.h>
#include <linux/capability.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"

static int check_files(const struct checkpoint_options *options, struct error *err)
{
	_cleanup_free_ char *earlier =
	    options->predump ? path_join(options->directory, options->predump) : NULL;
	if (options->restore && !file_is_directory(options->directory))
		return error_set(err, E_USAGE, 0, "--checkpoint-dir=%s: no such directory",
				 options->directory);
	if (options->predump && *options->predump == '/') {
		error_set(err, E_USAGE, 0, "--predump-dir=%s: an absolute path", options->predump);
		return error_fix(err, "it is relative to --checkpoint-dir, as ../first");
	}
	if (earlier && !file_is_directory(earlier))
		return error_set(err, E_USAGE, 0, "--predump-dir=%s: there is no directory %s",
				 options->predump, earlier);
	if (options->action_script && access(options->action_script, X_OK) < 0)
		return error_set(err, E_USAGE, errno, "--action-script=%s", options->action_script);
	return 0;
}

static int check_state(const struct container *container, bool restore, struct error *err)
{
	enum container_state state;
	if (!container_is_defined(container))
		return error_set(err, E_NOT_FOUND, 0, "%s is not defined", container->name);
	if (container_get_state(container, &state, err) < 0)
		return -1;
	if (restore && state != STATE_STOPPED) {
		error_set(err, E_RUNNING, 0, "the container is running");
		return error_fix(err, "lxc-stop -n %s", container->name);
	}
	if (!restore && state == STATE_STOPPED)
		return error_set(err, E_NOT_RUNNING, 0, "the container is not running");
	return 0;
}

int container_checkpoint(struct container *container, const struct checkpoint_options *options,
			 struct error *err)
{
	if (check_files(options, err) < 0 || check_state(container, options->restore, err) < 0)
		return -1;
	/* CRIU: map_files and ptrace of other ids, pids of its choice, control groups, mounts. */
	if (!privilege_has(CAP_SYS_ADMIN)) {
		error_set(err, E_PRIVILEGE, 0,
			  "%s needs CRIU with CAP_SYS_ADMIN, CAP_SYS_PTRACE and "
			  "CAP_CHECKPOINT_RESTORE on the host, which an ordinary user lacks and no "
			  "helper gives",
			  options->restore ? "a restore" : "a checkpoint");
		return error_fix(err,
				 options->restore
				     ? "lxc-start -n %s"
				     : "lxc-freeze -n %s holds it in memory; lxc-stop keeps "
				       "its files",
				 container->name);
	}
	error_set(err, E_UNSUPPORTED, 0,
		  "checkpoint and restore are not supported yet: the supervisor takes over no "
		  "processes that CRIU made; nothing was written");
	return error_fix(err, "lxc-freeze -n %s holds a container in memory", container->name);
}
