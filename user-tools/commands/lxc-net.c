// SPDX-License-Identifier: LGPL-2.1-or-later
/* The bridge of the containers, for service files and for root: network/bridge-service.h. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "commands/command.h"
#include "network/bridge-service.h"

static const struct option_info options[] = {
	{ OPTION_JSON, "json", NULL, VALUE_NONE, "with status: print JSON" },
	{ 'q', "quiet", NULL, VALUE_NONE, "print no messages" },
	{ 0 },
};

/* Of the actions that service files know. */
enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, STOPPED = 3, NOT_ROOT = 4, BAD_SETTINGS = 6 };

static const char *const files[] = { SYSCONFDIR "/default/lxc-net", SYSCONFDIR "/sysconfig/lxc-net",
				     NULL };

static int exit_code(const struct error *err)
{
	switch (err->code) {
	case E_NONE:
		return DONE;
	case E_USAGE:
		return USAGE;
	case E_PRIVILEGE:
		return NOT_ROOT;
	case E_CONFIG_READ:
	case E_CONFIG_SYNTAX:
	case E_CONFIG_KEY:
	case E_CONFIG_VALUE:
		return BAD_SETTINGS;
	default:
		return FAILED;
	}
}

static void start(bool restart, struct error *err)
{
	struct bridge_settings settings;
	if (bridge_settings_read(files, &settings, err) < 0)
		return;
	if (settings.use)
		bridge_service_start(&settings, restart, err);
	else
		log_notice("USE_LXC_BRIDGE is \"false\": there is nothing to start");
	bridge_settings_free(&settings);
}

static void stop(struct error *err)
{
	char kept[IFNAMSIZ];
	if (bridge_service_stop(kept, err) == 0 && *kept)
		log_notice(
		    "the bridge %s stays: interfaces are attached to it, or it was not made by "
		    "lxc-net",
		    kept);
}

static const char *const states[] = { "stopped", "running", "incomplete" };

static void print_text(const struct bridge_status *status)
{
	printf("State:    %s\n", states[status->state]);
	if (!*status->bridge)
		return;
	printf("Bridge:   %s, %u attached%s\n", status->bridge, status->ports,
	       status->there && !status->ours ? ", not made by lxc-net" : "");
	for (size_t i = 0; i < status->addresses.count; i++)
		printf("Address:  %s\n", status->addresses.items[i]);
	if (status->dnsmasq_pid)
		printf("DHCP/DNS: dnsmasq, process %d\n", (int)status->dnsmasq_pid);
	for (size_t i = 0; i < status->missing.count; i++)
		printf("Missing:  %s\n", status->missing.items[i]);
}

static int print_json(const struct bridge_status *status, struct error *err)
{
	struct json json;
	json_print_begin(&json);
	json_string(&json, "state", states[status->state]);
	json_string(&json, "bridge", *status->bridge ? status->bridge : NULL);
	json_bool(&json, "own", status->ours);
	json_uint(&json, "attached", status->ports);
	json_strings(&json, "addresses", &status->addresses);
	if (status->rules < 0)
		json_null(&json, "rules");
	else
		json_bool(&json, "rules", status->rules);
	if (status->dnsmasq_pid)
		json_int(&json, "dnsmasq_pid", status->dnsmasq_pid);
	else
		json_null(&json, "dnsmasq_pid");
	json_strings(&json, "missing", &status->missing);
	return json_print_end(&json, err);
}

static int print_status(const struct context *context, struct error *err)
{
	static const int codes[] = { STOPPED, DONE, FAILED };
	struct bridge_status status;
	if (bridge_service_status(&status, err) < 0)
		return FAILED;
	int code = codes[status.state];
	if (!json_wanted(context))
		print_text(&status);
	else if (print_json(&status, err) < 0)
		code = FAILED;
	bridge_status_free(&status);
	return code;
}

static int run(struct context *context, struct error *err)
{
	const char *action = context->word_count == 1 ? context->words[0] : "";
	context->quiet = option_given(context, 'q');
	log_set_quiet(context->quiet);
	if (strcmp(action, "status") == 0)
		return print_status(context, err);
	if (json_wanted(context))
		error_set(err, E_USAGE, 0, "--json goes with status");
	else if (strcmp(action, "start") == 0)
		start(false, err);
	else if (strcmp(action, "restart") == 0 || strcmp(action, "reload") == 0 ||
		 strcmp(action, "force-reload") == 0)
		start(true, err);
	else if (strcmp(action, "stop") == 0)
		stop(err);
	else
		error_set(err, E_USAGE, 0,
			  "start, stop, restart, reload, force-reload or status is expected");
	return exit_code(err);
}

const struct command command = {
	.name = "lxc-net",
	.summary = "the bridge of the containers, with its addresses, NAT, DHCP and DNS",
	.synopsis = "start|stop|restart|status",
	.options = options,
	.flags = COMMAND_LOOSE | COMMAND_ANYWHERE,
	.words = VALUE_ACTION,
	.exit_codes = "0  done; status: running\n"
		      "1  failed, with the reason; status: something of it is missing\n"
		      "2  no such action\n"
		      "3  status: stopped\n"
		      "4  only root may do that\n"
		      "6  /etc/default/lxc-net is wrong\n",
	.run = run,
};
