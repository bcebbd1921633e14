/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to config/: the key table's form, the store of lines in effect, and the setters the table
 * names. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/old-keys.h"

#define CONFIG_MAX_FILE (1u << 20)
#define CONFIG_MAX_LINE 65536u
#define CONFIG_MAX_DEPTH 32

/* One line that is in effect. */
struct config_item {
	char *key, *value;
	struct config_origin origin;
};

struct config_store {
	struct string_list names; /* file names origins point to */
	struct config_item *items;
	size_t item_count;
	struct string_list raw;	  /* lines of the first file, as they stand */
	struct string_list added; /* "KEY = VALUE" set later */
	struct old_keys old;
};

struct config_key {
	const char *name;    /* ends in '.' or has [i] for families */
	bool list;	     /* may stand several times; get prints one a line */
	const char *form;    /* what is accepted, for messages and the manual */
	const char *meaning; /* one line */
	/* NULL: the reader itself acts on it (lxc.include) */
	int (*set)(struct config *config, const struct config_key *key,
		   const struct config_item *item, struct error *err);
	size_t offset; /* of the field in struct config, for the generic setters */
	uint64_t max;  /* of a number */
	/* What shows the effect: "FILE: TEST NAME" of tests/system, vm/FILE of tests/vm. */
	const char *test;
	const char *others; /* what an ordinary user has of it; NULL = all */
};

extern const struct config_key config_keys[];
extern const size_t config_keys_count;

const struct config_key *config_find_key(const char *name);

/* One pair of matching quotes around a value goes away, in place. */
char *config_unquote(char *value);
/* "KEY = VALUE", with quotes where the reader would change the value without; the caller frees. */
char *config_line(const char *key, const char *value);

/* Whose key "lxc.net.N..." is; NULL = there is no such interface. */
const struct net_config *config_net_of_key(const struct config *config, const char *key);
/* "10:66:6a:01:02:03"; the caller frees. */
char *config_hwaddr_text(const struct net_config *net);

/* "FILE:LINE: KEY = VALUE: WHAT; accepted: FORM" */
int config_refuse(const struct config_key *key, const struct config_item *item, struct error *err,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Setters. An empty value resets. */
int config_set_string(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_path(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_subdirectory(struct config *, const struct config_key *, const struct config_item *,
			    struct error *);
int config_set_bool(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_uint(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_size(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_order(struct config *, const struct config_key *, const struct config_item *,
		     struct error *);
int config_set_signal(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_words(struct config *, const struct config_key *, const struct config_item *,
		     struct error *);
int config_set_environment(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_command(struct config *, const struct config_key *, const struct config_item *,
		       struct error *);
int config_set_arch(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_rootfs(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_idmap(struct config *, const struct config_key *, const struct config_item *,
		     struct error *);
int config_set_idmap_keep(struct config *, const struct config_key *, const struct config_item *,
			  struct error *);
int config_set_caps(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_log_level(struct config *, const struct config_key *, const struct config_item *,
			 struct error *);
int config_set_syslog(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_cgroup(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_mount_auto(struct config *, const struct config_key *, const struct config_item *,
			  struct error *);
int config_set_mount_entry(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_mount_fstab(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_net_all(struct config *, const struct config_key *, const struct config_item *,
		       struct error *);
int config_set_net(struct config *, const struct config_key *, const struct config_item *,
		   struct error *);
int config_set_prlimit(struct config *, const struct config_key *, const struct config_item *,
		       struct error *);
int config_set_sysctl(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_proc(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_group_path(struct config *, const struct config_key *, const struct config_item *,
			  struct error *);
int config_set_device_rule(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_buffer_size(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_time_offset(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_label(struct config *, const struct config_key *, const struct config_item *,
		     struct error *);
int config_set_lines(struct config *, const struct config_key *, const struct config_item *,
		     struct error *);
int config_set_seccomp_profile(struct config *, const struct config_key *,
			       const struct config_item *, struct error *);
int config_set_seccomp_nesting(struct config *, const struct config_key *,
			       const struct config_item *, struct error *);
int config_set_seccomp_proxy(struct config *, const struct config_key *, const struct config_item *,
			     struct error *);
int config_set_namespaces(struct config *, const struct config_key *, const struct config_item *,
			  struct error *);
int config_set_namespace_share(struct config *, const struct config_key *,
			       const struct config_item *, struct error *);
int config_set_init_groups(struct config *, const struct config_key *, const struct config_item *,
			   struct error *);
int config_set_switch(struct config *, const struct config_key *, const struct config_item *,
		      struct error *);
int config_set_hook(struct config *, const struct config_key *, const struct config_item *,
		    struct error *);
int config_set_no_hooks(struct config *, const struct config_key *, const struct config_item *,
			struct error *);

void config_free_hooks(struct config *config);
void config_free_namespaces(struct config *config);
/* Replace *hook; an empty value clears it. */
void config_replace_hook(struct hook *hook, const struct config_item *item);
/* One lxc.net.N.NAME. The setter returns what is wrong with the value, or NULL. */
#define NET_ANY (-1)
struct net_field {
	const char *name;
	const char *(*set)(struct net_config *net, const struct config_item *item);
	int type; /* enum net_type it belongs to, or NET_ANY */
};
extern const struct net_field net_type_fields[];
extern const size_t net_type_fields_count;
const char *net_set_interface_name(char **slot, const char *value);
const char *net_parse_address(const char *value, int family, struct net_address *address);
void net_drop_addresses(struct net_address *addresses, size_t *count, int family);

void config_free_nets(struct config *config);
void config_free_security(struct config *config);
void config_free_mounts(struct config *config);
void config_free_mount_auto(struct config *config);
void config_free_cgroups(struct config *config);
void config_clear_cgroups(struct config *config, int version);
/* An empty value of lxc.prlimit, lxc.sysctl, lxc.proc or lxc.cgroup2 clears the family; other names
 * do nothing. */
void config_clear_limits(struct config *config, const char *family);
/* Two names of one resource, or of one file of the kernel's. */
bool config_same_limit(const char *a, const char *b);
void config_free_group_paths(struct config *config);
void config_free_limits(struct config *config);

#endif
