/* SPDX-License-Identifier: Apache-2.0 */
/* y_labels.csv of MLPerf Tiny: no header; file,classes,class or file,classes,class,bytes,stride. */
#include "data/recording_parts.h"

#include <string.h>

#define LABELS_COLUMNS_MAX 5u

typedef struct LabelsReader {
	const RigRecordingSpec *spec;
	RigIssues *issues;
	RigPlace place;
	GPtrArray *rows;
	GHashTable *seen; /* path of a row; borrowed from rows */
	guint64 classes;  /* 0: not known yet */
} LabelsReader;

static void labels_free_row(gpointer data)
{
	RigRecordingLabel *row = data;
	g_free(row->path);
	g_free(row);
}

/* FALSE: issue added. */
static gboolean labels_number(LabelsReader *reader, const char *what, const char *text, guint64 min,
                              guint64 max, guint64 *number)
{
	if (g_ascii_string_to_unsigned(text, 10, min, max, number, NULL))
		return TRUE;
	rig_issues_add(reader->issues, &reader->place, "labels",
	               "%s is \"%s\", but a whole number from %" G_GUINT64_FORMAT
	               " to %" G_GUINT64_FORMAT " belongs there",
	               what, text, min, max);
	return FALSE;
}

static gboolean labels_windows(LabelsReader *reader, char **cells, RigRecordingLabel *row)
{
	const RigRecordingFormat *format = rig_recording_formats[reader->spec->format];
	guint64 bytes, stride, item = rig_recording_item_bytes(reader->spec);
	if (format != &rig_recording_bin) {
		rig_issues_add(reader->issues, &reader->place, "labels",
		               "columns 4 and 5 (bytes, stride) are for bin files; %s data is cut by "
		               "`window` of recording.yaml",
		               format->name);
		return FALSE;
	}
	if (!labels_number(reader, "column 4 (bytes of an input)", cells[3], 1, G_MAXINT32, &bytes) ||
	    !labels_number(reader, "column 5 (stride in bytes)", cells[4], 1, G_MAXINT32, &stride))
		return FALSE;
	if (bytes != item) {
		g_autofree char *shape = rig_recording_shape_text(reader->spec);
		rig_issues_add(reader->issues, &reader->place, "labels",
		               "column 4 says %" G_GUINT64_FORMAT " bytes an input, but shape %s needs "
		               "%" G_GUINT64_FORMAT,
		               bytes, shape, item);
		return FALSE;
	}
	row->bytes = (gint64)bytes;
	row->stride = (gint64)stride;
	return TRUE;
}

/* The number of classes must be the same everywhere it is said. */
static gboolean labels_classes(LabelsReader *reader, const char *text)
{
	guint64 classes;
	if (!labels_number(reader, "column 2 (classes)", text, 1, RIG_RECORDING_CLASSES_MAX, &classes))
		return FALSE;
	if (reader->classes == 0)
		reader->classes = classes;
	if (reader->classes == classes)
		return TRUE;
	rig_issues_add(reader->issues, &reader->place, "labels",
	               "column 2 says %" G_GUINT64_FORMAT
	               " classes, but recording.yaml or an earlier row says %" G_GUINT64_FORMAT,
	               classes, reader->classes);
	return FALSE;
}

static gboolean labels_cells(LabelsReader *reader, char **cells, RigRecordingLabel *row)
{
	guint count = g_strv_length(cells);
	guint64 label;
	if (count != 3 && count != LABELS_COLUMNS_MAX) {
		rig_issues_add(reader->issues, &reader->place, "labels",
		               "%u columns, but file,classes,class or file,classes,class,bytes,stride "
		               "belong there",
		               count);
		return FALSE;
	}
	for (guint i = 0; i < count; i++)
		g_strstrip(cells[i]);
	if (!labels_classes(reader, cells[1]) ||
	    !labels_number(reader, "column 3 (class)", cells[2], 0, G_MAXINT32, &label))
		return FALSE;
	if (label >= reader->classes) {
		rig_issues_add(reader->issues, &reader->place, "labels",
		               "class %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		               " classes: classes count from 0",
		               label, reader->classes);
		return FALSE;
	}
	row->label = (gint32)label;
	row->path = rig_path_resolve(cells[0], reader->spec->path);
	return count == 3 || labels_windows(reader, cells, row);
}

static gboolean labels_line(LabelsReader *reader, const char *line)
{
	g_auto(GStrv) cells = g_strsplit(line, ",", LABELS_COLUMNS_MAX + 1);
	RigRecordingLabel *row = g_new0(RigRecordingLabel, 1);
	row->place = reader->place;
	g_ptr_array_add(reader->rows, row);
	if (!labels_cells(reader, cells, row))
		return FALSE;
	if (g_hash_table_add(reader->seen, row->path))
		return TRUE;
	rig_issues_add(reader->issues, &reader->place, "labels", "%s is labelled twice", cells[0]);
	return FALSE;
}

static gboolean labels_lines(LabelsReader *reader, const char *text)
{
	/* Some exports begin with a byte order mark. */
	if (g_str_has_prefix(text, "\xef\xbb\xbf"))
		text += 3;
	while (*text != '\0') {
		gsize length = strcspn(text, "\n");
		g_autofree char *line = g_strstrip(g_strndup(text, length));
		reader->place.line++;
		/* One wrong row tells enough: what follows is mostly the same mistake. */
		if (*line != '\0' && !labels_line(reader, line))
			return FALSE;
		text += length + (text[length] == '\n');
	}
	if (reader->rows->len > 0)
		return TRUE;
	rig_issues_add(reader->issues, &reader->place, "labels", "holds no row");
	return FALSE;
}

GPtrArray *rig_recording_labels_load(const RigRecordingSpec *spec, guint *classes,
                                     RigIssues *issues)
{
	g_autofree char *path = rig_path_resolve(spec->labels, spec->path);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(GError) error = NULL;
	const RigSource *source = rig_sources_read(sources, path, &error);
	if (source == NULL) {
		rig_issues_add(issues, &spec->place, "labels", "%s", error->message);
		return NULL;
	}
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(labels_free_row);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	LabelsReader reader = {.spec = spec,
	                       .issues = issues,
	                       .place = {.file = g_intern_string(path), .column = 1},
	                       .rows = rows,
	                       .seen = seen,
	                       .classes = (guint64)spec->classes};
	gsize size;
	const char *data = g_bytes_get_data(source->bytes, &size);
	g_autofree char *text = g_strndup(data == NULL ? "" : data, size);
	if (!labels_lines(&reader, text))
		return NULL;
	*classes = (guint)reader.classes;
	return g_steal_pointer(&rows);
}
