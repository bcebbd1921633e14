/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making and removing containers: the container directory, its configuration file, its storage,
 * running a template. What is half made when something fails or is interrupted is removed; what was
 * there before is never touched.
 *
 * A create that was killed leaves LXCPATH/NAME with a file "partial" in it, locked while the create
 * (or something its template started) still runs. Commands see no container there; the next create
 * of that name removes the rest.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"
#include "container/container.h"

struct create_options {
	const char *template; /* NAME or /PATH; "none" */
	const char *
	    config_file; /* -f; NULL = lxc.default_config, else the built-in unprivileged default */
	const char *bdev;	    /* -B; NULL = dir */
	const char *dir;	    /* --dir; NULL = LXCPATH/NAME/rootfs */
	char *const *template_args; /* NULL-terminated */
};
/*
 * E_EXISTS, E_BUSY, E_TEMPLATE, E_STORAGE, E_CONFIG_*, E_IDMAP_*; what was made is removed on
 * failure and on SIGINT, SIGTERM and SIGHUP, which are held back from the calling thread meanwhile.
 * Children of the calling process are reaped.
 */
int image_create(struct container *container, const struct create_options *options,
		 struct error *err);

/* Path of a template program; caller frees. E_TEMPLATE lists those installed. */
int image_find_template(const char *name, char **path, struct error *err);

/*
 * Remove the container's storage and directory, as root of its own id map, never leaving the
 * directory tree (no symlink is followed, no mount point entered); the configuration file goes
 * last, so that a removal that failed can be repeated. E_RUNNING, E_NOT_FOUND, E_STORAGE (also for
 * a container with clones, or with snapshots unless with_snapshots). A rootfs outside the container
 * directory or lxc.rootfs.managed = 0 is left alone (with a notice). Destroy hooks run first; one
 * that fails keeps the container (E_HOOK).
 */
int image_destroy(struct container *container, bool with_snapshots, struct error *err);

/* What would keep image_destroy from it, but for a running container. */
int image_check_removable(struct container *container, bool with_snapshots, struct error *err);
/* For whoever holds the container's lock and has checked: the hooks, then the removal. */
struct hook_watch;
int image_destroy_locked(const struct container *container, const struct hook_watch *watch,
			 struct error *err);

#endif
