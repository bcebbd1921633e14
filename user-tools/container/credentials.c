// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/credentials.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

static int become(uid_t uid, gid_t gid, struct error *err)
{
	if (setresgid(gid, gid, gid) < 0)
		return error_set(err, E_IDMAP_INCOMPLETE, errno, "becoming gid %u of the container",
				 (unsigned)gid);
	if (setresuid(uid, uid, uid) < 0)
		return error_set(err, E_IDMAP_INCOMPLETE, errno, "becoming uid %u of the container",
				 (unsigned)uid);
	return 0;
}

int credentials_become(uid_t uid, gid_t gid, struct error *err)
{
	/* EPERM: setgroups is denied in this user namespace, user_namespaces(7). */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return error_set(err, E_SYSTEM, errno, "dropping supplementary groups");
	return become(uid, gid, err);
}

static int set_groups(const gid_t *groups, size_t count, struct error *err)
{
	if (setgroups(count, groups) == 0)
		return 0;
	error_set(err, errno == EPERM ? E_PRIVILEGE : E_SYSTEM, errno, "lxc.init.groups");
	if (errno == EPERM)
		error_fix(err, "setgroups(2) is denied in this user namespace: an admin delegates "
			       "the caller's own gid, too (a line USER:GID:1 in /etc/subgid)");
	return -1;
}

int credentials_become_at_last(uid_t uid, gid_t gid, const gid_t *groups, size_t count,
			       struct error *err)
{
	/* capabilities(7): cleared by execve, which takes the capabilities of other ids than root
	 */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return error_set(err, E_SYSTEM, errno, "PR_SET_KEEPCAPS");
	if (!count)
		return credentials_become(uid, gid, err);
	return set_groups(groups, count, err) < 0 ? -1 : become(uid, gid, err);
}

int credentials_limit(const struct config *config, struct error *err)
{
	/* CAP_SETPCAP allows dropping the others, so it goes last. */
	for (int pass = 0; pass < 2; pass++)
		for (int n = 0; n <= CAP_LAST_CAP; n++) {
			uint64_t bit = 1ull << n;
			bool keep = config->has_cap_keep ? (config->cap_keep & bit) != 0
							 : !(config->cap_drop & bit);
			if (keep || (n == CAP_SETPCAP) != (pass == 1))
				continue;
			if (prctl(PR_CAPBSET_DROP, n, 0, 0, 0) < 0 && errno != EINVAL)
				return error_set(err, E_SYSTEM, errno, "dropping capability %d", n);
		}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return error_set(err, E_SYSTEM, errno, "clearing ambient capabilities");
	cap_t caps = cap_get_proc();
	int result = caps ? cap_clear_flag(caps, CAP_INHERITABLE) : -1;
	if (result == 0)
		result = cap_set_proc(caps);
	int saved = errno;
	cap_free(caps);
	return result == 0 ? 0
			   : error_set(err, E_SYSTEM, saved, "clearing inheritable capabilities");
}

int credentials_no_new_privs(struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, E_SYSTEM, errno, "no_new_privs");
	return 0;
}

void environment_set(struct string_list *list, const char *assignment)
{
	size_t length = strcspn(assignment, "=") + 1;
	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i], assignment, length) == 0) {
			string_replace(&list->items[i], assignment);
			return;
		}
	string_list_add(list, assignment);
}

const char *environment_get(const struct string_list *list, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i], name, length) == 0 && list->items[i][length] == '=')
			return list->items[i] + length + 1;
	return NULL;
}

void environment_build(struct string_list *result, const struct config *config,
		       const struct string_list *extra)
{
	environment_set(result, "container=lxc");
	for (size_t i = 0; i < config->environment.count; i++)
		environment_set(result, config->environment.items[i]);
	for (size_t i = 0; i < config->environment_runtime.count; i++)
		environment_set(result, config->environment_runtime.items[i]);
	for (size_t i = 0; extra && i < extra->count; i++)
		environment_set(result, extra->items[i]);
}

void credentials_reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;
	for (int n = 1; n <= SIGRTMAX; n++)
		sigaction(n, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int execute_command(char *const *argv, const struct string_list *environment)
{
	static char *empty[] = { NULL };
	const char *path = environment_get(environment, "PATH");
	/* execvpe(3) searches our own PATH, not the one it hands over. */
	setenv("PATH", path ? path : DEFAULT_PATH, 1);
	execvpe(argv[0], argv, environment->items ? environment->items : empty);
	return errno;
}
