/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs of Merkle trees. An input is a header and what is turned in a proof that is right: it must
 * verify where nothing is, and never where something is. 'n' in front: sizes and hashes of
 * strangers.
 */
#include "release/merkle.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 'i' or 'c', leaves, index or old size, how many hashes the proof has more or less (128: as many).
 */
enum { FUZZ_WHAT, FUZZ_LEAVES, FUZZ_AT, FUZZ_COUNT, FUZZ_HEADER };

typedef struct Fuzz {
	gboolean is_inclusion;
	guint64 size, at;
	guint count;
	RigHash proof[RIG_PROOF_MAX];
	RigHash first, root; /* first: the leaf, or the old root */
} Fuzz;

static gboolean fuzz_verify(const Fuzz *it)
{
	return it->is_inclusion ? rig_merkle_verify_inclusion(&it->first, it->at, it->size, it->proof,
	                                                      it->count, &it->root)
	                        : rig_merkle_verify_consistency(it->at, &it->first, it->size, &it->root,
	                                                        it->proof, it->count);
}

static void fuzz_prove(Fuzz *it)
{
	RigHash leaves[G_MAXUINT8];
	for (guint i = 0; i < it->size; i++) {
		guint8 entry = (guint8)i;
		rig_merkle_leaf(&entry, 1, &leaves[i]);
	}
	rig_merkle_root(leaves, it->size, &it->root);
	if (it->is_inclusion) {
		it->first = leaves[it->at];
		it->count = rig_merkle_prove_inclusion(leaves, it->size, it->at, it->proof);
	} else {
		rig_merkle_root(leaves, it->at, &it->first);
		it->count = rig_merkle_prove_consistency(leaves, it->size, it->at, it->proof);
	}
}

/* TRUE: the proof is another one now. */
static gboolean fuzz_turn(Fuzz *it, guint8 more, const uint8_t *data, size_t size)
{
	guint8 *bytes = (guint8 *)it->proof;
	guint count = (guint)CLAMP((int)it->count + more - 128, 0, (int)RIG_PROOF_MAX);
	gboolean turned = count != it->count;
	it->count = count;
	/* The hashes of the proof, then the first; not the root, which is what is known. */
	size = MIN(size, (count + 1) * sizeof(RigHash));
	for (size_t i = 0; i < size; i++) {
		guint8 *hash = i < count * sizeof(RigHash) ? bytes : it->first.bytes;
		hash[hash == bytes ? i : i % sizeof(RigHash)] ^= data[i];
		turned |= data[i] != 0;
	}
	return turned;
}

static void fuzz_strange(const uint8_t *data, size_t size)
{
	Fuzz it = {.is_inclusion = (data[0] & 1) != 0, .root = {{1}}};
	guint64 numbers[2];
	if (size < 1 + sizeof numbers)
		return;
	memcpy(numbers, data + 1, sizeof numbers);
	data += 1 + sizeof numbers;
	size -= 1 + sizeof numbers;
	it.size = numbers[0];
	it.at = numbers[1];
	it.count = (guint)MIN(size / sizeof(RigHash), RIG_PROOF_MAX);
	memcpy(it.proof, data, it.count * sizeof(RigHash));
	/* Nothing hashes to such a root; but a tree of nothing begins every other. */
	if (fuzz_verify(&it) && (it.is_inclusion || it.at != 0))
		g_error("a proof of nothing verifies");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[FUZZ_WHAT] == 'n') {
		fuzz_strange(data + 1, size - 1);
		return 0;
	}
	if (size < FUZZ_HEADER)
		return 0;
	Fuzz it = {.is_inclusion = data[FUZZ_WHAT] == 'i', .size = data[FUZZ_LEAVES]};
	if (it.size == 0)
		return 0;
	it.at = data[FUZZ_AT] % (it.size + (it.is_inclusion ? 0 : 1));
	fuzz_prove(&it);
	gboolean turned = fuzz_turn(&it, data[FUZZ_COUNT], data + FUZZ_HEADER, size - FUZZ_HEADER);
	gboolean good = fuzz_verify(&it);
	/* From nothing to anything there is nothing that a proof says of either root. */
	if (!it.is_inclusion && it.at == 0)
		return 0;
	if (good == turned)
		g_error("%d of %d: %s verifies: %d", (int)it.at, (int)it.size,
		        turned ? "what was turned" : "what is right", good);
	return 0;
}
