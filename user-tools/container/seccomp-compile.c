// SPDX-License-Identifier: LGPL-2.1-or-later
/* Rules to BPF, with libseccomp: one filter for each architecture that programs of this machine can
 * have, merged into one. */
#include "container/seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"

/* AUDIT_ARCH_LOONGARCH64; libseccomp has a name for it since 2.6 */
#ifndef SCMP_ARCH_LOONGARCH64
#define SCMP_ARCH_LOONGARCH64 0xc0000102u
#endif
#define MAX_FAMILY 3

/* What a kernel runs besides the first, which is the machine's own. */
static const uint32_t families[][MAX_FAMILY] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
	{ SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64N32 },
	{ SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64N32 },
	{ SCMP_ARCH_PPC64, SCMP_ARCH_PPC },
	{ SCMP_ARCH_S390X, SCMP_ARCH_S390 },
};

static const uint32_t tokens[SECCOMP_ARCH_COUNT] = {
#define SECCOMP_ARCH(id, name, token) [SECCOMP_ARCH_##id] = token,
#include "config/seccomp-arch.h"
#undef SECCOMP_ARCH
};

static const enum scmp_compare compares[] = {
	[COMPARE_NE] = SCMP_CMP_NE,
	[COMPARE_LT] = SCMP_CMP_LT,
	[COMPARE_LE] = SCMP_CMP_LE,
	[COMPARE_EQ] = SCMP_CMP_EQ,
	[COMPARE_GE] = SCMP_CMP_GE,
	[COMPARE_GT] = SCMP_CMP_GT,
	[COMPARE_MASKED] = SCMP_CMP_MASKED_EQ,
};

bool seccomp_can_compile(void)
{
	return true;
}

int seccomp_call_number(const char *call)
{
	int number = seccomp_syscall_resolve_name(call);
	return number < 0 ? -1 : number;
}

enum seccomp_arch seccomp_native_arch(void)
{
	uint32_t native = seccomp_arch_native();
	int arch = SECCOMP_ARCH_COUNT - 1;
	while (arch > SECCOMP_ARCH_ALL && tokens[arch] != native)
		arch--;
	return (enum seccomp_arch)arch;
}

static uint32_t action_word(struct seccomp_action action)
{
	switch (action.kind) {
	case ACTION_ALLOW:
		return SCMP_ACT_ALLOW;
	case ACTION_ERRNO:
		return SCMP_ACT_ERRNO(action.number);
	case ACTION_KILL:
		return SCMP_ACT_KILL_THREAD;
	case ACTION_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	case ACTION_TRAP:
		return SCMP_ACT_TRAP;
	case ACTION_LOG:
		return SCMP_ACT_LOG;
	case ACTION_TRACE:
		return SCMP_ACT_TRACE(action.number);
	case ACTION_NOTIFY:
		return SCMP_ACT_NOTIFY;
	}
	return SCMP_ACT_KILL_PROCESS;
}

struct compiler {
	const struct seccomp_profile *profile;
	const char *name;
	uint32_t archs[MAX_FAMILY]; /* the machine's own first */
	scmp_filter_ctx contexts[MAX_FAMILY];
	size_t count;
};

static int refuse(const struct compiler *compiler, const struct seccomp_rule *rule,
		  struct error *err, const char *what)
{
	char number[24];
	snprintf(number, sizeof(number), "%u", rule->number);
	return error_set(err, E_SECCOMP, 0, "%s:%u: \"%.60s\": %s", compiler->name, rule->line,
			 rule->name ? rule->name : number, what);
}

static int open_contexts(struct compiler *compiler, struct error *err)
{
	const struct seccomp_profile *profile = compiler->profile;
	compiler->archs[0] = seccomp_arch_native();
	compiler->count = 1;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (size_t n = 1; families[i][0] == compiler->archs[0] && n < MAX_FAMILY; n++)
			if (families[i][n])
				compiler->archs[compiler->count++] = families[i][n];
	for (size_t i = 0; i < compiler->count; i++) {
		scmp_filter_ctx context = seccomp_init(action_word(profile->otherwise));
		compiler->contexts[i] = context;
		/* A tree of comparisons instead of a row, where there are many */
		if (!context ||
		    (profile->count > 32 &&
		     seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0) ||
		    (i && (seccomp_arch_remove(context, SCMP_ARCH_NATIVE) < 0 ||
			   seccomp_arch_add(context, compiler->archs[i]) < 0)))
			return error_set(err, E_SECCOMP, 0,
					 "%s: libseccomp does not make a filter for this machine",
					 compiler->name);
	}
	return 0;
}

/* Are both about one call on an architecture they share? */
static bool is_same_call(const struct seccomp_rule *a, const struct seccomp_rule *b)
{
	if (a->name && b->name)
		return strcmp(a->name, b->name) == 0 &&
		       (a->arch == b->arch || !a->arch || !b->arch);
	return !a->name && !b->name && a->number == b->number;
}

/*
 * libseccomp would take one of two rules that exclude each other, without a word which. And a rule
 * that says what calls without a rule get is nothing, unless it was meant as an exception from
 * another, which a filter made of rules cannot have.
 */
static int check_rule(const struct compiler *compiler, const struct seccomp_rule *rule,
		      struct error *err)
{
	const struct seccomp_profile *profile = compiler->profile;
	for (size_t i = 0; i < profile->count; i++) {
		const struct seccomp_rule *other = &profile->rules[i];
		char what[80];
		if (!is_same_call(rule, other) || seccomp_action_equal(rule->action, other->action))
			continue;
		bool exception = seccomp_action_equal(rule->action, profile->otherwise);
		if (!exception && other < rule && rule->condition_count && other->condition_count)
			continue;
		if (!exception && other > rule)
			continue;
		snprintf(what, sizeof(what),
			 exception ? "no exception from line %u is possible"
				   : "contradicts line %u",
			 other->line);
		refuse(compiler, rule, err, what);
		return error_fix(err,
				 "one rule for the call, or conditions that exclude each other");
	}
	return 0;
}

static int add_rule(struct compiler *compiler, const struct seccomp_rule *rule, struct error *err)
{
	struct scmp_arg_cmp conditions[SECCOMP_ARGUMENTS];
	int number = (int)rule->number;
	if (rule->name && (number = seccomp_syscall_resolve_name(rule->name)) == __NR_SCMP_ERROR) {
		refuse(compiler, rule, err, "libseccomp knows no such system call");
		return error_fix(err, "correct the name, or remove the line");
	}
	if (check_rule(compiler, rule, err) < 0)
		return -1;
	if (seccomp_action_equal(rule->action, compiler->profile->otherwise))
		return 0;
	for (unsigned n = 0; n < rule->condition_count; n++) {
		const struct seccomp_condition *from = &rule->conditions[n];
		bool masked = from->operator== COMPARE_MASKED;
		conditions[n] = (struct scmp_arg_cmp){ .arg = from->argument,
						       .op = compares[from->operator],
						       .datum_a = masked ? from->mask : from->value,
						       .datum_b = masked ? from->value : 0 };
	}
	for (size_t i = 0; i < compiler->count; i++) {
		/* Numbers of format 1 are the machine's own. */
		if (rule->name ? rule->arch && tokens[rule->arch] != compiler->archs[i] : i > 0)
			continue;
		int result =
		    seccomp_rule_add_array(compiler->contexts[i], action_word(rule->action), number,
					   rule->condition_count, conditions);
		if (result == -EINVAL || result == -EOPNOTSUPP)
			return refuse(compiler, rule, err, "this kernel does not know the action");
		/* EDOM: not a call of this architecture, so nobody can make it there */
		if (result < 0 && result != -EDOM)
			return error_set(err, E_SECCOMP, -result, "%s:%u: \"%.60s\"",
					 compiler->name, rule->line, rule->name ? rule->name : "");
	}
	return 0;
}

static int export_code(const struct compiler *compiler, struct seccomp_filter *filter,
		       struct error *err)
{
	char *data = NULL;
	_cleanup_close_ int fd = memfd_create("filter", MFD_CLOEXEC);
	int result = fd < 0 ? -errno : seccomp_export_bpf(compiler->contexts[0], fd);
	if (result < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_set(err, E_SECCOMP, result < 0 ? -result : errno, "%s",
				 compiler->name);
	ssize_t size = file_read_fd(fd, SECCOMP_PROFILE_MAX_FILE, &data);
	if (size < 0 || (size_t)size / sizeof(struct sock_filter) > BPF_MAXINSNS) {
		if (size >= 0)
			free(data);
		return error_set(err, E_SECCOMP, size < 0 ? errno : 0,
				 "%s: more rules than the kernel takes (%d instructions)",
				 compiler->name, BPF_MAXINSNS);
	}
	filter->code = (struct sock_filter *)data;
	filter->length = (unsigned short)((size_t)size / sizeof(struct sock_filter));
	filter->notifies = seccomp_profile_has(compiler->profile, ACTION_NOTIFY);
	return 0;
}

static int compile(struct compiler *compiler, struct seccomp_filter *filter, struct error *err)
{
	const struct seccomp_profile *profile = compiler->profile;
	if (open_contexts(compiler, err) < 0)
		return -1;
	for (size_t i = 0; i < profile->count; i++)
		if (add_rule(compiler, &profile->rules[i], err) < 0)
			return -1;
	while (compiler->count > 1) {
		size_t last = compiler->count - 1;
		int result = seccomp_merge(compiler->contexts[0], compiler->contexts[last]);
		if (result < 0)
			return error_set(err, E_SECCOMP, -result, "%s: merging architectures",
					 compiler->name);
		compiler->contexts[last] = NULL; /* it is part of the first now */
		compiler->count = last;
	}
	return export_code(compiler, filter, err);
}

int seccomp_compile(const struct seccomp_profile *profile, const char *name,
		    struct seccomp_filter *filter, struct error *err)
{
	struct compiler compiler = { .profile = profile, .name = name };
	*filter = (struct seccomp_filter){ 0 };
	int result = compile(&compiler, filter, err);
	for (size_t i = 0; i < MAX_FAMILY; i++)
		if (compiler.contexts[i])
			seccomp_release(compiler.contexts[i]);
	return result;
}
