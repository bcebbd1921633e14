// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters of lxc.seccomp.*, lxc.apparmor.* and lxc.selinux.*. */
#include <string.h>
#include <sys/un.h>

#include "config/internal.h"

/* An empty value is LXC's way to have no filter; without any line there is the shipped one. */
int config_set_seccomp_profile(struct config *config, const struct config_key *key,
			       const struct config_item *item, struct error *err)
{
	const char *value = *item->value ? item->value : "none";
	if (*value != '/' && strcmp(value, "none") != 0)
		return config_refuse(key, item, err, "not an absolute path");
	if (strlen(value) > 4095)
		return config_refuse(key, item, err, "longer than 4095 bytes");
	config->seccomp_origin = item->origin;
	string_replace(&config->seccomp_profile, value);
	return 0;
}

int config_set_seccomp_nesting(struct config *config, const struct config_key *key,
			       const struct config_item *item, struct error *err)
{
	uint32_t value = 0;
	if (*item->value && (parse_uint32(item->value, &value) < 0 || value > 1))
		return config_refuse(key, item, err, "not 0 or 1");
	config->seccomp_nesting = *item->value ? (int)value : -1;
	return 0;
}

int config_set_seccomp_proxy(struct config *config, const struct config_key *key,
			     const struct config_item *item, struct error *err)
{
	const char *address = item->value + 5;
	if (!*item->value) {
		string_replace(&config->seccomp_proxy, NULL);
		return 0;
	}
	if (!string_starts(item->value, "unix:") || (*address != '/' && *address != '@') ||
	    !address[1])
		return config_refuse(key, item, err, "not the address of a socket");
	if (strlen(address) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return config_refuse(key, item, err, "the address is longer than %zu bytes",
				     sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
	string_replace(&config->seccomp_proxy, item->value);
	return 0;
}

/* The name of a profile, or a context. */
int config_set_label(struct config *config, const struct config_key *key,
		     const struct config_item *item, struct error *err)
{
	for (const char *at = item->value; *at; at++)
		if ((unsigned char)*at < ' ')
			return config_refuse(key, item, err, "has a control character");
	if (string_starts(key->name, "lxc.apparmor."))
		config->apparmor_origin = item->origin;
	else
		config->selinux_origin = item->origin;
	return config_set_string(config, key, item, err);
}

/* Whole lines that add up; an empty one clears them. */
int config_set_lines(struct config *config, const struct config_key *key,
		     const struct config_item *item, struct error *err)
{
	(void)err;
	struct string_list *list = (struct string_list *)((char *)config + key->offset);
	if (*item->value)
		string_list_add(list, item->value);
	else
		string_list_clear(list);
	return 0;
}

void config_free_security(struct config *config)
{
	free(config->seccomp_profile);
	free(config->seccomp_proxy);
	free(config->seccomp_cookie);
	free(config->apparmor_profile);
	string_list_clear(&config->apparmor_raw);
	free(config->selinux_context);
	free(config->selinux_keyring);
}
