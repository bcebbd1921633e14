/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inputs for the policy parsers: the policy file, then passwd(5) and group(5), with a line "%"
 * between them. Each part is a block of memory of exactly its size, so that one byte read too many
 * is seen. The account is uid and gid 1000, member of 27 and 100.
 */
#ifndef FUZZ_ACCOUNT_H
#define FUZZ_ACCOUNT_H

#include <string.h>

#include "policy/account.h"
#include "tests/fuzz/fuzz.h"

enum { PART_POLICY, PART_PASSWD, PART_GROUP, PARTS };

struct parts {
	char *data[PARTS];
	size_t size[PARTS];
};

static inline void parts_take(struct parts *parts, const uint8_t *data, size_t size)
{
	for (int i = 0; i < PARTS; i++) {
		const uint8_t *mark = i < PARTS - 1 ? memmem(data, size, "\n%\n", 3) : NULL;
		size_t length = mark ? (size_t)(mark + 1 - data) : size;
		parts->data[i] = malloc(length);
		if (length)
			memcpy(parts->data[i], data, length);
		parts->size[i] = length;
		data += mark ? length + 2 : length;
		size -= mark ? length + 2 : length;
	}
}

static inline void parts_free(struct parts *parts)
{
	for (int i = 0; i < PARTS; i++)
		free(parts->data[i]);
}

static inline struct text parts_text(const struct parts *parts, int part)
{
	return (struct text){ parts->data[part], parts->size[part] };
}

static inline struct account parts_account(const struct parts *parts)
{
	static const uint32_t groups[] = { 27, 100 };
	struct account account = {
		.uid = 1000,
		.gid = 1000,
		.groups = groups,
		.group_count = 2,
		.passwd = parts_text(parts, PART_PASSWD),
		.group = parts_text(parts, PART_GROUP),
	};
	account_resolve(&account);
	PROMISE(!account.name.size || account_is_user(&account, account.name),
		"the account's name is not its own");
	return account;
}

#endif
