// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Device rules (devices.allow, devices.deny) where only cgroup2 is: a small BPF program on the
 * payload group, made of the rules from last to first, so that the last one that applies decides.
 * Root only; others cannot make device nodes.
 */
#include "cgroup/internal.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>

#define INSNS_PER_RULE 9
#define ACCESS_ALL (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)

static bool parse_number(const char **cursor, int64_t max, int64_t *out)
{
	if (**cursor == '*') {
		(*cursor)++;
		*out = -1;
		return true;
	}
	size_t length = strspn(*cursor, "0123456789");
	_cleanup_free_ char *text = xstrndup(*cursor, length);
	*cursor += length;
	return parse_int64(text, 0, max, out) == 0;
}

bool cgroup_parse_device_rule(const char *text, struct device_rule *rule)
{
	*rule = (struct device_rule){ .major = -1, .minor = -1, .access = ACCESS_ALL };
	const char *p = text + 1;
	if (*text == 'a')
		return !p[strspn(p, " *:rwm")];
	rule->type = *text == 'c' ? BPF_DEVCG_DEV_CHAR : *text == 'b' ? BPF_DEVCG_DEV_BLOCK : 0;
	if (!rule->type || *p != ' ')
		return false;
	p += strspn(p, " ");
	if (!parse_number(&p, 4095, &rule->major) || *p++ != ':' ||
	    !parse_number(&p, 1048575, &rule->minor))
		return false;
	if (!*p)
		return true;
	if (*p != ' ')
		return false;
	p += strspn(p, " ");
	rule->access = 0;
	for (; *p; p++)
		rule->access |= *p == 'r'   ? BPF_DEVCG_ACC_READ
				: *p == 'w' ? BPF_DEVCG_ACC_WRITE
				: *p == 'm' ? BPF_DEVCG_ACC_MKNOD
					    : 0x8000;
	return rule->access && !(rule->access & 0x8000);
}

bool cgroup_device_rule_is_valid(const char *text)
{
	struct device_rule rule;
	return cgroup_parse_device_rule(text, &rule);
}

#define INSN(c, d, s, o, i)                                                         \
	(struct bpf_insn)                                                           \
	{                                                                           \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) \
	}

/* Registers: 3 type, 4 access asked for, 5 major, 6 minor, 7 scratch. Jumps that miss go behind the
 * rule. */
static size_t emit_rule(struct bpf_insn *out, const struct device_rule *rule)
{
	size_t n = 0;
	if (rule->type)
		out[n++] = INSN(BPF_JMP | BPF_JNE | BPF_K, 3, 0, 0, rule->type);
	if (rule->access != ACCESS_ALL) {
		/* To allow, the rule has to cover all that is asked for; to deny, any of it. */
		out[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_X, 7, 4, 0, 0);
		out[n++] = INSN(BPF_ALU64 | BPF_AND | BPF_K, 7, 0, 0,
				rule->allow ? ~rule->access & ACCESS_ALL : rule->access);
		out[n++] = INSN(BPF_JMP | (rule->allow ? BPF_JNE : BPF_JEQ) | BPF_K, 7, 0, 0, 0);
	}
	if (rule->major >= 0)
		out[n++] = INSN(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 0, (int)rule->major);
	if (rule->minor >= 0)
		out[n++] = INSN(BPF_JMP | BPF_JNE | BPF_K, 6, 0, 0, (int)rule->minor);
	out[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, rule->allow);
	out[n++] = INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(out[i].code) == BPF_JMP && BPF_OP(out[i].code) != BPF_EXIT)
			out[i].off = (short)(n - i - 1);
	return n;
}

static int load_program(const struct bpf_insn *insns, size_t count)
{
	union bpf_attr attr = { 0 };
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = (uint32_t)count;
	attr.license = (uint64_t)(uintptr_t) "LGPL";
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

int cgroup_attach_device_rules(int payload, const struct device_rule *rules, size_t count)
{
	struct bpf_insn *insns = xcalloc(count * INSNS_PER_RULE + 16, sizeof(*insns));
	size_t n = 0;
	insns[n++] = INSN(BPF_LDX | BPF_W | BPF_MEM, 4, 1,
			  offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	insns[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_X, 3, 4, 0, 0);
	insns[n++] = INSN(BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, 0xffff);
	insns[n++] = INSN(BPF_ALU64 | BPF_RSH | BPF_K, 4, 0, 0, 16);
	insns[n++] =
	    INSN(BPF_LDX | BPF_W | BPF_MEM, 5, 1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	insns[n++] =
	    INSN(BPF_LDX | BPF_W | BPF_MEM, 6, 1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	/* "a" decides everything: what stood before it is never asked, and the verifier refuses
	 * dead code. */
	bool decided = false;
	for (size_t i = count; i-- > 0 && !decided;) {
		n += emit_rule(insns + n, &rules[i]);
		decided = !rules[i].type;
	}
	if (!decided) { /* without "a" everything is allowed but for the denials, as in v1 */
		insns[n++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
		insns[n++] = INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	}
	_cleanup_close_ int program = load_program(insns, n);
	free(insns);
	if (program < 0)
		return -1;
	union bpf_attr attr = { 0 };
	attr.target_fd = (uint32_t)payload;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0 ? -1 : 0;
}
