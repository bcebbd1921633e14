// SPDX-License-Identifier: LGPL-2.1-or-later
#include "container/title.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "base/util.h"

extern char **environ;

/* The area of the arguments and, right behind it, of the environment, proc(5): fields 48 to 51 of
 * stat. */
static int argument_area(char **start, char **end)
{
	unsigned long long field[4];
	_cleanup_free_ char *text = NULL;
	if (file_read_all(AT_FDCWD, "/proc/self/stat", 4096, &text) < 0)
		return -1;
	char *at = strrchr(text, ')');
	for (int n = 2; at && n < 48; n++)
		at = strchr(at + 1, ' ');
	if (!at ||
	    sscanf(at, "%llu %llu %llu %llu", &field[0], &field[1], &field[2], &field[3]) != 4 ||
	    !field[0] || field[3] <= field[0] || field[1] != field[2])
		return -1;
	*start = (char *)(uintptr_t)field[0];
	*end = (char *)(uintptr_t)field[3];
	return 0;
}

void title_set(const char *lxcpath, const char *name)
{
	char *start, *end;
	prctl(PR_SET_NAME, "lxc-supervisor", 0, 0, 0);
	if (argument_area(&start, &end) < 0)
		return;
	struct string_list copy = { 0 };
	for (char **variable = environ; variable && *variable; variable++)
		string_list_add(&copy, *variable);
	environ = copy.items ? copy.items : xcalloc(1, sizeof(char *));
	/* Names that libc keeps pointers to live in the same area. */
	program_invocation_name = program_invocation_short_name = (char *)"lxc-start";
	memset(start, 0, (size_t)(end - start));
	snprintf(start, (size_t)(end - start), "[lxc monitor] %s %s", lxcpath, name);
}
