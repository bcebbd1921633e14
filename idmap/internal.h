/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of idmap/: the parts that idmap.h is made of. Those that decide take text, so that the
 * unit tests need neither root nor the machine's own /etc.
 */
#ifndef IDMAP_INTERNAL_H
#define IDMAP_INTERNAL_H

#include "idmap/idmap.h"
#include "policy/subid.h"

/* Where things are read. Only tests change it. */
struct idmap_paths {
	const char *subids[2];	/* /etc/subuid, /etc/subgid */
	const char *passwd;	/* /etc/passwd */
	const char *nsswitch;	/* /etc/nsswitch.conf */
	const char *own_map[2]; /* /proc/self/uid_map, gid_map: the ids that exist here */
	const char *proc_sys;	/* /proc/sys */
	const char *programs;	/* directories of newuidmap, newgidmap and getsubids */
};
extern struct idmap_paths idmap_paths;

/* "uid" and "gid"; 'u' and 'g'. */
extern const char *const idmap_kind_name[2];
extern const char idmap_kind_letter[2];

/* ---- subids.c: arithmetic over ranges, and the text of /etc/subuid and /etc/subgid ---- */

/* Ranges of ids, in file order until subids_merge(). */
struct subids {
	struct subid_range *range; /* owned */
	size_t count;
};

void subids_add(struct subids *ids, struct subid_range range);
/* Add what the file delegates to the account. */
void subids_add_account(struct subids *ids, struct text file, const struct account *account);
/* Sort, and make one range of those that overlap or touch. */
void subids_merge(struct subids *ids);
void subids_clear(struct subids *ids);
/* "100000-165535, 200000-200009"; "none" */
const char *subids_text(const struct subids *ids, char *buffer, size_t size);

/*
 * The lowest stretch of wanted that the merged ranges do not hold. False if they hold all of it.
 */
bool subids_find_gap(const struct subids *ids, struct subid_range wanted, struct subid_range *gap);

/* A line of the account that delegates nothing because it is malformed; 0 if there is none. */
unsigned subids_find_bad_line(struct text file, const struct account *account);
/* The first line that overlaps the range and is somebody else's; 0 if there is none. */
unsigned subids_find_other_owner(struct text file, const struct account *account,
				 struct subid_range range, struct text *owner);
/* The lowest start >= 100000 of count ids that no line of the two files holds; 0 if there is none.
 */
uint32_t subids_find_free(const struct text files[2], uint32_t count);

/* Container ids 0.. for the ranges in order, at most limit ids; host id 0 and repeated ids are left
 * out. */
void subids_to_map(const struct subids *ids, uint32_t limit, struct idmap_list *list);

/* ---- sources.c: where accounts and subordinate ids come from on this machine ---- */

/* The largest file that is read; larger ones are refused by name. */
#define SUBIDS_MAX_FILE ((size_t)8 << 20)

/* Everything read for one user. Zero it first; subids_source_clear() frees. */
struct subids_source {
	struct account account;
	char *name;    /* the user's name, or the uid in decimal */
	bool has_name; /* name is one */
	bool local; /* the user's name is in /etc/passwd and subids are in the files: idmap-helper
		       sees the same */
	char *
	    module; /* what nsswitch.conf names for "subid:" where it is not the files, else NULL */
	char *passwd;
	char *data[2];
	struct text file[2]; /* text of /etc/subuid and /etc/subgid; empty if absent */
	char where[2][96];   /* "/etc/subuid" or "what getsubids(1) prints (nsswitch.conf: subid:
				sss)" */
};
int subids_source_open(struct subids_source *source, uid_t uid, struct error *err);
/* The user's ranges of a kind, in file order. */
int subids_source_ranges(const struct subids_source *source, enum idmap_kind kind,
			 struct subids *ids, struct error *err);
void subids_source_clear(struct subids_source *source);
/*
 * Add to an error the command that gives the user ids: of each kind whose count is not 0; exactly
 * the range where first is not 0, else a free one.
 */
void subids_source_fix(const struct subids_source *source, struct error *err,
		       const uint32_t count[2], uint32_t first);

/* Path of an executable in idmap_paths.programs, or NULL; caller frees. */
char *idmap_find_program(const char *name);

/* ---- write.c ---- */

/* The map holds at most the caller's own uid and own gid: the kernel lets anybody write that. */
bool idmap_is_own(const struct idmap *map, uid_t uid, gid_t gid);
/* CAP_SETUID and CAP_SETGID are effective. */
bool idmap_may_set_ids(void);

/* ---- shadow.c: newuidmap(1) and newgidmap(1) ---- */

/* Have the two programs write the maps of process pid. E_IDMAP_HELPER if they cannot work here. */
int shadow_write_maps(const struct idmap *map, pid_t pid, struct error *err);
/* Run a program; what it prints, or at most 64 KiB of it, is put into *output (owned). Exit status,
 * or -1 (errno). */
int shadow_run(char *const argv[], int fd, char **output);

#endif
