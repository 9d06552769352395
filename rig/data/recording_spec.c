/* SPDX-License-Identifier: Apache-2.0 */
/* recording.yaml: its field rows and what they cannot say. */
#include "data/recording_parts.h"

#include <string.h>

#include "yaml/bind.h"

static gboolean spec_parse_shape(RigBinder *binder, const RigField *field, const RigNode *node,
                                 gpointer member)
{
	(void)field;
	RigRecordingShape *shape = member;
	if (!rig_bind_expect(binder, node, RIG_NODE_LIST, "a list of whole numbers, as [8, 8]"))
		return FALSE;
	if (node->items->len == 0 || node->items->len > RIG_RECORDING_RANK_MAX) {
		rig_binder_issue(binder, node, "%u dimensions, but 1 to %u are allowed", node->items->len,
		                 RIG_RECORDING_RANK_MAX);
		return FALSE;
	}
	for (guint i = 0; i < node->items->len; i++) {
		const RigNode *item = node->items->pdata[i];
		guint64 size = 0;
		if (item->kind != RIG_NODE_SCALAR ||
		    !g_ascii_string_to_unsigned(item->text, 10, 1, RIG_RECORDING_ITEM_BYTES_MAX, &size,
		                                NULL)) {
			rig_binder_issue(binder, item, "a dimension is a whole number from 1 to %u",
			                 RIG_RECORDING_ITEM_BYTES_MAX);
			return FALSE;
		}
		shape->dims[i] = (guint)size;
	}
	shape->rank = node->items->len;
	return TRUE;
}

static const RigFieldCustom spec_shape = {.type = "a list of 1 to 4 whole numbers",
                                          .parse = spec_parse_shape};

static const char *const spec_formats[] = {"bin", "csv", "npy", "wav", NULL};
const RigRecordingFormat *const rig_recording_formats[] = {&rig_recording_bin, &rig_recording_csv,
                                                           &rig_recording_npy, &rig_recording_wav};

#define ENTRY(member) G_STRUCT_OFFSET(RigRecordingEntry, member)
static const RigField spec_entry_fields[] = {
    {.key = "file",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = ENTRY(file),
     .help = "path, relative to recording.yaml"},
    {.key = "sha256",
     .type = RIG_FIELD_CUSTOM,
     .offset = ENTRY(sha256),
     .custom = &rig_custom_sha256,
     .help = "SHA-256 of the file, 64 hex digits"},
    {.key = NULL},
};

#define SPEC(member) G_STRUCT_OFFSET(RigRecordingSpec, member)
static const RigField spec_sensor_fields[] = {
    {.key = "name",
     .type = RIG_FIELD_NAME,
     .offset = SPEC(sensor.name) - SPEC(sensor),
     .help = "identity of the sensor that it was recorded with"},
    {.key = "rate",
     .type = RIG_FIELD_QUANTITY,
     .unit = "frequency",
     .min = 1,
     .max = 1e12,
     .offset = SPEC(sensor.rate_mhz) - SPEC(sensor),
     .help = "inputs a second; with `window` and in WAV: samples a second"},
    {.key = NULL},
};

static const RigField spec_window_fields[] = {
    {.key = "length",
     .type = RIG_FIELD_INTEGER,
     .required = TRUE,
     .min = 1,
     .max = RIG_RECORDING_ITEM_BYTES_MAX,
     .offset = SPEC(window.length) - SPEC(window),
     .help = "samples of one input"},
    {.key = "stride",
     .type = RIG_FIELD_INTEGER,
     .min = 1,
     .max = 1e9,
     .offset = SPEC(window.stride) - SPEC(window),
     .help = "samples from the begin of one input to the next; default: length"},
    {.key = NULL},
};

const RigField rig_recording_fields[] = {
    {.key = "recording",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = SPEC(name),
     .help = "name: [a-z0-9-]+"},
    {.key = "about", .type = RIG_FIELD_STRING, .offset = SPEC(about), .help = "what it shows"},
    {.key = "sensor",
     .type = RIG_FIELD_STRUCT,
     .offset = SPEC(sensor),
     .rows = spec_sensor_fields,
     .help = "what it was recorded with"},
    {.key = "format",
     .type = RIG_FIELD_CHOICE,
     .required = TRUE,
     .offset = SPEC(format),
     .choices = spec_formats,
     .help = "of the data files"},
    {.key = "dtype",
     .type = RIG_FIELD_CHOICE,
     .required = TRUE,
     .offset = SPEC(dtype),
     .choices = rig_dtype_choices,
     .help = "of one value, as it goes to the board (little endian)"},
    {.key = "shape",
     .type = RIG_FIELD_CUSTOM,
     .required = TRUE,
     .offset = SPEC(shape),
     .custom = &spec_shape,
     .help = "of one input, as [8, 8]"},
    {.key = "scale",
     .type = RIG_FIELD_NUMBER,
     .offset = SPEC(scale),
     .fallback = "1",
     .help = "value = (raw - zero_point) * scale"},
    {.key = "zero_point",
     .type = RIG_FIELD_INTEGER,
     .min = G_MININT32,
     .max = G_MAXINT32,
     .offset = SPEC(zero_point),
     .help = "raw number that stands for 0"},
    {.key = "classes",
     .type = RIG_FIELD_INTEGER,
     .min = 1,
     .max = RIG_RECORDING_CLASSES_MAX,
     .offset = SPEC(classes),
     .help = "number of classes; default: what the labels file says"},
    {.key = "labels",
     .type = RIG_FIELD_STRING,
     .offset = SPEC(labels),
     .help = "CSV file without a header: file,classes,class[,bytes,stride]"},
    {.key = "window",
     .type = RIG_FIELD_STRUCT,
     .offset = SPEC(window),
     .rows = spec_window_fields,
     .help = "cuts continuous data (csv, npy, wav) into inputs"},
    {.key = "files",
     .type = RIG_FIELD_LIST,
     .required = TRUE,
     .offset = SPEC(files),
     .rows = spec_entry_fields,
     .size = sizeof(RigRecordingEntry),
     .help = "every data file, and the labels file, with its digest"},
    {.key = "origin",
     .type = RIG_FIELD_STRING,
     .offset = SPEC(origin),
     .help = "where the data comes from"},
    {.key = "licence",
     .type = RIG_FIELD_STRING,
     .offset = SPEC(licence),
     .help = "terms of the data, as an SPDX identifier"},
    {.key = NULL},
};

gsize rig_recording_item_bytes(const RigRecordingSpec *spec)
{
	guint64 bytes = rig_dtypes[spec->dtype].size;
	for (guint i = 0; i < spec->shape.rank; i++) {
		bytes *= spec->shape.dims[i];
		if (bytes > RIG_RECORDING_ITEM_BYTES_MAX)
			return (gsize)RIG_RECORDING_ITEM_BYTES_MAX + 1;
	}
	return (gsize)bytes;
}

char *rig_recording_shape_text(const RigRecordingSpec *spec)
{
	GString *text = g_string_new("[");
	for (guint i = 0; i < spec->shape.rank; i++)
		g_string_append_printf(text, "%s%u", i > 0 ? ", " : "", spec->shape.dims[i]);
	g_string_append_printf(text, "] of %s", rig_dtypes[spec->dtype].name);
	return g_string_free(text, FALSE);
}

/* The digest that belongs there is in the message, so that it can be pasted. */
static void spec_tell_digest(const RigRecordingSpec *spec, const RigPlace *place, const char *file,
                             RigIssues *issues)
{
	g_autofree char *path = rig_path_resolve(file, spec->path);
	g_autoptr(GError) error = NULL;
	g_autofree char *sha256 = rig_sha256_file(path, &error);
	if (sha256 != NULL)
		rig_issues_add(issues, place, "files",
		               "%s has no digest, so a changed file would go unseen: write {file: %s, "
		               "sha256: %s}",
		               file, file, sha256);
	else
		rig_issues_add(issues, place, "files", "%s", error->message);
}

static gboolean spec_lists(const RigRecordingSpec *spec, const char *file)
{
	for (guint i = 0; i < spec->files->len; i++) {
		const RigRecordingEntry *entry = spec->files->pdata[i];
		if (g_str_equal(entry->file, file))
			return TRUE;
	}
	return FALSE;
}

static void spec_check_files(const RigRecordingSpec *spec, RigIssues *issues)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < spec->files->len; i++) {
		const RigRecordingEntry *entry = spec->files->pdata[i];
		if (!g_hash_table_add(seen, entry->file))
			rig_issues_add(issues, spec->places->pdata[i], "files", "%s is listed twice",
			               entry->file);
		if (entry->sha256 == NULL)
			spec_tell_digest(spec, spec->places->pdata[i], entry->file, issues);
	}
	if (spec->labels != NULL && !spec_lists(spec, spec->labels))
		spec_tell_digest(spec, &spec->place, spec->labels, issues);
	if (spec->files->len <= (spec->labels != NULL ? 1u : 0u))
		rig_issues_add(issues, &spec->place, "files", "lists no data file");
}

static void spec_check(const RigRecordingSpec *spec, RigIssues *issues)
{
	const RigRecordingFormat *format = rig_recording_formats[spec->format];
	if (rig_recording_item_bytes(spec) > RIG_RECORDING_ITEM_BYTES_MAX)
		rig_issues_add(issues, &spec->place, "shape", "one input is over 16 MiB");
	if (spec->window.length > 0 && !format->windows)
		rig_issues_add(issues, &spec->place, "window",
		               "is for continuous csv, npy and wav data; inputs of %s that overlap are "
		               "told by the columns bytes and stride of the labels file",
		               format->name);
	if (spec->scale == 0)
		rig_issues_add(issues, &spec->place, "scale", "0 would make every value 0");
	spec_check_files(spec, issues);
}

static void spec_take_places(RigRecordingSpec *spec, const RigNode *root)
{
	const RigNode *files = rig_node_get(root, "files");
	for (guint i = 0; i < spec->files->len; i++) {
		const RigNode *node = files->items->pdata[i];
		RigPlace *place = g_new(RigPlace, 1);
		*place = node->place;
		g_ptr_array_add(spec->places, place);
	}
}

static gboolean spec_bind(RigRecordingSpec *spec, const RigSource *source, RigIssues *issues)
{
	g_autoptr(RigNode) root = rig_node_parse(source, issues);
	if (root == NULL)
		return FALSE;
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	if (!rig_bind(&binder, rig_recording_fields, root, spec, NULL))
		return FALSE;
	spec_take_places(spec, root);
	spec_check(spec, issues);
	return TRUE;
}

RigRecordingSpec *rig_recording_spec_load(const char *path, RigIssues *issues)
{
	g_autoptr(RigRecordingSpec) spec = g_new0(RigRecordingSpec, 1);
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	spec->path = g_file_test(absolute, G_FILE_TEST_IS_DIR)
	                 ? g_build_filename(absolute, "recording.yaml", NULL)
	                 : g_steal_pointer(&absolute);
	spec->place = (RigPlace){.file = g_intern_string(spec->path), .line = 1, .column = 1};
	spec->places = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(GError) error = NULL;
	const RigSource *source = rig_sources_read(sources, spec->path, &error);
	if (source == NULL) {
		rig_issues_add(issues, &spec->place, "", "%s", error->message);
		return NULL;
	}
	spec->sha256 = g_strdup(source->sha256);
	guint before = issues->list->len;
	if (!spec_bind(spec, source, issues) || issues->list->len != before)
		return NULL;
	return g_steal_pointer(&spec);
}

void rig_recording_spec_free(RigRecordingSpec *spec)
{
	if (spec == NULL)
		return;
	rig_fields_free(rig_recording_fields, spec);
	g_ptr_array_unref(spec->places);
	g_free(spec->path);
	g_free(spec->sha256);
	g_free(spec);
}
