/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a recording: a .bin file for each run of inputs of one class, y_labels.csv with
 * five columns, and last recording.yaml, so that a folder cut short is no recording.
 */
#include "data/recording_parts.h"

#include <math.h>

#include "base/files.h"

typedef struct RecordingWriter {
	const char *folder;
	const RigRecordingMaker *maker;
	const double *values;
	const gint32 *labels; /* NULL: none */
	guint count, classes;
	gsize elements; /* of one input */
	GString *rows;  /* of y_labels.csv */
	GString *files; /* entries of recording.yaml */
} RecordingWriter;

static gboolean write_fail(const RecordingWriter *writer, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static gboolean write_fail(const RecordingWriter *writer, GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", writer->folder, text);
	return FALSE;
}

/* Writes one file and adds it with its digest to the list. */
static gboolean write_put_file(RecordingWriter *writer, const char *name, const void *data,
                               gsize size, GError **error)
{
	g_autofree char *path = g_build_filename(writer->folder, name, NULL);
	if (!rig_file_create(path, data, size, error))
		return FALSE;
	g_autofree char *sha256 = rig_sha256_hex(data, size);
	g_string_append_printf(writer->files, "  - {file: %s, sha256: %s}\n", name, sha256);
	return TRUE;
}

/* One value as the dtype has it. FALSE: out of its range. */
static gboolean write_value(RigDtype dtype, guint8 *data, double value)
{
	return rig_dtype_put(dtype, data, dtype == RIG_DTYPE_F32 ? value : round(value));
}

/* Before anything is written, so that a value out of range leaves no half folder behind. */
static gboolean write_check_values(const RecordingWriter *writer, GError **error)
{
	RigDtype dtype = writer->maker->dtype;
	for (gsize i = 0; i < writer->elements * writer->count; i++) {
		guint8 ignored[4];
		if (!write_value(dtype, ignored, writer->values[i]))
			return write_fail(writer, error, "value %g of input %zu is out of range for %s",
			                  writer->values[i], (size_t)(i / writer->elements),
			                  rig_dtypes[dtype].name);
	}
	return TRUE;
}

/* The inputs first .. first + count - 1, all of one class. */
static gboolean write_put_run(RecordingWriter *writer, guint first, guint count, GError **error)
{
	RigDtype dtype = writer->maker->dtype;
	gsize size = rig_dtypes[dtype].size, item = writer->elements * size;
	const double *values = writer->values + first * writer->elements;
	g_autofree guint8 *data = g_malloc(item * count);
	for (gsize i = 0; i < writer->elements * count; i++)
		write_value(dtype, data + i * size, values[i]);
	g_autofree char *name = g_strdup_printf("inputs_%06u.bin", first);
	if (writer->labels != NULL)
		g_string_append_printf(writer->rows, "%s,%u,%d,%zu,%zu\n", name, writer->classes,
		                       writer->labels[first], (size_t)item, (size_t)item);
	return write_put_file(writer, name, data, item * count, error);
}

static gboolean write_put_inputs(RecordingWriter *writer, GError **error)
{
	for (guint first = 0; first < writer->count;) {
		guint end = first + 1;
		while (end < writer->count &&
		       (writer->labels == NULL || writer->labels[end] == writer->labels[first]))
			end++;
		if (!write_put_run(writer, first, end - first, error))
			return FALSE;
		first = end;
	}
	return writer->labels == NULL ||
	       write_put_file(writer, "y_labels.csv", writer->rows->str, writer->rows->len, error);
}

/* KEY: "text", quoted as YAML wants it; nothing for NULL. */
static void write_put_text(GString *yaml, const char *key, const char *text)
{
	if (text == NULL)
		return;
	g_string_append_printf(yaml, "%s: \"", key);
	for (; *text != '\0'; text++) {
		/* A ${ would be taken for a placeholder. */
		if (text[0] == '$' && text[1] == '{')
			g_string_append_c(yaml, '$');
		if (*text == '"' || *text == '\\')
			g_string_append_printf(yaml, "\\%c", *text);
		else if ((guchar)*text < ' ' || *text == 0x7f)
			g_string_append_printf(yaml, "\\x%02x", (guint)(guchar)*text);
		else
			g_string_append_c(yaml, *text);
	}
	g_string_append(yaml, "\"\n");
}

static gboolean write_put_yaml(RecordingWriter *writer, GError **error)
{
	const RigRecordingMaker *maker = writer->maker;
	g_autoptr(GString) yaml = g_string_new(NULL);
	write_put_text(yaml, "recording", maker->name);
	write_put_text(yaml, "about", maker->about);
	if (maker->sensor != NULL || maker->rate_mhz > 0)
		g_string_append(yaml, "sensor:\n");
	write_put_text(yaml, "  name", maker->sensor);
	if (maker->rate_mhz > 0)
		g_string_append_printf(yaml, "  rate: %" G_GINT64_FORMAT ".%03dHz\n",
		                       maker->rate_mhz / 1000, (int)(maker->rate_mhz % 1000));
	g_string_append_printf(yaml, "format: bin\ndtype: %s\nshape: [", rig_dtypes[maker->dtype].name);
	for (guint i = 0; i < maker->rank; i++)
		g_string_append_printf(yaml, "%s%u", i > 0 ? ", " : "", maker->dims[i]);
	g_string_append(yaml, "]\n");
	if (writer->labels != NULL)
		g_string_append_printf(yaml, "classes: %u\nlabels: y_labels.csv\n", writer->classes);
	write_put_text(yaml, "origin", maker->origin);
	write_put_text(yaml, "licence", maker->licence);
	g_string_append_printf(yaml, "files:\n%s", writer->files->str);
	g_autofree char *path = g_build_filename(writer->folder, "recording.yaml", NULL);
	return rig_file_replace(path, yaml->str, yaml->len, error);
}

static gboolean write_check(RecordingWriter *writer, GError **error)
{
	const RigRecordingMaker *maker = writer->maker;
	if (writer->count == 0 || writer->count > RIG_RECORDING_INPUTS_MAX)
		return write_fail(writer, error, "%u inputs; a recording has 1 to %u", writer->count,
		                  RIG_RECORDING_INPUTS_MAX);
	if (maker->rank == 0 || maker->rank > RIG_RECORDING_RANK_MAX)
		return write_fail(writer, error, "a shape has 1 to %u dimensions", RIG_RECORDING_RANK_MAX);
	writer->elements = 1;
	for (guint i = 0; i < maker->rank; i++) {
		writer->elements *= maker->dims[i];
		if (writer->elements == 0 || writer->elements > RIG_RECORDING_ITEM_BYTES_MAX / 4)
			return write_fail(writer, error, "an input has 1 value to 16 MiB");
	}
	const char *texts[] = {maker->name, maker->about, maker->sensor, maker->origin, maker->licence};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		if (texts[i] != NULL && !g_utf8_validate(texts[i], -1, NULL))
			return write_fail(writer, error, "a text is not UTF-8");
	for (guint i = 0; writer->labels != NULL && i < writer->count; i++) {
		if (writer->labels[i] < 0 || writer->labels[i] >= RIG_RECORDING_CLASSES_MAX)
			return write_fail(writer, error, "label %d of input %u is no class from 0 on",
			                  writer->labels[i], i);
		writer->classes = MAX(writer->classes, (guint)writer->labels[i] + 1);
	}
	return TRUE;
}

/* Makes the folder; one that holds something is left alone. */
static gboolean write_make_folder(const RecordingWriter *writer, GError **error)
{
	if (!rig_folder_make(writer->folder, error))
		return FALSE;
	g_autoptr(GDir) folder = g_dir_open(writer->folder, 0, error);
	if (folder == NULL)
		return FALSE;
	return g_dir_read_name(folder) == NULL ||
	       write_fail(writer, error, "is not empty: a recording goes into a folder of its own");
}

gboolean rig_recording_write(const char *path, const RigRecordingMaker *maker, const double *values,
                             guint count, const gint32 *labels, GError **error)
{
	g_autoptr(GString) rows = g_string_new(NULL);
	g_autoptr(GString) files = g_string_new(NULL);
	RecordingWriter writer = {.folder = path,
	                          .maker = maker,
	                          .values = values,
	                          .labels = labels,
	                          .count = count,
	                          .rows = rows,
	                          .files = files};
	return write_check(&writer, error) && write_check_values(&writer, error) &&
	       write_make_folder(&writer, error) && write_put_inputs(&writer, error) &&
	       write_put_yaml(&writer, error);
}
