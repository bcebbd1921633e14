// SPDX-License-Identifier: LGPL-2.1-or-later
/* Times, and the lines of log files. */
#include <stdio.h>
#include <string.h>

#include "access/log.h"
#include "access/choice.h"

/* Exactly this many digits. */
static bool take_digits(const char **at, const char *end, int count, int *out)
{
	int value = 0;
	for (; count; count--, (*at)++) {
		if (*at == end || **at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*out = value;
	return true;
}

static bool take_char(const char **at, const char *end, char c)
{
	return *at < end && *(*at)++ == c;
}

static bool take_clock(const char **at, const char *end, struct tm *tm)
{
	return take_digits(at, end, 2, &tm->tm_hour) && take_char(at, end, ':') &&
	       take_digits(at, end, 2, &tm->tm_min) && take_char(at, end, ':') &&
	       take_digits(at, end, 2, &tm->tm_sec) && tm->tm_hour < 24 && tm->tm_min < 60 &&
	       tm->tm_sec < 61;
}

static bool take_date(const char **at, const char *end, struct tm *tm)
{
	bool good = take_digits(at, end, 4, &tm->tm_year) && take_char(at, end, '-') &&
		    take_digits(at, end, 2, &tm->tm_mon) && take_char(at, end, '-') &&
		    take_digits(at, end, 2, &tm->tm_mday) && tm->tm_year >= 1970 &&
		    tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return good;
}

/* "2026-11-05T14:30:59.5+01:00" */
static bool parse_iso(struct text text, time_t *when)
{
	const char *at = text.data, *end = text.data + text.size;
	struct tm tm = { 0 };
	int hours, minutes;
	if (!take_date(&at, end, &tm) || !take_char(&at, end, 'T') || !take_clock(&at, end, &tm))
		return false;
	if (at < end && *at == '.')
		for (at++; at < end && *at >= '0' && *at <= '9';)
			at++;
	*when = timegm(&tm);
	if (at < end && *at == 'Z')
		return at + 1 == end;
	char sign = at < end ? *at++ : 0;
	if ((sign != '+' && sign != '-') || !take_digits(&at, end, 2, &hours))
		return false;
	if (at < end && *at == ':')
		at++;
	if (!take_digits(&at, end, 2, &minutes) || at != end)
		return false;
	*when -= (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
	return true;
}

/* "Nov  5 14:30:59": 15 bytes */
static bool parse_old(const char *at, time_t now, time_t *when)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *end = at + 15;
	struct tm tm = { 0 }, today;
	int month = 0;
	while (month < 12 && memcmp(at, months + 3 * month, 3) != 0)
		month++;
	at += 3;
	if (month == 12 || !take_char(&at, end, ' '))
		return false;
	int digits = *at == ' ' ? 1 : 2;
	at += digits == 1;
	if (!take_digits(&at, end, digits, &tm.tm_mday) || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    !take_char(&at, end, ' ') || !take_clock(&at, end, &tm))
		return false;
	if (!localtime_r(&now, &today))
		return false;
	tm.tm_mon = month;
	tm.tm_year = today.tm_year;
	tm.tm_isdst = -1;
	struct tm before = tm;
	before.tm_year--;
	*when = mktime(&tm);
	if (*when > now + 24 * 3600) /* a clock may have been put back a little */
		*when = mktime(&before);
	return true;
}

static bool take_time(struct text *line, time_t now, time_t *when)
{
	struct text word, rest = *line;
	if (line->size > 16 && line->data[15] == ' ' && parse_old(line->data, now, when)) {
		*line = (struct text){ line->data + 16, line->size - 16 };
		return true;
	}
	if (!text_take_field(&rest, ' ', &word) || !rest.data || !parse_iso(word, when))
		return false;
	*line = rest;
	return true;
}

bool access_log_line(struct text line, time_t now, time_t *when, struct text *identifier,
		     struct text *message)
{
	struct text host;
	if (!take_time(&line, now, when) || !text_take_field(&line, ' ', &host) || !host.size ||
	    !text_take_field(&line, ' ', identifier))
		return false;
	if (text_equal(*identifier, text_of("authpriv.info")) &&
	    !text_take_field(&line, ' ', identifier))
		return false;
	if (!line.data || (!text_equal(*identifier, text_of("lxc-net:")) &&
			   !text_equal(*identifier, text_of("lxc-idmap:"))))
		return false;
	identifier->size--;
	*message = line;
	return true;
}

bool access_log_time(const char *text, time_t now, time_t *out)
{
	static const struct {
		char letter;
		time_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t length = strlen(text);
	uint32_t number;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (length > 1 && text[length - 1] == units[i].letter &&
		    text_number((struct text){ text, length - 1 }, 1000000000, &number)) {
			time_t ago = (time_t)number * units[i].seconds;
			*out = ago < now ? now - ago : 0;
			return true;
		}
	const char *at = text, *end = text + length;
	struct tm tm = { .tm_isdst = -1 };
	if (!take_date(&at, end, &tm))
		return false;
	char with_seconds[32];
	if (at < end) {
		/* "14:30" is "14:30:00". */
		int n = snprintf(with_seconds, sizeof(with_seconds), "%s%s", at,
				 strlen(at) == 6 ? ":00" : "");
		at = with_seconds;
		end = with_seconds + strlen(with_seconds);
		if (n < 0 || (size_t)n >= sizeof(with_seconds) || !take_char(&at, end, ' ') ||
		    !take_clock(&at, end, &tm) || at != end)
			return false;
	}
	*out = mktime(&tm);
	return *out != (time_t)-1;
}
