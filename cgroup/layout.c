// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which hierarchies are mounted, and where in each the caller is: mountinfo and /proc/self/cgroup,
 * cgroups(7). */
#include "cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define MOUNTINFO_MAX (16U << 20)
#define MEMBERSHIP_MAX (1U << 20)

bool cgroup_list_has(const char *list, const char *word)
{
	size_t length = strlen(word);
	while (*list) {
		list += strspn(list, " ,\n");
		size_t n = strcspn(list, " ,\n");
		if (n && n == length && memcmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

bool cgroup_strip_level(char *group)
{
	char *slash = strrchr(group, '/');
	if (!slash)
		return false;
	*slash = 0;
	return true;
}

void cgroup_strip_own_levels(char *group)
{
	const char *slash = strrchr(group, '/');
	if (slash && (strcmp(slash + 1, CGROUP_LEAF) == 0 ||
		      string_starts(slash + 1, CGROUP_MONITOR_PREFIX)))
		cgroup_strip_level(group);
}

struct hierarchy *hierarchies_add(struct hierarchies *list)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	struct hierarchy *h = &list->items[list->count++];
	*h = (struct hierarchy){ .base_fd = -1,
				 .payload_fd = -1,
				 .init_fd = -1,
				 .procs_fd = -1,
				 .leaf_fd = -1,
				 .leaf_procs_fd = -1 };
	return h;
}

void hierarchy_close_payload(struct hierarchy *h)
{
	util_close_fd(&h->payload_fd);
	util_close_fd(&h->init_fd);
	util_close_fd(&h->procs_fd);
	util_close_fd(&h->leaf_fd);
	util_close_fd(&h->leaf_procs_fd);
	h->payload_fd = h->init_fd = h->procs_fd = h->leaf_fd = h->leaf_procs_fd = -1;
}

static void hierarchy_clear(struct hierarchy *h)
{
	free(h->controllers);
	free(h->mount);
	free(h->own);
	free(h->base);
	util_close_fd(&h->base_fd);
	hierarchy_close_payload(h);
}

void hierarchies_clear(struct hierarchies *list)
{
	for (size_t i = 0; i < list->count; i++)
		hierarchy_clear(&list->items[i]);
	free(list->items);
	*list = (struct hierarchies){ 0 };
}

/* mountinfo writes blank, tab, newline and backslash as \040 \011 \012 \134. */
static char *unescape(const char *text, size_t length)
{
	char *out = xmalloc(length + 1), *to = out;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 3 < length && text[i + 1] >= '0' && text[i + 1] <= '3' &&
		    text[i + 2] >= '0' && text[i + 2] <= '7' && text[i + 3] >= '0' &&
		    text[i + 3] <= '7') {
			*to++ = (char)((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
				       (text[i + 3] - '0'));
			i += 3;
		} else {
			*to++ = text[i];
		}
	}
	*to = 0;
	return out;
}

/* One blank-separated word of a line that ends at newline or NUL. */
struct word {
	const char *at;
	size_t length;
};

static bool next_word(const char **cursor, struct word *word)
{
	const char *p = *cursor + strspn(*cursor, " ");
	word->at = p;
	word->length = strcspn(p, " \n");
	*cursor = p + word->length;
	return word->length > 0;
}

static bool word_is(const struct word *word, const char *text)
{
	return strlen(text) == word->length && memcmp(word->at, text, word->length) == 0;
}

/* A mountinfo line of type cgroup or cgroup2. */
struct mount_line {
	int id, version;
	char *root, *point, *options;
};

static void mount_line_clear(struct mount_line *line)
{
	free(line->root);
	free(line->point);
	free(line->options);
}

static bool parse_mount_line(const char *text, struct mount_line *line)
{
	enum { ID, PARENT, DEVICE, ROOT, POINT, MOUNT_OPTIONS, FIXED };
	struct word words[FIXED], type, source, options;
	const char *cursor = text;
	for (int i = 0; i < FIXED; i++)
		if (!next_word(&cursor, &words[i]))
			return false;
	do { /* optional fields up to the dash */
		if (!next_word(&cursor, &type))
			return false;
	} while (!word_is(&type, "-"));
	if (!next_word(&cursor, &type))
		return false;
	*line = (struct mount_line){
		.version = word_is(&type, "cgroup2")  ? 2
			   : word_is(&type, "cgroup") ? 1
						      : 0,
		.id = atoi(words[ID].at),
	};
	if (!line->version || !next_word(&cursor, &source) || !next_word(&cursor, &options))
		return false;
	line->root = unescape(words[ROOT].at, words[ROOT].length);
	line->point = unescape(words[POINT].at, words[POINT].length);
	line->options = xstrndup(options.at, options.length);
	return line->point[0] == '/';
}

/*
 * The group as a path below the mount whose root is root, or NULL where the mount does not show it.
 * Paths with "/.." lie outside of the reader's cgroup namespace: nothing below such a mount can be
 * named.
 */
static char *group_below(const char *root, const char *group)
{
	if (group[0] != '/' || root[0] != '/' || strstr(group, "/..") || strstr(root, "/.."))
		return NULL;
	if (strcmp(root, "/") != 0) {
		size_t length = strlen(root);
		if (strncmp(group, root, length) != 0 || (group[length] && group[length] != '/'))
			return NULL;
		group += length;
	}
	return xstrdup(strcmp(group, "/") == 0 ? "" : group);
}

/* The line ID:CONTROLLERS:PATH of membership that belongs to a mount: its controllers and path, or
 * false. */
static bool find_membership(const char *membership, const struct mount_line *mount,
			    char **controllers, char **group)
{
	for (const char *line = membership; *line;) {
		size_t length = strcspn(line, "\n");
		const char *first = memchr(line, ':', length);
		const char *second =
		    first ? memchr(first + 1, ':', length - (size_t)(first + 1 - line)) : NULL;
		if (second) {
			_cleanup_free_ char *list =
			    xstrndup(first + 1, (size_t)(second - first - 1));
			_cleanup_free_ char *head = xstrndup(list, strcspn(list, ","));
			bool match = mount->version == 2
					 ? !*list
					 : *head && cgroup_list_has(mount->options, head);
			if (match) {
				*controllers = util_steal_pointer(&list);
				*group = xstrndup(second + 1, length - (size_t)(second + 1 - line));
				return true;
			}
		}
		line += length + (line[length] == '\n');
	}
	return false;
}

void cgroup_match_layout(const char *mountinfo, const char *membership, struct hierarchies *out)
{
	*out = (struct hierarchies){ 0 };
	for (const char *line = mountinfo; *line;) {
		const char *end = strchrnul(line, '\n');
		/* The type stands behind the dash: look for that before taking a line apart. */
		const char *dash = memmem(line, (size_t)(end - line), " - cgroup", 9);
		struct mount_line mount = { 0 };
		if (dash && parse_mount_line(line, &mount)) {
			_cleanup_free_ char *controllers = NULL, *group = NULL;
			char *below = NULL;
			if (find_membership(membership, &mount, &controllers, &group))
				below = group_below(mount.root, group);
			if (below) {
				struct hierarchy *h = hierarchies_add(out);
				h->version = mount.version;
				h->mount_id = mount.id;
				h->controllers = util_steal_pointer(&controllers);
				h->mount = util_steal_pointer(&mount.point);
				h->own = below;
			}
		}
		mount_line_clear(&mount);
		line = end + (*end == '\n');
	}
}

/* A mount that is covered by a later one is still listed: the group's path must lead to this very
 * mount. */
static bool is_visible(const struct hierarchy *h)
{
	struct statx st;
	_cleanup_free_ char *path = xasprintf("%s%s", h->mount, h->own);
	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &st) < 0)
		return false;
	return !(st.stx_mask & STATX_MNT_ID) || st.stx_mnt_id == (uint64_t)h->mount_id;
}

static bool have_same(const struct hierarchies *list, size_t count, const struct hierarchy *h)
{
	for (size_t i = 0; i < count; i++)
		if (list->items[i].version == h->version &&
		    strcmp(list->items[i].controllers, h->controllers) == 0)
			return true;
	return false;
}

int cgroup_read_layout(struct hierarchies *out, struct error *err)
{
	_cleanup_free_ char *mountinfo = NULL, *membership = NULL;
	*out = (struct hierarchies){ 0 };
	/* No /proc/self/cgroup: a kernel without control groups. */
	if (file_read_all(AT_FDCWD, "/proc/self/cgroup", MEMBERSHIP_MAX, &membership) < 0)
		return errno == ENOENT ? 0 : error_set(err, E_CGROUP, errno, "/proc/self/cgroup");
	if (file_read_all(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &mountinfo) < 0)
		return error_set(err, E_CGROUP, errno, "/proc/self/mountinfo");
	cgroup_match_layout(mountinfo, membership, out);

	size_t kept = 0;
	for (size_t i = 0; i < out->count; i++) {
		struct hierarchy *h = &out->items[i];
		if (have_same(out, kept, h) || !is_visible(h))
			hierarchy_clear(h);
		else
			out->items[kept++] = *h;
	}
	out->count = kept;
	return 0;
}

enum cgroup_layout cgroup_detect_layout(void)
{
	struct hierarchies list;
	bool v1 = false, v2 = false;
	if (cgroup_read_layout(&list, NULL) < 0)
		return CGROUP_NONE;
	for (size_t i = 0; i < list.count; i++) {
		v1 |= list.items[i].version == 1;
		v2 |= list.items[i].version == 2;
	}
	hierarchies_clear(&list);
	return v1 && v2 ? CGROUP_HYBRID : v1 ? CGROUP_LEGACY : v2 ? CGROUP_UNIFIED : CGROUP_NONE;
}
