/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/audit_export.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "release/blobs.h"
#include "release/ledger.h"
#include "release/rebuild.h"
#include "release/tiles.h"

/* One export. */
typedef struct {
	RigLedger *ledger;
	const char *folder;
	guint objects;
} Export;

static gboolean export_write(const Export *to, const char *name, const char *data, gsize size,
                             GError **error)
{
	g_autofree char *path = g_build_filename(to->folder, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	return rig_folder_make(parent, error) && rig_file_replace(path, data, size, error);
}

static gboolean export_log_file(const Export *to, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(to->ledger->log, name, NULL), *data = NULL;
	gsize size;
	return g_file_get_contents(path, &data, &size, error) &&
	       export_write(to, name, data, size, error);
}

static gboolean export_log(const Export *to, GError **error)
{
	g_auto(RigCheckpoint) checkpoint = {0};
	if (!rig_ledger_checkpoint(to->ledger, &checkpoint, error))
		return FALSE;
	g_autoptr(GArray) tiles = rig_tiles_since(0, checkpoint.size);
	gboolean good = export_log_file(to, "checkpoint", error);
	for (guint i = 0; good && i < tiles->len; i++) {
		g_autofree char *name = rig_tile_path(&g_array_index(tiles, RigTile, i));
		good = export_log_file(to, name, error);
	}
	return good;
}

static gboolean export_object(Export *to, const char *digest, GError **error)
{
	g_autofree char *name = digest == NULL ? NULL : rig_blobs_path("objects", digest);
	gsize size;
	if (digest == NULL)
		return TRUE;
	g_autoptr(GBytes) bytes = rig_blobs_get(to->ledger->objects, digest, error);
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
	to->objects++;
	return data != NULL && export_write(to, name, data, size, error);
}

/* Whatever an entry names by the digest of an object. */
static gboolean export_entry(gpointer user, guint64 seq, const char *body, gsize size,
                             const json_t *entry, GError **error)
{
	static const char *const named[] = {"digest", "standard", "policy"};
	gboolean good = TRUE;
	(void)seq;
	(void)body;
	(void)size;
	for (guint i = 0; good && i < G_N_ELEMENTS(named); i++)
		good = export_object(user, rig_json_string(entry, named[i]), error);
	return good;
}

gboolean rig_audit_export(const char *folder, GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	if (ledger == NULL)
		return FALSE;
	if (g_file_test(folder, G_FILE_TEST_EXISTS)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: is there already; name a new folder",
		            folder);
		return FALSE;
	}
	Export to = {.ledger = ledger, .folder = folder};
	g_autofree char *pem = rig_key_public_pem(ledger->key, error);
	if (pem == NULL || !rig_folder_make(folder, error) || !export_log(&to, error) ||
	    !export_write(&to, "ledger.pub.pem", pem, strlen(pem), error) ||
	    !rig_ledger_walk(&ledger->db, ledger->size, export_entry, &to, error))
		return FALSE;
	printf("%s: the log of %" G_GUINT64_FORMAT " entries, and %u objects\n", folder, ledger->size,
	       to.objects);
	return TRUE;
}
