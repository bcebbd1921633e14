/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of image/ share. */
#ifndef IMAGE_INTERNAL_H
#define IMAGE_INTERNAL_H

#include <signal.h>

#include "base/error.h"
#include "idmap/idmap.h"
#include "image/image.h"
#include "policy/account.h"

/* The marker of a create under way. */
#define PARTIAL "partial"

/* ---- initial-config.c: the text a container's configuration starts with ---- */
/* The first link of lxc-usernet on which the account may have a veth, or NULL; caller frees. */
char *image_granted_link(struct text usernet, const struct account *account);
/* The configuration of a user who has none: ids of the user's own, veth on link (NULL = no
 * network). Caller frees. */
char *image_builtin_config(const char *link);
/*
 * The checked text of the file (-f), of lxc.default_config or the built-in one, id map added for an
 * ordinary user whose file has none; caller frees. Notices say what was chosen for the user.
 */
int image_initial_config(const char *file, char **text, struct error *err);
/* Comment lines in front: what made the container. Caller frees. */
char *image_config_header(const char *template, char *const *arguments);

/* ---- storage.c: directories and the id map that owns them ---- */
struct storage {
	struct idmap map; /* with the caller's own ids; empty for a privileged container of root */
	uint32_t nsuid, nsgid; /* where the caller's own ids are inside */
	struct error problem;  /* why there is no map; it matters only when one is needed */
};
/* From the configuration (NULL = not known); an ordinary user's without lxc.idmap means auto. */
void storage_find(struct storage *storage, const struct config *config);
/* The same; a map that cannot be had is an error. */
int storage_from_config(struct storage *storage, const struct config *config, struct error *err);
/* Make the root of the file system: 0755, root's of the map. E_STORAGE; *made says whether the
 * directory is new. */
int storage_make_rootfs(const struct storage *storage, const char *path, bool allow_filled,
			bool *made, struct error *err);
/* Give a file of the container directory back to the caller, mode 0640, whatever a template did to
 * it. */
int storage_own_file(const struct storage *storage, int directory, const char *name,
		     struct error *err);
/* Remove NAME of directory and what is below, but not what is called keep1 or keep2 right below it
 * (then NAME stays). */
int storage_remove(const struct storage *storage, int directory, const char *name, const char *path,
		   const char *keep1, const char *keep2, struct error *err);

/* ---- remove.c: one walk, with the rights the process has ---- */
int remove_tree(int directory, const char *name, const char *path, const char *keep1,
		const char *keep2, struct error *err);

/* ---- template.c ---- */
/* Signals that end a create in good order; what image_create blocks. */
void template_signals(sigset_t *set);
/* One of them that is pending, taken; 0 = none. */
int template_interrupted(void);
/*
 * Run the template as root of the map and wait; lock is inherited, so that it stays locked while
 * anything the template started lives. E_TEMPLATE with its exit status; interrupted: everything it
 * started has been killed.
 */
int template_run(const struct container *container, const struct storage *storage,
		 const char *template, const char *rootfs, char *const *arguments, int lock,
		 struct error *err);

#endif
