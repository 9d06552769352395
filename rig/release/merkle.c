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

gboolean rig_merkle_verify_inclusion(const RigHash *leaf, guint64 index, guint64 size,
                                     const RigHash *proof, guint count, const RigHash *root)
{
	if (index >= size)
		return FALSE;
	guint64 at = index, last = size - 1;
	RigHash hash = *leaf;
	for (guint i = 0; i < count; i++) {
		if (last == 0)
			return FALSE;
		if ((at & 1) != 0 || at == last) {
			rig_merkle_node(&proof[i], &hash, &hash);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			rig_merkle_node(&hash, &proof[i], &hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && rig_hash_equal(&hash, root);
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
	gboolean is_power = (old & (old - 1)) == 0;
	guint next = is_power ? 0 : 1;
	if (count < next)
		return FALSE;
	RigHash first = is_power ? *old_root : proof[0], second = first;
	guint64 at = old - 1, last = size - 1;
	while ((at & 1) != 0) {
		at >>= 1;
		last >>= 1;
	}
	for (; next < count; next++) {
		if (last == 0)
			return FALSE;
		if ((at & 1) != 0 || at == last) {
			rig_merkle_node(&proof[next], &first, &first);
			rig_merkle_node(&proof[next], &second, &second);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			rig_merkle_node(&second, &proof[next], &second);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && rig_hash_equal(&first, old_root) && rig_hash_equal(&second, root);
}
