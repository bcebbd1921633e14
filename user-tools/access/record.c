// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access/record.h"

#include <string.h>

#include "base/util.h"
#include "access/choice.h"
#include "setuid-helpers/protocol.h"

static const char *const statuses[] = {
	[STATUS_OK] = "done",
	[STATUS_ENVIRONMENT] = "started in a way that it does not accept",
	[STATUS_NOT_PRIVILEGED] = "the helper has no privilege",
	[STATUS_SYSTEM] = "the kernel refused",
	[STATUS_MALFORMED] = "malformed request",
	[STATUS_POLICY_MISSING] = "there is no lxc-usernet",
	[STATUS_POLICY_UNSAFE] = "a policy file is not safe to trust",
	[STATUS_NOT_YOURS] = "the target is not the caller's",
	[STATUS_NO_RULE] = "the line of lxc-usernet does not give it",
	[STATUS_QUOTA] = "all places of the line are taken",
	[STATUS_LINK_MISSING] = "the link does not exist",
	[STATUS_LINK_KIND] = "the link is of the wrong kind",
	[STATUS_LINK_FULL] = "the bridge has no free port",
	[STATUS_NAME_TAKEN] = "the name is taken",
	[STATUS_EXTENT_INVALID] = "an id range is invalid",
	[STATUS_EXTENT_FORBIDDEN] = "an id range is not delegated",
	[STATUS_EXTENT_OTHERS] = "an id range holds another user's id",
	[STATUS_RESTRICTED] = "the line of lxc-usernet restricts it",
	[STATUS_HWADDR_TAKEN] = "the hardware address is taken",
	[STATUS_PAIR_TAKEN] = "the alternative name or the route is taken",
};

const char *record_status(uint32_t status)
{
	return status < ARRAY_SIZE(statuses) && statuses[status] ? statuses[status]
								 : "unknown status";
}

/* The next word, which is name=VALUE, and one blank before the one after it. */
static bool take_value(struct text *rest, const char *name, struct text *value)
{
	size_t length = strlen(name);
	struct text at = *rest, word;
	if (!text_take_field(&at, ' ', &word) || word.size <= length ||
	    memcmp(word.data, name, length) != 0 || word.data[length] != '=')
		return false;
	*value = (struct text){ word.data + length + 1, word.size - length - 1 };
	for (size_t i = 0; i < value->size; i++)
		if (value->data[i] <= ' ' || value->data[i] > '~')
			return false;
	*rest = at;
	return true;
}

static bool take_number(struct text *rest, const char *name, uint32_t *number)
{
	struct text value;
	return take_value(rest, name, &value) && text_number(value, UINT32_MAX, number);
}

static bool take_net_intent(struct text *rest, struct record *record)
{
	struct text type;
	if (!take_value(rest, "type", &type) || !(record->type = usernet_type_of(type)) ||
	    !take_value(rest, "link", &record->link) || !record->link.size ||
	    record->link.size > 15 || !take_value(rest, "label", &record->label) ||
	    !take_number(rest, "rule", &record->rule))
		return false;
	return true;
}

static bool take_map_intent(struct text *rest, struct record *record)
{
	struct text groups;
	if (!take_value(rest, "setgroups", &groups) || !take_value(rest, "uids", &record->uids) ||
	    !take_value(rest, "gids", &record->gids))
		return false;
	record->deny_setgroups = text_equal(groups, text_of("deny"));
	return record->deny_setgroups || text_equal(groups, text_of("allow"));
}

static bool take_end(struct text *rest, struct record *record)
{
	return take_number(rest, "stage", &record->stage) && record->stage >= STAGE_SANITISE &&
	       record->stage <= STAGE_DONE && take_number(rest, "status", &record->status) &&
	       (record->stage == STAGE_DONE) == (record->status == STATUS_OK) &&
	       take_number(rest, "error", &record->error) && !rest->data;
}

bool record_parse(struct text identifier, struct text message, struct record *record)
{
	struct text rest = message, op, word;
	*record = (struct record){ .is_map = text_equal(identifier, text_of("lxc-idmap")) };
	if (!record->is_map && !text_equal(identifier, text_of("lxc-net")))
		return false;
	if (!take_value(&rest, "op", &op) ||
	    !text_equal(op, text_of(record->is_map ? "map" : "net")) ||
	    !take_number(&rest, "uid", &record->uid))
		return false;
	struct text peek = rest;
	if (!take_value(&peek, "stage", &word)) {
		record->asked = true;
		if (!(record->is_map ? take_map_intent(&rest, record)
				     : take_net_intent(&rest, record)))
			return false;
		record->intent = rest.data ? (size_t)(rest.data - message.data) - 1 : message.size;
		/* May be missing; if it is another word, or malformed, the end is, too. */
		if (!record->is_map && rest.data)
			take_value(&rest, "host", &record->host);
	}
	record->ended = rest.data != NULL;
	return !record->ended || take_end(&rest, record);
}
