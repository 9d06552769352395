/* SPDX-License-Identifier: Apache-2.0 */
#include "release/minisign.h"

#include <string.h>

#define MINISIGN_ID_BYTES 8u

/* "Ed", the first bytes of the key's id, and what follows; in base64. */
static char *minisign_line(const RigKey *key, const guint8 *data, gsize size)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	RigHash id = {0};
	(void)rig_hash_read(&id, rig_key_id(key)); /* it is one */
	g_byte_array_append(bytes, (const guint8 *)"Ed", 2);
	g_byte_array_append(bytes, id.bytes, MINISIGN_ID_BYTES);
	g_byte_array_append(bytes, data, (guint)size);
	return g_base64_encode(bytes->data, bytes->len);
}

char *rig_minisign_public(const RigKey *key)
{
	return minisign_line(key, rig_key_public(key), RIG_KEY_BYTES);
}

char *rig_minisign_sign(const RigKey *key, const void *data, gsize size, const char *comment,
                        GError **error)
{
	guint8 signature[RIG_SIGNATURE_BYTES], whole[RIG_SIGNATURE_BYTES];
	g_autoptr(GByteArray) both = g_byte_array_new();
	if (!rig_key_sign(key, data, size, signature, error))
		return NULL;
	g_byte_array_append(both, signature, sizeof signature);
	g_byte_array_append(both, (const guint8 *)comment, (guint)strlen(comment));
	if (!rig_key_sign(key, both->data, both->len, whole, error))
		return NULL;
	g_autofree char *first = minisign_line(key, signature, sizeof signature);
	g_autofree char *second = g_base64_encode(whole, sizeof whole);
	return g_strdup_printf("untrusted comment: signature from tinyrig\n%s\n"
	                       "trusted comment: %s\n%s\n",
	                       first, comment, second);
}
