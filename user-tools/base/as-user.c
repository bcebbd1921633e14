// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/as-user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/util.h"

#define OUTPUT_MAX (1 << 20)
#define GROUPS_MAX 65536
#define LOGIN_PATH BINDIR ":/usr/local/bin:/usr/bin:/bin"

/* What a program of the system prints; NULL if it cannot be run. Names are words of argv, never of
 * a shell. */
static char *output_of(char *const argv[])
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment[] = { path, NULL };
	posix_spawn_file_actions_t actions;
	char *text = NULL;
	int out[2];
	pid_t pid;
	if (pipe2(out, O_CLOEXEC) < 0)
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	if (!error) {
		file_read_fd(out[0], OUTPUT_MAX, &text);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(out[0]);
	return text;
}

/* All groups of the user: id(1) asks whatever the machine is configured for. */
static gid_t *groups_of(const struct user_account *account, size_t *count, struct error *err)
{
	char *argv[] = { "id", "-G", "--", account->name, NULL };
	_cleanup_free_ char *text = output_of(argv);
	struct string_list words = { 0 };
	string_list_add_words(&words, text ? text : "", " \n");
	gid_t *groups = xcalloc(words.count + 1, sizeof(*groups));
	*count = 0;
	for (size_t i = 0; i < words.count && i < GROUPS_MAX; i++)
		if (parse_uint32(words.items[i], &groups[*count]) == 0)
			++*count;
	if (*count != words.count || *count == 0) {
		error_set(err, E_SYSTEM, 0, "the groups of %s: id -G does not tell them",
			  account->name);
		free(groups);
		groups = NULL;
	}
	string_list_clear(&words);
	return groups;
}

static char **login_environment(const struct user_account *account)
{
	struct string_list list = { 0 };
	struct stat st;
	string_list_take(&list, xasprintf("HOME=%s", account->home));
	string_list_take(&list, xasprintf("USER=%s", account->name));
	string_list_take(&list, xasprintf("LOGNAME=%s", account->name));
	string_list_add(&list, "SHELL=/bin/sh");
	string_list_add(&list, "PATH=" LOGIN_PATH);
	_cleanup_free_ char *runtime = xasprintf("/run/user/%u", (unsigned)account->uid);
	if (lstat(runtime, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == account->uid)
		string_list_take(&list, xasprintf("XDG_RUNTIME_DIR=%s", runtime));
	return list.items;
}

/* cap_set_proc() of an empty set: also what may be inherited, which setresuid() leaves. */
static bool drop_capabilities(void)
{
	cap_t none = cap_init();
	bool done = none && cap_set_proc(none) == 0;
	cap_free(none);
	return done;
}

static bool become(const struct user_account *account, const gid_t *groups, size_t count)
{
	return setgroups(count, groups) == 0 &&
	       setresgid(account->gid, account->gid, account->gid) == 0 &&
	       setresuid(account->uid, account->uid, account->uid) == 0 &&
	       (account->uid == 0 || drop_capabilities());
}

static void default_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void run(const struct user_account *account, const struct as_user *program,
			  const gid_t *groups, size_t count)
{
	char **environment = login_environment(account);
	int null = open("/dev/null", O_RDWR);
	/* No terminal of root's: whoever has one as its own can type into it. */
	setsid();
	default_signals();
	if (program->place)
		program->place(account, program->data);
	int out = fcntl(program->out, F_DUPFD, 10), err = fcntl(program->err, F_DUPFD, 10);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	fd_close_from(3, NULL, 0);
	if (!become(account, groups, count)) {
		dprintf(2, "becoming %s: %s\n", account->name, strerror(errno));
		_exit(126);
	}
	umask(022);
	/* Root's session keyring would be the user's to read, keyrings(7). */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (chdir(account->home) < 0 && chdir("/") < 0)
		_exit(126);
	execve(program->argv[0], program->argv, environment);
	dprintf(2, "%s: %s\n", program->argv[0], strerror(errno));
	_exit(126);
}

pid_t as_user_run(const struct user_account *account, const struct as_user *program,
		  struct error *err)
{
	size_t count;
	_cleanup_free_ gid_t *groups = groups_of(account, &count, err);
	if (!groups)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		run(account, program, groups, count);
	if (pid < 0)
		error_set(err, E_SYSTEM, errno, "fork");
	return pid;
}
