/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many containers at once: what lxc-ls shows. Directories are read once, a container that does not
 * run is asked nothing, and one that does is asked once.
 *
 * Two kinds of containers are not the caller's own to read, and each is read by a child that
 * becomes what may: those of another user, for root (the child has that user's ids before it looks
 * at anything of theirs, so no path of theirs is followed as root), and those inside a running
 * container (the child enters it, as lxc-attach does, and is root there). What such a child says is
 * hostile: it is checked here, and names are as container_check_name wants them.
 */
#ifndef CONTAINER_LISTING_H
#define CONTAINER_LISTING_H

#include "container/container.h"

struct listed {
	char *user;		   /* whose it is; NULL: the caller's */
	struct string_list inside; /* the containers it is in, outermost first */
	char *name;
	bool defined, autostart, unprivileged;
	struct string_list groups;
	struct container_info info; /* pids as they are where it runs */
};

struct listing {
	struct listed *items; /* sorted: user, then each container and what is in it */
	size_t count;
};

struct listing_options {
	const char *lxcpath; /* NULL = the configured one */
	bool active;	     /* only those with a supervisor */
	bool defined;	     /* only those with a configuration */
	unsigned what;	     /* INFO_* */
	unsigned levels;     /* look into running containers, so many levels deep */
	/* Names that do not fit are left out, with what is in them; NULL = all fit. */
	bool (*fits)(const char *name, void *data);
	/* A container that cannot be read, "outer/name": the others still are. It is called in the
	 * children, too. */
	void (*broken)(const char *name, const struct error *err, void *data);
	void *data;
};

int listing_collect(const struct listing_options *options, struct listing *listing,
		    struct error *err);
/* Root's own and those of every user; lxcpath is NULL. E_PRIVILEGE for anybody but root. */
int listing_collect_all_users(const struct listing_options *options, struct listing *listing,
			      struct error *err);
void listing_clear(struct listing *listing);
/* Leave out those that do not fit; order stays. */
void listing_keep(struct listing *listing,
		  bool (*fits)(const struct listed *listed, const void *data), const void *data);

/* "outer/name", with the user in front where there is one; the caller frees. */
char *listing_path(const struct listed *listed);

#endif
