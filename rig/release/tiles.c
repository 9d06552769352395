/* SPDX-License-Identifier: Apache-2.0 */
#include "release/tiles.h"

#include <stdio.h>
#include <string.h>

/* Levels beyond have no whole tile below them in 2^63 entries. */
#define TILES_LEVEL_MAX 7

/* Leaves that one hash of the level stands for, as a shift. */
static guint tiles_shift(int level)
{
	return level == RIG_TILE_ENTRIES ? 0 : 8u * (guint)level;
}

char *rig_tile_path(const RigTile *tile)
{
	GString *path = g_string_new(NULL);
	g_string_printf(path, "%03u", (guint)(tile->index % 1000));
	for (guint64 rest = tile->index / 1000; rest > 0; rest /= 1000) {
		g_autofree char *group = g_strdup_printf("x%03u/", (guint)(rest % 1000));
		g_string_prepend(path, group);
	}
	g_autofree char *level =
	    tile->level == RIG_TILE_ENTRIES ? g_strdup("entries") : g_strdup_printf("%d", tile->level);
	g_autofree char *head = g_strdup_printf("tile/%s/", level);
	g_string_prepend(path, head);
	if (tile->width < RIG_TILE_WIDTH)
		g_string_append_printf(path, ".p/%u", tile->width);
	return g_string_free(path, FALSE);
}

static gboolean tiles_number(const char *text, guint64 most, guint64 *value)
{
	return g_ascii_string_to_unsigned(text, 10, 0, most, value, NULL);
}

/* The path is written again and compared, so that here any spelling will do. */
static gboolean tiles_parse_index(RigTile *tile, char **words)
{
	guint64 group;
	tile->index = 0;
	for (; *words != NULL; words++) {
		if (!tiles_number(*words + (**words == 'x'), 999, &group))
			return FALSE;
		tile->index = tile->index * 1000 + group;
	}
	return TRUE;
}

gboolean rig_tile_parse(RigTile *tile, const char *path)
{
	g_auto(GStrv) words = g_strsplit(path, "/", 12);
	guint count = g_strv_length(words);
	guint64 level, width = RIG_TILE_WIDTH;
	if (count < 3 || strcmp(words[0], "tile") != 0)
		return FALSE;
	gboolean is_bundle = strcmp(words[1], "entries") == 0;
	if (!is_bundle && !tiles_number(words[1], TILES_LEVEL_MAX, &level))
		return FALSE;
	tile->level = is_bundle ? RIG_TILE_ENTRIES : (int)level;
	if (count > 3 && g_str_has_suffix(words[count - 2], ".p")) {
		if (!tiles_number(words[count - 1], RIG_TILE_WIDTH - 1, &width) || width == 0)
			return FALSE;
		g_clear_pointer(&words[count - 1], g_free);
		words[count - 2][strlen(words[count - 2]) - 2] = '\0';
	}
	tile->width = (guint)width;
	if (!tiles_parse_index(tile, words + 2))
		return FALSE;
	g_autofree char *again = rig_tile_path(tile);
	return strcmp(again, path) == 0;
}

static void tiles_add_level(GArray *tiles, int level, guint64 old, guint64 size)
{
	guint64 had = old >> tiles_shift(level), has = size >> tiles_shift(level);
	for (guint64 at = had - had % RIG_TILE_WIDTH; has > had && at < has; at += RIG_TILE_WIDTH) {
		const RigTile tile = {level, at / RIG_TILE_WIDTH, (guint)MIN(has - at, RIG_TILE_WIDTH)};
		g_array_append_val(tiles, tile);
	}
}

GArray *rig_tiles_since(guint64 old, guint64 size)
{
	GArray *tiles = g_array_new(FALSE, FALSE, sizeof(RigTile));
	for (int level = RIG_TILE_ENTRIES; level <= TILES_LEVEL_MAX; level++)
		tiles_add_level(tiles, level, old, size);
	return tiles;
}

guint64 rig_tile_begin(const RigTile *tile)
{
	return tile->index * RIG_TILE_WIDTH << tiles_shift(tile->level);
}

guint64 rig_tile_end(const RigTile *tile)
{
	return (tile->index * RIG_TILE_WIDTH + tile->width) << tiles_shift(tile->level);
}

GByteArray *rig_tile_hashes(const RigTile *tile, const RigHash *leaves)
{
	GByteArray *bytes = g_byte_array_new();
	guint64 each = (guint64)1 << tiles_shift(tile->level);
	for (guint i = 0; i < tile->width; i++) {
		RigHash hash;
		rig_merkle_root(leaves + i * each, each, &hash);
		g_byte_array_append(bytes, hash.bytes, RIG_HASH_BYTES);
	}
	return bytes;
}

void rig_tile_add_entry(GByteArray *bundle, const void *body, gsize size)
{
	const guint8 length[] = {(guint8)(size >> 8), (guint8)size};
	g_byte_array_append(bundle, length, sizeof length);
	g_byte_array_append(bundle, body, (guint)size);
}
