// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands/table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/util.h"

#define NARROWEST 4 /* a column that is cut keeps so many */

void table_add_column(struct table *table, const char *title, size_t narrowest)
{
	if (table->column_count == TABLE_COLUMNS)
		return;
	table->narrowest[table->column_count] = narrowest;
	table->titles[table->column_count++] = title;
}

void table_add_row(struct table *table, char *const *cells, const char *colour)
{
	size_t columns = table->column_count, rows = table->row_count++;
	table->cells = xrealloc(table->cells, (rows + 1) * columns * sizeof(*table->cells));
	table->colours = xrealloc(table->colours, (rows + 1) * sizeof(*table->colours));
	memcpy(table->cells + rows * columns, cells, columns * sizeof(*cells));
	table->colours[rows] = colour;
}

void table_clear(struct table *table)
{
	for (size_t i = 0; i < table->row_count * table->column_count; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table->colours);
	*table = (struct table){ 0 };
}

size_t terminal_width(FILE *out)
{
	struct winsize size = { 0 };
	if (!isatty(fileno(out)))
		return 0;
	return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

bool terminal_has_colour(FILE *out)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fileno(out)) && !(none && *none) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static const char *cell_at(const struct table *table, size_t row, size_t column)
{
	return table->cells[row * table->column_count + column];
}

/* ---- what a terminal shows ---- */

/* The next character of text: its bytes, and its columns; what cannot be shown is one '?'. */
static size_t next_character(const char *text, size_t *columns, bool *shown)
{
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	*columns = 1;
	*shown = first >= 0x20 && first != 0x7f && (first < 0x80 || first >= 0xc2);
	for (size_t i = 1; *shown && i < length; i++)
		*shown = ((unsigned char)text[i] & 0xc0) == 0x80;
	/* U+0080 to U+009F are control characters, too. */
	if (*shown && first == 0xc2 && (unsigned char)text[1] < 0xa0)
		*shown = false;
	if (!*shown)
		return 1;
	/* Combining marks U+0300 to U+036F take none; from U+1100 on, roughly, they take two. */
	if (first == 0xcc || (first == 0xcd && (unsigned char)text[1] < 0xb0))
		*columns = 0;
	else if ((first >= 0xe3 && first <= 0xed) ||
		 (first == 0xf0 && (unsigned char)text[1] == 0x9f))
		*columns = 2;
	return length;
}

size_t text_width(const char *text)
{
	size_t width = 0, columns;
	bool shown;
	while (*text) {
		text += next_character(text, &columns, &shown);
		width += columns;
	}
	return width;
}

/* At most width columns of the first length bytes; pad: the rest of the column is blank. */
static void put_cut(const char *text, size_t length, size_t width, bool pad, const char *colour,
		    FILE *out)
{
	_cleanup_free_ char *own = xstrndup(text, length);
	bool cut = text_width(own) > width, shown;
	size_t left = cut ? width - 1 : width, columns, used = 0;
	if (colour)
		fputs(colour, out);
	for (const char *at = own; *at; used += columns) {
		size_t bytes = next_character(at, &columns, &shown);
		if (used + columns > left)
			break;
		if (shown)
			fwrite(at, bytes, 1, out);
		else
			putc('?', out);
		at += bytes;
	}
	if (cut) {
		fputs("\xe2\x80\xa6", out);
		used++;
	}
	if (colour)
		fputs(COLOUR_NONE, out);
	for (; pad && used < width; used++)
		putc(' ', out);
}

/* Bytes of as many values of a list as fit into width, at least one. */
static size_t values_that_fit(const char *list, size_t width)
{
	size_t length = strlen(list);
	for (;;) {
		_cleanup_free_ char *part = xstrndup(list, length);
		char *last = strrchr(part, ',');
		if (text_width(part) <= width || !last || last[1] != ' ')
			return length;
		length = (size_t)(last - part);
	}
}

/* The widest value of a list. */
static size_t widest_value(const char *list)
{
	struct string_list values = { 0 };
	size_t width = 0;
	string_list_add_words(&values, list, ",");
	for (size_t i = 0; i < values.count; i++) {
		size_t one = text_width(string_trim(values.items[i]));
		if (one > width)
			width = one;
	}
	string_list_clear(&values);
	return width;
}

static size_t total(const size_t *width, size_t count)
{
	size_t sum = count ? count - 1 : 0;
	for (size_t c = 0; c < count; c++)
		sum += width[c];
	return sum;
}

/* Take from the widest column that may still shrink, one column at a time. False: none may. */
static bool shrink(size_t *width, const size_t *least, size_t count)
{
	size_t widest = count;
	for (size_t c = 0; c < count; c++)
		if (width[c] > least[c] && (widest == count || width[c] > width[widest]))
			widest = c;
	if (widest == count)
		return false;
	width[widest]--;
	return true;
}

static void fit(const struct table *table, size_t room, size_t *width)
{
	size_t whole[TABLE_COLUMNS], least[TABLE_COLUMNS];
	for (size_t c = 0; c < table->column_count; c++) {
		whole[c] = width[c] = text_width(table->titles[c]);
		for (size_t r = 0; r < table->row_count; r++) {
			size_t all = text_width(cell_at(table, r, c));
			size_t one = widest_value(cell_at(table, r, c));
			width[c] = all > width[c] ? all : width[c];
			whole[c] = one > whole[c] ? one : whole[c];
		}
		least[c] = width[c] < NARROWEST ? width[c] : NARROWEST;
	}
	while (total(width, table->column_count) > room &&
	       shrink(width, whole, table->column_count))
		;
	while (total(width, table->column_count) > room &&
	       shrink(width, least, table->column_count))
		;
}

static size_t last_column_with(const struct table *table, const char *const *rest)
{
	size_t last = 0;
	for (size_t c = 0; c < table->column_count; c++)
		if (*rest[c])
			last = c;
	return last;
}

/* A row takes as many lines as its longest list needs. */
static void print_fitting_row(const struct table *table, const char *const *cells,
			      const char *colour, const size_t *width, FILE *out)
{
	const char *rest[TABLE_COLUMNS];
	memcpy(rest, cells, table->column_count * sizeof(*cells));
	for (bool more = true; more;) {
		size_t last = last_column_with(table, rest);
		more = false;
		for (size_t c = 0; c <= last; c++) {
			size_t length = values_that_fit(rest[c], width[c]);
			put_cut(rest[c], length, width[c], c != last,
				*rest[c] && c == table->coloured_column ? colour : NULL, out);
			rest[c] += length;
			rest[c] += strspn(rest[c], ", ");
			more = more || *rest[c];
			putc(c == last ? '\n' : ' ', out);
		}
	}
}

static void print_fitting(const struct table *table, size_t room, FILE *out)
{
	size_t width[TABLE_COLUMNS];
	bool colour = terminal_has_colour(out);
	fit(table, room, width);
	print_fitting_row(table, table->titles, NULL, width, out);
	for (size_t r = 0; r < table->row_count; r++)
		print_fitting_row(table,
				  (const char *const *)table->cells + r * table->column_count,
				  colour ? table->colours[r] : NULL, width, out);
}

/* ---- what scripts read ---- */

static void print_padded(const struct table *table, FILE *out)
{
	size_t width[TABLE_COLUMNS];
	for (size_t c = 0; c < table->column_count; c++) {
		width[c] = strlen(table->titles[c]);
		if (width[c] < table->narrowest[c])
			width[c] = table->narrowest[c];
		for (size_t r = 0; r < table->row_count; r++)
			if (strlen(cell_at(table, r, c)) > width[c])
				width[c] = strlen(cell_at(table, r, c));
	}
	for (size_t r = 0; r <= table->row_count; r++) {
		for (size_t c = 0; c < table->column_count; c++)
			fprintf(out, "%-*s ", (int)width[c],
				r ? cell_at(table, r - 1, c) : table->titles[c]);
		putc('\n', out);
	}
}

void table_print(const struct table *table, FILE *out)
{
	size_t room = terminal_width(out);
	if (!table->row_count)
		return;
	if (room)
		print_fitting(table, room, out);
	else
		print_padded(table, out);
}
