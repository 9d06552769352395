/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV: the first line names the columns; the column `label`, if there is one, holds the
 * class, the others the raw values in their order. Text is decoded when the file is opened.
 */
#include "data/recording_parts.h"

#include <errno.h>
#include <string.h>

#define CSV_COLUMNS_MAX    65536u
#define CSV_TEXT_BYTES_MAX (64u << 20)

typedef struct CsvReader {
	RigRecordingFile *file;
	RigDtype dtype;
	gint64 classes;
	guint line, columns;
	guint label_column; /* from 0; == columns: there is none */
	GByteArray *table;
	GArray *labels; /* gint32 */
} CsvReader;

/* One line's text and where the next begins. The text ends at NUL in any case. */
typedef struct CsvLine {
	const char *text;
	gsize length;
} CsvLine;

static gsize csv_line(const char *text, gsize left, CsvLine *line)
{
	const char *newline = memchr(text, '\n', left);
	gsize taken = newline == NULL ? left : (gsize)(newline - text) + 1;
	line->text = text;
	line->length = newline == NULL ? left : taken - 1;
	while (line->length > 0 && g_ascii_isspace(text[line->length - 1]))
		line->length--;
	return taken;
}

/* The next cell of the line, without the blanks around it; FALSE after the last. */
static gboolean csv_cell(CsvLine *line, gboolean *more, const char **cell, gsize *length)
{
	if (!*more)
		return FALSE;
	const char *comma = memchr(line->text, ',', line->length);
	gsize taken = comma == NULL ? line->length : (gsize)(comma - line->text);
	*more = comma != NULL;
	*cell = line->text;
	*length = taken;
	while (*length > 0 && g_ascii_isspace(**cell)) {
		(*cell)++;
		(*length)--;
	}
	while (*length > 0 && g_ascii_isspace((*cell)[*length - 1]))
		(*length)--;
	gsize skipped = taken + (comma != NULL ? 1 : 0);
	line->text += skipped;
	line->length -= skipped;
	return TRUE;
}

static gboolean csv_fail(const CsvReader *reader, GError **error, const char *what)
{
	return rig_recording_file_fail(reader->file, error, "line %u: %s", reader->line, what);
}

/* The whole cell as a number; overflow is none. */
static gboolean csv_number(const char *cell, gsize length, double *value)
{
	char *end = NULL;
	errno = 0;
	*value = g_ascii_strtod(cell, &end);
	return length > 0 && end == cell + length && !(errno == ERANGE && (*value > 1 || *value < -1));
}

static gboolean csv_header(CsvReader *reader, CsvLine line, GError **error)
{
	const char *cell;
	gsize length;
	gboolean more = TRUE, named = FALSE;
	guint labels = 0;
	for (; csv_cell(&line, &more, &cell, &length); reader->columns++) {
		double ignored;
		named = named || !csv_number(cell, length, &ignored);
		if (reader->columns >= CSV_COLUMNS_MAX)
			return csv_fail(reader, error, "over 65536 columns");
		if (length != 5 || memcmp(cell, "label", 5) != 0)
			continue;
		reader->label_column = reader->columns;
		labels++;
	}
	if (labels > 1)
		return csv_fail(reader, error, "two columns are called `label`");
	if (labels == 0)
		reader->label_column = reader->columns;
	if (!named)
		return csv_fail(reader, error,
		                "holds numbers only, but the first line names the columns (the one called "
		                "`label` holds the class)");
	if (labels > 0 && reader->classes == 0)
		return csv_fail(reader, error, "has labels, so write `classes` in recording.yaml");
	return reader->columns > labels || csv_fail(reader, error, "names no column of values");
}

static gboolean csv_take(CsvReader *reader, guint column, const char *cell, gsize length,
                         GError **error)
{
	double value;
	gboolean is_label = column == reader->label_column;
	gboolean ok = csv_number(cell, length, &value);
	if (ok && is_label) {
		ok = value >= 0 && value < (double)reader->classes && value == (double)(gint32)value;
		gint32 label = ok ? (gint32)value : RIG_LABEL_NONE;
		g_array_append_val(reader->labels, label);
	} else if (ok) {
		guint8 raw[8];
		ok = rig_dtype_put(reader->dtype, raw, value);
		if (ok)
			g_byte_array_append(reader->table, raw, (guint)rig_dtypes[reader->dtype].size);
	}
	if (ok)
		return TRUE;
	g_autofree char *text = g_strndup(cell, MIN(length, 40));
	g_autofree char *shown = g_strescape(text, NULL);
	if (is_label)
		return rig_recording_file_fail(
		    reader->file, error,
		    "line %u, column %u: label \"%s\" is no class from 0 to %" G_GINT64_FORMAT,
		    reader->line, column + 1, shown, reader->classes - 1);
	return rig_recording_file_fail(reader->file, error, "line %u, column %u: \"%s\" is no %s value",
	                               reader->line, column + 1, shown, rig_dtypes[reader->dtype].name);
}

static gboolean csv_row(CsvReader *reader, CsvLine line, GError **error)
{
	const char *cell;
	gsize length;
	gboolean more = TRUE;
	guint column = 0;
	for (; csv_cell(&line, &more, &cell, &length); column++)
		if (column < reader->columns && !csv_take(reader, column, cell, length, error))
			return FALSE;
	if (column == reader->columns)
		return TRUE;
	return rig_recording_file_fail(reader->file, error,
	                               "line %u: %u columns, but the first line names %u", reader->line,
	                               column, reader->columns);
}

static gboolean csv_rows(CsvReader *reader, GError **error)
{
	const char *text = (const char *)reader->file->bytes;
	gsize left = (gsize)reader->file->size;
	while (left > 0) {
		CsvLine line;
		gsize taken = csv_line(text, left, &line);
		text += taken;
		left -= taken;
		reader->line++;
		if (reader->line == 1 ? !csv_header(reader, line, error)
		                      : line.length > 0 && !csv_row(reader, line, error))
			return FALSE;
		reader->file->units += reader->line > 1 && line.length > 0;
	}
	return reader->line > 0 || rig_recording_file_fail(reader->file, error, "is empty");
}

static gboolean csv_open(RigRecordingFile *file, const RigRecordingSpec *spec, GError **error)
{
	CsvReader reader = {.file = file,
	                    .dtype = (RigDtype)spec->dtype,
	                    .classes = spec->classes,
	                    .table = g_byte_array_new(),
	                    .labels = g_array_new(FALSE, FALSE, sizeof(gint32))};
	gboolean ok = csv_rows(&reader, error);
	gboolean labelled = reader.label_column < reader.columns;
	file->unit_bytes = (reader.columns - (labelled ? 1 : 0)) * rig_dtypes[spec->dtype].size;
	file->table = g_byte_array_free(reader.table, FALSE);
	gint32 *labels = (gint32 *)(gpointer)g_array_free(reader.labels, FALSE);
	if (labelled)
		file->labels = labels;
	else
		g_free(labels);
	/* The table stands for the text from here on. */
	g_clear_pointer(&file->bytes, g_free);
	return ok;
}

const RigRecordingFormat rig_recording_csv = {.name = "csv",
                                              .windows = TRUE,
                                              .needs_text = TRUE,
                                              .size_max = CSV_TEXT_BYTES_MAX,
                                              .open = csv_open};
