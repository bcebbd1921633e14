// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check/check.h"

#include "base/util.h"

void check_add(struct check_report *report, struct check_row row)
{
	report->rows = xrealloc(report->rows, (report->count + 1) * sizeof(row));
	report->rows[report->count++] = row;
}

bool check_passed(const struct check_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->rows[i].required && !report->rows[i].present)
			return false;
	return true;
}

void check_clear(struct check_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->rows[i].detail);
		free(report->rows[i].fix);
	}
	free(report->rows);
	*report = (struct check_report){ 0 };
}
