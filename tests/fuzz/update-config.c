// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What lxc-update-config does to a text: once is enough, lines stay lines, and a text that means
 * something means the same afterwards.
 */
#include <string.h>

#include "base/log.h"
#include "config/internal.h"
#include "tests/fuzz/fuzz.h"

static size_t count_lines(const char *text, size_t size)
{
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

static struct config *load(const char *text, size_t size)
{
	struct config *config = config_new();
	if (config_load_text(config, text, size, "fuzz", NULL) == 0)
		return config;
	config_free(config);
	return NULL;
}

static void check_same_meaning(const char *text, size_t size, const char *updated)
{
	_cleanup_config_ struct config *before = load(text, size);
	if (!before)
		return;
	_cleanup_config_ struct config *after = load(updated, strlen(updated));
	PROMISE(after, "it does not load any more:\n%s", updated);
	PROMISE(before->store->item_count == after->store->item_count, "other lines in effect:\n%s",
		updated);
	for (size_t i = 0; i < before->store->item_count; i++) {
		bool known;
		const char *key = before->store->items[i].key;
		_cleanup_free_ char *a = config_get(before, key, &known);
		_cleanup_free_ char *b = config_get(after, key, &known);
		/* The last lxc.rootfs.backend counts for all paths, the reader meets them in turn;
		 * x in a hardware address is drawn anew. */
		bool other = strcmp(key, "lxc.rootfs.path") == 0 || string_ends(key, ".hwaddr");
		PROMISE(a && b && (other || strcmp(a, b) == 0), "%s: \"%s\" became \"%s\"", key, a,
			b);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Other files are other inputs: this target reads none. */
	if (memmem(data, size, "lxc.include", strlen("lxc.include")) || memchr(data, 0, size))
		return 0;
	log_set_quiet(true);
	const char *text = (const char *)data;
	struct error err = { 0 };
	_cleanup_free_ char *updated = NULL, *again = NULL;
	int result = config_update_text(text, size, "fuzz", &updated, NULL, &err);
	PROMISE((result < 0) == error_is_set(&err), "result %d, \"%s\"", result, err.message);
	PROMISE((result < 0) == !updated, "result %d with %s text", result, updated ? "a" : "no");
	if (result < 0) {
		PROMISE(string_starts(err.message, "fuzz:"), "no place: %s", err.message);
		return 0;
	}
	PROMISE(count_lines(text, size) == count_lines(updated, strlen(updated)),
		"lines came or went:\n%s", updated);
	PROMISE(config_update_text(updated, strlen(updated), "fuzz", &again, NULL, &err) == 0, "%s",
		err.message);
	PROMISE(strcmp(updated, again) == 0, "the second time changes more:\n%s\nbecame\n%s",
		updated, again);
	check_same_meaning(text, size, updated);
	return 0;
}
