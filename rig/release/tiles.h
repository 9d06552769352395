/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger as others read it (C2SP, tlog-tiles): hashes in tiles of 256, entries in bundles of
 * 256, as files whose names tell level and index. A file that is not full has its width behind
 * `.p/`.
 */
#ifndef RIG_RELEASE_TILES_H
#define RIG_RELEASE_TILES_H

#include "release/merkle.h"
#include <rig/error.h>

#define RIG_TILE_WIDTH   256u
#define RIG_TILE_ENTRIES (-1) /* the level of bundles of entries */
#define RIG_ENTRY_MAX    65535u

typedef struct RigTile {
	int level; /* 0 and more, or RIG_TILE_ENTRIES */
	guint64 index;
	guint width; /* 1 to RIG_TILE_WIDTH */
} RigTile;

/* "tile/0/x001/x234/067.p/8"; caller frees. */
char *rig_tile_path(const RigTile *tile);
/* FALSE: it is no tile's path. */
gboolean rig_tile_parse(RigTile *tile, const char *path);

/*
 * All tiles that a log of `size` has and one of `old` has not; the bundles of entries among them.
 * Array of RigTile; caller frees.
 */
GArray *rig_tiles_since(guint64 old, guint64 size);

/* The first leaf, and one behind the last, that a tile says something of. */
guint64 rig_tile_begin(const RigTile *tile);
guint64 rig_tile_end(const RigTile *tile);

/* Hashes of a tile that is no bundle. leaves: those from rig_tile_begin on. Caller frees. */
GByteArray *rig_tile_hashes(const RigTile *tile, const RigHash *leaves);
/* One more entry of a bundle: its length in two bytes, big endian, and it. */
void rig_tile_add_entry(GByteArray *bundle, const void *body, gsize size);

#endif
