// SPDX-License-Identifier: LGPL-2.1-or-later
/* The groups of a container as text for the runtime directory: VERSION CONTROLLERS MOUNT BASE, one
 * hierarchy a line; before them, where the names are not the usual ones, 0 PAYLOAD MONITOR. */
#include "cgroup/internal.h"

#include <string.h>

/* Blanks, newlines and backslashes as \ooo, and "-" for nothing, so that a line has four words
 * whatever is in them. */
static void put_word(FILE *out, const char *text)
{
	if (!*text)
		fputc('-', out);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p <= ' ' || *p == '\\' || *p == 0x7f)
			fprintf(out, "\\%03o", *p);
		else
			fputc(*p, out);
}

static char *get_word(const char **cursor)
{
	size_t length = strcspn(*cursor, " \n");
	char *out = xmalloc(length + 1), *to = out;
	for (size_t i = 0; i < length; i++) {
		const char *p = *cursor + i;
		if (*p == '\\' && i + 3 < length && strspn(p + 1, "01234567") >= 3) {
			*to++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
			i += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = 0;
	*cursor += length + ((*cursor)[length] == ' ');
	if (strcmp(out, "-") == 0)
		*out = 0;
	return out;
}

char *cgroup_to_text(const struct cgroup *cgroup)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return xstrdup("");
	if (cgroup->monitor_wanted) {
		fputs("0 ", out);
		put_word(out, cgroup->payload);
		fputc(' ', out);
		put_word(out, cgroup->monitor);
		fputc('\n', out);
	}
	for (size_t i = 0; i < cgroup->list.count; i++) {
		const struct hierarchy *h = &cgroup->list.items[i];
		if (!h->delegated)
			continue;
		fprintf(out, "%d ", h->version);
		put_word(out, h->controllers);
		fputc(' ', out);
		put_word(out, h->mount);
		fputc(' ', out);
		put_word(out, h->base);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

/* "" or "/a/b", never "..": the text decides where rmdir goes. */
static bool path_is_plain(const char *path)
{
	return (!*path || path[0] == '/') && !strstr(path, "//") && !strstr(path, "/../") &&
	       !string_ends(path, "/..") && !string_ends(path, "/");
}

static int parse_line(const char *line, struct hierarchies *list)
{
	if ((line[0] != '1' && line[0] != '2') || line[1] != ' ')
		return -1;
	const char *cursor = line + 2;
	struct hierarchy *h = hierarchies_add(list);
	h->version = line[0] - '0';
	h->controllers = get_word(&cursor);
	h->mount = get_word(&cursor);
	h->base = get_word(&cursor);
	h->own = xstrdup(h->base);
	return (*cursor && *cursor != '\n') || !*h->mount || !path_is_plain(h->mount) ||
		       !path_is_plain(h->base)
		   ? -1
		   : 0;
}

static int parse_names(const char *line, struct cgroup *cgroup)
{
	const char *cursor = line + 2;
	free(cgroup->payload);
	free(cgroup->monitor);
	cgroup->payload = get_word(&cursor);
	cgroup->monitor = get_word(&cursor);
	return cgroup_path_is_valid(cgroup->payload) && cgroup_path_is_valid(cgroup->monitor) ? 0
											      : -1;
}

int cgroup_from_text(const char *container_name, const char *text, struct cgroup **out,
		     struct error *err)
{
	struct cgroup *cgroup;
	*out = NULL;
	if (cgroup_new_empty(container_name, &cgroup, err) < 0)
		return -1;
	for (const char *line = text; *line; line = strchrnul(line, '\n'), line += *line == '\n') {
		bool names = line == text && string_starts(line, "0 ");
		if ((names ? parse_names(line, cgroup) : parse_line(line, &cgroup->list)) < 0) {
			cgroup_free(cgroup);
			return error_set(err, E_CGROUP, 0,
					 "\"%.*s\" does not name a control group (VERSION "
					 "CONTROLLERS MOUNT GROUP)",
					 (int)strcspn(line, "\n"), line);
		}
	}
	/* A group that is gone needs no removal: the hierarchy counts as not delegated. */
	for (size_t i = 0; i < cgroup->list.count; i++) {
		struct hierarchy *h = &cgroup->list.items[i];
		h->delegated = hierarchy_open_base(h) == 0;
	}
	*out = cgroup;
	return 0;
}
