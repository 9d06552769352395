/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/columns.h"

#include "report/printable.h"

#define COLUMNS_GAP      2u
#define COLUMNS_LEAST    8u /* a column is not made narrower than that */
#define COLUMNS_CELL_MAX 4096u

struct RigColumns {
	guint count;     /* of columns */
	GPtrArray *rows; /* char ** (GStrv) of `count` printable cells; the first are the titles */
};

static void columns_free_row(gpointer row)
{
	g_strfreev(row);
}

RigColumns *rig_columns_new(const char *const *titles)
{
	RigColumns *columns = g_new0(RigColumns, 1);
	while (titles[columns->count] != NULL)
		columns->count++;
	columns->rows = g_ptr_array_new_with_free_func(columns_free_row);
	rig_columns_add(columns, titles);
	return columns;
}

void rig_columns_free(RigColumns *columns)
{
	if (columns == NULL)
		return;
	g_ptr_array_unref(columns->rows);
	g_free(columns);
}

void rig_columns_add(RigColumns *columns, const char *const *cells)
{
	char **row = g_new0(char *, columns->count + 1);
	for (guint i = 0; i < columns->count; i++)
		row[i] = rig_printable(cells[i], COLUMNS_CELL_MAX, 0);
	g_ptr_array_add(columns->rows, row);
}

/* Widths that fit: the widest column gives way first. Caller frees. */
static guint *columns_widths(const RigColumns *columns, guint width)
{
	guint *widths = g_new0(guint, columns->count);
	guint total = COLUMNS_GAP * (columns->count - 1);
	for (guint i = 0; i < columns->count; i++) {
		for (guint row = 0; row < columns->rows->len; row++) {
			char **cells = g_ptr_array_index(columns->rows, row);
			widths[i] = MAX(widths[i], rig_printable_columns(cells[i]));
		}
		total += widths[i];
	}
	while (total > width) {
		guint widest = 0;
		for (guint i = 1; i < columns->count; i++)
			widest = widths[i] >= widths[widest] ? i : widest;
		if (widths[widest] <= COLUMNS_LEAST)
			break;
		guint others = 0;
		for (guint i = 0; i < columns->count; i++)
			others = i != widest && widths[i] > others ? widths[i] : others;
		guint over = MIN(total - width, MAX(widths[widest] - MIN(others, widths[widest]), 1));
		over = MIN(over, widths[widest] - COLUMNS_LEAST);
		widths[widest] -= over;
		total -= over;
	}
	return widths;
}

static void columns_append_row(GString *text, char **cells, const guint *widths, guint count)
{
	g_autoptr(GPtrArray) wrapped =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	guint lines = 1;
	for (guint i = 0; i < count; i++) {
		GPtrArray *cell = rig_printable_wrap(cells[i], widths[i]);
		lines = MAX(lines, cell->len);
		g_ptr_array_add(wrapped, cell);
	}
	for (guint line = 0; line < lines; line++) {
		for (guint i = 0; i < count; i++) {
			const GPtrArray *cell = g_ptr_array_index(wrapped, i);
			const char *piece = line < cell->len ? g_ptr_array_index(cell, line) : "";
			guint used = rig_printable_columns(piece);
			g_string_append_printf(text, "%s%*s", piece,
			                       (int)(MAX(widths[i], used) - used + COLUMNS_GAP), "");
		}
		while (text->len > 0 && text->str[text->len - 1] == ' ')
			g_string_truncate(text, text->len - 1);
		g_string_append_c(text, '\n');
	}
}

char *rig_columns_text(const RigColumns *columns, guint width)
{
	g_autofree guint *widths = columns_widths(columns, width);
	GString *text = g_string_new(NULL);
	for (guint row = 0; row < columns->rows->len; row++)
		columns_append_row(text, g_ptr_array_index(columns->rows, row), widths, columns->count);
	return g_string_free(text, FALSE);
}
