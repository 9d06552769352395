/* SPDX-License-Identifier: Apache-2.0 */
#include "data/recording_parts.h"

#include <string.h>

/* After so many damaged files the rest is not looked at: the cause is mostly one. */
#define RECORDING_ISSUES_MAX 20u

struct RigRecording {
	RigRecordingSpec *spec;
	RigRecordingInfo info;
	GPtrArray *files; /* RigRecordingFile, in the order of their inputs */
	guint8 **items;   /* inputs read on demand; shape (count), NULL: not read yet */
	gsize item_bytes;
};

static void recording_free_file(gpointer data)
{
	rig_recording_file_free(data);
}

void rig_recording_free(RigRecording *recording)
{
	if (recording == NULL)
		return;
	for (guint i = 0; recording->items != NULL && i < recording->info.count; i++)
		g_free(recording->items[i]);
	g_free(recording->items);
	g_ptr_array_unref(recording->files);
	rig_recording_spec_free(recording->spec);
	g_free(recording);
}

/* Takes `path`. */
static RigRecordingFile *recording_new_file(const RigRecordingSpec *spec, guint entry, char *path)
{
	const RigRecordingEntry *it = spec->files->pdata[entry];
	RigRecordingFile *file = g_new0(RigRecordingFile, 1);
	file->format = rig_recording_formats[spec->format];
	file->path = path;
	file->name = it->file;
	file->place = *(const RigPlace *)spec->places->pdata[entry];
	file->fd = -1;
	file->label = RIG_LABEL_NONE;
	return file;
}

/* Entries of `files` that are not taken yet. */
typedef struct RecordingEntries {
	GHashTable *index; /* absolute path -> index + 1 */
	GPtrArray *paths;  /* owned by index; NULL: taken */
} RecordingEntries;

static void recording_list_entries(const RigRecordingSpec *spec, RecordingEntries *entries)
{
	entries->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	entries->paths = g_ptr_array_new();
	for (guint i = 0; i < spec->files->len; i++) {
		const RigRecordingEntry *entry = spec->files->pdata[i];
		char *path = rig_path_resolve(entry->file, spec->path);
		g_ptr_array_add(entries->paths, path);
		g_hash_table_insert(entries->index, path, GUINT_TO_POINTER(i + 1));
	}
}

static void recording_free_entries(RecordingEntries *entries)
{
	g_hash_table_unref(entries->index);
	g_ptr_array_unref(entries->paths);
}

/* A file for the entry of this path, which then is taken. NULL: there is none left. */
static RigRecordingFile *recording_take_entry(const RigRecordingSpec *spec,
                                              RecordingEntries *entries, const char *path,
                                              guint *entry)
{
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(entries->index, path));
	if (index == 0 || entries->paths->pdata[index - 1] == NULL)
		return NULL;
	*entry = index - 1;
	entries->paths->pdata[index - 1] = NULL;
	return recording_new_file(spec, index - 1, g_strdup(path));
}

/* The labels file is data too: its digest is checked before it is believed. */
static gboolean recording_check_labels(const RigRecordingSpec *spec, RecordingEntries *entries,
                                       RigIssues *issues)
{
	g_autofree char *path = rig_path_resolve(spec->labels, spec->path);
	guint entry = 0;
	RigRecordingFile *file = recording_take_entry(spec, entries, path, &entry);
	if (file == NULL)
		return FALSE;
	const RigRecordingEntry *stated = spec->files->pdata[entry];
	gsize keep = 0;
	g_autoptr(GError) error = NULL;
	file->format = &rig_recording_bin;
	gboolean ok = rig_recording_file_load(file, stated->sha256, &keep, &error);
	if (!ok)
		rig_issues_add(issues, &file->place, "files", "%s", error->message);
	rig_recording_file_free(file);
	return ok;
}

/* How many units an input is and how far the next one begins. FALSE: issue added. */
static gboolean recording_cut(RigRecording *recording, RigRecordingFile *file, RigIssues *issues)
{
	const RigRecordingSpec *spec = recording->spec;
	if (file->length == 0) {
		guint64 whole = file->format->whole ? file->units : 1;
		file->length = spec->window.length > 0 ? (guint64)spec->window.length : whole;
		file->stride = spec->window.stride > 0 ? (guint64)spec->window.stride : file->length;
	}
	g_autofree char *shape = rig_recording_shape_text(spec);
	if (file->unit_bytes == 0 || file->length > recording->item_bytes ||
	    file->length * file->unit_bytes != recording->item_bytes) {
		rig_issues_add(issues, &file->place, "files",
		               "%s: an input is %" G_GUINT64_FORMAT
		               " rows or samples of %zu bytes, but shape %s is %zu bytes: mend shape, "
		               "dtype or window",
		               file->name, file->length, (size_t)file->unit_bytes, shape,
		               (size_t)recording->item_bytes);
		return FALSE;
	}
	if (file->units < file->length) {
		rig_issues_add(issues, &file->place, "files",
		               "%s: is too short for one input (%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		               " rows, samples or bytes)",
		               file->name, file->units, file->length);
		return FALSE;
	}
	guint64 inputs = (file->units - file->length) / file->stride + 1;
	if (inputs > RIG_RECORDING_INPUTS_MAX - recording->info.count) {
		rig_issues_add(issues, &file->place, "files", "%s: more than %u inputs", file->name,
		               RIG_RECORDING_INPUTS_MAX);
		return FALSE;
	}
	file->first_input = recording->info.count;
	file->inputs = (guint)inputs;
	recording->info.count += file->inputs;
	return TRUE;
}

static void recording_take_rate(RigRecording *recording, const RigRecordingFile *file,
                                RigIssues *issues)
{
	RigRecordingInfo *info = &recording->info;
	if (file->rate_mhz == 0)
		return;
	if (info->rate_mhz == 0)
		info->rate_mhz = file->rate_mhz;
	if (info->rate_mhz != file->rate_mhz)
		rig_issues_add(issues, &file->place, "sensor.rate",
		               "%s is of %" G_GINT64_FORMAT
		               " Hz, but recording.yaml or an earlier file says %.6g Hz",
		               file->name, file->rate_mhz / 1000, (double)info->rate_mhz / 1000);
}

/* Takes `file`. */
static void recording_add_file(RigRecording *recording, RigRecordingFile *file, guint entry,
                               gsize *keep, RigIssues *issues)
{
	const RigRecordingEntry *stated = recording->spec->files->pdata[entry];
	g_autoptr(GError) error = NULL;
	g_ptr_array_add(recording->files, file);
	if (!rig_recording_file_load(file, stated->sha256, keep, &error) ||
	    !file->format->open(file, recording->spec, &error))
		rig_issues_add(issues, &file->place, "files", "%s", error->message);
	else if (recording_cut(recording, file, issues))
		recording_take_rate(recording, file, issues);
	rig_recording_file_rest(file);
}

static void recording_add_labelled(RigRecording *recording, RecordingEntries *entries, gsize *keep,
                                   RigIssues *issues)
{
	const RigRecordingSpec *spec = recording->spec;
	guint before = issues->list->len;
	g_autoptr(GPtrArray) rows = rig_recording_labels_load(spec, &recording->info.classes, issues);
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const RigRecordingLabel *row = rows->pdata[i];
		guint entry = 0;
		RigRecordingFile *file = recording_take_entry(spec, entries, row->path, &entry);
		if (file == NULL) {
			rig_issues_add(issues, &row->place, "labels",
			               "%s is no data file under `files` of recording.yaml: add it with its "
			               "digest",
			               row->path);
		} else {
			file->label = row->label;
			file->length = (guint64)row->bytes;
			file->stride = (guint64)row->stride;
			recording_add_file(recording, file, entry, keep, issues);
		}
		if (issues->list->len - before >= RECORDING_ISSUES_MAX)
			return;
	}
}

/* Without labels all files make inputs; with labels each must have had its row. */
static void recording_add_rest(RigRecording *recording, const RecordingEntries *entries,
                               gsize *keep, RigIssues *issues)
{
	const RigRecordingSpec *spec = recording->spec;
	guint before = issues->list->len;
	for (guint i = 0; i < entries->paths->len; i++) {
		const RigRecordingEntry *entry = spec->files->pdata[i];
		if (entries->paths->pdata[i] == NULL)
			continue;
		if (spec->labels != NULL)
			rig_issues_add(issues, spec->places->pdata[i], "files",
			               "%s has no row in %s: label it or take it out", entry->file,
			               spec->labels);
		else
			recording_add_file(recording,
			                   recording_new_file(spec, i, g_strdup(entries->paths->pdata[i])), i,
			                   keep, issues);
		if (issues->list->len - before >= RECORDING_ISSUES_MAX)
			return;
	}
}

/* Classes and labels must come together; labels are said in one place only. */
static void recording_check_classes(RigRecording *recording, RigIssues *issues)
{
	const RigRecordingSpec *spec = recording->spec;
	gboolean labelled = spec->labels != NULL;
	for (guint i = 0; i < recording->files->len; i++) {
		const RigRecordingFile *file = recording->files->pdata[i];
		if (file->labels != NULL && spec->labels != NULL)
			rig_issues_add(issues, &file->place, "labels",
			               "%s has a column `label`, and %s labels it too: use one", file->name,
			               spec->labels);
		labelled = labelled || file->labels != NULL;
	}
	if (spec->classes > 0 && !labelled)
		rig_issues_add(issues, &spec->place, "classes",
		               "there are no labels: name a labels file, or take `classes` out");
	if (spec->labels == NULL)
		recording->info.classes = labelled ? (guint)spec->classes : 0;
}

static void recording_fill_info(RigRecording *recording)
{
	const RigRecordingSpec *spec = recording->spec;
	RigRecordingInfo *info = &recording->info;
	info->name = spec->name;
	info->about = spec->about;
	info->sensor = spec->sensor.name;
	info->origin = spec->origin;
	info->licence = spec->licence;
	info->rate_mhz = spec->sensor.rate_mhz;
	info->dtype = (RigDtype)spec->dtype;
	info->rank = spec->shape.rank;
	memcpy(info->dims, spec->shape.dims, sizeof info->dims);
	info->scale = spec->scale;
	info->zero_point = spec->zero_point;
	/* Every file is in the YAML with a digest that holds, so this one stands for all. */
	info->sha256 = spec->sha256;
}

static void recording_fill_pace(RigRecording *recording)
{
	const RigRecordingSpec *spec = recording->spec;
	const RigRecordingFile *file = recording->files->pdata[0];
	gboolean samples = spec->window.length > 0 || file->format->whole;
	guint64 step = samples ? file->stride : 1;
	RigRecordingInfo *info = &recording->info;
	if (info->rate_mhz > 0)
		info->item_us = (gint64)((double)step * 1e9 / (double)info->rate_mhz + 0.5);
}

RigRecording *rig_recording_open(const char *path, RigIssues *issues)
{
	guint before = issues->list->len;
	RigRecordingSpec *spec = rig_recording_spec_load(path, issues);
	if (spec == NULL)
		return NULL;
	g_autoptr(RigRecording) recording = g_new0(RigRecording, 1);
	recording->spec = spec;
	recording->files = g_ptr_array_new_with_free_func(recording_free_file);
	recording->item_bytes = rig_recording_item_bytes(spec);
	recording_fill_info(recording);
	RecordingEntries entries;
	recording_list_entries(spec, &entries);
	gsize keep = RIG_RECORDING_KEEP_ALL_BYTES;
	if (spec->labels != NULL && recording_check_labels(spec, &entries, issues))
		recording_add_labelled(recording, &entries, &keep, issues);
	if (issues->list->len == before)
		recording_add_rest(recording, &entries, &keep, issues);
	recording_free_entries(&entries);
	if (issues->list->len == before)
		recording_check_classes(recording, issues);
	if (issues->list->len != before)
		return NULL;
	recording_fill_pace(recording);
	return g_steal_pointer(&recording);
}

const RigRecordingInfo *rig_recording_info(const RigRecording *recording)
{
	return &recording->info;
}

/* The file that holds input `index`: files are in the order of their inputs. */
static RigRecordingFile *recording_find(const RigRecording *recording, guint index)
{
	guint low = 0, high = recording->files->len;
	while (high - low > 1) {
		guint middle = low + (high - low) / 2;
		const RigRecordingFile *file = recording->files->pdata[middle];
		if (file->first_input <= index)
			low = middle;
		else
			high = middle;
	}
	return recording->files->pdata[low];
}

/* A window over samples of different classes has no label: none would be true. */
static gint32 recording_label(const RigRecordingFile *file, guint64 unit)
{
	if (file->labels == NULL)
		return file->label;
	for (guint64 i = 1; i < file->length; i++)
		if (file->labels[unit + i] != file->labels[unit])
			return RIG_LABEL_NONE;
	return file->labels[unit];
}

/* Reads an input into memory that the recording keeps. */
static const guint8 *recording_fetch(RigRecording *recording, RigRecordingFile *file, guint index,
                                     guint64 unit, GError **error)
{
	if (recording->items == NULL)
		recording->items = g_new0(guint8 *, recording->info.count);
	if (recording->items[index] != NULL)
		return recording->items[index];
	g_autofree guint8 *data = g_malloc(recording->item_bytes);
	gboolean ok = file->format->read != NULL
	                  ? file->format->read(file, unit, file->length, data, error)
	                  : rig_recording_file_read(file, file->offset + unit * file->unit_bytes,
	                                            recording->item_bytes, data, error);
	rig_recording_file_rest(file);
	if (ok)
		recording->items[index] = g_steal_pointer(&data);
	return recording->items[index];
}

gboolean rig_recording_input(RigRecording *recording, guint index, RigInput *input, GError **error)
{
	if (index >= recording->info.count) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "%s: input %u of %u",
		            recording->info.name, index, recording->info.count);
		return FALSE;
	}
	RigRecordingFile *file = recording_find(recording, index);
	guint64 unit = (index - file->first_input) * file->stride;
	if (file->table != NULL)
		input->data = file->table + unit * file->unit_bytes;
	else if (file->bytes != NULL && file->format->read == NULL)
		input->data = file->bytes + file->offset + unit * file->unit_bytes;
	else
		input->data = recording_fetch(recording, file, index, unit, error);
	if (input->data == NULL) {
		g_prefix_error(error, "recording %s: ", recording->info.name);
		return FALSE;
	}
	input->size = recording->item_bytes;
	input->label = recording_label(file, unit);
	return TRUE;
}

gboolean rig_recording_values(RigRecording *recording, guint index, double *values, GError **error)
{
	RigInput input;
	if (!rig_recording_input(recording, index, &input, error))
		return FALSE;
	const RigRecordingInfo *info = &recording->info;
	gsize size = rig_dtypes[info->dtype].size;
	for (gsize i = 0; i < input.size / size; i++) {
		double raw = rig_dtype_get(info->dtype, input.data + i * size);
		values[i] = (raw - (double)info->zero_point) * info->scale;
	}
	return TRUE;
}

guint rig_recording_picked(guint count, guint first, guint wanted)
{
	guint left = first < count ? count - first : 0;
	return wanted == 0 ? left : MIN(wanted, left);
}

guint rig_recording_pick(guint count, guint first, guint wanted, guint i)
{
	guint picked = rig_recording_picked(count, first, wanted);
	if (i >= picked)
		return G_MAXUINT;
	return first + (guint)((guint64)i * (count - first) / picked);
}
