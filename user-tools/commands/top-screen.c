// SPDX-License-Identifier: LGPL-2.1-or-later
/* Each frame is made as a whole and written at once; the columns that matter least go first where
 * the terminal is too narrow. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/file.h"
#include "commands/command.h"
#include "commands/table.h"
#include "commands/top.h"

#define NAME_LEAST 12
#define NAME_USUAL 18

#define ENTER "\033[?1049h\033[?25l" /* the other screen, no cursor */
#define LEAVE "\033[?25h\033[?1049l"

static struct termios saved;
static bool entered;

int top_enter_screen(void)
{
	struct termios keys;
	if (!entered && tcgetattr(0, &saved) < 0)
		return -1;
	keys = saved;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	if (tcsetattr(0, TCSANOW, &keys) < 0)
		return -1;
	entered = true;
	return file_write_fd(1, ENTER, strlen(ENTER));
}

void top_leave_screen(void)
{
	if (!entered)
		return;
	entered = false;
	file_write_fd(1, LEAVE, strlen(LEAVE));
	tcsetattr(0, TCSANOW, &saved);
}

/* ---- columns ---- */

enum column {
	CPU_USED,
	CPU_SYSTEM,
	CPU_USER,
	CPU_PERCENT,
	BLKIO,
	MEMORY,
	MEMORY_SWAP,
	KERNEL,
	COLUMNS
};

static const struct {
	const char *above, *below;
	int width; /* with the blank in front */
	char key;  /* that sorts by it */
	int rank;  /* the highest goes first */
} columns[COLUMNS] = {
	[CPU_USED] = { "CPU", "Used", 11, 'c', 0 },	 [CPU_SYSTEM] = { "CPU", "Sys", 11, 0, 5 },
	[CPU_USER] = { "CPU", "User", 11, 0, 4 },	 [CPU_PERCENT] = { "CPU", "%", 7, 0, 3 },
	[BLKIO] = { "BlkIO", "Total", 12, 'b', 2 },	 [MEMORY] = { "Mem", "Used", 12, 'm', 1 },
	[MEMORY_SWAP] = { "MemSw", "Used", 12, 's', 6 }, [KERNEL] = { "KMem", "Used", 12, 'k', 7 },
};

static void size_text(int64_t bytes, char *text, size_t room)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes;
	size_t unit = 0;
	for (; value >= 1024 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1024;
	if (bytes < 0)
		snprintf(text, room, "-");
	else
		snprintf(text, room, unit ? "%.2f %s" : "%.0f %s", value, units[unit]);
}

static void seconds_text(int64_t ns, char *text, size_t room)
{
	if (ns < 0)
		snprintf(text, room, "-");
	else
		snprintf(text, room, "%.2f", (double)ns / 1000000000);
}

static void cell_text(enum column column, const struct top_counters *counters, double cpu_percent,
		      char *text, size_t room)
{
	switch (column) {
	case CPU_USED:
		seconds_text(counters->cpu_ns, text, room);
		break;
	case CPU_SYSTEM:
		seconds_text(counters->cpu_system_ns, text, room);
		break;
	case CPU_USER:
		seconds_text(counters->cpu_user_ns, text, room);
		break;
	case CPU_PERCENT:
		if (cpu_percent < 0)
			snprintf(text, room, "-");
		else
			snprintf(text, room, "%.1f", cpu_percent);
		break;
	case BLKIO:
		size_text(counters->blkio_bytes, text, room);
		break;
	case MEMORY:
		size_text(counters->memory_bytes, text, room);
		break;
	case MEMORY_SWAP:
		size_text(counters->memory_swap_bytes < 0
			      ? -1
			      : counters->memory_bytes + counters->memory_swap_bytes,
			  text, room);
		break;
	default:
		size_text(counters->kernel_memory_bytes, text, room);
	}
}

/* ---- a frame ---- */

struct frame {
	FILE *out;
	int rows, width, name_width;
	bool shown[COLUMNS];
	bool colour;
	int used; /* rows */
};

static void choose_columns(struct frame *frame, const struct top_sample *sample)
{
	int width = frame->width - NAME_LEAST;
	bool kernel = false;
	size_t widest = NAME_USUAL;
	for (size_t i = 0; i < sample->count; i++) {
		size_t name = text_width(sample->lines[i].name) + 2;
		widest = name > widest ? name : widest;
		kernel = kernel || sample->lines[i].counters.kernel_memory_bytes > 0;
	}
	for (int rank = 0; rank < COLUMNS; rank++)
		for (int c = 0; c < COLUMNS; c++) {
			/* As LXC: not where nobody's is counted. */
			if (columns[c].rank != rank || (c == KERNEL && !kernel) ||
			    columns[c].width > width)
				continue;
			frame->shown[c] = true;
			width -= columns[c].width;
		}
	frame->name_width = NAME_LEAST + (width > 0 ? width : 0);
	if (frame->name_width > (int)widest)
		frame->name_width = (int)widest;
	if (frame->name_width > frame->width)
		frame->name_width = frame->width;
}

/* Text in exactly so many columns; nothing in it is taken for a command by the terminal. */
static void put_name(struct frame *frame, const char *text, int indent)
{
	int room = frame->name_width - indent;
	fprintf(frame->out, "%*s", indent, "");
	_cleanup_free_ char *shown = xstrdup(text);
	for (char *at = shown; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	if ((int)text_width(shown) > room) {
		size_t length = strlen(shown);
		do { /* whole characters of UTF-8 */
			do
				length--;
			while (length && (shown[length] & 0xc0) == 0x80);
			shown[length] = 0;
		} while (length && (int)text_width(shown) > room - 1);
		fprintf(frame->out, "%s…", shown);
		room--;
	} else
		fputs(shown, frame->out);
	fprintf(frame->out, "%*s", room - (int)text_width(shown), "");
}

static void end_row(struct frame *frame)
{
	fputs("\033[K", frame->out);
	frame->used++;
	if (frame->used < frame->rows)
		fputs("\r\n", frame->out);
}

static void put_row(struct frame *frame, const char *name, int indent,
		    const struct top_counters *counters, double cpu_percent)
{
	char text[32];
	put_name(frame, name, indent);
	for (int c = 0; c < COLUMNS; c++)
		if (frame->shown[c]) {
			cell_text((enum column)c, counters, cpu_percent, text, sizeof(text));
			fprintf(frame->out, "%*s", columns[c].width, text);
		}
	end_row(frame);
}

static void put_titles(struct frame *frame, const struct top_order *order)
{
	for (int line = 0; line < 2; line++) {
		if (frame->colour)
			fputs("\033[1;7m", frame->out);
		put_name(frame, line ? "Name" : "Container", 0);
		for (int c = 0; c < COLUMNS; c++)
			if (frame->shown[c]) {
				char text[16];
				bool sorts = line && columns[c].key && columns[c].key == order->key;
				snprintf(text, sizeof(text), "%s%s",
					 sorts ? order->reverse ? "^" : "v" : "",
					 line ? columns[c].below : columns[c].above);
				fprintf(frame->out, "%*s", columns[c].width, text);
			}
		if (frame->colour)
			fputs("\033[0m", frame->out);
		end_row(frame);
	}
}

static const struct top_counters nothing = { -1, -1, -1, -1, -1, -1, -1, -1 };

static void add_line(struct top_counters *sum, double *percent, const struct top_line *line)
{
	top_add(sum, &line->counters);
	if (line->cpu_percent >= 0)
		*percent = (*percent < 0 ? 0 : *percent) + line->cpu_percent;
}

/* A user's line, with the sum, above the user's containers. */
static void put_user(struct frame *frame, const struct top_sample *sample, size_t first)
{
	struct top_counters sum = nothing;
	double percent = -1;
	const char *user = sample->lines[first].user;
	for (size_t i = first; i < sample->count && strcmp(sample->lines[i].user, user) == 0; i++)
		add_line(&sum, &percent, &sample->lines[i]);
	put_row(frame, user, 0, &sum, percent);
}

static void put_lines(struct frame *frame, const struct top_sample *sample)
{
	struct top_counters sum = nothing;
	double percent = -1;
	size_t shown = 0;
	for (size_t i = 0; i < sample->count; i++) {
		const struct top_line *line = &sample->lines[i];
		add_line(&sum, &percent, line);
		bool first = line->user && (i == 0 || strcmp(line->user, line[-1].user) != 0);
		/* A row is left for the total. */
		if (shown < i || frame->used + 1 + first >= frame->rows)
			continue;
		if (first)
			put_user(frame, sample, i);
		put_row(frame, line->name, line->user ? 2 : 0, &line->counters, line->cpu_percent);
		shown++;
	}
	char text[64];
	snprintf(text, sizeof(text), "TOTAL %zu of %zu", shown, sample->count);
	if (frame->used < frame->rows)
		put_row(frame, text, 0, &sum, percent);
}

void top_draw(const struct top_sample *sample, const struct top_order *order, const char *message)
{
	struct winsize size = { 0 };
	struct frame frame = { .rows = 24, .width = 80, .colour = terminal_has_colour(stdout) };
	char *text = NULL;
	size_t length = 0;
	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		frame.rows = size.ws_row;
		frame.width = size.ws_col;
	}
	frame.out = open_memstream(&text, &length);
	if (!frame.out)
		return;
	choose_columns(&frame, sample);
	fputs("\033[H", frame.out);
	put_titles(&frame, order);
	put_lines(&frame, sample);
	if (message && frame.used < frame.rows) {
		frame.name_width = frame.width;
		put_name(&frame, message, 0);
		end_row(&frame);
	}
	fputs("\033[J", frame.out);
	if (fclose(frame.out) == 0)
		file_write_fd(1, text, length);
	free(text);
}
