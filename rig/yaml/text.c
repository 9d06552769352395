/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of bound files: placeholders, names, paths, and which word was probably meant. */
#include "yaml/bind.h"

#include <string.h>

#define TEXT_NAME_MAX 64u

gboolean rig_name_is_valid(const char *name)
{
	gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return length > 0 && length <= TEXT_NAME_MAX && name[length] == '\0';
}

char *rig_path_find(const char *text, const char *base_file)
{
	g_autofree char *first = rig_path_resolve(text, base_file);
	const char *search = g_getenv("TINYRIG_PATH");
	if (search == NULL || g_path_is_absolute(text) || g_file_test(first, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&first);
	g_auto(GStrv) folders = g_strsplit(search, ":", -1);
	for (guint i = 0; folders[i] != NULL; i++) {
		g_autofree char *path =
		    *folders[i] == '\0' ? NULL : g_build_filename(folders[i], text, NULL);
		if (path != NULL && g_file_test(path, G_FILE_TEST_EXISTS))
			return rig_path_resolve(path, NULL);
	}
	return g_steal_pointer(&first);
}

/*
 * Edits from a to b, neighbours swapped counting as one; case does not count. Both are at
 * most TEXT_NAME_MAX bytes.
 */
static guint text_distance(const char *a, const char *b)
{
	guint rows[3][TEXT_NAME_MAX + 1];
	guint a_length = (guint)strlen(a), b_length = (guint)strlen(b);
	for (guint j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (guint i = 1; i <= a_length; i++) {
		guint *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		now[0] = i;
		for (guint j = 1; j <= b_length; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			guint best = last[j - 1] + (x == y ? 0 : 1);
			best = MIN(best, MIN(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) && y == g_ascii_tolower(a[i - 2]))
				best = MIN(best, before[j - 2] + 1);
			now[j] = best;
		}
	}
	return rows[a_length % 3][b_length];
}

const char *rig_nearest(const char *word, const char *const *words)
{
	gsize length = strlen(word);
	guint limit = length <= 3 ? 1 : length <= 6 ? 2 : 3;
	const char *nearest = NULL;
	if (length > TEXT_NAME_MAX)
		return NULL;
	for (guint i = 0; words[i] != NULL; i++) {
		guint distance =
		    strlen(words[i]) > TEXT_NAME_MAX ? G_MAXUINT : text_distance(word, words[i]);
		/* A word that was replaced altogether is no slip of the pen. */
		if (distance <= limit && distance < strlen(words[i])) {
			nearest = words[i];
			limit = distance == 0 ? 0 : distance - 1;
			if (distance == 0)
				break;
		}
	}
	return nearest;
}

const char *rig_nearest_key(const char *word, GHashTable *words)
{
	/* Sorted, so that the same file always gives the same hint. */
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(words), (GCompareFunc)strcmp);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	for (GList *key = keys; key != NULL; key = key->next)
		g_ptr_array_add(list, key->data);
	g_ptr_array_add(list, NULL);
	return rig_nearest(word, (const char *const *)list->pdata);
}

/* A piece of a text: plain characters, the escape $${, ${name}, or a malformed ${. */
typedef enum { TEXT_END, TEXT_PLAIN, TEXT_ESCAPE, TEXT_NAME, TEXT_MALFORMED } TextPiece;

/* The piece at *at; moves *at behind it. Its characters are *begin, *length; a NAME's without ${}.
 */
static TextPiece text_next(const char **at, const char **begin, gsize *length)
{
	const char *text = *at;
	*begin = text;
	if (*text == '\0')
		return TEXT_END;
	if (g_str_has_prefix(text, "$${")) {
		*length = 3;
		*at = text + 3;
		return TEXT_ESCAPE;
	}
	if (!g_str_has_prefix(text, "${")) {
		do
			text++;
		while (*text != '\0' && !g_str_has_prefix(text, "${") && !g_str_has_prefix(text, "$${"));
		*length = (gsize)(text - *begin);
		*at = text;
		return TEXT_PLAIN;
	}
	*begin = text + 2;
	*length = strspn(*begin, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	if (*length == 0 || *length > TEXT_NAME_MAX || (*begin)[*length] != '}') {
		*begin = text;
		*length = strlen(text);
		*at = text + *length;
		return TEXT_MALFORMED;
	}
	*at = *begin + *length + 1;
	return TEXT_NAME;
}

char *rig_text_expand(const char *text, GHashTable *values, gboolean keep, char **unknown)
{
	GString *result = g_string_sized_new(strlen(text) + 1);
	const char *begin;
	gsize length = 0;
	TextPiece piece;
	while ((piece = text_next(&text, &begin, &length)) != TEXT_END) {
		g_autofree char *name = piece == TEXT_NAME ? g_strndup(begin, length) : NULL;
		const char *value =
		    name == NULL || values == NULL ? NULL : g_hash_table_lookup(values, name);
		if (value != NULL) {
			g_string_append(result, value);
		} else if (piece == TEXT_MALFORMED || (piece == TEXT_NAME && !keep)) {
			*unknown = g_strndup(begin, length);
			g_string_free(result, TRUE);
			return NULL;
		} else if (piece == TEXT_NAME) {
			g_string_append_printf(result, "${%s}", name);
		} else if (piece == TEXT_ESCAPE && !keep) {
			g_string_append(result, "${");
		} else {
			g_string_append_len(result, begin, (gssize)length);
		}
	}
	return g_string_free(result, FALSE);
}

gboolean rig_text_names(const char *text, void (*each)(gpointer user, const char *name),
                        gpointer user)
{
	const char *begin;
	gsize length = 0;
	TextPiece piece;
	while ((piece = text_next(&text, &begin, &length)) != TEXT_END) {
		if (piece == TEXT_MALFORMED)
			return FALSE;
		g_autofree char *name = piece == TEXT_NAME ? g_strndup(begin, length) : NULL;
		if (name != NULL)
			each(user, name);
	}
	return TRUE;
}
