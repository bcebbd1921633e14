// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/old-keys.h"

#include <string.h>

#include "base/util.h"
#include "config/config.h"

/* A name that ends in '.' stands for all that begin with it. */
static const struct {
	const char *old, *now;
} renamed[] = {
	{ "lxc.utsname", "lxc.uts.name" },
	{ "lxc.rootfs", "lxc.rootfs.path" },
	{ "lxc.mount", "lxc.mount.fstab" },
	{ "lxc.tty", "lxc.tty.max" },
	{ "lxc.pts", "lxc.pty.max" },
	{ "lxc.devttydir", "lxc.tty.dir" },
	{ "lxc.console", "lxc.console.path" },
	{ "lxc.aa_profile", "lxc.apparmor.profile" },
	{ "lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete" },
	{ "lxc.se_context", "lxc.selinux.context" },
	{ "lxc.seccomp", "lxc.seccomp.profile" },
	{ "lxc.id_map", "lxc.idmap" },
	{ "lxc.haltsignal", "lxc.signal.halt" },
	{ "lxc.rebootsignal", "lxc.signal.reboot" },
	{ "lxc.stopsignal", "lxc.signal.stop" },
	{ "lxc.loglevel", "lxc.log.level" },
	{ "lxc.logfile", "lxc.log.file" },
	{ "lxc.syslog", "lxc.log.syslog" },
	{ "lxc.init_cmd", "lxc.init.cmd" },
	{ "lxc.init_uid", "lxc.init.uid" },
	{ "lxc.init_gid", "lxc.init.gid" },
	{ "lxc.limit", "lxc.prlimit" },
	{ "lxc.limit.", "lxc.prlimit." },
};

/* Keys of an interface whose names differ; all others keep theirs behind lxc.net.[i]. */
static const struct {
	const char *old, *now;
} net_renamed[] = {
	{ "ipv4", "ipv4.address" },
	{ "ipv6", "ipv6.address" },
};

static const struct {
	const char *old, *why;
} dropped[] = {
	{ "lxc.kmsg", "/dev/kmsg is never there" },
	{ "lxc.pivotdir", "nothing of the old root is kept while changing to the new one" },
	{ "lxc.rootfs.backend", "it is the prefix of lxc.rootfs.path" },
};

char *old_keys_rootfs(const struct old_keys *old, const char *path)
{
	return old->backend && *path == '/' ? xasprintf("%s:%s", old->backend, path) : NULL;
}

static enum old_key translate_net(struct old_keys *old, const char *name, const char *text,
				  char **key, char **value)
{
	size_t digits = strspn(name, "0123456789");
	if (strcmp(name, "type") == 0 && *text)
		old->interfaces++;
	if (!digits && !old->interfaces) {
		*key = "lxc.network.type has to come first";
		return OLD_KEY_WRONG;
	}
	/* Also lxc.network.0.type, as LXC 1 printed it, and lxc.network.0 to remove one. */
	_cleanup_free_ char *index =
	    digits ? xstrndup(name, digits) : xasprintf("%u", old->interfaces - 1);
	const char *rest = name + digits + (digits && name[digits] == '.');
	for (size_t i = 0; i < ARRAY_SIZE(net_renamed); i++)
		if (strcmp(rest, net_renamed[i].old) == 0)
			rest = net_renamed[i].now;
	*key = xasprintf("lxc.net.%s%s%s", index, *rest ? "." : "", rest);
	*value = xstrdup(text);
	return OLD_KEY_RENAMED;
}

enum old_key old_keys_translate(struct old_keys *old, const char *name, const char *text,
				char **key, char **value)
{
	*value = NULL;
	if (string_starts(name, "lxc.network."))
		return translate_net(old, name + strlen("lxc.network."), text, key, value);
	if (strcmp(name, "lxc.network") == 0) {
		old->interfaces = 0;
		*key = xstrdup("lxc.net");
		*value = xstrdup(text);
		return OLD_KEY_RENAMED;
	}
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		if (strcmp(name, dropped[i].old) == 0) {
			if (strcmp(name, "lxc.rootfs.backend") == 0)
				string_replace(&old->backend, *text ? text : NULL);
			*key = (char *)dropped[i].why;
			return OLD_KEY_DROPPED;
		}
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++) {
		size_t length = strlen(renamed[i].old);
		bool family = renamed[i].old[length - 1] == '.';
		if (family ? !string_starts(name, renamed[i].old)
			   : strcmp(name, renamed[i].old) != 0)
			continue;
		*key = xasprintf("%s%s", renamed[i].now, family ? name + length : "");
		if (strcmp(name, "lxc.rootfs") == 0)
			*value = old_keys_rootfs(old, text);
		if (!*value)
			*value = xstrdup(text);
		return OLD_KEY_RENAMED;
	}
	return OLD_KEY_NOT;
}

bool config_old_key_at(size_t i, const char **old, const char **now)
{
	if (i < ARRAY_SIZE(renamed)) {
		*old = renamed[i].old;
		*now = renamed[i].now;
		return true;
	}
	i -= ARRAY_SIZE(renamed);
	if (i >= ARRAY_SIZE(dropped))
		return false;
	*old = dropped[i].old;
	*now = dropped[i].why;
	return true;
}

void old_keys_clear(struct old_keys *old)
{
	string_replace(&old->backend, NULL);
	old->interfaces = 0;
}
