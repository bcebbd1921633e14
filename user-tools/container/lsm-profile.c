// SPDX-License-Identifier: LGPL-2.1-or-later
/* Generated AppArmor profiles: the text, and its way into the kernel and out again, which is
 * root's. */
#define LOG_MODULE "lsm"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "container/credentials.h"
#include "container/lsm.h"

#define PARSER "apparmor_parser"

#define PARTS DATADIR "/lxc/apparmor"

char *lsm_profile_text(const char *name, bool nesting, const struct string_list *raw)
{
	_cleanup_free_ char *own = string_list_join(raw, "\n  ");
	return xasprintf("profile \"%s\" flags=(attach_disconnected,mediate_deleted) {\n"
			 "  include \"" PARTS "/container\"\n"
			 "  include \"" PARTS "/%s\"\n"
			 "  %s\n}\n",
			 name, nesting ? "nesting" : "mounts", own ? own : "");
}

/* The text on the parser's standard input: it needs no file that somebody could change. */
static int run_parser(const char *option, const char *text)
{
	int status;
	_cleanup_close_ int input = memfd_create("profile", MFD_CLOEXEC);
	if (input < 0 || file_write_fd(input, text, strlen(text)) < 0 ||
	    lseek(input, 0, SEEK_SET) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		struct string_list environment = { 0 };
		credentials_reset_signals();
		dup2(input, 0);
		string_list_add(&environment, "PATH=/usr/sbin:/sbin:/usr/bin:/bin");
		execute_command((char *[]){ PARSER, "-qK", (char *)option, NULL }, &environment);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

int lsm_load(const struct lsm_plan *plan, struct error *err)
{
	if (!plan->generated || run_parser("-r", plan->generated) == 0)
		return 0;
	error_set(err, E_LSM, 0, "loading the generated AppArmor profile %s", plan->label);
	return error_fix(err, "lxc.apparmor.raw may have a rule that %s does not take", PARSER);
}

void lsm_unload(const struct lsm_plan *plan)
{
	if (plan->generated && run_parser("-R", plan->generated) < 0)
		log_warn("the AppArmor profile %s stays loaded", plan->label);
}
