/* SPDX-License-Identifier: Apache-2.0 */
#include "release/merkle.h"

#include <string.h>

enum { MERKLE_LEAF = 0x00, MERKLE_NODE = 0x01 };

static void merkle_hash(const guint8 *tag, const void *first, gsize first_bytes, const void *second,
                        gsize second_bytes, RigHash *hash)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize size = sizeof hash->bytes;
	if (tag != NULL)
		g_checksum_update(sum, tag, 1);
	if (first_bytes > 0)
		g_checksum_update(sum, first, (gssize)first_bytes);
	if (second_bytes > 0)
		g_checksum_update(sum, second, (gssize)second_bytes);
	g_checksum_get_digest(sum, hash->bytes, &size);
}

void rig_hash_of(const void *data, gsize size, RigHash *hash)
{
	merkle_hash(NULL, data, size, NULL, 0, hash);
}

void rig_merkle_leaf(const guint8 *entry, gsize size, RigHash *hash)
{
	static const guint8 tag = MERKLE_LEAF;
	merkle_hash(&tag, entry, size, NULL, 0, hash);
}

void rig_merkle_node(const RigHash *left, const RigHash *right, RigHash *hash)
{
	static const guint8 tag = MERKLE_NODE;
	merkle_hash(&tag, left->bytes, sizeof left->bytes, right->bytes, sizeof right->bytes, hash);
}

gboolean rig_hash_equal(const RigHash *a, const RigHash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

char *rig_hash_hex(const RigHash *hash)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = g_malloc(2 * sizeof hash->bytes + 1);
	for (guint i = 0; i < sizeof hash->bytes; i++) {
		hex[2 * i] = digits[hash->bytes[i] >> 4];
		hex[2 * i + 1] = digits[hash->bytes[i] & 0xf];
	}
	hex[2 * sizeof hash->bytes] = '\0';
	return hex;
}

gboolean rig_hash_read(RigHash *hash, const char *hex)
{
	if (strlen(hex) != 2 * sizeof hash->bytes)
		return FALSE;
	for (guint i = 0; i < sizeof hash->bytes; i++) {
		gint high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return FALSE;
		hash->bytes[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

/* The size of a tree says which whole subtrees it is made of: one for each bit that is set. */
void rig_frontier_append(RigFrontier *frontier, const RigHash *leaf)
{
	RigHash root = *leaf;
	for (guint64 size = frontier->size; size & 1; size >>= 1)
		rig_merkle_node(&frontier->roots[--frontier->count], &root, &root);
	frontier->roots[frontier->count++] = root;
	frontier->size++;
}

void rig_frontier_root(const RigFrontier *frontier, RigHash *root)
{
	if (frontier->count == 0) {
		rig_hash_of(NULL, 0, root);
		return;
	}
	*root = frontier->roots[frontier->count - 1];
	for (guint i = frontier->count - 1; i > 0; i--)
		rig_merkle_node(&frontier->roots[i - 1], root, root);
}

void rig_merkle_root(const RigHash *leaves, guint64 size, RigHash *root)
{
	RigFrontier frontier = {0};
	for (guint64 i = 0; i < size; i++)
		rig_frontier_append(&frontier, &leaves[i]);
	rig_frontier_root(&frontier, root);
}

/* The greatest power of two below size; size > 1. */
static guint64 merkle_split(guint64 size)
{
	guint64 split = 1;
	while (split << 1 < size)
		split <<= 1;
	return split;
}

guint rig_merkle_prove_inclusion(const RigHash *leaves, guint64 size, guint64 index, RigHash *proof)
{
	RigHash down[RIG_PROOF_MAX];
	guint count = 0;
	while (size > 1) {
		guint64 split = merkle_split(size);
		if (index < split) {
			rig_merkle_root(leaves + split, size - split, &down[count++]);
			size = split;
		} else {
			rig_merkle_root(leaves, split, &down[count++]);
			leaves += split;
			size -= split;
			index -= split;
		}
	}
	/* From the leaf up. */
	for (guint i = 0; i < count; i++)
		proof[i] = down[count - 1 - i];
	return count;
}

guint rig_merkle_prove_consistency(const RigHash *leaves, guint64 size, guint64 old, RigHash *proof)
{
	RigHash down[RIG_PROOF_MAX];
	guint count = 0;
	gboolean is_whole = TRUE; /* the subtree is all that the old tree was */
	if (old == 0 || old == size)
		return 0;
	while (old != size) {
		guint64 split = merkle_split(size);
		if (old <= split) {
			rig_merkle_root(leaves + split, size - split, &down[count++]);
			size = split;
		} else {
			rig_merkle_root(leaves, split, &down[count++]);
			leaves += split;
			size -= split;
			old -= split;
			is_whole = FALSE;
		}
	}
	if (!is_whole)
		rig_merkle_root(leaves, size, &down[count++]);
	for (guint i = 0; i < count; i++)
		proof[i] = down[count - 1 - i];
	return count;
}

/* Where a walk from a leaf to the root is: in its row, and where that row ends. */
typedef struct Walk {
	guint64 at, last;
} Walk;

static void walk_up(Walk *walk)
{
	walk->at >>= 1;
	walk->last >>= 1;
}

/* TRUE: the next hash of the proof stands to the left. */
static gboolean walk_is_right(const Walk *walk)
{
	return (walk->at & 1) != 0 || walk->at == walk->last;
}

/* Behind a hash: a node that has nothing to its right goes up unchanged. */
static void walk_on(Walk *walk)
{
	if (walk_is_right(walk))
		while ((walk->at & 1) == 0 && walk->at != 0)
			walk_up(walk);
	walk_up(walk);
}

gboolean rig_merkle_verify_inclusion(const RigHash *leaf, guint64 index, guint64 size,
                                     const RigHash *proof, guint count, const RigHash *root)
{
	Walk walk = {index, size - 1};
	RigHash hash = *leaf;
	if (index >= size)
		return FALSE;
	for (guint i = 0; i < count; i++, walk_on(&walk)) {
		if (walk.last == 0)
			return FALSE;
		if (walk_is_right(&walk))
			rig_merkle_node(&proof[i], &hash, &hash);
		else
			rig_merkle_node(&hash, &proof[i], &hash);
	}
	return walk.last == 0 && rig_hash_equal(&hash, root);
}

gboolean rig_merkle_verify_consistency(guint64 old, const RigHash *old_root, guint64 size,
                                       const RigHash *root, const RigHash *proof, guint count)
{
	if (old > size)
		return FALSE;
	if (old == size)
		return count == 0 && rig_hash_equal(old_root, root);
	if (old == 0)
		return count == 0;
	/* A whole subtree is its own beginning. */
	guint next = (old & (old - 1)) == 0 ? 0 : 1;
	if (count < next)
		return FALSE;
	RigHash first = next == 0 ? *old_root : proof[0], second = first;
	Walk walk = {old - 1, size - 1};
	while ((walk.at & 1) != 0)
		walk_up(&walk);
	for (; next < count; next++, walk_on(&walk)) {
		if (walk.last == 0)
			return FALSE;
		if (walk_is_right(&walk)) {
			rig_merkle_node(&proof[next], &first, &first);
			rig_merkle_node(&proof[next], &second, &second);
		} else {
			rig_merkle_node(&second, &proof[next], &second);
		}
	}
	return walk.last == 0 && rig_hash_equal(&first, old_root) && rig_hash_equal(&second, root);
}
