/* SPDX-License-Identifier: Apache-2.0 */
#include "release/note.h"

#include "release/dsse.h"
#include <string.h>

#define NOTE_ED25519 0x01
#define NOTE_DASH    "\xe2\x80\x94 " /* em dash, space */
#define NOTE_SIG     (4 + RIG_SIGNATURE_BYTES)

gboolean rig_note_name_is_good(const char *name)
{
	if (*name == '\0' || !g_utf8_validate(name, -1, NULL))
		return FALSE;
	g_autofree gunichar *letters = g_utf8_to_ucs4_fast(name, -1, NULL);
	for (const gunichar *at = letters; *at != 0; at++)
		if (*at == '+' || g_unichar_isspace(*at) || g_unichar_iscntrl(*at))
			return FALSE;
	return TRUE;
}

guint32 rig_note_key_id(const char *name, const RigKey *key)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	static const guint8 kind[] = {'\n', NOTE_ED25519};
	RigHash hash;
	g_byte_array_append(bytes, (const guint8 *)name, (guint)strlen(name));
	g_byte_array_append(bytes, kind, sizeof kind);
	g_byte_array_append(bytes, rig_key_public(key), RIG_KEY_BYTES);
	rig_hash_of(bytes->data, bytes->len, &hash);
	return (guint32)hash.bytes[0] << 24 | (guint32)hash.bytes[1] << 16 |
	       (guint32)hash.bytes[2] << 8 | hash.bytes[3];
}

char *rig_note_vkey(const char *name, const RigKey *key)
{
	guint8 bytes[1 + RIG_KEY_BYTES] = {NOTE_ED25519};
	memcpy(bytes + 1, rig_key_public(key), RIG_KEY_BYTES);
	g_autofree char *text = g_base64_encode(bytes, sizeof bytes);
	return g_strdup_printf("%s+%08x+%s", name, rig_note_key_id(name, key), text);
}

RigKey *rig_note_vkey_read(const char *text, char **name, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, "+", 3);
	gboolean whole = g_strv_length(words) == 3;
	g_autoptr(GByteArray) bytes = whole ? rig_base64_decode(words[2], strlen(words[2])) : NULL;
	g_autoptr(RigKey) key = NULL;
	*name = NULL;
	if (bytes != NULL && bytes->len == 1 + RIG_KEY_BYTES && bytes->data[0] == NOTE_ED25519) {
		key = rig_key_of_public(bytes->data + 1, error);
		if (key == NULL)
			return NULL;
		g_autofree char *again = rig_note_vkey(words[0], key);
		if (rig_note_name_is_good(words[0]) && strcmp(again, text) == 0) {
			*name = g_strdup(words[0]);
			return g_steal_pointer(&key);
		}
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "\"%.80s\" is no key; `tinyrig key export NAME --format vkey` prints one", text);
	return NULL;
}

char *rig_checkpoint_write(const RigCheckpoint *checkpoint, const RigKey *key, GError **error)
{
	g_autofree char *root = g_base64_encode(checkpoint->root.bytes, RIG_HASH_BYTES);
	g_autofree char *body = g_strdup_printf("%s\n%" G_GUINT64_FORMAT "\n%s\n", checkpoint->origin,
	                                        checkpoint->size, root);
	guint32 id = rig_note_key_id(checkpoint->origin, key);
	guint8 signature[NOTE_SIG] = {(guint8)(id >> 24), (guint8)(id >> 16), (guint8)(id >> 8),
	                              (guint8)id};
	if (!rig_key_sign(key, body, strlen(body), signature + 4, error))
		return NULL;
	g_autofree char *text = g_base64_encode(signature, sizeof signature);
	return g_strdup_printf("%s\n" NOTE_DASH "%s %s\n", body, checkpoint->origin, text);
}

static gboolean note_refuse(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "it is no checkpoint: %s", what);
	return FALSE;
}

/* The text up to the next newline, NUL-terminated in place; NULL: there is none. */
static char *note_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');
	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

/* Digits without a sign or zeros in front. */
static gboolean note_size(const char *text, guint64 *size)
{
	char *end = NULL;
	if (!g_ascii_isdigit(text[0]) || (text[0] == '0' && text[1] != '\0') || strlen(text) > 19)
		return FALSE;
	*size = g_ascii_strtoull(text, &end, 10);
	return *end == '\0';
}

static gboolean note_read_body(RigCheckpoint *checkpoint, char *body, GError **error)
{
	char *origin = note_line(&body), *size = note_line(&body), *root = note_line(&body);
	if (origin == NULL || size == NULL || root == NULL)
		return note_refuse(error, "origin, size and root are three lines");
	if (!rig_note_name_is_good(origin))
		return note_refuse(error, "its origin is no name");
	if (!note_size(size, &checkpoint->size))
		return note_refuse(error, "its size is no number");
	g_autoptr(GByteArray) bytes = rig_base64_decode(root, strlen(root));
	if (bytes == NULL || bytes->len != RIG_HASH_BYTES)
		return note_refuse(error, "its root is no hash in base64");
	memcpy(checkpoint->root.bytes, bytes->data, RIG_HASH_BYTES);
	checkpoint->origin = g_strdup(origin);
	return TRUE;
}

/* "— NAME BASE64" of this key, over the body. */
static gboolean note_line_is_good(const char *line, const char *name, const RigKey *key,
                                  const char *body, gsize body_bytes)
{
	gsize length = strlen(name);
	if (!g_str_has_prefix(line, NOTE_DASH))
		return FALSE;
	line += strlen(NOTE_DASH);
	if (strncmp(line, name, length) != 0 || line[length] != ' ')
		return FALSE;
	const char *text = line + length + 1;
	g_autoptr(GByteArray) bytes = rig_base64_decode(text, strlen(text));
	guint32 id = rig_note_key_id(name, key);
	const guint8 wanted[] = {(guint8)(id >> 24), (guint8)(id >> 16), (guint8)(id >> 8), (guint8)id};
	return bytes != NULL && bytes->len == NOTE_SIG && memcmp(bytes->data, wanted, 4) == 0 &&
	       rig_key_verify(key, body, body_bytes, bytes->data + 4, RIG_SIGNATURE_BYTES);
}

gboolean rig_checkpoint_read(RigCheckpoint *checkpoint, const char *text, gsize size,
                             const RigKey *key, GError **error)
{
	*checkpoint = (RigCheckpoint){0};
	if (size > RIG_NOTE_MAX || memchr(text, '\0', size) != NULL)
		return note_refuse(error, "it is too long, or binary");
	g_autofree char *copy = g_strndup(text, size), *body = NULL;
	char *gap = strstr(copy, "\n\n");
	if (gap == NULL)
		return note_refuse(error, "it has no signatures behind an empty line");
	body = g_strndup(copy, (gsize)(gap + 1 - copy));
	gsize body_bytes = strlen(body);
	g_autofree char *lines = g_strdup(body);
	if (!note_read_body(checkpoint, lines, error))
		return FALSE;
	char *at = gap + 2, *line;
	while ((line = note_line(&at)) != NULL)
		if (note_line_is_good(line, checkpoint->origin, key, body, body_bytes))
			return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
	            "the checkpoint of %s has no signature of the key %.8s", checkpoint->origin,
	            rig_key_id(key));
	return FALSE;
}

void rig_checkpoint_clear(RigCheckpoint *checkpoint)
{
	g_clear_pointer(&checkpoint->origin, g_free);
}
