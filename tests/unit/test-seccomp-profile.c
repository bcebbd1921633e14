// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container/credentials.h"
#include "container/seccomp.h"

static int parse(const char *text, struct seccomp_profile *profile, struct error *err)
{
	return seccomp_profile_parse(text, strlen(text), "p", profile, err);
}

static void refused(const char *text, const char *message)
{
	struct seccomp_profile profile;
	struct seccomp_filter filter = { 0 };
	struct error err = { 0 };
	int result = parse(text, &profile, &err);
	if (result == 0)
		result = seccomp_compile(&profile, "p", &filter, &err);
	if (result == 0)
		fail_msg("accepted: %s", text);
	assert_string_equal(err.message, message);
	assert_int_equal(err.code, E_SECCOMP);
	seccomp_profile_clear(&profile);
	seccomp_filter_clear(&filter);
}

static void a_denylist_allows_the_rest_and_its_rules_kill(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	assert_int_equal(
	    parse("2\n# comment\n\nblacklist\r\nmkdir # why\n rmdir\terrno 0x1\n", &profile, NULL),
	    0);
	assert_int_equal(profile.otherwise.kind, ACTION_ALLOW);
	assert_int_equal(profile.count, 2);
	assert_string_equal(profile.rules[0].name, "mkdir");
	assert_int_equal(profile.rules[0].action.kind, ACTION_KILL);
	assert_int_equal(profile.rules[0].line, 5);
	assert_int_equal(profile.rules[1].action.kind, ACTION_ERRNO);
	assert_int_equal(profile.rules[1].action.number, 1);
	seccomp_profile_clear(&profile);
}

static void an_allowlist_kills_the_rest_unless_it_says_otherwise(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	assert_int_equal(parse("2\nwhitelist\nmkdir\n", &profile, NULL), 0);
	assert_int_equal(profile.otherwise.kind, ACTION_KILL);
	assert_int_equal(profile.rules[0].action.kind, ACTION_ALLOW);
	seccomp_profile_clear(&profile);
	assert_int_equal(parse("2\nallowlist errno 38\nmkdir log", &profile, NULL), 0);
	assert_int_equal(profile.otherwise.kind, ACTION_ERRNO);
	assert_int_equal(profile.otherwise.number, 38);
	assert_int_equal(profile.rules[0].action.kind, ACTION_LOG);
	seccomp_profile_clear(&profile);
}

static void every_action_is_read(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	static const enum seccomp_action_kind kinds[] = {
		ACTION_ALLOW, ACTION_ERRNO, ACTION_KILL,  ACTION_KILL,	ACTION_KILL_PROCESS,
		ACTION_TRAP,  ACTION_LOG,   ACTION_TRACE, ACTION_NOTIFY
	};
	assert_int_equal(parse("2\ndenylist\na allow\nb errno 4095\nc kill\nd kill_thread\ne "
			       "kill_process\nf trap\n"
			       "g log\nh trace 65535\ni notify\n",
			       &profile, NULL),
			 0);
	assert_int_equal(profile.count, ARRAY_SIZE(kinds));
	for (size_t i = 0; i < profile.count; i++)
		assert_int_equal(profile.rules[i].action.kind, kinds[i]);
	assert_true(seccomp_profile_has(&profile, ACTION_NOTIFY));
	seccomp_profile_clear(&profile);
}

static void conditions_have_lxcs_form(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	assert_int_equal(
	    parse("2\ndenylist\nkexec_load errno 1 [0,1,SCMP_CMP_LE][3,-1,==] [5, 0x4, &=, 0xff]\n"
		  "mknod[1,2,!=,0]\n",
		  &profile, NULL),
	    0);
	const struct seccomp_rule *rule = &profile.rules[0];
	assert_int_equal(rule->condition_count, 3);
	assert_int_equal(rule->conditions[0].operator, COMPARE_LE);
	assert_int_equal(rule->conditions[1].argument, 3);
	assert_true(rule->conditions[1].value == UINT64_MAX);
	assert_int_equal(rule->conditions[2].operator, COMPARE_MASKED);
	assert_int_equal(rule->conditions[2].value, 4);
	assert_int_equal(rule->conditions[2].mask, 0xff);
	assert_string_equal(profile.rules[1].name, "mknod");
	assert_int_equal(profile.rules[1].conditions[0].operator, COMPARE_NE);
	seccomp_profile_clear(&profile);
}

static void sections_and_reject_force_umount(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	assert_int_equal(parse("2\ndenylist\nreject_force_umount  # "
			       "comment\n[x86_64]\na\n[X86]\nb\n[all]\nc\n[ arm64 ]\nd\n",
			       &profile, NULL),
			 0);
	assert_string_equal(profile.rules[0].name, "umount2");
	assert_int_equal(profile.rules[0].action.number, EACCES);
	assert_int_equal(profile.rules[0].arch, SECCOMP_ARCH_ALL);
	assert_int_equal(profile.rules[1].arch, SECCOMP_ARCH_X86_64);
	assert_int_equal(profile.rules[2].arch, SECCOMP_ARCH_X86);
	assert_int_equal(profile.rules[3].arch, SECCOMP_ARCH_ALL);
	assert_int_equal(profile.rules[4].arch, SECCOMP_ARCH_ARM64);
	seccomp_profile_clear(&profile);
}

static void format_1_is_numbers_that_are_allowed(void **state)
{
	(void)state;
	struct seccomp_profile profile;
	assert_int_equal(parse("1\nallowlist\n0\n59\n", &profile, NULL), 0);
	assert_int_equal(profile.count, 2);
	assert_null(profile.rules[1].name);
	assert_int_equal(profile.rules[1].number, 59);
	assert_int_equal(profile.rules[1].action.kind, ACTION_ALLOW);
	seccomp_profile_clear(&profile);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
	(void)state;
	const char *none =
	    "p: not a seccomp profile: it begins with a line 2 and a line allowlist or denylist";
	refused("", none);
	refused("2\n", none);
	refused("3\n", "p:1: \"3\": not a version of the format; accepted: 1 or 2");
	refused("2\ndeny\n", "p:2: \"deny\": not a policy; accepted: allowlist, denylist (or "
			     "whitelist, blacklist) and an action");
	refused("1\ndenylist\n",
		"p:2: \"denylist\": format 1 knows one policy only; accepted: allowlist");
	refused("1\nallowlist\nread\n", "p:3: \"read\": not the number of a system call; accepted: "
					"one number a line in format 1");
	refused("2\nallowlist notify\n",
		"p:2: \"notify\": only for rules: it would be asked about everything");
	refused("2\nallowlist kill now\n", "p:2: \"now\": more than a policy and its action");
	refused("2\ndenylist\nmkdir deny\n",
		"p:3: \"deny\": not an action; accepted: allow, errno N, kill, kill_process, "
		"kill_thread, trap, log, trace N, notify");
	refused("2\ndenylist\nmkdir errno\n",
		"p:3: \"errno\": its number is missing; accepted: allow, errno N, kill, "
		"kill_process, kill_thread, trap, log, trace N, notify");
	refused("2\ndenylist\nmkdir errno 4096\n",
		"p:3: \"4096\": not a number for this action; accepted: 0 to 4095");
	refused("2\ndenylist\nmkdir errno -1\n",
		"p:3: \"-1\": not a number for this action; accepted: 0 to 4095");
	refused("2\ndenylist\nmkdir errno 1 2\n",
		"p:3: \"2\": not a condition; accepted: [INDEX,VALUE,OPERATOR] or "
		"[INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]");
	refused("2\ndenylist\nmkdir errno 1 [6,1,==]\n",
		"p:3: \"6\": not an argument's index; accepted: 0 to 5");
	refused("2\ndenylist\nmkdir errno 1 [0,x,==]\n",
		"p:3: \"x\": not a number; accepted: a 64 bit number, 0x... for hex");
	refused("2\ndenylist\nmkdir errno 1 [0,18446744073709551616,==]\n",
		"p:3: \"18446744073709551616\": not a number; accepted: a 64 bit number, 0x... for "
		"hex");
	refused("2\ndenylist\nmkdir errno 1 [0,1,=]\n",
		"p:3: \"=\": not an operator; accepted: SCMP_CMP_NE LT LE EQ GE GT MASKED_EQ, or "
		"!= < <= == >= > &=");
	refused("2\ndenylist\nmkdir errno 1 [0,1,&=]\n",
		"p:3: \"&=\": the mask is missing; accepted: [INDEX,VALUE,OPERATOR] or "
		"[INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]");
	refused("2\ndenylist\nmkdir errno 1 [0,1,==,7]\n",
		"p:3: \"==\": takes no mask; accepted: [INDEX,VALUE,OPERATOR] or "
		"[INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]");
	refused("2\ndenylist\nmkdir errno 1 [0,8,&=,7]\n",
		"p:3: \"8\": has bits outside of the mask: it never matches");
	refused("2\ndenylist\nmkdir errno 1 [0,1,==][0,2,==]\n",
		"p:3: \"0\": a rule can compare an argument once: write two rules");
	refused("2\ndenylist\nmkdir errno 1 [0,1,==\n",
		"p:3: \"[0,1,==\": not a condition; accepted: [INDEX,VALUE,OPERATOR] or "
		"[INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]");
	refused("2\ndenylist\n[amiga]\n",
		"p:3: \"amiga\": not an architecture; accepted: all, x86, x86_64, x32, arm, arm64, "
		"mips*, ppc, ppc64, ppc64le, riscv64, s390, s390x, loongarch64");
	refused("2\ndenylist\nmk\x1b[dir\n", "p:3: \"mk?\": not the name of a system call");
	refused("2\ndenylist\nreject_force_umount kill\n",
		"p:3: \"kill\": reject_force_umount stands alone");
	struct seccomp_profile profile;
	struct error err = { 0 };
	assert_int_equal(seccomp_profile_parse("2\nde\0nylist\n", 12, "p", &profile, &err), -1);
	assert_string_equal(err.message, "p:2: a NUL byte");
	seccomp_profile_clear(&profile);
}

static void too_many_rules_are_refused(void **state)
{
	(void)state;
	size_t length = 0, size = 16 + 2 * (SECCOMP_PROFILE_MAX_RULES + 1);
	char *text = xcalloc(1, size + 1);
	length += (size_t)sprintf(text, "2\ndenylist\n");
	for (unsigned i = 0; i <= SECCOMP_PROFILE_MAX_RULES; i++, length += 2)
		memcpy(text + length, "a\n", 2);
	struct seccomp_profile profile;
	struct error err = { 0 };
	assert_int_equal(parse(text, &profile, &err), -1);
	assert_string_equal(err.message, "p:4099: \"a\": too many rules");
	seccomp_profile_clear(&profile);
	free(text);
}

#if WITH_SECCOMP
static void rules_that_cannot_hold_are_refused(void **state)
{
	(void)state;
	refused("2\ndenylist\nmkdri errno 1\n",
		"p:3: \"mkdri\": libseccomp knows no such system call");
	refused("2\ndenylist\nmkdir errno 1\nmkdir errno 2\n",
		"p:4: \"mkdir\": contradicts line 3");
	refused("2\ndenylist\nmkdir errno 1 [1,0,==]\nmkdir errno 2\n",
		"p:4: \"mkdir\": contradicts line 3");
	refused("2\ndenylist\nmkdir errno 1\n[x86_64]\nmkdir errno 2\n",
		"p:5: \"mkdir\": contradicts line 3");
	refused("2\ndenylist\nmkdir allow [1,0,==]\nmkdir errno 2\n",
		"p:3: \"mkdir\": no exception from line 4 is possible");
}

#define GETPPID_32 -32

/* In a process of its own: load the profile, make the call, return errno; -1 = killed. */
static int answer(const char *text, long call, long a, long b, long c)
{
	struct seccomp_profile profile;
	struct seccomp_filter filter = { 0 };
	struct error err = { 0 };
	int status;
	if (parse(text, &profile, &err) < 0 || seccomp_compile(&profile, "p", &filter, &err) < 0)
		fail_msg("%s", err.message);
	seccomp_profile_clear(&profile);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* no core of who is killed */
		credentials_reset_signals();	    /* cmocka would catch SIGSYS */
		if (credentials_no_new_privs(NULL) < 0 ||
		    seccomp_filter_load(&filter, -1, NULL) < 0)
			_exit(255);
#ifdef __x86_64__
		if (call == GETPPID_32) {
			long result = 64; /* its number for i386 */
			__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
			_exit(result < 0 ? (int)-result : 0);
		}
#endif
		_exit(syscall(call, a, b, c) < 0 ? errno : 0);
	}
	seccomp_filter_clear(&filter);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_kernel_answers_as_the_profile_says(void **state)
{
	(void)state;
	assert_int_equal(answer("2\ndenylist\ngetppid errno 42\n", SYS_getppid, 0, 0, 0), 42);
	assert_int_equal(answer("2\ndenylist\ngetppid errno 42\n", SYS_getpid, 0, 0, 0), 0);
	assert_int_equal(answer("2\ndenylist\ngetppid\n", SYS_getppid, 0, 0, 0), -1);
	assert_int_equal(answer("2\ndenylist\ngetppid kill_process\n", SYS_getppid, 0, 0, 0), -1);
	assert_int_equal(answer("2\ndenylist\ngetppid trap\n", SYS_getppid, 0, 0, 0), -1);
	assert_int_equal(answer("2\ndenylist\ngetppid log\n", SYS_getppid, 0, 0, 0), 0);
	/* no tracer */
	assert_int_equal(answer("2\ndenylist\ngetppid trace 1\n", SYS_getppid, 0, 0, 0), ENOSYS);
	assert_int_equal(answer("2\nallowlist errno 43\nexit_group\n", SYS_getppid, 0, 0, 0), 43);
	assert_int_equal(answer("2\nallowlist\nexit_group\n", SYS_getppid, 0, 0, 0), -1);
	assert_int_equal(answer("2\ndenylist errno 44\nexit_group allow\n", SYS_getppid, 0, 0, 0),
			 44);
}

static void conditions_decide(void **state)
{
	(void)state;
	const char *masked = "2\ndenylist\nlseek errno 50 [1,0x10,SCMP_CMP_MASKED_EQ,0x30]\n";
	assert_int_equal(answer(masked, SYS_lseek, -1, 0x9f, 0), 50 /* 0x9f & 0x30 = 0x10 */);
	assert_int_equal(answer(masked, SYS_lseek, -1, 0x30, 0), EBADF);
	assert_int_equal(
	    answer("2\ndenylist\nlseek errno 50 [1,7,==][2,1,>=]\n", SYS_lseek, -1, 7, 1), 50);
	assert_int_equal(
	    answer("2\ndenylist\nlseek errno 50 [1,7,==][2,1,>=]\n", SYS_lseek, -1, 7, 0), EBADF);
	assert_int_equal(answer("2\ndenylist\nlseek errno 50 [1,7,==]\nlseek errno 51 [1,8,==]\n",
				SYS_lseek, -1, 8, 0),
			 51);
	assert_int_equal(answer("2\ndenylist\nlseek errno 50 [1,7,!=]\n", SYS_lseek, -1, 8, 0), 50);
	assert_int_equal(answer("2\ndenylist\nlseek errno 50 [1,7,<]\n", SYS_lseek, -1, 6, 0), 50);
	assert_int_equal(answer("2\ndenylist\nlseek errno 50 [1,7,<=]\n", SYS_lseek, -1, 8, 0),
			 EBADF);
	assert_int_equal(answer("2\ndenylist\nlseek errno 50 [1,7,>]\n", SYS_lseek, -1, 7, 0),
			 EBADF);
}

static void sections_of_other_architectures_do_not_matter(void **state)
{
	(void)state;
	assert_int_equal(
	    answer("2\ndenylist\n[s390x]\ngetppid errno 42\n[riscv64]\ngetppid errno 43\n",
		   SYS_getppid, 0, 0, 0),
	    seccomp_native_arch() == SECCOMP_ARCH_S390X	    ? 42
	    : seccomp_native_arch() == SECCOMP_ARCH_RISCV64 ? 43
							    : 0);
	/* a call that only another machine has */
	assert_int_equal(answer("2\ndenylist\ns390_pci_mmio_read errno 1\n", SYS_getppid, 0, 0, 0),
			 0);
}

#ifdef __x86_64__
static void calls_of_32_bit_programs_have_their_sections(void **state)
{
	(void)state;
	if (answer("2\ndenylist\n", GETPPID_32, 0, 0, 0) == -1)
		return; /* this kernel runs none */
	assert_int_equal(answer("2\ndenylist\ngetppid errno 42\n", GETPPID_32, 0, 0, 0), 42);
	assert_int_equal(answer("2\ndenylist\n[all]\ngetppid errno 42\n", GETPPID_32, 0, 0, 0), 42);
	assert_int_equal(answer("2\ndenylist\n[x86]\ngetppid errno 42\n", GETPPID_32, 0, 0, 0), 42);
	assert_int_equal(answer("2\ndenylist\n[x86]\ngetppid errno 42\n", SYS_getppid, 0, 0, 0), 0);
	assert_int_equal(answer("2\ndenylist\n[x86_64]\ngetppid errno 42\n", GETPPID_32, 0, 0, 0),
			 0);
	assert_int_equal(
	    answer("2\nallowlist errno 45\n[x86_64]\nexit_group\n", GETPPID_32, 0, 0, 0), 45);
}
#endif

static void a_long_list_decides_as_a_short_one(void **state)
{
	(void)state;
	static const char *const calls =
	    "read write open openat close stat fstat lstat poll lseek mmap mprotect munmap brk "
	    "ioctl pread64 "
	    "pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise dup "
	    "dup2 pause nanosleep alarm getpid "
	    "sendfile socket connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen "
	    "clone fork vfork execve exit wait4 "
	    "kill uname fcntl flock fsync truncate getdents getcwd chdir rename rmdir creat link "
	    "unlink exit_group";
	struct string_list names = { 0 };
	string_list_add_words(&names, calls, " ");
	_cleanup_free_ char *lines = string_list_join(&names, "\n");
	_cleanup_free_ char *allow =
	    xasprintf("2\nallowlist errno 43\n%s\nfchdir errno 44\n", lines);
	assert_int_equal(answer(allow, SYS_getpid, 0, 0, 0), 0);
	assert_int_equal(answer(allow, SYS_lseek, -1, 0, 0), EBADF);
	assert_int_equal(answer(allow, SYS_getppid, 0, 0, 0), 43);
	assert_int_equal(answer(allow, SYS_fchdir, -1, 0, 0), 44);
	string_list_clear(&names);
}

static void format_1_lets_numbers_pass(void **state)
{
	(void)state;
	char text[64];
	snprintf(text, sizeof(text), "1\nallowlist\n%d\n%d\n", (int)SYS_exit_group,
		 (int)SYS_getppid);
	assert_int_equal(answer(text, SYS_getppid, 0, 0, 0), 0);
	assert_int_equal(answer(text, SYS_getpid, 0, 0, 0), -1);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denylist_allows_the_rest_and_its_rules_kill),
		cmocka_unit_test(an_allowlist_kills_the_rest_unless_it_says_otherwise),
		cmocka_unit_test(every_action_is_read),
		cmocka_unit_test(conditions_have_lxcs_form),
		cmocka_unit_test(sections_and_reject_force_umount),
		cmocka_unit_test(format_1_is_numbers_that_are_allowed),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(too_many_rules_are_refused),
#if WITH_SECCOMP
		cmocka_unit_test(rules_that_cannot_hold_are_refused),
		cmocka_unit_test(the_kernel_answers_as_the_profile_says),
		cmocka_unit_test(conditions_decide),
		cmocka_unit_test(sections_of_other_architectures_do_not_matter),
#ifdef __x86_64__
		cmocka_unit_test(calls_of_32_bit_programs_have_their_sections),
#endif
		cmocka_unit_test(a_long_list_decides_as_a_short_one),
		cmocka_unit_test(format_1_lets_numbers_pass),
#endif
	};
	return cmocka_run_group_tests_name("seccomp-profile", tests, NULL, NULL);
}
