// SPDX-License-Identifier: LGPL-2.1-or-later
#include "setuid-helpers/client-policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/util.h"

#define MAX_ACCOUNTS (16 << 20)

enum { USERNET, PASSWD, GROUP };

/* Not what would make us wait: a FIFO in the place of the file is for net-helper to refuse. */
static bool is_regular(const char *path)
{
	struct stat info;
	if (stat(path, &info) < 0)
		return false;
	if (!S_ISREG(info.st_mode))
		errno = EINVAL;
	return S_ISREG(info.st_mode);
}

static struct text read_text(struct net_policy *policy, int which, const char *path, size_t max)
{
	ssize_t size =
	    is_regular(path) ? file_read_all(AT_FDCWD, path, max, &policy->texts[which]) : -1;
	if (size < 0 && which == USERNET)
		policy->error = errno;
	return (struct text){ policy->texts[which], size > 0 ? (size_t)size : 0 };
}

static void read_files(struct net_policy *policy, uid_t uid)
{
	*policy = (struct net_policy){ .account = { .uid = uid } };
	policy->file = read_text(policy, USERNET, PATH_USERNET, USERNET_MAX_FILE);
	policy->account.passwd = read_text(policy, PASSWD, "/etc/passwd", MAX_ACCOUNTS);
	policy->account.group = read_text(policy, GROUP, "/etc/group", MAX_ACCOUNTS);
	account_resolve(&policy->account);
}

void net_policy_open(struct net_policy *policy)
{
	read_files(policy, getuid());
	policy->account.gid = getgid();
	int count = getgroups(0, NULL);
	policy->groups = xcalloc((size_t)(count > 0 ? count : 1), sizeof(*policy->groups));
	count = count > 0 ? getgroups(count, policy->groups) : 0;
	policy->account.groups = policy->groups;
	policy->account.group_count = count > 0 ? (size_t)count : 0;
}

/* The primary group, which is field 4 of the user's first line of passwd. */
static void find_primary_group(struct account *account)
{
	struct text rest = account->passwd, line, name, field;
	while (text_take_line(&rest, &line)) {
		uint32_t gid;
		if (text_take_field(&line, ':', &name) && text_equal(name, account->name) &&
		    text_take_field(&line, ':', &field) && text_take_field(&line, ':', &field) &&
		    text_take_field(&line, ':', &field) && text_number(field, ID_MAX, &gid)) {
			account->gid = gid;
			return;
		}
	}
}

static bool has_member(struct text members, struct text name)
{
	struct text member;
	while (text_take_field(&members, ',', &member))
		if (text_equal(member, name))
			return true;
	return false;
}

void net_policy_open_for(struct net_policy *policy, uid_t uid)
{
	read_files(policy, uid);
	struct account *account = &policy->account;
	account->gid = UINT32_MAX;
	if (!account->name.size)
		return;
	find_primary_group(account);
	struct text rest = account->group, line, field, number;
	while (text_take_line(&rest, &line)) {
		uint32_t gid;
		if (!text_take_field(&line, ':', &field) || !text_take_field(&line, ':', &field) ||
		    !text_take_field(&line, ':', &number) || !line.data ||
		    !text_number(number, ID_MAX, &gid) || !has_member(line, account->name))
			continue;
		policy->groups = xrealloc(policy->groups, (account->group_count + 1) * sizeof(gid));
		policy->groups[account->group_count++] = gid;
	}
	account->groups = policy->groups;
}

void net_policy_close(struct net_policy *policy)
{
	for (size_t i = 0; i < ARRAY_SIZE(policy->texts); i++)
		free(policy->texts[i]);
	free(policy->groups);
	*policy = (struct net_policy){ .error = 0 };
}
