/* SPDX-License-Identifier: Apache-2.0 */
#include "release/dsse.h"

#include <jansson.h>
#include <string.h>

GByteArray *rig_dsse_pae(const char *type, const guint8 *payload, gsize size)
{
	GByteArray *pae = g_byte_array_new();
	g_autofree char *head = g_strdup_printf("DSSEv1 %" G_GSIZE_FORMAT " %s %" G_GSIZE_FORMAT " ",
	                                        strlen(type), type, size);
	g_byte_array_append(pae, (const guint8 *)head, (guint)strlen(head));
	if (size > 0)
		g_byte_array_append(pae, payload, (guint)size);
	return pae;
}

char *rig_dsse_sign(const RigKey *key, const char *type, const guint8 *payload, gsize size,
                    GError **error)
{
	g_autoptr(GByteArray) pae = rig_dsse_pae(type, payload, size);
	guint8 signature[RIG_SIGNATURE_BYTES];
	if (!rig_key_sign(key, pae->data, pae->len, signature, error))
		return NULL;
	g_autofree char *body = size == 0 ? g_strdup("") : g_base64_encode(payload, size);
	g_autofree char *signed_text = g_base64_encode(signature, sizeof signature);
	json_t *root = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "payload", body, "payloadType", type,
	                         "signatures", "keyid", rig_key_id(key), "sig", signed_text);
	char *text = json_dumps(root, JSON_COMPACT), *copy = g_strdup(text);
	free(text);
	json_decref(root);
	return copy;
}

static gint base64_value(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' || c == '-' ? 62
	       : c == '/' || c == '_' ? 63
	                              : -1;
}

GByteArray *rig_base64_decode(const char *text, gsize size)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	gsize padding = 0;
	while (padding < 2 && padding < size && text[size - 1 - padding] == '=')
		padding++;
	gsize letters = size - padding;
	if (letters % 4 == 1 || (padding > 0 && size % 4 != 0))
		return NULL;
	guint32 bits = 0;
	guint held = 0;
	for (gsize i = 0; i < letters; i++) {
		gint value = base64_value(text[i]);
		if (value < 0)
			return NULL;
		bits = bits << 6 | (guint32)value;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		const guint8 byte = (guint8)(bits >> held);
		g_byte_array_append(bytes, &byte, 1);
	}
	/* One way of writing it only: what is left over is zeros. */
	if ((bits & ((1u << held) - 1)) != 0)
		return NULL;
	return g_steal_pointer(&bytes);
}

static gboolean dsse_refuse(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "it is no DSSE envelope: %s", what);
	return FALSE;
}

static gboolean dsse_read_signature(RigEnvelope *envelope, const json_t *entry)
{
	const json_t *sig = json_object_get(entry, "sig"), *id = json_object_get(entry, "keyid");
	if (!json_is_string(sig) || (id != NULL && !json_is_string(id)))
		return FALSE;
	GByteArray *bytes = rig_base64_decode(json_string_value(sig), json_string_length(sig));
	if (bytes == NULL)
		return FALSE;
	guint i = envelope->count++;
	envelope->signatures[i].keyid = g_strdup(json_string_value(id));
	envelope->signatures[i].size = bytes->len;
	envelope->signatures[i].signature = g_byte_array_free(bytes, FALSE);
	return TRUE;
}

static gboolean dsse_read_object(RigEnvelope *envelope, const json_t *root, GError **error)
{
	const json_t *type = json_object_get(root, "payloadType");
	const json_t *payload = json_object_get(root, "payload");
	const json_t *signatures = json_object_get(root, "signatures");
	if (!json_is_string(type) || json_string_length(type) != strlen(json_string_value(type)))
		return dsse_refuse(error, "`payloadType` is no text");
	if (!json_is_string(payload))
		return dsse_refuse(error, "`payload` is no text");
	if (!json_is_array(signatures) || json_array_size(signatures) == 0 ||
	    json_array_size(signatures) > RIG_DSSE_SIGNATURES_MAX)
		return dsse_refuse(error, "`signatures` is no list of 1 to 64");
	envelope->type = g_strdup(json_string_value(type));
	envelope->payload = rig_base64_decode(json_string_value(payload), json_string_length(payload));
	if (envelope->payload == NULL)
		return dsse_refuse(error, "`payload` is not base64");
	for (gsize i = 0; i < json_array_size(signatures); i++)
		if (!dsse_read_signature(envelope, json_array_get(signatures, i)))
			return dsse_refuse(error, "a signature has no `sig` in base64");
	return TRUE;
}

gboolean rig_dsse_read(RigEnvelope *envelope, const char *text, gsize size, GError **error)
{
	json_error_t why;
	*envelope = (RigEnvelope){0};
	if (size > RIG_DSSE_MAX)
		return dsse_refuse(error, "over 16 MiB");
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (root == NULL)
		return dsse_refuse(error, why.text);
	gboolean good = json_is_object(root) ? dsse_read_object(envelope, root, error)
	                                     : dsse_refuse(error, "its JSON is no object");
	json_decref(root);
	return good;
}

void rig_envelope_clear(RigEnvelope *envelope)
{
	for (guint i = 0; i < envelope->count; i++) {
		g_free(envelope->signatures[i].keyid);
		g_free(envelope->signatures[i].signature);
	}
	g_free(envelope->type);
	g_clear_pointer(&envelope->payload, g_byte_array_unref);
	*envelope = (RigEnvelope){0};
}

static gboolean dsse_has_signed(const RigEnvelope *envelope, const GByteArray *pae,
                                const RigKey *key)
{
	for (guint i = 0; i < envelope->count; i++)
		if (rig_key_verify(key, pae->data, pae->len, envelope->signatures[i].signature,
		                   envelope->signatures[i].size))
			return TRUE;
	return FALSE;
}

static gboolean dsse_is_repeated(RigKey *const *keys, guint i)
{
	for (guint k = 0; k < i; k++)
		if (memcmp(rig_key_public(keys[k]), rig_key_public(keys[i]), RIG_KEY_BYTES) == 0)
			return TRUE;
	return FALSE;
}

gboolean rig_dsse_verify(const RigEnvelope *envelope, RigKey *const *keys, guint count,
                         guint threshold, GError **error)
{
	g_autoptr(GByteArray) pae =
	    rig_dsse_pae(envelope->type, envelope->payload->data, envelope->payload->len);
	guint signers = 0;
	for (guint i = 0; i < count; i++)
		if (!dsse_is_repeated(keys, i) && dsse_has_signed(envelope, pae, keys[i]))
			signers++;
	if (signers >= MAX(threshold, 1))
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
	            "%u of the %u keys that are trusted have signed it, %u are needed", signers, count,
	            MAX(threshold, 1));
	return FALSE;
}
