// SPDX-License-Identifier: LGPL-2.1-or-later
/* The configuration a new container starts with. */
#define LOG_MODULE "image"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/util.h"
#include "image/internal.h"
#include "setuid-helpers/client-policy.h"

#define MAX_CONFIG (1 << 20)

static char *text_copy(struct text text)
{
	return xstrndup(text.data, text.size);
}

char *image_granted_link(struct text usernet, const struct account *account)
{
	struct text line, rest = usernet;
	struct usernet_rule rule;
	while (text_take_line(&rest, &line)) {
		if (usernet_parse_line(line, &rule) != USERNET_RULE ||
		    rule.type != TYPE_VETH ||
		    text_equal(rule.link, text_of("none")))
			continue;
		struct usernet_decision decision;
		usernet_decide(usernet, account, text_of("veth"), rule.link, &decision);
		uint32_t count = 0;
		for (size_t i = 0; i < decision.count; i++)
			count += decision.grant[i].count;
		if (count > 0)
			return text_copy(rule.link);
	}
	return NULL;
}

/* The same for the caller, from the files of the system. */
static char *caller_link(void)
{
	_cleanup_net_policy_ struct net_policy policy;
	net_policy_open(&policy);
	return policy.error ? NULL : image_granted_link(policy.file, &policy.account);
}

char *image_builtin_config(const char *link)
{
	if (!link)
		return xstrdup("lxc.idmap = auto\nlxc.net.0.type = empty\n");
	return xasprintf("lxc.idmap = auto\n"
			 "lxc.net.0.type = veth\n"
			 "lxc.net.0.link = %s\n"
			 "lxc.net.0.flags = up\n"
			 "lxc.net.0.hwaddr = 10:66:6a:xx:xx:xx\n",
			 link);
}

static int builtin_config(const char *missing, char **text)
{
	if (geteuid() == 0) {
		log_notice("there is no %s: the container starts with no network", missing);
		*text = xstrdup("lxc.net.0.type = empty\n");
		return 0;
	}
	_cleanup_free_ char *link = caller_link();
	if (link)
		log_notice("there is no %s: using your ids of /etc/subuid and a veth on %s",
			   missing, link);
	else
		log_notice("there is no %s: using your ids of /etc/subuid and no network, because "
			   "%s gives you no veth",
			   missing, PATH_USERNET);
	*text = image_builtin_config(link);
	return 0;
}

int image_initial_config(const char *file, char **text, struct error *err)
{
	_cleanup_free_ char *standard = file ? NULL : config_system_get("lxc.default_config");
	if (!file && (!standard || access(standard, F_OK) < 0))
		return builtin_config(standard ? standard : "default.conf", text);
	const char *path = file ? file : standard;
	_cleanup_config_ struct config *config = config_new();
	if (config_load(config, path, err) < 0)
		return -1;
	_cleanup_free_ char *content = NULL;
	ssize_t size = file_read_all(AT_FDCWD, path, MAX_CONFIG, &content);
	if (size < 0)
		return error_set(err, E_CONFIG_READ, errno, "configuration file %s", path);
	/* Old spellings were told when it was loaded; the container gets today's. */
	_cleanup_free_ char *updated = NULL;
	if (config_update_text(content, (size_t)size, path, &updated, NULL, err) < 0)
		return -1;
	const char *newline = *updated && !string_ends(updated, "\n") ? "\n" : "";
	bool add_ids = !config->has_idmap && geteuid() != 0;
	if (add_ids)
		log_notice("%s has no lxc.idmap: using your ids of /etc/subuid (lxc.idmap = auto)",
			   path);
	else if (!config->has_idmap)
		log_notice("%s has no lxc.idmap: root in this container is root of the host", path);
	*text = xasprintf("%s%s%s", updated, newline, add_ids ? "lxc.idmap = auto\n" : "");
	return 0;
}

/* Words of a comment: a newline in one would start a configuration line. */
static void add_words(char **line, const char *word)
{
	char *longer = xasprintf("%s%s%s", *line, **line ? " " : "", word);
	for (char *at = longer; *at; at++)
		if ((unsigned char)*at < 0x20)
			*at = '?';
	free(*line);
	*line = longer;
}

char *image_config_header(const char *template, char *const *arguments)
{
	_cleanup_free_ char *path = xstrdup(""), *words = xstrdup("");
	add_words(&path, template);
	for (size_t i = 0; arguments && arguments[i]; i++)
		add_words(&words, arguments[i]);
	return xasprintf("# Template used to create this container: %s\n"
			 "# Parameters passed to the template:%s%s\n"
			 "# The keys are explained in lxc.container.conf(5)\n\n",
			 path, *words ? " " : "", words);
}
