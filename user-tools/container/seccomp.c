// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "seccomp"
#include "container/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"

/* ---- plan ---- */

/* Does what a rule says let the call happen? asked: the answer of notify counts as yes. */
static bool lets_pass(struct seccomp_action action, bool asked)
{
	return action.kind == ACTION_ALLOW || action.kind == ACTION_LOG ||
	       (asked && action.kind == ACTION_NOTIFY);
}

/* Can a program of the machine's own architecture make the call, under some condition? */
static bool allows(const struct seccomp_profile *profile, const char *call, bool asked)
{
	int number = seccomp_call_number(call);
	bool pass = lets_pass(profile->otherwise, asked), said = false;
	for (size_t i = 0; i < profile->count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];
		bool about =
		    rule->name ? strcmp(rule->name, call) == 0 : (int)rule->number == number;
		if (!about || (rule->condition_count && lets_pass(profile->otherwise, asked)))
			continue;
		pass = (said && pass) || lets_pass(rule->action, asked);
		said = true;
	}
	return pass;
}

static bool asks_about(const struct seccomp_profile *profile, const char *call)
{
	bool found = false;
	for (size_t i = 0; i < profile->count && !found; i++)
		found = profile->rules[i].action.kind == ACTION_NOTIFY && profile->rules[i].name &&
			strcmp(profile->rules[i].name, call) == 0;
	return found;
}

/* What would leave a container that cannot even begin. */
static int check_start(const struct seccomp_profile *profile, const struct config *config,
		       const char *path, bool execute, struct error *err)
{
	const char *exec = execute ? "execveat" : "execve";
	if (!allows(profile, exec, true))
		return error_set(
		    err, E_SECCOMP, 0,
		    "%s: does not allow %s: nothing could be executed in the container", path,
		    exec);
	if (!seccomp_profile_has(profile, ACTION_NOTIFY))
		return 0;
	if (!config->seccomp_proxy) {
		error_set(err, E_SECCOMP, 0, "%s: has notify, and there is nobody to ask", path);
		return error_fix(err, "lxc.seccomp.notify.proxy = unix:/PATH/OF/A/SOCKET");
	}
	/* Between the filter and the first program nobody could answer. */
	const char *const before[] = { "sendmsg", "close", exec };
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (!allows(profile, before[i], false) || asks_about(profile, before[i])) {
			error_set(err, E_SECCOMP, 0,
				  "%s: with notify, %s must be allowed: it is called before "
				  "anybody can be asked",
				  path, before[i]);
			return error_fix(err, "%s allow", before[i]);
		}
	return 0;
}

static int read_profile(const char *path, struct seccomp_profile *profile, struct error *err)
{
	struct stat st;
	char *text = NULL;
	/* O_NONBLOCK: a FIFO must not make us wait before we see what it is. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, E_SECCOMP, errno, "seccomp profile %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, E_SECCOMP, 0, "seccomp profile %s: not a regular file", path);
	ssize_t length = file_read_fd(fd, SECCOMP_PROFILE_MAX_FILE, &text);
	if (length < 0)
		return error_set(err, E_SECCOMP, errno, "seccomp profile %s", path);
	int result = seccomp_profile_parse(text, (size_t)length, path, profile, err);
	free(text);
	return result;
}

static bool kernel_has_filters(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* The shipped profile is a second line of defence: where it cannot be had, the log says so. */
static bool can_have_default(void)
{
	const char *why = !seccomp_can_compile()	       ? "built without libseccomp"
			  : !kernel_has_filters()	       ? "the kernel has no filters"
			  : !file_exists(PATH_SECCOMP_DEFAULT) ? "it is not installed"
							       : NULL;
	if (why)
		log_info("no default seccomp profile %s: %s", PATH_SECCOMP_DEFAULT, why);
	return !why;
}

static int plan_filter(const struct config *config, const char *path, bool execute,
		       struct seccomp_filter *filter, struct error *err)
{
	struct seccomp_profile profile = { 0 };
	int result = 0;
	if (!kernel_has_filters())
		return error_set(err, E_SECCOMP, errno, "%s: the kernel takes no filter", path);
	if (!seccomp_can_compile()) /* says so itself */
		result = seccomp_compile(&profile, path, filter, err);
	if (result == 0)
		result = read_profile(path, &profile, err);
	if (result == 0)
		result = check_start(&profile, config, path, execute, err);
	if (result == 0)
		result = seccomp_compile(&profile, path, filter, err);
	seccomp_profile_clear(&profile);
	return result;
}

struct order {
	const struct config *config;
	const char *path;
	bool execute;
};

/* One byte, and the program. */
static int write_filter(void *data, int to, struct error *err)
{
	const struct order *order = data;
	struct seccomp_filter filter = { 0 };
	if (plan_filter(order->config, order->path, order->execute, &filter, err) < 0)
		return -1;
	char notifies = filter.notifies;
	if (file_write_fd(to, &notifies, 1) < 0 ||
	    file_write_fd(to, (const char *)filter.code, filter.length * sizeof(*filter.code)) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	return 0;
}

/*
 * libseccomp leaves the heap in shreds, and this process is a supervisor next, which would hold on
 * to them for as long as the container runs.
 */
static int plan_filter_aside(const struct order *order, struct seccomp_filter *filter,
			     struct error *err)
{
	_cleanup_aside_ struct aside aside = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t size;
	if (aside_begin(&aside, write_filter, (void *)order, err) < 0 ||
	    aside_end(&aside, &text, &size, err) < 0)
		return -1;
	if (!size)
		return error_set(err, E_SECCOMP, 0, "%s: no filter was made", order->path);
	filter->notifies = text[0] != 0;
	filter->length = (unsigned short)((size - 1) / sizeof(*filter->code));
	filter->code = xmalloc(size);
	memcpy(filter->code, text + 1, size - 1);
	return 0;
}

int seccomp_plan(const struct config *config, bool execute, struct seccomp_filter *filter,
		 struct error *err)
{
	const char *given = config->seccomp_profile;
	_cleanup_free_ char *path = config_shared_path(given ? given : PATH_SECCOMP_DEFAULT);
	*filter = (struct seccomp_filter){ 0 };
	if (given ? strcmp(given, "none") == 0 : !can_have_default())
		return 0;
	if (config->seccomp_nesting == 0 &&
	    prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER) {
		log_notice("seccomp: lxc.seccomp.allow_nesting = 0: there is a filter around this "
			   "process already, no other is added");
		return 0;
	}
	const struct order order = { config, path, execute };
	if (plan_filter_aside(&order, filter, err) == 0) {
		if (config->seccomp_proxy && !filter->notifies)
			log_notice("lxc.seccomp.notify.proxy: %s has no notify, nobody is asked",
				   path);
		return 0;
	}
	return config->seccomp_origin.line ? error_rule(err, "%s:%u", config->seccomp_origin.file,
							config->seccomp_origin.line)
					   : -1;
}

void seccomp_filter_clear(struct seccomp_filter *filter)
{
	free(filter->code);
	*filter = (struct seccomp_filter){ 0 };
}

/* ---- load ---- */

/* Another uid than root has left the capability permitted only; execve(2) takes it away. */
static int raise_sys_admin(void)
{
	cap_value_t value = CAP_SYS_ADMIN;
	cap_t caps = cap_get_proc();
	int result = caps ? cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_SET) : -1;
	if (result == 0)
		result = cap_set_proc(caps);
	cap_free(caps);
	return result;
}

int seccomp_filter_load(const struct seccomp_filter *filter, int channel, struct error *err)
{
	struct sock_fprog program = { .len = filter->length, .filter = filter->code };
	unsigned flags = filter->notifies ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	if (!filter->length)
		return 0;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 && raise_sys_admin() < 0)
		return error_set(err, E_SECCOMP, errno, "CAP_SYS_ADMIN for the filter");
	long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (listener < 0) {
		error_set(err, E_SECCOMP, errno, "loading the filter");
		if (errno == EBUSY) /* has_duplicate_listener() */
			error_fix(err, "the filter around this container has notify, too, and the "
				       "kernel takes one of them: remove notify from the profile");
		return -1;
	}
	if (!filter->notifies)
		return 0;
	int fd = (int)listener;
	int result = socket_send(channel, "l", 1, &fd, 1);
	int saved = errno;
	/* Not left to close-on-exec: whoever is root inside could look at it until then. */
	close(fd);
	close(channel);
	return result < 0 ? error_set(err, E_SECCOMP, saved, "handing the listener over") : 0;
}
