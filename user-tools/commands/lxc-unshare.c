// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/user.h"
#include "container/unshare.h"

static const struct option_info options[] = {
	{ 's', "namespaces", "LIST", VALUE_TEXT,
	  "new namespaces, separated by |: MOUNT PID UTSNAME IPC USER NETWORK CGROUP" },
	{ 'u', "user", "USER", VALUE_TEXT,
	  "the command is this user (name or uid), who is the caller outside; needs USER" },
	{ 'H', "hostname", "NAME", VALUE_TEXT, "set the host name; needs UTSNAME" },
	{ 'i', "ifname", "INTERFACE", VALUE_TEXT,
	  "move an interface of the host in, repeatable; needs NETWORK" },
	{ 'd', "daemon", NULL, VALUE_NONE, "do not wait for the command" },
	{ 'M', "remount", NULL, VALUE_NONE, "fresh /proc, /dev/shm and /dev/mqueue; needs MOUNT" },
	{ 0 },
};

/* Also by the kernel's names, and in lower case. */
static const struct {
	const char *name;
	int flag;
} namespaces[] = {
	{ "MOUNT", CLONE_NEWNS },      { "MNT", CLONE_NEWNS },	    { "PID", CLONE_NEWPID },
	{ "UTSNAME", CLONE_NEWUTS },   { "UTS", CLONE_NEWUTS },	    { "IPC", CLONE_NEWIPC },
	{ "USER", CLONE_NEWUSER },     { "NETWORK", CLONE_NEWNET }, { "NET", CLONE_NEWNET },
	{ "CGROUP", CLONE_NEWCGROUP },
};

static int flag_of(const char *word, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (strcasecmp(word, namespaces[i].name) == 0)
			return namespaces[i].flag;
	error_set(err, E_USAGE, 0, "--namespaces=%s: not a namespace", word);
	return error_fix(err, "MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, separated by |");
}

static int read_namespaces(const struct context *context, int *flags, struct error *err)
{
	const char *text = option_value(context, 's');
	struct string_list words = { 0 };
	int result = 0;
	string_list_add_words(&words, text ? text : "", "|");
	for (size_t i = 0; i < words.count && result >= 0; i++) {
		result = flag_of(words.items[i], err);
		*flags |= result > 0 ? result : 0;
	}
	if (!words.count) {
		result = error_set(err, E_USAGE, 0, "which namespaces? There is no -s LIST");
		error_fix(err, "lxc-unshare -s 'USER|MOUNT|PID' -M -- COMMAND");
	}
	string_list_clear(&words);
	return result < 0 ? -1 : 0;
}

/* A name, or a number that need not be anybody's: the group is that of the account. */
static int read_user(const struct context *context, struct unshare_options *wanted,
		     struct error *err)
{
	const char *text = option_value(context, 'u');
	struct user_accounts accounts;
	uint32_t uid = UINT32_MAX;
	if (!text)
		return 0;
	wanted->has_id = parse_uint32(text, &uid) == 0 && uid != UINT32_MAX;
	wanted->uid = wanted->gid = uid;
	user_accounts_read(&accounts);
	for (size_t i = 0; i < accounts.count; i++) {
		const struct user_account *account = &accounts.items[i];
		if (wanted->has_id ? account->uid != uid : strcmp(account->name, text) != 0)
			continue;
		wanted->has_id = true;
		wanted->uid = account->uid;
		wanted->gid = account->gid;
		break;
	}
	user_accounts_clear(&accounts);
	if (wanted->has_id)
		return 0;
	error_set(err, E_USAGE, 0, "--user=%s: nobody is called so", text);
	return error_fix(err, "a name of /etc/passwd, or a uid");
}

static int run(struct context *context, struct error *err)
{
	struct string_list interfaces = { 0 };
	struct unshare_options wanted = { .hostname = option_value(context, 'H'),
					  .interfaces = &interfaces,
					  .remount = option_given(context, 'M'),
					  .daemon = option_given(context, 'd'),
					  .argv = context->words };
	int status = 1;
	if (!context->word_count) {
		error_set(err, E_USAGE, 0, "which command? There are no words for it");
		return 1;
	}
	if (context_open_log(context, err) < 0 ||
	    read_namespaces(context, &wanted.namespaces, err) < 0 ||
	    read_user(context, &wanted, err) < 0)
		return 1;
	option_values(context, 'i', &interfaces);
	if (unshare_run(&wanted, &status, err) < 0)
		status = 1;
	string_list_clear(&interfaces);
	return status;
}

const struct command command = {
	.name = "lxc-unshare",
	.summary = "run a command in new namespaces",
	.synopsis = "-s LIST [--] COMMAND [ARGUMENT]...",
	.options = options,
	.words = VALUE_FILE,
	.exit_codes =
	    "that of the command, 128+N if signal N ended it, 126 or 127 if it cannot be run\n"
	    "0  with -d: it runs\n"
	    "1  an error: a bad option, no such interface, no privilege\n",
	.run = run,
};
