/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lxc.* keys: text of configuration files in, one struct config out, which is never changed
 * afterwards (commands that define keys on the command line do it through config_set before the
 * plan is made).
 *
 * One table (config/keys.c) names every key with its value form, its parser, and the test that
 * shows what it does. Unknown lxc.* keys are errors where they stand. Lines that do not start with
 * "lxc." are ignored, as in LXC.
 *
 * What is decided here: syntax and value ranges. Whether a path exists or an id is allowed is the
 * business of whoever uses the value.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/util.h"
#include "idmap/idmap.h"

/* Where a value came from; line 0 = command line or default. file is owned by the struct config. */
struct config_origin {
	const char *file;
	unsigned line;
};

/* In the order they are joined, and sent in messages. */
enum namespace_kind {
	NS_USER,
	NS_MNT,
	NS_PID,
	NS_NET,
	NS_UTS,
	NS_IPC,
	NS_CGROUP,
	NS_TIME,
	NS_COUNT
};
/* "user" ...: what follows "lxc.namespace.share.". */
const char *namespace_name(enum namespace_kind kind);

/* lxc.namespace.share.KIND */
struct namespace_share {
	char *target; /* a pid, a container's name, an absolute path; NULL = not set */
	struct config_origin origin;
};

/* lxc.hook.*, in the order they run in; clone and destroy stand for themselves. */
enum hook_type {
	HOOK_PRE_START,
	HOOK_PRE_MOUNT,
	HOOK_MOUNT,
	HOOK_AUTODEV,
	HOOK_START,
	HOOK_START_HOST,
	HOOK_STOP,
	HOOK_POST_STOP,
	HOOK_CLONE,
	HOOK_DESTROY,
	HOOK_TYPES
};
/* "pre-start" ...: what follows "lxc.hook.", and what the hook is told. */
const char *hook_type_name(enum hook_type type);

struct hook {
	char *command; /* for sh -c 'exec COMMAND ...' */
	struct config_origin origin;
};
struct hook_list {
	struct hook *items;
	size_t count;
};

enum net_type { NET_EMPTY, NET_NONE, NET_VETH, NET_MACVLAN, NET_IPVLAN, NET_VLAN, NET_PHYS };

struct net_address {
	int family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
	unsigned prefix;	  /* 0..32, 0..128 */
	struct in_addr broadcast; /* IPv4 only; computed when not given */
};

/* Of a bridge's port: its untagged VLAN stays as the bridge has it, is taken away, or is this. */
enum bridge_vlan { BRIDGE_VLAN_DEFAULT, BRIDGE_VLAN_NONE, BRIDGE_VLAN_ID };

enum net_gateway_kind { GATEWAY_NONE, GATEWAY_ADDRESS, GATEWAY_AUTO, GATEWAY_DEV };

struct net_gateway {
	enum net_gateway_kind kind;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/* lxc.net.INDEX.*; sorted by index in struct config. */
struct net_config {
	unsigned index;
	enum net_type type;
	bool has_type;
	bool up;    /* flags */
	char *link; /* NULL = none */
	char *name; /* NULL = the next free ethN */
	bool has_hwaddr;
	uint8_t hwaddr[6]; /* x digits already replaced by random ones */
	char *hwaddr_text; /* as written, "10:66:6a:xx:xx:xx" */
	uint32_t mtu;	   /* 0 = that of the link */
	struct net_address *addresses;
	size_t address_count;
	struct net_gateway gateway4, gateway6;
	struct hook script_up, script_down;
	bool l2proxy;
	unsigned macvlan_mode;			/* MACVLAN_MODE_* */
	unsigned ipvlan_mode, ipvlan_isolation; /* IPVLAN_MODE_*, IPVLAN_F_* */
	bool has_vlan_id;
	uint32_t vlan_id;
	bool veth_router;
	char *veth_pair;	       /* NULL = chosen */
	uint32_t rx_queues, tx_queues; /* 0 = the kernel's choice */
	struct net_address *routes;    /* of the host, to the veth */
	size_t route_count;
	enum bridge_vlan bridge_vlan;
	uint32_t bridge_vlan_id;
	uint16_t *tagged; /* VLANs of the bridge's port */
	size_t tagged_count;
	struct config_origin origin; /* of the type line */
};

/*
 * lxc.mount.auto: each family at most once, the last word wins. MOUNT_DEFAULT (cgroup without a
 * mode): MOUNT_RW where init keeps CAP_SYS_ADMIN, else MOUNT_MIXED.
 */
enum mount_mode { MOUNT_NO, MOUNT_RO, MOUNT_MIXED, MOUNT_RW, MOUNT_DEFAULT };
struct mount_auto {
	enum mount_mode proc;
	enum mount_mode sys;
	enum mount_mode cgroup;
	bool cgroup_unified; /* cgroup2: that hierarchy only, also where there are v1 ones */
	char *shmounts_host, *shmounts_container; /* NULL = not wanted */
	struct config_origin origin;
};

/* One lxc.mount.entry, or one line of lxc.mount.fstab. */
struct mount_entry {
	char *source, *target, *fstype, *options; /* fstab fields, octal escapes resolved */
	struct config_origin origin;
};

/* One line of lxc.cgroup.* or lxc.cgroup2.*. */
struct cgroup_setting {
	int version; /* 1 or 2 */
	char *file, *value;
	struct config_origin origin;
};

/* One lxc.prlimit.NAME; RLIM_INFINITY is unlimited. */
struct limit_setting {
	int resource; /* RLIMIT_* */
	rlim_t soft, hard;
	char *key, *value; /* as written, for messages */
	struct config_origin origin;
};

/* One lxc.sysctl.NAME or lxc.proc.FILE. */
struct kernel_setting {
	char *path; /* below /proc/sys or /proc/PID: "net/ipv4/ip_forward" */
	char *key, *value;
	struct config_origin origin;
};

struct kernel_settings {
	struct kernel_setting *items;
	size_t count;
};

/* lxc.time.offset.*; key NULL = not set. */
struct time_offset {
	int64_t nanoseconds;
	char *key, *value;
	struct config_origin origin;
};

struct config {
	char *path; /* of the file that was loaded first, or NULL */

	long personality; /* PER_LINUX, PER_LINUX32 or -1 = not set */
	char *arch;	  /* i686, x86_64 ... or NULL */
	char *uts_name;	  /* NULL = not set */

	char *rootfs_path;  /* without type prefix; NULL = not set */
	char *rootfs_type;  /* "dir", "overlay" ... ; "dir" when no prefix */
	char *rootfs_mount; /* NULL = default */
	char *rootfs_options;
	bool rootfs_managed;

	bool idmap_auto; /* lxc.idmap = auto */
	struct idmap idmap;
	bool has_idmap; /* auto or at least one line */
	struct config_origin idmap_origin;
	bool has_idmap_keep[2]; /* lxc.idmap.keep, by kind: this container id is the caller's */
	uint32_t idmap_keep[2];
	struct config_origin idmap_keep_origin;

	struct net_config *nets;
	size_t net_count;

	struct mount_auto mount_auto;
	struct mount_entry *mounts;
	size_t mount_count;
	char *mount_fstab; /* NULL = none */
	struct config_origin mount_fstab_origin;

	bool autodev;	       /* default true */
	uint64_t autodev_size; /* bytes, default 500000 */
	unsigned tty_max;
	char *tty_dir;
	unsigned pty_max;
	char *console_path; /* "none" or a path; NULL = default */
	char *console_logfile;
	uint64_t console_buffer_size, console_size;
	bool console_rotate;

	bool has_cap_keep;	     /* keep list given (may be empty = drop all) */
	uint64_t cap_keep, cap_drop; /* bit n = capability n */

	char *init_cmd; /* NULL = /sbin/init */
	char *execute_cmd;
	uid_t init_uid;
	gid_t init_gid;
	char *init_cwd;

	struct string_list environment; /* NAME=VALUE */
	struct string_list environment_runtime;
	struct string_list environment_hooks;

	unsigned namespace_clone, namespace_keep; /* bit 1 << NS_*; one of them is 0 */
	struct config_origin namespaces_origin;
	struct namespace_share namespace_shares[NS_COUNT];
	gid_t *init_groups;
	size_t init_group_count;
	struct config_origin init_groups_origin;
	bool monitor_unshare;

	struct hook_list hooks[HOOK_TYPES];
	uint32_t hook_version;

	int signal_halt, signal_reboot, signal_stop; /* 0 = default */
	int signal_pdeath;			     /* default SIGKILL */

	int log_level; /* -1 = not set */
	char *log_file, *log_syslog;

	bool no_new_privs;
	char *seccomp_profile; /* a path, "none", or NULL = the shipped one */
	struct config_origin seccomp_origin;
	int seccomp_nesting;	/* lxc.seccomp.allow_nesting: 0, 1, or -1 = not set */
	char *seccomp_proxy;	/* "unix:/PATH" or "unix:@NAME", or NULL */
	char *seccomp_cookie;	/* or NULL */
	bool keyring_session;	/* default true */
	char *apparmor_profile; /* NULL = not set */
	bool apparmor_incomplete, apparmor_nesting;
	struct string_list apparmor_raw;
	struct config_origin apparmor_origin;
	char *selinux_context, *selinux_keyring; /* NULL = not set */
	struct config_origin selinux_origin;
	bool ephemeral;

	struct cgroup_setting *cgroups;
	size_t cgroup_count;

	/* lxc.cgroup.dir*: NULL = the usual place */
	char *cgroup_dir, *cgroup_container, *cgroup_monitor, *cgroup_inner, *cgroup_pivot;
	bool cgroup_relative;

	struct limit_setting *limits; /* at most one of a resource */
	size_t limit_count;
	struct kernel_settings sysctls, procs; /* in order of the lines, at most one of a path */
	struct time_offset time_boot, time_monotonic;
	bool sched_core;

	struct string_list groups;
	bool start_auto;
	unsigned start_delay;
	int start_order;

	/* Private to config/: every line in effect order, the raw text for the writer, file names.
	 */
	struct config_store *store;
};

/* An empty configuration with the defaults. */
struct config *config_new(void);
void config_free(struct config *config);
#define _cleanup_config_ __attribute__((cleanup(config_cleanup)))
void config_cleanup(struct config **config);

/*
 * Read a file and what it includes into config. Errors E_CONFIG_* start with FILE:LINE, name the
 * value and what would be accepted.
 */
int config_load(struct config *config, const char *path, struct error *err);
/* The same from memory; name stands in messages where the file name would. */
int config_load_text(struct config *config, const char *text, size_t length, const char *name,
		     struct error *err);

/* Set one key as "lxc-start -s KEY=VALUE" does; appended to what a save writes. origin "command
 * line". */
int config_set(struct config *config, const char *key, const char *value, struct error *err);
/* "KEY=VALUE" */
int config_set_definition(struct config *config, const char *definition, struct error *err);

/*
 * The value of a key as lxc-info -c prints it: lists one per line, each with a newline; scalars
 * without. NULL and *known = false if there is no such key; "" if unset. Caller frees.
 */
char *config_get(const struct config *config, const char *key, bool *known);
/* May that be several lines? */
bool config_is_list(const char *key);

/*
 * The id map a container with this configuration gets when uid and gid start it: the lines, or the
 * caller's subordinate ids (lxc.idmap = auto, and without any line), with the hole of
 * lxc.idmap.keep; checked with idmap_check(). For root without lxc.idmap there is no map: not to be
 * called then.
 */
int config_make_idmap(const struct config *config, uid_t uid, gid_t gid, struct idmap *map,
		      struct error *err);

/* The lines of the file that lxc.mount.fstab names, read when the container starts. */
struct fstab {
	struct mount_entry *entries; /* their origin is PATH:LINE, with the path of the config */
	size_t count;
};
/* No lines without the key. E_CONFIG_READ, E_CONFIG_VALUE with the place of the line. */
int config_load_fstab(const struct config *config, struct fstab *fstab, struct error *err);
void config_free_fstab(struct fstab *fstab);

/* "FILE:LINE" of a value, or "command line"; static buffer per thread. */
const char *config_place(const struct config_origin *origin);

/* Do the keys lxc.cgroup.dir* go together? E_CONFIG_VALUE. */
int config_check_groups(const struct config *config, struct error *err);

/*
 * Write the raw text (unexpanded includes, comments kept, lxc.net.N.hwaddr with x replaced by what
 * was drawn) with everything set later at the end; atomically.
 */
int config_save(struct config *config, const char *path, mode_t mode, struct error *err);

/*
 * Where a file of LXC's shared configuration is: path itself, or, if it names one where LXC is
 * usually installed and that does not exist, ours of the same name. Caller frees.
 */
char *config_shared_path(const char *path);

/*
 * The text of a configuration file with the key names of before LXC 2.1 replaced by those of today;
 * what has no meaning any more becomes a comment, everything else stays as it is. changed (may be
 * NULL) is told each such line; now is NULL for one that was dropped. The caller frees *result.
 * E_CONFIG_KEY "NAME:LINE: ..." for an old line in a place where it means nothing.
 */
int config_update_text(const char *text, size_t length, const char *name, char **result,
		       void (*changed)(unsigned line, const char *was, const char *now),
		       struct error *err);

/* The key table, for manual pages and tests: name with [i] for an index, or ending in '.' for a
 * family; value form, one-line meaning, test that shows it, what an ordinary user has of it. */
struct config_key_info {
	const char *name, *form, *meaning;
	const char *test, *others; /* NULL = none; NULL = all */
	bool list;
};
size_t config_key_count(void);
struct config_key_info config_key_at(size_t i);
/* The spellings of before LXC 2.1, with that of today or why there is none. False behind the last.
 */
bool config_old_key_at(size_t i, const char **old, const char **now);

/*
 * System configuration (lxc.conf(5)): lxc.lxcpath, lxc.default_config, lxc.bdev.*, lxc.cgroup.*.
 * Returns the value (caller frees) or its default; NULL for an unknown item. For root
 * PATH_SYSTEM_CONFIG, else ~/.config/lxc/lxc.conf.
 */
char *config_system_get(const char *item);
/* The names of the items, in the order lxc-config shows them; NULL behind the last. */
const char *config_system_item(size_t i);

/* Split a command line with shell-like quoting (lxc.init.cmd, lxc.execute.cmd). E_CONFIG_VALUE on
 * an open quote. */
int config_split_command(const char *command, struct string_list *words, struct error *err);

#endif
