/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle trees against RFC 6962's own test leaves: roots and proofs are published (certificate
 * transparency's reference tests), and all proofs of small trees are made and tried.
 */
#include "release/merkle.h"
#include "test.h"

#include <string.h>

static const char *const leaves_hex[] = {"",
                                         "00",
                                         "10",
                                         "2021",
                                         "3031",
                                         "40414243",
                                         "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f"};
#define LEAVES G_N_ELEMENTS(leaves_hex)

/* Of the first 0..8 leaves. */
static const char *const roots_hex[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void leaf_of(guint i, RigHash *hash)
{
	guint8 bytes[16];
	gsize size = strlen(leaves_hex[i]) / 2;
	for (gsize k = 0; k < size; k++)
		bytes[k] = (guint8)(g_ascii_xdigit_value(leaves_hex[i][2 * k]) << 4 |
		                    g_ascii_xdigit_value(leaves_hex[i][2 * k + 1]));
	rig_merkle_leaf(bytes, size, hash);
}

static void all_leaves(RigHash *leaves)
{
	for (guint i = 0; i < LEAVES; i++)
		leaf_of(i, &leaves[i]);
}

static void expect_hash(const RigHash *hash, const char *hex)
{
	g_autofree char *is = rig_hash_hex(hash);
	ck_assert_str_eq(is, hex);
}

START_TEST(roots_are_the_published_ones)
{
	RigHash leaves[LEAVES], root;
	RigFrontier frontier = {0};
	all_leaves(leaves);
	for (guint size = 0; size <= LEAVES; size++) {
		rig_merkle_root(leaves, size, &root);
		expect_hash(&root, roots_hex[size]);
		rig_frontier_root(&frontier, &root);
		expect_hash(&root, roots_hex[size]);
		if (size < LEAVES)
			rig_frontier_append(&frontier, &leaves[size]);
	}
}
END_TEST

START_TEST(proofs_are_the_published_ones)
{
	static const char *const inclusion_5_8[] = {
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
	static const char *const consistency_3_7[] = {
	    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
	    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	    "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e"};
	static const char *const consistency_6_8[] = {
	    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
	RigHash leaves[LEAVES], proof[RIG_PROOF_MAX];
	all_leaves(leaves);
	ck_assert_uint_eq(rig_merkle_prove_inclusion(leaves, 8, 5, proof), 3);
	for (guint i = 0; i < 3; i++)
		expect_hash(&proof[i], inclusion_5_8[i]);
	ck_assert_uint_eq(rig_merkle_prove_inclusion(leaves, 3, 2, proof), 1);
	expect_hash(&proof[0], roots_hex[2]);
	ck_assert_uint_eq(rig_merkle_prove_consistency(leaves, 7, 3, proof), 4);
	for (guint i = 0; i < 4; i++)
		expect_hash(&proof[i], consistency_3_7[i]);
	ck_assert_uint_eq(rig_merkle_prove_consistency(leaves, 8, 6, proof), 3);
	for (guint i = 0; i < 3; i++)
		expect_hash(&proof[i], consistency_6_8[i]);
}
END_TEST

#define SMALL 40u

static void small_leaves(RigHash *leaves)
{
	for (guint i = 0; i < SMALL; i++) {
		const guint8 byte = (guint8)i;
		rig_merkle_leaf(&byte, 1, &leaves[i]);
	}
}

/* Each leaf of each small tree is there, and no other leaf at no other place. */
START_TEST(every_leaf_is_where_it_is)
{
	RigHash leaves[SMALL], proof[RIG_PROOF_MAX], root;
	small_leaves(leaves);
	for (guint64 size = 1; size <= SMALL; size++) {
		rig_merkle_root(leaves, size, &root);
		for (guint64 i = 0; i < size; i++) {
			guint count = rig_merkle_prove_inclusion(leaves, size, i, proof);
			ck_assert(rig_merkle_verify_inclusion(&leaves[i], i, size, proof, count, &root));
			for (guint64 other = 0; other < size; other++)
				ck_assert(other == i || !rig_merkle_verify_inclusion(&leaves[i], other, size, proof,
				                                                     count, &root));
			ck_assert(!rig_merkle_verify_inclusion(&leaves[(i + 1) % SMALL], i, size, proof, count,
			                                       &root));
			for (guint k = 0; k < count; k++) {
				proof[k].bytes[k % RIG_HASH_BYTES] ^= 1;
				ck_assert(!rig_merkle_verify_inclusion(&leaves[i], i, size, proof, count, &root));
				proof[k].bytes[k % RIG_HASH_BYTES] ^= 1;
			}
			ck_assert(count == 0 ||
			          !rig_merkle_verify_inclusion(&leaves[i], i, size, proof, count - 1, &root));
			ck_assert(!rig_merkle_verify_inclusion(&leaves[i], i, size, proof, count + 1, &root));
		}
	}
	ck_assert(!rig_merkle_verify_inclusion(&leaves[0], 0, 0, proof, 0, &leaves[0]));
}
END_TEST

START_TEST(a_tree_goes_on_from_each_before_it)
{
	RigHash leaves[SMALL], proof[RIG_PROOF_MAX], root, old_root, wrong;
	small_leaves(leaves);
	for (guint64 size = 0; size <= SMALL; size++) {
		rig_merkle_root(leaves, size, &root);
		for (guint64 old = 0; old <= size; old++) {
			rig_merkle_root(leaves, old, &old_root);
			guint count = rig_merkle_prove_consistency(leaves, size, old, proof);
			ck_assert(rig_merkle_verify_consistency(old, &old_root, size, &root, proof, count));
			wrong = old_root;
			wrong.bytes[31] ^= 0x80;
			ck_assert(old == 0 ||
			          !rig_merkle_verify_consistency(old, &wrong, size, &root, proof, count));
			wrong = root;
			wrong.bytes[0] ^= 1;
			ck_assert(old == 0 ||
			          !rig_merkle_verify_consistency(old, &old_root, size, &wrong, proof, count));
			for (guint k = 0; k < count; k++) {
				proof[k].bytes[7] ^= 4;
				ck_assert(
				    !rig_merkle_verify_consistency(old, &old_root, size, &root, proof, count));
				proof[k].bytes[7] ^= 4;
			}
			if (count > 0)
				ck_assert(
				    !rig_merkle_verify_consistency(old, &old_root, size, &root, proof, count - 1));
		}
	}
	ck_assert(!rig_merkle_verify_consistency(2, &root, 1, &root, proof, 0));
}
END_TEST

START_TEST(hex_is_read_as_it_is_written)
{
	RigHash hash, back;
	rig_hash_of("abc", 3, &hash);
	expect_hash(&hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	g_autofree char *hex = rig_hash_hex(&hash);
	ck_assert(rig_hash_read(&back, hex) && rig_hash_equal(&hash, &back));
	ck_assert(!rig_hash_read(&back, "ba78") && !rig_hash_read(&back, ""));
	hex[5] = 'g';
	ck_assert(!rig_hash_read(&back, hex));
}
END_TEST

static Suite *merkle_suite(void)
{
	Suite *suite = suite_create("merkle");
	TCase *tests = tcase_create("merkle");
	tcase_add_test(tests, roots_are_the_published_ones);
	tcase_add_test(tests, proofs_are_the_published_ones);
	tcase_add_test(tests, every_leaf_is_where_it_is);
	tcase_add_test(tests, a_tree_goes_on_from_each_before_it);
	tcase_add_test(tests, hex_is_read_as_it_is_written);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(merkle_suite)
