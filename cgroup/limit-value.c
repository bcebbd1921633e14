// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Did a limit take? The kernel gives values back in its own words: rounded to pages, units
 * multiplied out, defaults added, lists normalised. Pure functions over text.
 */
#include "cgroup/internal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define WORDS_MAX 32
#define LIST_BITS 8192

bool cgroup_limit_file_is_valid(const char *file)
{
	static const char *const not_limits[] = { "cgroup.procs",  "cgroup.threads",
						  "cgroup.kill",   "cgroup.type",
						  "cgroup.freeze", "cgroup.subtree_control" };
	const char *dot = strchr(file, '.');
	if (!dot || dot == file || !dot[1] || strlen(file) > 200)
		return false;
	for (const char *p = file; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(not_limits); i++)
		if (strcmp(file, not_limits[i]) == 0)
			return false;
	return true;
}

struct span {
	const char *at;
	size_t length;
};

static size_t split(const char *text, size_t length, struct span *words, size_t max)
{
	size_t count = 0, i = 0;
	while (i < length && count < max) {
		while (i < length && strchr(" \t", text[i]))
			i++;
		size_t start = i;
		while (i < length && !strchr(" \t", text[i]))
			i++;
		if (i > start)
			words[count++] = (struct span){ text + start, i - start };
	}
	return count;
}

/* Bytes of "64M", "0x10", "-1", "50.00"; units as the kernel's: K M G T P E, powers of 1024. */
static bool to_number(struct span word, double *out)
{
	static const char units[] = "KMGTPE";
	char text[64], *end;
	if (!word.length || word.length >= sizeof(text) ||
	    (!isdigit((unsigned char)*word.at) && *word.at != '-'))
		return false;
	memcpy(text, word.at, word.length);
	text[word.length] = 0;
	errno = 0;
	*out = strtod(text, &end);
	const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		*out = ldexp(*out, 10 * (int)(unit - units + 1));
		end++;
	}
	return !errno && !*end && end != text;
}

/* "0-3,8" as a bit set. */
static bool to_list(struct span word, unsigned char *bits)
{
	const char *p = word.at, *end = word.at + word.length;
	memset(bits, 0, LIST_BITS / 8);
	while (p < end) {
		char *next;
		if (!isdigit((unsigned char)*p))
			return false;
		unsigned long first = strtoul(p, &next, 10), last = first;
		p = next;
		if (p < end && *p == '-') {
			if (!isdigit((unsigned char)p[1]))
				return false;
			last = strtoul(p + 1, &next, 10);
			p = next;
		}
		if (first > last || last >= LIST_BITS || (p < end && *p != ','))
			return false;
		for (unsigned long i = first; i <= last; i++)
			bits[i / 8] |= (unsigned char)(1U << (i % 8));
		p += p < end;
	}
	return true;
}

/* Sizes are rounded down to pages, of hugetlb.2MB.max to huge pages. */
static double rounding_of(const char *file)
{
	if (string_starts(file, "hugetlb.")) {
		struct span size = { file + 8, strcspn(file + 8, "B") };
		double bytes;
		return to_number(size, &bytes) ? bytes : 0;
	}
	return string_starts(file, "memory.") ? (double)sysconf(_SC_PAGESIZE) : 0;
}

static bool numbers_match(double wanted, double got, double rounding)
{
	if (wanted == got || (wanted > got && wanted - got < rounding))
		return true;
	/* -1 is v1's "no limit", given back as the largest number of pages; larger numbers end
	 * there as well. */
	return (wanted < 0 || wanted >= 9e18) && got >= 9.2e18;
}

static bool values_match(const char *file, struct span wanted, struct span got)
{
	unsigned char a[LIST_BITS / 8], b[LIST_BITS / 8];
	double x, y;
	if (wanted.length == got.length && memcmp(wanted.at, got.at, got.length) == 0)
		return true;
	if (to_number(wanted, &x) && to_number(got, &y))
		return numbers_match(x, y, rounding_of(file));
	return to_list(wanted, a) && to_list(got, b) && memcmp(a, b, sizeof(a)) == 0;
}

static bool words_match(const char *file, struct span wanted, struct span got)
{
	const char *equals = memchr(wanted.at, '=', wanted.length);
	if (!equals)
		return values_match(file, wanted, got);
	size_t key = (size_t)(equals + 1 - wanted.at);
	if (got.length < key || memcmp(wanted.at, got.at, key) != 0)
		return false;
	return values_match(file, (struct span){ wanted.at + key, wanted.length - key },
			    (struct span){ got.at + key, got.length - key });
}

/* Words without '=' stand at their place; KEY=VALUE words (io.max) anywhere in the line. */
static bool line_matches(const char *file, const struct span *wanted, size_t wanted_count,
			 const struct span *got, size_t got_count)
{
	for (size_t i = 0; i < wanted_count; i++) {
		bool keyed = memchr(wanted[i].at, '=', wanted[i].length) != NULL, found = false;
		for (size_t j = keyed ? 0 : i; j < got_count && (keyed ? !found : j == i); j++)
			found = words_match(file, wanted[i], got[j]);
		if (!found)
			return false;
	}
	return true;
}

/* "8:0 rbps=max" clears a rule: its line, or that word, is gone. */
static bool all_cleared(const struct span *words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (words[i].length < 4 ||
		    memcmp(words[i].at + words[i].length - 4, "=max", 4) != 0)
			return false;
	return count > 1;
}

bool cgroup_value_took(const char *file, const char *wanted, const char *content)
{
	struct span want[WORDS_MAX], have[WORDS_MAX];
	size_t want_count = split(wanted, strcspn(wanted, "\n"), want, WORDS_MAX);
	if (!want_count)
		return !content[strspn(content, " \n")];
	if (strstr(content, " invalid")) /* cpuset.cpus.partition: "root invalid (REASON)" */
		return false;
	bool key_seen = false;
	for (const char *line = content; *line; line += *line == '\n') {
		size_t length = strcspn(line, "\n");
		size_t count = split(line, length, have, WORDS_MAX);
		/* "default 100", "oom_kill_disable 1": the value stands behind a label. */
		size_t label = count > 1 && isalpha((unsigned char)*have[0].at) &&
			       (isdigit((unsigned char)*want[0].at) || *want[0].at == '-');
		if (line_matches(file, want, want_count, have + label, count - label))
			return true;
		key_seen |= count && values_match(file, want[0], have[0]);
		line += length;
	}
	return !key_seen && all_cleared(want, want_count);
}
