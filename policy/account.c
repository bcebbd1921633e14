// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/account.h"

/* Fields of a line: NAME:PASSWORD:UID:GID:GECOS:HOME:SHELL, NAME:PASSWORD:GID:MEMBERS */
enum { PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };

struct record {
	struct text field[PASSWD_FIELDS];
	uint32_t id; /* uid or gid */
};

/* The next well-formed line. */
static bool take_record(struct text *file, size_t fields, struct record *record)
{
	struct text line;
	while (text_take_line(file, &line)) {
		size_t n = 0;
		while (n < fields && text_take_field(&line, ':', &record->field[n]))
			n++;
		if (n == fields && !line.data && record->field[0].size &&
		    text_number(record->field[2], ID_MAX, &record->id))
			return true;
	}
	return false;
}

/* The id of a name: that of its first line. */
static bool find_name(struct text file, size_t fields, struct text name, uint32_t *id)
{
	struct record record;
	while (take_record(&file, fields, &record)) {
		*id = record.id;
		if (text_equal(record.field[0], name))
			return true;
	}
	return false;
}

void account_resolve(struct account *account)
{
	struct text rest = account->passwd;
	struct record user;
	uint32_t uid;
	account->name = (struct text){ NULL, 0 };
	while (!account->name.size && take_record(&rest, PASSWD_FIELDS, &user))
		if (user.id == account->uid &&
		    find_name(account->passwd, PASSWD_FIELDS, user.field[0], &uid) &&
		    uid == account->uid)
			account->name = user.field[0];
}

bool account_is_user(const struct account *account, struct text word)
{
	uint32_t number;
	return (word.size && text_equal(word, account->name)) ||
	       (text_number(word, ID_MAX, &number) && number == account->uid &&
		!find_name(account->passwd, PASSWD_FIELDS, word, &number));
}

bool account_in_group(const struct account *account, struct text word, uint32_t *gid)
{
	if (!find_name(account->group, GROUP_FIELDS, word, gid) && !text_number(word, ID_MAX, gid))
		return false;
	bool member = account->gid == *gid;
	for (size_t i = 0; i < account->group_count && !member; i++)
		member = account->groups[i] == *gid;
	return member;
}

bool account_others_in_range(const struct account *account, bool gids, uint32_t start,
			     uint32_t count)
{
	struct text rest = account->passwd;
	uint32_t own = gids ? account->gid : account->uid, id;
	struct record user;
	while (take_record(&rest, PASSWD_FIELDS, &user))
		if (text_number(user.field[gids ? 3 : 2], ID_MAX, &id) && user.id != account->uid &&
		    id != own && id >= start && id - start < count)
			return true;
	return false;
}
