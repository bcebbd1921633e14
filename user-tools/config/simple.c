// SPDX-License-Identifier: LGPL-2.1-or-later
/* Setters for values that are one field: text, numbers, signals, words. An empty value brings the
 * default back. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/personality.h>

#include "base/log.h"
#include "config/internal.h"

const char *config_place(const struct config_origin *origin)
{
	static __thread char text[4200];
	if (origin->file && origin->line)
		snprintf(text, sizeof(text), "%s:%u", origin->file, origin->line);
	else
		snprintf(text, sizeof(text), "%s", origin->file ? origin->file : "command line");
	return text;
}

int config_refuse(const struct config_key *key, const struct config_item *item, struct error *err,
		  const char *fmt, ...)
{
	char what[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return error_set(err, E_CONFIG_VALUE, 0, "%s: %s = %.200s: %s; accepted: %s",
			 config_place(&item->origin), item->key, item->value, what, key->form);
}

static void *field(struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

/* As LXC's numbers: decimal, 0x... or 0...; the whole value. */
static int parse_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 0);
	if (errno || *end || value > max)
		return -1;
	*out = value;
	return 0;
}

int config_set_string(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	size_t limit = key->max ? (size_t)key->max : 4095;
	if (strlen(item->value) > limit)
		return config_refuse(key, item, err, "longer than %zu bytes", limit);
	string_replace(field(config, key), *item->value ? item->value : NULL);
	return 0;
}

int config_set_path(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	return config_set_string(config, key, item, err);
}

/* Below a directory that the key names: relative, and it does not lead out. */
int config_set_subdirectory(struct config *config, const struct config_key *key,
			    const struct config_item *item, struct error *err)
{
	_cleanup_free_ char *framed = xasprintf("/%s/", item->value);
	if (*item->value &&
	    (strstr(framed, "//") || strstr(framed, "/./") || strstr(framed, "/../")))
		return config_refuse(key, item, err, "not the name of a directory below");
	return config_set_string(config, key, item, err);
}

int config_set_bool(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	struct config *defaults = config_new();
	uint64_t value = *(bool *)field(defaults, key);
	config_free(defaults);
	if (*item->value && parse_number(item->value, 1, &value) < 0)
		return config_refuse(key, item, err, "not 0 or 1");
	*(bool *)field(config, key) = value != 0;
	return 0;
}

int config_set_uint(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	uint64_t value = 0;
	if (*item->value && parse_number(item->value, key->max, &value) < 0)
		return config_refuse(key, item, err, "not a number from 0 to %llu",
				     (unsigned long long)key->max);
	*(uint32_t *)field(config, key) = (uint32_t)value;
	return 0;
}

int config_set_size(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	uint64_t value = 500000;
	if (*item->value && (parse_number(item->value, 1ull << 40, &value) < 0 || !value))
		return config_refuse(key, item, err, "not a number of bytes");
	*(uint64_t *)field(config, key) = value;
	return 0;
}

int config_set_order(struct config *config, const struct config_key *key,
		     const struct config_item *item, struct error *err)
{
	int64_t value = 0;
	if (*item->value && parse_int64(item->value, INT32_MIN, INT32_MAX, &value) < 0)
		return config_refuse(key, item, err, "not a number");
	*(int *)field(config, key) = (int)value;
	return 0;
}

int config_set_signal(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	int *slot = field(config, key);
	int value = slot == &config->signal_pdeath ? 9 : 0;
	if (*item->value && (value = signal_from_name(item->value)) < 0)
		return config_refuse(key, item, err, "not a signal");
	*slot = value;
	return 0;
}

int config_set_words(struct config *config, const struct config_key *key,
		     const struct config_item *item, struct error *err)
{
	(void)err;
	if (!*item->value)
		string_list_clear(field(config, key));
	string_list_add_words(field(config, key), item->value, " \t,");
	return 0;
}

int config_set_environment(struct config *config, const struct config_key *key,
			   const struct config_item *item, struct error *err)
{
	struct string_list *list = field(config, key);
	if (!*item->value) {
		string_list_clear(list);
		return 0;
	}
	if (*item->value == '=')
		return config_refuse(key, item, err, "the name is missing");
	if (strchr(item->value, '=')) {
		string_list_add(list, item->value);
		return 0;
	}
	const char *value = getenv(item->value);
	if (!value)
		return config_refuse(key, item, err, "the variable is not set here");
	string_list_take(list, xasprintf("%s=%s", item->value, value));
	return 0;
}

int config_set_command(struct config *config, const struct config_key *key,
		       const struct config_item *item, struct error *err)
{
	struct string_list words = { 0 };
	struct error why = { 0 };
	int result = config_split_command(item->value, &words, &why);
	string_list_clear(&words);
	return result < 0 ? config_refuse(key, item, err, "%.200s", why.message)
			  : config_set_string(config, key, item, err);
}

static const struct {
	const char *name, *canonical;
	long personality;
} architectures[] = {
	{ "i686", "i686", PER_LINUX32 },      { "x86", "i686", PER_LINUX32 },
	{ "i386", "i686", PER_LINUX32 },      { "i486", "i686", PER_LINUX32 },
	{ "i586", "i686", PER_LINUX32 },      { "athlon", "i686", PER_LINUX32 },
	{ "linux32", "i686", PER_LINUX32 },   { "x32", "i686", PER_LINUX32 },
	{ "arm", "i686", PER_LINUX32 },	      { "armel", "i686", PER_LINUX32 },
	{ "armhf", "i686", PER_LINUX32 },     { "armv7l", "i686", PER_LINUX32 },
	{ "mips", "i686", PER_LINUX32 },      { "mipsel", "i686", PER_LINUX32 },
	{ "ppc", "i686", PER_LINUX32 },	      { "powerpc", "i686", PER_LINUX32 },
	{ "x86_64", "x86_64", PER_LINUX },    { "amd64", "x86_64", PER_LINUX },
	{ "linux64", "x86_64", PER_LINUX },   { "aarch64", "x86_64", PER_LINUX },
	{ "arm64", "x86_64", PER_LINUX },     { "loongarch64", "x86_64", PER_LINUX },
	{ "loong64", "x86_64", PER_LINUX },   { "mips64", "x86_64", PER_LINUX },
	{ "mips64el", "x86_64", PER_LINUX },  { "ppc64", "x86_64", PER_LINUX },
	{ "ppc64el", "x86_64", PER_LINUX },   { "ppc64le", "x86_64", PER_LINUX },
	{ "powerpc64", "x86_64", PER_LINUX }, { "riscv64", "x86_64", PER_LINUX },
	{ "s390x", "x86_64", PER_LINUX },
};

int config_set_arch(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	config->personality = -1;
	string_replace(&config->arch, NULL);
	if (!*item->value)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(architectures); i++)
		if (strcmp(item->value, architectures[i].name) == 0) {
			config->personality = architectures[i].personality;
			string_replace(&config->arch, architectures[i].canonical);
			return 0;
		}
	return config_refuse(key, item, err, "not a known architecture");
}

int config_set_rootfs(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	static const struct {
		const char *name;
		bool is_path; /* what follows: a path, or what another program calls it */
	} types[] = { { "dir", true },	 { "overlay", true }, { "overlayfs", true },
		      { "btrfs", true }, { "zfs", false },    { "lvm", true },
		      { "rbd", false },	 { "loop", true },    { "nbd", false } };
	bool is_path = true;
	const char *path = item->value;
	string_replace(&config->rootfs_type, "dir");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t length = strlen(types[i].name);
		if (strncmp(path, types[i].name, length) == 0 && path[length] == ':') {
			string_replace(&config->rootfs_type, types[i].name);
			is_path = types[i].is_path;
			path += length + 1;
			break;
		}
	}
	if (*path && *path != '/' && is_path)
		return config_refuse(key, item, err, "not an absolute path");
	if (strlen(path) > 4095)
		return config_refuse(key, item, err, "longer than 4095 bytes");
	string_replace(&config->rootfs_path, *path ? path : NULL);
	return 0;
}

int config_set_idmap(struct config *config, const struct config_key *key,
		     const struct config_item *item, struct error *err)
{
	struct error why = { 0 };
	config->idmap_origin = item->origin;
	if (!*item->value) {
		config->idmap = (struct idmap){ 0 };
		config->idmap_auto = config->has_idmap = false;
		return 0;
	}
	bool is_auto = strcmp(item->value, "auto") == 0;
	if (config->has_idmap && is_auto != config->idmap_auto)
		return config_refuse(key, item, err, "auto and explicit lines exclude each other");
	config->has_idmap = true;
	config->idmap_auto = is_auto;
	if (is_auto || idmap_parse_line(&config->idmap, item->value, " \t", &why) == 0)
		return 0;
	error_set(err, why.code, 0, "%s: %s = %.200s: %s", config_place(&item->origin), item->key,
		  item->value, why.message);
	return error_fix(err, "%s", why.fix);
}

static int capability_number(const char *word)
{
	uint32_t number;
	cap_value_t value;
	if (parse_uint32(word, &number) == 0)
		return number <= 63 ? (int)number : -1;
	/* libcap takes capitals, and ends a name where cap_from_text(3) would: "chown=ep". */
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz_")])
		return -1;
	_cleanup_free_ char *name = xasprintf("cap_%s", word);
	return cap_from_name(name, &value) == 0 ? (int)value : -1;
}

int config_set_caps(struct config *config, const struct config_key *key,
		    const struct config_item *item, struct error *err)
{
	bool keep = strcmp(key->name, "lxc.cap.keep") == 0;
	uint64_t *mask = keep ? &config->cap_keep : &config->cap_drop;
	struct string_list words = { 0 };
	if (!*item->value) {
		*mask = 0;
		config->has_cap_keep = config->has_cap_keep && !keep;
		return 0;
	}
	if (keep ? config->cap_drop != 0 : config->has_cap_keep)
		return config_refuse(key, item, err,
				     "lxc.cap.drop and lxc.cap.keep exclude each other");
	config->has_cap_keep = config->has_cap_keep || keep;
	string_list_add_words(&words, item->value, " \t");
	int result = 0;
	for (size_t i = 0; i < words.count && result == 0; i++) {
		int number = capability_number(words.items[i]);
		if (keep && strcmp(words.items[i], "none") == 0)
			*mask = 0;
		else if (number >= 0)
			*mask |= 1ull << number;
		else
			result = config_refuse(key, item, err, "\"%.40s\" is no capability",
					       words.items[i]);
	}
	string_list_clear(&words);
	return result;
}

int config_set_log_level(struct config *config, const struct config_key *key,
			 const struct config_item *item, struct error *err)
{
	config->log_level = *item->value ? log_level_from_name(item->value) : -1;
	if (*item->value && config->log_level < 0)
		return config_refuse(key, item, err, "not a log level");
	return 0;
}

int config_set_syslog(struct config *config, const struct config_key *key,
		      const struct config_item *item, struct error *err)
{
	const char *value = item->value;
	bool local =
	    strncasecmp(value, "local", 5) == 0 && value[5] >= '0' && value[5] <= '7' && !value[6];
	if (*value && !local && strcasecmp(value, "daemon") != 0)
		return config_refuse(key, item, err, "not a facility");
	return config_set_string(config, key, item, err);
}
