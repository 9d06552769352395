/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/header.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "base/files.h"

RigRunHeader *rig_run_header_new(void)
{
	RigRunHeader *header = g_new0(RigRunHeader, 1);
	header->image_address = -1;
	header->defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return header;
}

/* The members that are texts, lists and numbers: one table for writing, reading and freeing. */
static const struct {
	const char *key;
	gsize offset;
} header_texts[] =
    {
        {"id", offsetof(RigRunHeader, id)},
        {"started", offsetof(RigRunHeader, started)},
        {"suite", offsetof(RigRunHeader, suite)},
        {"suite_sha256", offsetof(RigRunHeader, suite_sha256)},
        {"bench", offsetof(RigRunHeader, bench)},
        {"board", offsetof(RigRunHeader, board)},
        {"target", offsetof(RigRunHeader, target)},
        {"candidate", offsetof(RigRunHeader, candidate)},
        {"candidate_path", offsetof(RigRunHeader, candidate_path)},
        {"candidate_sha256", offsetof(RigRunHeader, candidate_sha256)},
        {"model_sha256", offsetof(RigRunHeader, model_sha256)},
        {"image", offsetof(RigRunHeader, image)},
        {"image_format", offsetof(RigRunHeader, image_format)},
        {"image_sha256", offsetof(RigRunHeader, image_sha256)},
        {"load_digest", offsetof(RigRunHeader, load_digest)},
        {"build_id", offsetof(RigRunHeader, build_id)},
},
  header_numbers[] =
      {
          {"image_address", offsetof(RigRunHeader, image_address)},
          {"flash_bytes", offsetof(RigRunHeader, flash_bytes)},
          {"ram_bytes", offsetof(RigRunHeader, ram_bytes)},
          {"wait_us", offsetof(RigRunHeader, wait_us)},
},
  header_lists[] = {
      {"cases", offsetof(RigRunHeader, cases)},
      {"suite_cases", offsetof(RigRunHeader, suite_cases)},
      {"command", offsetof(RigRunHeader, command)},
};

void rig_run_header_free(RigRunHeader *header)
{
	if (header == NULL)
		return;
	for (guint i = 0; i < G_N_ELEMENTS(header_texts); i++)
		g_free(G_STRUCT_MEMBER(char *, header, header_texts[i].offset));
	for (guint i = 0; i < G_N_ELEMENTS(header_lists); i++)
		g_strfreev(G_STRUCT_MEMBER(char **, header, header_lists[i].offset));
	g_hash_table_unref(header->defines);
	g_free(header);
}

char *rig_run_id_new(const char *board)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
	return g_strdup_printf("%s-%s-%04x", time, board, g_random_int() & 0xffff);
}

static json_t *header_list_json(char **list)
{
	json_t *array = json_array();
	for (guint i = 0; list != NULL && list[i] != NULL; i++) {
		g_autofree char *valid = g_utf8_make_valid(list[i], -1);
		json_array_append_new(array, json_string(valid));
	}
	return array;
}

static json_t *header_defines_json(GHashTable *defines)
{
	json_t *object = json_object();
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, defines);
	while (g_hash_table_iter_next(&iter, &name, &value))
		json_object_set_new(object, name, json_string(value));
	return object;
}

/* Copies one source into the folder; its entry for run.json, or NULL. */
static json_t *header_store_source(const char *folder, guint index, const RigSource *source,
                                   GError **error)
{
	g_autofree char *base = g_path_get_basename(source->path);
	g_autofree char *stored = g_strdup_printf("sources/%02u-%s", index, base);
	g_autofree char *path = g_build_filename(folder, stored, NULL);
	gsize size;
	const void *data = g_bytes_get_data(source->bytes, &size);
	if (!rig_file_create(path, data, size, error))
		return NULL;
	return json_pack("{ss ss ss}", "path", source->path, "stored", stored, "sha256",
	                 source->sha256);
}

static const void *header_member(const RigRunHeader *header, gsize offset)
{
	return (const char *)header + offset;
}

static json_t *header_json(const RigRunHeader *header)
{
	json_t *json = json_pack("{ss si}", "format", "tinyrig-run", "version", RIG_RUN_VERSION);
	for (guint i = 0; i < G_N_ELEMENTS(header_texts); i++) {
		const char *text = *(char *const *)header_member(header, header_texts[i].offset);
		if (text != NULL)
			json_object_set_new(json, header_texts[i].key, json_string(text));
	}
	for (guint i = 0; i < G_N_ELEMENTS(header_numbers); i++)
		json_object_set_new(
		    json, header_numbers[i].key,
		    json_integer(*(const gint64 *)header_member(header, header_numbers[i].offset)));
	for (guint i = 0; i < G_N_ELEMENTS(header_lists); i++)
		json_object_set_new(
		    json, header_lists[i].key,
		    header_list_json(*(char **const *)header_member(header, header_lists[i].offset)));
	json_object_set_new(json, "defines", header_defines_json(header->defines));
	json_object_set_new(json, "golden", json_boolean(header->golden));
	return json;
}

/* JSON is UTF-8. A file name need not be, and must come back as it was or not at all. */
static gboolean header_check_text(const char *what, const char *text, GError **error)
{
	if (text == NULL || g_utf8_validate(text, -1, NULL))
		return TRUE;
	g_autofree char *shown = g_strescape(text, NULL);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "%s \"%s\" is not UTF-8 and cannot be kept in run.json; give it another name", what,
	            shown);
	return FALSE;
}

static gboolean header_check(const RigRunHeader *header, const GPtrArray *sources, GError **error)
{
	gboolean good = TRUE;
	for (guint i = 0; good && i < G_N_ELEMENTS(header_texts); i++) {
		const char *text = *(char *const *)header_member(header, header_texts[i].offset);
		good = header_check_text(header_texts[i].key, text, error);
	}
	for (guint i = 0; good && i < sources->len; i++) {
		const RigSource *source = g_ptr_array_index(sources, i);
		good = header_check_text("file", source->path, error);
	}
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, header->defines);
	while (good && g_hash_table_iter_next(&iter, &name, &value))
		good = header_check_text("define", name, error) && header_check_text(name, value, error);
	return good;
}

gboolean rig_run_folder_make(const char *folder, const RigRunHeader *header,
                             const RigSources *sources, GError **error)
{
	g_autofree char *stored = g_build_filename(folder, "sources", NULL);
	const GPtrArray *all = rig_sources_list(sources);
	if (!header_check(header, all, error) || !rig_folder_make(stored, error))
		return FALSE;
	json_t *json = header_json(header);
	json_t *list = json_array();
	json_object_set_new(json, "sources", list);
	gboolean good = TRUE;
	for (guint i = 0; i < all->len && good; i++) {
		json_t *entry = header_store_source(folder, i, g_ptr_array_index(all, i), error);
		good = entry != NULL && json_array_append_new(list, entry) == 0;
	}
	if (good) {
		char *text = json_dumps(json, JSON_INDENT(1));
		g_autofree char *path = g_build_filename(folder, "run.json", NULL);
		good = rig_file_create(path, text, strlen(text), error);
		free(text);
	}
	json_decref(json);
	return good;
}

static gboolean header_refuse(const char *folder, const char *why, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", folder, why);
	return FALSE;
}

static char **header_list_read(const json_t *array)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	for (gsize i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));
		if (text != NULL)
			g_strv_builder_add(builder, text);
	}
	return g_strv_builder_end(builder);
}

static gboolean header_restore_source(const char *folder, const json_t *entry, RigSources *sources,
                                      GError **error)
{
	const char *path = json_string_value(json_object_get(entry, "path"));
	const char *stored = json_string_value(json_object_get(entry, "stored"));
	const char *sha256 = json_string_value(json_object_get(entry, "sha256"));
	if (path == NULL || sha256 == NULL || stored == NULL || !g_str_has_prefix(stored, "sources/") ||
	    strstr(stored, "..") != NULL)
		return header_refuse(folder, "run.json: a source entry is broken", error);
	g_autofree char *file = g_build_filename(folder, stored, NULL);
	g_autofree char *data = NULL;
	gsize size;
	if (!g_file_get_contents(file, &data, &size, error))
		return FALSE;
	g_autofree char *now = rig_sha256_hex(data, size);
	if (g_strcmp0(now, sha256) != 0)
		return header_refuse(file, "its SHA-256 is not the one in run.json: damaged or edited",
		                     error);
	g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), size);
	rig_sources_put(sources, path, bytes);
	return TRUE;
}

static void header_fill(RigRunHeader *header, const json_t *json)
{
	for (guint i = 0; i < G_N_ELEMENTS(header_texts); i++)
		G_STRUCT_MEMBER(char *, header, header_texts[i].offset) =
		    g_strdup(json_string_value(json_object_get(json, header_texts[i].key)));
	for (guint i = 0; i < G_N_ELEMENTS(header_numbers); i++)
		G_STRUCT_MEMBER(gint64, header, header_numbers[i].offset) =
		    json_integer_value(json_object_get(json, header_numbers[i].key));
	for (guint i = 0; i < G_N_ELEMENTS(header_lists); i++)
		G_STRUCT_MEMBER(char **, header, header_lists[i].offset) =
		    header_list_read(json_object_get(json, header_lists[i].key));
	header->golden = json_is_true(json_object_get(json, "golden"));
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(json, "defines"), name, value)
	{
		if (json_is_string(value))
			g_hash_table_insert(header->defines, g_strdup(name),
			                    g_strdup(json_string_value(value)));
	}
}

RigRunHeader *rig_run_folder_read(const char *folder, RigSources *sources, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "run.json", NULL);
	json_error_t problem;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
	if (json == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: no run is kept here: %s", folder,
		            problem.text);
		return NULL;
	}
	g_autoptr(RigRunHeader) header = rig_run_header_new();
	header_fill(header, json);
	gboolean good = TRUE;
	if (json_integer_value(json_object_get(json, "version")) > RIG_RUN_VERSION)
		good = header_refuse(folder, "kept by a newer tinyrig; use that one to read it", error);
	else if (header->suite == NULL || header->bench == NULL || header->board == NULL)
		good = header_refuse(folder, "run.json lacks suite, bench or board", error);
	const json_t *list = json_object_get(json, "sources");
	for (gsize i = 0; good && sources != NULL && i < json_array_size(list); i++)
		good = header_restore_source(folder, json_array_get(list, i), sources, error);
	json_decref(json);
	return good ? g_steal_pointer(&header) : NULL;
}
