/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "release/audit_parts.h"
#include "release/tiles.h"

/* What a tile should hold, from the entries. */
static GByteArray *audit_tile(const Audit *audit, const RigTile *tile)
{
	guint64 begin = rig_tile_begin(tile);
	if (tile->level != RIG_TILE_ENTRIES)
		return rig_tile_hashes(tile, &g_array_index(audit->leaves, RigHash, begin));
	GByteArray *bundle = g_byte_array_new();
	for (guint64 i = begin; i < rig_tile_end(tile); i++) {
		gsize size;
		const void *body = g_bytes_get_data(audit->bodies->pdata[i], &size);
		rig_tile_add_entry(bundle, body, size);
	}
	return bundle;
}

static void audit_compare_tile(Audit *audit, const char *name, const RigTile *tile)
{
	g_autofree char *path = g_build_filename(audit->ledger->log, name, NULL), *data = NULL;
	gsize size;
	if (rig_tile_end(tile) > audit->leaves->len) {
		rig_audit_find(audit, "%s: is of entries that are not there", name);
		return;
	}
	g_autoptr(GByteArray) wanted = audit_tile(audit, tile);
	if (!g_file_get_contents(path, &data, &size, NULL))
		rig_audit_find(audit, "%s: is missing", name);
	else if (size != wanted->len || memcmp(data, wanted->data, size) != 0)
		rig_audit_find(audit, "%s: is not what the entries give", name);
}

/* Files and folders below `tile`, by their names from the log's folder. */
static void audit_list(const char *log, GPtrArray *names)
{
	g_ptr_array_add(names, g_strdup("tile"));
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(log, names->pdata[i], NULL);
		g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
		const char *entry;
		while (folder != NULL && (entry = g_dir_read_name(folder)) != NULL)
			g_ptr_array_add(names, g_build_filename(names->pdata[i], entry, NULL));
	}
}

void rig_audit_tiles(Audit *audit)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) needed = rig_tiles_since(0, audit->checkpoint.size);
	audit_list(audit->ledger->log, names);
	for (guint i = 0; i < names->len; i++) {
		RigTile tile;
		g_autofree char *path = g_build_filename(audit->ledger->log, names->pdata[i], NULL);
		/* What somebody who was killed was writing is nobody's. */
		if (g_file_test(path, G_FILE_TEST_IS_DIR) || g_str_has_suffix(path, ".new"))
			continue;
		g_hash_table_add(seen, names->pdata[i]);
		if (rig_tile_parse(&tile, names->pdata[i]))
			audit_compare_tile(audit, names->pdata[i], &tile);
		else
			rig_audit_find(audit, "%s: is no tile", (const char *)names->pdata[i]);
	}
	for (guint i = 0; i < needed->len; i++) {
		RigTile *tile = &g_array_index(needed, RigTile, i);
		g_autofree char *name = rig_tile_path(tile);
		if (!g_hash_table_contains(seen, name))
			rig_audit_find(audit, "%s: is missing", name);
	}
}
