/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle tree hashes, as RFC 6962, 2.1: a leaf is SHA-256(0x00 entry), a node SHA-256(0x01 left
 * right), and a tree of n leaves splits at the greatest power of two below n. Proofs are verified
 * as RFC 9162, 2.1.3.2 and 2.1.4.2 say. Pure.
 */
#ifndef RIG_RELEASE_MERKLE_H
#define RIG_RELEASE_MERKLE_H

#include <glib.h>

#define RIG_HASH_BYTES 32u

typedef struct RigHash {
	guint8 bytes[RIG_HASH_BYTES];
} RigHash;

#define RIG_PROOF_MAX 128u /* hashes; more than a tree of 2^63 leaves has */

void rig_merkle_leaf(const guint8 *entry, gsize size, RigHash *hash);
void rig_merkle_node(const RigHash *left, const RigHash *right, RigHash *hash);

/*
 * What is kept of a tree so that it can grow: the root of each whole subtree, the greatest first.
 * A struct of zeros is an empty tree. Appending costs as many nodes as the number ends with ones.
 */
typedef struct RigFrontier {
	guint64 size;
	RigHash roots[64];
	guint count;
} RigFrontier;
void rig_frontier_append(RigFrontier *frontier, const RigHash *leaf);
/* The root of all; of an empty tree the hash of nothing. */
void rig_frontier_root(const RigFrontier *frontier, RigHash *root);

/* leaves: shape (size). */
void rig_merkle_root(const RigHash *leaves, guint64 size, RigHash *root);
/* proof: shape (RIG_PROOF_MAX); returns how many there are. index < size. */
guint rig_merkle_prove_inclusion(const RigHash *leaves, guint64 size, guint64 index,
                                 RigHash *proof);
/* From the tree of the first `old` leaves to that of all; 0 <= old <= size. */
guint rig_merkle_prove_consistency(const RigHash *leaves, guint64 size, guint64 old,
                                   RigHash *proof);

/* FALSE: the leaf is not at `index` of the tree of `size` leaves with that root. */
gboolean rig_merkle_verify_inclusion(const RigHash *leaf, guint64 index, guint64 size,
                                     const RigHash *proof, guint count, const RigHash *root);
/* FALSE: the tree of `size` leaves does not begin with that of `old`. */
gboolean rig_merkle_verify_consistency(guint64 old, const RigHash *old_root, guint64 size,
                                       const RigHash *root, const RigHash *proof, guint count);

/* Lowercase hex; caller frees. */
char *rig_hash_hex(const RigHash *hash);
/* FALSE: not 64 characters of hex. */
gboolean rig_hash_read(RigHash *hash, const char *hex);
gboolean rig_hash_equal(const RigHash *a, const RigHash *b);
/* Of any bytes. */
void rig_hash_of(const void *data, gsize size, RigHash *hash);

#endif
