// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/account.h"

struct user {
	struct text name;
	uint32_t uid, gid;
};

/* The next well-formed line NAME:PASSWORD:UID:GID:GECOS:HOME:SHELL. */
static bool take_user(struct text *passwd, struct user *user)
{
	struct text line, field[7];
	while (text_take_line(passwd, &line)) {
		size_t n = 0;
		while (n < 7 && text_take_field(&line, ':', &field[n]))
			n++;
		if (n == 7 && !line.data && field[0].size &&
		    text_number(field[2], ID_MAX, &user->uid) &&
		    text_number(field[3], ID_MAX, &user->gid)) {
			user->name = field[0];
			return true;
		}
	}
	return false;
}

struct group {
	struct text name, members;
	uint32_t gid;
};

/* The next well-formed line NAME:PASSWORD:GID:MEMBER,MEMBER. */
static bool take_group(struct text *file, struct group *group)
{
	struct text line, field[4];
	while (text_take_line(file, &line)) {
		size_t n = 0;
		while (n < 4 && text_take_field(&line, ':', &field[n]))
			n++;
		if (n == 4 && !line.data && field[0].size &&
		    text_number(field[2], ID_MAX, &group->gid)) {
			group->name = field[0];
			group->members = field[3];
			return true;
		}
	}
	return false;
}

static bool find_user(struct text passwd, struct text name, struct user *user)
{
	while (take_user(&passwd, user))
		if (text_equal(user->name, name))
			return true;
	return false;
}

void account_resolve(struct account *account)
{
	struct text rest = account->passwd;
	struct user user, first;
	account->name_count = 0;
	while (account->name_count < ACCOUNT_MAX_NAMES && take_user(&rest, &user))
		if (user.uid == account->uid && find_user(account->passwd, user.name, &first) &&
		    first.uid == account->uid)
			account->names[account->name_count++] = user.name;
}

bool account_is_user(const struct account *account, struct text word)
{
	struct user namesake;
	uint32_t number;
	for (size_t i = 0; i < account->name_count; i++)
		if (text_equal(account->names[i], word))
			return true;
	return text_number(word, ID_MAX, &number) && number == account->uid &&
	       !find_user(account->passwd, word, &namesake);
}

static bool has_member(const struct account *account, struct text members)
{
	struct text name;
	while (text_take_field(&members, ',', &name))
		for (size_t i = 0; i < account->name_count; i++)
			if (text_equal(account->names[i], name))
				return true;
	return false;
}

static bool group_id(struct text file, struct text word, uint32_t *gid)
{
	struct group group;
	while (take_group(&file, &group))
		if (text_equal(group.name, word)) {
			*gid = group.gid;
			return true;
		}
	return text_number(word, ID_MAX, gid);
}

bool account_in_group(const struct account *account, struct text word, uint32_t *gid)
{
	struct text passwd = account->passwd, file = account->group;
	struct user user;
	struct group group;
	if (!group_id(file, word, gid))
		return false;
	if (account->gid == *gid)
		return true;
	for (size_t i = 0; i < account->group_count; i++)
		if (account->groups[i] == *gid)
			return true;
	while (take_user(&passwd, &user))
		if (user.uid == account->uid && user.gid == *gid)
			return true;
	while (take_group(&file, &group))
		if (group.gid == *gid && has_member(account, group.members))
			return true;
	return false;
}

bool account_others_in_range(const struct account *account, bool gids, uint32_t start,
			     uint32_t count)
{
	struct text rest = account->passwd;
	struct user user;
	while (take_user(&rest, &user)) {
		uint32_t id = gids ? user.gid : user.uid;
		uint32_t own = gids ? account->gid : account->uid;
		if (user.uid != account->uid && id != own && id >= start && id - start < count)
			return true;
	}
	return false;
}
