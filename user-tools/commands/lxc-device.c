// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/command.h"

#include <string.h>

#include "container/device.h"

static const struct option_info options[] = { { 0 } };

struct order {
	const char *word;
	int (*link)(const struct container *container, const char *device, const char *other,
		    struct error *err);
	int (*node)(const struct container *container, const char *device, const char *other,
		    struct error *err);
};

static const struct order orders[] = {
	{ "add", device_add_link, device_add_node },
	{ "del", device_remove_link, device_remove_node },
};

static const struct order *find_order(const struct context *context, struct error *err)
{
	const char *word = context->word_count ? context->words[0] : "";
	const struct order *order = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		if (strcmp(word, orders[i].word) == 0)
			order = &orders[i];
	if (!order)
		error_set(err, E_USAGE, 0, "\"%s\": add or del is expected", word);
	else if (context->word_count < 2)
		error_set(err, E_USAGE, 0, "%s which device? There is no word for it", word);
	else if (context->word_count > 3)
		error_set(err, E_USAGE, 0, "unexpected word \"%s\"", context->words[3]);
	else
		return order;
	error_fix(err, "lxc-device -n NAME add eth1 [wan], lxc-device -n NAME del /dev/fuse");
	return NULL;
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	const struct order *order = find_order(context, err);
	if (!order || context_open_container(context, &container, err) < 0 ||
	    (context->rcfile && container_load(container, context->rcfile, err) < 0))
		return 1;
	const char *device = context->words[1];
	const char *other = context->word_count > 2 ? context->words[2] : NULL;
	/* No interface has a slash in its name, and every path of a device has. */
	return (*device == '/' ? order->node : order->link)(container, device, other, err) < 0;
}

const struct command command = {
	.name = "lxc-device",
	.summary = "move a network interface or show a device to a running container",
	.synopsis = "[NAME] add|del DEVICE [OTHER-NAME]",
	.options = options,
	.flags = COMMAND_NAME,
	.words = VALUE_CONTAINER,
	.exit_codes =
	    "0  it is there; it is gone\n"
	    "1  an error: it is not running, there is no such device, the name is taken, no line "
	    "of lxc-usernet or no privilege gives it\n",
	.run = run,
};
