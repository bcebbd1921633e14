/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table of text, as commands print it. To a file or a pipe it is what scripts know from LXC:
 * every cell padded to the widest of its column and followed by one blank, by bytes. On a terminal
 * it fits: the values of a list go below each other where there is no room side by side, what is
 * too wide even then is cut and ends in "…", and nothing in it is taken for a command by the
 * terminal.
 *
 * Colour is for terminals only, and for nobody who has set NO_COLOR (https://no-color.org) or whose
 * TERM is dumb.
 */
#ifndef COMMANDS_TABLE_H
#define COMMANDS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 32

struct table {
	size_t column_count, row_count;
	const char *titles[TABLE_COLUMNS];
	size_t narrowest[TABLE_COLUMNS];
	char **cells;		/* row_count * column_count; owned; ", " separates the values of a
				   list */
	const char **colours;	/* of a row, NULL = none; table_colour's */
	size_t coloured_column; /* the one that has it */
};

/* Before the first row. narrowest: its least width in a file, 0 = that of its title. */
void table_add_column(struct table *table, const char *title, size_t narrowest);
/* Cells of one row, owned by the table from here on. */
void table_add_row(struct table *table, char *const *cells, const char *colour);
/* Title line and rows; nothing at all if there is no row. */
void table_print(const struct table *table, FILE *out);
void table_clear(struct table *table);

/* Columns of the terminal that out is, 0 = it is none. */
size_t terminal_width(FILE *out);
/* May out be coloured? */
bool terminal_has_colour(FILE *out);
/* Columns that text takes on a terminal. */
size_t text_width(const char *text);

#define COLOUR_GREEN "\033[32m"
#define COLOUR_YELLOW "\033[33m"
#define COLOUR_CYAN "\033[36m"
#define COLOUR_RED "\033[31m"
#define COLOUR_NONE "\033[0m"

#endif
