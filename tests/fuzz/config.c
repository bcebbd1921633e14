// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The reader of container configurations. Text that is refused is refused with a place and a
 * reason; what is in effect after text that loads, written down line by line, loads again and means
 * the same.
 */
#include <string.h>

#include "base/log.h"
#include "config/internal.h"
#include "tests/fuzz/fuzz.h"

#define NAME "fuzz"

static int load(struct config *config, const char *text, size_t size, struct error *err)
{
	int result = config_load_text(config, text, size, NAME, err);
	PROMISE((result < 0) == error_is_set(err), "result %d, error \"%s\"", result, err->message);
	if (result == 0)
		return 0;
	PROMISE(string_starts(err->message, NAME ":"), "no place: %s", err->message);
	PROMISE(err->code != E_CONFIG_READ, "a file was read: %s", err->message);
	return -1;
}

/* Quotes keep a value as it is: one pair is taken off, whatever stands inside. */
static char *in_effect(const struct config *config)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	for (size_t i = 0; i < config->store->item_count; i++) {
		const struct config_item *item = &config->store->items[i];
		fprintf(out, "%s = \"%s\"\n", item->key, item->value);
	}
	fclose(out);
	return text;
}

static void check_same(const struct config *first, const struct config *second)
{
	for (size_t i = 0; i < first->store->item_count; i++) {
		bool known;
		const char *key = first->store->items[i].key;
		_cleanup_free_ char *a = config_get(first, key, &known);
		PROMISE(known && a, "a line is in effect, but there is no key %s", key);
		_cleanup_free_ char *b = config_get(second, key, &known);
		/* x in a hardware address is drawn anew. */
		bool drawn = string_ends(key, ".hwaddr");
		PROMISE(known && b && (drawn || strcmp(a, b) == 0), "%s: \"%s\" became \"%s\"", key,
			a, b);
	}
#define SAME(field)                                                                               \
	PROMISE(first->field == second->field, #field " was %llu, and is %llu when written down", \
		(unsigned long long)first->field, (unsigned long long)second->field)
	/* An interface without a type is refused when the container starts. */
	bool typed = true;
	for (size_t i = 0; i < first->net_count; i++)
		typed = typed && first->nets[i].has_type;
	if (typed)
		SAME(net_count);
	SAME(mount_count);
	SAME(cgroup_count);
	SAME(limit_count);
	SAME(sysctls.count);
	SAME(procs.count);
	SAME(environment.count);
	SAME(groups.count);
	SAME(apparmor_raw.count);
	SAME(has_idmap);
	SAME(cap_drop);
	SAME(cap_keep);
	SAME(has_cap_keep);
	SAME(namespace_clone);
	SAME(namespace_keep);
	SAME(init_group_count);
	SAME(mount_auto.proc);
	SAME(mount_auto.cgroup);
	for (size_t i = 0; typed && i < first->net_count; i++) {
		SAME(nets[i].index);
		SAME(nets[i].type);
		SAME(nets[i].address_count);
		SAME(nets[i].route_count);
		SAME(nets[i].tagged_count);
	}
	for (size_t i = 0; i < HOOK_TYPES; i++)
		SAME(hooks[i].count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Other files are other inputs: this target reads none. */
	if (memmem(data, size, "lxc.include", strlen("lxc.include")))
		return 0;
	log_set_quiet(true);
	struct error err = { 0 };
	_cleanup_config_ struct config *config = config_new();
	if (load(config, (const char *)data, size, &err) < 0)
		return 0;
	_cleanup_free_ char *text = in_effect(config);
	_cleanup_config_ struct config *again = config_new();
	PROMISE(load(again, text, strlen(text), &err) == 0, "%s\n%s", err.message, text);
	check_same(config, again);
	(void)config_check_groups(config, NULL);
	struct string_list words = { 0 };
	if (config->init_cmd)
		PROMISE(config_split_command(config->init_cmd, &words, &err) == 0, "%s",
			err.message);
	string_list_clear(&words);
	return 0;
}
