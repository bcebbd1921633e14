// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(struct error) <= PIPE_BUF, "an error travels in one atomic write");

static const char *const names[] = {
#define ERROR_CODE(id, name, meaning) [id] = name,
#include "base/error-codes.h"
#undef ERROR_CODE
};

int error_set(struct error *err, enum error_code code, int sys_errno, const char *fmt, ...)
{
	if (!err || error_is_set(err))
		return -1;
	err->code = code;
	err->sys_errno = sys_errno;
	va_list args;
	va_start(args, fmt);
	int length = vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	if (sys_errno && length >= 0 && (size_t)length < sizeof(err->message))
		snprintf(err->message + length, sizeof(err->message) - (size_t)length, ": %s",
			 strerror(sys_errno));
	return -1;
}

int error_rule(struct error *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	va_list args;
	va_start(args, fmt);
	vsnprintf(err->rule, sizeof(err->rule), fmt, args);
	va_end(args);
	return -1;
}

int error_fix(struct error *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	va_list args;
	va_start(args, fmt);
	vsnprintf(err->fix, sizeof(err->fix), fmt, args);
	va_end(args);
	return -1;
}

int error_step(struct error *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	char step[256], rest[sizeof(err->message)];
	va_list args;
	va_start(args, fmt);
	vsnprintf(step, sizeof(step), fmt, args);
	va_end(args);
	memcpy(rest, err->message, sizeof(rest));
	int length = snprintf(err->message, sizeof(err->message), "%s: ", step);
	size_t at = length > 0 ? (size_t)length : 0;
	strncat(err->message, rest, sizeof(err->message) - at - 1);
	return -1;
}

void error_clear(struct error *err)
{
	if (err)
		*err = (struct error){ 0 };
}

bool error_is_set(const struct error *err)
{
	return err && err->code != E_NONE;
}

const char *error_name(enum error_code code)
{
	return (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}

/* Text of files, and of processes in the container, must not reach the terminal as commands. */
static void replace_controls(char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') || *text == 127)
			*text = '?';
}

void error_print(const struct error *error, const char *program, const char *container, FILE *out)
{
	if (!error_is_set(error))
		return;
	struct error shown = *error, *err = &shown;
	replace_controls(shown.message);
	replace_controls(shown.rule);
	replace_controls(shown.fix);
	fprintf(out, "%s: %s%s%s\n", program, container ? container : "", container ? ": " : "",
		err->message);
	if (err->rule[0] || err->fix[0])
		fprintf(out, "    %s%s%s%s%s\n", err->rule[0] ? "rule: " : "", err->rule,
			err->rule[0] && err->fix[0] ? "    " : "", err->fix[0] ? "fix: " : "",
			err->fix);
}

int error_send(int fd, const struct error *err)
{
	ssize_t n;
	do
		n = write(fd, err, sizeof(*err));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*err) ? 0 : -1;
}

int error_receive(int fd, struct error *err)
{
	struct error got;
	size_t have = 0;
	while (have < sizeof(got)) {
		ssize_t n = read(fd, (char *)&got + have, sizeof(got) - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	if (have < sizeof(got))
		return 0;
	/* The sender may be a process inside the container: trust no length in it. */
	got.message[sizeof(got.message) - 1] = 0;
	got.rule[sizeof(got.rule) - 1] = 0;
	got.fix[sizeof(got.fix) - 1] = 0;
	if ((size_t)got.code >= sizeof(names) / sizeof(names[0]) || got.code == E_NONE)
		got.code = E_SYSTEM;
	if (err && !error_is_set(err))
		*err = got;
	return 1;
}
