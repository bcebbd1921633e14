// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Build-time program: the table of lxc.* keys (user-tools/config/keys.c) as the KEYS section of
 * lxc.container.conf(5) in scdoc, or as the table of docs/COMPATIBILITY.md. usage: key-table
 * man|markdown
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"

/* Text with a backslash before each of the characters that mean something. */
static void put(const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

static const char *family(const char *name)
{
	return name[strlen(name) - 1] == '.' ? "NAME" : "";
}

static void print_man(struct config_key_info key)
{
	putchar('*');
	put(key.name, "_*\\");
	printf("%s*%s\n\t%c", family(key.name), key.list ? " (+)" : "",
	       toupper((unsigned char)*key.meaning));
	put(key.meaning + 1, "_*\\");
	printf(". Value: ");
	put(key.form, "_*\\");
	putchar('.');
	if (key.others) {
		printf(" Ordinary users: ");
		put(key.others, "_*\\");
		putchar('.');
	}
	printf("\n\n");
}

static void print_row(const char *name, const char *tail, const char *form, const char *others,
		      const char *test)
{
	printf("| `%s%s` | ", name, tail);
	put(form, "|");
	printf(" | %s | ", others);
	put(test ? test : "", "|");
	printf(" |\n");
}

static void print_markdown(void)
{
	static const char *const namespaces[] = { "user", "mnt", "pid",	   "net",
						  "uts",  "ipc", "cgroup", "time" };
	const char *old, *now;
	printf("| key | value | ordinary users | shown by |\n|---|---|---|---|\n");
	for (size_t i = 0; i < config_key_count(); i++) {
		struct config_key_info key = config_key_at(i);
		/* A family whose members are known has a row for each. */
		bool known = strcmp(key.name, "lxc.namespace.share.") == 0;
		for (size_t n = 0; n < (known ? ARRAY_SIZE(namespaces) : 1); n++)
			print_row(key.name, known ? namespaces[n] : family(key.name), key.form,
				  key.others ? key.others : "yes", key.test);
	}
	for (size_t i = 0; config_old_key_at(i, &old, &now); i++) {
		bool is_key = strncmp(now, "lxc.", 4) == 0;
		char text[128];
		snprintf(text, sizeof(text), is_key ? "read as `%s%s`" : "not needed: %s", now,
			 is_key ? family(now) : "");
		print_row(old, family(old), text, "yes",
			  is_key ? "test-config-old-keys.c: "
				   "every_old_spelling_means_what_the_new_one_means"
				 : "test-config-old-keys.c: "
				   "what_has_no_meaning_any_more_is_read_and_becomes_a_comment");
	}
	print_row("lxc.network.", "*", "read as `lxc.net.[i].*`", "yes",
		  "test-config-old-keys.c: each_network_type_begins_the_next_interface");
}

int main(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "man") && strcmp(argv[1], "markdown")))
		errx(2, "usage: key-table man|markdown");
	if (strcmp(argv[1], "markdown") == 0)
		print_markdown();
	else
		for (size_t i = 0; i < config_key_count(); i++)
			print_man(config_key_at(i));
	return fflush(stdout) || ferror(stdout);
}
