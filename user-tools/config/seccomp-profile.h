/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Seccomp profiles, LXC's formats 1 and 2: text in, rules out. Nothing is read, opened or resolved
 * here: names of system calls stay names (container/seccomp-compile.c knows them), so the parser
 * can be given anything.
 *
 * A file is, without blank lines and what follows a '#':
 *
 *   2                                 the format
 *   denylist [ACTION]                 what calls without a rule get: allow; allowlist: kill
 *   [ARCH]                            the rules that follow are for this architecture; [all]
 *   NAME [ACTION] [INDEX,VALUE,OP[,MASK]]...
 *   reject_force_umount               umount2 with MNT_FORCE fails with EACCES
 *
 * A rule without an action denies (kill) in a denylist and allows in an allowlist. Format 1 is
 * "allowlist" and numbers of system calls, one a line.
 */
#ifndef CONFIG_SECCOMP_PROFILE_H
#define CONFIG_SECCOMP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SECCOMP_PROFILE_MAX_FILE (1u << 20)
#define SECCOMP_PROFILE_MAX_RULES 4096u
#define SECCOMP_ARGUMENTS 6

enum seccomp_action_kind {
	ACTION_ALLOW,
	ACTION_ERRNO, /* number: 0..4095 */
	ACTION_KILL,  /* the thread, as LXC's kill */
	ACTION_KILL_PROCESS,
	ACTION_TRAP,
	ACTION_LOG,
	ACTION_TRACE, /* number: 0..65535 */
	ACTION_NOTIFY,
};

struct seccomp_action {
	enum seccomp_action_kind kind;
	unsigned number;
};

enum seccomp_operator {
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_EQ,
	COMPARE_GE,
	COMPARE_GT,
	COMPARE_MASKED
};

/* (argument OP value); COMPARE_MASKED: (argument & mask) == value */
struct seccomp_condition {
	unsigned argument; /* 0..5 */
	enum seccomp_operator operator;
	uint64_t value, mask;
};

/* Architectures that a section may name. */
enum seccomp_arch {
	SECCOMP_ARCH_ALL,
#define SECCOMP_ARCH(id, name, token) SECCOMP_ARCH_##id,
#include "config/seccomp-arch.h"
#undef SECCOMP_ARCH
	SECCOMP_ARCH_COUNT
};

struct seccomp_rule {
	char *name; /* NULL: number counts */
	unsigned number;
	enum seccomp_arch arch;
	struct seccomp_action action;
	struct seccomp_condition conditions[SECCOMP_ARGUMENTS]; /* each argument at most once */
	unsigned condition_count;
	unsigned line;
};

struct seccomp_profile {
	struct seccomp_action otherwise; /* of a call that no rule is about */
	struct seccomp_rule *rules;
	size_t count;
};

/*
 * Errors E_SECCOMP: "NAME:LINE: the word: what is wrong; accepted: ...". Whatever the outcome, the
 * profile can be cleared.
 */
int seccomp_profile_parse(const char *text, size_t length, const char *name,
			  struct seccomp_profile *profile, struct error *err);
void seccomp_profile_clear(struct seccomp_profile *profile);

/* Does any rule, or the action for the rest, do this? */
bool seccomp_profile_has(const struct seccomp_profile *profile, enum seccomp_action_kind kind);
bool seccomp_action_equal(struct seccomp_action a, struct seccomp_action b);

#endif
