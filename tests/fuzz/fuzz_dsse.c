/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes ('e' in front), statements ('s'), keys of notes ('v'), paths of tiles ('t') and
 * checkpoints of strangers. */
#include "release/dsse.h"
#include "release/note.h"
#include "release/statement.h"
#include "release/tiles.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static const RigKey *fuzz_key(void)
{
	static RigKey *key;
	static const guint8 seed[RIG_KEY_BYTES] = {1};
	if (key == NULL)
		key = rig_key_of_private(seed, NULL);
	if (key == NULL)
		g_error("no libcrypto");
	return key;
}

static void fuzz_envelope(const char *text, gsize size)
{
	RigEnvelope envelope;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_dsse_read(&envelope, text, size, &error);
	if (good == (error != NULL))
		g_error("good %d, and an error %d", good, error != NULL);
	if (good) {
		RigKey *keys[] = {rig_key_of_public(rig_key_public(fuzz_key()), NULL)};
		(void)rig_dsse_verify(&envelope, keys, 1, 1, NULL);
		rig_key_free(keys[0]);
	}
	rig_envelope_clear(&envelope);
}

static void fuzz_checkpoint(const char *text, gsize size)
{
	RigCheckpoint checkpoint;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_checkpoint_read(&checkpoint, text, size, fuzz_key(), &error);
	if (good == (error != NULL))
		g_error("good %d, and an error %d", good, error != NULL);
	rig_checkpoint_clear(&checkpoint);
}

static void fuzz_statement(const guint8 *data, gsize size)
{
	RigStatement statement;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_statement_read(&statement, data, size, &error);
	if (good == (error != NULL) || (good && statement.count == 0))
		g_error("good %d, and an error %d", good, error != NULL);
	rig_statement_clear(&statement);
}

static void fuzz_vkey(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;
	g_autoptr(RigKey) key = rig_note_vkey_read(text, &name, &error);
	if ((key == NULL) == (error == NULL) || (key == NULL) != (name == NULL))
		g_error("a key %d, a name %d", key != NULL, name != NULL);
}

static void fuzz_tile(const char *text)
{
	RigTile tile;
	if (!rig_tile_parse(&tile, text))
		return;
	g_autofree char *again = rig_tile_path(&tile);
	if (strcmp(again, text) != 0)
		g_error("%s came from %s", again, text);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 1)
		return 0;
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
	g_autofree char *copy = g_malloc(MAX(size - 1, 1));
	memcpy(copy, data + 1, size - 1);
	if (data[0] == 'e')
		fuzz_envelope(copy, size - 1);
	else if (data[0] == 's')
		fuzz_statement((const guint8 *)copy, size - 1);
	else if (data[0] == 'v')
		fuzz_vkey(text);
	else if (data[0] == 't')
		fuzz_tile(text);
	else
		fuzz_checkpoint(copy, size - 1);
	return 0;
}
