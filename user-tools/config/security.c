// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters of lxc.seccomp.*. */
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

void config_free_security(struct config *config)
{
	free(config->seccomp_profile);
	free(config->seccomp_proxy);
	free(config->seccomp_cookie);
}
