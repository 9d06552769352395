/* SPDX-License-Identifier: Apache-2.0 */
#include "release/blobs.h"

#include "base/files.h"

char *rig_blobs_path(const char *folder, const char *hex)
{
	return g_strdup_printf("%s/%.2s/%s", folder, hex, hex + 2);
}

gboolean rig_blobs_put(const char *folder, const void *data, gsize size, RigHash *id,
                       GError **error)
{
	rig_hash_of(data, size, id);
	g_autofree char *hex = rig_hash_hex(id), *path = rig_blobs_path(folder, hex);
	g_autofree char *parent = g_path_get_dirname(path);
	g_autoptr(GBytes) there = rig_blobs_get(folder, hex, NULL);
	if (there != NULL)
		return TRUE;
	return rig_folder_make(parent, error) && rig_file_replace(path, data, size, error) &&
	       rig_folder_sync(folder, error);
}

gboolean rig_blobs_put_file(const char *folder, const char *file, RigHash *id, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(GMappedFile) mapped = g_mapped_file_new(file, FALSE, &why);
	if (mapped == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
		return FALSE;
	}
	return rig_blobs_put(folder, g_mapped_file_get_contents(mapped),
	                     g_mapped_file_get_length(mapped), id, error);
}

GBytes *rig_blobs_get(const char *folder, const char *hex, GError **error)
{
	RigHash wanted, got;
	char *data = NULL;
	gsize size;
	if (!rig_hash_read(&wanted, hex)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "\"%.80s\" is no SHA-256", hex);
		return NULL;
	}
	g_autofree char *path = rig_blobs_path(folder, hex);
	g_autoptr(GError) why = NULL;
	if (!g_file_get_contents(path, &data, &size, &why)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "object %s: %s", hex, why->message);
		return NULL;
	}
	rig_hash_of(data, size, &got);
	if (rig_hash_equal(&wanted, &got))
		return g_bytes_new_take(data, size);
	g_free(data);
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
	            "object %s: its content is not what its name says (%s)", hex, path);
	return NULL;
}
