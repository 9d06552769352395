/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/channel_export.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "release/blobs.h"
#include "release/head.h"
#include "release/keys.h"
#include "release/minisign.h"

/* One export. */
typedef struct {
	RigLedger *ledger;
	RigKey *key; /* signs */
	const char *folder;
	const RigHead *head;
} ChannelExport;

static gboolean export_write(const ChannelExport *to, const char *name, const char *data,
                             gsize size, GError **error)
{
	g_autofree char *path = g_build_filename(to->folder, name, NULL);
	return rig_file_create(path, data, size, error);
}

static gboolean export_image(const ChannelExport *to, const json_t *image, GError **error)
{
	const char *target = rig_json_string(image, "target"), *hex = rig_json_string(image, "sha256");
	gsize size;
	g_autoptr(GBytes) bytes = rig_blobs_get(to->ledger->objects, hex == NULL ? "" : hex, error);
	if (bytes == NULL)
		return FALSE;
	const char *data = g_bytes_get_data(bytes, &size);
	g_autofree char *name = g_strdup_printf("%s.image", target);
	g_autofree char *signed_name = g_strdup_printf("%s.minisig", name);
	g_autofree char *comment =
	    g_strdup_printf("%s of %s version %d, head %.12s", target, to->head->channel,
	                    (int)to->head->version, to->head->digest);
	g_autofree char *text = rig_minisign_sign(to->key, data, size, comment, error);
	return text != NULL && export_write(to, name, data, size, error) &&
	       export_write(to, signed_name, text, strlen(text), error);
}

static gboolean export_head(const ChannelExport *to, GError **error)
{
	gsize size;
	json_t *record = rig_head_record(to->ledger->objects, to->ledger->key, to->head->digest, error);
	const json_t *images = json_object_get(json_object_get(record, "candidate"), "images");
	g_autoptr(GBytes) bytes =
	    record == NULL ? NULL : rig_blobs_get(to->ledger->objects, to->head->digest, error);
	gboolean good = bytes != NULL;
	for (gsize i = 0; good && i < json_array_size(images); i++)
		good = export_image(to, json_array_get(images, i), error);
	if (good) {
		const char *data = g_bytes_get_data(bytes, &size);
		good =
		    export_write(to, "head.json", data, size, error) && rig_folder_sync(to->folder, error);
	}
	json_decref(record);
	return good;
}

gboolean rig_channel_export(const char *channel, const char *folder, GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	g_autoptr(RigKey) key = ledger == NULL ? NULL : rig_keys_own(RIG_KEY_LEDGER, error);
	g_autoptr(RigHead) head = key == NULL ? NULL : rig_head_read(&ledger->db, channel, error);
	const ChannelExport to = {.ledger = ledger, .key = key, .folder = folder, .head = head};
	if (key == NULL)
		return FALSE;
	if (head == NULL || g_file_test(folder, G_FILE_TEST_EXISTS)) {
		if (error != NULL && *error == NULL)
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s",
			            head == NULL ? channel : folder,
			            head == NULL ? "nothing was promoted there yet"
			                         : "is there already; name a new folder");
		return FALSE;
	}
	if (!rig_folder_make(folder, error) || !export_head(&to, error))
		return FALSE;
	printf("%s: %s version %d, signed by %.16s\n", folder, channel, (int)head->version,
	       rig_key_id(key));
	return TRUE;
}
