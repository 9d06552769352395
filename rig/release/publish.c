/* SPDX-License-Identifier: Apache-2.0 */
/* What others read of the ledger: tiles, then the checkpoint that binds them. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "release/ledger.h"
#include "release/tiles.h"

static gboolean publish_bundle(RigLedger *ledger, const RigTile *tile, GByteArray *bytes,
                               GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error, "SELECT body FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", "ii",
	    (gint64)rig_tile_begin(tile), (gint64)rig_tile_end(tile));
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1)
		rig_tile_add_entry(bytes, sqlite3_column_blob(rows, 0),
		                   (gsize)sqlite3_column_bytes(rows, 0));
	return more == 0;
}

static gboolean publish_hashes(RigLedger *ledger, const RigTile *tile, GByteArray *bytes,
                               GError **error)
{
	g_autoptr(GArray) leaves =
	    rig_ledger_leaves(&ledger->db, rig_tile_begin(tile), rig_tile_end(tile), error);
	if (leaves == NULL)
		return FALSE;
	g_autoptr(GByteArray) hashes =
	    rig_tile_hashes(tile, (const RigHash *)(gconstpointer)leaves->data);
	g_byte_array_append(bytes, hashes->data, hashes->len);
	return TRUE;
}

static gboolean publish_tile(RigLedger *ledger, const RigTile *tile, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autofree char *name = rig_tile_path(tile);
	g_autofree char *path = g_build_filename(ledger->log, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	gboolean is_bundle = tile->level == RIG_TILE_ENTRIES;
	return (is_bundle ? publish_bundle : publish_hashes)(ledger, tile, bytes, error) &&
	       rig_folder_make(parent, error) &&
	       rig_file_replace(path, (const char *)bytes->data, bytes->len, error);
}

/* Narrower forms of a tile that has grown; they say nothing that it does not. */
static void publish_clear(const RigLedger *ledger, RigTile tile)
{
	guint width = tile.width;
	tile.width = 1;
	g_autofree char *name = rig_tile_path(&tile);
	g_autofree char *path = g_build_filename(ledger->log, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *stays = g_strdup_printf("%u", width);
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	const char *entry;
	while (names != NULL && (entry = g_dir_read_name(names)) != NULL) {
		g_autofree char *old = g_build_filename(folder, entry, NULL);
		if (strcmp(entry, stays) != 0)
			g_unlink(old);
	}
	if (width == RIG_TILE_WIDTH)
		g_rmdir(folder);
}

static gboolean publish_checkpoint(RigLedger *ledger, GError **error)
{
	RigCheckpoint checkpoint = {.origin = ledger->origin, .size = ledger->size};
	rig_frontier_root(&ledger->growth, &checkpoint.root);
	g_autofree char *text = rig_checkpoint_write(&checkpoint, ledger->key, error);
	g_autofree char *path = g_build_filename(ledger->log, "checkpoint", NULL);
	return text != NULL && rig_file_replace(path, text, strlen(text), error);
}

static gboolean publish_since(RigLedger *ledger, guint64 old, GError **error)
{
	g_autoptr(GArray) tiles = rig_tiles_since(old, ledger->size);
	gboolean good = TRUE;
	for (guint i = 0; good && i < tiles->len; i++)
		good = publish_tile(ledger, &g_array_index(tiles, RigTile, i), error);
	good = good && publish_checkpoint(ledger, error);
	for (guint i = 0; good && i < tiles->len; i++)
		publish_clear(ledger, g_array_index(tiles, RigTile, i));
	return good;
}

gboolean rig_ledger_publish(RigLedger *ledger, GError **error)
{
	g_auto(RigCheckpoint) before = {0};
	int held = rig_folder_hold(ledger->log, LOCK_EX, error);
	/* Read under the lock: the last to publish publishes all. */
	gboolean good = held >= 0 && rig_ledger_reload(ledger, error) &&
	                rig_ledger_checkpoint(ledger, &before, error) &&
	                (before.size == ledger->size || publish_since(ledger, before.size, error));
	if (held >= 0)
		close(held);
	return good;
}
