/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, envelopes and checkpoints against signatures that others made with the key of RFC 8032's
 * first test: OpenSSL's, libsodium's and the DSSE and C2SP specifications' own way of writing.
 */
#include "release/dsse.h"
#include "release/note.h"
#include "test.h"

#include <string.h>

static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char public_hex[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char keyid[] = "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9";

static RigKey *test_key(void)
{
	g_autoptr(GError) error = NULL;
	RigHash seed;
	ck_assert(rig_hash_read(&seed, seed_hex));
	RigKey *key = rig_key_of_private(seed.bytes, &error);
	ck_assert_msg(key != NULL, "%s", error == NULL ? "" : error->message);
	return key;
}

static const struct {
	const char *type, *body, *pae_sha256, *signature;
} dsse_rows[] = {
    {"http://example.com/HelloWorld", "hello world",
     "217751fac2c4f14edb2c9297fbc34abcb016ba88e74757e875ec4ac16fb6b6a1",
     "e031d7dd99f8aa904abc48fb99a13c3bdbbd6e35c49cf2cb9f25d5509d8f5c947c0d22dc2f7403a45bdf24e8f7a4"
     "1fd23c7b25e898386e8c6c31be8abee60007"},
    {RIG_DSSE_IN_TOTO, "", "15db12ed81f5bfe1644f170893d0110a8f3a51c25951fc491a0c5e660a1a333b",
     "8128200806932d3632447e8520305e9ba99ec88ca7b18cbc4531d5cf0c7db674dbec183fd633169ee56023f81f7e"
     "a99bb02d955f9fe31df9240eab23ec20db0e"},
    {RIG_DSSE_IN_TOTO, "{\"\xc3\xa9\":1}",
     "04b1cdb9618d713ca87fe1a65885f1e22959825f74a2664b88e6e9351f403d42",
     "01fc2124e2b02b8bd394403c1e81e3cee61761a12c884bf7e480c41a286d03c495bdbf57587dded6311ffc083f2f"
     "e5ec4404f74471416ea272f6d4fd2c77360e"},
};

START_TEST(a_key_is_what_others_make_of_it)
{
	g_autoptr(RigKey) key = test_key();
	RigHash raw;
	memcpy(raw.bytes, rig_key_public(key), sizeof raw.bytes);
	g_autofree char *hex = rig_hash_hex(&raw);
	ck_assert_str_eq(hex, public_hex);
	ck_assert_str_eq(rig_key_id(key), keyid);
	ck_assert(rig_key_is_private(key));
}
END_TEST

START_TEST(signatures_are_those_of_others)
{
	g_autoptr(RigKey) key = test_key();
	const char *type = dsse_rows[_i].type, *body = dsse_rows[_i].body;
	g_autoptr(GByteArray) pae = rig_dsse_pae(type, (const guint8 *)body, strlen(body));
	RigHash hash;
	rig_hash_of(pae->data, pae->len, &hash);
	g_autofree char *hex = rig_hash_hex(&hash);
	ck_assert_str_eq(hex, dsse_rows[_i].pae_sha256);
	guint8 signature[RIG_SIGNATURE_BYTES];
	ck_assert(rig_key_sign(key, pae->data, pae->len, signature, NULL));
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sizeof signature; i++)
		g_string_append_printf(text, "%02x", signature[i]);
	ck_assert_str_eq(text->str, dsse_rows[_i].signature);
	g_string_free(text, TRUE);
	ck_assert(rig_key_verify(key, pae->data, pae->len, signature, sizeof signature));
	ck_assert(!rig_key_verify(key, pae->data, pae->len - 1, signature, sizeof signature));
	ck_assert(!rig_key_verify(key, pae->data, pae->len, signature, sizeof signature - 1));
	signature[3] ^= 1;
	ck_assert(!rig_key_verify(key, pae->data, pae->len, signature, sizeof signature));
}
END_TEST

static gboolean envelope_is_good(const char *text, RigKey *key)
{
	RigEnvelope envelope;
	g_autoptr(GError) error = NULL;
	RigKey *keys[] = {key};
	gboolean good = rig_dsse_read(&envelope, text, strlen(text), &error) &&
	                rig_dsse_verify(&envelope, keys, 1, 1, &error);
	ck_assert(good == (error == NULL));
	rig_envelope_clear(&envelope);
	return good;
}

START_TEST(every_byte_of_an_envelope_counts)
{
	g_autoptr(RigKey) key = test_key();
	static const char body[] = "{\"_type\":\"https://in-toto.io/Statement/v1\"}";
	g_autofree char *text =
	    rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)body, strlen(body), NULL);
	ck_assert(envelope_is_good(text, key));
	/* But for the hint, which decides nothing, and its name. */
	const char *hint = strstr(text, keyid), *name = strstr(text, "keyid");
	for (char *at = text; *at != '\0'; at++) {
		gboolean is_hint = (at >= hint && at < hint + strlen(keyid)) ||
		                   (at >= name && at < name + strlen("keyid"));
		char was = *at;
		*at = was == 'x' ? 'y' : 'x';
		ck_assert_msg(is_hint || !envelope_is_good(text, key), "byte %d", (int)(at - text));
		*at = was;
	}
}
END_TEST

START_TEST(keys_are_counted_once)
{
	g_autoptr(RigKey) first = test_key();
	g_autoptr(RigKey) second = rig_key_new(NULL);
	g_autoptr(RigKey) third = rig_key_of_public(rig_key_public(first), NULL);
	ck_assert(second != NULL && !rig_key_is_private(third));
	g_autofree char *text = rig_dsse_sign(first, "t", (const guint8 *)"x", 1, NULL);
	RigKey *same[] = {first, third}, *both[] = {second, third}, *other[] = {second};
	RigEnvelope envelope;
	ck_assert(rig_dsse_read(&envelope, text, strlen(text), NULL));
	ck_assert(rig_dsse_verify(&envelope, same, 2, 1, NULL));
	ck_assert(!rig_dsse_verify(&envelope, same, 2, 2, NULL));
	ck_assert(rig_dsse_verify(&envelope, both, 2, 1, NULL));
	ck_assert(!rig_dsse_verify(&envelope, other, 1, 1, NULL));
	ck_assert(!rig_dsse_verify(&envelope, NULL, 0, 0, NULL));
	rig_envelope_clear(&envelope);
}
END_TEST

START_TEST(what_is_no_envelope)
{
	static const char *const bad[] = {
	    "",
	    "[]",
	    "{}",
	    "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}",
	    "{\"payload\":\"!\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
	    "{\"payload\":\"\",\"payloadType\":1,\"signatures\":[{\"sig\":\"\"}]}",
	    "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":\"a\"}]}",
	    "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
	    "{\"payload\":\"QR==\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}"};
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		RigEnvelope envelope;
		g_autoptr(GError) error = NULL;
		ck_assert_msg(!rig_dsse_read(&envelope, bad[i], strlen(bad[i]), &error), "%s", bad[i]);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		rig_envelope_clear(&envelope);
	}
}
END_TEST

START_TEST(base64_in_all_its_ways)
{
	static const struct {
		const char *text, *bytes;
	} rows[] = {{"", ""},
	            {"Zg==", "f"},
	            {"Zg", "f"},
	            {"Zm9v", "foo"},
	            {"_-8=", "\xff\xef"},
	            {"/+8", "\xff\xef"},
	            {"Zm9vYg==", "foob"}};
	static const char *const bad[] = {"Z", "Zg=", "Zg===", "=", "Zh==", "Zm9v\n", "Zm 9", "Z?=="};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GByteArray) bytes = rig_base64_decode(rows[i].text, strlen(rows[i].text));
		ck_assert_msg(bytes != NULL, "%s", rows[i].text);
		ck_assert_uint_eq(bytes->len, strlen(rows[i].bytes));
		ck_assert(bytes->len == 0 || memcmp(bytes->data, rows[i].bytes, bytes->len) == 0);
	}
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		ck_assert_msg(rig_base64_decode(bad[i], strlen(bad[i])) == NULL, "%s", bad[i]);
}
END_TEST

static char *give_passphrase(gpointer user)
{
	return g_strdup(user);
}

START_TEST(keys_in_files)
{
	g_autoptr(RigKey) key = test_key();
	char right[] = "open sesame", wrong[] = "close";
	g_autofree char *plain = rig_key_private_pem(key, NULL, NULL);
	g_autofree char *locked = rig_key_private_pem(key, right, NULL);
	g_autofree char *open = rig_key_public_pem(key, NULL);
	g_autoptr(GError) error = NULL;
	const char *const texts[] = {plain, locked, open};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(RigKey) back =
		    rig_key_read_pem(texts[i], strlen(texts[i]), give_passphrase, right, NULL);
		ck_assert_ptr_nonnull(back);
		ck_assert_str_eq(rig_key_id(back), keyid);
		ck_assert(rig_key_is_private(back) == (i < 2));
	}
	ck_assert_ptr_null(rig_key_read_pem(locked, strlen(locked), give_passphrase, wrong, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "passphrase is missing or wrong"));
	g_clear_error(&error);
	ck_assert_ptr_null(rig_key_read_pem(locked, strlen(locked), NULL, NULL, &error));
	g_clear_error(&error);
	ck_assert_ptr_null(rig_key_read_pem("hello", 5, NULL, NULL, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "no key in PEM"));
	g_clear_error(&error);
	g_autoptr(RigKey) half = rig_key_of_public(rig_key_public(key), NULL);
	guint8 signature[RIG_SIGNATURE_BYTES];
	ck_assert(!rig_key_sign(half, "x", 1, signature, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
}
END_TEST

static const char checkpoint_text[] =
    "rig.example/lab1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
    "\xe2\x80\x94 rig.example/lab1 "
    "5Jmu9cKPzoK5WrfrKA+E5JAaVtogVdjQ78hj0pPlLbFEtElAf7+iJ/"
    "Cou9FqApZBhx50cAJn1dJf18LOe0sJlhuaVAE=\n";

START_TEST(a_checkpoint_is_that_of_others)
{
	g_autoptr(RigKey) key = test_key();
	g_autofree char *vkey = rig_note_vkey("rig.example/lab1", key);
	ck_assert_str_eq(vkey,
	                 "rig.example/lab1+e499aef5+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
	RigCheckpoint checkpoint;
	ck_assert(
	    rig_checkpoint_read(&checkpoint, checkpoint_text, strlen(checkpoint_text), key, NULL));
	ck_assert_str_eq(checkpoint.origin, "rig.example/lab1");
	ck_assert_uint_eq(checkpoint.size, 8);
	g_autofree char *root = rig_hash_hex(&checkpoint.root);
	ck_assert_str_eq(root, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
	g_autofree char *again = rig_checkpoint_write(&checkpoint, key, NULL);
	ck_assert_str_eq(again, checkpoint_text);
	rig_checkpoint_clear(&checkpoint);
}
END_TEST

START_TEST(every_byte_of_a_checkpoint_counts)
{
	g_autoptr(RigKey) key = test_key();
	gsize size = strlen(checkpoint_text);
	g_autofree char *text = g_strdup(checkpoint_text);
	for (gsize i = 0; i < size; i++) {
		RigCheckpoint checkpoint;
		g_autoptr(GError) error = NULL;
		char was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(!rig_checkpoint_read(&checkpoint, text, size, key, &error), "byte %u",
		              (guint)i);
		ck_assert_ptr_nonnull(error);
		rig_checkpoint_clear(&checkpoint);
		text[i] = was;
	}
	ck_assert(!rig_note_name_is_good("") && !rig_note_name_is_good("a b") &&
	          !rig_note_name_is_good("a+b") && rig_note_name_is_good("rig.example/lab1"));
}
END_TEST

static Suite *dsse_suite(void)
{
	Suite *suite = suite_create("dsse");
	TCase *tests = tcase_create("dsse");
	tcase_add_test(tests, a_key_is_what_others_make_of_it);
	tcase_add_loop_test(tests, signatures_are_those_of_others, 0, G_N_ELEMENTS(dsse_rows));
	tcase_add_test(tests, every_byte_of_an_envelope_counts);
	tcase_add_test(tests, keys_are_counted_once);
	tcase_add_test(tests, what_is_no_envelope);
	tcase_add_test(tests, base64_in_all_its_ways);
	tcase_add_test(tests, keys_in_files);
	tcase_add_test(tests, a_checkpoint_is_that_of_others);
	tcase_add_test(tests, every_byte_of_a_checkpoint_counts);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(dsse_suite)
