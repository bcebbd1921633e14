// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <string.h>

#include "commands/command.h"
#include "network/network.h"

static const struct option_info options[] = {
	{ 'c', "config", "KEY", VALUE_TEXT, "print a key of the configuration file" },
	{ 'i', "ips", NULL, VALUE_NONE, "print the addresses" },
	{ 'p', "pid", NULL, VALUE_NONE, "print the pid of init" },
	{ 's', "state", NULL, VALUE_NONE, "print the state" },
	{ 'S', "stats", NULL, VALUE_NONE, "print the counters" },
	{ 'H', "no-humanize", NULL, VALUE_NONE,
	  "plain numbers; the bare value when only one thing is asked for" },
	JSON_OPTION,
	{ 0 },
};

/* What is asked for. */
struct wanted {
	bool state, pid, ips, stats, raw, bare, all;
};

static void print_text(const struct wanted *wanted, const char *label, const char *value)
{
	if (wanted->bare)
		puts(value);
	else
		printf("%-15s %s\n", label, value);
}

static void size_text(char *out, size_t size, uint64_t value)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB" };
	size_t unit = 0;
	double scaled = (double)value;
	while (scaled >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		scaled /= 1024;
		unit++;
	}
	if (unit)
		snprintf(out, size, "%.2f %s", scaled, units[unit]);
	else
		snprintf(out, size, "%" PRIu64 " bytes", value);
}

/* A counter that no controller keeps (-1) has no line. */
static void print_size(const struct wanted *wanted, const char *label, int64_t value)
{
	char text[64];
	if (value < 0)
		return;
	if (wanted->raw)
		snprintf(text, sizeof(text), "%" PRId64, value);
	else
		size_text(text, sizeof(text), (uint64_t)value);
	printf("%-15s %s\n", label, text);
}

static void print_cpu(const struct wanted *wanted, int64_t nanoseconds)
{
	if (nanoseconds < 0)
		return;
	if (wanted->raw)
		printf("%-15s %" PRId64 "\n", "CPU use:", nanoseconds);
	else
		printf("%-15s %.2f seconds\n", "CPU use:", (double)nanoseconds / 1e9);
}

/* Counted on the host, shown from the container's side. */
static void print_link(const struct wanted *wanted, const char *link)
{
	uint64_t host_rx, host_tx;
	printf("%-15s %s\n", "Link:", link);
	if (network_link_counters(link, &host_rx, &host_tx) < 0)
		return;
	print_size(wanted, " TX bytes:", (int64_t)host_rx);
	print_size(wanted, " RX bytes:", (int64_t)host_tx);
	print_size(wanted, " Total bytes:", (int64_t)(host_rx + host_tx));
}

static void print_info(const struct wanted *wanted, const char *name,
		       const struct container_info *info)
{
	char number[32];
	if (wanted->all)
		print_text(wanted, "Name:", name);
	if (wanted->state)
		print_text(wanted, "State:", container_state_name(info->state));
	if (wanted->pid && info->init_pid > 0) {
		snprintf(number, sizeof(number), "%d", (int)info->init_pid);
		print_text(wanted, "PID:", number);
	}
	for (size_t i = 0; wanted->ips && i < info->addresses.count; i++)
		print_text(wanted, "IP:", info->addresses.items[i]);
	if (!wanted->stats)
		return;
	print_cpu(wanted, info->cpu_ns);
	print_size(wanted, "BlkIO use:", info->blkio_bytes);
	print_size(wanted, "Memory use:", info->memory_bytes);
	print_size(wanted, "KMem use:", info->kernel_memory_bytes);
	for (size_t i = 0; i < info->links.count; i++)
		print_link(wanted, info->links.items[i]);
}

static void print_key(const struct container *container, const char *key, bool bare)
{
	bool known;
	_cleanup_free_ char *value = config_get(container->config, key, &known);
	if (!known)
		fprintf(stderr, "%s invalid\n", key);
	else if (bare)
		puts(value);
	else
		printf("%s =%s%s\n", key, *value ? " " : "", value);
}

/* A value that may be several lines is a list, unset ones are null or empty. */
static void add_key(struct json *json, const struct container *container, const char *key)
{
	bool known;
	_cleanup_free_ char *value = config_get(container->config, key, &known);
	if (!known) {
		fprintf(stderr, "%s invalid\n", key);
		return;
	}
	if (!config_is_list(key)) {
		json_string(json, key, *value ? value : NULL);
		return;
	}
	struct string_list lines = { 0 };
	string_list_add_words(&lines, value, "\n");
	json_strings(json, key, &lines);
	string_list_clear(&lines);
}

static void add_link(struct json *json, const char *link)
{
	uint64_t host_rx, host_tx;
	bool known = network_link_counters(link, &host_rx, &host_tx) == 0;
	json_object(json, NULL);
	json_string(json, "name", link);
	json_known(json, "tx_bytes", known ? (int64_t)host_rx : -1);
	json_known(json, "rx_bytes", known ? (int64_t)host_tx : -1);
	json_end(json);
}

static void add_range(struct json *json, const char *key, const struct string_list *list,
		      size_t from, size_t to)
{
	json_array(json, key);
	for (size_t i = from; i < to; i++)
		json_string(json, NULL, list->items[i]);
	json_end(json);
}

static int print_json(const struct container *container, const struct container_info *info,
		      const struct string_list *keys, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "name", container->name);
	json_string(&json, "state", container_state_name(info->state));
	json_known(&json, "pid", info->init_pid);
	json_known(&json, "supervisor_pid", info->supervisor_pid);
	json_strings(&json, "interfaces", &info->interfaces);
	add_range(&json, "ipv4", &info->addresses, 0, info->ipv4_count);
	add_range(&json, "ipv6", &info->addresses, info->ipv4_count, info->addresses.count);
	json_known(&json, "cpu_ns", info->cpu_ns);
	json_known(&json, "blkio_bytes", info->blkio_bytes);
	json_known(&json, "memory_bytes", info->memory_bytes);
	json_known(&json, "swap_bytes", info->memory_swap_bytes);
	json_known(&json, "kernel_memory_bytes", info->kernel_memory_bytes);
	json_array(&json, "links");
	for (size_t i = 0; i < info->links.count; i++)
		add_link(&json, info->links.items[i]);
	json_end(&json);
	json_object(&json, "config");
	for (size_t i = 0; i < keys->count; i++)
		add_key(&json, container, keys->items[i]);
	json_end(&json);
	return json_print_end(&json, err);
}

static int run(struct context *context, struct error *err)
{
	_cleanup_container_ struct container *container = NULL;
	struct string_list keys = { 0 };
	struct container_info info;
	struct wanted wanted = { .state = option_given(context, 's'),
				 .pid = option_given(context, 'p'),
				 .ips = option_given(context, 'i'),
				 .stats = option_given(context, 'S'),
				 .raw = option_given(context, 'H') };
	option_values(context, 'c', &keys);
	int selectors = wanted.state + wanted.pid + wanted.ips + wanted.stats;
	bool bare_key = wanted.raw && keys.count == 1;
	wanted.bare = wanted.raw && selectors == 1;
	if (!(selectors + keys.count) || json_wanted(context))
		wanted.all = wanted.state = wanted.pid = wanted.ips = wanted.stats = true;
	if (context_open_container(context, &container, err) < 0)
		return 1;
	unsigned what = (wanted.ips ? INFO_ADDRESSES : 0) | (wanted.stats ? INFO_STATS : 0);
	if (container_get_info(container, what, &info, err) < 0)
		return 1;
	bool exists =
	    container_is_defined(container) || info.state != STATE_STOPPED || context->rcfile;
	if (!exists) {
		if (!context->quiet)
			fprintf(stderr, "%s doesn't exist\n", context->name);
		return 1;
	}
	if ((keys.count || context->rcfile) && container_load(container, context->rcfile, err) < 0)
		return 1;
	int result = 0;
	if (json_wanted(context))
		result = print_json(container, &info, &keys, err);
	else
		print_info(&wanted, context->name, &info);
	for (size_t i = 0; i < keys.count && !json_wanted(context); i++)
		print_key(container, keys.items[i], bare_key);
	container_info_clear(&info);
	string_list_clear(&keys);
	return result < 0;
}

const struct command command = {
	.name = "lxc-info",
	.summary = "show what a container is doing",
	.synopsis = "[NAME]",
	.options = options,
	.flags = COMMAND_NAME | COMMAND_NO_WORDS,
	.words = VALUE_CONTAINER,
	.exit_codes = "0  the container is defined or running\n"
		      "1  it does not exist, or its configuration cannot be read\n",
	.run = run,
};
