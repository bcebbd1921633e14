// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/listing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "container/info.h"
#include "container/listing-child.h"
#include "container/runtime.h"

static void clear_listed(struct listed *listed)
{
	free(listed->user);
	free(listed->name);
	string_list_clear(&listed->inside);
	string_list_clear(&listed->groups);
	container_info_clear(&listed->info);
}

void listing_clear(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		clear_listed(&listing->items[i]);
	free(listing->items);
	*listing = (struct listing){ 0 };
}

void listing_keep(struct listing *listing,
		  bool (*fits)(const struct listed *listed, const void *data), const void *data)
{
	size_t kept = 0;
	for (size_t i = 0; i < listing->count; i++)
		if (fits(&listing->items[i], data))
			listing->items[kept++] = listing->items[i];
		else
			clear_listed(&listing->items[i]);
	listing->count = kept;
}

struct listed *listing_add(struct listing *listing)
{
	listing->items = xrealloc(listing->items, (listing->count + 1) * sizeof(*listing->items));
	struct listed *listed = &listing->items[listing->count++];
	*listed = (struct listed){ 0 };
	info_unknown(&listed->info);
	return listed;
}

char *listing_path(const struct listed *listed)
{
	_cleanup_free_ char *inside = string_list_join(&listed->inside, "/");
	return xasprintf("%s%s%s%s%s", listed->user ? listed->user : "", listed->user ? "/" : "",
			 inside, listed->inside.count ? "/" : "", listed->name);
}

/* The nth name of the way to it, NULL behind its own. */
static const char *step(const struct listed *listed, size_t n)
{
	return n < listed->inside.count	   ? listed->inside.items[n]
	       : n == listed->inside.count ? listed->name
					   : NULL;
}

static int in_order(const void *a, const void *b)
{
	const struct listed *one = a, *other = b;
	int order = strcmp(one->user ? one->user : "", other->user ? other->user : "");
	for (size_t n = 0; !order; n++) {
		const char *left = step(one, n), *right = step(other, n);
		if (!left || !right)
			return (left != NULL) - (right != NULL);
		order = strcmp(left, right);
	}
	return order;
}

/* Everything there may be below lxcpath, by name. */
static int find_names(const struct listing_options *options, const char *lxcpath,
		      const struct runtime_view *view, struct string_list *defined,
		      struct string_list *others, struct error *err)
{
	if (container_list_defined(lxcpath, defined, err) < 0)
		return -1;
	/* Running without a configuration of their own (lxc-start -f). Both lists are sorted. */
	for (size_t i = 0, d = 0; i < view->count && !options->defined; i++) {
		const char *name = view->entries[i].name;
		while (d < defined->count && strcmp(defined->items[d], name) < 0)
			d++;
		if (d == defined->count || strcmp(defined->items[d], name) != 0)
			string_list_add(others, name);
	}
	return 0;
}

/* 1 = it is to be shown. A running one leaves its connection in *socket. */
static int look_at(const struct listing_options *options, struct container *container,
		   bool is_defined, const struct runtime_view *view, int *socket,
		   struct listed *listed, struct error *err)
{
	struct error why = { 0 };
	struct stat st;
	bool active = false;
	if (runtime_view_has(view, container->name)) {
		*socket = runtime_view_connect(view, container->name, &why);
		if ((*socket >= 0
			 ? info_ask(*socket, container, options->what, &listed->info, err)
			 : info_without_supervisor(container, &why, &listed->info, err)) < 0)
			return -1;
		active = listed->info.state != STATE_STOPPED;
	}
	if ((options->active || !is_defined) && !active)
		return 0;
	if (is_defined && container_load(container, NULL, err) < 0) {
		if (err->code != E_NOT_FOUND || lstat(container->config_path, &st) == 0)
			return -1;
		/* destroyed since the names were read */
		error_clear(err);
		is_defined = false;
		if (!active)
			return 0;
	}
	const struct config *config = container->config;
	listed->name = xstrdup(container->name);
	listed->defined = is_defined;
	listed->autostart = config && config->start_auto;
	listed->unprivileged = listed->info.state == STATE_STOPPED
				   ? config && (config->has_idmap || geteuid() != 0)
				   : listed->info.unprivileged;
	for (size_t i = 0; config && i < config->groups.count; i++)
		string_list_add(&listed->groups, config->groups.items[i]);
	return 1;
}

static void report(const struct listing_options *options, const char *name, const struct error *err)
{
	if (options->broken)
		options->broken(name, err, options->data);
}

static void add_container(const struct listing_options *options, const char *lxcpath,
			  const char *name, bool is_defined, const struct runtime_view *view,
			  struct listing *listing)
{
	_cleanup_container_ struct container *container = NULL;
	_cleanup_close_ int socket = -1;
	struct listed listed = { 0 };
	struct error err = { 0 };
	info_unknown(&listed.info);
	if (options->fits && !options->fits(name, options->data))
		return;
	int shown = container_open_below(lxcpath, name, &container, &err);
	if (shown == 0)
		shown = look_at(options, container, is_defined, view, &socket, &listed, &err);
	if (shown > 0) {
		*listing_add(listing) = listed;
		if (options->levels && socket >= 0 && listed.info.state == STATE_RUNNING)
			shown = listing_look_inside(options, socket, name, listing, &err);
	} else
		clear_listed(&listed);
	if (shown < 0)
		report(options, name, &err);
}

static void sort(struct listing *listing)
{
	if (listing->count)
		qsort(listing->items, listing->count, sizeof(*listing->items), in_order);
}

int listing_collect(const struct listing_options *options, struct listing *listing,
		    struct error *err)
{
	struct string_list defined = { 0 }, others = { 0 };
	struct runtime_view view;
	_cleanup_free_ char *configured =
	    options->lxcpath ? NULL : config_system_get("lxc.lxcpath");
	if (!options->lxcpath && !configured)
		return error_set(err, E_CONFIG_READ, 0, "no lxc.lxcpath: HOME is not known");
	_cleanup_free_ char *lxcpath =
	    path_canonical(options->lxcpath ? options->lxcpath : configured);
	runtime_view_open(&view, lxcpath);
	int result = find_names(options, lxcpath, &view, &defined, &others, err);
	for (size_t i = 0; i < defined.count && result == 0; i++)
		add_container(options, lxcpath, defined.items[i], true, &view, listing);
	for (size_t i = 0; i < others.count && result == 0; i++)
		add_container(options, lxcpath, others.items[i], false, &view, listing);
	runtime_view_close(&view);
	string_list_clear(&defined);
	string_list_clear(&others);
	sort(listing);
	return result;
}

int listing_collect_all_users(const struct listing_options *options, struct listing *listing,
			      struct error *err)
{
	struct user_accounts accounts;
	if (geteuid() != 0) {
		error_set(err, E_PRIVILEGE, 0, "the containers of other users are theirs");
		return error_fix(err, "root may look at them all");
	}
	user_accounts_read(&accounts);
	for (size_t i = 0; i < accounts.count; i++) {
		struct error why = { 0 };
		if (listing_look_as(options, &accounts.items[i], listing, &why) < 0)
			report(options, accounts.items[i].name, &why);
	}
	user_accounts_clear(&accounts);
	sort(listing);
	return 0;
}
